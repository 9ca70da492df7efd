"""What the AHP coding review shows, and what it withholds."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest

from workbench.coding.dashboard import PAGE, ahp_services
from workbench.coding.exhibits import EXHIBITS, ahp_by_profession, coding_completeness
from workbench.errors import UnknownName
from workbench.exhibits import ExhibitRequest
from workbench.settings import Settings
from workbench.warehouse.snapshot import Snapshot
from workbench.workbench import Workbench

Build = Callable[..., Snapshot]
HIDDEN = {"coded_profession": None, "coded_group": "Other ST&T", "occupation_code": None}
DIETITIAN = {
    "coded_profession": "Dietitian",
    "job_role_profession": "Dietitian",
    "registration_profession": "Dietitian",
    "evidenced_profession": "Dietitian",
    "service": "Nutrition",
}


def people(prefix: str, number: int, **changes: object) -> list[dict[str, object]]:
    return [{"person_key": f"{prefix} {n}", **changes} for n in range(number)]


def opened(snapshot: Snapshot, home: Path, audience: str = "analyst") -> Workbench:
    return Workbench(snapshot, Settings(home=home, key_file=home / "key", reports=home / "reports"), audience)


def asked(**options: str) -> ExhibitRequest:
    return ExhibitRequest("XAA", dt.date(2026, 8, 31), options)


@pytest.fixture
def trust(records: Build) -> Snapshot:
    """40 physiotherapists, 7 more hidden by a blank code, 22 dietitians."""
    return records(people("physio", 40) + people("hidden", 7, **HIDDEN) + people("diet", 22, **DIETITIAN))


def test_the_title_counts_coded_evidenced_and_who_would_move(trust: Snapshot, tmp_path: Path) -> None:
    exhibit = ahp_by_profession(opened(trust, tmp_path), asked())
    assert exhibit.title == "62 counted by occupation code, 69 evidenced: 7 would move"
    rows = {row[0]: row[1:6] for row in exhibit.shown_rows()}
    assert rows["Physiotherapist"] == ["40", "47", "47", "47", "7"]
    assert rows["Dietitian"] == ["22", "22", "22", "22", "0"]
    assert rows["Total"] == ["62", "69", "69", "69", "7"]
    assert exhibit.measures == ("ahp_headcount", "ahp_fte")
    assert any("69 people" in note for note in exhibit.notes)


def test_a_few_are_withheld_from_a_lead_with_their_fte(records: Build, tmp_path: Path) -> None:
    snapshot = records(people("physio", 40) + people("diet", 2, **DIETITIAN) + people("hidden", 7, **HIDDEN))
    exhibit = ahp_by_profession(opened(snapshot, tmp_path, "lead"), asked())
    dietitians = next(row for row in exhibit.shown_rows() if row[0] == "Dietitian")
    assert dietitians[1:] == ["[c]"] * 10
    assert exhibit.withheld >= 4


def test_options_narrow_what_is_counted_and_choose_what_is_drawn(trust: Snapshot, tmp_path: Path) -> None:
    workbench = opened(trust, tmp_path)
    nutrition = ahp_by_profession(workbench, asked(service="Nutrition"))
    assert nutrition.title == "22 counted by occupation code, 22 evidenced: none would move"
    assert "FTE" in ahp_by_profession(workbench, asked(measure="fte")).alt
    assert "0 evidenced" in ahp_by_profession(workbench, asked(level="support")).title
    with pytest.raises(UnknownName, match="option `level`"):
        ahp_by_profession(workbench, asked(level="senior"))


def test_completeness_names_the_field_that_is_filled_least(trust: Snapshot, tmp_path: Path) -> None:
    exhibit = coding_completeness(opened(trust, tmp_path), asked())
    assert exhibit.title == ("The occupation code is the field filled least: 89.9% of AHP-relevant assignments")
    rows = {row[0]: row[1:] for row in exhibit.shown_rows()}
    assert rows["Therapies"] == ["47", "85.1%", "100.0%", "100.0%", "7", "0", "0"]
    assert rows["Nutrition"] == ["22", "100.0%", "100.0%", "100.0%", "0", "0", "0"]


def test_a_single_blank_code_is_withheld_from_a_lead_with_its_share(records: Build, tmp_path: Path) -> None:
    snapshot = records(people("physio", 40) + people("hidden", 1, **HIDDEN))
    exhibit = coding_completeness(opened(snapshot, tmp_path, "lead"), asked())
    therapies = next(row for row in exhibit.shown_rows() if row[0] == "Therapies")
    assert therapies == ["Therapies", "41", "[c]", "100.0%", "100.0%", "[c]", "0", "0"]


def test_everything_filled_is_said_in_words(records: Build, tmp_path: Path) -> None:
    exhibit = coding_completeness(opened(records(people("physio", 9)), tmp_path), asked())
    assert exhibit.title == "Every AHP-relevant assignment has its occupation code and job role and area of work filled"


def test_a_month_that_is_not_loaded_is_said_and_not_drawn_as_zero(trust: Snapshot, tmp_path: Path) -> None:
    request = ExhibitRequest("XAA", dt.date(2026, 6, 30))
    for function in EXHIBITS.values():
        exhibit = function(opened(trust, tmp_path), request)
        assert "not loaded" in exhibit.title
        assert exhibit.shown_rows()[0][1] == "[x]"


@pytest.mark.parametrize("audience", ["analyst", "lead", "board"])
def test_every_exhibit_of_counts_is_made_for_every_audience(trust: Snapshot, tmp_path: Path, audience: str) -> None:
    for name in ("ahp_by_profession", "coding_completeness"):
        exhibit = EXHIBITS[name](opened(trust, tmp_path, audience), asked())
        assert exhibit.figure is not None and exhibit.alt and exhibit.to_bundle()["id"] == name


def test_the_page_offers_the_services_that_have_ahps(trust: Snapshot, tmp_path: Path) -> None:
    assert ahp_services(opened(trust, tmp_path), "XAA", dt.date(2026, 8, 31)) == ["Nutrition", "Therapies"]


def test_every_exhibit_of_the_page_has_a_function() -> None:
    assert set(PAGE.exhibits) == set(EXHIBITS)
