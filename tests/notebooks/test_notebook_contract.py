"""Every notebook is thin, has one parameters cell, and its twin says the same as the reviewed file."""

import ast
import re
from pathlib import Path

import nbformat
import pytest

from workbench.packs.parameters import declared_parameters
from workbench.packs.plan import board_pack_notebooks, notebook_folder
from workbench.packs.twins import regenerate, twin_of

FOLDER = notebook_folder()
REVIEWED = sorted(FOLDER.glob("*.py"))
GOLDEN = sorted((FOLDER / "golden").glob("*.ipynb"))
PACK_PARAMETERS = {"organisation": "str", "as_at": "str", "audience": "str", "interactive": "bool", "snapshot": "str"}
MOST_CODE_CELLS = 24  # parameters, opening, footer, and one for each exhibit
SQL = re.compile(r"\b(select|from|where|join|group by|with)\b.*\b(select|from|as)\b", re.IGNORECASE | re.DOTALL)
PATH = re.compile(r"[/\\]|\.(csv|parquet|xlsx|duckdb|sql)\b")

each_notebook = pytest.mark.parametrize("reviewed", REVIEWED, ids=lambda path: path.stem)


def cells(path: Path, kind: str) -> list[nbformat.NotebookNode]:
    return [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == kind]


def content(notebook: nbformat.NotebookNode) -> list[tuple[str, str, list[str]]]:
    return [(cell.cell_type, cell.source, cell.metadata.get("tags", [])) for cell in notebook.cells]


def text_literals(tree: ast.AST) -> list[str]:
    return [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)]


def test_the_notebooks_of_the_pack_are_the_reviewed_ones() -> None:
    assert sorted(path.with_suffix(".py") for path in board_pack_notebooks()) == REVIEWED
    assert len(REVIEWED) == 3


@each_notebook
def test_the_twin_has_the_cells_and_tags_of_the_reviewed_file(reviewed: Path) -> None:
    twin = nbformat.read(reviewed.with_suffix(".ipynb"), as_version=4)
    assert content(twin) == content(twin_of(reviewed)), "run `make notebooks`"


@each_notebook
def test_regenerating_a_twin_gives_the_same_bytes(reviewed: Path, tmp_path: Path) -> None:
    copy = tmp_path / reviewed.name
    copy.write_bytes(reviewed.read_bytes())
    assert [path.read_text(encoding="utf-8") for path in regenerate(tmp_path)] == [
        reviewed.with_suffix(".ipynb").read_text(encoding="utf-8")
    ]


@each_notebook
def test_a_twin_carries_no_outputs(reviewed: Path) -> None:
    for cell in cells(reviewed.with_suffix(".ipynb"), "code"):
        assert (cell.outputs, cell.execution_count) == ([], None)


@each_notebook
def test_a_notebook_has_one_parameters_cell_with_a_kind_a_default_and_words_for_each(reviewed: Path) -> None:
    assert declared_parameters(reviewed.with_suffix(".ipynb")) == PACK_PARAMETERS
    (cell,) = [c for c in cells(reviewed.with_suffix(".ipynb"), "code") if "parameters" in c.metadata.get("tags", [])]
    for line in cell.source.splitlines():
        assert re.fullmatch(r'\w+: (str|bool) = ("\w*"|True|False)  # \w.+', line), line


@each_notebook
def test_a_notebook_is_thin(reviewed: Path) -> None:
    code = cells(reviewed.with_suffix(".ipynb"), "code")
    assert len(code) <= MOST_CODE_CELLS
    for cell in code:
        tree = ast.parse(cell.source)
        kinds = {type(node) for node in ast.walk(tree)}
        assert not kinds & {ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda, ast.For, ast.While, ast.If}
        numbers = [n.value for n in ast.walk(tree) if isinstance(n, ast.Constant) and type(n.value) in (int, float)]
        assert numbers == [], "a threshold belongs to a measure or a setting"
        for text in text_literals(tree):
            assert not SQL.search(text) and not PATH.search(text), text
        imported = {alias.name for n in ast.walk(tree) if isinstance(n, ast.ImportFrom) for alias in n.names}
        assert imported <= {"open_workbench"} and not any(isinstance(n, ast.Import) for n in ast.walk(tree))


@each_notebook
def test_a_notebook_shows_every_exhibit_and_section_of_its_page_in_order_each_under_a_heading(reviewed: Path) -> None:
    from workbench.dashboards import page_specs

    twin = nbformat.read(reviewed.with_suffix(".ipynb"), as_version=4)
    shown = []
    for before, cell in zip(twin.cells, twin.cells[1:], strict=False):
        if found := re.fullmatch(r'page\.show\("(\w+)"\)', cell.source):
            assert before.source.startswith("## ")
            shown.append(found[1])
    spec = page_specs()[reviewed.stem]
    sections = [section.name for section in spec.sections]
    assert tuple(name for name in shown if name not in sections) == spec.exhibits
    assert [name for name in shown if name in sections] == sections
    assert twin.cells[0].source.splitlines()[0] == f"# {page_specs()[reviewed.stem].title}"
    assert twin.cells[-1].source == "page.footer()"


def test_there_are_golden_notebooks_and_they_carry_the_outputs_that_are_compared() -> None:
    assert GOLDEN
    for path in GOLDEN:
        printing = [cell for cell in cells(path, "code") if "print(" in cell.source or cell.outputs]
        assert printing and all(cell.outputs and cell.execution_count for cell in printing), path.name
