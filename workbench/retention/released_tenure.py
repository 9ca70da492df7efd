"""How long people stay and where they go, as one audience may see it."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import polars as pl

from workbench.disclosure import Policy, Rate, release
from workbench.errors import DisclosureError
from workbench.retention.choices import TOTAL
from workbench.retention.cohorts import (
    MONTHS,
    early_leavers,
    starters_by_quarter,
    starters_watched,
    starting_window,
)
from workbench.retention.released import TABLES_KEPT, WITHHELD
from workbench.retention.survival import LogRank, log_rank
from workbench.retention.tenure import UNKNOWN, WENT_TO, first_month_loaded, stays
from workbench.retention.tenure_bands import (
    BANDS,
    WIDE_BANDS,
    WatchedService,
    counts_by_band,
    days_of,
    destination_estimates,
    ends_with_enough,
    put_together,
    stay_estimates,
)
from workbench.warehouse.snapshot import Snapshot

SHARES = ("kept", "lower", "upper", "kept_rest")
#: The splits that are tested for a difference, all of them each time, so that their number can be printed.
TESTED = ("staff_group", "profession", "service")


@dataclass(frozen=True)
class StayCurve:
    """How long people stay, released.

    Attributes:
        table: one row per band: `to_months`, `watched`, `left`, `kept`, `lower`, `upper`, `kept_rest` (per cent still
            in post; the last one of everyone else, null for the whole organisation), with status columns.
        start: days of service from which the curve counts; None where too few people are watched at once.
        median, median_low, median_high: days at which half are gone; None where not reached, or not shown.
        test: whether the group differs from everyone else; None for the whole organisation, or where withheld.
        comparisons: how many such tests a reader could have made by choosing another group.
    """

    table: pl.DataFrame
    start: float | None
    median: float | None
    median_low: float | None
    median_high: float | None
    test: LogRank | None
    comparisons: int


def people_watched(snapshot: Snapshot, organisation: str, month: dt.date, trainees: str) -> pl.DataFrame:
    """Return the stays watched up to a month end, with or without doctors in training."""
    watched = stays(snapshot, organisation, month)
    return watched.filter(~pl.col("is_trainee")) if trainees == "out" else watched


@lru_cache(maxsize=TABLES_KEPT)
def released_stays(
    snapshot: Snapshot, policy: Policy, organisation: str, month: dt.date, dimension: str, group: str, trainees: str
) -> StayCurve:
    """Return how long people stay: everyone, or one group beside everyone else.

    Before an audience from whom small numbers are withheld, doctors in training are always in: the difference would
    show few of them. A group is shown in the same wide bands as every other,
    and released together with all of them and their total: a band that is withheld ends the curve, because the next
    point would tell how many left in it.
    """
    watched = people_watched(snapshot, organisation, month, trainees)
    people = watched if group == TOTAL else watched.filter(pl.col(dimension) == group)
    service = WatchedService.of(people)
    start = service.start
    if start is None:
        return StayCurve(_no_bands(), None, None, None, None, None, 0)
    if not policy.withholds:
        counts = counts_by_band(service, ends_with_enough(service, BANDS, start), start)
        shown = release(counts, policy=policy, people=["watched", "left"], by=["to_months"]).table
    elif group == TOTAL:
        shown = _bands_of_all(service, start, policy)
    else:
        ends = ends_with_enough(service, WIDE_BANDS, start)
        bands = _bands_of_groups(watched, dimension, policy)
        shown = bands.filter(pl.col(dimension) == group, pl.col("to_months").is_in(ends)).drop(dimension)
    rest = None if group == TOTAL else WatchedService.of(watched.filter(pl.col(dimension) != group))
    table = _with_estimates(shown, service, start, rest, policy)
    test, comparisons = (None, 0) if group == TOTAL else _against_the_rest(watched, dimension, group, start)
    complete = table.height > 0 and not table["kept_status"].is_in(WITHHELD).any()
    curve = service.curve(start)
    low, high = curve.median_interval
    reached = curve.median is not None and _is_shown_until(table, curve.median)
    return StayCurve(
        table,
        start,
        curve.median if reached else None,
        low if reached else None,
        high if reached else None,
        test if complete else None,
        comparisons,
    )


def half_gone_without_trainees(snapshot: Snapshot, organisation: str, month: dt.date) -> tuple[float | None] | None:
    """Return by when half are gone, in days, without doctors in training.

    Returns:
        A number of days in a tuple, or None in it where that was not reached; None by itself where there are no
        doctors in training, or too few others to watch.
    """
    watched = people_watched(snapshot, organisation, month, "in")
    service = WatchedService.of(watched.filter(~pl.col("is_trainee")))
    start = service.start
    if start is None or not watched["is_trainee"].any():
        return None
    return (service.curve(start).median,)


@lru_cache(maxsize=TABLES_KEPT)
def differences(snapshot: Snapshot, organisation: str, month: dt.date, trainees: str) -> dict[str, LogRank]:
    """Test for each split of `TESTED` whether its groups differ in how long people stay, unknown groups apart."""
    watched = people_watched(snapshot, organisation, month, trainees)
    start = WatchedService.of(watched).start
    found = {}
    for dimension in TESTED:
        known = watched.filter(pl.col(dimension) != UNKNOWN)
        service = WatchedService.of(known)
        found[dimension] = log_rank(
            service.exit, service.left, known[dimension].to_list(), entry=service.entry, start=start
        )
    return found


@lru_cache(maxsize=TABLES_KEPT)
def released_destinations(
    snapshot: Snapshot, policy: Policy, organisation: str, month: dt.date, dimension: str, group: str, trainees: str
) -> tuple[pl.DataFrame, float | None]:
    """Return where people had gone by length of service, and the days of service from which that counts.

    Returns:
        One row per band: `to_months`, `left`, `in_post` and `share of <place>` for each place, in per cent, with
        status columns. Bands are put together until no number who went to one place is too small to be shown.
    """
    watched = people_watched(snapshot, organisation, month, trainees)
    people = watched if group == TOTAL else watched.filter(pl.col(dimension) == group)
    service = WatchedService.of(people)
    start = service.start
    if start is None:
        return _no_bands(), None
    ends = ends_with_enough(service, BANDS, start)
    counts = counts_by_band(service, ends, start)
    if policy.withholds:
        ends = put_together(ends, [counts[place].to_list() for place in WENT_TO], policy)
        counts = counts_by_band(service, ends, start)
    shown = release(
        counts, policy=policy, people=["watched", "left", *WENT_TO], by=["to_months"], parts={"left": WENT_TO}
    ).table
    table = shown.join(destination_estimates(service, ends, start), on="to_months").sort("to_months")
    status = [f"{name}_status" for name in ("left", *WENT_TO)]
    hidden = pl.any_horizontal(pl.col(name).is_in(WITHHELD) for name in status).cum_max()
    step = _rounding_step(policy)
    return table.with_columns(
        *(_rounded_share(name, step, hidden) for name in ("in_post", *(f"share of {place}" for place in WENT_TO))),
        *(
            pl.when(hidden).then(pl.lit("secondary")).otherwise(pl.lit("shown")).alias(f"{name}_status")
            for name in ("in_post", *(f"share of {place}" for place in WENT_TO))
        ),
    ), start


@lru_cache(maxsize=TABLES_KEPT)
def released_triangle(
    snapshot: Snapshot, policy: Policy, organisation: str, month: dt.date, dimension: str, group: str, trainees: str
) -> pl.DataFrame:
    """Return the starters of each quarter and the share of them still here after so many months.

    A cell is withheld where it would tell that fewer people left since the last cell shown, or are still here, than
    the audience may see.

    Returns:
        One row per quarter: `quarter`, `started` and a column for each number of months in per cent, with status.
    """
    first = first_month_loaded(snapshot, organisation)
    people = starters_watched(snapshot, organisation, month).people
    if group != TOTAL:
        people = people.filter(pl.col(dimension) == group)
    if trainees == "out":
        people = people.filter(~pl.col("is_trainee"))
    rows = []
    triangle = starters_by_quarter(people, first=first or month, as_at=month)
    for (quarter,), cells in triangle.group_by("quarter", maintain_order=True):
        started = int(cells["started"][0])
        rows.append({"quarter": quarter, **_triangle_row(started, cells["kept"].to_list(), policy)})
    columns: dict[str, pl.DataType] = {"quarter": pl.String(), "started": pl.Int64(), "started_status": pl.String()}
    for length in MONTHS:
        columns |= {f"after_{length}": pl.Float64(), f"after_{length}_status": pl.String()}
    return pl.DataFrame(rows, schema=columns).sort("quarter")


@lru_cache(maxsize=TABLES_KEPT)
def released_early_leavers(
    snapshot: Snapshot, policy: Policy, organisation: str, month: dt.date, dimension: str, trainees: str
) -> pl.DataFrame:
    """Return by group, with a total, who could be watched for a year and who of them left within it.

    Returns:
        One row per group, the total last: the dimension, `watched`, `left_early`, `share`, with status columns. No
        rows where the twelve months of starters began before the first month end loaded.
    """
    loaded_from = first_month_loaded(snapshot, organisation)
    first, last = starting_window(month)
    people = starters_watched(snapshot, organisation, month).people.filter(pl.col("start_date").is_between(first, last))
    if trainees == "out":
        people = people.filter(~pl.col("is_trainee"))
    if loaded_from is None or first <= loaded_from:
        people = people.clear()
    people = people.with_columns(could_be_watched=pl.lit(True))
    groups = early_leavers(people, [dimension])
    total = early_leavers(people).with_columns(pl.lit(TOTAL).alias(dimension))
    numbers = pl.concat([groups, total.select(groups.columns)] if groups.height else [groups])
    table = release(
        numbers,
        policy=policy,
        people=["watched", "left_early"],
        rates={"share": Rate("left_early", "watched")},
        within=[dimension],
        parts={"watched": ("left_early",)},
    ).table
    place = pl.col(dimension).replace_strict({UNKNOWN: 1, TOTAL: 2}, default=0, return_dtype=pl.Int64)
    return table.sort(place, "share", "watched", dimension, descending=[False, True, True, False], nulls_last=True)


def _bands_of_all(service: WatchedService, start: float, policy: Policy) -> pl.DataFrame:
    """Return the whole organisation in bands that each have nobody or enough leavers."""
    ends = ends_with_enough(service, BANDS, start)
    ends = put_together(ends, [counts_by_band(service, ends, start)["left"].to_list()], policy)
    counts = counts_by_band(service, ends, start)
    return release(
        counts, policy=policy, people=["watched", "left"], by=["to_months"], parts={"watched": ("left",)}
    ).table


def _bands_of_groups(watched: pl.DataFrame, dimension: str, policy: Policy) -> pl.DataFrame:
    """Return every group and the total in the wide bands, released together band by band."""
    numbers = [
        counts_by_band(WatchedService.of(rows), WIDE_BANDS).with_columns(pl.lit(name).alias(dimension))
        for name, rows in [(TOTAL, watched), *((key[0], rows) for key, rows in watched.group_by(dimension))]
    ]
    asked = ["watched", "left"]
    tables = []
    for rows in pl.concat(numbers).sort(dimension, "to_months").partition_by("to_months"):
        try:
            tables.append(
                release(
                    rows, policy=policy, people=asked, within=[dimension], by=["to_months"], total=TOTAL,
                    parts={"watched": ("left",)},
                ).table
            )  # fmt: skip
        except DisclosureError:
            tables.append(
                rows.with_columns(
                    *(pl.lit(None, pl.Int64).alias(name) for name in asked),
                    *(pl.lit("secondary").alias(f"{name}_status") for name in asked),
                )
            )
    return pl.concat(tables, how="diagonal")


def _with_estimates(
    shown: pl.DataFrame, service: WatchedService, start: float, rest: WatchedService | None, policy: Policy
) -> pl.DataFrame:
    """Put the estimates beside the counts; from the first count withheld on, none is shown."""
    table = shown.sort("to_months")
    ends = table["to_months"].to_list()
    table = table.join(stay_estimates(service, ends, start), on="to_months", how="left", maintain_order="left")
    others = pl.lit(None, pl.Float64)
    rest_start = rest.start if rest is not None else None
    if rest is not None and rest_start is not None:
        kept = stay_estimates(rest, ends, max(start, rest_start))["kept"]
        table = table.with_columns(kept_rest=kept)
    else:
        table = table.with_columns(kept_rest=others)
    hidden = pl.any_horizontal(pl.col(f"{name}_status").is_in(WITHHELD) for name in ("watched", "left")).cum_max()
    step = _rounding_step(policy)
    return table.with_columns(
        *(_rounded_share(name, step, hidden) for name in SHARES),
        *(
            pl.when(hidden)
            .then(pl.lit("secondary"))
            .when(pl.col(name).is_null())
            .then(pl.lit("no_data"))
            .otherwise(pl.lit("shown"))
            .alias(f"{name}_status")
            for name in SHARES
        ),
    )


def _rounding_step(policy: Policy) -> pl.Expr | None:
    """Return the step in per cent below which a share would give an exact count back; None where none is rounded."""
    if not policy.round_to:
        return None
    return (100 * policy.round_to / pl.col("watched").clip(lower_bound=1)).ceil().clip(1, 50)


def _rounded_share(name: str, step: pl.Expr | None, hidden: pl.Expr) -> pl.Expr:
    value = pl.col(name) if step is None else (pl.col(name) / step).round(0) * step
    return pl.when(~hidden).then(value.clip(0, 100)).alias(name)


def _is_shown_until(table: pl.DataFrame, days: float) -> bool:
    """Whether the curve is shown beyond so many days of service."""
    ends = table.filter(pl.col("kept").is_not_null())["to_months"]
    return bool(len(ends)) and days_of(int(ends[-1])) >= days


def _against_the_rest(watched: pl.DataFrame, dimension: str, group: str, start: float) -> tuple[LogRank, int]:
    sides = [group if value == group else "everyone else" for value in watched[dimension]]
    service = WatchedService.of(watched)
    test = log_rank(service.exit, service.left, sides, entry=service.entry, start=start)
    return test, watched.filter(pl.col(dimension) != UNKNOWN)[dimension].n_unique()


def _triangle_row(started: int, kept: Sequence[int | None], policy: Policy) -> dict[str, object]:
    """Return one quarter's cells as the audience may see them."""
    if policy.is_small(started):
        hidden = {
            f"after_{length}_status": "no_data" if n is None else "primary"
            for length, n in zip(MONTHS, kept, strict=True)
        }
        return {"started": None, "started_status": "primary", **hidden}
    row: dict[str, object] = {
        "started": int(policy.rounded(started)),
        "started_status": "rounded" if policy.round_to else "shown",
    }
    before = started
    for length, number in zip(MONTHS, kept, strict=True):
        status, value = "no_data", None
        if number is not None and (policy.is_small(before - number) or policy.is_small(number)):
            status = "primary"
        elif number is not None:
            status, before = ("rounded" if policy.round_to else "shown"), number
            value = 100 * min(1.0, policy.rounded(number) / policy.rounded(started)) if started else math.nan
        row |= {f"after_{length}": value, f"after_{length}_status": status}
    return row


def _no_bands() -> pl.DataFrame:
    counts = ("to_months", "watched", "left")
    shares = (*SHARES, "in_post", *(f"share of {place}" for place in WENT_TO))
    schema: dict[str, pl.DataType] = {name: pl.Int64() for name in (*counts, *WENT_TO)}
    schema |= {name: pl.Float64() for name in shares}
    schema |= {f"{name}_status": pl.String() for name in ("watched", "left", *WENT_TO, *shares)}
    return pl.DataFrame(schema=schema)
