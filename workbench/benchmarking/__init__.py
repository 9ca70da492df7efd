"""How an organisation compares: with itself over time, with its parts, and with its peers.

    from workbench.benchmarking import xmr, funnel

are plain functions over sequences and need no snapshot; the published figures of peers are read from one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workbench.benchmarking.funnel import funnel
from workbench.benchmarking.xmr import xmr

if TYPE_CHECKING:
    from workbench.benchmarking.published_peers import peer_distribution, published_absence, published_totals

__all__ = ["funnel", "peer_distribution", "published_absence", "published_totals", "xmr"]


def __getattr__(name: str) -> Any:
    """Load the published figures when they are first asked for: they bring polars and the snapshot along."""
    if name in __all__:
        from workbench.benchmarking import published_peers

        return getattr(published_peers, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
