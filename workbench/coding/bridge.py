"""From the AHPs of one month end to those of another: who joined, left and moved, and what was only recoded."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl

from workbench.coding.ahp_counts import PROFESSION_ROWS
from workbench.errors import ParameterError, WorkbenchError, unknown_name
from workbench.measures.coverage import months_loaded
from workbench.warehouse.snapshot import Snapshot

QUERIES = Path(__file__).parent / "queries"

#: Which profession is followed, with how a reader would say it.
VIEWS = {
    "coded": "the profession that the occupation code names, as national statistics count",
    "evidenced": "the profession that all the evidence together shows",
}
NOT_AN_AHP = "Not an AHP"
ROWS = (*PROFESSION_ROWS, NOT_AN_AHP)
ARRIVALS = ("joiners", "moves_in", "recodes_in")
DEPARTURES = ("leavers", "moves_out", "recodes_out")
TERMS = ("opening", *ARRIVALS, *DEPARTURES, "fte_change", "closing")


class BridgeBroken(WorkbenchError):
    """The terms of a bridge do not lead from its opening to its closing figure: the figure cannot be trusted."""


def profession_bridge(
    snapshot: Snapshot, organisation: str, opening: dt.date, closing: dt.date, *, view: str = "coded"
) -> pl.DataFrame | None:
    """Explain each profession's change between two month ends, each change in one term only.

    opening + joiners - leavers + moves in - moves out + recodes in - recodes out + FTE change = closing, in people
    and in FTE. A recode is a change of the record, not of the workforce: without its own term it would look like a
    leaver of one profession and a joiner of another. Counted are people employed on contract types 02, 04 and 05.

    A person joins a profession as a joiner when they had no such contract at the opening, by a move when they had
    one elsewhere, and by a recode when the same assignment was only coded anew. FTE follows the assignment: it moves
    at its opening value, and what it grew or shrank by is the FTE change of the profession where it ends, so that
    moves and recodes each add up to nothing over all rows.

    Args:
        snapshot: the warehouse as it stood after one load.
        organisation: code of the organisation.
        opening: the month end to start from.
        closing: the month end to arrive at; later than `opening`.
        view: `coded` or `evidenced`; see `VIEWS`.

    Returns:
        One row per profession of `ROWS`, 0 where nobody is in it: `profession`, then every one of `TERMS` as
        `people_<term>` (without `fte_change`) and `fte_<term>` (`fte_change` bears its own name). None where either
        month is not loaded.

    Raises:
        UnknownName: there is no such view.
        ParameterError: `closing` is not later than `opening`.
        BridgeBroken: a row does not add up.
    """
    if view not in VIEWS:
        raise unknown_name("view of a bridge", view, VIEWS)
    if closing <= opening:
        raise ParameterError(f"A bridge leads to a later month end: received {opening} to {closing}. Swap them.")
    if not {opening, closing} <= set(months_loaded(snapshot, organisation)):
        return None
    rows = snapshot.query(
        QUERIES / "bridge_assignments.sql", organisation=organisation, first=opening, last=closing, view=view
    ).with_columns(_in_known_rows("profession_before"), _in_known_rows("profession_after"))
    bridge = (
        pl.DataFrame({"profession": ROWS})
        .join(_people(rows), on="profession", how="left")
        .join(_fte(rows), on="profession", how="left")
        .with_columns(pl.exclude("profession").fill_null(0))
    )
    _assert_whole(bridge)
    return bridge


def _in_known_rows(column: str) -> pl.Expr:
    """Place an assignment whose code names two professions at once in the row Disputed."""
    named = pl.col(column)
    return pl.when(named.is_null() | named.is_in(ROWS)).then(named).otherwise(pl.lit("Disputed")).alias(column)


def _people(rows: pl.DataFrame) -> pl.DataFrame:
    """Count people once per profession, by the set of professions each held at either end."""
    changed = pl.col("profession_before") != pl.col("profession_after")
    recoded = changed & ~pl.col("has_moved")
    before = _held_by("profession_before", rows.with_columns(recoded=recoded)).rename({"recoded": "recoded_out"})
    after = _held_by("profession_after", rows.with_columns(recoded=recoded)).rename({"recoded": "recoded_in"})
    both = before.join(after, on=["person_key", "was_here", "is_here", "profession"], how="full", coalesce=True)
    here_before, here_after = pl.col("recoded_out").is_not_null(), pl.col("recoded_in").is_not_null()
    arrived, departed = here_after & ~here_before, here_before & ~here_after
    terms = {
        "opening": here_before,
        "joiners": arrived & ~pl.col("was_here"),
        "moves_in": arrived & pl.col("was_here") & ~pl.col("recoded_in"),
        "recodes_in": arrived & pl.col("was_here") & pl.col("recoded_in"),
        "leavers": departed & ~pl.col("is_here"),
        "moves_out": departed & pl.col("is_here") & ~pl.col("recoded_out"),
        "recodes_out": departed & pl.col("is_here") & pl.col("recoded_out"),
        "closing": here_after,
    }
    return both.group_by("profession").agg(
        test.fill_null(value=False).sum().cast(pl.Int64).alias(f"people_{term}") for term, test in terms.items()
    )


def _held_by(column: str, rows: pl.DataFrame) -> pl.DataFrame:
    """List who held a profession, and whether it was by recoded assignments only."""
    return (
        rows.filter(pl.col(column).is_not_null())
        .group_by("person_key", "was_here", "is_here", pl.col(column).alias("profession"))
        .agg(pl.col("recoded").fill_null(value=False).all())
    )


def _fte(rows: pl.DataFrame) -> pl.DataFrame:
    """Add up FTE per profession; each assignment's change stands in one term."""
    before, after = pl.col("profession_before"), pl.col("profession_after")
    fte_before, fte_after = (pl.col(name).fill_null(0) for name in ("fte_before", "fte_after"))
    begun, ended, moved = before.is_null(), after.is_null(), pl.col("has_moved")
    changed = (before != after).fill_null(value=False)
    sides = {
        "profession_before": {
            "fte_opening": (~begun, fte_before),
            "fte_leavers": (ended & ~pl.col("is_here"), fte_before),
            "fte_moves_out": ((ended & pl.col("is_here")) | (changed & moved), fte_before),
            "fte_recodes_out": (changed & ~moved, fte_before),
        },
        "profession_after": {
            "fte_joiners": (begun & ~pl.col("was_here"), fte_after),
            "fte_moves_in_begun": (begun & pl.col("was_here"), fte_after),
            "fte_moves_in_changed": (changed & moved, fte_before),
            "fte_recodes_in": (changed & ~moved, fte_before),
            "fte_change": (~begun & ~ended, fte_after - fte_before),
            "fte_closing": (~ended, fte_after),
        },
    }
    out, into = (
        rows.filter(pl.col(side).is_not_null())
        .group_by(pl.col(side).alias("profession"))
        .agg(value.filter(test).sum().alias(name) for name, (test, value) in terms.items())
        for side, terms in sides.items()
    )
    joined = out.join(into, on="profession", how="full", coalesce=True).with_columns(
        pl.exclude("profession").fill_null(0)
    )
    return joined.with_columns(fte_moves_in=pl.col("fte_moves_in_begun") + pl.col("fte_moves_in_changed")).select(
        "profession", *(term if term == "fte_change" else f"fte_{term}" for term in TERMS)
    )


def _assert_whole(bridge: pl.DataFrame) -> None:
    """Refuse a bridge whose terms do not add up; FTE is decimal, so exactly."""
    for unit, rest in (("people", pl.lit(0)), ("fte", pl.col("fte_change"))):
        arrived = pl.sum_horizontal(f"{unit}_{term}" for term in ARRIVALS)
        departed = pl.sum_horizontal(f"{unit}_{term}" for term in DEPARTURES)
        reached = pl.col(f"{unit}_opening") + arrived - departed + rest
        broken = bridge.filter(reached != pl.col(f"{unit}_closing"))["profession"].to_list()
        if broken:
            raise BridgeBroken(
                f"The bridge does not reach its closing figure in {unit} for: {', '.join(broken)}. "
                "Do not use it, and report the snapshot it came from."
            )
