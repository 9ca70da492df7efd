"""The data-quality score of AHP coding: how many records nothing is wrong with, by month, profession and service.

A record is an assignment employed at the month end on a substantive contract whose profession is evidenced or
disputed. Every share is a sum over a sum of records. See docs/methodology/quality_score.md.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from workbench.coding.decisions import standing_decisions
from workbench.coding.finding_counts import QUERIES, TO_DO, UNSETTLED, concerned_by
from workbench.coding.finding_states import with_states
from workbench.coding.findings import coverage_of_months
from workbench.coding.kept_findings import MONTHS_FOLLOWED, findings_kept, keep_findings, with_age
from workbench.coding.local_settings import CodingSettings
from workbench.coding.right_first_time import TOTAL as TOTAL
from workbench.coding.right_first_time import right_first_time
from workbench.measures.coverage import months_loaded
from workbench.periods import add_months, month_end
from workbench.professions import NOT_EVIDENCED
from workbench.settings import Settings
from workbench.warehouse.snapshot import Snapshot

MONTHS_SHOWN = 12
#: By how many months a finding has been there at least; our choice, as is following it for twelve.
AGES = {"under_3_months": 0, "under_12_months": 3, "older": MONTHS_FOLLOWED}
#: Rules of this family ask about a change or an event; their findings lapse by themselves and are never put right.
_ABOUT_EVENTS = "PRO"


@dataclass(frozen=True)
class JudgedRecords:
    """The AHP records of several month ends, each with what is wrong with it, and the rules that were counted.

    `rows` holds one row per `month` and `assignment_key`: `person_key`, `position_number`, `service`, `profession`,
    `fte`, `has_finding` (an error or a review that nobody has settled), `is_excepted` (one that an exception leaves
    as it is), `has_lasting` (a finding of a rule that does not lapse by itself), `is_compared`, `is_agreed`,
    `is_filled`, `needs_registration` and `is_verified`. `rules` could be asked at every one of the month ends.
    """

    rows: pl.DataFrame
    rules: tuple[str, ...]


def judged_records(
    snapshot: Snapshot,
    settings: Settings,
    organisation: str,
    months: Sequence[dt.date],
    *,
    service: str = "",
    profession: str = "",
) -> JudgedRecords:
    """Return the AHP records of month ends with whether each has an error or a review.

    Only rules that could be asked at every one of the month ends count, so that a feed that came later does not look
    like coding that grew worse. Exceptions are judged at each month end.

    Args:
        snapshot: the warehouse as it stood after one load.
        settings: this installation, whose decisions and local choices hold.
        organisation: code of the organisation.
        months: month ends that are loaded, earliest first.
        service: only records of this service; all when empty.
        profession: only records of this evidenced profession; all when empty.
    """
    local = CodingSettings.of(settings)
    asked = coverage_of_months(snapshot, {organisation: months})
    states = asked.group_by("rule_id").agg(always=(pl.col("state") == "ran").all())
    counted = states.filter("always")["rule_id"].sort().to_list()
    keep_findings(snapshot, settings, {organisation: months}, local)
    records = snapshot.query(
        QUERIES / "quality_records.sql",
        organisation=organisation,
        first=months[0],
        last=months[-1],
        not_evidenced=NOT_EVIDENCED,
        **local.bound(["registration_fresh_days", "gosc_check_interval_days"]),
    )
    for name, chosen in (("service", service), ("profession", profession)):
        records = records.filter(pl.col(name) == chosen) if chosen else records
    standing = standing_decisions(settings, organisation)
    judged = []
    for month in months:
        found = with_states(findings_kept(snapshot, settings, organisation, month, local), standing, on=month)
        found = found.filter(pl.col("severity").is_in(TO_DO), pl.col("rule_id").is_in(counted))
        unsettled = found.filter(pl.col("state").is_in(UNSETTLED))
        judged.append(
            records.filter(pl.col("month") == month).with_columns(
                has_finding=concerned_by(unsettled),
                is_excepted=concerned_by(found.filter(pl.col("state") == "exception")),
                has_lasting=concerned_by(unsettled.filter(~pl.col("rule_id").str.starts_with(_ABOUT_EVENTS))),
            )
        )
    return JudgedRecords(pl.concat(judged), tuple(counted))


def quality_of(records: pl.DataFrame, by: Sequence[str]) -> pl.DataFrame:
    """Add up judged records.

    Returns:
        One row per combination of `by`, sorted by it: `assignments`, `without` and `with_finding` (an error or a
        review), `fte`, `fte_without`; `compared` and, of them, `agreed` (records on which two or more strong sources
        speak, and those on which all agree); `filled` (occupation code, job role and area of work); `registrable`
        and, of them, `verified`; `excepted`.
    """
    fte = pl.col("fte").cast(pl.Float64)
    counts = [
        pl.len().cast(pl.Int64).alias("assignments"),
        (~pl.col("has_finding")).sum().cast(pl.Int64).alias("without"),
        fte.sum().alias("fte"),
        fte.filter(~pl.col("has_finding")).sum().alias("fte_without"),
        *(
            pl.col(flag).sum().cast(pl.Int64).alias(name)
            for name, flag in (
                ("with_finding", "has_finding"),
                ("compared", "is_compared"),
                ("agreed", "is_agreed"),
                ("filled", "is_filled"),
                ("registrable", "needs_registration"),
                ("verified", "is_verified"),
                ("excepted", "is_excepted"),
            )
        ),
    ]
    return records.group_by(list(by)).agg(counts).sort(list(by))


def quality_by_month(
    snapshot: Snapshot,
    settings: Settings,
    organisation: str,
    period: dt.date,
    *,
    service: str = "",
    profession: str = "",
) -> tuple[pl.DataFrame, tuple[str, ...]] | None:
    """Count the AHP assignments without an error or a review at each of the last twelve month ends.

    Returns:
        The numbers of `quality_of` by `month`, oldest first, and the ids of the rules counted; None where the
        month is not loaded. A month without such an assignment stands there with zeros.
    """
    loaded = [month for month in months_loaded(snapshot, organisation) if month <= period]
    if period not in loaded:
        return None
    first = month_end(add_months(period, 1 - MONTHS_SHOWN))
    months = [month for month in loaded if month >= first]
    judged = judged_records(snapshot, settings, organisation, months, service=service, profession=profession)
    every = pl.DataFrame({"month": months}, schema={"month": pl.Date})
    numbers = every.join(quality_of(judged.rows, ["month"]), on="month", how="left", maintain_order="left")
    return numbers.with_columns(pl.exclude("month").fill_null(0)), judged.rules


def quality_by(
    snapshot: Snapshot, settings: Settings, organisation: str, period: dt.date, by: str, *, service: str = ""
) -> tuple[pl.DataFrame, tuple[str, ...]] | None:
    """Work out the score of each profession or service at a month end, and how it stood twelve months earlier.

    Args:
        snapshot: the warehouse as it stood after one load.
        settings: this installation, whose decisions and local choices hold.
        organisation: code of the organisation.
        period: the month end.
        by: `profession` or `service`.
        service: only records of this service; all when empty.

    Returns:
        One row per group, then Total, and the ids of the rules counted. Columns: `group`; those of `quality_of`;
        the records with a finding by the age of their oldest (`under_3_months`, `under_12_months`, `older`);
        `assignments_before`, `without_before` and `with_finding_before` twelve months earlier (null where that month
        is not loaded); `due`, the records that had a finding at the month end before and are still there, and
        `put_right`, those of them without any now (null where that month is not loaded); `starters` past their first
        days and those `right_first_time`. None where the month is not loaded.
    """
    loaded = [month for month in months_loaded(snapshot, organisation) if month <= period]
    if period not in loaded:
        return None
    local = CodingSettings.of(settings)
    year_ago, month_ago = (month_end(add_months(period, -back)) for back in (MONTHS_SHOWN, 1))
    months = [month for month in (year_ago, month_ago, period) if month in loaded]
    judged = judged_records(snapshot, settings, organisation, months, service=service)
    rows = _with_total(judged.rows, by)
    now = rows.filter(pl.col("month") == period)
    started = right_first_time(
        snapshot, organisation, period, local, by=by, service=service,
        found=lambda month: findings_kept(snapshot, settings, organisation, month, local),
    )  # fmt: skip
    parts = [
        _by_age(now, unsettled_since(snapshot, settings, organisation, loaded, judged.rules)),
        _before(rows.filter(pl.col("month") == year_ago), is_loaded=year_ago in loaded),
        _put_right(now, judged.rows.filter(pl.col("month") == month_ago), is_loaded=month_ago in loaded),
    ]
    if started is not None:
        parts.append(started.rename({by: "group"}).select("group", "starters", "right_first_time"))
    table = quality_of(now, ["group"])
    for part in parts:
        table = table.join(part, on="group", how="left", maintain_order="left")
    filled = [*AGES, "starters", "right_first_time"]
    is_total = pl.col("group") == TOTAL
    return table.with_columns(pl.col(filled).fill_null(0)).sort(is_total, "group"), judged.rules


def unsettled_since(
    snapshot: Snapshot, settings: Settings, organisation: str, months: Sequence[dt.date], counted: Sequence[str]
) -> pl.DataFrame:
    """Return the errors and reviews of the last month end that nobody has settled, with their age in months.

    Args:
        snapshot: the warehouse as it stood after one load.
        settings: this installation.
        organisation: code of the organisation.
        months: the month ends loaded, earliest first; the last one is the one asked about.
        counted: ids of the rules that count.
    """
    local = CodingSettings.of(settings)
    found = findings_kept(snapshot, settings, organisation, months[-1], local)
    aged = with_age(found, snapshot, settings, organisation=organisation, months=months, local=local)
    stated = with_states(aged, standing_decisions(settings, organisation), on=months[-1])
    return stated.filter(
        pl.col("severity").is_in(TO_DO), pl.col("rule_id").is_in(list(counted)), pl.col("state").is_in(UNSETTLED)
    )


def _with_total(rows: pl.DataFrame, by: str) -> pl.DataFrame:
    return pl.concat([rows.with_columns(group=pl.col(by)), rows.with_columns(group=pl.lit(TOTAL))])


def _by_age(now: pl.DataFrame, aged: pl.DataFrame) -> pl.DataFrame:
    """Count the records with a finding by the age of the oldest one."""
    marked = now.with_columns(
        concerned_by(aged.filter(pl.col("age_months") >= months)).alias(name) for name, months in AGES.items()
    )
    youngest, middle, oldest = AGES
    return marked.group_by("group").agg(
        (pl.col(youngest) & ~pl.col(middle)).sum().cast(pl.Int64).alias(youngest),
        (pl.col(middle) & ~pl.col(oldest)).sum().cast(pl.Int64).alias(middle),
        pl.col(oldest).sum().cast(pl.Int64),
    )


def _before(earlier: pl.DataFrame, *, is_loaded: bool) -> pl.DataFrame:
    names = ("assignments", "without", "with_finding")
    numbers = quality_of(earlier, ["group"]).select("group", *(pl.col(name).alias(f"{name}_before") for name in names))
    return numbers if is_loaded else numbers.clear()


def _put_right(now: pl.DataFrame, before: pl.DataFrame, *, is_loaded: bool) -> pl.DataFrame:
    """Count the records that had a lasting finding at the month end before, and those that have none any more."""
    due = now.join(before.filter("has_lasting").select("assignment_key"), on="assignment_key", how="semi")
    is_right = ~pl.col("has_lasting")
    counted = now.select("group").unique().join(
        due.group_by("group").agg(due=pl.len().cast(pl.Int64), put_right=is_right.sum().cast(pl.Int64)),
        on="group", how="left",
    )  # fmt: skip
    return counted.with_columns(pl.col("due", "put_right").fill_null(0)) if is_loaded else counted.clear()
