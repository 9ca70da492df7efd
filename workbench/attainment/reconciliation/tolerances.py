"""What counts as a difference between two sources; every value here is a local choice, none is an NHS rule.

No tolerance, key or frequency is printed in the standards. They stand below `[attainment.reconciliation]` in
`workbench.toml`:

    [attainment.reconciliation]
    wte_tolerance = 0.02
    cost_centre_map = "closed_cost_centres.csv"
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from workbench.errors import SettingsError, unknown_name
from workbench.settings import Settings

#: Doctors and dentists: their plans are written in programmed activities and their week is longer.
MEDICAL = "01"

MAP_COLUMNS = ("received", "counted_as")
ACCEPTED_COLUMNS = ("exception_id", "reason", "owner", "accepted_on", "until")


@dataclass(frozen=True)
class Tolerances:
    """The local choices of the reconciliation, with the values that hold where nothing is set.

    `wte_tolerance` is in whole-time equivalents a line (a cost centre and staff group), `pa_tolerance` in programmed
    activities a plan, `split_tolerance` in percentage points. `standard_week`, `consultant_week` and `pa_hours` are
    hours: a whole-time week of 37.5 hours, 40 for medical staff (10 programmed activities of 4 hours, as the
    Association of Anaesthetists publishes); `usual_maximum_pas` comes from the same source. `stale_days` is how far

    `cost_centre_map` is a CSV file of merged and closed cost centres (`received`, `counted_as`),
    `recharge_subjectives` the account codes of recharges, `agency_units` the units where people outside ESR are
    rostered by agreement, `accepted_exceptions` a CSV file of exceptions that somebody accepted, with the reason.
    """

    wte_tolerance: float = 0.01
    pa_tolerance: float = 0.25
    split_tolerance: float = 0.01
    standard_week: float = 37.5
    consultant_week: float = 40.0
    pa_hours: float = 4.0
    usual_maximum_pas: float = 12.0
    stale_days: int = 31
    recharge_subjectives: tuple[str, ...] = ()
    agency_units: tuple[str, ...] = ()
    cost_centre_map: Path | None = None
    accepted_exceptions: Path | None = None

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            number = isinstance(value, int | float) and not isinstance(value, bool)
            if field.type == "int" and not (number and isinstance(value, int) and value >= 1):
                raise SettingsError(f"`{field.name}` must be a whole number of at least 1: received {value!r}.")
            if field.type == "float" and not (number and value >= 0):
                raise SettingsError(f"`{field.name}` must be a number of at least 0: received {value!r}.")
        for name in ("standard_week", "consultant_week", "pa_hours"):
            if getattr(self, name) == 0:
                raise SettingsError(f"`{name}` divides hours and must be above 0: received 0.")

    @classmethod
    def of(cls, settings: Settings) -> Tolerances:
        """Read the choices of this installation.

        Raises:
            SettingsError: a name is not a setting of the reconciliation, or a value is not allowed.
        """
        values = settings.theme_settings("attainment").get("reconciliation", {})
        if not isinstance(values, Mapping):
            raise SettingsError(
                "The settings of the reconciliation stand below a heading `[attainment.reconciliation]`: "
                f"received {values!r}."
            )
        return cls.from_mapping(values)

    @classmethod
    def from_mapping(cls, values: Mapping[str, Any]) -> Tolerances:
        """Make the choices from what stands below the heading; what is not named keeps its value."""
        names = [field.name for field in fields(cls)]
        given = dict(values)
        for name, value in values.items():
            if name not in names:
                raise SettingsError(str(unknown_name("setting of the reconciliation", name, names)))
            if name in ("cost_centre_map", "accepted_exceptions"):
                given[name] = Path(str(value)).expanduser()
            elif name in ("recharge_subjectives", "agency_units"):
                if not isinstance(value, list | tuple) or not all(isinstance(one, str) for one in value):
                    raise SettingsError(f"`{name}` must be a list of texts: received {value!r}.")
                given[name] = tuple(value)
        return cls(**given)

    def week_of(self, staff_group_code: str | None) -> float:
        """Return the hours of a whole-time week of a staff group."""
        return self.consultant_week if staff_group_code == MEDICAL else self.standard_week

    def plan_tolerance_wte(self, staff_group_code: str | None, plans: int) -> float:
        """Return by how many WTE the plans of a line may differ in total: the tolerance of a plan, once for each."""
        return plans * self.pa_tolerance * self.pa_hours / self.week_of(staff_group_code)

    def merged_cost_centres(self) -> dict[str, str]:
        """Read which merged or closed cost centre counts as which.

        Raises:
            SettingsError: the file is missing or lacks a column.
        """
        rows = _rows(self.cost_centre_map, MAP_COLUMNS, "cost centre map")
        return {row["received"].strip().upper(): row["counted_as"].strip().upper() for row in rows}

    def accepted(self) -> list[dict[str, str]]:
        """Read the exceptions that were accepted, each with its reason and owner.

        Raises:
            SettingsError: the file is missing or lacks a column, or an entry has no reason or owner.
        """
        rows = _rows(self.accepted_exceptions, ACCEPTED_COLUMNS, "list of accepted exceptions")
        for number, row in enumerate(rows, start=2):
            for name in ("exception_id", "reason", "owner"):
                if not row[name].strip():
                    raise SettingsError(
                        f"Line {number} of the list of accepted exceptions has no `{name}`. An exception is accepted "
                        "with a reason, by somebody."
                    )
        return rows


def _rows(path: Path | None, columns: tuple[str, ...], what: str) -> list[dict[str, str]]:
    if path is None:
        return []
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.DictReader(stream)
            rows = [{name: str(row.get(name) or "") for name in columns} for row in reader]
            heads = tuple(reader.fieldnames or ())
    except OSError:
        raise SettingsError(f"There is no {what} at {str(path)!r}.") from None
    if heads != columns:
        raise SettingsError(f"The {what} in {path.name!r} must have exactly the columns: {', '.join(columns)}.")
    return rows
