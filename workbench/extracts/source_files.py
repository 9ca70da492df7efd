"""Opening an extract file, whatever its format: what its first rows say, and all its cells as text.

Every format ends in the same form, a `TextTable`, so that one set of rules decides what is a date, a number or a
total row.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import polars as pl

from workbench.errors import ExtractRefused

HEAD_ROWS = 40  # title rows above the header; a report with more of them than this is not an extract


@dataclass(frozen=True)
class Head:
    """The first rows of a sheet, or of a CSV file read with one delimiter.

    `last_lines` holds, for each row, the line of the file on which it ends (a quoted header may span lines).
    """

    rows: tuple[tuple[str, ...], ...]
    last_lines: tuple[int, ...]
    sheet: str = ""
    delimiter: str = ""


@dataclass(frozen=True)
class Selection:
    """Where the rows of an extract lie in a file: below which row, and which position each column has."""

    head: Head
    header_row: int
    columns: Mapping[str, int]

    @property
    def width(self) -> int:
        """Number of cells that a row must have."""
        return len(self.head.rows[self.header_row])

    @property
    def header_line(self) -> int:
        """Line of the file that the header ends on."""
        return self.head.last_lines[self.header_row]


@dataclass(frozen=True)
class TextTable:
    """All rows of an extract file as text, with the line of the file that each begins on.

    Columns of `cells` are the contract's names; a blank cell is null. `broken` has one row per line that could not be
    taken apart into cells: `line`, `rule`, `reason`, `severity`. `only_spaces` says that no blank but the plain space
    can stand around a cell, which makes taking them away cheaper.
    """

    cells: pl.DataFrame
    lines: pl.Series
    broken: pl.DataFrame
    encoding: str = ""
    notices: tuple[str, ...] = ()
    only_spaces: bool = False


class SourceFile(Protocol):
    """A file that may be an extract."""

    path: Path
    format: str

    def heads(self) -> list[Head]:
        """Return the first rows, once for each sheet or possible delimiter."""
        ...

    def read(self, selection: Selection, private: Path) -> TextTable:
        """Read the selected columns; `private` is a folder only the user may read, deleted afterwards."""
        ...


BROKEN_SCHEMA = {"line": pl.Int64, "rule": pl.String, "reason": pl.String, "severity": pl.String}


def no_broken_lines() -> pl.DataFrame:
    """Return the empty list of broken lines."""
    return pl.DataFrame(schema=BROKEN_SCHEMA)


def open_source(path: Path) -> SourceFile:
    """Open a file by what it is, not by what it is called.

    Raises:
        ExtractRefused: the file is missing, empty, or of a format that is not read.
    """
    from workbench.extracts.csv_files import CsvFile
    from workbench.extracts.parquet_files import ParquetFile
    from workbench.extracts.workbooks import Workbook

    if not path.is_file():
        raise ExtractRefused(f"There is no file {str(path)!r}. Check the path given to `workbench load`.")
    with path.open("rb") as stream:
        start = stream.read(8)
    if not start:
        raise ExtractRefused(f"The file {path.name!r} is empty (0 bytes). Export it again, or fetch the whole file.")
    if start.startswith(b"PK"):
        return Workbook(path)
    if start.startswith(b"PAR1"):
        return ParquetFile(path)
    if start.startswith(b"\x1f\x8b"):
        return CsvFile(path, packed=True)
    if start.startswith(b"\xd0\xcf\x11\xe0"):
        raise ExtractRefused(
            f"The file {path.name!r} is an old Excel workbook (.xls) or one with a password. Open it in Excel and save "
            "it as .xlsx without a password, or as CSV."
        )
    if path.suffix.lower() in (".xlsx", ".xlsm", ".parquet", ".gz"):
        raise ExtractRefused(
            f"The file {path.name!r} is not what its name says ({path.suffix}): its first bytes are those of another "
            "kind of file. It may have been cut short or damaged; fetch or export it again."
        )
    return CsvFile(path)
