"""`workbench rejects`: what was not taken in, and why."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from workbench.settings import Settings


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print every reject as JSON.")
@click.option(
    "--csv", "csv_file", metavar="OUT", type=click.Path(path_type=Path), help="Write every reject to a CSV file."
)
@click.pass_obj
def rejects(settings: Settings, as_json: bool, csv_file: Path | None) -> int:
    """List the rows and cells that were not accepted, and why.

    Each is given by file, line, column, rule and reason; the values themselves are not kept. A row that was refused
    is not in the snapshot at all; a cell that was blanked is, without that value.
    """
    from workbench.warehouse import Warehouse

    found = Warehouse(settings).rejects()
    if csv_file is not None:
        csv_file.parent.mkdir(parents=True, exist_ok=True)
        found.write_csv(csv_file)
        click.echo(f"Wrote {found.height:,} rejects to {csv_file}.", err=as_json)
    if as_json:
        click.echo(json.dumps({"count": found.height, "rejects": found.to_dicts()}, indent=2, ensure_ascii=False))
    elif csv_file is None:
        click.echo(_in_words(found.rows()))
    return 0


def _in_words(found: list[tuple[object, ...]]) -> str:
    from workbench.cli.tables import aligned

    if not found:
        return "Everything in the files in use was accepted."
    rows = [(file, line, column, rule, severity) for file, _, line, column, rule, _, severity in found]
    lines = [aligned(("file", "line", "column", "rule", "what happened"), rows[:50], widest=34)]
    if len(rows) > 50:
        lines.append(f"... and {len(rows) - 50:,} more.")
    lines.append("\nThe reasons in full: `workbench rejects --json`, or `--csv FILE`.")
    return "\n".join(lines)
