"""Who came and who went between two month ends, counted as NHS England's statistics count them."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from pathlib import Path

import polars as pl

from workbench.measures.coverage import add_up, months_asked, months_loaded, months_missing
from workbench.measures.request import MeasureRequest
from workbench.periods import add_months, month_end
from workbench.warehouse.snapshot import Snapshot

QUERIES = Path(__file__).parent / "queries"


def leavers(snapshot: Snapshot, request: MeasureRequest) -> tuple[pl.DataFrame, dict[str, object]]:
    """Count the people in active service at the opening month end who are not at the closing one.

    Point to point, as NHS England counts: someone who joins and leaves in between is not seen, and going on
    maternity leave or career break is leaving active service. Rows of a breakdown are the group at the opening, so
    they add up to the organisation's leavers; a group that nobody left is a row with 0.
    See docs/methodology/leavers.md.

    Returns:
        The dimensions asked for with `numerator` in people, or in FTE at the opening month end; null where the
        opening or the closing month is not loaded.
    """
    return _moved(snapshot, request, "leavers", side="opening")


def joiners(snapshot: Snapshot, request: MeasureRequest) -> tuple[pl.DataFrame, dict[str, object]]:
    """Count the people in active service at the closing month end who were not at the opening one.

    The mirror of `leavers`: people back from maternity leave or career break count too. Rows of a breakdown are
    the group at the closing. See docs/methodology/joiners.md.

    Returns:
        The dimensions asked for with `numerator` in people, or in FTE at the closing month end; null where the
        opening or the closing month is not loaded.
    """
    return _moved(snapshot, request, "joiners", side="closing")


def opening_month(closing: dt.date, window_months: int) -> dt.date:
    """Return the month end that a window of so many months starts from: 30 Sep 2026 and 12 give 30 Sep 2025."""
    return month_end(add_months(closing, -window_months))


def _moved(
    snapshot: Snapshot, request: MeasureRequest, column: str, *, side: str
) -> tuple[pl.DataFrame, dict[str, object]]:
    window = int(request.options["window_months"])
    loaded = months_loaded(snapshot, request.organisation)
    months = {
        closing: known and opening_month(closing, window) in loaded
        for closing, known in months_asked(request, loaded).items()
    }
    rows = _flow_rows(snapshot, request.organisation, window, min(months), max(months)).filter(pl.col(side) > 0)
    in_fte = request.options["unit"] == "fte"
    counted = f"{column}_fte" if in_fte else column
    totals = add_up(rows, request.by, [counted, column] if in_fte else [counted], months=months)
    frame = totals.rename({counted: "numerator"} | ({column: "numerator_people"} if in_fte else {}))
    opening = opening_month(request.month, window)
    shown = f"{window} month{'s' if window > 1 else ''}"
    stamp: dict[str, object] = {
        "scope": f"from_organisation: active service at this organisation ({request.organisation})",
        "window": f"{shown} ending at each month end"
        if request.by_month
        else f"{opening} to {request.month} ({shown})",
        "mode": "point to point between the two month ends",
        "population": (
            "people in active service (assignment status 01, 02 or 05) on contract types 02 Fixed Term, 04 Locum "
            "or 05 Permanent, doctors in training included"
        ),
        "placed": f"at the {side} month end",
        "months_missing": months_missing(request, loaded, first=None if request.by_month else opening),
    }
    return frame.with_columns(denominator=pl.lit(None, pl.Float64)), stamp


@lru_cache(maxsize=16)
def _flow_rows(snapshot: Snapshot, organisation: str, window: int, first: dt.date, last: dt.date) -> pl.DataFrame:
    """Ask once for what joiners and leavers share: a snapshot never changes, so the answer holds."""
    return snapshot.query(
        QUERIES / "point_to_point_flows.sql", organisation=organisation, window_months=window, first=first, last=last
    )
