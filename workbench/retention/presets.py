"""Whose definition of leaving is used: the presets, one record each."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from workbench.errors import unknown_name

PRESETS = Path(__file__).parent / "presets.toml"
DENOMINATORS = {
    "mean_of_two": "the mean of the opening and the closing stock",
    "opening": "the opening stock",
    "mean_of_month_ends": "the mean of the stocks at every month end of the window, both ends included",
}
MODES = {
    "point": "point to point between the two month ends",
    "event": "by leaving date, the first and the last day of the window included",
}
POPULATIONS = {
    "active": (
        "people in active service (assignment status 01, 02 or 05) on contract types 02 Fixed Term, 04 Locum "
        "or 05 Permanent"
    ),
    "employed": (
        "people employed, whatever their assignment status, on contract types 02 Fixed Term, 04 Locum or 05 Permanent"
    ),
}


@dataclass(frozen=True)
class Preset:
    """One definition of leaving: who is counted, when leaving is seen, and what it is set against.

    `status` is the population (`active` or `employed`), `mode` how leaving is seen (`point` or `event`),
    `denominator` what a rate is set against, `scopes` what may be left. `chosen` says what the source leaves open.
    """

    id: str
    label: str
    status: str
    mode: str
    denominator: str
    scopes: tuple[str, ...]
    meaning: str
    source: str
    chosen: str

    def __post_init__(self) -> None:
        for received, allowed in (
            (self.status, POPULATIONS),
            (self.mode, MODES),
            (self.denominator, DENOMINATORS),
        ):
            if received not in allowed:
                raise unknown_name(f"setting of the preset `{self.id}`", received, allowed)

    @classmethod
    def from_toml(cls, values: dict[str, Any]) -> Preset:
        """Read one record."""
        return cls(**{**values, "scopes": tuple(values["scopes"])})


@cache
def presets() -> dict[str, Preset]:
    """List the presets by id, the default one first."""
    records = tomllib.loads(PRESETS.read_text(encoding="utf-8"))["preset"]
    return {record["id"]: Preset.from_toml(record) for record in records}
