"""Who came and who went between two month ends, counted as NHS England's statistics count them."""

from __future__ import annotations

import polars as pl

from workbench.measures.coverage import add_up
from workbench.measures.request import MeasureRequest
from workbench.retention.movements import BOUND, behind_a_range, movements
from workbench.warehouse.snapshot import Snapshot


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


def _moved(
    snapshot: Snapshot, request: MeasureRequest, column: str, *, side: str
) -> tuple[pl.DataFrame, dict[str, object]]:
    counted = movements(snapshot, request)
    columns = {"numerator": counted.in_unit(column, request.options["unit"]), "numerator_people": column}
    # A group that nobody was in on this side could not be left or joined: it is no row, rather than a row with 0.
    rows = counted.rows.filter((pl.col(side) > 0) | (pl.col(column) > 0))
    rows = rows.with_columns(pl.col(source).alias(name) for name, source in columns.items())
    range_ends = ["leavers_of_nhs_lower", "leavers_of_nhs_upper"] if BOUND in counted.by else []
    frame = add_up(rows, counted.by, [*columns, *range_ends], months=counted.months)
    if range_ends:
        frame = behind_a_range(frame)
    placed = f"at the {side}" if counted.preset.mode == "point" else "on the list nearest to the day"
    stamp = {name: said for name, said in counted.stamp.items() if name != "denominator"}
    return frame.with_columns(denominator=pl.lit(None, pl.Float64)), stamp | {"placed": placed}
