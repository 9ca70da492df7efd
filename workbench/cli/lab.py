"""`workbench lab`: JupyterLab on the notebooks."""

from __future__ import annotations

import click

from workbench.settings import Settings


@click.command()
@click.option("--port", type=click.IntRange(1, 65535), help="Port; a free one when left out.")
@click.option("--no-browser", is_flag=True, help="Only print the address; open no browser.")
@click.pass_obj
def lab(settings: Settings, port: int | None, no_browser: bool) -> None:
    """Open JupyterLab on the notebooks.

    It opens a working copy in the home folder, so that exploring never changes a reviewed notebook.
    """
    from workbench.serving.launcher import open_lab

    open_lab(settings, port=port, open_browser=not no_browser)
