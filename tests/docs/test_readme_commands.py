"""What the README tells people to type is typed here, on the loaded sample."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")

# These open a browser and run until they are stopped: tests/serving and tests/browser start them.
RUN_UNTIL_STOPPED = {"serve", "lab"}


def commands(language: str) -> list[str]:
    blocks = re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)
    if language == "python":
        return blocks
    return [line.split("#")[0].strip() for block in blocks for line in block.splitlines() if line.strip()]


def shell_lines(program: str) -> list[str]:
    return [line for line in commands("sh") if line.split()[0] == program]


@pytest.fixture
def own_home(sample_settings, tmp_path):
    """A copy of the loaded sample, so that a command which loads or switches changes nobody else's."""
    home = tmp_path / "home"
    shutil.copytree(sample_settings.home, home)
    return {
        **os.environ,
        "WORKBENCH_HOME": str(home),
        "WORKBENCH_KEY_FILE": str(sample_settings.key_file),
        "WORKBENCH_REPORTS": str(tmp_path / "reports"),
    }


def test_there_are_commands_to_test():
    assert len(shell_lines("workbench")) >= 8
    assert shell_lines("make") == ["make demo", "make test"]


@pytest.mark.parametrize(
    "line", [line for line in shell_lines("workbench") if line.split()[1] not in RUN_UNTIL_STOPPED]
)
def test_each_command_of_the_readme_runs(line, own_home):
    answer = subprocess.run(
        [sys.executable, "-m", *line.split()], capture_output=True, text=True, env=own_home, cwd=ROOT, timeout=240
    )
    # `load` ends with 1 when rows of a file were not accepted: the sample has such rows on purpose.
    allowed = {0, 1} if line.split()[1] == "load" else {0}
    assert answer.returncode in allowed, answer.stderr
    assert answer.stdout.strip()
    assert "Traceback" not in answer.stderr


@pytest.mark.parametrize("block", commands("python"))
def test_each_python_example_of_the_readme_runs(block, own_home):
    answer = subprocess.run(
        [sys.executable, "-W", "error", "-c", block],
        capture_output=True,
        text=True,
        env=own_home,
        cwd=ROOT,
        timeout=120,
    )
    assert answer.returncode == 0, answer.stderr


@pytest.mark.parametrize("line", shell_lines("make"))
def test_each_make_target_of_the_readme_is_a_target(line):
    answer = subprocess.run(["make", "--dry-run", line.split()[1]], capture_output=True, text=True, cwd=ROOT)
    assert answer.returncode == 0, answer.stderr


def test_every_command_is_told_somewhere():
    from workbench.cli import COMMANDS

    pages = README + "".join(page.read_text(encoding="utf-8") for page in (ROOT / "docs").rglob("*.md"))
    untold = [name for name in COMMANDS if f"workbench {name}" not in pages and f"make {name}" not in pages]
    assert untold == []


def test_the_pictures_are_there():
    pictures = re.findall(r"!\[[^\]]+\]\(([^)]+\.png)\)", README)
    assert len(pictures) >= 4
    assert all((ROOT / picture).stat().st_size > 20_000 for picture in pictures)
