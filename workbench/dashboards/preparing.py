"""What the themes work out as soon as a snapshot is published, so that nobody waits for it at the first view.

A theme that has something to prepare holds a module `prepare` with a function `prepare(snapshot, settings)`. What it
prepares can always be worked out again: a theme that fails leaves its first view slow and the load as it is.
"""

from __future__ import annotations

import importlib
import logging
from pathlib import Path

from workbench.settings import Settings
from workbench.warehouse import open_snapshot
from workbench.warehouse.progress import Progress, Watcher, nobody

log = logging.getLogger(__name__)


def prepare_views(settings: Settings, snapshot_id: str, *, watch: Watcher = nobody) -> tuple[str, ...]:
    """Let every theme prepare its views of a snapshot.

    Args:
        settings: This installation.
        snapshot_id: The snapshot that was published.
        watch: Is told of each theme before its turn.

    Returns:
        The themes that could not prepare theirs, with the kind of fault: nothing is raised, as no number is wrong.
    """
    failed = []
    for theme in sorted(path.parent.name for path in Path(__file__).parents[1].glob("*/prepare.py")):
        watch(Progress("preparing", theme))
        try:
            with open_snapshot(settings, snapshot_id) as snapshot:
                importlib.import_module(f"workbench.{theme}.prepare").prepare(snapshot, settings)
        except Exception as problem:
            # Whatever it is: the snapshot is published and whole, and the first view meets the fault in the open.
            log.warning("the views of %s could not be prepared (%s)", theme, type(problem).__name__)
            failed.append(f"{theme} ({type(problem).__name__})")
    return tuple(failed)
