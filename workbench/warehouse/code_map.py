"""How every code that the extracts use is read by the lists of a snapshot.

Codes are kept as they were received and read when a snapshot is built, so that a newer list reads old extracts
again. Each distinct word of each code column is read once; the staging queries join to the result.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from workbench.reference import fold, resolve
from workbench.settings import Settings

if TYPE_CHECKING:
    from workbench.extracts import Column, Contract

SCHEMA = {
    "extract": pl.String(),
    "column_name": pl.String(),
    "received": pl.String(),
    "code": pl.String(),
    "label": pl.String(),
    "status": pl.String(),
    "row_count": pl.Int64(),
}


def code_map(contracts: Mapping[str, Contract], landed: Mapping[str, Path], settings: Settings) -> pl.DataFrame:
    """Read every distinct word of every code column.

    An unknown word has no code and is never dropped: its label is the word as it was received.
    Names of job roles repeat across staff groups, so a role that is not known by its name alone is read as
    `staff group | job role` (the group by its label), and stands here under that text.

    Returns:
        One row per extract, column and received word: code, label, status (`known`, `retired`, `unknown`,
        `not_checked`) and the number of rows that use it.
    """
    frames = [pl.DataFrame(schema=SCHEMA)]
    for name, contract in sorted(contracts.items()):
        rows = pl.scan_parquet(landed[name])
        for column in contract.columns:
            if column.type == "c":
                frames.append(
                    _read_column(rows, column, contract, settings)
                    .with_columns(extract=pl.lit(name), column_name=pl.lit(column.name))
                    .select(*SCHEMA)
                )
    return pl.concat(frames).sort("extract", "column_name", "received")


def _read_column(rows: pl.LazyFrame, column: Column, contract: Contract, settings: Settings) -> pl.DataFrame:
    counted = _count_words(rows, pl.col(column.name))
    read = _read_words(counted, column, settings)
    names = {other.name for other in contract.columns}
    if column.list_name != "job_role" or "staff_group" not in names:
        return read
    alone = read.filter(pl.col("status") != "unknown")
    in_group = _read_in_group(rows.filter(~pl.col(column.name).is_in(alone["received"].to_list())), column, settings)
    return pl.concat([alone, in_group])


def _read_in_group(rows: pl.LazyFrame, column: Column, settings: Settings) -> pl.DataFrame:
    """Read job roles together with the label of their staff group, however the group itself was written."""
    groups = _count_words(rows, pl.col("staff_group"))["received"].to_list()
    labels = resolve("staff_group", groups, settings)
    group = pl.col("staff_group").replace(dict(labels.select("received", "label").iter_rows())).fill_null("")
    counted = _count_words(rows, pl.concat_str(group, pl.col(column.name), separator=" | "))
    role_alone = pl.col("received").str.split(" | ").list.last()
    unlisted = pl.col("status") == "unknown"
    read = _read_words(counted, column, settings)
    return read.with_columns(label=pl.when(unlisted).then(role_alone).otherwise("label"))


def _count_words(rows: pl.LazyFrame, word: pl.Expr) -> pl.DataFrame:
    """Return each distinct word with the number of rows that use it (`received`, `row_count`), sorted."""
    counted = rows.select(received=word).drop_nulls().group_by("received").agg(row_count=pl.len().cast(pl.Int64))
    return counted.sort("received").collect()


def _read_words(counted: pl.DataFrame, column: Column, settings: Settings) -> pl.DataFrame:
    received = counted["received"].to_list()
    read = (
        _allowed_words(received, column) if column.values else resolve(column.list_name or "none", received, settings)
    )
    columns = ["received", "code", "label", "status", "row_count"]
    return counted.join(read, on="received", how="left", validate="1:1").select(columns).sort("received")


def _allowed_words(received: list[str], column: Column) -> pl.DataFrame:
    """Read the words of a list that is short enough to stand in the contract; such words have no code."""
    allowed = {fold(word): word for word in column.values}
    labels = [allowed.get(fold(word)) for word in received]
    return pl.DataFrame(
        {
            "received": received,
            "code": [None] * len(received),
            "label": [label or word for label, word in zip(labels, received, strict=True)],
            "status": ["known" if label else "unknown" for label in labels],
        },
        schema=dict.fromkeys(("received", "code", "label", "status"), pl.String),
    )
