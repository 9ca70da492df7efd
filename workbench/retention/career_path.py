"""How support staff of the allied health professions become registered staff, and where registered staff came from.

A support worker who qualifies while employed here is neither a leaver nor a joiner: in flows between organisations the
step is invisible, though it is what apprenticeships and sponsored training are for. So people are compared by their
standing (support, student, qualified, other post, not employed here) at two month ends. See
docs/methodology/career_path.md.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl

from workbench.warehouse.snapshot import Snapshot

QUERIES = Path(__file__).parent / "queries"

#: Where AHP support staff of the opening month end are at the closing one, in the order of the table.
BECAME = {
    "support": "still AHP support staff",
    "student": "AHP student or apprentice here",
    "qualified": "qualified AHP here",
    "other": "in another kind of post here",
    "outside": "no longer employed here",
}
#: Where the qualified AHPs of the closing month end who were not so at the opening one had been.
CAME_FROM = {
    "support": "AHP support staff here",
    "student": "AHP student or apprentice here",
    "other": "another kind of post here",
    "outside": "not employed here",
}
TOTAL = "Total"


def standings(snapshot: Snapshot, organisation: str, opening: dt.date, closing: dt.date) -> pl.DataFrame:
    """Count people by their standing at two month ends.

    Returns:
        One row per `standing_before`, `profession_before`, `standing_after`, `profession_after`, with `people`;
        professions are null outside. No rows unless both month ends are loaded: that is no data, not nobody.
    """
    return snapshot.query(QUERIES / "career_path.sql", organisation=organisation, opening=opening, closing=closing)


def support_staff_became(rows: pl.DataFrame) -> pl.DataFrame:
    """Say what became of the AHP support staff of the opening month end.

    Returns:
        One row per line of `BECAME` and a Total: `outcome`, `people`; 0 where nobody took that way.
    """
    return _lines(rows.filter(pl.col("standing_before") == "support"), "standing_after", BECAME)


def qualified_staff_came_from(rows: pl.DataFrame) -> pl.DataFrame:
    """Say where those came from who are qualified AHPs at the closing month end and were not at the opening one.

    Returns:
        One row per line of `CAME_FROM` and a Total: `outcome`, `people`; 0 where nobody came that way.
    """
    new = rows.filter((pl.col("standing_after") == "qualified") & (pl.col("standing_before") != "qualified"))
    return _lines(new, "standing_before", CAME_FROM)


def _lines(rows: pl.DataFrame, column: str, labels: dict[str, str]) -> pl.DataFrame:
    counts = dict(rows.group_by(column).agg(pl.col("people").sum()).iter_rows())
    people = [int(counts.get(name, 0)) for name in labels]
    return pl.DataFrame(
        {"outcome": [*labels.values(), TOTAL], "people": [*people, sum(people)]},
        schema={"outcome": pl.String, "people": pl.Int64},
    )
