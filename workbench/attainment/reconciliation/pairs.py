"""The pairs of sources, each with its checks, and how far their keys meet before any value is compared."""

from __future__ import annotations

import polars as pl

from workbench.attainment.coverage import PlanCoverage
from workbench.attainment.reconciliation.exceptions import RAISED
from workbench.attainment.reconciliation.line_checks import (
    esr_and_costing,
    esr_and_ledger,
    plans_and_ledger,
    template_and_ledger,
    template_and_plans,
)
from workbench.attainment.reconciliation.matching import match_rate, match_rates, rate_of_cost_centres, unit_key
from workbench.attainment.reconciliation.plan_checks import esr_and_plans
from workbench.attainment.reconciliation.roster_checks import esr_and_roster, placed
from workbench.attainment.reconciliation.sources import SOURCES, Sources
from workbench.attainment.reconciliation.tolerances import Tolerances


def pair_checks(sources: Sources, lines: pl.DataFrame, tolerances: Tolerances) -> pl.DataFrame:
    """Ask every check of every pair whose sources are loaded; a source that is not loaded raises nothing.

    Returns:
        One row per exception, in the columns of `RAISED`.
    """
    frames = [
        *esr_and_ledger(lines, tolerances),
        *esr_and_costing(sources, tolerances),
        *esr_and_plans(sources, tolerances),
        *esr_and_roster(sources, tolerances),
        *template_and_ledger(lines, tolerances),
        *template_and_plans(sources),
        *plans_and_ledger(lines, sources, tolerances),
    ]
    return pl.concat(frames).select(*RAISED)


def key_matches(sources: Sources) -> pl.DataFrame:
    """Count for each key how many values both sources hold, one alone holds, or nobody can place.

    A side that need not hold every key (units without a template, posts without a roster) is not asked for those it
    lacks: the count is null.

    Returns:
        One row per key and pair of sources: `key`, `left`, `right`, `matched`, `after_tidying` (of the matched:
        not spelt alike), `left_only`, `right_only`, `ambiguous`, `matched_share` (per cent).
    """
    rows = []
    held = set(sources.counted["source"])
    for left, right, both_ways in (
        ("staff_in_post", "ledger", True),
        ("staff_in_post", "costing_splits", True),
        ("roster_templates", "ledger", False),
    ):
        if {left, right} <= held:
            rows.append(rate_of_cost_centres(sources.counted, left, right, SOURCES, both_ways=both_ways))
    if sources.ledger is not None:
        rows.append(_lines(sources.posts.filter("is_substantive"), sources.ledger))
    if sources.templates is not None:
        rows.append(_units(sources.posts, sources.templates))
    if sources.coverage is not None:
        rows += _plans(sources, sources.coverage)
    if sources.rostered is not None:
        rows.append(_rosters(placed(sources.posts, sources.rostered)))
    if sources.splits is not None:
        rows.append(_costings(sources.posts, sources.splits))
    return match_rates(rows)


def _both(left: set[object], right: set[object]) -> dict[str, int]:
    return {"matched": len(left & right), "left_only": len(left - right), "right_only": len(right - left)}


def _lines(posts: pl.DataFrame, ledger: pl.DataFrame) -> dict[str, object]:
    line = ("cost_centre", "group_code")
    both = _both(set(posts.select(line).iter_rows()), set(ledger.select(line).iter_rows()))
    return match_rate("cost centre and staff group", SOURCES["staff_in_post"], SOURCES["ledger"], **both)


def _units(posts: pl.DataFrame, templates: pl.DataFrame) -> dict[str, object]:
    """Match the templates' units to teams; a team without a template need not have one, so none is missing."""
    teams = posts.select(name="team", key=unit_key("team")).drop_nulls().unique()
    units = templates.select(name="unit", key="unit_key").drop_nulls().unique()
    there = set(units["key"]) & set(teams["key"])
    spelt = units.filter(pl.col("key").is_in(list(there))).join(teams, on=["key", "name"], how="anti")
    return match_rate(
        "unit", SOURCES["roster_templates"], SOURCES["staff_in_post"], matched=len(there),
        after_tidying=spelt["key"].n_unique(), left_only=len(set(units["key"]) - there), right_only=None,
    )  # fmt: skip


def _plans(sources: Sources, coverage: PlanCoverage) -> list[dict[str, object]]:
    """Match active plans to people and assignments; in-scope people without any plan stand on ESR's side alone."""
    people = set(sources.posts["person_key"])
    planned = set(sources.plans["person_key"])
    without = coverage.posts.filter(pl.col("state") == "none")
    esr, plans = SOURCES["staff_in_post"], SOURCES["job_plans"]
    named = sources.plans.filter(pl.col("assignment_key").is_not_null())
    unnamed = sources.covered.filter(pl.col("plan_assignment").is_null())
    one = unnamed.filter(pl.col("assignments") == 1)["plan_id"].n_unique()
    found = named.join(sources.posts, on="assignment_key", how="semi").height
    lost = sources.plans.filter(pl.col("assignment_key").is_null()).join(
        sources.posts.select("person_key").unique(), on="person_key", how="anti"
    )
    return [
        match_rate("person", esr, plans, matched=len(planned & people), right_only=len(planned - people),
                   left_only=without["person_key"].n_unique()),
        match_rate("assignment", esr, plans, matched=found + one, after_tidying=one,
                   right_only=named.height - found + lost.height, ambiguous=unnamed["plan_id"].n_unique() - one,
                   left_only=without["assignment_key"].n_unique()),
    ]  # fmt: skip


def _rosters(rostered: pl.DataFrame) -> dict[str, object]:
    """Match rostered people to assignments; posts that are on no roster are many and are checked where it matters."""
    counts = dict(
        rostered.group_by("match")
        .agg(pl.struct("person_key", "assignment_key").n_unique())
        .iter_rows()
    )  # fmt: skip
    only = int(counts.get("only post", 0))
    return match_rate(
        "assignment", SOURCES["staff_in_post"], SOURCES["roster_sessions"],
        matched=int(counts.get("matched", 0)) + only, after_tidying=only, left_only=None,
        right_only=int(counts.get("not in post", 0)), ambiguous=int(counts.get("ambiguous", 0)),
    )  # fmt: skip


def _costings(posts: pl.DataFrame, splits: pl.DataFrame) -> dict[str, object]:
    own = set(posts.filter("is_substantive")["assignment_key"])
    every = set(posts["assignment_key"])
    charged = set(splits["assignment_key"])
    return match_rate(
        "assignment", SOURCES["staff_in_post"], SOURCES["costing_splits"], matched=len(charged & every),
        left_only=len(own - charged), right_only=len(charged - every),
    )  # fmt: skip
