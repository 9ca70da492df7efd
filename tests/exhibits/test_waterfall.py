from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from workbench.exhibits import Stamp
from workbench.exhibits.charts import waterfall
from workbench.exhibits.charts.waterfall import WITHHELD_TOGETHER


@pytest.fixture
def stamp():
    return Stamp("Made-up Trust", "XAA", dt.date(2026, 9, 30), "2026-10-04 06:12", "whole organisation", "analyst")


def drawn(stamp, *rows, **asked):
    table = pl.DataFrame(
        [(*row, "primary" if row[1] is None else "shown") for row in rows],
        schema={"line": pl.String, "people": pl.Float64, "sign": pl.Int64, "people_status": pl.String},
        orient="row",
    )
    return waterfall(
        table, step="line", value="people", sign="sign", unit="people", subject="Staff", stamp=stamp, **asked
    )


def bars(drawing):
    """Each bar as (row, from, length), whatever its colour."""
    found = []
    for trace in drawing.figure.data:
        if trace.type == "bar":
            found += list(zip(trace.y, trace.base or (), trace.x or (), strict=True))
    return sorted(found)


def test_each_step_starts_where_the_one_before_ended(stamp):
    drawing = drawn(stamp, ("Before", 100, 0), ("Joiners", 20, 1), ("Leavers", 15, -1), ("Now", 105, 0))
    assert bars(drawing) == [(1, 100, 20), (2, 105, 15)]
    assert drawing.alt == "Staff, in people. Before 100; Joiners +20; Leavers \N{MINUS SIGN}15; Now 105."


def test_withheld_steps_are_drawn_as_the_one_sum_that_the_stocks_leave(stamp):
    drawing = drawn(
        stamp, ("Before", 100, 0), ("Joiners", 20, 1), ("A", None, 1), ("B", None, -1), ("Leavers", 15, -1),
        ("Now", 107, 0),
    )  # fmt: skip
    assert bars(drawing)[-1] == (3, 105, 2)
    assert any(WITHHELD_TOGETHER.split(",")[0] in text for text in drawing.figure.layout.yaxis.ticktext)
    assert "A withheld; B withheld" in drawing.alt


def test_a_change_with_its_own_sign_goes_its_own_way(stamp):
    drawing = drawn(stamp, ("Before", 10, 0), ("Hours", -0.5, 0), ("Now", 9.5, 0), decimals=1)
    assert bars(drawing) == [(1, 9.5, 0.5)]
    assert "Hours \N{MINUS SIGN}0.5" in drawing.alt


@pytest.mark.parametrize("hidden", [0, 2])
def test_without_one_of_the_stocks_there_are_words_and_no_steps(stamp, hidden):
    rows = [("Before", 100, 0), ("Joiners", 20, 1), ("Now", 120, 0)]
    rows[hidden] = (rows[hidden][0], None, 0)
    drawing = drawn(stamp, *rows)
    assert bars(drawing) == []
    assert "withheld" in drawing.alt
