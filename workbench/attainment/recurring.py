"""How often is often enough for what has to happen at least quarterly, monthly or annually.

The source prints the words and no test. Ours (a choice): each of the four latest completed quarters holds at least one
event and the last event is at most three months and 14 days old; each of the twelve latest completed months; at least
one in the past 12 months. Four meetings in one week are not quarterly meetings.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from workbench.attainment.standard_sets import Frequency
from workbench.attainment.standards import in_window
from workbench.periods import add_months, last_completed_month_end, last_completed_quarter, month_end, shown_date

GRACE_DAYS = 14
QUARTERS, MONTHS = 4, 12


@dataclass(frozen=True)
class Kept:
    """Whether a frequency was kept, over how many periods, and which of them are without an event.

    `ever` says whether there was any event at all by the date: none is "not evidenced", too few is "not met".
    """

    kept: bool
    ever: bool
    periods: int
    missed: tuple[dt.date, ...]
    last: dt.date | None

    @property
    def words(self) -> str:
        """What was found, in words."""
        if self.last is None:
            return "no dated event"
        latest = f"last on {shown_date(self.last)}"
        if self.missed:
            ends = ", ".join(shown_date(end) for end in self.missed)
            return f"{latest}; none in {len(self.missed)} of {self.periods} periods (ending {ends})"
        return latest if self.kept else f"{latest}, which is too long ago"


def frequency_kept(events: Iterable[dt.date], frequency: Frequency, as_at: dt.date) -> Kept:
    """Say whether events kept a frequency up to a date; events after the date do not exist yet."""
    known = sorted({event for event in events if event <= as_at})
    last = known[-1] if known else None
    ends = _period_ends(frequency, as_at)
    months = 3 if frequency == "quarterly" else 1
    missed = tuple(
        end for end in ends if not any(month_end(add_months(end, -months)) < event <= end for event in known)
    )
    if frequency in ("annually", ""):
        kept = in_window(last, as_at)
    elif frequency == "monthly":
        kept = not missed
    else:
        kept = not missed and last is not None and as_at <= add_months(last, 3) + dt.timedelta(days=GRACE_DAYS)
    return Kept(kept, bool(known), len(ends) or 1, missed, last)


def _period_ends(frequency: Frequency, as_at: dt.date) -> list[dt.date]:
    """List the ends of the latest completed periods, oldest first; one that ends on the date is completed."""
    if frequency in ("annually", ""):
        return []
    if frequency == "monthly":
        last = last_completed_month_end(as_at)
        return [month_end(add_months(last, -back)) for back in reversed(range(MONTHS))]
    last = last_completed_quarter(as_at).last_day
    return [month_end(add_months(last, -3 * back)) for back in reversed(range(QUARTERS))]
