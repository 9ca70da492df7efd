"""Each person's service as it was watched: when it began, when we first and last saw it, and how it ended.

What the estimators of how long people stay are fed with. The clock is days of service in this organisation: the time
of leaving is the last day + 1 less the first day, so that nobody has none. Someone in post at the first month end
loaded comes under observation with the service they had then; someone still in post counts until the last month end
loaded. See docs/methodology/survival.md.
"""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from pathlib import Path

import polars as pl

from workbench.periods import last_completed_month_end
from workbench.retention.code_concepts import ARTEFACT, NHS, NOT_RECORDED, with_places, with_reasons
from workbench.warehouse.snapshot import Snapshot

QUERIES = Path(__file__).parent / "queries"

LEFT = "left"
IN_POST = "still in post"
NO_LONGER_LISTED = "no longer listed, no leaving recorded"
RECORD_ARTEFACT = "record artefact"

UNKNOWN = "unknown"
PLACES = ("directorate", "service", "team", "staff_group", "profession", "pay_band")

ELSEWHERE = "Other work, education or abroad"
NO_WORK = "No employment, or died in service"
#: Where people went, in the order in which it is drawn; every leaver is in exactly one.
WENT_TO = (NHS, ELSEWHERE, NO_WORK, NOT_RECORDED)
_GROUPED = {NHS: NHS, NOT_RECORDED: NOT_RECORDED, "No employment": NO_WORK, "Death in service": NO_WORK}


@lru_cache(maxsize=16)
def stays(snapshot: Snapshot, organisation: str, as_at: dt.date) -> pl.DataFrame:
    """Return every stay watched up to the month end: one row per unbroken service of a person.

    Someone who left and came back has two stays, the second with `is_rejoin`; so has someone with a leaving on record
    before the start. Someone whose start lies in the month in which they were first listed is watched from the first
    day; anyone else (in post when the data begin, or listed only later) from the service they had when first listed.
    People who came and went between two month ends are in no staff list: they are added from the starters' and
    leavers' records, with their group unknown.

    A leaving date ends a stay even where the person is still listed after it, unless another assignment of theirs goes
    on. Someone who is no longer listed and has no leaving date up to the next month end is not taken for a leaver:
    they count until last listed. So are records that never were a departure (duplicates, "has not worked").

    Args:
        snapshot: the warehouse as it stood after one load.
        organisation: code of the organisation.
        as_at: the last month end that counts, or a day in the month after it.

    Returns:
        `person_key`, `start_date`, `first_month` and `last_month` listed (null for those never listed), `entry` and
        `exit` in days of service, `left`, `ended` (how), `last_day`, `went_to`, `reason_group`, `is_rejoin`,
        `is_trainee` and the group when first listed in each dimension; sorted.
    """
    month = last_completed_month_end(as_at)
    asked = {"organisation": organisation, "as_at": month}
    listed = _with_start(snapshot.query(QUERIES / "stays.sql", **asked))
    leavings = _with_meaning(snapshot.query(QUERIES / "recorded_leavings.sql", **asked))
    listed = _with_end(listed, leavings, month)
    unlisted = _never_listed(snapshot.query(QUERIES / "starts.sql", **asked), leavings, listed)
    earlier = (
        leavings.filter(~pl.col("is_artefact")).group_by("person_key").agg(left_first=pl.col("leaving_date").min())
    )
    return (
        pl.concat([listed, unlisted], how="diagonal")
        .join(earlier, on="person_key", how="left")
        .with_columns(
            is_rejoin=pl.col("is_rejoin") | (pl.col("left_first") < pl.col("start_date")).fill_null(False),
            exit=(pl.col("last_seen") - pl.col("start_date")).dt.total_days() + 1,
            left=pl.col("ended") == LEFT,
            is_trainee=pl.col("is_trainee").fill_null(False),
            **{name: pl.col(name).fill_null(UNKNOWN) for name in PLACES},
        )
        .filter(pl.col("exit") > pl.col("entry"))
        .select(
            "person_key", "start_date", "first_month", "last_month", "entry", "exit", "left", "ended", "last_day",
            "went_to", "reason_group", "is_rejoin", "is_trainee", *PLACES,
        )
        .sort("person_key", "start_date", "entry")
    )  # fmt: skip


def first_month_loaded(snapshot: Snapshot, organisation: str) -> dt.date | None:
    """Return the first month end whose staff list is loaded; None where there is none."""
    from workbench.measures.coverage import months_loaded

    return min(months_loaded(snapshot, organisation), default=None)


def _with_start(listed: pl.DataFrame) -> pl.DataFrame:
    """Settle when the service began, whether it is a return, and the service reached when first seen."""
    back = pl.col("listed_before_until").is_not_null()
    after_return = pl.col("listed_before_until")
    new_start = (
        pl.when(pl.col("announced_start") > after_return)
        .then("announced_start")
        .when(pl.col("first_assignment_start") > after_return)
        .then("first_assignment_start")
    )
    recorded = pl.col("recorded_start")
    start = pl.when(back & (recorded <= after_return)).then(pl.coalesce(new_start, recorded)).otherwise(recorded)
    seen_from_day_one = pl.col("start_date") > pl.col("month_before")
    return (
        listed.with_columns(is_rejoin=back, start_date=pl.min_horizontal(start, "first_month"))
        .with_columns(
            entry=pl.when(seen_from_day_one.fill_null(False))
            .then(0)
            .otherwise((pl.col("first_month") - pl.col("start_date")).dt.total_days())
            .cast(pl.Int64)
        )
        .sort("person_key", "stay_number")
        .with_columns(next_start=pl.col("start_date").shift(-1).over("person_key"))
    )


def _with_meaning(leavings: pl.DataFrame) -> pl.DataFrame:
    """Say of each recorded leaving where the person went and why, in groups."""
    blank = pl.lit(None, pl.String)
    leavings = leavings.with_columns(recruitment_source=blank, recruitment_source_code=blank)
    meant = with_reasons(with_places(leavings))
    return meant.with_columns(
        went_to=pl.col("destination_group").replace_strict(_GROUPED, default=ELSEWHERE, return_dtype=pl.String)
    ).select(
        "person_key", "leaving_date", "next_month", "listed_by_another", "went_to", "reason_group",
        is_artefact=pl.col("reason_group") == ARTEFACT,
    )  # fmt: skip


def _with_end(listed: pl.DataFrame, leavings: pl.DataFrame, month: dt.date) -> pl.DataFrame:
    """Find the leaving that ended each stay, or say until when it was seen."""
    still_listed = pl.col("next_month") <= pl.col("last_month")
    belongs = (
        (pl.col("leaving_date") >= pl.col("start_date"))
        & (pl.col("leaving_date") - pl.col("start_date")).dt.total_days().add(1).gt(pl.col("entry"))
        & (pl.col("leaving_date") <= pl.coalesce("month_after", pl.lit(month)))
        & (pl.col("leaving_date") < pl.col("next_start")).fill_null(True)
        & ~(still_listed.fill_null(False) & pl.col("listed_by_another"))
    )
    ended = (
        listed.select("person_key", "stay_number", "start_date", "entry", "last_month", "month_after", "next_start")
        .join(leavings, on="person_key")
        .filter(belongs)
        .sort("leaving_date", "went_to", "reason_group", "is_artefact")
        .unique(["person_key", "stay_number"], keep="last", maintain_order=True)
        .select("person_key", "stay_number", "leaving_date", "went_to", "reason_group", "is_artefact")
    )
    known = pl.col("leaving_date").is_not_null()
    ending = (
        pl.when(pl.col("is_artefact").fill_null(False))
        .then(pl.lit(RECORD_ARTEFACT))
        .when(known)
        .then(pl.lit(LEFT))
        .when(pl.col("month_after").is_null())
        .then(pl.lit(IN_POST))
        .otherwise(pl.lit(NO_LONGER_LISTED))
    )
    return (
        listed.join(ended, on=["person_key", "stay_number"], how="left", maintain_order="left")
        .with_columns(ended=ending, last_seen=pl.coalesce("leaving_date", "last_month"))
        .with_columns(
            last_day=pl.when(pl.col("ended") == LEFT).then("leaving_date"),
            went_to=pl.when(pl.col("ended") == LEFT).then("went_to"),
            reason_group=pl.when(pl.col("ended") == LEFT).then("reason_group"),
        )
    )


def _never_listed(starts: pl.DataFrame, leavings: pl.DataFrame, listed: pl.DataFrame) -> pl.DataFrame:
    """Return those who came and went between two month ends; contract and group are not known of them."""
    earlier = listed.group_by("person_key").agg(first_listed=pl.col("first_month").min())
    return (
        starts.join(leavings.filter(~pl.col("is_artefact")), on="person_key", suffix="_of_leaving")
        .filter(pl.col("leaving_date") >= pl.col("start_date"), pl.col("leaving_date") < pl.col("next_month"))
        .sort("person_key", "start_date", "leaving_date")
        .unique(["person_key", "start_date"], keep="first", maintain_order=True)
        .join(listed.select("person_key", "start_date"), on=["person_key", "start_date"], how="anti")
        .join(earlier, on="person_key", how="left", maintain_order="left")
        .select(
            "person_key", "start_date", "went_to", "reason_group",
            entry=pl.lit(0, pl.Int64), ended=pl.lit(LEFT), last_day="leaving_date", last_seen="leaving_date",
            is_rejoin=(pl.col("first_listed") < pl.col("start_date")).fill_null(False),
        )
    )  # fmt: skip
