"""What was reported when: each indicator, to board and departments, against how often it is asked for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from workbench.attainment.known import meetings_held
from workbench.attainment.meeting_clauses import AUDIENCES, REPORTED, days_reported
from workbench.attainment.recurring import Kept, frequency_kept
from workbench.attainment.standard_sets import Frequency, Indicator
from workbench.warehouse.snapshot import Snapshot

REPORT = "kpi_report"


@dataclass(frozen=True)
class Reported:
    """One indicator and one audience: on which days it was reported, and whether that was as often as asked."""

    kpi: str
    label: str
    audience: str
    asked: Frequency
    days: tuple[dt.date, ...]
    kept: Kept


def reported_log(
    snapshot: Snapshot, organisation: str, as_at: dt.date, indicators: Iterable[Indicator] = ()
) -> list[Reported]:
    """List every indicator and audience with the days on which it was reported.

    A meeting counts when it has a date by the as-of date and a reference, and names the indicator. Active plans are
    to be reported monthly, the other indicators quarterly.

    Args:
        snapshot: the warehouse as it stood after one load.
        organisation: code of the organisation.
        as_at: the as-of date; reports after it do not exist.
        indicators: the indicators of the standard set, for their names.
    """
    labels = {indicator.id.removeprefix("kpi_"): indicator.label for indicator in indicators}
    meetings = meetings_held(snapshot, organisation, as_at)
    reports = meetings.filter(meetings["kind"] == REPORT)
    log = []
    for kpi, frequency in REPORTED.items():
        for audience in AUDIENCES:
            days = tuple(sorted(set(days_reported(reports, audience, kpi))))
            kept = frequency_kept(days, frequency, as_at)
            log.append(Reported(kpi, labels.get(kpi, f"Indicator {kpi}"), audience, frequency, days, kept))
    return log
