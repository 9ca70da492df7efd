from __future__ import annotations

import csv
import json

import pytest

from workbench.cli import main
from workbench.settings import Settings
from workbench.warehouse import Warehouse


@pytest.fixture
def run(own_settings: Settings, write_extract, capsys, monkeypatch):
    """Load a year of one small trust, then run commands on it."""
    monkeypatch.setenv("WORKBENCH_HOME", str(own_settings.home))
    monkeypatch.setenv("WORKBENCH_KEY_FILE", str(own_settings.key_file))
    staff = [str(number) for number in range(10000001, 10000013)]

    def listed(period, numbers):
        return [{"period": period, "employee_number": n, "assignment_number": n, "team": "Ward"} for n in numbers]

    year_ago = write_extract("staff_in_post_2025-09", listed("2025-09-30", staff[:10]))
    now = write_extract("staff_in_post_2026-09", listed("2026-09-30", staff[3:]))
    report = Warehouse(own_settings).load([year_ago, now])
    assert report.exit_code == 0, [outcome.message for outcome in report.outcomes]

    def command(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as stopped:
            main(list(arguments))
        printed = capsys.readouterr()
        return int(stopped.value.code or 0), printed.out, printed.err

    return command


ASKED = ("--organisation", "XAA", "--as-at", "2026-09-30")


def test_measures_lists_every_record_with_its_definition(run):
    code, text, _ = run("measures")
    assert code == 0
    assert "leavers: Leavers (people)" in text
    assert "option window_months = 12" in text


def test_measures_as_json_are_the_full_records(run):
    records = json.loads(run("measures", "--json")[1])
    leavers = next(record for record in records if record["id"] == "leavers")
    assert leavers["methodology"] == "docs/methodology/leavers.md"
    assert all(value not in ("", None) for value in leavers.values())


def test_a_measure_is_printed_with_its_stamp_above_the_rows(run):
    code, text, _ = run("measure", "headcount", *ASKED)
    assert code == 0
    assert text.index("population: people employed") < text.index("value\n")
    assert text.rstrip().splitlines()[-1].strip() == "9"


def test_a_measure_as_json_has_rows_with_numerator_denominator_value_and_status(run):
    code, text, _ = run("measure", "leavers", *ASKED, "--by", "team", "--json")
    answer = json.loads(text)
    assert code == 0
    assert answer["rows"] == [{"team": "Ward", "numerator": 3, "denominator": None, "value": 3, "status": "ok"}]
    assert answer["filters"]["options"]["window_months"] == "12"


def test_a_lead_does_not_see_three_leavers(run):
    code, text, _ = run("measure", "leavers", *ASKED, "--audience", "lead", "--json")
    row = json.loads(text)["rows"][0]
    assert code == 0
    assert row == {"numerator": None, "denominator": None, "value": None, "status": "suppressed"}


def test_a_month_that_is_not_loaded_reads_no_data(run):
    code, text, _ = run("measure", "leavers", *ASKED, "--option", "window_months=1")
    assert code == 0
    assert text.rstrip().splitlines()[-1].strip() == "no data"


def test_rows_go_to_a_csv_file_and_the_stamp_to_the_screen(run, tmp_path):
    out = tmp_path / "leavers.csv"
    code, text, _ = run("measure", "joiners", *ASKED, "--by", "team", "--csv", str(out))
    assert code == 0
    assert "1 row written to" in text
    with out.open(encoding="utf-8", newline="") as stream:
        assert list(csv.DictReader(stream)) == [
            {"team": "Ward", "numerator": "2", "denominator": "", "value": "2", "status": "ok"}
        ]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("leavrs", *ASKED), "Did you mean `leavers`"),
        (("leavers", "--organisation", "XAB", "--as-at", "2026-09-30"), "No organisation named 'XAB'"),
        (("leavers", "--organisation", "XAA", "--as-at", "30/09/2026"), "yyyy-mm-dd"),
        (("leavers", *ASKED, "--by", "teams"), "Did you mean `team`"),
        (("leavers", *ASKED, "--option", "unit"), "KEY=VALUE"),
        (("leavers", *ASKED, "--option", "unit=fte", "--option", "unit=headcount"), "given twice"),
        (("leavers", *ASKED, "--option", "units=fte"), "Did you mean `unit`"),
        (("leavers", *ASKED, "--json", "--csv", "x.csv"), "not both"),
    ],
)
def test_a_slip_is_one_message_on_stderr_and_a_non_zero_exit(run, arguments, message):
    code, text, problem = run("measure", *arguments)
    assert code != 0
    assert text == ""
    assert message in problem
    assert "Traceback" not in problem
