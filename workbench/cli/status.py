"""`workbench status`: what the current snapshot rests on."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from workbench.settings import Settings
    from workbench.warehouse.warehouse import Status

_TOTALS = ("headcount", "fte", "pay")


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print the status as JSON.")
@click.pass_obj
def status(settings: Settings, as_json: bool) -> int:
    """Show the current snapshot, its extracts and their control totals.

    Headcount and FTE are those of staff in post, pay that of the ledger, each in its latest month. An extract is
    stale when its latest month ended longer ago than the setting `stale_after_days`.
    """
    from workbench.warehouse import Warehouse

    found = Warehouse(settings).status()
    shown = (
        json.dumps(_as_json(found, settings), indent=2, ensure_ascii=False) if as_json else _in_words(found, settings)
    )
    click.echo(shown)
    return 0


def _as_json(found: Status, settings: Settings) -> dict[str, Any]:
    extracts = []
    for row in found.extracts.iter_rows(named=True):
        totals = {name: None if row[name] is None else float(row[name]) for name in _TOTALS}
        extracts.append({**row, **totals, "as_of": str(row["as_of"])})
    manifest = found.manifest
    return {
        "snapshot": {
            "id": manifest.snapshot_id,
            "created_at": manifest.created_at.isoformat(),
            "workbench_version": manifest.workbench_version,
            "duckdb_version": manifest.duckdb_version,
            "parent": manifest.parent_snapshot_id,
            "is_newest": manifest.snapshot_id == found.newest_snapshot_id,
            "bytes": manifest.file_bytes,
        },
        "stale_after_days": settings.stale_after_days,
        "extracts": extracts,
        "codes_to_look_at": found.codes.to_dicts(),
    }


def _in_words(found: Status, settings: Settings) -> str:
    from workbench.cli.tables import aligned

    manifest = found.manifest
    lines = [f"Snapshot {manifest.snapshot_id}, made {manifest.created_at:%Y-%m-%d %H:%M} UTC"]
    if manifest.snapshot_id != found.newest_snapshot_id:
        lines.append(
            f"A newer one exists: {found.newest_snapshot_id}. `workbench snapshots use ID` makes it current again."
        )
    rows = [
        (
            row["extract"],
            _organisations(row["organisations"]),
            f"{row['as_of']}{' *' if row['is_stale'] else ''}",
            row["rows_accepted"],
            row["rows_rejected"],
            row["headcount"],
            row["fte"],
            row["pay"],
        )
        for row in found.extracts.iter_rows(named=True)
    ]
    header = ("extract", "organisations", "as of", "rows", "rejected", "headcount", "FTE", "pay")
    lines += ["", aligned(header, rows, widest=25)]
    stale = found.extracts["is_stale"].sum()
    if stale:
        lines.append(
            f"\n* {stale} older than {settings.stale_after_days} days. Load newer files with `workbench load`."
        )
    if found.codes.height:
        lines.append(
            f"\n{found.codes.height} codes are unknown to the lists or retired; see `workbench status --json`."
        )
    return "\n".join(lines)


def _organisations(codes: list[str] | None) -> str:
    if codes is None:
        return "as published"
    return ", ".join(codes) if len(codes) <= 3 else f"{len(codes)} organisations"
