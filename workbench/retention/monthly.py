"""Staff in post and flows month by month, with totals: the numbers behind the retention exhibits."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from itertools import combinations
from pathlib import Path

import polars as pl

from workbench.measures import evaluate
from workbench.measures.coverage import months_loaded
from workbench.periods import add_months, last_completed_month_end, month_end, month_ends
from workbench.retention.choices import TOTAL
from workbench.warehouse.snapshot import Snapshot

QUERIES = Path(__file__).parent / "queries"
MONTHS_SHOWN = 25  # two years, with the month end that opens them

# column: (measure, options)
IN_POST: dict[str, tuple[str, dict[str, str]]] = {"headcount": ("headcount", {}), "fte": ("fte", {})}
MONTHLY_FLOWS: dict[str, tuple[str, dict[str, str]]] = {
    "joiners_month": ("joiners", {"window_months": "1"}),
    "leavers_month": ("leavers", {"window_months": "1"}),
}
YEARLY_FLOWS: dict[str, tuple[str, dict[str, str]]] = {
    "joiners_year": ("joiners", {"window_months": "12"}),
    "leavers_year": ("leavers", {"window_months": "12"}),
}


def month_by_month(
    snapshot: Snapshot,
    columns: Mapping[str, tuple[str, dict[str, str]]],
    *,
    organisation: str,
    as_at: dt.date,
    split: Sequence[str] = (),
) -> pl.DataFrame:
    """Set several measures side by side, month by month, with a total row for every group of the split.

    The whole split comes with its totals, and not the one group a reader has chosen, because disclosure control
    has to see what could be subtracted from what.

    Args:
        snapshot: the warehouse as it stood after one load.
        columns: name of each column with the measure and options that fill it.
        organisation: code of the organisation.
        as_at: the last month end shown, or a day in the month after it.
        split: dimensions to split by; each has the value "Total" in the rows that add it up.

    Returns:
        One row per month (the last 25) and combination of the split, sorted. A month that is not loaded has one
        row, the total, with nulls.
    """
    keys = ["month", *split]
    table = None
    for name, (measure, options) in columns.items():
        result = evaluate(snapshot, measure, organisation=organisation, as_at=as_at, by=keys, options=options)
        values = with_totals(result.frame.select(*keys, pl.col("numerator").alias(name)), name, split)
        table = values if table is None else table.join(values, on=keys, how="full", coalesce=True)
    if table is None:
        raise ValueError("`columns` names no measure.")
    first = month_end(add_months(last_completed_month_end(as_at), 1 - MONTHS_SHOWN))
    return _nobody_is_zero(table.filter(pl.col("month") >= first), list(columns), split).sort(keys)


def with_totals(values: pl.DataFrame, name: str, split: Sequence[str]) -> pl.DataFrame:
    """Add the rows that sum a column over each dimension of the split and over all of them."""
    known = values.filter(pl.col(name).is_not_null())
    unknown = values.filter(pl.col(name).is_null()).with_columns(pl.lit(TOTAL).alias(d) for d in split)
    rows = [known]
    for kept in (kept for size in range(len(split)) for kept in combinations(split, size)):
        summed = known.group_by("month", *kept).agg(pl.col(name).sum())
        rows.append(summed.with_columns(pl.lit(TOTAL).alias(d) for d in split if d not in kept).select(values.columns))
    return pl.concat([*rows, unknown])


def one_group(table: pl.DataFrame, chosen: Mapping[str, str]) -> pl.DataFrame:
    """Take the rows of one group of each dimension named; the group "Total" is all of them together."""
    return table.filter(pl.col(name) == value for name, value in chosen.items())


def groups_in_post(snapshot: Snapshot, dimension: str, organisation: str, as_at: dt.date) -> list[str]:
    """List the groups of a dimension that have somebody in post at a date, in alphabetical order."""
    frame = evaluate(snapshot, "headcount", organisation=organisation, as_at=as_at, by=dimension).frame
    return [value for value in frame[dimension] if value is not None]


def outside_population(snapshot: Snapshot, *, organisation: str, as_at: dt.date) -> pl.DataFrame:
    """Count the people whose contract keeps them out of headcount and FTE, such as bank staff.

    Returns:
        One row per contract type: `contract_type` and `people`. Someone who also holds a contract in scope is
        counted here for the other one, so the rows are not an addition to the headcount.
    """
    return snapshot.query(
        QUERIES / "outside_population.sql", organisation=organisation, month=last_completed_month_end(as_at)
    )


def missing_months(snapshot: Snapshot, *, organisation: str, as_at: dt.date) -> list[dt.date]:
    """List the month ends shown whose staff list is not loaded, from the first one loaded to the as-at month."""
    last = last_completed_month_end(as_at)
    loaded = [month for month in months_loaded(snapshot, organisation) if month <= last]
    if not loaded:
        return [last]
    first = max(loaded[0], month_end(add_months(last, 1 - MONTHS_SHOWN)))
    return [month for month in month_ends(first, last) if month not in loaded]


def _nobody_is_zero(table: pl.DataFrame, columns: Sequence[str], split: Sequence[str]) -> pl.DataFrame:
    """Fill in 0 for a group without anybody in a month that is known: the total of that month says it is known."""
    if not split:
        return table
    total = pl.all_horizontal(pl.col(name) == TOTAL for name in split)
    groups = table.select(split[0]).unique()
    for name in split[1:]:
        groups = groups.join(table.select(name).unique(), how="cross")
    known = table.filter(total).select(
        "month", *(pl.col(name).is_not_null().alias(f"{name}_known") for name in columns)
    )
    every = (
        known.select("month")
        .join(groups, how="cross")
        .join(known, on="month")
        .join(table, on=["month", *split], how="left")
    )
    filled = every.with_columns(
        pl.when(pl.col(f"{name}_known")).then(pl.col(name).fill_null(0)).otherwise(pl.col(name)).alias(name)
        for name in columns
    )
    return filled.select(table.columns)
