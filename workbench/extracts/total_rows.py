"""Total rows, which reports put below the rows they add up: dropped with a record, never counted as staff."""

from __future__ import annotations

import re

import polars as pl

TOTAL_ROW = ("total_row", "The row is a total of other rows and was left out.", "row_dropped")

_WORDS = r"(?:(?:grand|sub|overall|report|overall grand)[ -]?)?totals?:?"
_CELL = rf"(?i)^\s*{_WORDS}\s*$"
_LINE = re.compile(rf"^[\s,;|\"]*{_WORDS}\s*\"?\s*(?:[,;|\t]|$)", re.IGNORECASE)


def is_total(line: str) -> bool:
    """Say whether the first filled cell of a line of text reads `Total`, `Grand Total` or the like."""
    return bool(_LINE.match(line))


def total_cells(cells: pl.DataFrame) -> pl.Series:
    """Mark the rows of which any cell reads `Total`, `Grand Total` or the like."""
    marks = cells.select(pl.any_horizontal(pl.all().str.contains(_CELL).fill_null(value=False)).alias("total"))
    return marks["total"]
