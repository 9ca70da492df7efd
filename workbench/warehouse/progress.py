"""What a load tells whoever watches it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Progress:
    """One step of a load, told before it is taken: `step` and what it is about; `number` of `of` where counted."""

    step: str
    subject: str
    number: int = 0
    of: int = 0


Watcher = Callable[[Progress], None]


def nobody(_: Progress) -> None:
    """Watch nothing: for loads that nobody looks at."""
