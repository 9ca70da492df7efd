"""The command line is a contract: names, help, exits, and never a traceback."""

from __future__ import annotations

import importlib
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import click
import pytest

from workbench.cli import COMMANDS

ROOT = Path(__file__).parents[2]


def run(*arguments: str, home: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "workbench", *arguments],
        capture_output=True,
        text=True,
        timeout=120,
        env={
            **os.environ,
            "WORKBENCH_HOME": str(home),
            "WORKBENCH_KEY_FILE": str(home / "keys" / "k.key"),
            **environment,
        },
        cwd=ROOT,
    )


@pytest.mark.parametrize("name", COMMANDS)
def test_the_one_line_help_is_the_commands_own(name):
    module, attribute, line = COMMANDS[name]
    command = getattr(importlib.import_module(module), attribute)
    assert command.help.splitlines()[0] == line


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_of_every_command_is_explained(name):
    module, attribute, _ = COMMANDS[name]
    command = getattr(importlib.import_module(module), attribute)
    commands = [command, *getattr(command, "commands", {}).values()]
    bare = [
        f"{one.name} {option.opts[0]}"
        for one in commands
        for option in one.params
        if isinstance(option, click.Option) and not option.help
    ]
    assert bare == []


def test_the_commands_of_the_design_are_there():
    assert {"demo", "sample", "load", "status", "rejects", "snapshots", "measures", "measure", "review", "pack",
            "serve", "lab", "doctor"} <= set(COMMANDS)  # fmt: skip


def test_help_answers_within_three_tenths_of_a_second(tmp_path):
    seconds = []
    # The best of a few: other tests run on the same cores at the same time.
    while len(seconds) < 15 and min(seconds, default=1.0) > 0.3:
        started = time.perf_counter()
        run("--help", home=tmp_path)
        seconds.append(time.perf_counter() - started)
    assert min(seconds) <= 0.3


def test_a_mistyped_command_names_the_nearest_one(tmp_path):
    answer = run("lod", home=tmp_path)
    assert answer.returncode == 2
    assert "Did you mean `load`?" in answer.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("status",),
        ("rejects",),
        ("measure", "headcount", "--organisation", "XAA", "--as-at", "2026-09-30"),
        ("pack", "--quarter", "2026-27Q2"),
        ("load", "no-such-file.csv"),
        ("snapshots", "use", "nothing"),
        ("--config", "no-such-file.toml", "status"),
    ],
)
def test_an_error_is_one_readable_message_and_a_non_zero_exit(arguments, tmp_path):
    answer = run(*arguments, home=tmp_path / "home")
    assert answer.returncode != 0
    assert "Traceback" not in answer.stderr + answer.stdout
    assert re.search(r"[a-z]{3,}", answer.stderr)


def test_a_fault_of_our_own_shows_no_value(tmp_path, monkeypatch, capsys):
    import workbench.cli as command_line

    def broken(*arguments: object, **options: object) -> None:
        raise ValueError("Mrs Example, staff number 12345678")

    monkeypatch.setattr(command_line.cli, "main", broken)
    with pytest.raises(SystemExit) as stopped:
        command_line.main([])
    shown = capsys.readouterr().err
    assert stopped.value.code == 70
    assert "12345678" not in shown and "Example" not in shown
    assert "ValueError in broken" in shown


def test_an_unknown_setting_is_named_with_the_nearest_one(tmp_path):
    config = tmp_path / "workbench.toml"
    config.write_text("stale_after_dayz = 10\n", encoding="utf-8")
    answer = run("--config", str(config), "status", home=tmp_path)
    assert answer.returncode == 1
    assert "Did you mean `stale_after_days`?" in answer.stderr
