"""The `workbench` command: one module per command, loaded only when it is asked for."""

from __future__ import annotations

import importlib
import os
import sys
import traceback
from typing import Any

import click

from workbench import __version__
from workbench.errors import WorkbenchError, nearest

# name: (module, attribute, the line shown by `workbench --help`); a test holds each line equal to the command's own.
COMMANDS: dict[str, tuple[str, str, str]] = {
    "demo": ("workbench.cli.demo", "demo", "Load the sample organisations, make their board packs, say what to open."),
    "sample": ("workbench.cli.sample", "sample", "Write extracts of a fictional workforce to a folder."),
    "load": ("workbench.cli.load", "load", "Read extract files and publish a new snapshot."),
    "status": ("workbench.cli.status", "status", "Show the current snapshot, its extracts and their control totals."),
    "rejects": ("workbench.cli.rejects", "rejects", "List the rows and cells that were not accepted, and why."),
    "snapshots": ("workbench.cli.snapshots", "snapshots", "List the snapshots, or make an earlier one current."),
    "measures": ("workbench.cli.measures", "measures", "List the measures with their definitions."),
    "measure": ("workbench.cli.measures", "measure", "Work out one measure for an organisation and date."),
    "review": (
        "workbench.cli.review",
        "review",
        "List what is doubtful about the coding of AHPs, or write the worklists.",
    ),
    "steps": ("workbench.cli.steps", "steps", "Show the seven steps with owners and due dates, or state them."),
    "answer-key": (
        "workbench.cli.answer_key",
        "answer_key",
        "Say how many planted errors of a sample the coding review finds, and what else.",
    ),
    "attain": (
        "workbench.cli.attain",
        "attain",
        "Show the level of e-job planning attainment, and what blocks the next one.",
    ),
    "reconcile": (
        "workbench.cli.reconcile",
        "reconcile",
        "Say where job plans, ledger, roster templates and ESR differ.",
    ),
    "reference": (
        "workbench.cli.reference",
        "reference",
        "Show the code lists, or load a newer occupation code manual.",
    ),
    "pack": ("workbench.cli.pack", "pack", "Make the board packs of a quarter."),
    "serve": ("workbench.cli.serve", "serve", "Open the dashboards in a browser on this machine."),
    "lab": ("workbench.cli.lab", "lab", "Open JupyterLab on the notebooks."),
    "doctor": ("workbench.cli.doctor", "doctor", "Check what is installed, what is missing and what to do about it."),
}


class LazyCommands(click.Group):
    """Commands whose modules are imported only when they run, so that help answers at once."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Name the commands in the order in which people meet them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the module of one command."""
        if cmd_name not in COMMANDS:
            return None
        module, attribute, _ = COMMANDS[cmd_name]
        command: click.Command = getattr(importlib.import_module(module), attribute)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command, or name the nearest one."""
        name = click.utils.make_str(args[0])
        if name not in COMMANDS and not name.startswith("-"):
            close = nearest(name, COMMANDS)
            hint = f" Did you mean `{close[0]}`?" if close else ""
            raise click.UsageError(f"No command named {name!r}.{hint} See `workbench --help`.", ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing any of them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, _, line) in COMMANDS.items()])


@click.group(cls=LazyCommands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option("--config", metavar="FILE", help="Settings file, instead of workbench.toml in this folder.")
@click.option("--home", metavar="DIR", help="Where warehouse, landing and vault lie, instead of ./data.")
@click.version_option(__version__, prog_name="workbench")
@click.pass_context
def cli(ctx: click.Context, config: str | None, home: str | None) -> None:
    """Analytics workbench for NHS workforce intelligence.

    Start with `workbench demo`, or load your own extracts with `workbench load FOLDER`.
    """
    from workbench.settings import Settings

    if not ctx.resilient_parsing:
        ctx.obj = Settings.load(config, home)


def main(arguments: list[str] | None = None) -> None:
    """Run one command; whatever goes wrong ends as one readable message and a non-zero exit."""
    try:
        code: Any = cli.main(arguments, prog_name="workbench", standalone_mode=False)
    except click.ClickException as problem:
        problem.show()
        code = problem.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo("Stopped. What was published before is unchanged.", err=True)
        code = 130
    except WorkbenchError as problem:
        click.echo(f"workbench: {problem}", err=True)
        code = problem.exit_code
    except Exception as problem:
        click.echo(_unexpected(problem), err=True)
        code = 70
    sys.exit(code if isinstance(code, int) else 0)


def _unexpected(problem: Exception) -> str:
    """Word a fault of our own: where it happened, but not its message, which could hold a person's record."""
    if os.environ.get("WORKBENCH_DEBUG"):
        return "".join(traceback.format_exception(problem))
    frame = traceback.extract_tb(problem.__traceback__)[-1]
    return (
        f"workbench: something unexpected happened ({type(problem).__name__} in {frame.name}, line {frame.lineno}). "
        "Nothing that was published before has changed. This is a fault in the workbench: please report this line. "
        "Setting WORKBENCH_DEBUG=1 shows the full trace; it may hold values of records, so keep it to yourself."
    )
