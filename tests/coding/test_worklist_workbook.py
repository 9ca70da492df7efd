"""The worklist workbook: readable, safe to open, and the only place with staff numbers."""

from __future__ import annotations

import datetime as dt
import json
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import polars as pl
import pytest
from python_calamine import CalamineWorkbook

from workbench.coding.decisions import Decisions
from workbench.coding.finding_states import with_states
from workbench.coding.findings import FINDINGS
from workbench.coding.review import Review
from workbench.coding.worklist import Opening, Worklists, worklists
from workbench.coding.worklist_workbook import TASKS, UPDATES, write_workbook
from workbench.errors import SettingsError, WorkbenchError
from workbench.extracts.pseudonyms import open_pseudonyms
from workbench.extracts.vault import Vault
from workbench.settings import Settings

SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
END_OF_SEPTEMBER = dt.date(2026, 9, 30)
EXTRA = {
    "first_seen": pl.Date,
    "last_seen": pl.Date,
    "age_months": pl.Int64,
    "age_is_minimum": pl.Boolean,
    **dict.fromkeys(("suggested_code", "confidence", "reasons", "candidates"), pl.String),
}
PLAIN = {
    "finding_id": "f1",
    "rule_id": "COD1",
    "step": 3,
    "route": "C",
    "cause": "data",
    "subject_key": "a1",
    "severity": "E",
    "person_key": "p1",
    "assignment_key": "a1",
    "position_number": "900155",
    "position_title": "Senior Physiotherapist",
    "service": "Physiotherapy",
    "team": "Inpatients",
    "fte": 0.6,
    "holders": 1,
    "field": "occupation_code",
    "current_code": "SOE",
    "detail": "Not in the list.",
    "first_seen": dt.date(2026, 7, 31),
    "last_seen": END_OF_SEPTEMBER,
    "age_months": 2,
    "age_is_minimum": False,
}
ADA = Opening("Ada Lead", "correct the codes", "Ben Head")


@pytest.fixture
def settings(own_settings: Settings) -> Settings:
    """A vault that knows one person and one assignment, both with leading zeros."""
    vault = Vault(own_settings.vault, open_pseudonyms(own_settings))
    vault.remember("person", pl.DataFrame({"key": ["p1", "p2"], "number": ["00012345", "00067890"]}))
    vault.remember("assignment", pl.DataFrame({"key": ["a1", "a2"], "number": ["00012345-2", "00067890"]}))
    return own_settings


def review_of(settings: Settings, *rows: dict[str, object]) -> Review:
    found = pl.DataFrame([{**PLAIN, **row} for row in rows], schema=FINDINGS | EXTRA)
    told = with_states(found, Decisions.of(settings).standing("XAA"), on=END_OF_SEPTEMBER)
    coverage = pl.DataFrame({"rule_id": ["COD1"], "state": ["ran"], "missing": [""]})
    return Review("XAA", END_OF_SEPTEMBER, END_OF_SEPTEMBER, "literal", told, coverage)


def lists_of(settings: Settings, *rows: dict[str, object]) -> Worklists:
    return worklists(review_of(settings, *rows), settings, ADA)


def confirm(settings: Settings, finding: dict[str, object], code: str = "S0E") -> None:
    Decisions.of(settings).record(
        {**PLAIN, **finding},
        organisation="XAA",
        answer="confirm",
        person="Ada Lead",
        reason="agreed with the team",
        proposed_code=code,
        effective_on=dt.date(2026, 11, 1),
        at=dt.datetime(2026, 10, 4, tzinfo=dt.UTC),
    )


def written(settings: Settings, out: Path, *rows: dict[str, object]) -> Path:
    found = review_of(settings, *rows)
    made_at = dt.datetime(2026, 10, 4, 6, 12)
    write_workbook(out, worklists(found, settings, ADA), found, organisation_name="Made-up Trust", made_at=made_at)
    return out


def sheets(out: Path) -> dict[str, ElementTree.Element]:
    """Every sheet's XML by its name."""
    with zipfile.ZipFile(out) as archive:
        book = ElementTree.fromstring(archive.read("xl/workbook.xml"))
        names = [sheet.get("name", "") for sheet in book.iter(f"{SHEET}sheet")]
        return {
            name: ElementTree.fromstring(archive.read(f"xl/worksheets/sheet{number}.xml"))
            for number, name in enumerate(names, start=1)
        }


def cells(out: Path, sheet: str) -> list[list[object]]:
    return CalamineWorkbook.from_path(out).get_sheet_by_name(sheet).to_python(skip_empty_area=False)


def test_all_that_is_doubtful_about_one_subject_is_one_row(settings):
    lists = lists_of(
        settings,
        {"finding_id": "f1", "rule_id": "COD1", "severity": "E"},
        {"finding_id": "f2", "rule_id": "POP1", "severity": "R", "age_months": 5, "first_seen": dt.date(2026, 4, 30)},
    )
    row = lists.tasks.row(0, named=True)
    assert lists.tasks.height == 1
    assert (row["rules"], row["findings"], row["severity"]) == ("COD1; POP1", "f1; f2", "E")
    assert (row["age_months"], row["first_seen"]) == (5, dt.date(2026, 4, 30))
    assert row["now"] == "occupation code: SOE"
    assert row["due"] == dt.date(2026, 10, 28)


def test_each_service_and_route_has_its_own_sheet(settings):
    lists = lists_of(
        settings,
        {"finding_id": "f1"},
        {"finding_id": "f2", "route": "P"},
        {"finding_id": "f3", "service": "Dietetics"},
        {"finding_id": "f4", "service": "unknown"},
    )
    assert [(service, route, rows.height) for service, route, rows in lists.sheets()] == [
        ("Dietetics", "C", 1),
        ("No service stated", "C", 1),
        ("Physiotherapy", "P", 1),
        ("Physiotherapy", "C", 1),
    ]


def test_staff_numbers_keep_their_leading_zeros_and_stand_beside_people_only(settings):
    lists = lists_of(
        settings,
        {"finding_id": "f1"},
        {"finding_id": "f2", "person_key": None, "assignment_key": None, "subject_key": "900200",
         "position_number": "900200", "holders": 3},
        {"finding_id": "f3", "person_key": "p9", "assignment_key": "a9", "position_number": "900300"},
    )  # fmt: skip
    assert lists.tasks.select("position_number", "employee_number", "assignment_number").rows() == [
        ("900155", "00012345", "00012345-2"),
        ("900200", None, None),
        # The vault does not know this one: the row is kept, without a number.
        ("900300", None, None),
    ]


def test_reading_the_vault_is_written_down_with_name_purpose_and_approver_and_without_numbers(settings):
    lists_of(settings, {})
    log = settings.vault.with_name("openings.log").read_text(encoding="utf-8")
    lines = [json.loads(line) for line in log.splitlines()]
    assert [line["action"] for line in lines] == ["re-identify", "re-identify", "export"]
    assert {(line["person"], line["purpose"]) for line in lines} == {("Ada Lead", "correct the codes")}
    assert lines[0]["details"]["approver"] == "Ben Head"
    assert "12345" not in log


@pytest.mark.parametrize("nobody", [Opening("", "correct the codes"), Opening("Ada Lead", " ")])
def test_nobody_or_no_purpose_opens_nothing(settings, nobody):
    with pytest.raises(WorkbenchError, match="named person"):
        worklists(review_of(settings, {}), settings, nobody)


def test_without_a_vault_there_is_one_readable_message(own_settings):
    with pytest.raises(SettingsError, match="There is no vault"):
        lists_of(own_settings, {})
    assert not own_settings.vault.exists()


def test_a_decided_finding_leaves_the_worklist_and_a_confirmed_code_goes_to_the_mass_update_sheet(settings):
    rows = ({"finding_id": "f1"}, {"finding_id": "f2", "rule_id": "POP1"})
    for row in rows:
        confirm(settings, row)
    Decisions.of(settings).record(
        {**PLAIN, "finding_id": "f3"}, organisation="XAA", answer="challenge", person="Ada Lead", reason="it is right"
    )
    lists = lists_of(settings, *rows, {"finding_id": "f3", "person_key": "p2", "assignment_key": "a2"})
    assert lists.tasks.is_empty()
    assert lists.updates.to_dicts() == [
        {
            "service": "Physiotherapy", "employee_number": "00012345", "assignment_number": "00012345-2",
            "position_number": "900155", "position_title": "Senior Physiotherapist", "holders": 1,
            "field": "occupation_code", "current_code": "SOE", "current_name": None, "proposed_code": "S0E",
            "fix_type": "edit on position", "checks": "", "reason": "agreed with the team", "evidence": "",
            "effective_on": dt.date(2026, 11, 1), "decided_by": "Ada Lead", "decided_on": dt.date(2026, 10, 4),
            "rules": "COD1; POP1", "findings": "f1; f2",
        }
    ]  # fmt: skip


def test_a_position_for_which_two_codes_were_confirmed_is_flagged(settings):
    rows = ({"finding_id": "f1"}, {"finding_id": "f2", "person_key": "p2", "assignment_key": "a2"})
    confirm(settings, rows[0], "S0E")
    confirm(settings, rows[1], "S0C")
    assert ["split it first" in text for text in lists_of(settings, *rows).updates["checks"]] == [True, True]


def test_an_edit_that_changes_other_holders_says_so(settings):
    confirm(settings, {})
    assert "every holder" in lists_of(settings, {"holders": 4}).updates["checks"].item()


def test_a_confirmed_finding_without_a_code_stays_on_the_worklist_until_it_is_done(settings):
    Decisions.of(settings).record(
        {**PLAIN, "rule_id": "HIE1"}, organisation="XAA", answer="confirm", person="Ada Lead", reason="yes"
    )
    lists = lists_of(settings, {"rule_id": "HIE1"})
    assert lists.tasks["state"].to_list() == ["accepted"]
    assert lists.updates.is_empty()


def test_every_sheet_opens_with_filters_a_frozen_heading_and_readable_widths(settings, tmp_path):
    confirm(settings, {})
    out = written(settings, tmp_path / "w.xlsx", {}, {"finding_id": "f2", "assignment_key": "a2", "person_key": "p2"})
    found = sheets(out)
    assert list(found) == ["Contents", "Mass update", "C Physiotherapy", "Rules"]
    for name, sheet in found.items():
        pane = sheet.find(f".//{SHEET}pane")
        filters = sheet.find(f"{SHEET}autoFilter")
        widths = [float(column.get("width", 0)) for column in sheet.iter(f"{SHEET}col")]
        assert pane is not None and (pane.get("state"), pane.get("ySplit")) == ("frozen", "3"), name
        assert filters is not None and filters.get("ref", "").startswith("A3:"), name
        assert widths and min(widths) >= 7 and max(widths) <= 65, name


def test_the_headings_stand_over_their_values(settings, tmp_path):
    confirm(settings, {})
    out = written(settings, tmp_path / "w.xlsx", {}, {"finding_id": "f2", "assignment_key": "a2", "person_key": "p2"})
    update = dict(zip(*cells(out, "Mass update")[2:4], strict=True))
    task = dict(zip(*cells(out, "C Physiotherapy")[2:4], strict=True))
    assert (update["Current value"], update["Proposed value"], update["Approver"]) == ("SOE", "S0E", "Ada Lead")
    assert (update["Reason"], update["Effective date"]) == ("agreed with the team", dt.date(2026, 11, 1))
    assert (task["Employee number"], task["FTE"], task["Severity"]) == ("00067890", 0.6, "error")
    assert len(task) == len(TASKS) and len(update) == len(UPDATES)


@pytest.mark.parametrize("command", ["=1+1", "+1", "-1", "@sum(a1)", "\t=1", '=HYPERLINK("http://x")'])
def test_no_text_is_a_command_to_a_spreadsheet(settings, tmp_path, command):
    texts = ("position_title", "team", "current_code", "detail", "service", "cost_centre", "position_number")
    row = dict.fromkeys(texts, command)
    confirm(settings, {**row, "finding_id": "f1"})
    Decisions.of(settings).record(
        {**PLAIN, "finding_id": "f1"}, organisation="XAA", answer="confirm", person=command, reason=command,
        proposed_code=command,
    )  # fmt: skip
    out = written(settings, tmp_path / "w.xlsx", row, {**row, "finding_id": "f2", "assignment_key": "a2"})
    for name, sheet in sheets(out).items():
        assert list(sheet.iter(f"{SHEET}f")) == [], name
        for line in cells(out, name):
            commands = [cell for cell in line if isinstance(cell, str) and cell.startswith(("=", "+", "-", "@", "\t"))]
            assert commands == [], name


def test_services_with_long_or_forbidden_names_get_sheets_of_their_own(settings, tmp_path):
    long = "Community Rehabilitation and Falls Prevention"
    services = [f"{long} North", f"{long} South", "Adults/Children: [all] *?", "'quoted'"]
    rows = [{"finding_id": f"f{n}", "service": service} for n, service in enumerate(services)]
    names = list(sheets(written(settings, tmp_path / "w.xlsx", *rows)))
    assert len(names) == len({name.casefold() for name in names}) == 3 + 4
    assert all(len(name) <= 31 and not set(name) & set("[]:*?/\\") for name in names)


def test_a_review_without_findings_still_opens(settings, tmp_path):
    found = review_of(settings, {})
    nothing = Review("XAA", END_OF_SEPTEMBER, END_OF_SEPTEMBER, "literal", found.findings.clear(), found.coverage)
    out = tmp_path / "w.xlsx"
    made_at = dt.datetime(2026, 10, 4, 6, 12)
    write_workbook(out, worklists(nothing, settings, ADA), nothing, organisation_name="Made-up", made_at=made_at)
    assert list(sheets(out)) == ["Contents", "Mass update", "Rules"]


def test_the_same_review_gives_the_same_bytes(settings, tmp_path):
    rows = ({}, {"finding_id": "f2", "assignment_key": "a2", "person_key": "p2"})
    assert (
        written(settings, tmp_path / "a.xlsx", *rows).read_bytes()
        == written(settings, tmp_path / "b.xlsx", *reversed(rows)).read_bytes()
    )
