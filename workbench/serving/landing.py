"""What the first page of the dashboards says: the three questions, each with its latest finding."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from workbench.dashboards import page_specs
from workbench.errors import WorkbenchError
from workbench.periods import shown_date

if TYPE_CHECKING:
    from workbench.settings import Settings
    from workbench.workbench import Workbench


@dataclass(frozen=True)
class Card:
    """One dashboard: what it is called, what it answers and what it finds for each organisation."""

    id: str
    title: str
    questions: tuple[str, ...]
    findings: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Landing:
    """The first page: how old the data are, and the dashboards."""

    as_at: str
    snapshot: str
    organisations: str
    withheld: str
    cards: tuple[Card, ...]


class LandingPages:
    """Makes the first page, and again only when a new snapshot has become current."""

    def __init__(self, settings: Settings, dashboards: Sequence[str], audience: str) -> None:
        self._audience = audience
        self._settings = settings
        self._dashboards = tuple(dashboards)
        self._made: tuple[str, Landing] | None = None

    def current(self) -> Landing:
        """Return the first page over the snapshot that is current now.

        Raises:
            SnapshotError: nothing has been loaded yet.
        """
        from workbench import open_workbench

        wb = open_workbench(settings=self._settings, audience=self._audience)
        try:
            if self._made is None or self._made[0] != wb.snapshot.id:
                self._made = (wb.snapshot.id, self._make(wb))
            return self._made[1]
        finally:
            wb.snapshot.close()

    def _make(self, wb: Workbench) -> Landing:
        specs = page_specs()
        latest = [wb.months(code)[-1] for code in wb.organisations if wb.months(code)]
        return Landing(
            as_at=shown_date(max(latest)) if latest else "no month loaded",
            snapshot=f"{wb.snapshot.created_at:%Y-%m-%d %H:%M}",
            organisations=f"{len(wb.organisations)} organisation{'' if len(wb.organisations) == 1 else 's'}",
            withheld=wb.policy.sentence,
            cards=tuple(
                Card(
                    id=name,
                    title=specs[name].title,
                    questions=specs[name].questions,
                    findings=tuple(
                        (label, _finding(wb, specs[name].exhibits[0], code)) for code, label in wb.organisations.items()
                    ),
                )
                for name in self._dashboards
            ),
        )


def _finding(wb: Workbench, exhibit: str, organisation: str) -> str:
    try:
        return wb.exhibit(exhibit, organisation=organisation).title
    except WorkbenchError as problem:
        return str(problem)
