"""A worklist as a page shows it: tasks in words, what may be answered, and what was saved; it knows no widgets.

A theme fills these records from its own findings and keeps the answers in its own store. Only what stands in them can
reach a browser, so they hold words and numbers that are meant to be read, and no keys of people or assignments.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

PAGE_LENGTH = 10


@dataclass(frozen=True)
class Answerable:
    """One box of a form: what it asks for and what it holds to begin with.

    `choices` are pairs of what is shown and what is meant. Without choices, a text or a date is asked for.
    """

    name: str
    label: str
    kind: Literal["text", "choice", "date"] = "text"
    value: str = ""
    choices: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Action:
    """Something that may be answered to a task: at once, or after a few boxes are filled in."""

    name: str
    label: str
    boxes: tuple[Answerable, ...] = ()


@dataclass(frozen=True)
class Task:
    """One row of a worklist, in words.

    Args:
        key: what the row is asked for by; it stays in the kernel.
        title: what the row is about, such as a position.
        about: a line of small facts below the title.
        cells: heading and text of each cell; lines of a text are parted by line breaks.
        state: what was decided about it, in words.
        is_settled: whether it waits for an answer no more.
        actions: what may be answered.
    """

    key: str
    title: str
    about: str
    cells: tuple[tuple[str, str], ...]
    state: str
    is_settled: bool
    actions: tuple[Action, ...]


@dataclass(frozen=True)
class Filter:
    """One way of narrowing a worklist: its name, what stands beside it, what is shown to begin with."""

    name: str
    label: str
    is_switch: bool = False
    value: str = ""


@dataclass(frozen=True)
class Saved:
    """What was saved, in words, and what somebody else had saved about the same meanwhile."""

    words: str
    meanwhile: str = ""


class Worklist(Protocol):
    """What a theme provides so that its worklist can be shown and answered."""

    @property
    def headline(self) -> str:
        """What the worklist comes to, in one sentence."""
        ...

    @property
    def filters(self) -> Sequence[Filter]:
        """The ways of narrowing the worklist, in order."""
        ...

    @property
    def orders(self) -> Mapping[str, str]:
        """The orders that the rows may stand in, with their names; the first is the usual one."""
        ...

    def choices(self, name: str) -> list[tuple[str, str]]:
        """List what a filter offers now, as pairs of what is shown and what is meant."""
        ...

    def keys(self, chosen: Mapping[str, str], order: str) -> list[str]:
        """List the rows that pass the filters, in order."""
        ...

    def task(self, key: str) -> Task:
        """Return one row as it stands now."""
        ...

    def refresh(self) -> None:
        """Read again what was decided, by whomever."""
        ...

    def answer(self, key: str, action: str, values: Mapping[str, str], person: str) -> Saved:
        """Keep an answer at once.

        Raises:
            WorkbenchError: something is missing or impossible; nothing was saved then.
        """
        ...

    def undo(self, person: str) -> Saved:
        """Take back what this person answered last, by adding a record that says so.

        Raises:
            WorkbenchError: there is nothing to take back.
        """
        ...

    def history(self, key: str) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
        """Return headings and rows of everything that was ever decided about a row, oldest first."""
        ...


def page_of(keys: Sequence[str], number: int) -> tuple[list[str], int]:
    """Return the keys of one page of a worklist, and the number of the page that there really is."""
    last = max(0, (len(keys) - 1) // PAGE_LENGTH)
    number = min(max(number, 0), last)
    return list(keys[number * PAGE_LENGTH : (number + 1) * PAGE_LENGTH]), number


def rows_in_words(count: int, number: int) -> str:
    """Say which rows are shown: rows 11 to 20 of 58."""
    if not count:
        return "No rows"
    first = number * PAGE_LENGTH + 1
    last = min(count, first + PAGE_LENGTH - 1)
    return f"Rows {first} to {last} of {count}" if last > first else f"Row {first} of {count}"


def shown_moment(text: str) -> str:
    """Write a moment as people read it, on the clock of this machine: 22 Nov 2026 at 14:05."""
    moment = dt.datetime.fromisoformat(text).astimezone()
    return f"{moment.day} {moment:%b %Y} at {moment:%H:%M}"
