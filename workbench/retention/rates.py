"""Leaver rate, joiner rate and stability index, as each preset defines them."""

from __future__ import annotations

import polars as pl

from workbench.measures.coverage import add_up
from workbench.measures.request import MeasureRequest
from workbench.retention.movements import BOUND, Movements, behind_a_range, movements
from workbench.warehouse.snapshot import Snapshot


def leaver_rate(snapshot: Snapshot, request: MeasureRequest) -> tuple[pl.DataFrame, dict[str, object]]:
    """Divide those who left in the window by the stock that the preset sets them against.

    The published definition (`nhse_published`) sets people who are in active service at the opening month end and
    not at the closing one against the mean of the two stocks; see docs/methodology/leaver_rate.md for the others and
    for what each leaves open. Leavers stand in the group they left from, the stock in the groups of its month ends:
    ratio of sums at every level.

    Returns:
        The dimensions asked for with `numerator` and `denominator` in people or FTE, and the people behind both.
        A group without stock is not applicable; a window whose lists are not loaded is no data, never 0.

    Raises:
        ParameterError: the preset does not define leaving in the scope asked for.
    """
    return _rate(movements(snapshot, request), request, "leavers")


def joiner_rate(snapshot: Snapshot, request: MeasureRequest) -> tuple[pl.DataFrame, dict[str, object]]:
    """Divide those who joined in the window by the stock that the preset sets leavers against.

    The mirror of `leaver_rate`, over the same denominator. See docs/methodology/joiner_rate.md.

    Returns:
        As `leaver_rate`; joiners stand in the group they joined.

    Raises:
        ParameterError: the preset does not define leaving in the scope asked for.
    """
    return _rate(movements(snapshot, request), request, "joiners")


def stability_index(snapshot: Snapshot, request: MeasureRequest) -> tuple[pl.DataFrame, dict[str, object]]:
    """Say what share of those there at the opening are still there at the closing.

    100 x (1 - leavers / opening), with the leavers of the same preset; in FTE, the opening FTE of those kept over the
    opening FTE. It is not 100 less the leaver rate, which has another denominator.
    See docs/methodology/stability_index.md.

    Returns:
        The dimensions asked for with `numerator` (those kept) and `denominator` (those at the opening), in people or
        in FTE at the opening. A group that nobody was in at the opening is not applicable.

    Raises:
        ParameterError: the preset does not define leaving in the scope asked for.
    """
    counted = movements(snapshot, request)
    frame = _fraction(counted, request, "kept", "opening")
    if BOUND in counted.by:  # most leavers make the lower index
        frame = frame.with_columns(pl.col(BOUND).replace({"lower": "upper", "upper": "lower"}))
    return frame, counted.stamp | {
        "denominator": "those there at the opening",
        "placed": "at the opening",
    }


def _rate(counted: Movements, request: MeasureRequest, column: str) -> tuple[pl.DataFrame, dict[str, object]]:
    placed = "where they left from" if column == "leavers" else "where they joined"
    frame = _fraction(counted, request, column, "stock")
    return frame, counted.stamp | {"placed": f"{column} {placed}; the stock as at its own month ends"}


def _fraction(counted: Movements, request: MeasureRequest, numerator: str, denominator: str) -> pl.DataFrame:
    """Add up a numerator and a denominator in the unit asked for, with the people behind them."""
    unit = request.options["unit"]
    columns = {
        "numerator": counted.in_unit(numerator, unit),
        "denominator": counted.in_unit(denominator, unit),
        "numerator_people": numerator,
        "denominator_people": denominator,
    }
    range_ends = ["leavers_of_nhs_lower", "leavers_of_nhs_upper"] if BOUND in counted.by else []
    summed = counted.rows.with_columns(pl.col(source).alias(name) for name, source in columns.items())
    frame = add_up(summed, counted.by, [*columns, *range_ends], months=counted.months)
    return behind_a_range(frame, kept=numerator == "kept") if range_ends else frame
