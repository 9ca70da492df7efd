"""The one door to DuckDB: every statement of the workbench passes through an `Engine`.

Values are always bound, never formatted into the text. The log holds the name of a query, the number of rows and
the milliseconds it took; never a value, because values here are people's records.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from types import TracebackType
from typing import Any

import duckdb
import polars as pl

from workbench.errors import SnapshotError

log = logging.getLogger(__name__)

Query = str | Path


class Engine(AbstractContextManager["Engine"]):
    """A connection to one DuckDB database, with binding, logging and readable failures in one place."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the database."""
        self._connection.close()

    def run(self, query: Query, **values: Any) -> None:
        """Run a statement for its effect; `query` is a text or the path of a `.sql` file."""
        text, name = _text_and_name(query)
        started = time.perf_counter()
        self._connection.execute(text, values or None).fetchall()
        log.debug("ran %s in %.0f ms", name, 1000 * (time.perf_counter() - started))

    def frame(self, query: Query, **values: Any) -> pl.DataFrame:
        """Run a SELECT and return its rows; their order is only what the query's ORDER BY says."""
        text, name = _text_and_name(query)
        started = time.perf_counter()
        relation = self._connection.sql(text, params=values) if values else self._connection.sql(text)
        result = relation.pl()
        log.debug("%s: %d rows in %.0f ms", name, result.height, 1000 * (time.perf_counter() - started))
        return result

    def one_value(self, query: Query, **values: Any) -> Any:
        """Run a SELECT that has one row and one column, and return what stands there."""
        return self.frame(query, **values).item()

    def register(self, name: str, frame: pl.DataFrame) -> None:
        """Make a polars frame readable as a table called `name` while this engine is open."""
        self._connection.register(name, frame.to_arrow())


def scratch() -> Engine:
    """Open an empty database in memory, for reading extracts and for building."""
    return Engine(duckdb.connect())


def create(path: Path) -> Engine:
    """Create a new database file, or open it for writing; only the build of a snapshot does this."""
    return Engine(duckdb.connect(str(path)))


def open_locked(path: Path) -> Engine:
    """Open a database file to read only, with no way out of it.

    Reading only is not enough: a read-only DuckDB can still copy to files, read any file and attach another
    database. So external access is switched off and the configuration locked as well.

    Raises:
        SnapshotError: the file is missing or is not a database that this version can read.
    """
    if not path.exists():
        raise SnapshotError(f"The snapshot file {path.name!r} is missing. See `workbench snapshots`.")
    try:
        return Engine(
            duckdb.connect(
                str(path),
                read_only=True,
                config={"enable_external_access": "false", "lock_configuration": "true"},
            )
        )
    except duckdb.Error:
        raise SnapshotError(
            f"The snapshot file {path.name!r} cannot be opened: it is damaged, or another version of DuckDB "
            f"wrote it (this one is {duckdb.__version__}). Choose another with `workbench snapshots use ID`."
        ) from None


def engine_version() -> str:
    """Return the version of DuckDB that reads and writes here."""
    return str(duckdb.__version__)


def literal_engine(tables: Mapping[str, pl.DataFrame]) -> Engine:
    """Open a database in memory that holds just the given tables, named `schema.table`."""
    engine = scratch()
    for name, frame in tables.items():
        schema, _, table = name.partition(".")
        engine.run(f'create schema if not exists "{schema}"')
        engine.register("literal_rows", frame)
        engine.run(f'create table "{schema}"."{table}" as select * from literal_rows')
    return engine


def _text_and_name(query: Query) -> tuple[str, str]:
    if isinstance(query, Path):
        return query.read_text(encoding="utf-8"), query.stem
    return query, "a query in words"
