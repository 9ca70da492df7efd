"""Dashboards and packs in a real browser: charts drawn, controls that work, nothing asked of anybody else."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from workbench.dashboards import exhibit_functions, page_specs

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]
DASHBOARDS = ("coding_review", "retention_flows", "attainment_benchmark")
CHART = ".js-plotly-plot .main-svg"
MARKS = ".js-plotly-plot .point, .js-plotly-plot .js-line"


def open_dashboard(page: Page, served, name: str) -> None:
    page.goto(f"{served.address}/?token={served.token}")
    page.goto(f"{served.address}/voila/render/{name}.ipynb")
    page.wait_for_function(
        "wanted => document.querySelectorAll('.js-plotly-plot .main-svg').length >= wanted"
        " && !document.body.textContent.includes('Loading widget')",
        arg=len(page_specs()[name].exhibits),
    )


def serious_violations(page: Page) -> list[str]:
    found = Axe().run(page).response["violations"]
    return [
        f"{problem['id']}: {problem['help']} ({node['target']})"
        for problem in found
        if problem["impact"] in ("serious", "critical")
        for node in problem["nodes"]
    ]


@pytest.mark.parametrize("name", DASHBOARDS)
def test_a_dashboard_draws_every_chart_accessibly_and_asks_nothing_elsewhere(
    served, open_page, screenshot, name: str
) -> None:
    page, watch = open_page(served.address)
    open_dashboard(page, served, name)
    assert page.locator(MARKS).count() > 0
    assert page.locator("h1").count() == 1
    for exhibit in page_specs()[name].exhibits:
        assert page.locator(f"#exhibit-{exhibit.replace('_', '-')}-XAA h2").inner_text() != ""
    assert page.get_by_text("model not found").count() == 0
    assert (watch.errors, watch.elsewhere) == ([], [])
    screenshot(page, name)
    assert serious_violations(page) == []


@pytest.mark.parametrize("name", DASHBOARDS)
def test_another_organisation_changes_chart_table_and_heading(served, open_page, name: str) -> None:
    page, watch = open_page(served.address)
    open_dashboard(page, served, name)
    first = page_specs()[name].exhibits[0].replace("_", "-")
    before = drawn(page)
    page.get_by_label("Organisation", exact=True).select_option(index=1)
    page.wait_for_selector(f"#exhibit-{first}-XBB", state="attached")
    page.wait_for_function(f"before => {DRAWN} !== before", arg=before)
    assert "Community" in page.locator("#rendered_cells").inner_text()
    assert watch.errors == []


DRAWN = "Array.from(document.querySelectorAll('.js-plotly-plot .plot-container')).map(e => e.innerHTML).join()"


def drawn(page: Page) -> str:
    return page.evaluate(DRAWN)


def test_on_a_slow_computer_no_exhibit_is_lost(served, open_page) -> None:
    page, watch = open_page(served.address)
    page.goto(f"{served.address}/?token={served.token}")
    page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": 4})
    open_dashboard(page, served, "retention_flows")
    assert page.get_by_text("model not found").count() == 0
    assert watch.errors == []


def test_the_first_page_is_accessible_and_leads_to_each_dashboard(served, open_page, screenshot) -> None:
    page, watch = open_page(served.address)
    page.goto(f"{served.address}/?token={served.token}")
    assert "token" not in page.url
    assert page.locator(".house-card h2 a").count() == len(DASHBOARDS)
    assert serious_violations(page) == []
    assert (watch.errors, watch.elsewhere) == ([], [])
    screenshot(page, "first_page")


def test_a_pack_draws_one_chart_for_each_exhibit_with_a_figure_and_asks_nothing_of_a_network(
    sample_packs, sample_workbench, open_page, screenshot
) -> None:
    for pack in sample_packs:
        page, watch = open_page("file:")
        page.goto(pack.as_uri())
        organisation = pack.parent.name
        wanted = sum(
            sample_workbench.exhibit(name, organisation=organisation).figure is not None
            for spec in DASHBOARDS
            for name in page_specs()[spec].exhibits
            if name in exhibit_functions()
        )
        page.wait_for_function(f"document.querySelectorAll('{CHART}').length >= {wanted}")
        assert page.locator(".js-plotly-plot").count() == wanted > 0
        assert page.locator(MARKS).count() > 0
        assert (watch.errors, watch.elsewhere) == ([], [])
    screenshot(page, "pack")


def test_a_pack_has_no_serious_accessibility_problem(sample_packs, open_page) -> None:
    page, _ = open_page("file:")
    page.goto(sample_packs[0].as_uri())
    page.wait_for_selector(CHART)
    assert serious_violations(page) == []
    page.goto((sample_packs[0].parents[2] / "index.html").as_uri())
    assert serious_violations(page) == []


def test_a_pack_fits_a_phone(sample_packs, open_page) -> None:
    page, _ = open_page("file:", width=390)
    page.goto(sample_packs[0].as_uri())
    page.wait_for_selector(CHART)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
