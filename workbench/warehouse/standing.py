"""Which rows of the accepted extracts stand, once later files have replaced earlier ones.

An extract's contract says what a re-sent file replaces: the organisation's whole month (`period`), the
organisation's whole list (`list`), or each record that it holds again (`record`). Evidence of attainment has every
column in its key, so it is only ever added to, and the same evidence sent twice is kept once.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from workbench.extracts import landed_schema
from workbench.warehouse.parts import Part, PartLibrary, Unit

if TYPE_CHECKING:
    from workbench.extracts import Contract


@dataclass(frozen=True)
class Restatement:
    """A month (or list) that came again: the later file stands, the earlier one does not."""

    extract: str
    organisation_code: str
    period: dt.date | None
    earlier: Part
    later: Part


def file_ids(parts: Sequence[Part]) -> dict[str, int]:
    """Number the files from 1, in an order that does not depend on the order in which they were loaded."""
    ordered = sorted(parts, key=lambda part: (part.extract, part.organisations[:1], part.periods, part.sha256))
    return {part.sha256: number for number, part in enumerate(ordered, start=1)}


def standing_units(parts: Sequence[Part]) -> dict[str, frozenset[Unit]]:
    """Return, per file (by SHA-256), the months or lists for which it is the latest one."""
    latest: dict[tuple[str, Unit], str] = {}
    for part in sorted(parts, key=lambda part: part.sequence):
        latest.update({(part.extract, unit): part.sha256 for unit in part.units})
    standing: dict[str, set[Unit]] = {part.sha256: set() for part in parts}
    for (_, unit), sha256 in latest.items():
        standing[sha256].add(unit)
    return {sha256: frozenset(units) for sha256, units in standing.items()}


def is_live(part: Part, standing: Mapping[str, frozenset[Unit]]) -> bool:
    """Say whether any part of a file still stands; a file that nothing can replace as a whole always does."""
    return not part.units or bool(standing[part.sha256])


def restatements(parts: Sequence[Part]) -> list[Restatement]:
    """List every month or list that was sent more than once, each later file against the one before it."""
    holder: dict[tuple[str, Unit], Part] = {}
    found = []
    for part in sorted(parts, key=lambda part: part.sequence):
        for unit in part.units:
            earlier = holder.get((part.extract, unit))
            if earlier is not None:
                found.append(Restatement(part.extract, *unit, earlier, part))
            holder[part.extract, unit] = part
    return sorted(found, key=lambda r: (r.extract, r.organisation_code, r.period or dt.date.min, r.later.sequence))


def standing_rows(contract: Contract, parts: Sequence[Part], library: PartLibrary) -> pl.LazyFrame:
    """Return the rows of one extract that stand, with the contract's columns and `source_file`.

    Grain in: one row per record of a file. Grain out: one row per key of the contract. With no file
    at all: no rows, and every column in its type.
    """
    schema = {**landed_schema(contract), "source_file": pl.Int64()}
    mine = sorted((part for part in parts if part.extract == contract.name), key=lambda part: part.sequence)
    if not mine:
        return pl.LazyFrame(schema=schema)
    numbers = file_ids(parts)
    standing = standing_units(mine)
    frames = []
    for part in mine:
        if not is_live(part, standing):
            continue
        frame = pl.scan_parquet(library.path(part)).with_columns(source_file=pl.lit(numbers[part.sha256], pl.Int64))
        frame = _only_standing(frame, part, standing[part.sha256])
        frames.append(frame.with_columns(_sequence=pl.lit(part.sequence, pl.Int64)))
    rows = pl.concat(frames, how="diagonal")
    missing = [pl.lit(None, dtype).alias(name) for name, dtype in schema.items() if name not in rows.collect_schema()]
    rows = rows.with_columns(missing).cast(pl.Schema(schema))
    if contract.resend == "record":
        rows = _one_row_per_record(rows, contract)
    return rows.select(*schema)


def _only_standing(frame: pl.LazyFrame, part: Part, units: frozenset[Unit]) -> pl.LazyFrame:
    if len(units) == len(part.units):
        return frame
    standing = sorted(units)
    codes = pl.Series("organisation_code", [code for code, _ in standing], dtype=pl.String)
    if part.units[0][1] is None:
        return frame.join(pl.LazyFrame([codes]), on="organisation_code", how="semi")
    periods = pl.Series("period", [period for _, period in standing], dtype=pl.Date)
    return frame.join(pl.LazyFrame([codes, periods]), on=["organisation_code", "period"], how="semi")


def _one_row_per_record(rows: pl.LazyFrame, contract: Contract) -> pl.LazyFrame:
    ordered = rows.sort("_sequence", maintain_order=True)
    return ordered.unique(list(contract.landed_key), keep="last", maintain_order=True)
