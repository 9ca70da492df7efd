"""The sessions that active job plans plan, by category: what direct clinical care is a share of."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from workbench.attainment.coverage import PlanCoverage, coverage_of, plan_register
from workbench.attainment.plans import covered_assignments, plan_states
from workbench.attainment.scope import scope_at
from workbench.professions import PROFESSIONAL_GROUPS
from workbench.warehouse.snapshot import Snapshot

QUERIES = Path(__file__).parent / "queries"
#: Annual sessions are spread over this many weeks; leave is not taken off (our choice, an option of the measure).
WEEKS_IN_A_YEAR = 52
#: A programmed activity of doctors and dentists is four hours; other groups' plans say how long a session is.
HOURS_OF_A_PA = 4
MEDICAL = PROFESSIONAL_GROUPS[0]
DIRECT_CARE, UNCATEGORISED = "DCC", "uncategorised"
#: Sums are rounded here, beyond the decimals of any extract, so that their order does not show in them.
SUM_DECIMALS = 6
PLACES = ("professional_group", "team", "directorate", "service", "staff_group")


@dataclass(frozen=True)
class PlannedTime:
    """The planned sessions of active plans of people in scope, on one date.

    Attributes:
        coverage: the people in scope and the state of their plans.
        activities: one row per activity of an active plan and place of a post it covers (`PLACES`), with
            `person_key`, `plan_id`, `activity_id`, `category`, `sessions` and `hours` a week, the agreed output and
            the tariff item.
        without_value: activities that give neither weekly nor annual sessions; they count on neither side.
    """

    coverage: PlanCoverage
    activities: pl.DataFrame
    without_value: int

    def counted(self, by: Sequence[str] = (), *, basis: str = "sessions") -> pl.DataFrame:
        """Add up planned time by the dimensions asked for, every activity once per row.

        Sessions within a group, because sessions of one group are alike. A row that mixes doctors and dentists with
        other groups is added up in hours: a programmed activity of four hours and a session of 3.75 are not the
        same unit. With `basis` "hours" every row is in hours.

        Returns:
            `by`, `direct_care`, `planned`, `uncategorised` (sessions or hours a week), `people` with planned time,
            `in_hours`. Rows with people in scope and no planned time have zeros.
        """
        rows = self.activities.unique([*by, "plan_id", "activity_id"])
        medical = pl.col("professional_group") == MEDICAL
        mixed = pl.lit(True) if basis == "hours" else medical.any() & ~medical.all()
        category = pl.col("category")

        def summed(where: pl.Expr) -> pl.Expr:
            hours, sessions = (pl.col(name).filter(where).sum() for name in ("hours", "sessions"))
            return pl.when(mixed).then(hours).otherwise(sessions).round(SUM_DECIMALS)

        counts = (
            summed(category == DIRECT_CARE).alias("direct_care"),
            summed(pl.lit(True)).alias("planned"),
            summed((category == UNCATEGORISED).fill_null(True)).alias("uncategorised"),
            pl.col("person_key").filter(pl.col("sessions") > 0).n_unique().alias("people"),
            mixed.alias("in_hours"),
        )
        if not by:
            return rows.select(counts)
        every = self.coverage.posts.select(by).unique()
        totals = rows.group_by(by).agg(counts)
        return every.join(totals, on=by, how="left", nulls_equal=True).with_columns(
            pl.col("direct_care", "planned", "uncategorised").fill_null(0.0),
            pl.col("people").fill_null(0),
            pl.col("in_hours").fill_null(False),
        )


def planned_time_at(
    snapshot: Snapshot, organisation: str, as_at: dt.date, weeks: int = WEEKS_IN_A_YEAR
) -> PlannedTime | None:
    """Work out what the plans active on a date plan.

    Of two active plans for one post the latest approved counts. A plan that covers posts in two teams stands in both,
    and once in the total.

    Args:
        snapshot: the warehouse as it stood after one load.
        organisation: code of the organisation.
        as_at: the as-of date; reviews and approvals after it do not exist.
        weeks: the weeks over which annual sessions are spread, the same for everybody.

    Returns:
        None where no register, no activities or no staff list by that date are loaded: no data, not a share of 0%.
    """
    register = plan_register(snapshot, organisation)
    scope = scope_at(snapshot, organisation, as_at)
    given = snapshot.query(QUERIES / "plan_activities.sql", organisation=organisation, weeks=weeks)
    if register.is_empty() or given.is_empty() or scope is None:
        return None
    states = plan_states(register, as_at)
    coverage = coverage_of(scope, states)
    counting = (
        covered_assignments(scope.assignments, states)
        .filter(pl.col("state") == "active")
        .sort(["person_key", "assignment_key", "approval_date", "plan_id"], descending=[False, False, True, False])
        .unique(["person_key", "assignment_key"], keep="first", maintain_order=True)
        .select("person_key", "assignment_key", "plan_id")
    )
    placed = (
        counting.join(coverage.posts, on=["person_key", "assignment_key"], nulls_equal=True)
        .select("plan_id", "person_key", *PLACES)
        .unique()
    )
    rows = placed.join(given, on="plan_id").with_columns(sessions="weekly_sessions").drop("weekly_sessions")
    length = pl.when(pl.col("professional_group") == MEDICAL).then(HOURS_OF_A_PA).otherwise("hours_per_session")
    without_value = rows.filter(pl.col("sessions").is_null()).select("plan_id", "activity_id").unique().height
    activities = (
        rows.drop_nulls("sessions")
        .with_columns(hours=pl.col("sessions") * length)
        .sort("plan_id", "activity_id", *PLACES)
    )
    return PlannedTime(coverage, activities, without_value)
