"""The printed thresholds and windows of e-job planning, as tests on whole numbers and whole dates.

Source: NHS England and NHS Improvement, levels of attainment and meaningful use standards for e-job planning,
June 2019. The signs differ from test to test and are kept as printed.
"""

from __future__ import annotations

import datetime as dt

from workbench.periods import add_months

WINDOW_MONTHS = 12
AIM_PER_CENT = 90
AIM_IN_WORDS = "more than 90%"


def window_start(as_at: dt.date, months: int = WINDOW_MONTHS) -> dt.date:
    """Return the earliest date that still lies in "the past 12 months" of the as-of date.

    Calendar months, never 365 days, and both ends count: a review on 1 June 2018 is in the window of 1 June 2019.
    The source does not say whether the first day counts; that it does is our choice.
    """
    return add_months(as_at, -months)


def in_window(day: dt.date | None, as_at: dt.date, months: int = WINDOW_MONTHS) -> bool:
    """Say whether a date lies in the past 12 months of the as-of date; a missing date does not."""
    return day is not None and window_start(as_at, months) <= day <= as_at


def meets_at_least_90(active: int, in_scope: int) -> bool | None:
    """Say whether clause 1.4a is met: at least 90% of the in-scope employees have an active plan.

    Whole numbers are compared, never a rounded percentage: 899 of 1,000 shows as 90% and does not meet it.

    Returns:
        None where nobody is in scope: the clause is then not applicable, neither met nor missed.
    """
    return None if in_scope == 0 else 100 * active >= AIM_PER_CENT * in_scope


def above_90_aim(active: int, in_scope: int) -> bool | None:
    """Say whether the aim of KPI 2 is reached: more than 90%, so that exactly 90% misses it.

    Returns:
        None where nobody is in scope.
    """
    return None if in_scope == 0 else 100 * active > AIM_PER_CENT * in_scope
