"""Finding which further counts must be withheld so that no withheld count can be worked out.

The reader is taken to know every number shown, its rounding, that people come in whole numbers, the thresholds, which
cells are withheld for being small and which only to protect those. A withheld cell is safe when a second set of
counts, in which that cell is different, agrees with all of this.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from workbench.disclosure.policy import Policy
from workbench.disclosure.possible_counts import MANY, Equation, Range, another_solution
from workbench.errors import DisclosureError

Cell = tuple[str, int]
WITHHELD = ("primary", "secondary")


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
    return _Protection(table, policy).run()


class _Protection:
    """One table on its way to being safe: the cells, their lines, and the status of each cell so far."""

    def __init__(self, table: Table, policy: Policy) -> None:
        self.policy = policy
        self.usual = "rounded" if policy.round_to else "shown"
        self.counts: dict[Cell, int] = {}
        self.status: dict[Cell, str] = {}
        for column, counts in table.counts.items():
            for row, count in enumerate(counts):
                cell = (column, row)
                self.status[cell] = "no_data" if count is None else self.usual
                if count is not None:
                    self.counts[cell] = count
                    if policy.is_small(count):
                        self.status[cell] = "primary"
        self.unseen: set[Cell] = set()
        self.lines = [line for index, given in enumerate(table.lines) if (line := self._prepared(index, given))]
        self.lines_of: dict[Cell, list[tuple[Cell, ...]]] = {}
        for line in self.lines:
            for cell in line:
                self.lines_of.setdefault(cell, []).append(line)

    def run(self) -> dict[Cell, str]:
        """Withhold more until every withheld cell is safe."""
        if self.policy.withholds:
            self._complete_single_cells()
            # What is withheld in one group of cells changes nothing in another, so each is settled once.
            for cells in self._connected():
                while unsafe := next(self._unsafe_cells(cells), None):
                    self._withhold_one_more(unsafe)
        return {cell: status for cell, status in self.status.items() if cell not in self.unseen}

    def _prepared(self, index: int, line: Line) -> tuple[Cell, ...] | None:
        """Return the cells of a line, addends first and the total last, with the cells that no table shows added."""
        addends = [cell for cell in line.addends if cell in self.counts]
        if not addends or (line.total is not None and line.total not in self.counts):
            return None
        added = sum(self.counts[cell] for cell in addends)
        total = line.total
        if line.leaves_a_rest and total is not None:
            rest = self.counts[total] - added
            if rest < 0:
                raise DisclosureError(
                    f"A part is larger than its whole: column {addends[0][0]!r} against {total[0]!r}."
                )
            addends.append(self._unseen("the rest", index, rest))
            if self.policy.is_small(rest) and self.status[addends[0]] != "primary":
                self.status[addends[0]] = "primary"
        elif total is None or self.counts[total] != added:
            # A total of distinct people can be less than its rows. Readers add up all the same, so the rows are
            # guarded against the sum that they would be taken to have.
            total = self._unseen("the total", index, added)
        return (*addends, total)

    def _unseen(self, name: str, index: int, count: int) -> Cell:
        cell = (f"{name} of line {index}", -1)
        self.counts[cell] = count
        small = name == "the total" and self.policy.is_small(count)
        self.status[cell] = "primary" if small else "unseen" if name == "the rest" else self.usual
        self.unseen.add(cell)
        return cell

    def _complete_single_cells(self) -> None:
        """Where a line holds just one withheld cell, withhold a second: quick, and right for most tables."""
        settled = False
        while not settled:
            settled = True
            for line in self.lines:
                hidden = [cell for cell in line if self.status[cell] not in ("shown", "rounded")]
                alone = len(hidden) == 1 and self.status[hidden[0]] in WITHHELD and not self.policy.round_to
                if alone and self._withhold_from([line], hidden[0]):
                    settled = False

    def _unsafe_cells(self, cells: Sequence[Cell]) -> Iterator[Cell]:
        hidden = [cell for cell in cells if self.status[cell] in WITHHELD and cell not in self.unseen]
        if not hidden:
            return
        ranges = {cell: self._range(cell) for cell in cells}
        equations = [Equation(line[:-1], line[-1]) for line in self.lines if line[0] in ranges]
        for cell in hidden:
            if not another_solution(cell, self.counts, ranges, equations):
                yield cell

    def _range(self, cell: Cell) -> Range:
        """What a reader knows of a cell. Never more than is true, and never less than they could know."""
        count, status = self.counts[cell], self.status[cell]
        small_to = self.policy.smallest_shown - 1
        if status == "unseen":
            # A small rest is why its part is withheld, which a reader may guess.
            return Range(self.policy.smallest_withheld, small_to) if self.policy.is_small(count) else Range(0, MANY)
        if status == "primary":
            return Range(self.policy.smallest_withheld, small_to) if self.policy.is_small(count) else Range(0, MANY)
        if status == "secondary":
            return Range(self.policy.smallest_shown, MANY) if count else Range(0, 0)
        if not self.policy.round_to or not count:
            return Range(count, count)
        rounded, step = int(self.policy.rounded(count)), self.policy.round_to
        lowest = rounded - step // 2
        return Range(max(lowest, self.policy.smallest_shown), lowest + step - 1)

    def _withhold_one_more(self, unsafe: Cell) -> None:
        """Withhold the smallest further cell that stands in a line with the unsafe one, or near it."""
        reached, seen = [unsafe], {unsafe}
        for cell in reached:
            lines = self.lines_of.get(cell, [])
            if self._withhold_from(lines, unsafe):
                return
            for other in (other for line in lines for other in line):
                if other not in seen:
                    seen.add(other)
                    reached.append(other)
        raise DisclosureError(
            f"A table cannot be made safe for audience {self.policy.audience!r}: with every count of column "
            f"{unsafe[0]!r} withheld, one could still be worked out. Leave the column or a dimension out."
        )

    def _withhold_from(self, lines: Sequence[tuple[Cell, ...]], apart_from: Cell) -> bool:
        """Withhold the smallest cell still shown in the lines; their totals only when nothing else is left."""
        for cells in ([c for line in lines for c in line[:-1]], [line[-1] for line in lines]):
            shown = [cell for cell in cells if self.status[cell] == self.usual and cell not in self.unseen]
            # A zero protects nothing: a reader who knows the rules knows that it was not withheld for its size.
            free = [cell for cell in shown if cell != apart_from and self.counts[cell]]
            if free:
                self.status[min(free, key=lambda cell: (self.counts[cell], cell))] = "secondary"
                return True
        return False

    def _connected(self) -> Iterator[list[Cell]]:
        """Yield the cells in groups that no line connects; each group can be judged by itself."""
        seen: set[Cell] = set()
        for start in self.lines_of:
            if start in seen:
                continue
            group, waiting = [], [start]
            seen.add(start)
            while waiting:
                cell = waiting.pop()
                group.append(cell)
                for line in self.lines_of[cell]:
                    for other in line:
                        if other not in seen:
                            seen.add(other)
                            waiting.append(other)
            yield sorted(group)
