"""Capacity at the agreed output, whether teams plan alike, and what was reported when."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import polars as pl
import pytest

from workbench.attainment.capacity import (
    agreed_outputs,
    capacity_by_team,
    hours_for_duties,
    skill_mix,
    spread_between_teams,
)
from workbench.attainment.planned_time import planned_time_at
from workbench.attainment.reporting import reported_log
from workbench.warehouse.snapshot import Snapshot

Build = Callable[..., Snapshot]
DAY = dt.date(2019, 3, 31)
CURRENT = {"review_date": "2019-03-01", "approval_date": "2019-03-15"}
LISTED = {"period": "2018-12-31"}


def plan(person: str) -> dict[str, object]:
    return {"plan_id": f"plan of {person}", "person_key": person, **CURRENT}


def activity(person: str, number: int, sessions: float, **changes: object) -> dict[str, object]:
    given = {"plan_id": f"plan of {person}", "activity_id": str(number), "sessions_per_week": sessions}
    return given | changes


def test_rostered_sessions_are_spread_over_activities_as_the_plan_spreads_them(register: Build) -> None:
    snapshot = register(
        [{"person_key": "ann", **LISTED}],
        [plan("ann")],
        activities=[
            activity("ann", 1, 3, output_metric="contacts", output_value=6),
            activity("ann", 2, 1, output_metric="cases", output_value=4),
            # a quarter of the direct care has no agreed output, and so no capacity
            activity("ann", 3, 4, output_metric=None, output_value=None),
            activity("ann", 4, 2, category="SPA", output_metric=None, output_value=None),
        ],
        sessions=[{"person_key": "ann", "assignment_key": "ann-1", "planned_sessions": 80, "delivered_sessions": 40}],
    )
    assert capacity_by_team(snapshot, "XAA", DAY).rows() == [
        ("2018-19Q4", "Physio team", "cases", 1, 10.0, 5.0, 40.0, 20.0),
        ("2018-19Q4", "Physio team", "contacts", 1, 30.0, 15.0, 180.0, 90.0),
    ]


def test_a_quarter_without_roster_has_no_capacity_rather_than_none_delivered(register: Build) -> None:
    snapshot = register([{"person_key": "ann", **LISTED}], [plan("ann")], activities=[activity("ann", 1, 3)])
    assert capacity_by_team(snapshot, "XAA", DAY).is_empty()


@pytest.fixture
def two_teams(register: Build) -> Snapshot:
    duty = {"category": "SPA", "tariff_item": "core SPA", "output_metric": None, "output_value": None}
    staff = [{"person_key": name, "team": team, **LISTED} for name, team in (("ann", "A"), ("bob", "A"), ("cy", "B"))]
    staff[2]["staff_group"] = "Additional Clinical Services"
    return register(
        staff,
        [plan(name) for name in ("ann", "bob", "cy")],
        activities=[
            activity("ann", 1, 1, **duty, hours_per_session=4),
            activity("bob", 1, 0.5, **duty, hours_per_session=4),
            activity("cy", 1, 1.5, **duty, hours_per_session=4),
            activity("ann", 2, 1, output_value=6),
            activity("bob", 2, 3, output_value=10),
            activity("cy", 2, 1, output_value=3),
        ],
    )


def test_hours_for_a_duty_are_a_person_s_average_and_outputs_are_weighted_by_sessions(two_teams: Snapshot) -> None:
    planned = planned_time_at(two_teams, "XAA", DAY)
    assert planned is not None
    assert hours_for_duties(planned).rows() == [("core SPA", "A", 2, 3.0), ("core SPA", "B", 1, 6.0)]
    assert agreed_outputs(planned).rows() == [("Clinic", "contacts", "A", 2, 9.0), ("Clinic", "contacts", "B", 1, 3.0)]
    assert skill_mix(planned).rows() == [
        ("A", "Allied Health Professionals", 2, 22.0),
        ("B", "Additional Clinical Services", 1, 10.0),
    ]


def test_the_spread_leaves_out_teams_that_are_about_somebody() -> None:
    rows = pl.DataFrame({"duty": "SPA", "team": ["A", "B", "C"], "people": [6, 5, 1], "hours": [2.0, 3.0, 40.0]})
    assert spread_between_teams(rows, ["duty"], "hours", 5).rows() == [("SPA", 11, 2, 2.0, 2.5, 3.0, 1.5)]
    nothing = rows.with_columns(hours=pl.lit(0.0))
    assert spread_between_teams(nothing, ["duty"], "hours", 1)["times"].to_list() == [None]


def reported(audience: str, day: str, kpi: str, **changes: object) -> dict[str, object]:
    return {"kind": "kpi_report", "audience": audience, "meeting_date": day, "kpi": kpi, **changes}


def test_each_indicator_is_held_against_how_often_it_is_asked_for(register: Build) -> None:
    quarters = ["2018-06-20", "2018-09-20", "2018-12-20", "2019-03-20"]
    months = [f"2018-{month:02}-10" for month in range(4, 13)] + [f"2019-{month:02}-10" for month in range(1, 4)]
    snapshot = register(
        [{"person_key": "ann", **LISTED}],
        meetings=[reported("Board", day, "1; 2; 3; 4") for day in quarters]
        + [reported("Board", day, "2") for day in months]
        + [reported("departments", day, "1, 3") for day in quarters[1:]]
        + [
            reported("departments", "2018-06-20", "1", reference=None),
            reported("departments", "2019-04-02", "4"),
            reported("departments", "2019-01-15", "", kind="workgroup"),
        ],
    )
    log = {(row.kpi, row.audience): row for row in reported_log(snapshot, "XAA", DAY)}
    assert {key for key, row in log.items() if row.kept.kept} == {(kpi, "board") for kpi in "1234"}
    assert len(log["2", "board"].days) == 16
    assert (log["2", "board"].asked, log["3", "board"].asked) == ("monthly", "quarterly")
    assert log["1", "department"].kept.missed == (dt.date(2018, 6, 30),)
    assert not log["4", "department"].kept.ever
