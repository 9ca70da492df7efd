"""The tracker of the seven steps: each item of the checklist with its owner, its date and what the data say of it."""

from __future__ import annotations

import datetime as dt

import polars as pl

from workbench.coding.finding_counts import TO_DO, unsettled_findings
from workbench.coding.findings import coverage
from workbench.coding.steps import items, standing_steps, with_overdue
from workbench.errors import PeriodError
from workbench.measures.coverage import months_loaded
from workbench.periods import last_completed_month_end, shown_date
from workbench.settings import Settings
from workbench.warehouse.snapshot import Snapshot


def tracker(snapshot: Snapshot, settings: Settings, organisation: str, as_at: dt.date) -> pl.DataFrame:
    """Return the items of the checklist with owner, due date and status, and the records still to put right.

    Args:
        snapshot: the warehouse as it stood after one load.
        settings: this installation, whose decisions and statements hold.
        organisation: code of the organisation.
        as_at: the date that due dates and exceptions are judged at; the data are those of the last month end by then.

    Returns:
        The columns of `standing_steps`, `days_overdue`, `to_do` (records with an error or something to be reviewed;
        null where no rule speaks to the item or none could be asked) and `data_say`, the same in words.

    Raises:
        PeriodError: the month that ends by the date is not loaded.
    """
    period = last_completed_month_end(as_at)
    if period not in months_loaded(snapshot, organisation):
        raise PeriodError(
            f"The month that ends on {shown_date(period)} is not loaded for {organisation!r}. See `workbench status`."
        )
    found = unsettled_findings(snapshot, settings, organisation, period, on=as_at)
    found = found.filter(pl.col("severity").is_in(TO_DO))
    states = dict(coverage(snapshot, organisation, period).select("rule_id", "state").iter_rows())
    numbers = [_of_item(one.rules, found, states) for one in items().values()]
    return with_overdue(standing_steps(settings, organisation), as_at).with_columns(
        pl.Series("to_do", [number for number, _ in numbers], dtype=pl.Int64),
        pl.Series("data_say", [words for _, words in numbers], dtype=pl.String),
    )


def _of_item(of_item: tuple[str, ...], found: pl.DataFrame, states: dict[str, str]) -> tuple[int | None, str]:
    asked = [rule_id for rule_id in of_item if states.get(rule_id) == "ran"]
    if not of_item:
        return None, "No rule asks about this; people answer it."
    if not asked:
        return None, "No feed: an extract that its rules need is not loaded."
    records = found.filter(pl.col("rule_id").is_in(asked)).select(pl.coalesce("person_key", "subject_key").n_unique())
    number = int(records.item())
    silent = len(of_item) - len(asked)
    more = f"; {silent} more rules could not be asked" if silent > 1 else "; 1 more rule could not be asked"
    return number, f"{number:,} records to put right ({', '.join(asked)}){more if silent else ''}"


def in_words(row: dict[str, object]) -> str:
    """Say who does an item and by when: "Ada Lead by 30 Nov 2026, overdue by 12 days"."""
    owner, due, days = row["owner"], row["due"], row["days_overdue"]
    if owner is None and due is None:
        return "nobody yet"
    words = f"{owner or 'nobody yet'}"
    if isinstance(due, dt.date):
        words += f" by {shown_date(due)}"
    if row["status"] == "done":
        return f"{words}, done"
    return f"{words}, overdue by {days} day{'s' * (days != 1)}" if days else words


def of_step(standing: pl.DataFrame, step: int) -> str:
    """Say for a step who does what by when, overdue items first, and how many items nobody has taken on."""
    rows = standing.filter(pl.col("step") == step)
    taken = rows.filter(pl.col("owner").is_not_null() | pl.col("due").is_not_null())
    if taken.is_empty():
        return "Nobody yet."
    ordered = taken.sort("days_overdue", "due", "item", descending=[True, False, False], nulls_last=True)
    said = [f"{row['item']} {in_words(row)}" for row in ordered.iter_rows(named=True)]
    left = rows["owner"].null_count()
    return f"{'; '.join(said)}.{f' {left} of {rows.height} items without an owner.' if left else ''}"
