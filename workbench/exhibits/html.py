"""An exhibit as HTML that a screen reader, a keyboard and a printer can use.

Every text is escaped: names in extracts are typed by people and may hold anything.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

from workbench.exhibits.cells import EXPLANATIONS, NO_DATA, NOT_APPLICABLE, WITHHELD
from workbench.exhibits.definitions import definitions_html
from workbench.exhibits.exhibit import Column, Exhibit
from workbench.exhibits.icons import ICONS

STYLESHEET = Path(__file__).parent / "exhibit.css"


@cache
def stylesheet() -> str:
    """Return the style sheet that the HTML of exhibits and pages is written for."""
    return STYLESHEET.read_text(encoding="utf-8")


def exhibit_html(exhibit: Exhibit, *, heading_level: int = 2, include_chart: bool = True) -> str:
    """Return the whole exhibit as one section; the page around it brings the style sheet and plotly.js."""
    chart = chart_html(exhibit) if include_chart else ""
    head = head_html(exhibit, heading_level=heading_level)
    body = body_html(exhibit, with_caption=not chart)
    name = escape(element_id(exhibit))
    return f'<section class="wb-exhibit" id="{name}" aria-labelledby="{name}-title">{head}{chart}{body}</section>'


def element_id(exhibit: Exhibit) -> str:
    """Return the id of the exhibit's element: the same each time, and its own for each organisation."""
    text = f"{exhibit.id}-{exhibit.stamp.organisation_code}"
    return "exhibit-" + "".join(character if character.isalnum() else "-" for character in text)


def head_html(exhibit: Exhibit, *, heading_level: int = 2) -> str:
    """Return the finding as a heading, with the question it answers."""
    return (
        f'<h{heading_level} id="{escape(element_id(exhibit))}-title">{escape(exhibit.title)}</h{heading_level}>'
        f'<p class="wb-question">{escape(exhibit.question)}</p>'
    )


def chart_html(exhibit: Exhibit) -> str:
    """Return the chart with its text alternative and caption; empty where the exhibit has no chart."""
    if exhibit.figure is None:
        return ""
    from workbench.exhibits.house_style import CONFIG

    drawing = exhibit.figure.to_html(
        full_html=False, include_plotlyjs=False, div_id=f"{element_id(exhibit)}-chart", config=CONFIG
    )
    return (
        f'<figure><div role="img" aria-label="{escape(exhibit.alt)}">{drawing}</div>'
        f"<figcaption>{escape(exhibit.caption)}</figcaption></figure>"
    )


def body_html(exhibit: Exhibit, *, with_caption: bool = True) -> str:
    """Return what stands below the chart: table, notes, definitions and stamp."""
    notes = "".join(f"<li>{escape(note)}</li>" for note in exhibit.notes)
    definitions = (
        f"<details><summary>How this was counted</summary>{definitions_html(exhibit.measures)}</details>"
        if exhibit.measures
        else ""
    )
    return (
        (f"<p>{escape(exhibit.caption)}</p>" if with_caption and exhibit.caption else "")
        + table_html(exhibit)
        + (f'<ul class="wb-notes">{notes}</ul>' if notes else "")
        + definitions
        + f'<p class="wb-stamp">{escape(exhibit.stamp.line)}</p>'
    )


def table_html(exhibit: Exhibit) -> str:
    """Return the table with caption, headed rows and columns, and an explanation of each mark used in it."""
    if not exhibit.columns:
        return ""
    head = "".join(_heading(column) for column in exhibit.columns)
    rows = exhibit.shown_rows()
    values = exhibit.table.iter_rows(named=True)
    body = "".join(_row(exhibit.columns, row, of) for row, of in zip(rows, values, strict=True))
    marks = [mark for mark in (WITHHELD, NO_DATA, NOT_APPLICABLE) if any(mark in row for row in rows)]
    legend = "; ".join(f"{mark} {EXPLANATIONS[mark]}" for mark in marks)
    caption = escape(f"Table: {exhibit.question}")
    return (
        f'<div class="wb-scroll" role="region" tabindex="0" aria-label="{caption}"><table class="wb-table">'
        f"<caption>{caption}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
        + (f'<p class="wb-legend">{escape(legend)}.</p>' if legend else "")
    )


def _heading(column: Column) -> str:
    unit = f'<span class="wb-unit">{escape(column.unit)}</span>' if column.unit else ""
    return f'<th scope="col"{_number(column)}>{escape(column.label)}{unit}</th>'


def _row(columns: tuple[Column, ...], cells: list[str], values: Mapping[str, Any]) -> str:
    first, *others = zip(columns, cells, strict=True)
    total = ' class="wb-total"' if first[1] == "Total" else ""
    data = "".join(f"<td{_number(column)}>{_cell(column, cell, values)}</td>" for column, cell in others)
    return f'<tr{total}><th scope="row"{_number(first[0])}>{escape(first[1])}</th>{data}</tr>'


def _cell(column: Column, shown: str, values: Mapping[str, Any]) -> str:
    """Return what stands in a cell: its text, or an icon with its words where there is one."""
    icon = ICONS.get(str(values[column.name])) if column.kind == "icon" else None
    return icon.html() if icon and shown == icon.words else escape(shown)


def _number(column: Column) -> str:
    return ' class="wb-number"' if column.is_number else ""
