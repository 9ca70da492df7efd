"""`workbench snapshots`: which snapshots there are, and which one is current."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from workbench.settings import Settings


@click.group(invoke_without_command=True)
@click.option("--json", "as_json", is_flag=True, help="Print the list as JSON.")
@click.pass_context
def snapshots(ctx: click.Context, as_json: bool) -> int:
    """List the snapshots, or make an earlier one current.

    A snapshot never changes, so whatever was made from it can be made again and comes out the same.
    """
    if ctx.invoked_subcommand is not None:
        return 0
    from workbench.cli.tables import aligned
    from workbench.warehouse import Warehouse

    listed = Warehouse(ctx.obj).snapshots()
    if as_json:
        shown = [
            {
                "id": manifest.snapshot_id,
                "created_at": manifest.created_at.isoformat(),
                "is_current": is_current,
                "parent": manifest.parent_snapshot_id,
                "workbench_version": manifest.workbench_version,
                "duckdb_version": manifest.duckdb_version,
                "bytes": manifest.file_bytes,
            }
            for manifest, is_current in listed
        ]
        click.echo(json.dumps({"snapshots": shown}, indent=2))
    elif not listed:
        click.echo("There is no snapshot yet. Load extracts first: `workbench load FOLDER`.")
    else:
        rows = [
            (
                manifest.snapshot_id,
                manifest.created_at,
                f"{manifest.file_bytes / 2**20:,.1f} MiB",
                "current" if is_current else "",
            )
            for manifest, is_current in listed
        ]
        click.echo(aligned(("snapshot", "made (UTC)", "size", ""), rows))
    return 0


@snapshots.command()
@click.argument("snapshot_id", metavar="ID")
@click.pass_obj
def use(settings: Settings, snapshot_id: str) -> int:
    """Make an earlier snapshot current.

    The accepted extracts stay as they are: the next load that brings something new builds on all of them.
    """
    from workbench.warehouse import Warehouse

    manifest = Warehouse(settings).use(snapshot_id)
    click.echo(f"Snapshot {manifest.snapshot_id} is current now. Notebooks that are open keep the one they opened.")
    return 0
