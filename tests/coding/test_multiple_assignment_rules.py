"""Several assignments, several registrations, split time and primary assignments."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

OT: dict[str, Any] = {"occupation_code": "S1C", "job_role_code": "04025"}
ASSISTANT: dict[str, Any] = {"occupation_code": "S9E", "job_role_code": "07012", "staff_group_code": "07"}
NURSE: dict[str, Any] = {
    "occupation_code": "N6A",
    "job_role_code": "03016",
    "staff_group_code": "03",
    "area_of_work": "Acute",
    "position_title": "Staff Nurse",
}
SECOND: dict[str, Any] = {"person_key": "p1", "primary_assignment": False}
PROFESSIONS = {"physiotherapist": "Physiotherapist", "occupational_therapist": "Occupational therapist"}


def listed(profession: str, fte: str | None = None, percent: str | None = None) -> dict[str, Any]:
    return {
        "person_key": "p1",
        "profession_code": profession,
        "profession": PROFESSIONS[profession],
        "service": "Therapies",
        "fte": fte,
        "split_percent": percent,
    }


def split(physiotherapy: str, occupational_therapy: str) -> list[dict[str, Any]]:
    return [listed("physiotherapist", physiotherapy), listed("occupational_therapist", occupational_therapy)]


def test_two_active_assignments_show_the_fte_of_each_profession(review: Any) -> None:
    [found] = review([{"contracted_fte": "0.6"}, SECOND | OT | {"contracted_fte": "0.2"}]).found("MUL1")
    assert (found["subject_key"], found["severity"], found["field"]) == ("p1", "I", "assignments")
    assert found["detail"] == "2 active assignments: Physiotherapist S1E, 0.6 FTE; Occupational therapist S1C, 0.2 FTE."


@pytest.mark.parametrize(
    ("first", "second"),
    [({}, {"assignment_status_code": "10"}), (NURSE, NURSE)],
    ids=["one is not active", "no AHP"],
)
def test_an_inactive_assignment_or_another_profession_is_no_second_one(
    review: Any, first: dict[str, Any], second: dict[str, Any]
) -> None:
    assert review([first, SECOND | second]).found("MUL1") == []


def test_two_registrations_of_different_professions_are_named(review: Any) -> None:
    both = [{"person_key": "p1"}, {"person_key": "p1", "registration_type_code": "24"}]
    [found] = review([{"occupation_code": "S1C"}], both).found("MUL1")
    assert (found["field"], found["profession"]) == ("registration", "Disputed")
    assert found["other_value"] == "Occupational therapist | Physiotherapist"


@pytest.mark.parametrize(
    "other", [{"registration_key": "r2"}, {"registration_type_code": "24", "expiry_date": dt.date(2026, 8, 30)}]
)
def test_a_second_number_of_one_profession_or_a_lapsed_registration_is_no_second_one(
    review: Any, other: dict[str, Any]
) -> None:
    assert review([{}], [{"person_key": "p1"}, {"person_key": "p1", **other}]).found("MUL1") == []


def test_a_split_of_60_to_40_under_one_assistant_code_expects_two_codes(review: Any) -> None:
    [found] = review([ASSISTANT], service_list=split("0.6", "0.4")).found("MUL2")
    assert (found["severity"], found["current_code"], found["other_value"]) == ("R", "S9E", "0.6 S9E + 0.4 S9C")
    assert found["detail"] == (
        "The service list splits the time (0.6 FTE Physiotherapist, 0.4 FTE Occupational therapist); "
        "ESR holds one assignment of 1 FTE."
    )


def test_a_split_in_per_cent_is_worked_out_from_the_contract(review: Any) -> None:
    parts = [listed("physiotherapist", percent="60"), listed("occupational_therapist", percent="40")]
    [found] = review([ASSISTANT | {"contracted_fte": "0.5"}], service_list=parts).found("MUL2")
    assert found["other_value"] == "0.3 S9E + 0.2 S9C"


def test_a_split_with_an_assignment_for_each_part_is_as_it_should_be(review: Any) -> None:
    posts = [{"contracted_fte": "0.6"}, SECOND | OT | {"contracted_fte": "0.4"}]
    found = review(posts, service_list=split("0.6", "0.4"))
    assert [found.found(rule) for rule in ("MUL2", "MUL3")] == [[], []]


def test_two_teams_of_one_profession_are_no_split_between_professions(review: Any) -> None:
    parts = [listed("physiotherapist", "0.6"), listed("physiotherapist", "0.4")]
    assert review([{}], service_list=parts).found("MUL2") == []


@pytest.mark.parametrize(
    ("parts", "contract", "findings"),
    [
        (("0.59", "0.40"), "1.00", 0),
        (("0.61", "0.40"), "1.00", 0),
        (("0.58", "0.40"), "1.00", 1),
        (("0.60", "0.42"), "1.00", 1),
        (("0.1", "0.2"), "0.29", 0),
        (("0.1", "0.2"), "0.2899", 1),
    ],
)
def test_a_split_may_differ_from_the_contract_by_exactly_a_hundredth(
    review: Any, parts: tuple[str, str], contract: str, findings: int
) -> None:
    found = review([ASSISTANT | {"contracted_fte": contract}], service_list=split(*parts)).found("MUL3")
    assert [one["severity"] for one in found] == ["R"] * findings


def test_the_tolerance_of_a_split_is_a_local_choice(review: Any) -> None:
    records = review([ASSISTANT], service_list=split("0.58", "0.40"))
    assert (len(records.found("MUL3", split_tolerance=0.01)), records.found("MUL3", split_tolerance=0.02)) == (1, [])


@pytest.mark.parametrize(
    ("first", "second", "findings"),
    [("1.0", "0.2", 1), ("0.6667", "0.3333", 0), ("0.8", "0.2", 0), ("0.8", "0.2001", 1)],
)
def test_more_than_one_whole_time_post_in_all_is_information(
    review: Any, first: str, second: str, findings: int
) -> None:
    posts = [{"contracted_fte": first}, SECOND | {"contracted_fte": second}]
    assert [one["severity"] for one in review(posts).found("MUL3")] == ["I"] * findings


@pytest.mark.parametrize(
    ("flags", "other_value"),
    [([True], None), ([True, False], None), ([False], "0 of 1"), ([False, False], "0 of 2"), ([True, True], "2 of 2")],
)
def test_everyone_has_exactly_one_primary_assignment(review: Any, flags: list[bool], other_value: str | None) -> None:
    posts = [NURSE | {"person_key": "p1", "primary_assignment": flag} for flag in flags]
    found = review(posts).found("MUL4")
    assert [(one["severity"], one["other_value"]) for one in found] == ([("E", other_value)] if other_value else [])


def test_an_assignment_that_has_ended_is_no_primary_one(review: Any) -> None:
    posts = [{"assignment_status_code": "13"}, SECOND]
    assert [one["detail"] for one in review(posts).found("MUL4")] == ["The only assignment is not the primary one."]
