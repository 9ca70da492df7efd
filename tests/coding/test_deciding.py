"""The worklist as it is decided: what is one decision, what an answer does, and what no row may show."""

from __future__ import annotations

import datetime as dt
import re
import shutil
from pathlib import Path

import polars as pl
import pytest

from workbench.coding.deciding import CodingWorklist
from workbench.coding.decisions import DecisionError, Decisions, standing_decisions
from workbench.coding.task_words import is_about_a_code, task_of, without_keys
from workbench.errors import UnknownName
from workbench.settings import Settings
from workbench.workbench import Workbench

SEP = dt.date(2026, 9, 30)
SLT = "Position 900134: Specialist Speech and Language Therapist"
RECEPTIONIST = "Position 900239: Outpatient Receptionist"


@pytest.fixture(scope="module")
def kept(sample_workbench: Workbench) -> Path:
    """Where the findings of the sample are kept once they have been worked out."""
    CodingWorklist(sample_workbench, "XAA", SEP)
    return sample_workbench.settings.warehouse


@pytest.fixture
def own_workbench(sample_workbench: Workbench, own_settings: Settings, kept: Path) -> Workbench:
    """The sample's snapshot and findings, with decisions of this test's own."""
    shutil.copytree(kept / "findings", own_settings.warehouse / "findings")
    (own_settings.warehouse / "snapshots").mkdir()
    (own_settings.warehouse / "snapshots" / f"{sample_workbench.snapshot.id}.duckdb").touch()
    return Workbench(sample_workbench.snapshot, own_settings, "analyst")


@pytest.fixture
def worklist(own_workbench: Workbench) -> CodingWorklist:
    return CodingWorklist(own_workbench, "XAA", SEP)


def key_of(worklist: CodingWorklist, title: str, action: str = "") -> str:
    for key in worklist.keys({}, "gravest"):
        task = worklist.task(key)
        if task.title == title and (not action or action in [one.name for one in task.actions]):
            return key
    raise AssertionError(title)


def test_findings_about_the_code_of_one_position_that_point_to_one_code_are_one_decision(worklist) -> None:
    task = worklist.task(key_of(worklist, SLT))
    cells = dict(task.cells)
    assert [line[:4] for line in cells["Asked"].splitlines()] == ["COD1", "POS5", "POP1"]
    assert cells["Now"] == "No code"
    assert cells["Probably"] == "S1J Therapist in Speech & Language Therapy\nHigh confidence"
    assert "Registration: Speech and language therapist" in cells["Why"].splitlines()
    assert [one.label for one in task.actions] == [
        "Confirm S1J", "Another code …", "Leave as it is …", "Challenge …",
    ]  # fmt: skip


def test_where_the_code_cannot_be_known_the_row_says_so_and_offers_no_confirmation(worklist) -> None:
    task = worklist.task(key_of(worklist, "Position 900162: Senior Operating Department Practitioner"))
    assert dict(task.cells)["Probably"] == "Cannot be known. It may be S1T or S4T"
    assert "confirm" not in [one.name for one in task.actions]


def test_what_no_code_puts_right_is_agreed_to_and_not_confirmed_with_a_code(worklist) -> None:
    task = worklist.task(key_of(worklist, RECEPTIONIST, "agree"))
    assert [one.name for one in task.actions] == ["agree", "leave", "challenge"]


def test_no_key_of_a_person_or_an_assignment_stands_in_any_text_of_any_row(sample_workbench: Workbench) -> None:
    for organisation in sample_workbench.organisations:
        worklist = CodingWorklist(sample_workbench, organisation, SEP)
        for key in worklist.keys({}, "position"):
            shown = repr((worklist.task(key), worklist.choices("service"))).replace(key, "")
            assert not re.search(r"[0-9a-f]{20}", shown)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("cb1a7ee24540391d3574", ""),
        ("cb1a7ee24540391d3574;065578d8ca16f595b55c", ""),
        ("0.6 S5E + 0.4 S5C", "0.6 S5E + 0.4 S5C"),
        (None, ""),
    ],
)
def test_keys_are_taken_out_of_a_text_and_other_words_stay(text, left) -> None:
    assert without_keys(text) == left


def test_a_confirmed_code_is_kept_for_every_finding_of_the_row(worklist, own_settings: Settings) -> None:
    key = key_of(worklist, SLT)
    saved = worklist.answer(key, "confirm", {}, "Ada Lead")
    assert saved.words == f"Saved for Ada Lead: {SLT}, S1J confirmed (3 findings)."
    kept = Decisions.of(own_settings).standing("XAA")
    assert kept["rule_id"].sort().to_list() == ["COD1", "POP1", "POS5"]
    assert set(kept["proposed_code"]) == {"S1J"} and set(kept["person"]) == {"Ada Lead"}
    task = worklist.task(key)
    assert task.is_settled and task.state.startswith("Confirmed: S1J, by Ada Lead on ")


@pytest.mark.parametrize(
    ("action", "values", "answer", "code"),
    [
        ("code", {"code": " s6j ", "reason": "a tutor"}, "confirm", "S6J"),
        ("leave", {"reason": "until the merger", "cause": "process", "expires": "2030-01-31"}, "exception", None),
        ("challenge", {"reason": "asked the team"}, "challenge", None),
    ],
)
def test_other_answers_are_kept_with_what_was_filled_in(worklist, own_settings, action, values, answer, code) -> None:
    worklist.answer(key_of(worklist, SLT), action, values, "Ada Lead")
    row = standing_decisions(own_settings, "XAA").row(0, named=True)
    assert (row["answer"], row["proposed_code"], row["reason"]) == (answer, code, values["reason"])
    if action == "leave":
        assert (row["cause"], row["expires_on"]) == ("process", dt.date(2030, 1, 31))


def test_an_exception_is_offered_for_twelve_months(worklist) -> None:
    (leave,) = [one for one in worklist.task(key_of(worklist, SLT)).actions if one.name == "leave"]
    until = dt.date.fromisoformat({box.name: box.value for box in leave.boxes}["expires"])
    assert (until - dt.datetime.now(dt.UTC).date()).days in (365, 366)


@pytest.mark.parametrize(
    ("action", "values", "person"),
    [
        ("confirm", {}, "  "),
        ("code", {"code": "S9Z", "reason": "x"}, "Ada Lead"),
        ("code", {"code": "SAT", "reason": "retired"}, "Ada Lead"),
        ("code", {"code": "", "reason": "x"}, "Ada Lead"),
        ("code", {"code": "S1J", "reason": ""}, "Ada Lead"),
        ("leave", {"reason": "x", "cause": "data", "expires": "2020-01-31"}, "Ada Lead"),
        ("challenge", {"reason": "see 20481234"}, "Ada Lead"),
    ],
)
def test_an_answer_that_is_not_whole_is_refused_and_nothing_is_kept(worklist, own_settings, action, values, person):
    with pytest.raises(DecisionError):
        worklist.answer(key_of(worklist, SLT), action, values, person)
    assert standing_decisions(own_settings, "XAA").is_empty()


def test_an_answer_that_a_row_does_not_offer_is_refused(worklist) -> None:
    with pytest.raises(UnknownName, match="'confirm'"):
        worklist.answer(key_of(worklist, RECEPTIONIST, "agree"), "confirm", {}, "Ada Lead")


def test_an_undo_is_a_record_of_its_own_and_takes_back_what_was_decided_together(worklist, own_settings) -> None:
    key = key_of(worklist, SLT)
    worklist.answer(key, "confirm", {}, "Ada Lead")
    worklist.answer(key_of(worklist, RECEPTIONIST, "agree"), "agree", {}, "Ben Head")
    said = worklist.undo("ada lead")
    assert said.words == f"Undone for ada lead: {SLT}, confirmed: S1J."
    assert not worklist.task(key).is_settled
    assert worklist.task(key_of(worklist, RECEPTIONIST, "agree")).is_settled
    history = Decisions.of(own_settings).history("XAA")
    assert history["answer"].to_list() == ["confirm"] * 4 + ["undo"] * 3
    with pytest.raises(DecisionError, match="left to undo"):
        worklist.undo("Ada Lead")


def test_when_another_session_decided_meanwhile_both_are_kept_and_it_is_said(own_workbench, worklist) -> None:
    other = CodingWorklist(own_workbench, "XAA", SEP)
    key = key_of(worklist, SLT)
    other.answer(key, "code", {"code": "S6J", "reason": "a tutor"}, "Ben Head")
    saved = worklist.answer(key, "confirm", {}, "Ada Lead")
    assert saved.meanwhile.startswith("Ben Head had decided the same meanwhile, on ")
    assert "confirmed: S6J. Both are kept" in saved.meanwhile
    _, entries = worklist.history(key)
    assert [(who, what) for _, who, what, *_ in entries] == [
        ("Ben Head", "Confirmed: S6J"), ("Ada Lead", "Confirmed: S1J"),
    ]  # fmt: skip
    assert worklist.task(key).state.startswith("Confirmed: S1J")
    assert worklist.answer(key, "confirm", {}, "Ada Lead").meanwhile == ""


def test_filters_narrow_and_orders_sort(worklist) -> None:
    everything = worklist.keys({"state": "waiting"}, "gravest")
    physio = worklist.keys({"service": "Physiotherapy", "state": "waiting"}, "gravest")
    assert 0 < len(physio) < len(everything)
    assert all(" · Physiotherapy · " in worklist.task(key).about for key in physio)
    suggested = worklist.keys({"suggested": "yes"}, "gravest")
    assert len(suggested) == worklist.counts[1]
    assert all(worklist.task(key).actions[0].name == "confirm" for key in suggested)
    cod2 = worklist.keys({"rule": "COD2"}, "gravest")
    assert all("COD2 " in dict(worklist.task(key).cells)["Asked"] for key in cod2) and cod2
    checks = worklist.keys({"route": "H"}, "position")
    assert checks and [worklist.task(key).title for key in checks] == sorted(worklist.task(k).title for k in checks)
    osteopaths = worklist.keys({"profession": "No AHP named"}, "oldest")
    assert osteopaths and set(osteopaths) < set(everything)


def test_an_answered_row_leaves_those_that_wait_and_stands_among_the_confirmed(worklist) -> None:
    key = key_of(worklist, SLT)
    waiting, suggested = worklist.counts
    worklist.answer(key, "confirm", {}, "Ada Lead")
    assert worklist.counts == (waiting - 1, suggested - 1)
    assert key not in worklist.keys({"state": "waiting"}, "gravest")
    assert worklist.keys({"state": "accepted"}, "gravest") == [key]
    assert worklist.headline.startswith(f"{waiting - 1} decisions wait")


def test_every_choice_of_a_filter_finds_something(worklist) -> None:
    for name in ("service", "profession", "rule", "route"):
        for _, meant in worklist.choices(name):
            assert worklist.keys({name: meant}, "fte"), (name, meant)


def test_a_code_of_the_list_itself_is_nobodys_code() -> None:
    assert is_about_a_code({"field": "occupation_code, job_role", "rule_id": "POS2"})
    assert not is_about_a_code({"field": "occupation_code", "rule_id": "PRO4"})
    assert not is_about_a_code({"field": None, "rule_id": "COD1"})


def test_a_row_says_what_is_in_doubt_beside_the_code_of_the_record() -> None:
    finding = dict.fromkeys(
        ("position_number", "position_title", "cost_centre", "service", "detail", "other_source", "other_value", "fte")
    ) | {"rule_id": "REG1", "severity": "E", "route": "H", "field": "registration", "current_code": "S1E",
         "current_name": "Therapist in Physiotherapy", "holders": 2, "first_seen": SEP, "age_months": 0,
         "age_is_minimum": False, "is_open": True, "suggested_code": None, "candidates": None}  # fmt: skip
    task = task_of("k", [finding], {"S1E": "Therapist in Physiotherapy"}, state="", actions=())
    assert dict(task.cells)["Now"] == "Code S1E Therapist in Physiotherapy\nIn doubt: registration"
    assert dict(task.cells)["Another source"] == "None to compare with"
    assert task.about == (
        "Error · 2 holders · no service stated · check the register (HCPC or GOsC) · since 30 Sep 2026 (new)"
    )


def test_the_corrections_follow_a_decision(own_workbench: Workbench, worklist) -> None:
    before = own_workbench.exhibit("impact_of_corrections", organisation="XAA", as_at=SEP)
    worklist.answer(key_of(worklist, SLT), "confirm", {}, "Ada Lead")
    after = own_workbench.exhibit("impact_of_corrections", organisation="XAA", as_at=SEP)
    assert before.title.startswith("No confirmed correction")
    assert after.title == "If all that is confirmed were corrected: speech and language therapist +1 (+0.8 FTE)"
    speech = after.table.filter(pl.col("profession") == "Speech and language therapist").row(0, named=True)
    assert speech["people_coded"] + 1 == speech["people_after"]
    assert (speech["people_in"], speech["people_pending_in"]) == (1, 0)
