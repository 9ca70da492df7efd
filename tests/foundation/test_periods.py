"""Months, quarters and as-of dates."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.errors import PeriodError
from workbench.periods import Quarter, add_months, as_date, last_completed_month_end, month_end, month_ends


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2026-27Q1", dt.date(2026, 4, 1), dt.date(2026, 6, 30)),
        ("2026-27Q2", dt.date(2026, 7, 1), dt.date(2026, 9, 30)),
        ("2026-27 q3", dt.date(2026, 10, 1), dt.date(2026, 12, 31)),
        ("2026-27Q4", dt.date(2027, 1, 1), dt.date(2027, 3, 31)),
        ("1999-00Q1", dt.date(1999, 4, 1), dt.date(1999, 6, 30)),
    ],
)
def test_quarters_are_those_of_the_financial_year(text, first, last):
    quarter = Quarter.parse(text)
    assert (quarter.first_day, quarter.last_day) == (first, last)


@pytest.mark.parametrize("text", ["2026Q2", "2026-28Q2", "2026-27Q5", "", "Q2 2026-27", "2026-27Q0"])
def test_another_way_of_writing_a_quarter_is_refused(text):
    with pytest.raises(PeriodError, match="financial"):
        Quarter.parse(text)


def test_a_quarter_with_the_wrong_second_year_is_told_the_right_one():
    with pytest.raises(PeriodError, match="did you mean 2026-27Q2"):
        Quarter.parse("2026-26Q2")


@given(st.dates(dt.date(2000, 1, 1), dt.date(2090, 12, 31)))
def test_every_day_lies_in_its_quarter_and_the_quarter_reads_back(day):
    quarter = Quarter.containing(day)
    assert quarter.first_day <= day <= quarter.last_day
    assert Quarter.parse(str(quarter)) == quarter


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (dt.date(2024, 2, 29), -12, dt.date(2023, 2, 28)),
        (dt.date(2023, 2, 28), 12, dt.date(2024, 2, 28)),
        (dt.date(2026, 1, 31), 1, dt.date(2026, 2, 28)),
        (dt.date(2026, 3, 31), -36, dt.date(2023, 3, 31)),
        (dt.date(2026, 12, 31), 2, dt.date(2027, 2, 28)),
    ],
)
def test_calendar_months_are_clamped_to_the_end_of_the_month(day, months, expected):
    assert add_months(day, months) == expected


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (dt.date(2026, 9, 30), dt.date(2026, 9, 30)),
        (dt.date(2026, 9, 29), dt.date(2026, 8, 31)),
        (dt.date(2026, 1, 1), dt.date(2025, 12, 31)),
    ],
)
def test_a_month_still_running_is_not_counted(day, expected):
    assert last_completed_month_end(day) == expected


def test_month_ends_are_listed_with_both_ends():
    assert month_ends(dt.date(2026, 1, 31), dt.date(2026, 3, 31)) == [
        dt.date(2026, 1, 31),
        dt.date(2026, 2, 28),
        dt.date(2026, 3, 31),
    ]


@pytest.mark.parametrize("text", ["30/09/2026", "2026-9-30", "2026-02-30", "20260930", "yesterday", ""])
def test_only_iso_dates_are_read_as_dates(text):
    with pytest.raises(PeriodError, match="yyyy-mm-dd"):
        as_date(text)


@given(st.dates(dt.date(1950, 1, 1), dt.date(2099, 11, 30)))
def test_a_month_end_is_followed_by_the_first_of_a_month(day):
    assert (month_end(day) + dt.timedelta(days=1)).day == 1
