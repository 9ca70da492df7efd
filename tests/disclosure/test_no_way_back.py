"""An attack by arithmetic: every set of counts is tried, and no withheld cell may be left with one value only."""

from __future__ import annotations

from itertools import product

import polars as pl
from hypothesis import example, given, settings
from hypothesis import strategies as st

from workbench.disclosure import Policy, release

LARGEST = 14


def possible(policy: Policy, shown: int | None, status: str, most: int = 4 * LARGEST) -> list[int]:
    """The counts that a reader must allow for in one cell, by the rules alone."""
    if status == "primary":
        return list(range(policy.smallest_withheld, policy.smallest_shown))
    if status == "secondary":
        return list(range(policy.smallest_shown, most))
    large_enough = [n for n in range(most + 5) if n == 0 or n >= policy.smallest_shown]
    return [n for n in large_enough if policy.rounded(n) == shown]


def readings(policy: Policy, cells: list[tuple[int | None, str]], total: tuple[int | None, str]) -> list[set[int]]:
    """For each cell of a row the counts that agree with the row's total; the last entry is the total's own."""
    totals = set(possible(policy, *total))
    found: list[set[int]] = [set() for _ in range(len(cells) + 1)]
    for counts in product(*(possible(policy, *cell) for cell in cells)):
        if sum(counts) in totals:
            for values, count in zip(found, (*counts, sum(counts)), strict=True):
                values.add(count)
    return found


policies = st.builds(Policy, st.just("lead"), st.integers(3, 6), st.sampled_from([0, 5]))


@settings(max_examples=150, deadline=None)
@given(policy=policies, counts=st.lists(st.integers(0, LARGEST), min_size=1, max_size=3))
@example(policy=Policy("board", 8, 5), counts=[1, 8, 8])
@example(policy=Policy("board", 8, 5), counts=[6, 12, 0])
@example(policy=Policy("lead", 5), counts=[4, 4, 14])
def test_every_withheld_count_has_more_than_one_possible_value(policy, counts):
    table = pl.DataFrame({"group": [*map(str, range(len(counts))), "Total"], "people": [*counts, sum(counts)]})
    result = release(table, policy=policy, people=["people"], within=["group"]).table
    cells = list(zip(result["people"], result["people_status"], strict=True))
    for (_, status), values in zip(cells, readings(policy, cells[:-1], cells[-1]), strict=True):
        if status in ("primary", "secondary"):
            assert len(values) > 1


@settings(max_examples=60, deadline=None)
@given(counts=st.lists(st.integers(0, 7), min_size=4, max_size=4))
def test_no_count_of_a_two_way_table_can_be_worked_out_from_its_margins(counts):
    policy = Policy("lead", 4)
    a, b, c, d = counts
    rows = [("x", "1", a), ("x", "2", b), ("y", "1", c), ("y", "2", d)]
    margins = [("x", "Total", a + b), ("y", "Total", c + d), ("Total", "1", a + c), ("Total", "2", b + d)]
    table = pl.DataFrame(
        [*rows, *margins, ("Total", "Total", sum(counts))], schema=["group", "band", "people"], orient="row"
    )
    result = release(table, policy=policy, people=["people"], within=["group", "band"]).table
    cells = list(zip(result["people"], result["people_status"], strict=True))
    allowed = [set(possible(policy, *cell)) for cell in cells]
    found: list[set[int]] = [set() for _ in cells]
    for w, x, y, z in product(*(possible(policy, *cell, most=14) for cell in cells[:4])):
        reading = (w, x, y, z, w + x, y + z, w + y, x + z, w + x + y + z)
        if all(count in values for count, values in zip(reading, allowed, strict=True)):
            for values, count in zip(found, reading, strict=True):
                values.add(count)
    for (_, status), values in zip(cells, found, strict=True):
        if status in ("primary", "secondary"):
            assert len(values) > 1


@settings(max_examples=80, deadline=None)
@given(policy=policies, part=st.integers(0, 20), rest=st.integers(0, 20))
def test_a_small_part_or_a_small_rest_cannot_be_worked_out(policy, part, rest):
    table = pl.DataFrame({"part": [part], "whole": [part + rest]})
    result = release(table, policy=policy, people=["part", "whole"], parts={"whole": ["part"]}).table
    shown_part, shown_whole = result["part"][0], result["whole"][0]
    if policy.is_small(part) or policy.is_small(rest):
        assert shown_part is None or shown_whole is None
    if policy.is_small(part):
        assert shown_part is None
