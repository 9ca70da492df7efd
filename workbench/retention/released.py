"""What the retention exhibits do with a table after disclosure control: pairs, notes and the filter's rows."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from workbench.disclosure import Policy

WITHHELD = ("primary", "secondary")


def withheld_together(table: pl.DataFrame, columns: Sequence[str]) -> pl.DataFrame:
    """Withhold all of the columns in the rows where one of them is withheld.

    For counts whose difference is known from elsewhere: joiners less leavers is the change in active staff, so one
    of the two would give the other away. Cells without data stay as they are.
    """
    hidden = pl.any_horizontal(pl.col(f"{name}_status").is_in(WITHHELD) for name in columns)
    changes = []
    for name in columns:
        status = pl.col(f"{name}_status")
        now_hidden = hidden & ~status.is_in([*WITHHELD, "no_data"])
        changes.append(pl.when(now_hidden).then(None).otherwise(pl.col(name)).alias(name))
        changes.append(pl.when(now_hidden).then(pl.lit("secondary")).otherwise(status).alias(f"{name}_status"))
    return table.with_columns(changes)


def withheld_cells(table: pl.DataFrame, columns: Sequence[str]) -> int:
    """Count the cells of the columns that are withheld."""
    return sum(int(table[f"{name}_status"].is_in(WITHHELD).sum()) for name in columns)


def disclosure_note(withheld: int, policy: Policy) -> tuple[str, ...]:
    """Say what is withheld and rounded in the rows shown, and by which rule; nothing where neither applies."""
    if withheld:
        these = "1 number here is" if withheld == 1 else f"{withheld} numbers here are"
        return (f"{these} withheld: {policy.sentence}, and so is what would give such a number away.",)
    return (f"{policy.sentence[0].upper()}{policy.sentence[1:]}.",) if policy.round_to else ()
