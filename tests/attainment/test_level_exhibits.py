"""What the page says about levels, and what a lead or a board is not told."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from workbench.attainment.exhibits import EXHIBITS
from workbench.attainment.level_exhibits import LEVEL_EXHIBITS
from workbench.attainment.next_level_exhibits import NEXT_LEVEL_EXHIBITS
from workbench.exhibits import Exhibit, ExhibitRequest
from workbench.settings import Settings
from workbench.warehouse.snapshot import Snapshot
from workbench.workbench import Workbench

Build = Callable[..., Snapshot]
AS_AT = dt.date(2019, 6, 1)
NAMES = (*LEVEL_EXHIBITS, *NEXT_LEVEL_EXHIBITS)
TRUST_WIDE = ("1.1a", "1.1b", "1.2b", "1.3a", "1.3b", "1.3c", "1.3d")
NURSE = {"staff_group_code": "03", "job_role_code": "03001", "profession": "unknown", "team": "Ward"}


def people(prefix: str, number: int, **changes: object) -> list[dict[str, object]]:
    return [{"person_key": f"{prefix} {n}", **changes} for n in range(number)]


def plans(prefix: str, number: int, **changes: object) -> list[dict[str, object]]:
    given = {"review_date": "2019-01-10", "approval_date": "2019-01-15", **changes}
    return [{**row, "plan_id": f"plan of {row['person_key']}"} for row in people(prefix, number, **given)]


def shown(snapshot: Snapshot, home: Path, exhibit: str, audience: str = "analyst") -> Exhibit:
    settings = Settings(home=home, key_file=home / "key", reports=home / "reports")
    return EXHIBITS[exhibit](Workbench(snapshot, settings, audience), ExhibitRequest("XAA", AS_AT, {}))


@pytest.fixture
def trust(register: Build) -> Snapshot:
    """20 physiotherapists with plans and 3 nurses without; all evidence of Level 1 but that of the ward."""
    records = [{"clause": clause} for clause in TRUST_WIDE]
    records += [{"clause": clause, "scope": "team:Physio team"} for clause in ("1.2a", "1.4b")]
    records[3]["evidence_date"] = "2016-07-10"
    return register(
        people("physio", 20) + people("nurse", 3, **NURSE),
        plans("physio", 20) + plans("nurse", 1, status="first_sign_off", approval_date=None),
        records=records,
        meetings=[{"kind": "workgroup", "meeting_date": "2019-05-12"}],
    )


def test_the_ladder_names_level_and_blocking_standard_of_every_group(trust: Snapshot, tmp_path: Path) -> None:
    exhibit = shown(trust, tmp_path, "level_ladder")
    assert exhibit.title == ("The trust is at Level 0 (no job planning on software); standards 1.2, 1.4 block Level 1")
    rows = {row[0]: row[1:] for row in exhibit.shown_rows()}
    assert rows["Trust"] == ["23", "0", "1.2, 1.4", "0"]
    # the policy lapses on 11 July 2019: the physiotherapists fall from 1 to 0 within 90 days
    assert rows["Allied health professionals"] == ["20", "1", "2.1, 2.2, 2.3", "0"]
    assert rows["Nursing and midwifery"] == ["3", "0", "1.2, 1.4", "0"]
    assert rows["Medical and dental"] == ["0", "n/a", "", "n/a"]


def test_a_lead_is_not_told_the_level_of_three_people(trust: Snapshot, tmp_path: Path) -> None:
    exhibit = shown(trust, tmp_path, "level_ladder", "lead")
    rows = {row[0]: row[1:] for row in exhibit.shown_rows()}
    assert rows["Nursing and midwifery"] == ["[c]", "[c]", "[c]", "[c]"]
    assert rows["Allied health professionals"][1:] == ["1", "2.1, 2.2, 2.3", "0"]
    assert exhibit.withheld >= 1
    # the count of the others would give the three back
    assert {rows["Trust"][0], rows["Allied health professionals"][0]} != {"23", "20"}


def test_what_blocks_lists_each_clause_with_its_numbers(trust: Snapshot, tmp_path: Path) -> None:
    exhibit = shown(trust, tmp_path, "what_blocks_the_next_level")
    rows = {row[0]: row[2:] for row in exhibit.shown_rows()}
    assert rows["1.2a"] == ["not evidenced", "met by 1 of 2 teams", "n/a", "n/a", "all"]
    assert rows["1.4a"] == ["not met", "by the data alone", "20", "23", "at least 90%"]
    assert exhibit.title == "3 clauses stand between the trust and Level 1; standards 1.2, 1.4 block it"
    assert "1.2 Staff are trained in job planning: 50.0% (1 of 2)" in exhibit.alt


def test_the_forward_look_says_what_lapses_and_when_a_group_falls(trust: Snapshot, tmp_path: Path) -> None:
    exhibit = shown(trust, tmp_path, "forward_look")
    assert exhibit.title == "The trust's level is 0 and cannot fall; clause 1.3a lapses next, after 10 Jul 2019"
    rows = {row[0]: row[1:] for row in exhibit.shown_rows()}
    assert rows["Allied health professionals"] == [
        "1", "1", "0", "0", "falls in 40 days, on 11 Jul 2019, to Level 0 (1.3a)",
    ]  # fmt: skip
    assert any("0 within 90 days" in note for note in exhibit.notes)


def test_what_it_would_take_counts_people_by_what_their_plan_lacks(trust: Snapshot, tmp_path: Path) -> None:
    exhibit = shown(trust, tmp_path, "what_would_it_take")
    # 90% of 23 is 20.7, so 21: one more, and the cheapest waits for a signature
    assert exhibit.title == "Level 1 would take 1 plan to approve and 2 other actions"
    rows = [row for row in exhibit.shown_rows() if row[0] == "1.4a"]
    assert rows == [
        ["1.4a", "plans to approve: awaiting sign-off", "1", "n/a"],
        ["1.4a", "plans to approve, all", "1", "n/a"],
    ]
    hidden = shown(trust, tmp_path, "what_would_it_take", "lead")
    assert hidden.title == "Level 1 would take plans to approve (too few to show) and 2 other actions"
    assert all(row[2] == "[c]" for row in hidden.shown_rows() if row[0] == "1.4a")


def test_reasons_with_counts_do_not_travel_past_disclosure(trust: Snapshot, tmp_path: Path) -> None:
    for name in NAMES:
        told = json.dumps(shown(trust, tmp_path, name, "lead").to_bundle(), default=str)
        assert "20 of 23" not in told and "people in scope have an active plan" not in told


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("audience", ["analyst", "lead", "board"])
def test_every_exhibit_is_made_for_every_audience_and_without_data(
    register: Build, trust: Snapshot, tmp_path: Path, name: str, audience: str
) -> None:
    without = register(people("physio", 2))
    nobody = register(people("clerk", 2, staff_group_code="08"), plans("clerk", 2))
    for snapshot in (trust, without, nobody):
        exhibit = shown(snapshot, tmp_path, name, audience)
        assert exhibit.id == name
        assert exhibit.figure is not None and exhibit.alt and exhibit.title
    assert "no register of job plans" in shown(without, tmp_path, name, audience).title
    assert "Level 0" not in shown(nobody, tmp_path, name, audience).title
