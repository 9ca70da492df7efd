"""What the coding review shows of its findings: what counts as one record, what is withheld, what is said."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from workbench.coding.decisions import Decisions
from workbench.coding.exhibits import EXHIBITS
from workbench.coding.finding_counts import (
    ARTS,
    NO_PROFESSION,
    by_cause,
    by_route,
    by_rule_and_profession,
    by_step,
    profession_columns,
    unsettled_findings,
    without_findings,
)
from workbench.coding.finding_exhibits import release_grid, release_severities
from workbench.coding.findings import FINDINGS
from workbench.coding.quality_score import quality_by_month
from workbench.coding.rules import STEPS, rules
from workbench.coding.score_exhibits import release_quality
from workbench.disclosure import Policy
from workbench.exhibits import ExhibitRequest
from workbench.settings import Settings
from workbench.warehouse.snapshot import Snapshot
from workbench.workbench import Workbench

ANALYST, LEAD = Policy("analyst", 1), Policy("lead", 5)
AUG, SEP = dt.date(2026, 8, 31), dt.date(2026, 9, 30)
OF_FINDINGS = ("findings_by_rule_and_profession", "what_to_do_next", "data_quality_trend", "seven_steps",
               "quality_by_profession_and_service")  # fmt: skip


def found(*rows: dict[str, object]) -> pl.DataFrame:
    """Findings told by what differs from a plain one: an error of a physiotherapist's own assignment."""
    filled = []
    for number, row in enumerate(rows):
        plain = {"rule_id": "CON1", "severity": "E", "step": 3, "route": "P", "cause": "data",
                 "person_key": f"p{number}", "profession": "Physiotherapist", "service": "Therapies"}  # fmt: skip
        person = row.get("person_key", plain["person_key"])
        keys = {"subject_key": f"s{number}", "assignment_key": f"{person}-1" if person else None}
        filled.append(dict.fromkeys(FINDINGS) | plain | keys | row)
    return pl.DataFrame(filled, schema=FINDINGS)


def cells(table: pl.DataFrame, rule_id: str) -> dict[str, int]:
    row = table.filter(pl.col("rule_id") == rule_id).row(0, named=True)
    return {label: row[name] for name, label in profession_columns().items() if row[name]}


def test_one_person_counts_once_in_a_cell_however_many_findings_it_has():
    table = by_rule_and_profession(found({"person_key": "a"}, {"person_key": "a"}, {"person_key": "b"}))
    assert cells(table, "CON1") == {"Physiotherapy": 2}


def test_the_arts_share_a_column_and_whoever_is_no_ahp_has_one_too():
    table = by_rule_and_profession(
        found(
            {"profession": "Art therapist"},
            {"profession": "Arts therapist, type not stated"},
            {"profession": "Disputed"},
            {"profession": None, "person_key": None},
        )
    )
    assert cells(table, "CON1") == {ARTS: 2, "Disputed": 1, NO_PROFESSION: 1}
    assert table["total"].to_list() == [4]


def test_information_is_nothing_to_put_right():
    table = by_rule_and_profession(found({"severity": "I"}, {"rule_id": "COD1", "severity": "R"}))
    assert table["rule_id"].to_list() == ["COD1"]


def test_no_small_count_of_the_grid_can_be_worked_out_from_the_rows_sum():
    rows = (
        [{"profession": "Physiotherapist"}] * 9 + [{"profession": "Osteopath"}] * 2 + [{"profession": "Podiatrist"}] * 6
    )
    released = release_grid(by_rule_and_profession(found(*rows)), LEAD)
    row = released.table.row(0, named=True)
    hidden = [name for name in profession_columns() if row[f"{name}_status"] in ("primary", "secondary")]
    assert row["total"] == 17 and len(hidden) == 2
    assert released.withheld == 2


def test_everybody_on_a_position_that_is_edited_is_one_record():
    on_one = [{"position_number": "P1"}] * 4
    table = by_route(
        found(*on_one, {"position_number": "P2", "severity": "R"}, {"route": "H", "position_number": "P1"})
    )
    rows = {row["route"]: (row["errors"], row["reviews"], row["to_do"]) for row in table.iter_rows(named=True)}
    assert rows["P"] == (1, 1, 2)
    assert rows["H"] == (1, 0, 1)
    assert rows["M"] == (0, 0, 0)
    assert table["route"].to_list() == list("PNMCFHS")


def test_a_record_counts_under_its_gravest_finding():
    table = by_route(found({"person_key": "a", "severity": "I"}, {"person_key": "a", "severity": "R"}))
    row = table.filter(pl.col("route") == "P").row(0, named=True)
    assert (row["errors"], row["reviews"], row["information"]) == (0, 1, 0)


def test_steps_are_all_listed_and_causes_too():
    table = by_step(found({"step": 1}, {"step": 4, "severity": "R"}))
    assert table["step"].to_list() == list(STEPS)
    assert table["to_do"].to_list() == [1, 0, 0, 1, 0, 0, 0]
    assert by_cause(found({}, {"cause": "process"}), ["data", "process", "system"])["records"].to_list() == [1, 1, 0]


def test_a_withheld_part_of_a_bar_takes_another_with_it():
    rows = [{"severity": "E"}] * 2 + [{"severity": "R"}] * 12
    row = release_severities(by_route(found(*rows)), LEAD).table.row(0, named=True)
    assert row["to_do"] == 14
    assert (row["errors"], row["reviews"]) == (None, None)


AHPS = pl.DataFrame(
    {
        "person_key": ["a", "b", "b", "c", "d"],
        "assignment_key": ["a-1", "b-1", "b-2", "c-1", "d-1"],
        "position_number": ["P1", "P2", "P3", "P1", None],
        "fte": [1.0, 0.5, 0.5, 1.0, 0.4],
    }
)


@pytest.mark.parametrize(
    ("finding", "concerned"),
    [
        ({"person_key": "b", "assignment_key": "b-2"}, 1),
        ({"person_key": "b", "assignment_key": None}, 2),
        ({"person_key": None, "assignment_key": None, "position_number": "P1"}, 2),
        ({"person_key": "a", "assignment_key": "a-1", "position_number": "P1"}, 1),
        ({"person_key": "z", "assignment_key": "z-1"}, 0),
        ({"person_key": "a", "assignment_key": "a-1", "severity": "I"}, 0),
    ],
)
def test_a_finding_concerns_its_assignment_else_its_person_else_its_position(finding, concerned):
    row = without_findings(AHPS, found(finding)).row(0, named=True)
    assert (row["assignments"], row["with_finding"], row["without"]) == (5, concerned, 5 - concerned)


def test_the_score_is_a_sum_over_a_sum_of_assignments_and_of_fte():
    numbers = without_findings(AHPS, found({"person_key": "a"})).with_columns(month=pl.lit(SEP))
    row = release_quality(numbers, ANALYST).table.row(0, named=True)
    assert row["share"] == pytest.approx(80.0)
    assert row["fte_share"] == pytest.approx(100 * 2.4 / 3.4)


def test_without_any_ahp_the_score_is_not_applicable_and_no_hundred():
    numbers = without_findings(AHPS.clear(), found()).with_columns(month=pl.lit(SEP))
    row = release_quality(numbers, LEAD).table.row(0, named=True)
    assert (row["share"], row["share_status"]) == (None, "not_applicable")


def test_a_share_that_would_give_a_few_people_away_is_withheld():
    ahps = pl.DataFrame({"person_key": [f"p{n}" for n in range(30)]}).with_columns(
        assignment_key=pl.col("person_key") + "-1", position_number=pl.lit(None, pl.String), fte=pl.lit(1.0)
    )
    numbers = without_findings(ahps, found({}, {})).with_columns(month=pl.lit(SEP))
    row = release_quality(numbers, LEAD).table.row(0, named=True)
    assert (row["assignments"], row["with_finding"], row["share"], row["fte_share"]) == (30, None, None, None)


# ---- on the sample -------------------------------------------------------------------------------------------------


def opened(sample: Workbench, audience: str = "analyst") -> Workbench:
    return Workbench(sample.snapshot, sample.settings, audience)


@pytest.mark.parametrize("audience", ["analyst", "lead", "board"])
@pytest.mark.parametrize("name", OF_FINDINGS)
def test_every_exhibit_of_findings_is_made_for_every_audience(sample_workbench, audience, name):
    workbench = opened(sample_workbench, audience)
    exhibit = EXHIBITS[name](workbench, ExhibitRequest("XAA", SEP, {}))
    assert exhibit.figure is not None and exhibit.alt and exhibit.notes
    assert exhibit.to_bundle()["id"] == name
    if audience != "analyst":
        numbers = [column.name for column in exhibit.columns if column.kind == "count"]
        small = [row[n] for row in exhibit.table.iter_rows(named=True) for n in numbers if row[n] in (1, 2, 3, 4)]
        assert small == []


def test_the_grid_counts_what_the_rules_find(sample_workbench):
    workbench = opened(sample_workbench)
    exhibit = EXHIBITS["findings_by_rule_and_profession"](workbench, ExhibitRequest("XAA", SEP, {}))
    raw = unsettled_findings(workbench.snapshot, workbench.settings, "XAA", SEP, on=SEP)
    grave = raw.filter(pl.col("severity").is_in(["E", "R"]))
    assert [rule.split()[0] for rule in exhibit.table["rule"]] == sorted(set(grave["rule_id"]))
    assert any(note.startswith("Asked, and nothing found") for note in exhibit.notes)


def test_a_service_narrows_what_is_counted(sample_workbench):
    workbench = opened(sample_workbench)
    raw = unsettled_findings(workbench.snapshot, workbench.settings, "XAA", SEP, on=SEP)
    service = raw.filter(pl.col("severity") == "R")["service"].drop_nulls().mode().sort()[0]
    whole = EXHIBITS["what_to_do_next"](workbench, ExhibitRequest("XAA", SEP, {}))
    part = EXHIBITS["what_to_do_next"](workbench, ExhibitRequest("XAA", SEP, {"service": service}))
    assert 0 < part.table["to_do"].sum() < whole.table["to_do"].sum()
    assert part.stamp.scope == service


def test_the_trend_shows_twelve_months_and_counts_the_same_rules_in_each(sample_workbench):
    workbench = opened(sample_workbench)
    answer = quality_by_month(workbench.snapshot, workbench.settings, "XAA", SEP)
    assert answer is not None
    numbers, counted = answer
    assert numbers["month"].to_list()[0] == dt.date(2025, 10, 31) and numbers.height == 12
    assert set(counted) <= set(rules())
    assert (numbers["without"] + numbers["with_finding"] == numbers["assignments"]).all()


def test_a_month_before_a_feed_came_says_no_feed_and_not_that_all_is_well(sample_workbench):
    workbench = opened(sample_workbench)
    early = EXHIBITS["seven_steps"](workbench, ExhibitRequest("XAA", AUG, {}))
    said = dict(zip(early.table["name"], early.table["data_say"], strict=True))
    # the self-service list of the sample comes each quarter, and August ends none
    assert said["2 Employee self-service"].startswith("No feed")
    assert "no feed" in early.title


def test_all_seven_steps_stand_in_the_table_with_something_said_of_each(sample_workbench):
    exhibit = EXHIBITS["seven_steps"](opened(sample_workbench), ExhibitRequest("XAA", SEP, {}))
    assert [row[0][0] for row in exhibit.shown_rows()] == list("1234567")
    assert all(row[3] for row in exhibit.shown_rows())
    assert "logged in within 90 days" in exhibit.shown_rows()[1][3]
    assert "root cause" in exhibit.shown_rows()[5][3]


def test_a_rejected_finding_is_gone_and_a_confirmed_one_stays(sample_workbench, tmp_path):
    own = Settings(home=tmp_path / "home", key_file=tmp_path / "key", reports=tmp_path / "reports")
    snapshot: Snapshot = sample_workbench.snapshot
    before = unsettled_findings(snapshot, own, "XAA", SEP, on=SEP)
    rejected, confirmed, *_ = before.iter_rows(named=True)
    decisions = Decisions.of(own)
    decisions.record(rejected, organisation="XAA", answer="challenge", person="A Lead", reason="right as it stands")
    decisions.record(confirmed, organisation="XAA", answer="confirm", person="A Lead", reason="to be corrected")
    after = unsettled_findings(snapshot, own, "XAA", SEP, on=SEP)["finding_id"].to_list()
    assert rejected["finding_id"] not in after
    assert confirmed["finding_id"] in after
    assert len(after) == before.height - 1


def test_looking_at_the_page_makes_no_file_of_decisions(sample_workbench, tmp_path):
    own = Settings(home=tmp_path / "home", key_file=tmp_path / "key", reports=tmp_path / "reports")
    unsettled_findings(sample_workbench.snapshot, own, "XAA", SEP, on=SEP)
    assert not (tmp_path / "home" / "decisions").exists()
