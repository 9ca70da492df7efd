"""Thresholds as printed, on whole numbers; windows in calendar months, both ends included."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.attainment.standards import above_90_aim, in_window, meets_at_least_90, window_start


@pytest.mark.parametrize(
    ("active", "in_scope", "meets_clause", "reaches_aim"),
    [
        (9, 10, True, False),
        (18, 20, True, False),
        (27, 30, True, False),
        (90, 100, True, False),
        (899, 1000, False, False),
        (901, 1000, True, True),
        (0, 10, False, False),
        (10, 10, True, True),
        (0, 0, None, None),
    ],
)
def test_exactly_90_per_cent_meets_the_clause_and_misses_the_aim(
    active: int, in_scope: int, meets_clause: bool | None, reaches_aim: bool | None
) -> None:
    assert meets_at_least_90(active, in_scope) is meets_clause
    assert above_90_aim(active, in_scope) is reaches_aim


@given(st.integers(min_value=1, max_value=10**9), st.data())
def test_reaching_the_aim_always_meets_the_clause(in_scope: int, data: st.DataObject) -> None:
    active = data.draw(st.integers(min_value=0, max_value=in_scope))
    assert meets_at_least_90(active, in_scope) or not above_90_aim(active, in_scope)


@pytest.mark.parametrize(
    ("as_at", "start"),
    [
        ("2019-06-01", "2018-06-01"),
        ("2024-03-01", "2023-03-01"),
        ("2024-02-29", "2023-02-28"),
        ("2025-02-28", "2024-02-28"),
        ("2019-12-31", "2018-12-31"),
    ],
)
def test_the_window_is_twelve_calendar_months_clamped_to_the_month_end(as_at: str, start: str) -> None:
    assert window_start(dt.date.fromisoformat(as_at)) == dt.date.fromisoformat(start)


@pytest.mark.parametrize(
    ("day", "as_at", "inside"),
    [
        ("2018-06-01", "2019-06-01", True),
        ("2018-05-31", "2019-06-01", False),
        ("2019-06-01", "2019-06-01", True),
        ("2019-06-02", "2019-06-01", False),
        ("2023-03-01", "2024-03-01", True),
        ("2024-02-29", "2025-02-28", True),
        ("2024-02-28", "2025-02-28", True),
        ("2024-02-27", "2025-02-28", False),
        (None, "2019-06-01", False),
    ],
)
def test_both_ends_of_the_window_count_and_a_missing_date_does_not(day: str | None, as_at: str, inside: bool) -> None:
    received = dt.date.fromisoformat(day) if day else None
    assert in_window(received, dt.date.fromisoformat(as_at)) is inside
