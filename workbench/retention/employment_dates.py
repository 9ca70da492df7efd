"""Employment by its dates: who was employed on a day, who left and who started, as starts and leavings are recorded.

Month-end lists say who was there and where; starters' and leavers' records say on which day. A leaving record without
an assignment ends the employment. One with an assignment does, unless another assignment in scope goes on at the next
month end. See docs/methodology/leaver_rate.md for the choices.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import polars as pl

from workbench.warehouse.snapshot import Snapshot

QUERIES = Path(__file__).parent / "queries"
PLACES = ("directorate", "service", "team", "staff_group", "profession", "pay_band")
UNKNOWN = "unknown"
ONE_DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class EmploymentDates:
    """An organisation's lists and records, with the leavings that ended an employment and the starts that began one.

    `people` and `assignments` are the month-end lists. `leavings` has one row per record that ended an employment:
    `person_key`, `leaving_date`, `is_artefact`, `is_unseen` (joined and left between two month ends), `start_date`
    (of the unseen), placement and `fte` on the last list. `starts` has one row per `person_key` and `start_date`.
    `records` are the leaving records as received.
    """

    months: tuple[dt.date, ...]
    people: pl.DataFrame
    assignments: pl.DataFrame
    records: pl.DataFrame
    leavings: pl.DataFrame
    starts: pl.DataFrame


@lru_cache(maxsize=8)
def employment_dates(snapshot: Snapshot, organisation: str) -> EmploymentDates:
    """Read an organisation's lists and records once and settle which leavings ended and which starts began service."""
    people, assignments, records, starters = (
        snapshot.query(QUERIES / f"{name}.sql", organisation=organisation)
        for name in ("listed_people", "listed_assignments", "leaving_records", "start_records")
    )
    months = tuple(assignments["period"].unique().sort())
    leavings = _placed(_ending(_dated(records, months), assignments, starters), people, assignments, starters)
    starts = _starts(assignments.filter("in_scope"), starters, leavings)
    return EmploymentDates(months, people, assignments, records, leavings, starts)


def leaving_dates(snapshot: Snapshot, organisation: str) -> tuple[dt.date, ...]:
    """Return the first and the last leaving date recorded; empty where no leaving is, so that none is not read as 0."""
    recorded = employment_dates(snapshot, organisation).records["leaving_date"].sort()
    return (recorded[0], recorded[-1]) if len(recorded) else ()


def employed_on(dates: EmploymentDates, days: pl.DataFrame) -> pl.DataFrame:
    """List who was employed on each day: the first days of windows and the last ones.

    Employed is who has an assignment open on the day: begun on or before it and ended, if at all, on it or after.
    Someone whose leaving date has passed is not, although still listed, unless a later start is recorded.

    Args:
        dates: the organisation's lists and records.
        days: one row per `day`, with `listed` (the month end whose list is read: the last one on or before the day).

    Returns:
        One row per `day` and `person_key` with placement, `is_trainee` and `fte` (of the assignments open that day).
    """
    months = pl.DataFrame({"next_listed": dates.months}, schema={"next_listed": pl.Date})
    days = days.unique().sort("day").join_asof(months, left_on="day", right_on="next_listed", strategy="forward")
    opened = pl.concat([_open_on_list(dates, days), _begun_that_day(dates, days)])
    people = (
        opened.group_by("day", "person_key")
        .agg(pl.col("fte").sum(), pl.col("period").min())
        .join(dates.people.drop("fte"), on=["period", "person_key"], how="left")
        .drop("period")
    )
    people = _not_ended(dates, people)
    off_list = _on_no_list(dates, days).join(people, on=["day", "person_key"], how="anti")
    return pl.concat([people, off_list.select(people.columns)]).sort("day", "person_key")


def _dated(records: pl.DataFrame, months: tuple[dt.date, ...]) -> pl.DataFrame:
    """Give each record the month ends around it: the last before the day, the last on or before it, the next after."""
    ends = pl.DataFrame({"end": months}, schema={"end": pl.Date})
    dated = records.sort("leaving_date")
    for name, how, exact in (
        ("month_before", "backward", False),
        ("month_listed", "backward", True),
        ("month_after", "forward", False),
    ):
        dated = dated.join_asof(
            ends.rename({"end": name}),
            left_on="leaving_date",
            right_on=name,
            strategy=how,  # type: ignore[arg-type]
            allow_exact_matches=exact,
            coalesce=False,
        )
    return dated.with_row_index("record")


def _ending(records: pl.DataFrame, assignments: pl.DataFrame, starters: pl.DataFrame) -> pl.DataFrame:
    """Keep the records that ended an employment in scope.

    A record of an assignment that was last listed out of scope (a bank contract) ends none. Another assignment goes
    on if it is listed in scope at the next month end, or at the last one loaded if there is none later, had begun by
    the day after, and no new start is recorded in between.
    """
    own = assignments.select("assignment_key", "in_scope", "period").sort("period")
    records = (
        records.sort("leaving_date")
        .join_asof(own, left_on="leaving_date", right_on="period", by="assignment_key", check_sortedness=False)
        .filter(pl.col("in_scope").fill_null(True))
        .drop("in_scope", "period")
    )
    others = assignments.filter("in_scope").rename({"assignment_key": "other"})
    started_again = records.join(starters, on="person_key").filter(
        pl.col("start_date").is_between("leaving_date", "month_after", closed="right")
    )
    ended = records.select("person_key", other="assignment_key", other_ended="leaving_date").drop_nulls()
    going_on = (
        records.filter(pl.col("assignment_key").is_not_null())
        .with_columns(period=pl.coalesce("month_after", "month_listed"))
        .join(others, on=["person_key", "period"])
        .filter(
            pl.col("other") != pl.col("assignment_key"),
            (pl.col("organisation_start_date") <= pl.col("leaving_date")).fill_null(True),
            (pl.col("assignment_start_date") <= pl.col("leaving_date") + ONE_DAY).fill_null(True),
        )
        .join(ended, on=["person_key", "other"], how="left")
        .filter(pl.col("month_after").is_not_null() | (pl.col("other_ended") > pl.col("leaving_date")).fill_null(True))
        .join(started_again, on="record", how="anti")
    )
    return records.join(going_on, on="record", how="anti")


def _placed(
    leavings: pl.DataFrame, people: pl.DataFrame, assignments: pl.DataFrame, starters: pl.DataFrame
) -> pl.DataFrame:
    """Place each leaving by the last list before it; tell those who were on none from those out of scope."""
    lists = assignments.select("person_key", last_listed="period").unique().sort("last_listed")
    seen = (
        leavings.sort("leaving_date")
        .join_asof(
            lists,
            left_on="leaving_date",
            right_on="last_listed",
            by="person_key",
            coalesce=False,
            check_sortedness=False,
        )
        .join_asof(
            starters.sort("start_date"),
            left_on="leaving_date",
            right_on="start_date",
            by="person_key",
            coalesce=False,
            check_sortedness=False,
        )
    )
    listed = pl.col("last_listed") >= pl.col("month_before")
    new = pl.col("start_date") > pl.col("month_before")
    seen = seen.with_columns(is_unseen=~listed.fill_null(False) & new.fill_null(False))
    placed = seen.join(
        people.with_columns(on_list=True), left_on=["person_key", "last_listed"], right_on=["person_key", "period"],
        how="left",
    )  # fmt: skip
    unseen = pl.col("is_unseen")
    return (
        placed.filter(unseen | pl.col("on_list"))
        .with_columns(
            *(pl.when(unseen).then(pl.lit(UNKNOWN)).otherwise(name).alias(name) for name in PLACES),
            is_trainee=pl.when(unseen).then(False).otherwise("is_trainee"),
            fte=pl.when(unseen).then(0).otherwise(pl.col("fte").cast(pl.Float64)),
            start_date=pl.when(unseen).then("start_date"),
        )
        .select(
            "person_key", "leaving_date", "is_artefact", "is_unseen", "start_date", "last_listed", *PLACES,
            "is_trainee", "fte",
        )
        .sort("person_key", "leaving_date", "is_artefact")
    )  # fmt: skip


def _starts(assignments: pl.DataFrame, starters: pl.DataFrame, leavings: pl.DataFrame) -> pl.DataFrame:
    """List the days on which an employment began: as recorded, or the first assignment begun after a leaving."""
    recorded = pl.concat(
        [starters, assignments.select("person_key", start_date="organisation_start_date").drop_nulls().unique()]
    ).unique()
    begun = assignments.select("person_key", start_date="assignment_start_date").drop_nulls().unique()
    ended = leavings.select("person_key", "leaving_date").unique()
    again = (
        ended.join(begun, on="person_key")
        .filter(pl.col("start_date") > pl.col("leaving_date"))
        .group_by("person_key", "leaving_date")
        .agg(pl.col("start_date").min())
        .join(recorded.rename({"start_date": "recorded"}), on="person_key", how="left")
        .with_columns(told=pl.col("recorded").is_between("leaving_date", "start_date", closed="right"))
        .group_by("person_key", "leaving_date", "start_date")
        .agg(pl.col("told").any())
        .filter(~pl.col("told").fill_null(False))
    )
    return pl.concat([recorded, again.select("person_key", "start_date")]).unique().sort("person_key", "start_date")


def _open_on_list(dates: EmploymentDates, days: pl.DataFrame) -> pl.DataFrame:
    """List the assignments of each day's list that had begun and whose own leaving date had not passed."""
    ended = (
        dates.records.filter(pl.col("assignment_key").is_not_null())
        .select("assignment_key", ended="leaving_date")
        .sort("ended")
    )
    return (
        days.join(dates.assignments.filter("in_scope"), left_on="listed", right_on="period")
        .sort("day")
        .join_asof(
            ended,
            left_on="day",
            right_on="ended",
            by="assignment_key",
            allow_exact_matches=False,
            coalesce=False,
            check_sortedness=False,
        )
        .filter(
            (pl.col("organisation_start_date") <= pl.col("day")).fill_null(True),
            pl.col("ended").is_null() | (pl.col("assignment_start_date") > pl.col("ended")).fill_null(False),
        )
        .select("day", "person_key", pl.col("fte").cast(pl.Float64), period="listed")
    )


def _begun_that_day(dates: EmploymentDates, days: pl.DataFrame) -> pl.DataFrame:
    """List the assignments that began on the day itself and so are on the next list only."""
    began = dates.starts.with_columns(began=True)
    in_scope = dates.assignments.filter("in_scope")
    return (
        days.filter(pl.col("next_listed") != pl.col("listed"))
        .join(in_scope, left_on="next_listed", right_on="period")
        .join(in_scope, left_on=["listed", "assignment_key"], right_on=["period", "assignment_key"], how="anti")
        .join(began, left_on=["person_key", "day"], right_on=["person_key", "start_date"], how="left")
        .filter(
            (pl.col("assignment_start_date") == pl.col("day")).fill_null(False)
            | (pl.col("began") & (pl.col("assignment_start_date") <= pl.col("day")).fill_null(True)).fill_null(False)
        )
        .select("day", "person_key", pl.col("fte").cast(pl.Float64), period="next_listed")
    )


def _not_ended(dates: EmploymentDates, people: pl.DataFrame) -> pl.DataFrame:
    """Leave out those whose employment had ended before the day without a start recorded since."""
    ended = dates.leavings.select("person_key", ended="leaving_date").sort("ended")
    begun = dates.starts.rename({"start_date": "begun"}).sort("begun")
    return (
        people.sort("day")
        .join_asof(
            ended,
            left_on="day",
            right_on="ended",
            by="person_key",
            allow_exact_matches=False,
            coalesce=False,
            check_sortedness=False,
        )
        .join_asof(begun, left_on="day", right_on="begun", by="person_key", coalesce=False, check_sortedness=False)
        .filter(pl.col("ended").is_null() | (pl.col("begun") > pl.col("ended")).fill_null(False))
        .drop("ended", "begun")
    )


def _on_no_list(dates: EmploymentDates, days: pl.DataFrame) -> pl.DataFrame:
    """List those employed on the day whom no list shows: came and went between two month ends, or left that day."""
    employed = (dates.leavings["is_unseen"]) & (dates.leavings["start_date"].is_not_null())
    unseen = (
        days.join(dates.leavings.filter(employed), how="cross")
        .filter(pl.col("day").is_between("start_date", "leaving_date"))
        .unique(["day", "person_key"], maintain_order=True)
    )
    last_day = days.join(
        dates.leavings.filter(~pl.col("is_unseen")), left_on="day", right_on="leaving_date", coalesce=True
    ).unique(["day", "person_key"], maintain_order=True)
    columns = ["day", "person_key", "fte", *PLACES, "is_trainee"]
    return pl.concat([last_day.select(columns), unseen.select(columns)]).unique(
        ["day", "person_key"], keep="first", maintain_order=True
    )
