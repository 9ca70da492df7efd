"""A page with controls: widgets over the page model, which is where all choices are kept and checked.

The charts are shown by Output widgets, whose content is plotly's own output type. JupyterLab and Voila draw it with
the copy of plotly.js that each browser loads once and keeps. plotly's FigureWidget was not chosen: each one carries
its own 5 MB of plotly.js through the kernel's connection.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from html import escape
from typing import Any

import ipywidgets as widgets
from IPython.display import display

from workbench.dashboards.header_and_footer import footer_html, title_html
from workbench.dashboards.page import PageModel
from workbench.dashboards.spec import WorklistSection
from workbench.dashboards.tasks import Worklist
from workbench.dashboards.worklist_table import WorklistTable
from workbench.errors import WorkbenchError
from workbench.exhibits import Exhibit
from workbench.exhibits.display import PLOTLY_MIME, opening_html, plotly_output
from workbench.exhibits.html import body_html

log = logging.getLogger(__name__)

WORKING = "Working out …"


class LivePage:
    """The widgets of one page: controls in its header, and exhibits that follow them."""

    def __init__(self, model: PageModel) -> None:
        self.model = model
        self.controls = {name: self._dropdown(name) for name in model.controls}
        self.where_from = widgets.HTML(model.where_from_html())
        self.message = widgets.HTML(_status(""))
        self.exhibits: dict[str, LiveExhibit] = {}
        self.sections: dict[str, WorklistTable] = {}
        self.footer = widgets.HTML("")
        self._has_footer = False
        self._refilling = False
        model.on_change(self.follow)

    def show_header(self) -> None:
        """Show the title, the controls and the line that says where the numbers come from."""
        layout = widgets.Layout(display="flex", flex_flow="row wrap", grid_gap="4px 16px")
        row = widgets.Box(list(self.controls.values()), layout=layout)
        title = widgets.HTML(title_html(self.model.spec))
        _show(widgets.VBox([title, row, self.where_from, self.message]))

    def show_exhibit(self, name: str) -> None:
        """Show an exhibit for what is chosen now; it is worked out again after each change."""
        live = LiveExhibit(lambda: self.model.exhibit(name))
        live.draw()
        self.exhibits[name] = live
        _show(live.view)

    def show_section(self, section: WorklistSection) -> None:
        """Show a worklist; the exhibits that it moves are worked out again after each answer."""

        def opened() -> Worklist:
            return section.open(self.model.workbench, self.model.organisation, self.model.as_at)

        table = WorklistTable(opened, lambda: self._draw_again(section.moves), section.question)
        self.sections[section.name] = table
        _show(table.view)

    def show_footer(self) -> None:
        """Show definitions, what is withheld, and the age of the data; it follows the exhibits above it."""
        self._has_footer = True
        self._fill_footer()
        _show(self.footer)

    def follow(self) -> None:
        """Bring everything shown into line with what is chosen."""
        self.message.value = _status(WORKING)
        self._refill_controls()
        self.where_from.value = self.model.where_from_html()
        self._draw_again(self.exhibits)
        for name, table in self.sections.items():
            self._narrow_as_the_page_is(name, table)
        self.message.value = _status("")

    def _draw_again(self, names: Iterable[str]) -> None:
        for name in names:
            if name in self.exhibits:
                self.exhibits[name].draw()
        if self._has_footer:
            self._fill_footer()

    def _narrow_as_the_page_is(self, name: str, table: WorklistTable) -> None:
        """Let a worklist show what the page shows now, and its filters what the page's controls of that name do."""
        try:
            table.follow()
        except WorkbenchError as problem:
            self.message.value = _problem(f"{name}: {problem}")
            return
        for control in self.model.spec.controls:
            if control.name in table.filters:
                table.choose(control.name, self.model.value(control.name))

    def _fill_footer(self) -> None:
        shown = [live.exhibit for live in self.exhibits.values() if live.exhibit is not None]
        self.footer.value = footer_html(self.model.workbench, self.model.organisation, shown)

    def _dropdown(self, name: str) -> widgets.Dropdown:
        dropdown = widgets.Dropdown(
            description=self.model.controls[name],
            options=self.model.choices(name),
            value=self.model.value(name),
            style={"description_width": "initial"},
            layout=widgets.Layout(width="auto", max_width="100%", min_width="0"),
        )
        dropdown.observe(lambda change: self._choose(name, change["new"]), names="value")
        return dropdown

    def _choose(self, name: str, value: Any) -> None:
        if self._refilling:
            return
        try:
            self.model.choose(name, "" if value is None else str(value))
        except WorkbenchError as problem:
            self.message.value = _problem(str(problem))
            self._refill_controls()

    def _refill_controls(self) -> None:
        """Let each control offer what the model offers now; this is not a choice of the reader's."""
        self._refilling = True
        try:
            for name, dropdown in self.controls.items():
                choices = self.model.choices(name)
                if list(dropdown.options) != choices:
                    dropdown.options = choices
                if dropdown.value != self.model.value(name):
                    dropdown.value = self.model.value(name)
        finally:
            self._refilling = False


class LiveExhibit:
    """One exhibit on a live page: heading, chart and table that change together."""

    def __init__(self, work_out: Callable[[], Exhibit]) -> None:
        self._work_out = work_out
        self.exhibit: Exhibit | None = None
        self.head = widgets.HTML("")
        self.chart = widgets.Output()
        self.body = widgets.HTML("")
        self.view = widgets.VBox([self.head, self.chart, self.body])

    def draw(self) -> None:
        """Work the exhibit out and show it; a problem is shown in words in its place."""
        try:
            self.exhibit = self._work_out()
        except WorkbenchError as problem:
            self._show_problem(str(problem))
            return
        except Exception as problem:
            # The reader gets no traceback, and the log no message: both could hold a value of a record.
            log.error("an exhibit could not be worked out: %s", type(problem).__name__)
            self._show_problem("This could not be worked out, which is a fault of the workbench. Please report it.")
            return
        self.head.value = opening_html(self.exhibit)
        self._draw_chart(self.exhibit)
        self.body.value = f'<div class="wb-exhibit">{body_html(self.exhibit)}</div>'

    def _draw_chart(self, exhibit: Exhibit) -> None:
        if exhibit.figure is None:
            self.chart.outputs = ()
            self.chart.layout.min_height = None
            return
        # The height is kept while the chart is replaced, so that the page below it does not jump.
        self.chart.layout.min_height = f"{exhibit.figure.layout.height}px"
        data = {PLOTLY_MIME: plotly_output(exhibit.figure), "text/plain": exhibit.alt}
        self.chart.outputs = ({"output_type": "display_data", "data": data, "metadata": {}},)

    def _show_problem(self, message: str) -> None:
        self.exhibit = None
        self.head.value = _problem(message)
        self.chart.outputs = ()
        self.chart.layout.min_height = None
        self.body.value = ""


def _show(view: widgets.Widget) -> None:
    display(view)  # type: ignore[no-untyped-call]


def _status(text: str) -> str:
    return f'<div class="wb-page"><p class="wb-working" role="status">{escape(text)}</p></div>'


def _problem(text: str) -> str:
    return f'<div class="wb-page"><p class="wb-problem" role="alert">{escape(text)}</p></div>'
