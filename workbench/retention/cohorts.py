"""Starters by the quarter in which they came: how many were still here after so many months, and who left early.

    quarter_triangle([date(2025, 4, 1), date(2025, 5, 6)], [None, date(2025, 9, 3)], data_end=date(2026, 3, 31))

Plain functions over dates, and the same over the warehouse. A cell is filled only when everyone of the quarter could
have been watched for so long; otherwise it is blank and never zero.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from workbench.measures.coverage import months_asked, months_loaded, months_missing
from workbench.measures.request import MeasureRequest
from workbench.periods import Quarter, add_months, last_completed_month_end
from workbench.retention.tenure import IN_POST, LEFT, first_month_loaded, stays
from workbench.warehouse.snapshot import Snapshot

MONTHS = (0, 3, 6, 9, 12, 15, 18, 21, 24)
#: Left early: the last day was among the first so many days.
EARLY_DAYS = 365


def quarter_triangle(
    starts: Sequence[dt.date],
    last_days: Sequence[dt.date | None],
    *,
    data_end: dt.date,
    months: Sequence[int] = MONTHS,
) -> pl.DataFrame:
    """Count the starters of each financial-year quarter who were still here after so many months.

    Someone is kept at k months if the last day is not before the day k calendar months after the start (or the last
    day of that month, where it has no such day).

    Args:
        starts: first day of each person.
        last_days: last day of each person, None for someone still here at `data_end`.
        data_end: until when the data tell who left.
        months: the lengths of service looked at.

    Returns:
        One row per quarter and length: `quarter` (as 2026-27Q2), `months`, `started`, `kept` (null where not everyone
        of the quarter could have been watched for so long).
    """
    people = pl.DataFrame(
        {"start": starts, "last_day": last_days, "quarter": [str(Quarter.containing(day)) for day in starts]},
        schema={"start": pl.Date, "last_day": pl.Date, "quarter": pl.String},
    )
    tables = []
    for length in months:
        reached = pl.col("start").dt.offset_by(f"{length}mo")
        kept = (pl.col("last_day").is_null() | (pl.col("last_day") >= reached)).sum().cast(pl.Int64)
        tables.append(
            people.group_by("quarter").agg(
                months=pl.lit(length, pl.Int64),
                started=pl.len().cast(pl.Int64),
                kept=pl.when(reached.max() <= data_end).then(kept),
            )
        )
    empty = {"quarter": pl.String, "months": pl.Int64, "started": pl.Int64, "kept": pl.Int64}
    return pl.concat([pl.DataFrame(schema=empty), *tables]).sort("quarter", "months")


@dataclass(frozen=True)
class Starters:
    """The starters that a triangle is made of, and those it cannot use.

    Attributes:
        people: one row per starter: `start_date`, `last_day`, and the group when first listed.
        rejoined: stays left out because the person had been here before.
        unclear: stays left out because the person is no longer listed and no leaving is recorded, or the record
            never was a person at work.
    """

    people: pl.DataFrame
    rejoined: int
    unclear: int


def starters_watched(snapshot: Snapshot, organisation: str, as_at: dt.date) -> Starters:
    """Return everyone watched from the first day on: those who started after the first month end loaded.

    Only first stays count; someone who came back is counted apart.
    """
    first = first_month_loaded(snapshot, organisation)
    watched = stays(snapshot, organisation, as_at).filter(pl.col("entry") == 0, pl.col("start_date") > first)
    rejoined = watched.filter("is_rejoin")
    people = watched.filter(~pl.col("is_rejoin"))
    clear = people.filter(pl.col("ended").is_in([LEFT, IN_POST]))
    return Starters(clear, rejoined.height, people.height - clear.height)


def starters_by_quarter(people: pl.DataFrame, *, first: dt.date, as_at: dt.date) -> pl.DataFrame:
    """Return the triangle of starters in quarters that began after the first month end loaded.

    A quarter that had begun before is left out: who came and went in it before the first list is not known.
    """
    whole = [day for day in people["start_date"] if Quarter.containing(day).first_day > first]
    kept = people.filter(pl.col("start_date").is_in(whole))
    return quarter_triangle(
        kept["start_date"].to_list(), kept["last_day"].to_list(), data_end=last_completed_month_end(as_at)
    )


def early_leavers(people: pl.DataFrame, by: Sequence[str] = ()) -> pl.DataFrame:
    """Count those who could have been watched for a year, and those of them who left within 365 days.

    Args:
        people: starters with `start_date`, `last_day`, `could_be_watched` and the columns of `by`.
        by: columns to group by.

    Returns:
        The columns of `by`, `watched` and `left_early`.
    """
    early = (pl.col("last_day") - pl.col("start_date")).dt.total_days() + 1 <= EARLY_DAYS
    counted = [
        pl.col("could_be_watched").sum().cast(pl.Int64).alias("watched"),
        (pl.col("could_be_watched") & early.fill_null(False)).sum().cast(pl.Int64).alias("left_early"),
    ]
    return people.group_by(by).agg(counted).sort(by) if by else people.select(counted)


def with_a_year_to_watch(people: pl.DataFrame, data_end: dt.date) -> pl.DataFrame:
    """Mark the starters whose first 365 days lie within the data: whoever left or stayed, it would be known."""
    last_of_year = pl.col("start_date") + pl.duration(days=EARLY_DAYS - 1)
    return people.with_columns(could_be_watched=last_of_year <= data_end)


def first_year_leaver_rate(snapshot: Snapshot, request: MeasureRequest) -> tuple[pl.DataFrame, dict[str, object]]:
    """Share of starters who left within their first 365 days.

    The starters of twelve months count, those twelve months that ended 365 days before the month end: the latest
    whose first year is known in full. Counting everyone who started would take those who came last month for people
    who stayed. Placed where first listed. See docs/methodology/first_year_leaver_rate.md.

    Returns:
        The dimensions asked for with `numerator` and `denominator` in people; null where the twelve months began
        before the first month end loaded.
    """
    loaded = months_loaded(snapshot, request.organisation)
    months = {
        month: known and starting_window(month)[0] > loaded[0] for month, known in months_asked(request, loaded).items()
    }
    people = starters_watched(snapshot, request.organisation, request.month).people
    if request.options["trainees"] == "out":
        people = people.filter(~pl.col("is_trainee"))
    dimensions = [name for name in request.by if name not in ("month", "organisation")]
    tables = [_early_in(people, month, dimensions) for month, known in months.items() if known]
    unknown = pl.DataFrame({"month": [month for month, known in months.items() if not known]}, {"month": pl.Date})
    if not request.by_month and not tables:
        dimensions = []
    frame = pl.concat([*tables, unknown], how="diagonal_relaxed")
    for name in (*dimensions, *request.by, "numerator", "denominator"):
        if name not in frame.columns:
            kind = pl.Int64 if name in ("numerator", "denominator") else pl.String
            frame = frame.with_columns(pl.lit(None, kind).alias(name))
    if "organisation" in request.by:
        frame = frame.with_columns(organisation=pl.lit(request.organisation))
    first, last = starting_window(request.month)
    stamp: dict[str, object] = {
        "window": "twelve months of starters for every month end shown"
        if request.by_month
        else f"started {first} to {last}",
        "scope": f"one organisation ({request.organisation})",
        "population": "first stays on contract types 02, 04 or 05; people who came back are not starters",
        "placed": "where first listed",
        "months_missing": months_missing(request, loaded),
    }
    return frame.select(*request.by, "numerator", "denominator"), stamp


def starting_window(month: dt.date) -> tuple[dt.date, dt.date]:
    """Return the first and last day of the twelve months of starters whose first year is known at a month end."""
    last = month - dt.timedelta(days=EARLY_DAYS - 1)
    return add_months(last, -12) + dt.timedelta(days=1), last


def _early_in(people: pl.DataFrame, month: dt.date, dimensions: Sequence[str]) -> pl.DataFrame:
    first, last = starting_window(month)
    cohort = people.filter(pl.col("start_date").is_between(first, last)).with_columns(could_be_watched=pl.lit(True))
    return (
        early_leavers(cohort, dimensions)
        .rename({"left_early": "numerator", "watched": "denominator"})
        .with_columns(month=pl.lit(month))
    )
