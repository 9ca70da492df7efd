"""The page "AHP coding review"."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.dashboards import Control, PageSpec, WorklistSection

if TYPE_CHECKING:
    from workbench.dashboards.tasks import Worklist
    from workbench.workbench import Workbench

QUERIES = Path(__file__).parent / "queries"
#: A row is about one post, and so about one person: whoever may see no small number may see no row either.
AUDIENCES_OF_ROWS = ("analyst",)


def ahp_services(workbench: Workbench, organisation: str, as_at: dt.date) -> Sequence[str]:
    """List the services of an organisation that have AHP-relevant staff at the month end."""
    rows = workbench.snapshot.query(QUERIES / "ahp_services.sql", organisation=organisation, period=as_at)
    return [str(name) for name in rows["service"]]


def open_worklist(workbench: Workbench, organisation: str, as_at: dt.date) -> Worklist:
    """Open the worklist of an organisation's month."""
    from workbench.coding.deciding import CodingWorklist

    return CodingWorklist(workbench, organisation, as_at)


def instead_of_the_worklist(workbench: Workbench, organisation: str, as_at: dt.date) -> str:
    """Say why the rows are not shown, and where they are."""
    where = "Analysts answer it on this page (`workbench serve --audience analyst`) and send it out as a workbook "
    where += "(`workbench review --xlsx`)."
    if workbench.audience not in AUDIENCES_OF_ROWS:
        return (
            "Each row of the worklist is about one post, and so about one person: it is not shown here. The exhibits "
            f"count what it holds. {where}"
        )
    return f"{open_worklist(workbench, organisation, as_at).headline}. {where}"


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
        "impact_of_corrections",
        "data_quality_trend",
        "quality_by_profession_and_service",
        "coding_completeness",
        "root_causes",
        "seven_steps",
    ),
    sections=(
        WorklistSection(
            name="worklist",
            question="Which records are doubtful, what is probably right, and what shall be done about each?",
            audiences=AUDIENCES_OF_ROWS,
            open=open_worklist,
            instead=instead_of_the_worklist,
            moves=(
                "findings_by_rule_and_profession",
                "what_to_do_next",
                "impact_of_corrections",
                "data_quality_trend",
                "quality_by_profession_and_service",
                "root_causes",
                "seven_steps",
            ),
        ),
    ),
)
