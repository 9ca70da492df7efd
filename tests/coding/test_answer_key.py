"""The sample's answer key: each rule finds what was planted for it, and next to nothing else."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from workbench.coding.findings import findings
from workbench.coding.rules import rules
from workbench.extracts.pseudonyms import open_pseudonyms
from workbench.settings import Settings
from workbench.workbench import Workbench

LAST_MONTH = dt.date(2026, 9, 30)
KEY = pl.read_csv(Path(__file__).parents[2] / "data" / "sample" / "planted.csv", infer_schema=False)
PLANTED = KEY.filter(pl.col("rule").is_in(list(rules())))
PLANTED_RULES = sorted(PLANTED["rule"].unique().to_list())
# Said in the sample's README: registrations that end soon are no planted errors. Staff on a line without budget are
# planted under a name of their own, and found by the rule that compares the budget with the positions.
NOT_IN_THE_KEY = {"REG2": ("I",)}
PLANTED_APART = {"EST1": "unfunded"}

Identifiers = set[str]
Row = Mapping[str, Any]


@pytest.fixture(scope="module")
def found(sample_workbench: Workbench) -> pl.DataFrame:
    """All findings of the last month, with their organisation."""
    return pl.concat(
        findings(sample_workbench.snapshot, code, LAST_MONTH).with_columns(organisation=pl.lit(code))
        for code in sample_workbench.organisations
    )


@pytest.fixture(scope="module")
def identifiers(sample_workbench: Workbench, sample_settings: Settings) -> dict[tuple[str, str], Identifiers]:
    """What the number of an entry of the key may appear as in a finding: staff numbers do so as pseudonyms only."""
    pseudonyms = open_pseudonyms(sample_settings)
    held = sample_workbench.snapshot.sql("select * from marts.coding_record where period = $period", period=LAST_MONTH)
    person_of = dict(held.select("assignment_key", "person_key").iter_rows())
    jobs = {
        (organisation, position): f"{title} | {band}".casefold()
        for organisation, position, title, band in held.select(
            "organisation_code", "position_number", "position_title", "pay_band"
        ).iter_rows()
    }
    known = {}
    for entry in KEY.iter_rows(named=True):
        for number in entry["key"].split(";"):
            organisation = entry["organisation_code"] or ""
            assignment = pseudonyms.of_one("assignment", organisation, number)
            person = person_of.get(assignment, pseudonyms.of_one("person", organisation, number))
            job = jobs.get((organisation, number))
            known[organisation, number] = {number, assignment, person} | ({job} if job else set())
    return known


def is_about(finding: Row, entry: Row, identifiers: Mapping[tuple[str, str], Identifiers]) -> bool:
    if finding["organisation"] != entry["organisation_code"]:
        return False
    named = set().union(*(identifiers[entry["organisation_code"], one] for one in entry["key"].split(";")))
    if finding["assignment_key"]:
        return finding["assignment_key"] in named or finding["position_number"] in named
    if finding["person_key"] in named or finding["position_number"] in named:
        return True
    return any(one in finding["subject_key"].casefold() for one in (name.casefold() for name in named))


@pytest.mark.parametrize("rule_id", PLANTED_RULES)
def test_a_rule_finds_each_planted_error_with_its_severity(rule_id, found, identifiers):
    rows = found.filter(pl.col("rule_id") == rule_id).rows(named=True)
    missed = [
        (entry["organisation_code"], entry["key"], entry["what_should_be_found"])
        for entry in PLANTED.filter(pl.col("rule") == rule_id).iter_rows(named=True)
        if not any(is_about(row, entry, identifiers) and row["severity"] == entry["severity"] for row in rows)
    ]
    assert missed == []


@pytest.mark.parametrize("rule_id", PLANTED_RULES)
def test_a_rule_finds_next_to_nothing_that_was_not_planted(rule_id, found, identifiers):
    outside = NOT_IN_THE_KEY.get(rule_id, ())
    rows = found.filter(pl.col("rule_id") == rule_id, ~pl.col("severity").is_in(outside)).rows(named=True)
    names = [rule_id, PLANTED_APART.get(rule_id, rule_id)]
    entries = KEY.filter(pl.col("rule").is_in(names)).rows(named=True)
    extra = [row for row in rows if not any(is_about(row, entry, identifiers) for entry in entries)]
    described = [
        (row["organisation"], row["severity"], row["subject_key"], row["field"], row["detail"]) for row in extra
    ]
    assert len(extra) <= 0.02 * len(rows), described[:20]


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
