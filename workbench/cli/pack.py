"""`workbench pack`: the board packs of a quarter."""

from __future__ import annotations

from pathlib import Path

import click

from workbench.errors import ParameterError
from workbench.settings import Settings


@click.command()
@click.option("--quarter", required=True, metavar="2026-27Q2", help="NHS financial-year quarter.")
@click.option(
    "--organisation", "organisations", multiple=True, metavar="CODE", help="Only this organisation; may be repeated."
)
@click.option("--formats", default="html", show_default=True, help="Formats to make; html in this version.")
@click.option("--workers", type=click.IntRange(1, 32), default=2, show_default=True, help="Notebooks run at once.")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="Folder instead of the reports folder.")
@click.pass_obj
def pack(
    settings: Settings, quarter: str, organisations: tuple[str, ...], formats: str, workers: int, out: Path | None
) -> int:
    """Make the board packs of a quarter.

    One page for each organisation, as at the quarter's last day, from the current snapshot. A pack that cannot be
    made does not stop the others; the exit code is then 1.
    """
    from workbench import open_workbench
    from workbench.packs import plan_packs
    from workbench.packs.publish import publish_packs
    from workbench.periods import Quarter

    refused = [name for name in (part.strip().lower() for part in formats.split(",")) if name != "html"]
    if refused:
        raise ParameterError(
            f"`--formats` is {formats!r}: only html is available in this version. "
            "Leave it out, or write --formats html."
        )
    wb = open_workbench(settings=settings, audience="board")
    plan = plan_packs(wb, Quarter.parse(quarter), organisations)
    wb.snapshot.close()
    report = publish_packs(
        plan,
        settings,
        out=(out or settings.reports).resolve(),
        workers=workers,
        progress=lambda line: click.echo(line, err=True),
    )
    for page in report.pages:
        click.echo(str(page))
    if report.index:
        click.echo(f"All packs: {report.index}", err=True)
    for organisation, reason in report.failures.items():
        click.echo(f"workbench: no pack for {organisation}: {reason}", err=True)
    return report.exit_code
