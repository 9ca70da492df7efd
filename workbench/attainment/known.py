"""What was known on a date about people, plans, meetings and rosters, and what the clauses read from it.

Both the level on a date and the look ahead from it start here: what is known does not change when the day moves on,
but plans and meetings age, and people leave whose leaving had been entered.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import polars as pl

from workbench.attainment.coverage import PlanCoverage, coverage_of, plan_register
from workbench.attainment.levels import Team, read_scope
from workbench.attainment.planned_time import WEEKS_IN_A_YEAR
from workbench.attainment.plans import covered_assignments, plan_states, plans_as_known
from workbench.attainment.rostered_time import by_person_and_category, rostered_sessions
from workbench.attainment.scope import left_and_entered_late, scope_of
from workbench.attainment.standards import window_start
from workbench.periods import last_completed_quarter
from workbench.warehouse.snapshot import Snapshot

QUERIES = Path(__file__).parent / "queries"
NO_TEAM = "unknown"


@dataclass(frozen=True)
class Material:
    """What the computations read, for one as-of date.

    Attributes:
        coverage: people in scope and the state of their plans.
        plans: one row per active plan, person, team and professional group in scope, with the plan's details.
        activities: the activities of these plans, with team and professional group.
        register: every plan known, with its details.
        meetings: dated meetings with a reference.
        rostered: planned and delivered sessions by person and category of the latest completed quarter; None where
            nothing was rostered in it.
        reconciled: person and category with planned and delivered sessions in the past 12 months; None where none.
        agreers: people who supervise somebody, with whom.
    """

    as_at: dt.date
    coverage: PlanCoverage
    plans: pl.DataFrame
    activities: pl.DataFrame
    register: pl.DataFrame
    meetings: pl.DataFrame
    rostered: pl.DataFrame | None
    reconciled: pl.DataFrame | None
    agreers: pl.DataFrame

    @cached_property
    def teams(self) -> tuple[Team, ...]:
        """The teams with people in scope; people without a team are in no team."""
        posts = self.coverage.posts.filter(~has_no_team())
        rows = posts.group_by("team").agg(pl.col("professional_group").unique().sort())
        return tuple(Team(name, tuple(groups)) for name, groups in rows.sort("team").iter_rows())

    @cached_property
    def groups(self) -> tuple[str, ...]:
        """The professional groups with people in scope, unknown among them."""
        return tuple(self.coverage.posts["professional_group"].unique().sort())

    @property
    def without_team(self) -> int:
        """How many people in scope belong to no team."""
        return self.coverage.posts.filter(has_no_team())["person_key"].n_unique()


@dataclass(frozen=True)
class Known:
    """What was known about an organisation on a date; nothing that happened afterwards is in it."""

    known_at: dt.date
    employed: pl.DataFrame
    overrides: pl.DataFrame
    leavings: pl.DataFrame
    entered_late: int
    plans: pl.DataFrame
    activities: pl.DataFrame
    meetings: pl.DataFrame
    rostered: pl.DataFrame | None
    reconciled: pl.DataFrame | None
    agreers: pl.DataFrame

    def on(self, as_at: dt.date) -> Material:
        """Return what the computations read on the date itself, or on a later one with nothing renewed.

        Entered leavings are applied and announced starters are not. Rostered time stays that of the date itself.
        """
        gone = self.leavings.filter(pl.col("leaving_date") < as_at)
        employed = _without(self.employed, gone) if gone.height else self.employed
        in_force = self.overrides.filter(pl.col("effective_to").is_null() | (pl.col("effective_to") >= as_at))
        scope = scope_of(employed, in_force, as_at, self.entered_late)
        states = plan_states(self.plans, as_at)
        coverage = coverage_of(scope, states)
        active = covered_assignments(scope.assignments, states).filter(pl.col("state") == "active")
        place = coverage.posts.select("person_key", "assignment_key", "team", "professional_group")
        plans = (
            active.select("plan_id", "person_key", "assignment_key")
            .join(place, on=["person_key", "assignment_key"], nulls_equal=True)
            .select("plan_id", "person_key", "team", "professional_group")
            .unique()
            .join(self.plans.drop("person_key", "team", "professional_group"), on="plan_id")
            .sort("plan_id", "team", "professional_group")
        )
        return Material(
            as_at,
            coverage,
            plans,
            plans.select("plan_id", "person_key", "team", "professional_group").join(self.activities, on="plan_id"),
            self.plans,
            self.meetings,
            self.rostered,
            self.reconciled,
            self.agreers,
        )


def known_at(snapshot: Snapshot, organisation: str, as_at: dt.date) -> Known | None:
    """Read what was known on a date; None where no register of job plans or no staff list is loaded by then."""
    register = plan_register(snapshot, organisation)
    employed = snapshot.query(QUERIES / "employed_at.sql", organisation=organisation, as_at=as_at)
    if register.is_empty() or employed.is_empty():
        return None
    details = snapshot.query(QUERIES / "plan_details.sql", organisation=organisation)
    quarter = last_completed_quarter(as_at)
    rostered = by_person_and_category(rostered_sessions(snapshot, organisation, quarter))
    reconciled = snapshot.query(
        QUERIES / "rostered_categories.sql", organisation=organisation, first=window_start(as_at), last=as_at
    )
    return Known(
        known_at=as_at,
        employed=employed,
        overrides=snapshot.query(QUERIES / "scope_overrides.sql", organisation=organisation, as_at=as_at),
        leavings=snapshot.query(QUERIES / "leavings_recorded.sql", organisation=organisation, as_at=as_at),
        entered_late=left_and_entered_late(snapshot, organisation, as_at),
        plans=plans_as_known(register, as_at).join(details, on="plan_id", how="left", maintain_order="left"),
        activities=snapshot.query(QUERIES / "plan_activities.sql", organisation=organisation, weeks=WEEKS_IN_A_YEAR),
        meetings=meetings_held(snapshot, organisation, as_at),
        rostered=None if rostered.is_empty() else rostered,
        reconciled=None if reconciled.is_empty() else reconciled,
        agreers=snapshot.query(QUERIES / "plan_agreers.sql", organisation=organisation, as_at=as_at),
    )


def meetings_held(snapshot: Snapshot, organisation: str, as_at: dt.date) -> pl.DataFrame:
    """Read the meetings held by a date; one without a reference cannot be looked up and is no evidence."""
    rows = snapshot.query(QUERIES / "meetings_held.sql", organisation=organisation, as_at=as_at)
    scope = pl.col("scope").map_elements(read_scope, return_dtype=pl.String)
    return rows.filter(pl.col("reference").str.strip_chars() != "").with_columns(scope=scope)


def _without(employed: pl.DataFrame, gone: pl.DataFrame) -> pl.DataFrame:
    """Take out assignments that have ended: one leaving ends the assignment it names, or the whole employment."""
    person = pl.col("person_key")
    everything = gone.filter(pl.col("assignment_key").is_null())["person_key"]
    rows = employed.filter(~person.is_in(everything.implode()))
    # a starter's one post has no number yet: any leaving of theirs ends it
    rows = rows.filter(~(pl.col("is_new_starter") & person.is_in(gone["person_key"].implode())))
    return rows.join(gone.drop_nulls("assignment_key"), on=["person_key", "assignment_key"], how="anti")


def has_no_team() -> pl.Expr:
    """Say whether a post belongs to no team."""
    return pl.col("team").is_null() | (pl.col("team") == NO_TEAM)
