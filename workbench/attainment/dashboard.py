"""The page "Attainment benchmark"."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.dashboards import Control, PageSpec

if TYPE_CHECKING:
    from workbench.workbench import Workbench

QUERIES = Path(__file__).parent / "queries"


def clinical_services(workbench: Workbench, organisation: str, as_at: dt.date) -> Sequence[str]:
    """List the services with clinical staff at the newest month end on or before the date."""
    rows = workbench.snapshot.query(QUERIES / "clinical_services.sql", organisation=organisation, as_at=as_at)
    return [str(name) for name in rows["service"]]


PAGE = PageSpec(
    id="attainment_benchmark",
    title="Attainment benchmark",
    questions=(
        "Which staff have an active job plan?",
        "What stands in the way of the others?",
    ),
    controls=(Control("service", "Service", "All services", clinical_services),),
    exhibits=("active_plans_by_group", "plans_not_active_reasons"),
)
