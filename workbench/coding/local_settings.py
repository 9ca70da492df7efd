"""Choices that each organisation makes for its coding review; none of them is an NHS rule.

They stand below `[coding]` in `workbench.toml`:

    [coding]
    odp_convention = "S1T"
    band_ranges = "our_band_ranges.csv"
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from functools import cached_property
from pathlib import Path
from typing import Any

from workbench.errors import SettingsError, unknown_name
from workbench.settings import Settings

OWN_BAND_RANGES = Path(__file__).parent / "band_ranges.csv"
BANDS = (*(f"Band {band}" for band in (1, 2, 3, 4, 5, 6, 7, "8a", "8b", "8c", "8d", 9)),)
BAND_RANGE_COLUMNS = ("matrix", "level", "lowest_band", "highest_band")


@dataclass(frozen=True)
class CodingSettings:
    """The local choices of the coding review, with the values that hold where nothing is set.

    `band_ranges` is a CSV file of pay bands expected per matrix and level of the occupation code. `*_days` are days,
    `exception_months` months; `ledger_tolerance` and `split_tolerance` are FTE. `odp_convention` says which code the
    organisation gives operating department practitioners (`S1T` or `S4T`; empty: either), `ambulance_letter` the
    third character it uses where an ambulance code must be chosen.
    """

    band_ranges: Path = OWN_BAND_RANGES
    registration_fresh_days: int = 7
    registration_due_days: int = 60
    ledger_tolerance: float = 0.01
    ledger_check_interval_days: int = 92
    gosc_check_interval_days: int = 365
    odp_convention: str = ""
    ambulance_letter: str = ""
    split_tolerance: float = 0.01
    exception_months: int = 12
    starter_days: int = 90
    leaver_days: int = 90

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if field.type == "int" and (isinstance(value, bool) or not isinstance(value, int) or value < 1):
                raise SettingsError(f"`{field.name}` must be a whole number of at least 1: received {value!r}.")
            if field.type == "float" and (
                isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1
            ):
                raise SettingsError(f"`{field.name}` must be a number from 0 to below 1: received {value!r}.")
        _one_of("odp_convention", self.odp_convention, ("", "S1T", "S4T"))
        _one_of("ambulance_letter", self.ambulance_letter, ("", *"ABCDE"))

    @classmethod
    def of(cls, settings: Settings) -> CodingSettings:
        """Read the choices of this installation.

        Raises:
            SettingsError: a name is not a setting of the coding review, or a value is not allowed.
        """
        return cls.from_mapping(settings.theme_settings("coding"))

    @classmethod
    def from_mapping(cls, values: Mapping[str, Any]) -> CodingSettings:
        """Make the choices from what stands below `[coding]`; what is not named keeps its value."""
        names = [field.name for field in fields(cls)]
        for name in values:
            if name not in names:
                raise SettingsError(str(unknown_name("setting of the coding review", name, names)))
        given = dict(values)
        if "band_ranges" in given:
            given["band_ranges"] = Path(str(given["band_ranges"])).expanduser()
        return cls(**given)

    @cached_property
    def band_ranges_as_json(self) -> str:
        """The band ranges as a query receives them: a JSON list of rows of matrix, level, lowest and highest band.

        Raises:
            SettingsError: the file is missing, lacks a column, or a band is not one that can be ranked.
        """
        try:
            with self.band_ranges.open(encoding="utf-8", newline="") as stream:
                rows = list(csv.DictReader(stream))
        except OSError:
            raise SettingsError(f"There is no file of band ranges at {str(self.band_ranges)!r}.") from None
        if not rows or tuple(rows[0]) != BAND_RANGE_COLUMNS:
            raise SettingsError(
                f"The band ranges in {self.band_ranges.name!r} must have rows and exactly the columns: "
                f"{', '.join(BAND_RANGE_COLUMNS)}."
            )
        for row in rows:
            for name in BAND_RANGE_COLUMNS[2:]:
                if row[name] not in BANDS:
                    raise SettingsError(
                        f"The band ranges in {self.band_ranges.name!r} hold the band {row[name]!r}. "
                        f"Allowed: {', '.join(BANDS)}."
                    )
        return json.dumps([[row[name] for name in BAND_RANGE_COLUMNS] for row in rows])

    def bound(self, names: Iterable[str]) -> dict[str, Any]:
        """Return the settings that a rule names, as its query receives them."""
        return {name: self.band_ranges_as_json if name == "band_ranges" else getattr(self, name) for name in names}


def _one_of(name: str, value: object, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise SettingsError(f"`{name}` is {value!r}. Allowed: {', '.join(repr(one) for one in allowed)}.")
