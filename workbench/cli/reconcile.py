"""`workbench reconcile`: whether e-job plans, ledger, roster templates and ESR agree, and what differs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from workbench.settings import Settings

if TYPE_CHECKING:
    import polars as pl

    from workbench.attainment.reconciliation.reconcile import Reconciliation
    from workbench.workbench import Workbench


@click.command()
@click.option("--organisation", required=True, metavar="CODE", help="Code of the organisation, such as XAA.")
@click.option("--as-at", required=True, metavar="DATE", help="Date as yyyy-mm-dd; inside a month: the month before.")
@click.option("--json", "as_json", is_flag=True, help="Print every line and exception as JSON, without staff numbers.")
@click.option(
    "--xlsx",
    "workbook",
    metavar="OUT",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write every table to an Excel workbook, without staff numbers.",
)
@click.pass_obj
def reconcile(settings: Settings, organisation: str, as_at: str, as_json: bool, workbook: Path | None) -> None:
    """Say where job plans, ledger, roster templates and ESR differ.

    Match rates come first: nothing is joined that is not said. Each exception is a question to its owner; nothing is
    corrected. People stand as pseudonyms.
    """
    from workbench.attainment.reconciliation.reconcile import reconcile_at
    from workbench.attainment.reconciliation.workbook import write_workbook
    from workbench.workbench import Workbench

    if as_json and workbook:
        raise click.UsageError("Choose `--json` or `--xlsx`, not both.")
    if workbook and workbook.suffix.lower() != ".xlsx":
        raise click.UsageError(f"`--xlsx` writes an Excel workbook: name it like lines.xlsx, not {workbook.name!r}.")
    opened = Workbench.open(settings=settings)
    code = opened.organisation(organisation)
    found = reconcile_at(opened.snapshot, settings, code, opened.as_at(code, as_at))
    if as_json:
        click.echo(json.dumps(_as_json(opened, found), indent=2, ensure_ascii=False))
    elif workbook:
        name = opened.organisations[code]
        write_workbook(workbook, found, organisation_name=name, made_at=opened.snapshot.created_at)
        click.echo(
            f"Wrote {found.lines.height:,} lines and {found.exceptions.height:,} exceptions to {workbook}. "
            "It holds pseudonyms and no staff number."
        )
    else:
        click.echo(_in_words(opened, found))


def _as_json(opened: Workbench, found: Reconciliation) -> dict[str, Any]:
    agreeing, lines = found.agreement
    return {
        "organisation": found.organisation,
        "organisation_name": opened.organisations[found.organisation],
        "period": found.period.isoformat(),
        "snapshot": opened.snapshot.id,
        "warnings": list(found.warnings),
        "sources": _rows(found.dates),
        "match_rates": _rows(found.matches),
        "pairs": _rows(found.totals),
        "lines_in_agreement": agreeing,
        "lines_compared": lines,
        "ledger_rows_set_apart": found.set_apart,
        "lines": _rows(found.lines.drop("in_post_as_charged", "plan_tolerance", "is_ward")),
        "movement": [] if found.movement is None else _rows(found.movement),
        "exceptions": _rows(found.exceptions),
    }


def _rows(frame: pl.DataFrame) -> list[dict[str, Any]]:
    return [
        {name: value.isoformat() if hasattr(value, "isoformat") else value for name, value in row.items()}
        for row in frame.to_dicts()
    ]


def _in_words(opened: Workbench, found: Reconciliation) -> str:
    import polars as pl

    from workbench.cli.tables import aligned
    from workbench.periods import shown_date

    title = f"{opened.organisations[found.organisation]}, as at {shown_date(found.period)}"
    lines = [f"Do the systems agree? {title}, snapshot {opened.snapshot.id}.", "", "How far the keys meet:"]
    lines += [_match_in_words(row) for row in found.matches.to_dicts()]
    lines += ["", *found.warnings, *([""] if found.warnings else [])]
    agreeing, compared = found.agreement
    share = f" ({100 * agreeing / compared:.1f}%)" if compared else ""
    lines += [f"{agreeing:,} of {compared:,} lines (cost centre and staff group) agree in all that applies{share}.", ""]
    heads = ("pair", "agree", "differ", "missing", "net WTE", "gross WTE", "gross %")
    columns = ("pair", "agree", "differs", "missing", "net_wte", "gross_wte", "gross_share")
    lines += [aligned(heads, found.totals.select(columns).rows(), widest=44), ""]
    lines += _establishment(found.lines)
    waiting = found.exceptions.filter(pl.col("status") == "open")
    accepted = found.exceptions.height - waiting.height
    apart = f", and {accepted:,} accepted" if accepted else ""
    lines += [f"{waiting.height:,} open exceptions{apart}:", ""]
    grouped = waiting.group_by("pair", "question", "owner", maintain_order=True).agg(
        pl.len(), oldest=pl.col("age_days").max()
    )
    rows = grouped.select("question", "len", "oldest", "owner").rows()
    if rows:
        lines += [aligned(("what", "open", "oldest (days)", "owner"), rows, widest=64), ""]
    lines += ["Every exception: `--json`, or `--xlsx FILE`."]
    return "\n".join(lines)


def _match_in_words(row: dict[str, Any]) -> str:
    key = row["key"][0].upper() + row["key"][1:]
    told = [f"{row['matched']:,} in both"]
    if row["after_tidying"]:
        told.append(f"of which {row['after_tidying']:,} not spelt alike")
    told += [
        f"{row[side]:,} in {row[name]} alone"
        for side, name in (("left_only", "left"), ("right_only", "right"))
        if row[side] is not None
    ]
    told.append(f"{row['ambiguous']:,} ambiguous")
    return f"  {key}, {row['left']} and {row['right']}: {', '.join(told)}."


def _establishment(lines: pl.DataFrame) -> list[str]:
    """Say what the budget holds beside the staff in post; unfunded lines have no rate."""
    import polars as pl

    budgeted = lines.filter(pl.col("budget").is_not_null())
    if budgeted.is_empty():
        return []
    budget, in_post = float(budgeted["budget"].sum()), float(budgeted["in_post"].fill_null(0).sum())
    counts = dict(lines.group_by("establishment").len().iter_rows())
    rate = f", {100 * (budget - in_post) / budget:.1f}% of the budget" if budget > 0 else ""
    return [
        f"Budget {budget:,.2f} WTE, in post {in_post:,.2f}: vacancy {budget - in_post:,.2f}{rate}. "
        f"Lines over-established: {counts.get('over-established', 0)}; unfunded: {counts.get('unfunded', 0)}.",
        "",
    ]
