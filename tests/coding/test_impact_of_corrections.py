"""AHPs before and after the accepted corrections, on literal records."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.coding.bridge import NOT_AN_AHP
from workbench.coding.impact import NUMBERS, coded_records, corrections_of, impact
from workbench.coding.suggestions import listed_codes, suggestions
from workbench.errors import GrainError
from workbench.workbench import Workbench

PHYSIO, OT, DIETITIAN = "Physiotherapist", "Occupational therapist", "Dietitian"
Record = tuple[str, str, str | None, str]


def records(*rows: Record, bands: Sequence[str] = ()) -> pl.DataFrame:
    """Person, assignment, what its code names, FTE."""
    columns = ("person_key", "assignment_key", "profession", "fte")
    frame = pl.DataFrame(rows, schema=dict.fromkeys(columns, pl.String), orient="row")
    frame = frame.with_columns(pl.col("fte").cast(pl.Decimal(18, 4)))
    return frame.with_columns(pay_band=pl.Series(bands)) if bands else frame


def corrections(*rows: tuple[str, str, str | None]) -> pl.DataFrame:
    return pl.DataFrame(
        rows, schema=dict.fromkeys(("assignment_key", "state", "to_profession"), pl.String), orient="row"
    )


def row_of(table: pl.DataFrame, profession: str, unit: str, **within: str) -> tuple[float, ...]:
    found = table.filter(profession=profession, **within)
    return found.select(pl.col(f"^{unit}_(coded|in|out|after)$")).row(0)


TEAM = records(
    ("p1", "a1", PHYSIO, "1.0"),
    ("p2", "a2", PHYSIO, "6.8"),
    ("p3", "a3", PHYSIO, "0.8"),
    ("p4", "a4", None, "1.0"),
    ("p5", "a5", None, "0.5"),
    ("p6", "a6", OT, "2.0"),
)
DECIDED = corrections(("a4", "accepted", PHYSIO), ("a3", "accepted", OT), ("a5", "pending", PHYSIO))


def test_accepted_corrections_move_fte_and_pending_ones_stand_apart() -> None:
    table = impact(TEAM, DECIDED)
    assert row_of(table, PHYSIO, "fte") == (8.6, 1.0, 0.8, 8.8)
    assert row_of(table, OT, "fte") == (2.0, 0.8, 0.0, 2.8)
    assert row_of(table, NOT_AN_AHP, "fte") == (1.5, 0.0, 1.0, 0.5)
    pending = table.filter(profession=PHYSIO).select("fte_pending_in", "people_pending_in", "fte_pending_out")
    assert pending.row(0) == (0.5, 1, 0.0)


def test_people_move_with_their_records_and_the_total_gains_only_those_who_were_hidden() -> None:
    table = impact(TEAM, DECIDED)
    assert row_of(table, PHYSIO, "people") == (3, 1, 1, 3)
    assert row_of(table, OT, "people") == (1, 1, 0, 2)
    assert row_of(table, "Total", "people") == (4, 1, 0, 5)
    assert row_of(table, "Total", "fte") == (10.6, 1.0, 0.0, 11.6)


def test_someone_who_keeps_an_assignment_in_the_profession_does_not_leave_it() -> None:
    two = records(("p1", "a1", PHYSIO, "0.59"), ("p1", "a2", PHYSIO, "0.40"))
    table = impact(two, corrections(("a2", "accepted", OT)))
    assert row_of(table, PHYSIO, "people") == (1, 0, 0, 1)
    assert row_of(table, PHYSIO, "fte") == (0.99, 0.0, 0.4, 0.59)
    assert row_of(table, "Total", "people") == (1, 0, 0, 1)


def test_a_correction_of_the_level_moves_nobody() -> None:
    table = impact(TEAM, corrections(("a1", "accepted", PHYSIO)))
    assert row_of(table, PHYSIO, "fte") == (8.6, 0.0, 0.0, 8.6)
    assert row_of(table, PHYSIO, "people") == (3, 0, 0, 3)


def test_a_code_of_no_ahp_takes_someone_out_of_the_total() -> None:
    table = impact(TEAM, corrections(("a6", "accepted", None)))
    assert row_of(table, "Total", "people") == (4, 0, 1, 3)
    assert row_of(table, NOT_AN_AHP, "people") == (2, 1, 0, 3)


def test_rows_are_by_profession_and_band_where_asked() -> None:
    team = records(("p1", "a1", PHYSIO, "1"), ("p2", "a2", None, "1"), bands=["Band 6", "Band 7"])
    table = impact(team, corrections(("a2", "accepted", PHYSIO)), by=["pay_band"])
    assert row_of(table, PHYSIO, "fte", pay_band="Band 6") == (1.0, 0.0, 0.0, 1.0)
    assert row_of(table, PHYSIO, "fte", pay_band="Band 7") == (0.0, 1.0, 0.0, 1.0)


def test_without_corrections_after_is_as_coded_and_every_profession_has_a_row() -> None:
    table = impact(TEAM, corrections())
    assert table["profession"].n_unique() == table.height == 19
    assert table["fte_after"].equals(table["fte_coded"].rename("fte_after"))
    assert table.select(NUMBERS).null_count().row(0) == (0,) * len(NUMBERS)


@pytest.mark.parametrize("twice", ["records", "corrections"])
def test_an_assignment_with_two_rows_is_refused_because_it_would_count_twice(twice: str) -> None:
    held = pl.concat([TEAM, TEAM]) if twice == "records" else TEAM
    decided = pl.concat([DECIDED, DECIDED]) if twice == "corrections" else DECIDED
    with pytest.raises(GrainError, match=twice):
        impact(held, decided)


_profession = st.sampled_from([PHYSIO, OT, DIETITIAN, None])
_people = st.lists(st.tuples(st.integers(1, 4), _profession, st.integers(0, 100)), max_size=12)
_moves = st.dictionaries(st.integers(0, 11), st.tuples(st.sampled_from(["accepted", "pending"]), _profession))


@given(held=_people, moves=_moves)
def test_coded_and_in_less_out_is_after_in_every_row(
    held: list[tuple[int, str | None, int]], moves: dict[int, tuple[str, str | None]]
) -> None:
    team = records(
        *((f"p{person}", f"a{n}", profession, str(part / 100)) for n, (person, profession, part) in enumerate(held))
    )
    table = impact(team, corrections(*((f"a{n}", state, to) for n, (state, to) in moves.items())))
    for unit in ("people", "fte"):
        coded, came, went, after = (table[f"{unit}_{term}"] for term in ("coded", "in", "out", "after"))
        assert (coded + came - went - after).abs().max() < 1e-9
    everyone = table.filter(pl.col("profession") != "Total")
    assert abs(everyone["fte_in"].sum() - everyone["fte_out"].sum()) < 1e-9


def reviewed(*rows: tuple[str | None, str | None, str, str | None, str | None]) -> pl.DataFrame:
    """Assignment, position, state, code decided, code suggested."""
    columns = ("assignment_key", "position_number", "state", "proposed_code", "suggested_code")
    frame = pl.DataFrame(rows, schema=dict.fromkeys(columns, pl.String), orient="row")
    return frame.with_columns(
        is_open=pl.col("state").is_in(["open", "reopened"]), field=pl.lit("occupation_code", pl.String)
    )


def test_corrections_are_read_off_what_was_decided(sample_workbench: Workbench) -> None:
    held = TEAM.with_columns(position_number=pl.Series(["1", "1", "3", "4", "5", "6"]))
    found = corrections_of(
        reviewed(
            (None, "1", "accepted", "S1C", None),  # a position: both its records
            ("a3", "3", "accepted", None, "SAE"),  # no code stated: the one that was suggested
            ("a4", "4", "accepted", "S1E", "S1E"),
            ("a4", "4", "open", None, "S1B"),  # answered already by another finding
            ("a5", "5", "open", None, "S1E"),
            ("a6", "6", "accepted", "S1C", None),
            ("a6", "6", "accepted", "G2C", None),  # two answers that contradict each other
            ("a9", "9", "accepted", "S1E", None),  # not in the month
            ("a5", "5", "rejected", None, "S1C"),
        ),
        held,
        listed_codes(sample_workbench.snapshot),
    )
    assert found.rows() == [
        ("a1", "accepted", "S1C", OT),
        ("a2", "accepted", "S1C", OT),
        ("a3", "accepted", "SAE", PHYSIO),
        ("a4", "accepted", "S1E", PHYSIO),
        ("a5", "pending", "S1E", PHYSIO),
        ("a6", "contradictory", None, None),
    ]


def test_on_the_sample_all_suggestions_together_bring_hidden_ahps_into_the_count(sample_workbench: Workbench) -> None:
    snapshot, period = sample_workbench.snapshot, dt.date(2026, 9, 30)
    held = coded_records(snapshot, "XAA", period)
    offered = suggestions(snapshot, "XAA", period).filter(outcome="suggested")
    decided = offered.select("assignment_key", state=pl.lit("accepted"), to_profession=pl.col("suggested_profession"))
    table = impact(held, decided)
    # of ten suggestions, two correct the level only and one moves a paramedic's code to a physiotherapist's
    assert row_of(table, "Total", "people")[1:3] == (7, 0)
    assert row_of(table, "Paramedic", "people")[1:3] == (0, 1)
