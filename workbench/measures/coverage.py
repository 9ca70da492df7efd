"""Which months an organisation's staff lists cover, and how rows are added up over those months."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path

import polars as pl

from workbench.measures.request import MeasureRequest
from workbench.periods import month_ends
from workbench.warehouse.snapshot import Snapshot

QUERIES = Path(__file__).parent / "queries"


def months_loaded(snapshot: Snapshot, organisation: str) -> list[dt.date]:
    """List the month ends whose staff in post is loaded for an organisation, oldest first."""
    return snapshot.query(QUERIES / "months_loaded.sql", organisation=organisation)["period"].to_list()


def months_asked(request: MeasureRequest, loaded: Sequence[dt.date]) -> dict[dt.date, bool]:
    """Say for each month end that the request asks about whether it is loaded.

    Without `month` among the dimensions that is the one month of the as-at date. With it, every month end from
    the first one loaded to the last one loaded by the as-at date: a gap inside is a month of its own, unknown
    rather than left out; months after the last load are not listed, as nothing is claimed about them.
    """
    if not request.by_month:
        return {request.month: request.month in loaded}
    known = [month for month in loaded if month <= request.month]
    if not known:
        return {request.month: False}
    return {month: month in known for month in month_ends(known[0], known[-1])}


def months_missing(
    request: MeasureRequest, loaded: Sequence[dt.date], *, first: dt.date | None = None
) -> list[dt.date]:
    """List the month ends that are not loaded between `first` (else the first one loaded) and the as-at month."""
    start = first or (loaded[0] if loaded else request.month)
    return [month for month in month_ends(start, request.month) if month not in loaded]


def add_up(
    rows: pl.DataFrame, by: Sequence[str], sums: Sequence[str], *, months: Mapping[dt.date, bool]
) -> pl.DataFrame:
    """Add up counted rows by the dimensions asked for, keeping unknown months apart from empty ones.

    Args:
        rows: counts at any finer grain, with a column `month` and every dimension in `by`.
        by: the dimensions of the result; may hold `month`.
        sums: the columns to add up.
        months: each month end asked about, with whether the extracts can answer for it.

    Returns:
        One row per combination of `by`. A month that can be answered and has nobody is 0; a month that cannot be
        answered is one row with null sums and null in the other dimensions.
    """
    answered = [month for month, known in months.items() if known]
    unanswered = [month for month, known in months.items() if not known]
    dimensions = [name for name in by if name != "month"]
    rows = rows.filter(pl.col("month").is_in(answered))
    totals = rows.group_by(by).agg(pl.col(sums).sum()) if by else rows.select(pl.col(sums).sum())
    if not dimensions and "month" in by:
        every_month = pl.DataFrame({"month": answered}, schema={"month": pl.Date})
        totals = every_month.join(totals, on="month", how="left").with_columns(pl.col(sums).fill_null(0))
    totals = totals.select([*by, *sums])
    if not unanswered:
        return totals
    unknown = {name: unanswered if name == "month" else [None] * len(unanswered) for name in totals.columns}
    answered_rows = totals if "month" in by else totals.clear()
    return pl.concat([answered_rows, pl.DataFrame(unknown, schema=totals.schema)])
