"""What every test may ask for: a loaded sample, small extracts written row by row, and an environment of its own."""

from __future__ import annotations

import csv
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from filelock import FileLock
from hypothesis import settings as hypothesis_settings

from workbench.settings import Settings
from workbench.workbench import Workbench

SAMPLE = Path(__file__).parents[1] / "data" / "sample"

# The same examples on every machine, so that a failure seen once can be seen again.
hypothesis_settings.register_profile("workbench", derandomize=True, deadline=None, print_blob=True)
hypothesis_settings.load_profile("workbench")

WriteExtract = Callable[[str, Sequence[Mapping[str, object]]], Path]

STAFF_IN_POST = {
    "organisation_code": "XAA",
    "period": "2026-08-31",
    "employee_number": "10000001",
    "assignment_number": "",
    "primary_assignment": "Y",
    "assignment_status": "Active Assignment",
    "contract_type": "Permanent",
    "position_title": "Physiotherapist",
    "cost_centre": "4410",
    "staff_group": "Allied Health Professionals",
    "job_role": "Physiotherapist",
    "occupation_code": "S1E",
    "contracted_fte": "1",
    "organisation_start_date": "2020-04-01",
}


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep settings of whoever runs the tests out of them."""
    for name in ("CONFIG", "HOME", "KEY_FILE", "REPORTS"):
        monkeypatch.delenv(f"WORKBENCH_{name}", raising=False)


@pytest.fixture(scope="session")
def sample_settings(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Settings:
    """Settings of a home in which the sample is loaded: once per run, however many processes run tests."""
    shared = tmp_path_factory.getbasetemp()
    if worker_id != "master":
        shared = shared.parent
    settings = settings_in(shared / "sample")
    with FileLock(shared / "sample.lock"):
        if not (shared / "sample.loaded").exists():
            from workbench.warehouse import Warehouse

            report = Warehouse(settings).load([SAMPLE])
            assert report.snapshot_id is not None
            (shared / "sample.loaded").write_text(report.snapshot_id, encoding="utf-8")
    return settings


@pytest.fixture(scope="session")
def sample_home(sample_settings: Settings) -> Path:
    """The home in which the sample is loaded. It is shared: read it, never load into it."""
    return sample_settings.home


@pytest.fixture(scope="session")
def sample_workbench(sample_settings: Settings) -> Iterator[Workbench]:
    """A workbench on the sample's snapshot, for an analyst."""
    workbench = Workbench.open(settings=sample_settings)
    yield workbench
    workbench.snapshot.close()


@pytest.fixture
def own_settings(tmp_path: Path) -> Settings:
    """Settings of an empty home that belongs to one test."""
    return settings_in(tmp_path)


@pytest.fixture
def write_extract(tmp_path: Path) -> WriteExtract:
    """Write a small CSV extract: a file name and its rows, each told by what differs from a plain one."""
    folder = tmp_path / "landing"

    def write(name: str, rows: Sequence[Mapping[str, object]]) -> Path:
        if name.startswith("staff_in_post"):
            rows = [{**STAFF_IN_POST, **row} for row in rows]
            # A first assignment has its person's number.
            rows = [{**row, "assignment_number": row["assignment_number"] or row["employee_number"]} for row in rows]
        return write_csv(folder / f"{name}.csv", rows)

    return write


def settings_in(folder: Path) -> Settings:
    """Settings that keep everything, the pseudonym key too, below one folder."""
    return Settings(home=folder / "home", key_file=folder / "keys" / "pseudonyms.key", reports=folder / "reports")


def write_csv(path: Path, rows: Sequence[Mapping[str, object]]) -> Path:
    """Write rows of the same columns to a CSV file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    names = list(dict.fromkeys(name for row in rows for name in row))
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, names)
        writer.writeheader()
        writer.writerows(rows)
    return path


@dataclass(frozen=True)
class Served:
    """Dashboards that run in a process of their own: their address, the token, and where they write their log."""

    address: str
    token: str
    log: Path


@pytest.fixture(scope="session")
def served_for_analysts(sample_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Served, Path]]:
    """The dashboards as an analyst starts them, over a copy of the sample whose decisions are these tests' own."""
    folder = tmp_path_factory.mktemp("analysts")
    home = folder / "home"
    shutil.copytree(sample_home, home, ignore=shutil.ignore_patterns("decisions", "landing"))
    with serving(home, folder / "server.log", "--audience", "analyst") as server:
        yield server, home


@pytest.fixture(scope="session")
def served(sample_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The dashboards over the sample, started as a person starts them."""
    with serving(sample_home, tmp_path_factory.mktemp("served") / "server.log") as server:
        yield server


@contextmanager
def serving(home: Path, log: Path, *options: str) -> Iterator[Served]:
    """Serve the dashboards of a home in a process of its own for as long as they are needed."""
    command = [sys.executable, "-m", "workbench", "--home", str(home), "serve", "--no-browser", *options]
    environment = {**os.environ, "PLANTED_SECRET": "planted-value-4711", "PYTHONUNBUFFERED": "1"}
    with log.open("wb") as stream:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=stream, env=environment, text=True)
        try:
            assert process.stdout is not None
            ready = process.stdout.readline().strip()
            assert "?token=" in ready, log.read_text(encoding="utf-8")
            address, _, token = ready.partition("/?token=")
            yield Served(address, token, log)
        finally:
            process.terminate()
            process.wait(timeout=30)
            assert process.stdout is not None
            process.stdout.close()
