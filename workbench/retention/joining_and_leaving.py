"""How joining and leaving are handled: transfer of the record, late entry, and those who come back in another way."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

import polars as pl

from workbench.measures.coverage import add_up, months_asked, months_loaded, months_missing
from workbench.measures.request import MeasureRequest
from workbench.retention.employment_dates import employment_dates, leaving_dates
from workbench.retention.movements import opening_month
from workbench.warehouse.snapshot import Snapshot

QUERIES = Path(__file__).parent / "queries"
#: Our choice: how long after leaving someone on the bank counts as having gone there.
BANK_DAYS = 90
LEAVERS_COUNTED = (
    "leavers from contract types 02 Fixed Term, 04 Locum and 05 Permanent by their leaving date, each once with the "
    "last leaving; records of merged duplicates and of people who never worked are out"
)


def iat_use(snapshot: Snapshot, request: MeasureRequest) -> tuple[pl.DataFrame, dict[str, object]]:
    """Say for which share of the starters from another ESR employer the ESR record was transferred.

    Starters whose previous employer does not use ESR are out; where it is not known whether it does, they stand on
    neither side and are counted in the stamp. With `timing=by_start` only transfers completed on or before the first
    day count: a later one is late. Doctors in training rotate by plan and are out by default.
    See docs/methodology/iat_use.md.

    Returns:
        The dimensions asked for with `numerator` and `denominator` in people; null where the month is not loaded or
        no starters are.
    """
    starters = _starters(snapshot, request.organisation)
    is_held = starters.height > 0
    if request.options["trainees"] == "out":
        starters = starters.filter(~pl.col("is_trainee"))
    completed = pl.col("iat_status").eq_missing("completed")
    if request.options["timing"] == "by_start":
        completed &= (pl.col("iat_completed_date") <= pl.col("start_date")).fill_null(False)
    counted = starters.with_columns(
        day="start_date", base=pl.col("previous_employer_uses_esr").fill_null(False), counts=completed
    )
    unknown = _last_in_window(counted.filter(pl.col("previous_employer_uses_esr").is_null()), request, request.month)
    requested = _last_in_window(counted.filter("base", pl.col("iat_status") == "requested"), request, request.month)
    counts = {"previous_employer_not_known": unknown.height, "requested_not_completed": requested.height}
    population = "starters from another employer that uses ESR, by their first day"
    return _share(snapshot, request, counted, population, counts, is_held=is_held)


def leavers_entered_late(snapshot: Snapshot, request: MeasureRequest) -> tuple[pl.DataFrame, dict[str, object]]:
    """Say for which share of the leavers the leaving was entered in ESR after it had happened.

    Leavers without an entry date stand on neither side and are counted. See docs/methodology/leavers_entered_late.md.

    Returns:
        The dimensions asked for with `numerator` and `denominator` in people; null where the month is not loaded or
        no leavers are.
    """
    leavers = left_with_entries(snapshot, request.organisation)
    late = (pl.col("entered_date") > pl.col("leaving_date")).fill_null(False)
    counted = leavers.with_columns(day="leaving_date", base=pl.col("entered_date").is_not_null(), counts=late)
    window = _last_in_window(counted, request, request.month)
    counts = {"without_entry_date": window.filter(~pl.col("base")).height}
    return _share(
        snapshot,
        request,
        counted,
        f"{LEAVERS_COUNTED}; with an entry date",
        counts,
        is_held=_are_held(snapshot, request),
    )


def bank_after_leaving(snapshot: Snapshot, request: MeasureRequest) -> tuple[pl.DataFrame, dict[str, object]]:
    """Say which share of the leavers work on the bank here within 90 days of their last day.

    They are leavers from the substantive staff all the same. Leavers whose 90 days are not over at the as-at month
    end cannot be judged yet, and are out and counted. See docs/methodology/bank_after_leaving.md.

    Returns:
        The dimensions asked for with `numerator` and `denominator` in people; null where the month is not loaded or
        no leavers are.
    """
    leavers = left_with_entries(snapshot, request.organisation)
    limit = pl.col("leaving_date") + dt.timedelta(days=BANK_DAYS)
    counted = leavers.with_columns(
        day="leaving_date", base=pl.lit(True), counts=(pl.col("on_the_bank_from") <= limit).fill_null(False)
    )
    early = _last_in_window(counted, request, request.month).filter(limit > request.month)
    return _share(
        snapshot,
        request,
        counted,
        f"{LEAVERS_COUNTED}; 90 days over",
        {"not_yet_judged": early.height},
        is_held=_are_held(snapshot, request),
        judged_to=dt.timedelta(days=BANK_DAYS),
    )


def retire_and_return(snapshot: Snapshot, request: MeasureRequest) -> tuple[pl.DataFrame, dict[str, object]]:
    """Say which share of those who retired started here again by the as-at month end.

    Retirement is leaving reasons 14 to 17; flexi-retirement is counted in the stamp, as it often is no leaving.
    See docs/methodology/retire_and_return.md.

    Returns:
        The dimensions asked for with `numerator` and `denominator` in people; null where the month is not loaded or
        no leavers are.
    """
    leavers = left_with_entries(snapshot, request.organisation)
    retired = leavers.filter(pl.col("retirement_code").is_not_null())
    starts = employment_dates(snapshot, request.organisation).starts
    again = (
        retired.select("person_key", "leaving_date")
        .join(starts, on="person_key")
        .filter(pl.col("start_date") > pl.col("leaving_date"))
        .group_by("person_key", "leaving_date")
        .agg(returned=pl.col("start_date").min())
    )
    counted = retired.join(again, on=["person_key", "leaving_date"], how="left").with_columns(
        day="leaving_date", base=pl.lit(True), counts=pl.col("returned")
    )
    flexi = _last_in_window(leavers.with_columns(day="leaving_date"), request, request.month)
    counts = {"flexi_retirement": int(flexi["is_flexi_retirement"].sum())}
    return _share(
        snapshot,
        request,
        counted,
        f"{LEAVERS_COUNTED}; leaving reason 14 to 17",
        counts,
        is_held=_are_held(snapshot, request),
    )


@lru_cache(maxsize=8)
def left_with_entries(snapshot: Snapshot, organisation: str) -> pl.DataFrame:
    """Return each leaving that ended an employment in scope, with when it was entered and what came after.

    Returns:
        One row per person and leaving date, for use inside the workbench only: placement, FTE on the last list,
        `notice_date`, `entered_date`, `retirement_code`, `is_flexi_retirement`, `on_the_bank_from`.
    """
    leavings = employment_dates(snapshot, organisation).leavings.filter(~pl.col("is_artefact"))
    entries = snapshot.query(QUERIES / "leaving_entries.sql", organisation=organisation)
    return leavings.unique(["person_key", "leaving_date"], keep="first", maintain_order=True).join(
        entries, on=["person_key", "leaving_date"], how="left", maintain_order="left"
    )


def _are_held(snapshot: Snapshot, request: MeasureRequest) -> bool:
    """Say whether any leaving is recorded: without a leavers extract nobody is known not to have left."""
    return leaving_dates(snapshot, request.organisation) != ()


@lru_cache(maxsize=8)
def _starters(snapshot: Snapshot, organisation: str) -> pl.DataFrame:
    return snapshot.query(QUERIES / "starters_with_transfer.sql", organisation=organisation)


def _last_in_window(rows: pl.DataFrame, request: MeasureRequest, month: dt.date) -> pl.DataFrame:
    """Keep what happened in the window that ends with a month, each person once with the last of it."""
    opening = opening_month(month, int(request.options["window_months"]))
    window = rows.filter(pl.col("day") > opening, pl.col("day") <= month)
    return window.sort("person_key", "day").unique("person_key", keep="last", maintain_order=True)


def _share(
    snapshot: Snapshot,
    request: MeasureRequest,
    rows: pl.DataFrame,
    population: str,
    counts: Mapping[str, int],
    *,
    is_held: bool,
    judged_to: dt.timedelta | None = None,
) -> tuple[pl.DataFrame, dict[str, object]]:
    """Count numerator and denominator of each window.

    Args:
        snapshot: the warehouse as it stood after one load.
        request: the question.
        rows: people with `day`, whether they are in the denominator (`base`) and in the numerator (`counts`, or the
            date from which they are).
        population: who is counted, in words.
        counts: how many stand on neither side, for the stamp.
        is_held: whether the extract that answers is loaded at all.
        judged_to: how long after the day someone can be judged.
    """
    loaded = months_loaded(snapshot, request.organisation)
    window = int(request.options["window_months"])
    months = {
        month: known and is_held and opening_month(month, window) >= loaded[0]
        for month, known in months_asked(request, loaded).items()
    }
    frames = []
    for month in (month for month, known in months.items() if known):
        there = _last_in_window(rows, request, month).filter("base")
        if judged_to is not None:
            there = there.filter(pl.col("day") + judged_to <= month)
        came = (pl.col("counts") <= month).fill_null(False) if rows["counts"].dtype == pl.Date else pl.col("counts")
        frames.append(
            there.with_columns(
                month=pl.lit(month), organisation=pl.lit(request.organisation),
                numerator=came.cast(pl.Int64), denominator=pl.lit(1, pl.Int64),
            )
        )  # fmt: skip
    columns = ["month", "organisation", *(name for name in request.measure.breakdowns if name in rows.columns)]
    schema = dict.fromkeys(columns, pl.String()) | {
        "month": pl.Date(),
        "numerator": pl.Int64(),
        "denominator": pl.Int64(),
    }
    counted = pl.concat([pl.DataFrame(schema=schema), *(frame.select(list(schema)) for frame in frames)])
    frame = add_up(counted, request.by, ["numerator", "denominator"], months=months)
    opening = opening_month(request.month, window)
    stamp: dict[str, object] = {
        "window": f"{window} months ending at each month end" if request.by_month else f"{opening} to {request.month}",
        "population": population,
        "scope": f"one organisation ({request.organisation})",
        "mode": "by recorded dates, the first and the last day of the window included",
        "counts": dict(counts),
        "months_missing": months_missing(request, loaded, first=None if request.by_month else opening),
    }
    return frame, stamp
