"""The sample's answer key: every planted break between the systems is found, and is of the right kind."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl
import pytest

from workbench.attainment.reconciliation.reconcile import reconcile
from workbench.extracts.pseudonyms import open_pseudonyms
from workbench.settings import Settings
from workbench.workbench import Workbench

LAST_MONTH = dt.date(2026, 9, 30)
KEY = pl.read_csv(Path(__file__).parents[2] / "data" / "sample" / "planted.csv", infer_schema=False)
PLANTED = KEY.filter(pl.col("kind") == "reconciliation")
#: Which check finds what the answer key names: its rule and what should be found.
KINDS = {
    ("EST1", "Staff in post without a budget line"): "no_budget_line",
    ("EST1", "Budget line without a position"): "no_position",
    ("EST2", "Ledger contracts 1.00 WTE more than ESR"): "contracted_differs",
    ("EST2", "Ledger contracts 0.40 WTE less than ESR"): "contracted_differs",
    ("EST3", "Shares make 90, not 100"): "costing_not_whole",
    ("EST3", "Charged to another cost centre"): "charged_elsewhere",
    ("unfunded", "Staff in post on a line without budget"): "unfunded",
}
DIFFERENCES = {"Ledger contracts 1.00 WTE more than ESR": 1.0, "Ledger contracts 0.40 WTE less than ESR": -0.4}

Break = tuple[str, str, str]


@pytest.fixture(scope="module")
def found(sample_workbench: Workbench) -> pl.DataFrame:
    """Every exception of the last month, with its organisation."""
    frames = []
    for code in sample_workbench.organisations:
        answer = reconcile(sample_workbench.snapshot, code, LAST_MONTH)
        assert answer is not None
        frames.append(answer.exceptions.with_columns(organisation=pl.lit(code)))
    return pl.concat(frames)


@pytest.fixture(scope="module")
def planted(sample_settings: Settings) -> dict[Break, str]:
    """Organisation, check and subject of each planted break, with what should be found: assignments as pseudonyms."""
    pseudonyms = open_pseudonyms(sample_settings)
    breaks = {}
    for row in PLANTED.iter_rows(named=True):
        code, key = row["organisation_code"], row["key"]
        subject = key if row["extract"] == "ledger" else pseudonyms.of_one("assignment", code, key)
        breaks[code, KINDS[row["rule"], row["what_should_be_found"]], subject] = row["what_should_be_found"]
    return breaks


def test_every_planted_break_is_found_by_the_check_of_its_kind(found: pl.DataFrame, planted: dict[Break, str]) -> None:
    raised = set(found.select("organisation", "check", "subject_key").iter_rows())
    assert len(planted) == PLANTED.height == 17
    assert planted.keys() - raised == set()


def test_what_the_ledger_pairs_raise_was_planted(found: pl.DataFrame, planted: dict[Break, str]) -> None:
    pairs = ("ESR and ledger", "Roster template and ledger")
    raised = list(found.filter(pl.col("pair").is_in(pairs)).select("organisation", "check", "subject_key").iter_rows())
    right = sum(one in planted for one in raised)
    assert len(raised) == len(set(raised))
    assert 100 * right >= 98 * len(raised)


def test_a_difference_has_the_planted_size_and_sign(found: pl.DataFrame, planted: dict[Break, str]) -> None:
    sizes = {
        (organisation, check, subject): difference
        for organisation, check, subject, difference in found.select(
            "organisation", "check", "subject_key", "difference"
        ).iter_rows()
    }
    for one, what in planted.items():
        if what in DIFFERENCES:
            assert sizes[one] == pytest.approx(DIFFERENCES[what])


def test_no_staff_number_stands_in_an_exception(found: pl.DataFrame) -> None:
    numbers = set(PLANTED.filter(pl.col("extract") == "costing_splits")["key"])
    assert numbers
    texts = {str(value) for row in found.iter_rows() for value in row if value is not None}
    assert not any(number in text for number in numbers for text in texts)
