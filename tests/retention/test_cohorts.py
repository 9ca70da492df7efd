from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.periods import Quarter, add_months
from workbench.retention import kaplan_meier
from workbench.retention.cohorts import early_leavers, quarter_triangle, starting_window, with_a_year_to_watch

ORACLE = json.loads((Path(__file__).parents[1] / "oracles/retention_survival.json").read_text(encoding="utf-8"))
FIRST_DAY = dt.date(2025, 4, 1)


def day(text):
    return None if text is None else dt.date.fromisoformat(text)


def test_the_worked_triangle_is_met_and_its_last_cell_is_blank_not_zero():
    vector = ORACLE["cohort_triangle"]
    triangle = quarter_triangle(
        [day(row[1]) for row in vector["rows"]],
        [day(row[2]) for row in vector["rows"]],
        data_end=day(vector["data_end"]),
        months=vector["expected"]["months"],
    )
    assert triangle["quarter"].unique().to_list() == [vector["cohort"]]
    assert triangle["kept"].to_list() == vector["expected"]["kept"]
    assert [None if k is None else 100 * k / 4 for k in triangle["kept"]] == vector["expected"]["percent"]


def test_a_cell_is_filled_only_when_the_latest_starter_could_have_been_watched_so_long():
    starts = [day("2025-04-01"), day("2025-06-30")]
    months = [3, 6]
    early = quarter_triangle(starts, [None, None], data_end=day("2025-12-29"), months=months)
    late = quarter_triangle(starts, [None, None], data_end=day("2025-12-30"), months=months)
    assert early["kept"].to_list() == [2, None]
    assert late["kept"].to_list() == [2, 2]


def test_a_start_on_the_last_of_a_month_reaches_the_last_of_a_shorter_one():
    triangle = quarter_triangle(
        [day("2025-08-31")] * 2, [day("2026-02-27"), day("2026-02-28")], data_end=day("2026-03-31"), months=[6]
    )
    assert triangle["kept"].to_list() == [1]


service = st.lists(st.one_of(st.none(), st.integers(0, 700)), min_size=1, max_size=20)


@given(service)
def test_a_row_never_rises_and_is_the_survival_curve_where_everyone_was_watched(days):
    data_end = add_months(FIRST_DAY, 24)
    last_days = [None if n is None else FIRST_DAY + dt.timedelta(days=n) for n in days]
    triangle = quarter_triangle([FIRST_DAY] * len(days), last_days, data_end=data_end)
    kept = triangle["kept"].to_list()
    assert kept == sorted(kept, reverse=True)
    curve = kaplan_meier(
        [(data_end - FIRST_DAY).days + 1 if n is None else n + 1 for n in days], [n is not None for n in days]
    )
    lengths = [(add_months(FIRST_DAY, months) - FIRST_DAY).days for months in triangle["months"]]
    assert [n / len(days) for n in kept] == pytest.approx(curve.at(lengths).tolist(), abs=1e-12)


@given(st.lists(st.dates(dt.date(2024, 1, 1), dt.date(2026, 12, 31)), max_size=30))
def test_every_starter_is_in_one_quarter_and_kept_at_the_start(starts):
    triangle = quarter_triangle(starts, [None] * len(starts), data_end=dt.date(2030, 1, 1), months=[0])
    assert triangle["kept"].sum() == triangle["started"].sum() == len(starts)
    assert triangle["quarter"].to_list() == sorted({str(Quarter.containing(start)) for start in starts})


@pytest.mark.parametrize(
    ("last_day", "early"), [("2025-03-31", 1), ("2025-04-01", 1), ("2025-04-02", 0), (None, 0), ("2024-04-02", 1)]
)
def test_the_first_year_is_365_days_and_the_last_day_is_one_of_them(last_day, early):
    # 2 April 2024 and 364 days more is 1 April 2025: a last day on it is day 365
    people = pl.DataFrame(
        {"start_date": [day("2024-04-02")], "last_day": [day(last_day)], "could_be_watched": [True]},
        schema_overrides={"last_day": pl.Date},
    )
    assert early_leavers(people).row(0) == (1, early)


def test_who_could_not_have_been_watched_for_a_year_is_not_counted_even_if_they_left():
    people = pl.DataFrame({"start_date": [day("2025-10-01"), day("2025-10-02")], "last_day": [day("2025-11-01")] * 2})
    marked = with_a_year_to_watch(people, day("2026-09-30"))
    assert early_leavers(marked).row(0, named=True) == {"watched": 1, "left_early": 1}


def test_the_starters_of_a_year_ended_just_long_enough_ago():
    assert starting_window(day("2026-09-30")) == (day("2024-10-02"), day("2025-10-01"))
