"""Positions: one of each field, the same job coded the same way, no copies, one profession, nothing blank."""

from __future__ import annotations

from typing import Any

import pytest

OT: dict[str, Any] = {
    "occupation_code": "S1C",
    "job_role_code": "04025",
    "area_of_work": "Clinical Support > Occupational Therapy",
}
NURSE: dict[str, Any] = {
    "occupation_code": "N6A",
    "job_role_code": "03016",
    "staff_group_code": "03",
    "area_of_work": "Acute",
}


def on_one_position(*posts: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"position_number": "0042", "position_title": "Therapist", **post} for post in posts]


def test_one_position_of_two_physiotherapists_and_another_code_is_one_finding(review: Any) -> None:
    [found] = review(on_one_position({}, {}, {"occupation_code": "S1C"})).found("POS1")
    assert (found["subject_key"], found["severity"], found["route"], found["holders"]) == ("0042", "R", "P", 3)
    assert (found["field"], found["current_code"], found["other_value"]) == ("occupation_code", "S1E", "S1C | S1E")
    assert found["detail"] == "People by value. occupation code: S1E (2), S1C (1)."


def test_every_field_that_differs_is_named_in_the_one_finding(review: Any) -> None:
    [found] = review(on_one_position({}, OT, {"position_title": "Lead Therapist"})).found("POS1")
    assert found["field"] == "occupation_code, job_role, area_of_work, position_title"


def test_a_blank_is_no_second_value_and_a_title_in_capitals_no_second_title(review: Any) -> None:
    posts = on_one_position({}, {"occupation_code": None}, {"position_title": " THERAPIST "})
    assert review(posts).found("POS1") == []


def test_a_finding_keeps_its_id_when_one_more_holder_joins_under_a_known_value(review: Any) -> None:
    before = review(on_one_position({}, {}, {"occupation_code": "S1C"})).found("POS1")
    after = review(on_one_position({}, {}, {}, {"occupation_code": "S1C"})).found("POS1")
    assert before[0]["finding_id"] == after[0]["finding_id"]
    assert before[0]["detail"] != after[0]["detail"]


def test_positions_that_no_ahp_holds_are_not_reviewed(review: Any) -> None:
    posts = on_one_position(NURSE, NURSE | {"occupation_code": "N6B"})
    assert [review(posts).found(rule) for rule in ("POS1", "POS2")] == [[], []]


def test_staff_without_a_position_number_share_no_position(review: Any) -> None:
    posts = [{"position_number": None}, {"position_number": None, **OT}]
    assert [review(posts).found(rule) for rule in ("POS1", "POS3", "POS4")] == [[], [], []]


def test_the_same_title_and_band_under_two_codes_is_one_finding_of_both_positions(review: Any) -> None:
    title = {"position_title": "Rotational Therapist"}
    [found] = review([title, title | OT | {"position_title": "rotational therapist"}]).found("POS2")
    assert (found["subject_key"], found["position_number"]) == ("rotational therapist | Band 6", "001;002")
    assert (found["field"], found["holders"], found["fte"]) == ("occupation_code, job_role", 2, 2.0)
    assert found["other_value"] == "S1C | S1E; Occupational Therapist | Physiotherapist"


@pytest.mark.parametrize(
    "other",
    [
        {"pay_band": "Band 7"},
        {"area_of_work": "Elderly Care"},
        {"occupation_code": None},
        {"position_title": "Another"},
    ],
    ids=["another band", "another area of work", "a blank code", "another title"],
)
def test_another_band_or_place_is_no_second_way_of_coding_a_title(review: Any, other: dict[str, Any]) -> None:
    title = {"position_title": "Rotational Therapist"}
    assert review([title, title | other]).found("POS2") == []


def test_two_positions_alike_in_everything_are_information_on_both(review: Any) -> None:
    alike = {"position_title": "Hydrotherapy Physiotherapist"}
    [found] = review([alike | {"contracted_fte": "0.6"}, alike]).found("POS3")
    assert (found["subject_key"], found["severity"], found["holders"], found["fte"]) == ("001;002", "I", 2, 1.6)
    assert found["detail"] == ("2 positions are alike in every field: 001 (people 1, FTE 0.6), 002 (people 1, FTE 1).")


@pytest.mark.parametrize(
    "field", ["pay_band", "area_of_work", "directorate", "service", "team", "cost_centre", "subjective_code"]
)
def test_one_field_that_differs_makes_a_position_its_own(review: Any, field: str) -> None:
    alike = {"position_title": "Hydrotherapy Physiotherapist"}
    assert review([alike, alike | {field: "another"}]).found("POS3") == []


def test_a_position_whose_holders_differ_is_no_copy(review: Any) -> None:
    title = {"position_title": "Hydrotherapy Physiotherapist"}
    posts = [title, title | {"position_number": "002"}, title | {"position_number": "002", "team": "another"}]
    assert review(posts).found("POS3") == []


def test_holders_of_two_professions_on_one_position_ask_for_a_split(review: Any) -> None:
    hidden = {"occupation_code": "S1K", "job_role_code": "04017"}
    registered = [{"person_key": "p1"}, {"person_key": "p2", "registration_type_code": "24"}]
    [found] = review(on_one_position(hidden, hidden), registered).found("POS4")
    assert (found["severity"], found["profession"]) == ("R", "Disputed")
    assert found["other_value"] == "Occupational therapist | Physiotherapist"
    assert "Physiotherapist (1, registered 1)" in str(found["detail"])


def test_a_nurse_or_a_disputed_holder_makes_no_second_profession(review: Any) -> None:
    disputed = {"occupation_code": "S1E", "job_role_code": "04025"}
    assert review(on_one_position({}, NURSE, disputed)).found("POS4") == []


def test_an_arts_therapist_without_a_type_contradicts_none_of_the_three(review: Any) -> None:
    arts = {"occupation_code": "S1H", "area_of_work": None}
    posts = on_one_position(arts | {"job_role_code": "04021"}, arts | {"job_role_code": None, "job_role": None})
    assert review(posts).found("POS4") == []


@pytest.mark.parametrize(
    ("blank", "field"),
    [
        ({"occupation_code": None}, "occupation_code"),
        ({"occupation_code": "  "}, "occupation_code"),
        ({"job_role_code": None, "job_role": None}, "job_role"),
        ({"area_of_work": None}, "area_of_work"),
    ],
)
def test_each_blank_field_of_a_position_is_one_finding(review: Any, blank: dict[str, Any], field: str) -> None:
    [found] = review(on_one_position({}, blank)).found("POS5")
    assert (found["subject_key"], found["field"], found["severity"]) == ("0042", field, "E")
    assert str(found["detail"]).endswith("is blank for 1 of 2 holders.")


def test_a_position_with_all_three_blank_gives_three_findings(review: Any) -> None:
    nothing = {"occupation_code": None, "job_role_code": None, "job_role": None, "area_of_work": None}
    assert [found["field"] for found in review([nothing]).found("POS5")] == [
        "area_of_work",
        "job_role",
        "occupation_code",
    ]


def test_a_blank_without_a_position_number_stands_for_its_assignment(review: Any) -> None:
    [found] = review([{"position_number": None, "area_of_work": None}]).found("POS5")
    assert (found["subject_key"], found["assignment_key"], found["person_key"]) == ("a1", "a1", "p1")
