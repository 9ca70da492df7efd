"""Lines by month."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from workbench.exhibits.cells import shown_month, shown_number
from workbench.exhibits.charts.drawing import (
    Drawing,
    Series,
    every_month,
    is_withheld,
    list_in_words,
    month_span,
    nothing_to_draw,
    wrapped,
)
from workbench.exhibits.exhibit import Stamp
from workbench.exhibits.house_style import DASHES, PALETTE, SMALL_SIZE, SYMBOLS, Canvas

HEIGHT = 360
LINE_HEIGHT = 17


def month_lines(
    table: pl.DataFrame,
    *,
    month: str,
    series: Sequence[Series],
    unit: str,
    subject: str,
    stamp: Stamp,
    decimals: int = 0,
) -> Drawing:
    """Draw one line per series over the months, named at its end; a missing month is a gap, never a zero.

    Args:
        table: released rows, one per month.
        month: column with the month ends.
        series: the columns that are drawn, at most four.
        unit: what is counted, for the axis.
        subject: what the chart is about, for the text alternative.
        decimals: decimal places of the numbers.
    """
    columns = [item.column for item in series]
    if nothing := nothing_to_draw(table, columns, subject, stamp):
        return nothing
    rows = every_month(table, month)
    canvas = Canvas(stamp, height=HEIGHT)
    for index, item in enumerate(series):
        canvas.draw(
            "scatter", x=[row[month] for row in rows], y=[row[item.column] for row in rows],
            mode="lines+markers", connectgaps=False, name=wrapped(item.label, 40), cliponaxis=False,
            line=dict(color=PALETTE[index], width=2.5, dash=DASHES[index]),
            marker=dict(symbol=SYMBOLS[index], size=7, color=PALETTE[index]),
            hovertemplate=f"%{{x|%b %Y}}: %{{y:,.{decimals}f}} {unit}<extra>{wrapped(item.label, 40)}</extra>",
        )  # fmt: skip
    values = [row[column] for row in rows for column in columns if row[column] is not None]
    low, high = value_axis(canvas, values, unit)
    ends = []
    for index, item in enumerate(series):
        last = next((row for row in reversed(rows) if row[item.column] is not None), None)
        if last:
            label = f"{wrapped(item.label, 14)}<br><b>{shown_number(float(last[item.column]), decimals)}</b>"
            ends.append(EndLabel(label, last[month], float(last[item.column]), PALETTE[index]))
    label_ends(canvas, ends, low, high)
    month_axis(canvas, [row[month] for row in rows])
    return Drawing(canvas.figure(), _alt(rows, month, series, unit, subject, decimals))


class EndLabel:
    """The name of a line, written where the line ends."""

    def __init__(self, text: str, at: dt.date | float, value: float, colour: str) -> None:
        self.text, self.at, self.value, self.colour = text, at, value, colour
        self.height = LINE_HEIGHT * (text.count("<br>") + 1)
        self.width = max(len(line.replace("<b>", "").replace("</b>", "")) for line in text.split("<br>")) * 7


def label_ends(canvas: Canvas, ends: Sequence[EndLabel], low: float, high: float) -> None:
    """Write each line's name to its right, moved apart where two would overlap."""
    plot_height = canvas.height - canvas.margin["t"] - canvas.margin["b"]
    scale = plot_height / (high - low)
    upwards = sorted(ends, key=lambda end: end.value)
    middles: list[float] = []
    floor = 0.0
    for end in upwards:
        middles.append(max((end.value - low) * scale, floor + end.height / 2))
        floor = middles[-1] + end.height / 2 + 2
    ceiling = float(plot_height + canvas.margin["t"] / 2)
    for index, end in reversed(list(enumerate(upwards))):
        middles[index] = min(middles[index], ceiling - end.height / 2)
        ceiling = middles[index] - end.height / 2 - 2
    for end, middle in zip(upwards, middles, strict=True):
        canvas.write(
            end.text, x=1, xref="paper", y=end.value, xanchor="left", xshift=10, align="left",
            yshift=middle - (end.value - low) * scale, font=dict(color=end.colour, size=SMALL_SIZE + 1),
        )  # fmt: skip
    canvas.margin["r"] = 24 + max(end.width for end in ends)


def value_axis(canvas: Canvas, values: Sequence[float], unit: str) -> tuple[float, float]:
    """Scale the axis of values to the data and say so where it does not start at zero; returns its range."""
    smallest, largest = min(values), max(values)
    room = max(largest - smallest, abs(largest) * 0.05) or 1
    with_zero = smallest < largest * 0.4
    low = min(0, smallest * 1.1) if with_zero else smallest - room * 0.3
    high = largest + room * (0.12 if with_zero else 0.3)
    title = unit if with_zero else f"{unit} (axis does not start at 0)"
    canvas.y |= {"title": {"text": title}, "range": [low, high], "showgrid": True, "nticks": 6}
    return low, high


def month_axis(canvas: Canvas, months: Sequence[dt.date]) -> None:
    """Name the months along the bottom, few enough that they stand apart on a phone."""
    step = next(step for step in (1, 2, 3, 6, 12, 24, 60, 1000) if len(months) / step <= 5)
    shown = list(reversed(list(reversed(months))[::step]))
    room = dt.timedelta(days=16)
    canvas.x |= {
        "tickvals": shown,
        "ticktext": [f"{day:%b}<br>{day:%Y}" for day in shown],
        "range": [months[0] - room, months[-1] + room],
    }


def _alt(
    rows: Sequence[Mapping[str, Any]],
    month: str,
    series: Sequence[Series],
    unit: str,
    subject: str,
    decimals: int,
) -> str:
    sentences = []
    for item in series:
        known = [(row[month], float(row[item.column])) for row in rows if row[item.column] is not None]
        withheld = sum(is_withheld(row, item.column) for row in rows)
        gaps = len(rows) - len(known) - withheld
        if not known:
            sentences.append(f"{item.label}: {'withheld' if withheld else 'no data'}")
            continue
        (first_day, first), (last_day, last) = known[0], known[-1]
        sentence = f"{item.label}: {shown_number(first, decimals)} in {shown_month(first_day)}"
        if len(known) > 1:
            low = min(known, key=lambda pair: pair[1])
            high = max(known, key=lambda pair: pair[1])
            sentence += (
                f", {shown_number(last, decimals)} in {shown_month(last_day)}; "
                f"lowest {shown_number(low[1], decimals)} in {shown_month(low[0])}, "
                f"highest {shown_number(high[1], decimals)} in {shown_month(high[0])}"
            )
        extra = [f"{withheld} withheld"] * bool(withheld) + [f"{gaps} without data"] * bool(gaps)
        sentences.append(sentence + (f" ({list_in_words(extra)})" if extra else ""))
    span = month_span([row[month] for row in rows])
    return f"{subject}, {span}, in {unit}. {'. '.join(sentences)}."
