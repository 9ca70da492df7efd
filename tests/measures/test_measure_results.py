from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal

import polars as pl
import pytest

from workbench.errors import GrainError, PeriodError, UnknownName
from workbench.measures import evaluate, find_measure, finish
from workbench.measures.coverage import add_up, months_asked, months_missing
from workbench.measures.request import checked_request
from workbench.warehouse.snapshot import Snapshot, literal_snapshot

AUG, SEP, OCT = dt.date(2026, 8, 31), dt.date(2026, 9, 30), dt.date(2026, 10, 31)


@pytest.mark.parametrize(
    ("numerator", "denominator", "value", "status"),
    [
        (1, 4, 25.0, "ok"),
        (0, 4, 0.0, "ok"),
        (0, 0, None, "not_applicable"),
        (None, 0, None, "no_data"),  # nothing loaded comes before nobody counted
        (None, 4, None, "no_data"),
        (1, None, None, "no_data"),
        (None, None, None, "no_data"),
    ],
)
def test_a_percentage_says_why_it_has_no_value(numerator, denominator, value, status):
    frame = pl.DataFrame(
        {"numerator": [numerator], "denominator": [denominator]},
        schema_overrides=dict.fromkeys(("numerator", "denominator"), pl.Int64),
    )
    assert finish(frame, (), kind="percent").row(0)[2:4] == (value, status)


@pytest.mark.parametrize(("numerator", "value", "status"), [(0, 0, "ok"), (7, 7, "ok"), (None, None, "no_data")])
def test_a_count_has_no_denominator_and_zero_is_a_value(numerator, value, status):
    frame = pl.DataFrame({"numerator": [numerator], "denominator": [None]}, schema_overrides={"numerator": pl.Int64})
    result = finish(frame, ())
    assert result.row(0)[:4] == (value, None, value, status)
    assert result.schema["value"] == pl.Int64


def test_values_are_not_rounded():
    frame = pl.DataFrame({"numerator": [1], "denominator": [3]})
    assert finish(frame, (), kind="percent")["value"].item() == 100 / 3


def test_rows_are_sorted_with_the_unknown_month_last():
    frame = pl.DataFrame({"g": [None, "b", "a"], "numerator": [None, 2, 1], "denominator": [None] * 3})
    assert finish(frame, ("g",))["g"].to_list() == ["a", "b", None]


def test_a_row_that_the_function_withholds_stays_withheld_without_a_value():
    frame = pl.DataFrame({"numerator": [5], "denominator": [100], "status": ["suppressed"]})
    assert finish(frame, (), kind="percent").select("value", "status").row(0) == (None, "suppressed")


def test_the_same_group_twice_is_a_fault():
    with pytest.raises(GrainError, match="twice"):
        finish(pl.DataFrame({"g": ["a", "a"], "numerator": [1, 2], "denominator": [None, None]}), ("g",))


def request(by=(), as_at="2026-10-15", measure="headcount"):
    return checked_request(find_measure(measure), organisation="XAA", as_at=as_at, by=by)


@pytest.mark.parametrize(
    ("loaded", "by", "months"),
    [
        ([AUG, SEP], (), {SEP: True}),
        ([AUG], (), {SEP: False}),
        ([], (), {SEP: False}),
        ([AUG, SEP], ("month",), {AUG: True, SEP: True}),
        ([AUG], ("month",), {AUG: True}),
        ([dt.date(2026, 7, 31), SEP], ("month",), {dt.date(2026, 7, 31): True, AUG: False, SEP: True}),
        ([AUG, OCT], ("month",), {AUG: True}),
        ([], ("month",), {SEP: False}),
    ],
)
def test_which_months_answer(loaded, by, months):
    assert months_asked(request(by), loaded) == months


def test_months_missing_are_those_between_the_first_loaded_and_the_as_at_month():
    assert months_missing(request(), [dt.date(2026, 6, 30), AUG]) == [dt.date(2026, 7, 31), SEP]
    assert months_missing(request(), []) == [SEP]


@pytest.mark.parametrize(("as_at", "month"), [("2026-09-29", AUG), ("2026-09-30", SEP), ("2026-10-01", SEP)])
def test_an_as_at_inside_a_month_means_the_last_completed_month(as_at, month):
    assert request(as_at=as_at).month == month


ROWS = pl.DataFrame(
    {"month": [AUG, SEP, SEP], "g": ["a", "a", "b"], "n": [1, 2, 3], "f": [Decimal("0.1"), Decimal("0.2"), Decimal(1)]},
    schema_overrides={"f": pl.Decimal(18, 4)},
)


@pytest.mark.parametrize(
    ("by", "months", "expected"),
    [
        ((), {SEP: True}, [(5, Decimal("1.2"))]),
        ((), {SEP: False}, [(None, None)]),
        ((), {OCT: True}, [(0, Decimal(0))]),
        (("g",), {SEP: True}, [("a", 2, Decimal("0.2")), ("b", 3, Decimal(1))]),
        (("g",), {SEP: False}, [(None, None, None)]),
        (("g",), {OCT: True}, []),
        (("month",), {SEP: True, OCT: True}, [(SEP, 5, Decimal("1.2")), (OCT, 0, Decimal(0))]),
        (("month",), {AUG: True, SEP: False}, [(AUG, 1, Decimal("0.1")), (SEP, None, None)]),
        (("g", "month"), {AUG: True, SEP: False}, [("a", AUG, 1, Decimal("0.1")), (None, SEP, None, None)]),
    ],
)
def test_rows_add_up_and_an_unknown_month_is_null_where_an_empty_one_is_zero(by, months, expected):
    totals = add_up(ROWS, by, ["n", "f"], months=months)
    assert totals.sort(by, nulls_last=True).rows() == expected if by else totals.rows() == expected


def texts(*names):
    return dict.fromkeys(names, pl.String)


@pytest.fixture
def snapshot() -> Snapshot:
    place = {name: ["A"] for name in ("directorate", "service", "team", "staff_group", "profession", "pay_band")}
    key = {"organisation_code": ["XAA"], "period": [SEP]}
    return literal_snapshot(
        {
            "marts.organisation": pl.DataFrame({"organisation_code": ["XAA"]}),
            "marts.assignment_month": pl.DataFrame(
                key | {"person_key": ["p"], "organisation_start_date": [dt.date(2020, 4, 1)]}
            ),
            "marts.published_absence": pl.DataFrame({"organisation_code": ["RXX"]}),
            "marts.person_month": pl.DataFrame(
                key
                | place
                | {"person_key": ["p"], "is_active": [True], "is_trainee": [False], "fte": [0.5], "fte_active": [0.5]}
            ),
            "marts.person_link": pl.DataFrame(schema=texts("organisation_code", "person_key", "linked_person")),
            "staging.leavers": pl.DataFrame(
                schema=texts("organisation_code", "person_key", "leaving_reason", "destination_on_leaving_code")
                | {"leaving_date": pl.Date, "assignment_order": pl.Int32},
            ),
            "staging.organisation_changes": pl.DataFrame(
                schema=texts("organisation_code", "predecessor_organisation_code") | {"effective_date": pl.Date}
            ),
        }
    )


def test_json_has_the_fields_that_others_read(snapshot):
    result = evaluate(snapshot, "headcount", organisation="XAA", as_at="2026-10-04", by="month").as_json()
    assert set(result) >= {"measure", "definition", "snapshot", "filters", "rows"}
    assert (result["measure"], result["snapshot"], result["definition"]["id"]) == ("headcount", "literal", "headcount")
    assert result["filters"] == {
        "organisation": "XAA",
        "as_at": "2026-10-04",
        "by": ["month"],
        "options": {"status": "employed"},
    }
    assert result["rows"] == [{"month": "2026-09-30", "numerator": 1, "denominator": None, "value": 1, "status": "ok"}]
    assert json.dumps(result)


def test_the_stamp_says_scope_unit_window_population_and_denominator(snapshot):
    result = evaluate(snapshot, "leavers", organisation="XAA", as_at=SEP)
    assert {"preset", "scope", "unit", "window", "population", "denominator", "months_missing"} <= set(result.stamp)
    assert result.stamp["unit"] == "headcount"
    assert "2025-09-30 to 2026-09-30 (12 months)" in result.describe()


def test_a_printed_result_has_its_definition_above_the_rows(snapshot):
    text = str(evaluate(snapshot, "headcount", organisation="XAA", as_at=SEP))
    assert text.index("numerator: people employed") < text.index("status: employed") < text.index("┌")


@pytest.mark.parametrize(
    ("question", "message"),
    [
        ({"measure_id": "headcont"}, "Did you mean `headcount`"),
        ({"organisation": "XAB"}, "No organisation named 'XAB'.*`XAA`"),
        ({"organisation": "RXX"}, "No organisation named 'RXX'"),
        ({"by": "staffgroup"}, "Did you mean `staff_group`"),
        ({"by": ["professional_group"]}, "professional_group"),
        ({"options": {"status": "aktive"}}, "Did you mean `active`"),
    ],
)
def test_a_question_that_cannot_be_answered_names_what_can(snapshot, question, message):
    asked = {"measure_id": "headcount", "organisation": "XAA", "as_at": SEP} | question
    with pytest.raises(UnknownName, match=message):
        evaluate(snapshot, **asked)


@pytest.mark.parametrize("as_at", ["30/09/2026", "2026-9-30", "2026-02-30", ""])
def test_a_date_in_another_form_is_refused(snapshot, as_at):
    with pytest.raises(PeriodError, match="yyyy-mm-dd"):
        evaluate(snapshot, "headcount", organisation="XAA", as_at=as_at)


def test_a_dimension_given_twice_counts_once(snapshot):
    result = evaluate(snapshot, "headcount", organisation="XAA", as_at=SEP, by=["team", "team"])
    assert result.frame.columns == ["team", "numerator", "denominator", "value", "status"]


def test_the_people_behind_each_row_stand_beside_it_and_not_in_it(snapshot):
    result = evaluate(snapshot, "fte", organisation="XAA", as_at=SEP, by="team")
    assert result.people.rows() == [(1, None)]
    assert "numerator_people" not in result.frame.columns
