"""The workforce workbench: analytics for NHS workforce intelligence teams.

One door for notebooks and scripts:

    from workbench import open_workbench
    wb = open_workbench()
"""

from __future__ import annotations

from typing import TYPE_CHECKING

__version__ = "0.1.0"
__all__ = ["__version__", "open_workbench"]

if TYPE_CHECKING:
    from workbench.settings import Settings
    from workbench.workbench import Workbench


def open_workbench(
    snapshot: str | None = None,
    *,
    audience: str = "analyst",
    settings: Settings | None = None,
) -> Workbench:
    """Open the current snapshot (or the one named) for questions.

    Args:
        snapshot: a snapshot id from `workbench snapshots`; the current one when left out.
        audience: who will see the results: `analyst` (nothing withheld), `lead` or `board`. Tables for leads and
            boards pass disclosure control before they are shown or drawn.
        settings: where the warehouse lies; read from `workbench.toml` and `WORKBENCH_*` when left out.
    """
    from workbench.workbench import Workbench

    return Workbench.open(snapshot, audience=audience, settings=settings)
