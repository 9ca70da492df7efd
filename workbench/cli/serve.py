"""`workbench serve`: the dashboards in a browser."""

from __future__ import annotations

import click

from workbench.settings import AUDIENCES, Settings


@click.command()
@click.option("--port", type=click.IntRange(1, 65535), help="Port; 8866, or a free one, when left out.")
@click.option("--host", default="127.0.0.1", show_default=True, help="This machine's own address.")
@click.option(
    "--audience",
    type=click.Choice(AUDIENCES),
    default="lead",
    show_default=True,
    help="Who will look: for an analyst nothing is withheld, and worklists can be answered.",
)
@click.option("--no-browser", is_flag=True, help="Only print the address; open no browser.")
@click.pass_obj
def serve(settings: Settings, port: int | None, host: str, audience: str, no_browser: bool) -> None:
    """Open the dashboards in a browser on this machine.

    They are for you alone: only a browser on this machine that has the printed address gets in. Ctrl-C ends it.
    """
    from workbench.serving.launcher import serve as serve_dashboards

    def say(address: str) -> None:
        click.echo("The dashboards are ready. Open this address in a browser (Ctrl-C ends them):", err=True)
        click.echo(address)

    serve_dashboards(settings, host=host, port=port, audience=audience, open_browser=not no_browser, say=say)
