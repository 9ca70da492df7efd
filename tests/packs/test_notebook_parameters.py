"""A notebook runs with exactly the parameters it declares, or not at all."""

from pathlib import Path

import nbformat
import pytest

from workbench.errors import ParameterError
from workbench.packs.parameters import check_parameters, declared_parameters

CELL = 'organisation: str = ""  # code\ninteractive: bool = True  # controls\nmonths: int = 12  # window'
GIVEN = {"organisation": "XAA", "interactive": False, "months": 12}


@pytest.fixture
def notebook(tmp_path: Path) -> Path:
    return write(tmp_path, [(CELL, ["parameters"]), ("print(organisation)", [])])


def write(folder: Path, cells: list[tuple[str, list[str]]]) -> Path:
    path = folder / "report.ipynb"
    content = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(source, metadata={"tags": tags}) for source, tags in cells]
    )
    nbformat.write(content, path)
    return path


def test_the_parameters_of_a_notebook_are_read_with_their_kinds(notebook: Path) -> None:
    assert declared_parameters(notebook) == {"organisation": "str", "interactive": "bool", "months": "int"}


def test_exactly_the_declared_parameters_are_accepted(notebook: Path) -> None:
    assert check_parameters(notebook, GIVEN) == GIVEN


def test_a_mis_spelt_parameter_is_refused_and_the_right_name_offered(notebook: Path) -> None:
    with pytest.raises(ParameterError, match="Did you mean `organisation`"):
        check_parameters(notebook, {"organization": "XAA", "interactive": False, "months": 12})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("organisation", 1),
        ("organisation", None),
        ("interactive", "False"),
        ("interactive", 0),
        ("months", "12"),
        ("months", True),
        ("months", 12.0),
    ],
)
def test_a_value_of_another_kind_is_refused(notebook: Path, name: str, value: object) -> None:
    with pytest.raises(ParameterError, match=f"`{name}`"):
        check_parameters(notebook, {**GIVEN, name: value})


def test_a_declared_parameter_that_is_not_given_is_refused(notebook: Path) -> None:
    with pytest.raises(ParameterError, match="no value for `months`"):
        check_parameters(notebook, {"organisation": "XAA", "interactive": False})


@pytest.mark.parametrize("tagged", [0, 2])
def test_a_notebook_without_exactly_one_parameters_cell_is_refused(tmp_path: Path, tagged: int) -> None:
    path = write(tmp_path, [("organisation: str = ''", ["parameters"] if n < tagged else []) for n in range(2)])
    with pytest.raises(ParameterError, match=f"exactly one cell tagged `parameters`: it has {tagged}"):
        check_parameters(path, {"organisation": "XAA"})


@pytest.mark.parametrize("cell", ["organisation = None", "organisation: list = []"])
def test_a_parameter_without_a_usable_kind_is_refused(tmp_path: Path, cell: str) -> None:
    with pytest.raises(ParameterError, match="organisation"):
        declared_parameters(write(tmp_path, [(cell, ["parameters"])]))
