"""Shares by category against an aim."""

from __future__ import annotations

from typing import Any

import polars as pl

from workbench.exhibits.cells import shown_cell, shown_number
from workbench.exhibits.charts.drawing import Drawing, category_axis, nothing_to_draw, state_of
from workbench.exhibits.exhibit import Stamp
from workbench.exhibits.house_style import (
    DARK_BLUE,
    DARK_PINK,
    GREY,
    INK,
    SMALL_SIZE,
    TEXT_SIZE,
    Canvas,
    escaped,
)

ROW_HEIGHT = 46
#: From this share on, a bar is long enough to bear its own number, also on a phone.
LABEL_FITS_FROM = 35


def bars_with_aim(
    table: pl.DataFrame,
    *,
    category: str,
    share: str,
    numerator: str,
    denominator: str,
    subject: str,
    stamp: Stamp,
    unit: str = "per cent",
    aim: float | None = None,
    aim_label: str = "",
) -> Drawing:
    """Draw a bar for each category's share, with n of N beside its name and the aim as a line across.

    Args:
        table: released rows, one per category, in the order in which they are drawn from the top.
        category: column with the name of the category.
        share: column with the share in per cent (0 to 100).
        numerator: column with the n of "n of N".
        denominator: column with the N of "n of N".
        subject: what the chart is about, for the text alternative.
        unit: what the axis shows, with whose share of what: "% of clinicians in scope".
        aim: where the aim lies, in per cent; no line when left out.
        aim_label: the aim in words, as printed in its source: "aim: more than 90%".
    """
    if nothing := nothing_to_draw(table, [share], subject, stamp):
        return nothing
    rows = table.to_dicts()
    canvas = Canvas(stamp, height=160 if aim is not None else 130)
    canvas.draw(
        "bar", x=[row[share] for row in rows], y=list(range(len(rows))), orientation="h", width=0.56,
        marker=dict(color=DARK_BLUE), hovertemplate="%{x:.1f}%<extra></extra>",
    )  # fmt: skip
    for position, row in enumerate(rows):
        state = state_of(row, share)
        inside = not state and row[share] >= LABEL_FITS_FROM
        canvas.write(
            state or f"{shown_number(row[share], 1)}%", x=row[share] or 0, y=position,
            xanchor="right" if inside else "left", xshift=-4 if inside else 5,
            font=dict(size=SMALL_SIZE if state else TEXT_SIZE, color="white" if inside else GREY if state else INK),
        )  # fmt: skip
    if aim is not None:
        canvas.rule(x0=aim, x1=aim, y0=0, y1=1, yref="paper", line=dict(color=DARK_PINK, width=2, dash="dash"))
        canvas.write(
            escaped(aim_label) or f"aim: {shown_number(aim)}%", x=aim, y=1, yref="paper", yanchor="bottom",
            xanchor="right" if aim > 50 else "left", font=dict(size=SMALL_SIZE, color=DARK_PINK),
        )  # fmt: skip
    category_axis(
        canvas,
        [str(row[category]) for row in rows],
        row_height=ROW_HEIGHT,
        below=[_n_of_n(row, numerator, denominator) for row in rows],
    )
    canvas.x |= {"title": {"text": unit}, "range": [0, 100], "tickvals": [0, 25, 50, 75, 100], "showgrid": True}
    if aim is not None:
        canvas.margin["t"] = 40
    return Drawing(canvas.figure(), _alt(rows, category, share, numerator, denominator, subject, aim_label))


def _n_of_n(row: dict[str, Any], numerator: str, denominator: str) -> str:
    written = [shown_cell("count", row[column], row.get(f"{column}_status")) for column in (numerator, denominator)]
    return f"{written[0]} of {written[1]}" if any(not state_of(row, c) for c in (numerator, denominator)) else ""


def _alt(
    rows: list[dict[str, Any]], category: str, share: str, numerator: str, denominator: str, subject: str, aim: str
) -> str:
    parts = []
    for row in rows:
        counts = _n_of_n(row, numerator, denominator)
        value = state_of(row, share) or f"{shown_number(float(row[share]), 1)}%"
        parts.append(f"{row[category]}: {value}{f' ({counts})' if counts else ''}")
    return f"{subject}{f', {aim}' if aim else ''}. {'; '.join(parts)}."
