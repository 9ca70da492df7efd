"""What may be chosen on a page, and what follows from it; no browser and no widget is needed to test it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl
import pytest

from workbench.dashboards import Control, Page, PageSpec, open_page
from workbench.dashboards.header_and_footer import data_ages_sentence, withheld_sentence
from workbench.dashboards.page import PageModel
from workbench.errors import ParameterError, UnknownName
from workbench.exhibits import Column, Exhibit, ExhibitRequest
from workbench.settings import Settings
from workbench.warehouse.snapshot import literal_snapshot
from workbench.workbench import Workbench

JUL, AUG, SEP = dt.date(2026, 7, 31), dt.date(2026, 8, 31), dt.date(2026, 9, 30)


def opened(audience: str = "lead") -> Workbench:
    tables = {
        "marts.organisation": pl.DataFrame(
            {"organisation_code": ["XAA", "XBB"], "organisation_name": ["Sampleshire", "<b>Testford</b>"]}
        ),
        "marts.assignment_month": pl.DataFrame(
            {"organisation_code": ["XAA", "XAA", "XAA", "XBB"], "period": [JUL, AUG, SEP, AUG]}
        ),
        "control.load_file": pl.DataFrame(
            {
                "extract": ["staff_in_post", "staff_in_post", "job_plans", "job_plans"],
                "organisations": [["XAA"], ["XAA"], ["XAA", "XBB"], ["XAA"]],
                "periods": [[AUG], [SEP], [], []],
                "loaded_at": [dt.datetime(2026, 10, 1), dt.datetime(2026, 10, 1), dt.datetime(2026, 8, 1),
                              dt.datetime(2026, 10, 2)],
                "is_live": [True, True, True, False],
            },
            schema_overrides={"periods": pl.List(pl.Date)},
        ),
    }  # fmt: skip
    settings = Settings(home=Path("home"), key_file=Path("key"), reports=Path("reports"))
    return Workbench(literal_snapshot(tables), settings, audience)


def staff(workbench: Workbench, request: ExhibitRequest) -> Exhibit:
    service = request.options.get("service", "all services")
    return Exhibit(
        id="staff", question="How many?", title=f"{request.organisation} {request.as_at:%b} {service}", caption="",
        table=pl.DataFrame({"people": [12]}), columns=(Column("people", "Headcount", "count"),), figure=None, alt="",
        measures=("headcount",), notes=(), withheld=2,
        stamp=workbench.stamp(request.organisation, request.as_at, service),
    )  # fmt: skip


def services(workbench: Workbench, organisation: str, as_at: dt.date) -> list[str]:
    return ["Therapies", "Theatres"] if organisation == "XAA" else ["Theatres"]


SPEC = PageSpec(
    "staff_page", "Staff", ("How many staff are there?",),
    (Control("service", "Service", "All services", services),), ("staff",),
)  # fmt: skip


def page_model(audience: str = "lead", organisation: str = "XAA", as_at: dt.date = SEP) -> PageModel:
    return PageModel(opened(audience), SPEC, organisation, as_at, {"staff": staff})


def test_a_page_offers_the_organisations_served_and_the_months_loaded_latest_first():
    model = page_model()
    assert model.choices("organisation") == [("Sampleshire (XAA)", "XAA"), ("<b>Testford</b> (XBB)", "XBB")]
    assert [meant for _, meant in model.choices("as_at")] == ["2026-09-30", "2026-08-31", "2026-07-31"]
    assert model.choices("service") == [("All services", ""), ("Therapies", "Therapies"), ("Theatres", "Theatres")]


def test_an_exhibit_is_worked_out_for_what_is_chosen():
    model = page_model()
    assert model.exhibit("staff").title == "XAA Sep all services"
    model.choose("as_at", "2026-08-31")
    model.choose("service", "Therapies")
    assert model.exhibit("staff").title == "XAA Aug Therapies"
    assert model.scope == "Therapies"


@pytest.mark.parametrize(
    ("control", "value"),
    [("organisation", "XZZ"), ("organisation", ""), ("as_at", "2026-06-30"), ("as_at", "yesterday"),
     ("service", "Payroll"), ("service", "' or 1=1")],
)  # fmt: skip
def test_a_value_that_is_not_on_offer_is_refused_and_changes_nothing(control, value):
    model = page_model()
    called = []
    model.on_change(lambda: called.append(1))
    before = (model.organisation, model.as_at, dict(model.options))
    with pytest.raises(ParameterError, match=control):
        model.choose(control, value)
    assert (model.organisation, model.as_at, model.options) == before
    assert not called


def test_a_control_that_the_page_does_not_have_is_named():
    with pytest.raises(UnknownName, match="Did you mean `service`"):
        page_model().choose("servce", "Therapies")


def test_another_organisation_keeps_the_month_where_it_has_it_and_drops_what_it_does_not_offer():
    model = page_model()
    model.choose("service", "Therapies")
    model.choose("organisation", "XBB")
    assert (model.as_at, model.options) == (AUG, {})
    model.choose("service", "Theatres")
    model.choose("organisation", "XAA")
    assert (model.as_at, model.options) == (AUG, {"service": "Theatres"})


def test_choosing_everything_again_leaves_the_option_out_of_the_request():
    model = page_model()
    model.choose("service", "Therapies")
    model.choose("service", "")
    assert model.options == {}


def test_listeners_are_called_once_for_each_change_and_not_for_none():
    model = page_model()
    called = []
    model.on_change(lambda: called.append(model.value("as_at")))
    model.choose("as_at", "2026-08-31")
    model.choose("as_at", "2026-08-31")
    assert called == ["2026-08-31"]


def test_a_date_inside_a_month_means_the_last_month_that_was_complete():
    assert page_model(as_at=dt.date(2026, 9, 15)).as_at == AUG
    assert page_model(as_at=dt.date(2027, 1, 31)).as_at == SEP


def test_an_exhibit_of_another_page_is_not_shown():
    with pytest.raises(UnknownName, match="'joiners'"):
        page_model().exhibit("joiners")


def test_a_page_that_does_not_exist_is_named():
    with pytest.raises(UnknownName, match="'no_such_page'"):
        open_page(opened(), "no_such_page", "XAA", SEP, interactive=False)


def test_the_line_below_the_title_says_whose_numbers_these_are_and_escapes_names():
    line = page_model(organisation="XBB", as_at=AUG).where_from_html()
    assert "&lt;b&gt;Testford&lt;/b&gt; · as at 31 Aug 2026 · snapshot 2026-10-04 06:12" in line
    assert "numbers of people below 5 are withheld" in line
    assert "<b>" not in line


def test_the_footer_says_how_much_is_withheld_and_by_which_rule():
    model = page_model()
    assert withheld_sentence(model.workbench, [model.exhibit("staff")]) == (
        "2 numbers on this page; numbers of people below 5 are withheld."
    )
    analyst = page_model("analyst")
    assert withheld_sentence(analyst.workbench, [analyst.exhibit("staff")]) == "no numbers are withheld."


def test_old_extracts_are_named_with_their_date_counted_to_the_day_of_the_snapshot():
    assert data_ages_sentence(opened(), "XAA") == "1 of 2 extracts older than 35 days: job plans (1 Aug 2026)."
    assert data_ages_sentence(opened(), "XCC") == "nothing is known about the age of the extracts."


def test_a_page_without_controls_shows_the_same_exhibit(capsys):
    page = Page(page_model(), interactive=False)
    page.header()
    page.show("staff")
    page.footer()
    assert page.model.exhibit("staff").title == "XAA Sep all services"
