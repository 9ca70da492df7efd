"""Whether a table of counts has a second reading: other whole numbers that agree with everything shown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

#: More people than any organisation has: an end for ranges that have none.
MANY = 10_000_000

#: How many trial readings are made for one cell. A search that gives up counts as "not safe": more is withheld.
TRIALS = 400


class Range(NamedTuple):
    """The lowest and the highest count that a cell can have as far as a reader knows."""

    low: int
    high: int


@dataclass(frozen=True)
class Equation:
    """Cells that add up to another."""

    addends: tuple[Hashable, ...]
    total: Hashable


def another_solution(
    cell: Hashable,
    truth: Mapping[Hashable, int] | Mapping[tuple[str, int], int],
    ranges: Mapping[Hashable, Range] | Mapping[tuple[str, int], Range],
    equations: Sequence[Equation],
) -> bool:
    """Say whether the equations and ranges also allow a count of `cell` that is one more or one less than the truth.

    One step is enough to look at: ranges have no holes and every equation adds plain counts, so a reading further
    off has one between it and the truth. Where that did not hold, the answer would be "no" and more be withheld.
    """
    for step in (1, -1):
        moved = truth[cell] + step  # type: ignore[index]
        if _traded(cell, step, truth, ranges, equations):  # type: ignore[arg-type]
            return True
        if ranges[cell].low <= moved <= ranges[cell].high:  # type: ignore[index]
            search = _Search(truth, {**ranges, cell: Range(moved, moved)}, equations)  # type: ignore[dict-item, arg-type]
            if search.succeeds():
                return True
    return False


def _traded(
    cell: Hashable,
    step: int,
    truth: Mapping[Hashable, int],
    ranges: Mapping[Hashable, Range],
    equations: Sequence[Equation],
) -> bool:
    """Say whether the step can be evened out by one other cell: most second readings are as plain as that.

    Both cells must stand in one and the same equation and in no other, so that nothing else has to move. This only
    ever finds readings that the search would find too, in a fraction of the time.
    """
    standing = Counter(member for equation in equations for member in (*equation.addends, equation.total))
    home = next((e for e in equations if cell == e.total or cell in e.addends), None)
    if home is None or standing[cell] > 1 or not _holds(ranges[cell], truth[cell] + step):
        return False
    for other in (*home.addends, home.total):
        if other != cell and standing[other] == 1:
            even = step if home.total in (cell, other) else -step
            if _holds(ranges[other], truth[other] + even):
                return True
    return False


class _Search:
    """A search for whole numbers near the truth that agree with ranges and equations."""

    def __init__(
        self, truth: Mapping[Hashable, int], ranges: dict[Hashable, Range], equations: Sequence[Equation]
    ) -> None:
        self.truth = truth
        self.ranges = ranges
        self.equations = equations
        self.equations_of: dict[Hashable, list[Equation]] = {}
        for equation in equations:
            for cell in (*equation.addends, equation.total):
                self.equations_of.setdefault(cell, []).append(equation)
        self.trials = 0

    def succeeds(self) -> bool:
        """Whether such numbers exist (and were found within the number of trials)."""
        ranges = dict(self.ranges)
        return _narrow(ranges, self.equations, self.equations_of) and self._search(ranges)

    def _search(self, ranges: dict[Hashable, Range]) -> bool:
        self.trials += 1
        if self.trials > TRIALS:
            return False
        open_cells = [cell for cell, known in ranges.items() if known.low != known.high]
        if not open_cells:
            return True
        # A cell that can no longer have its true count must move; settle those first, then the narrowest.
        cell = min(open_cells, key=lambda c: (_holds(ranges[c], self.truth[c]), ranges[c].high - ranges[c].low))
        low, high = ranges[cell]
        nearest = min(max(self.truth[cell], low), high)
        for value in (nearest, nearest + 1, nearest - 1):
            if low <= value <= high:
                trial = {**ranges, cell: Range(value, value)}
                if _narrow(trial, self.equations_of[cell], self.equations_of) and self._search(trial):
                    return True
        return False


def _holds(known: Range, count: int) -> bool:
    return known.low <= count <= known.high


def _narrow(
    ranges: dict[Hashable, Range], equations: Sequence[Equation], equations_of: Mapping[Hashable, Sequence[Equation]]
) -> bool:
    """Narrow each range to what the equations leave possible; False when nothing is."""
    waiting = list(equations)
    while waiting:
        equation = waiting.pop()
        low = sum(ranges[cell].low for cell in equation.addends)
        high = sum(ranges[cell].high for cell in equation.addends)
        total = ranges[equation.total]
        narrowed = {equation.total: Range(max(total.low, low), min(total.high, high))}
        for cell in equation.addends:
            known = ranges[cell]
            narrowed[cell] = Range(
                max(known.low, total.low - (high - known.high)), min(known.high, total.high - (low - known.low))
            )
        for cell, known in narrowed.items():
            if known.low > known.high:
                return False
            if known != ranges[cell]:
                ranges[cell] = known
                waiting.extend(other for other in equations_of[cell] if other not in waiting)
    return True
