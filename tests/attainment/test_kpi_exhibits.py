"""What the exhibits of the indicators, of capacity and of comparisons say, and what they withhold."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from workbench.attainment.capacity_exhibits import CAPACITY_EXHIBITS, capacity_of_teams, consistency_between_teams
from workbench.attainment.comparison_exhibits import COMPARISON_EXHIBITS, compared_with
from workbench.attainment.kpi_exhibits import (
    KPI_EXHIBITS,
    active_plans_by_month,
    dcc_share_by_group,
    indicators_reported,
    planned_and_delivered,
)
from workbench.exhibits import ExhibitRequest
from workbench.settings import Settings
from workbench.warehouse.snapshot import Snapshot
from workbench.workbench import Workbench

Build = Callable[..., Snapshot]
EVERY = KPI_EXHIBITS | CAPACITY_EXHIBITS | COMPARISON_EXHIBITS
CURRENT = {"review_date": "2019-02-01", "approval_date": "2019-02-15"}
NURSE = {
    "staff_group_code": "03",
    "staff_group": "Nursing and Midwifery Registered",
    "job_role_code": "03001",
    "profession": "unknown",
    "team": "Ward sisters",
}


def opened(snapshot: Snapshot, home: Path, audience: str = "analyst") -> Workbench:
    return Workbench(snapshot, Settings(home=home, key_file=home / "key", reports=home / "reports"), audience)


def asked(day: str = "2019-03-31", **options: str) -> ExhibitRequest:
    return ExhibitRequest("XAA", dt.date.fromisoformat(day), options)


@pytest.fixture
def trust(register: Build) -> Snapshot:
    """Ten physiotherapists and six nurses over two months; nine and two have plans, and sessions on the roster."""
    physios = [{"person_key": f"physio {n}"} for n in range(10)]
    nurses = [{"person_key": f"nurse {n}", **NURSE} for n in range(6)]
    planned = [f"physio {n}" for n in range(9)] + ["nurse 0", "nurse 1"]
    return register(
        [{**person, "period": month} for month in ("2019-02-28", "2019-03-31") for person in physios + nurses],
        [{"plan_id": f"plan of {person}", "person_key": person, **CURRENT} for person in planned],
        activities=[
            {
                "plan_id": f"plan of {person}",
                "activity_id": category,
                "category": category,
                "sessions_per_week": sessions,
            }
            for person in planned
            for category, sessions in (("DCC", 6 if person.startswith("physio") else 8), ("SPA", 2))
        ],
        sessions=[
            {"person_key": person, "assignment_key": f"{person}-1", "planned_sessions": 10, "delivered_sessions": done}
            for person, done in zip(planned, [8, 12, *[10] * 7, 5, 5], strict=True)
        ],
        meetings=[
            {"kind": "kpi_report", "audience": "board", "meeting_date": "2019-03-20", "kpi": "1; 2", "reference": "M"}
        ],
    )


def test_months_stand_beside_the_aim(trust: Snapshot, tmp_path: Path) -> None:
    exhibit = active_plans_by_month(opened(trust, tmp_path), asked())
    assert exhibit.shown_rows() == [["Feb 2019", "11", "16", "68.8%"], ["Mar 2019", "11", "16", "68.8%"]]
    assert exhibit.title == (
        "68.8% of people in scope had an active job plan in Mar 2019; "
        "the aim of more than 90% was reached in none of 2 months shown"
    )
    assert "more than 90%" in exhibit.alt


def test_shares_by_group_are_in_sessions_and_say_so(trust: Snapshot, tmp_path: Path) -> None:
    exhibit = dcc_share_by_group(opened(trust, tmp_path), asked())
    assert exhibit.shown_rows() == [
        ["Allied health professionals", "9", "sessions", "54.0", "72.0", "0.0", "75.0%"],
        ["Nursing and midwifery", "2", "sessions", "16.0", "20.0", "0.0", "80.0%"],
        ["Total", "11", "sessions", "70.0", "92.0", "0.0", "76.1%"],
    ]
    assert exhibit.title == (
        "Direct clinical care is 76.1% of planned time, from 75.0% (Allied health professionals) "
        "to 80.0% (Nursing and midwifery)"
    )


def test_net_and_gross_stand_beside_each_other(trust: Snapshot, tmp_path: Path) -> None:
    exhibit = planned_and_delivered(opened(trust, tmp_path), asked())
    assert exhibit.shown_rows() == [
        ["Allied health professionals", "9", "90.0", "90.0", "0.0%", "4.4%"],
        ["Nursing and midwifery", "2", "20.0", "10.0", "-50.0%", "50.0%"],
        ["Total", "11", "110.0", "100.0", "-9.1%", "12.7%"],
    ]
    assert exhibit.title.startswith("9.1% fewer sessions than planned were delivered in 2018-19Q4")
    assert "no data, not zero" in planned_and_delivered(opened(trust, tmp_path), asked("2019-07-01")).notes[0]


def test_two_people_s_sessions_are_withheld_from_a_lead(trust: Snapshot, tmp_path: Path) -> None:
    workbench = opened(trust, tmp_path, "lead")
    for exhibit in (dcc_share_by_group(workbench, asked()), planned_and_delivered(workbench, asked())):
        rows = {row[0]: row for row in exhibit.shown_rows()}
        assert rows["Nursing and midwifery"][-1] == "[c]"
        assert rows["Allied health professionals"][-1] == "[c]"
        assert exhibit.withheld == 2
    shown = json.dumps(consistency_between_teams(workbench, asked()).to_bundle())
    assert "Ward sisters" not in shown


def test_the_calendar_says_when_and_whether_often_enough(trust: Snapshot, tmp_path: Path) -> None:
    exhibit = indicators_reported(opened(trust, tmp_path), asked())
    assert exhibit.title.startswith("0 of 8 reports are made as often as asked; not so: indicator 1 to the board")
    first = exhibit.shown_rows()[0]
    assert first[:6] == ["1 Level of attainment", "board", "quarterly", "no", "20 Mar 2019", "3"]
    assert first[-2:] == ["no", "yes"]


def test_capacity_is_drawn_for_the_metric_asked_for(trust: Snapshot, tmp_path: Path) -> None:
    exhibit = capacity_of_teams(opened(trust, tmp_path), asked())
    assert exhibit.title == (
        "Sessions delivered in 2018-19Q4 were worth 600 of 660 contacts planned; "
        "furthest behind is Ward sisters (50.0%)"
    )
    other = capacity_of_teams(opened(trust, tmp_path), asked(metric="cases"))
    assert other.title == "Capacity by team: nothing rostered with an agreed output can be shown for 2018-19Q4"


def test_the_survey_is_compared_with_like_only(trust: Snapshot, tmp_path: Path) -> None:
    exhibit = compared_with(opened(trust, tmp_path), asked())
    rows = exhibit.shown_rows()
    assert rows[0] == ["Organisation served", "Made-up Trust", "11", "16", "68.8%", "Level 0", "n/a"]
    assert rows[-2:] == [
        ["July 2018 survey", "clinical staff with a plan on the software", "11", "16", "68.8%", "n/a", "12%"],
        ["July 2018 survey", "organisations served at Level 0", "1", "1", "100.0%", "n/a", "73%"],
    ]
    assert exhibit.title.startswith("68.8% of people in scope have an active job plan; groups from 33.3%")


@pytest.mark.parametrize("audience", ["analyst", "lead", "board"])
def test_every_exhibit_is_made_for_every_audience_with_and_without_data(
    trust: Snapshot, register: Build, tmp_path: Path, audience: str
) -> None:
    empty = register([{"person_key": "ann"}])
    for snapshot, day in ((trust, "2019-03-31"), (empty, "2019-05-31")):
        for name, function in EVERY.items():
            exhibit = function(opened(snapshot, tmp_path, audience), asked(day))
            assert exhibit.to_bundle()["id"] == name
            assert exhibit.title and (exhibit.figure is None or exhibit.alt)


@pytest.mark.parametrize("audience", ["lead", "board"])
@pytest.mark.parametrize("measure", ["dcc_share", "planned_delivered_variance"])
def test_small_teams_are_withheld_where_the_same_people_stand_behind_both_sides(
    register: Build, tmp_path: Path, measure: str, audience: str
) -> None:
    sizes = {"A": 3, "B": 6, "C": 10, "D": 9, "E": 1, "F": 13}
    people = [(f"{team} {n}", team) for team, size in sizes.items() for n in range(size)]
    snapshot = register(
        [{"person_key": person, "team": team, "period": "2019-03-31"} for person, team in people],
        [{"plan_id": f"plan of {person}", "person_key": person, **CURRENT} for person, _ in people],
        activities=[{"plan_id": f"plan of {person}"} for person, _ in people],
        sessions=[
            {"person_key": person, "assignment_key": f"{person}-1", "planned_sessions": 10, "delivered_sessions": 9}
            for person, _ in people
        ],
    )
    rows = opened(snapshot, tmp_path, audience).measure(measure, organisation="XAA", as_at="2019-03-31", by="team")
    hidden = rows.filter(rows["status"] == "suppressed")
    assert {"A", "E"} <= set(hidden["team"])
    assert hidden.select("numerator", "denominator", "value").null_count().row(0) == (hidden.height,) * 3
    assert {"C", "F"} <= set(rows.filter(rows["status"] == "ok")["team"])
