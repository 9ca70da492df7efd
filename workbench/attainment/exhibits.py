"""What the attainment page shows first: who has an active job plan, and what the others lack."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import polars as pl

from workbench.attainment.capacity_exhibits import CAPACITY_EXHIBITS
from workbench.attainment.comparison_exhibits import COMPARISON_EXHIBITS
from workbench.attainment.coverage import UNMATCHED_PLANS, PlanCoverage, coverage_at
from workbench.attainment.kpi_exhibits import KPI_EXHIBITS
from workbench.attainment.level_exhibits import LEVEL_EXHIBITS
from workbench.attainment.next_level_exhibits import NEXT_LEVEL_EXHIBITS
from workbench.attainment.reconciliation_exhibits import RECONCILIATION_EXHIBITS
from workbench.attainment.scope import EXCLUSION_REASONS
from workbench.attainment.standards import AIM_IN_WORDS, AIM_PER_CENT, above_90_aim
from workbench.disclosure import Policy, Rate, release
from workbench.exhibits import Column, Exhibit, ExhibitRequest
from workbench.exhibits.cells import shown_number
from workbench.exhibits.charts import bars_with_aim
from workbench.periods import shown_date
from workbench.professions import PROFESSIONAL_GROUPS, UNKNOWN_GROUP

if TYPE_CHECKING:
    from workbench.workbench import Workbench

TOTAL = "Total"
_WINDOW_NOTE = (
    "Active: reviewed and approved in the 12 calendar months to the date shown, both ends included, on the "
    "job-planning software. Someone with several posts needs all of them covered."
)


def active_plans_by_group(workbench: Workbench, request: ExhibitRequest) -> Exhibit:
    """What share of each professional group has an active job plan?

    Options: `service` (people with a post in one service only).
    """
    service = request.options.get("service", "")
    stamp = workbench.stamp(request.organisation, request.as_at, service or "whole organisation")
    coverage = _coverage(workbench, request, service)
    counted = _by_group(coverage)
    released = release(
        counted,
        policy=workbench.policy,
        people=["active", "in_scope"],
        within=("professional_group",),
        rates={"share": Rate("active", "in_scope")},
        parts={"in_scope": ("active",)},
    )
    drawing = bars_with_aim(
        released.table,
        category="professional_group",
        share="share",
        numerator="active",
        denominator="in_scope",
        subject="Share of people in scope with an active job plan, by professional group",
        stamp=stamp,
        unit="% of people in scope",
        aim=AIM_PER_CENT,
        aim_label=f"aim: {AIM_IN_WORDS}",
    )
    return Exhibit(
        id="active_plans_by_group",
        question="What share of each professional group has an active job plan?",
        title=_coverage_title(released.table, coverage),
        caption=(
            f"Clinical staff in scope employed on {shown_date(request.as_at)}; people with an active job plan as a "
            f"share of people in scope. The aim printed for this indicator is {AIM_IN_WORDS}."
        ),
        table=released.table,
        columns=(
            Column("professional_group", "Professional group"),
            Column("active", "With an active plan", "count", "people"),
            Column("in_scope", "In scope", "count", "people"),
            Column("share", "Share", "percent"),
        ),
        figure=drawing.figure,
        alt=drawing.alt,
        measures=("active_job_plan_coverage",),
        notes=(*_coverage_notes(coverage, workbench.policy), *released.notes),
        stamp=stamp,
        withheld=released.withheld,
    )


def plans_not_active_reasons(workbench: Workbench, request: ExhibitRequest) -> Exhibit:
    """Why are the other job plans not active?

    Options: `service` (people with a post in one service only).
    """
    service = request.options.get("service", "")
    stamp = workbench.stamp(request.organisation, request.as_at, service or "whole organisation")
    coverage = _coverage(workbench, request, service)
    released = release(_reasons(coverage), policy=workbench.policy, people=["people"], within=("label",))
    table = _with_share_of_total(released.table)
    drawing = bars_with_aim(
        table.filter(pl.col("label") != TOTAL),
        category="label",
        share="share",
        numerator="people",
        denominator="without",
        subject="People in scope without an active job plan, by reason",
        stamp=stamp,
        unit="% of people in scope without an active plan",
    )
    return Exhibit(
        id="plans_not_active_reasons",
        question="Why are the other job plans not active?",
        title=_reasons_title(table, coverage),
        caption=(
            f"People in scope on {shown_date(request.as_at)} without an active job plan, each with one reason: that of "
            "the plan nearest to being active. Plans on the software come before plans kept elsewhere."
        ),
        table=table,
        columns=(
            Column("label", "Reason"),
            Column("people", "People", "count", "people"),
            Column("share", "Share of those without an active plan", "percent"),
        ),
        figure=drawing.figure,
        alt=drawing.alt,
        measures=("active_job_plan_coverage",),
        notes=(*_unmatched_notes(coverage, workbench.policy), *released.notes),
        stamp=stamp,
        withheld=released.withheld,
    )


def _coverage(workbench: Workbench, request: ExhibitRequest, service: str) -> PlanCoverage | None:
    coverage = coverage_at(workbench.snapshot, request.organisation, request.as_at)
    return coverage.of_service(service) if coverage and service else coverage


def _by_group(coverage: PlanCoverage | None) -> pl.DataFrame:
    """Count by professional group with the distinct total; without data, one total row that says so."""
    schema = {"professional_group": pl.String, "active": pl.Int64, "in_scope": pl.Int64}
    if coverage is None:
        return pl.DataFrame({"professional_group": [TOTAL], "active": [None], "in_scope": [None]}, schema=schema)
    groups = coverage.counted(("professional_group",))
    order = {label: place for place, label in enumerate(PROFESSIONAL_GROUPS)} | {
        UNKNOWN_GROUP: len(PROFESSIONAL_GROUPS) + 1
    }
    place = pl.col("professional_group").replace_strict(order, default=len(PROFESSIONAL_GROUPS))
    groups = groups.sort(place, "professional_group")
    total = coverage.counted().select(pl.lit(TOTAL).alias("professional_group"), "active", "in_scope")
    return pl.concat([groups, total]).cast(schema)  # type: ignore[arg-type]


def _coverage_title(table: pl.DataFrame, coverage: PlanCoverage | None) -> str:
    if coverage is None:
        return "Active job plans: no job-plan register or no staff list is loaded"
    total = table.filter(pl.col("professional_group") == TOTAL).row(0, named=True)
    if total["share_status"] == "not_applicable":
        return "Active job plans: nobody is in scope"
    if total["share"] is None:
        return "Active job plans: too few people to show the share"
    reached = above_90_aim(total["active"], total["in_scope"])
    sign = "above" if reached else "short of"
    groups = table.filter((pl.col("professional_group") != TOTAL) & pl.col("share").is_not_null())
    reaching = sum(bool(above_90_aim(*pair)) for pair in groups.select("active", "in_scope").rows())
    share = f"{shown_number(total['share'], 1)}% of people in scope have an active job plan"
    return f"{share}, {sign} the aim of {AIM_IN_WORDS}; {reaching} of {groups.height} groups shown reach it"


def _coverage_notes(coverage: PlanCoverage | None, policy: Policy) -> tuple[str, ...]:
    if coverage is None:
        return ("No data is not 0%: nothing is said about people whose plans are not loaded.",)
    excluded = pl.DataFrame(
        {"reason": list(EXCLUSION_REASONS.values()), "people": list(coverage.scope.excluded_by_reason.values())}
    )
    out = _counts_in_words(excluded, "reason", "people", policy)
    return (
        _WINDOW_NOTE,
        f"Employed and out of scope: {out}." if out else "Nobody employed is out of scope.",
        f"Staff list of {shown_date(coverage.scope.period)}, with starters and leavers up to the date shown.",
        "Someone with posts in two groups counts once in each and once in the total.",
    )


def _unmatched_notes(coverage: PlanCoverage | None, policy: Policy) -> tuple[str, ...]:
    if coverage is None:
        return ("No data is not 0%: nothing is said about people whose plans are not loaded.",)
    plans = pl.DataFrame({"reason": list(UNMATCHED_PLANS.values()), "plans": list(coverage.unmatched.values())})
    listed = _counts_in_words(plans, "reason", "plans", policy)
    return (_WINDOW_NOTE, f"Not counted for anybody: {listed}." if listed else "Every plan belongs to a post in scope.")


def _counts_in_words(table: pl.DataFrame, label: str, count: str, policy: Policy) -> str:
    """Word released counts as a list, leaving out those of nobody."""
    released = release(table, policy=policy, people=[count]).table
    return ", ".join(
        f"{row[label]} {'[c]' if row[count] is None else shown_number(row[count])}"
        for row in released.iter_rows(named=True)
        if row[count] != 0
    )


def _reasons(coverage: PlanCoverage | None) -> pl.DataFrame:
    """Count people without an active plan by reason, most frequent first, with the total."""
    if coverage is None:
        return pl.DataFrame({"label": [TOTAL], "people": [None]}, schema={"label": pl.String, "people": pl.Int64})
    states = coverage.states().filter(pl.col("state") != "active").select("label", "people")
    total = states.select(pl.lit(TOTAL).alias("label"), pl.col("people").sum())
    return pl.concat([states.sort("people", descending=True, maintain_order=True), total])


def _with_share_of_total(table: pl.DataFrame) -> pl.DataFrame:
    """Work out shares from the released numbers, so that they say no more than those do."""
    total = table.filter(pl.col("label") == TOTAL).row(0, named=True)
    without, hidden = total["people"], total["people_status"] in ("primary", "secondary")
    status = pl.when(hidden).then(pl.lit("secondary")).otherwise("people_status")
    if without == 0:
        status = pl.lit("not_applicable")
    share = 100 * pl.col("people") / pl.lit(without or None, pl.Float64)
    return table.with_columns(
        without=pl.lit(without, pl.Int64),
        without_status=pl.lit(total["people_status"]),
        share=pl.when(status.is_in(["shown", "rounded"])).then(share),
        share_status=status,
    )


def _reasons_title(table: pl.DataFrame, coverage: PlanCoverage | None) -> str:
    if coverage is None:
        return "Why plans are not active: no job-plan register or no staff list is loaded"
    total = table.filter(pl.col("label") == TOTAL)["people"].item()
    if total == 0:
        return "Everybody in scope has an active job plan"
    shown = table.filter((pl.col("label") != TOTAL) & (pl.col("people") > 0))
    if total is None or shown.is_empty():
        return "Why plans are not active: too few people to show"
    first = shown.row(0, named=True)
    return (
        f"{shown_number(total)} people in scope have no active job plan; the most frequent reason shown is "
        f"“{first['label']}” ({shown_number(first['people'])})"
    )


EXHIBITS: dict[str, Callable[[Workbench, ExhibitRequest], Exhibit]] = {
    "active_plans_by_group": active_plans_by_group,
    "plans_not_active_reasons": plans_not_active_reasons,
    **RECONCILIATION_EXHIBITS,
    **KPI_EXHIBITS,
    **CAPACITY_EXHIBITS,
    **COMPARISON_EXHIBITS,
    **LEVEL_EXHIBITS,
    **NEXT_LEVEL_EXHIBITS,
}
