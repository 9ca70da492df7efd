"""`workbench answer-key`: precision and recall per rule, and how right the suggested codes are."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from workbench.cli import main

KEY = Path(__file__).parents[2] / "data" / "sample" / "planted.csv"


@pytest.fixture
def run(sample_settings, capsys, monkeypatch):
    """Run the command against the loaded sample; returns what it printed, what it complained of, and the exit."""
    monkeypatch.setenv("WORKBENCH_KEY_FILE", str(sample_settings.key_file))

    def asked(*arguments: str) -> tuple[str, str, object]:
        with pytest.raises(SystemExit) as end:
            main(["--home", str(sample_settings.home), "answer-key", *arguments])
        printed = capsys.readouterr()
        return printed.out, printed.err, end.value.code

    return asked


def test_recall_and_precision_of_each_rule_are_printed_and_bear_the_bar(run):
    out, _, code = run(str(KEY), "--json")
    answer = json.loads(out)
    assert code == 0
    assert set(answer["months"].values()) == {"2026-09-30"}
    assert [rule["rule"] for rule in answer["rules"] if rule["recall"] < 1 or rule["precision"] < 0.98] == []
    assert answer["all_rules"]["planted"] == sum(rule["planted"] for rule in answer["rules"])
    codes = answer["suggested_codes"]
    assert codes["right"] / codes["offered"] >= 0.95
    assert codes["high_confidence"] == codes["high_confidence_right"]


def test_the_numbers_are_told_in_words_too(run):
    out, _, _ = run(str(KEY))
    assert "recall" in out and "precision" in out
    assert "Codes are suggested for 26 records, and right for 25 (96.2%)" in out


def test_a_file_that_is_no_key_is_refused_in_words(run, tmp_path):
    other = tmp_path / "other.csv"
    other.write_text("a,b\n1,2\n", encoding="utf-8")
    _, err, code = run(str(other))
    assert code != 0
    assert "is no answer key" in err
