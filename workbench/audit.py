"""An append-only record of who opened what, and why.

Each line carries the hash of the line before, so that an edited, removed or reordered line is found; the hash of
the last line is also kept in a second file, so that a cut tail is found. Lines are written before anything is shown:
where the record cannot be written, nothing is shown. No line holds a person's value or a result.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from workbench.errors import WorkbenchError

_START = "0" * 64


class AuditError(WorkbenchError):
    """The record of openings cannot be written, or was changed after it was written."""


class AuditLog:
    """One file of audit lines, chained by their hashes."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.head = path.with_name(path.name + ".head")

    def append(self, action: str, *, person: str, purpose: str, details: Mapping[str, Any] | None = None) -> str:
        """Write one line and return its hash.

        Args:
            action: What is done, such as `re-identify` or `export`.
            person: Who does it.
            purpose: Why.
            details: Counts, scopes and ids; never a value of a person's record.

        Raises:
            AuditError: the line cannot be written, so what it announces must not happen.
        """
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with FileLock(str(self.path) + ".lock", timeout=30, mode=0o600):
                previous, number = self._last()
                line = {
                    "number": number + 1,
                    "at": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
                    "person": person,
                    "action": action,
                    "purpose": purpose,
                    "details": dict(details or {}),
                    "previous": previous,
                }
                text = json.dumps(line, sort_keys=True, ensure_ascii=False)
                digest = _hash(text)
                self._write_line(text)
                self._write_head(f"{number + 1} {digest}\n")
                return digest
        except (OSError, Timeout) as problem:
            raise AuditError(
                f"The audit record {str(self.path)!r} cannot be written ({type(problem).__name__}), so nothing was "
                "opened. Check the disk and the permissions of its folder."
            ) from None

    def verify(self) -> int:
        """Check every line and return how many there are.

        Raises:
            AuditError: a line was edited, removed, added or moved.
        """
        if not self.path.exists():
            if self.head.exists():
                raise AuditError(f"The audit record {str(self.path)!r} is gone, though it had lines.")
            return 0
        previous, count = _START, 0
        for text in self.path.read_text(encoding="utf-8").splitlines():
            count += 1
            try:
                line = json.loads(text)
            except json.JSONDecodeError:
                line = {}
            if line.get("previous") != previous or line.get("number") != count:
                raise AuditError(f"The audit record {str(self.path)!r} was changed at line {count}.")
            previous = _hash(text)
        if self._last() != (previous, count):
            raise AuditError(f"The audit record {str(self.path)!r} was changed at its end (line {count}).")
        return count

    def _last(self) -> tuple[str, int]:
        if not self.head.exists():
            return _START, 0
        number, digest = self.head.read_text(encoding="utf-8").split()
        return digest, int(number)

    def _write_line(self, text: str) -> None:
        descriptor = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        with os.fdopen(descriptor, "a", encoding="utf-8", newline="\n") as stream:
            stream.write(text + "\n")
            stream.flush()
            os.fsync(stream.fileno())

    def _write_head(self, text: str) -> None:
        new = self.head.with_name(self.head.name + ".new")
        descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
        new.replace(self.head)


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
