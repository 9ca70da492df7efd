"""What the attainment page shows about levels: how far each group is, what is in the way, and what lapses."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

import polars as pl

from workbench.attainment.attained import Attainment, attainment_at
from workbench.attainment.forward_look import DAYS_AHEAD, ForwardLook, forward_look
from workbench.attainment.judgements import SATISFIED
from workbench.attainment.levels import TRUST, Attained, ClauseState
from workbench.attainment.standard_sets import Clause
from workbench.attainment.what_would_it_take import SHORT_STATES, Action, what_would_it_take
from workbench.disclosure import Policy, Rate, release
from workbench.exhibits import Column, Exhibit, ExhibitRequest
from workbench.exhibits.cells import shown_number
from workbench.exhibits.charts import Series, bars_with_aim, compare_dots
from workbench.periods import shown_date
from workbench.warehouse.snapshot import Snapshot

if TYPE_CHECKING:
    from workbench.workbench import Workbench

WHOLE_TRUST = "Trust"
UNIT = "level of attainment, 0 to 4"
_SEQUENTIAL = (
    "Levels are sequential: Level n needs every standard of the levels 1 to n. The trust's level is not a mean of its "
    "groups'."
)
_NO_DATA = "no register of job plans or no staff list is loaded"

#: Levels worked out before, by snapshot: a snapshot never changes.
_KEPT: WeakKeyDictionary[Snapshot, dict[tuple[object, ...], tuple[Attainment, ForwardLook]]] = WeakKeyDictionary()


def level_ladder(workbench: Workbench, request: ExhibitRequest) -> Exhibit:
    """Which level have the trust and its groups reached, and what blocks the next?"""
    found, look = _looked(workbench, request)
    stamp = workbench.stamp(request.organisation, request.as_at)
    table, withheld, notes = _ladder(found, look, workbench.policy)
    last = DAYS_AHEAD[-1]
    drawing = compare_dots(
        table,
        category="rung",
        series=[Series("level", "Level now"), Series(f"in_{last}", f"In {last} days, if nothing is renewed")],
        unit=UNIT,
        subject="Level of attainment of the trust and its professional groups",
        stamp=stamp,
    )
    return Exhibit(
        id="level_ladder",
        question="Which level have the trust and its groups reached, and what blocks the next?",
        title=_ladder_title(found),
        caption=(
            f"Level of attainment on {shown_date(request.as_at)} by {found.standards.title}, {found.standards.edition}."
        ),
        table=table,
        columns=(
            Column("scope", "Trust or group"),
            Column("in_scope", "People in scope", "count", "people"),
            Column("level", "Level", "count"),
            Column("blocking", "Standards that block the next level"),
            Column(f"in_{last}", f"Level in {last} days, if nothing is renewed", "count"),
        ),
        figure=drawing.figure,
        alt=drawing.alt,
        measures=("attainment_level",),
        notes=(_SEQUENTIAL, *notes),
        stamp=stamp,
        withheld=withheld,
    )


def what_blocks_the_next_level(workbench: Workbench, request: ExhibitRequest) -> Exhibit:
    """What blocks the trust's next level?"""
    found, _ = _looked(workbench, request)
    stamp = workbench.stamp(request.organisation, request.as_at)
    trust = found.attained[TRUST]
    released = release(
        _clauses_in_the_way(found, trust), policy=workbench.policy, people=["met", "of"], parts={"of": ("met",)}
    )
    progress = _standards_in_the_way(found, trust)
    level = (trust.level or 0) + 1
    drawing = bars_with_aim(
        progress,
        category="standard",
        share="share",
        numerator="clauses_met",
        denominator="clauses",
        subject=f"Clauses met of each standard of Level {level} that is in the way",
        stamp=stamp,
        unit="% of the standard's clauses",
    )
    return Exhibit(
        id="what_blocks_the_next_level",
        question="What blocks the trust's next level?",
        title=_blocking_title(found, trust),
        caption=f"Clauses of Level {level} that are not met on {shown_date(request.as_at)}.",
        table=_not_about(released.table, "met", "of"),
        columns=(
            Column("clause", "Clause"),
            Column("asks", "What is asked"),
            Column("state", "State"),
            Column("judged", "Judged"),
            Column("met", "Counted: met", "count"),
            Column("of", "Counted: of", "count"),
            Column("asked", "Asked"),
        ),
        figure=drawing.figure,
        alt=drawing.alt,
        measures=("attainment_level",),
        notes=(
            "Not evidenced means that there is no record which holds; not met means that a record or the data say so. "
            "Both block.",
            *_out_of_sequence(trust),
            *_alone(found, trust),
            *released.notes,
        ),
        stamp=stamp,
        withheld=released.withheld,
    )


def forward_look_exhibit(workbench: Workbench, request: ExhibitRequest) -> Exhibit:
    """What lapses next, and when does a level fall?"""
    found, look = _looked(workbench, request)
    stamp = workbench.stamp(request.organisation, request.as_at)
    table, withheld, notes = _ladder(found, look, workbench.policy)
    drawing = compare_dots(
        table,
        category="scope",
        series=[Series("level", "Now"), *(Series(f"in_{days}", f"In {days} days") for days in DAYS_AHEAD)],
        unit=UNIT,
        subject="Level of attainment if nothing is renewed",
        stamp=stamp,
    )
    return Exhibit(
        id="forward_look",
        question="What lapses next, and when does a level fall?",
        title=_forward_title(found, look),
        caption=(
            f"Levels from {shown_date(request.as_at)} on if no plan, meeting or piece of evidence is renewed. Leavings "
            "entered by then are applied, announced starters are not."
        ),
        table=table,
        columns=(
            Column("scope", "Trust or group"),
            Column("level", "Level now", "count"),
            *(Column(f"in_{days}", f"In {days} days", "count") for days in DAYS_AHEAD),
            Column("fall", "When it falls"),
        ),
        figure=drawing.figure,
        alt=drawing.alt,
        measures=("attainment_level",),
        notes=(*_lapses(look), *_plans_lapsing(look, workbench.policy), *notes),
        stamp=stamp,
        withheld=withheld,
    )


def what_would_it_take_exhibit(workbench: Workbench, request: ExhibitRequest) -> Exhibit:
    """What would the trust's next level take?"""
    found, _ = _looked(workbench, request)
    stamp = workbench.stamp(request.organisation, request.as_at)
    trust = found.attained[TRUST]
    actions = what_would_it_take(found)
    released = release(
        _action_rows(actions),
        policy=workbench.policy,
        people=["people", "all_people"],
        within=("step",),
        rates={"share": Rate("people", "all_people")},
    )
    plans = released.table.filter("is_plan")
    if plans.is_empty():
        plans = released.table.head(1).with_columns(share=None, share_status=pl.lit("not_applicable"))
    drawing = bars_with_aim(
        plans,
        category="action",
        share="share",
        numerator="people",
        denominator="all_people",
        subject="Plans to approve for the next level, by what they lack today, those nearest to approval first",
        stamp=stamp,
        unit="% of the plans to approve",
    )
    return Exhibit(
        id="what_would_it_take",
        question="What would the trust's next level take?",
        title=_taking_title(found, trust, actions, released.table),
        caption=(
            f"The smallest set of actions to the next level from {shown_date(request.as_at)}: arithmetic, not advice."
        ),
        table=_not_about(released.table, "people", "teams"),
        columns=(
            Column("clause", "Clause"),
            Column("action", "Action"),
            Column("people", "People", "count", "people"),
            Column("teams", "Teams", "count", "teams"),
        ),
        figure=drawing.figure,
        alt=drawing.alt,
        measures=("attainment_level", "active_job_plan_coverage"),
        notes=(
            "Plans are counted from those nearest to being active: one that waits for a signature before a draft, a "
            "draft before someone without a plan.",
            *released.notes,
        ),
        stamp=stamp,
        withheld=released.withheld,
    )


def _looked(workbench: Workbench, request: ExhibitRequest) -> tuple[Attainment, ForwardLook]:
    kept = _KEPT.setdefault(workbench.snapshot, {})
    key = (request.organisation, request.as_at, workbench.settings.theme_settings("attainment").get("standard_sets"))
    if key not in kept:
        found = attainment_at(workbench.snapshot, workbench.settings, request.organisation, request.as_at)
        kept[key] = (found, forward_look(found))
    return kept[key]


def _ladder(found: Attainment, look: ForwardLook, policy: Policy) -> tuple[pl.DataFrame, int, tuple[str, ...]]:
    """List trust and groups with their levels; the levels of a scope with too few people go with its count."""
    rows = [
        _rung(found, look, scope, one)
        for scope, one in found.attained.items()
        if scope == TRUST or scope.startswith("group:")
    ]
    levels = ["level", *(f"in_{days}" for days in DAYS_AHEAD)]
    schema = {"scope": pl.String, "in_scope": pl.Int64, "blocking": pl.String, "fall": pl.String, "rung": pl.String}
    table = pl.DataFrame(rows, schema=schema | dict.fromkeys(levels, pl.Int64), orient="row")
    released = release(table, policy=policy, people=["in_scope"], within=("scope",), total=WHOLE_TRUST)
    # a count that is withheld to protect another one says nothing about its own level
    hidden = pl.col("in_scope_status") == "primary"
    gone = "not_applicable" if found.found is not None else "no_data"
    told = released.table.with_columns(
        *(pl.when(~hidden).then(name).alias(name) for name in levels),
        *(
            pl.when(hidden)
            .then(pl.lit("primary"))
            .when(pl.col(name).is_null())
            .then(pl.lit(gone))
            .otherwise(pl.lit("shown"))
            .alias(f"{name}_status")
            for name in levels
        ),
        *(pl.when(hidden).then(pl.lit("[c]")).otherwise(name).alias(name) for name in ("blocking", "fall")),
        rung=pl.when(hidden).then("scope").otherwise("rung"),
    )
    return told, released.withheld, released.notes


def _rung(found: Attainment, look: ForwardLook, scope: str, one: Attained) -> dict[str, object]:
    name = WHOLE_TRUST if scope == TRUST else scope.removeprefix("group:")
    people = None
    if found.found is not None:
        posts = found.found.coverage.posts
        own = posts if scope == TRUST else posts.filter(pl.col("professional_group") == name)
        people = own["person_key"].n_unique()
    blocking = ", ".join(one.blocking)
    fall = look.words(scope) if found.found is not None else ""
    return {
        "scope": name,
        "in_scope": people,
        "blocking": blocking,
        "fall": fall,
        "rung": f"{name} (blocked by {blocking})" if blocking else name,
        "level": one.level,
        **{f"in_{days}": look.levels[scope].get(days) for days in DAYS_AHEAD},
    }


def _ladder_title(found: Attainment) -> str:
    trust = found.attained[TRUST]
    if found.found is None:
        return f"Level of attainment: {_NO_DATA}"
    if trust.level is None:
        return "Level of attainment: nobody is in scope"
    title = {level.level: level.title.lower() for level in found.standards.levels}[trust.level]
    if not trust.blocking:
        return f"The trust is at Level {trust.level} ({title}), the highest there is"
    return f"The trust is at Level {trust.level} ({title}); {_listed(trust.blocking)} Level {trust.level + 1}"


def _listed(blocking: tuple[str, ...]) -> str:
    return f"standard {blocking[0]} blocks" if len(blocking) == 1 else f"standards {', '.join(blocking)} block"


def _clauses_in_the_way(found: Attainment, trust: Attained) -> pl.DataFrame:
    rows = []
    for standard in found.standards.standards:
        for clause in standard.clauses if standard.id in trust.blocking else ():
            state = trust.clauses[clause.id]
            if state.state not in SATISFIED:
                rows.append(_clause_row(clause, state))
    names = ("clause", "asks", "state", "judged", "asked")
    return pl.DataFrame(
        rows, schema=dict.fromkeys(names, pl.String) | dict.fromkeys(("met", "of"), pl.Int64), orient="row"
    )


def _clause_row(clause: Clause, state: ClauseState) -> dict[str, object]:
    if clause.kind == "computed":
        judged = "by the data alone"
    elif state.teams is not None:
        judged = f"met by {state.teams_met} of {state.teams} teams"
    else:
        judged = state.judged.replace("_", " ")
        if state.holds_until is not None:
            judged += f", until {shown_date(state.holds_until)}"
    asked = clause.test.words if clause.test else clause.frequency
    counted = state.denominator is not None
    return {
        "clause": clause.id,
        "asks": clause.asks,
        "state": state.state.replace("_", " "),
        "judged": judged,
        "asked": asked,
        "met": state.numerator if counted else None,
        "of": state.denominator,
    }


def _standards_in_the_way(found: Attainment, trust: Attained) -> pl.DataFrame:
    rows = []
    for standard in found.standards.standards:
        if standard.id in trust.blocking:
            met = sum(trust.clauses[clause.id].state in SATISFIED for clause in standard.clauses)
            number = len(standard.clauses)
            rows.append((f"{standard.id} {standard.title}", met, number, 100 * met / number))
    schema = {"standard": pl.String, "clauses_met": pl.Int64, "clauses": pl.Int64, "share": pl.Float64}
    return pl.DataFrame(rows, schema=schema, orient="row")


def _blocking_title(found: Attainment, trust: Attained) -> str:
    if trust.level is None or not trust.blocking:
        return _ladder_title(found)
    waiting = sum(
        trust.clauses[clause.id].state not in SATISFIED
        for standard in found.standards.standards
        if standard.id in trust.blocking
        for clause in standard.clauses
    )
    clauses = "1 clause stands" if waiting == 1 else f"{waiting} clauses stand"
    return f"{clauses} between the trust and Level {trust.level + 1}; {_listed(trust.blocking)} it"


def _out_of_sequence(trust: Attained) -> tuple[str, ...]:
    if not trust.out_of_sequence:
        return ()
    return (f"Met above the next level, and not counted: {', '.join(trust.out_of_sequence)}.",)


def _alone(found: Attainment, trust: Attained) -> tuple[str, ...]:
    alone = [
        clause.id
        for clause in found.standards.clauses.values()
        if clause.id in trust.clauses and clause.kind == "both" and trust.clauses[clause.id].computed == "no_feed"
    ]
    shown = [name for name, one in trust.clauses.items() if one.conflict]
    notes = [f"Judged alone, because no extract carries the data: {', '.join(alone)}."] if alone else []
    if shown:
        notes.append(f"Judged met, and the data say otherwise: {', '.join(shown)}.")
    return tuple(notes)


def _forward_title(found: Attainment, look: ForwardLook) -> str:
    if found.found is None:
        return f"What lapses next: {_NO_DATA}"
    first = next((lapse for lapse in look.lapses if lapse.scope == TRUST), None)
    lapse = "" if first is None else f"; clause {first.clause} lapses next, after {shown_date(first.last_day)}"
    return f"The trust's level {look.words()}{lapse}"


def _lapses(look: ForwardLook) -> tuple[str, ...]:
    trust = [lapse for lapse in look.lapses if lapse.scope == TRUST]
    teams = [lapse for lapse in look.lapses if lapse.scope.startswith("team:")]
    told = "; ".join(f"{lapse.clause} holds until {shown_date(lapse.last_day)}" for lapse in trust)
    notes = [f"Evidence of the trust that lapses within {look.days} days: {told or 'none'}."]
    if teams:
        number = len({lapse.scope for lapse in teams})
        first = shown_date(teams[0].last_day)
        notes.append(f"Evidence of {number} teams lapses within {look.days} days, the first of it after {first}.")
    return tuple(notes)


def _plans_lapsing(look: ForwardLook, policy: Policy) -> tuple[str, ...]:
    if look.today[TRUST] is None:
        return ()
    counts = pl.DataFrame({"days": list(look.plans_lapsing), "people": list(look.plans_lapsing.values())})
    rows = release(counts, policy=policy, people=["people"]).table.iter_rows(named=True)
    told = ", ".join(
        f"{'[c]' if row['people'] is None else shown_number(row['people'])} within {row['days']} days" for row in rows
    )
    return (f"People whose active plan lapses if it is not renewed: {told}.",)


def _action_rows(actions: list[Action]) -> pl.DataFrame:
    """One row per action, and for plans one per state of a plan with the total of all."""
    rows: list[dict[str, object]] = []
    for action in actions:
        if action.by_state is None:
            step, people = f"{action.clause} {action.kind}", action.people
            words = action.words if action.kind in ("plans", "judge") else _without_numbers(action)
            rows.append({"step": step, "clause": action.clause, "action": words, "people": people, "all_people": None,
                         "teams": action.teams, "is_plan": False})  # fmt: skip
            continue
        for state, count in action.by_state.items():
            rows.append({"step": state, "clause": action.clause, "action": f"plans to approve: {SHORT_STATES[state]}",
                         "people": count, "all_people": action.people, "teams": None, "is_plan": True})  # fmt: skip
        rows.append({"step": "Total", "clause": action.clause, "action": "plans to approve, all",
                     "people": action.people, "all_people": action.people, "teams": None,
                     "is_plan": False})  # fmt: skip
    schema = {"step": pl.String, "clause": pl.String, "action": pl.String, "people": pl.Int64, "all_people": pl.Int64,
              "teams": pl.Int64, "is_plan": pl.Boolean}  # fmt: skip
    return pl.DataFrame(rows, schema=schema, orient="row")


def _not_about(table: pl.DataFrame, *columns: str) -> pl.DataFrame:
    """Mark numbers that a row is not about: they are not applicable, rather than missing."""
    for name in columns:
        status = f"{name}_status"
        known = pl.col(status) if status in table.columns else pl.lit("shown")
        empty = pl.col(name).is_null() & known.is_in(["shown", "no_data"])
        table = table.with_columns(pl.when(empty).then(pl.lit("not_applicable")).otherwise(known).alias(status))
    return table


_WORDS = {
    "records": "complete the data behind the clause",
    "meetings": "hold and record the meetings as often as asked",
    "standards": "meet the standards it rests on",
    "renew": "renew the evidence, which has lapsed",
    "put_right": "put right, and judge again",
}


def _without_numbers(action: Action) -> str:
    """Word an action without the counts that its reason holds: those are released in columns of their own."""
    return _WORDS[action.kind]


def _taking_title(found: Attainment, trust: Attained, actions: list[Action], released: pl.DataFrame) -> str:
    if trust.level is None or not trust.blocking:
        return _ladder_title(found)
    level = trust.level + 1
    total = released.filter(pl.col("action") == "plans to approve, all")
    others = sum(action.by_state is None for action in actions)
    rest = f"{others} other {'action' if others == 1 else 'actions'}"
    if total.is_empty():
        return f"Level {level} would take {rest}"
    people = total["people"].item()
    word = "plan" if people == 1 else "plans"
    plans = "plans to approve (too few to show)" if people is None else f"{shown_number(people)} {word} to approve"
    return f"Level {level} would take {plans}" + (f" and {rest}" if others else "")


LEVEL_EXHIBITS: dict[str, Callable[[Workbench, ExhibitRequest], Exhibit]] = {
    "level_ladder": level_ladder,
    "what_blocks_the_next_level": what_blocks_the_next_level,
    "forward_look": forward_look_exhibit,
    "what_would_it_take": what_would_it_take_exhibit,
}
