"""Release of tables in which one person may stand in several rows, but counts once in the total."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from workbench.disclosure.policy import Policy
from workbench.disclosure.release import Rate, Released, release


def release_with_distinct_total(
    table: pl.DataFrame,
    *,
    policy: Policy,
    people: Sequence[str],
    within: str,
    total: str = "Total",
    dependants: Mapping[str, Sequence[str]] | None = None,
    rates: Mapping[str, Rate] | None = None,
    parts: Mapping[str, Sequence[str]] | None = None,
) -> Released:
    """Release rows and their distinct total, when rows may add up to more than the total.

    Someone with posts in two groups stands in both rows. How many such people there are is not shown, but a reader
    may guess that there are few, so the rows are protected as if their sum were known exactly, whether or not the
    total is shown. The total is released as a count of its own.

    Returns:
        The rows in the order received, the total where it stood; notes of both without repetition.
    """
    position = "position_in_table"
    numbered = table.with_row_index(position)
    is_total = pl.col(within) == total
    released = [
        release(
            numbered.filter(chosen),
            policy=policy,
            people=people,
            within=(within,),
            dependants=dependants,
            rates=rates,
            parts=parts,
            total_known=known,
        )
        for chosen, known in ((~is_total, True), (is_total, False))
    ]
    joined = pl.concat([part.table for part in released]).sort(position).drop(position)
    notes = tuple(dict.fromkeys(note for part in released for note in part.notes))
    return Released(joined, sum(part.withheld for part in released), notes)
