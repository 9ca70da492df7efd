"""The HTML of an exhibit: headed, captioned, escaped, and honest about what is not there."""

from __future__ import annotations

import datetime as dt
from html.parser import HTMLParser

import plotly.graph_objects as go
import polars as pl
import pytest

from workbench.errors import UnknownName
from workbench.exhibits import Column, Exhibit, Stamp

HOSTILE = "<script>alert('x')</script> & \"Sons\""


class Elements(HTMLParser):
    """Collects the elements of a page with their attributes and text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.text: dict[str, list[str]] = {}
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if self.open and data.strip():
            self.text.setdefault(self.open[-1], []).append(data.strip())

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.found if name == tag]


def exhibit(name: str = "Dietitians", measures: tuple[str, ...] = ("headcount",), figure: go.Figure | None = None):
    return Exhibit(
        id="ahp",
        question=f"How many {name} are there?",
        title=f"{name}: 12",
        caption=f"Only {name}.",
        table=pl.DataFrame(
            {
                "profession": [name, "Osteopaths", "Orthoptists", "Total"],
                "people": [12, None, None, 1234],
                "people_status": ["shown", "primary", "no_data", "shown"],
                "share": [41.25, None, None, 50.0],
                "share_status": ["shown", "primary", "not_applicable", "shown"],
            }
        ),
        columns=(
            Column("profession", "Profession"),
            Column("people", "Headcount", "count", "people"),
            Column("share", "Share", "percent"),
        ),
        figure=figure,
        alt=f"{name}: 12." if figure else "",
        measures=measures,
        notes=(f"About {name}.",),
        stamp=Stamp(name, "XAA", dt.date(2026, 9, 30), "2026-10-04 06:12", scope=name),
        withheld=1,
    )


def test_every_row_and_column_of_the_table_is_headed():
    elements = Elements(exhibit().to_html())
    scopes = [attributes.get("scope") for attributes in elements.all("th")]
    assert scopes == ["col"] * 3 + ["row"] * 4
    assert len(elements.all("td")) == 2 * 4
    assert elements.text["caption"] == ["Table: How many Dietitians are there?"]


def test_numbers_stand_to_the_right():
    elements = Elements(exhibit().to_html())
    assert {attributes.get("class") for attributes in elements.all("td")} == {"wb-number"}


def test_what_is_not_there_is_marked_and_explained():
    elements = Elements(exhibit().to_html())
    assert elements.text["td"] == ["12", "41.3%", "[c]", "[c]", "[x]", "n/a", "1,234", "50.0%"]
    legend = " ".join(elements.text["p"])
    assert "[c] withheld: too few people to show" in legend
    assert "[x] no data" in legend
    assert "n/a not applicable" in legend


def test_a_mark_that_is_not_used_is_not_explained():
    made = exhibit()
    html = Exhibit.from_bundle({**made.to_bundle(), "table": {
        "columns": made.to_bundle()["table"]["columns"],
        "rows": made.to_bundle()["table"]["rows"][:1],
    }}).to_html()  # fmt: skip
    assert "[c]" not in html and "[x]" not in html


def test_the_chart_has_its_words_and_its_caption():
    figure = go.Figure({"data": [{"type": "bar", "x": [1], "y": [2]}], "layout": {}})
    elements = Elements(exhibit(figure=figure).to_html())
    labelled = [attributes for attributes in elements.all("div") if attributes.get("role") == "img"]
    assert [attributes["aria-label"] for attributes in labelled] == ["Dietitians: 12."]
    assert elements.text["figcaption"] == ["Only Dietitians."]


def test_the_chart_can_be_left_to_the_page_around():
    figure = go.Figure({"data": [{"type": "bar", "x": [1], "y": [2]}], "layout": {}})
    html = exhibit(figure=figure).to_html(include_chart=False)
    assert "newPlot" not in html
    assert "Only Dietitians." in html


def test_the_same_exhibit_gives_the_same_bytes():
    figure = go.Figure({"data": [{"type": "bar", "x": [1], "y": [2]}], "layout": {}})
    assert exhibit(figure=figure).to_html() == exhibit(figure=figure).to_html()


def test_the_section_is_named_by_its_heading_at_the_level_asked_for():
    elements = Elements(exhibit().to_html(heading_level=3))
    (section,), (heading,) = elements.all("section"), elements.all("h3")
    assert section["aria-labelledby"] == heading["id"]


@pytest.mark.parametrize("figure", [None, go.Figure({"data": [{"type": "bar", "x": [1], "y": [2]}], "layout": {}})])
def test_a_hostile_name_stays_text_wherever_it_stands(figure):
    html = exhibit(HOSTILE, figure=figure).to_html()
    assert "<script>alert" not in html
    assert "&lt;script&gt;alert" in html
    assert 'aria-label="<' not in html


def test_the_definitions_of_the_measures_are_printed():
    html = exhibit().to_html()
    assert "How this was counted" in html and "<code>headcount</code>" in html


def test_a_measure_that_does_not_exist_is_named():
    with pytest.raises(UnknownName, match="'headcoun'"):
        exhibit(measures=("headcoun",)).to_html()


def test_the_stamp_says_organisation_date_snapshot_and_scope():
    text = " ".join(Elements(exhibit().to_html()).text["p"])
    assert "Dietitians · as at 30 Sep 2026 · snapshot 2026-10-04 06:12 · scope: Dietitians" in text
