"""Parquet files, such as those of an ESR data warehouse."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from workbench.errors import ExtractRefused
from workbench.extracts.source_files import Head, Selection, TextTable, no_broken_lines


class ParquetFile:
    """A Parquet file; its lines are counted from the first row, as there is no header line."""

    format = "parquet"

    def __init__(self, path: Path) -> None:
        self.path = path

    def heads(self) -> list[Head]:
        """Return the column names as the only row."""
        try:
            names = tuple(pl.read_parquet_schema(self.path))
        except (pl.exceptions.PolarsError, OSError):
            raise self._damaged() from None
        return [Head((names,), (0,))]

    def read(self, selection: Selection, private: Path) -> TextTable:
        """Read the selected columns and write every value as the text that it would be in a CSV file."""
        headers = selection.head.rows[selection.header_row]
        names = {name: headers[place] for name, place in selection.columns.items()}
        try:
            frame = pl.read_parquet(self.path, columns=sorted(set(names.values())))
        except (pl.exceptions.PolarsError, OSError):
            raise self._damaged() from None
        cells = pl.DataFrame({name: self._text(frame[header]) for name, header in names.items()})
        return TextTable(
            cells=cells, lines=pl.int_range(1, frame.height + 1, eager=True, dtype=pl.Int64), broken=no_broken_lines()
        )

    def _text(self, values: pl.Series) -> pl.Series:
        if values.dtype.is_float():
            whole = values.cast(pl.Int64, strict=False)
            if (whole.cast(values.dtype) == values).fill_null(value=True).all():
                return whole.cast(pl.String)
        if values.dtype.is_nested() or values.dtype in (pl.Binary, pl.Object):
            raise ExtractRefused(
                f"The column {values.name!r} of {self.path.name!r} holds {values.dtype}, which is no text, number or "
                "date. Write the file again with plain columns."
            )
        return values.cast(pl.String)

    def _damaged(self) -> ExtractRefused:
        return ExtractRefused(
            f"The file {self.path.name!r} is a Parquet file that is cut short or damaged. Fetch it again."
        )
