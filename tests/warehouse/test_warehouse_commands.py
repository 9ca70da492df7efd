"""The commands that load, tell and choose, as a person or a script meets them."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from workbench.cli import main

Run = Callable[..., tuple[int, str, str]]
WriteExtract = Callable[..., Path]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run `workbench ...` in a home of its own: exit code, what it printed, what it said on stderr."""
    monkeypatch.setenv("WORKBENCH_KEY_FILE", str(tmp_path / "keys" / "pseudonyms.key"))

    def command(*arguments: object) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as stopped:
            main(["--home", str(tmp_path / "home"), *map(str, arguments)])
        printed = capsys.readouterr()
        return int(stopped.value.code or 0), printed.out, printed.err

    return command


def as_json(text: str) -> dict[str, Any]:
    value = json.loads(text)
    assert isinstance(value, dict)
    return value


def test_load_says_what_was_taken_in_and_which_snapshot_came_of_it(run: Run, write_extract: WriteExtract) -> None:
    code, out, err = run("load", write_extract("staff_in_post_august", [{}]), "--json")
    report = as_json(out)
    assert (code, err) == (0, "")
    assert report["exit_code"] == 0
    file = report["files"][0]
    assert {
        name: file[name] for name in ("file", "status", "extract", "rows_in", "rows_accepted", "headcount", "fte")
    } == {
        "file": "staff_in_post_august.csv",
        "status": "loaded",
        "extract": "staff_in_post",
        "rows_in": 1,
        "rows_accepted": 1,
        "headcount": 1,
        "fte": 1.0,
    }
    assert report["snapshot"] in run("snapshots")[1]


@pytest.mark.parametrize(
    ("rows", "exit_code", "word"),
    [
        ([{}], 0, "Published snapshot"),
        ([{}, {"employee_number": "2", "contracted_fte": "lots"}], 1, "workbench rejects"),
        ([{"organisation_code": ""}], 1, "rejected"),
    ],
    ids=["all accepted", "a row rejected", "every row rejected"],
)
def test_load_ends_with_0_or_1_as_rows_were_accepted_or_rejected(
    rows: list[dict[str, str]], exit_code: int, word: str, run: Run, write_extract: WriteExtract
) -> None:
    code, out, _ = run("load", write_extract("staff_in_post_august", rows))
    assert code == exit_code
    assert word in out


def test_load_ends_with_2_when_a_file_is_refused_and_says_why(run: Run, write_extract: WriteExtract) -> None:
    good = write_extract("staff_in_post_august", [{}])
    bad = good.with_name("leavers.csv")
    bad.write_text("one,two,three\n1,2,3\n", encoding="utf-8")
    code, out, _ = run("load", good.parent)
    assert code == 2
    assert "Refused leavers.csv" in out
    assert "Published snapshot" in out


def test_everything_printed_fits_100_columns(run: Run, write_extract: WriteExtract) -> None:
    rows = [{}, {"employee_number": "2", "contracted_fte": "lots"}, {"employee_number": "3", "contract_type": "Odd"}]
    write_extract("staff_in_post_august", rows)
    printed = run("load", write_extract("staff_in_post_july", [{"period": "2026-07-31"}]).parent)[1]
    for arguments in (("status",), ("rejects",), ("snapshots",)):
        printed += run(*arguments)[1]
    assert [line for line in printed.splitlines() if len(line) > 100] == []


def test_status_tells_totals_of_the_latest_month_and_what_is_stale(run: Run, write_extract: WriteExtract) -> None:
    write_extract("staff_in_post_july", [{"period": "2026-07-31"}, {"period": "2026-07-31", "employee_number": "2"}])
    run("load", write_extract("staff_in_post_1999", [{"period": "1999-08-31"}]).parent)
    status = as_json(run("status", "--json")[1])
    assert list(status) == ["snapshot", "stale_after_days", "extracts", "codes_to_look_at"]
    (row,) = status["extracts"]
    assert (row["extract"], row["organisations"], row["as_of"]) == ("staff_in_post", ["XAA"], "2026-07-31")
    assert (row["files"], row["headcount"], row["fte"], row["pay"]) == (2, 2, 2.0, None)
    assert row["is_stale"] == (row["days_old"] > status["stale_after_days"])


def test_status_before_any_load_says_what_to_do(run: Run) -> None:
    code, out, err = run("status")
    assert (code, out) == (1, "")
    assert "workbench load FOLDER" in err


def test_rejects_are_listed_and_written_without_any_value(
    run: Run, write_extract: WriteExtract, tmp_path: Path
) -> None:
    rows = [{}, {"employee_number": "22222222", "contracted_fte": "lots"}]
    run("load", write_extract("staff_in_post_august", rows))
    out = tmp_path / "out" / "rejects.csv"
    code, printed, _ = run("rejects", "--csv", out)
    assert (code, "1 reject" in printed) == (0, True)
    written = pl.read_csv(out)
    assert written.columns == ["file_name", "extract", "line", "column_name", "rule", "reason", "severity"]
    everything = out.read_text(encoding="utf-8") + run("rejects")[1] + run("rejects", "--json")[1]
    assert "22222222" not in everything
    assert "lots" not in everything


def test_snapshots_use_makes_an_earlier_one_current(run: Run, write_extract: WriteExtract) -> None:
    first = as_json(run("load", write_extract("staff_in_post_july", [{"period": "2026-07-31"}]), "--json")[1])[
        "snapshot"
    ]
    second = as_json(run("load", write_extract("staff_in_post_august", [{}]), "--json")[1])["snapshot"]
    assert run("snapshots", "use", first)[0] == 0
    listed = as_json(run("snapshots", "--json")[1])["snapshots"]
    assert [(entry["id"], entry["is_current"]) for entry in listed] == [(second, False), (first, True)]
    assert "A newer one exists" in run("status")[1]
    code, _, err = run("snapshots", "use", "20200101T000000-00000000")
    assert (code, "workbench snapshots" in err) == (1, True)


def test_doctor_finds_a_sound_installation_sound(run: Run, write_extract: WriteExtract) -> None:
    run("load", write_extract("staff_in_post_august", [{}]))
    code, out, _ = run("doctor")
    assert code == 0
    for subject in ("Python", "DuckDB", "home", "disk", "snapshot", "pseudonym key", "vault"):
        assert subject in out
    assert "is whole" in out


def test_doctor_finds_a_snapshot_that_was_changed(run: Run, write_extract: WriteExtract, tmp_path: Path) -> None:
    run("load", write_extract("staff_in_post_august", [{}]))
    (database,) = (tmp_path / "home" / "warehouse" / "snapshots").glob("*.duckdb")
    database.write_bytes(database.read_bytes() + b"x")
    code, out, _ = run("doctor")
    assert code == 1
    assert "was changed after it was published" in out


def test_doctor_finds_a_key_that_is_missing_or_open_to_others(
    run: Run, write_extract: WriteExtract, tmp_path: Path
) -> None:
    run("load", write_extract("staff_in_post_august", [{}]))
    key = tmp_path / "keys" / "pseudonyms.key"
    key.chmod(0o644)
    # Windows keeps permissions in access lists, which doctor does not judge.
    assert ("chmod 600" in run("doctor")[1]) == (os.name == "posix")
    key.unlink()
    code, out, _ = run("doctor")
    assert code == 1
    assert "put it back from its backup" in out
