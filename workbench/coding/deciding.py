"""The worklist of the coding review as an analyst decides it: one row per decision, and what follows from an answer.

Findings about the occupation code of one position that point to the same code are one decision; every other finding is
one by itself. An answer is kept at once and whole for all findings of its row (`workbench.coding.decisions`), so that
whoever loses the page loses at most the click that was not answered yet. Rows bear positions and codes; the keys of
people and assignments that some findings hold stay behind. It knows no widgets.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

import polars as pl

from workbench.coding.decisions import (
    CAUSES,
    HISTORY,
    OPEN_STATES,
    UNDO,
    Answer,
    DecisionError,
    Decisions,
    decisions_file,
    standing_decisions,
)
from workbench.coding.finding_states import with_states
from workbench.coding.kept_findings import findings_kept, with_age
from workbench.coding.local_settings import CodingSettings
from workbench.coding.review import with_suggestions
from workbench.coding.rules import CAUSES as CAUSE_WORDS
from workbench.coding.rules import ROUTES, rules
from workbench.coding.suggestions import listed_codes, suggestions
from workbench.coding.task_words import CODE_FIELD, is_about_a_code, task_of
from workbench.dashboards.tasks import Action, Answerable, Filter, Saved, Task, shown_moment
from workbench.errors import unknown_name
from workbench.measures.coverage import months_loaded
from workbench.periods import add_months, as_date, shown_date

if TYPE_CHECKING:
    from workbench.workbench import Workbench

WAITING = "waiting"
STATE_WORDS = {
    WAITING: "Waiting for an answer",
    "reopened": "Open again",
    "accepted": "Confirmed, not yet corrected",
    "rejected": "Challenged",
    "exception": "Left as it is",
}
ANSWER_WORDS = {
    "confirm": "confirmed",
    "challenge": "challenged: right as it stands",
    "exception": "left as it is",
    UNDO: "undone",
}
NO_PROFESSION, NO_SERVICE = "No AHP named", "No service stated"
_GRAVITY = {"E": 0, "R": 1, "I": 2}
_CODE = re.compile(r"[A-Z0-9]{3}")


class CodingWorklist:
    """The findings of an organisation's month as rows to be decided, and what has been decided about them.

    Raises:
        PeriodError: the month is not loaded.
    """

    filters = (
        Filter("service", "Service"),
        Filter("profession", "Profession"),
        Filter("rule", "Rule"),
        Filter("route", "Way of putting right"),
        Filter("state", "State", value=WAITING),
        Filter("suggested", "Only those with a suggestion", is_switch=True),
    )
    orders: Mapping[str, str] = {
        "gravest": "Errors first",
        "oldest": "Oldest first",
        "position": "Position",
        "service": "Service",
        "fte": "Most FTE first",
    }

    def __init__(self, workbench: Workbench, organisation: str, as_at: dt.date) -> None:
        self._workbench = workbench
        self._organisation = organisation
        self._as_at = as_at
        self._local = CodingSettings.of(workbench.settings)
        self._found = _findings_in_words(workbench, organisation, as_at, self._local)
        self._rows = _rows_of(self._found)
        self._seen = 0
        self._history = pl.DataFrame(schema=HISTORY)
        self._states: dict[str, dict[str, Any]] = {}
        self.refresh()

    def refresh(self) -> None:
        """Read again what was decided, by whomever."""
        settings = self._workbench.settings
        if decisions_file(settings).exists():
            self._history = Decisions.of(settings).history(self._organisation)
            self._seen = int(self._history["number"].max() or 0)  # type: ignore[arg-type]
        standing = standing_decisions(settings, self._organisation)
        stated = with_states(self._found, standing, on=self._as_at)
        self._states = {row["finding_id"]: row for row in stated.iter_rows(named=True)}

    def choices(self, name: str) -> list[tuple[str, str]]:
        """List what a filter offers, as pairs of what is shown and what is meant; only what occurs is offered."""
        rows = self._found
        if name == "service":
            return [("All services", ""), *_same(rows["service"].fill_null(NO_SERVICE))]
        if name == "profession":
            return [("All professions", ""), *_same(rows["profession"].fill_null(NO_PROFESSION))]
        if name == "rule":
            occurring = sorted(set(rows["rule_id"]))
            return [("All rules", ""), *((f"{rule} {rules()[rule].question}", rule) for rule in occurring)]
        if name == "route":
            ways = set(rows["route"])
            return [("All ways", ""), *((_capital(words), way) for way, words in ROUTES.items() if way in ways)]
        if name == "state":
            return [*((words, state) for state, words in STATE_WORDS.items()), ("Any state", "")]
        raise unknown_name("filter", name, [one.name for one in self.filters if not one.is_switch])

    def keys(self, chosen: Mapping[str, str], order: str) -> list[str]:
        """List the rows that pass the filters, in order."""
        passing = [key for key, found in self._rows.items() if self._passes(key, found, chosen)]
        ranks: dict[str, Callable[[Mapping[str, Any]], Any]] = {
            "gravest": lambda row: (_GRAVITY[row["severity"]], row["suggested_code"] is None, _position(row)),
            "oldest": lambda row: (row["first_seen"], _position(row)),
            "position": _position,
            "service": lambda row: (row["service"] or "~", _position(row)),
            "fte": lambda row: (-(row["fte"] or 0.0), _position(row)),
        }
        if order not in ranks:
            raise unknown_name("order", order, self.orders)
        rank = ranks[order]
        return sorted(passing, key=lambda key: (rank(self._rows[key][0]), key))

    def task(self, key: str) -> Task:
        """Return one row in words, with what was decided about it and what may be answered."""
        found = [self._states[one["finding_id"]] for one in self._row(key)]
        return task_of(key, found, self._code_names, state=self._state_words(found), actions=self._actions(found))

    @property
    def headline(self) -> str:
        """What the worklist comes to, in one sentence."""
        waiting, suggested = self.counts
        if not waiting:
            return "Nothing waits for a decision"
        decisions = "1 decision waits" if waiting == 1 else f"{waiting} decisions wait"
        comes = "comes" if suggested == 1 else "come"
        return f"{decisions} for an answer; {suggested or 'none'} {comes} with a suggested code"

    @property
    def counts(self) -> tuple[int, int]:
        """How many rows wait for an answer, and how many of these come with a suggested code."""
        waiting = [found for key, found in self._rows.items() if self._state(key) in OPEN_STATES]
        return len(waiting), sum(found[0]["suggested_code"] is not None for found in waiting)

    def answer(self, key: str, action: str, values: Mapping[str, str], person: str) -> Saved:
        """Keep an answer about every finding of a row, at once.

        Args:
            key: the row.
            action: name of one of its actions.
            values: what was filled in, by the name of each box.
            person: who answers.

        Raises:
            DecisionError: a name, a reason, a code or a date is missing or impossible; nothing was saved then.
        """
        found = self._row(key)
        task = self.task(key)
        if action not in (known := [one.name for one in task.actions]):
            raise unknown_name("answer to this row", action, known)
        answer, stated, words = self._statement(action, found, values)
        kept = Decisions.of(self._workbench.settings).record_together(
            found,
            seen=self._seen,
            organisation=self._organisation,
            answer=answer,
            person=person,
            snapshot=self._workbench.snapshot.id,
            exception_months=self._local.exception_months,
            **stated,
        )
        self.refresh()
        findings = "1 finding" if len(kept.numbers) == 1 else f"{len(kept.numbers)} findings"
        return Saved(f"Saved for {person.strip()}: {task.title}, {words} ({findings}).", _meanwhile(kept.meanwhile))

    def undo(self, person: str) -> Saved:
        """Take back what this person answered last, by adding records that say so.

        Raises:
            DecisionError: nothing under that name is left to be taken back.
        """
        if not decisions_file(self._workbench.settings).exists():
            raise DecisionError("Nothing has been decided yet, so there is nothing to undo.")
        undone = Decisions.of(self._workbench.settings).undo_last(
            self._organisation, person=person, reason="Taken back on the worklist"
        )
        self.refresh()
        ids = set(undone["finding_id"])
        key = next((key for key, found in self._rows.items() if {one["finding_id"] for one in found} & ids), None)
        about = self.task(key).title if key else "a finding that is no longer there"
        return Saved(f"Undone for {person.strip()}: {about}, {_answer_words(undone.row(-1, named=True))}.")

    def history(self, key: str) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
        """Return everything that was ever decided about a row, oldest first; an undo is an entry of its own."""
        ids = [one["finding_id"] for one in self._row(key)]
        entries = self._history.filter(pl.col("finding_id").is_in(ids)).sort("number")
        entries = entries.with_columns(taken=pl.col("number").is_in(self._history["undoes"].drop_nulls().to_list()))
        # What was decided together is one entry; a row of three findings was decided once.
        entries = entries.unique(["at", "person", "answer"], keep="first", maintain_order=True)
        rows: list[tuple[str, ...]] = [
            (
                shown_moment(entry["at"]),
                entry["person"],
                _capital(_answer_words(entry)) + (" (undone since)" if entry["taken"] else ""),
                entry["reason"],
                CAUSE_WORDS.get(entry["cause"] or "", "") if entry["answer"] != UNDO else "",
            )
            for entry in entries.iter_rows(named=True)
        ]
        return ("When", "Who", "What", "Why", "Root cause"), rows

    @cached_property
    def _listed(self) -> dict[str, Any]:
        return dict(listed_codes(self._workbench.snapshot))

    @cached_property
    def _code_names(self) -> dict[str, str]:
        return {code: entry.occupation_code_name for code, entry in self._listed.items()}

    def _row(self, key: str) -> list[dict[str, Any]]:
        if key not in self._rows:
            raise unknown_name("row of this worklist", key, ())
        return self._rows[key]

    def _state(self, key: str) -> str:
        """Return the state of a row: it waits as long as one of its findings does."""
        states = [self._states[one["finding_id"]]["state"] for one in self._rows[key]]
        order = ("reopened", "open", "accepted", "exception", "rejected")
        return next(state for state in order if state in states)

    def _passes(self, key: str, found: Sequence[Mapping[str, Any]], chosen: Mapping[str, str]) -> bool:
        first = found[0]
        wanted = {name: value for name, value in chosen.items() if value}
        state = self._state(key)
        passes: dict[str, Callable[[str], bool]] = {
            "service": lambda value: (first["service"] or NO_SERVICE) == value,
            "profession": lambda value: any((one["profession"] or NO_PROFESSION) == value for one in found),
            "rule": lambda value: any(one["rule_id"] == value for one in found),
            "route": lambda value: any(one["route"] == value for one in found),
            "state": lambda value: state in OPEN_STATES if value == WAITING else state == value,
            "suggested": lambda _: first["suggested_code"] is not None,
        }
        return all(passes[name](value) for name, value in wanted.items())

    def _state_words(self, found: Sequence[Mapping[str, Any]]) -> str:
        waiting = [one for one in found if one["is_open"]]
        if waiting:
            if len(waiting) < len(found):
                return f"{len(found) - len(waiting)} of {len(found)} findings answered"
            again = any(one["state"] == "reopened" for one in waiting)
            return "Open again: decided before, and changed since" if again else "Waiting for an answer"
        last = max(found, key=lambda one: int(one["decision"]))
        answer = {"accepted": "confirm", "rejected": "challenge", "exception": "exception"}[last["state"]]
        words = _answer_words({**last, "answer": answer})
        return f"{_capital(words)}, by {last['decided_by']} on {shown_date(last['decided_on'])}"

    def _actions(self, found: Sequence[Mapping[str, Any]]) -> tuple[Action, ...]:
        first = found[0]
        reason = Answerable("reason", "Reason")
        until = add_months(dt.datetime.now(dt.UTC).date(), self._local.exception_months)
        causes = tuple((_capital(CAUSE_WORDS[cause]), cause) for cause in CAUSES)
        leave = Action(
            "leave",
            "Leave as it is …",
            (
                reason,
                Answerable("cause", "Root cause", "choice", first["cause"] or CAUSES[0], causes),
                Answerable("expires", "Until", "date", until.isoformat()),
            ),
        )
        challenge = Action("challenge", "Challenge …", (Answerable("reason", "Why it is right as it stands"),))
        if not is_about_a_code(first):
            return Action("agree", "Agree: to be corrected"), leave, challenge
        suggested, candidates = first["suggested_code"], first["candidates"]
        label = f"Code (it may be {', '.join(candidates.split('; '))})" if candidates else "Code"
        other = Action(
            "code", "Another code …" if suggested else "Name the code …", (Answerable("code", label), reason)
        )
        confirm = (Action("confirm", f"Confirm {suggested}"),) if suggested else ()
        return *confirm, other, leave, challenge

    def _statement(
        self, action: str, found: Sequence[Mapping[str, Any]], values: Mapping[str, str]
    ) -> tuple[Answer, dict[str, Any], str]:
        """Return the answer, what is stated with it, and the same in words."""
        first, reason = found[0], values.get("reason", "")
        if action == "confirm":
            code = first["suggested_code"]
            stated = {"reason": f"The suggested code ({first['confidence']} confidence)", "proposed_code": code}
            return "confirm", stated, f"{code} confirmed"
        if action == "code":
            code = self._checked_code(values.get("code", ""))
            return "confirm", {"reason": reason, "proposed_code": code}, f"{code} confirmed"
        if action == "agree":
            return "confirm", {"reason": "Agreed: to be corrected"}, "to be corrected"
        if action == "challenge":
            return "challenge", {"reason": reason}, "challenged"
        until = as_date(values["expires"]) if values.get("expires") else None
        stated = {"reason": reason, "cause": values.get("cause", ""), "expires_on": until}
        return "exception", stated, f"left as it is{f' until {shown_date(until)}' if until else ''}"

    def _checked_code(self, text: str) -> str:
        code = text.strip().upper()
        entry = self._listed.get(code)
        # The list is whole for the codes of therapists and of ambulance staff, and for no others.
        unlisted = code[:1] in ("S", "A") and entry is None
        if not _CODE.fullmatch(code) or unlisted or (entry is not None and not entry.is_currently_valid):
            raise DecisionError(
                f"{text!r} is not an occupation code in use. A code has three characters, such as S1E; see "
                "`workbench reference`. Nothing was saved."
            )
        return code


def _findings_in_words(workbench: Workbench, organisation: str, as_at: dt.date, local: CodingSettings) -> pl.DataFrame:
    """Return the findings of a month with age, suggested code, its name, and each field's vote."""
    snapshot, settings = workbench.snapshot, workbench.settings
    months = [month for month in months_loaded(snapshot, organisation) if month <= as_at]
    found = findings_kept(snapshot, settings, organisation, months[-1], local)
    aged = with_age(found, snapshot, settings, organisation=organisation, months=months, local=local)
    by_assignment = suggestions(snapshot, organisation, months[-1], local)
    votes = by_assignment.select("assignment_key", "votes").unique("assignment_key", keep="none")
    return with_suggestions(aged, by_assignment).join(votes, on="assignment_key", how="left")


def _rows_of(found: pl.DataFrame) -> dict[str, list[dict[str, Any]]]:
    """Bring findings that are one decision together, the gravest first; a row is named by that finding."""
    together: dict[tuple[object, ...], list[dict[str, Any]]] = {}
    ordered = sorted(
        found.iter_rows(named=True), key=lambda one: (_GRAVITY[one["severity"]], one["rule_id"], one["finding_id"])
    )
    for one in ordered:
        place: tuple[object, ...] = (one["finding_id"],)
        if is_about_a_code(one):
            place = (CODE_FIELD, one["service"], one["position_number"] or one["subject_key"], one["suggested_code"])
            place += () if one["suggested_code"] else (one["candidates"],)
        together.setdefault(place, []).append(one)
    return {rows[0]["finding_id"]: rows for rows in together.values()}


def _meanwhile(records: Sequence[Mapping[str, Any]]) -> str:
    if not records:
        return ""
    last = records[-1]
    return (
        f"{last['person']} had decided the same meanwhile, on {shown_moment(last['at'])}: {_answer_words(last)}. "
        "Both are kept; yours is the later one and holds."
    )


def _answer_words(record: Mapping[str, Any]) -> str:
    words = ANSWER_WORDS[record["answer"]]
    if record["answer"] == "confirm":
        return f"{words}: {record['proposed_code'] or 'to be corrected'}"
    if record["answer"] == "exception":
        return f"{words} until {shown_date(as_date(record['expires_on']))}"
    return words


def _position(row: Mapping[str, Any]) -> str:
    return str(row["position_number"] or f"~{row['cost_centre'] or ''}{row['current_code'] or ''}")


def _same(values: pl.Series) -> list[tuple[str, str]]:
    return [(value, value) for value in sorted(set(values))]


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
