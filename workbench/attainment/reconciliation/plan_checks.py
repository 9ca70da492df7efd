"""What differs between ESR and the job plans: existence, duplicates, hours and team, plan by plan.

Active plans are compared: reviewed and approved in the past 12 months, on the software.
"""

from __future__ import annotations

import polars as pl

from workbench.attainment.coverage import PlanCoverage
from workbench.attainment.reconciliation.exceptions import in_words, number, raised
from workbench.attainment.reconciliation.four_way import SMALL
from workbench.attainment.reconciliation.sources import Sources
from workbench.attainment.reconciliation.tolerances import MEDICAL, Tolerances


def esr_and_plans(sources: Sources, tolerances: Tolerances) -> list[pl.DataFrame]:
    """Compare staff in post with their job plans; nothing where no register is loaded."""
    if sources.coverage is None:
        return []
    return [
        _without_plan(sources.posts, sources.coverage),
        *_orphans(sources),
        _duplicates(sources),
        *_hours(sources, tolerances),
        _team(sources),
    ]


def _without_plan(posts: pl.DataFrame, coverage: PlanCoverage) -> pl.DataFrame:
    people = coverage.posts.filter(pl.col("state") == "none").select("person_key").unique()
    own = posts.filter("in_scope").join(people, on="person_key", how="semi")
    first = own.sort("person_key", "assignment_key").unique("person_key", keep="first", maintain_order=True)
    return raised(
        first.drop("assignment_key"), "no_plan", subject=pl.col("person_key"), field="plan", left=pl.lit("in scope"),
        right=pl.lit(None), detail=pl.lit("No plan of any kind is in the register."),
    )  # fmt: skip


def _orphans(sources: Sources) -> list[pl.DataFrame]:
    listed = sources.posts.select("person_key").unique()
    known = sources.known_people.select("person_key", "leaving_date", is_known=True)
    gone = sources.plans.join(listed, on="person_key", how="anti").join(known, on="person_key", how="left")
    why = (
        pl.when(pl.col("leaving_date").is_not_null()).then(pl.lit("left"))
        .when(pl.col("is_known")).then(pl.lit("no longer on the staff list"))
        .otherwise(pl.lit("not known to ESR"))
    )  # fmt: skip
    ended = (
        sources.plans.filter(pl.col("assignment_key").is_not_null())
        .join(listed, on="person_key", how="semi")
        .join(sources.posts, on="assignment_key", how="anti")
    )
    return [
        raised(
            gone, "plan_not_in_esr", subject=pl.col("plan_id"), field="person", left=why, right=pl.lit("active plan"),
            detail=pl.format("The person of the plan: {}.", why),
        ),
        raised(
            ended, "plan_on_ended_post", subject=pl.col("plan_id"), field="assignment", left=pl.lit("not in post"),
            right=pl.lit("active plan"), detail=pl.lit("The person is in post; the assignment of the plan is not."),
        ),
    ]  # fmt: skip


def _duplicates(sources: Sources) -> pl.DataFrame:
    several = (
        sources.covered.filter(pl.col("plan_assignment").is_not_null() | (pl.col("assignments") == 1))
        .group_by("assignment_key")
        .agg(
            pl.col("person_key", "cost_centre", "group_code", "staff_group").first(),
            team=pl.col("own_team").first(),
            plans=pl.col("plan_id").n_unique().cast(pl.Int64),
            which=pl.col("plan_id").unique().sort().str.join(", "),
        )
        .filter(pl.col("plans") > 1)
    )
    return raised(
        several, "duplicate_plans", subject=pl.col("assignment_key"), field="plan", left=pl.lit("1"),
        right=number("plans"), difference=pl.col("plans") - 1,
        detail=pl.format("Active plans {}. The latest approved counts.", "which"),
    )  # fmt: skip


def _hours(sources: Sources, tolerances: Tolerances) -> list[pl.DataFrame]:
    """Compare each plan's weekly hours with the contracted hours of all assignments that it covers."""
    plans = (
        sources.covered.sort("plan_id", "assignment_key")
        .group_by("plan_id", maintain_order=True)
        .agg(
            pl.col("person_key", "cost_centre", "group_code", "staff_group", "weekly_hours").first(),
            team=pl.col("own_team").first(),
            contracted_hours=pl.col("hours").sum(),
        )
    )
    hours_allowed = tolerances.pa_tolerance * tolerances.pa_hours
    difference = pl.col("weekly_hours") - pl.col("contracted_hours")
    counted = plans.filter(pl.col("weekly_hours").is_not_null())
    doctors = counted.filter(pl.col("group_code") == MEDICAL).with_columns(
        pas=pl.col("weekly_hours") / tolerances.pa_hours
    )
    subject = pl.col("plan_id")
    return [
        raised(
            counted.filter(difference.abs() > hours_allowed + SMALL), "hours_differ", subject=subject,
            field="weekly_hours", left=number("contracted_hours"), right=number("weekly_hours"),
            difference=difference, tolerance=hours_allowed,
            detail=pl.format("Contracted {} hours a week, planned {}.", in_words("contracted_hours"),
                             in_words("weekly_hours")),
        ),
        raised(
            plans.filter(pl.col("weekly_hours").is_null()), "plan_hours_missing", subject=subject,
            field="weekly_hours", left=number("contracted_hours"), right=pl.lit(None),
            detail=pl.lit("No activity of the plan is loaded: its hours are not known."),
        ),
        raised(
            doctors.filter(pl.col("pas") > tolerances.usual_maximum_pas + SMALL), "over_usual_maximum",
            subject=subject, field="programmed_activities", left=pl.lit(str(tolerances.usual_maximum_pas)),
            right=number("pas"), difference=pl.col("pas") - tolerances.usual_maximum_pas,
            detail=pl.format("{} programmed activities a week.", in_words("pas")),
        ),
    ]  # fmt: skip


def _team(sources: Sources) -> pl.DataFrame:
    """List plans whose team is none of the teams of the assignments that they cover."""
    named = sources.covered.filter(pl.col("plan_unit").is_not_null() & pl.col("own_unit").is_not_null())
    other = (
        named.filter((pl.col("plan_unit") != pl.col("own_unit")).all().over("plan_id"))
        .unique("plan_id", keep="first", maintain_order=True)
        .with_columns(team="own_team")
    )
    return raised(
        other, "plan_team_differs", subject=pl.col("plan_id"), field="team", left=pl.col("own_team"),
        right=pl.col("plan_team"), detail=pl.format("{} in ESR, {} in the plan.", "own_team", "plan_team"),
    )  # fmt: skip
