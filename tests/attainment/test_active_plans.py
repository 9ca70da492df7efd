"""When a plan is active, what it covers, and which one state a person has."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping

import pytest

from workbench.attainment.coverage import PlanCoverage, coverage_at
from workbench.warehouse.snapshot import Snapshot

Build = Callable[..., Snapshot]
D = dt.date(2019, 6, 1)
CURRENT = {"review_date": "2019-03-01", "approval_date": "2019-03-15"}


def at(snapshot: Snapshot, as_at: dt.date = D) -> PlanCoverage:
    coverage = coverage_at(snapshot, "XAA", as_at)
    assert coverage is not None
    return coverage


def state(snapshot: Snapshot, as_at: dt.date = D) -> str:
    """The one state of the only person."""
    (only,) = at(snapshot, as_at).posts["state"].unique().to_list()
    return str(only)


@pytest.mark.parametrize(
    ("reviewed", "approved", "as_at", "expected"),
    [
        ("2018-06-01", "2018-06-01", "2019-06-01", "active"),
        ("2018-05-31", "2018-05-31", "2019-06-01", "lapsed"),
        ("2023-03-01", "2023-03-01", "2024-03-01", "active"),
        ("2019-05-01", "2018-05-31", "2019-06-01", "lapsed"),
        ("2018-05-31", "2019-05-01", "2019-06-01", "lapsed"),
        ("2019-05-01", "2019-06-02", "2019-06-01", "awaiting_sign_off"),
        ("2019-05-01", "2019-06-01", "2019-06-01", "active"),
        ("2023-02-28", "2023-02-28", "2024-02-29", "active"),
        ("2023-02-27", "2023-02-27", "2024-02-29", "lapsed"),
        (None, "2019-05-01", "2019-06-01", "date_missing"),
        ("2019-05-01", None, "2019-06-01", "date_missing"),
    ],
)
def test_active_needs_both_dates_in_the_past_twelve_months(
    register: Build, reviewed: str | None, approved: str | None, as_at: str, expected: str
) -> None:
    day = dt.date.fromisoformat(as_at)
    staff = [{"person_key": "ann", "period": f"{day.year}-05-31" if day.month == 6 else f"{day.year}-01-31"}]
    snapshot = register(staff, [{"person_key": "ann", "review_date": reviewed, "approval_date": approved}])
    assert state(snapshot, day) == expected


@pytest.mark.parametrize(
    ("plan", "expected"),
    [
        ({"status": "draft"}, "draft"),
        ({"status": "in_discussion"}, "draft"),
        ({"status": "first_sign_off"}, "awaiting_sign_off"),
        ({"status": "mediation"}, "in_dispute"),
        ({"status": "appeal"}, "in_dispute"),
        ({"status": "approved"}, "active"),
        ({"status": "superseded"}, "active"),
        ({"status": "expired", "end_date": "2019-05-31"}, "expired"),
        ({"status": "expired", "end_date": "2019-06-01"}, "active"),
        ({"status": "signed in ink"}, "status_unknown"),
        ({"status": None}, "status_unknown"),
        ({"status": "approved", "system": "spreadsheet"}, "other_system"),
        ({"status": "approved", "system": "paper"}, "other_system"),
        ({"status": "approved", "system": None}, "other_system"),
    ],
)
def test_only_an_approved_plan_on_the_software_is_active(
    register: Build, plan: Mapping[str, object], expected: str
) -> None:
    assert state(register([{"person_key": "ann"}], [{"person_key": "ann", **CURRENT, **plan}])) == expected


def test_a_plan_superseded_since_was_approved_on_the_date(register: Build) -> None:
    plans = [
        {"person_key": "ann", "status": "superseded", **CURRENT},
        {"person_key": "ann", "start_date": "2019-07-01", "review_date": "2019-06-20", "approval_date": "2019-07-01"},
    ]
    snapshot = register([{"person_key": "ann"}], plans)
    assert state(snapshot) == "active"


def test_a_plan_replaced_by_the_date_no_longer_counts(register: Build) -> None:
    plans = [
        {"person_key": "ann", "status": "superseded", **CURRENT},
        {"person_key": "ann", "review_date": None, "approval_date": "2019-05-01"},
    ]
    assert state(register([{"person_key": "ann"}], plans)) == "date_missing"


def test_an_older_approved_plan_counts_while_a_newer_draft_is_open(register: Build) -> None:
    plans = [{"person_key": "ann", **CURRENT}, {"person_key": "ann", "status": "draft", "start_date": "2019-06-01"}]
    assert state(register([{"person_key": "ann"}], plans)) == "active"


def test_an_approved_plan_of_which_nothing_was_known_on_the_date_does_not_exist(register: Build) -> None:
    plans = [
        {"person_key": "ann", "start_date": "2020-04-01", "review_date": "2020-03-01", "approval_date": "2020-03-02"}
    ]
    assert state(register([{"person_key": "ann"}], plans)) == "none"


@pytest.mark.parametrize(
    ("statuses", "expected"),
    [
        (("draft", "mediation"), "in_dispute"),
        (("draft", "first_sign_off"), "awaiting_sign_off"),
        (("approved", "mediation"), "active"),
        (("expired", "draft"), "draft"),
    ],
)
def test_the_state_nearest_to_active_is_given(register: Build, statuses: tuple[str, ...], expected: str) -> None:
    plans = [{"person_key": "ann", "status": status, "end_date": "2019-05-01", **CURRENT} for status in statuses]
    assert state(register([{"person_key": "ann"}], plans)) == expected


def test_someone_with_plans_on_both_is_on_the_software(register: Build) -> None:
    plans = [
        {"person_key": "ann", "system": "paper", **CURRENT},
        {"person_key": "ann", "review_date": "2017-01-01", "approval_date": "2017-01-01"},
    ]
    assert state(register([{"person_key": "ann"}], plans)) == "lapsed"


TWO_POSTS = [
    {"person_key": "ann", "assignment_key": "ann-1", "team": "Ward"},
    {"person_key": "ann", "assignment_key": "ann-2", "team": "Clinic"},
]


@pytest.mark.parametrize(
    ("plans", "strict", "lenient", "expected"),
    [
        ([{"assignment_key": "ann-1"}], 0, 1, "partly_covered"),
        ([{"assignment_key": "ann-1"}, {"assignment_key": "ann-2"}], 1, 1, "active"),
        ([{"team": "Clinic"}], 0, 1, "partly_covered"),
        ([{"team": " clinic "}], 0, 1, "partly_covered"),
        ([{"team": "A team of nobody"}], 1, 1, "active"),
        ([{}], 1, 1, "active"),
        ([{"assignment_key": "ann-9"}], 0, 0, "none"),
    ],
)
def test_a_plan_covers_its_assignment_else_its_team_else_all(
    register: Build, plans: list[dict[str, object]], strict: int, lenient: int, expected: str
) -> None:
    snapshot = register(TWO_POSTS, [{"person_key": "ann", **CURRENT, **plan} for plan in plans])
    coverage = at(snapshot)
    assert coverage.counted(covering="strict").row(0) == (strict, 1)
    assert coverage.counted(covering="lenient").row(0) == (lenient, 1)
    assert coverage.posts["state"].unique().to_list() == [expected]


def test_a_plan_on_an_ended_assignment_is_listed_and_not_counted(register: Build) -> None:
    snapshot = register([{"person_key": "ann"}], [{"person_key": "ann", "assignment_key": "ann-0", **CURRENT}])
    coverage = at(snapshot)
    assert coverage.counted().row(0) == (0, 1)
    assert coverage.unmatched == {"not_employed": 0, "out_of_scope": 0, "other_assignment": 1}


def test_of_two_active_plans_the_latest_approved_gives_the_group(register: Build) -> None:
    plans = [
        {"person_key": "ann", **CURRENT, "approval_date": "2019-04-02", "professional_group": "later"},
        {"person_key": "ann", **CURRENT, "approval_date": "2019-04-01", "professional_group": "earlier"},
    ]
    assert at(register([{"person_key": "ann"}], plans)).posts["professional_group"].to_list() == ["later"]


def test_a_person_in_two_groups_counts_once_in_each_and_once_in_the_total(register: Build) -> None:
    plans = [
        {"person_key": "ann", "assignment_key": "ann-1", "professional_group": "Medical", **CURRENT},
        {"person_key": "ann", "assignment_key": "ann-2", "professional_group": "Nursing", **CURRENT},
    ]
    coverage = at(register(TWO_POSTS, plans))
    assert sorted(coverage.counted(("professional_group",)).rows()) == [("Medical", 1, 1), ("Nursing", 1, 1)]
    assert coverage.counted().row(0) == (1, 1)


def test_every_person_has_one_state_in_all_rows(register: Build) -> None:
    coverage = at(register(TWO_POSTS, [{"person_key": "ann", "assignment_key": "ann-1", **CURRENT}]))
    people = {state: count for state, _, count in coverage.states().rows() if count}
    assert people == {"partly_covered": 1}


def test_plans_dated_on_the_first_day_of_the_window_are_counted_apart(register: Build) -> None:
    plans = [{"person_key": "ann", "review_date": "2018-06-01", "approval_date": "2019-01-01"}]
    assert at(register([{"person_key": "ann"}], plans)).on_cutoff == 1


def test_no_register_is_no_data_and_not_zero(register: Build) -> None:
    assert coverage_at(register([{"person_key": "ann"}]), "XAA", D) is None


def test_no_staff_list_by_the_date_is_no_data(register: Build) -> None:
    snapshot = register([{"person_key": "ann"}], [{"person_key": "ann", **CURRENT}])
    assert coverage_at(snapshot, "XAA", dt.date(2019, 5, 30)) is None
