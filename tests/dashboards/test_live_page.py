"""The widgets of a page follow the page model; the tests turn the controls and read what is shown."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable
from pathlib import Path

import plotly.graph_objects as go
import polars as pl
import pytest

from workbench.dashboards import Control, PageSpec
from workbench.dashboards.live import LiveExhibit, LivePage
from workbench.dashboards.page import PageModel
from workbench.errors import SnapshotError
from workbench.exhibits import Column, Exhibit, ExhibitRequest
from workbench.exhibits.display import PLOTLY_MIME
from workbench.settings import Settings
from workbench.warehouse.snapshot import literal_snapshot
from workbench.workbench import Workbench

AUG, SEP = dt.date(2026, 8, 31), dt.date(2026, 9, 30)


def staff(workbench: Workbench, request: ExhibitRequest) -> Exhibit:
    people = {AUG: 100, SEP: 110}[request.as_at]
    return Exhibit(
        id="staff", question="How many?", title=f"There are {people} <staff>", caption="People employed.",
        table=pl.DataFrame({"people": [people]}), columns=(Column("people", "Headcount", "count"),),
        figure=go.Figure({"data": [{"type": "bar", "x": [people], "y": [0]}], "layout": {"height": 200}}),
        alt=f"{people} people.", measures=("headcount",), notes=(),
        stamp=workbench.stamp(request.organisation, request.as_at),
    )  # fmt: skip


def live_page(function: Callable[[Workbench, ExhibitRequest], Exhibit] = staff) -> LivePage:
    tables = {
        "marts.organisation": pl.DataFrame(
            {"organisation_code": ["XAA", "XBB"], "organisation_name": ["Sampleshire", "Testford"]}
        ),
        "marts.assignment_month": pl.DataFrame(
            {"organisation_code": ["XAA", "XAA", "XBB"], "period": [AUG, SEP, AUG]}
        ),
        "control.load_file": pl.DataFrame(
            {"extract": ["staff_in_post"], "organisations": [["XAA"]], "periods": [[SEP]],
             "loaded_at": [dt.datetime(2026, 10, 1)], "is_live": [True]}
        ),
    }  # fmt: skip
    settings = Settings(home=Path("home"), key_file=Path("key"), reports=Path("reports"))
    workbench = Workbench(literal_snapshot(tables), settings, "lead")
    spec = PageSpec(
        "staff_page", "Staff", ("How many?",),
        (Control("service", "Service", "All services", lambda *_: ["Therapies"]),), ("staff",),
    )  # fmt: skip
    return LivePage(PageModel(workbench, spec, "XAA", SEP, {"staff": function}))


@pytest.fixture
def page(capsys) -> LivePage:
    page = live_page()
    page.show_header()
    page.show_exhibit("staff")
    page.show_footer()
    return page


def drawn(live: LiveExhibit) -> list[int]:
    (output,) = live.chart.outputs
    return output["data"][PLOTLY_MIME]["data"][0]["x"]


def test_every_control_is_labelled_and_offers_what_the_model_offers(page):
    assert {name: control.description for name, control in page.controls.items()} == {
        "organisation": "Organisation",
        "as_at": "As at",
        "service": "Service",
    }
    assert [meant for _, meant in page.controls["as_at"].options] == ["2026-09-30", "2026-08-31"]


def test_heading_chart_and_table_change_together(page):
    live = page.exhibits["staff"]
    assert (drawn(live), "There are 110" in live.head.value, ">110<" in live.body.value) == ([110], True, True)
    page.controls["as_at"].value = "2026-08-31"
    assert (drawn(live), "There are 100" in live.head.value, ">100<" in live.body.value) == ([100], True, True)
    assert "as at 31 Aug 2026" in page.where_from.value


def test_the_chart_stands_in_words_before_it_is_drawn(page):
    assert "Chart: 110 people." in page.exhibits["staff"].head.value


def test_a_title_with_markup_in_it_stays_text(page):
    assert "&lt;staff&gt;" in page.exhibits["staff"].head.value


def test_another_organisation_brings_its_own_months_and_is_worked_out_once():
    asked = []

    def counting(workbench: Workbench, request: ExhibitRequest) -> Exhibit:
        asked.append((request.organisation, request.as_at))
        return staff(workbench, request)

    page = live_page(counting)
    page.exhibits["staff"] = LiveExhibit(lambda: page.model.exhibit("staff"))
    page.controls["organisation"].value = "XBB"
    assert page.controls["as_at"].value == "2026-08-31"
    assert asked == [("XBB", AUG)]


def test_the_page_says_that_it_is_working_and_is_silent_when_it_is_done(page):
    said = []
    page.message.observe(lambda change: said.append(change["new"]), names="value")
    page.controls["as_at"].value = "2026-08-31"
    assert ["Working out" in text for text in said] == [True, False]
    assert 'role="status"' in page.message.value


def test_a_value_that_a_browser_made_up_is_refused_in_words(page):
    page._choose("as_at", "1999-01-31")
    assert 'role="alert"' in page.message.value and "1999-01-31" in page.message.value
    assert page.controls["as_at"].value == "2026-09-30"


def test_a_problem_is_said_in_words_in_the_place_of_the_exhibit():
    def failing(workbench: Workbench, request: ExhibitRequest) -> Exhibit:
        raise SnapshotError("The snapshot is gone.")

    live = LiveExhibit(lambda: failing(None, None))  # type: ignore[arg-type]
    live.draw()
    assert "The snapshot is gone." in live.head.value and 'role="alert"' in live.head.value
    assert live.chart.outputs == () and live.body.value == ""


def test_a_fault_shows_no_traceback_and_logs_no_value(caplog):
    def failing() -> Exhibit:
        raise KeyError("staff number 20481234")

    live = LiveExhibit(failing)
    with caplog.at_level(logging.DEBUG):
        live.draw()
    assert "fault of the workbench" in live.head.value
    assert "20481234" not in live.head.value + caplog.text
    assert "KeyError" in caplog.text


def test_after_a_problem_the_next_choice_shows_the_exhibit_again(page):
    live = page.exhibits["staff"]
    live._show_problem("gone")
    page.controls["as_at"].value = "2026-08-31"
    assert drawn(live) == [100]


def test_no_chart_of_a_page_offers_to_send_its_data_away(page):
    (output,) = page.exhibits["staff"].chart.outputs
    assert output["data"][PLOTLY_MIME]["config"]["showSendToCloud"] is False


def test_the_footer_follows_the_page(page):
    assert "Definitions used on this page" in page.footer.value
    assert "every extract is 35 days old or younger" in page.footer.value
    page.controls["organisation"].value = "XBB"
    assert "nothing is known about the age of the extracts" in page.footer.value
