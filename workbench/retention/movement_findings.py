"""The findings of the movement exhibits in words, made from released numbers only."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from workbench.exhibits.cells import shown_number
from workbench.retention.choices import TOTAL
from workbench.retention.code_concepts import NHS, NOT_RECORDED, UNINFORMATIVE
from workbench.retention.released_movements import NOT_KNOWN_WHY

Row = Mapping[str, Any]
UNKNOWN_WHY = (NOT_RECORDED, UNINFORMATIVE, NOT_KNOWN_WHY)


def places_finding(rows: Sequence[Row], month: dt.date, months: int, *, about: bool = False) -> str:
    """Say how many left, how many of them to the NHS, and of how many nobody knows where.

    Args:
        rows: released rows with `place`, `went` and `went_status`, with the total.
        month: the closing month end.
        months: months of the window.
        about: whether the numbers are rounded.
    """
    left = _row(rows, "place", TOTAL)
    if left is None or left["went"] is None:
        return f"Where people went {_window(month, months)} {_reason(left, 'went')}"
    if not left["went"]:
        return f"Nobody left {_window(month, months)}"
    parts = []
    for place, words in ((NHS, "to other NHS organisations"), (NOT_RECORDED, "with no destination recorded")):
        row = _row(rows, "place", place)
        if row is not None and row["went"] is not None:
            parts.append(f"{shown_number(row['went'])} {words}")
    finding = f"{'About ' * about}{shown_number(left['went'])} left {_window(month, months)}"
    return f"{finding}; {', '.join(parts)}" if parts else finding


def reasons_finding(rows: Sequence[Row], month: dt.date, months: int, *, about: bool = False) -> str:
    """Say of how many nobody knows why they left, and which reason was recorded most.

    Args:
        rows: released rows with `reason`, `left` and `left_status`, with the total.
        month: the closing month end.
        months: months of the window.
        about: whether the numbers are rounded.
    """
    total = _row(rows, "reason", TOTAL)
    if total is None or total["left"] is None:
        return f"Why people left {_window(month, months)} {_reason(total, 'left')}"
    if not total["left"]:
        return f"Nobody left {_window(month, months)}"
    unknown = [row for row in rows if row["reason"] in UNKNOWN_WHY]
    recorded = [row for row in rows if row["reason"] not in (*UNKNOWN_WHY, TOTAL) and row["left"]]
    if unknown and any(row["left"] is None for row in unknown):
        finding = f"For how many of the {shown_number(total['left'])} who left {_window(month, months)} no reason is "
        return finding + "known is withheld, because it would describe too few people"
    number = sum(row["left"] for row in unknown)
    finding = (
        f"Why they left is not known for {'about ' * about}{shown_number(number)} of "
        f"{shown_number(total['left'])} who left {_window(month, months)}"
    )
    most = max(recorded, key=lambda row: row["left"], default=None)
    if most is None:
        return finding
    return f"{finding}; most often recorded: {_lower(most['reason'])} ({shown_number(most['left'])})"


def reasons_parts(rows: Sequence[Row]) -> tuple[str, ...]:
    """Say in one sentence how many reasons are recorded, not recorded, and recorded without a cause."""
    total, missing, says_nothing = (_row(rows, "reason", name) for name in (TOTAL, NOT_RECORDED, UNINFORMATIVE))
    numbers = [0 if row is None else row["left"] for row in (missing, says_nothing)]
    if total is None or not total["left"] or None in numbers or _row(rows, "reason", NOT_KNOWN_WHY):
        return ()
    whole = total["left"]
    parts = (
        ("a reason that says something", whole - sum(numbers)),
        ("no reason recorded", numbers[0]),
        ("a resignation whose cause is other or not known", numbers[1]),
    )
    return ("Of all who left: " + "; ".join(
        f"{name} {shown_number(number)} ({shown_number(100 * number / whole)}%)" for name, number in parts
    ) + ".",)  # fmt: skip


def _lower(text: str) -> str:
    return text[0].lower() + text[1:]


def _row(rows: Sequence[Row], column: str, name: str) -> Row | None:
    return next((row for row in rows if row[column] == name), None)


def _reason(row: Row | None, column: str) -> str:
    if row is not None and row.get(f"{column}_status") in ("primary", "secondary"):
        return "is withheld, because it would describe too few people"
    return "is not known, because the staff lists it needs are not loaded"


def _window(month: dt.date, months: int) -> str:
    return f"in the {'year' if months == 12 else f'{months} months'} to {month:%B %Y}"
