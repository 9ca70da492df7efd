"""Findings of a month, worked out once per snapshot, and since when each has been there.

A snapshot never changes, so neither does what the rules find in it. Months are therefore kept beside the warehouse,
one file each, named after everything the answer rests on: snapshot, organisation, month, rules and local choices.
Deleting the folder loses nothing but the time to fill it again.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import os
from collections.abc import Iterable, Sequence
from dataclasses import fields
from functools import cache
from pathlib import Path

import polars as pl

from workbench.coding.findings import FINDINGS, findings
from workbench.coding.local_settings import CodingSettings
from workbench.coding.rules import rules
from workbench.settings import Settings
from workbench.warehouse.snapshot import Snapshot

#: How many months back a finding is followed; an older one is "12 months or more". Our choice.
MONTHS_FOLLOWED = 12


def findings_kept(
    snapshot: Snapshot, settings: Settings, organisation: str, period: dt.date, local: CodingSettings
) -> pl.DataFrame:
    """Return what the rules find (`findings`), from the file kept for this month where there is one."""
    if not (settings.warehouse / "snapshots" / f"{snapshot.id}.duckdb").exists():
        return findings(snapshot, organisation, period, local)
    folder = settings.warehouse / "findings"
    known = (snapshot.id, organisation, period.isoformat(), _rules_fingerprint(), _choices(local))
    path = folder / f"{snapshot.id}-{hashlib.sha256('|'.join(known).encode()).hexdigest()[:24]}.parquet"
    try:
        return pl.read_parquet(path).select(*FINDINGS)
    except (OSError, pl.exceptions.PolarsError):
        # Not there yet, or not whole: worked out again either way.
        found = findings(snapshot, organisation, period, local)
        _keep(found, path)
        return found


def with_age(
    found: pl.DataFrame,
    snapshot: Snapshot,
    settings: Settings,
    *,
    organisation: str,
    months: Sequence[dt.date],
    local: CodingSettings,
) -> pl.DataFrame:
    """Say since which month end each finding has been there without a break.

    Args:
        found: The findings of the last of `months`.
        snapshot: The warehouse as it stood after one load.
        settings: Where the warehouse lies.
        organisation: Code of the organisation.
        months: The month ends loaded up to the one asked for, earliest first.
        local: The local choices.

    Returns:
        The findings with `first_seen` (a month end), `age_months` and `age_is_minimum`: true where the finding was
        there in the earliest month that was looked at, so that it may be older.
    """
    looked_at = list(reversed(months))[: MONTHS_FOLLOWED + 1]
    earlier = (
        (month, findings_kept(snapshot, settings, organisation, month, local)["finding_id"].to_list())
        for month in looked_at[1:]
    )
    first_seen = there_since(looked_at[0], found["finding_id"].to_list(), earlier)
    seen = pl.DataFrame(list(first_seen.items()), schema={"finding_id": pl.String, "first_seen": pl.Date}, orient="row")
    month_number = pl.col("first_seen").dt.year().cast(pl.Int64) * 12 + pl.col("first_seen").dt.month()
    now = looked_at[0].year * 12 + looked_at[0].month
    return found.join(seen, on="finding_id", how="left", maintain_order="left").with_columns(
        age_months=now - month_number, age_is_minimum=pl.col("first_seen") == looked_at[-1]
    )


def there_since(
    month: dt.date, ids: Iterable[str], earlier: Iterable[tuple[dt.date, Iterable[str]]]
) -> dict[str, dt.date]:
    """Say for each finding of a month since which month it has been there without a break.

    Args:
        month: The month end.
        ids: The findings of that month.
        earlier: Earlier month ends with the findings of each, latest first; read only as far as it matters.
    """
    since = dict.fromkeys(ids, month)
    still_there = set(since)
    for before, there in earlier:
        still_there &= set(there)
        if not still_there:
            break
        since |= dict.fromkeys(still_there, before)
    return since


@cache
def _rules_fingerprint() -> str:
    digest = hashlib.sha256()
    for rule in rules().values():
        digest.update(repr(rule).encode())
        digest.update(rule.query.read_bytes())
    return digest.hexdigest()


def _choices(local: CodingSettings) -> str:
    chosen = [getattr(local, field.name) for field in fields(local) if field.name != "band_ranges"]
    return repr([*chosen, local.band_ranges_as_json])


def _keep(found: pl.DataFrame, path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        new = path.with_name(f".{path.name}.{os.getpid()}.new")
        descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0), 0o600)
        with os.fdopen(descriptor, "wb") as stream:
            found.write_parquet(stream)
        new.replace(path)
        for other in path.parent.glob("*.parquet"):
            # Snapshots that are gone take their findings with them.
            if not any(other.name.startswith(one.stem) for one in (path.parents[1] / "snapshots").glob("*.duckdb")):
                other.unlink(missing_ok=True)
    except OSError:
        # A warehouse that may only be read is no reason not to answer; the next one works it out again.
        return
