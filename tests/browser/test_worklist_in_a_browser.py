"""The worklist in a real browser: narrowed, answered, undone, by two at once, and with a kernel that dies."""

import http.client
import re
import urllib.parse
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

from workbench.coding.decisions import Decisions

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]
expect.set_options(timeout=60_000)
READY = """() => document.querySelectorAll('.wb-task h3').length > 0
    && document.querySelectorAll('.js-plotly-plot .main-svg').length > 0
    && !document.body.textContent.includes('Loading widget')"""
SLT, PHYSIO = "Position 900134", "Position 900155"
DIETITIAN, OTHER = "Position 900036", "Position 900022"


@pytest.fixture(autouse=True)
def nothing_decided_yet(served_for_analysts) -> None:
    """Let each test begin with an empty store, in whichever order they come."""
    _, home = served_for_analysts
    for path in (home / "decisions").glob("coding.sqlite*"):
        path.unlink()


def open_worklist(page: Page, server) -> str:
    """Open the page and return the id of its kernel."""
    page.goto(f"{server.address}/?token={server.token}")
    found = page.goto(f"{server.address}/voila/render/coding_review.ipynb")
    page.wait_for_function(READY)
    assert found is not None
    return re.search(r'"kernelId": ?"([0-9a-f-]{36})"', found.text())[1]


def row(page: Page, position: str) -> Locator:
    return page.locator(".wb-task").filter(has=page.locator("h3", has_text=position))


def answer(page: Page, position: str, label: str) -> None:
    row(page, position).get_by_role("button", name=label, exact=True).click()


def status(page: Page) -> Locator:
    return page.locator(".wb-worklist .wb-saved")


def decisions(home: Path) -> list[tuple[str, str, str | None]]:
    history = Decisions(home / "decisions" / "coding.sqlite").history("XAA")
    return [(entry["person"], entry["answer"], entry["proposed_code"]) for entry in history.iter_rows(named=True)]


def kill(server, kernel: str) -> int:
    """End a kernel from outside and return how the server answered."""
    connection = http.client.HTTPConnection(urllib.parse.urlsplit(server.address).netloc, timeout=60)
    connection.request("DELETE", f"/api/kernels/{kernel}", headers={"Authorization": f"token {server.token}"})
    code = connection.getresponse().status
    connection.close()
    return code


def test_a_row_is_found_confirmed_undone_and_confirmed_for_good(served_for_analysts, open_page, screenshot) -> None:
    server, home = served_for_analysts
    page, watch = open_page(server.address)
    open_worklist(page, server)
    assert not re.search(r"\b[0-9a-f]{20}\b", page.locator(".wb-worklist").inner_text())
    page.locator(".wb-worklist").get_by_label("Service", exact=True).select_option("Dietetics")
    expect(page.locator(".wb-task h3:visible").first).to_contain_text("Diet")
    before = len(decisions(home))

    answer(page, DIETITIAN, "Confirm S1B")
    expect(row(page, DIETITIAN)).to_contain_text("Write your name")
    assert len(decisions(home)) == before
    page.get_by_label("Your name").fill("Cara <Lead>")
    answer(page, DIETITIAN, "Confirm S1B")
    expect(status(page)).to_contain_text("S1B confirmed")
    expect(row(page, DIETITIAN)).to_contain_text("Confirmed: S1B, by Cara <Lead>")
    expect(page.get_by_role("heading", name="dietitian +1")).to_be_attached()
    page.get_by_role("button", name="Undo my last answer").click()
    expect(status(page)).to_contain_text("Undone for Cara <Lead>")
    expect(row(page, DIETITIAN)).to_contain_text("Waiting for an answer")

    row(page, DIETITIAN).get_by_role("button", name="Another code …").focus()
    page.keyboard.press("Enter")
    page.get_by_label("Code", exact=True).fill("SAB")
    page.get_by_label("Reason", exact=True).fill("a consultant post")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(row(page, DIETITIAN)).to_contain_text("Confirmed: SAB")
    screenshot(page, "worklist")
    assert watch.errors == [] and watch.elsewhere == []
    found = Axe().run(page).response["violations"]
    assert [(one["id"], node["target"]) for one in found if one["impact"] in ("serious", "critical")
            for node in one["nodes"]] == []  # fmt: skip

    page.set_viewport_size({"width": 400, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= 400
    open_worklist(page, server)
    page.get_by_label("State", exact=True).select_option("Confirmed, not yet corrected")
    expect(row(page, DIETITIAN)).to_contain_text("Confirmed: SAB, by Cara <Lead>")
    answer(page, DIETITIAN, "History")
    expect(row(page, DIETITIAN)).to_contain_text("undone since")
    page.get_by_label("Your name").fill("Cara <Lead>")
    page.get_by_role("button", name="Undo my last answer").click()
    expect(row(page, DIETITIAN)).to_contain_text("Waiting for an answer")


def test_two_who_decide_at_once_lose_nothing_and_a_kernel_that_dies_loses_nothing_saved(
    served_for_analysts, open_page
) -> None:
    server, home = served_for_analysts
    ada, _ = open_page(server.address)
    ben, _ = open_page(server.address)
    kernel = open_worklist(ada, server)
    open_worklist(ben, server)
    before = len(decisions(home))
    for page, name in ((ada, "Ada Lead"), (ben, "Ben Head")):
        page.get_by_label("Your name").fill(name)
        page.get_by_label("Only those with a suggestion").check()
        expect(row(page, SLT)).to_be_visible()
    # At the same moment, each a row of their own.
    answer(ada, SLT, "Confirm S1J")
    answer(ben, PHYSIO, "Confirm S1E")
    expect(status(ada)).to_contain_text("S1J confirmed")
    expect(status(ben)).to_contain_text("S1E confirmed")
    # The same row: Ada's page still shows it as it was.
    answer(ben, DIETITIAN, "Confirm S1B")
    expect(status(ben)).to_contain_text("S1B confirmed")
    answer(ada, DIETITIAN, "Confirm S1B")
    expect(status(ada)).to_contain_text("Ben Head had decided the same meanwhile")

    # Ada's kernel is killed with a form half filled in.
    answer(ada, OTHER, "Challenge …")
    row(ada, OTHER).get_by_label("Why it is right as it stands").fill("asked the team")
    assert kill(server, kernel) == 204
    saved = decisions(home)[before:]
    assert set(saved) == {
        ("Ada Lead", "confirm", "S1J"),
        ("Ben Head", "confirm", "S1E"),
        ("Ben Head", "confirm", "S1B"),
        ("Ada Lead", "confirm", "S1B"),
    }
    answer(ben, PHYSIO, "History")
    expect(row(ben, PHYSIO)).to_contain_text("Ben Head")
