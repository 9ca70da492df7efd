"""Compose one accessible HTML page from the exhibits that the notebooks of a pack showed."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.errors import RenderError
from workbench.exhibits import BUNDLE_MIME, Exhibit
from workbench.exhibits.html import stylesheet
from workbench.measures import Measure, find_measure
from workbench.packs.provenance import code_version, lock_hash
from workbench.periods import shown_date

if TYPE_CHECKING:
    import jinja2
    import nbformat

    from workbench.disclosure import Policy
    from workbench.packs.plan import PlannedPack

TEMPLATES = Path(__file__).parent / "templates"
_INLINE_SCRIPT = re.compile(r"<script(?P<attributes>[^>]*)>(?P<text>.*?)</script>", re.DOTALL)


@dataclass(frozen=True)
class Section:
    """What one notebook contributes: its title, the questions under it and its exhibits in order."""

    id: str
    title: str
    questions: tuple[str, ...]
    exhibits: tuple[Exhibit, ...]


def section_of(name: str, notebook: nbformat.NotebookNode) -> Section:
    """Read the title, questions and exhibits out of a notebook that has run.

    Raises:
        RenderError: the notebook has no title or showed no exhibit.
    """
    opening = next((cell.source for cell in notebook.cells if cell.cell_type == "markdown"), "")
    title, _, text = opening.partition("\n")
    exhibits = tuple(
        Exhibit.from_bundle(output.data[BUNDLE_MIME])
        for cell in notebook.cells
        if cell.cell_type == "code"
        for output in cell.outputs
        if BUNDLE_MIME in output.get("data", {})
    )
    if not title.startswith("# ") or not exhibits:
        raise RenderError(f"The notebook `{name}` has no title or showed no exhibit, so there is nothing to compose.")
    questions = tuple(line.strip() for line in text.splitlines() if line.strip())
    return Section(name, title.removeprefix("# ").strip(), questions, exhibits)


def compose_pack(pack: PlannedPack, sections: Sequence[Section], policy: Policy, *, scripts: str) -> str:
    """Return the board pack as one HTML page.

    The page holds no time but the snapshot's, so that the same snapshot, parameters and code give the same bytes.
    It asks nothing of any other host, and its security policy keeps it so.

    Args:
        pack: organisation, quarter, snapshot and parameters.
        sections: one per notebook, in reading order.
        policy: the disclosure thresholds that the exhibits passed.
        scripts: address of the folder with the chart library, relative to the page.
    """
    exhibits = [exhibit for section in sections for exhibit in section.exhibits]
    page = (
        _templates()
        .get_template("board_pack.html.j2")
        .render(
            pack=pack,
            sections=sections,
            stamp=exhibits[0].stamp,
            as_at=shown_date(pack.quarter.last_day),
            measures=_measures_used(exhibits),
            policy=policy,
            withheld=[exhibit for exhibit in exhibits if exhibit.withheld],
            code_version=code_version(),
            lock_hash=lock_hash(),
            chart_library=f"{scripts}/{chart_library().name}" if any(exhibit.figure for exhibit in exhibits) else "",
            style=_style(),
        )
    )
    return page.replace("@security-policy@", _security_policy(page))


def compose_index(packs: Sequence[dict[str, Any]]) -> str:
    """Return the page that lists every pack in a folder of reports, latest quarter first."""
    rows = sorted(packs, key=lambda pack: (pack["organisation_name"], pack["organisation"]))
    rows.sort(key=lambda pack: str(pack["quarter"]), reverse=True)
    page = _templates().get_template("index.html.j2").render(packs=rows, style=_style())
    return page.replace("@security-policy@", _security_policy(page))


@cache
def chart_library() -> Path:
    """Return where the installed plotly keeps its browser library; one copy of it lies beside all packs."""
    from importlib.util import find_spec

    found = find_spec("plotly")
    if found is None or not found.submodule_search_locations:
        raise RenderError("plotly is not installed, so no chart can be drawn. See `workbench doctor`.")
    return Path(found.submodule_search_locations[0]) / "package_data" / "plotly.min.js"


@cache
def _style() -> str:
    """Return the style sheet of the exhibits with the page's own after it."""
    return stylesheet() + (TEMPLATES / "pack.css").read_text(encoding="utf-8")


@cache
def _templates() -> jinja2.Environment:
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES), autoescape=True, undefined=jinja2.StrictUndefined,
        trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True,
    )  # fmt: skip
    environment.filters["date"] = shown_date
    return environment


def _measures_used(exhibits: Iterable[Exhibit]) -> list[Measure]:
    """Return the records of the measures that the exhibits name, each once, in the order of first use."""
    return [find_measure(name) for name in dict.fromkeys(name for exhibit in exhibits for name in exhibit.measures)]


def _security_policy(page: str) -> str:
    """Allow the page its own inline scripts by their hashes, the chart library beside it, and nothing else."""
    hashes = dict.fromkeys(
        f"'sha256-{base64.b64encode(hashlib.sha256(script['text'].encode()).digest()).decode()}'"
        for script in _INLINE_SCRIPT.finditer(page)
        if "src=" not in script["attributes"] and "json" not in script["attributes"]
    )
    scripts = " ".join(["'self'", "file:", *hashes])
    return (
        f"default-src 'none'; script-src {scripts}; style-src 'unsafe-inline'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )
