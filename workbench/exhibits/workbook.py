"""Tables as an Excel workbook that people can filter, print and send: one sheet per table, nothing that computes.

Every sheet has filters, headings that stay in view and widths that can be read. Texts stand there as texts, never as
formulas, and no text that begins like a command reaches a spreadsheet as one. The file can be read by its owner alone,
and is either whole or not there.
"""

from __future__ import annotations

import datetime as dt
import io
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from workbench.errors import WorkbenchError

#: Line of the headings on every sheet, counted from 1: two lines above say what the sheet is.
HEADING_LINE = 3
#: Texts that begin like this are commands to a spreadsheet.
_COMMANDS = ("=", "+", "-", "@", "\t", "\r", "\n")
_LONGEST_CELL = 32_000
_LONGEST_SHEET_NAME = 31


@dataclass(frozen=True)
class Heading:
    """One column of a sheet: what it holds, how it is headed, how wide it is in characters, which answers it takes."""

    name: str
    label: str
    width: int
    answers: tuple[str, ...] = ()


@dataclass(frozen=True)
class Sheet:
    """One sheet: what it is, a note beneath, its columns and its rows.

    With `is_contents` the first column names other sheets and leads to them.
    """

    name: str
    title: str
    note: str
    headings: tuple[Heading, ...]
    rows: Sequence[Mapping[str, Any]]
    is_contents: bool = False


def write_sheets(out: Path, sheets: Iterable[Sheet], *, title: str, made_at: dt.datetime) -> None:
    """Write sheets to a workbook, in one step.

    Dates and numbers stay what they are; yes and no are written in words; what is not known stays blank.

    Args:
        out: where the workbook goes.
        sheets: in the order in which they stand; their names are ones that `sheet_name` returned, or short words.
        title: what the workbook calls itself in its properties.
        made_at: the time in its properties, so that one snapshot writes one and the same file.

    Raises:
        WorkbenchError: the file cannot be written.
    """
    import xlsxwriter

    buffer = io.BytesIO()
    safe = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(buffer, safe)
    book.set_properties({"title": title, "created": made_at})
    formats = _Formats(book)
    for sheet in sheets:
        _fill(book.add_worksheet(sheet.name), sheet, formats)
    book.close()
    _write_whole(out, buffer.getvalue())


def sheet_name(wanted: str, taken: set[str]) -> str:
    """Return a name that a sheet may have, different from those taken whatever their case, and add it to them."""
    cleaned = " ".join(re.sub(r"[\[\]:*?/\\]", " ", wanted).split()).strip("' ")[:_LONGEST_SHEET_NAME].strip("' ")
    name = cleaned = cleaned or "Sheet"
    number = 1
    # Excel keeps the name History for itself.
    while name.casefold() in taken | {"history"}:
        number += 1
        ending = f" {number}"
        name = cleaned[: _LONGEST_SHEET_NAME - len(ending)] + ending
    taken.add(name.casefold())
    return name


def plain_text(text: str) -> str:
    """Return a text that no spreadsheet takes for a command, not even after it was saved as CSV and opened again."""
    text = text if len(text) <= _LONGEST_CELL else f"{text[:_LONGEST_CELL]} ..."
    return f"'{text}" if text.startswith(_COMMANDS) else text


class _Formats:
    def __init__(self, book: Any) -> None:
        wrapped = {"text_wrap": True, "valign": "top"}
        # Text is marked as text, so that it stays one when a person edits the cell.
        self.text = book.add_format({**wrapped, "num_format": "@", "quote_prefix": True})
        self.date = book.add_format({**wrapped, "num_format": "dd mmm yyyy", "align": "left"})
        self.count = book.add_format({**wrapped, "num_format": "#,##0"})
        self.number = book.add_format({**wrapped, "num_format": "#,##0.00"})
        self.link = book.add_format({**wrapped, "font_color": "#005eb8", "underline": 1})
        self.head = book.add_format({**wrapped, "bold": True, "bg_color": "#e8edee", "bottom": 1})
        self.title = book.add_format({"bold": True, "font_size": 13})
        self.note = book.add_format({"italic": True})


def _fill(page: Any, sheet: Sheet, formats: _Formats) -> None:
    page.write_string(0, 0, plain_text(sheet.title), formats.title)
    page.write_string(1, 0, plain_text(sheet.note), formats.note)
    for place, heading in enumerate(sheet.headings):
        page.set_column(place, place, heading.width)
        page.write_string(HEADING_LINE - 1, place, heading.label, formats.head)
    for line, row in enumerate(sheet.rows, start=HEADING_LINE):
        for place, heading in enumerate(sheet.headings):
            _write(page, line, place, row.get(heading.name), formats)
        if sheet.is_contents:
            name = str(row[sheet.headings[0].name])
            page.write_url(line, 0, "internal:'{}'!A1".format(name.replace("'", "''")), formats.link, name)
    last = max(HEADING_LINE, HEADING_LINE + len(sheet.rows) - 1)
    page.autofilter(HEADING_LINE - 1, 0, last, len(sheet.headings) - 1)
    for place, heading in enumerate(sheet.headings):
        if heading.answers and sheet.rows:
            allowed = {"validate": "list", "source": list(heading.answers)}
            page.data_validation(HEADING_LINE, place, last, place, allowed)
    page.freeze_panes(HEADING_LINE, 1)
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    page.repeat_rows(HEADING_LINE - 1)


def _write(page: Any, line: int, place: int, value: Any, formats: _Formats) -> None:
    if isinstance(value, bool):
        page.write_string(line, place, "yes" if value else "no", formats.text)
    elif isinstance(value, dt.date):
        page.write_datetime(line, place, dt.datetime(value.year, value.month, value.day), formats.date)
    elif isinstance(value, int):
        page.write_number(line, place, value, formats.count)
    elif isinstance(value, float | Decimal):
        page.write_number(line, place, float(value), formats.number)
    elif value:
        page.write_string(line, place, plain_text(str(value)), formats.text)
    else:
        page.write_blank(line, place, None, formats.text)


def _write_whole(out: Path, content: bytes) -> None:
    new = out.with_name(f".{out.name}.{os.getpid()}.new")
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0), 0o600)
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(content)
        new.replace(out)
    except OSError as problem:
        new.unlink(missing_ok=True)
        raise WorkbenchError(
            f"The workbook {str(out)!r} cannot be written ({type(problem).__name__}). Close it if it is open in "
            "Excel, or choose another place."
        ) from None
