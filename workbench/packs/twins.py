"""Regenerate the `.ipynb` twin of each reviewed notebook: `python -m workbench.packs.twins`.

Notebooks are reviewed as percent `.py` files and run as `.ipynb` files. The way is one: `.py` to `.ipynb`, never
back, so that a notebook saved in JupyterLab cannot silently overwrite what was reviewed.
"""

from __future__ import annotations

import sys
from pathlib import Path

import jupytext
import nbformat

from workbench.kernels import KERNELSPEC
from workbench.packs.plan import notebook_folder


def twin_of(reviewed: Path) -> nbformat.NotebookNode:
    """Return the notebook that a reviewed `.py` file stands for: cells, tags and no outputs.

    Cell ids are numbered, not drawn at random, so that the same text always gives the same file.
    """
    notebook: nbformat.NotebookNode = jupytext.read(reviewed, fmt="py:percent")
    for number, cell in enumerate(notebook.cells, start=1):
        tags = cell.metadata.get("tags")
        cell.metadata = nbformat.NotebookNode({"tags": tags} if tags else {})
        cell["id"] = f"{reviewed.stem}-{number}"
    notebook.metadata = nbformat.NotebookNode({"kernelspec": KERNELSPEC, "language_info": {"name": "python"}})
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    return notebook


def regenerate(folder: Path) -> list[Path]:
    """Write the twin of every reviewed notebook in a folder; return the files written."""
    written = []
    for reviewed in sorted(folder.glob("*.py")):
        twin = reviewed.with_suffix(".ipynb")
        nbformat.write(twin_of(reviewed), twin)
        written.append(twin)
    return written


if __name__ == "__main__":
    for twin in regenerate(notebook_folder()):
        sys.stdout.write(f"{twin}\n")
