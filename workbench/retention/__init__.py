"""Retention flows: where staff come from, how long they stay, where they go and why.

    from workbench.retention import kaplan_meier, cumulative_incidence

The estimators are plain functions over sequences and need no warehouse.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from workbench.retention.competing_risks import cumulative_incidence, state_probabilities
    from workbench.retention.survival import kaplan_meier, log_rank

__all__ = ["cumulative_incidence", "kaplan_meier", "log_rank", "state_probabilities"]

_HOME = {
    "cumulative_incidence": "competing_risks",
    "kaplan_meier": "survival",
    "log_rank": "survival",
    "state_probabilities": "competing_risks",
}


def __getattr__(name: str) -> Any:
    """Load an estimator when it is first asked for, so that opening a page does not wait for numpy."""
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
