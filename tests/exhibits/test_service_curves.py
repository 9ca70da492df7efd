from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from workbench.exhibits import Stamp
from workbench.exhibits.charts import Curve, Series, stacked_shares, stay_curves

STAMP = Stamp("Made-up Trust", "XAA", dt.date(2026, 9, 30), "2026-10-04 06:12")
TABLE = pl.DataFrame(
    {
        "years": [1.0, 2.0, 5.0],
        "kept": [80.0, 60.0, 30.0],
        "lower": [70.0, 50.0, 20.0],
        "upper": [90.0, 70.0, 40.0],
        "rest": [90.0, None, 50.0],
        "gone": [20.0, 40.0, 70.0],
    }
)


EVERYONE = (Curve("kept", "Everyone", "lower", "upper"),)


def drawn(table=TABLE, curves=EVERYONE, **more):
    return stay_curves(
        table, years="years", curves=curves, start=0, subject="How long people stay", stamp=STAMP, **more
    )


def test_a_curve_begins_with_everyone_and_is_named_where_it_ends():
    drawing = drawn(half=2.5)
    line = drawing.figure.data[-1]
    assert list(line.x) == [0, 1, 2, 5]
    assert list(line.y) == [100, 80, 60, 30]
    words = [annotation.text for annotation in drawing.figure.layout.annotations]
    assert any("Everyone" in text and "30%" in text for text in words)
    assert any("2.5 years" in text for text in words)
    assert "80% after 1 year" in drawing.alt and "Half are gone by 2.5 years" in drawing.alt


def test_a_curve_ends_at_the_first_value_that_is_not_there():
    drawing = drawn(curves=(Curve("kept", "Podiatry"), Curve("rest", "Everyone else")))
    rest = drawing.figure.data[1]
    assert list(rest.y) == [100, 90]
    assert drawing.figure.data[0].marker.symbol != rest.marker.symbol
    assert drawing.figure.data[0].line.dash != rest.line.dash


def test_shares_stand_one_above_the_other_and_differ_in_pattern():
    drawing = stacked_shares(
        TABLE, years="years", shares=[Series("kept", "Still in post"), Series("gone", "Not recorded")], start=0,
        subject="Where people have gone", stamp=STAMP,
    )  # fmt: skip
    assert {trace.stackgroup for trace in drawing.figure.data} == {"all"}
    assert len({trace.fillpattern.shape for trace in drawing.figure.data}) == 2
    assert "After 5 years: Still in post 30%, Not recorded 70%" in drawing.alt


@pytest.mark.parametrize("status", ["secondary", "no_data"])
def test_nothing_to_show_is_said_in_words(status):
    table = TABLE.with_columns(kept=pl.lit(None, pl.Float64), kept_status=pl.lit(status))
    words = {"secondary": "withheld", "no_data": "no data"}[status]
    assert words in drawn(table).alt
    assert words in drawn(table.clear() if status == "no_data" else table).alt
