"""A load that is killed at any step leaves the earlier snapshot current and whole, and the next load succeeds."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from workbench.settings import Settings
from workbench.warehouse import Warehouse

# What the child runs: an ordinary load whose watcher kills its own process at the step that it is told.
CHILD = """
import os, signal, sys
from pathlib import Path
from workbench.settings import Settings
from workbench.warehouse import Warehouse

home, key, file, stop_at = sys.argv[1:]
seen = 0

def watch(progress):
    global seen
    seen += 1
    if f"{progress.step} {progress.subject}".startswith(stop_at):
        # Windows has no SIGKILL; there SIGTERM ends a process just as abruptly.
        os.kill(os.getpid(), getattr(signal, "SIGKILL", signal.SIGTERM))

Warehouse(Settings(home=Path(home), key_file=Path(key), reports=Path(home))).load([Path(file)], progress=watch)
"""

STEPS = [
    "reading",
    "accepted",
    "reference reference.profession",
    "landing staff_in_post",
    "control",
    "staging absence",
    "staging staff_in_post",
    "marts marts.person_month",
    "closing",
    "publishing",
    "pointing",
    "published",
]


@pytest.fixture(scope="module")
def july(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A home in which July is loaded; each test works on a copy of it."""
    root = tmp_path_factory.mktemp("july")
    settings = Settings(home=root / "home", key_file=root / "key", reports=root / "reports")
    file = root / "staff_in_post_july.csv"
    file.write_text(
        "organisation_code,period,employee_number,assignment_number,primary_assignment,assignment_status,contract_type,"
        "position_title,cost_centre,staff_group,contracted_fte,organisation_start_date\n"
        "XAA,2026-07-31,1,1,Y,Active Assignment,Permanent,Dietitian,4410,Allied Health Professionals,1,2020-04-01\n",
        encoding="utf-8",
    )
    Warehouse(settings).load([file])
    return settings


@pytest.mark.parametrize("step", STEPS)
def test_a_load_killed_at_any_step_leaves_a_whole_snapshot_and_the_next_load_succeeds(
    step: str, july: Settings, tmp_path: Path, write_extract: Callable[..., Path]
) -> None:
    settings = replace(july, home=Path(shutil.copytree(july.home, tmp_path / "home")))
    warehouse = Warehouse(settings)
    first = warehouse.status().manifest
    august = write_extract("staff_in_post_august", [{}, {"employee_number": "2"}])

    arguments = [str(settings.home), str(settings.key_file), str(august), step]
    child = subprocess.run([sys.executable, "-c", CHILD, *arguments], capture_output=True, text=True, check=False)
    assert child.returncode != 0
    assert child.stderr == ""

    people = "select period, count(*) as people from marts.person_month group by period order by period"
    with warehouse.open() as snapshot:
        counted = [(str(period), count) for period, count in snapshot.sql(people).iter_rows()]
        if step == "published":
            assert counted == [("2026-07-31", 1), ("2026-08-31", 2)]
        else:
            assert (snapshot.id, counted) == (first.snapshot_id, [("2026-07-31", 1)])

    warehouse.load([august])
    with warehouse.open() as snapshot:
        counted = [(str(period), count) for period, count in snapshot.sql(people).iter_rows()]
        assert counted == [("2026-07-31", 1), ("2026-08-31", 2)]
    left_over = [path.name for path in settings.warehouse.rglob("*") if path.name.endswith((".new", ".wal"))]
    assert left_over == []
    assert not (settings.warehouse / "building").exists()
