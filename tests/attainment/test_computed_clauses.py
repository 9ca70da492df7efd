"""What the extracts say about each clause: literal people, plans, activities and meetings beside the numbers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest

from workbench.attainment.computed_clauses import COMPUTATIONS, computed_halves
from workbench.attainment.known import known_at
from workbench.attainment.plans import plan_states, plans_as_known
from workbench.attainment.standard_sets import standard_sets
from workbench.warehouse.snapshot import Snapshot

Build = Callable[..., Snapshot]
SET = standard_sets()["e_job_planning_2019"]
AS_AT = dt.date(2019, 6, 1)
ACTIVE = {"review_date": "2019-01-10", "approval_date": "2019-01-15"}
PHYSIOS, NURSES = "group:Allied health professionals", "group:Nursing and midwifery"
PHYSIO_TEAM, WARD = "team:Physio team", "team:Ward"
NURSE = {
    "staff_group_code": "03",
    "staff_group": "Nursing and Midwifery Registered",
    "job_role_code": "03001",
    "profession": "unknown",
    "team": "Ward",
}


def halves(snapshot: Snapshot, as_at: dt.date = AS_AT):
    known = known_at(snapshot, "XAA", as_at)
    return computed_halves(None if known is None else known.on(as_at), SET)


def numbers(snapshot: Snapshot, clause: str, scope: str = "trust", as_at: dt.date = AS_AT):
    half = halves(snapshot, as_at)[(scope, clause)]
    return half.state, half.numerator, half.denominator


def people(prefix: str, number: int, **changes: object) -> list[dict[str, object]]:
    return [{"person_key": f"{prefix} {n}", **changes} for n in range(number)]


def plans_of(prefix: str, number: int, **changes: object) -> list[dict[str, object]]:
    rows = people(prefix, number, **{**ACTIVE, **changes})
    return [{**row, "plan_id": f"plan of {row['person_key']}"} for row in rows]


def activity(person: str, **changes: object) -> dict[str, object]:
    return {"plan_id": f"plan of {person}", **changes}


def quarterly(kind: str, **changes: object) -> list[dict[str, object]]:
    """One meeting in each of the four quarters up to March 2019."""
    days = ("2018-05-10", "2018-08-10", "2018-11-10", "2019-03-10")
    return [{"kind": kind, "meeting_date": day, **changes} for day in days]


def test_every_computation_of_the_set_is_there():
    assert {clause.computed_by for clause in SET.clauses.values()} - {""} <= set(COMPUTATIONS)


def test_without_a_register_or_a_staff_list_nothing_is_computed(register: Build):
    assert halves(register(people("ann", 3))) == {}
    assert halves(register(people("ann", 3), plans_of("ann", 3)), dt.date(2019, 5, 30)) == {}


@pytest.mark.parametrize(
    ("active", "in_scope", "state"),
    [(9, 10, "met"), (18, 20, "met"), (27, 30, "met"), (90, 100, "met"), (899, 1000, "not_met")],
)
def test_exactly_90_per_cent_meets_1_4a_and_899_of_1000_do_not(register, active, in_scope, state):
    snapshot = register(people("ann", in_scope), plans_of("ann", active))
    assert numbers(snapshot, "1.4a") == (state, active, in_scope)


def test_8996_of_10000_shows_as_90_per_cent_and_does_not_meet_it():
    test = SET.clauses["1.4a"].test
    assert f"{8996 / 10000:.0%}" == "90%"
    assert (test.met(8996, 10_000), test.met(9000, 10_000), test.met(0, 0)) == (False, True, None)


def test_each_scope_has_its_own_denominator_and_one_person_counts_once_in_the_trust(register: Build):
    both = [{"person_key": "eve"}, {"person_key": "eve", "assignment_key": "eve-2", **NURSE}]
    snapshot = register([*people("ann", 3), *people("bea", 2, **NURSE), *both], plans_of("ann", 3))
    # 3 + 2 + eve, who stands in both groups and once in the trust
    assert numbers(snapshot, "1.4a") == ("not_met", 3, 6)
    assert numbers(snapshot, "1.4a", PHYSIOS) == ("not_met", 3, 4)
    assert numbers(snapshot, "1.4a", NURSES) == ("not_met", 0, 3)
    assert numbers(snapshot, "1.4a", WARD) == ("not_met", 0, 3)


def test_a_group_with_only_excluded_staff_has_no_half_at_all(register: Build):
    trainees = people("trainee", 4, staff_group_code="07", job_role_code="01012", team="Doctors")
    found = halves(register([*people("ann", 2), *trainees], plans_of("ann", 2)))
    assert {scope for scope, _ in found} == {"trust", PHYSIOS, PHYSIO_TEAM}


def test_people_on_paper_alone_plan_in_another_system_and_people_without_a_plan_do_not(register: Build):
    paper = {"system": "paper", "start_date": "2019-01-15", "end_date": "2020-01-14"}
    plans = [
        *plans_of("ann", 17),
        {"person_key": "ann 16", "plan_id": "on both", **ACTIVE, **paper},
        {"person_key": "ann 17", "plan_id": "on paper", **ACTIVE, **paper},
        {"person_key": "ann 18", "plan_id": "ended", **ACTIVE, **paper, "end_date": "2019-05-31"},
    ]
    # 1 of 20 is less than 10%; the one on both is on the software, the ended one and the one without are elsewhere
    assert numbers(register(people("ann", 20), plans), "1.1c") == ("met", 1, 20)
    # 1 of 10 is exactly 10%, which is not less
    assert numbers(register(people("ann", 10), [{**plans[-2], "person_key": "ann 1"}]), "1.1c") == ("not_met", 1, 10)


def test_a_plan_with_objectives_care_and_other_time_is_whole(register: Build):
    plans = plans_of("ann", 4, objectives=2)
    plans[1]["objectives"] = 0
    plans[2]["objectives"] = None
    activities = [activity(f"ann {n}", activity_id=str(i), category=c) for n in range(3)
                  for i, c in enumerate(("DCC", "SPA"))]  # fmt: skip
    activities.append(activity("ann 3", category="DCC"))
    assert numbers(register(people("ann", 4), plans, activities=activities), "1.4b") == ("shown", 1, 4)


def test_a_scope_without_active_plans_has_nothing_to_count_which_is_not_no_feed(register: Build):
    snapshot = register([*people("ann", 2), *people("bea", 2, **NURSE)], plans_of("ann", 2))
    assert numbers(snapshot, "1.4b", WARD) == ("not_applicable", 0, 0)
    assert ("team:Ward", "1.2a") not in halves(snapshot)


def test_supervisors_in_scope_have_time_for_job_planning(register: Build):
    staff = [*people("ann", 2), {"person_key": "cat", "supervisor_person_key": "ann 0"},
             {"person_key": "dee", "supervisor_person_key": "ann 1"},
             {"person_key": "fay", "supervisor_person_key": "not listed"}]  # fmt: skip
    planning = activity("ann 0", activity="Job planning with the team", category="SPA", sessions_per_week=0.25)
    snapshot = register(staff, plans_of("ann", 2), activities=[planning])
    assert numbers(snapshot, "2.1a") == ("shown", 1, 2)


def test_a_plan_with_an_uncategorised_activity_or_with_none_is_not_divided(register: Build):
    activities = [activity("ann 0"), activity("ann 1"), activity("ann 1", activity_id="2", category="uncategorised")]
    snapshot = register(people("ann", 3), plans_of("ann", 3), activities=activities)
    assert numbers(snapshot, "2.2a") == ("shown", 1, 3)


def test_each_activity_needs_a_metric_and_a_value(register: Build):
    changes = [{}, {"output_metric": None}, {"output_value": 0}, {"output_value": None}]
    activities = [activity("ann 0", activity_id=str(n), **change) for n, change in enumerate(changes)]
    snapshot = register(people("ann", 1), plans_of("ann", 1), activities=activities)
    assert numbers(snapshot, "2.2b") == ("not_met", 1, 4)
    whole = register(people("ann", 1), plans_of("ann", 1), activities=activities[:1])
    assert numbers(whole, "2.2b") == ("met", 1, 1)


def test_outputs_of_one_activity_in_one_team_are_alike_up_to_twice_the_smallest(register: Build):
    def of(*values: float):
        activities = [activity(f"ann {n}", output_value=value) for n, value in enumerate(values)]
        return numbers(register(people("ann", 3), plans_of("ann", 3), activities=activities), "2.2c")

    assert of(3, 6) == ("shown", 1, 1)
    assert of(3, 7) == ("shown", 0, 1)
    # one record alone cannot differ from another: the clause is left to the person who judges
    assert of(3) == ("shown", 0, 0)


def test_activities_stand_beside_rostered_time_of_the_past_12_months(register: Build):
    activities = [activity("ann 0"), activity("ann 0", activity_id="2", category="SPA"), activity("ann 1")]
    sessions = [
        {"person_key": "ann 0", "session_date": "2018-06-01", "delivered_sessions": 1},
        {"person_key": "ann 0", "session_date": "2018-05-31", "category": "SPA", "delivered_sessions": 1},
        {"person_key": "ann 1", "session_date": "2019-02-01", "delivered_sessions": None},
    ]
    snapshot = register(people("ann", 2), plans_of("ann", 2), activities=activities, sessions=sessions)
    assert numbers(snapshot, "2.2d") == ("shown", 1, 3)


def test_a_trust_without_a_roster_has_no_feed_for_what_rests_on_it(register: Build):
    found = halves(register(people("ann", 2), plans_of("ann", 2), activities=[activity("ann 0")]))
    assert ("trust", "2.2d") not in found
    assert found[("trust", "3.3")].state == "not_evidenced"
    assert "no roster of the latest completed quarter is loaded" in found[("trust", "3.3")].detail


def test_disputes_are_closed_with_an_outcome(register: Build):
    plans = plans_of("ann", 4)
    for plan, stage in zip(plans, ("open", " Closed ", "resolved", ""), strict=True):
        plan["mediation_status"] = stage
    plans[0]["appeal_status"] = "upheld"
    half = halves(register(people("ann", 4), plans))[("trust", "2.3b")]
    # closed says nothing about the outcome; resolved and upheld do
    assert (half.state, half.numerator, half.denominator) == ("shown", 2, 3)
    assert half.detail == "2 of 3 closed cases have an outcome; 1 are open"
    assert numbers(register(people("ann", 1), plans_of("ann", 1)), "2.3b") == ("not_applicable", 0, 0)


def test_plans_are_signed_by_both_by_the_date(register: Build):
    plans = plans_of("ann", 3, employee_signoff_date="2019-01-11", manager_signoff_date="2019-01-12")
    plans[1]["manager_signoff_date"] = None
    plans[2]["manager_signoff_date"] = "2019-06-02"
    assert numbers(register(people("ann", 3), plans), "2.3c") == ("shown", 1, 3)


def test_plans_are_approved_after_the_team_met_in_their_cycle(register: Build):
    plans = plans_of("ann", 4)
    plans[0]["team_meeting_date"] = "2019-01-15"
    plans[1]["team_meeting_date"] = "2019-01-16"
    # the others have no date of their own: the latest meeting of the team in the 12 months up to approval counts
    plans[3]["approval_date"] = "2019-01-05"
    meeting = {"kind": "team_job_planning", "scope": "Team : Physio team", "meeting_date": "2019-01-06"}
    snapshot = register(people("ann", 4), plans, meetings=[meeting])
    assert numbers(snapshot, "3.2a") == ("not_met", 2, 4)


@pytest.mark.parametrize(
    ("met_on", "as_at", "state"),
    [("2018-10-01", AS_AT, "met"), ("2018-06-01", AS_AT, "met"), ("2018-05-31", AS_AT, "not_met")],
)
def test_the_team_also_has_to_have_met_in_the_past_12_months(register: Build, met_on, as_at, state):
    meeting = {"kind": "team_job_planning", "scope": PHYSIO_TEAM, "meeting_date": met_on}
    snapshot = register(people("ann", 2), plans_of("ann", 2), meetings=[meeting])
    assert numbers(snapshot, "3.2a", PHYSIO_TEAM, as_at) == (state, 2, 2)


def test_for_the_trust_every_team_has_to_have_met(register: Build):
    meeting = {"kind": "team_job_planning", "scope": PHYSIO_TEAM, "meeting_date": "2018-10-01"}
    snapshot = register([*people("ann", 2), *people("bea", 1, **NURSE)], plans_of("ann", 2), meetings=[meeting])
    half = halves(snapshot)[("trust", "3.2a")]
    assert half.state == "not_evidenced"
    assert half.detail.endswith("1 of 2 teams met annually")
    assert numbers(snapshot, "3.2a", PHYSIOS) == ("met", 2, 2)


def test_plans_with_an_objective_of_the_team(register: Build):
    plans = plans_of("ann", 3, team_linked_objectives=1)
    plans[1]["team_linked_objectives"], plans[2]["team_linked_objectives"] = 0, None
    assert numbers(register(people("ann", 3), plans), "3.2c") == ("shown", 1, 3)


def test_duties_with_a_tariff_have_time(register: Build):
    activities = [
        activity("ann 0", tariff_item="audit lead", category="SPA", sessions_per_week=0.25),
        activity("ann 1", tariff_item="audit lead", category="SPA", sessions_per_week=0.5),
        activity("ann 2", tariff_item="audit lead", category="SPA", sessions_per_week=2),
        activity("ann 3", tariff_item="audit lead", category="SPA", sessions_per_week=0),
        activity("ann 3", activity_id="2"),
    ]
    snapshot = register(people("ann", 4), plans_of("ann", 4), activities=activities)
    assert numbers(snapshot, "3.2f") == ("shown", 3, 4)
    # hours 1, 2 and 8; the middle one is usual, and 8 is more than twice that
    assert numbers(snapshot, "3.5c") == ("shown", 2, 3)


def test_annual_sessions_stand_for_a_52nd_a_week(register: Build):
    activities = [activity("ann 0", sessions_per_week=None, annual_sessions=52, tariff_item="lead"),
                  activity("ann 1", sessions_per_week=1, annual_sessions=520, tariff_item="lead")]  # fmt: skip
    known = known_at(register(people("ann", 2), plans_of("ann", 2), activities=activities), "XAA", AS_AT)
    assert known.on(AS_AT).activities["weekly_sessions"].to_list() == [1.0, 1.0]


def test_variances_have_cause_and_action_and_the_lead_reconciled_each_quarter(register: Build):
    differs = {"session_date": "2019-03-31", "delivered_sessions": 0}
    sessions = [
        {"person_key": "ann 0", **differs, "cause": "sickness", "action": "covered"},
        {"person_key": "ann 1", **differs, "cause": "sickness", "action": " "},
        {"person_key": "ann 1", "session_date": "2019-04-01", "delivered_sessions": 0},
        {"person_key": "ann 0", "category": "SPA", "session_date": "2019-03-30", "delivered_sessions": 1},
    ]
    snapshot = register(
        people("ann", 2), plans_of("ann", 2), sessions=sessions, meetings=quarterly("reconciliation", scope=PHYSIO_TEAM)
    )
    # the quarter to 31 March: two variances, one of them with cause and action; the one of April is not in it
    assert numbers(snapshot, "3.3", PHYSIO_TEAM) == ("met", 1, 2)
    # a computed variance is no evidence that anybody looked at it
    without = register(people("ann", 2), plans_of("ann", 2), sessions=sessions)
    assert numbers(without, "3.3", PHYSIO_TEAM) == ("not_evidenced", 1, 2)


def test_annualised_plans_are_shown_and_none_is_no_failure(register: Build):
    plans = plans_of("ann", 3)
    for plan, how in zip(plans, ("whole", "part", "none"), strict=True):
        plan["annualised"] = how
    assert numbers(register(people("ann", 3), plans), "3.4") == ("shown", 2, 3)
    assert numbers(register(people("ann", 3), plans[2:]), "3.4") == ("shown", 0, 1)


@pytest.mark.parametrize(
    ("changes", "state"),
    [
        ({"sample_size": 12}, "met"),
        ({"sample_size": 0}, "not_evidenced"),
        ({"sample_size": None}, "not_evidenced"),
        ({"sample_size": 12, "reference": " "}, "not_evidenced"),
        ({"sample_size": 12, "scope": PHYSIO_TEAM}, "not_evidenced"),
    ],
)
def test_the_consistency_committee_reviews_a_sample_each_quarter(register: Build, changes, state):
    meetings = quarterly("consistency_committee", **changes)
    snapshot = register(people("ann", 1), plans_of("ann", 1), meetings=meetings)
    assert numbers(snapshot, "3.5a")[0] == state


def test_a_missed_quarter_is_not_met_and_says_which(register: Build):
    meetings = quarterly("consistency_committee", sample_size=12)
    half = halves(register(people("ann", 1), plans_of("ann", 1), meetings=meetings[1:]))[("trust", "3.5a")]
    assert half.state == "not_met"
    assert "ending 30 Jun 2018" in half.detail
    # a meeting after the date does not exist yet
    later = register(people("ann", 1), plans_of("ann", 1), meetings=meetings)
    assert numbers(later, "3.5a", as_at=dt.date(2019, 6, 25))[0] == "not_met"


def test_the_workforce_group_is_recommended_monthly_which_blocks_nothing(register: Build):
    snapshot = register(people("ann", 1), plans_of("ann", 1), meetings=quarterly("workgroup"))
    half = halves(snapshot)[("trust", "1.3c")]
    assert half.state == "shown"
    assert "none in 9 of 12 periods" in half.detail
    assert numbers(snapshot, "4.2a")[0] == "met"


def test_every_indicator_goes_to_board_and_department_and_active_plans_monthly(register: Build):
    months = [dt.date(2018, month, 20) for month in range(6, 13)] + [dt.date(2019, month, 20) for month in range(1, 6)]
    quarters = quarterly("kpi_report", kpi="1; 3; KPI 4")
    board = [{**row, "audience": "Board"} for row in quarters]
    departments = [{**row, "audience": "departments"} for row in quarters]
    monthly = [{"kind": "kpi_report", "meeting_date": day.isoformat(), "kpi": "2", "audience": "board; departments"}
               for day in months]  # fmt: skip
    staff, plans = people("ann", 1), plans_of("ann", 1)
    assert numbers(register(staff, plans, meetings=[*board, *departments, *monthly]), "4.1b") == ("met", 8, 8)
    missing = halves(register(staff, plans, meetings=[*board, *monthly[1:]]))[("trust", "4.1b")]
    # to the department nothing but indicator 2, and that without June 2018, which the board misses too
    assert (missing.state, missing.numerator) == ("not_met", 3)
    assert "indicator 2 to the board not monthly" in missing.detail
    assert numbers(register(staff, plans), "4.1b") == ("not_evidenced", 0, 8)


@pytest.mark.parametrize(
    ("attendance", "state"),
    [
        ("Finance; clinical lead; HR", "met"),
        ("finance; clinical", "not_evidenced"),
        ("finance; clinical; thrice", "not_evidenced"),
    ],
)
def test_finance_clinical_and_hr_review_each_service_each_quarter(register: Build, attendance, state):
    meetings = quarterly("service_review", scope=PHYSIO_TEAM, attendance=attendance)
    snapshot = register(people("ann", 2), plans_of("ann", 2), meetings=meetings)
    assert numbers(snapshot, "4.3b", PHYSIO_TEAM)[0] == state


def test_what_every_team_has_to_do_says_how_many_teams_do_it(register: Build):
    reviews = quarterly("service_review", scope=PHYSIO_TEAM, attendance="finance; clinical; HR")
    too_few = [{**reviews[0], "scope": WARD}]
    staff = [*people("ann", 2), *people("bea", 1, **NURSE), *people("cat", 1, team="Gym")]
    half = halves(register(staff, plans_of("ann", 2), meetings=reviews))[("trust", "4.3b")]
    assert (half.state, half.numerator, half.denominator) == ("not_evidenced", 1, 3)
    assert half.detail == "1 of 3 teams met quarterly"
    failed = register(staff, plans_of("ann", 2), meetings=[*reviews, *too_few])
    assert numbers(failed, "4.3b") == ("not_met", 1, 3)
    assert numbers(failed, "4.3b", NURSES) == ("not_met", 0, 1)


def test_clauses_that_no_extract_carries_have_no_computed_half(register: Build):
    found = {clause for _, clause in halves(register(people("ann", 2), plans_of("ann", 2)))}
    assert found.isdisjoint({"1.1b", "1.2a", "3.1c", "4.3a", "4.3d", "4.4b"})


PLAN_LIVES = (
    {**ACTIVE},
    {**ACTIVE, "status": "superseded"},
    {**ACTIVE, "status": "expired", "end_date": "2019-07-31"},
    {**ACTIVE, "status": "expired", "end_date": "2019-03-31"},
    {"review_date": "2019-05-01", "approval_date": "2019-06-02"},
    {"review_date": "2018-05-01", "approval_date": "2018-05-02"},
    {"status": "appeal"},
    {"status": "draft", "start_date": "2019-12-01"},
    {"review_date": "2019-05-01"},
    {**ACTIVE, "status": "superseded", "person_key": "ann 0", "approval_date": "2018-12-01"},
)


@pytest.mark.parametrize("as_at", [AS_AT, dt.date(2019, 3, 31), dt.date(2019, 8, 1), dt.date(2018, 6, 1)])
def test_on_its_own_date_the_register_as_known_says_the_same_as_the_register(register: Build, as_at):
    plans = [{"person_key": f"ann {n}", "plan_id": f"plan {n}", **life} for n, life in enumerate(PLAN_LIVES)]
    rows = register(people("ann", 10), plans).sql("select * from staging.job_plans")
    said, known = (plan_states(one, as_at).sort("plan_id") for one in (rows, plans_as_known(rows, as_at)))
    columns = ["plan_id", "state", "on_cutoff"]
    assert known.select(columns).rows() == said.select(columns).rows()


def test_the_past_answer_stays_when_later_events_are_loaded(register: Build):
    staff, plans = people("ann", 4), plans_of("ann", 3)
    meetings = quarterly("consistency_committee", sample_size=3)
    before = halves(register(staff, plans, meetings=meetings))
    renewed = [*plans, *plans_of("ann", 4, review_date="2019-06-20", approval_date="2019-06-25")]
    for number, plan in enumerate(renewed):
        plan["plan_id"] = f"plan {number}"
        plan["start_date"] = "2019-06-26" if number >= 3 else "2018-04-01"
        plan["status"] = "superseded" if number < 3 else "approved"
    later = register(
        [*staff, *people("ann", 4, period="2019-06-30", team="Elsewhere")],
        renewed,
        leavers=[{"person_key": "ann 1", "leaving_date": "2019-06-20", "entered_date": "2019-06-18"}],
        meetings=[*meetings, {"kind": "consistency_committee", "meeting_date": "2019-06-21", "sample_size": 3}],
    )
    assert halves(later) == before
