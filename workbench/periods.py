"""Months, as-of dates and NHS financial-year quarters.

Months are given by their last day, because ESR extracts describe staff in post on that day. Quarters are those of
the NHS financial year: Q1 is April to June.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from dataclasses import dataclass
from functools import cache

from workbench.errors import PeriodError

_QUARTER = re.compile(r"^(\d{4})-(\d{2})\s?Q([1-4])$", re.IGNORECASE)


def as_date(value: str | dt.date, *, name: str = "as_at") -> dt.date:
    """Read an ISO date such as 2026-09-30.

    Only the ISO form is accepted here: 03/04/2026 is two different days to two different readers.

    Raises:
        PeriodError: the text is not a date of the form yyyy-mm-dd.
    """
    if isinstance(value, dt.datetime):
        return value.date()
    if isinstance(value, dt.date):
        return value
    try:
        if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
            raise ValueError
        return dt.date.fromisoformat(value)
    except (TypeError, ValueError):
        raise PeriodError(
            f"`{name}` is not a date: received {value!r}. Write it as yyyy-mm-dd, for example 2026-09-30."
        ) from None


def month_end(day: dt.date) -> dt.date:
    """Return the last day of the month that `day` lies in."""
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


def is_month_end(day: dt.date) -> bool:
    """Say whether `day` is the last day of its month."""
    return day == month_end(day)


def last_completed_month_end(day: dt.date) -> dt.date:
    """Return `day` if it ends a month, else the end of the month before: a month still running is not counted."""
    return day if is_month_end(day) else day.replace(day=1) - dt.timedelta(days=1)


def add_months(day: dt.date, months: int) -> dt.date:
    """Return the same day `months` later, or the month's last day where that day does not exist."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    return dt.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def month_ends(first: dt.date, last: dt.date) -> list[dt.date]:
    """List the month ends from `first` to `last`, both included."""
    ends = []
    current = month_end(first)
    while current <= last:
        ends.append(current)
        current = month_end(current + dt.timedelta(days=1))
    return ends


@cache
def shown_date(day: dt.date) -> str:
    """Write a date as people in the NHS do: 30 Sep 2026."""
    return f"{day.day} {day:%b %Y}"


@dataclass(frozen=True, order=True)
class Quarter:
    """A quarter of the NHS financial year, written 2026-27Q2 (July to September 2026)."""

    start_year: int
    number: int

    def __post_init__(self) -> None:
        if self.number not in (1, 2, 3, 4):
            raise PeriodError(f"A financial year has quarters 1 to 4: received {self.number!r}.")

    @classmethod
    def parse(cls, text: str) -> Quarter:
        """Read a quarter such as 2026-27Q2.

        Raises:
            PeriodError: another form, or the second year does not follow the first.
        """
        match = _QUARTER.match(text.strip())
        if not match:
            raise PeriodError(
                f"Not a financial-year quarter: received {text!r}. Write it as 2026-27Q2 (July to September 2026)."
            )
        start, end, number = int(match[1]), int(match[2]), int(match[3])
        if end != (start + 1) % 100:
            raise PeriodError(
                f"A financial year runs into the next calendar year: received {text!r}; "
                f"did you mean {start}-{(start + 1) % 100:02d}Q{number}?"
            )
        return cls(start, number)

    @classmethod
    def containing(cls, day: dt.date) -> Quarter:
        """Return the quarter that `day` lies in."""
        start_year = day.year if day.month >= 4 else day.year - 1
        return cls(start_year, (day.month - 4) % 12 // 3 + 1)

    @property
    def first_day(self) -> dt.date:
        """First day of the quarter."""
        return add_months(dt.date(self.start_year, 4, 1), 3 * (self.number - 1))

    @property
    def last_day(self) -> dt.date:
        """Last day of the quarter: the as-at date of its board pack."""
        return add_months(self.first_day, 3) - dt.timedelta(days=1)

    def __str__(self) -> str:
        return f"{self.start_year}-{(self.start_year + 1) % 100:02d}Q{self.number}"


def last_completed_quarter(day: dt.date) -> Quarter:
    """Return the latest quarter that has ended by a day; one that ends on the day has ended."""
    month = last_completed_month_end(day)
    quarter = Quarter.containing(month)
    return quarter if quarter.last_day <= month else Quarter.containing(add_months(quarter.first_day, -1))
