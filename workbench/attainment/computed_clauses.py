"""The half of a clause that the extracts decide: shares of people, plans and activities, and meetings held.

Every computation returns whole numbers for the trust, each professional group and each team. Where the set prints a
threshold, the numbers decide; where it prints none, they are shown and a person judges. Plans and activities are those
of active plans of people in scope. See docs/methodology/computed_clauses.md.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection

import polars as pl

from workbench.attainment.judgements import MET, NOT_APPLICABLE, NOT_MET
from workbench.attainment.known import Material
from workbench.attainment.levels import SHOWN, TRUST, Computed, group_scope, team_scope
from workbench.attainment.meeting_clauses import (
    Halves,
    counting_meetings,
    held,
    held_as_recommended,
    held_by_teams,
    indicators_reported,
    kept_by_teams,
    with_share,
)
from workbench.attainment.standard_sets import Clause, StandardSet
from workbench.periods import add_months

DIRECT_CARE, UNCATEGORISED = "DCC", "uncategorised"
#: An output this many times another one of the same activity in the same team is a prompt to look (our choice).
SPREAD = 2.0


def computed_halves(
    found: Material | None, standards: StandardSet, up_to: int | None = None
) -> dict[tuple[str, str], Computed]:
    """Work out every computed half of a set, by scope and clause; a missing one means that no extract carries it.

    Args:
        found: what was known; None where no register or no staff list is loaded.
        standards: the set of standards.
        up_to: leave out the levels above this one.
    """
    if found is None:
        return {}
    return {
        (scope, clause.id): half
        for standard in standards.standards
        if up_to is None or standard.level <= up_to
        for clause in standard.clauses
        if clause.computed_by
        for scope, half in COMPUTATIONS[clause.computed_by](clause, found).items()
    }


def _no_feed(_clause: Clause, _found: Material) -> Halves:
    return {}


def _resting(_clause: Clause, _found: Material) -> Halves:
    """Answered where the standards themselves are known (workbench.attainment.levels)."""
    return {}


def _active_plans(clause: Clause, found: Material) -> Halves:
    rows = found.coverage.posts.with_columns(ok=pl.col("state") == "active")
    return _shares(clause, found, rows, "person_key", "people in scope have an active plan")


def _objectives_and_activity(clause: Clause, found: Material) -> Halves:
    direct = _plans_with(found.activities, pl.col("category") == DIRECT_CARE)
    other = _plans_with(found.activities, pl.col("category") != DIRECT_CARE)
    plan = pl.col("plan_id")
    ok = (pl.col("objectives") >= 1).fill_null(False) & plan.is_in(direct.implode()) & plan.is_in(other.implode())
    return _shares(
        clause, found, found.plans.with_columns(ok=ok), "plan_id", "active plans have objectives, care and other time"
    )


def _time_to_agree_plans(clause: Clause, found: Material) -> Halves:
    in_scope = found.coverage.posts["person_key"].unique()
    agrees = found.agreers.explode("people").filter(pl.col("people").is_in(in_scope.implode()))["person_key"].unique()
    timed = found.activities.filter(
        (pl.col("weekly_sessions") > 0) & pl.col("activity").str.to_lowercase().str.contains("job plan", literal=True)
    )["person_key"].unique()
    person = pl.col("person_key")
    rows = found.coverage.posts.filter(person.is_in(agrees.implode()))
    rows = rows.with_columns(ok=person.is_in(timed.implode()))
    return _shares(
        clause,
        found,
        rows,
        "person_key",
        "supervisors in scope have time for job planning in their own plan",
        nothing=SHOWN,
    )


def _fully_categorised(clause: Clause, found: Material) -> Halves:
    unsorted = (pl.col("category") == UNCATEGORISED) | pl.col("category").is_null()
    loose = found.activities.filter(unsorted)["plan_id"].unique()
    filled = found.activities["plan_id"].unique()
    plan = pl.col("plan_id")
    rows = found.plans.with_columns(ok=plan.is_in(filled.implode()) & ~plan.is_in(loose.implode()))
    return _shares(clause, found, rows, "plan_id", "active plans have nothing uncategorised")


def _activities_with_output(clause: Clause, found: Material) -> Halves:
    named = pl.col("output_metric").is_not_null() & (pl.col("output_value") > 0).fill_null(False)
    return _shares(
        clause, found, _activity_rows(found).with_columns(ok=named), "activity", "activities have an agreed output"
    )


def _consistent_outputs(clause: Clause, found: Material) -> Halves:
    same = ["team", "professional_group", "activity_name", "output_metric"]
    rows = _activity_rows(found, name="activity_name").filter(pl.col("output_value") > 0)
    spread = rows.group_by(same).agg(
        ok=pl.col("output_value").max() <= SPREAD * pl.col("output_value").min(), records=pl.len()
    )
    unit = pl.concat_str(pl.col(name).fill_null("") for name in same)
    rows = spread.filter(pl.col("records") > 1).with_columns(unit=unit)
    return _shares(clause, found, rows, "unit", "activities of a team have outputs of like size", nothing=SHOWN)


def _plans_in_other_systems(clause: Clause, found: Material) -> Halves:
    """People planned on a spreadsheet or on paper alone; someone on both is on the software, and is told beside."""
    day = pl.lit(found.as_at)
    in_force = found.register.filter(
        (pl.col("status") == "approved")
        & (pl.col("start_date") <= day)
        & (pl.col("end_date").is_null() | (pl.col("end_date") >= day))
    )
    on_software = in_force.filter(pl.col("system") == "software")["person_key"].unique()
    elsewhere = in_force.filter(pl.col("system") != "software")["person_key"].unique()
    person = pl.col("person_key")
    rows = found.coverage.posts.with_columns(
        ok=person.is_in(elsewhere.implode()) & ~person.is_in(on_software.implode())
    )
    return _shares(clause, found, rows, "person_key", "people in scope plan in another system only")


def _activities_reconciled(clause: Clause, found: Material) -> Halves:
    if found.reconciled is None:
        return {}
    seen = found.reconciled.with_columns(ok=pl.lit(True))
    rows = _activity_rows(found).join(seen, on=["person_key", "category"], how="left")
    rows = rows.with_columns(pl.col("ok").fill_null(False))
    return _shares(clause, found, rows, "activity", "activities stood beside rostered time in the past 12 months")


def _disputes_closed(_clause: Clause, found: Material) -> Halves:
    stages = pl.concat(
        found.register.select(pl.col(name).alias("stage")) for name in ("mediation_status", "appeal_status")
    ).filter(pl.col("stage") != "")
    waiting = stages.filter(pl.col("stage").is_in(["open", "pending"])).height
    closed = stages.height - waiting
    with_outcome = stages.filter(~pl.col("stage").is_in(["open", "pending", "closed"])).height
    words = f"{with_outcome} of {closed} closed cases have an outcome; {waiting} are open"
    return {TRUST: Computed(SHOWN if closed else NOT_APPLICABLE, with_outcome, closed, words)}


def _team_meeting_before_plans(clause: Clause, found: Material) -> Halves:
    """The meeting of a plan's cycle: its own date, else the latest of the team in the 12 months up to its approval.

    The team also has to have met in the past 12 months; a date on a plan on the software is evidence of a meeting.
    """
    dates = counting_meetings(clause, found.meetings)

    def met_first(team: str | None, approved: dt.date | None, own: dt.date | None) -> bool:
        if approved is None:
            return False
        if own is not None:
            return own <= approved
        earliest = add_months(approved, -clause.window_months)
        return any(earliest <= day <= approved for day in dates.get(team_scope(team or ""), ()))

    rows = list(found.plans.select("team", "approval_date", "team_meeting_date").iter_rows())
    ok = pl.Series("ok", [met_first(*row) for row in rows], pl.Boolean)
    shares = _shares(
        clause, found, found.plans.with_columns(ok), "plan_id", "active plans were approved after their team met"
    )
    if not clause.frequency:
        return shares
    events = {scope: list(days) for scope, days in dates.items()}
    for team, _, own in rows:
        if team is not None and own is not None:
            events.setdefault(team_scope(team), []).append(own)
    kept = kept_by_teams(clause, found, events)
    return {scope: _all_asked(share, kept[scope]) for scope, share in shares.items()}


def _all_asked(share: Computed, meetings: Computed) -> Computed:
    """A computed clause with a threshold and a frequency: without anybody to count, the frequency alone says little."""
    both = with_share(share, meetings)
    if share.state == NOT_APPLICABLE and both.state == MET:
        return Computed(NOT_APPLICABLE, both.numerator, both.denominator, both.detail)
    return both


def _variances_explained(clause: Clause, found: Material) -> Halves:
    """Variances of the quarter with cause and action, beside the meetings at which the team leads reconciled."""
    kept = kept_by_teams(clause, found, counting_meetings(clause, found.meetings))
    if found.rostered is None:
        words = "no roster of the latest completed quarter is loaded"
        return {scope: Computed(half.state, detail=f"{words}; {half.detail}") for scope, half in kept.items()}
    place = found.coverage.posts.select("person_key", "team", "professional_group").unique()
    rows = place.join(found.rostered, on="person_key").filter(pl.col("differing") > 0)
    rows = rows.with_columns(
        unit=pl.concat_str("person_key", "category", separator="|"), ok=pl.col("explained") == pl.col("differing")
    )
    shares = _shares(clause, found, rows, "unit", "variances of the quarter have cause and action")
    return {scope: with_share(half, kept[scope]) for scope, half in shares.items()}


def _signed_by_both(clause: Clause, found: Material) -> Halves:
    signed = [
        (pl.col(name) <= found.as_at).fill_null(False) for name in ("employee_signoff_date", "manager_signoff_date")
    ]
    rows = found.plans.with_columns(ok=pl.all_horizontal(signed))
    return _shares(clause, found, rows, "plan_id", "active plans are signed by employee and manager")


def _linked_to_team_objectives(clause: Clause, found: Material) -> Halves:
    rows = found.plans.with_columns(ok=(pl.col("team_linked_objectives") >= 1).fill_null(False))
    return _shares(clause, found, rows, "plan_id", "active plans have an objective of their team's")


def _leadership_time(clause: Clause, found: Material) -> Halves:
    rows = _activity_rows(found).filter(pl.col("tariff_item").is_not_null())
    rows = rows.with_columns(ok=(pl.col("weekly_sessions") > 0).fill_null(False))
    return _shares(clause, found, rows, "activity", "duties with a tariff have time in a plan")


def _annualised(clause: Clause, found: Material) -> Halves:
    rows = found.plans.with_columns(ok=pl.col("annualised").is_in(["part", "whole"]).fill_null(False))
    return _shares(clause, found, rows, "plan_id", "active plans are annualised in part or whole; this is no target")


def _duties_against_tariff(clause: Clause, found: Material) -> Halves:
    rows = found.activities.filter(pl.col("tariff_item").is_not_null() & (pl.col("weekly_sessions") > 0))
    hours = rows.with_columns(hours=pl.col("weekly_sessions") * pl.col("hours_per_session"))
    usual = hours.group_by("tariff_item").agg(usual=pl.col("hours").median())
    beside = hours.join(usual, on="tariff_item").with_columns(
        ok=pl.col("hours").is_between(pl.col("usual") / SPREAD, pl.col("usual") * SPREAD),
        unit=pl.concat_str("plan_id", "activity_id", separator="|"),
    )
    trust = _shares(clause, found, beside, "unit", "duties lie near the usual time for their tariff item")
    return {TRUST: trust[TRUST]} if TRUST in trust else {}


COMPUTATIONS: dict[str, Callable[[Clause, Material], Halves]] = {
    "access_follows_line_management": _no_feed,
    "plans_in_other_systems": _plans_in_other_systems,
    "users_trained": _no_feed,
    "workforce_group_meets": held_as_recommended,
    "active_plans": _active_plans,
    "plans_with_objectives_and_activity": _objectives_and_activity,
    "time_to_agree_plans": _time_to_agree_plans,
    "plans_fully_categorised": _fully_categorised,
    "activities_with_output": _activities_with_output,
    "outputs_consistent_in_team": _consistent_outputs,
    "activities_reconciled": _activities_reconciled,
    "disputes_closed_with_outcome": _disputes_closed,
    "plans_signed_by_both": _signed_by_both,
    "demand_followed": _no_feed,
    "team_meeting_before_plans": _team_meeting_before_plans,
    "plans_linked_to_team_objectives": _linked_to_team_objectives,
    "leadership_roles_with_time": _leadership_time,
    "variances_with_cause_and_action": _variances_explained,
    "annualised_plans": _annualised,
    "consistency_committee_meets": held,
    "duties_against_tariff": _duties_against_tariff,
    "indicators_reported": indicators_reported,
    "governance_group_meets": held,
    "objectives_aligned": _no_feed,
    "service_reviews": held_by_teams,
    "sources_reconcile": _no_feed,
    "needs_found": _resting,
    "plans_agreed_again": _no_feed,
}


def _shares(
    clause: Clause, found: Material, rows: pl.DataFrame, unit: str, words: str, *, nothing: str = NOT_APPLICABLE
) -> dict[str, Computed]:
    """Count distinct units and those that are ok, for the trust, each group and each team with people in scope.

    A scope without any unit has a denominator of zero: that is not applicable, and is told apart from no feed. Where
    the numbers are only a prompt, `nothing` says that having none leaves the clause to the person who judges.
    """
    counts = (pl.col(unit).filter("ok").n_unique().alias("met"), pl.col(unit).n_unique().alias("all"))
    numbers = {TRUST: rows.select(counts).row(0)}
    names: tuple[tuple[str, Callable[[str], str], Collection[str]], ...] = (
        ("professional_group", group_scope, found.groups),
        ("team", team_scope, [team.name for team in found.teams]),
    )
    for column, named, known in names:
        by = {name: (met, of) for name, met, of in rows.group_by(column).agg(counts).iter_rows()}
        numbers |= {named(name): by.get(name, (0, 0)) for name in known}
    return {scope: _judged_by_numbers(clause, met, of, words, nothing) for scope, (met, of) in numbers.items()}


def _judged_by_numbers(clause: Clause, met: int, of: int, words: str, nothing: str = NOT_APPLICABLE) -> Computed:
    detail = f"{met} of {of} {words}" if of else f"nothing to count ({words})"
    if clause.test is None:
        return Computed(SHOWN if of else nothing, met, of, detail)
    passed = clause.test.met(met, of)
    state = nothing if passed is None else MET if passed else NOT_MET
    return Computed(state, met, of, f"{detail}; asked: {clause.test.words}")


def _plans_with(activities: pl.DataFrame, condition: pl.Expr) -> pl.Series:
    return activities.filter(condition & (pl.col("weekly_sessions") > 0))["plan_id"].unique()


def _activity_rows(found: Material, name: str = "named") -> pl.DataFrame:
    """Give each activity one name of its own within its plan."""
    unit = pl.concat_str("plan_id", "activity_id", separator="|")
    return found.activities.rename({"activity": name}).with_columns(activity=unit)
