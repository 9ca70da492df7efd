"""What the accepted corrections would change: AHPs by profession before and after, as their codes count them.

Nothing is corrected here or anywhere else in the workbench: the corrections are applied to a copy of the month, so
that a lead can see what the review is worth before the ESR lead makes a single edit. Suggestions that nobody has
answered yet stand apart as pending and are never part of the figure after.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path

import polars as pl

from workbench.coding.ahp_counts import PROFESSION_ROWS, TOTAL
from workbench.coding.bridge import NOT_AN_AHP
from workbench.coding.suggested_code import ListedCode
from workbench.errors import GrainError
from workbench.warehouse.snapshot import Snapshot

QUERIES = Path(__file__).parent / "queries"

ACCEPTED, PENDING, CONTRADICTORY = "accepted", "pending", "contradictory"
TERMS = ("coded", "in", "out", "after", "pending_in", "pending_out")
NUMBERS = tuple(f"{unit}_{term}" for unit in ("people", "fte") for term in TERMS)


def impact(records: pl.DataFrame, corrections: pl.DataFrame, *, by: Sequence[str] = ()) -> pl.DataFrame:
    """Count AHPs by coded profession before and after all accepted corrections.

    coded + in - out = after, in every row, in people and in FTE. People are distinct: someone whose second
    assignment stays in the profession does not leave it. FTE follows the assignment. A correction within the same
    profession (another level) moves nobody.

    Args:
        records: one row per assignment: `person_key`, `assignment_key`, `profession` (what its code names, null when
            that is none of the fourteen), `fte`, and the columns of `by`.
        corrections: one row per corrected assignment: `assignment_key`, `state` (`accepted` or `pending`; others are
            left aside), `to_profession` (null: the right code names none of the fourteen).
        by: further columns to count by, such as `pay_band`.

    Returns:
        One row per profession (the fourteen, arts therapists as their code names them, then Disputed, Not evidenced
        and Not an AHP) and a row Total of the AHPs, for each value of `by` that occurs; sorted so. The columns of
        `NUMBERS`: 0 where nobody is in a row. Pending ones are counted against the figure after.

    Raises:
        GrainError: an assignment has two rows in either frame; it would be counted twice.
    """
    for name, frame in (("records", records), ("corrections", corrections)):
        if frame["assignment_key"].is_duplicated().any():
            raise GrainError(f"An assignment has more than one row in `{name}`: give one row per assignment_key.")
    keys = ["profession", *by]
    held = records.select("person_key", "assignment_key", *by, "fte", pl.col("profession").fill_null(NOT_AN_AHP))
    before = _with_total(held)
    after = _with_total(_corrected(held, corrections, [ACCEPTED]))
    if_all = _with_total(_corrected(held, corrections, [ACCEPTED, PENDING]))
    moves: dict[str, pl.DataFrame | tuple[pl.DataFrame, pl.DataFrame]] = {
        "coded": before,
        "in": (after, before),
        "out": (before, after),
        "after": after,
        "pending_in": (if_all, after),
        "pending_out": (after, if_all),
    }
    table = pl.DataFrame({"profession": [*PROFESSION_ROWS, NOT_AN_AHP, TOTAL]}).with_row_index("row")
    if by:
        table = table.join(held.select(by).unique(), how="cross")
    for term, rows in moves.items():
        table = table.join(_counted(rows, keys, term), on=keys, how="left", nulls_equal=True)
    return table.with_columns(pl.col(NUMBERS).fill_null(0)).sort(*by, "row").select(*keys, *NUMBERS)


def coded_records(
    snapshot: Snapshot, organisation: str, period: dt.date, *, contracts: str = "substantive"
) -> pl.DataFrame:
    """Return the employed assignments of a month end with what their code names, as `impact` takes them.

    Args:
        snapshot: the warehouse as it stood after one load.
        organisation: code of the organisation.
        period: the month end.
        contracts: `substantive` (types 02, 04, 05) or `all`.
    """
    rows = snapshot.query(QUERIES / "coded_records.sql", organisation=organisation, period=period)
    return rows.filter("is_substantive") if contracts == "substantive" else rows


def corrections_of(reviewed: pl.DataFrame, records: pl.DataFrame, listed: Mapping[str, ListedCode]) -> pl.DataFrame:
    """Read off a review which assignments get which code: accepted, or pending an answer.

    An accepted finding counts with the code that was decided, else with the one suggested beside it; an open one is
    pending with the code suggested. A finding about a position reaches every record in it. Several findings of one
    record are one correction; where accepted ones name different codes, the record is contradictory and not moved.

    Args:
        reviewed: findings with `assignment_key`, `position_number`, `field`, `state`, `is_open`, `proposed_code` and
            `suggested_code` (the frame of a review).
        records: the frame of `coded_records`.
        listed: the occupation codes and what each of them names.

    Returns:
        One row per record with a correction, sorted by assignment: `assignment_key`, `state`, `to_code` (null when
        contradictory), `to_profession` (null when the code names none of the fourteen).
    """
    # A finding about another field, such as a blank area of work, is put right by no code.
    about_a_code = pl.col("field").is_null() | pl.col("field").str.contains("occupation_code")
    answered = (
        reviewed.filter(about_a_code)
        .select(
            "assignment_key",
            "position_number",
            state=pl.when(pl.col("state") == ACCEPTED)
            .then(pl.lit(ACCEPTED))
            .when(pl.col("is_open"))
            .then(pl.lit(PENDING)),
            to_code=pl.when(pl.col("state") == ACCEPTED)
            .then(pl.coalesce("proposed_code", "suggested_code"))
            .otherwise("suggested_code"),
        )
        .drop_nulls(["state", "to_code"])
    )
    own = answered.filter(pl.col("assignment_key").is_not_null()).select("assignment_key", "state", "to_code")
    shared = answered.filter(pl.col("assignment_key").is_null()).drop("assignment_key")
    reached = shared.join(records.select("assignment_key", "position_number"), on="position_number")
    together = pl.concat([own, reached.select(own.columns)]).join(records, on="assignment_key", how="semi")
    accepted = pl.col("state") == ACCEPTED
    chosen = (
        together.filter(accepted | ~accepted.any().over("assignment_key"))
        .group_by("assignment_key")
        .agg(pl.col("state").first(), pl.col("to_code").unique())
    )
    one = pl.col("to_code").list.len() == 1
    names = {code: entry.profession for code, entry in listed.items() if entry.profession}
    return (
        chosen.with_columns(
            state=pl.when(one).then("state").otherwise(pl.lit(CONTRADICTORY)),
            to_code=pl.when(one).then(pl.col("to_code").list.first()),
        )
        .with_columns(to_profession=pl.col("to_code").replace_strict(names, default=None, return_dtype=pl.String))
        .sort("assignment_key")
    )


def _corrected(held: pl.DataFrame, corrections: pl.DataFrame, states: Sequence[str]) -> pl.DataFrame:
    """Apply corrections to a copy: a corrected record stands in the row of its new profession."""
    applied = corrections.filter(pl.col("state").is_in(states)).select(
        "assignment_key", to=pl.col("to_profession").fill_null(NOT_AN_AHP)
    )
    moved = held.join(applied, on="assignment_key", how="left", maintain_order="left")
    return moved.with_columns(profession=pl.coalesce("to", "profession")).drop("to")


def _with_total(held: pl.DataFrame) -> pl.DataFrame:
    """Add every AHP's record once more in the row Total, so that a move between professions changes no total."""
    ahp = held.filter(pl.col("profession") != NOT_AN_AHP)
    return pl.concat([held, ahp.with_columns(profession=pl.lit(TOTAL))])


def _counted(rows: pl.DataFrame | tuple[pl.DataFrame, pl.DataFrame], keys: list[str], term: str) -> pl.DataFrame:
    """Count people and FTE by row; of two frames, those in the first that are not in the same row of the second."""
    people = records = rows if isinstance(rows, pl.DataFrame) else rows[0]
    if not isinstance(rows, pl.DataFrame):
        people = rows[0].join(rows[1], on=[*keys, "person_key"], how="anti", nulls_equal=True)
        records = rows[0].join(rows[1], on=[*keys, "assignment_key"], how="anti", nulls_equal=True)
    heads = people.group_by(keys).agg(pl.col("person_key").n_unique().cast(pl.Int64).alias(f"people_{term}"))
    # FTE is added up as decimals and only then made a number, so that 0.59 + 0.40 is 0.99 and not a little less
    fte = records.group_by(keys).agg(pl.col("fte").sum().cast(pl.Float64).alias(f"fte_{term}"))
    return heads.join(fte, on=keys, how="full", coalesce=True, nulls_equal=True)
