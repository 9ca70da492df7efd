"""Check what a notebook is given against what its parameters cell declares.

papermill runs on when a parameter is mis-spelt, is of another type, or when there is no parameters cell at all: the
report then looks right and is about the wrong month or organisation. Here each of these is refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import nbformat

from workbench.errors import ParameterError, nearest
from workbench.kernels import KERNELSPEC

KINDS: dict[str, type] = {"str": str, "bool": bool, "int": int, "float": float}


def declared_parameters(notebook: Path) -> dict[str, str]:
    """Return the parameters that a notebook declares: name to kind (`str`, `bool`, `int` or `float`).

    Raises:
        ParameterError: the notebook has no cell tagged `parameters`, several, or one that gives a parameter no kind.
    """
    from papermill import inspect_notebook

    content = nbformat.read(notebook, as_version=4)
    tagged = [cell for cell in content.cells if "parameters" in cell.metadata.get("tags", [])]
    if len(tagged) != 1:
        raise ParameterError(
            f"The notebook {notebook.name!r} must have exactly one cell tagged `parameters`: it has {len(tagged)}. "
            "Without it every report would be made with the notebook's defaults."
        )
    content.metadata.kernelspec = nbformat.from_dict(KERNELSPEC)
    declared = {name: str(found["inferred_type_name"]) for name, found in inspect_notebook(content).items()}
    for name, kind in declared.items():
        if kind not in KINDS:
            raise ParameterError(
                f"The notebook {notebook.name!r} declares `{name}` as {kind!r}. Write one of "
                f'{", ".join(KINDS)} behind the name, for example `{name}: str = ""`.'
            )
    return declared


def check_parameters(notebook: Path, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values if they are exactly what the notebook declares, by name and kind.

    A parameter that is declared and not given is refused as well: a report is never made with a default that
    nobody asked for.

    Raises:
        ParameterError: a name is unknown or missing, a value is of another kind, or the parameters cell is missing.
    """
    declared = declared_parameters(notebook)
    for name, value in values.items():
        if name not in declared:
            close = nearest(name, declared)
            hint = f" Did you mean `{close[0]}`?" if close else ""
            raise ParameterError(
                f"The notebook {notebook.name!r} has no parameter named {name!r}.{hint} It has: {', '.join(declared)}."
            )
        if type(value) is not KINDS[declared[name]]:
            raise ParameterError(
                f"The parameter `{name}` of {notebook.name!r} is {declared[name]}: received {value!r}, "
                f"which is {type(value).__name__}. Dates are given as text, for example '2026-09-30'."
            )
    missing = [name for name in declared if name not in values]
    if missing:
        raise ParameterError(
            f"The notebook {notebook.name!r} was given no value for {', '.join(f'`{name}`' for name in missing)}. "
            "A report gives every parameter, so that none is made with a default that nobody asked for."
        )
    return dict(values)
