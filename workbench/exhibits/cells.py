"""How one value is written, the same in every table, label and sentence."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

from workbench.exhibits.icons import find_icon
from workbench.periods import shown_date

WITHHELD = "[c]"
NO_DATA = "[x]"
NOT_APPLICABLE = "n/a"

#: What stands in a table in place of a number, in the shorthand of the Government Statistical Service.
EXPLANATIONS = {
    WITHHELD: "withheld: too few people to show, or it would give such a number away",
    NO_DATA: "no data",
    NOT_APPLICABLE: "not applicable: there was nobody to count",
}

WITHHELD_STATUSES = ("primary", "secondary", "suppressed")

_DECIMALS = {"count": 0, "fte": 1, "percent": 1, "rate": 1}


def shown_cell(kind: str, value: Any, status: str | None = None, decimals: int | None = None) -> str:
    """Write one value as people read it; `status` says why there is none."""
    if status in WITHHELD_STATUSES:
        return WITHHELD
    if status == "not_applicable":
        return NOT_APPLICABLE
    if value is None or status == "no_data":
        return NO_DATA
    if kind in _DECIMALS:
        return shown_number(float(value), _DECIMALS[kind] if decimals is None else decimals) + (
            "%" if kind == "percent" else ""
        )
    if kind == "icon":
        return find_icon(str(value)).words
    if isinstance(value, dt.date):
        return shown_month(value) if kind == "month" else shown_date(value)
    return str(value)


def shown_number(value: float, decimals: int = 0) -> str:
    """Write a number with thousands separated, halves rounded away from zero."""
    scale = 10**decimals
    # Python's own formatting takes halves to the even neighbour (0.25 becomes 0.2), which readers take for an error.
    rounded = math.copysign(math.floor(abs(value) * scale + 0.5 + 1e-9) / scale, value)
    return f"{rounded + 0.0:,.{decimals}f}"


def shown_month(day: dt.date) -> str:
    """Write a month as people do: Sep 2026."""
    return f"{day:%b %Y}"
