"""The two charts of counts: a grid with a number in each cell, and bars in parts."""

from __future__ import annotations

import datetime as dt
import itertools
import json

import polars as pl
import pytest

from workbench.disclosure import Policy, release
from workbench.exhibits import Stamp
from workbench.exhibits.charts import Drawing, Series, count_bars, heat_map

STAMP = Stamp("Sampleshire NHS Trust", "XAA", dt.date(2026, 9, 30), "2026-10-04 06:12")
LEAD = Policy("lead", 5)
PROFESSIONS = [Series("ot", "OT"), Series("physio", "Physiotherapy"), Series("odp", "ODP")]


def grid(*rows: tuple[str, int, int, int], policy: Policy = LEAD) -> Drawing:
    names = [item.column for item in PROFESSIONS]
    table = pl.DataFrame(
        {"rule": [row[0] for row in rows]} | {name: [row[n + 1] for row in rows] for n, name in enumerate(names)},
        schema={"rule": pl.String, **dict.fromkeys(names, pl.Int64)},
    ).with_columns(total=pl.sum_horizontal(names))
    released = release(table, policy=policy, people=[*names, "total"], parts={"total": names}).table
    return heat_map(
        released, row="rule", columns=PROFESSIONS, total="total", unit="findings", subject="Findings by rule",
        stamp=STAMP,
    )  # fmt: skip


def bars(*rows: tuple[str, int, int], policy: Policy = LEAD, below: str = "") -> Drawing:
    table = pl.DataFrame(
        {"route": [row[0] for row in rows], "errors": [row[1] for row in rows], "reviews": [row[2] for row in rows]},
        schema={"route": pl.String, "errors": pl.Int64, "reviews": pl.Int64},
    ).with_columns(total=pl.col("errors") + pl.col("reviews"), how=pl.lit("on the position"))
    people = ["errors", "reviews", "total"]
    released = release(table, policy=policy, people=people, parts={"total": ("errors", "reviews")}).table
    return count_bars(
        released, category="route", parts=[Series("errors", "Errors"), Series("reviews", "Reviews")], total="total",
        unit="records", subject="What to do next", stamp=STAMP, below=below,
    )  # fmt: skip


def written(drawing: Drawing) -> list[str]:
    """The words in the cells, from the top left."""
    (words,) = [trace for trace in drawing.figure.data if trace.type == "scatter"]
    return list(words.text)


def test_every_cell_of_the_grid_has_its_number_so_that_colour_never_speaks_alone():
    drawing = grid(("COD1 Valid code", 12, 0, 40), ("CON1 Code and role", 7, 30, 0))
    assert written(drawing) == ["12", "0", "40", "7", "30", "0"]


def test_a_withheld_cell_shows_a_letter_no_number_and_no_colour():
    drawing = grid(("COD1 Valid code", 12, 3, 2))
    assert written(drawing) == ["12", "c", "c"]
    (cells,) = [trace for trace in drawing.figure.data if trace.type == "heatmap"]
    assert list(cells.z[1]) == [12, None, None]
    assert "3" not in json.dumps(drawing.figure.to_plotly_json()["data"][0]["z"], default=list)
    assert "2 cells are withheld" in drawing.alt


def test_each_row_is_named_above_its_cells_with_its_sum():
    drawing = grid(("COD1 Valid code", 12, 0, 40))
    assert [words.text for words in drawing.figure.layout.annotations] == ["COD1 Valid code · <b>52</b>"]


def test_a_long_row_name_is_cut_on_the_chart_and_whole_in_the_words():
    name = "CON3 Staff group against the level of the occupation code of the position"
    drawing = grid((name, 12, 0, 40))
    (words,) = drawing.figure.layout.annotations
    assert words.text == "CON3 Staff group against the level of the occ… · <b>52</b>"
    assert name in drawing.alt


def test_the_alt_text_says_each_rows_sum_and_where_most_are_largest_row_first():
    assert grid(("COD1 Valid code", 12, 0, 40), ("CON1 Code and role", 70, 30, 0)).alt == (
        "Findings by rule, in findings. CON1 Code and role: 100, most for OT (70); COD1 Valid code: 52, most for ODP "
        "(40)."
    )


def test_the_alt_text_of_many_rows_stays_short_and_points_to_the_table():
    alt = grid(*[(f"R{number}", 10 + number, 0, 0) for number in range(12)]).alt
    assert alt.count("most for") == 8
    assert alt.endswith("and 4 more rows in the table below.")


def test_writing_on_dark_cells_is_white():
    drawing = grid(("COD1", 10, 0, 100))
    (words,) = [trace for trace in drawing.figure.data if trace.type == "scatter"]
    assert list(words.textfont.color) == ["#212B32", "#595959", "white"]
    assert words.textfont.size >= 12


def contrast(one: str, other: str) -> float:
    def brightness(colour: str) -> float:
        parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
        light = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * light[0] + 0.7152 * light[1] + 0.0722 * light[2]

    low, high = sorted((brightness(one), brightness(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("value", range(1, 101))
def test_every_number_can_be_read_on_its_own_cell(value: int):
    from workbench.exhibits.charts.heat import SCALE, _ink

    (low, light), (high, dark) = next(
        (lower, upper) for lower, upper in itertools.pairwise(SCALE) if lower[0] < value / 100 <= upper[0]
    )
    share = (value / 100 - low) / (high - low)
    mixed = "#" + "".join(
        f"{round(int(light[n : n + 2], 16) * (1 - share) + int(dark[n : n + 2], 16) * share):02x}" for n in (1, 3, 5)
    )
    ink = _ink(value, 100)
    assert contrast("#FFFFFF" if ink == "white" else ink, mixed) >= 4.5


@pytest.mark.parametrize("chart", [grid, bars])
def test_no_rows_and_only_withheld_ones_are_said_in_words(chart):
    assert "no data" in chart().alt and not chart().figure.data
    hidden = grid(("COD1", 1, 2, 0)) if chart is grid else bars(("P", 1, 2))
    assert "withheld" in hidden.alt


@pytest.mark.parametrize("drawing", [grid(("COD1", 12, 0, 40)), bars(("P", 12, 8))])
def test_both_name_their_source_and_their_unit(drawing: Drawing):
    layout = drawing.figure.layout
    assert layout.title.text == "XAA · as at 2026-09-30 · snapshot 2026-10-04 06:12"
    assert layout.xaxis.title.text


def test_the_parts_of_a_bar_differ_in_pattern_and_add_up_to_the_number_at_its_end():
    drawing = bars(("Edit on the position", 12, 8), ("New position", 0, 9))
    assert [trace.marker.pattern.shape for trace in drawing.figure.data] == ["", "/"]
    assert [words.text for words in drawing.figure.layout.annotations] == ["20", "9"]
    assert drawing.alt == (
        "What to do next, in records. Edit on the position: 20 (errors 12, reviews 8); "
        "New position: 9 (errors 0, reviews 9)."
    )


def test_a_bar_with_a_withheld_part_is_as_long_as_its_total_and_not_divided():
    drawing = bars(("Edit on the position", 12, 30), ("HCPC check", 3, 30))
    errors, reviews, undivided = drawing.figure.data
    assert (list(errors.x), list(reviews.x), list(undivided.x)) == ([12, None], [30, None], [None, 33])
    assert undivided.name == "parts withheld"
    assert [words.text for words in drawing.figure.layout.annotations] == ["42", "33"]


def test_a_few_words_may_stand_below_a_bars_name():
    drawing = bars(("P", 12, 8), below="how")
    assert "on the position" in drawing.figure.layout.yaxis.ticktext[0]


def test_a_hostile_name_cannot_carry_markup_into_the_grid():
    drawing = grid(("<b onclick=x>COD1</b>", 12, 0, 40))
    assert "<b onclick" not in json.dumps(json.loads(drawing.figure.to_json())["layout"]["annotations"])
    assert "<b onclick" not in json.dumps(json.loads(drawing.figure.to_json())["data"][0]["customdata"])
