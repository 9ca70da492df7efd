"""The control tables of a snapshot: which files it was made from, what was not accepted, what came again."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from workbench.warehouse import standing
from workbench.warehouse.parts import REJECT_SCHEMA, Part, PartLibrary

_TOTAL = pl.Decimal(38, 5)

LOAD_FILE_SCHEMA = {
    "file_id": pl.Int64(),
    "file_name": pl.String(),
    "sha256": pl.String(),
    "extract": pl.String(),
    "format": pl.String(),
    "encoding": pl.String(),
    "loaded_at": pl.Datetime("us"),
    "rows_in": pl.Int64(),
    "rows_accepted": pl.Int64(),
    "rows_rejected": pl.Int64(),
    "rows_dropped": pl.Int64(),
    "rows_repeated": pl.Int64(),
    "cells_blanked": pl.Int64(),
    "headcount": pl.Int64(),
    "fte": _TOTAL,
    "pay": _TOTAL,
    "organisations": pl.List(pl.String()),
    "periods": pl.List(pl.Date()),
    "is_live": pl.Boolean(),
    "dropped_columns": pl.List(pl.String()),
    "unknown_headers": pl.List(pl.String()),
}

_REJECT_COLUMNS = {"file_id": pl.Int64(), "file_name": pl.String(), "extract": pl.String(), **REJECT_SCHEMA}

_RESTATEMENT_SCHEMA = {
    "extract": pl.String(),
    "organisation_code": pl.String(),
    "period": pl.Date(),
    "earlier_file_id": pl.Int64(),
    "later_file_id": pl.Int64(),
}


def load_files(parts: Sequence[Part]) -> pl.DataFrame:
    """List every accepted file with its control totals; `is_live` says whether any of it still stands."""
    numbers = standing.file_ids(parts)
    units = standing.standing_units(parts)
    rows = [
        {
            **{name: getattr(part, name) for name in LOAD_FILE_SCHEMA if hasattr(part, name)},
            "file_id": numbers[part.sha256],
            "is_live": standing.is_live(part, units),
            "organisations": list(part.organisations),
            "periods": list(part.periods),
            "dropped_columns": list(part.dropped_columns),
            "unknown_headers": list(part.unknown_headers),
        }
        for part in parts
    ]
    return pl.DataFrame(rows, schema=LOAD_FILE_SCHEMA).sort("file_id")


def rejects(parts: Sequence[Part], library: PartLibrary) -> pl.DataFrame:
    """List every row and cell of the accepted files that was not taken in, in file and line order."""
    numbers = standing.file_ids(parts)
    frames = [pl.DataFrame(schema=_REJECT_COLUMNS)]
    for part in parts:
        file = {"file_id": pl.lit(numbers[part.sha256], pl.Int64), "file_name": pl.lit(part.file_name)}
        found = library.rejects(part).with_columns(**file, extract=pl.lit(part.extract))
        frames.append(found.select(*_REJECT_COLUMNS))
    return pl.concat(frames).sort("file_id", "line", "column_name", "rule", nulls_last=True, maintain_order=True)


def restatements(parts: Sequence[Part]) -> pl.DataFrame:
    """List each month (or list) that came again, with the file that stood and the one that replaced it."""
    numbers = standing.file_ids(parts)
    rows = [
        (r.extract, r.organisation_code, r.period, numbers[r.earlier.sha256], numbers[r.later.sha256])
        for r in standing.restatements(parts)
    ]
    return pl.DataFrame(rows, schema=_RESTATEMENT_SCHEMA, orient="row")
