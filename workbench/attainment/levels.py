"""Which level of attainment the trust, each group and each team has reached, and what blocks the next one.

Levels are sequential: level n needs every standard of the levels 1 to n. A trust's level is not a mean or a minimum of
its groups': percentages are the trust's own, and other local clauses are met when every team in scope meets them.
Everything here is worked out from what is handed in, so that any date gives its own answer: the future too, for a look
ahead in which nothing is renewed. See docs/methodology/attainment_level.md.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from workbench.attainment.judgements import (
    MET,
    NOT_APPLICABLE,
    NOT_EVIDENCED,
    NOT_MET,
    SATISFIED,
    Answer,
    Judgement,
    judged,
    latest_record,
)
from workbench.attainment.standard_sets import Clause, Standard, StandardSet
from workbench.professions import UNKNOWN_GROUP

TRUST = "trust"
#: A computed half that shows a value without a printed threshold: a person judges it.
SHOWN = "shown"
#: A computed half for which no extract carries the data.
NO_FEED = "no_feed"


@dataclass(frozen=True)
class Team:
    """A team with staff in scope, and the professional groups these belong to."""

    name: str
    groups: tuple[str, ...]


@dataclass(frozen=True)
class Computed:
    """The computed half of a clause for one scope: its state, the whole numbers behind it, and words.

    `state` is met, not_met, not_evidenced, not_applicable (zero denominator), shown (no printed threshold) or no_feed.
    """

    state: str
    numerator: int | None = None
    denominator: int | None = None
    detail: str = ""


@dataclass(frozen=True)
class ClauseState:
    """A clause for one scope: its state, why, both halves, and whether they contradict each other."""

    clause: str
    state: str
    reason: str
    judged: str = ""
    computed: str = ""
    numerator: int | None = None
    denominator: int | None = None
    holds_until: dt.date | None = None
    inherited_from: str = ""
    teams_met: int | None = None
    teams: int | None = None
    conflict: bool = False


@dataclass(frozen=True)
class Attained:
    """What one scope has reached.

    Attributes:
        level: the level; None where nobody is in scope: that is neither 0 nor 4.
        standards: state of every standard.
        blocking: standards of the next level that are not met, in order.
        out_of_sequence: standards met above the next level; shown, never counted.
    """

    scope: str
    level: int | None
    standards: Mapping[str, str]
    clauses: Mapping[str, ClauseState]
    blocking: tuple[str, ...]
    out_of_sequence: tuple[str, ...]


@dataclass(frozen=True)
class Evidence:
    """Everything that a level is worked out from, as known on the as-of date.

    Attributes:
        records: the evidence register.
        computed: computed halves by (scope, clause); a missing one is "no feed".
        teams: the teams with staff in scope.
        groups: the groups with staff in scope.
        groups_out_of_scope: groups in which everybody is out of scope: they have no level.
    """

    records: Sequence[Judgement]
    computed: Mapping[tuple[str, str], Computed]
    teams: Sequence[Team]
    groups: Sequence[str]
    groups_out_of_scope: Sequence[str] = ()
    _by_scope: dict[tuple[str, str], list[Judgement]] = field(default_factory=dict, compare=False, repr=False)

    def __post_init__(self) -> None:
        for record in self.records:
            self._by_scope.setdefault((record.scope, record.clause), []).append(record)

    def of(self, scope: str, clause: str) -> Sequence[Judgement]:
        """Return the records of one scope about one clause."""
        return self._by_scope.get((scope, clause), ())


def group_scope(group: str) -> str:
    """Name a group as the register does."""
    return f"group:{group}"


def team_scope(team: str) -> str:
    """Name a team as the register does."""
    return f"team:{team}"


def read_scope(text: str) -> str:
    """Read a scope as people write it: capitals and spaces around the colon do not matter."""
    kind, colon, name = text.strip().partition(":")
    return f"{kind.strip().lower()}:{name.strip()}" if colon else kind.strip().lower()


def levels(standards: StandardSet, evidence: Evidence, as_at: dt.date) -> dict[str, Attained]:
    """Work out the level of the trust, of every group and of every team in scope on a date.

    Returns:
        By scope ("trust", "group:NAME", "team:NAME"), in this order. The trust is there even when nobody is in scope,
        with level None.
    """
    judge = _Judge(standards, evidence, as_at)
    scopes = [TRUST, *map(group_scope, evidence.groups), *(team_scope(team.name) for team in evidence.teams)]
    found = {scope: _attained(standards, scope, judge, bool(evidence.teams or evidence.groups)) for scope in scopes}
    outside = map(group_scope, evidence.groups_out_of_scope)
    return found | {scope: Attained(scope, None, {}, {}, (), ()) for scope in outside}


class _Judge:
    """Answers for every clause and scope, each worked out once."""

    def __init__(self, standards: StandardSet, evidence: Evidence, as_at: dt.date) -> None:
        self.standards, self.evidence, self.as_at = standards, evidence, as_at
        self._known: dict[tuple[str, str], ClauseState] = {}
        self._inherited: dict[tuple[str, str], ClauseState] = {}
        self._groups_of = {team_scope(team.name): team.groups for team in evidence.teams}

    def state(self, scope: str, clause: Clause) -> ClauseState:
        key = (scope, clause.id)
        if key not in self._known:
            own = self._trust_wide(scope, clause) if clause.scope == "trust" else self._local(scope, clause)
            self._known[key] = own
        return self._known[key]

    def _own(self, scope: str, clause: Clause) -> Answer:
        return judged(clause, self.evidence.of(scope, clause.id), self.as_at, self.standards.judged_valid_months)

    def _trust_wide(self, scope: str, clause: Clause) -> ClauseState:
        """A clause judged once for the trust: groups and teams inherit it, and their own "not met" wins for them."""
        if scope == TRUST:
            answer = self._own(TRUST, clause)
            # people whose group is not known are in no policy's list: they are a gap in the data, not a group
            groups = [group for group in self.evidence.groups if group != UNKNOWN_GROUP]
            missed = [group for group in groups if not self._covers(clause, group)]
            if answer.state == MET and missed:
                answer = Answer(NOT_MET, f"does not cover {', '.join(missed)}", answer.holds_until)
            return self._combined(TRUST, clause, answer)
        own = self._own(scope, clause)
        if own.state == NOT_MET:
            return ClauseState(clause.id, NOT_MET, own.reason, judged=own.state)
        parent = self._parent(scope)
        if parent == TRUST and scope.startswith("group:"):
            answer = self._own(TRUST, clause)
            if answer.state == MET and not self._covers(clause, scope.removeprefix("group:")):
                # a policy of the group's own counts for the group, and never lifts the trust
                answer = own if own.state == MET else Answer(NOT_MET, "not among the groups covered")
            return replace(self._combined(TRUST, clause, answer), inherited_from=parent)
        # teams of one group inherit the same, so it is made once
        key = (parent, clause.id)
        if key not in self._inherited:
            self._inherited[key] = replace(self.state(parent, clause), inherited_from=parent)
        return self._inherited[key]

    def _covers(self, clause: Clause, group: str) -> bool:
        if not clause.covers_groups:
            return True
        latest = latest_record(clause, self.evidence.of(TRUST, clause.id), self.as_at)
        if latest is None:
            return True
        covered = {name.strip().casefold() for name in latest.groups_covered}
        return not covered or group.casefold() in covered

    def _parent(self, scope: str) -> str:
        groups = self._groups_of.get(scope, ())
        # a team of two groups inherits from the trust: neither group speaks for all of it
        return group_scope(groups[0]) if len(groups) == 1 else TRUST

    def _local(self, scope: str, clause: Clause) -> ClauseState:
        """A clause judged for each team: its share is each scope's own; a group or trust needs every team."""
        if scope in self._groups_of or clause.kind == "computed":
            answer = Answer(NOT_EVIDENCED, "") if clause.kind == "computed" else self._own(scope, clause)
            return self._combined(scope, clause, answer)
        teams = [name for name, groups in self._groups_of.items() if scope == TRUST or _named(scope) in groups]
        # both halves of each team: one that was judged met and has nothing to count is not there yet
        answers = [self.state(team, clause) for team in teams]
        met = sum(answer.state in SATISFIED for answer in answers)
        failed = sum(answer.state == NOT_MET for answer in answers)
        state = MET if teams and met == len(teams) else NOT_MET if failed else NOT_EVIDENCED
        if teams and all(answer.state == NOT_APPLICABLE for answer in answers):
            state = NOT_APPLICABLE
        ends = [answer.holds_until for answer in answers if answer.state in SATISFIED and answer.holds_until]
        words = f"{met} of {len(teams)} teams" if teams else "no team in scope"
        answer = Answer(state, words, min(ends) if ends else None)
        combined = self._combined(scope, clause, answer)
        return replace(combined, teams_met=met, teams=len(teams))

    def _combined(self, scope: str, clause: Clause, answer: Answer) -> ClauseState:
        """Put the judged and the computed half of a clause together; a computed failure beats a judged "met"."""
        if clause.rests_on:
            computed = self._resting(scope, clause)
        else:
            computed = self.evidence.computed.get((scope, clause.id), Computed(NO_FEED))
        state, reason = _combine(clause, answer, computed)
        return ClauseState(
            clause.id,
            state,
            reason,
            judged="" if clause.kind == "computed" else answer.state,
            computed="" if clause.kind == "evidence" else computed.state,
            numerator=computed.numerator,
            denominator=computed.denominator,
            holds_until=answer.holds_until,
            conflict=clause.kind == "both" and answer.state == MET and computed.state == NOT_MET,
        )

    def _resting(self, scope: str, clause: Clause) -> Computed:
        states = [
            self.standard(scope, standard) for standard in self.standards.standards if standard.id in clause.rests_on
        ]
        met = sum(state in SATISFIED for state in states)
        state = MET if met == len(states) else NOT_MET if NOT_MET in states else NOT_EVIDENCED
        return Computed(state, met, len(states), f"{met} of {len(states)} standards it rests on are met")

    def standard(self, scope: str, standard: Standard) -> str:
        states = [self.state(scope, clause).state for clause in standard.clauses]
        if all(state in SATISFIED for state in states):
            return MET
        return NOT_MET if NOT_MET in states else NOT_EVIDENCED


def _combine(clause: Clause, answer: Answer, computed: Computed) -> tuple[str, str]:
    if clause.kind == "evidence":
        return answer.state, answer.reason
    if clause.kind == "computed":
        # nobody to count leaves the clause without evidence: only a recorded decision sets one aside
        state = computed.state if computed.state in (MET, NOT_MET) else NOT_EVIDENCED
        return state, computed.detail or ("no feed" if computed.state == NO_FEED else "nobody to count")
    both = "; ".join(words for words in (answer.reason, computed.detail) if words)
    if answer.state == NOT_APPLICABLE:
        return NOT_APPLICABLE, answer.reason
    if NOT_MET in (answer.state, computed.state):
        return NOT_MET, both
    if computed.state == NO_FEED:
        return answer.state, f"{answer.reason}; judged alone: its other half is not computed"
    if computed.state in (SHOWN, MET):
        return answer.state, both
    return NOT_EVIDENCED, both


def _attained(standards: StandardSet, scope: str, judge: _Judge, anybody: bool) -> Attained:
    clauses = {clause.id: judge.state(scope, clause) for clause in standards.clauses.values()}
    states = {standard.id: judge.standard(scope, standard) for standard in standards.standards}
    if not anybody:
        return Attained(scope, None, states, clauses, (), ())
    level = 0
    while level < standards.highest_level and all(states[one.id] == MET for one in standards.of_level(level + 1)):
        level += 1
    blocking = tuple(one.id for one in standards.of_level(level + 1) if states[one.id] != MET)
    above = tuple(one.id for one in standards.standards if one.level > level + 1 and states[one.id] == MET)
    return Attained(scope, level, states, clauses, blocking, above)


def _named(scope: str) -> str:
    return scope.partition(":")[2]
