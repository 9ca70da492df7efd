"""A load that is killed at any step leaves the earlier snapshot current and whole, and the next load succeeds."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
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


@pytest.mark.parametrize("step", STEPS)
def test_a_load_killed_at_any_step_leaves_a_whole_snapshot_and_the_next_load_succeeds(
    step: str, own_settings: Settings, write_extract: Callable[..., Path]
) -> None:
    warehouse = Warehouse(own_settings)
    first = warehouse.load([write_extract("staff_in_post_july", [{"period": "2026-07-31"}])])
    august = write_extract("staff_in_post_august", [{}, {"employee_number": "2"}])

    arguments = [str(own_settings.home), str(own_settings.key_file), str(august), step]
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
    left_over = [path.name for path in own_settings.warehouse.rglob("*") if path.name.endswith((".new", ".wal"))]
    assert left_over == []
    assert not (own_settings.warehouse / "building").exists()
