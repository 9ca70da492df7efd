"""From a stock to the next one by what came and what went: every line of a flow identity, one step each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import plotly.graph_objects as go
import polars as pl

from workbench.exhibits.cells import shown_number
from workbench.exhibits.charts.drawing import Drawing, category_axis, is_withheld, nothing_to_draw, state_of
from workbench.exhibits.exhibit import Stamp
from workbench.exhibits.house_style import BAND, DARK_BLUE, DARK_PINK, GREY, INK, TEXT_SIZE, Canvas

ROW_HEIGHT = 30
WITHHELD_TOGETHER = "Withheld lines, together"


def waterfall(
    table: pl.DataFrame,
    *,
    step: str,
    value: str,
    sign: str,
    unit: str,
    subject: str,
    stamp: Stamp,
    decimals: int = 0,
) -> Drawing:
    """Draw the first stock, each step up or down from where the one before ended, and the last stock.

    The axis does not start at nought, because flows are small beside a stock: so stocks are marks and only flows are
    bars, whose lengths compare. Withheld steps are drawn as one, which is what the stocks and the other steps leave.

    Args:
        table: released rows in order, the opening stock first and the closing stock last.
        step: column with the name of the line.
        value: column with the number; steps are counted upwards, whatever their sign.
        sign: column with 1 for what came, -1 for what went, 0 for stocks and for a change that has its own sign.
        unit: what is counted, for the axis.
        subject: what the chart is about, for the text alternative.
        decimals: how many decimals numbers are written with.
    """
    if nothing := nothing_to_draw(table, [value], subject, stamp):
        return nothing
    rows = table.to_dicts()
    opening, steps, closing = rows[0], rows[1:-1], rows[-1]
    alt = _alt(rows, step, value, sign, unit, subject, decimals)
    if opening[value] is None or closing[value] is None:
        short = table.head(1).with_columns(pl.lit(None, table.schema[value]).alias(value))
        nothing = nothing_to_draw(short, [value], subject, stamp)
        return Drawing(nothing.figure, alt) if nothing else Drawing(Canvas(stamp, height=130).figure(), alt)
    moves = [(row[step], _signed(row, value, sign)) for row in steps if row[value] is not None]
    left_over = float(closing[value]) - float(opening[value]) - sum(amount for _, amount in moves)
    hidden = any(is_withheld(row, value) for row in steps)
    if hidden:
        moves.append((WITHHELD_TOGETHER, left_over))
    return Drawing(_drawn(opening, moves, closing, step, value, unit, stamp, decimals), alt)


def _drawn(
    opening: Mapping[str, Any], moves: Sequence[tuple[str, float]], closing: Mapping[str, Any], step: str, value: str,
    unit: str, stamp: Stamp, decimals: int,
) -> go.Figure:  # fmt: skip
    canvas = Canvas(stamp, height=130)
    names = [opening[step], *(name for name, _ in moves), closing[step]]
    levels = [float(opening[value])]
    for _, amount in moves:
        levels.append(levels[-1] + amount)
    low, high = min(*levels, float(closing[value])), max(*levels, float(closing[value]))
    kinds = (
        ("came", DARK_BLUE, "", [n for n, (name, a) in enumerate(moves) if a >= 0 and name != WITHHELD_TOGETHER]),
        ("went", DARK_PINK, "/", [n for n, (name, a) in enumerate(moves) if a < 0 and name != WITHHELD_TOGETHER]),
        ("withheld", BAND, "", [n for n, (name, _) in enumerate(moves) if name == WITHHELD_TOGETHER]),
    )
    for kind, colour, pattern, places in kinds:
        canvas.draw(
            "bar", y=[n + 1 for n in places], x=[abs(moves[n][1]) for n in places],
            base=[min(levels[n], levels[n + 1]) for n in places], orientation="h", width=0.6, name=kind,
            marker=dict(color=colour, line=dict(color=GREY, width=1 if kind == "withheld" else 0),
                        pattern=dict(shape=pattern, fillmode="overlay", fgcolor="white", size=6, solidity=0.2)),
            text=[_with_sign(moves[n][1], decimals) for n in places], textposition="none",
            hovertemplate=f"%{{text}} {unit}<extra></extra>",
        )  # fmt: skip
    for n, (_, amount) in enumerate(moves):
        canvas.write(
            _with_sign(amount, decimals), x=max(levels[n], levels[n + 1]), y=n + 1, xanchor="left", xshift=5,
            font=dict(size=TEXT_SIZE, color=INK),
        )  # fmt: skip
    ends = [(0, float(opening[value])), (len(names) - 1, float(closing[value]))]
    canvas.draw(
        "scatter", x=[level for _, level in ends], y=[place for place, _ in ends], mode="markers", name="in post",
        marker=dict(symbol="diamond", size=12, color=INK), hovertemplate=f"%{{x:,}} {unit}<extra></extra>",
    )  # fmt: skip
    for place, level in ends:
        canvas.write(
            f"<b>{shown_number(level, decimals)}</b>", x=level, y=place, xanchor="left", xshift=10,
            font=dict(size=TEXT_SIZE, color=INK),
        )  # fmt: skip
    category_axis(canvas, names, row_height=ROW_HEIGHT)
    room = max((high - low) * 0.12, 1.0)
    canvas.x |= {"title": {"text": f"{unit} (not from 0)"}, "range": [low - room, high + room], "showgrid": True,
                 "nticks": 6}  # fmt: skip
    canvas.margin["r"] = 48
    return canvas.figure()


def _signed(row: Mapping[str, Any], value: str, sign: str) -> float:
    return float(row[value]) * (row[sign] or 1)


def _with_sign(amount: float, decimals: int) -> str:
    shown = shown_number(abs(amount), decimals)
    if not round(amount, decimals):
        return shown
    return f"+{shown}" if amount > 0 else f"\N{MINUS SIGN}{shown}"


def _alt(
    rows: Sequence[Mapping[str, Any]], step: str, value: str, sign: str, unit: str, subject: str, decimals: int
) -> str:
    parts = []
    for place, row in enumerate(rows):
        number = state_of(row, value)
        if not number:
            stock = place in (0, len(rows) - 1)
            number = (
                shown_number(float(row[value]), decimals) if stock else _with_sign(_signed(row, value, sign), decimals)
            )
        parts.append(f"{row[step]} {number}")
    return f"{subject}, in {unit}. {'; '.join(parts)}."
