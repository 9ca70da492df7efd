"""Two or more readings of the same thing on one line per category."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from workbench.exhibits.cells import shown_number
from workbench.exhibits.charts.drawing import (
    Drawing,
    Series,
    category_axis,
    legend_above,
    list_in_words,
    nothing_to_draw,
    state_of,
    wrapped,
)
from workbench.exhibits.exhibit import Stamp
from workbench.exhibits.house_style import GREY, LIGHT_GREY, PALETTE, SMALL_SIZE, SYMBOLS, Canvas

ROW_HEIGHT = 34


def compare_dots(
    table: pl.DataFrame,
    *,
    category: str,
    series: Sequence[Series],
    unit: str,
    subject: str,
    stamp: Stamp,
    difference: tuple[str, str] | None = None,
    decimals: int = 0,
    scale_to: float = 0,
) -> Drawing:
    """Draw one line per category with a marker for each series, the difference of two of them written beside it.

    Args:
        table: released rows, one per category, in the order in which they are drawn from the top.
        category: column with the name of the category.
        series: the columns that are compared, at most four; each gets a marker shape of its own.
        unit: what is counted, for the axis.
        subject: what the chart is about, for the text alternative: "AHP headcount by profession".
        difference: `(from, to)`, two of the columns; their difference is written at the end of the line.
        decimals: decimal places of the numbers.
        scale_to: the axis reaches at least this far, where a scale has a known end.
    """
    columns = [item.column for item in series]
    if nothing := nothing_to_draw(table, columns, subject, stamp):
        return nothing
    categories = [str(value) for value in table[category]]
    canvas = Canvas(stamp, height=130)
    rows = table.select(columns).rows()
    positions = list(range(len(categories)))
    ends: list[float | None] = []
    for row in rows:
        present = [value for value in row if value is not None]
        ends += [min(present), max(present), None] if present else [None] * 3
    canvas.draw(
        "scatter", x=ends, y=[position for position in positions for _ in range(3)], mode="lines",
        line=dict(color=LIGHT_GREY, width=4), hoverinfo="skip", showlegend=False,
    )  # fmt: skip
    for index, item in enumerate(series):
        canvas.draw(
            "scatter", x=table[item.column].to_list(), y=positions, mode="markers", name=wrapped(item.label, 40),
            marker=_marker(index),
            hovertemplate=f"%{{x:,.{decimals}f}} {unit}<extra>{wrapped(item.label, 40)}</extra>", cliponaxis=False,
        )  # fmt: skip
    _write_beside(canvas, table, columns, difference, decimals)
    category_axis(canvas, categories, row_height=ROW_HEIGHT)
    largest = max(value for row in rows for value in row if value is not None)
    largest = max(largest, scale_to, 1)
    canvas.x |= {"title": {"text": unit}, "range": [-largest * 0.03, largest * 1.03], "showgrid": True}
    legend_above(canvas)
    canvas.margin["r"] = 64
    return Drawing(canvas.figure(), _alt(table, category, series, unit, subject, decimals))


def _marker(index: int) -> dict[str, object]:
    """Return a marker that still shows those beneath it: the first is filled, the others are larger outlines."""
    if index == 0:
        return dict(symbol=SYMBOLS[0], size=9, color=PALETTE[0])
    return dict(symbol=f"{SYMBOLS[index]}-open", size=13 + 2 * index, color=PALETTE[index], line=dict(width=2.5))


def _write_beside(
    canvas: Canvas,
    table: pl.DataFrame,
    columns: list[str],
    difference: tuple[str, str] | None,
    decimals: int,
) -> None:
    for position, row in enumerate(table.iter_rows(named=True)):
        present = [row[column] for column in columns if row[column] is not None]
        states = {state_of(row, column) for column in columns} - {""}
        texts = []
        if difference and all(row[column] is not None for column in difference):
            change = row[difference[1]] - row[difference[0]]
            texts.append("same" if not change else f"{'+' if change > 0 else ''}{shown_number(change, decimals)}")
        if states:
            texts.append(", ".join(sorted(states)))
        if texts:
            canvas.write(
                " · ".join(texts), x=max(present) if present else 0, y=position, xanchor="left",
                xshift=12 if present else 4, font=dict(size=SMALL_SIZE, color=GREY),
            )  # fmt: skip


def _alt(table: pl.DataFrame, category: str, series: Sequence[Series], unit: str, subject: str, decimals: int) -> str:
    lines = []
    for row in table.iter_rows(named=True):
        readings = [
            f"{item.label.lower()} " + (state_of(row, item.column) or shown_number(float(row[item.column]), decimals))
            for item in series
        ]
        lines.append(f"{row[category]}: {', '.join(readings)}")
    names = list_in_words([item.label.lower() for item in series])
    return f"{subject}: {names}, in {unit}. {'; '.join(lines)}."
