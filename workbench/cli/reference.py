"""`workbench reference`: the code lists in use, and loading a newer occupation code manual."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    import polars as pl

    from workbench.settings import Settings

_SHOWN_CHANGES = 40


@click.group()
def reference() -> None:
    """Show the code lists, or load a newer occupation code manual."""


@reference.command("list")
@click.argument("name", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
@click.pass_obj
def list_(settings: Settings, name: str | None, as_json: bool) -> None:
    """Show every code list with version and source, or the codes of one list (NAME)."""
    from workbench.cli.tables import aligned
    from workbench.reference import code_list, codes_of, list_names

    if name is not None:
        codes = codes_of(name, settings)
        if as_json:
            click.echo(json.dumps(codes.to_dicts(), indent=2, ensure_ascii=False))
            return
        rows = [(code or "", label, "retired" if retired else "") for code, label, retired in codes.iter_rows()]
        click.echo(aligned(("code", "label", ""), rows, widest=80))
        click.echo(f"\n{code_list(name, settings).note}".rstrip())
        return
    described = [(code_list(one, settings), codes_of(one, settings).height) for one in list_names()]
    if as_json:
        fields = ("name", "title", "publisher", "source", "version", "retrieved", "licence", "note")
        records = [{**{field: getattr(one, field) for field in fields}, "codes": count} for one, count in described]
        click.echo(json.dumps(records, indent=2, ensure_ascii=False))
        return
    lines = [(one.name, count, one.version, one.source) for one, count in described]
    click.echo(aligned(("list", "codes", "version", "source"), lines, widest=44))


@reference.command("occupation-codes")
@click.argument("workbook", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--version", required=True, metavar="NUMBER", help="Version on the cover of the manual, such as 23.0.")
@click.option("--accept", is_flag=True, help="Put the list into use; without this only the differences are shown.")
@click.option("--json", "as_json", is_flag=True, help="Print the differences as JSON.")
@click.pass_obj
def occupation_codes(settings: Settings, workbook: Path, version: str, accept: bool, as_json: bool) -> None:
    """Compare an official NHS Occupation Code Manual (.xlsx) with the list in use, and accept it if asked.

    Extracts that were loaded before are read again by the new list at the next `workbench load`; snapshots that were
    published before keep the list of their day.
    """
    from workbench.reference import code_list, reference_list
    from workbench.reference.manual import accept_manual, as_record, check_version, compare_manuals, read_manual

    check_version(version)
    read = read_manual(workbook)
    before = code_list("occupation_code", settings)
    changes = compare_manuals(reference_list("occupation_code", settings), read.codes)
    accepted = accept_manual(read, version, settings) if accept else None
    in_use = code_list("occupation_code", settings).version
    if as_json:
        result = {
            "compared_with": before.version,
            "version": version,
            "codes": read.codes.height,
            "rows_left_out": read.rows_left_out,
            "changes": changes.to_dicts(),
            "accepted": as_record(accepted) if accepted else None,
            "in_use": in_use,
        }
        click.echo(json.dumps(result, indent=2, ensure_ascii=False))
        return
    click.echo(f"{workbook.name}: {read.codes.height:,} occupation codes, compared with version {before.version}.")
    if read.rows_left_out:
        click.echo(f"{read.rows_left_out:,} rows without a code of three characters were left out.")
    click.echo(_differences(changes))
    if accepted is None:
        click.echo("\nNothing was changed. Run it again with --accept to put this list into use.")
    elif in_use == version:
        click.echo(f"\nVersion {version} is in use from the next `workbench load`. Earlier versions are kept.")
    else:
        click.echo(f"\nVersion {version} is kept, but not in use: {in_use} is newer.")


def _differences(changes: pl.DataFrame) -> str:
    from workbench.cli.tables import aligned

    if changes.is_empty():
        return "\nNo differences."
    blocks = []
    for (change,), rows in changes.group_by("change", maintain_order=True):
        shown = rows.head(_SHOWN_CHANGES).select("occupation_code", "before", "after").rows()
        block = f"\n{str(change).capitalize()}: {rows.height:,}\n" + aligned(("code", "before", "after"), shown)
        if rows.height > _SHOWN_CHANGES:
            block += f"\n... and {rows.height - _SHOWN_CHANGES:,} more (--json lists all)"
        blocks.append(block)
    return "\n".join(blocks)
