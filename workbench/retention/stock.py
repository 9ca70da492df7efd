"""How many staff are in post at a month end, in people and in FTE."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from pathlib import Path

import polars as pl

from workbench.measures.coverage import add_up, months_asked, months_loaded, months_missing
from workbench.measures.request import MeasureRequest
from workbench.warehouse.snapshot import Snapshot

QUERIES = Path(__file__).parent / "queries"
POPULATION = {
    "employed": (
        "people employed at the month end on contract types 02 Fixed Term, 04 Locum or 05 Permanent, "
        "with those on maternity leave, career break, secondment out or suspension"
    ),
    "active": (
        "people in active service at the month end (assignment status 01, 02 or 05) on contract types "
        "02 Fixed Term, 04 Locum or 05 Permanent"
    ),
}


def headcount(snapshot: Snapshot, request: MeasureRequest) -> tuple[pl.DataFrame, dict[str, object]]:
    """Count the people in post at the month end, each once however many assignments they hold.

    A person is placed by one assignment, the primary one where it is in scope, so that the rows of any breakdown
    add up to the total. See docs/methodology/headcount.md.

    Returns:
        The dimensions asked for with `numerator` in people; a month that is not loaded is null, never 0.
    """
    return _in_post(snapshot, request, request.options["status"])


def fte(snapshot: Snapshot, request: MeasureRequest) -> tuple[pl.DataFrame, dict[str, object]]:
    """Add up the contracted full-time equivalents of the people in post at the month end.

    All of a person's FTE stands where the person is placed; it is summed over their assignments in scope and
    never capped. With `status=active` only active assignments count. See docs/methodology/fte.md.

    Returns:
        The dimensions asked for with `numerator` in FTE, and `numerator_people`, the people it rests on.
    """
    status = request.options["status"]
    return _in_post(snapshot, request, f"{status}_fte", people=status)


def _in_post(
    snapshot: Snapshot, request: MeasureRequest, column: str, *, people: str | None = None
) -> tuple[pl.DataFrame, dict[str, object]]:
    loaded = months_loaded(snapshot, request.organisation)
    months = months_asked(request, loaded)
    rows = _stock_rows(snapshot, request.organisation, min(months), max(months))
    totals = add_up(rows, request.by, [column, people] if people else [column], months=months)
    frame = totals.rename({column: "numerator"} | ({people: "numerator_people"} if people else {}))
    stamp: dict[str, object] = {
        "window": "every month end shown" if request.by_month else f"the month end {request.month}",
        "population": POPULATION[request.options["status"]],
        "scope": f"one organisation ({request.organisation}), placed by the primary assignment",
        "months_missing": months_missing(request, loaded),
    }
    return frame.with_columns(denominator=pl.lit(None, pl.Float64)), stamp


@lru_cache(maxsize=16)
def _stock_rows(snapshot: Snapshot, organisation: str, first: dt.date, last: dt.date) -> pl.DataFrame:
    """Ask once for what headcount and FTE share: a snapshot never changes, so the answer holds."""
    return snapshot.query(QUERIES / "stock.sql", organisation=organisation, first=first, last=last)
