"""Render the packs of a plan and publish each one whole, or not at all."""

from __future__ import annotations

import datetime as dt
import json
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.disclosure import policy_for
from workbench.errors import WorkbenchError
from workbench.kernels import kernel_environment
from workbench.packs.compose import Section, chart_library, compose_index, compose_pack, section_of
from workbench.packs.plan import PackPlan, PlannedPack
from workbench.packs.provenance import code_version, libraries_hash, lock_hash, sha256_of
from workbench.packs.render import CELL_TIMEOUT, run_notebook

if TYPE_CHECKING:
    from workbench.settings import Settings

PAGE = "board_pack.html"
MANIFEST = "manifest.json"
ASSETS = "assets"
Progress = Callable[[str], None]


@dataclass
class PackReport:
    """What a run of packs came to: the pages that are there now, and what failed for which organisation."""

    pages: list[Path] = field(default_factory=list)
    failures: dict[str, str] = field(default_factory=dict)
    index: Path | None = None

    @property
    def exit_code(self) -> int:
        """0 when every pack of the plan was published, else 1."""
        return 1 if self.failures else 0


def publish_packs(
    plan: PackPlan,
    settings: Settings,
    *,
    out: Path,
    workers: int = 1,
    progress: Progress = lambda line: None,
    timeout: int = CELL_TIMEOUT,
    reuse: bool = False,
) -> PackReport:
    """Render every pack of the plan and publish those whose notebooks all ran to their end.

    Each notebook runs in a kernel of its own. A pack appears by renaming finished files into place, the manifest
    last; when one of its notebooks fails, the pack published before stays as it was and the other packs go on.

    Args:
        plan: the packs, and the organisations that have none.
        settings: the warehouse and thresholds that the kernels use too.
        out: folder of reports; packs lie below it by quarter and organisation.
        workers: how many notebooks run at the same time.
        progress: told one line for each step.
        timeout: seconds that one cell may take.
        reuse: leave a pack alone that was made from the same snapshot, parameters, notebooks and code.
    """
    report = PackReport(failures=dict(plan.not_possible))
    due = []
    for pack in plan.packs:
        page = out / pack.folder / PAGE
        if reuse and _is_current(pack, out):
            progress(f"{pack.organisation} {pack.quarter}: already made from this snapshot")
            report.pages.append(page)
        else:
            due.append(pack)
    if due:
        with _private_folder(out) as folder:
            for pack, rendered in _rendered(due, settings, folder, workers, timeout, progress):
                try:
                    sections = [section_of(*outcome) for outcome in _outcomes(pack, rendered)]
                    report.pages.append(_publish(pack, sections, settings, folder, out, rendered))
                    progress(f"{pack.organisation} {pack.quarter}: published {out / pack.folder / PAGE}")
                except WorkbenchError as problem:
                    report.failures[pack.organisation] = str(problem)
                    progress(f"{pack.organisation} {pack.quarter}: not published. {problem}")
    report.pages.sort()
    report.index = _publish_index(out)
    return report


@dataclass(frozen=True)
class _Run:
    """The run of one notebook: what it showed or why it failed, and how long it took."""

    name: str
    notebook: Any
    problem: WorkbenchError | None
    seconds: float


def _run(notebook: Path, pack: PlannedPack, environment: dict[str, str], timeout: int) -> _Run:
    started = time.perf_counter()
    try:
        shown, problem = run_notebook(notebook, pack.parameters, environment=environment, timeout=timeout), None
    except WorkbenchError as caught:
        shown, problem = None, caught
    return _Run(notebook.stem, shown, problem, time.perf_counter() - started)


def _rendered(
    packs: Sequence[PlannedPack], settings: Settings, folder: Path, workers: int, timeout: int, progress: Progress
) -> Iterator[tuple[PlannedPack, list[_Run]]]:
    """Run all notebooks of all packs and hand over each pack as soon as its last notebook is done."""
    environment = kernel_environment(settings, folder / "kernel")
    total = sum(len(pack.notebooks) for pack in packs)
    with ThreadPoolExecutor(max_workers=max(1, workers)) as pool:
        futures: dict[Future[_Run], PlannedPack] = {
            pool.submit(_run, notebook, pack, environment, timeout): pack
            for pack in packs
            for notebook in pack.notebooks
        }
        runs: dict[str, list[_Run]] = {pack.organisation: [] for pack in packs}
        for number, future in enumerate(as_completed(futures), start=1):
            pack, run = futures[future], future.result()
            runs[pack.organisation].append(run)
            outcome = "failed" if run.problem else f"{run.seconds:.1f} s"
            progress(f"[{number}/{total}] {pack.organisation} {run.name}: {outcome}")
            if len(runs[pack.organisation]) == len(pack.notebooks):
                yield pack, runs[pack.organisation]


def _outcomes(pack: PlannedPack, runs: Sequence[_Run]) -> list[tuple[str, Any]]:
    """Return name and executed notebook in reading order, or raise what the first failed one raised."""
    by_name = {run.name: run for run in runs}
    ordered = [by_name[notebook.stem] for notebook in pack.notebooks]
    for run in ordered:
        if run.problem:
            raise run.problem
    return [(run.name, run.notebook) for run in ordered]


def _publish(
    pack: PlannedPack, sections: Sequence[Section], settings: Settings, folder: Path, out: Path, runs: Sequence[_Run]
) -> Path:
    policy = policy_for(str(pack.parameters["audience"]), settings)
    depth = len(pack.folder.parts)
    html = compose_pack(pack, sections, policy, scripts="/".join([".."] * depth + [ASSETS]))
    library = out / ASSETS / chart_library().name
    if not library.is_file() or sha256_of(library) != sha256_of(chart_library()):
        copy = folder / library.name
        shutil.copyfile(chart_library(), copy)
        library.parent.mkdir(parents=True, exist_ok=True)
        copy.replace(library)
    staged_page, staged_manifest = folder / f"{pack.organisation}.html", folder / f"{pack.organisation}.json"
    staged_page.write_text(html, encoding="utf-8", newline="\n")
    manifest = _inputs(pack) | {
        "organisation_name": pack.organisation_name,
        "lock_sha256": lock_hash(),
        "libraries_sha256": libraries_hash(),
        "measures": sorted({name for section in sections for e in section.exhibits for name in e.measures}),
        "exhibits": [exhibit.id for section in sections for exhibit in section.exhibits],
        "cells_withheld": sum(exhibit.withheld for section in sections for exhibit in section.exhibits),
        "disclosure": {
            "audience": policy.audience,
            "smallest_shown": policy.smallest_shown,
            "round_to": policy.round_to,
            "zero_is_disclosive": policy.zero_is_disclosive,
        },
        "outputs": {PAGE: sha256_of(staged_page), f"{ASSETS}/{library.name}": sha256_of(library)},
        "times": {
            "note": "the one part that differs when a pack is made again",
            "made_at": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
            "seconds": {run.name: round(run.seconds, 2) for run in sorted(runs, key=lambda run: run.name)},
        },
    }
    staged_manifest.write_text(json.dumps(manifest, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    target = out / pack.folder
    target.mkdir(parents=True, exist_ok=True)
    staged_page.replace(target / PAGE)
    staged_manifest.replace(target / MANIFEST)
    return target / PAGE


def _inputs(pack: PlannedPack) -> dict[str, Any]:
    """Return everything that decides what a pack says."""
    return {
        "quarter": str(pack.quarter),
        "organisation": pack.organisation,
        "snapshot": pack.snapshot,
        "code": code_version(),
        "parameters": dict(pack.parameters),
        "notebooks": {notebook.name: sha256_of(notebook) for notebook in pack.notebooks},
    }


def _is_current(pack: PlannedPack, out: Path) -> bool:
    manifest = _manifest(out / pack.folder / MANIFEST)
    page = out / pack.folder / PAGE
    return (
        manifest is not None
        and page.is_file()
        and all(manifest.get(name) == value for name, value in _inputs(pack).items())
        and manifest.get("outputs", {}).get(PAGE) == sha256_of(page)
    )


def _manifest(path: Path) -> dict[str, Any] | None:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return content if isinstance(content, dict) else None


def _publish_index(out: Path) -> Path | None:
    """Write the list of every pack that lies in the folder, those of earlier runs included."""
    packs = []
    for path in sorted(out.glob(f"*/*/{MANIFEST}")):
        manifest = _manifest(path)
        if manifest and (path.parent / PAGE).is_file():
            as_at = dt.date.fromisoformat(manifest["parameters"]["as_at"])
            page = (path.parent / PAGE).relative_to(out).as_posix()
            packs.append(manifest | {"as_at": as_at, "page": page})
    if not packs:
        return None
    with _private_folder(out) as folder:
        staged = folder / "index.html"
        staged.write_text(compose_index(packs), encoding="utf-8", newline="\n")
        staged.replace(out / "index.html")
    return out / "index.html"


@contextmanager
def _private_folder(out: Path) -> Iterator[Path]:
    """Give a folder beside the packs that only we can read, on the same disk so that renaming is atomic."""
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".rendering-", dir=out, ignore_cleanup_errors=True) as folder:
        yield Path(folder)
