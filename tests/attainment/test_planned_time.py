"""KPI 3: the share of direct clinical care in planned sessions."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from workbench.measures import evaluate
from workbench.warehouse.snapshot import Snapshot

Build = Callable[..., Snapshot]
CURRENT = {"review_date": "2019-03-01", "approval_date": "2019-03-15"}
SPA = {"category": "SPA", "activity": "Teaching"}
DOCTOR = {"staff_group_code": "07", "staff_group": "Medical and Dental", "job_role_code": "01003", "profession": None}


def plan(person: str, **changes: object) -> dict[str, object]:
    return {"plan_id": f"plan of {person}", "person_key": person, **CURRENT, **changes}


def activities(person: str, *amounts: tuple[str, float], **changes: object) -> list[dict[str, object]]:
    return [
        {
            "plan_id": f"plan of {person}",
            "activity_id": str(number),
            "category": category,
            "sessions_per_week": sessions,
            **changes,
        }
        for number, (category, sessions) in enumerate(amounts)
    ]


def share(snapshot: Snapshot, by: tuple[str, ...] = (), **options: str) -> dict[str, tuple[object, ...]]:
    result = evaluate(snapshot, "dcc_share", organisation="XAA", as_at="2019-05-31", by=by, options=options)
    rows = result.frame.select(*by, "numerator", "denominator", "status").rows()
    return {" · ".join(row[: len(by)]): row[len(by) :] for row in rows}


def test_it_is_a_ratio_of_sums_and_not_a_mean_of_shares(register: Build) -> None:
    snapshot = register(
        [{"person_key": "ann"}, {"person_key": "bob"}],
        [plan("ann"), plan("bob")],
        activities=activities("ann", ("DCC", 9), ("SPA", 1)) + activities("bob", ("DCC", 1), ("SPA", 1)),
    )
    result = evaluate(snapshot, "dcc_share", organisation="XAA", as_at="2019-05-31")
    assert result.frame.rows() == [(10.0, 12.0, pytest.approx(83.3333333), "ok")]


def test_uncategorised_time_stays_in_the_denominator_and_is_shown(register: Build) -> None:
    snapshot = register(
        [{"person_key": "ann"}],
        [plan("ann")],
        activities=activities("ann", ("DCC", 6), ("SPA", 2), ("uncategorised", 2)),
    )
    result = evaluate(snapshot, "dcc_share", organisation="XAA", as_at="2019-05-31")
    assert result.frame["value"].item() == 60
    counts = result.stamp["counts"]
    assert (counts["uncategorised"], counts["uncategorised_in"]) == (2.0, "sessions a week")
    assert (counts["people_active"], counts["people_in_scope"]) == (1, 1)


def test_no_direct_care_is_a_share_of_nought_and_no_planned_time_is_not_applicable(register: Build) -> None:
    staff = [{"person_key": "ann", "team": "A"}, {"person_key": "bob", "team": "B"}, {"person_key": "cy", "team": "C"}]
    snapshot = register(
        staff,
        [plan("ann"), plan("bob")],
        activities=activities("ann", ("SPA", 2)) + activities("bob", ("DCC", 0)),
    )
    assert share(snapshot, ("team",)) == {
        "A": (0.0, 2.0, "ok"),
        "B": (0.0, 0.0, "not_applicable"),
        "C": (0.0, 0.0, "not_applicable"),
    }


def test_a_plan_without_any_activity_loaded_is_no_data(register: Build) -> None:
    assert share(register([{"person_key": "ann"}], [plan("ann")])) == {"": (None, None, "no_data")}
    assert share(register([{"person_key": "ann"}])) == {"": (None, None, "no_data")}


def test_rows_that_mix_doctors_with_others_are_in_hours_and_rows_of_one_group_in_sessions(register: Build) -> None:
    snapshot = register(
        [{"person_key": "ann"}, {"person_key": "doc", **DOCTOR}],
        [plan("ann"), plan("doc", professional_group="Medical and dental")],
        activities=activities("ann", ("DCC", 6), ("SPA", 2), hours_per_session=3.75)
        # a programmed activity is four hours, whatever the extract says about a session of theirs
        + activities("doc", ("DCC", 5), ("SPA", 5), hours_per_session=3.75),
    )
    assert share(snapshot, ("professional_group",)) == {
        "Allied health professionals": (6.0, 8.0, "ok"),
        "Medical and dental": (5.0, 10.0, "ok"),
    }
    assert share(snapshot) == {"": (6 * 3.75 + 20, 8 * 3.75 + 40, "ok")}
    assert share(snapshot, ("professional_group",), counted_in="hours")["Medical and dental"] == (20.0, 40.0, "ok")
    result = evaluate(snapshot, "dcc_share", organisation="XAA", as_at="2019-05-31", by="team")
    assert result.stamp["rows_in_hours"] == ["Physio team"]


def test_annual_sessions_are_spread_over_the_weeks_asked_for_and_weekly_ones_win(register: Build) -> None:
    given = [
        {"plan_id": "plan of ann", "activity_id": "1", "sessions_per_week": None, "annual_sessions": 104},
        {"plan_id": "plan of ann", "activity_id": "2", "sessions_per_week": 2, "annual_sessions": 999, **SPA},
        {"plan_id": "plan of ann", "activity_id": "3", "sessions_per_week": None, "annual_sessions": None, **SPA},
    ]
    snapshot = register([{"person_key": "ann"}], [plan("ann")], activities=given)
    assert share(snapshot) == {"": (2.0, 4.0, "ok")}
    assert share(snapshot, weeks="40") == {"": (2.6, 4.6, "ok")}
    result = evaluate(snapshot, "dcc_share", organisation="XAA", as_at="2019-05-31")
    assert result.stamp["counts"]["activities_without_sessions"] == 1


def test_only_plans_active_on_the_date_count_and_of_two_the_latest_approved(register: Build) -> None:
    plans = [
        plan("ann", plan_id="old", approval_date="2019-01-10"),
        plan("ann", plan_id="new"),
        plan("bob", plan_id="draft", status="draft"),
        plan("cy", plan_id="tomorrow", approval_date="2019-06-01"),
    ]
    given = [
        {"plan_id": name, "activity_id": "1", "sessions_per_week": sessions}
        for name, sessions in (("old", 1), ("new", 4), ("draft", 16), ("tomorrow", 64))
    ]
    staff = [{"person_key": name} for name in ("ann", "bob", "cy")]
    assert share(register(staff, plans, activities=given)) == {"": (4.0, 4.0, "ok")}


def test_a_plan_over_two_teams_stands_in_both_and_once_in_the_total(register: Build) -> None:
    staff = [
        {"person_key": "ann", "assignment_key": "ann-1", "team": "A"},
        {"person_key": "ann", "assignment_key": "ann-2", "team": "B"},
    ]
    snapshot = register(staff, [plan("ann")], activities=activities("ann", ("DCC", 3), ("SPA", 1)))
    assert share(snapshot, ("team",)) == {"A": (3.0, 4.0, "ok"), "B": (3.0, 4.0, "ok")}
    assert share(snapshot) == {"": (3.0, 4.0, "ok")}


def test_the_plan_of_someone_out_of_scope_counts_for_nobody(register: Build) -> None:
    trainee = {"person_key": "doc", **DOCTOR, "job_role_code": "01012"}
    snapshot = register(
        [{"person_key": "ann"}, trainee],
        [plan("ann"), plan("doc")],
        activities=activities("ann", ("DCC", 1), ("SPA", 1)) + activities("doc", ("DCC", 10)),
    )
    assert share(snapshot) == {"": (1.0, 2.0, "ok")}
