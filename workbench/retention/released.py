"""The tables of the retention exhibits as one audience may see them.

A table is released once for all groups with their totals, and kept for as long as the snapshot is open: a filter
only selects rows from it. So what is withheld in one view is withheld in all of them, and a change of filter is
answered without asking the warehouse again.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from functools import lru_cache

import polars as pl

from workbench.disclosure import Policy, Rate, release
from workbench.retention.absence_peers import own_among_peers
from workbench.retention.monthly import FLOWS, IN_POST, TOTAL, month_by_month
from workbench.warehouse.snapshot import Snapshot

TABLES_KEPT = 32
WITHHELD = ("primary", "secondary")


@lru_cache(maxsize=TABLES_KEPT)
def released_in_post(
    snapshot: Snapshot, policy: Policy, organisation: str, month: dt.date, dimension: str
) -> pl.DataFrame:
    """Return headcount and FTE by month and group of a dimension, with totals, as the audience may see them."""
    numbers = month_by_month(snapshot, IN_POST, organisation=organisation, as_at=month, split=[dimension])
    return release(
        numbers,
        policy=policy,
        people=["headcount"],
        dependants={"fte": ("headcount",)},
        by=["month"],
        within=[dimension],
        total=TOTAL,
    ).table


@lru_cache(maxsize=TABLES_KEPT)
def released_flows(
    snapshot: Snapshot, policy: Policy, organisation: str, month: dt.date, dimension: str
) -> pl.DataFrame:
    """Return joiners and leavers by month and group, with totals; those of one window withheld together."""
    numbers = month_by_month(snapshot, FLOWS, organisation=organisation, as_at=month, split=[dimension])
    released = release(numbers, policy=policy, people=list(FLOWS), by=["month"], within=[dimension], total=TOTAL)
    together = withheld_together(released.table, ("joiners_month", "leavers_month"))
    return withheld_together(together, ("joiners_year", "leavers_year"))


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
