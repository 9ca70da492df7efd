"""Run notebooks through papermill, each in a kernel of its own, and hand back what they showed."""

from __future__ import annotations

import logging
import subprocess
import tempfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import nbformat

from workbench import errors
from workbench.errors import RenderError
from workbench.kernels import KERNELSPEC
from workbench.packs.parameters import check_parameters

# nbclient logs what a failing cell said; that may be a value of a record, so it goes nowhere.
log = logging.getLogger(__name__)
log.addHandler(logging.NullHandler())
log.propagate = False

ENGINE = "workbench"
CELL_TIMEOUT = 300  # seconds; the slowest cell of our notebooks takes about one


def run_notebook(
    notebook: Path,
    parameters: Mapping[str, Any],
    *,
    environment: Mapping[str, str],
    timeout: int = CELL_TIMEOUT,
) -> nbformat.NotebookNode:
    """Run a notebook with these parameters in a fresh kernel and return it with its outputs.

    A kernel is never used twice, so that nothing of one organisation can appear in the pack of another. Nothing is
    written to disk: papermill on its own leaves the output of a failed run behind, with rows and all.

    Args:
        notebook: an `.ipynb` file with a cell tagged `parameters`.
        parameters: a value for every parameter the notebook declares.
        environment: the whole environment of the kernel.
        timeout: seconds that one cell may take.

    Raises:
        ParameterError: the parameters are not those that the notebook declares.
        RenderError: a cell failed or took too long; the message holds no value of a record.
    """
    import papermill
    from jupyter_core.utils import ensure_event_loop

    _register_engine()
    values = check_parameters(notebook, parameters)
    content = nbformat.read(notebook, as_version=4)
    with tempfile.TemporaryDirectory(prefix="workbench-kernel-", ignore_cleanup_errors=True) as private:
        try:
            executed: nbformat.NotebookNode = papermill.execute_notebook(
                content,
                None,
                parameters=values,
                engine_name=ENGINE,
                kernel_name=KERNELSPEC["name"],
                language=KERNELSPEC["language"],
                progress_bar=False,
                execution_timeout=timeout,
                kernel_options={
                    "env": dict(environment),
                    "cwd": private,
                    "transport_encryption": "auto",
                    # What a kernel writes past the notebook can hold values of records.
                    "stdout": subprocess.DEVNULL,
                    "stderr": subprocess.DEVNULL,
                },
            )
            return executed
        except Exception as problem:
            raise RenderError(_what_went_wrong(notebook, problem, timeout)) from None
        finally:
            # Each thread that talks to a kernel gets an event loop of its own, which nobody else closes.
            ensure_event_loop().close()


@cache
def _register_engine() -> None:
    """Tell papermill of an engine that gives each kernel its own environment and folder.

    papermill's own engine changes the folder of the whole process instead, which two threads cannot share.
    """
    from papermill.clientwrap import PapermillNotebookClient
    from papermill.engines import Engine, papermill_engines

    class KernelOfItsOwn(Engine):  # type: ignore[misc]
        @classmethod
        def execute_managed_notebook(
            cls,
            nb_man: Any,
            kernel_name: str,
            *,
            start_timeout: int = 60,
            execution_timeout: int | None = None,
            kernel_options: Mapping[str, Any],
            **_: Any,
        ) -> Any:
            client = PapermillNotebookClient(
                nb_man,
                timeout=execution_timeout,
                startup_timeout=start_timeout,
                kernel_name=kernel_name,
                log=log,
            )
            return client.execute(**kernel_options)

    papermill_engines.register(ENGINE, KernelOfItsOwn)


def _what_went_wrong(notebook: Path, problem: Exception, timeout: int) -> str:
    """Word a failed run without the failing cell's message, unless the message is one of ours."""
    from nbclient.exceptions import CellTimeoutError, DeadKernelError
    from papermill.exceptions import PapermillExecutionError

    name = notebook.stem
    if isinstance(problem, PapermillExecutionError):
        ours = getattr(errors, str(problem.ename), None)
        said = f": {problem.evalue}" if isinstance(ours, type) and issubclass(ours, errors.WorkbenchError) else ""
        return f"The notebook `{name}` stopped at its code cell {problem.exec_count - 1} with {problem.ename}{said}"
    if isinstance(problem, CellTimeoutError):
        return f"The notebook `{name}` was stopped: one of its cells ran for more than {timeout} seconds."
    if isinstance(problem, DeadKernelError):
        return f"The kernel of the notebook `{name}` died, most often because the machine ran out of memory."
    return (
        f"The notebook `{name}` could not be run ({type(problem).__name__}). `workbench doctor` shows what is missing."
    )
