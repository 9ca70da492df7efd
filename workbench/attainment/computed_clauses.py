"""The half of a clause that the extracts decide: shares of people, plans and activities, and meetings held.

Every computation returns whole numbers for the trust, each professional group and each team. Where the set prints a
threshold, the numbers decide; where it prints none, they are shown and a person judges. Plans and activities are those
of active plans of people in scope. See docs/methodology/computed_clauses.md.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from workbench.attainment.coverage import PlanCoverage, coverage_at
from workbench.attainment.judgements import MET, NOT_APPLICABLE, NOT_EVIDENCED, NOT_MET
from workbench.attainment.levels import SHOWN, TRUST, Computed, group_scope, team_scope
from workbench.attainment.plans import covered_assignments, plan_states
from workbench.attainment.recurring import Kept, frequency_kept
from workbench.attainment.standard_sets import Clause, Frequency, StandardSet
from workbench.periods import add_months, last_completed_quarter
from workbench.warehouse.snapshot import Snapshot

QUERIES = Path(__file__).parent / "queries"

DIRECT_CARE, UNCATEGORISED = "DCC", "uncategorised"
#: An output this many times another one of the same activity in the same team is a prompt to look (our choice).
SPREAD = 2.0

#: How often each indicator is to be reported, as printed.
REPORTED: Mapping[str, Frequency] = {"1": "quarterly", "2": "monthly", "3": "quarterly", "4": "quarterly"}

Halves = Mapping[str, Computed]


@dataclass(frozen=True)
class Material:
    """What the computations read, as known on the as-of date.

    Attributes:
        coverage: people in scope and the state of their plans.
        plans: one row per active plan, person, team and professional group in scope, with the plan's details.
        activities: the activities of these plans, with team and professional group.
        register: every plan of the register, with its details.
        meetings: dated meetings up to the as-of date.
        rostered: planned and delivered sessions by person and category of the latest completed quarter; None where
            no roster was ever loaded for the organisation in it.
        agreers: people who supervise somebody, with whom.
    """

    as_at: dt.date
    coverage: PlanCoverage
    plans: pl.DataFrame
    activities: pl.DataFrame
    register: pl.DataFrame
    meetings: pl.DataFrame
    rostered: pl.DataFrame | None
    agreers: pl.DataFrame


def material(snapshot: Snapshot, organisation: str, as_at: dt.date) -> Material | None:
    """Read what the computations need; None where no register or no staff list is loaded."""
    coverage = coverage_at(snapshot, organisation, as_at)
    if coverage is None:
        return None
    register = snapshot.query(QUERIES / "plan_details.sql", organisation=organisation)
    states = plan_states(snapshot.query(QUERIES / "job_plans.sql", organisation=organisation), as_at)
    covered = covered_assignments(coverage.scope.assignments, states).filter(pl.col("state") == "active")
    place = coverage.posts.select("person_key", "assignment_key", "team", "professional_group")
    plans = (
        covered.select("plan_id", "person_key", "assignment_key")
        .join(place, on=["person_key", "assignment_key"], nulls_equal=True)
        .select("plan_id", "person_key", "team", "professional_group")
        .unique()
        .join(register.drop("person_key"), on="plan_id")
        .sort("plan_id", "team", "professional_group")
    )
    activities = snapshot.query(QUERIES / "plan_activities.sql", organisation=organisation)
    quarter = last_completed_quarter(as_at)
    rostered = snapshot.query(
        QUERIES / "rostered_variances.sql", organisation=organisation, first=quarter.first_day, last=quarter.last_day
    )
    return Material(
        as_at,
        coverage,
        plans,
        plans.select("plan_id", "person_key", "team", "professional_group").join(activities, on="plan_id"),
        register,
        snapshot.query(QUERIES / "meetings_held.sql", organisation=organisation, as_at=as_at),
        None if rostered.is_empty() else rostered,
        snapshot.query(QUERIES / "plan_agreers.sql", organisation=organisation, as_at=as_at),
    )


def computed_halves(found: Material | None, standards: StandardSet) -> dict[tuple[str, str], Computed]:
    """Work out every computed half of a set, by scope and clause; a missing one means that no extract carries it."""
    if found is None:
        return {}
    return {
        (scope, clause.id): half
        for clause in standards.clauses.values()
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
    return _shares(clause, rows, "person_key", "people in scope have an active plan")


def _plans_in_other_systems(clause: Clause, found: Material) -> Halves:
    day = pl.lit(found.as_at)
    in_force = found.register.filter(
        (pl.col("status") == "approved")
        & (pl.col("start_date") <= day)
        & (pl.col("end_date").is_null() | (pl.col("end_date") >= day))
    )
    on_software = in_force.filter(pl.col("system") == "software")["person_key"].unique()
    elsewhere = in_force.filter(pl.col("system") != "software")["person_key"].unique()
    person = pl.col("person_key")
    only_elsewhere = person.is_in(elsewhere.implode()) & ~person.is_in(on_software.implode())
    rows = found.coverage.posts.with_columns(ok=only_elsewhere)
    return _shares(clause, rows, "person_key", "people in scope plan in another system only")


def _objectives_and_activity(clause: Clause, found: Material) -> Halves:
    direct = _plans_with(found.activities, pl.col("category") == DIRECT_CARE)
    other = _plans_with(found.activities, pl.col("category") != DIRECT_CARE)
    plan = pl.col("plan_id")
    ok = (pl.col("objectives") >= 1).fill_null(False) & plan.is_in(direct.implode()) & plan.is_in(other.implode())
    return _shares(
        clause, found.plans.with_columns(ok=ok), "plan_id", "active plans have objectives, care and other time"
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
    return _shares(clause, rows, "person_key", "supervisors in scope have time for job planning in their own plan")


def _fully_categorised(clause: Clause, found: Material) -> Halves:
    unsorted = (pl.col("category") == UNCATEGORISED) | pl.col("category").is_null()
    loose = _plans_with(found.activities, unsorted)
    filled = found.activities["plan_id"].unique()
    plan = pl.col("plan_id")
    rows = found.plans.with_columns(ok=plan.is_in(filled.implode()) & ~plan.is_in(loose.implode()))
    return _shares(clause, rows, "plan_id", "active plans have nothing uncategorised")


def _activities_with_output(clause: Clause, found: Material) -> Halves:
    named = pl.col("output_metric").is_not_null() & (pl.col("output_value") > 0).fill_null(False)
    return _shares(clause, _activity_rows(found).with_columns(ok=named), "activity", "activities have an agreed output")


def _consistent_outputs(clause: Clause, found: Material) -> Halves:
    same = ["team", "professional_group", "activity_name", "output_metric"]
    rows = _activity_rows(found, name="activity_name").filter(pl.col("output_value") > 0)
    spread = rows.group_by(same).agg(
        ok=pl.col("output_value").max() <= SPREAD * pl.col("output_value").min(), records=pl.len()
    )
    unit = pl.concat_str(pl.col("team").fill_null("unknown"), *same[2:], separator=" | ")
    rows = spread.filter(pl.col("records") > 1).with_columns(unit=unit)
    return _shares(clause, rows, "unit", "activities of a team have outputs of like size")


def _activities_reconciled(clause: Clause, found: Material) -> Halves:
    if found.rostered is None:
        return {}
    seen = found.rostered.select("person_key", "category").with_columns(ok=pl.lit(True))
    rows = _activity_rows(found).join(seen, on=["person_key", "category"], how="left")
    return _shares(
        clause, rows.with_columns(pl.col("ok").fill_null(False)), "activity", "activities stand beside rostered time"
    )


def _disputes_closed(clause: Clause, found: Material) -> Halves:
    stages = pl.concat(
        found.register.select("plan_id", pl.col(name).str.strip_chars().str.to_lowercase().alias("stage"))
        for name in ("mediation_status", "appeal_status")
    ).filter(pl.col("stage").is_not_null() & (pl.col("stage") != ""))
    is_open = pl.col("stage").is_in(["open", "pending"])
    closed = stages.filter(~is_open)
    with_outcome = closed.filter(pl.col("stage") != "closed").height
    waiting = stages.height - closed.height
    words = f"{with_outcome} of {closed.height} closed cases have an outcome; {waiting} are open"
    return {TRUST: Computed(SHOWN, with_outcome, closed.height, words)}


def _signed_by_both(clause: Clause, found: Material) -> Halves:
    signed = [
        (pl.col(name) <= found.as_at).fill_null(False) for name in ("employee_signoff_date", "manager_signoff_date")
    ]
    rows = found.plans.with_columns(ok=pl.all_horizontal(signed))
    return _shares(clause, rows, "plan_id", "active plans are signed by employee and manager")


def _team_meeting_before_plans(clause: Clause, found: Material) -> Halves:
    """The meeting of a plan's cycle: its own date, else the latest of the team in the 12 months up to its approval."""
    held = found.meetings.filter(pl.col("kind") == clause.meeting)
    dates: dict[str, list[dt.date]] = {}
    for scope, day in held.select("scope", "meeting_date").iter_rows():
        dates.setdefault(scope.partition(":")[2], []).append(day)

    def met_first(team: str | None, approved: dt.date | None, own: dt.date | None) -> bool:
        if approved is None:
            return False
        if own is not None:
            return own <= approved
        return any(add_months(approved, -clause.window_months) <= day <= approved for day in dates.get(team or "", ()))

    columns = ("team", "approval_date", "team_meeting_date")
    ok = pl.Series("ok", [met_first(*row) for row in found.plans.select(columns).iter_rows()], pl.Boolean)
    return _shares(clause, found.plans.with_columns(ok), "plan_id", "active plans were approved after their team met")


def _linked_to_team_objectives(clause: Clause, found: Material) -> Halves:
    rows = found.plans.with_columns(ok=(pl.col("team_linked_objectives") >= 1).fill_null(False))
    return _shares(clause, rows, "plan_id", "active plans have an objective of their team's")


def _leadership_time(clause: Clause, found: Material) -> Halves:
    rows = _activity_rows(found).filter(pl.col("tariff_item").is_not_null())
    rows = rows.with_columns(ok=(pl.col("weekly_sessions") > 0).fill_null(False))
    return _shares(clause, rows, "activity", "duties with a tariff have time in a plan")


def _variances_explained(clause: Clause, found: Material) -> Halves:
    if found.rostered is None:
        return {}
    place = found.coverage.posts.select("person_key", "team", "professional_group").unique()
    rows = place.join(found.rostered, on="person_key").filter(pl.col("differing") > 0)
    rows = rows.with_columns(
        unit=pl.concat_str("person_key", "category", separator="|"), ok=pl.col("explained") == pl.col("differing")
    )
    shares = _shares(clause, rows, "unit", "variances of the quarter have cause and action")
    kept = _kept_by_team(clause, found)
    return {scope: _with_meetings(half, kept.get(scope)) for scope, half in shares.items()}


def _annualised(clause: Clause, found: Material) -> Halves:
    rows = found.plans.with_columns(ok=pl.col("annualised").is_in(["part", "whole"]).fill_null(False))
    return _shares(clause, rows, "plan_id", "active plans are annualised in part or whole; this is no target")


def _duties_against_tariff(clause: Clause, found: Material) -> Halves:
    rows = found.activities.filter(pl.col("tariff_item").is_not_null() & (pl.col("weekly_sessions") > 0))
    hours = rows.with_columns(hours=pl.col("weekly_sessions") * pl.col("hours_per_session"))
    usual = hours.group_by("tariff_item").agg(usual=pl.col("hours").median())
    beside = hours.join(usual, on="tariff_item").with_columns(
        ok=pl.col("hours").is_between(pl.col("usual") / SPREAD, pl.col("usual") * SPREAD),
        unit=pl.concat_str("plan_id", "activity_id", separator="|"),
    )
    trust = _shares(clause, beside, "unit", "duties lie near the usual time for their tariff item")
    return {TRUST: trust[TRUST]} if TRUST in trust else {}


def _held(clause: Clause, found: Material) -> Halves:
    """Meetings of the trust held as often as the clause asks; those without a sample or attendance do not count."""
    return {TRUST: _half_of(_frequency(_counting(clause, found.meetings, TRUST), clause.frequency, found), clause)}


def _held_as_recommended(clause: Clause, found: Material) -> Halves:
    kept = _frequency(_counting(clause, found.meetings, TRUST), clause.recommended_frequency or "annually", found)
    return {TRUST: Computed(SHOWN if kept.ever else NOT_EVIDENCED, detail=kept.words)}


def _held_by_teams(clause: Clause, found: Material) -> Halves:
    return {scope: _half_of(kept, clause) for scope, kept in _kept_by_team(clause, found).items()}


def _indicators_reported(clause: Clause, found: Material) -> Halves:
    """Each indicator to board and department: active plans monthly, the others quarterly."""
    meetings = found.meetings.filter(pl.col("kind") == clause.meeting)
    if meetings.is_empty():
        return {TRUST: Computed(NOT_EVIDENCED, detail="no report is recorded")}
    missed = []
    for audience in ("board", "department"):
        to_them = meetings.filter(pl.col("audience").str.to_lowercase().str.contains(audience, literal=True))
        for kpi, frequency in REPORTED.items():
            named = pl.col("kpi").str.split(";").list.eval(pl.element().str.strip_chars()).list.contains(kpi)
            dates = to_them.filter(named)["meeting_date"].to_list()
            if not frequency_kept(dates, frequency, found.as_at).kept:
                missed.append(f"indicator {kpi} to the {audience} not {frequency}")
    return {TRUST: Computed(NOT_MET if missed else MET, 8 - len(missed), 8, "; ".join(missed) or "reported as asked")}


COMPUTATIONS: dict[str, Callable[[Clause, Material], Halves]] = {
    "access_follows_line_management": _no_feed,
    "plans_in_other_systems": _plans_in_other_systems,
    "users_trained": _no_feed,
    "workforce_group_meets": _held_as_recommended,
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
    "consistency_committee_meets": _held,
    "duties_against_tariff": _duties_against_tariff,
    "indicators_reported": _indicators_reported,
    "governance_group_meets": _held,
    "objectives_aligned": _no_feed,
    "service_reviews": _held_by_teams,
    "sources_reconcile": _no_feed,
    "needs_found": _resting,
    "plans_agreed_again": _no_feed,
}


def _shares(clause: Clause, rows: pl.DataFrame, unit: str, words: str) -> dict[str, Computed]:
    """Count distinct units and those that are ok, for the trust, each group and each team."""
    counts = (pl.col(unit).filter("ok").n_unique().alias("met"), pl.col(unit).n_unique().alias("all"))
    found = {TRUST: rows.select(counts).row(0)}
    for column, named in (("professional_group", group_scope), ("team", team_scope)):
        by = rows.filter(pl.col(column).is_not_null()).group_by(column).agg(counts)
        found |= {named(name): (met, of) for name, met, of in by.iter_rows()}
    return {scope: _judged_by_numbers(clause, met, of, words) for scope, (met, of) in found.items()}


def _judged_by_numbers(clause: Clause, met: int, of: int, words: str) -> Computed:
    detail = f"{met} of {of} {words}"
    if clause.test is None:
        return Computed(SHOWN if of else NOT_APPLICABLE, met, of, detail)
    passed = clause.test.met(met, of)
    state = NOT_APPLICABLE if passed is None else MET if passed else NOT_MET
    return Computed(state, met, of, f"{detail}; asked: {clause.test.words}")


def _plans_with(activities: pl.DataFrame, condition: pl.Expr) -> pl.Series:
    return activities.filter(condition & (pl.col("weekly_sessions") > 0))["plan_id"].unique()


def _activity_rows(found: Material, name: str = "named") -> pl.DataFrame:
    """Give each activity one name of its own within its plan."""
    unit = pl.concat_str("plan_id", "activity_id", separator="|")
    return found.activities.rename({"activity": name}).with_columns(activity=unit)


def _counting(clause: Clause, meetings: pl.DataFrame, scope: str) -> list[dt.date]:
    """List the meetings that count: dated, referenced, and with the sample or the attendance asked for."""
    rows = meetings.filter(
        (pl.col("kind") == clause.meeting) & (pl.col("scope") == scope) & (pl.col("reference").str.strip_chars() != "")
    )
    if clause.needs_sample:
        rows = rows.filter((pl.col("sample_size") > 0).fill_null(False))
    for who in clause.attendance:
        rows = rows.filter(pl.col("attendance").str.to_lowercase().str.contains(who.lower(), literal=True))
    return rows["meeting_date"].to_list()


def _frequency(dates: Iterable[dt.date], frequency: Frequency, found: Material) -> Kept:
    return frequency_kept(dates, frequency, found.as_at)


def _kept_by_team(clause: Clause, found: Material) -> dict[str, Kept]:
    """Meetings of each team; a group or the trust keeps the frequency when every one of its teams does."""
    places = found.coverage.posts.select("team", "professional_group").unique().drop_nulls("team")
    teams = sorted(set(places["team"]))
    kept = {
        team: _frequency(_counting(clause, found.meetings, team_scope(team)), clause.frequency, found) for team in teams
    }
    found_for = {team_scope(team): one for team, one in kept.items()}
    for group in sorted(set(places["professional_group"].drop_nulls())):
        own = sorted(set(places.filter(pl.col("professional_group") == group)["team"]))
        found_for[group_scope(group)] = _of_all(kept, own)
    if teams:
        found_for[TRUST] = _of_all(kept, teams)
    return found_for


def _of_all(kept: Mapping[str, Kept], teams: Iterable[str]) -> Kept:
    ones = [kept[team] for team in teams]
    worst = min(ones, key=lambda one: (one.kept, one.ever, one.last or dt.date.min))
    return Kept(all(one.kept for one in ones), any(one.ever for one in ones), worst.periods, worst.missed, worst.last)


def _half_of(kept: Kept, clause: Clause) -> Computed:
    state = MET if kept.kept else NOT_MET if kept.ever else NOT_EVIDENCED
    return Computed(state, detail=f"{kept.words}; asked: {clause.frequency}")


def _with_meetings(half: Computed, kept: Kept | None) -> Computed:
    if kept is None or not kept.ever:
        return Computed(
            NOT_EVIDENCED, half.numerator, half.denominator, f"{half.detail}; no reconciliation is recorded"
        )
    state = half.state if kept.kept else NOT_MET
    return Computed(state, half.numerator, half.denominator, f"{half.detail}; {kept.words}")
