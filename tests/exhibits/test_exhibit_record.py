"""The exhibit: only what is declared travels, and it comes back from JSON as it went."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal

import plotly.graph_objects as go
import polars as pl
import pytest

from workbench.errors import DisclosureError
from workbench.exhibits import BUNDLE_MIME, Column, Exhibit, Stamp
from workbench.exhibits.display import PLOTLY_MIME, outputs

STAMP = Stamp("Sampleshire NHS Trust", "XAA", dt.date(2026, 9, 30), "2026-10-04 06:12", audience="lead")


def exhibit(**changes: object) -> Exhibit:
    values: dict[str, object] = {
        "id": "staff",
        "question": "How many staff are there?",
        "title": "There are 1,207 staff",
        "caption": "People employed at 30 Sep 2026.",
        "table": pl.DataFrame(
            {
                "month": [dt.date(2026, 8, 31), dt.date(2026, 9, 30)],
                "people": [None, 1207],
                "people_status": ["secondary", "shown"],
                "fte": [Decimal("10.5"), None],
            },
            schema_overrides={"fte": pl.Decimal(18, 4)},
        ),
        "columns": (
            Column("month", "Month", "month"),
            Column("people", "Headcount", "count", "people"),
            Column("fte", "FTE", "fte"),
        ),
        "figure": go.Figure({"data": [{"type": "scatter", "x": ["2026-09-30"], "y": [1207]}], "layout": {}}),
        "alt": "Headcount: 1,207 in Sep 2026.",
        "measures": ("headcount",),
        "notes": ("1 count is withheld.",),
        "stamp": STAMP,
        "withheld": 1,
    }
    return Exhibit(**{**values, **changes})  # type: ignore[arg-type]


def test_a_bundle_is_json_and_gives_the_same_exhibit_back():
    original = exhibit()
    bundle = json.loads(json.dumps(original.to_bundle()))
    again = Exhibit.from_bundle(bundle)
    assert again.to_bundle() == original.to_bundle()
    assert again.table.equals(original.table) and again.table.schema == original.table.schema
    assert again.stamp == original.stamp and again.columns == original.columns


def test_an_exhibit_without_a_chart_travels_too():
    bundle = exhibit(figure=None, alt="").to_bundle()
    assert bundle["figure"] is None
    assert Exhibit.from_bundle(bundle).figure is None


def test_columns_that_are_not_declared_do_not_travel():
    table = exhibit().table.with_columns(secret=pl.lit(4711), month_status=pl.lit("shown"))
    made = exhibit(table=table)
    assert made.table.columns == ["month", "month_status", "people", "people_status", "fte"]
    assert "4711" not in json.dumps(made.to_bundle()) + made.to_html()


def test_a_declared_column_must_be_in_the_table():
    with pytest.raises(DisclosureError, match="'pay'"):
        exhibit(columns=(Column("pay", "Pay", "count"),))


def test_a_chart_without_words_for_it_is_refused():
    with pytest.raises(DisclosureError, match="alt"):
        exhibit(alt="")


def test_a_column_of_an_unknown_kind_is_refused():
    with pytest.raises(ValueError, match="'money'"):
        Column("pay", "Pay", "money")  # type: ignore[arg-type]


def test_cells_read_as_people_write_them():
    assert exhibit().shown_rows() == [["Aug 2026", "[c]", "10.5"], ["Sep 2026", "1,207", "[x]"]]


def test_a_notebook_gets_heading_chart_and_table_and_the_whole_exhibit_once():
    pieces = outputs(exhibit())
    assert [next(iter(piece)) for piece in pieces] == ["text/html", PLOTLY_MIME, "text/html"]
    assert [BUNDLE_MIME in piece for piece in pieces] == [False, False, True]
    assert Exhibit.from_bundle(pieces[2][BUNDLE_MIME]).title == "There are 1,207 staff"


def test_no_chart_offers_to_send_its_data_away():
    config = outputs(exhibit())[1][PLOTLY_MIME]["config"]
    assert config["showSendToCloud"] is False
    assert config["plotlyServerURL"] == ""
    assert '"showSendToCloud": false' in exhibit().to_html()
