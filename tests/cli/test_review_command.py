"""`workbench review`: findings with state and age for everyone, staff numbers in the workbook alone."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter
from python_calamine import CalamineWorkbook

from workbench.cli import main
from workbench.coding.decisions import Decisions
from workbench.coding.worklist_workbook import HEADING_LINE
from workbench.settings import Settings
from workbench.warehouse import Warehouse

ASKED = ("--organisation", "XAA", "--as-at", "2026-09-30")
# The first bears a code that does not exist from August on; the second is coded right in September.
STAFF = {
    "2026-08-31": {"10000001": "SOE", "10000002": "S1K", "10000003": "S1E"},
    "2026-09-30": {"10000001": "SOE", "10000002": "S1E", "10000003": "S1E"},
}

PHYSIOTHERAPIST = {
    "organisation_code": "XAA",
    "primary_assignment": "Y",
    "assignment_status": "Active Assignment",
    "contract_type": "Permanent",
    "position_title": "=Physiotherapist",
    "service": "Physiotherapy",
    "cost_centre": "4410",
    "staff_group": "Allied Health Professionals",
    "job_role": "Physiotherapist",
    "contracted_fte": "1",
    "organisation_start_date": "2020-04-01",
}


@pytest.fixture(scope="module")
def loaded(tmp_path_factory) -> Settings:
    """Two months of three physiotherapists, loaded once."""
    folder = tmp_path_factory.mktemp("review")
    settings = Settings(home=folder / "home", key_file=folder / "keys" / "pseudonyms.key", reports=folder / "reports")
    files = []
    for period, codes in STAFF.items():
        rows = [
            {**PHYSIOTHERAPIST, "period": period, "employee_number": number, "assignment_number": f"{number}-7",
             "occupation_code": code, "position_number": f"90{number[-2:]}"}
            for number, code in codes.items()
        ]  # fmt: skip
        files.append(folder / f"staff_in_post_{period[:7]}.csv")
        pl.DataFrame(rows).write_csv(files[-1])
    report = Warehouse(settings).load(files)
    assert report.exit_code == 0, [outcome.message for outcome in report.outcomes]
    return settings


@pytest.fixture
def run(loaded: Settings, own_settings: Settings, capsys, monkeypatch):
    """Run commands on a copy of what was loaded."""
    shutil.copytree(loaded.home, own_settings.home)
    shutil.copytree(loaded.key_file.parent, own_settings.key_file.parent)
    monkeypatch.setenv("WORKBENCH_HOME", str(own_settings.home))
    monkeypatch.setenv("WORKBENCH_KEY_FILE", str(own_settings.key_file))

    def command(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as stopped:
            main(list(arguments))
        printed = capsys.readouterr()
        return int(stopped.value.code or 0), printed.out, printed.err

    return command


def found(run, rule: str, *asked: str) -> list[dict[str, object]]:
    code, text, problem = run("review", *(asked or ASKED), "--json")
    assert code == 0, problem
    return [row for row in json.loads(text)["findings"] if row["rule"] == rule]


def openings(settings: Settings) -> list[dict[str, str]]:
    log = settings.vault.with_name("openings.log")
    return [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()] if log.exists() else []


def returned(run, folder: Path, **typed: str) -> Path:
    """The workbook as `--xlsx` wrote it, with these answers typed into the row of the code that does not exist."""
    sent, back = folder / "sent.xlsx", folder / "returned.xlsx"
    code, _, problem = run("review", *ASKED, "--xlsx", str(sent), "--person", "Ada Lead", "--approver", "Ben Head")
    assert code == 0, problem
    book = CalamineWorkbook.from_path(sent)
    written = xlsxwriter.Workbook(back)
    for name in book.sheet_names:
        rows = [list(map(str, row)) for row in book.get_sheet_by_name(name).to_python(skip_empty_area=False)]
        headings = rows[HEADING_LINE - 1] if len(rows) >= HEADING_LINE else []
        for row in rows[HEADING_LINE:]:
            if "Answer" in headings and "COD1" in row[headings.index("Rules")]:
                for heading, value in typed.items():
                    row[headings.index(heading.replace("_", " "))] = value
        sheet = written.add_worksheet(name)
        for line, row in enumerate(rows):
            for place, cell in enumerate(row):
                sheet.write_string(line, place, cell)
    written.close()
    return back


def test_findings_as_json_say_rule_severity_route_step_suggestion_state_and_age(run):
    row = found(run, "COD1")[0]
    told = {
        name: row[name]
        for name in ("severity", "position_number", "step", "current_code", "state", "first_seen", "age_months")
    }
    assert told == {
        "severity": "E", "position_number": "9001", "step": 3, "current_code": "SOE", "state": "open",
        "first_seen": "2026-08-31", "age_months": 1,
    }  # fmt: skip
    assert {"route", "question", "suggested_code", "confidence", "reasons", "finding_id"} <= row.keys()
    assert len(str(row["assignment_key"])) == 20


def test_the_json_holds_no_staff_number_and_opens_no_vault(run, own_settings):
    text = run("review", *ASKED, "--json")[1]
    assert "SOE" in text
    assert all(number not in text for number in STAFF["2026-09-30"])
    assert openings(own_settings) == []


def test_the_json_says_which_rules_could_not_be_asked(run):
    rules = json.loads(run("review", *ASKED, "--json")[1])["rules"]
    states = {row["rule"]: row["state"] for row in rules}
    assert states["COD1"] == "ran"
    assert "no_feed" in states.values()


def test_what_was_put_right_since_the_month_before_is_fixed(run):
    states = {row["current_code"]: (row["state"], row["last_seen"]) for row in found(run, "COD3")}
    assert states == {"S1K": ("fixed", "2026-08-31")}


def test_the_words_count_the_open_findings_by_rule_and_route(run):
    code, text, _ = run("review", *ASKED)
    assert code == 0
    assert "open findings" in text and "COD1" in text and "gone since the month before" in text
    assert all(number not in text for number in STAFF["2026-09-30"])


def test_a_decision_is_seen_at_the_next_look_and_an_exception_ends_with_its_last_day(run, own_settings):
    finding = found(run, "COD1")[0]
    Decisions.of(own_settings).record(
        {**finding, "rule_id": "COD1"}, organisation="XAA", answer="exception", person="Ada Lead",
        reason="the post ends in October", expires_on=dt.date(2026, 10, 15),
        at=dt.datetime(2026, 10, 4, tzinfo=dt.UTC),
    )  # fmt: skip
    seen = {
        day: [(row["state"], row["is_open"]) for row in found(run, "COD1", "--organisation", "XAA", "--as-at", day)]
        for day in ("2026-10-15", "2026-10-16")
    }
    assert seen == {"2026-10-15": [("exception", False)], "2026-10-16": [("reopened", True)]}


def test_the_workbook_holds_staff_numbers_and_its_making_is_written_down(run, own_settings, tmp_path):
    out = tmp_path / "out" / "worklist.xlsx"
    code, text, problem = run("review", *ASKED, "--xlsx", str(out), "--person", "Ada Lead", "--approver", "Ben Head")
    assert code == 0, problem
    assert "staff numbers" in text and "10000001" not in text
    book = CalamineWorkbook.from_path(out)
    everything = [cell for name in book.sheet_names for row in book.get_sheet_by_name(name).to_python() for cell in row]
    assert {"10000001", "10000001-7"} <= set(map(str, everything))
    assert not [cell for cell in everything if str(cell).startswith(("=", "+", "-", "@"))]
    assert [(line["action"], line["person"]) for line in openings(own_settings)] == [
        ("re-identify", "Ada Lead"),
        ("re-identify", "Ada Lead"),
        ("export", "Ada Lead"),
    ]


def test_the_second_look_gives_what_the_first_gave(run, own_settings):
    first = run("review", *ASKED, "--json")[1]
    assert list((own_settings.warehouse / "findings").glob("*.parquet"))
    assert run("review", *ASKED, "--json")[1] == first


def test_a_returned_answer_is_recorded_once_and_seen_at_the_next_look(run, tmp_path):
    file = returned(run, tmp_path, Answer="other code", Other_code="S1E", Reason_for_the_answer="asked the team")
    reading = ("review", *ASKED, "--answers", str(file), "--by", "Ada Lead")
    assert run(*reading)[:2] == (0, "1 rows recorded (2 decisions) in the name of Ada Lead.\n")
    assert [row["state"] for row in found(run, "COD1")] == ["accepted"]
    code, text, _ = run(*reading)
    assert code == 0
    assert "0 rows recorded" in text and "1 rows had been recorded before." in text


def test_a_refused_answer_is_named_by_sheet_and_line_and_ends_with_1(run, tmp_path):
    file = returned(run, tmp_path, Answer="other code", Other_code="S1Q")
    code, text, _ = run("review", *ASKED, "--answers", str(file), "--by", "Ada Lead", "--json")
    told = json.loads(text)
    assert (code, told["file"], told["decisions"], told["recorded"]) == (1, "returned.xlsx", 0, [])
    assert [one["line"] for one in told["refused"]] == [HEADING_LINE + 1]
    assert all(number not in text for number in STAFF["2026-09-30"])
    assert [row["state"] for row in found(run, "COD1")] == ["open"]


def test_answers_are_read_in_under_a_name_and_not_while_a_workbook_is_written(run, tmp_path):
    file = tmp_path / "returned.xlsx"
    file.write_bytes(b"")
    for arguments, message in (
        ((), "`--by NAME`"),
        (("--by", " "), "`--by NAME`"),
        (("--by", "Ada Lead", "--xlsx", "x.xlsx"), "not both"),
        (("--by", "Ada Lead"), "Nothing was recorded"),
    ):
        code, text, problem = run("review", *ASKED, "--answers", str(file), *arguments)
        assert (code != 0, text) == (True, "")
        assert message in problem and "Traceback" not in problem


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--organisation", "XAB", "--as-at", "2026-09-30"), "No organisation named 'XAB'"),
        (("--organisation", "XAA", "--as-at", "30/09/2026"), "yyyy-mm-dd"),
        (("--organisation", "XAA", "--as-at", "2026-07-31"), "is not loaded for 'XAA'"),
        (("--organisation", "XAA", "--as-at", "2026-12-31"), "The last month before it is 30 Sep 2026"),
        ((*ASKED, "--json", "--xlsx", "x.xlsx"), "not both"),
        ((*ASKED, "--xlsx", "x.csv"), "name it like worklist.xlsx"),
        ((*ASKED, "--xlsx", "x.xlsx", "--person", " "), "named person"),
    ],
)
def test_a_slip_is_one_message_and_a_non_zero_exit(run, arguments, message):
    code, text, problem = run("review", *arguments)
    assert code != 0
    assert text == ""
    assert message in problem
    assert "Traceback" not in problem
