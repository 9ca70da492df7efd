"""Who does what by when on the seven steps: the tracker of the published checklist.

The items are those of the checklist in NHS Improvement's guide of February 2019, shortened. What the data say of an
item is worked out; owner, due date, status and note are stated by the team. Each statement is a row that is added and
never changed, so that it can be told who moved a date, and when. See docs/coding_review.md.
"""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

import polars as pl

from workbench.coding.record_file import RecordFile, stated_text
from workbench.coding.rules import rules
from workbench.errors import WorkbenchError, unknown_name
from workbench.settings import Settings

ITEMS_FILE = Path(__file__).parent / "step_items.csv"
#: How an item stands, as its owner sees it; `done` items are never overdue.
STATUSES = {"red": "red: not under way", "amber": "amber: under way", "green": "green: on course", "done": "done"}
#: How a value that was stated before is taken away again.
NONE = "none"
STATED = ("owner", "due", "status", "evidence", "note")
HISTORY = {
    "number": pl.Int64,
    "at": pl.String,
    "organisation": pl.String,
    "item": pl.String,
    **dict.fromkeys(STATED, pl.String),
    "person": pl.String,
}
STANDING = {
    "item": pl.String,
    "step": pl.Int64,
    "question": pl.String,
    "measure": pl.String,
    "owner": pl.String,
    "due": pl.Date,
    "status": pl.String,
    "evidence": pl.String,
    "note": pl.String,
    "by": pl.String,
    "at": pl.String,
}

_SCHEMA = """
create table if not exists step (
    number integer primary key autoincrement,
    at text not null,
    organisation text not null,
    item text not null,
    owner text,
    due text,
    status text check (status in ('red', 'amber', 'green', 'done')),
    evidence text,
    note text,
    person text not null check (trim(person) <> '')
) strict;
create index if not exists by_item on step (organisation, item);
create trigger if not exists steps_never_change before update on step
begin
    select raise(abort, 'a statement is never changed');
end;
create trigger if not exists steps_never_go before delete on step
begin
    select raise(abort, 'a statement is never removed');
end;
"""


class StepError(WorkbenchError):
    """A statement about a step is incomplete or cannot be kept."""


@dataclass(frozen=True)
class Item:
    """One line of the checklist: its question, the rules whose findings speak to it, and the measure to follow."""

    item: str
    step: int
    question: str
    rules: tuple[str, ...]
    measure: str


@cache
def items() -> dict[str, Item]:
    """List the items of the checklist by their id, in order."""
    with ITEMS_FILE.open(encoding="utf-8", newline="") as stream:
        return {
            row["item"]: Item(
                row["item"],
                int(row["step"]),
                row["question"],
                tuple(rule_id for rule_id in rules() if rule_id.startswith(tuple(row["rules"].split()))),
                row["measure"],
            )
            for row in csv.DictReader(stream)
        }


class _StepFile(RecordFile):
    schema = _SCHEMA
    what = "statements about the seven steps"
    error = StepError

    def add(self, organisation: str, item: str, changes: Mapping[str, str | None], person: str, at: dt.datetime) -> int:
        """Add a row that holds what stood before with the changes in place, and return its number."""
        with self._writing() as connection:
            before = connection.execute(
                "select * from step where organisation = ? and item = ? order by number desc limit 1",
                (organisation, item),
            ).fetchone()
            kept = {name: before[name] if before is not None else None for name in STATED} | dict(changes)
            row = {**kept, "organisation": organisation, "item": item, "person": person}
            row["at"] = at.astimezone(dt.UTC).isoformat(timespec="milliseconds")
            cursor = connection.execute(
                "insert into step (at, organisation, item, owner, due, status, evidence, note, person) "
                "values (:at, :organisation, :item, :owner, :due, :status, :evidence, :note, :person)",
                row,
            )
            return int(cursor.lastrowid or 0)

    def rows(self, organisation: str) -> list[dict[str, Any]]:
        """Return every statement of an organisation, oldest first."""
        with self._connected() as connection:
            found = connection.execute("select * from step where organisation = ? order by number", (organisation,))
            return [dict(row) for row in found]


def steps_file(settings: Settings) -> Path:
    """Return where the statements about the seven steps lie."""
    return settings.home / "decisions" / "steps.sqlite"


def record_step(
    settings: Settings,
    organisation: str,
    item: str,
    *,
    by: str,
    owner: str | None = None,
    due: dt.date | Literal["none"] | None = None,
    status: str | None = None,
    evidence: str | None = None,
    note: str | None = None,
    at: dt.datetime | None = None,
) -> int:
    """State who does an item of the checklist, by when, and how it stands; return the number of the statement.

    What is not given stays as it was stated before; `none` takes a value away.

    Args:
        settings: this installation.
        organisation: code of the organisation.
        item: id of the item, such as `3b`.
        by: who states it, by name.
        owner: who does it, by name.
        due: by when.
        status: `red`, `amber`, `green` or `done`.
        evidence: where it can be seen, in words.
        note: a remark.
        at: when it was stated; now, when not given.

    Raises:
        StepError: nothing is stated, a name is missing, or a text holds what may be a staff number.
        UnknownName: the item or the status does not exist.
    """
    if item not in items():
        raise unknown_name("item of the checklist", item, items())
    if status is not None and status not in (*STATUSES, NONE):
        raise unknown_name("status", status, (*STATUSES, NONE))
    person = stated_text("name", by, of="statement about a step", error=StepError)
    changes: dict[str, str | None] = {}
    for name, text in (("owner", owner), ("status", status), ("evidence", evidence), ("note", note)):
        if text is not None:
            kept = stated_text(name, text, of="statement about a step", error=StepError)
            changes[name] = None if kept == NONE else kept
    if due is not None:
        changes["due"] = due.isoformat() if isinstance(due, dt.date) else None
    if not changes:
        raise StepError(f"Nothing is stated about the item {item!r}. Give an owner, a due date, a status or a note.")
    moment = at or dt.datetime.now(dt.UTC)
    return _StepFile(steps_file(settings)).add(organisation, item, changes, person, moment)


def step_history(settings: Settings, organisation: str) -> pl.DataFrame:
    """Return everything that was ever stated about the steps of an organisation, oldest first (columns: `HISTORY`)."""
    path = steps_file(settings)
    rows = _StepFile(path).rows(organisation) if path.exists() else []
    return pl.DataFrame([{name: row[name] for name in HISTORY} for row in rows], schema=HISTORY)


def standing_steps(settings: Settings, organisation: str) -> pl.DataFrame:
    """Return each item of the checklist with what was stated last; null where nothing was, and no new file then.

    Returns:
        One row per item, in order: `item`, `step`, `question`, `measure`, `owner`, `due`, `status`, `evidence`,
        `note`, `by` and `at` (UTC).
    """
    latest = {row["item"]: row for row in step_history(settings, organisation).iter_rows(named=True)}
    rows = []
    for one in items().values():
        stated = latest.get(one.item, {})
        due = stated.get("due")
        rows.append(
            {
                "item": one.item,
                "step": one.step,
                "question": one.question,
                "measure": one.measure or None,
                **{name: stated.get(name) for name in ("owner", "status", "evidence", "note", "at")},
                "due": dt.date.fromisoformat(due) if due else None,
                "by": stated.get("person"),
            }
        )
    return pl.DataFrame(rows, schema=STANDING)


def with_overdue(standing: pl.DataFrame, as_at: dt.date) -> pl.DataFrame:
    """Add `days_overdue` at a date: 0 on the due date and before, null without a due date or once done."""
    days = (pl.lit(as_at, pl.Date) - pl.col("due")).dt.total_days().clip(lower_bound=0)
    return standing.with_columns(days_overdue=pl.when(pl.col("status").ne_missing("done")).then(days))
