"""What people judged about a clause, and how long it holds.

A record says that a clause is met, not met or not applicable, on a date, for the trust, a group or a team. Records are
added and never changed: the latest one known on the as-of date counts. No record is "not evidenced", which is not the
same as "not met"; both block a level, and they are shown apart.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from workbench.attainment.standard_sets import Clause
from workbench.periods import add_months, shown_date

MET, NOT_MET, NOT_APPLICABLE, NOT_EVIDENCED = "met", "not_met", "not_applicable", "not_evidenced"
STATES = (MET, NOT_MET, NOT_EVIDENCED, NOT_APPLICABLE)
#: States in which a clause stands in nobody's way.
SATISFIED = (MET, NOT_APPLICABLE)


@dataclass(frozen=True)
class Judgement:
    """One record of the evidence register.

    `order` tells records of one day apart: the later one has the higher number. `groups_covered` lists the groups
    that a trust's record covers; none means all.
    """

    scope: str
    clause: str
    judgement: str
    evidence_date: dt.date | None
    owner: str = ""
    reference: str = ""
    valid_until: dt.date | None = None
    groups_covered: tuple[str, ...] = ()
    note: str = ""
    order: int = 0


@dataclass(frozen=True)
class Answer:
    """The state of a clause, or of one half of it, with the reason in words and the last day on which it holds."""

    state: str
    reason: str
    holds_until: dt.date | None = None


NO_RECORD = Answer(NOT_EVIDENCED, "no dated record")


@cache
def last_day_within(day: dt.date, months: int) -> dt.date:
    """Return the last as-of date for which a day still lies in the past so many months.

    The same test as everywhere: the as-of date less the months, its day clamped to the month's end, is on or before
    the day. So 28 February 2023 still lies in the past 12 months of 29 February 2024.
    """
    last = add_months(day, months)
    while add_months(last + dt.timedelta(days=1), -months) <= day:
        last += dt.timedelta(days=1)
    return last


def holds_until(clause: Clause, record: Judgement, judged_valid_months: int) -> dt.date | None:
    """Return the last day on which a record holds: the earlier of what it says itself and the printed period.

    With neither, `judged_valid_months` from its date. A record that a clause is not met holds until there is a later
    one (None): time alone puts nothing right.
    """
    if record.judgement == NOT_MET or record.evidence_date is None:
        return None
    printed = None if clause.valid_months is None else last_day_within(record.evidence_date, clause.valid_months)
    ends = [day for day in (record.valid_until, printed) if day is not None]
    return min(ends) if ends else last_day_within(record.evidence_date, judged_valid_months)


def judged(clause: Clause, records: Sequence[Judgement], as_at: dt.date, judged_valid_months: int) -> Answer:
    """Say what one scope's own records say about a clause on a date; records after the date do not exist yet.

    A "met" needs a date, an owner and a reference; a "not applicable" needs a date, an owner and a reason in its note,
    and is possible only where the clause is conditional.
    """
    latest = latest_record(clause, records, as_at)
    if latest is None:
        return NO_RECORD
    dated = shown_date(latest.evidence_date) if latest.evidence_date else ""
    if latest.judgement == NOT_MET:
        return Answer(NOT_MET, f"judged not met on {dated}")
    if lacking := _lacking(clause, latest):
        return Answer(NOT_EVIDENCED, f"the record of {dated} {lacking}")
    until = holds_until(clause, latest, judged_valid_months)
    if until is not None and until < as_at:
        return Answer(NOT_EVIDENCED, f"lapsed: the record of {dated} held until {shown_date(until)}", until)
    if latest.judgement == NOT_APPLICABLE:
        return Answer(NOT_APPLICABLE, f"set aside on {dated}: {latest.note}", until)
    return Answer(MET, f"judged met on {dated} ({latest.reference})", until)


def latest_record(clause: Clause, records: Sequence[Judgement], as_at: dt.date) -> Judgement | None:
    """Return the record that counts on a date: the latest that is whole, else the latest; None without a dated one.

    A record that lacks something evidences nothing, and takes nothing away from an earlier one that is whole.
    """
    if not records:
        return None
    known = [record for record in records if record.evidence_date is not None and record.evidence_date <= as_at]
    whole = [record for record in known if record.judgement == NOT_MET or not _lacking(clause, record)]
    return max(whole or known, key=lambda one: (one.evidence_date or dt.date.min, one.order), default=None)


def _lacking(clause: Clause, record: Judgement) -> str:
    """Say what a record lacks that it would need; empty where it lacks nothing."""
    if record.judgement == NOT_APPLICABLE:
        if not clause.conditional:
            return "sets aside a clause that is not conditional"
        needed = {"an owner": record.owner, "a reason": record.note}
    elif record.judgement == MET:
        needed = {"an owner": record.owner, "a reference": record.reference}
    else:
        return f"holds a judgement that is not known: {record.judgement!r}"
    missing = [name for name, value in needed.items() if not value.strip()]
    return f"lacks {' and '.join(missing)}" if missing else ""
