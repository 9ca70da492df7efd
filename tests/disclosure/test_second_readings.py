from __future__ import annotations

import pytest

from workbench.disclosure.possible_counts import MANY, Equation, Range, another_solution

SMALL, BIG = Range(1, 4), Range(5, MANY)


@pytest.mark.parametrize(
    ("counts", "ranges", "safe"),
    [
        ({"a": 2, "b": 3, "t": 5}, {"a": SMALL, "b": SMALL, "t": Range(5, 5)}, True),  # 2 + 3 or 3 + 2
        ({"a": 4, "b": 4, "t": 8}, {"a": SMALL, "b": SMALL, "t": Range(8, 8)}, False),  # 4 + 4 only
        ({"a": 4, "b": 4, "t": 8}, {"a": SMALL, "b": SMALL, "t": BIG}, True),  # the total may be 7
        ({"a": 1, "b": 1, "t": 2}, {"a": SMALL, "b": SMALL, "t": Range(2, 2)}, False),  # 1 + 1 only
    ],
)
def test_a_count_is_safe_when_another_cell_of_its_only_line_can_even_it_out(counts, ranges, safe):
    assert another_solution("a", counts, ranges, [Equation(("a", "b"), "t")]) is safe


def test_a_cell_that_stands_in_two_lines_is_not_evened_out_in_one_of_them():
    counts = {"a": 2, "b": 2, "c": 2, "s": 4, "t": 4}
    fixed = Range(4, 4)
    ranges = {"a": SMALL, "b": SMALL, "c": Range(2, 2), "s": fixed, "t": fixed}
    assert not another_solution("a", counts, ranges, [Equation(("a", "b"), "s"), Equation(("b", "c"), "t")])
