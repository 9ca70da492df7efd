"""The retention page: its questions, its controls and its exhibits in order."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from workbench.dashboards import Control, PageSpec
from workbench.retention.monthly import groups_in_post

if TYPE_CHECKING:
    from workbench.workbench import Workbench


def services(workbench: Workbench, organisation: str, as_at: dt.date) -> list[str]:
    """List the services with somebody in post."""
    return groups_in_post(workbench.snapshot, "service", organisation, as_at)


PAGE = PageSpec(
    id="retention_flows",
    title="Retention flows",
    questions=(
        "How many staff are in post, and is the number growing?",
        "How many people come and go?",
        "Is sickness absence unusual among similar organisations?",
    ),
    controls=(Control("service", "Service", "All services", services),),
    exhibits=("headcount_by_month", "joiners_and_leavers_by_month", "sickness_absence_peers"),
)
