"""Excel workbooks: the sheet that fits, with its header below any title rows."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import polars as pl

from workbench.errors import ExtractRefused
from workbench.extracts.source_files import HEAD_ROWS, Head, Selection, TextTable, no_broken_lines

# Numbers that name something: stored as numbers in Excel, they have already lost leading zeros.
_NUMBERED = ("employee_number", "assignment_number", "registration_number", "cost_centre", "occupation_code")


class Workbook:
    """An XLSX file."""

    format = "xlsx"

    def __init__(self, path: Path) -> None:
        self.path = path
        self._sheets: dict[str, list[list[Any]]] = {}

    def heads(self) -> list[Head]:
        """Return the first rows of every sheet."""
        heads = []
        for sheet, rows in self._read_sheets().items():
            start = rows[:HEAD_ROWS]
            texts = tuple(tuple(cell_text(value) for value in row) for row in start)
            heads.append(Head(texts, tuple(range(1, len(start) + 1)), sheet=sheet))
        return heads

    def read(self, selection: Selection, private: Path) -> TextTable:
        """Read the selected columns of the sheet; rows that are wholly empty are no rows."""
        sheet = self._read_sheets()[selection.head.sheet]
        below = list(enumerate(sheet[selection.header_row + 1 :], start=selection.header_line + 1))
        filled = [(line, row) for line, row in below if any(value not in ("", None) for value in row)]
        columns = {
            name: [cell_text(row[place]) if place < len(row) else "" for _, row in filled]
            for name, place in selection.columns.items()
        }
        notices = tuple(
            f"Column `{name}` holds numbers, not text: Excel has dropped leading zeros, if there were any. "
            "Format the column as text before exporting."
            for name, place in selection.columns.items()
            if name.endswith(_NUMBERED) and any(isinstance(row[place], (int, float)) for _, row in filled)
        )
        return TextTable(
            cells=pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String)),
            lines=pl.Series("line", [line for line, _ in filled], dtype=pl.Int64),
            broken=no_broken_lines(),
            notices=notices,
        )

    def _read_sheets(self) -> dict[str, list[list[Any]]]:
        if not self._sheets:
            import python_calamine as calamine

            try:
                with calamine.CalamineWorkbook.from_path(self.path) as book:
                    for name in book.sheet_names:
                        self._sheets[name] = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
            except (calamine.CalamineError, OSError, ValueError):
                raise ExtractRefused(
                    f"The workbook {self.path.name!r} cannot be opened: it is cut short, damaged, has a password or is "
                    "no Excel workbook. Open it in Excel and save it again as .xlsx, or fetch it again."
                ) from None
            if not self._sheets:
                raise ExtractRefused(f"The workbook {self.path.name!r} has no sheets with cells. Export it again.")
        return self._sheets


def cell_text(value: Any) -> str:
    """Write a cell of a workbook as the text that it would be in a CSV file.

    Real dates become ISO dates; a whole number loses the `.0` that Excel stores with it.
    """
    match value:
        case None:
            return ""
        case str():
            return value
        case bool():
            return "Yes" if value else "No"
        case float() if value.is_integer() and abs(value) < 1e15:
            return str(int(value))
        case dt.datetime() if value.time() == dt.time():
            return value.date().isoformat()
        case dt.datetime():
            return value.isoformat(sep=" ", timespec="seconds")
        case dt.date():
            return value.isoformat()
        case _:
            return str(value)
