"""Disclosure control of a measure's rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.disclosure.policy import Policy

if TYPE_CHECKING:
    from workbench.measures import MeasureResult


def disclose_measure(result: MeasureResult, policy: Policy) -> MeasureResult:
    """Return the measure's rows as the audience of `policy` may see them."""
    return result
