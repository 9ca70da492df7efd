"""`workbench steps`: the checklist with owners and dates, printed and stated."""

from __future__ import annotations

import json

import pytest

from workbench.cli import main


@pytest.fixture
def run(sample_settings, tmp_path, capsys, monkeypatch):
    """Run the command on the sample, with statements kept in a home of the test's own."""
    home = tmp_path / "home"
    home.mkdir()
    (home / "warehouse").symlink_to(sample_settings.warehouse, target_is_directory=True)
    monkeypatch.setenv("WORKBENCH_KEY_FILE", str(sample_settings.key_file))

    def asked(*arguments: str) -> tuple[str, str, int]:
        with pytest.raises(SystemExit) as end:
            main(["--home", str(home), "steps", *arguments])
        printed = capsys.readouterr()
        return printed.out, printed.err, int(end.value.code or 0)

    return asked


def test_an_owner_that_is_stated_stands_in_the_checklist(run):
    out, err, code = run(
        "set", "3b", "--organisation", "XAA", "--owner", "Ada Lead", "--due", "2026-09-15", "--status", "amber",
        "--person", "Ben Head",
    )  # fmt: skip
    assert code == 0, err
    assert "Ada Lead by 15 Sep 2026" in out
    text = run("--organisation", "XAA", "--as-at", "2026-09-30")[0]
    assert "1 overdue, 18 without an owner" in text
    assert "Ada Lead by 15 Sep 2026, overdue by 15 days; amber" in text
    answer = json.loads(run("--organisation", "XAA", "--as-at", "2026-09-30", "--json")[0])
    [row] = [one for one in answer["items"] if one["item"] == "3b"]
    assert (row["owner"], row["due"], row["status"], row["by"]) == ("Ada Lead", "2026-09-15", "amber", "Ben Head")
    assert row["days_overdue"] == 15 and row["measure"] == "coding_completeness"
    assert "records to put right" in row["data_say"]


def test_the_organisation_must_be_named_and_the_item_must_exist(run):
    _, err, code = run()
    assert code == 2 and "--organisation" in err
    _, err, code = run("set", "9z", "--organisation", "XAA", "--owner", "Ada Lead")
    assert code != 0 and "item of the checklist" in err
