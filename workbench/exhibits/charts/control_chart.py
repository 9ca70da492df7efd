"""An XmR chart: values over time with the limits within which they vary by themselves."""

from __future__ import annotations

import base64
import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from workbench.benchmarking.xmr import Xmr, XmrGroup, XmrPoint
from workbench.exhibits.cells import shown_month, shown_number
from workbench.exhibits.charts.drawing import Drawing, is_withheld, list_in_words, month_span, nothing_to_draw, wrapped
from workbench.exhibits.charts.months import HEIGHT, EndLabel, label_ends, month_axis, value_axis
from workbench.exhibits.exhibit import Stamp
from workbench.exhibits.house_style import GREY, INK, SMALL_SIZE, TEXT_SIZE, Canvas, escaped
from workbench.exhibits.icons import COMMON, CONCERN, ICONS, IMPROVEMENT, NEUTRAL, side_by_side

TARGET = "#DE1B1B"
#: Room above the axes for icon and words.
ABOVE = 76
ICON_SIZE = 34
ICON_AT = 1.08
#: What the marks mean, for the caption: a chart of this kind has no key of its own.
KEY = (
    "Solid line: mean; dashed lines: the limits within which the values vary by themselves. A circle is common cause "
    "variation; a triangle is a special cause, high (pointing up, H) or low (pointing down, L)."
)
SPECIAL_CAUSES_IN_ALT = 8

COLOURS = {
    "common_cause": COMMON, "improvement": IMPROVEMENT, "concern": CONCERN,
    "neutral_high": NEUTRAL, "neutral_low": NEUTRAL,
}  # fmt: skip


def xmr_chart(
    table: pl.DataFrame,
    *,
    month: str,
    value: str,
    judged: Xmr,
    unit: str,
    subject: str,
    stamp: Stamp,
    decimals: int = 1,
    lowest: float | None = 0,
) -> Drawing:
    """Draw the values with mean and limits; the signal stands above them as an icon and in words.

    Special causes have a shape and a letter of their own besides their colour. A month that is withheld or not
    loaded is a gap in the line, marked with a "c" where it is withheld.

    Args:
        table: released rows, one per month or longer step.
        month: column with the month ends.
        value: column with the values, which `judged` was worked out from.
        judged: `xmr` of exactly these released values and months.
        unit: what is measured, for the axis.
        subject: what the chart is about, for the text alternative.
        decimals: decimal places of the numbers.
        lowest: the measure cannot fall below this, so a lower limit beneath it is not drawn; None where it can.
    """
    if nothing := nothing_to_draw(table, [value], subject, stamp):
        return nothing
    rows = _with_gaps(table, month, judged)
    days = [row[month] for row in rows]
    canvas = Canvas(stamp, height=HEIGHT + ABOVE - 24)
    canvas.margin["t"] = ABOVE
    for group in judged.groups:
        _draw_limits(canvas, judged, group, lowest)
    canvas.draw(
        "scatter", x=days, y=[row[value] for row in rows], mode="lines", connectgaps=False, hoverinfo="skip",
        line=dict(color=GREY, width=1.5), cliponaxis=False,
    )  # fmt: skip
    _draw_points(canvas, judged, unit, decimals)
    low, high = value_axis(canvas, _drawn_values(judged, lowest), unit)
    _mark_withheld(canvas, [row[month] for row in rows if is_withheld(row, value)], low)
    _name_rebases(canvas, judged)
    _say_signal(canvas, judged)
    label_ends(canvas, _ends(judged, lowest, decimals), low, high)
    month_axis(canvas, days)
    return Drawing(canvas.figure(), _alt(rows, month, value, judged, unit, subject, lowest, decimals))


def _with_gaps(table: pl.DataFrame, month: str, judged: Xmr) -> list[Mapping[str, Any]]:
    empty: dict[str, Any] = dict.fromkeys(table.columns)
    rows = [*table.iter_rows(named=True), *({**empty, month: day} for day in judged.missing_months)]
    return sorted(rows, key=lambda row: row[month])


def _lower(group: XmrGroup, lowest: float | None) -> float | None:
    """Return the lower limit, or None where there is none that the measure could reach."""
    if group.lower is None or (lowest is not None and group.lower < lowest):
        return None
    return group.lower


def _draw_limits(canvas: Canvas, judged: Xmr, group: XmrGroup, lowest: float | None) -> None:
    dates = [p.date for p in judged.points if group.first <= p.position <= group.last and p.date is not None]
    lines = ((group.mean, INK, "solid"), (group.upper, GREY, "dash"), (_lower(group, lowest), GREY, "dash"))
    for level, colour, dash in lines:
        if level is not None:
            canvas.draw(
                "scatter", x=[dates[0], dates[-1]], y=[level, level], mode="lines", hoverinfo="skip",
                line=dict(color=colour, width=1.5, dash=dash), cliponaxis=False,
            )  # fmt: skip
    if judged.target is not None:
        canvas.draw(
            "scatter", x=[dates[0], dates[-1]], y=[judged.target] * 2, mode="lines", hoverinfo="skip",
            line=dict(color=TARGET, width=1.5, dash="dashdot"), cliponaxis=False,
        )  # fmt: skip


def _draw_points(canvas: Canvas, judged: Xmr, unit: str, decimals: int) -> None:
    points = list(enumerate(judged.points))
    for letter, symbol, where in (("", "circle", "top center"), ("H", "triangle-up", "top center"),
                                  ("L", "triangle-down", "bottom center")):  # fmt: skip
        drawn = [(index, point) for index, point in points if letter_of(judged, point) == letter]
        if not drawn:
            continue
        canvas.draw(
            "scatter", x=[point.date for _, point in drawn], y=[point.value for _, point in drawn],
            mode="markers+text", text=[letter] * len(drawn), textposition=where,
            textfont=dict(size=SMALL_SIZE, color=INK), cliponaxis=False,
            marker=dict(
                symbol=symbol, size=12 if letter else 8, line=dict(color=INK, width=1),
                color=[COLOURS.get(point.kind or "", COMMON) if letter else COMMON for _, point in drawn],
            ),
            customdata=[judged.why(index) if letter else "" for index, _ in drawn],
            hovertemplate=f"%{{x|%b %Y}}: %{{y:,.{decimals}f}} {escaped(unit)}<br>%{{customdata}}<extra></extra>",
        )  # fmt: skip


def letter_of(judged: Xmr, point: XmrPoint) -> str:
    """Return H or L where a point is marked as a special cause: trial limits mark none."""
    return point.letter if judged.groups[point.group].status == "ok" else ""


def _drawn_values(judged: Xmr, lowest: float | None) -> list[float]:
    levels = [level for g in judged.groups for level in (g.mean, g.upper, _lower(g, lowest)) if level is not None]
    target = [] if judged.target is None else [judged.target]
    return [*(point.value for point in judged.points), *levels, *target]


def _mark_withheld(canvas: Canvas, days: Sequence[dt.date], low: float) -> None:
    if not days:
        return
    canvas.draw(
        "scatter", x=list(days), y=[low] * len(days), mode="text", text=["c"] * len(days), textposition="top center",
        textfont=dict(size=SMALL_SIZE, color=GREY), hovertemplate="%{x|%b %Y}: withheld<extra></extra>",
    )  # fmt: skip
    canvas.write(
        "c: withheld", x=1, xref="paper", y=1, yref="paper", xanchor="right", yanchor="bottom",
        font=dict(size=SMALL_SIZE, color=GREY),
    )  # fmt: skip


def _name_rebases(canvas: Canvas, judged: Xmr) -> None:
    for group in judged.groups[1:]:
        day = next(point.date for point in judged.points if point.position == group.first)
        canvas.rule(x0=day, x1=day, y0=0, y1=1, yref="paper", line=dict(color=GREY, width=1, dash="dot"))
        canvas.write(
            wrapped(group.reason, 18), x=day, y=0, yref="paper", xanchor="left", yanchor="bottom", xshift=4,
            align="left", font=dict(size=SMALL_SIZE, color=GREY), bgcolor="white",
        )  # fmt: skip


def _say_signal(canvas: Canvas, judged: Xmr) -> None:
    """Put the icons and the words of the latest point above the chart; words alone where there is no icon."""
    icons = [ICONS[name] for name in (judged.variation, judged.assurance) if name]
    if icons:
        source = base64.b64encode(side_by_side(icons).encode()).decode()
        canvas.set(
            images=[
                dict(
                    source=f"data:image/svg+xml;base64,{source}", xref="paper", yref="paper", x=0, y=ICON_AT,
                    sizex=0.16 * len(icons), sizey=ICON_SIZE / (canvas.height - ABOVE - canvas.margin["b"]),
                    sizing="contain", xanchor="left", yanchor="bottom",
                )
            ]
        )  # fmt: skip
    words = judged.variation_words
    if judged.assurance:
        words = f"{words}; {ICONS[judged.assurance].words}"
    canvas.write(
        wrapped(words, 34 if len(icons) < 2 else 30), x=0, xref="paper", y=ICON_AT, yref="paper",
        xanchor="left", yanchor="bottom", xshift=len(icons) * (ICON_SIZE + 6), align="left",
        font=dict(size=TEXT_SIZE, color=INK),
    )  # fmt: skip


def _ends(judged: Xmr, lowest: float | None, decimals: int) -> list[EndLabel]:
    last, latest = judged.points[-1], judged.groups[-1]
    named = [
        ("upper limit", latest.upper, GREY), ("mean", latest.mean, INK),
        ("lower limit", _lower(latest, lowest), GREY), ("target", judged.target, TARGET),
    ]  # fmt: skip
    return [
        EndLabel(f"{name}<br><b>{shown_number(level, decimals)}</b>", last.date or dt.date.min, level, colour)
        for name, level, colour in named
        if level is not None
    ]


def _alt(
    rows: Sequence[Mapping[str, Any]],
    month: str,
    value: str,
    judged: Xmr,
    unit: str,
    subject: str,
    lowest: float | None,
    decimals: int,
) -> str:
    latest, last = judged.groups[-1], judged.points[-1]
    days = [row[month] for row in rows]
    sentences = [
        f"{subject}, {month_span(days)}, in {unit}",
        f"{_day(last.date)}: {shown_number(last.value, decimals)}; {judged.variation_words}",
        _limits_in_words(latest, lowest, decimals),
    ]
    if judged.target is not None:
        verdict = f"; {judged.assurance_words}" if judged.assurance_words else ""
        sentences.append(f"Target {shown_number(judged.target, decimals)}{verdict}")
    special = _special_causes(judged, decimals)
    if special:
        sentences.append(f"Special causes: {list_in_words(special)}")
    withheld = sum(is_withheld(row, value) for row in rows)
    gaps = sum(row[value] is None for row in rows) - withheld
    extra = [f"{withheld} withheld"] * bool(withheld) + [f"{gaps} without data"] * bool(gaps)
    if extra:
        sentences.append(f"Gaps: {list_in_words(extra)}")
    return f"{'. '.join(sentences)}."


def _special_causes(judged: Xmr, decimals: int) -> list[str]:
    """Name the special causes, neighbours of one rule together, the latest ones where there are many."""
    marked = [(index, point) for index, point in enumerate(judged.points) if letter_of(judged, point)]
    runs: list[list[int]] = []
    for index, point in marked:
        before = judged.points[runs[-1][-1]] if runs else None
        together = before is not None and runs[-1][-1] == index - 1 and before.rule == point.rule
        if together and before is not None and before.group == point.group:
            runs[-1].append(index)
        else:
            runs.append([index])
    named = []
    for run in runs:
        first, last = judged.points[run[0]], judged.points[run[-1]]
        when = _day(first.date) if len(run) == 1 else f"{_day(first.date)} to {_day(last.date)}"
        value = f"{shown_number(first.value, decimals)}, " if len(run) == 1 else ""
        named.append(f"{when} ({value}{judged.why(run[0])})")
    earlier = len(named) - SPECIAL_CAUSES_IN_ALT
    return named if earlier <= 0 else [f"{earlier} earlier", *named[earlier:]]


def _limits_in_words(group: XmrGroup, lowest: float | None, decimals: int) -> str:
    mean = f"Mean {shown_number(group.mean, decimals)}"
    if group.upper is None:
        return f"{mean}, no limits"
    upper = shown_number(group.upper, decimals)
    lower = _lower(group, lowest)
    if lower is None:
        return f"{mean}, upper limit {upper}, no lower limit above {shown_number(lowest or 0)}"
    return f"{mean}, limits {shown_number(lower, decimals)} to {upper}"


def _day(day: dt.date | None) -> str:
    return shown_month(day) if day else "latest"
