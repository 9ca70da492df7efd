"""What the house charts have in common: their result, their series, and what stands where there is nothing."""

from __future__ import annotations

import datetime as dt
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import plotly.graph_objects as go
import polars as pl

from workbench.exhibits.cells import NO_DATA, NOT_APPLICABLE, WITHHELD, WITHHELD_STATUSES, shown_cell
from workbench.exhibits.exhibit import Stamp
from workbench.exhibits.house_style import GREY, SMALL_SIZE, Canvas, escaped, words_instead
from workbench.periods import month_ends

LINE_HEIGHT = 16

_STATES = {WITHHELD: "withheld", NOT_APPLICABLE: "not applicable", NO_DATA: "no data"}


class Drawing(NamedTuple):
    """A chart and the same in words, both from the same released numbers."""

    figure: go.Figure
    alt: str


@dataclass(frozen=True)
class Series:
    """A column that is drawn, and what it is called on the chart."""

    column: str
    label: str


def nothing_to_draw(table: pl.DataFrame, columns: Sequence[str], subject: str, stamp: Stamp) -> Drawing | None:
    """Return a figure that says in words why there is no chart, or None when there is something to draw."""
    if any(table[column].is_not_null().any() for column in columns):
        return None
    states = {state_of(row, column) for row in table.iter_rows(named=True) for column in columns}
    if "withheld" in states:
        words = f"{subject}: every number is withheld, because each describes too few people."
    elif states == {"not applicable"}:
        words = f"{subject}: not applicable, because there was nobody to count."
    else:
        words = f"{subject}: no data."
    return Drawing(words_instead(words, stamp), words)


def state_of(row: Mapping[str, Any], column: str) -> str:
    """Say why a value is not there ("withheld", "no data", "not applicable"); empty when it is there."""
    return _STATES.get(shown_cell("count", row[column], row.get(f"{column}_status")), "")


def is_withheld(row: Mapping[str, Any], column: str) -> bool:
    """Whether a value of a row is withheld."""
    return row.get(f"{column}_status") in WITHHELD_STATUSES


def wrapped(text: str, width: int) -> str:
    """Break a label into lines, made safe for plotly, which reads a little HTML."""
    return "<br>".join(escaped(line) for line in textwrap.wrap(text, width)) or " "


def category_axis(canvas: Canvas, categories: Sequence[str], *, row_height: int, below: Sequence[str] = ()) -> None:
    """Name the rows of a chart from the top down, a greyer line below each name where given.

    The chart grows by the rows; they are as high as the longest name needs, so that no two names touch.
    """
    names = [wrapped(name, 22) for name in categories]
    if below:
        names = [
            f"{name}<br><span style='color:{GREY}'>{escaped(text)}</span>" if text else name
            for name, text in zip(names, below, strict=True)
        ]
    lines = max(name.count("<br>") + 1 for name in names)
    canvas.height += len(names) * max(row_height, lines * LINE_HEIGHT + 6)
    canvas.y |= {
        "tickvals": list(range(len(names))),
        "ticktext": names,
        "range": [len(names) - 0.5, -0.5],
        "ticks": "",
        "ticklabelstandoff": 8,
    }


def legend_above(canvas: Canvas) -> None:
    """Put the key above the chart, where a chart has no place for labels at the marks themselves."""
    canvas.margin["t"] = 48
    canvas.set(
        showlegend=True,
        legend=dict(
            orientation="h", x=0, xanchor="left", y=1, yanchor="bottom", font=dict(size=SMALL_SIZE),
            itemclick=False, itemdoubleclick=False,
        ),
    )  # fmt: skip


def every_month(table: pl.DataFrame, month: str) -> list[dict[str, Any]]:
    """Return the rows by month, with an empty row for each month that is missing, so that a line shows the gap."""
    rows = {row[month]: row for row in table.iter_rows(named=True)}
    empty: dict[str, Any] = dict.fromkeys(table.columns)
    return [rows.get(day, {**empty, month: day}) for day in month_ends(min(rows), max(rows))]


def list_in_words(names: Sequence[str]) -> str:
    """Write a list as a sentence does: a, b and c."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def month_span(days: Sequence[dt.date]) -> str:
    """Write a span of months: Oct 2024 to Sep 2026."""
    first, last = min(days), max(days)
    return f"{first:%b %Y}" if first == last else f"{first:%b %Y} to {last:%b %Y}"
