"""What becomes of a level if nothing is renewed: in 30, 60 and 90 days, and the day on which it first falls.

A level can fall on a day when nothing happens, because evidence and plans age. The look ahead takes what was known on
the date: leavings that had been entered are applied, announced starters are not, and nothing later exists. It works
the level out anew for each day on which something can change, because no shortcut through the clauses is safe: people
who leave without a plan raise a share.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import polars as pl

from workbench.attainment.attained import Attainment, evidence_from
from workbench.attainment.judgements import SATISFIED, Judgement, holds_until, last_day_within
from workbench.attainment.known import Known, Material
from workbench.attainment.levels import TRUST, Attained, levels
from workbench.attainment.recurring import GRACE_DAYS
from workbench.attainment.standard_sets import StandardSet
from workbench.attainment.standards import WINDOW_MONTHS
from workbench.periods import add_months, month_ends, shown_date

DAYS_AHEAD = (30, 60, 90)


@dataclass(frozen=True)
class Fall:
    """The first day on which a level is lower, with the clauses that were met on the day before and are not any more.

    `level` is the level on that day; None where nobody is left in scope.
    """

    scope: str
    day: dt.date
    level: int | None
    clauses: tuple[str, ...]
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Lapse:
    """Evidence of a clause that stops holding: the last day on which it holds."""

    scope: str
    clause: str
    last_day: dt.date


@dataclass(frozen=True)
class ForwardLook:
    """What becomes of the levels if nothing is renewed.

    Attributes:
        today: by scope, the level on the date itself.
        levels: by scope, the level after each number of days; None where nobody is in scope.
        falls: by scope, the first fall within the days looked at; scopes that do not fall are left out.
        lapses: evidence that stops holding within the days looked at, soonest first.
        plans_lapsing: people whose plan is active on the date and, while they are still in scope, not any more after
            each number of days.
    """

    as_at: dt.date
    today: dict[str, int | None]
    levels: dict[str, dict[int, int | None]]
    falls: dict[str, Fall]
    lapses: tuple[Lapse, ...]
    plans_lapsing: dict[int, int]

    @property
    def days(self) -> int:
        """How many days ahead the look goes."""
        return max(self.plans_lapsing)

    def words(self, scope: str = TRUST) -> str:
        """Say in words when the level of a scope first falls."""
        fall = self.falls.get(scope)
        if self.today[scope] is None:
            return "has no level: nobody is in scope"
        if self.today[scope] == 0:
            return "is 0 and cannot fall"
        if fall is None:
            return f"does not fall within {self.days} days, if nothing is renewed"
        away = (fall.day - self.as_at).days
        days = "tomorrow" if away == 1 else f"in {away} days"
        to = "nobody is in scope any more" if fall.level is None else f"Level {fall.level}"
        named = f" ({', '.join(fall.clauses)})" if fall.clauses else ""
        return f"falls {days}, on {shown_date(fall.day)}, to {to}{named}"


def forward_look(attainment: Attainment, days_ahead: Sequence[int] = DAYS_AHEAD) -> ForwardLook:
    """Look ahead from a date with nothing renewed.

    Args:
        attainment: levels on the date, with what was known.
        days_ahead: after how many days the levels are told; falls are searched up to the last of them.
    """
    known = attainment.known
    today = {scope: one.level for scope, one in attainment.attained.items()}
    last = attainment.as_at + dt.timedelta(days=max(days_ahead))
    told: dict[str, dict[int, int | None]] = {scope: {} for scope in today}
    lapsing = dict.fromkeys(days_ahead, 0)
    if known is None or attainment.found is None:
        return ForwardLook(attainment.as_at, today, told, {}, (), lapsing)
    active = _active_people(attainment.found)
    for days in days_ahead:
        day = attainment.as_at + dt.timedelta(days=days)
        material = known.on(day)
        then = _levels_with(material, attainment, day)
        for scope in today:
            told[scope][days] = then[scope].level if scope in then else None
        still_here = set(material.coverage.posts["person_key"])
        lapsing[days] = len((active & still_here) - _active_people(material))
    falls, lapses = _falls(attainment, known, last), _lapses(attainment, last)
    return ForwardLook(attainment.as_at, today, told, falls, lapses, lapsing)


def _levels_with(
    material: Material, attainment: Attainment, day: dt.date, up_to: int | None = None
) -> dict[str, Attained]:
    standards = attainment.standards
    evidence = evidence_from(material, attainment.evidence.records, standards, up_to)
    return levels(standards, evidence, day)


def _active_people(material: Material) -> set[str]:
    posts = material.coverage.posts
    return set(posts.filter(pl.col("state") == "active")["person_key"])


def _falls(attainment: Attainment, known: Known, last: dt.date) -> dict[str, Fall]:
    """Find the first day on which each level is lower, walking the days on which something can change."""
    standing = {scope: one for scope, one in attainment.attained.items() if one.level}
    falls: dict[str, Fall] = {}
    if not standing:
        return falls
    highest = max(one.level or 0 for one in standing.values())
    before = attainment.attained
    for day in days_of_change(attainment, known, last):
        then = _levels_with(known.on(day), attainment, day, highest)
        for scope, one in list(standing.items()):
            level = then[scope].level if scope in then else None
            if level is None or level < (one.level or 0):
                falls[scope] = _fall(scope, day, level, before.get(scope), then.get(scope), attainment.standards)
                del standing[scope]
        before = then
        if not standing:
            break
    return falls


def _fall(
    scope: str, day: dt.date, level: int | None, before: Attained | None, after: Attained | None, standards: StandardSet
) -> Fall:
    if before is None or after is None or level is None:
        return Fall(scope, day, None, (), ())
    lost = [
        clause.id
        for standard in standards.standards
        if standard.id in after.blocking
        for clause in standard.clauses
        if before.clauses[clause.id].state in SATISFIED and after.clauses[clause.id].state not in SATISFIED
    ]
    return Fall(scope, day, level, tuple(lost), tuple(after.clauses[clause].reason for clause in lost))


def days_of_change(attainment: Attainment, known: Known, last: dt.date) -> list[dt.date]:
    """List the days up to the last one on which anything can change with nothing renewed."""
    as_at, one_day = attainment.as_at, dt.timedelta(days=1)
    days: set[dt.date] = set()
    for record, until in _ends(attainment):
        if until is not None and record.evidence_date and record.evidence_date <= as_at:
            days.add(until + one_day)
    windows = {WINDOW_MONTHS, *(clause.window_months for clause in attainment.standards.clauses.values())}
    dates = known.plans.select("review_date", "approval_date", "team_meeting_date", "end_date")
    for column in ("review_date", "approval_date", "team_meeting_date"):
        days |= {last_day_within(day, months) + one_day for day in _distinct(dates[column]) for months in windows}
    days |= {day + one_day for day in _distinct(dates["end_date"])}
    # an employee's or manager's signature, a start and an approval lie on or before the date: they only age
    for day in _distinct(known.meetings["meeting_date"]):
        days |= {last_day_within(day, months) + one_day for months in windows}
        days.add(add_months(day, 3) + dt.timedelta(days=GRACE_DAYS + 1))
    # a month or quarter that ends on a day is completed on it
    days |= set(month_ends(as_at + one_day, last))
    days |= {day + one_day for day in _distinct(known.leavings["leaving_date"])}
    days |= {day + one_day for day in _distinct(known.overrides["effective_to"])}
    days |= set(_distinct(known.plans["start_date"]))
    return sorted(day for day in days if as_at < day <= last)


def _distinct(days: pl.Series) -> list[dt.date]:
    found: list[dt.date] = days.drop_nulls().unique().to_list()
    return found


def _ends(attainment: Attainment) -> Iterator[tuple[Judgement, dt.date | None]]:
    standards = attainment.standards
    for record in attainment.evidence.records:
        clause = standards.clauses.get(record.clause)
        if clause is not None:
            yield record, holds_until(clause, record, standards.judged_valid_months)


def _lapses(attainment: Attainment, last: dt.date) -> tuple[Lapse, ...]:
    """List the evidence that counts today, by the scope that holds it, and stops holding by the last day."""
    found = []
    for scope, one in attainment.attained.items():
        for state in one.clauses.values():
            judged_here = not state.inherited_from and state.teams is None
            if judged_here and state.judged in SATISFIED and state.holds_until and state.holds_until < last:
                found.append(Lapse(scope, state.clause, state.holds_until))
    return tuple(sorted(found, key=lambda lapse: (lapse.last_day, lapse.scope != TRUST, lapse.scope, lapse.clause)))
