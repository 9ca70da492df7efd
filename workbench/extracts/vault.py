"""The vault: which number each pseudonym stands for.

It is a file of its own, with its own permissions. No analysis opens it: only worklists that go back to the people who
correct ESR do, and each opening is written to the audit record first.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from workbench.audit import AuditLog
from workbench.errors import SettingsError, WorkbenchError
from workbench.extracts.pseudonyms import Pseudonyms, Purpose, normalised

_SCHEMA = """
create table if not exists key_used (fingerprint text not null);
create table if not exists number (
    kind text not null,
    key text not null,
    organisation_code text not null,
    number text not null,
    primary key (kind, key)
) without rowid;
"""


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

    def remember(self, kind: Purpose, pairs: Iterable[tuple[str, str, str]]) -> None:
        """Keep which organisation and number each pseudonym stands for; what is known already stays as it is.

        Args:
            kind: What the numbers are numbers of.
            pairs: Pseudonym, organisation code and number.
        """
        rows = ((kind, key, organisation, normalised(number)) for key, organisation, number in pairs)
        with self._connected() as connection:
            connection.executemany("insert or ignore into number values (?, ?, ?, ?)", rows)

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
        found: dict[str, str] = {}
        with self._connected() as connection:
            for key in sorted(set(keys)):
                row = connection.execute("select number from number where kind = ? and key = ?", (kind, key)).fetchone()
                if row is not None:
                    found[key] = row[0]
        return found

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
