"""Finding which further counts must be withheld so that no withheld count can be worked out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from workbench.disclosure.policy import Policy

Cell = tuple[str, int]


@dataclass(frozen=True)
class Line:
    """Cells that add up to a total; the total is None where it is known from elsewhere.

    `leaves_a_rest`: the addends are only a part of the total, and what is left over is a count of people as well.
    """

    addends: tuple[Cell, ...]
    total: Cell | None
    leaves_a_rest: bool = False


@dataclass(frozen=True)
class Table:
    """The counts of people of a table by column, and the lines along which they add up."""

    counts: Mapping[str, Sequence[int | None]]
    lines: Sequence[Line]


def protect(table: Table, policy: Policy) -> dict[Cell, str]:
    """Give each cell its status: `shown`, `rounded`, `primary`, `secondary` or `no_data`."""
    usual = "rounded" if policy.round_to else "shown"
    statuses: dict[Cell, str] = {}
    for column, counts in table.counts.items():
        for row, count in enumerate(counts):
            small = count is not None and policy.is_small(count)
            statuses[column, row] = "no_data" if count is None else "primary" if small else usual
    return statuses
