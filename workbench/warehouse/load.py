"""Loading: extract files in, a new snapshot out, or everything as it was before.

Each file is read by itself; one that cannot be read harms no other. The snapshot is built under a temporary name
and becomes current only when it is whole, so a load that fails or is killed at any moment leaves the earlier
snapshot current.
"""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl
from filelock import FileLock, Timeout

from workbench import __version__
from workbench.errors import ExtractRefused, LoadInProgress, NotAnExtract, SettingsError, WorkbenchError
from workbench.extracts import ReadReport, contract_named, contracts, file_sha256, read_extract
from workbench.settings import Settings
from workbench.warehouse import files
from workbench.warehouse.build import Build, contents_hash
from workbench.warehouse.catalogue import Catalogue, Manifest, snapshot_id
from workbench.warehouse.engine import engine_version, open_locked
from workbench.warehouse.parts import Part, PartLibrary
from workbench.warehouse.progress import Progress, Watcher, nobody
from workbench.warehouse.standing import Restatement, restatements

QUESTIONS = Path(__file__).parent / "sql" / "questions"
SUFFIXES = (".csv", ".csv.gz", ".xlsx", ".parquet")


@dataclass(frozen=True)
class FileOutcome:
    """What became of one file: `loaded`, `already_loaded`, `refused`, or `ignored` (not an extract)."""

    path: Path
    status: str
    message: str = ""
    part: Part | None = None


@dataclass(frozen=True)
class LoadReport:
    """What a load did, file by file, and the snapshot that came of it (None when nothing was new)."""

    outcomes: tuple[FileOutcome, ...]
    restatements: tuple[Restatement, ...] = ()
    codes: pl.DataFrame = field(default_factory=pl.DataFrame)
    snapshot_id: str | None = None
    removed_snapshots: tuple[str, ...] = ()

    @property
    def loaded(self) -> list[Part]:
        """The files that were taken in by this load."""
        return [outcome.part for outcome in self.outcomes if outcome.status == "loaded" and outcome.part]

    @property
    def exit_code(self) -> int:
        """2 when a file was refused, else 1 when a row was rejected, else 0."""
        if any(outcome.status == "refused" for outcome in self.outcomes):
            return 2
        return int(any(part.rows_rejected for part in self.loaded))


def load(settings: Settings, paths: Iterable[Path], *, watch: Watcher = nobody) -> LoadReport:
    """Read extract files, keep what is new of them, and publish a snapshot of everything that stands.

    Folders are walked; what is plainly not an extract in them is ignored and mentioned, while a file that was named
    must be one. The same bytes again change nothing. When nothing is new, no snapshot is made.

    Raises:
        LoadInProgress: another load is writing to this warehouse.
        WorkbenchError: there is nothing at one of the paths.
    """
    found = _find(paths)
    with _lock(settings):
        library = PartLibrary(settings.warehouse / "parts")
        catalogue = Catalogue(settings.warehouse)
        scratch = settings.warehouse / "building"
        library.tidy()
        catalogue.tidy()
        files.remove(scratch)
        before = library.parts()
        outcomes = _accept(found, library, before, settings, watch)
        parts = library.parts()
        fingerprint = contents_hash(parts, settings)
        newest = catalogue.newest()
        if not parts:
            return LoadReport(outcomes=outcomes)
        if newest is not None and newest.contents_hash == fingerprint:
            # A load killed between publishing and pointing left it behind; a choice made by hand is respected.
            if not catalogue.is_chosen_by_hand():
                catalogue.point_to(newest.snapshot_id)
            return LoadReport(outcomes=outcomes)
        manifest = _build_and_publish(settings, library, catalogue, parts, fingerprint, scratch, watch)
        removed = catalogue.keep_newest(settings.snapshots_kept)
        new = {outcome.part.sha256 for outcome in outcomes if outcome.status == "loaded" and outcome.part}
        with open_locked(catalogue.path(manifest.snapshot_id)) as engine:
            codes = engine.frame(QUESTIONS / "codes_to_look_at.sql")
        return LoadReport(
            outcomes=outcomes,
            restatements=tuple(r for r in restatements(parts) if r.later.sha256 in new),
            codes=codes,
            snapshot_id=manifest.snapshot_id,
            removed_snapshots=tuple(removed),
        )


@contextlib.contextmanager
def _lock(settings: Settings) -> Iterator[None]:
    settings.warehouse.mkdir(parents=True, exist_ok=True)
    # The lock is the operating system's own: it goes when its process ends, however that ends.
    lock = FileLock(settings.warehouse / ".load.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise LoadInProgress(
            f"Another load is writing to the warehouse at {str(settings.warehouse)!r}. Wait until it has ended and "
            "load again; reading is not affected."
        ) from None
    try:
        yield
    finally:
        lock.release()


def _find(paths: Iterable[Path]) -> list[tuple[Path, bool]]:
    """List the files to read, in order, each with whether it was named by itself (and not found in a folder)."""
    found: dict[Path, bool] = {}
    for path in paths:
        if path.is_dir():
            for file in sorted(path.rglob("*")):
                inside = file.relative_to(path).parts
                # Hidden files and the locks that Excel leaves beside an open workbook are no extracts.
                if file.is_file() and not any(part.startswith((".", "~$")) for part in inside):
                    found.setdefault(file, False)
        elif path.is_file():
            found[path] = True
        else:
            raise WorkbenchError(f"There is no file or folder at {str(path)!r}. Check the path and load again.")
    return list(found.items())


def _accept(
    found: Sequence[tuple[Path, bool]],
    library: PartLibrary,
    before: Sequence[Part],
    settings: Settings,
    watch: Watcher,
) -> tuple[FileOutcome, ...]:
    known = {part.sha256: part for part in before}
    sequence = max((part.sequence for part in before), default=0)
    outcomes = []
    for number, (path, was_named) in enumerate(found, start=1):
        watch(Progress("reading", path.name, number, len(found)))
        outcome = _accept_file(path, was_named, library, known, sequence + 1, settings)
        if outcome.status == "loaded" and outcome.part is not None:
            sequence += 1
            known[outcome.part.sha256] = outcome.part
            watch(Progress("accepted", path.name, number, len(found)))
        outcomes.append(outcome)
    library.tidy()
    return tuple(outcomes)


def _accept_file(
    path: Path, was_named: bool, library: PartLibrary, known: dict[str, Part], sequence: int, settings: Settings
) -> FileOutcome:
    try:
        if not was_named and not path.name.lower().endswith(SUFFIXES):
            return FileOutcome(path, "ignored", "not a CSV, XLSX or Parquet file")
        sha256 = file_sha256(path)
        if sha256 in known:
            same = known[sha256]
            return FileOutcome(path, "already_loaded", f"loaded {same.loaded_at:%Y-%m-%d} as {same.file_name}", same)
        rows = library.incoming(sha256)
        report = read_extract(path, rows, settings=settings)
        if report.sha256 != sha256:
            return FileOutcome(path, "refused", "The file changed while it was being read. Load it again.")
        _hold_one_key(report, known)
        part = library.add(report, contract_named(report.extract), rows, sequence=sequence)
        return FileOutcome(path, "loaded", part=part)
    except NotAnExtract as refusal:
        return FileOutcome(path, "refused" if was_named else "ignored", str(refusal))
    except ExtractRefused as refusal:
        return FileOutcome(path, "refused", str(refusal))
    except OSError as problem:
        return FileOutcome(path, "refused", f"It could not be taken in: {problem.strerror or type(problem).__name__}.")
    except WorkbenchError:
        # Not about this file: a missing key or a broken header map would refuse every file in turn.
        raise
    except Exception as problem:
        # Its message is left out: it could hold a person's record.
        return FileOutcome(path, "refused", f"It could not be taken in ({type(problem).__name__} while reading it).")


def _hold_one_key(report: ReadReport, known: Mapping[str, Part]) -> None:
    """Stop before pseudonyms made with two keys meet: nobody could be followed from one extract to the next."""
    others = {part.key_fingerprint for part in known.values()} - {report.key_fingerprint}
    if others:
        raise SettingsError(
            f"The pseudonym key in use ({report.key_fingerprint}) is not the one that the extracts loaded before were "
            f"read with ({', '.join(sorted(others))}). Put that key back at `key_file`, or start an empty warehouse."
        )


def _build_and_publish(
    settings: Settings,
    library: PartLibrary,
    catalogue: Catalogue,
    parts: Sequence[Part],
    fingerprint: str,
    scratch: Path,
    watch: Watcher,
) -> Manifest:
    scratch.mkdir(parents=True)
    catalogue.folder.mkdir(parents=True, exist_ok=True)
    created_at = _time_after(catalogue.newest())
    identifier = snapshot_id(created_at, fingerprint)
    parent = catalogue.current()
    try:
        database = Build(
            settings=settings,
            library=library,
            parts=parts,
            contracts=contracts(),
            snapshot_id=identifier,
            created_at=created_at,
            contents_hash=fingerprint,
            parent_snapshot_id=parent,
            scratch=scratch,
            watch=watch,
        ).run()
        with open_locked(database) as engine:
            table_rows = engine.table_rows()
        files.settle(database)
        manifest = Manifest(
            snapshot_id=identifier,
            created_at=created_at,
            workbench_version=__version__,
            duckdb_version=engine_version(),
            parent_snapshot_id=parent,
            contents_hash=fingerprint,
            file_sha256=file_sha256(database),
            file_bytes=database.stat().st_size,
            table_rows=table_rows,
        )
        watch(Progress("publishing", identifier))
        catalogue.publish(manifest, database)
        watch(Progress("pointing", identifier))
        catalogue.point_to(identifier)
        watch(Progress("published", identifier))
    finally:
        files.remove(scratch)
    return manifest


def _time_after(newest: Manifest | None) -> dt.datetime:
    """Return the time (UTC, whole seconds), later than that of any snapshot even where a clock was set back."""
    now = dt.datetime.now(dt.UTC).replace(tzinfo=None, microsecond=0)
    return now if newest is None else max(now, newest.created_at + dt.timedelta(seconds=1))
