"""Decisions are added by name and never lost, changed or removed."""

from __future__ import annotations

import datetime as dt
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from workbench.coding.decisions import DecisionError, Decisions, decisions_file, standing_decisions
from workbench.coding.finding_states import with_states
from workbench.errors import UnknownName

ROOT = Path(__file__).parents[2]
FINDING = {
    "finding_id": "a" * 16,
    "rule_id": "COD3",
    "subject_key": "assignment-1",
    "field": "occupation_code",
    "current_code": "S1K",
    "other_value": "Physiotherapist",
    "cause": "data",
}
FOURTH_OF_OCTOBER = dt.datetime(2026, 10, 4, 9, 0, tzinfo=dt.UTC)
SAID = {"organisation": "XAA", "person": "Ada Lead", "reason": "agreed with the team"}


@pytest.fixture
def decisions(tmp_path: Path) -> Decisions:
    return Decisions(tmp_path / "decisions" / "coding.sqlite")


def found(**changes: object) -> pl.DataFrame:
    row = {**FINDING, "first_seen": dt.date(2026, 9, 30), **changes}
    return pl.DataFrame([row], schema_overrides={"first_seen": pl.Date, "field": pl.String})


def state(decisions: Decisions, findings: pl.DataFrame, on: dt.date = dt.date(2026, 9, 30)) -> str:
    return with_states(findings, decisions.standing("XAA"), on=on)["state"].item()


@pytest.mark.parametrize(
    ("answer", "expected"), [("confirm", "accepted"), ("challenge", "rejected"), ("exception", "exception")]
)
def test_an_answer_gives_the_finding_its_state(decisions, answer, expected):
    assert state(decisions, found()) == "open"
    decisions.record(FINDING, answer=answer, at=FOURTH_OF_OCTOBER, **SAID)
    assert state(decisions, found()) == expected


def test_a_decision_is_kept_with_its_name_reason_cause_and_dates(decisions):
    number = decisions.record(
        FINDING, answer="confirm", proposed_code=" s1e ", snapshot="20261004T061200-3f9a1c2b", at=FOURTH_OF_OCTOBER,
        **SAID,
    )  # fmt: skip
    assert decisions.history("XAA").row(0, named=True) == {
        "number": number, "at": "2026-10-04T09:00:00.000+00:00", "organisation": "XAA",
        **FINDING, "answer": "confirm", "undoes": None, "person": "Ada Lead", "reason": "agreed with the team",
        "proposed_code": "S1E", "decided_on": dt.date(2026, 10, 4), "effective_on": dt.date(2026, 10, 4),
        "expires_on": None, "snapshot": "20261004T061200-3f9a1c2b",
    }  # fmt: skip


def test_an_area_of_work_is_proposed_as_it_is_written(decisions):
    area = "Clinical Support > Physiotherapy"
    decisions.record({**FINDING, "field": "area_of_work"}, answer="confirm", proposed_code=area, **SAID)
    assert decisions.standing("XAA")["proposed_code"].item() == area


def test_decisions_of_one_organisation_are_not_those_of_another(decisions):
    decisions.record(FINDING, answer="challenge", **{**SAID, "organisation": "XBB"})
    assert state(decisions, found()) == "open"
    assert decisions.history("XAA").is_empty()


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        (dt.date(2025, 3, 30), (False, "exception")),
        (dt.date(2025, 3, 31), (False, "exception")),
        (dt.date(2025, 4, 1), (True, "reopened")),
    ],
)
def test_an_exception_hides_a_finding_to_its_last_day_and_not_the_day_after(decisions, on, expected):
    made = dt.datetime(2025, 1, 6, 12, 0, tzinfo=dt.UTC)
    decisions.record(FINDING, answer="exception", expires_on=dt.date(2025, 3, 31), at=made, **SAID)
    row = with_states(found(), decisions.standing("XAA"), on=on).row(0, named=True)
    assert (row["is_open"], row["state"]) == expected


def test_an_exception_without_a_last_day_lasts_twelve_months(decisions):
    decisions.record(FINDING, answer="exception", at=FOURTH_OF_OCTOBER, **SAID)
    assert decisions.standing("XAA")["expires_on"].item() == dt.date(2027, 10, 4)


@pytest.mark.parametrize("changed", [{"current_code": "S1X"}, {"other_value": "Podiatrist"}])
def test_a_decided_finding_reopens_when_a_compared_value_changes(decisions, changed):
    decisions.record(FINDING, answer="challenge", **SAID)
    assert state(decisions, found(**changed, finding_id="b" * 16)) == "reopened"


@pytest.mark.parametrize("elsewhere", [{"rule_id": "COD1"}, {"subject_key": "assignment-2"}, {"field": "job_role"}])
def test_a_finding_elsewhere_is_new_and_not_reopened(decisions, elsewhere):
    decisions.record(FINDING, answer="challenge", **SAID)
    assert state(decisions, found(**elsewhere, finding_id="b" * 16)) == "open"


def test_a_second_finding_of_the_same_place_is_open_while_the_decided_one_still_stands(decisions):
    decisions.record(FINDING, answer="challenge", **SAID)
    both = pl.concat([found(), found(other_value="Podiatrist", finding_id="b" * 16)])
    assert with_states(both, decisions.standing("XAA"), on=dt.date(2026, 9, 30))["state"].to_list() == [
        "rejected",
        "open",
    ]


def test_a_finding_without_a_field_is_known_again_when_its_facts_change(decisions):
    decisions.record({**FINDING, "field": None}, answer="challenge", **SAID)
    assert state(decisions, found(field=None, current_code="S1X", finding_id="b" * 16)) == "reopened"


@pytest.mark.parametrize(
    ("first_seen", "expected"), [(dt.date(2026, 9, 30), "accepted"), (dt.date(2026, 11, 30), "reopened")]
)
def test_a_correction_that_was_made_and_undone_in_esr_is_reopened(decisions, first_seen, expected):
    decisions.record(FINDING, answer="confirm", at=FOURTH_OF_OCTOBER, **SAID)
    assert state(decisions, found(first_seen=first_seen)) == expected


def test_an_undo_is_a_record_of_its_own_and_what_held_before_holds_again(decisions):
    decisions.record(FINDING, answer="challenge", **SAID)
    second = decisions.record(FINDING, answer="confirm", **SAID)
    decisions.undo(second, person="Ben Lead", reason="wrong line")
    assert state(decisions, found()) == "rejected"
    assert decisions.history("XAA").select("answer", "undoes", "person").rows() == [
        ("challenge", None, "Ada Lead"),
        ("confirm", None, "Ada Lead"),
        ("undo", second, "Ben Lead"),
    ]


def test_a_decision_is_undone_once(decisions):
    number = decisions.record(FINDING, answer="confirm", **SAID)
    decisions.undo(number, person="Ada Lead", reason="wrong line")
    with pytest.raises(DecisionError, match="undone already"):
        decisions.undo(number, person="Ada Lead", reason="wrong line")
    with pytest.raises(DecisionError, match="no decision number 99"):
        decisions.undo(99, person="Ada Lead", reason="wrong line")


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"answer": "confrim"}, "Did you mean `confirm`"),
        ({"person": "  "}, "needs a person"),
        ({"reason": ""}, "needs a reason"),
        ({"reason": "see 10000001"}, "six or more digits"),
        ({"reason": "x" * 501}, "at most 500"),
        ({"cause": "people"}, "root cause"),
        ({"answer": "exception", "expires_on": dt.date(2026, 10, 3)}, "cannot end before"),
        ({"expires_on": dt.date(2027, 10, 3)}, "Only an exception"),
        ({"answer": "challenge", "proposed_code": "S1E"}, "Only a confirmed"),
    ],
)
def test_an_incomplete_decision_is_refused_and_nothing_is_kept(decisions, wrong, message):
    with pytest.raises((DecisionError, UnknownName), match=message):
        decisions.record(FINDING, **{"answer": "confirm", "at": FOURTH_OF_OCTOBER, **SAID, **wrong})
    assert decisions.history("XAA").is_empty()


@pytest.mark.parametrize("statement", ["update decision set reason = 'another'", "delete from decision"])
def test_the_database_itself_refuses_to_change_or_remove_a_decision(decisions, statement):
    decisions.record(FINDING, answer="confirm", **SAID)
    connection = sqlite3.connect(decisions.path)
    try:
        with pytest.raises(sqlite3.DatabaseError, match="a decision is never"):
            connection.execute(statement)
    finally:
        connection.close()
    assert decisions.history("XAA")["reason"].to_list() == ["agreed with the team"]


def test_the_decisions_are_readable_by_their_owner_alone(decisions):
    # Windows has permissions of another kind, which the folder inherits.
    expected = (0o600, 0o700) if os.name == "posix" else (0o666, 0o777)
    modes = tuple(path.stat().st_mode & 0o777 for path in (decisions.path, decisions.path.parent))
    assert modes == expected


def test_to_look_where_nothing_was_ever_decided_makes_no_file(own_settings):
    assert standing_decisions(own_settings, "XAA").is_empty()
    assert not decisions_file(own_settings).exists()
    Decisions.of(own_settings).record(FINDING, answer="challenge", **SAID)
    assert standing_decisions(own_settings, "XAA")["finding_id"].to_list() == ["a" * 16]


def test_a_damaged_database_is_one_readable_message(tmp_path):
    (tmp_path / "coding.sqlite").write_bytes(b"not a database at all, but long enough to be taken for one" * 20)
    with pytest.raises(DecisionError, match="cannot be read or written"):
        Decisions(tmp_path / "coding.sqlite")


WRITER = """
import sys
from pathlib import Path
from workbench.coding.decisions import Decisions

path, name, count = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
decisions = Decisions(path)
for number in range(count):
    finding = {"finding_id": f"{name}-{number}", "rule_id": "COD3", "subject_key": name, "field": None}
    decisions.record(finding, organisation="XAA", answer="challenge", person=name, reason="it is right")
    print(f"{name}-{number}", flush=True)
"""
# Dies inside the decision: the row is written and not yet kept.
KILLED = """
import os, signal, sys
from pathlib import Path
from workbench.coding import decisions as module

decisions = module.Decisions(Path(sys.argv[1]))
finding = {"finding_id": "killed", "rule_id": "COD3", "subject_key": "killed", "field": None}
row = {**finding, "organisation": "XAA", "answer": "challenge", "person": "killed", "reason": "it is right"}
with decisions._writing() as connection:
    module._added(connection, row, module.dt.datetime.now(module.dt.UTC))
    print("written", flush=True)
    os.kill(os.getpid(), getattr(signal, "SIGKILL", signal.SIGTERM))
"""


def started(script: str, *arguments: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", script, *map(str, arguments)], stdout=subprocess.PIPE, text=True, cwd=ROOT
    )


def test_two_processes_that_write_at_once_lose_nothing(tmp_path):
    path = tmp_path / "decisions" / "coding.sqlite"
    writers = [started(WRITER, path, name, 60) for name in ("ada", "ben")]
    assert [len(writer.communicate(timeout=120)[0].splitlines()) for writer in writers] == [60, 60]
    history = Decisions(path).history("XAA")
    assert sorted(history["finding_id"]) == sorted(f"{name}-{n}" for name in ("ada", "ben") for n in range(60))
    assert history["number"].to_list() == list(range(1, 121))


def test_a_killed_writer_loses_only_its_own_unsaved_decision(tmp_path):
    path = tmp_path / "decisions" / "coding.sqlite"
    steady, killed = started(WRITER, path, "steady", 60), started(WRITER, path, "unlucky", 10_000)
    assert killed.stdout is not None
    said = [killed.stdout.readline().strip() for _ in range(20)]
    killed.kill()
    said += killed.communicate(timeout=60)[0].split()
    assert len(steady.communicate(timeout=120)[0].splitlines()) == 60
    kept = Decisions(path).history("XAA")["finding_id"].to_list()
    unlucky = [finding for finding in kept if finding.startswith("unlucky")]
    assert len(kept) - len(unlucky) == 60
    # All that it said was kept is kept; the one it may have been writing is whole or not there.
    assert unlucky[: len(said)] == said
    assert len(unlucky) - len(said) in (0, 1)


def test_a_writer_that_dies_inside_a_decision_leaves_nothing_and_blocks_nobody(decisions):
    decisions.record(FINDING, answer="confirm", **SAID)
    process = started(KILLED, decisions.path)
    assert process.communicate(timeout=60)[0] == "written\n"
    assert process.returncode != 0
    decisions.record({**FINDING, "finding_id": "b" * 16}, answer="challenge", **SAID)
    assert decisions.history("XAA")["finding_id"].to_list() == ["a" * 16, "b" * 16]
