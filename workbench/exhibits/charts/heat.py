"""Counts of two dimensions at once: a grid of cells, each with its number."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import polars as pl

from workbench.exhibits.cells import shown_cell, shown_number
from workbench.exhibits.charts.drawing import (
    Drawing,
    Series,
    is_withheld,
    nothing_to_draw,
    state_of,
    wrapped,
)
from workbench.exhibits.exhibit import Stamp
from workbench.exhibits.house_style import GREY, INK, SMALL_SIZE, Canvas, escaped

ROW_HEIGHT = 46
#: Height of the names of the columns above the cells and the source below them.
ROOM = 190
#: Each row is one high: its name above, its cells below.
CELLS_FROM, CELLS_TO = 0.44, 0.98
#: From this share of the largest number on, a cell is dark enough that white writing is the easier to read.
WHITE_WRITING_FROM = 0.6
#: From white to dark blue. It leaves out the blues on which neither dark nor white writing reaches 4.5 to 1.
SCALE = (
    (0.0, "#FFFFFF"),
    (0.001, "#E3EAF1"),
    (WHITE_WRITING_FROM - 0.001, "#829CB4"),
    (WHITE_WRITING_FROM, "#517595"),
    (1.0, "#12436D"),
)
#: Longest row name that fits a phone on one line.
NAME_LENGTH = 46
NAMED_ROWS_IN_ALT = 8


def heat_map(
    table: pl.DataFrame,
    *,
    row: str,
    columns: Sequence[Series],
    total: str,
    unit: str,
    subject: str,
    stamp: Stamp,
    after_name: str = "each row's sum",
) -> Drawing:
    """Draw a grid of counts, the number in each cell; the darker the cell, the larger the number.

    The names of the rows stand above their cells rather than beside them, so that a grid of sixteen columns can be
    read on a phone. A withheld cell shows "c", one without data "x", and neither is coloured.

    Args:
        table: released rows, in the order in which they are drawn from the top, without a total row.
        row: column with the names of the rows; longer ones than 46 characters are cut short on the chart.
        columns: the columns of counts, from the left, named upright above the first row.
        total: column with the sum of each row, written after its name.
        unit: what is counted: "findings".
        subject: what the chart is about, for the text alternative.
        after_name: what the number after each name is, where `total` is not the sum of the cells.
    """
    names = [item.column for item in columns]
    if nothing := nothing_to_draw(table, [*names, total], subject, stamp):
        return nothing
    rows = table.to_dicts()
    canvas = Canvas(stamp, height=ROOM)
    canvas.margin["b"] = 40
    largest = max((line[name] for line in rows for name in names if line[name] is not None), default=0) or 1
    _draw_cells(canvas, rows, row, columns, unit, largest)
    _write_numbers(canvas, rows, names, largest)
    for position, line in enumerate(rows):
        sum_of_row = state_of(line, total) or shown_number(float(line[total]))
        canvas.write(
            f"{escaped(_cut(str(line[row])))} · <b>{sum_of_row}</b>", x=0, xref="paper", xanchor="left",
            y=position + CELLS_FROM, yanchor="bottom", font=dict(size=SMALL_SIZE + 1, color=INK),
        )  # fmt: skip
    canvas.height += ROW_HEIGHT * len(rows)
    canvas.y |= {"range": [len(rows), 0], "visible": False}
    canvas.x |= {
        "tickvals": list(range(len(columns))), "ticktext": [escaped(item.label) for item in columns],
        "range": [-0.5, len(columns) - 0.5], "tickangle": -90, "ticks": "", "showline": False,
        "side": "top", "title": {"text": f"{unit}; {after_name} after its name"},
    }  # fmt: skip
    return Drawing(canvas.figure(), _alt(rows, row, columns, total, unit, subject))


def _draw_cells(
    canvas: Canvas, rows: Sequence[dict[str, Any]], row: str, columns: Sequence[Series], unit: str, largest: float
) -> None:
    """Draw the coloured cells: each row's edges are told, and between two rows there is a band without values."""
    blank: list[Any] = [None] * len(columns)
    values: list[list[Any]] = []
    words: list[list[Any]] = []
    edges = [0.0]
    for position, line in enumerate(rows):
        edges += [position + CELLS_FROM, position + CELLS_TO]
        values += [blank, [line[item.column] for item in columns]]
        words += [blank, [_cell_in_words(line, row, item, unit) for item in columns]]
    canvas.draw(
        "heatmap", x=list(range(len(columns))), y=edges, z=values, customdata=words, zmin=0, zmax=largest,
        colorscale=[list(step) for step in SCALE], showscale=False, xgap=2, hoverongaps=False,
        hovertemplate="%{customdata}<extra></extra>",
    )  # fmt: skip


def _write_numbers(canvas: Canvas, rows: Sequence[dict[str, Any]], names: Sequence[str], largest: float) -> None:
    cells = [(line, position, name) for position, line in enumerate(rows) for name in names]
    canvas.draw(
        "scatter", mode="text", hoverinfo="skip", cliponaxis=False,
        x=[index for _ in rows for index in range(len(names))],
        y=[position + (CELLS_FROM + CELLS_TO) / 2 for _, position, _ in cells],
        text=[_mark(line, name) for line, _, name in cells],
        textfont=dict(size=SMALL_SIZE, color=[_ink(line[name], largest) for line, _, name in cells]),
    )  # fmt: skip


def _mark(line: dict[str, Any], name: str) -> str:
    return shown_cell("count", line[name], line.get(f"{name}_status")).strip("[]")


def _ink(value: float | None, largest: float) -> str:
    if not value:
        return GREY
    return "white" if value / largest >= WHITE_WRITING_FROM else INK


def _cell_in_words(line: dict[str, Any], row: str, item: Series, unit: str) -> str:
    value = state_of(line, item.column) or f"{shown_number(float(line[item.column]))} {unit}"
    return f"{wrapped(str(line[row]), 40)}<br>{wrapped(item.label, 40)}: {value}"


def _cut(name: str) -> str:
    return name if len(name) <= NAME_LENGTH else f"{name[: NAME_LENGTH - 1].rstrip()}…"


def _alt(
    rows: Sequence[dict[str, Any]], row: str, columns: Sequence[Series], total: str, unit: str, subject: str
) -> str:
    """Say each row's sum and where it is largest; the table holds every cell, so that words can stay short."""
    ordered = sorted(rows, key=lambda line: -(line[total] or 0))
    sentences = [_row_in_words(line, row, columns, total) for line in ordered[:NAMED_ROWS_IN_ALT]]
    left_out = len(rows) - len(sentences)
    more = f" and {left_out} more rows in the table below" if left_out else ""
    withheld = sum(is_withheld(line, item.column) for line in rows for item in columns)
    hidden = f" {withheld} cells are withheld." if withheld else ""
    return f"{subject}, in {unit}. {'; '.join(sentences)}{more}.{hidden}"


def _row_in_words(line: dict[str, Any], row: str, columns: Sequence[Series], total: str) -> str:
    sum_of_row = state_of(line, total) or shown_number(float(line[total]))
    shown = [item for item in columns if line[item.column]]
    if not shown:
        return f"{line[row]}: {sum_of_row}"
    most = max(shown, key=lambda item: line[item.column])
    return f"{line[row]}: {sum_of_row}, most for {most.label} ({shown_number(float(line[most.column]))})"
