"""Loading the official Occupation Code Manual: read, refused, compared, accepted, kept."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from pathlib import Path

import pytest
import xlsxwriter
from click.testing import CliRunner

from workbench.cli import cli
from workbench.errors import ReferenceListError
from workbench.professions import profession_votes
from workbench.reference import OccupationCode, code_list, reference_list, resolve
from workbench.reference.manual import accept_manual, accepted_manuals, compare_manuals, read_manual, version_order
from workbench.settings import Settings

HEADER = ("Valid?", "Occupation Code", "Name", "Main", "Broad", "Detailed staff group", "Level", "Care setting")
QUALIFIED = "Professionally qualified clinical staff"
STT = "Scientific, therapeutic & technical staff"
AHPS = "Allied health professionals"
PHYSIO = ("Valid", "S1E", "Therapist in Physiotherapy", QUALIFIED, STT, AHPS, "Therapist", "Physiotherapy")
NEW = ("Valid", "S6B", "Instructor/Teacher in Dietetics", QUALIFIED, STT, AHPS, "Instructor/Teacher", "Dietetics")


def workbook(
    folder: Path,
    rows: Sequence[Sequence[object]],
    *,
    sheet: str = "Occupation Code Lookup",
    header: Sequence[str] = HEADER,
    title_rows: int = 2,
) -> Path:
    path = folder / "manual.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        book.add_worksheet("Introduction").write(0, 0, "NHS Occupation Code Manual")
        page = book.add_worksheet(sheet)
        for number, row in enumerate([header, *rows]):
            page.write_row(number + title_rows, 0, row)
    return path


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "home", key_file=tmp_path / "key", reports=tmp_path / "reports")


def test_codes_are_trimmed_and_put_in_capitals(tmp_path: Path) -> None:
    read = read_manual(workbook(tmp_path, [("Valid", " s1e ", *PHYSIO[2:])]))
    assert read.codes["occupation_code"].to_list() == ["S1E"]


def test_of_a_repeated_code_the_valid_row_counts_else_the_first(tmp_path: Path) -> None:
    rows = [
        ("Retired", "S1E", "Old name", *PHYSIO[3:]),
        PHYSIO,
        ("", "A1A", "First", *PHYSIO[3:]),
        ("", "A1A", "Second", *PHYSIO[3:]),
    ]
    codes = read_manual(workbook(tmp_path, rows)).codes
    assert codes.select("occupation_code", "occupation_code_name", "is_currently_valid").rows() == [
        ("A1A", "First", "False"),
        ("S1E", "Therapist in Physiotherapy", "True"),
    ]


def test_a_medical_code_that_excel_took_for_a_number_keeps_its_noughts(tmp_path: Path) -> None:
    rows = [("Valid", 1, "Consultant", "Medical", "Medical", "Consultant", "Consultant", "General medicine")]
    assert read_manual(workbook(tmp_path, rows)).codes["occupation_code"].to_list() == ["001"]


def test_notes_under_the_table_are_left_out_and_counted(tmp_path: Path) -> None:
    read = read_manual(workbook(tmp_path, [PHYSIO, ("", "Source: NHS England")]))
    assert (read.codes.height, read.rows_left_out) == (1, 1)


def test_a_workbook_without_the_sheet_is_refused_naming_what_it_holds(tmp_path: Path) -> None:
    with pytest.raises(
        ReferenceListError, match=r"no sheet 'Occupation Code Lookup'.*'Introduction', 'Occupation Code Lookups'.*meant"
    ):
        read_manual(workbook(tmp_path, [PHYSIO], sheet="Occupation Code Lookups"))  # fmt: skip


def test_a_sheet_without_the_header_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ReferenceListError, match="no header 'Occupation Code' in its second column"):
        read_manual(workbook(tmp_path, [PHYSIO], header=("Occupation Code", *HEADER[2:], "Valid?")))


def test_a_sheet_without_any_code_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ReferenceListError, match="holds no occupation code"):
        read_manual(workbook(tmp_path, []))


def test_a_file_that_is_no_workbook_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "manual.xlsx"
    path.write_text("occupation codes", encoding="utf-8")
    with pytest.raises(ReferenceListError, match="cannot be read as an Excel workbook"):
        read_manual(path)
    with pytest.raises(ReferenceListError, match="There is no file"):
        read_manual(tmp_path / "elsewhere.xlsx")


def test_each_kind_of_difference_is_shown(tmp_path: Path) -> None:
    shipped = reference_list("occupation_code")
    before = shipped.filter(shipped["occupation_code"].is_in(["S0A", "S1E", "S1K", "SAT"]))
    rows = [
        ("Retired", "S1E", "Physiotherapist", *PHYSIO[3:]),
        ("Valid", "S1K", "Therapist in Multi-therapies", QUALIFIED, STT, AHPS, "Therapist", "Multi-therapies"),
        ("Valid", "SAT", "Consultant Therapist/Scientist in Operating Theatres", QUALIFIED, STT,
         "Other scientific, therapeutic & technical staff", "Consultant Therapist/Scientist", "Operating Theatres"),
        NEW,
    ]  # fmt: skip
    changes = compare_manuals(before, read_manual(workbook(tmp_path, rows)).codes)
    assert changes.select("change", "occupation_code").rows() == [
        ("added", "S6B"),
        ("dropped", "S0A"),
        ("newly retired", "S1E"),
        ("regrouped", "S1K"),
        ("renamed", "S1E"),
        ("valid again", "SAT"),
    ]
    renamed = changes.filter(change="renamed")
    assert renamed.select("before", "after").row(0) == ("Therapist in Physiotherapy", "Physiotherapist")


def test_an_accepted_manual_is_used_and_the_shipped_list_stays_available(tmp_path: Path, settings: Settings) -> None:
    read = read_manual(workbook(tmp_path, [PHYSIO, NEW]))
    accepted = accept_manual(read, "23.0", settings, on=dt.date(2026, 11, 2))
    assert (accepted.version, accepted.accepted_on, accepted.matrices) == ("23.0", dt.date(2026, 11, 2), ("S",))
    assert reference_list("occupation_code", settings).height == 2
    assert reference_list("occupation_code", settings, version="22.1").height == 223
    assert code_list("occupation_code", settings).version == "23.0"
    assert OccupationCode.find("S6B") is None
    assert OccupationCode.get("S6B", settings).is_qualified


def test_a_code_that_a_newer_manual_adds_votes_by_its_letter(tmp_path: Path, settings: Settings) -> None:
    accept_manual(read_manual(workbook(tmp_path, [PHYSIO, NEW])), "23.0", settings)
    votes = profession_votes(settings).filter(source="occupation_code", code="S6B")
    assert votes.select("profession", "level", "strength").rows() == [("dietitian", "qualified", "strong")]
    assert profession_votes(settings).filter(code="S1C").height == 1  # dropped codes stay in earlier months


def test_the_official_workbook_of_the_shipped_version_is_preferred_to_the_transcription(
    tmp_path: Path, settings: Settings
) -> None:
    nursing = ("Valid", "N6A", "First level nurse", QUALIFIED, "Nurses", "Nurses", "Nurse", "Adult")
    accept_manual(read_manual(workbook(tmp_path, [PHYSIO, nursing])), "22.1", settings)
    assert reference_list("occupation_code", settings).height == 2
    assert resolve("occupation_code", ["N6X", "T1A"], settings)["status"].to_list() == ["unknown", "not_checked"]


def test_an_older_manual_is_kept_but_not_used(tmp_path: Path, settings: Settings) -> None:
    accept_manual(read_manual(workbook(tmp_path, [PHYSIO])), "21.0", settings)
    assert code_list("occupation_code", settings).version == "22.1"
    assert reference_list("occupation_code", settings, version="21.0").height == 1


def test_an_accepted_version_never_changes(tmp_path: Path, settings: Settings) -> None:
    first = read_manual(workbook(tmp_path, [PHYSIO]))
    accept_manual(first, "23.0", settings)
    accept_manual(first, "23.0", settings)
    with pytest.raises(ReferenceListError, match="already accepted"):
        accept_manual(read_manual(workbook(tmp_path, [PHYSIO, NEW])), "23.0", settings)
    assert [accepted.version for accepted in accepted_manuals(settings)] == ["23.0"]


@pytest.mark.parametrize("version", ["", "v23", "23.", "../23", "latest"])
def test_a_version_must_be_a_number(tmp_path: Path, settings: Settings, version: str) -> None:
    with pytest.raises(ReferenceListError, match="must be a number such as"):
        accept_manual(read_manual(workbook(tmp_path, [PHYSIO])), version, settings)


def test_versions_are_put_in_order_by_number() -> None:
    assert sorted(["22.10", "9.0", "22.1", "23"], key=version_order) == ["9.0", "22.1", "22.10", "23"]
    assert version_order("22") == version_order("22.0")


def test_an_unknown_version_is_refused_naming_those_here(settings: Settings) -> None:
    with pytest.raises(ReferenceListError, match=r"Version '19.0' .* Available: 22.1"):
        reference_list("occupation_code", settings, version="19.0")


def test_the_command_only_shows_the_differences_until_told_to_accept(tmp_path: Path) -> None:
    home, file = tmp_path / "home", str(workbook(tmp_path, [PHYSIO, NEW]))
    command = ["--home", str(home), "reference", "occupation-codes", file, "--version", "23.0"]
    shown = CliRunner().invoke(cli, command)
    assert shown.exit_code == 0, shown.output
    assert "Added: 1" in shown.output
    assert "Dropped: 222" in shown.output
    assert "Nothing was changed" in shown.output
    assert not (home / "reference").exists()
    accepted = CliRunner().invoke(cli, [*command, "--accept", "--json"])
    assert json.loads(accepted.output)["in_use"] == "23.0"
    listed = CliRunner().invoke(cli, ["--home", str(home), "reference", "list", "--json"])
    versions = {entry["name"]: entry["version"] for entry in json.loads(listed.output)}
    assert versions["occupation_code"] == "23.0"


def test_the_codes_of_one_list_can_be_read(tmp_path: Path) -> None:
    shown = CliRunner().invoke(cli, ["--home", str(tmp_path), "reference", "list", "contract_type"])
    assert "02    Fixed Term/Temporary" in shown.output
