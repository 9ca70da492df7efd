"""Findings of a month, worked out once per snapshot, and since when each has been there.

A snapshot never changes, so neither does what the rules find in it. Months are therefore kept beside the warehouse,
one file each, named after everything the answer rests on: snapshot, organisation, month, rules and local choices.
Deleting the folder loses nothing but the time to fill it again.

A year is asked about in hardly more time than a month (see `findings_of_months`), and who looks at a month asks next
how old its findings are. So a month that is not kept yet is worked out together with the year before it.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from functools import cache
from pathlib import Path

import polars as pl

from workbench.coding.findings import FINDINGS, MONTHS, findings, findings_of_months
from workbench.coding.local_settings import CodingSettings
from workbench.coding.rules import rules
from workbench.measures.coverage import months_loaded
from workbench.settings import Settings
from workbench.warehouse.snapshot import Snapshot

#: How many months back a finding is followed; an older one is "12 months or more". Our choice.
MONTHS_FOLLOWED = 12
#: Month ends to have at hand for a view of one: itself, those its findings are followed back to, and as many for the
#: month before it, which says what is gone since.
MONTHS_AT_HAND = MONTHS_FOLLOWED + 2


def findings_kept(
    snapshot: Snapshot, settings: Settings, organisation: str, period: dt.date, local: CodingSettings
) -> pl.DataFrame:
    """Return what the rules find (`findings`), from the file kept for this month where there is one."""
    if not _is_published(snapshot, settings):
        return findings(snapshot, organisation, period, local)
    kept = _read(_path(snapshot, settings, organisation, period, local))
    if kept is not None:
        return kept
    months = [month for month in months_loaded(snapshot, organisation) if month < period][1 - MONTHS_AT_HAND :]
    found = keep_findings(snapshot, settings, {organisation: [*months, period]}, local)
    return found.filter(pl.col("organisation_code") == organisation, pl.col("period") == period).drop(*MONTHS)


def keep_findings(
    snapshot: Snapshot, settings: Settings, asked: Mapping[str, Sequence[dt.date]], local: CodingSettings
) -> pl.DataFrame:
    """Work out those of the months asked for that are not kept yet, in one pass, and keep them.

    Args:
        snapshot: The warehouse as it stood after one load.
        settings: Where the warehouse lies.
        asked: The month ends by the code of their organisation.
        local: The local choices.

    Returns:
        What `findings_of_months` returns, for the months that were not kept; nothing is kept of a snapshot that is
        not a published one.
    """
    if not _is_published(snapshot, settings):
        return findings_of_months(snapshot, {}, local)
    missing = {
        code: [month for month in months if not _path(snapshot, settings, code, month, local).exists()]
        for code, months in asked.items()
    }
    found = findings_of_months(snapshot, missing, local)
    parts = found.partition_by(list(MONTHS), as_dict=True, include_key=False)
    for code, months in missing.items():
        for month in months:
            path = _path(snapshot, settings, code, month, local)
            _keep(parts.get((code, month), found.clear().drop(*MONTHS)), path)
    _let_go(settings)
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


def _is_published(snapshot: Snapshot, settings: Settings) -> bool:
    return (settings.warehouse / "snapshots" / f"{snapshot.id}.duckdb").exists()


def _path(snapshot: Snapshot, settings: Settings, organisation: str, period: dt.date, local: CodingSettings) -> Path:
    known = (snapshot.id, organisation, period.isoformat(), _rules_fingerprint(), _choices(local))
    name = f"{snapshot.id}-{hashlib.sha256('|'.join(known).encode()).hexdigest()[:24]}.parquet"
    return settings.warehouse / "findings" / name


def _read(path: Path) -> pl.DataFrame | None:
    try:
        return pl.read_parquet(path).select(*FINDINGS)
    except FileNotFoundError:
        return None
    except (OSError, pl.exceptions.PolarsError):
        # Not whole: worked out again.
        with contextlib.suppress(OSError):
            path.unlink()
        return None


def _keep(found: pl.DataFrame, path: Path) -> None:
    # A warehouse that may only be read is no reason not to answer; the next one works it out again.
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        new = path.with_name(f".{path.name}.{os.getpid()}.new")
        descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0), 0o600)
        with os.fdopen(descriptor, "wb") as stream:
            found.write_parquet(stream)
        new.replace(path)


def _let_go(settings: Settings) -> None:
    """Remove the findings of snapshots that are gone."""
    stems = {one.stem for one in (settings.warehouse / "snapshots").glob("*.duckdb")}
    with contextlib.suppress(OSError):
        for kept in (settings.warehouse / "findings").glob("*.parquet"):
            if kept.stem.rpartition("-")[0] not in stems:
                kept.unlink(missing_ok=True)
