"""The tables of the retention exhibits as one audience may see them.

A table is released once for all groups with their totals, and kept for as long as the snapshot is open: a filter
only selects rows from it. So what is withheld in one view is withheld in all of them, and a change of filter is
answered without asking the warehouse again.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from functools import lru_cache

import polars as pl

from workbench.disclosure import Policy, Rate, release
from workbench.errors import DisclosureError
from workbench.retention.absence_peers import own_among_peers
from workbench.retention.choices import TOTAL
from workbench.retention.monthly import IN_POST, MONTHLY_FLOWS, YEARLY_FLOWS, month_by_month
from workbench.warehouse.snapshot import Snapshot

TABLES_KEPT = 32
WITHHELD = ("primary", "secondary")


@lru_cache(maxsize=TABLES_KEPT)
def released_in_post(
    snapshot: Snapshot, policy: Policy, organisation: str, month: dt.date, dimension: str
) -> pl.DataFrame:
    """Return headcount and FTE by month and group of a dimension, with totals, as the audience may see them."""
    numbers = month_by_month(snapshot, IN_POST, organisation=organisation, as_at=month, split=[dimension])
    return _released_each_month(numbers, policy, dimension, ["headcount"], {"fte": ("headcount",)})


@lru_cache(maxsize=TABLES_KEPT)
def released_yearly_flows(
    snapshot: Snapshot, policy: Policy, organisation: str, month: dt.date, dimension: str
) -> pl.DataFrame:
    """Return who joined and left in the year to each month end by group, with totals; withheld together."""
    numbers = month_by_month(snapshot, YEARLY_FLOWS, organisation=organisation, as_at=month, split=[dimension])
    released = _released_each_month(numbers, policy, dimension, list(YEARLY_FLOWS), {})
    return withheld_together(released, list(YEARLY_FLOWS))


@lru_cache(maxsize=TABLES_KEPT)
def released_monthly_flows(snapshot: Snapshot, policy: Policy, organisation: str, month: dt.date) -> pl.DataFrame:
    """Return who joined and left in each single month, for the whole organisation; withheld together.

    No group has enough joiners and leavers in one month to be shown to anyone but an analyst.
    """
    numbers = month_by_month(snapshot, MONTHLY_FLOWS, organisation=organisation, as_at=month)
    released = release(numbers, policy=policy, people=list(MONTHLY_FLOWS), by=["month"])
    return withheld_together(released.table, list(MONTHLY_FLOWS))


@lru_cache(maxsize=TABLES_KEPT)
def released_among_peers(snapshot: Snapshot, policy: Policy, organisation: str, month: dt.date) -> pl.DataFrame:
    """Return the organisation's own sickness absence and its peers' by month; `own` is its rate in per cent."""
    return release(
        own_among_peers(snapshot, organisation, month),
        policy=policy,
        people=["people_absent", "people"],
        dependants={"fte_days_lost": ("people_absent",), "fte_days_available": ("people",)},
        rates={"own": Rate("fte_days_lost", "fte_days_available")},
        by=["month"],
        parts={"people": ("people_absent",)},
    ).table


def withheld_together(table: pl.DataFrame, columns: Sequence[str]) -> pl.DataFrame:
    """Withhold all of the columns in the rows where one of them is withheld.

    For counts whose difference is known from elsewhere: joiners less leavers is the change in active staff, so one
    of the two would give the other away. Cells without data stay as they are.
    """
    hidden = pl.any_horizontal(pl.col(f"{name}_status").is_in(WITHHELD) for name in columns)
    changes = []
    for name in columns:
        status = pl.col(f"{name}_status")
        now_hidden = hidden & ~status.is_in([*WITHHELD, "no_data"])
        changes.append(pl.when(now_hidden).then(None).otherwise(pl.col(name)).alias(name))
        changes.append(pl.when(now_hidden).then(pl.lit("secondary")).otherwise(status).alias(f"{name}_status"))
    return table.with_columns(changes)


def withheld_cells(table: pl.DataFrame, columns: Sequence[str]) -> int:
    """Count the cells of the columns that are withheld."""
    return sum(int(table[f"{name}_status"].is_in(WITHHELD).sum()) for name in columns)


def disclosure_note(withheld: int, policy: Policy) -> tuple[str, ...]:
    """Say what is withheld and rounded in the rows shown, and by which rule; nothing where neither applies."""
    if withheld:
        these = "1 number here is" if withheld == 1 else f"{withheld} numbers here are"
        return (f"{these} withheld: {policy.sentence}, and so is what would give such a number away.",)
    return (f"{policy.sentence[0].upper()}{policy.sentence[1:]}.",) if policy.round_to else ()


def _released_each_month(
    numbers: pl.DataFrame,
    policy: Policy,
    dimension: str,
    people: Sequence[str],
    dependants: Mapping[str, Sequence[str]],
) -> pl.DataFrame:
    """Release the groups and their total month by month.

    Where a month cannot be made safe (four groups with one leaver each: their total is below five, so each must be
    one), all of its groups are withheld, those with nobody included, and the total is judged by itself.
    """
    tables = []
    for _, rows in numbers.group_by("month", maintain_order=True):
        try:
            released = release(
                rows,
                policy=policy,
                people=people,
                dependants=dependants,
                by=["month"],
                within=[dimension],
                total=TOTAL,
            ).table
        except DisclosureError:
            is_total = pl.col(dimension) == TOTAL
            total = release(rows.filter(is_total), policy=policy, people=people, dependants=dependants).table
            released = pl.concat([_all_withheld(rows.filter(~is_total), [*people, *dependants], total), total])
        tables.append(released)
    return pl.concat(tables) if tables else release(numbers, policy=policy, people=people, dependants=dependants).table


def _all_withheld(rows: pl.DataFrame, columns: Sequence[str], like: pl.DataFrame) -> pl.DataFrame:
    hidden = rows.with_columns(
        *(pl.lit(None).alias(name) for name in columns),
        *(pl.lit("secondary").alias(f"{name}_status") for name in columns),
    )
    return hidden.select(like.columns).cast(like.schema)
