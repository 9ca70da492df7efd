"""Root causes: the rule's until a person states another, and where each of them shows."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from workbench.coding.cause_exhibits import release_causes
from workbench.coding.decisions import Decisions
from workbench.coding.exhibits import EXHIBITS
from workbench.coding.finding_counts import unsettled_findings
from workbench.coding.findings import FINDINGS
from workbench.coding.root_causes import ROUTE_COLUMNS, STEP_COLUMNS, root_causes
from workbench.coding.rules import CAUSES, rules
from workbench.disclosure import Policy
from workbench.exhibits import ExhibitRequest
from workbench.workbench import Workbench

SEP = dt.date(2026, 9, 30)


def found(*rows: dict[str, object]) -> pl.DataFrame:
    """Findings told by what differs from a plain one: an error of a person's own, wrong data, put right by edit."""
    plain = {"rule_id": "CON1", "severity": "E", "step": 3, "route": "P", "cause": "data", "decision": None}
    filled = [
        {"subject_key": f"s{number}", "person_key": f"p{number}"} | plain | row for number, row in enumerate(rows)
    ]
    schema = FINDINGS | {"decision": pl.Int64}
    return pl.DataFrame([dict.fromkeys(schema) | row for row in filled], schema=schema)


def by_cause(table: pl.DataFrame) -> dict[str, dict[str, object]]:
    return {row["cause"]: row for row in table.iter_rows(named=True)}


def test_a_record_counts_once_under_each_cause_and_under_its_gravest_finding():
    table = by_cause(
        root_causes(
            found(
                {"person_key": "a"},
                {"person_key": "a", "severity": "R", "route": "H"},
                {"person_key": "a", "cause": "process", "severity": "R", "step": 5},
                {"person_key": "b", "severity": "R"},
                {"person_key": "c", "severity": "I"},
            )
        )
    )
    assert list(table) == list(CAUSES)
    data, process = table["data"], table["process"]
    assert (data["errors"], data["reviews"], data["to_do"]) == (1, 1, 2)
    assert (data["route_P"], data["route_H"], data["routes"], data["step_3"]) == (2, 1, 3, 2)
    assert (process["to_do"], process["step_5"], table["system"]["to_do"]) == (1, 1, 0)


def test_a_cause_is_assumed_until_somebody_decides():
    data = by_cause(root_causes(found({"decision": 7}, {}, {})))["data"]
    assert (data["stated"], data["assumed"], data["to_do"]) == (1, 2, 3)
    undecided = by_cause(root_causes(found({}, {}).drop("decision")))["data"]
    assert (undecided["stated"], undecided["assumed"]) == (0, 2)


def test_nothing_found_is_four_causes_with_zeros():
    table = root_causes(found())
    assert table["cause"].to_list() == list(CAUSES)
    assert table["to_do"].to_list() == table["routes"].to_list() == [0, 0, 0, 0]


def test_no_few_records_can_be_worked_out_from_what_is_shown():
    few = [{"route": "H"}] * 2
    table = release_causes(root_causes(found(*[{}] * 17, *few, *[{"route": "N"}] * 6)), Policy("lead", 5)).table
    row = by_cause(table)["data"]
    hidden = [name for name in ROUTE_COLUMNS if row[f"{name}_status"] in ("primary", "secondary")]
    assert row["to_do"] == 25 and "route_H" in hidden and len(hidden) >= 2


def test_how_many_were_stated_is_not_told_where_few_are_left_assumed():
    rows = [{"decision": 1}] * 20 + [{}] * 2
    row = by_cause(release_causes(root_causes(found(*rows)), Policy("lead", 5)).table)["data"]
    assert row["to_do"] == 22 and row["stated"] is None


# ---- on the sample -------------------------------------------------------------------------------------------------


def test_a_cause_that_somebody_states_overrules_the_one_of_the_rule(sample_workbench, own_settings):
    before = unsettled_findings(sample_workbench.snapshot, own_settings, "XAA", SEP, on=SEP)
    finding = before.filter(pl.col("rule_id") == "COD4").row(0, named=True)
    assert finding["cause"] == rules()["COD4"].cause != "system"
    Decisions.of(own_settings).record(
        finding, organisation="XAA", answer="confirm", person="A Lead", reason="the form has no such post",
        cause="system",
    )  # fmt: skip
    after = unsettled_findings(sample_workbench.snapshot, own_settings, "XAA", SEP, on=SEP)
    then, now = by_cause(root_causes(before)), by_cause(root_causes(after))
    assert now["system"]["to_do"] == then["system"]["to_do"] + 1
    assert now["system"]["stated"] == 1


@pytest.mark.parametrize("audience", ["analyst", "lead", "board"])
def test_the_exhibit_says_in_words_which_cause_ways_and_steps(sample_workbench, audience):
    workbench = Workbench(sample_workbench.snapshot, sample_workbench.settings, audience)
    exhibit = EXHIBITS["root_causes"](workbench, ExhibitRequest("XAA", SEP, {}))
    assert exhibit.title.startswith("Most often the cause is ")
    assert all(row[3] and row[4] and row[5] for row in exhibit.shown_rows())
    assert exhibit.figure is not None and exhibit.alt
    if audience != "analyst":
        numbers = [row["to_do"] for row in exhibit.table.iter_rows(named=True)]
        assert not {1, 2, 3, 4} & set(numbers)


def test_a_month_that_is_not_loaded_has_no_causes(sample_workbench):
    exhibit = EXHIBITS["root_causes"](sample_workbench, ExhibitRequest("XAA", dt.date(2020, 1, 31), {}))
    assert exhibit.title == "Root causes: the staff list of this month is not loaded"
    assert exhibit.table["to_do"].null_count() == len(CAUSES)


def test_each_way_and_step_has_a_column():
    assert list(ROUTE_COLUMNS.values()) == list("PNMCFHS")
    assert list(STEP_COLUMNS.values()) == [1, 2, 3, 4, 5, 6, 7]
