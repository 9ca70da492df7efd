"""What state each job plan is in on a date, and which assignments it covers."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl

from workbench.attainment.standards import window_start

QUERIES = Path(__file__).parent / "queries"

#: States of a person or plan, in order of precedence: of several, the first one is given. Plans on the software come
#: before those elsewhere, because a person with both is on the software.
STATES = {
    "active": "active plan: reviewed and approved in the past 12 months",
    "partly_covered": "active plan for some assignments, not for all",
    "in_dispute": "in mediation or appeal",
    "awaiting_sign_off": "awaiting sign-off",
    "draft": "draft or in discussion",
    "date_missing": "approved, but the review or approval date is missing",
    "lapsed": "lapsed: reviewed or approved more than 12 months ago",
    "expired": "expired",
    "status_unknown": "plan status not known",
    "other_system": "on a spreadsheet or on paper only",
    "none": "no plan",
}
PRECEDENCE = tuple(STATES)

_DISPUTE = ("mediation", "appeal")
_DRAFT = ("draft", "in_discussion")
_EVENTS = ("review_date", "employee_signoff_date", "manager_signoff_date", "approval_date")


def plan_states(plans: pl.DataFrame, as_at: dt.date) -> pl.DataFrame:
    """Give each plan the state it was in on a date, reading it as known on that date.

    Active means reviewed and approved in the past 12 months: both dates, as the source prints. Start and end dates
    are not tested. Reviews and approvals after the date do not exist yet. A plan superseded since was approved on
    the date, unless a later plan of the same person and assignment had been approved by then; a plan that has
    expired since, by its own end date, likewise.

    Args:
        plans: one row per plan of the register.
        as_at: the as-of date.

    Returns:
        The plans that existed on the date, with `state` (a key of `STATES`) and `on_cutoff` (active, with a date on
        the first day of the window).
    """
    known = plans.filter(_known(as_at)).with_columns(replaced=_is_replaced(plans, as_at))
    review, approval = pl.col("review_date"), pl.col("approval_date")
    start = window_start(as_at)
    in_force = (
        (pl.col("status") == "approved")
        | ((pl.col("status") == "superseded") & ~pl.col("replaced"))
        | ((pl.col("status") == "expired") & (pl.col("end_date") >= as_at))
    ).fill_null(False)
    states = (
        pl.when((pl.col("system") != "software").fill_null(True))
        .then(pl.lit("other_system"))
        .when(in_force & (review > as_at).fill_null(False) | in_force & (approval > as_at).fill_null(False))
        .then(pl.lit("awaiting_sign_off"))
        .when(in_force & (review.is_null() | approval.is_null()))
        .then(pl.lit("date_missing"))
        .when(in_force & (review >= start) & (approval >= start))
        .then(pl.lit("active"))
        .when(in_force | (pl.col("status") == "superseded"))
        .then(pl.lit("lapsed"))
        .when(pl.col("status") == "expired")
        .then(pl.lit("expired"))
        .when(pl.col("status").is_in(_DISPUTE))
        .then(pl.lit("in_dispute"))
        .when(pl.col("status") == "first_sign_off")
        .then(pl.lit("awaiting_sign_off"))
        .when(pl.col("status").is_in(_DRAFT))
        .then(pl.lit("draft"))
        .otherwise(pl.lit("status_unknown"))
    )
    on_cutoff = (pl.col("state") == "active") & ((review == start) | (approval == start))
    return known.with_columns(state=states).with_columns(on_cutoff=on_cutoff.fill_null(False)).drop("replaced")


def plans_as_known(plans: pl.DataFrame, known_at: dt.date) -> pl.DataFrame:
    """Give the register as it stood on a date: what happened to a plan afterwards is taken back.

    Reviews and approvals after the date are blank, and a plan superseded or expired since is approved again. Looking
    ahead from the date, plans then age and nothing is renewed. On the date itself `plan_states` says the same of
    these rows as of the register.
    """
    known = plans.filter(_known(known_at)).with_columns(replaced=_is_replaced(plans, known_at))
    was_approved = (
        (pl.col("status") == "approved")
        | ((pl.col("status") == "superseded") & ~pl.col("replaced"))
        | ((pl.col("status") == "expired") & (pl.col("end_date") >= known_at))
    ).fill_null(False)
    later = pl.any_horizontal((pl.col(name) > known_at).fill_null(False) for name in ("review_date", "approval_date"))
    status = (
        pl.when(was_approved & later)
        .then(pl.lit("first_sign_off"))
        .when(was_approved)
        .then(pl.lit("approved"))
        .otherwise("status")
    )
    # the status looks at the dates before they are blanked
    return (
        known.with_columns(status=status)
        .with_columns(pl.when(pl.col(name) <= known_at).then(name).alias(name) for name in _EVENTS)
        .drop("replaced")
    )


def _known(as_at: dt.date) -> pl.Expr:
    """Keep plans that existed on the date: begun or signed by then, or unfinished and so without a dated end."""
    unfinished = ~pl.col("status").is_in(["approved", "superseded", "expired"]).fill_null(False)
    dated = [(pl.col(name) <= as_at).fill_null(False) for name in ("start_date", *_EVENTS)]
    return pl.any_horizontal(unfinished, *dated)


def _is_replaced(plans: pl.DataFrame, as_at: dt.date) -> pl.Expr:
    """Say whether a later plan of the same person, for the same assignment or for none, was approved by the date."""
    approved = plans.filter(
        pl.col("status").is_in(["approved", "superseded", "expired"]) & (pl.col("approval_date") <= as_at)
    ).select("person_key", later_assignment="assignment_key", later_approval="approval_date")
    same_work = (
        pl.col("assignment_key").is_null()
        | pl.col("later_assignment").is_null()
        | (pl.col("assignment_key") == pl.col("later_assignment"))
    )
    replaced = (
        plans.join(approved, on="person_key")
        .filter(same_work & (pl.col("later_approval") > pl.col("approval_date")))["plan_id"]
        .unique()
    )
    return pl.col("plan_id").is_in(replaced.implode())


def covered_assignments(assignments: pl.DataFrame, plans: pl.DataFrame) -> pl.DataFrame:
    """Match plans to the assignments they cover.

    A plan with an assignment number covers that assignment. One without covers the person's assignments in the
    plan's team, else all of them. A plan on an assignment that is not in scope or has ended covers nothing, as does
    the plan of someone who is not in scope: coverage can therefore never exceed 100%.

    Args:
        assignments: in-scope assignments, one row each (`person_key`, `assignment_key`, `team`, `is_new_starter`).
        plans: plans with their state.

    Returns:
        One row per covered assignment and plan: `person_key`, `assignment_key`, `plan_id`, `state`,
        `professional_group` (of the plan), `approval_date`, `on_cutoff`.
    """
    plan = plans.select(
        "plan_id",
        "person_key",
        "state",
        "on_cutoff",
        "approval_date",
        plan_assignment="assignment_key",
        plan_team=_team_key("team"),
        plan_group="professional_group",
    )
    work = assignments.select("person_key", "assignment_key", "is_new_starter", own_team=_team_key("team"))
    pairs = work.join(plan, on="person_key").with_columns(
        in_team=(pl.col("own_team") == pl.col("plan_team")).fill_null(False)
    )
    named = pl.col("plan_assignment").is_not_null()
    # the one unknown post of someone who started since the newest staff list is covered by any plan of theirs
    covers = (
        pl.when("is_new_starter")
        .then(True)
        .when(named)
        .then((pl.col("plan_assignment") == pl.col("assignment_key")).fill_null(False))
        .otherwise(pl.col("in_team") | ~pl.col("in_team").any().over("person_key", "plan_id"))
    )
    return (
        pairs.filter(covers)
        .select(
            "person_key",
            "assignment_key",
            "plan_id",
            "state",
            "on_cutoff",
            "approval_date",
            professional_group="plan_group",
        )
        .sort("person_key", "assignment_key", "plan_id")
    )


def _team_key(column: str) -> pl.Expr:
    return pl.col(column).str.strip_chars().str.to_lowercase()
