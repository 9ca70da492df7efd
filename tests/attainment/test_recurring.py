"""How often is often enough: each period has its event, and the last one is recent."""

from __future__ import annotations

import datetime as dt

import pytest

from workbench.attainment.recurring import frequency_kept

YEAR_END = dt.date(2026, 12, 31)
SPREAD = [dt.date(2026, 1, 10), dt.date(2026, 4, 12), dt.date(2026, 7, 9), dt.date(2026, 10, 8)]


def test_four_meetings_in_one_week_are_not_quarterly_meetings():
    week = [dt.date(2026, 10, day) for day in (5, 6, 7, 8)]
    kept = frequency_kept(week, "quarterly", YEAR_END)
    assert not kept.kept
    assert kept.ever
    assert kept.missed == (dt.date(2026, 3, 31), dt.date(2026, 6, 30), dt.date(2026, 9, 30))


def test_a_meeting_in_every_quarter_is_quarterly_and_a_quarter_that_ends_on_the_date_is_completed():
    assert frequency_kept(SPREAD, "quarterly", YEAR_END).kept
    # a day before, the last completed quarter ends in September, and that of the year before has no meeting
    assert frequency_kept(SPREAD, "quarterly", dt.date(2026, 12, 30)).missed == (dt.date(2025, 12, 31),)


@pytest.mark.parametrize(("as_at", "kept"), [(dt.date(2027, 1, 22), True), (dt.date(2027, 1, 23), False)])
def test_the_last_meeting_may_be_three_months_and_fourteen_days_old(as_at, kept):
    # the last was on 8 October: three months on is 8 January, and fourteen days more 22 January
    assert frequency_kept(SPREAD, "quarterly", as_at).kept is kept


def test_monthly_needs_each_of_the_twelve_latest_completed_months():
    months = [dt.date(2026, month, 15) for month in range(1, 13)]
    assert frequency_kept(months, "monthly", YEAR_END).kept
    without_may = [day for day in months if day.month != 5]
    assert frequency_kept(without_may, "monthly", YEAR_END).missed == (dt.date(2026, 5, 31),)


@pytest.mark.parametrize(("day", "kept"), [(dt.date(2025, 12, 31), True), (dt.date(2025, 12, 30), False)])
def test_annually_needs_one_in_the_past_twelve_months_both_ends_included(day, kept):
    assert frequency_kept([day], "annually", YEAR_END).kept is kept


def test_no_event_at_all_is_told_apart_from_too_few():
    assert not frequency_kept([], "quarterly", YEAR_END).ever
    assert not frequency_kept([dt.date(2027, 1, 1)], "annually", YEAR_END).ever
