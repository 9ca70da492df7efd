"""Small notebooks that show literal exhibits, so that making packs is tested without a warehouse."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest

from workbench.packs.plan import PlannedPack
from workbench.periods import Quarter

PARAMETERS = "\n".join(
    [
        'organisation: str = ""  # organisation code',
        'as_at: str = ""  # date',
        'audience: str = "lead"  # reader',
        "interactive: bool = True  # controls",
        'snapshot: str = ""  # snapshot id',
    ]
)
SHOW = """
import datetime as dt
import plotly.graph_objects as go
import polars as pl
from workbench.exhibits import Column, Exhibit, Stamp
Exhibit(
    id="staff", question="How many?", title=f"Nine staff at {organisation} <b>&</b>", caption="People in post",
    table=pl.DataFrame({"team": ["North <script>alert(1)</script>", "South"], "people": [9, None],
                        "people_status": ["shown", "primary"]}),
    columns=(Column("team", "Team"), Column("people", "People", "count")),
    figure=go.Figure(go.Bar(x=["North", "South"], y=[9, None])), alt="A bar of nine people", measures=("headcount",),
    notes=("A note.",), stamp=Stamp("Sampleshire", organisation, dt.date.fromisoformat(as_at), "2026-10-04 06:12",
    audience=audience), withheld=1,
)
"""

WriteNotebook = Callable[..., Path]
PlanPack = Callable[..., PlannedPack]


@pytest.fixture
def write_notebook(tmp_path: Path) -> WriteNotebook:
    """Write a notebook with the parameters of a pack and these code cells."""

    def write(name: str, *code: str) -> Path:
        cells = [
            nbformat.v4.new_markdown_cell(f"# The page {name}\n\nHow many staff are there?"),
            nbformat.v4.new_code_cell(PARAMETERS, metadata={"tags": ["parameters"]}),
            *(nbformat.v4.new_code_cell(source) for source in code or (SHOW,)),
        ]
        path = tmp_path / f"{name}.ipynb"
        nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
        return path

    return write


@pytest.fixture
def plan_pack() -> PlanPack:
    """Plan a pack of these notebooks for an organisation."""

    def plan(*notebooks: Path, organisation: str = "XAA") -> PlannedPack:
        quarter = Quarter(2026, 2)
        return PlannedPack(
            organisation=organisation,
            organisation_name="Sampleshire (fictional)",
            quarter=quarter,
            snapshot="20261004-0612",
            notebooks=notebooks,
            parameters={
                "organisation": organisation,
                "as_at": dt.date(2026, 9, 30).isoformat(),
                "audience": "board",
                "interactive": False,
                "snapshot": "20261004-0612",
            },
        )

    return plan
