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
        "What level of attainment have we reached, and what blocks the next one?",
        "Who has an active job plan, and what stands in the way of the others?",
        "Is what was planned delivered, and do the four systems agree?",
    ),
    controls=(Control("service", "Service", "All services", clinical_services),),
    exhibits=(
        "level_ladder",
        "what_blocks_the_next_level",
        "forward_look",
        "what_would_it_take",
        "active_plans_by_group",
        "plans_not_active_reasons",
        "active_plans_by_month",
        "dcc_share_by_group",
        "planned_and_delivered",
        "capacity_by_team",
        "consistency_between_teams",
        "skill_mix_by_team",
        "do_the_systems_agree",
        "exceptions_by_owner_and_age",
        "compared_with",
        "indicators_reported",
    ),
)
