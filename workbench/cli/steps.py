"""`workbench steps`: the checklist of the seven steps with owners, dates and what the data say."""

from __future__ import annotations

import getpass
import json
from typing import TYPE_CHECKING, Any, Literal

import click

from workbench.settings import Settings

if TYPE_CHECKING:
    import polars as pl


@click.group(invoke_without_command=True)
@click.option("--organisation", metavar="CODE", help="Code of the organisation, such as XAA.")
@click.option("--as-at", metavar="DATE", help="Date as yyyy-mm-dd; the latest month that is loaded when left out.")
@click.option("--json", "as_json", is_flag=True, help="Print the checklist as JSON.")
@click.pass_context
def steps(ctx: click.Context, organisation: str | None, as_at: str | None, as_json: bool) -> None:
    """Show the seven steps with owners and due dates, or state them.

    Each item of the checklist stands with its owner, due date and status, as they were stated, and with what the
    data say of it.
    """
    if ctx.invoked_subcommand is not None:
        return
    if organisation is None:
        raise click.UsageError("Name the organisation: `workbench steps --organisation XAA`.")
    from workbench.coding.tracker import tracker
    from workbench.workbench import Workbench

    opened = Workbench.open(settings=ctx.obj)
    code = opened.organisation(organisation)
    day = opened.as_at(code, as_at or "")
    table = tracker(opened.snapshot, opened.settings, code, day)
    if as_json:
        click.echo(json.dumps(_as_json(opened, code, day, table), indent=2, ensure_ascii=False))
    else:
        click.echo(_in_words(opened, code, day, table))


@steps.command("set")
@click.argument("item", metavar="ITEM")
@click.option("--organisation", required=True, metavar="CODE", help="Code of the organisation, such as XAA.")
@click.option("--owner", metavar="NAME", help="Who does it.")
@click.option("--due", metavar="DATE", help="By when, as yyyy-mm-dd.")
@click.option("--status", metavar="STATUS", help="How it stands: red, amber, green or done.")
@click.option("--evidence", metavar="TEXT", help="Where it can be seen.")
@click.option("--note", metavar="TEXT", help="A remark.")
@click.option("--person", metavar="NAME", help="Who states this; the name you are signed in with.")
@click.pass_obj
def state(
    settings: Settings,
    item: str,
    organisation: str,
    owner: str | None,
    due: str | None,
    status: str | None,
    evidence: str | None,
    note: str | None,
    person: str | None,
) -> None:
    """State the owner, due date or status of one item.

    ITEM is its id in the checklist, such as 3b. What is not given stays as it was; `none` takes a value away. What
    was stated before is kept.
    """
    import datetime as dt

    import polars as pl

    from workbench.coding.steps import NONE, record_step, standing_steps, with_overdue
    from workbench.coding.tracker import in_words
    from workbench.periods import as_date
    from workbench.workbench import Workbench

    opened = Workbench.open(settings=settings)
    code = opened.organisation(organisation)
    by = getpass.getuser() if person is None else person
    day: dt.date | Literal["none"] | None = None if due is None else "none" if due == NONE else as_date(due, name="due")
    record_step(settings, code, item, by=by, owner=owner, due=day, status=status, evidence=evidence, note=note)

    stands = with_overdue(standing_steps(settings, code), dt.datetime.now(dt.UTC).date())
    row = stands.filter(pl.col("item") == item).row(0, named=True)
    click.echo(f"{item} {row['question']} {in_words(row)}{_status(row)}.")


def _status(row: dict[str, Any]) -> str:
    return f"; {row['status']}" if row["status"] and row["status"] != "done" else ""


def _measure(row: dict[str, Any]) -> str:
    return f"; measure {row['measure']}" if row["measure"] else ""


def _as_json(opened: Any, code: str, day: Any, table: pl.DataFrame) -> dict[str, Any]:
    rows = [
        {name: value.isoformat() if hasattr(value, "isoformat") else value for name, value in row.items()}
        for row in table.iter_rows(named=True)
    ]
    return {
        "organisation": code,
        "organisation_name": opened.organisations[code],
        "as_at": day.isoformat(),
        "snapshot": opened.snapshot.id,
        "items": rows,
    }


def _in_words(opened: Any, code: str, day: Any, table: pl.DataFrame) -> str:
    import polars as pl

    from workbench.coding.rules import STEPS
    from workbench.coding.tracker import in_words
    from workbench.periods import shown_date

    late = table.filter(pl.col("days_overdue") > 0).height
    unowned = table["owner"].null_count()
    lines = [
        f"{opened.organisations[code]}, as at {shown_date(day)}: {table.height} items, {late} overdue, "
        f"{unowned} without an owner."
    ]
    for step, name in STEPS.items():
        lines += ["", f"{step} {name}"]
        for row in table.filter(pl.col("step") == step).iter_rows(named=True):
            lines.append(f"  {row['item']}  {row['question']}")
            lines.append(f"      {in_words(row)}{_status(row)}")
            lines.append(f"      {row['data_say']}{_measure(row)}")
            lines += [f"      {what}: {row[what]}" for what in ("evidence", "note") if row[what]]
    lines += [
        "",
        'State an owner or a date: `workbench steps set 3b --organisation XAA --owner "Ada Lead" --due DATE`.',
    ]
    return "\n".join(lines)
