"""What the four systems say at a month end, read once and put on the same cost centres and units."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from workbench.attainment.coverage import PlanCoverage, coverage_of, plan_register
from workbench.attainment.plans import plan_states
from workbench.attainment.reconciliation.matching import cost_centres, unit_key, with_cost_centre
from workbench.attainment.reconciliation.tolerances import MEDICAL, Tolerances
from workbench.attainment.scope import scope_at
from workbench.warehouse.snapshot import Snapshot

QUERIES = Path(__file__).parent / "queries"
THEME_QUERIES = Path(__file__).parents[1] / "queries"

#: The sources as people name them, by the table that they are read from.
SOURCES = {
    "staff_in_post": "ESR",
    "ledger": "ledger",
    "roster_templates": "roster template",
    "job_plans": "job plans",
    "roster_sessions": "roster",
    "costing_splits": "costing splits",
}


@dataclass(frozen=True)
class Sources:
    """The sources of one organisation at one month end; a source that is not loaded is None.

    Attributes:
        posts: one row per employed assignment, with `cost_centre` as it is counted, `week` (hours of a whole-time
            week of its group) and `in_scope` of job planning.
        ledger: lines of the newest ledger by the month end.
        templates: roster templates in force, with net and gross WTE.
        coverage: who is in scope of job planning and the state of their plans.
        covered: one row per active plan and employed assignment that it covers, with `planned_hours`, the plan's
            weekly hours shared out over its assignments by their contracted hours.
        plans: active plans, with `weekly_hours` (null where no activity is listed).
        rostered: sessions of the month by person, assignment and unit.
        splits: which cost centres payroll charges, by assignment.
        known_people: people who are or were on the organisation's staff lists or leavers, with the leaving date.
        ward_teams: teams flagged as one clinical area, as they are compared.
        counted: which spelling of a cost centre counts as which.
        dates: one row per source: `source`, `as_of`, `records`, `days_apart` from ESR, `is_far`.
    """

    organisation: str
    period: dt.date
    posts: pl.DataFrame
    ledger: pl.DataFrame | None
    templates: pl.DataFrame | None
    coverage: PlanCoverage | None
    covered: pl.DataFrame
    plans: pl.DataFrame
    rostered: pl.DataFrame | None
    splits: pl.DataFrame | None
    known_people: pl.DataFrame
    ward_teams: tuple[str, ...]
    counted: pl.DataFrame
    dates: pl.DataFrame

    @property
    def as_of(self) -> dict[str, dt.date | None]:
        """The date of each source, by its name."""
        return dict(self.dates.select("source", "as_of").iter_rows())

    @property
    def far_apart(self) -> list[str]:
        """The sources dated further from ESR than is allowed."""
        return self.dates.filter("is_far")["source"].to_list()


@dataclass(frozen=True)
class PlanRegister:
    """Every job plan of an organisation, and the weekly hours of those with activities: the same for every month."""

    plans: pl.DataFrame
    hours: pl.DataFrame


def read_plans(snapshot: Snapshot, organisation: str) -> PlanRegister:
    """Read the register, for one month or for many."""
    hours = snapshot.query(QUERIES / "planned_hours.sql", organisation=organisation)
    return PlanRegister(plan_register(snapshot, organisation), hours)


def read_sources(
    snapshot: Snapshot,
    tolerances: Tolerances,
    organisation: str,
    period: dt.date,
    register: PlanRegister | None = None,
) -> Sources | None:
    """Read the sources of an organisation at a month end.

    Args:
        snapshot: the warehouse as it stood after one load.
        tolerances: the local choices.
        organisation: code of the organisation.
        period: the month end.
        register: the job plans, where they have been read already.

    Returns:
        None where the staff list of that month end is not loaded.
    """
    asked = {"organisation": organisation, "period": period}
    posts = snapshot.query(QUERIES / "staff_in_post.sql", **asked)
    if posts.is_empty():
        return None
    dates = _dates(snapshot, tolerances, organisation, period, posts.height)
    records = dict(dates.select("source", "records").iter_rows())
    until = {"organisation": organisation, "as_at": period}
    raw = {"staff_in_post": posts}
    for source, query, values in (
        ("ledger", "ledger_lines.sql", until),
        ("roster_templates", "templates_in_force.sql", until),
        ("costing_splits", "costing_splits.sql", asked),
    ):
        if records[SOURCES[source]]:
            raw[source] = snapshot.query(QUERIES / query, **values)
    counted = cost_centres(
        {source: rows["cost_centre"].to_list() for source, rows in raw.items()}, tolerances.merged_cost_centres()
    )
    placed = {source: with_cost_centre(rows, source, counted) for source, rows in raw.items()}
    register = register or read_plans(snapshot, organisation)
    states = plan_states(register.plans, period)
    scope = None if register.plans.is_empty() else scope_at(snapshot, organisation, period)
    coverage = None if scope is None else coverage_of(scope, states)
    own = _posts(placed["staff_in_post"], coverage, tolerances)
    plans = _active_plans(states, register.hours)
    overrides = snapshot.query(THEME_QUERIES / "scope_overrides.sql", organisation=organisation, as_at=period)
    wards = overrides.filter(pl.col("kind") == "single_area_team").select(unit_key("team"))["team"].drop_nulls()
    return Sources(
        organisation=organisation,
        period=period,
        posts=own,
        ledger=placed.get("ledger"),
        templates=_templates(placed["roster_templates"], tolerances) if "roster_templates" in placed else None,
        coverage=coverage,
        covered=_covered(own, plans),
        plans=plans,
        rostered=_rostered(snapshot, organisation, period) if records[SOURCES["roster_sessions"]] else None,
        splits=placed.get("costing_splits"),
        known_people=snapshot.query(QUERIES / "people_known.sql", **asked),
        ward_teams=tuple(sorted(set(wards))),
        counted=counted,
        dates=dates,
    )


def _dates(snapshot: Snapshot, tolerances: Tolerances, organisation: str, period: dt.date, posts: int) -> pl.DataFrame:
    """Date each source and say how far it lies from the staff list.

    A template and a costing hold from their date on: they are of the month end itself, however old that date is.
    """
    feeds = snapshot.query(QUERIES / "feeds.sql", organisation=organisation, as_at=period)
    esr = pl.DataFrame({"source": ["staff_in_post"], "latest": [period], "records": [posts]}).cast(feeds.schema)
    holds_on = pl.col("source").is_in(["roster_templates", "costing_splits"]) & (pl.col("records") > 0)
    as_of = pl.when(holds_on).then(pl.lit(period, pl.Date)).otherwise("latest")
    days = (pl.lit(period, pl.Date) - pl.col("as_of")).dt.total_days()
    return (
        pl.concat([esr, feeds])
        .with_columns(as_of=as_of, source=pl.col("source").replace_strict(SOURCES))
        .with_columns(days_apart=days)
        .with_columns(is_far=(pl.col("days_apart").abs() > tolerances.stale_days).fill_null(False))
        .select("source", "as_of", "records", "days_apart", "is_far")
    )


def _posts(posts: pl.DataFrame, coverage: PlanCoverage | None, tolerances: Tolerances) -> pl.DataFrame:
    in_scope: list[str] = []
    if coverage is not None:
        in_scope = coverage.posts["assignment_key"].drop_nulls().unique().to_list()
    week = pl.when(pl.col("group_code") == MEDICAL).then(tolerances.consultant_week).otherwise(tolerances.standard_week)
    return posts.with_columns(
        week=week, in_scope=pl.col("assignment_key").is_in(in_scope), unit=unit_key("team")
    ).with_columns(hours=pl.coalesce("contracted_hours", pl.col("fte") * pl.col("week")))


def _templates(rows: pl.DataFrame, tolerances: Tolerances) -> pl.DataFrame:
    """Work out net and gross WTE; without headroom, or with a convention that is not known, net alone is known."""
    net = pl.col("hours_per_week") / tolerances.standard_week
    return rows.with_columns(
        unit_key=unit_key("unit"), net_wte=net, gross_wte=gross_wte(net, "headroom", "headroom_convention")
    )


def gross_wte(net: pl.Expr, headroom: str, convention: str) -> pl.Expr:
    """Add headroom to net WTE: `divide` is net / (1 - h), `multiply` is net x (1 + h); null where neither is told.

    10 WTE net with 22% headroom are 12.82 by division and 12.20 by multiplication.
    """
    share = pl.col(headroom)
    return (
        pl.when((pl.col(convention) == "divide") & (share < 1))
        .then(net / (1 - share))
        .when(pl.col(convention) == "multiply")
        .then(net * (1 + share))
    )


def _active_plans(states: pl.DataFrame, hours: pl.DataFrame) -> pl.DataFrame:
    active = states.filter(pl.col("state") == "active")
    return active.join(hours, on="plan_id", how="left").with_columns(unit=unit_key("team")).sort("plan_id")


def _covered(posts: pl.DataFrame, plans: pl.DataFrame) -> pl.DataFrame:
    """Match active plans to employed assignments: by assignment, else by team, else to all of the person's."""
    work = posts.select("person_key", "assignment_key", "cost_centre", "group_code", "staff_group", "fte", "hours",
                        "week", "in_scope", own_unit="unit", own_team="team",
                        is_substantive="is_substantive")  # fmt: skip
    plan = plans.select("plan_id", "person_key", "weekly_hours", plan_assignment="assignment_key", plan_unit="unit",
                        plan_team="team", plan_group="professional_group", approval_date="approval_date")  # fmt: skip
    pairs = plan.join(work, on="person_key").with_columns(
        in_team=(pl.col("own_unit") == pl.col("plan_unit")).fill_null(False)
    )
    covers = (
        pl.when(pl.col("plan_assignment").is_not_null())
        .then(pl.col("plan_assignment") == pl.col("assignment_key"))
        .otherwise(pl.col("in_team") | ~pl.col("in_team").any().over("plan_id"))
    )
    found = pairs.filter(covers)
    total = pl.col("hours").sum().over("plan_id")
    share = pl.when(total > 0).then(pl.col("hours") / total).otherwise(1 / pl.len().over("plan_id"))
    return found.with_columns(
        planned_hours=pl.col("weekly_hours") * share, assignments=pl.len().over("plan_id")
    ).sort("plan_id", "assignment_key")  # fmt: skip


def _rostered(snapshot: Snapshot, organisation: str, period: dt.date) -> pl.DataFrame | None:
    rows = snapshot.query(
        QUERIES / "rostered_posts.sql", organisation=organisation, first=period.replace(day=1), last=period
    )
    return None if rows.is_empty() else rows.with_columns(unit_key=unit_key("unit"))
