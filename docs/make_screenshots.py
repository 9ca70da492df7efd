"""Make the pictures in docs/screenshots again, from the sample: `python docs/make_screenshots.py`.

Needs Chromium, Chrome or Edge and the development packages. Everything shown is invented.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
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
        server = subprocess.Popen(
            [*workbench, "serve", "--no-browser"], env=environment, stdout=subprocess.PIPE, text=True
        )
        try:
            assert server.stdout is not None
            address = server.stdout.readline().strip()
            arguments = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
            with sync_playwright() as playwright:
                started = playwright.chromium.launch(executable_path=str(browser), args=arguments)
                page = started.new_page(viewport={"width": WIDTH, "height": HEIGHT})
                page.set_default_timeout(120_000)
                picture_dashboards(page, address)
                picture_pack(page, next(reports.glob("*/XAA/board_pack.html")))
                started.close()
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


def picture_pack(page: Page, pack: Path) -> None:
    """Picture the beginning of a board pack."""
    page.set_viewport_size({"width": WIDTH, "height": PACK_HEIGHT})
    page.goto(pack.as_uri())
    page.wait_for_selector(".js-plotly-plot .main-svg")
    page.screenshot(path=OUT / "pack.png")


if __name__ == "__main__":
    main()
