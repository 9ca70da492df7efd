"""The sample's answer key: each rule finds what was planted for it, and next to nothing else."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl
import pytest

from workbench.coding.answer_key import AnswerKey, AnswerKeyError, RuleScore, found_at, read_key
from workbench.coding.local_settings import CodingSettings
from workbench.coding.rules import rules
from workbench.settings import Settings
from workbench.workbench import Workbench

LAST_MONTH = dt.date(2026, 9, 30)
PATH = Path(__file__).parents[2] / "data" / "sample" / "planted.csv"
KEY = read_key(PATH)
PLANTED = KEY.filter(pl.col("rule").is_in(list(rules())))
PLANTED_RULES = sorted(PLANTED["rule"].unique().to_list())


@pytest.fixture(scope="module")
def found(sample_workbench: Workbench) -> pl.DataFrame:
    """All findings of the last month, with their organisation."""
    return found_at(sample_workbench.snapshot, dict.fromkeys(sample_workbench.organisations, LAST_MONTH))


@pytest.fixture(scope="module")
def key(sample_workbench: Workbench, sample_settings: Settings) -> AnswerKey:
    """The sample's key, with the pseudonyms under which its numbers appear."""
    months = dict.fromkeys(sample_workbench.organisations, LAST_MONTH)
    return AnswerKey(PATH, sample_workbench.snapshot, sample_settings, months)


@pytest.mark.parametrize("rule_id", PLANTED_RULES)
def test_a_rule_finds_each_planted_error_with_its_severity(rule_id, found, key):
    score = key.rule_score(rule_id, found)
    assert [(entry["organisation_code"], entry["key"], entry["what_should_be_found"]) for entry in score.missed] == []
    assert score.recall == 1


@pytest.mark.parametrize("rule_id", PLANTED_RULES)
def test_a_rule_finds_next_to_nothing_that_was_not_planted(rule_id, found, key):
    score = key.rule_score(rule_id, found)
    described = [
        (row["organisation"], row["severity"], row["subject_key"], row["field"], row["detail"])
        for row in score.unplanted
    ]
    assert score.precision is not None and score.precision >= 0.98, described[:20]


def test_precision_and_recall_are_shares_of_what_was_found_and_of_what_was_planted():
    score = RuleScore("COD1", 4, 5, missed=({},), unplanted=({}, {}))
    assert (score.recall, score.precision) == (0.75, pytest.approx(0.6))
    assert (RuleScore("COD1", 0, 0, (), ()).recall, RuleScore("COD1", 0, 0, (), ()).precision) == (None, None)


def test_an_error_that_is_not_found_is_missed_and_a_finding_of_nothing_planted_counts_against_the_rule(found, key):
    rows = found.filter(pl.col("rule_id") == "COD1")
    one = rows.slice(0, 1)
    elsewhere = one.with_columns(assignment_key=pl.lit("nobody"), position_number=pl.lit("none"))
    score = key.rule_score("COD1", pl.concat([rows.slice(1), elsewhere]))
    assert (score.planted, score.found, len(score.missed), len(score.unplanted)) == (4, 4, 1, 1)


def test_the_codes_offered_are_right_but_for_one_and_the_sure_ones_all_are(key):
    score = key.suggestion_score()
    assert (score.offered, score.right) == (26, 25)
    assert (score.sure, score.sure_and_right) == (14, 14)
    assert score.right / score.offered >= 0.95


def test_local_choices_bring_more_codes_that_are_right(key):
    chosen = key.suggestion_score(CodingSettings(odp_convention="S1T", ambulance_letter="A"))
    assert chosen.offered > 26 and chosen.declined < key.suggestion_score().declined


@pytest.mark.parametrize("content", [None, "a,b\n1,2\n"])
def test_a_file_that_is_no_key_is_refused_with_what_it_should_be(tmp_path, content):
    path = tmp_path / "planted.csv"
    if content:
        path.write_text(content, encoding="utf-8")
    with pytest.raises(AnswerKeyError, match="workbench sample"):
        read_key(path)


def test_every_planted_rule_of_the_review_is_asked():
    named = KEY.filter(pl.col("kind").is_in(["coding", "reconciliation"]) & (pl.col("rule") != "unfunded"))
    assert set(named["rule"].unique()) - set(rules()) == set()


def test_no_finding_holds_a_staff_number(found):
    numbers = {
        number
        for entry in PLANTED.filter(pl.col("key").str.contains(r"^\d{8}")).iter_rows(named=True)
        for number in entry["key"].split(";")
    }
    texts = found.select(pl.concat_str(pl.col(pl.String), separator=" ", ignore_nulls=True).alias("text"))["text"]
    held = " ".join(texts.to_list())
    assert [number for number in sorted(numbers) if number in held] == []
