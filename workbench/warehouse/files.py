"""Writing files so that a reader sees the old one or the new one, whole, whatever happens in between."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
from pathlib import Path
from typing import Any


def replace_text(path: Path, text: str) -> None:
    """Put `text` at `path` in one step; a crash leaves the earlier text."""
    beside = path.with_name(f".{path.name}.new")
    beside.write_text(text, encoding="utf-8")
    settle(beside)
    move_into_place(beside, path)


def replace_json(path: Path, value: Any) -> None:
    """Put `value` as JSON at `path` in one step."""
    replace_text(path, json.dumps(value, indent=1, sort_keys=True, ensure_ascii=False) + "\n")


def settle(path: Path) -> None:
    """Wait until the file is on the disk and not only on its way there."""
    # Windows flushes only through a handle that may write.
    with path.open("r+b") as file:
        os.fsync(file.fileno())


def move_into_place(source: Path, target: Path) -> None:
    """Give a finished file its name in one step, and make the name itself durable."""
    source.replace(target)
    # Windows has no handle for a folder; there the rename is durable by itself.
    if os.name == "posix":
        folder = os.open(target.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def remove(path: Path) -> None:
    """Delete a file or folder that is no longer wanted; one that is still open elsewhere stays until next time."""
    with contextlib.suppress(OSError):
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
