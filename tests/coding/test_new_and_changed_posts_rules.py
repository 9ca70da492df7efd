"""Starters, new and changed positions, unused and other codes."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl
import pytest

REVIEWED, JULY = dt.date(2026, 8, 31), dt.date(2026, 7, 31)
STARTERS = {
    **dict.fromkeys(("organisation_code", "person_key", "recruitment_source"), pl.String),
    "start_date": pl.Date,
    "created_by_interface": pl.Boolean,
}


def with_starters(built: Any, **starts: dt.date) -> Any:
    rows = [
        {"organisation_code": "XAA", "person_key": person, "start_date": start, "recruitment_source": "NHS Jobs"}
        for person, start in starts.items()
    ]
    built.snapshot._engine.create_table("staging.starters", pl.DataFrame(rows, schema=STARTERS))
    return built


def two_months(before: dict[str, Any], after: dict[str, Any]) -> list[dict[str, Any]]:
    """One assignment in July and in August."""
    same = {"person_key": "p1", "assignment_key": "a1", "position_number": "0042", "position_title": "Therapist"}
    return [same | {"period": JULY} | before, same | after]


@pytest.mark.parametrize(
    ("start", "findings"), [(dt.date(2026, 6, 2), 1), (dt.date(2026, 6, 1), 0), (REVIEWED, 1), (dt.date(2026, 9, 1), 0)]
)
def test_a_starter_in_their_first_90_days_with_a_wrong_code_is_information(
    review: Any, start: dt.date, findings: int
) -> None:
    found = with_starters(review([{"occupation_code": "S1K"}]), p1=start).found("PRO1")
    assert [row["severity"] for row in found] == ["I"] * findings


def test_a_starter_whose_code_was_changed_was_not_right_first_time(review: Any) -> None:
    posts = two_months({"occupation_code": "S1K"}, {})
    [found] = with_starters(review(posts), p1=dt.date(2026, 7, 6)).found("PRO1")
    assert (found["current_code"], found["other_value"]) == ("S1E", "S1K")
    assert "Recruited by: NHS Jobs" in str(found["detail"])


def test_a_starter_whose_record_is_right_is_not_found(review: Any) -> None:
    assert with_starters(review([{}]), p1=dt.date(2026, 8, 3)).found("PRO1") == []


def test_a_position_that_nobody_held_before_is_new(review: Any) -> None:
    posts = [*two_months({}, {}), {"position_number": "0099"}]
    assert [(row["subject_key"], row["field"]) for row in review(posts).found("PRO2")] == [("0099", "position_number")]


def test_without_an_earlier_month_no_position_is_new(review: Any) -> None:
    assert review([{}]).found("PRO2") == []


def test_each_field_of_a_position_that_changed_is_told_with_old_and_new(review: Any) -> None:
    posts = two_months({}, {"occupation_code": "S1C", "team": "Hand clinic"})
    assert [(row["field"], row["other_value"], row["current_code"]) for row in review(posts).found("PRO2")] == [
        ("occupation_code", "S1E", "S1C"),
        ("team", "Physio team", "Hand clinic"),
    ]


def test_a_holder_who_leaves_does_not_change_the_position(review: Any) -> None:
    other = {"period": JULY, "position_number": "0042", "position_title": "Therapist", "occupation_code": "S1C"}
    assert [review([*two_months({}, {}), other]).found(rule) for rule in ("PRO2", "PRO3")] == [[], []]


@pytest.mark.parametrize(
    ("before", "after", "fields"),
    [
        ({}, {"pay_band": "Band 7"}, ["position_title"]),
        ({}, {"position_title": "Team Lead"}, ["position_title"]),
        ({}, {"team": "Hand clinic"}, ["position_title"]),
        ({"occupation_code": "S1K"}, {}, ["occupation_code"]),
        ({"job_role_code": "04042"}, {}, ["occupation_code"]),
        ({"occupation_code": "S1K"}, {"position_title": "Team Lead"}, []),
        ({}, {"cost_centre": "5510"}, []),
        ({}, {}, []),
    ],
    ids=["band", "title", "team", "code alone", "role alone", "both", "neither", "nothing"],
)
def test_a_post_that_changes_without_its_coding_or_the_reverse_is_a_review(
    review: Any, before: dict[str, Any], after: dict[str, Any], fields: list[str]
) -> None:
    found = review(two_months(before, after)).found("PRO3")
    assert [row["field"] for row in found] == fields
    assert all("Between 31/07/2026 and 31/08/2026" in str(row["detail"]) for row in found)


def test_codes_of_the_professions_employed_that_nobody_holds_are_listed(review: Any) -> None:
    codes = {row["current_code"] for row in review([{}]).found("PRO4")}
    assert codes == {"S0E", "S5E", "S6E", "S7E", "S8E", "S9E", "SAE"}


def test_a_code_for_other_work_is_told_with_the_titles_behind_it(review: Any) -> None:
    posts = [{"occupation_code": "S1X", "position_title": "Rehabilitation Engineer"}, {"occupation_code": "S1K"}]
    told = {row["current_code"]: (row["holders"], row["detail"]) for row in review(posts).found("PRO4")}
    assert told["S1X"][0] == 1 and "Rehabilitation Engineer" in str(told["S1X"][1])
    assert "S1K" in told
