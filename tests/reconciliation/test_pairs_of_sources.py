"""What each pair of sources is asked: one literal case per check, and the case beside it that is in order."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest

from workbench.attainment.reconciliation.exceptions import CAUSES, checks
from workbench.attainment.reconciliation.reconcile import Reconciliation

Compared = Callable[..., Reconciliation]
A = {"person_key": "a"}
PLAN = {"plan_id": "P", "person_key": "a"}
FULL = {"plan_id": "P"}
DOCTOR = {"staff_group_code": "01", "staff_group": "Medical and Dental", "job_role_code": "x"}
MEDICAL_LINE = {"staff_group_code": "01", "staff_group": "Medical and Dental"}
LEFT = {"person_key": "z", "leaving_date": dt.date(2019, 5, 10)}


def asked(found: Reconciliation, *names: str) -> list[tuple[str, str]]:
    rows = found.exceptions.select("check", "subject_key").rows()
    return sorted(row for row in rows if not names or row[0] in names)


def only(found: Reconciliation, check: str) -> dict[str, object]:
    rows = found.exceptions.rows(named=True)
    assert [row["check"] for row in rows] == [check]
    return rows[0]


def test_a_plan_of_the_contracted_hours_is_in_order(compared: Compared) -> None:
    assert asked(compared([A], job_plans=[PLAN], job_plan_activities=[FULL])) == []


def test_somebody_in_scope_without_any_plan(compared: Compared) -> None:
    other = {"person_key": "b"}
    found = compared([A, other], job_plans=[PLAN], job_plan_activities=[FULL])
    row = only(found, "no_plan")
    assert (row["subject_key"], row["owner"], row["cause"]) == ("b", "Clinical lead", "process")


@pytest.mark.parametrize(("leavers", "left"), [((LEFT,), "left"), ((), "not known to ESR")])
def test_an_active_plan_of_somebody_who_is_not_in_post(compared: Compared, leavers: tuple, left: str) -> None:
    plans = [PLAN, {"plan_id": "Z", "person_key": "z"}]
    found = compared([A], job_plans=plans, job_plan_activities=[FULL], leavers=leavers)
    row = only(found, "plan_not_in_esr")
    assert (row["subject_key"], row["left_value"]) == ("Z", left)


def test_a_plan_on_an_assignment_that_has_ended(compared: Compared) -> None:
    plans = [{**PLAN, "assignment_key": "a-1"}, {"plan_id": "Old", "person_key": "a", "assignment_key": "a-0"}]
    found = compared([A], job_plans=plans, job_plan_activities=[FULL])
    assert only(found, "plan_on_ended_post")["subject_key"] == "Old"


def test_two_active_plans_for_one_assignment(compared: Compared) -> None:
    plans = [{**PLAN, "plan_id": name, "assignment_key": "a-1"} for name in ("P", "Q")]
    # One replaces the other where it was approved later; approved on one day, both are active.
    found = compared([A], job_plans=plans, job_plan_activities=[FULL, {"plan_id": "Q"}])
    assert asked(found, "duplicate_plans") == [("duplicate_plans", "a-1")]


@pytest.mark.parametrize(("sessions", "differs"), [(10.0, False), (10.2666, False), (10.27, True), (9.0, True)])
def test_planned_hours_may_differ_by_a_quarter_of_a_programmed_activity(
    compared: Compared, sessions: float, differs: bool
) -> None:
    activities = [{**FULL, "sessions_per_week": sessions}]
    found = compared([A], job_plans=[PLAN], job_plan_activities=activities)
    assert bool(asked(found, "hours_differ")) is differs


def test_annual_sessions_are_spread_over_52_weeks(compared: Compared) -> None:
    activities = [{**FULL, "sessions_per_week": None, "annual_sessions": 520.0}]
    assert asked(compared([A], job_plans=[PLAN], job_plan_activities=activities)) == []


def test_contracted_hours_win_over_fte(compared: Compared) -> None:
    found = compared([{**A, "contracted_hours": 30.0}], job_plans=[PLAN], job_plan_activities=[FULL])
    assert only(found, "hours_differ")["difference"] == 7.5


def test_a_plan_without_activities_has_no_hours_to_compare(compared: Compared) -> None:
    assert only(compared([A], job_plans=[PLAN]), "plan_hours_missing")["right_value"] is None


@pytest.mark.parametrize(("activities", "over"), [(12.0, False), (12.25, True)])
def test_more_than_12_programmed_activities(compared: Compared, activities: float, over: bool) -> None:
    found = compared(
        [{**A, **DOCTOR}],
        job_plans=[PLAN],
        job_plan_activities=[{**FULL, "hours_per_session": 4.0, "sessions_per_week": activities}],
    )
    assert bool(asked(found, "over_usual_maximum")) is over


def test_the_team_of_a_plan_is_compared_without_capitals(compared: Compared) -> None:
    same = compared([A], job_plans=[{**PLAN, "team": " PHYSIO TEAM"}], job_plan_activities=[FULL])
    assert asked(same) == []
    other = compared([A], job_plans=[{**PLAN, "team": "Hand clinic"}], job_plan_activities=[FULL])
    assert only(other, "plan_team_differs")["right_value"] == "Hand clinic"


def test_active_in_a_rostered_team_and_on_no_roster(compared: Compared) -> None:
    staff = [A, {"person_key": "b"}, {"person_key": "c", "is_active": False}, {"person_key": "d", "team": "Clinic"}]
    found = compared(staff, roster_sessions=[{"person_key": "a", "assignment_key": "a-1"}])
    assert asked(found) == [("never_rostered", "b-1")]


def test_a_roster_row_without_assignment_is_placed_only_where_there_is_one(compared: Compared) -> None:
    two = [A, {**A, "assignment_key": "a-2"}]
    sessions = [{"person_key": "a"}]
    assert asked(compared([A], roster_sessions=sessions)) == []
    rates = compared(two, roster_sessions=sessions).matches.filter(right="roster").row(0, named=True)
    assert (rates["matched"], rates["ambiguous"]) == (0, 1)


@pytest.mark.parametrize(
    ("day", "leavers", "settings", "listed"),
    [
        (7, (LEFT,), {}, False),
        (14, (LEFT,), {}, True),
        (14, (), {}, True),
        (14, (), {"agency_units": ["Physio Team"]}, False),
        (14, (LEFT,), {"agency_units": ["Physio Team"]}, True),
    ],
)
def test_rostered_while_not_in_post(compared: Compared, day: int, leavers: tuple, settings: dict, listed: bool) -> None:
    sessions = [{"person_key": "z", "assignment_key": "z-1", "session_date": dt.date(2019, 5, day)}]
    found = compared([{**A, "team": "Clinic"}], roster_sessions=sessions, leavers=leavers, settings=settings)
    assert bool(asked(found, "rostered_not_in_esr")) is listed


def test_rostered_at_another_unit(compared: Compared) -> None:
    sessions = [{"person_key": "a", "assignment_key": "a-1", "unit": "Hand clinic"}]
    row = only(compared([A], roster_sessions=sessions), "roster_unit_differs")
    assert (row["left_value"], row["right_value"]) == ("Physio team", "Hand clinic")


def test_the_same_session_on_two_rosters_is_listed_once(compared: Compared) -> None:
    sessions = [{"person_key": "a", "assignment_key": "a-1", "unit": unit} for unit in ("Physio team", "Hand clinic")]
    found = compared([A], roster_sessions=sessions)
    assert asked(found, "on_two_rosters") == [("on_two_rosters", "a-1")]


def test_planned_at_a_unit_whose_template_lacks_the_staff_group(compared: Compared) -> None:
    template = {"hours_per_week": 37.5, "staff_group_code": "03", "staff_group": "Nursing and Midwifery Registered"}
    found = compared([A], job_plans=[PLAN], job_plan_activities=[FULL], roster_templates=[template])
    assert only(found, "planned_off_template")["subject_key"] == "P"


def test_on_the_template_and_nobody_in_scope_there_has_a_plan(compared: Compared) -> None:
    found = compared(
        [A, {"person_key": "b", "team": "Clinic"}],
        job_plans=[{"plan_id": "P", "person_key": "b"}, {"plan_id": "D", "person_key": "a", "status": "draft"}],
        job_plan_activities=[FULL],
        roster_templates=[{"hours_per_week": 37.5}],
    )
    assert asked(found) == [("template_without_plan", "Physio team/04")]


def test_more_wte_planned_than_budgeted(compared: Compared) -> None:
    found = compared([A], job_plans=[PLAN], job_plan_activities=[FULL], ledger=[{"budget_wte": 0.5}])
    row = only(found, "planned_above_budget")
    assert (row["left_value"], row["right_value"], row["difference"]) == ("1.0", "0.5", -0.5)


@pytest.mark.parametrize(
    ("activities", "check"), [(12.0, "extra_pas_not_paid"), (8.0, "paid_pas_not_planned"), (10.25, None)]
)
def test_programmed_activities_agreed_and_paid(compared: Compared, activities: float, check: str | None) -> None:
    found = compared(
        [{**A, **DOCTOR}],
        job_plans=[PLAN],
        job_plan_activities=[{**FULL, "hours_per_session": 4.0, "sessions_per_week": activities}],
        ledger=[{**MEDICAL_LINE, "budget_wte": 2.0}],
    )
    names = asked(found, "extra_pas_not_paid", "paid_pas_not_planned")
    assert names == ([(check, "4410/01")] if check else [])


def test_programmed_activities_are_compared_only_where_every_doctor_has_a_plan(compared: Compared) -> None:
    found = compared(
        [{**A, **DOCTOR}, {**DOCTOR, "person_key": "b"}],
        job_plans=[PLAN],
        job_plan_activities=[{**FULL, "hours_per_session": 4.0}],
        ledger=[{**MEDICAL_LINE, "budget_wte": 2.0, "contracted_wte": 2.0}],
    )
    assert asked(found, "extra_pas_not_paid", "paid_pas_not_planned") == []


def test_every_check_names_its_pair_owner_and_usual_cause() -> None:
    for check in checks().values():
        assert check.pair and check.question and check.owner and check.left and check.right
        assert check.cause in CAUSES


def test_an_exception_keeps_its_id_until_a_value_changes(compared: Compared) -> None:
    first, again, changed = (
        compared([A], ledger=[{"contracted_wte": wte}]).exceptions["exception_id"].to_list() for wte in (2.0, 2.0, 3.0)
    )
    assert first == again != changed
