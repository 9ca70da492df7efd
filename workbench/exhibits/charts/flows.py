"""People who joined above the line, people who left below it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from workbench.exhibits.cells import shown_month, shown_number
from workbench.exhibits.charts.drawing import (
    Drawing,
    Series,
    every_month,
    is_withheld,
    month_span,
    nothing_to_draw,
    wrapped,
)
from workbench.exhibits.charts.months import HEIGHT, month_axis
from workbench.exhibits.exhibit import Stamp
from workbench.exhibits.house_style import (
    DARK_BLUE,
    DARK_PINK,
    GREY,
    INK,
    SMALL_SIZE,
    TEXT_SIZE,
    Canvas,
)


def paired_bars(
    table: pl.DataFrame,
    *,
    month: str,
    above: Series,
    below: Series,
    unit: str,
    subject: str,
    stamp: Stamp,
) -> Drawing:
    """Draw two bars a month: those who came above the line, those who went below it.

    Args:
        table: released rows, one per month, both columns counted upwards (leavers are not negative here).
        month: column with the month ends.
        above: the column drawn upwards.
        below: the column drawn downwards.
        unit: what is counted, for the axis.
        subject: what the chart is about, for the text alternative.
    """
    columns = [above.column, below.column]
    if nothing := nothing_to_draw(table, columns, subject, stamp):
        return nothing
    rows = every_month(table, month)
    months = [row[month] for row in rows]
    canvas = Canvas(stamp, height=HEIGHT)
    for item, sign, colour, pattern in ((above, 1, DARK_BLUE, ""), (below, -1, DARK_PINK, "/")):
        values = [row[item.column] for row in rows]
        canvas.draw(
            "bar", x=months, y=[None if value is None else sign * value for value in values], name=item.label,
            marker=dict(
                color=colour,
                pattern=dict(shape=pattern, fillmode="overlay", fgcolor="white", size=6, solidity=0.2),
            ),
            text=[None if value is None else shown_number(float(value)) for value in values], textposition="none",
            hovertemplate=f"%{{x|%b %Y}}: %{{text}} {unit}<extra>{wrapped(item.label, 40)}</extra>",
        )  # fmt: skip
    _mark_withheld(canvas, rows, month, columns)
    _symmetric_axis(canvas, rows, columns, unit)
    for item, y, anchor, colour in ((above, 1, "bottom", DARK_BLUE), (below, 0, "bottom", DARK_PINK)):
        canvas.write(
            f"<b>{wrapped(item.label, 30)}</b>", x=0, xref="paper", y=y, yref="paper", xanchor="left",
            yanchor=anchor, xshift=6, font=dict(color=colour, size=TEXT_SIZE), bgcolor="white",
        )  # fmt: skip
    canvas.set(barmode="relative", bargap=0.25)
    canvas.margin["t"] = 40
    month_axis(canvas, months)
    return Drawing(canvas.figure(), _alt(rows, month, (above, below), unit, subject))


def _mark_withheld(canvas: Canvas, rows: Sequence[Mapping[str, Any]], month: str, columns: Sequence[str]) -> None:
    if any(is_withheld(row, column) for row in rows for column in columns):
        canvas.write(
            "c: withheld", x=1, xref="paper", y=1, yref="paper", xanchor="right", yanchor="bottom",
            font=dict(size=SMALL_SIZE, color=GREY),
        )  # fmt: skip
    for column, position in zip(columns, ("top center", "bottom center"), strict=True):
        hidden = [row[month] for row in rows if is_withheld(row, column)]
        if hidden:
            canvas.draw(
                "scatter", x=hidden, y=[0] * len(hidden), mode="text", text=["c"] * len(hidden), textposition=position,
                textfont=dict(size=SMALL_SIZE, color=GREY), hovertemplate="%{x|%b %Y}: withheld<extra></extra>",
            )  # fmt: skip


def _symmetric_axis(canvas: Canvas, rows: Sequence[Mapping[str, Any]], columns: Sequence[str], unit: str) -> None:
    largest = max(row[column] for row in rows for column in columns if row[column] is not None)
    step = next(
        base * 10**power for power in range(8) for base in (1, 2, 5) if max(largest, 1) / (base * 10**power) <= 3
    )
    count = -(-max(largest, 1) // step)
    ticks = [step * index for index in range(-count, count + 1)]
    canvas.y |= {
        "title": {"text": unit}, "tickvals": ticks, "ticktext": [f"{abs(tick):,}" for tick in ticks],
        "range": [ticks[0] * 1.2, ticks[-1] * 1.05], "showgrid": True, "zeroline": True, "zerolinecolor": INK,
        "zerolinewidth": 1.5,
    }  # fmt: skip


def _alt(rows: Sequence[Mapping[str, Any]], month: str, both: tuple[Series, Series], unit: str, subject: str) -> str:
    sentences = []
    for item in both:
        known = [(row[month], row[item.column]) for row in rows if row[item.column] is not None]
        withheld = sum(is_withheld(row, item.column) for row in rows)
        if not known:
            sentences.append(f"{item.label}: {'withheld' if withheld else 'no data'}")
            continue
        high = max(known, key=lambda pair: pair[1])
        sentence = (
            f"{item.label}: {shown_number(float(known[-1][1]))} in {shown_month(known[-1][0])}, "
            f"most in {shown_month(high[0])} ({shown_number(float(high[1]))})"
        )
        gaps = len(rows) - len(known) - withheld
        missing = ((withheld, "withheld"), (gaps, "without data"))
        extra = [f"{_months(number)} {why}" for number, why in missing if number]
        sentences.append(sentence + (f"; {', '.join(extra)}" if extra else ""))
    return f"{subject}, {month_span([row[month] for row in rows])}, in {unit}. {'. '.join(sentences)}."


def _months(number: int) -> str:
    return f"{number} month" if number == 1 else f"{number} months"
