"""The vault: which number each pseudonym stands for.

It is a file of its own, with its own permissions. No analysis opens it: only worklists that go back to the people who
correct ESR do, and each opening is written to the audit record first.

Pairs are kept in batches (a Parquet table in one cell), not in a row each: a month of staff in post brings a million
pairs, nearly all of them known already, and is compared with the vault in a fraction of a second that way.
"""

from __future__ import annotations

import io
import os
import sqlite3
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

import polars as pl

from workbench.audit import AuditLog
from workbench.errors import SettingsError, WorkbenchError
from workbench.extracts.pseudonyms import Pseudonyms, Purpose

_SCHEMA = """
create table if not exists key_used (fingerprint text not null);
create table if not exists batch (number integer primary key, kind text not null, pairs blob not null);
"""
_MOST_BATCHES = 24  # more than these are put together into one
_PAIR = {"key": pl.String, "number": pl.String}


class Vault:
    """The numbers behind the pseudonyms of one warehouse.

    Raises:
        SettingsError: the vault was made with another key than the one given.
    """

    def __init__(self, path: Path, pseudonyms: Pseudonyms) -> None:
        self.path = path
        self.audit = AuditLog(path.with_name("openings.log"))
        self._pseudonyms = pseudonyms
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        if os.name == "posix":
            path.parent.chmod(0o700)
        if not path.exists():
            os.close(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600))
        with self._connected() as connection:
            connection.executescript(_SCHEMA)
            used = connection.execute("select fingerprint from key_used").fetchone()
            if used is None:
                connection.execute("insert into key_used values (?)", (pseudonyms.fingerprint,))
            elif used[0] != pseudonyms.fingerprint:
                raise SettingsError(
                    f"The vault {str(path)!r} was made with another pseudonym key ({used[0]!r}) than the one in use "
                    f"({pseudonyms.fingerprint!r}). Point `key_file` (WORKBENCH_KEY_FILE) to the key it was made with."
                )

    def remember(self, kind: Purpose, pairs: pl.DataFrame) -> None:
        """Keep which number each pseudonym stands for; what is known already stays as it is.

        Args:
            kind: What the numbers are numbers of.
            pairs: One row per number: `key`, the pseudonym, and `number`.
        """
        with self._connected() as connection:
            # Taken before reading, so that two loads at once do not both add what each finds missing.
            connection.execute("begin immediate")
            batches = self._batches(connection, kind)
            known = pl.concat([pl.DataFrame(schema=_PAIR), *batches])
            new = pairs.select("key", "number").unique("key")
            new = new if known.is_empty() else new.join(known, on="key", how="anti")
            if new.is_empty():
                return
            if len(batches) >= _MOST_BATCHES:
                connection.execute("delete from batch where kind = ?", (kind,))
                new = pl.concat([known, new])
            packed = io.BytesIO()
            new.write_parquet(packed, compression="zstd", compression_level=1)
            connection.execute("insert into batch (kind, pairs) values (?, ?)", (kind, packed.getvalue()))

    def look_up(
        self, kind: Purpose, keys: Collection[str], *, purpose: str, person: str, approver: str = ""
    ) -> dict[str, str]:
        """Return the numbers behind pseudonyms, after writing down who asked and why.

        Pseudonyms that the vault does not know are left out of the answer.

        Raises:
            WorkbenchError: nobody, or no purpose, was named.
            AuditError: the opening cannot be written down, so nothing is opened.
        """
        if not purpose.strip() or not person.strip():
            raise WorkbenchError(
                "The vault is opened only for a stated purpose and by a named person: received "
                f"purpose {purpose!r}, person {person!r}."
            )
        details = {"kind": kind, "asked": len(keys), "key": self._pseudonyms.fingerprint, "approver": approver}
        self.audit.append("re-identify", person=person, purpose=purpose, details=details)
        with self._connected() as connection:
            known = pl.concat([pl.DataFrame(schema=_PAIR), *self._batches(connection, kind)])
        found = known.filter(pl.col("key").is_in(list(keys))).sort("key")
        return dict(zip(found["key"].to_list(), found["number"].to_list(), strict=True))

    @staticmethod
    def _batches(connection: sqlite3.Connection, kind: Purpose) -> list[pl.DataFrame]:
        rows = connection.execute("select pairs from batch where kind = ? order by number", (kind,))
        return [pl.read_parquet(io.BytesIO(pairs)) for (pairs,) in rows]

    @contextmanager
    def _connected(self) -> Iterator[sqlite3.Connection]:
        connection = sqlite3.connect(self.path, timeout=60)
        try:
            with connection:
                yield connection
        except sqlite3.DatabaseError as problem:
            raise SettingsError(
                f"The vault {str(self.path)!r} cannot be read or written ({type(problem).__name__}). "
                "Put it back from its backup."
            ) from None
        finally:
            connection.close()
