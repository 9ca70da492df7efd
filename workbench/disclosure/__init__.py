"""What each audience may see of small numbers; everything that leaves the workbench passes through here."""

from __future__ import annotations

from workbench.disclosure.measure_results import disclose_measure
from workbench.disclosure.policy import Policy, policy_for
from workbench.disclosure.release import Rate, Released, release

__all__ = ["Policy", "Rate", "Released", "disclose_measure", "policy_for", "release"]
