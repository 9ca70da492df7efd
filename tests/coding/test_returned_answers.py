"""Answers in a returned worklist: taken whole or refused whole by line, and never recorded twice."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import polars as pl
import pytest

from workbench.coding.decisions import HISTORY, DecisionError, Decisions
from workbench.coding.finding_states import with_states
from workbench.coding.findings import FINDINGS
from workbench.coding.returned_answers import AnsweredRow, ReadBack, read_answers
from workbench.coding.review import Review
from workbench.coding.worklist import TASK_COLUMNS, UPDATE_COLUMNS, Worklists
from workbench.coding.worklist_workbook import write_workbook
from workbench.settings import Settings

SEPTEMBER = dt.date(2026, 9, 30)
CODES = {"S1E", "S1C", "S0E"}
FILLED_IN = ("answer", "other_code", "why", "cause_found", "answered_by")


def review_of(settings: Settings, *ids: str, **values: object) -> Review:
    plain = {"rule_id": "COD1", "subject_key": "a1", "field": "occupation_code", "cause": "data", **values}
    rows = [{**plain, "finding_id": one, "subject_key": f"a{place}"} for place, one in enumerate(ids)]
    found = with_states(pl.DataFrame(rows, schema=FINDINGS), Decisions.of(settings).standing("XAA"), on=SEPTEMBER)
    covered = pl.DataFrame({"rule_id": ["COD1"], "state": ["ran"], "missing": [""]})
    return Review("XAA", SEPTEMBER, SEPTEMBER, "literal", found.with_columns(age_months=0), covered)


def returned(folder: Path, settings: Settings, *rows: dict[str, str]) -> Path:
    """The workbook as `--xlsx` writes it, with what people typed in."""
    names = ("service", "route", *TASK_COLUMNS, *FILLED_IN)
    filled = [{"service": "Therapies", "route": "P", "employee_number": "00012345", **row} for row in rows]
    tasks = pl.DataFrame(filled, schema=dict.fromkeys(names, pl.String))
    updates = pl.DataFrame(schema=dict.fromkeys(UPDATE_COLUMNS, pl.String))
    file = folder / "returned.xlsx"
    made = dt.datetime(2026, 10, 4)
    write_workbook(file, Worklists(tasks, updates), review_of(settings, "f1"), organisation_name="Trust", made_at=made)
    return file


def read(folder: Path, settings: Settings, *rows: dict[str, str], ids: tuple[str, ...] = ("f1", "f2")) -> ReadBack:
    found = review_of(settings, *ids)
    return read_answers(returned(folder, settings, *rows), found, settings, CODES, person="Ada Lead")


def kept(settings: Settings) -> list[tuple[object, ...]]:
    history = Decisions.of(settings).history("XAA")
    assert history.columns == list(HISTORY)
    return history.select("finding_id", "answer", "proposed_code", "reason", "person", "cause").rows()


@pytest.mark.parametrize(
    ("typed", "answer", "code", "reason"),
    [
        ({"answer": "agree", "suggested_code": "S1E"}, "confirm", "S1E", "agreed in the returned worklist"),
        ({"answer": "agree"}, "confirm", None, "agreed in the returned worklist"),
        ({"answer": "Other Code", "other_code": "s1c", "why": "she is an OT"}, "confirm", "S1C", "she is an OT"),
        ({"answer": "leave as it is", "why": "right as it is"}, "challenge", None, "right as it is"),
        ({"answer": "exception", "why": "until the merger"}, "exception", None, "until the merger"),
    ],
)
def test_each_answer_is_recorded_as_the_decision_that_it_is(typed, answer, code, reason, tmp_path, own_settings):
    told = read(tmp_path, own_settings, {"findings": "f1", **typed})
    assert (len(told.recorded), told.known, told.refused, told.decisions) == (1, (), (), 1)
    assert kept(own_settings) == [("f1", answer, code, reason, "Ada Lead", "data")]


def test_a_row_of_two_findings_is_two_decisions_and_bears_who_answered_and_the_cause_found(tmp_path, own_settings):
    row = {"findings": "f1; f2", "answer": "agree", "answered_by": "Ben Therapist", "cause_found": "process"}
    assert read(tmp_path, own_settings, row).decisions == 2
    assert {(one[0], *one[4:]) for one in kept(own_settings)} == {
        ("f1", "Ben Therapist, read in by Ada Lead", "process"),
        ("f2", "Ben Therapist, read in by Ada Lead", "process"),
    }


def test_a_row_that_nobody_answered_is_passed_over(tmp_path, own_settings):
    assert read(tmp_path, own_settings, {"findings": "f1"}) == ReadBack((), (), (), 0)


def test_reading_the_same_file_twice_records_nothing_twice_whoever_reads_it(tmp_path, own_settings):
    row = {"findings": "f1; f2", "answer": "agree", "suggested_code": "S1E"}
    read(tmp_path, own_settings, row)
    file = tmp_path / "returned.xlsx"
    again = read_answers(file, review_of(own_settings, "f1", "f2"), own_settings, CODES, person="Cy Other")
    assert (len(again.recorded), len(again.known), again.refused, again.decisions) == (0, 1, (), 0)
    assert len(kept(own_settings)) == 2


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"answer": "yes"}, "Received another answer. Allowed: agree, other code, leave as it is, exception."),
        ({"why": "because"}, "Received no answer."),
        ({"answer": "other code", "other_code": "S9Z"}, "The code 'S9Z' is not among the occupation codes"),
        ({"answer": "other code"}, "needs the code"),
        ({"answer": "agree", "other_code": "S1C"}, "A code is given, and the answer is not 'other code'"),
        ({"answer": "leave as it is"}, "needs a reason"),
        ({"answer": "exception"}, "needs a reason"),
        ({"answer": "agree", "cause_found": "luck"}, "Allowed: system, data, no_option, process"),
        ({"answer": "leave as it is", "why": "see 00012345"}, "must not hold a number of six or more digits"),
        ({"answer": "agree", "findings": "gone"}, "1 of its 1 findings are not there any more"),
        ({"answer": "agree", "findings": "f1; gone"}, "1 of its 2 findings are not there any more"),
        ({"answer": "agree", "findings": ""}, "not there any more"),
    ],
)
def test_a_row_that_cannot_be_taken_is_refused_by_its_line_and_the_others_are_kept(typed, said, tmp_path, own_settings):
    told = read(tmp_path, own_settings, {"findings": "f1", **typed}, {"findings": "f2", "answer": "agree"})
    assert [one[0] for one in kept(own_settings)] == ["f2"]
    assert [row.line for row in told.recorded] == [5]
    assert [(row.sheet, row.line) for row, _ in told.refused] == [("P Therapies", 4)]
    (reason,) = (reason for _, reason in told.refused)
    assert said in reason
    assert "00012345" not in reason


def test_an_answer_to_what_was_decided_since_is_refused(tmp_path, own_settings):
    found = review_of(own_settings, "f1").findings.row(0, named=True)
    Decisions.of(own_settings).record(
        found, organisation="XAA", answer="challenge", person="Ben Head", reason="right as it stands"
    )
    told = read(tmp_path, own_settings, {"findings": "f1", "answer": "agree"})
    assert [reason for _, reason in told.refused] == ["It was decided since the list was made (state: rejected)."]
    assert len(kept(own_settings)) == 1


def test_one_finding_answered_in_two_ways_is_refused_the_second_time(tmp_path, own_settings):
    told = read(
        tmp_path,
        own_settings,
        {"findings": "f1", "answer": "agree"},
        {"findings": "f1", "answer": "leave as it is", "why": "right"},
    )
    assert [row.line for row in told.recorded] == [4]
    assert "is answered otherwise in sheet 'P Therapies', line 4" in told.refused[0][1]


def test_a_proposed_code_is_kept_only_for_findings_about_a_code(tmp_path, own_settings):
    found = review_of(own_settings, "f1", field="supervisor", rule_id="HIE1")
    file = returned(tmp_path, own_settings, {"findings": "f1", "answer": "agree", "suggested_code": "S1E"})
    read_answers(file, found, own_settings, CODES, person="Ada Lead")
    assert [one[2] for one in kept(own_settings)] == [None]


@pytest.mark.parametrize("content", [b"no workbook", b""])
def test_another_file_is_refused_and_nothing_recorded(content, tmp_path, own_settings):
    file = tmp_path / "letter.xlsx"
    file.write_bytes(content)
    with pytest.raises(DecisionError, match="cannot be read as an Excel workbook"):
        read_answers(file, review_of(own_settings, "f1"), own_settings, CODES, person="Ada Lead")


def test_a_workbook_without_the_headings_of_a_worklist_is_refused(tmp_path, own_settings):
    file = tmp_path / "other.xlsx"
    pl.DataFrame({"name": ["x"]}).write_excel(file)
    with pytest.raises(DecisionError, match="is no worklist workbook"):
        read_answers(file, review_of(own_settings, "f1"), own_settings, CODES, person="Ada Lead")


def test_what_is_told_of_a_row_is_where_it_stands_and_no_staff_number(tmp_path, own_settings):
    told = read(tmp_path, own_settings, {"findings": "f1", "answer": "agree"})
    assert all(isinstance(row, AnsweredRow) for row in told.recorded)
    assert "00012345" not in json.dumps([dict(row.cells) for row in told.recorded])
