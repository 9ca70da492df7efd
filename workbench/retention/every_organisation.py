"""The leaver rate of every organisation served and every month at once, answered from spells."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from workbench.errors import ParameterError, unknown_name
from workbench.retention.flow_lines import DIMENSIONS
from workbench.warehouse.snapshot import Snapshot

QUERIES = Path(__file__).parent / "queries"


def leaver_rates_everywhere(
    snapshot: Snapshot, *, window_months: int = 12, dimension: str = "organisation"
) -> pl.DataFrame:
    """Return leavers and the leaver rate of each organisation served, each month and, if asked for, each group.

    The same numbers as the measure `leaver_rate` with its defaults (NHS England's definition, within the
    organisation, in people), which answers for one organisation at a time. This one counts where runs of active
    service begin and end, so that its cost follows the number of people and not that of months.

    Args:
        snapshot: the warehouse as it stood after one load.
        window_months: months from the opening to the closing month end.
        dimension: `organisation`, or what to split by, of `flow_lines.DIMENSIONS`.

    Returns:
        One row per organisation, closing month end and group, sorted: `organisation`, `month`, `group_of_staff`,
        `opening`, `closing`, `leavers` and `artefacts` in people, `leaver_rate` in per cent. Windows whose opening
        or closing is not loaded, and groups without anybody at either end, have no row.

    Raises:
        UnknownName: a dimension that the groups cannot be made from.
        ParameterError: a window shorter than a month.
    """
    if dimension not in ("organisation", *DIMENSIONS):
        raise unknown_name("dimension", dimension, ["organisation", *DIMENSIONS])
    if window_months < 1:
        raise ParameterError(f"`window_months` was given as {window_months!r}. Give 1 or more whole months.")
    if dimension == "organisation":
        return snapshot.query(QUERIES / "leavers_by_month.sql", window_months=window_months)
    query = QUERIES / "leavers_by_month_and_group.sql"
    return snapshot.query(query, dimension=dimension, window_months=window_months)
