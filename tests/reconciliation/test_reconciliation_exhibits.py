"""What the exhibits of the reconciliation say, and what they withhold."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest

from workbench.attainment.exhibits import EXHIBITS
from workbench.attainment.reconciliation_exhibits import do_the_systems_agree, exceptions_by_owner_and_age
from workbench.exhibits import ExhibitRequest
from workbench.settings import Settings
from workbench.warehouse.snapshot import Snapshot
from workbench.workbench import Workbench

ASKED = ExhibitRequest("XAA", dt.date(2019, 5, 31), {})


def opened(snapshot: Snapshot, home: Path, audience: str = "analyst") -> Workbench:
    return Workbench(snapshot, Settings(home=home, key_file=home / "key", reports=home / "reports"), audience)


@pytest.fixture
def trust(snapshot_of: Callable[..., Snapshot]) -> Snapshot:
    """Twelve physiotherapists, of whom three have no plan, and a ledger that counts one WTE too many."""
    staff = [{"person_key": f"p{n}"} for n in range(12)]
    plans = [{"plan_id": f"P{n}", "person_key": f"p{n}"} for n in range(9)]
    activities = [{"plan_id": f"P{n}"} for n in range(9)]
    return snapshot_of(
        staff, ledger=[{"budget_wte": 12.0, "contracted_wte": 13.0}], job_plans=plans, job_plan_activities=activities
    )


def test_the_first_exhibit_leads_with_the_share_of_lines_and_says_how_far_the_keys_meet(
    trust: Snapshot, tmp_path: Path
) -> None:
    exhibit = do_the_systems_agree(opened(trust, tmp_path), ASKED)
    assert exhibit.title == "0 of 1 lines agree in every system that applies (0.0%)"
    assert exhibit.shown_rows()[0] == ["ESR in post and ledger contracted", "1", "0", "1", "0", "1.0", "1.0"]
    assert exhibit.notes[0] == "How far the keys meet: cost centre, ESR and ledger: 1 in both."
    assert "How far the keys meet: person, ESR and job plans: 9 in both, 3 in ESR alone." in exhibit.notes
    assert "No roster template loaded: its pairs decide nothing." in exhibit.notes
    assert exhibit.measures == ("reconciliation_agreement",)


def test_match_rates_of_people_are_withheld_where_they_are_few(trust: Snapshot, tmp_path: Path) -> None:
    exhibit = do_the_systems_agree(opened(trust, tmp_path, "lead"), ASKED)
    assert "How far the keys meet: person, ESR and job plans: 9 in both, [c] in ESR alone." in exhibit.notes


def test_exceptions_stand_with_their_owner_and_age(trust: Snapshot, tmp_path: Path) -> None:
    exhibit = exceptions_by_owner_and_age(opened(trust, tmp_path), ASKED)
    assert exhibit.title == "4 exceptions are open between the systems, most of them with the clinical lead (3)"
    rows = {row[0]: row[1:] for row in exhibit.shown_rows()}
    assert rows["Clinical lead"] == ["3", "0", "0", "3"]
    assert rows["Management accountant"] == ["1", "0", "0", "1"]
    assert rows["Total"] == ["4", "0", "0", "4"]


def test_few_exceptions_are_withheld_from_a_lead(trust: Snapshot, tmp_path: Path) -> None:
    exhibit = exceptions_by_owner_and_age(opened(trust, tmp_path, "lead"), ASKED)
    assert exhibit.title == "Exceptions between the systems: too few to show"
    assert {row[0]: row[-1] for row in exhibit.shown_rows()}["Clinical lead"] == "[c]"
    assert exhibit.withheld > 0


@pytest.mark.parametrize("name", ["do_the_systems_agree", "exceptions_by_owner_and_age"])
def test_a_month_that_is_not_loaded_is_no_data_and_not_zero(trust: Snapshot, tmp_path: Path, name: str) -> None:
    request = ExhibitRequest("XAA", dt.date(2020, 1, 31), {})
    exhibit = EXHIBITS[name](opened(trust, tmp_path), request)
    assert "not loaded" in exhibit.title
    assert {cell for row in exhibit.shown_rows() for cell in row[1:]} == {"[x]"}


def test_without_a_ledger_no_share_is_claimed(snapshot_of: Callable[..., Snapshot], tmp_path: Path) -> None:
    snapshot = snapshot_of([{"person_key": "a"}], job_plans=[{"plan_id": "P", "person_key": "a"}])
    exhibit = do_the_systems_agree(opened(snapshot, tmp_path), ASKED)
    assert exhibit.title == "Do the systems agree: no ledger is loaded"
