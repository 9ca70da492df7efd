"""Counts by category, each bar in parts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import polars as pl

from workbench.exhibits.cells import shown_number
from workbench.exhibits.charts.drawing import (
    Drawing,
    Series,
    category_axis,
    legend_above,
    nothing_to_draw,
    state_of,
    wrapped,
)
from workbench.exhibits.exhibit import Stamp
from workbench.exhibits.house_style import BAND, GREY, INK, PALETTE, SMALL_SIZE, TEXT_SIZE, Canvas

ROW_HEIGHT = 48
#: The pattern of each part beside its colour, because colour alone must not tell them apart.
PATTERNS = ("", "/", ".", "x")


def count_bars(
    table: pl.DataFrame,
    *,
    category: str,
    parts: Sequence[Series],
    total: str,
    unit: str,
    subject: str,
    stamp: Stamp,
    below: str = "",
) -> Drawing:
    """Draw a bar for each category, divided into its parts, with the total written at its end.

    Where a part is withheld but the total is not, the bar is not divided: it is as long as its total, and pale.

    Args:
        table: released rows, one per category, in the order in which they are drawn from the top.
        category: column with the name of the category.
        parts: the columns that make up a bar, at most four; each has a pattern of its own.
        total: column with the sum of the parts.
        unit: what is counted, for the axis.
        subject: what the chart is about, for the text alternative.
        below: column with a few words that stand in grey below each name; none when left out.
    """
    columns = [item.column for item in parts]
    if nothing := nothing_to_draw(table, [*columns, total], subject, stamp):
        return nothing
    rows = table.to_dicts()
    canvas = Canvas(stamp, height=130)
    positions = list(range(len(rows)))
    for index, item in enumerate(parts):
        canvas.draw(
            "bar", y=positions,
            x=[None if _is_undivided(row, columns, total) else row[item.column] for row in rows],
            orientation="h", width=0.56,
            name=wrapped(item.label, 40), hovertemplate=f"%{{x:,}} {unit}<extra>{wrapped(item.label, 40)}</extra>",
            marker=dict(
                color=PALETTE[index],
                pattern=dict(shape=PATTERNS[index], fillmode="overlay", fgcolor="white", size=6, solidity=0.2),
            ),
        )  # fmt: skip
    whole = [row[total] if _is_undivided(row, columns, total) else None for row in rows]
    if any(whole):
        canvas.draw(
            "bar", x=whole, y=positions, orientation="h", width=0.56, name="parts withheld",
            hovertemplate=f"%{{x:,}} {unit}<extra>parts withheld</extra>",
            marker=dict(color=BAND, line=dict(color=GREY, width=1)),
        )  # fmt: skip
    ends = [float(alone or sum(row[column] or 0 for column in columns)) for row, alone in zip(rows, whole, strict=True)]
    for position, row in enumerate(rows):
        state = state_of(row, total)
        canvas.write(
            state or shown_number(float(row[total])), x=ends[position], y=position, xanchor="left", xshift=5,
            font=dict(size=SMALL_SIZE if state else TEXT_SIZE, color=GREY if state else INK),
        )  # fmt: skip
    names = [str(row[category]) for row in rows]
    category_axis(canvas, names, row_height=ROW_HEIGHT, below=[str(row[below] or "") for row in rows] if below else ())
    largest = max(*ends, 1.0)
    canvas.x |= {"title": {"text": unit}, "range": [0, largest * 1.04], "showgrid": True, "nticks": 6}
    canvas.set(barmode="stack")
    if len(parts) > 1:
        legend_above(canvas)
    canvas.margin["r"] = 64
    return Drawing(canvas.figure(), _alt(rows, category, parts, total, unit, subject))


def _is_undivided(row: dict[str, Any], columns: Sequence[str], total: str) -> bool:
    return row[total] is not None and any(state_of(row, column) == "withheld" for column in columns)


def _alt(
    rows: Sequence[dict[str, Any]], category: str, parts: Sequence[Series], total: str, unit: str, subject: str
) -> str:
    sentences = []
    for row in rows:
        sentence = f"{row[category]}: {_in_words(row, total)}"
        if len(parts) > 1 and row[total]:
            made_of = [f"{item.label.lower()} {_in_words(row, item.column)}" for item in parts]
            sentence += f" ({', '.join(made_of)})"
        sentences.append(sentence)
    return f"{subject}, in {unit}. {'; '.join(sentences)}."


def _in_words(row: dict[str, Any], column: str) -> str:
    return state_of(row, column) or shown_number(float(row[column]))
