"""What a theme says about its page, and how the themes are found."""

from __future__ import annotations

import datetime as dt
import importlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.errors import GrainError

if TYPE_CHECKING:
    from workbench.dashboards.tasks import Worklist
    from workbench.exhibits import Exhibit, ExhibitRequest
    from workbench.workbench import Workbench

ExhibitFunction = Callable[["Workbench", "ExhibitRequest"], "Exhibit"]


@dataclass(frozen=True)
class Control:
    """A choice that a page offers besides organisation and date, such as the service.

    Args:
        name: name of the option in `ExhibitRequest.options`; left out of the request while everything is chosen.
        label: what stands beside the control: "Service".
        every: what it says when nothing is narrowed down: "All services".
        choices: the values on offer for an organisation at a date, in the order in which they are shown.
        words: what is shown for a value that is no word of the reader's; other values are shown as they are.
    """

    name: str
    label: str
    every: str
    choices: Callable[[Workbench, str, dt.date], Sequence[str]]
    words: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class WorklistSection:
    """A worklist that stands on a page among its exhibits and is answered there.

    Args:
        name: what the page shows it by, as it does an exhibit.
        question: what it answers, in plain words.
        audiences: who may see its rows; everybody else reads what `instead` says.
        open: opens it for an organisation at a date.
        instead: what stands in its place in a pack, and for whoever may not see its rows.
        moves: exhibits that change when something in it is answered.
    """

    name: str
    question: str
    audiences: tuple[str, ...]
    open: Callable[[Workbench, str, dt.date], Worklist]
    instead: Callable[[Workbench, str, dt.date], str]
    moves: tuple[str, ...] = ()


@dataclass(frozen=True)
class PageSpec:
    """A page as its theme declares it.

    Args:
        id: name of the page and of its notebook: `coding_review`.
        title: what stands at its head.
        questions: the questions it answers, in plain words.
        controls: what a reader may choose besides organisation and date.
        exhibits: ids of its exhibits, in order.
        sections: what is worked on between the exhibits.
    """

    id: str
    title: str
    questions: tuple[str, ...]
    controls: tuple[Control, ...] = ()
    exhibits: tuple[str, ...] = ()
    sections: tuple[WorklistSection, ...] = ()

    def section(self, name: str) -> WorklistSection | None:
        """Return the section of that name, or None where it is not one."""
        return next((section for section in self.sections if section.name == name), None)


@cache
def _themes() -> tuple[str, ...]:
    """Find the themes by their shape: a package of the workbench that holds a dashboard.py."""
    return tuple(sorted(path.parent.name for path in Path(__file__).parents[1].glob("*/dashboard.py")))


def page_specs() -> Mapping[str, PageSpec]:
    """List the pages of all themes by their id."""
    pages = [importlib.import_module(f"workbench.{theme}.dashboard").PAGE for theme in _themes()]
    return {page.id: page for page in sorted(pages, key=lambda page: page.id)}


def exhibit_functions() -> Mapping[str, ExhibitFunction]:
    """List the functions that make the exhibits of all themes, by the exhibits' ids."""
    functions: dict[str, ExhibitFunction] = {}
    for theme in _themes():
        for name, function in importlib.import_module(f"workbench.{theme}.exhibits").EXHIBITS.items():
            if name in functions:
                raise GrainError(f"Two themes have an exhibit named {name!r}; give one of them another name.")
            functions[name] = function
    return functions
