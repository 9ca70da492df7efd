"""The Sankey chart: a band for each place with its number, unknown in grey, withheld named but not drawn."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from workbench.exhibits import Stamp
from workbench.exhibits.charts import Series, sankey
from workbench.exhibits.charts.sankey import PALE
from workbench.exhibits.house_style import GREY, INK

STAMP = Stamp("Made-up Trust", "XAA", dt.date(2026, 9, 30), "2026-10-04 06:12")


def draw(rows, group="Podiatry"):
    table = pl.DataFrame(
        [
            {"place": place, "came": came, "went": went, "came_status": how, "went_status": "shown"}
            for place, came, went, how in rows
        ],
        schema={
            "place": pl.String,
            "came": pl.Int64,
            "went": pl.Int64,
            "came_status": pl.String,
            "went_status": pl.String,
        },
    )
    return sankey(
        table, place="place", came=Series("came", "Came from"), went=Series("went", "Went to"), group=group,
        unit="people", subject="Where people came from and went", stamp=STAMP, unknown=("Not recorded",),
    )  # fmt: skip


ROWS = [
    ("NHS organisation", 30, 10, "shown"),
    ("Abroad", None, 0, "primary"),
    ("Not recorded", 10, 20, "shown"),
]


def bands(figure):
    return [trace for trace in figure.data if trace.hoverinfo == "text"]


def texts(figure):
    return [note.text.replace("\N{NO-BREAK SPACE}", " ") for note in figure.layout.annotations]


def test_every_place_with_people_has_a_band_and_its_number_beside_it():
    figure = draw(ROWS).figure
    assert len(bands(figure)) == 4
    assert texts(figure).count("NHS organisation: 30") == 1
    assert "Not recorded: 20" in texts(figure)
    assert "<b>Podiatry</b>" in texts(figure)


def test_a_band_is_as_high_as_its_people():
    heights = [max(band.y[0], band.y[-1]) - min(band.y[0], band.y[-1]) for band in bands(draw(ROWS).figure)]
    assert heights[0] == pytest.approx(3 * heights[1])  # 30 and 10 came
    assert heights[3] == pytest.approx(2 * heights[2])  # 10 and 20 went
    assert heights[1] == pytest.approx(heights[2])  # both sides on one scale


def test_bands_of_a_side_meet_in_the_middle_without_gap_or_overlap():
    first, second = (band for band in bands(draw(ROWS).figure) if band.x[0] < 0.5)
    steps = len(first.x) // 2
    assert first.y[steps] == pytest.approx(second.y[steps - 1])


def test_a_withheld_place_is_named_and_has_no_band():
    drawing = draw(ROWS)
    assert any("Withheld: Abroad" in text for text in texts(drawing.figure))
    assert not any("Abroad" in band.text for band in bands(drawing.figure))
    assert "Abroad withheld" in drawing.alt


def test_what_is_not_known_is_grey_on_both_sides():
    grey = [band for band in bands(draw(ROWS).figure) if band.fillcolor == PALE[GREY]]
    assert ["Not recorded" in band.text for band in grey] == [True, True]


def test_the_chart_in_words_says_both_sides_largest_first():
    assert draw(ROWS).alt == (
        "Where people came from and went, Podiatry, in people. Came from: NHS organisation 30, Not recorded 10 and "
        "Abroad withheld. Went to: Not recorded 20 and NHS organisation 10."
    )


def test_where_nobody_came_the_side_says_so():
    assert "Came from: nobody." in draw([("Abroad", 0, 5, "shown")]).alt


def test_with_everything_withheld_the_figure_says_so_in_words():
    row = {"place": "Abroad", "came": None, "went": None, "came_status": "primary", "went_status": "primary"}
    table = pl.DataFrame([row], schema_overrides={"came": pl.Int64, "went": pl.Int64})
    drawing = sankey(
        table, place="place", came=Series("came", "Came from"), went=Series("went", "Went to"), group="x",
        unit="people", subject="Where from", stamp=STAMP,
    )  # fmt: skip
    assert "withheld" in drawing.alt
    assert not drawing.figure.data


def test_names_from_extracts_are_shown_as_text():
    figure = draw([("<b>bold</b> place", 10, 5, "shown")]).figure
    assert any("&lt;b&gt;bold" in text for text in texts(figure))


@pytest.mark.parametrize("pale", PALE.values())
def test_writing_on_a_band_has_enough_contrast(pale):
    def luminance(colour):
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))

    assert (luminance(pale) + 0.05) / (luminance(INK) + 0.05) > 7
