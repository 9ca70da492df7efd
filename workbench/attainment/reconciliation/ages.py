"""Since when each exception has been there, and how many were opened and closed month by month.

A snapshot never changes, so neither does what the sources differ in at an earlier month end. The ids of a month are
therefore kept beside the warehouse, named after everything they rest on; deleting them loses nothing but the time to
work them out again.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from statistics import median

import polars as pl

from workbench.attainment.reconciliation.tolerances import Tolerances
from workbench.settings import Settings
from workbench.warehouse.files import remove, replace_json
from workbench.warehouse.snapshot import Snapshot

#: How many months back an exception is followed; an older one is "12 months or more". Our choice.
MONTHS_FOLLOWED = 12

IdsAt = Callable[[dt.date], set[str]]


def with_age(found: pl.DataFrame, months: Sequence[dt.date], ids_at: IdsAt) -> pl.DataFrame:
    """Say since which month end each exception has been there without a break.

    Args:
        found: the exceptions of the last of `months`, with `exception_id`.
        months: the month ends loaded up to the one asked for, earliest first.
        ids_at: the ids of the exceptions at an earlier month end; asked only as far back as it matters.

    Returns:
        The exceptions with `first_seen` (a month end), `age_days`, and `age_is_minimum`: true where it was there in
        the earliest month looked at, so that it may be older.
    """
    looked_at = list(reversed(months))[: MONTHS_FOLLOWED + 1]
    now = looked_at[0]
    since = dict.fromkeys(found["exception_id"].to_list(), now)
    still_there = set(since)
    for month in looked_at[1:]:
        if not still_there:
            break
        still_there &= ids_at(month)
        since |= dict.fromkeys(still_there, month)
    first_seen = [since[one] for one in found["exception_id"].to_list()]
    return found.with_columns(pl.Series("first_seen", first_seen, dtype=pl.Date)).with_columns(
        age_days=(pl.lit(now, pl.Date) - pl.col("first_seen")).dt.total_days(),
        age_is_minimum=pl.col("first_seen") == looked_at[-1],
    )


def movement(months: Sequence[dt.date], ids_at: IdsAt) -> pl.DataFrame:
    """Count exceptions opened and closed between month ends, and how long the closed ones had been there.

    An exception is closed when it is there no more: put right, or one of its values changed, which opens another.
    The first of the months opens none: what was there before it is not known.

    Returns:
        One row per month end after the first: `month`, `opened`, `closed`, `open`, `median_days_to_close` (from the
        month end of first sight to the one without it; null where none was closed).
    """
    rows = []
    since: dict[str, dt.date] = {}
    for place, month in enumerate(months):
        there = ids_at(month)
        closed = [(month - since[one]).days for one in sorted(since.keys() - there)]
        opened = there - since.keys()
        since = {one: since.get(one, month) for one in there}
        if place:
            rows.append((month, len(opened), len(closed), len(there), float(median(closed)) if closed else None))
    schema = {"month": pl.Date, "opened": pl.Int64, "closed": pl.Int64, "open": pl.Int64,
              "median_days_to_close": pl.Float64}  # fmt: skip
    return pl.DataFrame(rows, schema=schema, orient="row")


def kept_ids(
    snapshot: Snapshot,
    settings: Settings,
    organisation: str,
    tolerances: Tolerances,
    worked_out: Callable[[dt.date], set[str]],
) -> IdsAt:
    """Return the ids of a month from the file kept for it where there is one, and keep them where there is none.

    Only snapshots that lie in the warehouse are kept; a warehouse that may only be read is answered all the same.
    """
    is_in_warehouse = (settings.warehouse / "snapshots" / f"{snapshot.id}.duckdb").exists()
    folder = settings.warehouse / "reconciliation"

    def ids_at(month: dt.date) -> set[str]:
        if not is_in_warehouse:
            return worked_out(month)
        rests_on = "|".join((snapshot.id, organisation, month.isoformat(), repr(tolerances), _ways_of_asking()))
        path = folder / f"{snapshot.id}-{hashlib.sha256(rests_on.encode()).hexdigest()[:24]}.json"
        try:
            return set(json.loads(path.read_text(encoding="utf-8")))
        except (OSError, ValueError):
            # Not there yet, or not whole: worked out again either way.
            ids = worked_out(month)
            _keep(sorted(ids), path)
            return ids

    return ids_at


def _keep(ids: Sequence[str], path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        replace_json(path, list(ids))
        snapshots = {one.stem for one in (path.parents[1] / "snapshots").glob("*.duckdb")}
        for other in path.parent.glob("*.json"):
            if other.stem.rsplit("-", 1)[0] not in snapshots:
                remove(other)
    except OSError:
        return


@cache
def _ways_of_asking() -> str:
    """Return a fingerprint of the queries, checks and modules: another way of asking is another answer."""
    here = Path(__file__).parent
    digest = hashlib.sha256()
    for path in sorted([*here.glob("*.py"), *here.glob("*.toml"), *here.glob("queries/*.sql")]):
        digest.update(path.read_bytes())
    return digest.hexdigest()
