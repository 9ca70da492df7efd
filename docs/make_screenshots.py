"""Make the pictures in docs/screenshots again, from the sample: `python docs/make_screenshots.py`.

Needs Chromium, Chrome or Edge and the development packages. Everything shown is invented.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from workbench.dashboards import page_specs
from workbench.packs.plan import board_pack_notebooks
from workbench.serving.browsers import find_browser

OUT = Path(__file__).parent / "screenshots"
WIDTH, HEIGHT, FIRST_PAGE_HEIGHT = 1280, 1250, 800
# The summary and the first chart are enough to see how a pack reads.
PACK_HEIGHT = 1750


def main() -> None:
    """Load the sample into a home of its own, make a pack, serve the dashboards, and picture them."""
    browser = find_browser()
    if browser is None:
        sys.exit("No Chromium, Chrome or Edge found; WORKBENCH_BROWSER names one that lies elsewhere.")
    OUT.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        home, reports = Path(folder) / "home", Path(folder) / "reports"
        environment = {
            **os.environ,
            "WORKBENCH_HOME": str(home),
            "WORKBENCH_REPORTS": str(reports),
            "WORKBENCH_KEY_FILE": str(Path(folder) / "pseudonyms.key"),
            "PYTHONUNBUFFERED": "1",
        }
        workbench = [sys.executable, "-m", "workbench"]
        subprocess.run([*workbench, "demo"], env=environment, check=True)
        arguments = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
        with sync_playwright() as playwright:
            started = playwright.chromium.launch(executable_path=str(browser), args=arguments)
            page = started.new_page(viewport={"width": WIDTH, "height": HEIGHT})
            page.set_default_timeout(120_000)
            with served([*workbench, "serve", "--no-browser"], environment) as address:
                picture_dashboards(page, address)
            with served([*workbench, "serve", "--no-browser", "--audience", "analyst"], environment) as address:
                picture_worklist(page, address)
            picture_pack(page, next(reports.glob("*/XAA/board_pack.html")))
            started.close()


@contextmanager
def served(command: list[str], environment: dict[str, str]) -> Iterator[str]:
    """Serve the dashboards for as long as they are pictured, and say where."""
    server = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout is not None
        yield server.stdout.readline().strip()
    finally:
        server.terminate()
        server.wait()


def picture_dashboards(page: Page, address: str) -> None:
    """Picture the first page and each dashboard once its charts are drawn."""
    page.set_viewport_size({"width": WIDTH, "height": FIRST_PAGE_HEIGHT})
    page.goto(address)
    page.screenshot(path=OUT / "first_page.png")
    page.set_viewport_size({"width": WIDTH, "height": HEIGHT})
    for notebook in board_pack_notebooks():
        page.goto(f"{address.partition('/?')[0]}/voila/render/{notebook.name}")
        page.wait_for_function(
            "wanted => document.querySelectorAll('.js-plotly-plot .main-svg').length >= wanted",
            arg=len(page_specs()[notebook.stem].exhibits),
        )
        page.wait_for_timeout(1000)
        page.screenshot(path=OUT / f"{notebook.stem}.png")


def picture_worklist(page: Page, address: str) -> None:
    """Picture the first rows of the worklist, one of them just answered."""
    page.goto(address)
    page.goto(f"{address.partition('/?')[0]}/voila/render/coding_review.ipynb")
    page.get_by_label("Only those with a suggestion").check()
    page.get_by_label("Your name").fill("Ada Lead")
    page.locator(".wb-task").get_by_role("button", name="Confirm").first.click()
    page.get_by_text("Saved for Ada Lead").wait_for()
    page.wait_for_timeout(1000)
    page.locator(".wb-worklist").evaluate("worklist => worklist.scrollIntoView()")
    page.screenshot(path=OUT / "worklist.png")


def picture_pack(page: Page, pack: Path) -> None:
    """Picture the beginning of a board pack."""
    page.set_viewport_size({"width": WIDTH, "height": PACK_HEIGHT})
    page.goto(pack.as_uri())
    page.wait_for_selector(".js-plotly-plot .main-svg")
    page.screenshot(path=OUT / "pack.png")


if __name__ == "__main__":
    main()
