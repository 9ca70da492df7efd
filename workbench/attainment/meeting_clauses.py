"""Computed halves that ask whether something happened often enough: meetings, reviews and reports.

A recurring test without any event is not evidenced; with events that fail it, not met. What a group or the trust asks
of its teams is met when every team does it, and the words say how many do.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping

import polars as pl

from workbench.attainment.judgements import MET, NOT_EVIDENCED, NOT_MET
from workbench.attainment.known import Material
from workbench.attainment.levels import SHOWN, TRUST, Computed, group_scope, team_scope
from workbench.attainment.recurring import Kept, frequency_kept
from workbench.attainment.standard_sets import Clause, Frequency

Halves = Mapping[str, Computed]

#: How often each indicator is to be reported, as printed.
REPORTED: Mapping[str, Frequency] = {"1": "quarterly", "2": "monthly", "3": "quarterly", "4": "quarterly"}
AUDIENCES = ("board", "department")


def held(clause: Clause, found: Material) -> Halves:
    """Meetings of the trust held as often as asked; those without the sample or attendance asked do not count."""
    dates = counting_meetings(clause, found.meetings).get(TRUST, ())
    return {TRUST: _half_of(frequency_kept(dates, clause.frequency, found.as_at), clause)}


def held_as_recommended(clause: Clause, found: Material) -> Halves:
    """Meetings that are recommended only: what was missed is shown, and a person judges."""
    dates = counting_meetings(clause, found.meetings).get(TRUST, ())
    kept = frequency_kept(dates, clause.recommended_frequency or "annually", found.as_at)
    return {TRUST: Computed(SHOWN if kept.ever else NOT_EVIDENCED, detail=kept.words)}


def held_by_teams(clause: Clause, found: Material) -> Halves:
    """Meetings of every team held as often as asked."""
    return kept_by_teams(clause, found, counting_meetings(clause, found.meetings))


def indicators_reported(clause: Clause, found: Material) -> Halves:
    """Each indicator reported to board and department: active plans monthly, the others quarterly."""
    meetings = found.meetings.filter(pl.col("kind") == clause.meeting)
    if meetings.is_empty():
        return {TRUST: Computed(NOT_EVIDENCED, 0, len(REPORTED) * len(AUDIENCES), "no report is recorded")}
    missed = []
    for audience in AUDIENCES:
        for kpi, frequency in REPORTED.items():
            if not frequency_kept(days_reported(meetings, audience, kpi), frequency, found.as_at).kept:
                missed.append(f"indicator {kpi} to the {audience} not {frequency}")
    asked = len(REPORTED) * len(AUDIENCES)
    words = "; ".join(missed) or "every indicator is reported to board and departments as often as asked"
    return {TRUST: Computed(NOT_MET if missed else MET, asked - len(missed), asked, words)}


def days_reported(meetings: pl.DataFrame, audience: str, kpi: str) -> list[dt.date]:
    """List the days on which one indicator was reported to one audience, among the meetings given."""
    to_them = pl.col("audience").str.to_lowercase().str.contains(audience, literal=True)
    named = pl.col("kpi").str.extract_all(r"\d+").list.contains(kpi)
    return meetings.filter(to_them & named)["meeting_date"].to_list()


def counting_meetings(clause: Clause, meetings: pl.DataFrame) -> dict[str, list[dt.date]]:
    """List the meetings that count, by scope: of the kind asked, with the sample or the attendance asked."""
    rows = meetings.filter(pl.col("kind") == clause.meeting)
    if clause.needs_sample:
        rows = rows.filter((pl.col("sample_size") > 0).fill_null(False))
    for who in clause.attendance:
        rows = rows.filter(pl.col("attendance").str.contains(rf"(?i)\b{re.escape(who)}\b"))
    dates: dict[str, list[dt.date]] = {}
    for scope, day in rows.select("scope", "meeting_date").iter_rows():
        dates.setdefault(scope, []).append(day)
    return dates


def kept_by_teams(clause: Clause, found: Material, dates: Mapping[str, Iterable[dt.date]]) -> dict[str, Computed]:
    """Say for each team whether its events kept the clause's frequency, and how many teams of a group or all do."""
    halves = {}
    for team in found.teams:
        scope = team_scope(team.name)
        halves[scope] = _half_of(frequency_kept(dates.get(scope, ()), clause.frequency, found.as_at), clause)
    every = list(halves.values())
    for group in found.groups:
        own = [halves[team_scope(team.name)] for team in found.teams if group in team.groups]
        halves[group_scope(group)] = _of_teams(own, clause)
    return halves | {TRUST: _of_teams(every, clause)}


def with_share(share: Computed, meetings: Computed) -> Computed:
    """Put a share beside the meetings that the same clause asks for: both have to hold where both are tested."""
    states = (share.state, meetings.state)
    state = NOT_MET if NOT_MET in states else meetings.state
    return Computed(state, share.numerator, share.denominator, f"{share.detail}; {meetings.detail}")


def _of_teams(halves: list[Computed], clause: Clause) -> Computed:
    met = sum(half.state == MET for half in halves)
    failed = any(half.state == NOT_MET for half in halves)
    state = NOT_MET if failed else MET if halves and met == len(halves) else NOT_EVIDENCED
    if not halves:
        return Computed(state, 0, 0, "no team in scope")
    return Computed(state, met, len(halves), f"{met} of {len(halves)} teams met {clause.frequency}")


def _half_of(kept: Kept, clause: Clause) -> Computed:
    state = MET if kept.kept else NOT_MET if kept.ever else NOT_EVIDENCED
    return Computed(state, detail=f"{kept.words}; asked: {clause.frequency}")
