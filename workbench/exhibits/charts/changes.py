"""What would come into a group and go out of it, by category: decided apart from undecided."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import polars as pl

from workbench.exhibits.cells import shown_number
from workbench.exhibits.charts.drawing import (
    Drawing,
    Series,
    category_axis,
    legend_above,
    nothing_to_draw,
    state_of,
    wrapped,
)
from workbench.exhibits.exhibit import Stamp
from workbench.exhibits.house_style import DARK_BLUE, DARK_PINK, GREY, INK, SMALL_SIZE, TEXT_SIZE, Canvas, words_instead

ROW_HEIGHT = 36
_LOOKS: tuple[dict[str, Any], ...] = (
    {"color": DARK_BLUE},
    {"color": "white", "line": {"color": DARK_BLUE, "width": 1.5}},
)
_LOSSES: tuple[dict[str, Any], ...] = (
    {"color": DARK_PINK},
    {"color": "white", "line": {"color": DARK_PINK, "width": 1.5}},
)


def change_bars(
    table: pl.DataFrame,
    *,
    category: str,
    gains: tuple[Series, Series],
    losses: tuple[Series, Series],
    before: str,
    after: str,
    unit: str,
    subject: str,
    stamp: Stamp,
    decimals: int = 0,
) -> Drawing:
    """Draw what comes in to the right of a line and what goes out to its left, with before and after in words.

    What is decided is a filled bar, what is not yet decided an outlined and striped one beyond it; before and after
    count only what is decided.

    Args:
        table: released rows, one per category, in the order in which they are drawn from the top.
        category: column with the name of the category.
        gains: the columns that come in: decided, undecided. All are counted upwards.
        losses: the columns that go out, in the same way.
        before: column with the number before.
        after: column with the number after what is decided.
        unit: what is counted, for the axis.
        subject: what the chart is about, for the text alternative.
        stamp: where the numbers come from.
        decimals: decimal places of the numbers.
    """
    columns = [item.column for item in (*gains, *losses)]
    if table.is_empty():
        words = f"{subject}: nothing would move."
        return Drawing(words_instead(words, stamp), words)
    if nothing := nothing_to_draw(table, columns, subject, stamp):
        return nothing
    rows = table.to_dicts()
    positions = list(range(len(rows)))
    canvas = Canvas(stamp, height=130)
    for both, sign, looks in ((gains, 1, _LOOKS), (losses, -1, _LOSSES)):
        for place, item in enumerate(both):
            values = [row[item.column] for row in rows]
            if not any(values):
                continue
            canvas.draw(
                "bar", y=positions, x=[sign * value if value else None for value in values],
                orientation="h", width=0.56, name=wrapped(item.label, 40),
                marker=_marker(looks[place], striped=bool(place)),
                text=[None if value is None else shown_number(value, decimals) for value in values],
                textposition="none", hovertemplate=f"%{{text}} {unit}<extra>{wrapped(item.label, 40)}</extra>",
            )  # fmt: skip
    ends = [sum(row[item.column] or 0.0 for item in gains) for row in rows]
    for position, row in enumerate(rows):
        canvas.write(
            _before_and_after(row, before, after, columns, decimals), x=ends[position], y=position, xanchor="left",
            xshift=6, font=dict(size=TEXT_SIZE, color=INK),
        )  # fmt: skip
    category_axis(canvas, [str(row[category]) for row in rows], row_height=ROW_HEIGHT)
    starts = [sum(row[item.column] or 0.0 for item in losses) for row in rows]
    furthest = max(*ends, *starts, 1.0)
    # Room on the right for the words that stand at the end of the longest bar.
    canvas.x |= {
        "title": {"text": f"{unit}, out to the left and in to the right"}, "showgrid": True, "zeroline": True,
        "zerolinecolor": INK, "zerolinewidth": 1.5, "nticks": 7, "range": [-max(starts) * 1.08, furthest * 1.35],
    }  # fmt: skip
    canvas.set(barmode="relative")
    legend_above(canvas)
    canvas.margin["r"] = 24
    return Drawing(canvas.figure(), _alt(rows, category, (gains, losses), before, after, unit, subject, decimals))


def _marker(look: dict[str, Any], *, striped: bool) -> dict[str, Any]:
    if not striped:
        return look
    colour = look["line"]["color"]
    return {**look, "pattern": {"shape": "/", "fgcolor": colour, "bgcolor": "white", "size": 6, "solidity": 0.2}}


def _before_and_after(row: dict[str, Any], before: str, after: str, columns: Sequence[str], decimals: int) -> str:
    first, last = (state_of(row, column) or shown_number(float(row[column]), decimals) for column in (before, after))
    hidden = {state_of(row, column) for column in columns} - {""}
    words = first if first == last else f"{first} → {last}"
    return words + (f" <span style='color:{GREY};font-size:{SMALL_SIZE}px'>(moves withheld)</span>" if hidden else "")


def _alt(
    rows: Sequence[dict[str, Any]],
    category: str,
    moves: tuple[tuple[Series, Series], tuple[Series, Series]],
    before: str,
    after: str,
    unit: str,
    subject: str,
    decimals: int,
) -> str:
    sentences = []
    for row in rows:
        said = [
            f"{item.label.lower()} {state_of(row, item.column) or shown_number(float(row[item.column]), decimals)}"
            for both in moves
            for item in both
            if row[item.column] or row[item.column] is None
        ]
        first, last = (
            state_of(row, column) or shown_number(float(row[column]), decimals) for column in (before, after)
        )
        made_of = f" ({', '.join(said)})" if said else ""
        sentences.append(f"{row[category]}: {first} before, {last} after{made_of}")
    return f"{subject}, in {unit}. {'; '.join(sentences)}."
