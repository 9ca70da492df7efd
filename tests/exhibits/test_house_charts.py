"""The house charts: units, words, gaps, shapes, and what they do when there is nothing to draw."""

from __future__ import annotations

import datetime as dt
import itertools
import json
from collections.abc import Callable

import polars as pl
import pytest

from workbench.disclosure import Policy, Rate, release
from workbench.exhibits import Stamp
from workbench.exhibits.charts import (
    Drawing,
    Series,
    bars_with_aim,
    compare_dots,
    month_lines,
    paired_bars,
    peer_range,
)
from workbench.exhibits.house_style import PALETTE, TEMPLATE

STAMP = Stamp("Sampleshire NHS Trust", "XAA", dt.date(2026, 9, 30), "2026-10-04 06:12")
AUG, SEP, NOV = dt.date(2026, 8, 31), dt.date(2026, 9, 30), dt.date(2026, 11, 30)
LEAD = Policy("lead", 5)


def dots(coded=(20, 8), evidenced=(26, 8), names=("Dietitians", "Paramedics")) -> Drawing:
    table = pl.DataFrame(
        {"profession": names, "coded": coded, "evidenced": evidenced},
        schema={"profession": pl.String, "coded": pl.Int64, "evidenced": pl.Int64},
    )
    released = release(table, policy=LEAD, people=["coded", "evidenced"]).table
    return compare_dots(
        released, category="profession", series=[Series("coded", "Coded"), Series("evidenced", "Evidenced")],
        unit="people", subject="AHPs by profession", stamp=STAMP, difference=("coded", "evidenced"),
    )  # fmt: skip


def lines(months=(AUG, SEP, NOV), people=(100, 110, 130)) -> Drawing:
    table = pl.DataFrame({"month": months, "people": people}, schema={"month": pl.Date, "people": pl.Int64})
    released = release(table, policy=LEAD, people=["people"]).table
    return month_lines(
        released, month="month", series=[Series("people", "Headcount")], unit="people", subject="Headcount", stamp=STAMP
    )


def bars(active=(95, 30, 2), scope=(100, 40, 50), names=("Nurses", "Medics", "AHPs")) -> Drawing:
    table = pl.DataFrame(
        {"group": names, "active": active, "scope": scope},
        schema={"group": pl.String, "active": pl.Int64, "scope": pl.Int64},
    )
    released = release(table, policy=LEAD, people=["active", "scope"], rates={"share": Rate("active", "scope")}).table
    return bars_with_aim(
        released, category="group", share="share", numerator="active", denominator="scope", subject="Active plans",
        stamp=STAMP, unit="% of people in scope", aim=90, aim_label="aim: more than 90%",
    )  # fmt: skip


def flows(months=(AUG, SEP), joined=(12, 3), left=(7, 30)) -> Drawing:
    table = pl.DataFrame(
        {"month": months, "joined": joined, "left": left},
        schema={"month": pl.Date, "joined": pl.Int64, "left": pl.Int64},
    )
    released = release(table, policy=LEAD, people=["joined", "left"]).table
    return paired_bars(
        released, month="month", above=Series("joined", "Joiners"), below=Series("left", "Leavers"), unit="people",
        subject="Joiners and leavers", stamp=STAMP,
    )  # fmt: skip


def peers(months=(AUG, SEP, NOV), own=(5.1, None, 6.2)) -> Drawing:
    count = len(months)
    table = pl.DataFrame(
        {"month": months, "own": own, "low": [4.0] * count, "mid": [5.0] * count, "high": [6.0] * count},
        schema={"month": pl.Date, "own": pl.Float64, "low": pl.Float64, "mid": pl.Float64, "high": pl.Float64},
    )
    return peer_range(
        table, month="month", own="own", lower="low", median="mid", upper="high", unit="% of FTE days",
        subject="Sickness absence", stamp=STAMP, own_label="Sampleshire", peers_label="30 trusts",
    )  # fmt: skip


ALL: list[Callable[[], Drawing]] = [dots, lines, bars, flows, peers]
EMPTY: list[Callable[[], Drawing]] = [
    lambda: dots((), (), ()), lambda: lines((), ()), lambda: bars((), (), ()), lambda: flows((), (), ()),
    lambda: peers((), ()),
]  # fmt: skip


def words(drawing: Drawing) -> str:
    return " ".join(annotation.text for annotation in drawing.figure.layout.annotations)


@pytest.mark.parametrize("chart", ALL)
def test_every_chart_names_its_source_and_its_unit(chart):
    figure = chart().figure
    assert figure.layout.title.text == "XAA · as at 2026-09-30 · snapshot 2026-10-04 06:12"
    assert any(axis.title.text for axis in (figure.layout.xaxis, figure.layout.yaxis))


@pytest.mark.parametrize("chart", ALL)
def test_every_chart_is_white_and_reads_at_twelve_pixels_or_more(chart):
    layout = json.loads(chart().figure.to_json())["layout"]
    assert layout["template"]["layout"]["paper_bgcolor"] == "white"

    def sizes(value):
        if isinstance(value, dict):
            yield from ([value["size"]] if "family" in value or ("size" in value and "color" in value) else [])
            for item in value.values():
                yield from sizes(item)
        elif isinstance(value, list):
            for item in value:
                yield from sizes(item)

    assert min(sizes(layout)) >= 12
    assert TEMPLATE["layout"]["colorway"] == list(PALETTE)


@pytest.mark.parametrize("chart", EMPTY)
def test_nothing_to_draw_is_said_in_words(chart):
    drawing = chart()
    assert not drawing.figure.data
    assert "no data" in drawing.alt and "no data" in words(drawing).replace("<br>", " ")


@pytest.mark.parametrize(
    "chart",
    [
        lambda: dots((2, 3), (1, 4)),
        lambda: lines((AUG, SEP), (2, 3)),
        lambda: bars((2, 3), (4, 4), ("a", "b")),
        lambda: flows((AUG, SEP), (1, 2), (3, 4)),
    ],
)
def test_a_chart_of_withheld_numbers_says_so_and_holds_none(chart):
    drawing = chart()
    assert not drawing.figure.data
    assert "every number is withheld" in drawing.alt


def test_series_differ_in_shape_not_only_in_colour():
    figure = dots().figure
    markers = [trace.marker.symbol for trace in figure.data if trace.mode == "markers"]
    assert markers == ["circle", "diamond-open"]


def test_the_difference_stands_beside_its_line():
    assert words(dots()) == "+6 same"


def test_the_alt_text_of_dots_reads_the_released_numbers():
    alt = dots(coded=(20, 3), evidenced=(26, 8)).alt
    assert alt == (
        "AHPs by profession: coded and evidenced, in people. "
        "Dietitians: coded 20, evidenced 26; Paramedics: coded withheld, evidenced 8."
    )


def test_a_missing_month_is_a_gap_and_never_a_zero():
    drawing = lines()
    (trace,) = drawing.figure.data
    assert list(trace.y) == [100, 110, None, 130]
    assert trace.connectgaps is False
    assert "(1 without data)" in drawing.alt


def test_a_withheld_month_is_counted_apart_from_a_missing_one():
    drawing = lines(people=(100, 3, 130))
    assert "(1 withheld and 1 without data)" in drawing.alt
    assert "3" not in [str(value) for value in drawing.figure.data[0].y]


def test_lines_are_named_where_they_end():
    assert "Headcount" in words(lines()) and "130" in words(lines())


def test_an_axis_that_does_not_start_at_zero_says_so():
    assert lines().figure.layout.yaxis.title.text == "people (axis does not start at 0)"
    assert lines(people=(10, 60, 130)).figure.layout.yaxis.title.text == "people"


def test_names_of_lines_that_end_close_together_are_moved_apart():
    table = pl.DataFrame({"month": [SEP], "a": [100.0], "b": [100.5], "c": [101.0]})
    series = [Series(name, name.upper()) for name in "abc"]
    layout = month_lines(table, month="month", series=series, unit="FTE", subject="x", stamp=STAMP).figure.layout
    low, high = layout.yaxis.range
    scale = (layout.height - layout.margin.t - layout.margin.b) / (high - low)
    middles = sorted((mark.y - low) * scale + mark.yshift for mark in layout.annotations)
    assert all(upper - lower >= 34 for lower, upper in itertools.pairwise(middles))


def test_bars_say_n_of_n_and_the_aim():
    drawing = bars()
    assert "aim: more than 90%" in words(drawing)
    assert "95 of 100" in drawing.figure.layout.yaxis.ticktext[0]
    assert drawing.figure.layout.shapes[0].x0 == 90


def test_rows_are_as_high_as_their_longest_name_needs():
    short = bars().figure.layout.height
    long = bars(names=("approved, but the review or approval date is missing", "Medics", "AHPs")).figure.layout.height
    assert long - short == 3 * (4 * 16 + 6 - 46)


def test_a_withheld_bar_is_not_drawn_and_not_zero():
    drawing = bars()
    assert drawing.figure.data[0].x[2] is None
    assert "withheld" in words(drawing)
    assert "AHPs: withheld ([c] of 50)" in drawing.alt


def test_leavers_are_drawn_below_the_line_and_read_as_positive():
    joined, left = flows(joined=(12, 9)).figure.data
    assert (list(joined.y), list(left.y)) == ([12, 9], [-7, -30])
    assert list(left.text) == ["7", "30"]
    assert all(not text.startswith("-") for text in flows().figure.layout.yaxis.ticktext)


def test_a_withheld_month_of_flows_is_marked():
    drawing = flows()
    assert "c: withheld" in words(drawing)
    assert drawing.alt == (
        "Joiners and leavers, Aug 2026 to Sep 2026, in people. Joiners: 12 in Aug 2026, most in Aug 2026 (12); "
        "1 month withheld. Leavers: 30 in Sep 2026, most in Sep 2026 (30)."
    )


def test_the_band_of_peers_stops_at_a_gap():
    figure = peers(months=(AUG, SEP, NOV)).figure
    bands = [trace for trace in figure.data if trace.fill == "toself"]
    assert len(bands) == 2  # Aug and Sep in one, Nov after the missing October


def test_the_alt_text_of_peers_compares():
    alt = peers().alt
    assert "In Nov 2026 Sampleshire stood at 6.2; half of 30 trusts lay between 4.0 and 6.0" in alt
    assert "Of 2 months with both, 1 lay above the middle half of peers and 0 below it" in alt
    assert "Sampleshire has no value in 2 of 4 months" in alt


def test_a_hostile_name_cannot_carry_markup_into_a_chart():
    text = dots(names=("<b onclick=x>Dietitians</b>", "Paramedics")).figure.to_json()
    assert "<b onclick" not in json.dumps(json.loads(text)["layout"]["yaxis"])
