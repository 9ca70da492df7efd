"""`workbench measures` and `workbench measure`: what can be worked out, and one answer with its stamp."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from workbench.errors import ParameterError
from workbench.settings import AUDIENCES, Settings

if TYPE_CHECKING:
    from workbench.measures import Measure, MeasureResult


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print the full records as JSON.")
def measures(as_json: bool) -> None:
    """List the measures with their definitions."""
    from workbench.measures import catalogue

    if as_json:
        records = [measure.definition() for measure in catalogue().values()]
        click.echo(json.dumps(records, indent=2, ensure_ascii=False))
        return
    click.echo("\n\n".join(_record_as_text(measure) for measure in catalogue().values()))


@click.command()
@click.argument("measure_id", metavar="ID")
@click.option("--organisation", required=True, metavar="CODE", help="Code of the organisation, such as XAA.")
@click.option("--as-at", required=True, metavar="DATE", help="Date as yyyy-mm-dd; inside a month: the month before.")
@click.option("--by", multiple=True, metavar="DIMENSION", help="Split by a dimension; may be given several times.")
@click.option("--option", "options", multiple=True, metavar="KEY=VALUE", help="An option of the measure.")
@click.option(
    "--audience",
    type=click.Choice(AUDIENCES),
    default="analyst",
    show_default=True,
    help="Who will read it; small numbers are withheld from leads and boards.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the rows with definition and stamp as JSON.")
@click.option("--csv", "csv", type=click.Path(dir_okay=False, path_type=Path), help="Write the rows to a CSV file.")
@click.pass_obj
def measure(
    settings: Settings,
    measure_id: str,
    organisation: str,
    as_at: str,
    by: tuple[str, ...],
    options: tuple[str, ...],
    audience: str,
    as_json: bool,
    csv: Path | None,
) -> None:
    """Work out one measure for an organisation and date."""
    if as_json and csv:
        raise click.UsageError("Choose `--json` or `--csv`, not both.")
    chosen = _options(options)
    result = _evaluated(settings, measure_id, organisation, as_at, by, chosen, audience)
    if as_json:
        click.echo(json.dumps(result.as_json(), indent=2, ensure_ascii=False))
    elif csv:
        csv.write_text(result.frame.write_csv(), encoding="utf-8", newline="")
        click.echo("\n".join(result.stamp_lines()))
        rows = "1 row" if result.frame.height == 1 else f"{result.frame.height} rows"
        click.echo(f"{rows} written to {csv}")
    else:
        click.echo("\n".join(result.stamp_lines()))
        click.echo("")
        click.echo(_table(result))


def _evaluated(
    settings: Settings,
    measure_id: str,
    organisation: str,
    as_at: str,
    by: tuple[str, ...],
    options: dict[str, str],
    audience: str,
) -> MeasureResult:
    """Check the name before the warehouse is opened, so that a slip is answered even without one."""
    from workbench.measures import find_measure
    from workbench.workbench import Workbench

    find_measure(measure_id)
    workbench = Workbench.open(audience=audience, settings=settings)
    return workbench.measure_result(measure_id, organisation=organisation, as_at=as_at, by=by, **options)


def _options(received: tuple[str, ...]) -> dict[str, str]:
    options = {}
    for text in received:
        name, equals, value = text.partition("=")
        if not (name and equals and value):
            raise ParameterError(f"`--option` takes KEY=VALUE: received {text!r}. For example --option unit=fte.")
        if name in options:
            raise ParameterError(f"The option `{name}` was given twice. Give it once.")
        options[name] = value
    return options


def _record_as_text(measure: Measure) -> str:
    lines = [
        f"{measure.id}: {measure.label} ({measure.unit})",
        f"  {measure.question}",
        f"  numerator: {measure.numerator}",
        f"  denominator: {measure.denominator}",
        f"  not counted: {measure.exclusions}",
        f"  by: {', '.join(measure.breakdowns)}",
    ]
    for option in measure.options:
        lines.append(f"  option {option.name} = {option.default} ({' | '.join(option.allowed)}): {option.meaning}")
    lines.append(f"  read more: {measure.methodology}")
    return "\n".join(lines)


def _table(result: MeasureResult) -> str:
    """Set the rows as a plain table; what has no value says why instead of leaving a gap."""
    measure = result.measure
    decimals = max(measure.decimals, 1) if result.request.options.get("unit") == "fte" else measure.decimals
    head = [*result.request.by, *(["numerator", "denominator"] if measure.is_rate else []), "value"]
    rows = [head]
    for row in result.frame.iter_rows(named=True):
        cells = ["" if row[name] is None else str(row[name]) for name in result.request.by]
        if measure.is_rate:
            cells += [_number(row[name], 2) for name in ("numerator", "denominator")]
        reason = row["status"].replace("_", " ")
        rows.append([*cells, _number(row["value"], decimals) if row["status"] in ("ok", "rounded") else reason])
    widths = [max(len(row[index]) for row in rows) for index in range(len(head))]
    texts = len(result.request.by)
    return "\n".join(
        "  ".join(
            cell.ljust(width) if index < texts else cell.rjust(width)
            for index, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    )


def _number(value: float | None, decimals: int) -> str:
    return "" if value is None else f"{value:,.{decimals}f}"
