"""The house has walls: who may import what. Each rule is read off the syntax tree of every module."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import workbench

PACKAGE = Path(workbench.__file__).parent
THEMES = sorted(path.parent.name for path in PACKAGE.glob("*/dashboard.py"))

# library: the places (relative to the package) that may import it
ONLY_HERE = {
    "duckdb": ("warehouse/",),
    "plotly": ("exhibits/", "*/exhibits.py"),
    "ipywidgets": ("dashboards/", "serving/", "*/dashboard.py"),
    "anywidget": ("dashboards/", "serving/", "*/dashboard.py"),
    "papermill": ("packs/",),
    "voila": ("serving/",),
    "click": ("cli/",),
    "pandas": (),
    "requests": (),
    "httpx": (),
}

# A package may use those of earlier rows, never those of later ones: data go one way. Rows of one line are level.
LAYERS = (
    ("errors", "periods", "settings"),
    ("audit",),
    ("reference",),
    ("professions",),
    ("sample",),
    ("extracts",),
    ("warehouse",),
    ("measures",),
    ("benchmarking",),
    ("disclosure",),
    ("exhibits",),
    ("dashboards",),
    tuple(THEMES),
    ("workbench",),
    ("kernels",),
    ("packs", "serving"),
    ("cli",),
)


def modules() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def imports(path: Path, *, at_load: bool = False) -> set[str]:
    """Names imported by a module, in dotted form; with `at_load`, only those imported when it is loaded."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found: set[str] = set()
    for node in _walk(tree, into_functions=not at_load):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            found.add(node.module)
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def _walk(tree: ast.AST, *, into_functions: bool):
    for node in ast.iter_child_nodes(tree):
        is_function = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        types_only = isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        if (is_function and not into_functions) or types_only:
            continue
        yield node
        yield from _walk(node, into_functions=into_functions)


def allowed(path: Path, places: tuple[str, ...]) -> bool:
    relative = path.relative_to(PACKAGE)
    return any(
        relative.as_posix().startswith(place) if place.endswith("/") else relative.match(place) for place in places
    )


@pytest.mark.parametrize("library", ONLY_HERE)
def test_a_library_is_imported_only_where_the_design_says(library):
    offenders = [
        path.relative_to(PACKAGE).as_posix()
        for path in modules()
        if any(name.split(".")[0] == library for name in imports(path)) and not allowed(path, ONLY_HERE[library])
    ]
    assert offenders == []


def test_the_wall_test_sees_an_import_inside_a_function(tmp_path):
    module = tmp_path / "module.py"
    module.write_text("def f():\n    import duckdb\n", encoding="utf-8")
    assert imports(module) == {"duckdb"}
    assert imports(module, at_load=True) == set()


def test_a_theme_imports_no_other_theme():
    offenders = [
        (path.relative_to(PACKAGE).as_posix(), name)
        for theme in THEMES
        for path in (PACKAGE / theme).rglob("*.py")
        for name in imports(path)
        if name.startswith("workbench.") and name.split(".")[1] in set(THEMES) - {theme}
    ]
    assert THEMES, "no theme was found"
    assert offenders == []


def test_every_package_has_its_place_in_the_house():
    placed = {name for row in LAYERS for name in row}
    there = {path.stem if path.is_file() else path.name for path in PACKAGE.iterdir() if not path.name.startswith("__")}
    there -= {"py"}  # py.typed
    assert there <= placed, f"give these a row in LAYERS: {sorted(there - placed)}"


def test_data_go_one_way():
    height = {name: row for row, names in enumerate(LAYERS) for name in names}
    offenders = [
        (path.relative_to(PACKAGE).as_posix(), name)
        for path in modules()
        if (own := path.relative_to(PACKAGE).parts[0].removesuffix(".py")) in height
        for name in imports(path, at_load=True)
        if name.startswith("workbench.") and (other := name.split(".")[1]) in height and height[other] > height[own]
    ]
    assert offenders == []


@pytest.mark.parametrize("theme", THEMES)
def test_every_theme_has_the_same_shape(theme):
    folder = PACKAGE / theme
    missing = [
        name for name in ("queries", "exhibits.py", "dashboard.py", "__init__.py") if not (folder / name).exists()
    ]
    assert missing == []
    assert list((folder / "queries").glob("*.sql"))


def test_no_module_is_named_for_nothing():
    vague = {"util", "utils", "helper", "helpers", "misc", "common", "manager", "stuff"}
    assert [path.name for path in modules() if vague & set(path.stem.split("_"))] == []


def test_importing_the_workbench_loads_nothing_heavy():
    heavy = ("polars", "duckdb", "plotly", "pandas", "numpy", "IPython", "ipywidgets", "papermill", "click")
    code = f"import sys, workbench, workbench.settings; print([n for n in {heavy} if n in sys.modules])"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"
