"""Projection: months ahead are like months behind; the range is that of the futures; the past tests the method."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.errors import ParameterError
from workbench.periods import add_months, month_end
from workbench.retention.projection import EVERYONE, back_test, project

START = dt.date(2026, 3, 31)


def past(months: int, *, stay: int = 98, leave: int = 2, join: int = 2, end: dt.date = START, group: str = "Nurses"):
    """Months in each of which `leave` of `stay + leave` people left and `join` came."""
    rows = []
    for back in range(months):
        month = month_end(add_months(end, -back))
        rows += [(month, group, group, stay), (month, group, "outside", leave), (month, "outside", group, join)]
    schema = {"month": pl.Date, "state_from": pl.String, "state_to": pl.String, "people": pl.Int64}
    return pl.DataFrame(rows, schema=schema, orient="row")


def of(rows: pl.DataFrame, group: str, month: dt.date) -> tuple[float, float, float]:
    return rows.filter((pl.col("group") == group) & (pl.col("month") == month)).select("low", "middle", "high").row(0)


def test_a_steady_group_stays_as_it_is_without_any_range():
    # 2 of 100 leave and 2 come, every month: 100 * 0.98 + 2 = 100
    rows = project(past(12), {"Nurses": 100}, START, 36)
    assert of(rows, "Nurses", dt.date(2029, 3, 31)) == pytest.approx((100, 100, 100))


def test_a_group_that_nobody_joins_shrinks_by_its_rate():
    rows = project(past(12, join=0), {"Nurses": 100}, START, 12)
    assert of(rows, "Nurses", dt.date(2027, 3, 31)) == pytest.approx([100 * 0.98**12] * 3)


def test_moves_between_groups_keep_the_total():
    schema = {"month": pl.Date, "state_from": pl.String, "state_to": pl.String, "people": pl.Int64}
    rows = []
    for back in range(12):
        month = month_end(add_months(START, -back))
        rows += [(month, "Support", "Support", 90), (month, "Support", "Registered", 10)]
        rows += [(month, "Registered", "Registered", 100)]
    steps = pl.DataFrame(rows, schema=schema, orient="row")
    found = project(steps, {"Support": 100, "Registered": 100}, START, 1, totals={"Both": ["Support", "Registered"]})
    month = dt.date(2026, 4, 30)
    assert of(found, "Support", month) == pytest.approx((90, 90, 90))
    assert of(found, "Registered", month) == pytest.approx((110, 110, 110))
    assert of(found, "Both", month) == of(found, EVERYONE, month) == pytest.approx((200, 200, 200))


def test_an_august_is_like_past_augusts_and_their_neighbours():
    # 24 months of nothing, but 30 came in each August: July to September may draw an August, January never does
    steps = past(24, stay=100, leave=0, join=0)
    steps = steps.with_columns(
        people=pl.when((pl.col("state_from") == "outside") & (pl.col("month").dt.month() == 8))
        .then(30)
        .otherwise("people")
    )
    rows = project(steps, {"Nurses": 100}, START, 12)
    assert of(rows, "Nurses", dt.date(2026, 6, 30)) == pytest.approx((100, 100, 100))
    june, september, december = (of(rows, "Nurses", month_end(dt.date(2026, m, 1))) for m in (6, 9, 12))
    assert june[2] < september[2]
    assert december == september


def test_more_variable_months_give_a_wider_range_and_it_widens_with_time():
    month = pl.col("month").dt.month()
    steps = past(24, stay=100, leave=0, join=0).with_columns(
        people=pl.when(pl.col("state_from") == "outside").then(month % 4 * 5).otherwise("people")
    )
    rows = project(steps, {"Nurses": 100}, START, 24).filter(pl.col("group") == "Nurses")
    width = (rows["high"] - rows["low"]).to_list()
    assert width[0] > 0
    assert width[23] > width[11] > width[2]


def test_fewer_than_twelve_past_months_project_nothing():
    assert project(past(11), {"Nurses": 100}, START).is_empty()


def test_the_same_rows_give_the_same_projection_in_any_order():
    steps = past(14, join=3)
    assert project(steps, {"Nurses": 90}, START).equals(project(steps.reverse(), {"Nurses": 90}, START))


def test_nothing_to_project_is_refused():
    with pytest.raises(ParameterError, match="at least 1"):
        project(past(12), {"Nurses": 100}, START, 0)


@given(
    stay=st.integers(1, 500), leave=st.integers(0, 500), join=st.integers(0, 50), people=st.integers(0, 2000)
)  # fmt: skip
def test_no_future_has_less_than_nobody_and_low_middle_high_are_in_order(stay, leave, join, people):
    rows = project(past(12, stay=stay, leave=leave, join=join), {"Nurses": people}, START, 6, futures=20)
    assert (rows["low"] >= 0).all()
    assert (rows["low"] <= rows["middle"]).all()
    assert (rows["middle"] <= rows["high"]).all()


def stocks(people: int, months: int) -> pl.DataFrame:
    ends = [month_end(add_months(START, -back)) for back in range(months)]
    return pl.DataFrame({"month": ends, "group": ["Nurses"] * months, "people": [people] * months})


def test_the_last_year_tests_the_method_with_what_was_known_before_it():
    test = back_test(past(24), stocks(100, 24), START)
    assert test is not None
    assert test.started == dt.date(2025, 3, 31)
    nurses = test.rows.filter(pl.col("group") == "Nurses")
    assert nurses["month"].to_list()[-1] == START
    assert nurses["actual"].to_list() == [100] * 12


def test_a_change_nobody_could_know_of_lies_outside_the_range():
    came = stocks(100, 24).with_columns(people=pl.when(pl.col("month") == START).then(150).otherwise("people"))
    test = back_test(past(24), came, START)
    assert test is not None
    last = test.rows.filter((pl.col("month") == START) & (pl.col("group") == "Nurses"))
    assert last["within"].to_list() == [False]


def test_with_less_than_two_years_of_months_there_is_no_test():
    assert back_test(past(23), stocks(100, 24), START) is None


def test_without_the_opening_stock_there_is_no_test():
    assert back_test(past(24), stocks(100, 6), START) is None
