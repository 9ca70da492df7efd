from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from workbench.exhibits import ExhibitRequest
from workbench.retention.flow_exhibits import flows_in_the_year
from workbench.settings import Settings
from workbench.workbench import Workbench

YEAR_AGO, NOW = "2025-09-30", "2026-09-30"


@pytest.fixture
def forty(staff):
    """Forty people, of whom twelve leave and two go on leave; twenty come, and one of three podiatrists leaves."""
    stay = {f"s{n}": {"service": "Therapies"} for n in range(26)}
    before = stay | {f"g{n}": {"service": "Therapies"} for n in range(12)} | {f"i{n}": {} for n in range(2)}
    after = (
        stay | {f"n{n}": {"service": "Therapies"} for n in range(20)} | {f"i{n}": {"is_active": False} for n in (0, 1)}
    )
    small = {f"p{n}": {"service": "Podiatry"} for n in range(3)}
    return staff({YEAR_AGO: before | small, NOW: after | {name: small[name] for name in ("p0", "p1")}})


def shown(snapshot, audience="analyst", as_at=NOW, **options):
    nowhere = Path("nowhere")
    workbench = Workbench(snapshot, Settings(home=nowhere, key_file=nowhere, reports=nowhere), audience)
    return flows_in_the_year(workbench, ExhibitRequest("XAA", dt.date.fromisoformat(as_at), options))


def people(exhibit):
    return {row["line"]: row["people"] for row in exhibit.table.iter_rows(named=True)}


def test_the_lines_lead_from_the_opening_to_the_closing(forty):
    made = shown(forty)
    lines = people(made)
    assert lines["In post 30 Sep 2025"] == 43
    assert lines["Joiners"] == 20
    assert lines["Leavers"] == 13
    assert lines["To inactive"] == 2
    assert lines["In post 30 Sep 2026"] == 48
    assert made.title == "Active staff rose from 43 to 48 in the 12 months to September 2026: 20 new, 13 left"


def test_moves_inside_stand_in_a_group_and_not_in_the_whole(staff):
    snapshot = staff({YEAR_AGO: {"a": {"service": "One"}, "b": {}}, NOW: {"a": {"service": "Two"}, "b": {}}})
    assert "Moves in" not in people(shown(snapshot))
    assert people(shown(snapshot, service="Two"))["Moves in"] == 1


def test_a_lead_sees_a_group_added_up_and_a_small_one_not_at_all(forty):
    made = shown(forty, "lead", service="Podiatry")
    assert made.title.startswith("Podiatry: how the staff in post came about")
    assert set(people(made).values()) == {None}
    assert "Leavers" not in people(made)


def test_no_withheld_fte_is_what_the_others_leave(forty):
    for audience in ("lead", "board"):
        for service in ("Therapies", "Podiatry"):
            table = shown(forty, audience, service=service).table
            hidden = table.filter(table["fte_status"].is_in(["primary", "secondary"])).height
            assert hidden != 1


def test_a_window_that_is_not_loaded_claims_nothing(forty):
    made = shown(forty, as_at="2026-08-31")
    assert made.title.endswith("is not known, because the staff lists it needs are not loaded")
    assert made.alt


def test_fte_is_drawn_with_the_change_of_hours(staff):
    snapshot = staff({YEAR_AGO: {"a": {"fte": 1.0}, "b": {}}, NOW: {"a": {"fte": 0.6}, "b": {}}})
    made = shown(snapshot, unit="fte")
    assert "Change of hours of those who stayed \N{MINUS SIGN}0.4" in made.alt
