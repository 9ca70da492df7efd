"""The published sickness absence of every NHS organisation in England, as totals and as a distribution of peers.

The figures are NHS England's official statistics, drawn from ESR, under the Open Government Licence v3.0.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import polars as pl

from workbench.errors import unknown_name
from workbench.warehouse.snapshot import Snapshot

QUERIES = Path(__file__).parent / "queries"
PUBLISHED_SOURCE = "NHS England, NHS Sickness Absence Rates (Open Government Licence v3.0)"
BLANKED_AT_OR_BELOW = 330
SLICES = ("month", "organisation_type", "region_code", "region_name", "organisation_code")


def published_months(snapshot: Snapshot) -> list[dt.date]:
    """List the month ends whose published file is loaded, oldest first."""
    return snapshot.query(QUERIES / "published_months.sql")["month"].to_list()


def published_absence(snapshot: Snapshot, *, first: dt.date, last: dt.date) -> pl.DataFrame:
    """Return the published rows from one month end to another, both included.

    Returns:
        One row per organisation and month: names, type and region, `fte_days_lost`, `fte_days_available` and
        `published_rate` (per cent, two decimals, as printed).
    """
    return snapshot.query(QUERIES / "published_absence.sql", first=first, last=last)


def published_totals(rows: pl.DataFrame, by: Sequence[str] = ("month",)) -> pl.DataFrame:
    """Add the published days up and divide: England by default, or any slice of it.

    A total is the sum of days lost over the sum of days available. The mean of the organisations' rates is another
    number (4.50 instead of 4.76 in April 2024), because it lets a small body weigh as much as a large trust.

    Args:
        rows: rows of `published_absence`.
        by: the columns to keep apart, among month, type, region and organisation.

    Returns:
        One row per combination of `by`: `fte_days_lost`, `fte_days_available` and `rate` (per cent, unrounded;
        null where no days are available), `organisations`.

    Raises:
        UnknownName: a column that the totals cannot be split by.
    """
    for name in by:
        if name not in SLICES:
            raise unknown_name("slice of the published figures", name, SLICES)
    totals = [pl.col("fte_days_lost").sum(), pl.col("fte_days_available").sum()]
    organisations = pl.col("organisation_code").n_unique().alias("organisations")
    grouped = rows.group_by(by).agg(*totals, organisations) if by else rows.select(*totals, organisations)
    return grouped.with_columns(rate=_rate()).sort(by) if by else grouped.with_columns(rate=_rate())


def peer_distribution(rows: pl.DataFrame, organisation_type: str) -> pl.DataFrame:
    """Describe how the published rates of organisations of one type lie, month by month.

    Quartiles are those of linear interpolation between ranked rates (type 7, the default of R, numpy and Excel's
    QUARTILE.INC), each organisation counting once. Rates are recomputed from the days, so they are not rounded
    twice; organisations with 330 or fewer days available are left out, as their rates are not published.

    Returns:
        One row per month: `organisations`, `lowest`, `lower_quartile`, `median`, `upper_quartile`, `highest`
        (per cent). No row for a month without such an organisation.
    """
    rate = pl.col("rate")
    return (
        rows.filter(
            (pl.col("organisation_type") == organisation_type) & (pl.col("fte_days_available") > BLANKED_AT_OR_BELOW)
        )
        .with_columns(rate=_rate())
        .group_by("month")
        .agg(
            organisations=pl.len().cast(pl.Int64),
            lowest=rate.min(),
            lower_quartile=rate.quantile(0.25, interpolation="linear"),
            median=rate.median(),
            upper_quartile=rate.quantile(0.75, interpolation="linear"),
            highest=rate.max(),
        )
        .sort("month")
    )


def type_of(snapshot: Snapshot, organisation: str) -> str | None:
    """Return the published organisation type of an organisation served, such as Acute; null where not recorded."""
    types = snapshot.query(QUERIES / "organisation_type.sql", organisation=organisation)["organisation_type"]
    return types[0] if len(types) else None


def recomputed_rate(lost: Decimal, available: Decimal) -> Decimal | None:
    """Recompute a published rate as NHS England rounds it: two decimals, halves up.

    Returns:
        Per cent, or null where no days are available or the row is blanked (330 days or fewer).
    """
    if available <= BLANKED_AT_OR_BELOW:
        return None
    return (100 * lost / available).quantize(Decimal("0.01"), ROUND_HALF_UP)


def disagreements(rows: pl.DataFrame) -> pl.DataFrame:
    """Return the published rows whose printed rate is not the one that follows from their days.

    An empty frame is the expected answer: it holds for all 3,394 rows of April 2024 to March 2025.
    """
    agrees = [
        row["published_rate"] == recomputed_rate(row["fte_days_lost"], row["fte_days_available"])
        for row in rows.select("published_rate", "fte_days_lost", "fte_days_available").iter_rows(named=True)
    ]
    return rows.filter(~pl.Series(agrees, dtype=pl.Boolean))


def _rate() -> pl.Expr:
    """Divide in floating point, after the exact decimal sums."""
    lost, available = pl.col("fte_days_lost").cast(pl.Float64), pl.col("fte_days_available").cast(pl.Float64)
    return pl.when(available > 0).then(100 * lost / available)
