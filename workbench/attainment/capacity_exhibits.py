"""What the attainment page shows of capacity: by team, and whether teams plan alike."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import polars as pl

from workbench.attainment.capacity import (
    agreed_outputs,
    capacity_by_team,
    hours_for_duties,
    skill_mix,
    spread_between_teams,
)
from workbench.attainment.planned_time import planned_time_at
from workbench.disclosure import Rate, release
from workbench.exhibits import Column, Exhibit, ExhibitRequest
from workbench.exhibits.cells import shown_number
from workbench.exhibits.charts import Series, compare_dots
from workbench.periods import last_completed_quarter, shown_date

if TYPE_CHECKING:
    from workbench.workbench import Workbench

NO_DEMAND = "Demand is in no extract: what teams are asked for cannot be held against their capacity here."
CAPACITY_COLUMNS = (
    Column("quarter", "Quarter"),
    Column("team", "Team"),
    Column("output_metric", "Output"),
    Column("people", "Rostered", "count", "people"),
    Column("planned_sessions", "Planned", "fte", "sessions"),
    Column("delivered_sessions", "Delivered", "fte", "sessions"),
    Column("planned_output", "Planned capacity", "count"),
    Column("delivered_output", "Delivered capacity", "count"),
    Column("share", "Delivered of planned", "percent"),
)
DUTY, OUTPUT = "Hours a week for a duty", "Output of a session"


def capacity_of_teams(workbench: Workbench, request: ExhibitRequest) -> Exhibit:
    """How much can teams do in the sessions they plan, and how much did the delivered ones yield?

    Options: `metric` (the output that is drawn, such as "contacts"; without it, that of most people).
    """
    stamp = workbench.stamp(request.organisation, request.as_at)
    quarter = last_completed_quarter(request.as_at)
    rows = capacity_by_team(workbench.snapshot, request.organisation, request.as_at)
    released = release(
        rows,
        policy=workbench.policy,
        people=["people"],
        dependants=dict.fromkeys(
            ("planned_sessions", "delivered_sessions", "planned_output", "delivered_output"), ("people",)
        ),
        rates={"share": Rate("delivered_output", "planned_output")},
        by=("quarter", "output_metric"),
        within=("team",),
    )
    metric = request.options.get("metric", "") or _usual_metric(released.table)
    drawn = released.table.filter((pl.col("output_metric") == metric) & (pl.col("quarter") == str(quarter)))
    drawn = drawn.sort("planned_output", descending=True, nulls_last=True)
    drawing = compare_dots(
        drawn,
        category="team",
        series=[Series("planned_output", "Planned"), Series("delivered_output", "Delivered")],
        unit=f"{metric or 'output'} in the quarter, at the agreed output",
        subject=f"Capacity planned and delivered in {quarter} ({metric or 'no output agreed'}), by team",
        stamp=stamp,
        difference=("planned_output", "delivered_output"),
    )
    return Exhibit(
        id="capacity_by_team",
        question="How much can teams do in the sessions they plan, and how much did the delivered ones yield?",
        title=_capacity_title(drawn, metric, str(quarter)),
        caption=(
            "Sessions planned and delivered in a quarter, each times the output of a session that the job plan agrees. "
            f"The chart shows {metric or 'one output'} in {quarter}; the table shows every output and the quarters "
            "with a roster among the latest four. Sessions without an agreed output are left out."
        ),
        table=released.table,
        columns=CAPACITY_COLUMNS,
        figure=drawing.figure,
        alt=drawing.alt,
        measures=("planned_delivered_variance",),
        notes=(
            NO_DEMAND,
            "Delivered sessions are counted at the agreed output, too: the difference is one of sessions, not of how "
            "much was done in them.",
            *released.notes,
        ),
        stamp=stamp,
        withheld=released.withheld,
    )


def _usual_metric(table: pl.DataFrame) -> str:
    people = table.group_by("output_metric").agg(pl.col("people").sum())
    ordered = people.sort(["people", "output_metric"], descending=[True, False])
    return str(ordered["output_metric"][0]) if ordered.height else ""


def _capacity_title(drawn: pl.DataFrame, metric: str, quarter: str) -> str:
    shown = drawn.drop_nulls("share").sort("share")
    if shown.is_empty():
        return f"Capacity by team: nothing rostered with an agreed output can be shown for {quarter}"
    low = shown.row(0, named=True)
    planned, delivered = (float(shown[name].sum()) for name in ("planned_output", "delivered_output"))
    return (
        f"Sessions delivered in {quarter} were worth {shown_number(delivered)} of {shown_number(planned)} {metric} "
        f"planned; furthest behind is {low['team']} ({shown_number(low['share'], 1)}%)"
    )


def consistency_between_teams(workbench: Workbench, request: ExhibitRequest) -> Exhibit:
    """Do teams plan alike: the same time for a duty, the same output for an activity?"""
    stamp = workbench.stamp(request.organisation, request.as_at)
    planned = planned_time_at(workbench.snapshot, request.organisation, request.as_at)
    fewest = workbench.policy.smallest_shown
    frames = []
    if planned is not None:
        duties = spread_between_teams(hours_for_duties(planned), ["tariff_item"], "hours", fewest)
        outputs = spread_between_teams(agreed_outputs(planned), ["activity", "output_metric"], "output", fewest)
        named = pl.concat_str("activity", "output_metric", separator=": ")
        frames = [
            duties.with_columns(kind=pl.lit(DUTY), what="tariff_item").drop("tariff_item"),
            outputs.with_columns(kind=pl.lit(OUTPUT), what=named).drop("activity", "output_metric"),
        ]
    amounts = ("lowest", "middle", "highest", "times")
    schema = {"kind": pl.String, "what": pl.String, "teams": pl.Int64, "people": pl.Int64}
    schema |= dict.fromkeys(amounts, pl.Float64)
    rows = pl.concat([frame.select(list(schema)) for frame in frames]) if frames else pl.DataFrame(schema=schema)
    released = release(rows, policy=workbench.policy, people=["people"], by=("kind", "what"))
    hidden = pl.col("people").is_null()
    table = released.table.with_columns(pl.when(~hidden).then(name).alias(name) for name in amounts)
    return Exhibit(
        id="consistency_between_teams",
        question="Do teams plan alike: the same time for a duty, the same output for an activity?",
        title=_consistency_title(table),
        caption=(
            f"Job plans active on {shown_date(request.as_at)}: for each duty with a tariff item, the average hours a "
            "week of a person; for each activity, the agreed output of a session. Lowest, middle and highest team."
        ),
        table=table,
        columns=(
            Column("kind", "Compared"),
            Column("what", "Duty or activity"),
            Column("teams", "Teams", "count"),
            Column("people", "People", "count", "people"),
            Column("lowest", "Lowest team", "rate", decimals=2),
            Column("middle", "Middle team", "rate", decimals=2),
            Column("highest", "Highest team", "rate", decimals=2),
            Column("times", "Highest to lowest", "rate", "times"),
        ),
        figure=None,
        alt="",
        measures=("dcc_share",),
        notes=(
            "Teams lie apart for good reasons as well: a difference is a prompt to look, not a finding.",
            *((f"Teams of fewer than {fewest} people are not among the lowest and highest.",) if fewest > 1 else ()),
            *released.notes,
        ),
        stamp=stamp,
        withheld=released.withheld,
    )


def _consistency_title(table: pl.DataFrame) -> str:
    compared = table.filter((pl.col("teams") > 1) & pl.col("times").is_not_null())
    if compared.is_empty():
        return "Consistency between teams: no duty or activity can be compared"
    apart = compared.filter(pl.col("times") >= 2).height
    words = f"{apart} of {compared.height} duties and activities differ at least twofold between teams"
    widest = compared.sort("times", descending=True).row(0, named=True)
    return f"{words}; the widest is “{widest['what']}”, {shown_number(widest['times'], 1)} times"


def skill_mix_of_teams(workbench: Workbench, request: ExhibitRequest) -> Exhibit:
    """Which staff groups do the planned hours of each team come from?"""
    stamp = workbench.stamp(request.organisation, request.as_at)
    planned = planned_time_at(workbench.snapshot, request.organisation, request.as_at)
    schema = {"team": pl.String, "staff_group": pl.String, "people": pl.Int64, "hours": pl.Float64}
    rows = pl.DataFrame(schema=schema) if planned is None else skill_mix(planned)
    released = release(
        rows,
        policy=workbench.policy,
        people=["people"],
        dependants={"hours": ("people",)},
        by=("team",),
        within=("staff_group",),
        total_known=True,
    )
    # a share of the team needs all its rows; worked out from what is shown, it says no more than that does
    whole = pl.col("hours").is_not_null().all().over("team")
    share = 100 * pl.col("hours") / pl.col("hours").sum().over("team")
    table = released.table.with_columns(share=pl.when(whole).then(share), share_status=pl.col("hours_status"))
    table = table.with_columns(
        share_status=pl.when(pl.col("share").is_null()).then(pl.lit("secondary")).otherwise("share_status")
    )
    mixed = table.group_by("team").len().filter(pl.col("len") > 1).height
    teams = table["team"].n_unique()
    return Exhibit(
        id="skill_mix_by_team",
        question="Which staff groups do the planned hours of each team come from?",
        title=(
            f"{mixed} of {teams} teams with active plans plan hours of more than one staff group"
            if teams
            else "Skill mix: no planned time is loaded"
        ),
        caption=f"Hours a week in the job plans active on {shown_date(request.as_at)}, by team and staff group.",
        table=table,
        columns=(
            Column("team", "Team"),
            Column("staff_group", "Staff group"),
            Column("people", "People", "count", "people"),
            Column("hours", "Planned hours", "fte", "a week"),
            Column("share", "Share of the team's", "percent"),
        ),
        figure=None,
        alt="",
        measures=("dcc_share",),
        notes=("It shows people with an active plan only, not everybody in the team.", *released.notes),
        stamp=stamp,
        withheld=released.withheld,
    )


CAPACITY_EXHIBITS: dict[str, Callable[[Workbench, ExhibitRequest], Exhibit]] = {
    "capacity_by_team": capacity_of_teams,
    "consistency_between_teams": consistency_between_teams,
    "skill_mix_by_team": skill_mix_of_teams,
}
