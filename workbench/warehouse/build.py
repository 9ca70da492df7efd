"""Building a snapshot: from the rows that stand to one finished database file.

    parts ──► landed ──► staging ──► marts        beside them: reference, control
             (scratch)

The same parts, code lists and definitions always give the same tables, row for row and in the same order, whatever
the order in which the files came. Nothing is published here: the result is a file under a temporary name.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from workbench import __version__
from workbench.errors import GrainError
from workbench.extracts import Contract
from workbench.professions import profession_tables
from workbench.reference import reference_tables
from workbench.settings import Settings
from workbench.warehouse import control, register, standing
from workbench.warehouse.code_map import code_map
from workbench.warehouse.engine import Engine, create, engine_version
from workbench.warehouse.parts import Part, PartLibrary
from workbench.warehouse.progress import Progress, Watcher

PACKAGE = Path(__file__).parents[1]
_DEFINITIONS = (
    "warehouse/sql/**/*.sql",
    "warehouse/sql/register.toml",
    "extracts/contracts/*.toml",
    "reference/lists.toml",
    "reference/lists/*.csv",
    "professions/*.csv",
)


@dataclass(frozen=True)
class Build:
    """Everything that one snapshot is made from."""

    settings: Settings
    library: PartLibrary
    parts: Sequence[Part]
    contracts: Mapping[str, Contract]
    snapshot_id: str
    created_at: dt.datetime
    contents_hash: str
    parent_snapshot_id: str | None
    scratch: Path
    watch: Watcher = field(repr=False)

    def run(self) -> Path:
        """Build the database and return where it lies.

        Raises:
            GrainError: a table holds a key twice, or one of its checks found something.
        """
        database = self.scratch / "snapshot.duckdb"
        engine = create(database)
        try:
            for schema in ("control", "reference", "staging", "marts"):
                engine.create_schema(schema)
            engine.attach_scratch("landed")
            self._reference(engine)
            landed = self._land()
            self._control(engine, landed)
            self._staging(engine, landed)
            self._marts(engine)
            self.watch(Progress("closing", self.snapshot_id))
            engine.finish()
        finally:
            engine.close()
        return database

    def _reference(self, engine: Engine) -> None:
        for name, frame in {**reference_tables(self.settings), **profession_tables(self.settings)}.items():
            self.watch(Progress("reference", name))
            engine.create_table(name, frame)

    def _land(self) -> dict[str, Path]:
        """Write the rows that stand to one scratch file per extract."""
        folder = self.scratch / "landed"
        folder.mkdir()
        landed = {}
        for name, contract in sorted(self.contracts.items()):
            self.watch(Progress("landing", name))
            landed[name] = folder / f"{name}.parquet"
            standing.standing_rows(contract, self.parts, self.library).sink_parquet(landed[name])
        return landed

    def _control(self, engine: Engine, landed: Mapping[str, Path]) -> None:
        self.watch(Progress("control", "control"))
        snapshot = pl.DataFrame(
            {
                "snapshot_id": [self.snapshot_id],
                "created_at": [self.created_at],
                "workbench_version": [__version__],
                "duckdb_version": [engine_version()],
                "parent_snapshot_id": pl.Series([self.parent_snapshot_id], dtype=pl.String),
                "contents_hash": [self.contents_hash],
            }
        )
        engine.create_table("control.snapshot", snapshot)
        engine.create_table("control.load_file", control.load_files(self.parts))
        engine.create_table("control.reject", control.rejects(self.parts, self.library))
        engine.create_table("control.restatement", control.restatements(self.parts))
        engine.create_table("control.code_map", code_map(self.contracts, landed, self.settings))

    def _staging(self, engine: Engine, landed: Mapping[str, Path]) -> None:
        for name, contract in sorted(self.contracts.items()):
            self.watch(Progress("staging", name))
            engine.create_table(f"landed.{name}", landed[name])
            engine.create_table(f"staging.{name}", register.staging_query(name))
            engine.drop_table(f"landed.{name}")
            _hold_grain(engine, f"staging.{name}", contract.landed_key)

    def _marts(self, engine: Engine) -> None:
        for table in register.marts():
            self.watch(Progress("marts", table.name))
            engine.create_table(table.name, table.query)
            _hold_grain(engine, table.name, table.keys)
            for check in table.checks:
                found = engine.frame(register.check_query(check)).height
                if found:
                    raise GrainError(
                        f"The table `{table.name}` cannot be published: its check `{check}` found {found} cases. "
                        "The snapshot published before stays current. This is a fault in the workbench's own "
                        "definitions: please report it."
                    )


def _hold_grain(engine: Engine, table: str, keys: Sequence[str]) -> None:
    repeated = engine.repeated_keys(table, keys)
    if repeated:
        raise GrainError(
            f"The table `{table}` cannot be published: {repeated} keys ({', '.join(keys)}) stand in it more than once. "
            "The snapshot published before stays current. See `workbench status` for the files that were loaded last."
        )


def contents_hash(parts: Sequence[Part], settings: Settings) -> str:
    """Return the fingerprint of everything that the content of a snapshot follows from.

    That is: which files stand for what, the workbench's definitions, and the code lists. Files that replace each
    other record by record count in the order in which they came; all others do not depend on that order.
    """
    digest = hashlib.sha256(__version__.encode())
    standing_units = standing.standing_units(parts)
    for part in sorted(parts, key=lambda part: (part.extract, part.sha256 if part.units else "", part.sequence)):
        digest.update(f"{part.extract} {part.sha256} {sorted(standing_units[part.sha256], key=str)}\n".encode())
    for path in _definition_files(settings):
        digest.update(f"{path.name}\n".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _definition_files(settings: Settings) -> list[Path]:
    shipped = [path for pattern in _DEFINITIONS for path in sorted(PACKAGE.glob(pattern))]
    accepted = sorted(path for path in settings.reference_lists.glob("**/*") if path.is_file())
    return shipped + accepted
