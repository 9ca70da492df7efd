"""Who is in scope of job planning, and who is left out for which reason."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from workbench.attainment.coverage import coverage_at
from workbench.attainment.scope import EXCLUSION_REASONS, Scope, scope_at, training_roles
from workbench.measures import evaluate
from workbench.warehouse.snapshot import Snapshot

Build = Callable[..., Snapshot]
D = dt.date(2019, 5, 31)
WARD = {"kind": "single_area_team", "team": "Ward 7"}
DOCTOR = {"staff_group_code": "01", "staff_group": "Medical and Dental", "profession": "unknown"}
ADMIN = {"staff_group_code": "08", "staff_group": "Administrative and Clerical", "job_role_code": "08001"}
BANK = {"contract_type_code": "01", "is_substantive": False}
HONORARY = {"contract_type_code": "03", "is_substantive": False}


def scope(snapshot: Snapshot, as_at: dt.date = D) -> Scope:
    found = scope_at(snapshot, "XAA", as_at)
    assert found is not None
    return found


def reason(found: Scope) -> str | None:
    """Why the only person is out of scope; None when in."""
    assert found.people + found.excluded.height == 1
    return None if found.people else str(found.excluded["reason"].item())


@pytest.mark.parametrize(
    ("posts", "expected"),
    [
        ([{}], None),
        ([{"staff_group_code": None, "staff_group": "unknown"}], None),
        ([{**DOCTOR, "job_role_code": "01005"}], None),
        ([ADMIN], "not_clinical"),
        ([{"staff_group_code": "02"}], "not_clinical"),
        ([{"staff_group_code": "09"}], "not_clinical"),
        ([{"staff_group_code": "10"}], "not_clinical"),
        ([ADMIN, {}], None),
        ([BANK], "bank_only"),
        ([BANK, HONORARY], "bank_only"),
        ([BANK, {}], None),
        ([HONORARY], "honorary"),
        ([{"contract_type_code": "06", "is_substantive": False}], "other_contract"),
        ([{"contract_type_code": None, "is_substantive": False, "is_contract_known": False}], "contract_unknown"),
        ([{**DOCTOR, "job_role_code": "01035"}], "doctor_in_training"),
        ([{**DOCTOR, "job_role_code": "01037"}], None),
        ([{**DOCTOR, "job_role_code": "01035"}, {**DOCTOR, "job_role_code": "01032"}], None),
        ([{"team": "Ward 7"}], "single_area"),
        ([{"team": " ward 7 "}], "single_area"),
        ([{"team": "Ward 7"}, {"team": "Ward 7"}], "single_area"),
        ([{"team": "Ward 7"}, {"team": "Clinic"}], None),
        ([{"team": "Ward 7"}, {"team": "Ward 8"}], None),
        ([{"team": "Ward 7"}, {**BANK, "team": "Ward 9"}], "single_area"),
    ],
)
def test_one_reason_is_given_for_each_person_out_of_scope(
    register: Build, posts: list[dict[str, object]], expected: str | None
) -> None:
    staff = [{"person_key": "ann", "assignment_key": f"ann-{n}", **post} for n, post in enumerate(posts)]
    found = scope(register(staff, overrides=[WARD, {"kind": "single_area_team", "team": "Ward 8"}]))
    assert reason(found) == expected


def test_working_on_two_flagged_wards_is_not_one_clinical_area(register: Build) -> None:
    staff = [{"person_key": "ann", "assignment_key": f"ann-{n}", "team": f"Ward {n}"} for n in (7, 8)]
    overrides = [{"kind": "single_area_team", "team": f"Ward {n}"} for n in (7, 8)]
    assert scope(register(staff, overrides=overrides)).people == 1


def test_a_trainee_counts_with_the_other_post_only(register: Build) -> None:
    staff = [
        {"person_key": "ann", "assignment_key": "ann-1", **DOCTOR, "job_role_code": "01034"},
        {"person_key": "ann", "assignment_key": "ann-2", **DOCTOR, "job_role_code": "01032"},
    ]
    assert scope(register(staff)).assignments["assignment_key"].to_list() == ["ann-2"]


def test_a_trainee_promoted_to_consultant_is_in_from_that_day(register: Build) -> None:
    staff = [
        {"person_key": "ann", "period": "2019-04-30", **DOCTOR, "job_role_code": "01035"},
        {"person_key": "ann", "period": "2019-05-31", **DOCTOR, "job_role_code": "01005"},
    ]
    snapshot = register(staff)
    assert reason(scope(snapshot, dt.date(2019, 5, 30))) == "doctor_in_training"
    assert reason(scope(snapshot, D)) is None


def test_trust_grade_doctors_are_not_in_training() -> None:
    assert training_roles() == ("01012", "01013", "01014", "01015", "01033", "01034", "01035", "01038", "01045")


@pytest.mark.parametrize(
    ("overrides", "expected"),
    [
        ([{"kind": "exclude_person"}], "override"),
        ([{"kind": "exclude_person", "effective_from": "2019-06-01"}], None),
        ([{"kind": "exclude_person", "effective_to": "2019-05-30"}], None),
        ([{"kind": "exclude_person", "effective_to": "2019-05-31"}], "override"),
        ([{"kind": "exclude_person"}, {"kind": "include_person", "effective_from": "2019-01-01"}], None),
        ([{"kind": "exclude_person"}, {"kind": "include_person"}], "override"),
    ],
)
def test_a_recorded_decision_about_a_person_wins_while_it_holds(
    register: Build, overrides: list[dict[str, object]], expected: str | None
) -> None:
    snapshot = register([{"person_key": "ann"}], overrides=[{"person_key": "ann", **row} for row in overrides])
    assert reason(scope(snapshot)) == expected


@pytest.mark.parametrize("post", [ADMIN, BANK, {"team": "Ward 7"}, {**DOCTOR, "job_role_code": "01035"}])
def test_a_recorded_decision_can_bring_anybody_in(register: Build, post: Mapping[str, object]) -> None:
    overrides = [WARD, {"kind": "include_person", "person_key": "ann"}]
    assert scope(register([{"person_key": "ann", **post}], overrides=overrides)).people == 1


@pytest.mark.parametrize(
    ("leaving", "people"),
    [
        ({"leaving_date": "2019-06-09"}, 0),
        ({"leaving_date": "2019-06-10"}, 1),
        ({"leaving_date": "2019-06-11"}, 1),
        ({"leaving_date": "2019-06-09", "assignment_key": "ann-1"}, 0),
        ({"leaving_date": "2019-06-09", "assignment_key": "ann-2"}, 1),
        ({"leaving_date": "2009-12-31"}, 1),
    ],
)
def test_the_last_day_of_service_still_counts(register: Build, leaving: Mapping[str, object], people: int) -> None:
    snapshot = register([{"person_key": "ann"}, {"person_key": "bob"}], leavers=[{"person_key": "ann", **leaving}])
    assert scope(snapshot, dt.date(2019, 6, 10)).people == people + 1


def test_a_leaving_before_a_new_start_does_not_end_the_new_employment(register: Build) -> None:
    snapshot = register(
        [{"person_key": "ann"}],
        leavers=[{"person_key": "ann", "leaving_date": "2019-03-31"}],
        starters=[{"person_key": "ann", "start_date": "2019-05-01"}],
    )
    assert scope(snapshot).people == 1


def test_ending_one_of_two_posts_is_not_leaving(register: Build) -> None:
    staff = [{"person_key": "ann", "assignment_key": f"ann-{n}"} for n in (1, 2)]
    leavers = [{"person_key": "ann", "assignment_key": "ann-1", "leaving_date": "2019-06-01"}]
    found = scope(register(staff, leavers=leavers), dt.date(2019, 6, 10))
    assert found.assignments["assignment_key"].to_list() == ["ann-2"]


def test_a_leaving_date_decides_even_when_entered_later_and_is_counted(register: Build) -> None:
    leavers = [{"person_key": "ann", "leaving_date": "2019-05-20", "entered_date": "2019-07-01"}]
    found = scope(register([{"person_key": "ann"}, {"person_key": "bob"}], leavers=leavers))
    assert (found.people, found.entered_late) == (1, 1)


@pytest.mark.parametrize(("start", "people"), [("2019-06-10", 2), ("2019-06-11", 1), ("2019-05-31", 1)])
def test_a_starter_since_the_last_staff_list_is_in_with_group_unknown(register: Build, start: str, people: int) -> None:
    snapshot = register([{"person_key": "ann"}], starters=[{"person_key": "new", "start_date": start}])
    found = scope(snapshot, dt.date(2019, 6, 10))
    assert found.people == people
    if people == 2:
        new = found.assignments.filter(person_key="new").row(0, named=True)
        assert (new["staff_group"], new["team"], new["is_new_starter"]) == ("unknown", "unknown", True)


def test_a_starter_who_left_again_is_in_neither(register: Build) -> None:
    snapshot = register(
        [{"person_key": "ann"}],
        starters=[{"person_key": "new", "start_date": "2019-06-02"}],
        leavers=[{"person_key": "new", "leaving_date": "2019-06-05"}],
    )
    assert scope(snapshot, dt.date(2019, 6, 10)).people == 1


def test_leaver_with_a_live_plan_is_in_neither_and_a_joiner_without_one_in_the_denominator(register: Build) -> None:
    live = {"review_date": "2019-03-01", "approval_date": "2019-03-01"}
    snapshot = register(
        [{"person_key": name} for name in ("gone", "last day")],
        [{"person_key": name, **live} for name in ("gone", "last day")],
        leavers=[
            {"person_key": "gone", "leaving_date": "2019-06-09"},
            {"person_key": "last day", "leaving_date": "2019-06-10"},
        ],
        starters=[{"person_key": "joiner", "start_date": "2019-06-10"}],
    )
    coverage = coverage_at(snapshot, "XAA", dt.date(2019, 6, 10))
    assert coverage is not None
    assert coverage.counted().row(0) == (1, 2)
    assert coverage.unmatched == {"not_employed": 1, "out_of_scope": 0, "other_assignment": 0}


def test_every_reason_is_listed_even_when_it_holds_for_nobody(register: Build) -> None:
    assert scope(register([{"person_key": "ann"}])).excluded_by_reason == dict.fromkeys(EXCLUSION_REASONS, 0)


def test_someone_whose_post_has_ended_is_not_staff(register: Build) -> None:
    assert scope(register([{"person_key": "ann"}, {"person_key": "bob", "is_employed": False}])).people == 1


def test_the_measure_uses_the_day_itself_and_month_ends_by_month(register: Build) -> None:
    live = {"review_date": "2018-06-01", "approval_date": "2018-06-01"}
    staff = [{"person_key": "ann", "period": period} for period in ("2019-05-31", "2019-07-31")]
    snapshot = register(staff, [{"person_key": "ann", **live}])
    on = evaluate(snapshot, "active_job_plan_coverage", organisation="XAA", as_at="2019-06-01").frame
    assert on.row(0)[:4] == (1.0, 1.0, 100.0, "ok")
    after = evaluate(snapshot, "active_job_plan_coverage", organisation="XAA", as_at="2019-06-02").frame
    assert after.row(0)[:4] == (0.0, 1.0, 0.0, "ok")
    months = evaluate(snapshot, "active_job_plan_coverage", organisation="XAA", as_at="2019-07-31", by=["month"]).frame
    assert [row[:5] for row in months.rows()] == [
        (dt.date(2019, 5, 31), 1.0, 1.0, 100.0, "ok"),
        (dt.date(2019, 6, 30), None, None, None, "no_data"),
        (dt.date(2019, 7, 31), 0.0, 1.0, 0.0, "ok"),
    ]


def test_nobody_in_scope_is_not_applicable_and_no_register_is_no_data(register: Build) -> None:
    plan = {"person_key": "ann", "review_date": "2019-03-01", "approval_date": "2019-03-01"}
    for snapshot, status in (
        (register([{"person_key": "ann", **ADMIN}], [plan]), "not_applicable"),
        (register([{"person_key": "ann"}]), "no_data"),
    ):
        frame = evaluate(snapshot, "active_job_plan_coverage", organisation="XAA", as_at="2019-05-31").frame
        assert frame.select("value", "status").row(0) == (None, status)


people = st.sampled_from(["ann", "bob", "cat", "dan"])
posts = st.fixed_dictionaries(
    {
        "person_key": people,
        "team": st.sampled_from(["Ward 7", "Clinic"]),
        "staff_group_code": st.sampled_from(["04", "08", None]),
        "is_substantive": st.booleans(),
    }
)
plans = st.fixed_dictionaries(
    {
        "person_key": st.sampled_from(["ann", "bob", "cat", "stranger"]),
        "assignment_key": st.sampled_from([None, "0", "1", "9"]),
        "team": st.sampled_from([None, "Ward 7", "Clinic"]),
        "status": st.sampled_from(["approved", "draft", "superseded", "appeal"]),
        "system": st.sampled_from(["software", "paper"]),
        "review_date": st.sampled_from([None, "2019-01-01", "2017-01-01"]),
        "approval_date": st.sampled_from([None, "2019-01-01", "2019-02-01"]),
    }
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(posts, min_size=1, max_size=5), st.lists(plans, min_size=1, max_size=6))
def test_coverage_never_exceeds_100_per_cent_and_strict_never_exceeds_lenient(
    register: Build, staff: list[dict[str, object]], register_rows: list[dict[str, object]]
) -> None:
    rows = [{**post, "assignment_key": str(number)} for number, post in enumerate(staff)]
    coverage = coverage_at(register(rows, register_rows, overrides=[WARD]), "XAA", D)
    assert coverage is not None
    for by in ((), ("team",), ("professional_group",), ("staff_group",)):
        strict = coverage.counted(by, covering="strict").sort(by or "active")
        lenient = coverage.counted(by, covering="lenient").sort(by or "active")
        assert (strict["active"] <= lenient["active"]).all()
        assert (lenient["active"] <= lenient["in_scope"]).all()
    assert coverage.states()["people"].sum() == coverage.scope.people
    everyone = {str(row["person_key"]) for row in rows}
    assert coverage.scope.people + coverage.scope.excluded.height == len(everyone)
