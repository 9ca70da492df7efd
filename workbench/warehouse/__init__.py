"""The warehouse: extracts in, immutable snapshots out. Nothing else in the workbench opens a database.

    from workbench.warehouse import Warehouse, open_snapshot

`Warehouse(settings)` loads extracts and lists, opens and chooses snapshots; `open_snapshot(settings)` opens the
current one to read. See docs/loading.md.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from workbench.warehouse.snapshot import Snapshot
    from workbench.warehouse.warehouse import Warehouse, open_snapshot

__all__ = ["Snapshot", "Warehouse", "open_snapshot"]

_HOMES = {
    "Snapshot": "workbench.warehouse.snapshot",
    "Warehouse": "workbench.warehouse.warehouse",
    "open_snapshot": "workbench.warehouse.warehouse",
}


def __getattr__(name: str) -> Any:
    # Looked up when first used: reading extracts needs a part of this package before the rest can be imported.
    if name in _HOMES:
        return getattr(importlib.import_module(_HOMES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
