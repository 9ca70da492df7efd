"""A page without its widgets: what is chosen, what may be chosen, and the exhibits for it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from workbench.dashboards.header_and_footer import footer_html, section_words_html, title_html, where_from_html
from workbench.dashboards.spec import ExhibitFunction, PageSpec, WorklistSection, exhibit_functions, page_specs
from workbench.errors import ParameterError, unknown_name
from workbench.exhibits import Exhibit, ExhibitRequest
from workbench.exhibits.display import display_exhibit
from workbench.periods import last_completed_month_end, shown_date

if TYPE_CHECKING:
    from workbench.dashboards.live import LivePage
    from workbench.workbench import Workbench


class PageModel:
    """What a reader has chosen on a page, checked against what is on offer; it knows no widgets.

    Whatever is chosen is checked here, because a value that comes from a browser may be anything.
    """

    def __init__(
        self,
        workbench: Workbench,
        spec: PageSpec,
        organisation: str,
        as_at: dt.date,
        functions: Mapping[str, ExhibitFunction] | None = None,
    ) -> None:
        self.workbench = workbench
        self.functions = exhibit_functions() if functions is None else functions
        self.spec = spec
        self.organisation = workbench.organisation(organisation)
        self.as_at = self._month(self.organisation, as_at)
        self.options: dict[str, str] = {}
        self._listeners: list[Callable[[], None]] = []

    def on_change(self, listener: Callable[[], None]) -> None:
        """Call `listener` after each change of what is chosen."""
        self._listeners.append(listener)

    def choices(self, control: str) -> list[tuple[str, str]]:
        """List what a control offers now, as pairs of what is shown and what is meant."""
        if control == "organisation":
            return [(f"{name} ({code})", code) for code, name in self.workbench.organisations.items()]
        if control == "as_at":
            months = self.workbench.months(self.organisation)
            return [(shown_date(month), month.isoformat()) for month in reversed(months)]
        for declared in self.spec.controls:
            if declared.name == control:
                values = declared.choices(self.workbench, self.organisation, self.as_at)
                return [(declared.every, ""), *((declared.words.get(value, value), value) for value in values)]
        raise unknown_name("control", control, self.controls)

    @property
    def controls(self) -> dict[str, str]:
        """Names of the controls with what stands beside each."""
        declared = {control.name: control.label for control in self.spec.controls}
        return {"organisation": "Organisation", "as_at": "As at", **declared}

    def value(self, control: str) -> str:
        """Return what is chosen in a control."""
        if control == "organisation":
            return self.organisation
        return self.as_at.isoformat() if control == "as_at" else self.options.get(control, "")

    def choose(self, control: str, value: str) -> None:
        """Choose a value; everything that does not go with it any more returns to its widest choice.

        Raises:
            ParameterError: the value is not on offer. Nothing is changed then.
            UnknownName: the page has no control of that name.
        """
        allowed = [meant for _, meant in self.choices(control)]
        if value not in allowed:
            raise ParameterError(
                f"`{control}` cannot be {value!r} here. Allowed: {', '.join(repr(v) for v in allowed[:12])}"
                f"{' and more' if len(allowed) > 12 else ''}."
            )
        if value == self.value(control):
            return
        if control == "organisation":
            self.organisation = value
            self.as_at = self._month(value, self.as_at)
        elif control == "as_at":
            self.as_at = dt.date.fromisoformat(value)
        else:
            self.options[control] = value
        self._drop_what_is_not_on_offer()
        for listener in list(self._listeners):
            listener()

    def exhibit(self, name: str) -> Exhibit:
        """Work out one of the page's exhibits for what is chosen."""
        if name not in self.spec.exhibits or name not in self.functions:
            raise unknown_name("exhibit of this page", name, self.spec.exhibits)
        return self.functions[name](self.workbench, ExhibitRequest(self.organisation, self.as_at, dict(self.options)))

    @property
    def scope(self) -> str:
        """Which part of the organisation is shown, in words."""
        return ", ".join(self.options.values()) or "whole organisation"

    def where_from_html(self) -> str:
        """Return the line that says whose numbers these are, from when, and what this reader is not shown."""
        return where_from_html(self.workbench, self.organisation, self.as_at, self.scope)

    def _month(self, organisation: str, day: dt.date) -> dt.date:
        """Return the month on offer that answers for `day`: that month, or the last one loaded before it."""
        wanted = last_completed_month_end(day)
        months = self.workbench.months(organisation)
        earlier = [month for month in months if month <= wanted]
        return earlier[-1] if earlier else months[0] if months else wanted

    def _drop_what_is_not_on_offer(self) -> None:
        for name in list(self.options):
            if self.options[name] not in [meant for _, meant in self.choices(name)] or not self.options[name]:
                del self.options[name]


class Page:
    """A page of exhibits, as a notebook shows it: a header, exhibits in order, a footer.

    The same notebook makes a live page (controls, and exhibits that follow them) and a page of a pack (exhibits
    only): `interactive` decides.
    """

    def __init__(self, model: PageModel, interactive: bool = True) -> None:
        self.model = model
        self.interactive = interactive
        self._shown: dict[str, Exhibit] = {}
        self._live: LivePage | None = None
        if interactive:
            from workbench.dashboards.live import LivePage

            self._live = LivePage(model)

    def header(self) -> None:
        """Show title, questions and where the numbers come from; on a live page the controls as well."""
        if self._live:
            self._live.show_header()
            return
        _show_html(title_html(self.model.spec) + self.model.where_from_html())

    def show(self, name: str) -> None:
        """Show one of the page's exhibits, or one of its sections.

        Raises:
            UnknownName: the page has neither of that name.
        """
        if section := self.model.spec.section(name):
            self._show_section(section)
            return
        if self._live:
            self._live.show_exhibit(name)
            return
        self._shown[name] = self.model.exhibit(name)
        display_exhibit(self._shown[name])

    def _show_section(self, section: WorklistSection) -> None:
        if self._live and self.model.workbench.audience in section.audiences:
            self._live.show_section(section)
            return
        words = section.instead(self.model.workbench, self.model.organisation, self.model.as_at)
        _show_html(section_words_html(section.question, words))

    def footer(self) -> None:
        """Show the definitions used by the exhibits above, what is withheld, and how old the data are."""
        if self._live:
            self._live.show_footer()
            return
        _show_html(footer_html(self.model.workbench, self.model.organisation, list(self._shown.values())))


def open_page(workbench: Workbench, name: str, organisation: str, as_at: dt.date, interactive: bool) -> Page:
    """Open the page of that name.

    Raises:
        UnknownName: no theme has a page of that name.
    """
    specs = page_specs()
    if name not in specs:
        raise unknown_name("page", name, specs)
    return Page(PageModel(workbench, specs[name], organisation, as_at), interactive)


def _show_html(html: str) -> None:
    from IPython.display import publish_display_data

    publish_display_data({"text/html": html, "text/plain": ""})  # type: ignore[no-untyped-call]
