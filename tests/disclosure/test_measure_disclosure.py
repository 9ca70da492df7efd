"""Disclosure control of a measure's rows, as the command line and notebooks return them."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import polars as pl
import pytest

from workbench.disclosure import Policy, disclose_measure
from workbench.errors import DisclosureError
from workbench.measures.catalogue import find_measure
from workbench.measures.request import MeasureRequest
from workbench.measures.result import PEOPLE, MeasureResult, finish

LEAD = Policy("lead", 5)


def measured(measure_id: str, frame: pl.DataFrame, by: tuple[str, ...] = ("staff_group",)) -> MeasureResult:
    measure = find_measure(measure_id)
    request = MeasureRequest(measure, "XAA", dt.date(2026, 9, 30), by, {})
    rows = finish(frame, by, kind="percent" if measure.is_rate else "count")
    return MeasureResult(measure, request, "s", {"unit": measure.unit}, rows.drop(PEOPLE), rows.select(PEOPLE))


def staff(*counts: int | None) -> pl.DataFrame:
    return pl.DataFrame(
        {"staff_group": [f"group {i}" for i in range(len(counts))], "numerator": counts},
        schema={"staff_group": pl.String, "numerator": pl.Int64},
    ).with_columns(denominator=pl.lit(None, pl.Float64))


def test_a_suppressed_row_keeps_its_dimension_and_loses_its_numbers():
    frame = disclose_measure(measured("headcount", staff(3, 20, 40)), LEAD).frame
    assert frame.rows() == [
        ("group 0", None, None, None, "suppressed"),
        ("group 1", None, None, None, "suppressed"),
        ("group 2", 40, None, 40, "ok"),
    ]


def test_the_frame_keeps_its_columns_and_types():
    result = measured("headcount", staff(3, 20, 40))
    assert disclose_measure(result, LEAD).frame.schema == result.frame.schema


def test_fte_is_withheld_by_the_people_behind_it_not_by_its_own_size():
    frame = staff(1, 1).with_columns(numerator=pl.Series([4.6, 4.2]), numerator_people=pl.Series([5, 9]))
    disclosed = disclose_measure(measured("fte", frame), LEAD).frame
    assert disclosed["status"].to_list() == ["ok", "ok"]
    frame = frame.with_columns(numerator=pl.Series([6.0, 9.0]), numerator_people=pl.Series([4, 9]))
    assert disclose_measure(measured("fte", frame), LEAD).frame["value"].to_list() == [None, None]


def test_no_data_stays_no_data():
    frame = disclose_measure(measured("headcount", staff(20, None)), LEAD).frame
    assert frame["status"].to_list() == ["ok", "no_data"]


def test_published_figures_have_nobody_to_protect():
    frame = pl.DataFrame({"numerator": [2.0], "denominator": [400.0]}).with_columns(
        numerator_people=pl.lit(None, pl.Int64), denominator_people=pl.lit(None, pl.Int64)
    )
    result = measured("sickness_absence_rate", frame, by=())
    assert disclose_measure(result, LEAD).frame.rows() == [(2.0, 400.0, 0.5, "ok")]


def test_a_percentage_is_withheld_when_all_but_a_few_are_in_it():
    frame = staff(19, 60).with_columns(denominator=pl.Series([20.0, 100.0]))
    disclosed = disclose_measure(measured("active_job_plan_coverage", frame), LEAD).frame
    assert disclosed["status"][0] == "suppressed"


def test_an_analyst_gets_the_rows_as_they_are():
    result = measured("headcount", staff(3, 20))
    assert disclose_measure(result, Policy("analyst", 1)) is result


def test_two_breakdowns_at_once_are_refused_to_an_audience_with_withheld_numbers():
    frame = staff(3, 20).with_columns(profession=pl.lit("Paramedic"))
    result = measured("headcount", frame, by=("staff_group", "profession"))
    with pytest.raises(DisclosureError, match="one dimension at a time"):
        disclose_measure(result, LEAD)


def test_months_may_stand_beside_one_breakdown():
    frame = pl.concat([staff(30, 20).with_columns(month=pl.lit(dt.date(2026, m, 30))) for m in (6, 9)])
    result = measured("headcount", frame, by=("month", "staff_group"))
    assert disclose_measure(result, LEAD).frame["status"].to_list() == ["ok"] * 4


def test_rounded_rows_give_rounded_values():
    frame = staff(12, 83)
    assert disclose_measure(measured("headcount", frame), Policy("board", 8, 5)).frame["value"].to_list() == [10, 85]


def test_counts_beside_the_rows_and_the_people_behind_them_do_not_travel():
    result = measured("headcount", staff(30, 20))
    result = replace(result, stamp={"unit": "people", "counts": {"people_excluded": 2}})
    disclosed = disclose_measure(result, LEAD)
    assert disclosed.stamp == {"unit": "people", "disclosure": "numbers of people below 5 are withheld"}
    assert disclosed.people.is_empty()
