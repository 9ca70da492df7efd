"""`workbench sample`: extracts of a fictional workforce, for trying things out, for tests and for speed runs."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.argument("out", type=click.Path(path_type=Path, file_okay=False))
@click.option("--organisations", default=3, show_default=True, help="How many organisations.")
@click.option("--staff", default=2000, show_default=True, help="People in post at a time, over all organisations.")
@click.option("--months", default=30, show_default=True, help="Month ends, the last being September 2026.")
@click.option("--seed", default=20_260_930, show_default=True, help="Where chance starts from.")
@click.option(
    "--format",
    type=click.Choice(["csv", "parquet"]),
    help="Plain files of one format; without it, each organisation writes in its own manner, bad rows included.",
)
def sample(out: Path, organisations: int, staff: int, months: int, seed: int, format: str | None) -> None:
    """Write extracts of a fictional workforce to a folder."""
    from workbench.sample import build_sample

    summary = build_sample(out, organisations=organisations, staff=staff, months=months, seed=seed, format=format)
    for extract, rows in sorted(summary.rows.items()):
        click.echo(f"{extract:<26}{rows:>12,} rows")
    click.echo(
        f"{summary.files} files, {summary.size / 1024 / 1024:.1f} MiB, {summary.planted} planted errors "
        f"(see {Path(out) / 'planted.csv'}). Everything in them is fictional."
    )
