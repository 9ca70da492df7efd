"""The share of starters whose record needed no correction in their first 90 days."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl
import pytest

from workbench.coding.right_first_time import right_first_time

PERIOD = dt.date(2026, 8, 31)
MONTHS = [dt.date(2026, 4, 30), dt.date(2026, 5, 31), dt.date(2026, 6, 30), dt.date(2026, 7, 31), PERIOD]
STARTERS = {"organisation_code": pl.String, "person_key": pl.String, "start_date": pl.Date}
LONG_AGO, DAY_30 = dt.date(2026, 4, 10), dt.date(2026, 8, 1)
CLEAN_EXTRACTS = "staff_in_post"


def listed(person: str, start: dt.date, codes: dict[int, str] | None = None) -> list[dict[str, Any]]:
    """Someone listed each month from their start; `codes` says which month (0 is April) has another code."""
    return [
        {
            "person_key": person,
            "assignment_key": f"{person}-1",
            "position_number": person,
            "position_title": f"Physiotherapist {person}",
            "period": month,
            "occupation_code": (codes or {}).get(at, "S1E"),
        }
        for at, month in enumerate(MONTHS)
        if month >= start
    ]


def rate(review: Any, people: dict[str, tuple[dt.date, dict[int, str]]]) -> dict[str, Any]:
    posts = [row for person, (start, codes) in people.items() for row in listed(person, start, codes)]
    built = review(posts or listed("nobody", LONG_AGO), extracts=CLEAN_EXTRACTS)
    rows = [
        {"organisation_code": "XAA", "person_key": person, "start_date": start} for person, (start, _) in people.items()
    ]
    built.snapshot._engine.create_table("staging.starters", pl.DataFrame(rows, schema=STARTERS))
    result = right_first_time(built.snapshot, "XAA", PERIOD)
    assert result is not None
    return dict(result.filter(profession="Total").row(0, named=True))


def test_of_twenty_starters_past_90_days_three_were_recoded_and_one_is_too_new_to_judge(review: Any) -> None:
    # S1E to S1B and back: each wrong month is a recode, and the last code is right again.
    wrong = {1: "S0E"}
    people = {f"s{n:02}": (LONG_AGO, wrong if n < 3 else {}) for n in range(20)} | {"new": (DAY_30, {})}
    assert rate(review, people) == {
        "profession": "Total",
        "starters": 20,
        "right_first_time": 17,
        "rate": 85.0,
        "status": "ok",
    }


def test_without_starters_there_is_no_rate(review: Any) -> None:
    found = rate(review, {})
    assert (found["starters"], found["rate"], found["status"]) == (0, None, "not_applicable")


@pytest.mark.parametrize(("start", "starters"), [(dt.date(2026, 6, 2), 1), (dt.date(2026, 6, 3), 0)])
def test_the_ninetieth_day_ends_the_first_days(review: Any, start: dt.date, starters: int) -> None:
    assert rate(review, {"one": (start, {})})["starters"] == starters


def test_a_code_that_a_rule_doubts_at_a_month_end_of_the_first_days_was_not_right(review: Any) -> None:
    always_wrong = dict.fromkeys(range(5), "S1K")
    assert rate(review, {"one": (LONG_AGO, always_wrong)})["right_first_time"] == 0


def test_a_recode_after_the_first_days_does_not_count(review: Any) -> None:
    assert rate(review, {"one": (LONG_AGO, {4: "S0E"})})["right_first_time"] == 1


def test_a_month_that_is_not_loaded_has_no_rate(review: Any) -> None:
    built = review(listed("one", LONG_AGO))
    assert right_first_time(built.snapshot, "XAA", dt.date(2026, 9, 30)) is None
