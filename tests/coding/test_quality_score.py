"""The data-quality score: sums over sums by month, profession and service, and nothing said about a few people."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from workbench.coding.exhibits import EXHIBITS
from workbench.coding.quality_score import AGES, TOTAL, judged_records, quality_by, quality_of
from workbench.coding.right_first_time import right_first_time
from workbench.coding.score_exhibits import release_score
from workbench.disclosure import Policy
from workbench.errors import UnknownName
from workbench.exhibits import ExhibitRequest
from workbench.workbench import Workbench

AUG, SEP = dt.date(2026, 8, 31), dt.date(2026, 9, 30)
FLAGS = ("has_finding", "is_excepted", "is_compared", "is_agreed", "is_filled", "needs_registration", "is_verified")


def judged(*rows: dict[str, object]) -> pl.DataFrame:
    """Judged records told by what differs from a full-time one with nothing wrong and nothing to compare."""
    plain = {**dict.fromkeys(FLAGS, False), "fte": 1.0, "profession": "Physiotherapist"}
    return pl.DataFrame([plain | row for row in rows])


def test_each_part_of_the_score_is_a_count_of_assignments():
    table = quality_of(
        judged(
            {"has_finding": True, "fte": 0.6, "is_compared": True},
            {"is_compared": True, "is_agreed": True, "is_filled": True, "needs_registration": True},
            {"is_excepted": True, "needs_registration": True, "is_verified": True, "fte": 0.4},
            {"profession": "Dietitian"},
        ),
        ["profession"],
    )
    dietitian, physio = table.rows(named=True)
    assert dietitian["assignments"] == dietitian["without"] == 1
    assert (physio["assignments"], physio["with_finding"], physio["without"]) == (3, 1, 2)
    assert (physio["fte"], physio["fte_without"]) == (pytest.approx(2.0), pytest.approx(1.4))
    assert (physio["compared"], physio["agreed"], physio["filled"]) == (2, 1, 1)
    assert (physio["registrable"], physio["verified"], physio["excepted"]) == (2, 1, 1)


def scored(group: str, **numbers: int) -> dict[str, object]:
    names = ("compared", "agreed", "filled", "registrable", "verified", "excepted", *AGES, "due", "put_right",
             "starters", "right_first_time")  # fmt: skip
    row: dict[str, object] = {"group": group, **dict.fromkeys(names, 0), **numbers}
    row["with_finding"] = numbers["assignments"] - numbers["without"]
    row |= {f"{name}_before": row[name] for name in ("assignments", "without", "with_finding")}
    return row | {"fte": float(numbers["assignments"]), "fte_without": float(numbers["without"])}


def test_a_part_that_does_not_apply_to_anybody_is_no_hundred_and_no_zero():
    released = release_score(pl.DataFrame([scored(TOTAL, assignments=20, without=15)]), Policy("analyst", 1))
    row = released.table.row(0, named=True)
    assert (row["share"], row["fte_share"]) == (75.0, 75.0)
    for name in ("agreed_share", "verified_share", "right_share", "put_right_share"):
        assert (row[name], row[f"{name}_status"]) == (None, "not_applicable")


def test_a_share_is_withheld_where_it_would_tell_of_a_few_and_another_row_with_it():
    rows = [scored("A", assignments=40, without=38), scored("B", assignments=30, without=20),
            scored("C", assignments=30, without=21), scored(TOTAL, assignments=100, without=79)]  # fmt: skip
    table = release_score(pl.DataFrame(rows), Policy("lead", 5)).table
    shown = dict(table.select("group", "share").iter_rows())
    assert shown["A"] is None and shown[TOTAL] == pytest.approx(79.0)
    assert [shown["B"], shown["C"]].count(None) == 1


# ---- on the sample -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("by", ["profession", "service"])
def test_rows_add_up_to_their_total_and_ages_to_those_with_a_finding(sample_workbench, by):
    answer = quality_by(sample_workbench.snapshot, sample_workbench.settings, "XAA", SEP, by)
    assert answer is not None
    table, _ = answer
    rows, total = table.filter(pl.col("group") != TOTAL), table.filter(pl.col("group") == TOTAL)
    numbers = [name for name in table.columns if name != "group" and not name.startswith("fte")]
    assert rows.select(pl.col(numbers).sum()).row(0) == total.select(numbers).row(0)
    assert table["group"][-1] == TOTAL
    assert (table.select(pl.sum_horizontal(list(AGES))).to_series() == table["with_finding"]).all()


def test_starters_in_the_score_are_those_of_right_first_time(sample_workbench):
    answer = quality_by(sample_workbench.snapshot, sample_workbench.settings, "XBB", SEP, "profession")
    alone = right_first_time(sample_workbench.snapshot, "XBB", SEP)
    assert answer is not None and alone is not None
    held = answer[0].filter(pl.col("starters") > 0).select("group", "starters", "right_first_time").rows()
    # a starter can have left since and be in no row of the month but the total
    known = set(answer[0]["group"])
    assert held == [row for row in alone.select("profession", "starters", "right_first_time").rows() if row[0] in known]


def test_put_right_is_asked_of_records_that_had_a_lasting_finding_and_are_still_there(sample_workbench):
    snapshot, settings = sample_workbench.snapshot, sample_workbench.settings
    answer = quality_by(snapshot, settings, "XAA", SEP, "profession")
    assert answer is not None
    rows = judged_records(snapshot, settings, "XAA", [dt.date(2025, 9, 30), AUG, SEP]).rows.rows(named=True)
    then = {row["assignment_key"] for row in rows if row["month"] == AUG and row["has_lasting"]}
    still = [row for row in rows if row["month"] == SEP and row["assignment_key"] in then]
    total = answer[0].row(-1, named=True)
    assert (total["due"], total["put_right"]) == (len(still), sum(not row["has_lasting"] for row in still))


def test_a_month_without_a_year_before_it_has_no_change(sample_workbench):
    exhibit = EXHIBITS["quality_by_profession_and_service"](
        sample_workbench, ExhibitRequest("XAA", dt.date(2024, 6, 30), {})
    )
    assert exhibit.table["change"].null_count() == exhibit.table.height
    assert exhibit.table["share"].null_count() < exhibit.table.height


def test_the_rows_of_one_service_are_its_own(sample_workbench):
    exhibit = EXHIBITS["quality_by_profession_and_service"](
        sample_workbench, ExhibitRequest("XAA", SEP, {"service": "Imaging"})
    )
    assert exhibit.table["group"].to_list() == ["Radiographer", TOTAL]
    assert exhibit.stamp.scope == "Imaging"


def test_the_trend_of_one_profession_counts_its_assignments_only(sample_workbench: Workbench):
    exhibit = EXHIBITS["data_quality_trend"](
        sample_workbench, ExhibitRequest("XAA", SEP, {"profession": "Physiotherapist"})
    )
    of_all = quality_by(sample_workbench.snapshot, sample_workbench.settings, "XAA", SEP, "profession")
    assert of_all is not None
    physio = of_all[0].filter(pl.col("group") == "Physiotherapist").row(0, named=True)
    assert exhibit.table["assignments"].to_list()[-1] == physio["assignments"]
    assert exhibit.stamp.scope == "Physiotherapist"


def test_rows_by_something_else_are_refused(sample_workbench):
    with pytest.raises(UnknownName, match="profession, service"):
        EXHIBITS["quality_by_profession_and_service"](sample_workbench, ExhibitRequest("XAA", SEP, {"by": "band"}))
