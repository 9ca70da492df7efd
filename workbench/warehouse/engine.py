"""The one door to DuckDB: every statement of the workbench passes through an `Engine`.

Values are always bound, never formatted into the text. The log holds the name of a query, the number of rows and
the milliseconds it took; never a value, because values here are people's records.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping, Sequence
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
        if hasattr(self._connection, "pl"):
            # A relation with bound values (`sql` with `params`) is kept whole before it is handed over, which takes
            # several times as long for half a million rows.
            result = self._connection.execute(text, values or None).pl()
        else:  # DuckDB 2.0 hands over frames from relations alone
            result = self._connection.sql(text, params=values or None).pl()
        log.debug("%s: %d rows in %.0f ms", name, result.height, 1000 * (time.perf_counter() - started))
        return result

    def one_value(self, query: Query, **values: Any) -> Any:
        """Run a SELECT that has one row and one column, and return what stands there."""
        return self.frame(query, **values).item()

    def read_csv(self, path: Path, wanted: Sequence[str], **options: Any) -> pl.DataFrame:
        """Read the wanted columns of a CSV file, in file order; `options` are those of DuckDB's `read_csv`."""
        started = time.perf_counter()
        result = self._connection.read_csv(str(path), **options).select(*wanted).pl()
        log.debug("read a CSV file: %d rows in %.0f ms", result.height, 1000 * (time.perf_counter() - started))
        return result

    def create_schema(self, name: str) -> None:
        """Make room for tables called `name.something`."""
        self._connection.execute(f'create schema if not exists "{name}"').fetchall()

    def attach_scratch(self, name: str) -> None:
        """Make room for tables called `name.something` that never reach the database file."""
        self._connection.execute(f"attach ':memory:' as \"{name}\"").fetchall()

    def create_table(self, name: str, rows: Path | pl.DataFrame, **values: Any) -> None:
        """Make a table called `schema.table` from a `.sql` file, a Parquet file or a frame, in the order it comes."""
        target = _quoted(name)
        if isinstance(rows, pl.DataFrame):
            self._connection.register("incoming_rows", rows.to_arrow())
            self.run(f"create table {target} as select * from incoming_rows")  # noqa: S608 - a name of our own
            self._connection.unregister("incoming_rows")
        elif rows.suffix == ".parquet":
            self.run(f"create table {target} as select * from read_parquet($file)", file=str(rows))  # noqa: S608
        else:
            started = time.perf_counter()
            text = rows.read_text(encoding="utf-8")
            self._connection.execute(f"create table {target} as\n{text}", values or None).fetchall()
            log.debug("built %s in %.0f ms", name, 1000 * (time.perf_counter() - started))

    def drop_table(self, name: str) -> None:
        """Remove a table that is no longer needed."""
        self._connection.execute(f"drop table {_quoted(name)}").fetchall()

    def repeated_keys(self, table: str, keys: Sequence[str]) -> int:
        """Count the keys that stand in more than one row of a table; 0 is what its grain promises."""
        columns = ", ".join(f'"{key}"' for key in keys)
        return int(
            self.one_value(
                f"select count(*) from (select {columns} from {_quoted(table)} group by {columns} having count(*) > 1)"  # noqa: S608
            )
        )

    def table_rows(self) -> dict[str, int]:
        """Return how many rows each table holds."""
        return dict(self.frame(Path(__file__).parent / "sql" / "questions" / "table_rows.sql").iter_rows())

    def finish(self) -> None:
        """Bring everything into the one database file and close it."""
        self.run("checkpoint")
        self.close()


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
        engine.create_schema(name.partition(".")[0])
        engine.create_table(name, frame)
    return engine


def _quoted(name: str) -> str:
    return ".".join(f'"{word}"' for word in name.split("."))


def _text_and_name(query: Query) -> tuple[str, str]:
    if isinstance(query, Path):
        return query.read_text(encoding="utf-8"), query.stem
    return query, "a query in words"
