"""What people decided about findings: kept for good, by name, and never overwritten.

A decision is a row that is added and never changed. Whoever changes their mind adds another one, and an undo is a row
too, so that the record says what was decided, by whom, and when. The rows stand in a small SQLite database of their
own, apart from the snapshots: a snapshot never changes and a decision outlives it. Several sessions may write at
once; each decision is written whole or not at all.

The database holds pseudonyms and no staff numbers. See docs/coding_review.md.
"""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Required, TypedDict, Unpack

import polars as pl

from workbench.coding.record_file import RecordFile, stated_text
from workbench.errors import WorkbenchError, unknown_name
from workbench.periods import add_months, shown_date
from workbench.settings import Settings

Answer = Literal["confirm", "challenge", "exception"]

#: What a person may answer to a finding, and the state in which it leaves the finding.
ANSWERS: dict[str, str] = {"confirm": "accepted", "challenge": "rejected", "exception": "exception"}
UNDO = "undo"
STATES = ("open", "reopened", "accepted", "rejected", "exception", "fixed")
OPEN_STATES = ("open", "reopened")
CAUSES = ("system", "data", "no_option", "process")

#: What a finding compares: a decision holds for these values and for no others.
FACTS = ("finding_id", "rule_id", "subject_key", "field", "current_code", "other_value")

HISTORY = {
    "number": pl.Int64,
    "at": pl.String,
    "organisation": pl.String,
    **dict.fromkeys(FACTS, pl.String),
    "answer": pl.String,
    "undoes": pl.Int64,
    "person": pl.String,
    "reason": pl.String,
    "cause": pl.String,
    "proposed_code": pl.String,
    "decided_on": pl.Date,
    "effective_on": pl.Date,
    "expires_on": pl.Date,
    "snapshot": pl.String,
}

_SCHEMA = """
create table if not exists decision (
    number integer primary key autoincrement,
    at text not null,
    organisation text not null,
    finding_id text not null,
    rule_id text not null,
    subject_key text not null,
    field text,
    current_code text,
    other_value text,
    answer text not null check (answer in ('confirm', 'challenge', 'exception', 'undo')),
    undoes integer references decision (number),
    person text not null check (trim(person) <> ''),
    reason text not null check (trim(reason) <> ''),
    cause text,
    proposed_code text,
    decided_on text not null,
    effective_on text,
    expires_on text,
    snapshot text,
    check ((answer = 'undo') = (undoes is not null)),
    check ((answer = 'exception') = (expires_on is not null))
) strict;
create unique index if not exists undone_once on decision (undoes);
create index if not exists by_organisation on decision (organisation, finding_id);
create trigger if not exists decisions_never_change before update on decision
begin
    select raise(abort, 'a decision is never changed');
end;
create trigger if not exists decisions_never_go before delete on decision
begin
    select raise(abort, 'a decision is never removed');
end;
"""
_EXCEPTION_MONTHS = 12


class DecisionError(WorkbenchError):
    """A decision is incomplete, contradicts itself, or cannot be kept."""


class Statement(TypedDict, total=False):
    """What a person states when deciding; see `Decisions.record`."""

    organisation: Required[str]
    answer: Required[Answer]
    person: Required[str]
    reason: Required[str]
    cause: str
    proposed_code: str
    effective_on: dt.date | None
    expires_on: dt.date | None
    exception_months: int
    snapshot: str
    at: dt.datetime | None


@dataclass(frozen=True)
class Kept:
    """Decisions that were kept: their numbers, and what others had recorded about the same findings meanwhile."""

    numbers: tuple[int, ...]
    meanwhile: tuple[Mapping[str, Any], ...]


def decisions_file(settings: Settings) -> Path:
    """Return where the decisions of this installation lie."""
    return settings.home / "decisions" / "coding.sqlite"


def standing_decisions(settings: Settings, organisation: str) -> pl.DataFrame:
    """Return the decision that holds for each finding; no rows, and no new file, where nothing was ever decided."""
    if not decisions_file(settings).exists():
        return pl.DataFrame(schema=HISTORY)
    return Decisions.of(settings).standing(organisation)


class Decisions(RecordFile):
    """The decisions of one warehouse, open to read and to add to.

    Raises:
        DecisionError: the database cannot be opened or made.
    """

    schema = _SCHEMA
    what = "decisions"
    error = DecisionError

    @classmethod
    def of(cls, settings: Settings) -> Decisions:
        """Open the decisions that belong to this installation's warehouse."""
        return cls(decisions_file(settings))

    def record(self, finding: Mapping[str, Any], **stated: Unpack[Statement]) -> int:
        """Add what a person decided about a finding, and return the number of the decision.

        A confirmed finding is to be corrected; a challenged one is right as it stands; an exception leaves it as it
        is until a date. When two people decide at the same moment both decisions are kept, and the later one holds.

        Args:
            finding: A row of `findings` (see `FACTS` for what is taken from it).
            organisation: Code of the organisation.
            answer: `confirm`, `challenge` or `exception`.
            person: Who decides, by name.
            reason: Why, in words; no staff number.
            cause: Root cause: `system`, `data`, `no_option` or `process`; the rule's own when empty.
            proposed_code: The code, or another field's value, that should stand there once a finding is confirmed.
            effective_on: From when the correction holds; the day of the decision when not given.
            expires_on: Last day of an exception; `exception_months` after the decision when not given.
            exception_months: How long an exception lasts where no date is given; twelve.
            snapshot: Id of the snapshot in which the finding was seen.
            at: When it was decided; now, when not given.

        Raises:
            DecisionError: a name, a reason or a date is missing or impossible, or the decision cannot be kept.
        """
        return self.record_together([finding], **stated).numbers[0]

    def record_together(
        self, findings: Sequence[Mapping[str, Any]], *, seen: int | None = None, **stated: Unpack[Statement]
    ) -> Kept:
        """Add one person's decision about several findings of the same record: all of it is kept, or nothing.

        Args:
            findings: Rows of `findings`.
            seen: Number of the latest decision that the person had before them; what others recorded about the same
                findings since is returned. Nothing of theirs is lost or changed.
            stated: As for `record`.

        Raises:
            DecisionError: as for `record`; nothing was kept then.
        """
        moment = stated.get("at") or dt.datetime.now(dt.UTC)
        rows = [_decided(finding, moment.date(), stated) for finding in findings]
        with self._writing() as connection:
            meanwhile = [] if seen is None else _since(connection, seen, stated["organisation"], rows)
            return Kept(tuple(_added(connection, row, moment) for row in rows), tuple(meanwhile))

    def record_once(self, decided: Sequence[tuple[Mapping[str, Any], Statement]]) -> list[int | None]:
        """Add the decisions of a returned file: all of them or, where one cannot be kept, none.

        Args:
            decided: Each finding with what is stated about it (as for `record`).

        Returns:
            For each its number, or None where that answer had already been given to that finding for that reason: a
            file that is read twice, whoever reads it, adds nothing the second time, not even what was taken back since.

        Raises:
            DecisionError: as for `record`.
        """
        now = dt.datetime.now(dt.UTC)
        moments = [stated.get("at") or now for _, stated in decided]
        rows = [
            _decided(finding, moment.date(), stated) for (finding, stated), moment in zip(decided, moments, strict=True)
        ]
        with self._writing() as connection:
            return [
                None if _was_recorded(connection, row) else _added(connection, row, moment)
                for row, moment in zip(rows, moments, strict=True)
            ]

    def undo(self, number: int, *, person: str, reason: str, at: dt.datetime | None = None) -> int:
        """Take back one decision by adding a record that says so; return the number of that record.

        What held before the decision holds again.

        Raises:
            DecisionError: there is no such decision, or it was taken back already.
        """
        stated = {"person": _stated("person", person), "reason": _stated("reason", reason)}
        with self._writing() as connection:
            taken = connection.execute("select * from decision where number = ?", (number,)).fetchone()
            if taken is None or taken["answer"] == UNDO:
                raise DecisionError(f"There is no decision number {number!r} that could be undone.")
            if connection.execute("select 1 from decision where undoes = ?", (number,)).fetchone():
                raise DecisionError(f"Decision number {number!r} was undone already; decide the finding afresh.")
            kept = {name: taken[name] for name in ("organisation", *FACTS, "snapshot")}
            row = {**kept, **stated, "answer": UNDO, "undoes": number}
            return _added(connection, row, at or dt.datetime.now(dt.UTC))

    def undo_last(self, organisation: str, *, person: str, reason: str, at: dt.datetime | None = None) -> pl.DataFrame:
        """Take back what a person decided last in an organisation; return those decisions (columns: `HISTORY`).

        What was decided together is taken back together. What others decided is left alone.

        Raises:
            DecisionError: under that name there is no decision that could be taken back.
        """
        name, reason = _stated("person", person), _stated("reason", reason)
        moment = at or dt.datetime.now(dt.UTC)
        with self._writing() as connection:
            own = [
                dict(row)
                for row in connection.execute(
                    "select * from decision where organisation = ? and answer <> 'undo' "
                    "and number not in (select undoes from decision where undoes is not null)",
                    (organisation,),
                )
                if row["person"].casefold() == name.casefold()
            ]
            if not own:
                raise DecisionError(f"Nothing that {name!r} decided for {organisation!r} is left to undo.")
            last = max(own, key=lambda row: int(row["number"]))
            together = [row for row in own if (row["at"], row["person"]) == (last["at"], last["person"])]
            for row in together:
                kept = {fact: row[fact] for fact in ("organisation", *FACTS, "snapshot")}
                undo = {**kept, "person": name, "reason": reason, "answer": UNDO, "undoes": row["number"]}
                _added(connection, undo, moment)
        return self.history(organisation).filter(pl.col("number").is_in([row["number"] for row in together]))

    def history(self, organisation: str) -> pl.DataFrame:
        """Return every decision and undo of an organisation, oldest first (columns: `HISTORY`)."""
        with self._connected() as connection:
            rows = connection.execute(
                "select * from decision where organisation = ? order by number", (organisation,)
            ).fetchall()
        dates = [name for name, kind in HISTORY.items() if kind == pl.Date]
        texts = HISTORY | dict.fromkeys(dates, pl.String)
        frame = pl.DataFrame([{name: row[name] for name in HISTORY} for row in rows], schema=texts)
        return frame.with_columns(pl.col(dates).str.to_date("%Y-%m-%d"))

    def standing(self, organisation: str) -> pl.DataFrame:
        """Return the decision that holds for each finding: the latest one that was not undone."""
        history = self.history(organisation)
        undone = history["undoes"].drop_nulls().to_list()
        kept = history.filter(pl.col("answer") != UNDO, ~pl.col("number").is_in(undone))
        return kept.sort("number").unique("finding_id", keep="last").sort("number")


def _decided(finding: Mapping[str, Any], decided_on: dt.date, stated: Statement) -> dict[str, Any]:
    """Check what a person states about a finding and return it as it is kept."""
    answer, cause, proposed_code = stated["answer"], stated.get("cause", ""), stated.get("proposed_code", "")
    expires_on, effective_on = stated.get("expires_on"), stated.get("effective_on")
    if answer not in ANSWERS:
        raise unknown_name("answer", answer, ANSWERS)
    if cause and cause not in CAUSES:
        raise unknown_name("root cause", cause, CAUSES)
    if answer == "exception":
        expires_on = expires_on or add_months(decided_on, stated.get("exception_months", _EXCEPTION_MONTHS))
        if expires_on < decided_on:
            raise DecisionError(
                f"An exception cannot end before it is made: it would end on {shown_date(expires_on)} and is made "
                f"on {shown_date(decided_on)}. Give a later last day."
            )
    elif expires_on is not None:
        raise DecisionError(f"Only an exception has a last day: received one for the answer {answer!r}.")
    if answer != "confirm" and (proposed_code or effective_on):
        raise DecisionError(f"Only a confirmed finding has a proposed code or an effective date: not {answer!r}.")
    return {
        **{name: finding.get(name) for name in FACTS},
        "organisation": stated["organisation"],
        "answer": answer,
        "person": _stated("person", stated["person"]),
        "reason": _stated("reason", stated["reason"]),
        "cause": cause or finding.get("cause"),
        "proposed_code": _as_kept(proposed_code, finding.get("field")) or None,
        "effective_on": effective_on or (decided_on if answer == "confirm" else None),
        "expires_on": expires_on,
        "snapshot": stated.get("snapshot") or None,
    }


def check_statement(finding: Mapping[str, Any], **stated: Unpack[Statement]) -> None:
    """Raise what `Decisions.record` would raise about a statement, and record nothing."""
    _decided(finding, dt.datetime.now(dt.UTC).date(), stated)


def _was_recorded(connection: sqlite3.Connection, row: Mapping[str, Any]) -> bool:
    same = ("organisation", "finding_id", "answer", "reason", "proposed_code")
    where = " and ".join(f"{name} is :{name}" for name in same)
    # Names of our own columns; every value is bound.
    found = connection.execute(f"select 1 from decision where {where}", {name: row[name] for name in same})  # noqa: S608
    return found.fetchone() is not None


def _since(
    connection: sqlite3.Connection, seen: int, organisation: str, rows: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    ids = {row["finding_id"] for row in rows}
    later = connection.execute(
        "select * from decision where number > ? and organisation = ? order by number", (seen, organisation)
    )
    return [dict(row) for row in later if row["finding_id"] in ids]


def _added(connection: sqlite3.Connection, row: Mapping[str, Any], moment: dt.datetime) -> int:
    values = {
        **row,
        "at": moment.astimezone(dt.UTC).isoformat(timespec="milliseconds"),
        "decided_on": moment.date(),
    }
    texts = {name: value.isoformat() if isinstance(value, dt.date) else value for name, value in values.items()}
    names = [name for name in HISTORY if name in texts]
    marks = ", ".join(f":{name}" for name in names)
    # Names of our own columns; every value is bound.
    cursor = connection.execute(f"insert into decision ({', '.join(names)}) values ({marks})", texts)  # noqa: S608
    return int(cursor.lastrowid or 0)


def _as_kept(proposed: str, field: str | None) -> str:
    # Occupation codes are written in capitals; an area of work is kept as ESR's list writes it.
    return proposed.strip().upper() if field in (None, "occupation_code") else proposed.strip()


def _stated(what: str, text: str) -> str:
    """Return a name or reason as it is kept."""
    return stated_text(what, text, of="decision", error=DecisionError)
