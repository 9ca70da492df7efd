"""Reading a CSV file as text, with the lines that are no rows set apart.

DuckDB reads the file because it says of every broken line where it lies; polars drops or pads such lines silently.
Every cell arrives as text, so that one set of rules (`workbench.extracts.cells`) decides what is a date or a number,
whatever the file format was.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import polars as pl

from workbench.errors import ExtractRefused
from workbench.warehouse.engine import scratch

_QUERIES = Path(__file__).parent / "sql" / "reading"


@dataclass(frozen=True)
class CsvAsText:
    """The cells of the well-formed lines (columns named `c0`, `c1`, ...) and the lines that are broken.

    `broken` has one row per broken line: `byte_position` of its start in the file, `error_type` in DuckDB's words
    and `csv_line`, the line itself. That line is personal data: it is looked at and never kept.
    """

    cells: pl.DataFrame
    broken: pl.DataFrame


def read_csv_as_text(
    path: Path, *, width: int, wanted: Sequence[int], skip_rows: int, delimiter: str, shown_name: str
) -> CsvAsText:
    """Read the wanted columns of a UTF-8 CSV file as text, after its header.

    `skip_rows` counts the header and what stands above it: blank lines too, a quoted cell of several lines once.

    Only the wanted columns leave the reader; the others (names, addresses) are never held. That is safe here, where
    all columns are text: with typed columns DuckDB would check only the selected ones.

    Raises:
        ExtractRefused: the file cannot be followed line by line.
    """
    try:
        with scratch() as engine:
            cells = engine.read_csv(
                path,
                [f"c{position}" for position in wanted],
                header=False,
                auto_detect=False,
                skiprows=skip_rows,
                delimiter=delimiter,
                quotechar='"',
                escapechar='"',
                columns={f"c{position}": "VARCHAR" for position in range(width)},
                store_rejects=True,
                rejects_limit=0,
            )
            broken = engine.frame(_QUERIES / "csv_broken_lines.sql")
    except duckdb.Error:
        # DuckDB's own message quotes the line it stumbled over, so it must not be passed on.
        raise ExtractRefused(
            f"The file {shown_name!r} cannot be followed line by line: a quotation mark is out of place, or a line is "
            "longer than 2 MB. Open it in a text editor, or export it again as CSV."
        ) from None
    return CsvAsText(cells, broken)
