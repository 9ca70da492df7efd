"""What planned sessions would yield at the agreed output, and whether teams plan alike (3.1, 2.2c, 3.5c).

Capacity is planned sessions times the agreed average output of a session. Demand has no extract: it is not made up
here. What was delivered is likewise counted at the agreed output, so the two differ by sessions, not by productivity.
"""

from __future__ import annotations

import datetime as dt

import polars as pl

from workbench.attainment.planned_time import PlannedTime, planned_time_at
from workbench.attainment.rostered_time import rostered_time_in
from workbench.periods import Quarter, add_months, last_completed_quarter
from workbench.warehouse.snapshot import Snapshot

QUARTERS = 4
CAPACITY = {
    "quarter": pl.String,
    "team": pl.String,
    "output_metric": pl.String,
    "people": pl.Int64,
    "planned_sessions": pl.Float64,
    "delivered_sessions": pl.Float64,
    "planned_output": pl.Float64,
    "delivered_output": pl.Float64,
}


def capacity_by_team(snapshot: Snapshot, organisation: str, as_at: dt.date, quarters: int = QUARTERS) -> pl.DataFrame:
    """Work out capacity planned and delivered by team, output metric and quarter, newest quarter first.

    Rosters say which category a session is of, job plans which activities fill a category: a person's rostered
    sessions of a category are spread over its activities as their plan spreads them. Sessions without an agreed
    output are left out. Outputs of different metrics are never added up.

    Returns:
        `quarter`, `team`, `output_metric`, `people`, `planned_sessions`, `delivered_sessions`, `planned_output`,
        `delivered_output`; no rows for quarters without roster.
    """
    last = last_completed_quarter(as_at)
    frames = [
        _capacity_in(snapshot, organisation, last_completed_quarter(add_months(last.last_day, -3 * back)))
        for back in range(quarters)
    ]
    return pl.concat(frames)


def _capacity_in(snapshot: Snapshot, organisation: str, quarter: Quarter) -> pl.DataFrame:
    rostered = rostered_time_in(snapshot, organisation, quarter)
    planned = planned_time_at(snapshot, organisation, quarter.last_day) if rostered else None
    if rostered is None or planned is None:
        return pl.DataFrame(schema=CAPACITY)
    each = rostered.rows.group_by("person_key", "category").agg(pl.col("planned", "delivered").sum())
    own = ["person_key", "category"]
    spread = _once(planned).with_columns(part=pl.col("sessions") / pl.col("sessions").sum().over(own))
    rows = spread.filter(_has_output()).join(each, on=own)
    amounts = {
        f"{side}_{kind}": (pl.col(side) * pl.col("part") * worth).sum().round(6)
        for kind, worth in (("sessions", pl.lit(1.0)), ("output", pl.col("output_value")))
        for side in ("planned", "delivered")
    }
    totals = rows.group_by("team", "output_metric").agg(
        people=pl.col("person_key").n_unique().cast(pl.Int64), **amounts
    )
    return (
        totals.with_columns(quarter=pl.lit(str(quarter)))
        .select(list(CAPACITY))
        .cast(CAPACITY)  # type: ignore[arg-type]
        .sort("team", "output_metric")
    )


def hours_for_duties(planned: PlannedTime) -> pl.DataFrame:
    """Average the hours a week that a person has for each duty with a tariff, by team.

    Returns:
        `tariff_item`, `team`, `people`, `hours` a week of a person.
    """
    each = _once(planned).drop_nulls("tariff_item").filter(pl.col("sessions") > 0)
    person = each.group_by("tariff_item", "team", "person_key").agg(pl.col("hours").sum())
    return (
        person.group_by("tariff_item", "team")
        .agg(people=pl.len().cast(pl.Int64), hours=pl.col("hours").mean().round(6))
        .sort("tariff_item", "team")
    )


def agreed_outputs(planned: PlannedTime) -> pl.DataFrame:
    """Average the agreed output of a session of each activity, by team, weighted by sessions.

    Returns:
        `activity`, `output_metric`, `team`, `people`, `output` of a session.
    """
    rows = _once(planned).filter(_has_output())
    weighted = (pl.col("output_value") * pl.col("sessions")).sum() / pl.col("sessions").sum()
    return (
        rows.group_by("activity", "output_metric", "team")
        .agg(people=pl.col("person_key").n_unique().cast(pl.Int64), output=weighted.round(6))
        .sort("activity", "output_metric", "team")
    )


def spread_between_teams(rows: pl.DataFrame, of: list[str], value: str, fewest_people: int) -> pl.DataFrame:
    """Say how far teams lie apart: the lowest, middle and highest team, and how many times the lowest the highest is.

    Teams of fewer people than `fewest_people` are left out, because their average would be about somebody.

    Returns:
        `of`, `people`, `teams`, `lowest`, `middle`, `highest`, `times` (null where the lowest is 0).
    """
    amount = pl.col(value)
    return (
        rows.filter(pl.col("people") >= fewest_people)
        .group_by(of)
        .agg(
            pl.col("people").sum(),
            teams=pl.len().cast(pl.Int64),
            lowest=amount.min(),
            middle=amount.median(),
            highest=amount.max(),
        )
        .with_columns(times=pl.when(pl.col("lowest") > 0).then(pl.col("highest") / pl.col("lowest")))
        .sort("times", *of, descending=[True] + [False] * len(of), nulls_last=True)
    )


def skill_mix(planned: PlannedTime) -> pl.DataFrame:
    """Add up the planned hours a week of each team by staff group.

    Returns:
        `team`, `staff_group`, `people`, `hours`.
    """
    return (
        _once(planned)
        .filter(pl.col("sessions") > 0)
        .group_by("team", "staff_group")
        .agg(people=pl.col("person_key").n_unique().cast(pl.Int64), hours=pl.col("hours").sum().round(6))
        .sort("team", "staff_group")
    )


def _once(planned: PlannedTime) -> pl.DataFrame:
    """Keep each activity once: one of a plan over two teams counts to the first by name, so that nothing doubles."""
    return planned.activities.unique(["plan_id", "activity_id"], keep="first", maintain_order=True).sort(
        "plan_id", "activity_id"
    )


def _has_output() -> pl.Expr:
    return (
        pl.col("output_metric").is_not_null() & (pl.col("output_value") > 0).fill_null(False) & (pl.col("sessions") > 0)
    )
