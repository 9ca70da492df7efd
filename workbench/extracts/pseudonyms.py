"""Keyed pseudonyms that stand for staff, assignment and registration numbers from the moment they are read.

A plain hash would not do: all eight-digit numbers can be tried in a minute. The key lies outside the data folder, so
that whoever copies the data cannot redo the pseudonyms. Each purpose has its own key, so that a person's pseudonym
cannot be joined to an assignment's or a registration's. See docs/data_dictionary.md for the columns concerned.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from collections.abc import Iterable
from pathlib import Path
from typing import Literal

from workbench.errors import SettingsError
from workbench.settings import Settings

Purpose = Literal["person", "assignment", "registration"]

SEPARATOR = "\x1f"  # between organisation and number: in neither

_FIRST_LINE = "workforce-workbench pseudonym key, version 1"
_LENGTH = 20  # hex characters: 80 bits, so that two of a million people share one less than once in 10^12 warehouses


def normalised(number: str) -> str:
    """Write a number as it is compared: capitals, no spaces; leading zeros stay."""
    return "".join(number.split()).upper()


class Pseudonyms:
    """Makes pseudonyms with one installation's key.

    The same number gives the same pseudonym in every extract and every month, or flows could not be followed; staff
    and assignment numbers are an organisation's own, so the organisation is part of what is hashed.
    """

    def __init__(self, master: bytes) -> None:
        self._keys = {
            purpose: hmac.digest(master, f"workforce-workbench/{purpose}/1".encode(), "sha256")
            for purpose in ("person", "assignment", "registration", "fingerprint")
        }

    def __repr__(self) -> str:
        return f"Pseudonyms({self.fingerprint!r})"

    @property
    def fingerprint(self) -> str:
        """Names the key without revealing it: recorded in the vault, and fit to be recorded in a snapshot."""
        return hmac.digest(self._keys["fingerprint"], b"", "sha256").hex()[:8]

    def of_one(self, purpose: Purpose, organisation: str, number: str) -> str:
        """Return the pseudonym of one number; registration numbers are national, so their organisation is not used."""
        return self.of_many(purpose, [self.message(purpose, organisation, number)])[0]

    @staticmethod
    def message(purpose: Purpose, organisation: str, number: str) -> str:
        """Return what is hashed for a number."""
        return f"{'' if purpose == 'registration' else normalised(organisation)}{SEPARATOR}{normalised(number)}"

    def of_many(self, purpose: Purpose, messages: Iterable[str]) -> list[str]:
        """Return the pseudonyms of messages (see `message`), in order."""
        inner, outer = _started(self._keys[purpose])
        start_inner, start_outer = inner.copy, outer.copy
        keys = []
        for message in messages:
            first = start_inner()
            first.update(message.encode())
            second = start_outer()
            second.update(first.digest())
            keys.append(second.hexdigest()[:_LENGTH])
        return keys


def _started(key: bytes) -> tuple[hashlib._Hash, hashlib._Hash]:
    """Begin the two hashes of HMAC-SHA256 once per key: half the work for each of a million numbers."""
    block = key.ljust(64, b"\x00")
    return hashlib.sha256(bytes(byte ^ 0x36 for byte in block)), hashlib.sha256(bytes(byte ^ 0x5C for byte in block))


def open_pseudonyms(settings: Settings) -> Pseudonyms:
    """Open this installation's key; the first use makes one.

    Raises:
        SettingsError: the key file is missing although a vault was made with it, or it is no key file.
    """
    path = settings.key_file
    if not path.exists():
        if settings.vault.exists():
            raise SettingsError(
                f"The pseudonym key {str(path)!r} is missing, but the vault {str(settings.vault)!r} was made with it. "
                "A new key would give everyone a new pseudonym and break every comparison over time. Put the key back "
                "from its backup, or point `key_file` (WORKBENCH_KEY_FILE) to where it is."
            )
        _make_key(path)
    return Pseudonyms(_read_key(path))


def _make_key(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    # Written under another name first: a second command that starts now must find a whole key or none.
    new = path.with_name(f"{path.name}.{os.getpid()}.new")
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as stream:
        stream.write(f"{_FIRST_LINE}\n{secrets.token_hex(32)}\n")
        stream.flush()
        os.fsync(stream.fileno())
    try:
        os.link(new, path)
    except FileExistsError:
        pass  # the other command was first, and its key counts
    except OSError:
        # Some network drives know no links; there the rename is the best there is.
        new.replace(path)
    new.unlink(missing_ok=True)


def _read_key(path: Path) -> bytes:
    try:
        first, text = path.read_text(encoding="utf-8").splitlines()
        key = bytes.fromhex(text)
    except (OSError, ValueError):
        first, key = "", b""
    if first != _FIRST_LINE or len(key) != 32:
        raise SettingsError(
            f"The file {str(path)!r} is no pseudonym key of the workbench, or cannot be read. Put the key back from "
            "its backup, or point `key_file` (WORKBENCH_KEY_FILE) to where it is."
        )
    return key
