"""A browser for tests, packs over the sample, and a watch on what a page asks for and complains about."""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from workbench.packs import latest_complete_quarter, plan_packs
from workbench.packs.publish import publish_packs
from workbench.serving.browsers import find_browser

# JupyterLab's own parts complain of one another's versions; nothing of ours is in these.
NOT_OURS = re.compile(r"shared (singleton )?module|Federation Runtime")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The Chromium, Chrome or Edge of this machine; without one the test is reported as not run."""
    path = find_browser()
    if path is None:
        reason = "no Chromium, Chrome or Edge found on this machine (WORKBENCH_BROWSER names one that lies elsewhere)"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    # The sandbox needs rights that a container run by root does not have.
    arguments = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=str(path), args=arguments)
        yield started
        started.close()


@dataclass
class Watch:
    """What a page asked of other hosts, and the errors it met."""

    home: str
    elsewhere: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def on(self, page: Page) -> None:
        page.on("request", lambda request: self._asked(request.url))
        page.on("websocket", lambda socket: self._asked(re.sub("^ws", "http", socket.url)))
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", lambda line: self._said(line.type, line.text))

    def _asked(self, url: str) -> None:
        if not url.startswith((self.home, "data:", "blob:")):
            self.elsewhere.append(url)

    def _said(self, kind: str, text: str) -> None:
        if kind == "error" and not NOT_OURS.search(text):
            self.errors.append(text)


@pytest.fixture
def open_page(browser: Browser) -> Iterator:
    """Open a page 1280 wide in a fresh context and watch it."""
    contexts = []

    def open_it(home: str, width: int = 1280) -> tuple[Page, Watch]:
        context = browser.new_context(viewport={"width": width, "height": 900})
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(90_000)
        watch = Watch(home)
        watch.on(page)
        return page, watch

    yield open_it
    for context in contexts:
        context.close()


@pytest.fixture(scope="session")
def sample_packs(sample_settings, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The board packs of two of the sample's organisations for the latest quarter."""
    from workbench.workbench import Workbench

    workbench = Workbench.open(settings=sample_settings, audience="board")
    plan = plan_packs(workbench, latest_complete_quarter(workbench), ["XAA", "XCC"])
    workbench.snapshot.close()
    report = publish_packs(plan, sample_settings, out=tmp_path_factory.mktemp("packs"), workers=2)
    assert report.failures == {}
    return report.pages


@pytest.fixture
def screenshot(request: pytest.FixtureRequest):
    """Keep a picture of a page in the folder that WORKBENCH_SCREENSHOTS names, when it names one."""

    def keep(page: Page, name: str) -> None:
        if folder := os.environ.get("WORKBENCH_SCREENSHOTS"):
            page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)

    return keep
