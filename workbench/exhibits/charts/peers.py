"""One organisation's line against the range of its peers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from workbench.exhibits.cells import shown_month, shown_number
from workbench.exhibits.charts.drawing import Drawing, every_month, month_span, nothing_to_draw, wrapped
from workbench.exhibits.charts.months import HEIGHT, EndLabel, label_ends, month_axis, value_axis
from workbench.exhibits.exhibit import Stamp
from workbench.exhibits.house_style import BAND, DARK_BLUE, GREY, Canvas


def peer_range(
    table: pl.DataFrame,
    *,
    month: str,
    own: str,
    lower: str,
    median: str,
    upper: str,
    unit: str,
    subject: str,
    stamp: Stamp,
    own_label: str = "This organisation",
    peers_label: str = "peers",
    decimals: int = 1,
) -> Drawing:
    """Draw an organisation's line over the band that holds the middle half of its peers, and their median.

    Args:
        table: released rows, one per month; `own` or the peers' columns may be null where there is no data.
        month: column with the month ends.
        own: column with the organisation's own values.
        lower: column with the peers' lower quartile.
        median: column with the peers' median.
        upper: column with the peers' upper quartile.
        unit: what is measured, for the axis.
        subject: what the chart is about, for the text alternative.
        own_label: what the organisation is called at the end of its line.
        peers_label: what the peers are called: "72 acute trusts".
        decimals: decimal places of the numbers.
    """
    columns = [own, lower, median, upper]
    if nothing := nothing_to_draw(table, columns, subject, stamp):
        return nothing
    rows = every_month(table, month)
    months = [row[month] for row in rows]
    canvas = Canvas(stamp, height=HEIGHT)
    for run in _runs(rows, (lower, upper)):
        days = [row[month] for row in run]
        canvas.draw(
            "scatter", x=days + days[::-1], y=[row[upper] for row in run] + [row[lower] for row in reversed(run)],
            fill="toself", fillcolor=BAND, mode="lines", line=dict(color=BAND, width=6 if len(run) == 1 else 1),
            hoverinfo="skip",
        )  # fmt: skip
    lines = ((median, f"Median of {peers_label}", GREY, "dash", None), (own, own_label, DARK_BLUE, "solid", "circle"))
    for column, label, colour, dash, symbol in lines:
        canvas.draw(
            "scatter", x=months, y=[row[column] for row in rows], mode="lines+markers" if symbol else "lines",
            line=dict(color=colour, width=2.5 if symbol else 2, dash=dash),
            marker=dict(symbol=symbol or "circle", size=7, color=colour),
            connectgaps=False, cliponaxis=False, name=wrapped(label, 40),
            hovertemplate=f"%{{x|%b %Y}}: %{{y:.{decimals}f}} {unit}<extra>{wrapped(label, 40)}</extra>",
        )  # fmt: skip
    values = [row[column] for row in rows for column in columns if row[column] is not None]
    low, high = value_axis(canvas, values, unit)
    label_ends(canvas, _ends(rows, month, lines, (lower, upper), decimals), low, high)
    month_axis(canvas, months)
    return Drawing(canvas.figure(), _alt(rows, month, columns, unit, subject, own_label, peers_label, decimals))


def _runs(rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> list[list[Mapping[str, Any]]]:
    """Cut the months into stretches without a gap, so that the band is not drawn across one."""
    runs: list[list[Mapping[str, Any]]] = [[]]
    for row in rows:
        if all(row[column] is not None for column in columns):
            runs[-1].append(row)
        elif runs[-1]:
            runs.append([])
    return [run for run in runs if run]


def _ends(
    rows: Sequence[Mapping[str, Any]],
    month: str,
    lines: Sequence[tuple[str, str, str, str, str | None]],
    band: tuple[str, str],
    decimals: int,
) -> list[EndLabel]:
    ends = []
    for column, label, colour, _, _ in lines:
        last = next((row for row in reversed(rows) if row[column] is not None), None)
        if last:
            text = f"{wrapped(label, 16)}<br><b>{shown_number(last[column], decimals)}</b>"
            ends.append(EndLabel(text, last[month], last[column], colour))
    last = next((row for row in reversed(rows) if row[band[1]] is not None), None)
    if last:
        ends.append(EndLabel("shaded: the<br>middle half", last[month], last[band[1]], GREY))
    return ends


def _alt(
    rows: Sequence[Mapping[str, Any]],
    month: str,
    columns: Sequence[str],
    unit: str,
    subject: str,
    own_label: str,
    peers_label: str,
    decimals: int,
) -> str:
    own, lower, median, upper = columns
    sentences = []
    both = [row for row in rows if all(row[column] is not None for column in columns)]
    if both:
        last = both[-1]
        written = {column: shown_number(last[column], decimals) for column in columns}
        sentences.append(
            f"In {shown_month(last[month])} {own_label} stood at {written[own]}; half of {peers_label} lay between "
            f"{written[lower]} and {written[upper]}, with a median of {written[median]}"
        )
        above = sum(row[own] > row[upper] for row in both)
        below = sum(row[own] < row[lower] for row in both)
        sentences.append(
            f"Of {len(both)} months with both, {above} lay above the middle half of peers and {below} below it"
        )
    missing = sum(row[own] is None for row in rows)
    if missing:
        sentences.append(f"{own_label} has no value in {missing} of {len(rows)} months")
    return f"{subject}, {month_span([row[month] for row in rows])}, in {unit}. {'. '.join(sentences)}."
