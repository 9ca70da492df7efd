"""Icons of variation and assurance: told apart without colour, and never without their words."""

from __future__ import annotations

import datetime as dt
import re
from xml.etree import ElementTree

import polars as pl
import pytest

from workbench.benchmarking import xmr
from workbench.errors import UnknownName
from workbench.exhibits import Column, Exhibit, Stamp
from workbench.exhibits.icons import ICONS, find_icon

DRAWN = [icon for icon in ICONS.values() if icon.is_drawn]
SVG = "{http://www.w3.org/2000/svg}"


def exhibit(*icons: str | None) -> Exhibit:
    return Exhibit(
        id="signals", question="Is it different?", title="One is", caption="", figure=None, alt="", measures=(),
        table=pl.DataFrame({"measure": ["Leaver rate"] * len(icons), "variation": icons}),
        columns=(Column("measure", "Measure"), Column("variation", "Variation", "icon")), notes=(),
        stamp=Stamp("Sampleshire NHS Trust", "XAA", dt.date(2026, 9, 30), "2026-10-04 06:12"),
    )  # fmt: skip


@pytest.mark.parametrize("icon", DRAWN, ids=lambda icon: icon.id)
def test_every_drawing_is_well_formed_and_speaks_its_words(icon):
    drawing = ElementTree.fromstring(icon.svg())
    assert (drawing.get("role"), drawing.get("aria-label")) == ("img", icon.words)
    silent = ElementTree.fromstring(icon.svg(beside_words=True))
    assert (silent.get("aria-hidden"), silent.get("aria-label")) == ("true", None)


def test_no_two_drawings_are_alike_in_grey():
    plain = [re.sub(r"#[0-9A-F]{6}", "#000000", icon.svg(beside_words=True)) for icon in DRAWN]
    assert len(set(plain)) == len(DRAWN) == 10


def test_good_and_bad_news_of_one_side_have_frames_of_their_own():
    frames = {kind: ICONS[f"{kind}_high"].frame for kind in ("improvement", "concern", "neutral")}
    assert len(set(frames.values())) == 3


@pytest.mark.parametrize(
    "icon", [icon for icon in DRAWN if icon.id.endswith(("high", "low"))], ids=lambda icon: icon.id
)
def test_a_special_cause_bears_h_or_l(icon):
    (letter,) = ElementTree.fromstring(icon.svg()).iter(f"{SVG}text")
    assert letter.text == ("H" if icon.id.endswith("high") else "L")


def test_no_two_icons_say_the_same():
    assert len({icon.words for icon in ICONS.values()}) == len(ICONS)


@pytest.mark.parametrize("last", [40, -20, 11])
@pytest.mark.parametrize("improvement", ["increase", "decrease", "neither"])
def test_every_signal_of_a_control_chart_has_its_icon(last, improvement):
    chart = xmr([10, 12] * 6 + [last], improvement=improvement, target=11)
    assert find_icon(chart.variation).words
    assert improvement == "neither" or find_icon(chart.assurance).words


def test_in_a_table_the_drawing_stands_beside_its_words_and_in_text_the_words_stand_alone():
    made = exhibit("concern_high")
    assert made.shown_rows() == [["Leaver rate", "special cause, concern, high"]]
    html = made.to_html()
    assert '<svg class="wb-icon"' in html
    assert "<span>special cause, concern, high</span>" in html
    assert Exhibit.from_bundle(made.to_bundle()).to_html() == html


def test_where_nothing_can_be_judged_the_words_stand_without_a_drawing():
    made = exhibit("not_judged", "no_target", None)
    assert [row[1] for row in made.shown_rows()] == ["cannot be judged", "no target set", "[x]"]
    assert "<svg" not in made.to_html()


def test_an_icon_that_does_not_exist_is_named():
    with pytest.raises(UnknownName, match="'concern_hihg'"):
        exhibit("concern_hihg").shown_rows()
