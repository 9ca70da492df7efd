"""Which notebooks are rendered, for which organisations, with which parameters."""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.errors import PeriodError, SettingsError
from workbench.periods import Quarter, is_month_end, shown_date

if TYPE_CHECKING:
    from workbench.workbench import Workbench

AUDIENCE = "board"


@dataclass(frozen=True)
class PlannedPack:
    """One board pack: an organisation and a quarter, and the notebooks it is made of in reading order."""

    organisation: str
    organisation_name: str
    quarter: Quarter
    snapshot: str
    notebooks: tuple[Path, ...]
    parameters: Mapping[str, Any]

    @property
    def folder(self) -> Path:
        """Where the pack lies below the folder of reports."""
        return Path(str(self.quarter)) / self.organisation


@dataclass(frozen=True)
class PackPlan:
    """All packs of one run, and why an organisation has none."""

    packs: tuple[PlannedPack, ...]
    not_possible: Mapping[str, str] = field(default_factory=dict)


def notebook_folder() -> Path:
    """Return the folder of the reviewed notebooks: beside the package, or where an installed one keeps them."""
    import workbench

    beside = Path(workbench.__file__).resolve().parent.parent / "notebooks"
    installed = Path(sys.prefix) / "share" / "workforce-workbench" / "notebooks"
    for folder in (beside, installed):
        if (folder / "packs.toml").is_file():
            return folder
    raise SettingsError(
        "The notebooks are not installed with this copy of the workbench. Install it again, or run from its folder."
    )


def board_pack_notebooks(folder: Path | None = None) -> tuple[Path, ...]:
    """Return the notebooks of a board pack in reading order, as `packs.toml` beside them lists them."""
    folder = folder or notebook_folder()
    names = tomllib.loads((folder / "packs.toml").read_text(encoding="utf-8"))["board_pack"]
    return tuple(folder / f"{name}.ipynb" for name in names)


def latest_complete_quarter(wb: Workbench) -> Quarter:
    """Return the latest quarter whose last month is loaded for every organisation served.

    Raises:
        PeriodError: no quarter has ended within the months loaded.
    """
    shared = set.intersection(*(set(wb.months(code)) for code in wb.organisations)) if wb.organisations else set()
    ended = [month for month in shared if is_month_end(month) and Quarter.containing(month).last_day == month]
    if not ended:
        raise PeriodError("No quarter has ended within the months that are loaded for every organisation.")
    return Quarter.containing(max(ended))


def plan_packs(
    wb: Workbench, quarter: Quarter, organisations: Sequence[str] = (), *, notebooks: Sequence[Path] | None = None
) -> PackPlan:
    """Plan the board packs of a quarter, each as at the quarter's last day and for the audience `board`.

    An organisation whose extract for that day is not loaded gets no pack, and the plan says so: a pack as at an
    earlier month under the quarter's name would mislead.

    Args:
        wb: the snapshot that all packs are made from.
        quarter: the financial-year quarter.
        organisations: codes; all organisations served when empty.
        notebooks: other notebooks than those of the board pack.

    Raises:
        UnknownName: an organisation is not in the snapshot.
    """
    codes = [wb.organisation(code) for code in dict.fromkeys(organisations)] or list(wb.organisations)
    chosen = tuple(notebooks) if notebooks is not None else board_pack_notebooks()
    packs, not_possible = [], {}
    for code in codes:
        months = wb.months(code)
        if quarter.last_day not in months:
            loaded = f"loaded are {shown_date(months[0])} to {shown_date(months[-1])}" if months else "none is loaded"
            not_possible[code] = (
                f"{quarter} ends on {shown_date(quarter.last_day)}, and staff in post for that day is not loaded; "
                f"{loaded}."
            )
            continue
        packs.append(
            PlannedPack(
                organisation=code,
                organisation_name=wb.organisations[code],
                quarter=quarter,
                snapshot=wb.snapshot.id,
                notebooks=chosen,
                parameters={
                    "organisation": code,
                    "as_at": quarter.last_day.isoformat(),
                    "audience": AUDIENCE,
                    "interactive": False,
                    "snapshot": wb.snapshot.id,
                },
            )
        )
    return PackPlan(tuple(packs), not_possible)
