"""Small databases of what people stated: rows are added, never changed, and each is written whole or not at all.

They stand apart from the snapshots: a snapshot never changes, and what somebody stated outlives it. Several sessions
may write at once. They hold no staff numbers.
"""

from __future__ import annotations

import os
import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar

from filelock import FileLock, Timeout

from workbench.errors import WorkbenchError

_LONGEST_TEXT = 500
_WAIT_SECONDS = 30
_STAFF_NUMBER = re.compile(r"\d{6,}")


class RecordFile:
    """An SQLite file to read and to add to; a kind of record gives it its tables, its name and its error.

    Raises:
        WorkbenchError: of the kind's own class: the database cannot be opened or made.
    """

    schema: ClassVar[str]
    what: ClassVar[str]
    error: ClassVar[type[WorkbenchError]]

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            # One at a time: two sessions that make the database at once would refuse each other.
            with FileLock(str(path) + ".lock", timeout=_WAIT_SECONDS, mode=0o600):
                if not path.exists():
                    os.close(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600))
                with self._connected() as connection:
                    connection.execute("pragma journal_mode = wal")
                    connection.executescript(self.schema)
        except (OSError, Timeout) as problem:
            raise self._unusable(problem) from None

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """Hold the one place to write until the record is on the disk; a fault in between leaves nothing behind."""
        with self._connected() as connection:
            connection.execute("begin immediate")
            try:
                yield connection
            except BaseException:
                connection.execute("rollback")
                raise
            connection.execute("commit")

    @contextmanager
    def _connected(self) -> Iterator[sqlite3.Connection]:
        connection = sqlite3.connect(self.path, timeout=_WAIT_SECONDS, isolation_level=None)
        try:
            connection.row_factory = sqlite3.Row
            # Full: a record that was answered "kept" survives the machine losing its power.
            connection.execute("pragma synchronous = full")
            yield connection
        except sqlite3.Error as problem:
            raise self._unusable(problem) from None
        finally:
            connection.close()

    def _unusable(self, problem: Exception) -> WorkbenchError:
        return self.error(
            f"The {self.what} {str(self.path)!r} cannot be read or written ({type(problem).__name__}), so nothing was "
            "changed. Check the disk and the permissions of its folder, or put the file back from its backup."
        )


def stated_text(name: str, text: str, *, of: str, error: type[WorkbenchError]) -> str:
    """Return a name, reason or note as it is kept: one line, not too long, and without a staff number.

    Args:
        name: what the text is, for the message: "reason".
        text: as it was given.
        of: what is stated: "decision".
        error: what is raised where the text cannot be kept.
    """
    stated = " ".join(text.split())
    article = "an" if name[0] in "aeiou" else "a"
    if not stated:
        raise error(f"A {of} needs {article} {name}: received {text!r}. Nothing was recorded.")
    if len(stated) > _LONGEST_TEXT:
        raise error(f"{article.capitalize()} {name} has at most {_LONGEST_TEXT} characters: received {len(stated)}.")
    if _STAFF_NUMBER.search(stated):
        # Records are read far more widely than the vault, so a staff number must not get in by way of a remark.
        raise error(
            f"{article.capitalize()} {name} must not hold a number of six or more digits, as a staff number has."
        )
    return stated
