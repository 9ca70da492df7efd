"""A snapshot: the extracts as they stood at one load, never changed afterwards."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from types import TracebackType
from typing import Any

import polars as pl

from workbench.errors import WorkbenchError
from workbench.warehouse.engine import Engine, literal_engine


class Snapshot(AbstractContextManager["Snapshot"]):
    """A warehouse as it stood after one load, open to read and to nothing else.

    Questions are asked in SQL and answered as polars frames; no connection leaves this class.
    """

    def __init__(self, engine: Engine, snapshot_id: str, created_at: dt.datetime) -> None:
        self._engine = engine
        self.id = snapshot_id
        self.created_at = created_at

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Snapshot({self.id!r})"

    def sql(self, text: str, **values: Any) -> pl.DataFrame:
        """Answer a question written in SQL; values are bound by name (`where period = $month`).

        Raises:
            WorkbenchError: the database cannot run it; its own message is passed on, without the rows.
        """
        try:
            return self._engine.frame(text, **values)
        except Exception as problem:
            if type(problem).__module__.split(".")[0] not in ("duckdb", "_duckdb"):
                raise
            first_line = str(problem).splitlines()[0] if str(problem) else type(problem).__name__
            kind = "cannot be run" if "Conversion" not in first_line else "meets a value that it cannot convert"
            detail = "" if "Conversion" in first_line else f": {first_line}"
            raise WorkbenchError(f"The query {kind}{detail}. Tables are listed by `wb.tables()`.") from None

    def query(self, path: Path, **values: Any) -> pl.DataFrame:
        """Answer a question kept in a `.sql` file of the workbench."""
        return self._engine.frame(path, **values)

    def close(self) -> None:
        """Let go of the snapshot's file."""
        self._engine.close()


def literal_snapshot(tables: Mapping[str, pl.DataFrame]) -> Snapshot:
    """Hold a few literal tables as if they were a snapshot: how queries are tested row by row."""
    return Snapshot(literal_engine(tables), "literal", dt.datetime(2026, 10, 4, 6, 12))
