"""`workbench load`: extract files in, a new snapshot out."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from workbench.settings import Settings
    from workbench.warehouse.load import FileOutcome, LoadReport
    from workbench.warehouse.progress import Progress


@click.command()
@click.argument("paths", nargs=-1, required=True, metavar="PATH...", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@click.option("--no-prepare", is_flag=True, help="Leave it to the first view to work out what it shows.")
@click.pass_obj
def load(settings: Settings, paths: tuple[Path, ...], as_json: bool, no_prepare: bool) -> int:
    """Read extract files and publish a new snapshot.

    PATH is an extract file, or a folder that holds some. Loading the same file again changes nothing; a month that
    is sent again replaces that month. Exit code: 0 when everything was accepted, 1 when rows were rejected (see
    `workbench rejects`), 2 when a file was refused.
    """
    from workbench.warehouse import Warehouse

    progress = _show if sys.stderr.isatty() else None
    report = Warehouse(settings).load(paths, progress=progress)
    unprepared: tuple[str, ...] = ()
    if report.snapshot_id and not no_prepare:
        from workbench.dashboards.preparing import prepare_views

        unprepared = prepare_views(settings, report.snapshot_id, watch=progress or (lambda _: None))
    if progress:
        click.echo("\r\033[K", nl=False, err=True)
    click.echo(json.dumps(report_as_json(report), indent=2, ensure_ascii=False) if as_json else _in_words(report))
    if unprepared:
        click.echo(f"Not prepared, so the first view is slow: {', '.join(unprepared)}.", err=True)
    return report.exit_code


def report_as_json(report: LoadReport) -> dict[str, Any]:
    """Write a load report with keys that scripts can rely on."""
    return {
        "snapshot": report.snapshot_id,
        "exit_code": report.exit_code,
        "files": [_outcome_as_json(outcome) for outcome in report.outcomes],
        "restatements": [
            {
                "extract": r.extract,
                "organisation": r.organisation_code,
                "period": str(r.period) if r.period else None,
                "earlier_file": r.earlier.file_name,
                "later_file": r.later.file_name,
            }
            for r in report.restatements
        ],
        "codes_to_look_at": report.codes.to_dicts(),
        "removed_snapshots": list(report.removed_snapshots),
    }


def _outcome_as_json(outcome: FileOutcome) -> dict[str, Any]:
    part = outcome.part
    shown: dict[str, Any] = {"file": outcome.path.name, "status": outcome.status, "message": outcome.message or None}
    if part is not None:
        shown |= {
            "extract": part.extract,
            "sha256": part.sha256,
            "organisations": list(part.organisations),
            "periods": [str(period) for period in part.periods],
            "rows_in": part.rows_in,
            "rows_accepted": part.rows_accepted,
            "rows_rejected": part.rows_rejected,
            "cells_blanked": part.cells_blanked,
            "headcount": part.headcount,
            "fte": None if part.fte is None else float(part.fte),
            "pay": None if part.pay is None else float(part.pay),
            "dropped_columns": list(part.dropped_columns),
            "unknown_headers": list(part.unknown_headers),
        }
    return shown


def _show(progress: Progress) -> None:
    position = f"{progress.number} of {progress.of}  " if progress.of else ""
    line = f"{position}{progress.step} {progress.subject}"[:95]
    click.echo(f"\r\033[K{line}", nl=False, err=True)


def _in_words(report: LoadReport) -> str:
    lines = [*_loaded_lines(report), *_other_lines(report)]
    if report.restatements:
        lines.append(f"\nSent again, so the later file stands: {len(report.restatements)} months or lists")
        for r in report.restatements[:20]:
            lines.append(f"  {r.extract}  {r.organisation_code}  {r.period or 'whole list'}  was {r.earlier.file_name}")
    if report.codes.height:
        lines.append(f"\nCodes that the lists do not know, or call retired: {report.codes.height}")
        for extract, column, received, status, rows in report.codes.head(20).iter_rows():
            lines.append(f"  {status:<8} {extract}.{column} {received!r}: {rows:,} rows")
    if report.snapshot_id:
        lines.append(f"\nPublished snapshot {report.snapshot_id}.")
    else:
        lines.append("\nNothing new: no snapshot was made, and the current one stays.")
    if any(part.rows_rejected or part.cells_blanked for part in report.loaded):
        lines.append("See `workbench rejects` for each row and cell that was not accepted, and why.")
    return "\n".join(lines).lstrip("\n")


def _loaded_lines(report: LoadReport) -> list[str]:
    from workbench.cli.tables import aligned

    if not report.loaded:
        return []
    by_extract: dict[str, list[int]] = {}
    for part in report.loaded:
        totals = by_extract.setdefault(part.extract, [0, 0, 0, 0])
        for place, number in enumerate((1, part.rows_accepted, part.rows_rejected, part.cells_blanked)):
            totals[place] += number
    rows = [(extract, *totals) for extract, totals in sorted(by_extract.items())]
    lines = [aligned(("loaded", "files", "rows accepted", "rows rejected", "cells blanked"), rows)]
    for part in report.loaded:
        if part.dropped_columns:
            lines.append(f"  {part.file_name}: read without {', '.join(part.dropped_columns)} (not needed here)")
        if part.unknown_headers:
            lines.append(f"  {part.file_name}: not read, no such column known: {', '.join(part.unknown_headers)}")
    return lines


def _other_lines(report: LoadReport) -> list[str]:
    lines = []
    for outcome in report.outcomes:
        if outcome.status == "refused":
            lines.append(f"\nRefused {outcome.path.name}: {outcome.message}")
    for status, words in (("already_loaded", "Already loaded"), ("ignored", "Ignored in the folder")):
        names = [outcome.path.name for outcome in report.outcomes if outcome.status == status]
        if names:
            shown = ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
            lines.append(f"{words}: {shown}")
    return lines
