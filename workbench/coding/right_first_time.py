"""How many starters had a record that was right the first time, and needed no correction in their first days."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import polars as pl

from workbench.coding.findings import findings
from workbench.coding.local_settings import CodingSettings
from workbench.coding.rules import rules
from workbench.measures.coverage import months_loaded
from workbench.periods import add_months
from workbench.warehouse.snapshot import Snapshot

QUERIES = Path(__file__).parent / "queries"
TOTAL = "Total"
# The rules that read the coded record itself; others ask about lists, ledgers or reporting lines.
_ABOUT_CODING = ("COD", "CON", "POP")


def right_first_time(
    snapshot: Snapshot,
    organisation: str,
    period: dt.date,
    settings: CodingSettings | None = None,
    *,
    window_months: int = 12,
    by: str = "profession",
    service: str = "",
    found: Callable[[dt.date], pl.DataFrame] | None = None,
) -> pl.DataFrame | None:
    """Count the AHP starters past their first days, and those whose record was right from the start.

    Right the first time: in the first days (`starter_days`, 90 where nothing is set) no rule about coding found an
    error or a review at a month end, and no code was changed. A starter still in their first days is not counted:
    the record may yet be corrected. A recode counts by the month end that first shows it, as a staff list bears no
    date for a change of code.

    Args:
        snapshot: the warehouse as it stood after one load.
        organisation: code of the organisation.
        period: the month end.
        settings: the local choices; where none are given, those that hold without any setting.
        window_months: months of starts looked at, ending where first days that are over at `period` began.
        by: `profession` or `service`, as they were at the first month end that lists the starter.
        service: only starters of this service; all when empty.
        found: findings of a month end that are known already; the rules are asked where none are given.

    Returns:
        One row per group with a starter, then Total: the column named by `by`, `starters` and `right_first_time` in
        starts, `rate` in per cent (null without starters) and `status` (`ok` or `not_applicable`). None where the
        month is not loaded.
    """
    loaded = months_loaded(snapshot, organisation)
    if period not in loaded:
        return None
    local = settings or CodingSettings()
    last = period - dt.timedelta(days=local.starter_days)
    first = add_months(last, -window_months) + dt.timedelta(days=1)
    starts = snapshot.query(
        QUERIES / "starters_past_first_days.sql",
        organisation=organisation,
        period=period,
        first=first,
        starter_days=local.starter_days,
    )
    starts = starts.filter(pl.col("service") == service) if service else starts
    months = [month for month in loaded if first <= month <= period] if starts.height else []
    asked = [rule_id for rule_id in rules() if rule_id.startswith(_ABOUT_CODING)]
    doubted = _doubted(
        months, asked, found or (lambda month: findings(snapshot, organisation, month, local, only=asked))
    )
    judged = (
        starts.join_where(
            doubted, pl.col("person_key") == pl.col("doubted_person"), pl.col("month") >= pl.col("start_date"),
            pl.col("month") <= pl.col("first_days_end"),
        )
        .select("person_key", "start_date", is_doubted=pl.lit(value=True))
        .unique()
    )  # fmt: skip
    starts = starts.join(judged, on=["person_key", "start_date"], how="left").with_columns(
        is_right=~pl.col("is_recoded") & pl.col("is_doubted").is_null()
    )
    counts = (pl.len().cast(pl.Int64).alias("starters"), pl.col("is_right").sum().cast(pl.Int64).alias("right"))
    grouped = starts.group_by(by).agg(*counts).sort(by)
    counted = pl.concat([grouped, starts.select(pl.lit(TOTAL).alias(by), *counts)])
    has_starters = pl.col("starters") > 0
    return counted.rename({"right": "right_first_time"}).with_columns(
        rate=pl.when(has_starters).then(100 * pl.col("right_first_time") / pl.col("starters")),
        status=pl.when(has_starters).then(pl.lit("ok")).otherwise(pl.lit("not_applicable")),
    )


def _doubted(months: list[dt.date], asked: list[str], found: Callable[[dt.date], pl.DataFrame]) -> pl.DataFrame:
    """List who had an error or a review about their coding, and at which month ends."""
    doubted = [
        found(month)
        .filter(
            pl.col("severity").is_in(["E", "R"]) & pl.col("rule_id").is_in(asked) & pl.col("person_key").is_not_null()
        )
        .select(doubted_person="person_key", month=pl.lit(month))
        for month in months
        if asked
    ]
    schema = {"doubted_person": pl.String, "month": pl.Date}
    return pl.concat([pl.DataFrame(schema=schema), *doubted]).unique()
