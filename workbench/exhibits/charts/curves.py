"""Shares that fall or grow with length of service: still in post, and where people went.

The values are those at the marks; between them lines are straight, because a step from mark to mark would show
everyone who left between the two as leaving on the last day.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from workbench.exhibits.cells import shown_number
from workbench.exhibits.charts.drawing import Drawing, Series, nothing_to_draw, wrapped
from workbench.exhibits.charts.months import EndLabel, label_ends
from workbench.exhibits.exhibit import Stamp
from workbench.exhibits.house_style import (
    BAND,
    DASHES,
    GREY,
    INK,
    LIGHT_GREY,
    PALETTE,
    SMALL_SIZE,
    SYMBOLS,
    Canvas,
)

HEIGHT = 400
#: Patterns of stacked areas beside their colours, because colour alone must not tell them apart.
PATTERNS = ("", "/", ".", "x", "-")


@dataclass(frozen=True)
class Curve:
    """A curve: the column that is drawn, its name, and the columns of its limits where they are drawn too."""

    column: str
    label: str
    lower: str = ""
    upper: str = ""


def stay_curves(
    table: pl.DataFrame,
    *,
    years: str,
    curves: Sequence[Curve],
    start: float,
    subject: str,
    stamp: Stamp,
    half: float | None = None,
) -> Drawing:
    """Draw the share still in post by length of service down from 100, each curve named at its end.

    Args:
        table: released rows, one per length of service, ascending; a curve ends where its value is null.
        years: column with the length of service in years.
        curves: at most four; the limits of one with `lower` and `upper` are drawn as a pale ground.
        start: years of service from which the curves count.
        subject: what the chart is about, for the text alternative.
        half: years of service at which half are gone, marked where given.
    """
    if nothing := nothing_to_draw(table, [curve.column for curve in curves], subject, stamp):
        return nothing
    rows = table.sort(years).to_dicts()
    canvas = Canvas(stamp, height=HEIGHT)
    for curve in curves:
        if curve.lower and curve.upper:
            _draw_limits(canvas, rows, years, curve, start)
    ends = []
    for index, curve in enumerate(curves):
        run = _shown(rows, curve.column)
        at, values = [start, *(row[years] for row in run)], [100.0, *(row[curve.column] for row in run)]
        canvas.draw(
            "scatter", x=at, y=values, mode="lines+markers", name=wrapped(curve.label, 40), cliponaxis=False,
            line=dict(color=PALETTE[index], width=2.5, dash=DASHES[index]),
            marker=dict(symbol=SYMBOLS[index], size=6, color=PALETTE[index]),
            hovertemplate=f"after %{{x:.2g}} years: %{{y:.1f}}% still here<extra>{wrapped(curve.label, 40)}</extra>",
        )  # fmt: skip
        label = f"{wrapped(curve.label, 14)}<br><b>{shown_number(values[-1])}%</b>"
        ends.append(EndLabel(label, at[-1], values[-1], PALETTE[index]))
    longest = max(row[years] for curve in curves for row in _shown(rows, curve.column))
    label_ends(canvas, ends, 0, 104)
    if half is not None and start < half <= longest:
        _mark_half(canvas, half, longest)
    _axes(canvas, start, longest, "% still in post")
    return Drawing(canvas.figure(), _curves_in_words(rows, years, curves, start, subject, half))


def stacked_shares(
    table: pl.DataFrame, *, years: str, shares: Sequence[Series], start: float, subject: str, stamp: Stamp
) -> Drawing:
    """Draw shares that add up to 100 at every length of service as areas one above the other, named at the right.

    Args:
        table: released rows, one per length of service, ascending; the chart ends where a share is null.
        years: column with the length of service in years.
        shares: the columns from the bottom up, at most five, in per cent; the first is the one that was 100 at start.
        start: years of service from which the shares count.
        subject: what the chart is about, for the text alternative.
    """
    columns = [share.column for share in shares]
    if nothing := nothing_to_draw(table, columns, subject, stamp):
        return nothing
    rows = [row for row in table.sort(years).to_dicts() if all(row[column] is not None for column in columns)]
    colours = (LIGHT_GREY, *PALETTE)
    canvas = Canvas(stamp, height=HEIGHT)
    at = [start, *(row[years] for row in rows)]
    below, ends = 0.0, []
    for index, share in enumerate(shares):
        values = [100.0 if index == 0 else 0.0, *(row[share.column] for row in rows)]
        canvas.draw(
            "scatter", x=at, y=values, mode="lines", stackgroup="all", name=wrapped(share.label, 40),
            line=dict(color=INK, width=1), fillcolor=colours[index],
            fillpattern=dict(shape=PATTERNS[index], fgcolor="white", bgcolor=colours[index], size=7, solidity=0.25),
            hovertemplate=f"after %{{x:.2g}} years: %{{y:.1f}}%<extra>{wrapped(share.label, 40)}</extra>",
        )  # fmt: skip
        label = f"{wrapped(share.label, 15)} <b>{shown_number(values[-1])}%</b>"
        ends.append(EndLabel(label, at[-1], below + values[-1] / 2, GREY if index == 0 else INK))
        below += values[-1]
    label_ends(canvas, ends, 0, 100)
    _axes(canvas, start, at[-1], "% of those who started")
    canvas.y["range"] = [0, 100]
    return Drawing(canvas.figure(), _shares_in_words(rows, years, shares, subject))


def _shown(rows: Sequence[dict[str, Any]], column: str) -> list[dict[str, Any]]:
    """Return the rows up to the first without a value: a curve has no holes."""
    run = []
    for row in rows:
        if row[column] is None:
            break
        run.append(row)
    return run


def _draw_limits(canvas: Canvas, rows: Sequence[dict[str, Any]], years: str, curve: Curve, start: float) -> None:
    run = [row for row in _shown(rows, curve.column) if row[curve.lower] is not None and row[curve.upper] is not None]
    at = [start, *(row[years] for row in run)]
    for column, fill in ((curve.upper, None), (curve.lower, "tonexty")):
        canvas.draw(
            "scatter", x=at, y=[100.0, *(row[column] for row in run)], mode="lines", hoverinfo="skip",
            line=dict(color=BAND, width=1), fill=fill, fillcolor=BAND, name="95% interval",
        )  # fmt: skip


def _mark_half(canvas: Canvas, half: float, longest: float) -> None:
    canvas.rule(x0=half, x1=half, y0=0, y1=50, line=dict(color=INK, width=1, dash="dot"))
    left = half < longest * 0.6
    canvas.write(
        f"half gone by<br>{shown_number(half, 1)} years", x=half, y=4, yanchor="bottom",
        xanchor="left" if left else "right", xshift=4 if left else -4, align="left" if left else "right",
        font=dict(size=SMALL_SIZE, color=INK),
    )  # fmt: skip


def _axes(canvas: Canvas, start: float, longest: float, unit: str) -> None:
    step = next(step for step in (0.25, 0.5, 1, 2, 5, 10, 20) if (longest - start) / step <= 6)
    first = -(-start // step) * step
    ticks = [first + step * n for n in range(int((longest - first) / step + 1e-9) + 1)]
    canvas.x |= {
        "title": {"text": "years of service"}, "tickvals": ticks, "ticktext": [f"{tick:g}" for tick in ticks],
        "range": [start - (longest - start) * 0.02, longest * 1.01],
    }  # fmt: skip
    canvas.y |= {"title": {"text": unit}, "range": [0, 104], "tickvals": [0, 25, 50, 75, 100], "showgrid": True}


def _curves_in_words(
    rows: Sequence[dict[str, Any]],
    years: str,
    curves: Sequence[Curve],
    start: float,
    subject: str,
    half: float | None,
) -> str:
    sentences = []
    for curve in curves:
        run = _shown(rows, curve.column)
        if not run:
            sentences.append(f"{curve.label}: not shown")
            continue
        places = sorted({0, len(run) // 3, 2 * len(run) // 3, len(run) - 1})
        points = [f"{shown_number(run[n][curve.column])}% after {_years(run[n][years])}" for n in places]
        sentences.append(f"{curve.label}: {', '.join(points)}")
    if half is not None:
        sentences.append(f"Half are gone by {_years(half)}")
    since = f", of those with {_years(start)}" if start else ""
    return f"{subject}, in per cent still in post by years of service{since}. {'. '.join(sentences)}."


def _shares_in_words(rows: Sequence[dict[str, Any]], years: str, shares: Sequence[Series], subject: str) -> str:
    sentences = []
    for row in (rows[len(rows) // 2], rows[-1]) if len(rows) > 1 else rows:
        parts = [f"{share.label} {shown_number(row[share.column])}%" for share in shares]
        sentences.append(f"After {_years(row[years])}: {', '.join(parts)}")
    return f"{subject}, in per cent. {'. '.join(sentences)}."


def _years(value: float) -> str:
    return f"{shown_number(value, 0 if value == int(value) else 1)} year{'' if value == 1 else 's'}"
