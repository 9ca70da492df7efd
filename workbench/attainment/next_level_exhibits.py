"""What the attainment page shows about the next level: what is in its way, and what it would take."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import polars as pl

from workbench.attainment.attained import Attainment
from workbench.attainment.judgements import SATISFIED
from workbench.attainment.level_exhibits import ladder_title, listed, looked
from workbench.attainment.levels import TRUST, Attained, ClauseState
from workbench.attainment.standard_sets import Clause
from workbench.attainment.what_would_it_take import SHORT_STATES, Action, what_would_it_take
from workbench.disclosure import Rate, release
from workbench.exhibits import Column, Exhibit, ExhibitRequest
from workbench.exhibits.cells import shown_number
from workbench.exhibits.charts import bars_with_aim
from workbench.periods import shown_date

if TYPE_CHECKING:
    from workbench.workbench import Workbench

_WORDS = {
    "records": "complete the data behind the clause",
    "meetings": "hold and record the meetings as often as asked",
    "standards": "meet the standards it rests on",
    "renew": "renew the evidence, which has lapsed",
    "put_right": "put right, and judge again",
}


def what_blocks_the_next_level(workbench: Workbench, request: ExhibitRequest) -> Exhibit:
    """What blocks the trust's next level?"""
    found, _ = looked(workbench, request)
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


def what_would_it_take_exhibit(workbench: Workbench, request: ExhibitRequest) -> Exhibit:
    """What would the trust's next level take?"""
    found, _ = looked(workbench, request)
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
        return ladder_title(found)
    waiting = sum(
        trust.clauses[clause.id].state not in SATISFIED
        for standard in found.standards.standards
        if standard.id in trust.blocking
        for clause in standard.clauses
    )
    clauses = "1 clause stands" if waiting == 1 else f"{waiting} clauses stand"
    return f"{clauses} between the trust and Level {trust.level + 1}; {listed(trust.blocking)} it"


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


def _without_numbers(action: Action) -> str:
    """Word an action without the counts that its reason holds: those are released in columns of their own."""
    return _WORDS[action.kind]


def _taking_title(found: Attainment, trust: Attained, actions: list[Action], released: pl.DataFrame) -> str:
    if trust.level is None or not trust.blocking:
        return ladder_title(found)
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


NEXT_LEVEL_EXHIBITS: dict[str, Callable[[Workbench, ExhibitRequest], Exhibit]] = {
    "what_blocks_the_next_level": what_blocks_the_next_level,
    "what_would_it_take": what_would_it_take_exhibit,
}
