"""What is said of a file that was read: its control totals, its rejects and what was left out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

import polars as pl

from workbench.errors import GrainError


@dataclass(frozen=True)
class ReadReport:
    """The control totals of one extract file, and the rows and cells that were not taken as they stood.

    Every row of the file is in exactly one of `rows_accepted`, `rows_refused`, `rows_dropped` (totals and rows without
    any cell) and `rows_repeated` (further copies of an identical row). `fte` is the sum of contracted FTE and `pay` the
    sum of actual amounts over accepted rows; None where the extract has no such column. `headcount` counts distinct
    persons, None where the extract names none.

    `rejects` has one row per reject: `line` (as a text editor or Excel numbers it; for Parquet the row), `column_name`
    (null when it is the whole row), `rule`, `reason`, `severity` (`row_refused`, `cell_blanked`, `row_dropped`). No
    reject holds the value that was refused.
    """

    file_name: str
    sha256: str
    extract: str
    format: str
    encoding: str
    delimiter: str
    sheet: str
    header_line: int
    rows_in: int
    rows_accepted: int
    rows_refused: int
    rows_dropped: int
    rows_repeated: int
    cells_blanked: int
    headcount: int | None
    fte: Decimal | None
    pay: Decimal | None
    organisations: tuple[str, ...]
    periods: tuple[dt.date, ...]
    date_forms: Mapping[str, tuple[str, ...]]
    absent_columns: tuple[str, ...]
    dropped_columns: tuple[str, ...]
    unknown_headers: tuple[str, ...]
    notices: tuple[str, ...]
    key_fingerprint: str
    rejects: pl.DataFrame

    def __post_init__(self) -> None:
        told = self.rows_accepted + self.rows_refused + self.rows_dropped + self.rows_repeated
        if self.rows_in != told:
            raise GrainError(
                f"The file {self.file_name!r} has {self.rows_in} rows, but {told} are accounted for (accepted "
                f"{self.rows_accepted}, refused {self.rows_refused}, dropped {self.rows_dropped}, repeated "
                f"{self.rows_repeated}). Nothing of it was loaded; please report this as a fault of the workbench."
            )
