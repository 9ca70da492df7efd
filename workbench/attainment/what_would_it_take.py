"""The smallest set of actions that would lift a scope to the next level, with the people they concern.

Each clause that stands in the way has one kind of action: plans to approve, teams to judge, evidence to record or to
renew, meetings to hold, data to complete. For active plans the cheapest ones are counted first: a plan that only waits
for a signature before a draft, and a draft before a person without any plan. What it takes is arithmetic, not advice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from workbench.attainment.attained import Attainment
from workbench.attainment.judgements import MET, NOT_EVIDENCED, NOT_MET, SATISFIED
from workbench.attainment.levels import TRUST, ClauseState
from workbench.attainment.standard_sets import Clause, Test

#: States of a plan from the one that needs least to become active to the one that needs most (our order).
CHEAPEST_FIRST = (
    "awaiting_sign_off",
    "date_missing",
    "partly_covered",
    "draft",
    "in_dispute",
    "lapsed",
    "expired",
    "status_unknown",
    "other_system",
    "none",
)
SHORT_STATES = {
    "awaiting_sign_off": "awaiting sign-off",
    "date_missing": "with a date missing",
    "partly_covered": "with another post still to be covered",
    "draft": "in draft or discussion",
    "in_dispute": "in mediation or appeal",
    "lapsed": "lapsed",
    "expired": "expired",
    "status_unknown": "with a status not known",
    "other_system": "on a spreadsheet or on paper",
    "none": "for people without a plan",
}


@dataclass(frozen=True)
class Action:
    """What has to be done about one clause.

    Attributes:
        kind: `plans`, `judge`, `renew`, `put_right`, `meetings`, `records` (data of plans and activities) or
            `standards` (others it rests on).
        words: the action in words, without a count of people.
        people: how many people it concerns; None where it is not about people.
        by_state: for plans, the people counted by the state of their plan, cheapest first.
        teams: how many teams still have to do it; None where it is not about teams.
    """

    clause: str
    standard: str
    kind: str
    words: str
    people: int | None = None
    by_state: Mapping[str, int] | None = None
    teams: int | None = None

    @property
    def in_full(self) -> str:
        """The action with its counts: "14 plans to approve: 9 awaiting sign-off, 5 in mediation or appeal"."""
        if self.by_state is not None:
            states = ", ".join(f"{count} {SHORT_STATES[state]}" for state, count in self.by_state.items())
            return f"{self.people} {self.words}: {states}"
        teams = "" if self.teams is None else f" ({self.teams} {'team' if self.teams == 1 else 'teams'})"
        return f"{self.words}{teams}"


def needed(test: Test, numerator: int, denominator: int) -> int:
    """Return how many more (or, for an upper limit, how many fewer) it takes to pass a test, in whole people.

    For "at least 90%" that is 90% of the denominator, rounded up, less those that are there already.
    """
    for count in range(denominator + 1):
        changed = numerator + count if test.sign in (">=", ">") else numerator - count
        if test.met(changed, denominator):
            return count
    return denominator


def what_would_it_take(attainment: Attainment, scope: str = TRUST) -> list[Action]:
    """List what it would take to reach the next level, in the order of the standards.

    Returns:
        One action per clause in the way; none where the highest level is reached or nobody is in scope.
    """
    attained = attainment.attained[scope]
    if attained.level is None or attainment.found is None:
        return []
    people = _people(attainment.found.coverage.posts, scope)
    actions = []
    for standard in attainment.standards.standards:
        if standard.id in attained.blocking:
            for clause in standard.clauses:
                state = attained.clauses[clause.id]
                if state.state not in SATISFIED:
                    actions += _actions(people, clause, state, standard.id)
    return actions


def _people(posts: pl.DataFrame, scope: str) -> pl.DataFrame:
    kind, _, name = scope.partition(":")
    if kind != TRUST:
        posts = posts.filter(pl.col("professional_group" if kind == "group" else "team") == name)
    return posts.select("person_key", "state").unique()


def _actions(people: pl.DataFrame, clause: Clause, state: ClauseState, standard: str) -> list[Action]:
    if clause.computed_by == "active_plans" and clause.test is not None:
        return [_plans_to_approve(people, clause.test, state, standard)]
    actions = []
    if clause.kind != "evidence" and state.computed in (NOT_MET, NOT_EVIDENCED, "not_applicable"):
        actions.append(_computed(clause, state, standard))
    if clause.kind != "computed" and state.judged not in SATISFIED:
        actions.append(_judged(clause, state, standard))
    return actions or [Action(clause.id, standard, "records", f"complete the data: {state.reason}")]


def _plans_to_approve(people: pl.DataFrame, test: Test, state: ClauseState, standard: str) -> Action:
    waiting = dict(people.group_by("state").len().iter_rows())
    missing = needed(test, state.numerator or 0, state.denominator or 0)
    by_state: dict[str, int] = {}
    left = missing
    for one in CHEAPEST_FIRST:
        count = min(left, waiting.get(one, 0))
        if count:
            by_state[one] = count
            left -= count
    words = "plan to approve" if missing == 1 else "plans to approve"
    return Action(state.clause, standard, "plans", words, missing, by_state)


def _computed(clause: Clause, state: ClauseState, standard: str) -> Action:
    if clause.rests_on:
        return Action(clause.id, standard, "standards", f"meet the standards it rests on: {', '.join(clause.rests_on)}")
    if clause.meeting and (clause.test is None or _test_passed(clause, state)):
        often = clause.frequency or "annually"
        kind = clause.meeting.replace("_", " ")
        return Action(clause.id, standard, "meetings", f"hold and record {kind} meetings {often}: {state.reason}")
    if clause.test is None or not state.denominator:
        return Action(clause.id, standard, "records", f"complete the data: {state.reason}")
    count = needed(clause.test, state.numerator or 0, state.denominator)
    change = "more" if clause.test.sign in (">=", ">") else "fewer"
    of_people = clause.computed_by == "plans_in_other_systems"
    units = "people in other systems" if of_people else "records"
    return Action(
        clause.id, standard, "records", f"{count} {change} {units} to reach {clause.test.words}",
        people=count if of_people else None,
    )  # fmt: skip


def _test_passed(clause: Clause, state: ClauseState) -> bool:
    return clause.test is not None and bool(clause.test.met(state.numerator or 0, state.denominator or 0))


def _judged(clause: Clause, state: ClauseState, standard: str) -> Action:
    if state.teams is not None:
        left = state.teams - (state.teams_met or 0)
        return Action(clause.id, standard, "judge", "evidence to record for each team", teams=left)
    if state.judged == NOT_MET or (state.judged == MET and state.state == NOT_MET):
        return Action(clause.id, standard, "put_right", f"put right and judge again: {state.reason}")
    where = " for the trust" if state.inherited_from else ""
    if state.holds_until is not None:
        return Action(clause.id, standard, "renew", f"renew the evidence{where}: {state.reason}")
    return Action(clause.id, standard, "judge", f"evidence to record{where}, with date, owner and reference")
