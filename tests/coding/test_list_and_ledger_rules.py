"""Service lists and the ledger beside ESR: who is on one side only, which values differ, and how old the check is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl
import pytest

from workbench.coding.findings import coverage

Rows = Sequence[Mapping[str, Any]]

REVIEWED, JULY = dt.date(2026, 8, 31), dt.date(2026, 7, 31)
LEDGER = {
    **dict.fromkeys(("organisation_code", "cost_centre", "staff_group", "staff_group_code", "pay_band"), pl.String),
    "period": pl.Date,
    "budget_wte": pl.Decimal(18, 4),
    "contracted_wte": pl.Decimal(18, 4),
}
SPLITS = {
    **dict.fromkeys(("organisation_code", "assignment_key", "cost_centre"), pl.String),
    "percent": pl.Decimal(18, 4),
    "effective_from": pl.Date,
    "effective_to": pl.Date,
}
MEETINGS = {**dict.fromkeys(("organisation_code", "scope", "kind"), pl.String), "meeting_date": pl.Date}
ON_THE_LIST = {"person_key": "p1", "profession": "Physiotherapist", "service": "Therapies", "team": "Physio team"}
LINE = {
    "period": REVIEWED,
    "cost_centre": "4410",
    "staff_group": "Allied Health Professionals",
    "staff_group_code": "04",
    "pay_band": "Band 6",
    "budget_wte": 1,
    "contracted_wte": 1,
}


def with_table(built: Any, name: str, rows: Rows, schema: Mapping[str, Any]) -> Any:
    """Add one more staging table to literal records."""
    frame = pl.DataFrame([{"organisation_code": "XAA", **row} for row in rows], schema=dict(schema), strict=False)
    built.snapshot._engine.create_table(f"staging.{name}", frame)
    return built


def with_ledger(built: Any, *lines: Mapping[str, Any]) -> Any:
    return with_table(built, "ledger", [{**LINE, **line} for line in lines], LEDGER)


def found_in_ledger(built: Any, rule: str, **settings: object) -> list[tuple[object, ...]]:
    return [(row["subject_key"], row["field"], row["other_value"]) for row in built.found(rule, **settings)]


# LST1 and LST2


def test_someone_on_the_list_whom_esr_does_not_hold_is_a_review(review: Any) -> None:
    built = review([{}], service_list=[ON_THE_LIST, ON_THE_LIST | {"person_key": "p9"}])
    [found] = built.found("LST1")
    assert (found["subject_key"], found["severity"], found["route"]) == ("p9", "R", "C")
    assert "has not been in ESR in any month loaded" in str(found["detail"])


def test_someone_on_the_list_whose_employment_ended_is_not_in_esr(review: Any) -> None:
    posts = [{"period": JULY}, {"assignment_status_code": "13", "person_key": "p1"}]
    [found] = review(posts, service_list=[ON_THE_LIST]).found("LST1")
    assert "last employed in ESR at 31/07/2026" in str(found["detail"])


def test_a_list_is_compared_with_the_latest_month_only(review: Any) -> None:
    posts = [{"person_key": "p1"}, {"person_key": "p1", "period": dt.date(2026, 9, 30), "assignment_key": "a1"}]
    built = review(posts, service_list=[{**ON_THE_LIST, "person_key": "p9"}])
    assert built.found("LST1") == []


def test_an_ahp_in_a_listed_service_whom_no_list_names_is_a_review(review: Any) -> None:
    [found] = review([{}, {}], service_list=[ON_THE_LIST]).found("LST2")
    assert (found["subject_key"], found["severity"], found["assignment_key"]) == ("p2/Therapies", "R", "a2")


@pytest.mark.parametrize(
    "other",
    [
        {"service": "Dietetics"},
        {"contract_type_code": "01"},
        {"occupation_code": "N6A", "job_role_code": "03016", "staff_group_code": "03", "area_of_work": None},
    ],
    ids=["a service that keeps no list", "bank", "a nurse"],
)
def test_who_is_not_expected_on_a_list_is_not_missed(review: Any, other: dict[str, Any]) -> None:
    assert review([{}, {"position_title": "Nurse", **other}], service_list=[ON_THE_LIST]).found("LST2") == []


# LST3


@pytest.mark.parametrize(
    ("listed", "field", "esr", "said"),
    [
        ({"profession": "Dietitian"}, "profession", "Physiotherapist", "Dietitian"),
        ({"pay_band": "Band 7"}, "pay_band", "Band 6", "Band 7"),
        ({"team": "Hospice"}, "team", "Physio team", "Hospice"),
        ({"fte": "0.98"}, "fte", "1.00", "0.98"),
    ],
)
def test_each_value_that_differs_is_one_finding(
    review: Any, listed: dict[str, Any], field: str, esr: str, said: str
) -> None:
    [found] = review([{}], service_list=[ON_THE_LIST | listed]).found("LST3")
    assert (found["field"], found["current_code"], found["other_value"], found["severity"]) == (field, esr, said, "R")


@pytest.mark.parametrize("fte", ["0.99", "1.01", None])
def test_an_fte_within_a_hundredth_or_not_stated_agrees(review: Any, fte: str | None) -> None:
    assert review([{}], service_list=[ON_THE_LIST | {"fte": fte}]).found("LST3") == []


def test_a_disputed_profession_is_no_value_to_compare_with(review: Any) -> None:
    disputed = {"job_role_code": "04025"}
    assert review([disputed], service_list=[ON_THE_LIST | {"profession": "Dietitian"}]).found("LST3") == []


def test_an_arts_therapist_without_a_type_agrees_with_any_of_the_three(review: Any) -> None:
    arts = {"occupation_code": "S1H", "job_role_code": None, "job_role": None, "area_of_work": None}
    posts = [arts | {"position_title": "Therapist"}]
    assert review(posts, service_list=[ON_THE_LIST | {"profession": "Music therapist"}]).found("LST3") == []


def test_with_two_contracts_the_list_may_state_one_or_both(review: Any) -> None:
    posts = [{"person_key": "p1", "contracted_fte": "0.6"}, {"person_key": "p1", "contracted_fte": "0.2"}]
    stated = {
        fte: review(posts, service_list=[ON_THE_LIST | {"fte": fte}]).found("LST3") for fte in ("0.6", "0.8", "0.7")
    }
    assert [len(found) for found in stated.values()] == [0, 0, 1]


def test_time_split_between_two_professions_is_left_to_the_rules_about_splits(review: Any) -> None:
    split = [ON_THE_LIST | {"fte": "0.6"}, ON_THE_LIST | {"profession": "Occupational therapist", "fte": "0.4"}]
    assert review([{}], service_list=split).found("LST3") == []


# EST1 and EST2


def test_a_cost_centre_and_group_on_both_sides_is_not_found(review: Any) -> None:
    built = with_ledger(review([{}]), {})
    assert [found_in_ledger(built, rule) for rule in ("EST1", "EST2")] == [[], []]


def test_a_budget_line_without_staff_and_staff_without_a_budget_line(review: Any) -> None:
    built = with_ledger(review([{}]), {"cost_centre": "9900", "budget_wte": 4})
    assert found_in_ledger(built, "EST1") == [
        ("4410/04", "cost_centre", "no budget line"),
        ("9900/04", "cost_centre", "no position"),
    ]


def test_staff_on_a_line_without_budget_are_unfunded(review: Any) -> None:
    built = with_ledger(review([{}]), {"budget_wte": 0})
    assert found_in_ledger(built, "EST1") == [("4410/04", "budget_wte", "unfunded")]


def test_a_difference_that_was_there_in_the_ledger_before_is_not_new(review: Any) -> None:
    posts = [{}, {"period": JULY, "person_key": "p1", "assignment_key": "a1"}]
    unfunded = {"budget_wte": 0}
    [new] = with_ledger(review(posts), unfunded, {"period": JULY}).found("EST1")
    [old] = with_ledger(review(posts), unfunded, unfunded | {"period": JULY}).found("EST1")
    assert "new since" in str(new["detail"]) and "the same as" in str(old["detail"])


def test_a_month_without_a_ledger_has_nothing_to_compare_with(review: Any) -> None:
    built = with_ledger(review([{}]), {"period": JULY})
    assert [found_in_ledger(built, rule) for rule in ("EST1", "EST2")] == [[], []]


@pytest.mark.parametrize(("wte", "findings"), [("1.01", 0), ("0.99", 0), ("1.0101", 1), ("0.6", 1), (None, 0)])
def test_a_difference_of_more_than_a_hundredth_is_found(review: Any, wte: str | None, findings: int) -> None:
    built = with_ledger(review([{}]), {"contracted_wte": None if wte is None else float(wte)})
    assert len(built.found("EST2")) == findings


def test_absent_staff_count_and_are_shown_apart_and_gross_is_told_beside_net(review: Any) -> None:
    posts = [{"assignment_status_code": "08"}, {"pay_band": "Band 7"}, {"contract_type_code": "01"}]
    built = with_ledger(review(posts), {"contracted_wte": 2}, {"pay_band": "Band 7", "contracted_wte": 0.5})
    [found] = built.found("EST2")
    assert (found["fte"], found["holders"], found["other_value"]) == (2.0, 2, "2.5000")
    assert "net 0.50 WTE, gross 1.50" in str(found["detail"])
    assert "1.00 FTE are absent" in str(found["detail"])


# EST3 and EST4


def split(percent: int, **values: Any) -> dict[str, Any]:
    plain = {"assignment_key": "a1", "cost_centre": "4410", "effective_from": dt.date(2026, 1, 1), "effective_to": None}
    return {**plain, "percent": percent, **values}


@pytest.mark.parametrize(
    ("splits", "expected"),
    [
        ([split(100)], []),
        ([split(90)], [("E", "percent", "90.00")]),
        ([split(60), split(40, cost_centre="4411")], [("R", "cost_centre", "4411")]),
        ([split(60), split(30, cost_centre="4411")], [("R", "cost_centre", "4411"), ("E", "percent", "90.00")]),
        ([split(100, effective_to=dt.date(2026, 8, 30))], []),
        ([split(100), split(50, effective_from=dt.date(2026, 9, 1))], []),
        ([split(60, effective_to=REVIEWED), split(40)], []),
        ([], []),
    ],
    ids=["whole", "short", "shared", "short and shared", "ended", "to come", "last day counts", "none"],
)
def test_splits_that_do_not_total_100_are_errors_and_another_centre_a_review(
    review: Any, splits: Rows, expected: list[tuple[str, str, str]]
) -> None:
    built = with_table(review([{}]), "costing_splits", splits, SPLITS)
    assert [(row["severity"], row["field"], row["other_value"]) for row in built.found("EST3")] == expected


@pytest.mark.parametrize(
    ("meetings", "findings"),
    [
        ([("trust", "reconciliation", dt.date(2026, 5, 31))], 0),
        ([("trust", "reconciliation", dt.date(2026, 5, 30))], 1),
        ([("trust", "reconciliation", dt.date(2026, 9, 1))], 1),
        ([("team:Physio team", "reconciliation", REVIEWED)], 1),
        ([("trust", "workgroup", REVIEWED)], 1),
        ([], 1),
    ],
    ids=["92 days", "93 days", "after the month end", "of one team", "another meeting", "never"],
)
def test_a_check_older_than_the_local_interval_is_found(review: Any, meetings: Any, findings: int) -> None:
    rows = [dict(zip(("scope", "kind", "meeting_date"), meeting, strict=True)) for meeting in meetings]
    assert len(with_table(review([{}]), "review_meetings", rows, MEETINGS).found("EST4")) == findings


def test_the_interval_of_checks_is_a_local_choice(review: Any) -> None:
    rows = [{"scope": "trust", "kind": "reconciliation", "meeting_date": JULY}]
    built = with_table(review([{}]), "review_meetings", rows, MEETINGS)
    assert [len(built.found("EST4", ledger_check_interval_days=days)) for days in (31, 30)] == [0, 1]


def test_without_the_feed_a_rule_says_so_instead_of_finding_nothing(review: Any) -> None:
    built = review([{}], extracts="staff_in_post registrations")
    rules = ["EST1", "EST2", "EST3", "EST4", "LST1", "LST2", "LST3", "PRO1"]
    assert set(coverage(built.snapshot, "XAA", REVIEWED, only=rules)["state"]) == {"no_feed"}
