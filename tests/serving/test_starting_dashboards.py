"""Dashboards and JupyterLab start on this machine only, with an environment chosen by us."""

import http.client
import os
import re
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from workbench.errors import ServingError, SnapshotError
from workbench.kernels import kernel_environment
from workbench.packs.plan import board_pack_notebooks
from workbench.serving.browsers import find_browser
from workbench.serving.launcher import notebooks_for, serve, working_copy
from workbench.settings import DisclosureThresholds, Settings


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.20", "::", "workbench.trust.nhs.uk", ""])
def test_another_host_than_this_machine_is_refused(own_settings: Settings, host: str) -> None:
    with pytest.raises(ServingError, match="team mode is not available yet"):
        serve(own_settings, host=host)


def test_nothing_is_served_before_something_is_loaded(own_settings: Settings) -> None:
    with pytest.raises(SnapshotError):
        serve(own_settings, open_browser=False)


def test_a_port_that_is_taken_is_refused_with_what_to_do(sample_settings: Settings) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(ServingError, match="Choose another with `--port`"):
            serve(sample_settings, port=taken.getsockname()[1], open_browser=False)


def test_a_kernel_is_given_no_secret_and_the_settings_in_force(
    own_settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_PASSWORD", "planted-value-4711")
    strict = {**own_settings.disclosure, "board": DisclosureThresholds(10, 5, True)}
    settings = Settings(own_settings.home, own_settings.key_file, own_settings.reports, 20, 3, strict)
    environment = kernel_environment(settings, tmp_path / "kernel")
    assert "planted-value-4711" not in environment.values()
    assert environment["PATH"] == os.environ["PATH"]
    read = Settings.load(environment["WORKBENCH_CONFIG"])
    assert (read.home, read.reports, read.stale_after_days, read.snapshots_kept, read.disclosure) == (
        settings.home, settings.reports, 20, 3, strict,
    )  # fmt: skip
    assert read.key_file != settings.key_file, "a notebook has no need of the pseudonym key"


def test_a_kernel_reads_the_local_choices_of_each_theme(own_settings: Settings, tmp_path: Path) -> None:
    chosen = {"odp_convention": "S1T", "exception_months": 6, "ledger_tolerance": 0.05}
    settings = Settings(own_settings.home, own_settings.key_file, own_settings.reports, themes={"coding": chosen})
    read = Settings.load(kernel_environment(settings, tmp_path / "kernel")["WORKBENCH_CONFIG"])
    assert read.theme_settings("coding") == chosen


def test_the_audience_is_written_into_the_notebooks_before_anybody_can_ask(tmp_path: Path) -> None:
    notebooks = board_pack_notebooks()
    folder = notebooks_for("analyst", notebooks, tmp_path / "notebooks")
    for reviewed in notebooks:
        served, before = ((at / reviewed.name).read_text(encoding="utf-8") for at in (folder, reviewed.parent))
        assert 'audience: str = \\"analyst\\"' in served and 'audience: str = \\"lead\\"' in before
        assert 'audience: str = \\"lead\\"' not in served


def test_a_notebook_without_an_audience_is_not_served(tmp_path: Path) -> None:
    plain = tmp_path / "plain.ipynb"
    plain.write_text('{"cells": [{"metadata": {}, "source": ["1"]}]}', encoding="utf-8")
    with pytest.raises(ServingError, match="no parameter `audience`"):
        notebooks_for("analyst", [plain], tmp_path / "served")


def test_a_working_copy_follows_the_reviewed_notebook_until_somebody_changes_it(own_settings: Settings) -> None:
    folder = working_copy(own_settings)
    assert sorted(path.name for path in folder.glob("*.*") if path.is_file()) == [
        "attainment_benchmark.ipynb",
        "coding_review.ipynb",
        "retention_flows.ipynb",
    ], "no reviewed .py file lies beside the copies, which saving a copy could overwrite"
    untouched, changed = folder / "coding_review.ipynb", folder / "retention_flows.ipynb"
    reviewed = untouched.read_text(encoding="utf-8")
    older = reviewed.replace("AHP coding review", "An earlier edition")
    untouched.write_text(older, encoding="utf-8")
    (folder / ".as_copied" / "coding_review.sha256").write_text(_sha256(untouched), encoding="utf-8")
    changed.write_text("mine", encoding="utf-8")
    working_copy(own_settings)
    assert untouched.read_text(encoding="utf-8") == reviewed
    assert changed.read_text(encoding="utf-8") == "mine"


def test_jupyterlab_starts_on_the_working_copy_closed_to_strangers_and_without_a_second_way_to_dashboards(
    sample_home: Path, tmp_path: Path
) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        sys.executable,
        "-m",
        "workbench",
        "--home",
        str(sample_home),
        "lab",
        "--no-browser",
        "--port",
        str(port),
    ]
    log = tmp_path / "lab.log"
    with log.open("wb") as stream:
        process = subprocess.Popen(command, stdout=stream, stderr=stream)
        try:
            token = _wait_for(log, r"token=([0-9a-f]{20,})")
            assert _status(port, "/api/contents") == 403
            assert _status(port, "/lab") == 302
            assert _status(port, f"/api/contents/coding_review.ipynb?token={token}") == 200
            assert _status(port, f"/api/contents/packs.toml?token={token}") == 404
            assert _status(port, f"/voila/render/coding_review.ipynb?token={token}") == 404
        finally:
            process.terminate()
            process.wait(timeout=30)


def _wait_for(log: Path, pattern: str) -> str:
    until = time.monotonic() + 90
    while time.monotonic() < until:
        if found := re.search(pattern, log.read_text(encoding="utf-8", errors="replace")):
            return found[1]
        time.sleep(0.2)
    raise AssertionError(log.read_text(encoding="utf-8", errors="replace"))


def _status(port: int, path: str) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", path)
    status = connection.getresponse().status
    connection.close()
    return status


def _sha256(path: Path) -> str:
    import hashlib

    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_browser_is_found_by_name_or_where_it_was_said_to_be(tmp_path: Path) -> None:
    browser = tmp_path / "bin" / ("chromium.exe" if os.name == "nt" else "chromium")
    browser.parent.mkdir()
    browser.write_text("", encoding="utf-8")
    browser.chmod(0o755)
    assert find_browser({"PATH": str(browser.parent)}) == browser
    assert find_browser({"WORKBENCH_BROWSER": str(browser)}) == browser
    assert find_browser({"WORKBENCH_BROWSER": str(tmp_path / "none"), "PATH": str(browser.parent)}) is None
