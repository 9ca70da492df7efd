"""The warehouse of one installation: load extracts, ask for a snapshot, choose an earlier one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from workbench.settings import Settings
from workbench.warehouse.catalogue import Catalogue, Manifest
from workbench.warehouse.engine import open_locked
from workbench.warehouse.load import QUESTIONS, LoadReport, load
from workbench.warehouse.progress import Watcher, nobody
from workbench.warehouse.snapshot import Snapshot


@dataclass(frozen=True)
class Status:
    """What the current snapshot rests on.

    `extracts` has one row per extract and the organisations its files describe: `as_of` (the latest month, or the
    day of loading where an extract has no months), `days_old`, `is_stale`, number of files, rows accepted and
    rejected, cells blanked; for staff in post the headcount and FTE, for the ledger the pay of the latest month.
    """

    manifest: Manifest
    newest_snapshot_id: str
    extracts: pl.DataFrame
    codes: pl.DataFrame


class Warehouse:
    """Everything under the warehouse folder; the one way in which it is written to."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._catalogue = Catalogue(settings.warehouse)

    def load(self, paths: Iterable[Path | str], *, progress: Watcher | None = None) -> LoadReport:
        """Read extract files or folders of them, and publish a new snapshot when something is new.

        Raises:
            LoadInProgress: another load is writing to this warehouse.
        """
        return load(self.settings, [Path(path) for path in paths], watch=progress or nobody)

    def open(self, snapshot_id: str | None = None) -> Snapshot:
        """Open a snapshot to read; the current one when no id is given.

        Raises:
            SnapshotError: nothing was loaded yet, or there is no such snapshot.
        """
        manifest = self._catalogue.find(snapshot_id)
        engine = open_locked(self._catalogue.path(manifest.snapshot_id))
        return Snapshot(engine, manifest.snapshot_id, manifest.created_at)

    def status(self, *, today: dt.date | None = None) -> Status:
        """Say what the current snapshot rests on, and which extracts are older than the settings allow."""
        manifest = self._catalogue.find()
        newest = self._catalogue.newest() or manifest
        today = today or dt.date.today()
        with self.open(manifest.snapshot_id) as snapshot:
            extracts = snapshot.query(QUESTIONS / "extracts_in_use.sql")
            codes = snapshot.query(QUESTIONS / "codes_to_look_at.sql")
        extracts = extracts.with_columns(days_old=(pl.lit(today) - pl.col("as_of")).dt.total_days())
        extracts = extracts.with_columns(is_stale=pl.col("days_old") > self.settings.stale_after_days)
        return Status(manifest, newest.snapshot_id, extracts, codes)

    def rejects(self, snapshot_id: str | None = None) -> pl.DataFrame:
        """List the rows and cells of the files in use that were not taken in: file, line, column, rule and reason."""
        with self.open(snapshot_id) as snapshot:
            return snapshot.query(QUESTIONS / "rejects_in_use.sql")

    def snapshots(self) -> list[tuple[Manifest, bool]]:
        """List the snapshots, newest first, each with whether it is the current one."""
        current = self._catalogue.current()
        return [(manifest, manifest.snapshot_id == current) for manifest in self._catalogue.manifests()]

    def use(self, snapshot_id: str) -> Manifest:
        """Make an earlier snapshot the current one; the next load that brings something new moves on from it.

        Raises:
            SnapshotError: there is no such snapshot, or its database cannot be opened.
        """
        manifest = self._catalogue.find(snapshot_id)
        open_locked(self._catalogue.path(manifest.snapshot_id)).close()
        self._catalogue.point_to(manifest.snapshot_id, by_hand=True)
        return manifest

    def snapshot_file(self, snapshot_id: str) -> Path:
        """Return where the database of a snapshot lies."""
        return self._catalogue.path(snapshot_id)


def open_snapshot(settings: Settings, snapshot_id: str | None = None) -> Snapshot:
    """Open a snapshot to read; the current one when no id is given.

    Raises:
        SnapshotError: nothing was loaded yet, or there is no such snapshot.
    """
    return Warehouse(settings).open(snapshot_id)
