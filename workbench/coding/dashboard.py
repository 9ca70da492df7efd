"""The page "AHP coding review"."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.dashboards import Control, PageSpec

if TYPE_CHECKING:
    from workbench.workbench import Workbench

QUERIES = Path(__file__).parent / "queries"


def ahp_services(workbench: Workbench, organisation: str, as_at: dt.date) -> Sequence[str]:
    """List the services of an organisation that have AHP-relevant staff at the month end."""
    rows = workbench.snapshot.query(QUERIES / "ahp_services.sql", organisation=organisation, period=as_at)
    return [str(name) for name in rows["service"]]


PAGE = PageSpec(
    id="coding_review",
    title="AHP coding review",
    questions=(
        "Are our allied health professionals recorded in ESR so that they count and can be counted?",
        "Which records are doubtful, and what is to be done next?",
        "How complete is their coding, and is it getting better?",
    ),
    controls=(
        Control("service", "Service", "All services", ahp_services),
        Control("level", "Level", "Qualified, support and students", lambda *_: ("qualified", "support")),
        Control("measure", "Chart shows", "People", lambda *_: ("fte",)),
    ),
    exhibits=(
        "ahp_by_profession",
        "findings_by_rule_and_profession",
        "what_to_do_next",
        "data_quality_trend",
        "coding_completeness",
        "seven_steps",
    ),
)
