"""The accepted extracts: one immutable part per file, kept as long as the warehouse is.

A part is the Parquet file that reading made of one extract file, and a record of how that reading went. Snapshots
come and go; every one of them can be built again from the parts.
"""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import asdict, dataclass, fields
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from workbench.errors import SnapshotError
from workbench.warehouse import files

if TYPE_CHECKING:
    from workbench.extracts import Contract, ReadReport

REJECT_SCHEMA = {
    "line": pl.Int64(),
    "column_name": pl.String(),
    "rule": pl.String(),
    "reason": pl.String(),
    "severity": pl.String(),
}

Unit = tuple[str, dt.date | None]
"""What a later file can replace: an organisation with a month, or (with no month) an organisation's whole list."""


@dataclass(frozen=True)
class Part:
    """One file as it was accepted: what it was, when it came, and what its reading counted."""

    extract: str
    sha256: str
    file_name: str
    format: str
    encoding: str
    loaded_at: dt.datetime
    sequence: int
    rows_in: int
    rows_accepted: int
    rows_rejected: int
    rows_dropped: int
    rows_repeated: int
    cells_blanked: int
    headcount: int | None
    fte: Decimal | None
    pay: Decimal | None
    organisations: tuple[str, ...]
    periods: tuple[dt.date, ...]
    units: tuple[Unit, ...]
    dropped_columns: tuple[str, ...]
    unknown_headers: tuple[str, ...]
    notices: tuple[str, ...]
    key_fingerprint: str

    def as_json(self) -> dict[str, Any]:
        """Write the record in JSON's own types."""
        record = asdict(self)
        for name, value in record.items():
            if isinstance(value, dt.datetime | Decimal):
                record[name] = str(value)
        record["periods"] = [str(period) for period in self.periods]
        record["units"] = [[organisation, str(period) if period else None] for organisation, period in self.units]
        return record

    @classmethod
    def from_json(cls, record: dict[str, Any]) -> Part:
        """Read a record as `as_json` wrote it."""
        values = {field.name: record[field.name] for field in fields(cls)}
        for name in ("fte", "pay"):
            values[name] = None if values[name] is None else Decimal(values[name])
        for name in ("organisations", "dropped_columns", "unknown_headers", "notices"):
            values[name] = tuple(values[name])
        values["loaded_at"] = dt.datetime.fromisoformat(values["loaded_at"])
        values["periods"] = tuple(dt.date.fromisoformat(period) for period in values["periods"])
        values["units"] = tuple(
            (organisation, dt.date.fromisoformat(period) if period else None)
            for organisation, period in values["units"]
        )
        return cls(**values)


_FROM_REPORT = (
    *("extract", "sha256", "file_name", "format", "encoding", "key_fingerprint", "notices"),
    *("rows_in", "rows_accepted", "rows_dropped", "rows_repeated", "cells_blanked", "headcount", "fte", "pay"),
    *("organisations", "periods", "dropped_columns", "unknown_headers"),
)


class PartLibrary:
    """The folder of parts. A part is there when its record is: the record is written last."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def parts(self) -> list[Part]:
        """List the parts in the order in which they were accepted."""
        found = []
        for record in self.folder.glob("*/*.json"):
            try:
                found.append(Part.from_json(json.loads(record.read_text(encoding="utf-8"))))
            except (ValueError, KeyError, TypeError):
                raise SnapshotError(
                    f"The record of an accepted extract, {record.name!r} in {str(record.parent)!r}, cannot be read. "
                    "Restore it from a backup, or delete it and load the extract file again."
                ) from None
        return sorted(found, key=lambda part: part.sequence)

    def path(self, part: Part) -> Path:
        """Return where the rows of a part lie."""
        return self._stem(part).with_suffix(".parquet")

    def rejects(self, part: Part) -> pl.DataFrame:
        """Return what the reading of a part did not accept: line, column, rule, reason, severity."""
        path = self._stem(part).with_suffix(".rejects")
        return pl.read_parquet(path) if path.exists() else pl.DataFrame(schema=REJECT_SCHEMA)

    def incoming(self, sha256: str) -> Path:
        """Return where the rows of a file are written while it is still being read."""
        folder = self.folder / ".incoming"
        folder.mkdir(parents=True, exist_ok=True)
        return folder / f"{sha256[:16]}.parquet"

    def add(self, report: ReadReport, contract: Contract, rows: Path, *, sequence: int) -> Part:
        """Keep a file that was read without refusal: its rows, its rejects, then its record."""
        taken_over = {name: getattr(report, name) for name in _FROM_REPORT}
        part = Part(
            **taken_over,
            loaded_at=dt.datetime.now(dt.UTC).replace(tzinfo=None, microsecond=0),
            sequence=sequence,
            rows_rejected=report.rows_refused,
            units=_units(rows, contract),
        )
        stem = self._stem(part)
        stem.parent.mkdir(parents=True, exist_ok=True)
        rejects = report.rejects.select(*REJECT_SCHEMA).cast(pl.Schema(REJECT_SCHEMA))
        if rejects.height:
            beside = rows.with_suffix(".rejects")
            rejects.write_parquet(beside)
            files.settle(beside)
            files.move_into_place(beside, stem.with_suffix(".rejects"))
        files.settle(rows)
        files.move_into_place(rows, stem.with_suffix(".parquet"))
        files.replace_json(stem.with_suffix(".json"), part.as_json())
        return part

    def tidy(self) -> None:
        """Remove what an interrupted load left behind: rows and rejects that have no record."""
        files.remove(self.folder / ".incoming")
        for pattern in ("*/*.parquet", "*/*.rejects", "*/.*.new"):
            for path in self.folder.glob(pattern):
                if not path.with_suffix(".json").exists():
                    files.remove(path)

    def _stem(self, part: Part) -> Path:
        return self.folder / part.extract / part.sha256[:16]


def _units(rows: Path, contract: Contract) -> tuple[Unit, ...]:
    """Say which organisations and months a later file may replace; nothing where rows are replaced one by one."""
    if contract.resend == "record":
        return ()
    frame = pl.scan_parquet(rows)
    if contract.resend == "list":
        codes = frame.select(pl.col("organisation_code").unique()).collect().to_series()
        return tuple((code, None) for code in sorted(codes))
    pairs = frame.select("organisation_code", "period").unique().collect()
    return tuple(sorted(pairs.iter_rows()))
