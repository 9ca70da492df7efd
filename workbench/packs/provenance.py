"""From which code and which libraries a pack was made."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

import workbench

SOURCE_KINDS = (".py", ".sql", ".toml", ".csv", ".css", ".js", ".j2")


@cache
def code_version() -> str:
    """Return the version of the workbench with a fingerprint of its source, such as `0.1.0 (source 3f2a91c04be7)`.

    The fingerprint tells two copies of the same version apart, one of which somebody has changed, and needs no
    version control where the workbench is only installed.
    """
    root = Path(workbench.__file__).resolve().parent
    digest = hashlib.sha256()
    for path in sorted(root.rglob("*"), key=lambda path: path.relative_to(root).as_posix()):
        if path.suffix in SOURCE_KINDS and path.is_file():
            digest.update(path.relative_to(root).as_posix().encode())
            digest.update(path.read_bytes().replace(b"\r\n", b"\n"))
    return f"{workbench.__version__} (source {digest.hexdigest()[:12]})"


@cache
def libraries_hash() -> str:
    """Return the sha256 over the libraries at work, name and version, whether or not a lock file chose them."""
    from importlib.metadata import distributions

    installed = sorted({f"{found.name.lower().replace('_', '-')}=={found.version}" for found in distributions()})
    return hashlib.sha256("\n".join(installed).encode()).hexdigest()


@cache
def lock_hash() -> str:
    """Return the sha256 of the lock file beside the package, or words that say there is none."""
    lock = Path(workbench.__file__).resolve().parent.parent / "requirements" / "runtime.lock"
    if not lock.is_file():
        return "no lock file beside this installation"
    return hashlib.sha256(lock.read_bytes().replace(b"\r\n", b"\n")).hexdigest()


def sha256_of(path: Path) -> str:
    """Return the sha256 of a file's bytes."""
    return hashlib.sha256(path.read_bytes()).hexdigest()
