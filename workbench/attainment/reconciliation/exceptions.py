"""A difference between two sources as a row: what was compared, by how much it differs, who puts it right."""

from __future__ import annotations

import datetime as dt
import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import polars as pl

CHECKS = Path(__file__).parent / "checks.toml"
CAUSES = ("system build", "data quality", "no suitable option", "process")

#: Columns that every check fills, in the order in which they are shown; null where a check has no such thing.
RAISED: Mapping[str, type[pl.DataType]] = {
    "check": pl.String,
    "subject_key": pl.String,
    "cost_centre": pl.String,
    "group_code": pl.String,
    "staff_group": pl.String,
    "team": pl.String,
    "person_key": pl.String,
    "assignment_key": pl.String,
    "plan_id": pl.String,
    "field": pl.String,
    "left_value": pl.String,
    "right_value": pl.String,
    "difference": pl.Float64,
    "tolerance": pl.Float64,
    "detail": pl.String,
}
COMPARED = ("check", "subject_key", "field", "left_value", "right_value")


@dataclass(frozen=True)
class Check:
    """One question to a pair of sources.

    `left` and `right` name the sources of the two values; the difference is right less left, in `unit`. `cause` is
    the usual root cause, for a person to confirm.
    """

    id: str
    pair: str
    question: str
    left: str
    right: str
    unit: str
    owner: str
    cause: str


@cache
def checks() -> dict[str, Check]:
    """Read the checks, in the order in which the pairs are reported."""
    found = tomllib.loads(CHECKS.read_text(encoding="utf-8"))
    return {name: Check(id=name, **values) for name, values in found.items()}


@cache
def pairs() -> tuple[str, ...]:
    """Name the pairs of sources that are compared."""
    return tuple(dict.fromkeys(check.pair for check in checks().values()))


def raised(
    rows: pl.DataFrame,
    check: str,
    *,
    subject: pl.Expr,
    field: str,
    left: pl.Expr,
    right: pl.Expr,
    difference: pl.Expr | None = None,
    tolerance: float | pl.Expr | None = None,
    detail: pl.Expr,
) -> pl.DataFrame:
    """Write each row as an exception of one check.

    Numbers that are compared are kept to four decimals, so that an exception stays the same one until a value
    changes. Columns of `RAISED` that the rows do not have are null.
    """
    given = {
        "check": pl.lit(checks()[check].id),
        "subject_key": subject,
        "field": pl.lit(field),
        "left_value": left,
        "right_value": right,
        "difference": pl.lit(None) if difference is None else difference.round(4),
        "tolerance": tolerance if isinstance(tolerance, pl.Expr) else pl.lit(tolerance),
        "detail": detail,
    }
    held = {name: pl.col(name) for name in RAISED if name in rows.columns}
    columns = [
        given.get(name, held.get(name, pl.lit(None))).cast(kind).alias(name)
        for name, kind in RAISED.items()
    ]  # fmt: skip
    return rows.select(columns)


def number(column: str) -> pl.Expr:
    """Write a number as an exception keeps it: four decimals at most, nothing where it is not known."""
    return pl.col(column).round(4).cast(pl.String)


def in_words(column: str) -> pl.Expr:
    """Write a number as a sentence shows it: two decimals."""
    hundredths = (pl.col(column) * 100).round(0).cast(pl.Int64)
    sign = pl.when(hundredths < 0).then(pl.lit("-")).otherwise(pl.lit(""))
    whole, rest = hundredths.abs() // 100, hundredths.abs() % 100
    return pl.format("{}{}.{}", sign, whole, rest.cast(pl.String).str.zfill(2))


def identified(organisation: str, rows: pl.DataFrame, dates: Mapping[str, dt.date | None]) -> pl.DataFrame:
    """Give each exception its id, what its check says of it, and the dates of the two sources.

    The id is made of the organisation, the check, the subject and the compared values: it stays from month to month
    until one of the values changes.

    Args:
        organisation: code of the organisation.
        rows: exceptions in the columns of `RAISED`.
        dates: the as-of date of each source, by the name that the checks use.
    """
    ids = [
        hashlib.sha256("\x1f".join((organisation, *(value or "" for value in values))).encode()).hexdigest()[:16]
        for values in rows.select(COMPARED).rows()
    ]
    told = pl.DataFrame(
        [
            (check.id, check.pair, check.question, check.left, dates.get(check.left), check.right,
             dates.get(check.right), check.unit, check.owner, check.cause)
            for check in checks().values()
        ],
        schema={"check": pl.String, "pair": pl.String, "question": pl.String, "left": pl.String,
                "left_as_of": pl.Date, "right": pl.String, "right_as_of": pl.Date, "unit": pl.String,
                "owner": pl.String, "cause": pl.String},
        orient="row",
    )  # fmt: skip
    whole = rows.with_columns(pl.Series("exception_id", ids, dtype=pl.String)).join(told, on="check", how="left")
    place = {name: position for position, name in enumerate(checks())}
    return (
        whole.sort(pl.col("check").replace_strict(place, return_dtype=pl.Int64), "subject_key", "field", "exception_id")
        .select("exception_id", "pair", "check", "question", *[name for name in RAISED if name != "check"],
                "unit", "left", "left_as_of", "right", "right_as_of", "owner", "cause")
    )  # fmt: skip
