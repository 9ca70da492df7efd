"""`workbench reconcile`: match rates first, everything as JSON, and a workbook that holds no formula."""

from __future__ import annotations

import json
import zipfile

import polars as pl
import pytest
from python_calamine import CalamineWorkbook

from workbench.cli import main
from workbench.settings import Settings
from workbench.warehouse import Warehouse

ASKED = ("--organisation", "XAA", "--as-at", "2026-10-12")
MONTHS = ("2026-08-31", "2026-09-30")
STAFF = {
    "organisation_code": "XAA",
    "primary_assignment": "Y",
    "assignment_status": "Active Assignment",
    "contract_type": "Permanent",
    "position_title": "Physiotherapist",
    "team": "=Physio team",
    "cost_centre": "04410",
    "staff_group": "Allied Health Professionals",
    "job_role": "Physiotherapist",
    "contracted_fte": "1",
    "organisation_start_date": "2020-04-01",
}
LINE = {"organisation_code": "XAA", "cost_centre": "4410", "staff_group": "Allied Health Professionals"}


@pytest.fixture(scope="module")
def loaded(tmp_path_factory) -> Settings:
    """Two months of two physiotherapists, whom the ledger counts as 2.5 WTE on an unpadded cost centre."""
    folder = tmp_path_factory.mktemp("reconcile")
    settings = Settings(home=folder / "home", key_file=folder / "keys" / "pseudonyms.key", reports=folder / "reports")
    tables = {
        "staff_in_post": [
            {**STAFF, "period": month, "employee_number": number, "assignment_number": number}
            for month in MONTHS
            for number in ("10000001", "10000002")
        ],
        "ledger": [{**LINE, "period": month, "budget_wte": 2, "contracted_wte": 2.5} for month in MONTHS],
    }
    for name, rows in tables.items():
        pl.DataFrame(rows).write_csv(folder / f"{name}.csv")
    report = Warehouse(settings).load([folder / f"{name}.csv" for name in tables])
    assert report.exit_code == 0, [outcome.message for outcome in report.outcomes]
    return settings


@pytest.fixture
def run(loaded: Settings, capsys, monkeypatch):
    """Run the command; return its exit code and what it printed."""
    monkeypatch.setenv("WORKBENCH_KEY_FILE", str(loaded.key_file))

    def run(*arguments: str) -> tuple[int, str]:
        with pytest.raises(SystemExit) as ended:
            main(["--home", str(loaded.home), "reconcile", *arguments])
        printed = capsys.readouterr()
        return ended.value.code, printed.out + printed.err

    return run


def test_match_rates_come_before_anything_that_rests_on_them(run):
    code, text = run(*ASKED)
    assert code == 0
    assert "Cost centre, ESR and ledger: 1 in both, of which 1 not spelt alike, 0 in ESR alone" in text
    assert text.index("How far the keys meet") < text.index("0 of 1 lines") < text.index("1 open exceptions")
    assert "No job plans loaded" in text
    assert "Contracted WTE of the ledger differs from staff in post" in text


def test_json_holds_lines_exceptions_and_their_age(run):
    code, text = run(*ASKED, "--json")
    told = json.loads(text)
    assert (code, told["period"], told["lines_in_agreement"], told["lines_compared"]) == (0, "2026-09-30", 0, 1)
    exception = told["exceptions"][0]
    assert (exception["check"], exception["left_value"], exception["right_value"]) == (
        "contracted_differs",
        "2.0",
        "2.5",
    )
    assert (exception["first_seen"], exception["age_days"], exception["owner"]) == (
        "2026-08-31", 30, "Management accountant",
    )  # fmt: skip
    assert told["lines"][0]["vacancy"] == 0.0
    assert "10000001" not in text


def test_the_workbook_has_a_sheet_per_table_and_no_formula(run, tmp_path):
    out = tmp_path / "lines.xlsx"
    code, text = run(*ASKED, "--xlsx", str(out))
    assert code == 0
    assert "no staff number" in text
    book = CalamineWorkbook.from_path(str(out))
    assert book.sheet_names == [
        "Contents", "Match rates", "Sources", "Pairs", "Lines", "Exceptions", "Opened and closed",
    ]  # fmt: skip
    lines = book.get_sheet_by_name("Lines").to_python()
    assert lines[2][:4] == ["Cost centre", "Staff group", "Team", "ESR in post, WTE"]
    assert lines[3][:4] == ["04410", "Allied Health Professionals", "'=Physio team", 2.0]
    with zipfile.ZipFile(out) as parts:
        sheets = [parts.read(name).decode() for name in parts.namelist() if name.startswith("xl/worksheets/sheet")]
    assert not any("<f>" in sheet for sheet in sheets)
    assert all("<autoFilter" in sheet and 'state="frozen"' in sheet and "<cols>" in sheet for sheet in sheets)
    assert not any("10000001" in sheet for sheet in sheets)
    assert out.stat().st_mode & 0o077 == 0 or out.drive


def test_what_cannot_be_asked_is_refused_in_words(run, tmp_path):
    assert run(*ASKED, "--json", "--xlsx", str(tmp_path / "x.xlsx"))[0] != 0
    assert "name it like" in run(*ASKED, "--xlsx", str(tmp_path / "x.csv"))[1]
    code, text = run("--organisation", "XAA", "--as-at", "2026-11-30")
    assert code != 0
    assert "not loaded" in text
