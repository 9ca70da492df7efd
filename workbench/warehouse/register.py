"""The grain register: what one row of each table is, which columns are its key, and what must hold of it."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

SQL = Path(__file__).parent / "sql"


@dataclass(frozen=True)
class Table:
    """One table of a snapshot that a `.sql` file makes."""

    name: str
    query: Path
    keys: tuple[str, ...]
    depends_on: tuple[str, ...]
    checks: tuple[str, ...]

    @property
    def grain(self) -> str:
        """What one row is, as the first line of the query says."""
        first_line = self.query.read_text(encoding="utf-8").splitlines()[0]
        return first_line.removeprefix("-- grain: ").strip()


@cache
def marts() -> tuple[Table, ...]:
    """List the marts in the order in which they can be built."""
    entries = tomllib.loads((SQL / "register.toml").read_text(encoding="utf-8"))["marts"]
    tables = {
        f"marts.{name}": Table(
            name=f"marts.{name}",
            query=SQL / "marts" / f"{name}.sql",
            keys=tuple(entry["keys"]),
            depends_on=tuple(entry["depends_on"]),
            checks=tuple(entry.get("checks", ())),
        )
        for name, entry in entries.items()
    }
    order = TopologicalSorter(
        {name: sorted(set(table.depends_on) & set(tables)) for name, table in sorted(tables.items())}
    ).static_order()
    return tuple(tables[name] for name in order)


def staging_query(extract: str) -> Path:
    """Return the query that makes `staging.<extract>` from the rows that stand."""
    return SQL / "staging" / f"{extract}.sql"


def check_query(name: str) -> Path:
    """Return a check: a query that finds nothing when the table is in order."""
    return SQL / "checks" / f"{name}.sql"
