"""Leavers, starters and stocks of windows of days, as the National Workforce Data Set counts them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import polars as pl

from workbench.retention.employment_dates import PLACES, UNKNOWN, EmploymentDates, employed_on, employment_dates
from workbench.warehouse.snapshot import Snapshot

ONE_DAY = dt.timedelta(days=1)


def dated_flows(snapshot: Snapshot, organisation: str, windows: Mapping[dt.date, dt.date]) -> pl.DataFrame:
    """Count by recorded dates, with the first and the last day of each window included.

    The opening are those employed on the first day, the closing those employed on the last one; leavers have a leaving
    date in the window, joiners a start. Someone who left twice is one leaver, with group and FTE as on the last list
    before the last leaving; someone who joined and left between two month ends was on no list and counts in the group
    `unknown` with FTE 0. `kept` are those of the opening who are in the closing.

    Args:
        snapshot: the warehouse as it stood after one load.
        organisation: code of the organisation.
        windows: the closing month end of each window with its opening one; both must be loaded.

    Returns:
        One row per closing `month`, placement and `is_trainee`: `opening`, `closing`, `leavers`, `joiners`, `kept` in
        people and with the suffix `_fte` in FTE; `artefacts` and `unseen_leavers` in people.
    """
    dates = employment_dates(snapshot, organisation)
    window = pl.DataFrame(
        {"month": list(windows), "listed": list(windows.values())}, schema={"month": pl.Date, "listed": pl.Date}
    ).with_columns(first_day=pl.col("listed") + ONE_DAY)
    days = pl.concat([window.select(day="first_day", listed="listed"), window.select(day="month", listed="month")])
    employed = employed_on(dates, days)
    opening = window.join(employed, left_on="first_day", right_on="day")
    closing = window.join(employed, left_on="month", right_on="day")
    left = _left(dates, window)
    genuine = left.filter(~pl.col("is_artefact"))
    counted = [
        _counts(opening, "opening"),
        _counts(closing, "closing"),
        _counts(opening.join(closing, on=["month", "person_key"], how="semi"), "kept"),
        _counts(genuine, "leavers"),
        _counts(_joined(dates, window), "joiners"),
        _counts(genuine.filter("is_unseen"), "unseen_leavers").drop("unseen_leavers_fte"),
        _counts(left.filter("is_artefact"), "artefacts").drop("artefacts_fte"),
    ]
    numbers = [name for frame in counted for name in frame.columns if name not in ("month", *PLACES, "is_trainee")]
    return (
        pl.concat(counted, how="diagonal")
        .with_columns(
            *(pl.col(name).fill_null(0) for name in numbers),
            *(pl.col(name).fill_null(UNKNOWN) for name in PLACES),
            is_trainee=pl.col("is_trainee").fill_null(False),
            organisation=pl.lit(organisation),
        )
        .sort("month", *PLACES)
    )


def _counts(people: pl.DataFrame, name: str) -> pl.DataFrame:
    """Count people and add up their FTE by window and placement."""
    return people.group_by("month", *PLACES, "is_trainee").agg(
        pl.len().cast(pl.Int64).alias(name), pl.col("fte").cast(pl.Float64).sum().alias(f"{name}_fte")
    )


def _left(dates: EmploymentDates, window: pl.DataFrame) -> pl.DataFrame:
    """Take each person's last leaving in each window; a genuine one goes before an artefact."""
    return (
        window.join(dates.leavings, how="cross")
        .filter(pl.col("leaving_date").is_between("first_day", "month"))
        .sort("month", "person_key", ~pl.col("is_artefact"), "leaving_date")
        .unique(["month", "person_key"], keep="last", maintain_order=True)
    )


def _joined(dates: EmploymentDates, window: pl.DataFrame) -> pl.DataFrame:
    """Take each person's last start in each window, placed on the first list after it that shows them in scope.

    Someone whose first list after the start shows them out of scope (a bank contract) did not join in scope.
    """
    starts = window.join(dates.starts, how="cross").filter(pl.col("start_date").is_between("first_day", "month"))
    lists = dates.assignments.select("person_key", first_listed="period").unique().sort("first_listed")
    seen = (
        starts.sort("start_date")
        .join_asof(
            lists,
            left_on="start_date",
            right_on="first_listed",
            by="person_key",
            strategy="forward",
            coalesce=False,
            check_sortedness=False,
        )
        .filter(pl.col("first_listed") <= pl.col("month"))
        .join(dates.people, left_on=["person_key", "first_listed"], right_on=["person_key", "period"])
    )
    unseen = dates.leavings.filter("is_unseen")
    came_and_went = starts.join(unseen, on=["person_key", "start_date"])
    columns = ["month", "person_key", "start_date", *PLACES, "is_trainee", pl.col("fte").cast(pl.Float64)]
    return (
        pl.concat([came_and_went.select(columns), seen.select(columns)])
        .sort("month", "person_key", "start_date")
        .unique(["month", "person_key"], keep="last", maintain_order=True)
    )
