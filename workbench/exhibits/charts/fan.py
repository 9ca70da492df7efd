"""A line that goes on as a range: what was counted, and what may come."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from workbench.exhibits.cells import shown_month, shown_number
from workbench.exhibits.charts.drawing import Drawing, month_span, nothing_to_draw, wrapped
from workbench.exhibits.charts.months import HEIGHT, EndLabel, label_ends, month_axis, value_axis
from workbench.exhibits.exhibit import Stamp
from workbench.exhibits.house_style import BAND, DARK_BLUE, DARK_PINK, GREY, LIGHT_GREY, Canvas


def fan_lines(
    table: pl.DataFrame,
    *,
    month: str,
    actual: str,
    ahead: tuple[str, str, str],
    tested: tuple[str, str],
    unit: str,
    subject: str,
    stamp: Stamp,
) -> Drawing:
    """Draw what was counted, the range of what may come, and the range that was to be expected for the past year.

    Args:
        table: released rows in order of time; the counted values end where the range ahead begins.
        month: column with the month ends.
        actual: column with the values counted; null ahead.
        ahead: columns with the low, middle and high of the range ahead; null in the past.
        tested: columns with the low and high that the same method gave a year ago; null elsewhere.
        unit: what is counted, for the axis.
        subject: what the chart is about, for the text alternative.
    """
    low, middle, high = ahead
    if nothing := nothing_to_draw(table, [actual, middle], subject, stamp):
        return nothing
    rows = table.sort(month).to_dicts()
    months = [row[month] for row in rows]
    canvas = Canvas(stamp, height=HEIGHT)
    bands = ((*tested, LIGHT_GREY, "expected a year ago"), (low, high, BAND, "8 in 10 futures"))
    for bottom, top, colour, label in bands:
        run = [row for row in rows if row[bottom] is not None and row[top] is not None]
        if run:
            days = [row[month] for row in run]
            canvas.draw(
                "scatter", x=days + days[::-1], y=[row[top] for row in run] + [row[bottom] for row in reversed(run)],
                fill="toself", fillcolor=colour, mode="lines", line=dict(color=GREY, width=1, dash="dot"),
                name=label, hoverinfo="skip",
            )  # fmt: skip
    lines = (
        (actual, "Counted", DARK_BLUE, "solid", "circle"),
        (middle, "Middle of the range", DARK_PINK, "dash", "diamond"),
    )
    for column, label, colour, dash, symbol in lines:
        canvas.draw(
            "scatter", x=months, y=[row[column] for row in rows], mode="lines+markers", connectgaps=False,
            line=dict(color=colour, width=2.5, dash=dash), marker=dict(symbol=symbol, size=7, color=colour),
            cliponaxis=False, name=label, hovertemplate=f"%{{x|%b %Y}}: %{{y:,.0f}} {unit}<extra>{label}</extra>",
        )  # fmt: skip
    columns = [actual, *ahead, *tested]
    values = [float(row[column]) for row in rows for column in columns if row[column] is not None]
    bottom_value, top_value = value_axis(canvas, values, unit)
    label_ends(canvas, _ends(rows, month, actual, ahead), bottom_value, top_value)
    _name_test(canvas, rows, month, tested)
    month_axis(canvas, months)
    return Drawing(canvas.figure(), _alt(rows, month, actual, ahead, tested, unit, subject))


def _ends(rows: Sequence[Mapping[str, Any]], month: str, actual: str, ahead: tuple[str, str, str]) -> list[EndLabel]:
    low, middle, high = ahead
    last = next((row for row in reversed(rows) if row[middle] is not None), None)
    if last is None:
        last = next(row for row in reversed(rows) if row[actual] is not None)
        return [EndLabel(f"Counted<br><b>{_number(last[actual])}</b>", last[month], float(last[actual]), DARK_BLUE)]
    return [
        EndLabel(f"High {_number(last[high])}", last[month], float(last[high]), GREY),
        EndLabel(f"Middle<br><b>{_number(last[middle])}</b>", last[month], float(last[middle]), DARK_PINK),
        EndLabel(f"Low {_number(last[low])}", last[month], float(last[low]), GREY),
    ]


def _name_test(canvas: Canvas, rows: Sequence[Mapping[str, Any]], month: str, tested: tuple[str, str]) -> None:
    run = [row for row in rows if row[tested[0]] is not None]
    if run:
        words = wrapped("grey: what this method would have said a year ago", 24)
        canvas.write(
            words, x=run[-1][month], y=float(run[-1][tested[0]]), xanchor="right", yanchor="top", yshift=-6,
            align="right", font=dict(color=GREY, size=11),
        )  # fmt: skip


def _alt(
    rows: Sequence[Mapping[str, Any]],
    month: str,
    actual: str,
    ahead: tuple[str, str, str],
    tested: tuple[str, str],
    unit: str,
    subject: str,
) -> str:
    low, middle, high = ahead
    counted = [row for row in rows if row[actual] is not None]
    coming = [row for row in rows if row[middle] is not None]
    sentences = [f"{subject}, in {unit}, {month_span([row[month] for row in rows])}."]
    if counted:
        first, last = counted[0], counted[-1]
        sentences.append(
            f"Counted: {_number(first[actual])} in {shown_month(first[month])}, "
            f"{_number(last[actual])} in {shown_month(last[month])}."
        )
    if coming:
        last = coming[-1]
        sentences.append(
            f"By {shown_month(last[month])}: {_number(last[middle])} in the middle of the range, "
            f"8 in 10 futures from {_number(last[low])} to {_number(last[high])}."
        )
    judged = [row for row in rows if row[tested[0]] is not None and row[actual] is not None]
    if judged:
        inside = sum(row[tested[0]] <= row[actual] <= row[tested[1]] for row in judged)
        sentences.append(f"A year ago the method's range would have held {inside} of {len(judged)} of these counts.")
    return " ".join(sentences)


def _number(value: float) -> str:
    return shown_number(float(value), 0)
