"""The snapshots on disk, and the pointer that says which one is current.

A snapshot is a database file with a name of its own and a manifest beside it. It is never written to again and its
name is never used for another one, because a process that opens a name twice may be given the earlier content.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from workbench.errors import SnapshotError, nearest
from workbench.warehouse import files

_CHOSEN = "chosen by hand"


@dataclass(frozen=True)
class Manifest:
    """What a snapshot says about itself: when it was made, by which versions, from what, and its fingerprint."""

    snapshot_id: str
    created_at: dt.datetime
    workbench_version: str
    duckdb_version: str
    parent_snapshot_id: str | None
    contents_hash: str
    file_sha256: str
    file_bytes: int
    table_rows: Mapping[str, int]

    def as_json(self) -> dict[str, object]:
        """Write the manifest in JSON's own types."""
        return {**asdict(self), "created_at": self.created_at.isoformat()}


def snapshot_id(created_at: dt.datetime, contents_hash: str) -> str:
    """Name a snapshot by its time (UTC) and by what it holds: 20261004T061200-3f9a1c2b."""
    return f"{created_at:%Y%m%dT%H%M%S}-{contents_hash[:8]}"


class Catalogue:
    """The folder of snapshots of one warehouse."""

    def __init__(self, warehouse: Path) -> None:
        self.folder = warehouse / "snapshots"
        self.pointer = warehouse / "current"

    def manifests(self) -> list[Manifest]:
        """List the whole snapshots, newest first."""
        found = [_manifest(path) for path in self.folder.glob("*.json") if path.with_suffix(".duckdb").exists()]
        return sorted(found, key=lambda manifest: (manifest.created_at, manifest.snapshot_id), reverse=True)

    def newest(self) -> Manifest | None:
        """Return the snapshot that was built last, whether or not it is the current one."""
        return next(iter(self.manifests()), None)

    def path(self, identifier: str) -> Path:
        """Return where the database of a snapshot lies."""
        return self.folder / f"{identifier}.duckdb"

    def current(self) -> str | None:
        """Return the id of the current snapshot; none when nothing was published yet."""
        return next(iter(self._pointer_lines()), None)

    def is_chosen_by_hand(self) -> bool:
        """Say whether a person chose the current snapshot, rather than the last load having made it current."""
        return _CHOSEN in self._pointer_lines()

    def find(self, identifier: str | None = None) -> Manifest:
        """Return the manifest of a snapshot; of the current one when no id is given.

        Raises:
            SnapshotError: nothing was loaded yet, or there is no such snapshot.
        """
        manifests = {manifest.snapshot_id: manifest for manifest in self.manifests()}
        if identifier is None:
            identifier = self.current()
            if identifier is None:
                raise SnapshotError(
                    f"There is no snapshot in {str(self.folder.parent)!r} yet. Load extracts first: "
                    "`workbench load FOLDER`, or try `workbench demo`."
                )
            if identifier not in manifests:
                raise SnapshotError(
                    f"The current snapshot {identifier!r} is missing from {str(self.folder)!r}. Choose another with "
                    "`workbench snapshots use ID`, or load any extract file again to build a new one."
                )
        if identifier not in manifests:
            close = nearest(identifier, manifests)
            hint = f" Did you mean {close[0]!r}?" if close else ""
            raise SnapshotError(f"There is no snapshot {identifier!r}.{hint} See `workbench snapshots`.")
        return manifests[identifier]

    def publish(self, manifest: Manifest, database: Path) -> None:
        """Give a finished database its name and manifest. It is not current before `point_to` says so."""
        files.move_into_place(database, self.path(manifest.snapshot_id))
        files.replace_json(self.folder / f"{manifest.snapshot_id}.json", manifest.as_json())

    def point_to(self, identifier: str, *, by_hand: bool = False) -> None:
        """Make a snapshot the current one, in one step."""
        files.replace_text(self.pointer, "\n".join([identifier, *([_CHOSEN] if by_hand else [])]) + "\n")

    def keep_newest(self, count: int) -> list[str]:
        """Remove all but the newest snapshots and the current one; return the ids of those removed."""
        current = self.current()
        removed = []
        for manifest in self.manifests()[count:]:
            if manifest.snapshot_id != current:
                # The manifest goes first: without it the database is no longer a snapshot.
                files.remove(self.folder / f"{manifest.snapshot_id}.json")
                files.remove(self.path(manifest.snapshot_id))
                removed.append(manifest.snapshot_id)
        return removed

    def tidy(self) -> None:
        """Remove databases without manifest and manifests without database, as a killed load leaves them."""
        for path in (*self.folder.glob("*.duckdb"), *self.folder.glob("*.json")):
            other = path.with_suffix(".json" if path.suffix == ".duckdb" else ".duckdb")
            if not other.exists():
                files.remove(path)
        for path in (*self.folder.glob(".*.new"), *self.pointer.parent.glob(".*.new")):
            files.remove(path)

    def _pointer_lines(self) -> list[str]:
        try:
            return self.pointer.read_text(encoding="utf-8").split("\n")[:-1]
        except FileNotFoundError:
            return []


def _manifest(path: Path) -> Manifest:
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
        return Manifest(**{**values, "created_at": dt.datetime.fromisoformat(values["created_at"])})
    except (ValueError, KeyError, TypeError):
        raise SnapshotError(
            f"The manifest {path.name!r} in {str(path.parent)!r} cannot be read. Restore it from a backup, or delete "
            "it together with its database: the accepted extracts are kept and the next load builds a new snapshot."
        ) from None
