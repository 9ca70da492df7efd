"""What a cell says: dates, numbers and yes/no words as people and systems in the NHS write them.

One set of rules for every file format. A cell that cannot be read is told apart from a blank one, and what is said
of it is the rule that it breaks, never what stands in it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import polars as pl

from workbench.extracts.contracts import Column

DECIMAL = pl.Decimal(18, 5)  # published absence counts FTE days to five decimals

_BLANKS = " \t\r\n\u00a0\u200b\ufeff"
# Each with the strptime form. Two-digit years are not read: 01/02/24 may be 1924 or, in some exports, 2001.
_DATE_FORMS = {"yyyy-mm-dd": "%Y-%m-%d", "dd/mm/yyyy": "%d/%m/%Y", "dd-Mon-yyyy": "%d-%b-%Y"}
_TIME_OF_DAY = r"[ T]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?Z?$"
_NUMBER = r"^[+-]?(?:\d+(?:\.\d*)?|\.\d+)$"
_WITH_COMMAS = r"^[+-]?\d{1,3}(?:,\d{3})+(?:\.\d*)?$"
_IN_BRACKETS = r"^\(([^()+-]+)\)$"
_YES_NO = {"y": True, "yes": True, "true": True, "1": True, "n": False, "no": False, "false": False, "0": False}

REASONS: Mapping[str, tuple[str, str]] = {
    "d": ("not_a_date", "is not a date. Dates are written yyyy-mm-dd, dd/mm/yyyy or dd-Mon-yyyy."),
    "n": ("not_a_number", "is not a number."),
    "i": ("not_a_whole_number", "is not a whole number."),
    "b": ("not_yes_no", "is not yes or no. Allowed: Y, N, Yes, No, True, False, 1, 0."),
}


@dataclass(frozen=True)
class ReadColumn:
    """A column with its proper type; cells that could not be read are null here and marked in `unreadable`.

    `unreadable` is None where every filled cell could be read. `forms` names the date forms met.
    """

    values: pl.Series
    unreadable: pl.Series | None
    forms: tuple[str, ...] = ()


def without_blanks(cells: pl.DataFrame, *, only_spaces: bool = False) -> pl.DataFrame:
    """Take the space around every cell away; a cell with nothing else is blank (null).

    `only_spaces` says that no other blanks occur; then only the columns that have any are gone through.
    """
    spaced = cells.columns
    if only_spaces:
        edges = cells.select((pl.all().str.starts_with(" ") | pl.all().str.ends_with(" ")).any())
        spaced = [edge.name for edge in edges if edge.item()]
    trimmed = cells.with_columns(pl.col(spaced).str.strip_chars(_BLANKS)) if spaced else cells
    emptied = [cell.name for cell in trimmed.select((pl.all() == "").any()) if cell.item()]
    return trimmed.with_columns(pl.when(pl.col(emptied) != "").then(pl.col(emptied))) if emptied else trimmed


def read_column(cells: pl.Series, column: Column) -> ReadColumn:
    """Read a column of trimmed text as what the contract says it is."""
    forms: tuple[str, ...] = ()
    if column.type == "d":
        values, forms = _dates(cells)
    else:
        values = _READERS.get(column.type, _text)(cells)
    if values.null_count() == cells.null_count():
        return ReadColumn(values, None, forms)
    return ReadColumn(values, cells.is_not_null() & values.is_null(), forms)


def empty_column(column: Column, height: int) -> pl.Series:
    """Return the column of an optional field that the file does not carry."""
    return pl.Series(column.name, [None] * height, dtype=_TYPES[column.type])


def _dates(cells: pl.Series) -> tuple[pl.Series, tuple[str, ...]]:
    found = pl.Series(cells.name, [None], dtype=pl.Date).new_from_index(0, len(cells))
    forms: list[str] = []
    left = cells
    for with_time in (False, True):
        for form, pattern in _DATE_FORMS.items():
            if left.null_count() == len(left):
                return found, tuple(forms)
            text = left.str.replace(_TIME_OF_DAY, "") if with_time else left
            days = text.str.to_date(pattern, strict=False, cache=False)
            # A four-digit year is asked for: %Y alone would take 01/02/24 for the year 24.
            earliest = days.min()
            if isinstance(earliest, dt.date) and earliest.year < 1000:
                days = days.set(days.dt.year() < 1000, None)
            if days.null_count() == cells.null_count():
                return days, (form,)
            if days.null_count() < len(days):
                forms += [form] if form not in forms else []
                found = days if found.null_count() == len(found) else found.zip_with(found.is_not_null(), days)
                left = left.set(days.is_not_null(), None)
    return found, tuple(forms)


def _numbers(cells: pl.Series) -> pl.Series:
    plain = cells.str.contains(_NUMBER)
    if not plain.all():
        # Ledgers write thousands with commas, pounds with a sign and negative amounts in brackets.
        bare = cells.str.replace(r"^\s*(-?)\s*£\s*", "$1").str.replace(_IN_BRACKETS, "-$1").str.replace("-£", "-")
        bare = bare.zip_with(~bare.str.contains(_WITH_COMMAS).fill_null(value=False), bare.str.replace_all(",", ""))
        cells = bare.set(~bare.str.contains(_NUMBER), None)
    return cells.cast(DECIMAL, strict=False)


def _whole_numbers(cells: pl.Series) -> pl.Series:
    numbers = _numbers(cells)
    whole = numbers.cast(pl.Int64, strict=False)
    return whole.set(whole.cast(DECIMAL) != numbers, None)


def _yes_no(cells: pl.Series) -> pl.Series:
    return cells.str.to_lowercase().replace_strict(_YES_NO, default=None, return_dtype=pl.Boolean)


def _text(cells: pl.Series) -> pl.Series:
    return cells


_READERS: Mapping[str, Callable[[pl.Series], pl.Series]] = {"n": _numbers, "i": _whole_numbers, "b": _yes_no}
_TYPES: Mapping[str, pl.DataType | type[pl.DataType]] = {
    "d": pl.Date,
    "n": DECIMAL,
    "i": pl.Int64,
    "b": pl.Boolean,
    "t": pl.String,
    "c": pl.String,
}
