"""Registrations: held, in date, verified, meant for the post, and checked where no feed comes."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

D = dt.date(2026, 8, 31)
ASSISTANT: dict[str, Any] = {"occupation_code": "S9E", "job_role_code": "07012", "staff_group_code": "07"}
OSTEOPATH: dict[str, Any] = {"occupation_code": "S1V", "job_role_code": "05013", "staff_group_code": "05"}
GOSC: dict[str, Any] = {"person_key": "p1", "registration_body_code": "17", "registration_type_code": None}
NOBODY: list[dict[str, Any]] = []


def days(number: int) -> dt.timedelta:
    return dt.timedelta(days=number)


def held(**other: Any) -> list[dict[str, Any]]:
    return [{"person_key": "p1", **other}]


def outcome(found: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return [(one["rule_id"], one["severity"]) for one in found]


@pytest.mark.parametrize(
    ("code", "role", "group", "practising"),
    [
        ("S1E", "04041", "04", True),
        ("S1E", "04042", "04", True),
        ("S1E", "04044", "04", True),
        ("S0E", "04043", "04", False),
        ("S1E", "04043", "04", False),
        ("S9E", "04041", "04", True),
        ("S1T", "05019", "05", True),
        ("S1E", "07012", "07", True),
        ("SAE", None, "04", True),
        ("ABA", None, "04", True),
        ("A6A", None, "04", True),
        ("A0A", None, "04", False),
        ("S0E", None, "04", False),
        ("S4A", "07008", "07", False),
        ("S1K", "04017", "04", False),
        ("S9E", "07012", "07", False),
        ("H1H", "07004", "07", False),
        ("S8E", "02018", "02", False),
        ("S1E", "02018", "02", False),
        ("U4A", "06010", "06", False),
        ("N6A", "03016", "03", False),
    ],
)
def test_practising_is_a_named_role_but_managers_else_the_code_at_its_level(
    review: Any, code: str, role: str | None, group: str, practising: bool
) -> None:
    post = {"occupation_code": code, "job_role_code": role, "staff_group_code": group}
    assert outcome(review([post]).found("REG1")) == ([("REG1", "E")] if practising else [])


def test_sources_in_conflict_without_any_registration_are_an_error_too(review: Any) -> None:
    assert outcome(review([{"occupation_code": "S1E", "job_role_code": "04025"}]).found("REG1")) == [("REG1", "E")]


@pytest.mark.parametrize(("start", "severity"), [(D - days(7), "E"), (D - days(6), "R"), (D, "R")])
def test_a_start_less_than_seven_days_ago_may_still_wait_for_its_check(
    review: Any, start: dt.date, severity: str
) -> None:
    post = {"organisation_start_date": start, "assignment_start_date": start}
    assert outcome(review([post]).found("REG1")) == [("REG1", severity)]


@pytest.mark.parametrize("status", ["06", "07", "10"])
def test_someone_who_is_not_active_is_not_practising(review: Any, status: str) -> None:
    assert review([{"assignment_status_code": status}]).found("REG1") == []


@pytest.mark.parametrize(
    "registration",
    [{}, {"registration_type_code": "24"}, {"expiry_date": D - days(1)}, {"checked_date": D - days(90)}],
    ids=["right", "another profession", "expired", "not verified"],
)
def test_any_ahp_registration_is_one_whatever_other_rules_say_of_it(review: Any, registration: dict[str, Any]) -> None:
    assert review([{}], held(**registration)).found("REG1") == []


@pytest.mark.parametrize(
    "registration",
    [{"registration_type_code": None}, {"registration_type_code": "23"}, {"checked_date": D + days(1)}],
    ids=["the council alone", "another of its professions", "checked after the month end"],
)
def test_the_council_alone_another_profession_or_a_later_check_is_no_ahp_registration(
    review: Any, registration: dict[str, Any]
) -> None:
    assert outcome(review([{}], held(**registration)).found("REG1")) == [("REG1", "E")]


def test_without_the_feed_of_registrations_nothing_is_said(review: Any) -> None:
    assert review([{}], extracts="staff_in_post").found("REG1") == []


@pytest.mark.parametrize(
    ("expiry", "expected"),
    [
        (D - days(1), [("REG2", "E")]),
        (D, [("REG2", "I")]),
        (D + days(60), [("REG2", "I")]),
        (D + days(61), []),
        (None, []),
    ],
)
def test_the_expiry_day_is_in_date_and_the_day_after_is_not(
    review: Any, expiry: dt.date | None, expected: list[tuple[str, str]]
) -> None:
    assert outcome(review([{}], held(expiry_date=expiry)).found("REG2")) == expected


@pytest.mark.parametrize(
    ("checked", "expected"),
    [(D, ["REG2"]), (D - days(7), ["REG2"]), (D - days(8), ["REG3"])],
)
def test_a_check_of_seven_days_ago_is_used_and_one_of_eight_is_not_verified(
    review: Any, checked: dt.date, expected: list[str]
) -> None:
    records = review([{}], held(expiry_date=D - days(1), checked_date=checked))
    assert [one["rule_id"] for rule in ("REG2", "REG3") for one in records.found(rule)] == expected


def test_how_fresh_a_check_must_be_is_a_local_choice(review: Any) -> None:
    records = review([{}], held(checked_date=D - days(8)))
    assert outcome(records.found("REG3", registration_fresh_days=7)) == [("REG3", "I")]
    assert records.found("REG3", registration_fresh_days=8) == []


def test_a_registration_that_the_register_calls_expired_is_one_before_its_date(review: Any) -> None:
    assert outcome(review([{}], held(status_code="02")).found("REG2")) == [("REG2", "E")]


def test_someone_in_date_under_a_new_number_has_renewed(review: Any) -> None:
    both = held(expiry_date=D - days(1)) + held(registration_key="new")
    assert review([{}], both).found("REG2") == []


@pytest.mark.parametrize(("kept", "expected"), [("28", []), ("24", [("REG2", "E")])])
def test_a_second_profession_that_ran_out_matters_where_the_post_is_of_it(
    review: Any, kept: str, expected: list[tuple[str, str]]
) -> None:
    lost = "24" if kept == "28" else "28"
    both = held(registration_type_code=kept) + held(registration_type_code=lost, expiry_date=D - days(1))
    post = {"occupation_code": "S1E", "job_role_code": "04041"}
    records = review([post], both)
    assert outcome(records.found("REG2")) == expected


@pytest.mark.parametrize(
    "post", [ASSISTANT, {"occupation_code": "N6A", "job_role_code": "03016", "staff_group_code": "03"}]
)
def test_a_registration_that_the_post_does_not_ask_for_may_run_out(review: Any, post: dict[str, Any]) -> None:
    assert review([post], held(expiry_date=D - days(1))).found("REG2") == []


def test_an_assistant_with_a_registration_in_date_is_a_review(review: Any) -> None:
    [found] = review([ASSISTANT], held()).found("REG4")
    assert (found["severity"], found["route"], found["current_code"], found["profession"]) == (
        "R",
        "C",
        "S9E",
        "Physiotherapist",
    )


@pytest.mark.parametrize(
    ("post", "registration", "findings"),
    [
        (ASSISTANT, {"expiry_date": D}, 1),
        (ASSISTANT, {"expiry_date": D - days(1)}, 0),
        (ASSISTANT, {"checked_date": D - days(8)}, 0),
        (ASSISTANT | {"occupation_code": "S8E"}, {}, 1),
        (ASSISTANT | {"occupation_code": "H1J"}, {}, 1),
        (ASSISTANT | {"occupation_code": "S4C"}, {}, 0),
        ({}, {}, 0),
    ],
    ids=["expiry day", "day after", "not verified", "student", "H matrix", "technicians are qualified", "therapist"],
)
def test_support_is_told_by_the_code_and_a_registration_must_be_in_date_and_verified(
    review: Any, post: dict[str, Any], registration: dict[str, Any], findings: int
) -> None:
    assert outcome(review([post], held(**registration)).found("REG4")) == [("REG4", "R")] * findings


@pytest.mark.parametrize(("checked", "findings"), [(D - days(365), 0), (D - days(366), 1)])
def test_an_osteopath_is_checked_within_the_local_interval(review: Any, checked: dt.date, findings: int) -> None:
    records = review([OSTEOPATH], [GOSC | {"checked_date": checked, "expiry_date": D + days(300)}])
    assert outcome(records.found("REG5")) == [("REG5", "R")] * findings
    assert [records.found(rule) for rule in ("REG1", "REG2", "REG3")] == [[], [], []]


def test_an_osteopath_whose_registration_ran_out_since_the_check_is_to_be_checked(review: Any) -> None:
    [found] = review([OSTEOPATH], [GOSC | {"checked_date": D - days(100), "expiry_date": D - days(1)}]).found("REG5")
    assert "ran out on 30/08/2026" in str(found["detail"])


def test_an_osteopath_without_any_registration_is_an_error_and_not_a_late_check(review: Any) -> None:
    records = review([OSTEOPATH], NOBODY)
    assert [outcome(records.found(rule)) for rule in ("REG1", "REG5")] == [[("REG1", "E")], []]
