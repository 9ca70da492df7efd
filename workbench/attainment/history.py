"""The level at the end of each quarter for which staff lists are loaded, for the trust and its groups."""

from __future__ import annotations

import datetime as dt

import polars as pl

from workbench.attainment.attained import attainment_of, register, the_set
from workbench.attainment.known import known_at
from workbench.attainment.levels import TRUST
from workbench.attainment.standard_sets import DEFAULT_SET
from workbench.measures.coverage import months_loaded
from workbench.periods import last_completed_quarter
from workbench.settings import Settings
from workbench.warehouse.snapshot import Snapshot

SCHEMA = {"quarter": pl.String, "day": pl.Date, "scope": pl.String, "level": pl.Int64, "blocking": pl.String}


def history(
    snapshot: Snapshot, settings: Settings, organisation: str, as_at: dt.date, standard_set: str = DEFAULT_SET
) -> pl.DataFrame:
    """Work out the level at each quarter end up to a date, each as it was known on that day.

    Returns:
        One row per quarter and scope (the trust, then its groups): `quarter`, `day`, `scope`, `level` (null where
        nobody is in scope or no register is loaded) and `blocking`, the standards that block the next level.
    """
    standards = the_set(settings, standard_set)
    records = register(snapshot, organisation, standards)
    rows = []
    for day in quarter_ends(months_loaded(snapshot, organisation), as_at):
        found = attainment_of(known_at(snapshot, organisation, day), records, standards, organisation, day)
        for scope, one in found.attained.items():
            if scope == TRUST or scope.startswith("group:"):
                rows.append((str(last_completed_quarter(day)), day, scope, one.level, ", ".join(one.blocking)))
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


def quarter_ends(months: list[dt.date], as_at: dt.date) -> list[dt.date]:
    """List the quarter ends up to a date for which the staff list of that very month is loaded."""
    return [month for month in sorted(months) if month <= as_at and last_completed_quarter(month).last_day == month]
