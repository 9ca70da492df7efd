"""How many of the people in scope have an active job plan (clause 1.4a, KPI 2), and what the others lack."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from workbench.attainment.plans import PRECEDENCE, STATES, covered_assignments, plan_states
from workbench.attainment.scope import Scope, scope_at
from workbench.attainment.standards import above_90_aim, meets_at_least_90
from workbench.measures.coverage import months_asked, months_loaded, months_missing
from workbench.measures.request import MeasureRequest
from workbench.professions import PROFESSIONAL_GROUPS, UNKNOWN_GROUP, professional_group_of
from workbench.warehouse.snapshot import Snapshot

QUERIES = Path(__file__).parent / "queries"

#: What becomes of plans that count for nobody.
UNMATCHED_PLANS = {
    "not_employed": "plans of people who are not employed on the date",
    "out_of_scope": "plans of people who are out of scope",
    "other_assignment": "plans on an assignment that has ended or is out of scope",
}

_GROUP_LABELS = {label.lower(): label for label in (*PROFESSIONAL_GROUPS, UNKNOWN_GROUP)}


@dataclass(frozen=True)
class PlanCoverage:
    """Who is in scope on a date and whether an active plan covers them.

    Attributes:
        scope: the people in scope and those left out.
        posts: one row per in-scope assignment, with its dimensions, the professional group, and the person's
            `state` and `has_active_plan`, which are the same in all rows of a person.
        unmatched: plans that count for nobody, by reason.
        on_cutoff: people whose active plan has a date on the first day of the window.
    """

    scope: Scope
    posts: pl.DataFrame
    unmatched: dict[str, int]
    on_cutoff: int

    def counted(self, by: tuple[str, ...] = (), *, covering: str = "strict") -> pl.DataFrame:
        """Count people in scope and people with an active plan, each once per row of `by`.

        A person with posts in two groups stands in both, so that rows may exceed the total.

        Returns:
            `by`, `active` and `in_scope`, both in people.
        """
        active = self.posts.with_columns(is_active=_is_active(covering))
        counts = (
            pl.col("person_key").filter("is_active").n_unique().alias("active"),
            pl.col("person_key").n_unique().alias("in_scope"),
        )
        rows = active.group_by(by).agg(counts) if by else active.select(counts)
        return rows.with_columns(pl.col("active", "in_scope").cast(pl.Int64))

    def of_service(self, service: str) -> PlanCoverage:
        """Keep the people with a post in one service; whether their plan is active stays a fact of the person.

        Exclusions and unmatched plans stay those of the organisation: people out of scope have no place in it.
        """
        return replace(self, posts=self.posts.filter(pl.col("service") == service))

    def states(self, *, covering: str = "strict") -> pl.DataFrame:
        """Count the people in scope by the state of their plan, in order of precedence; states without anybody too.

        Returns:
            One row per state: `state`, `label`, `people`.
        """
        state = pl.col("state")
        if covering == "lenient":
            state = pl.when(_is_active(covering)).then(pl.lit("active")).otherwise(state)
        people = self.posts.select("person_key", state.alias("state")).unique()
        counts = people.group_by("state").agg(people=pl.len().cast(pl.Int64))
        every = pl.DataFrame({"state": list(STATES), "label": list(STATES.values())})
        return every.join(counts, on="state", how="left", maintain_order="left").with_columns(
            pl.col("people").fill_null(0)
        )


def _is_active(covering: str) -> pl.Expr:
    """Whether a person counts as having an active plan: for every in-scope assignment (strict), or for any."""
    allowed = ["active", "partly_covered"] if covering == "lenient" else ["active"]
    return pl.col("state").is_in(allowed)


def plan_register(snapshot: Snapshot, organisation: str) -> pl.DataFrame:
    """Return every job plan of an organisation; no rows mean that no register was ever loaded for it."""
    return snapshot.query(QUERIES / "job_plans.sql", organisation=organisation)


def coverage_at(
    snapshot: Snapshot, organisation: str, as_at: dt.date, plans: pl.DataFrame | None = None
) -> PlanCoverage | None:
    """Work out who is in scope on a date and whether an active plan covers them.

    Args:
        snapshot: the warehouse as it stood after one load.
        organisation: code of the organisation.
        as_at: the as-of date; reviews, approvals and leavings after it do not exist.
        plans: the register, where it has been read already.

    Returns:
        None where the organisation has no job-plan register or no staff list by that date: that is no data, not 0%.
    """
    register = plan_register(snapshot, organisation) if plans is None else plans
    scope = scope_at(snapshot, organisation, as_at)
    if register.is_empty() or scope is None:
        return None
    return coverage_of(scope, plan_states(register, as_at))


def coverage_of(scope: Scope, known: pl.DataFrame) -> PlanCoverage:
    """Match the people in scope with their plans, whose states on the date are known."""
    covered = covered_assignments(scope.assignments, known)
    posts = _with_person_state(_with_best_plan(scope.assignments, covered))
    on_cutoff = covered.filter("on_cutoff")["person_key"].n_unique()
    return PlanCoverage(scope, posts, _unmatched(known, covered, scope), on_cutoff)


def _with_best_plan(assignments: pl.DataFrame, covered: pl.DataFrame) -> pl.DataFrame:
    """Give each in-scope assignment its best plan: the first state in precedence, then the latest approved.

    The professional group is the plan's where there is a plan, else read from ESR.
    """
    ranked = covered.with_columns(rank=_rank("state")).sort(
        ["person_key", "assignment_key", "rank", "approval_date", "plan_id"],
        descending=[False, False, False, True, False],
        nulls_last=True,
    )
    best = ranked.unique(["person_key", "assignment_key"], keep="first", maintain_order=True).select(
        "person_key", "assignment_key", post_state="state", plan_group="professional_group"
    )
    posts = assignments.join(best, on=["person_key", "assignment_key"], how="left", nulls_equal=True)
    return with_professional_group(posts).with_columns(pl.col("post_state").fill_null("none"))


def with_professional_group(posts: pl.DataFrame) -> pl.DataFrame:
    """Add the `professional_group` of each post: that of its plan (`plan_group`), else read from ESR, else unknown."""
    esr = ("staff_group_code", "profession", "job_role_code")
    groups = [
        {**dict(zip(esr, values, strict=True)), "esr_group": professional_group_of(*values)}
        for values in posts.select(esr).unique().rows()
    ]
    read = pl.DataFrame(groups, schema=dict.fromkeys((*esr, "esr_group"), pl.String))
    # plan registers write the groups in their own way; a group that is not one of ours stays as it was received
    own = pl.col("plan_group").str.strip_chars()
    named = own.str.to_lowercase().replace_strict(_GROUP_LABELS, default=own, return_dtype=pl.String)
    return posts.join(read, on=esr, how="left", nulls_equal=True).with_columns(
        professional_group=pl.coalesce(named, "esr_group", pl.lit(UNKNOWN_GROUP))
    )


def _with_person_state(posts: pl.DataFrame) -> pl.DataFrame:
    """Give every person one state, the same in all their rows.

    Active needs every in-scope assignment covered. Someone with an active plan for some of them is partly covered;
    otherwise the first state in precedence among their assignments is theirs.
    """
    active = pl.col("post_state") == "active"
    best = _rank("post_state").min().over("person_key")
    state = (
        pl.when(active.all().over("person_key"))
        .then(pl.lit("active"))
        .when(active.any().over("person_key"))
        .then(pl.lit("partly_covered"))
        .otherwise(best.replace_strict(dict(enumerate(PRECEDENCE)), return_dtype=pl.String))
    )
    return posts.with_columns(state=state)


def _rank(column: str) -> pl.Expr:
    return pl.col(column).replace_strict({name: rank for rank, name in enumerate(PRECEDENCE)}, return_dtype=pl.Int64)


def _unmatched(plans: pl.DataFrame, covered: pl.DataFrame, scope: Scope) -> dict[str, int]:
    """Count the plans that cover nobody in scope; they are listed and never counted."""
    orphans = plans.join(covered.select("plan_id").unique(), on="plan_id", how="anti")
    in_scope = pl.col("person_key").is_in(scope.assignments["person_key"].unique().implode())
    excluded = pl.col("person_key").is_in(scope.excluded["person_key"].implode())
    reason = (
        pl.when(in_scope)
        .then(pl.lit("other_assignment"))
        .when(excluded)
        .then(pl.lit("out_of_scope"))
        .otherwise(pl.lit("not_employed"))
    )
    counts = dict(orphans.select(reason.alias("reason")).group_by("reason").len().iter_rows())
    return {name: counts.get(name, 0) for name in UNMATCHED_PLANS}


def active_job_plan_coverage(snapshot: Snapshot, request: MeasureRequest) -> tuple[pl.DataFrame, dict[str, object]]:
    """Count the people in scope with an active job plan, and the people in scope.

    The as-of date itself is used, not the last month end: plans, leavers and starters are dated by the day. With
    `month` among the dimensions each month end is an as-of date of its own. See
    docs/methodology/active_job_plan_coverage.md.

    Returns:
        One row per combination of the dimensions with `numerator` (people with an active plan) and `denominator`
        (people in scope); both null where no register or no staff list is loaded.
    """
    dates = dates_asked(snapshot, request)
    register = plan_register(snapshot, request.organisation)
    covering = request.options["coverage"]
    frames, at_last = [], None
    for day, known in dates.items():
        at_last = coverage_at(snapshot, request.organisation, day, register) if known else None
        frames.append(_rows(at_last, request, day, covering))
    stamp: dict[str, object] = {
        "window": "reviewed and approved in the 12 calendar months to the as-of date, both ends included",
        "scope": f"one organisation ({request.organisation}); each person once in every row they belong to",
        "population": "clinical staff employed on the as-of date, less the exclusions counted below",
        "months_missing": months_missing(request, months_loaded(snapshot, request.organisation)),
        "register": "loaded" if register.height else "no job-plan register is loaded for this organisation",
    }
    return pl.concat(frames), stamp | (_account(at_last) if at_last else {})


def dates_asked(snapshot: Snapshot, request: MeasureRequest) -> dict[dt.date, bool]:
    """Say which as-of dates a request asks about and whether they can be answered: one day, or every month end."""
    if not request.by_month:
        return {request.as_at: True}
    return months_asked(request, months_loaded(snapshot, request.organisation))


def _rows(coverage: PlanCoverage | None, request: MeasureRequest, day: dt.date, covering: str) -> pl.DataFrame:
    """Return the rows of one as-of date in the shape that every date shares."""
    dimensions = tuple(name for name in request.by if name not in ("month", "organisation"))
    schema = {**dict.fromkeys(dimensions, pl.String), "numerator": pl.Int64, "denominator": pl.Int64}
    if coverage is None:
        rows = pl.DataFrame({name: [None] for name in schema}, schema=schema)
    else:
        rows = coverage.counted(dimensions, covering=covering).rename(
            {"active": "numerator", "in_scope": "denominator"}
        )
    given = {"month": pl.lit(day, pl.Date), "organisation": pl.lit(request.organisation)}
    return rows.with_columns(given[name].alias(name) for name in request.by if name in given).select(
        *request.by, "numerator", "denominator"
    )


def _account(coverage: PlanCoverage) -> dict[str, object]:
    """Say beside the figure who was left out, what was not counted, and the figure in its other reading."""
    strict, lenient = (coverage.counted(covering=name).row(0) for name in ("strict", "lenient"))
    counts = {
        "people_active_strict": strict[0],
        "people_active_lenient": lenient[0],
        "people_in_scope": strict[1],
        "meets_at_least_90": meets_at_least_90(*strict),
        "above_90_aim": above_90_aim(*strict),
        "people_by_state": dict(coverage.states().select("state", "people").iter_rows()),
        "people_excluded": coverage.scope.excluded_by_reason,
        "people_on_cutoff": coverage.on_cutoff,
        "people_leaving_entered_late": coverage.scope.entered_late,
        "plans_not_counted": coverage.unmatched,
    }
    return {"staff_in_post_month": coverage.scope.period, "counts": counts}
