"""Transition matrices: each share rests on those in the state at the start, rows add up to 1, a year is a product."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise

import numpy as np
import polars as pl
import pytest

from workbench.errors import ParameterError, UnknownName
from workbench.measures.coverage import months_loaded
from workbench.retention.transitions import (
    DIMENSIONS,
    between_month_ends,
    leaving_within_the_year,
    matrix_of,
    month_steps,
    over_a_year,
    states_of,
    turnover_of_a_kept_size,
)

JANUARY, FEBRUARY, MARCH = dt.date(2026, 1, 31), dt.date(2026, 2, 28), dt.date(2026, 3, 31)


def steps(*rows: tuple[dt.date, str, str, int]) -> pl.DataFrame:
    schema = {"month": pl.Date, "state_from": pl.String, "state_to": pl.String, "people": pl.Int64}
    return pl.DataFrame(rows, schema=schema, orient="row")


TWO_MONTHS = steps(
    (FEBRUARY, "Nurses", "Nurses", 97),
    (FEBRUARY, "Nurses", "inactive", 1),
    (FEBRUARY, "Nurses", "outside", 2),
    (FEBRUARY, "inactive", "inactive", 4),
    (FEBRUARY, "outside", "Nurses", 5),
    (MARCH, "Nurses", "Nurses", 99),
    (MARCH, "Nurses", "outside", 3),
    (MARCH, "inactive", "Nurses", 1),
    (MARCH, "inactive", "inactive", 4),
)


def test_the_shares_of_two_months_are_ratios_of_sums():
    matrix = matrix_of(TWO_MONTHS)
    assert matrix.states == ("Nurses", "inactive", "outside")
    # 100 nurses in January and 102 in February: 202 were at risk, and 2 + 3 of them left
    assert matrix.at_risk.tolist() == [202, 9, 5]
    assert matrix.shares[0].tolist() == [196 / 202, 1 / 202, 5 / 202]
    assert matrix.shares[1].tolist() == [1 / 9, 8 / 9, 0]


def test_leaving_is_for_good_and_who_comes_in_is_counted_apart():
    matrix = matrix_of(TWO_MONTHS)
    assert matrix.shares[2].tolist() == [0, 0, 1]
    assert matrix.came_in.tolist() == [5, 0, 0]


def test_the_closing_stock_is_the_opening_times_the_matrix_plus_who_came_in():
    for month, opening, closing in ((FEBRUARY, [100, 4], [102, 5]), (MARCH, [102, 5], [100, 4])):
        matrix = matrix_of(TWO_MONTHS.filter(pl.col("month") == month), ("Nurses", "inactive", "outside"))
        assert np.array(opening) @ matrix.shares[:2, :2] + matrix.came_in[:2] == pytest.approx(closing)


def test_a_state_that_nobody_was_in_moves_nobody_and_has_no_share():
    matrix = matrix_of(TWO_MONTHS, ("Nurses", "Osteopaths", "inactive", "outside"))
    assert matrix.shares[1].tolist() == [0, 1, 0, 0]
    row = matrix.rows().filter(pl.col("state_from") == "Osteopaths")
    assert row["at_risk"].to_list() == [0, 0, 0, 0]
    assert row["share"].to_list() == [None, None, None, None]


def test_a_state_left_out_of_the_order_is_refused():
    with pytest.raises(ParameterError, match="'inactive' is not among the states"):
        matrix_of(TWO_MONTHS, ("Nurses", "outside"))


def test_a_year_is_the_product_of_its_months_and_not_twelve_times_one():
    # published in the reference vectors as markov_power: active, inactive, left
    monthly = steps(
        (FEBRUARY, "active", "active", 985),
        (FEBRUARY, "active", "inactive", 5),
        (FEBRUARY, "active", "outside", 10),
        (FEBRUARY, "inactive", "active", 50),
        (FEBRUARY, "inactive", "inactive", 940),
        (FEBRUARY, "inactive", "outside", 10),
    )
    year = over_a_year([matrix_of(monthly)] * 12)
    assert year[0].tolist() == pytest.approx([0.84638766, 0.03999721, 0.11361513], abs=1e-8)
    assert year[1].tolist() == pytest.approx([0.3999721, 0.48641278, 0.11361513], abs=1e-8)
    assert year[2].tolist() == [0, 0, 1]
    assert year.sum(axis=1).tolist() == pytest.approx([1, 1, 1])
    with pytest.raises(ParameterError, match="received none"):
        over_a_year([])


@pytest.mark.parametrize(
    ("monthly", "within_the_year", "added_up"),
    [
        ([0.004] * 12, 0.04695795, 0.048),  # consultants, acute sector 2012-21 (IFS)
        ([0.008] * 12, 0.09188664, 0.096),  # nurses and midwives
        ([0.012] * 12, 0.13486609, 0.144),  # health care assistants
        (
            [0.006, 0.005, 0.007, 0.006, 0.02, 0.011, 0.008, 0.006, 0.005, 0.007, 0.006, 0.009],
            0.09197482,
            0.096,
        ),
    ],
)
def test_monthly_rates_make_a_probability_or_a_turnover_and_the_two_differ(monthly, within_the_year, added_up):
    assert leaving_within_the_year(monthly) == pytest.approx(within_the_year, abs=1e-8)
    assert turnover_of_a_kept_size(monthly) == pytest.approx(added_up)


def test_a_rate_in_per_cent_is_refused():
    with pytest.raises(ParameterError, match=r"between 0 and 1: received 1\.2"):
        leaving_within_the_year([1.2])


@pytest.fixture(scope="module")
def people(sample_workbench):
    """The raw monthly rows, as plain Python dictionaries: {month: {person: row}}."""
    rows = sample_workbench.snapshot.sql(
        "select period, person_key, is_active, profession, pay_band, staff_group, service, directorate "
        "from marts.person_month where organisation_code = 'XBB'"
    )
    by_month: dict[dt.date, dict[str, dict]] = {}
    for row in rows.iter_rows(named=True):
        by_month.setdefault(row["period"], {})[row["person_key"]] = row
    return by_month


def counted(before: dict, after: dict, dimension: str, *, inactive_apart: bool = True) -> dict:
    def state(rows, person):
        if person not in rows:
            return "outside"
        row = rows[person]
        return "inactive" if inactive_apart and not row["is_active"] else row[dimension]

    moves: dict[tuple[str, str], int] = {}
    for person in before.keys() | after.keys():
        move = (state(before, person), state(after, person))
        moves[move] = moves.get(move, 0) + 1
    return moves


@pytest.mark.parametrize("dimension", DIMENSIONS)
@pytest.mark.parametrize("inactive_apart", [True, False])
def test_month_steps_from_spells_equal_the_months_compared_person_by_person(
    sample_workbench, people, dimension, inactive_apart
):
    months = sorted(people)
    found = month_steps(
        sample_workbench.snapshot, "XBB", dimension, months[1], months[-1], inactive_apart=inactive_apart
    )
    assert sorted(set(found["month"])) == months[1:]
    for earlier, later in pairwise(months):
        rows = found.filter(pl.col("month") == later).select("state_from", "state_to", "people").rows()
        expected = counted(people[earlier], people[later], dimension, inactive_apart=inactive_apart)
        assert {(before, after): number for before, after, number in rows} == expected, later


def test_two_month_ends_a_year_apart_are_compared_whatever_happened_in_between(sample_workbench, people):
    months = sorted(people)
    rows = between_month_ends(sample_workbench.snapshot, "XBB", "profession", months[-13], months[-1])
    assert {(before, after): number for _, before, after, number in rows.rows()} == counted(
        people[months[-13]], people[months[-1]], "profession"
    )


def test_a_month_not_loaded_has_no_steps(sample_workbench):
    snapshot = sample_workbench.snapshot
    first = months_loaded(snapshot, "XBB")[0]
    assert month_steps(snapshot, "XBB", "profession", first, first).is_empty()
    assert between_month_ends(snapshot, "XBB", "profession", dt.date(2020, 1, 31), first).is_empty()


def test_an_unknown_dimension_names_those_there_are(sample_workbench):
    with pytest.raises(UnknownName, match="profession"):
        month_steps(sample_workbench.snapshot, "XBB", "colour", JANUARY, MARCH)


def test_the_states_end_with_inactive_and_outside():
    rows = steps((FEBRUARY, "outside", "Zoo", 1), (FEBRUARY, "inactive", "Art", 1))
    assert states_of(rows) == ("Art", "Zoo", "inactive", "outside")
