"""What was asked of a measure, checked against its record."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from workbench.errors import unknown_name
from workbench.measures.record import Measure
from workbench.periods import as_date, last_completed_month_end


@dataclass(frozen=True)
class MeasureRequest:
    """One question to one measure: whose figure, as at when, split how, with which choices.

    `as_at` is the date as it was asked; measures of month ends use `month`, those of a day use `as_at`.
    """

    measure: Measure
    organisation: str
    as_at: dt.date
    by: tuple[str, ...]
    options: Mapping[str, str]

    @property
    def month(self) -> dt.date:
        """The month end that answers: an as-at inside a month means the last completed one."""
        return last_completed_month_end(self.as_at)

    @property
    def by_month(self) -> bool:
        """Whether a row per month is asked for, instead of the one month of the as-at date."""
        return "month" in self.by


def checked_request(
    measure: Measure,
    *,
    organisation: str,
    as_at: str | dt.date,
    by: str | Iterable[str] = (),
    options: Mapping[str, object] | None = None,
) -> MeasureRequest:
    """Check a question against the measure's record and fill in its defaults.

    Raises:
        UnknownName: the measure has no such dimension, option or value of an option.
        PeriodError: `as_at` is not a date of the form yyyy-mm-dd.
    """
    dimensions = tuple(dict.fromkeys((by,) if isinstance(by, str) else by))
    for name in dimensions:
        if name not in measure.breakdowns:
            raise unknown_name(f"dimension of `{measure.id}`", name, measure.breakdowns, see="`workbench measures`")
    return MeasureRequest(
        measure=measure,
        organisation=organisation,
        as_at=as_date(as_at),
        by=dimensions,
        options=measure.chosen(options or {}),
    )
