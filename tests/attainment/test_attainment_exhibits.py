"""What the attainment page shows, and what it withholds."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from workbench import open_workbench
from workbench.attainment.dashboard import PAGE, clinical_services
from workbench.attainment.exhibits import active_plans_by_group, plans_not_active_reasons
from workbench.exhibits import ExhibitRequest
from workbench.settings import Settings
from workbench.warehouse.snapshot import Snapshot
from workbench.workbench import Workbench

Build = Callable[..., Snapshot]
CURRENT = {"review_date": "2019-03-01", "approval_date": "2019-03-15"}
NURSE = {
    "staff_group_code": "03",
    "staff_group": "Nursing and Midwifery Registered",
    "job_role_code": "03001",
    "profession": "unknown",
    "service": "Wards",
}


def people(prefix: str, number: int, **changes: object) -> list[dict[str, object]]:
    return [{"person_key": f"{prefix} {n}", **changes} for n in range(number)]


def opened(snapshot: Snapshot, home: Path, audience: str = "analyst") -> Workbench:
    return Workbench(snapshot, Settings(home=home, key_file=home / "key", reports=home / "reports"), audience)


def asked(**options: str) -> ExhibitRequest:
    return ExhibitRequest("XAA", dt.date(2019, 5, 31), options)


@pytest.fixture
def trust(register: Build) -> Snapshot:
    """20 physiotherapists of whom 19 have a plan, 30 nurses of whom 10 have one, 12 people on the bank."""
    bank = {"contract_type_code": "01", "is_substantive": False}
    return register(
        people("physio", 20) + people("nurse", 30, **NURSE) + people("bank", 12, **bank),
        people("physio", 19, **CURRENT)
        + people("nurse", 10, **CURRENT)
        + [{"person_key": f"nurse {n}", "status": "draft"} for n in range(10, 18)]
        + [{"person_key": "left long ago", **CURRENT}],
    )


def test_the_title_is_the_finding(trust: Snapshot, tmp_path: Path) -> None:
    exhibit = active_plans_by_group(opened(trust, tmp_path), asked())
    assert exhibit.title == (
        "58.0% of people in scope have an active job plan, short of the aim of more than 90%; "
        "1 of 2 groups shown reach it"
    )
    assert exhibit.shown_rows() == [
        ["Nursing and midwifery", "10", "30", "33.3%"],
        ["Allied health professionals", "19", "20", "95.0%"],
        ["Total", "29", "50", "58.0%"],
    ]
    assert any("bank only 12" in note for note in exhibit.notes)
    assert "aim: more than 90%" in exhibit.alt
    assert exhibit.measures == ("active_job_plan_coverage",)


def test_reasons_add_up_to_the_people_without_an_active_plan(trust: Snapshot, tmp_path: Path) -> None:
    exhibit = plans_not_active_reasons(opened(trust, tmp_path), asked())
    rows = {label: (people, share) for label, people, share in exhibit.shown_rows() if people != "0"}
    assert rows == {
        "no plan": ("13", "61.9%"),
        "draft or in discussion": ("8", "38.1%"),
        "Total": ("21", "100.0%"),
    }
    assert exhibit.title == (
        "21 people in scope have no active job plan; the most frequent reason shown is “no plan” (13)"
    )
    assert any("plans of people who are not employed on the date 1" in note for note in exhibit.notes)


def test_one_service_only(trust: Snapshot, tmp_path: Path) -> None:
    exhibit = active_plans_by_group(opened(trust, tmp_path), asked(service="Wards"))
    assert [row[0] for row in exhibit.shown_rows()] == ["Nursing and midwifery", "Total"]
    assert exhibit.stamp.scope == "Wards"


def test_a_lead_cannot_work_out_that_one_physiotherapist_has_no_plan(trust: Snapshot, tmp_path: Path) -> None:
    exhibit = active_plans_by_group(opened(trust, tmp_path, "lead"), asked())
    shown = {row[0]: row[1:] for row in exhibit.shown_rows()}
    group, total = shown["Allied health professionals"], shown["Total"]
    assert "[c]" in group[0] or "[c]" in group[1]
    assert group[2] == "[c]"
    assert exhibit.withheld >= 1
    assert "95.0" not in json.dumps(exhibit.to_bundle()["table"]) + exhibit.title + exhibit.alt
    assert total[0] == "29" or "[c]" in total[0]


def test_without_a_register_the_exhibits_say_so(register: Build, tmp_path: Path) -> None:
    workbench = opened(register([{"person_key": "ann"}]), tmp_path)
    for exhibit in (active_plans_by_group(workbench, asked()), plans_not_active_reasons(workbench, asked())):
        assert "no job-plan register" in exhibit.title
        assert exhibit.shown_rows()[0][1] == "[x]"


def test_everybody_covered_and_nobody_in_scope_are_said_in_words(register: Build, tmp_path: Path) -> None:
    covered = opened(register(people("physio", 6), people("physio", 6, **CURRENT)), tmp_path)
    assert plans_not_active_reasons(covered, asked()).title == "Everybody in scope has an active job plan"
    assert "above the aim" in active_plans_by_group(covered, asked()).title
    admin = {"staff_group_code": "08", "staff_group": "Administrative and Clerical"}
    nobody = opened(register(people("clerk", 6, **admin), people("clerk", 1, **CURRENT)), tmp_path)
    assert active_plans_by_group(nobody, asked()).title == "Active job plans: nobody is in scope"


TABLES_ALONE = ("consistency_between_teams", "skill_mix_by_team", "indicators_reported")


@pytest.mark.parametrize("audience", ["analyst", "lead", "board"])
def test_every_exhibit_of_the_page_is_made_for_every_audience(sample_settings, audience: str) -> None:
    workbench = open_workbench(audience=audience, settings=sample_settings)
    for name in PAGE.exhibits:
        exhibit = workbench.exhibit(name, organisation="XCC", as_at="2026-09-30")
        assert exhibit.title and exhibit.to_bundle()["id"] == name
        # a table that says it all has no chart, and nothing else has none
        assert (exhibit.figure is None) is (name in TABLES_ALONE)
        assert bool(exhibit.alt) is (name not in TABLES_ALONE)


def test_the_page_offers_services_with_clinical_staff(trust: Snapshot, tmp_path: Path) -> None:
    workbench = opened(trust, tmp_path)
    assert clinical_services(workbench, "XAA", dt.date(2019, 6, 15)) == ["Therapies", "Wards"]
