"""The findings of the retention exhibits in words, made from released numbers only."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from workbench.exhibits.cells import shown_number
from workbench.periods import add_months, month_end

Row = Mapping[str, Any]


def headcount_finding(rows: Sequence[Row], month: dt.date, *, about: bool = False) -> str:
    """Say how the headcount changed in the year to a month end, or why that cannot be said.

    Args:
        rows: released rows with `month`, `headcount` and `headcount_status`.
        month: the month end of the finding.
        about: whether the numbers are rounded, so that a change below the rounding is not claimed away.
    """
    now, before = _row(rows, month), _row(rows, month_end(add_months(month, -12)))
    if now is None or now["headcount"] is None:
        return f"Headcount in {_month(month)} {_reason(now, 'headcount')}"
    number = shown_number(now["headcount"])
    if before is None or before["headcount"] is None:
        why = _reason(before, "headcount")
        return f"Headcount was {'about ' * about}{number} in {_month(month)}; a year earlier it {why}"
    change = now["headcount"] - before["headcount"]
    if change == 0:
        if about:
            return f"Headcount stayed at about {number} in the year to {_month(month)}"
        return f"No change: headcount stayed at {number} in the year to {_month(month)}"
    verb = "rose" if change > 0 else "fell"
    start = shown_number(before["headcount"])
    return f"Headcount {verb} from {'about ' * about}{start} to {number} in the year to {_month(month)}"


def flows_finding(rows: Sequence[Row], month: dt.date, *, about: bool = False) -> str:
    """Say how many joined and left in the year to a month end, or why that cannot be said.

    Args:
        rows: released rows with `month`, `joiners_year`, `leavers_year` and their status columns.
        month: the month end of the finding.
        about: whether the numbers are rounded.
    """
    now = _row(rows, month)
    if now is None or now["leavers_year"] is None or now["joiners_year"] is None:
        column = "leavers_year" if now is None or now["leavers_year"] is None else "joiners_year"
        return f"How many people joined and left in the year to {_month(month)} {_reason(now, column)}"
    left, joined = now["leavers_year"], now["joiners_year"]
    people = "person" if left == 1 else "people"
    even = "about as many as" if about else "as many as"
    comparison = "more than" if left > joined else "fewer than" if left < joined else even
    return (
        f"{'About ' * about}{shown_number(left)} {people} left in the year to {_month(month)}, "
        f"{comparison} the {shown_number(joined)} who joined"
    )


def peers_finding(rows: Sequence[Row], peers: str) -> str:
    """Say where the organisation's sickness absence lay among its peers in the latest month with both.

    Args:
        rows: released rows with `month`, `own`, `own_status`, `lower_quartile` and `upper_quartile`, by month.
        peers: what the peers are called: "acute trusts".
    """
    if not rows:
        return "No month has both the organisation's own sickness absence and published figures of its peers"
    shown = [row for row in rows if row["own"] is not None]
    if not shown:
        return f"The organisation's own sickness absence {_reason(rows[-1], 'own')}"
    last = shown[-1]
    low, high, own = last["lower_quartile"], last["upper_quartile"], last["own"]
    place = "above" if own > high else "below" if own < low else "within"
    return (
        f"Sickness absence was {shown_number(own, 2)}% in {_month(last['month'])}, {place} the middle half of "
        f"{peers} ({shown_number(low, 2)}% to {shown_number(high, 2)}%)"
    )


def _row(rows: Sequence[Row], month: dt.date) -> Row | None:
    return next((row for row in rows if row["month"] == month), None)


def _reason(row: Row | None, column: str) -> str:
    if row is not None and row.get(f"{column}_status") in ("primary", "secondary"):
        return "is withheld, because it would describe too few people"
    return "is not known, because the staff lists it needs are not loaded"


def _month(day: dt.date) -> str:
    return f"{day:%B %Y}"
