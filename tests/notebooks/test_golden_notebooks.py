"""The worked examples print what they printed when they were reviewed, compared cell by cell."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from workbench.packs.plan import notebook_folder

GOLDEN = sorted((notebook_folder() / "golden").glob("*.ipynb"))
ROOT = notebook_folder().parent


def compare(folder: Path, home: Path) -> subprocess.CompletedProcess[str]:
    """Run every notebook of a folder again, on the sample, and compare all outputs strictly."""
    options = [
        "--nbval",
        "-q",
        "-p",
        "no:randomly",
        "-p",
        "no:cacheprovider",
        "-o",
        "addopts=",
        "-o",
        "filterwarnings=",
    ]
    return subprocess.run(
        [sys.executable, "-m", "pytest", *options, "--rootdir", str(folder), str(folder)],
        cwd=folder,
        env={**os.environ, "WORKBENCH_HOME": str(home), "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=240,
    )


@pytest.fixture
def copies(tmp_path: Path) -> Path:
    folder = tmp_path / "golden"
    folder.mkdir()
    for notebook in GOLDEN:
        shutil.copyfile(notebook, folder / notebook.name)
    return folder


def test_every_worked_example_still_prints_the_same(copies: Path, sample_home: Path) -> None:
    outcome = compare(copies, sample_home)
    assert outcome.returncode == 0, outcome.stdout
    assert f"{sum(count_of_code_cells(path) for path in GOLDEN)} passed" in outcome.stdout


def test_the_comparison_fails_when_one_printed_number_differs(copies: Path, sample_home: Path) -> None:
    example = copies / "published_absence.ipynb"
    for other in copies.glob("*.ipynb"):
        if other != example:
            other.unlink()
    notebook = nbformat.read(example, as_version=4)
    cell = next(cell for cell in notebook.cells if cell.get("outputs") and "5.20%" in cell.outputs[0].text)
    cell.outputs[0].text = cell.outputs[0].text.replace("5.20%", "5.21%", 1)
    nbformat.write(notebook, example)
    outcome = compare(copies, sample_home)
    assert outcome.returncode == 1, outcome.stdout
    assert "1 failed" in outcome.stdout and "5.21%" in outcome.stdout


def count_of_code_cells(path: Path) -> int:
    return sum(cell.cell_type == "code" for cell in nbformat.read(path, as_version=4).cells)
