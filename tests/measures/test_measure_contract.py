"""A measure is a record, a function, a methodology page and a recomputation: none may be missing."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from workbench.measures import Measure, catalogue
from workbench.measures.evaluate import computing_function

ROOT = Path(__file__).parents[2]
FEWEST_SECTIONS = 3  # what it answers, how it is counted, what was chosen


def missing_parts(measure: Measure, root: Path = ROOT) -> list[str]:
    """Name what a measure lacks of the four things that make it one."""
    missing = []
    try:
        computing_function(measure)
    except (ImportError, AttributeError):
        missing.append("computing function")
    page = root / measure.methodology
    text = page.read_text(encoding="utf-8") if page.exists() else ""
    headings = re.findall(r"^## (.+)$", text, re.MULTILINE)
    if measure.methodology != f"docs/methodology/{measure.id}.md" or len(headings) < FEWEST_SECTIONS:
        missing.append("methodology page")
    recomputation = root / f"tests/recomputed/test_recomputed_{measure.id}.py"
    if not recomputation.exists() or not _has_asserting_test(recomputation):
        missing.append("recomputation")
    return missing


def _has_asserting_test(path: Path) -> bool:
    functions = [
        node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.FunctionDef)
    ]
    return any(
        function.name.startswith("test_") and any(isinstance(node, ast.Assert) for node in ast.walk(function))
        for function in functions
    )


@pytest.mark.parametrize("measure_id", catalogue())
def test_a_measure_has_a_function_a_methodology_page_and_a_recomputation(measure_id):
    assert missing_parts(catalogue()[measure_id]) == []


def test_a_measure_without_them_is_found_out(tmp_path):
    bare = catalogue()["headcount"]
    assert missing_parts(bare, tmp_path) == ["methodology page", "recomputation"]
    (tmp_path / "tests/recomputed").mkdir(parents=True)
    hollow = tmp_path / "tests/recomputed/test_recomputed_headcount.py"
    hollow.write_text("def test_nothing():\n    pass\n", encoding="utf-8")
    assert "recomputation" in missing_parts(bare, tmp_path)


def test_nothing_is_recomputed_that_is_not_a_measure():
    pages = {path.stem for path in (ROOT / "docs/methodology").glob("*.md")}
    recomputed = {
        path.stem.removeprefix("test_recomputed_") for path in (ROOT / "tests/recomputed").glob("test_recomputed_*.py")
    }
    assert set(catalogue()) <= pages
    assert recomputed == set(catalogue())


@pytest.mark.parametrize("measure_id", catalogue())
def test_the_page_names_every_option_and_caveats_are_sentences(measure_id):
    measure = catalogue()[measure_id]
    page = (ROOT / measure.methodology).read_text(encoding="utf-8")
    assert all(f"`{option.name}" in page for option in measure.options)
    assert all(caveat.endswith(".") for caveat in measure.caveats)
    assert measure.question.endswith("?")
