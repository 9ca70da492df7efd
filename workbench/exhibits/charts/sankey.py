"""Where people came from and where they went: bands into one group and out of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from workbench.exhibits.cells import shown_number
from workbench.exhibits.charts.drawing import (
    LINE_HEIGHT,
    Drawing,
    Series,
    is_withheld,
    list_in_words,
    nothing_to_draw,
    state_of,
    wrapped,
)
from workbench.exhibits.exhibit import Stamp
from workbench.exhibits.house_style import DARK_BLUE, DARK_PINK, GREY, INK, SMALL_SIZE, TEXT_SIZE, Canvas

#: Height in pixels of all people of the larger side together; names and gaps come on top.
BANDS_HEIGHT = 220
THINNEST = 2.0
GAP = 10
#: Longest line of a name: half the width of a phone.
NAME_LENGTH = 24
BAR = 0.02
#: Pale enough that dark writing on a band reaches more than 10 to 1.
PALE = {DARK_BLUE: "#D5E0EB", DARK_PINK: "#EFD9E5", GREY: "#E6E6E6"}
STEPS = 16


@dataclass(frozen=True)
class _Band:
    """One place on one side: its name with its number, its people, and its place on the chart in pixels."""

    name: str
    people: float
    colour: str
    top: float = 0.0
    height: float = 0.0


def sankey(
    table: pl.DataFrame,
    *,
    place: str,
    came: Series,
    went: Series,
    group: str,
    unit: str,
    subject: str,
    stamp: Stamp,
    unknown: Sequence[str] = (),
) -> Drawing:
    """Draw a band for each place people came from, and one for each place they went to, as wide as their number.

    Each band carries its name and number, so that no colour has to be told from another. Withheld places are named
    at the foot of their side without a band.

    Args:
        table: released rows, one per place, in the order in which they are drawn from the top; no total row.
        place: column with the name of the place.
        came: the column of people who came from it, drawn on the left.
        went: the column of people who went to it, drawn on the right.
        group: the name of the group in the middle.
        unit: what is counted: "people".
        subject: what the chart is about, for the text alternative.
        unknown: places that stand for not knowing; their bands are grey.
    """
    if nothing := nothing_to_draw(table, [came.column, went.column], subject, stamp):
        return nothing
    rows = table.to_dicts()
    sides = [
        _bands(rows, place, item.column, colour, unknown) for item, colour in ((came, DARK_BLUE), (went, DARK_PINK))
    ]
    largest = max(sum(band.people for band in side) for side in sides) or 1.0
    placed = [_placed(side, BANDS_HEIGHT / largest) for side in sides]
    withheld = [[str(row[place]) for row in rows if is_withheld(row, item.column)] for item in (came, went)]
    feet = [wrapped(f"Withheld: {', '.join(names)}", NAME_LENGTH) if names else "" for names in withheld]
    room = [_depth(bands) + (foot.count("<br>") + 2) * LINE_HEIGHT for bands, foot in zip(placed, feet, strict=True)]
    depth = max(*room, BANDS_HEIGHT + 5 * LINE_HEIGHT)
    canvas = Canvas(stamp, height=0)
    canvas.margin |= {"t": 40, "b": 36}
    canvas.height = int(depth) + canvas.margin["t"] + canvas.margin["b"]
    for bands, right in zip(placed, (False, True), strict=True):
        _draw_side(canvas, bands, depth, unit, right=right)
    for item, bands, foot, right in zip((came, went), placed, feet, (False, True), strict=True):
        _write_side(canvas, item.label, bands, foot, right=right)
    canvas.write(
        f"<b>{wrapped(group, 14)}</b>", x=0.5, y=(depth - _people_height(placed)) / 2 - 4, yanchor="bottom",
        font=dict(size=SMALL_SIZE, color=INK), bgcolor="white",
    )  # fmt: skip
    canvas.x |= {"range": [0, 1], "visible": False}
    canvas.y |= {"range": [depth, 0], "visible": False}
    return Drawing(canvas.figure(), _alt(rows, place, (came, went), group, unit, subject))


def _bands(
    rows: Sequence[Mapping[str, Any]], place: str, column: str, colour: str, unknown: Sequence[str]
) -> list[_Band]:
    return [
        _Band(
            f"{row[place]}:\N{NO-BREAK SPACE}{shown_number(float(row[column]))}",
            float(row[column]),
            GREY if row[place] in unknown else colour,
        )
        for row in rows
        if row[column]
    ]


def _placed(bands: Sequence[_Band], scale: float) -> list[_Band]:
    """Put the bands of a side below each other, each with room for its name above it."""
    placed, top = [], 0.0
    for band in bands:
        top += _lines(band.name) * LINE_HEIGHT + GAP
        height = max(band.people * scale, THINNEST)
        placed.append(_Band(band.name, band.people, band.colour, top, height))
        top += height
    return placed


def _lines(name: str) -> int:
    return wrapped(name, NAME_LENGTH).count("<br>") + 1


def _depth(bands: Sequence[_Band]) -> float:
    return bands[-1].top + bands[-1].height if bands else 0.0


def _people_height(sides: Sequence[Sequence[_Band]]) -> float:
    return max(sum(band.height for band in side) for side in sides)


def _draw_side(canvas: Canvas, bands: Sequence[_Band], depth: float, unit: str, *, right: bool) -> None:
    """Draw the bands between their bar at the edge and the bar in the middle, which they fill from the top."""
    edge, inner = (1 - BAR, 0.5) if right else (BAR, 0.5 - BAR)
    middle = (depth - sum(band.height for band in bands)) / 2
    for band in bands:
        across = [(edge + (inner - edge) * step / STEPS, _eased(step / STEPS)) for step in range(STEPS + 1)]
        upper = [(x, band.top + (middle - band.top) * way) for x, way in across]
        lower = [(x, y + band.height) for x, y in upper]
        outline = [*upper, *reversed(lower)]
        canvas.draw(
            "scatter", x=[x for x, _ in outline], y=[y for _, y in outline], mode="lines", fill="toself",
            fillcolor=PALE[band.colour], line=dict(width=0.5, color=band.colour), hoveron="fills",
            text=f"{wrapped(band.name, 60)} {unit}", hoverinfo="text", name="",
        )  # fmt: skip
        outer = (1 - BAR, 1.0) if right else (0.0, BAR)
        centre = (0.5, 0.5 + BAR) if right else (0.5 - BAR, 0.5)
        for (start, end), top, colour in ((outer, band.top, band.colour), (centre, middle, INK)):
            canvas.draw(
                "scatter", x=[start, end, end, start], y=[top, top, top + band.height, top + band.height],
                mode="lines", fill="toself", fillcolor=colour, line=dict(width=0), hoverinfo="skip",
            )  # fmt: skip
        middle += band.height


def _eased(way: float) -> float:
    """Leave and arrive level: the share of the height covered after a share of the width."""
    return 3 * way**2 - 2 * way**3


def _write_side(canvas: Canvas, label: str, bands: Sequence[_Band], foot: str, *, right: bool) -> None:
    x, anchor = (1.0, "right") if right else (0.0, "left")
    canvas.write(
        f"<b>{wrapped(label, NAME_LENGTH)}</b>", x=x, xanchor=anchor, align=anchor, y=1, yref="paper",
        yanchor="bottom", font=dict(size=TEXT_SIZE, color=DARK_PINK if right else DARK_BLUE),
    )  # fmt: skip
    for band in bands:
        canvas.write(
            wrapped(band.name, NAME_LENGTH), x=x, xanchor=anchor, align=anchor, y=band.top, yanchor="bottom",
            font=dict(size=SMALL_SIZE, color=INK), borderpad=0,
        )  # fmt: skip
    if foot:
        canvas.write(
            foot, x=x, xanchor=anchor, align=anchor, y=_depth(bands) + LINE_HEIGHT / 2, yanchor="top",
            font=dict(size=SMALL_SIZE, color=GREY),
        )  # fmt: skip


def _alt(
    rows: Sequence[Mapping[str, Any]], place: str, sides: tuple[Series, Series], group: str, unit: str, subject: str
) -> str:
    sentences = []
    for item in sides:
        named = sorted((row for row in rows if row[item.column]), key=lambda row: -row[item.column])
        parts = [f"{row[place]} {shown_number(float(row[item.column]))}" for row in named]
        parts += [f"{row[place]} {state_of(row, item.column)}" for row in rows if state_of(row, item.column)]
        sentences.append(f"{item.label}: {list_in_words(parts) if parts else 'nobody'}")
    return f"{subject}, {group}, in {unit}. {'. '.join(sentences)}."
