"""The record of a measure: everything a reader must know before trusting its number."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from workbench.errors import ParameterError, UnknownName, unknown_name

DIMENSIONS = (
    "organisation",
    "directorate",
    "service",
    "team",
    "staff_group",
    "profession",
    "pay_band",
    "month",
    "professional_group",
    "cost_centre",
)
DIRECTIONS = ("higher is better", "lower is better", "neither")
UNITS = ("people", "FTE", "per cent", "assignments", "plans", "count", "level")


@dataclass(frozen=True)
class Option:
    """A choice that a measure offers, such as the window of months, with its default."""

    name: str
    default: str
    allowed: tuple[str, ...]
    meaning: str

    def __post_init__(self) -> None:
        if not (self.name and self.meaning and self.allowed):
            raise ParameterError(f"The option {self.name!r} needs a name, a meaning and the values it allows.")
        if self.default not in self.allowed:
            raise ParameterError(
                f"The option `{self.name}` has the default {self.default!r}, which is not among its values: "
                f"{', '.join(self.allowed)}."
            )


@dataclass(frozen=True)
class Measure:
    """One measure as it is defined, with nothing left out.

    `numerator`, `denominator` and `exclusions` are sentences a lead can read; a count says "none: a count" as its
    denominator. `thresholds` are given as printed by their source, and say so where none is published.
    `computed_by` names the function that works it out (`module:function`); `methodology` the page that argues for
    the definition. `decimals` is for display only: frames and JSON carry values unrounded.
    """

    id: str
    label: str
    question: str
    numerator: str
    denominator: str
    exclusions: str
    unit: str
    direction: str
    thresholds: str
    breakdowns: tuple[str, ...]
    reporting_frequency: str
    source: str
    caveats: tuple[str, ...]
    options: tuple[Option, ...]
    computed_by: str
    methodology: str
    decimals: int

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if value is None or (value in ("", ()) and field.name != "options"):
                raise ParameterError(f"The record of the measure {self.id!r} leaves `{field.name}` empty.")
        for name in self.breakdowns:
            if name not in DIMENSIONS:
                raise unknown_name("dimension", name, DIMENSIONS)
        if self.direction not in DIRECTIONS:
            raise unknown_name("direction of a measure", self.direction, DIRECTIONS)
        if self.unit not in UNITS:
            raise unknown_name("unit of a measure", self.unit, UNITS)
        module, _, function = self.computed_by.partition(":")
        if not (module.startswith("workbench.") and function.isidentifier()):
            raise ParameterError(
                f"`computed_by` of {self.id!r} is {self.computed_by!r}. Write it as workbench.module:function."
            )
        if len({option.name for option in self.options}) != len(self.options):
            raise ParameterError(f"The record of the measure {self.id!r} names an option twice.")

    @property
    def is_rate(self) -> bool:
        """Whether the value is a percentage; otherwise it is a count and has no denominator."""
        return self.unit == "per cent"

    @classmethod
    def from_toml(cls, values: Mapping[str, Any]) -> Measure:
        """Check a record as it was read from its file.

        Raises:
            UnknownName: the record holds a field that does not exist.
            ParameterError: a field is missing, empty or contradicts another.
        """
        names = {field.name for field in fields(cls)}
        for name in values:
            if name not in names:
                raise unknown_name("field of a measure", name, names)
        missing = sorted(names - {"options"} - values.keys())
        if missing:
            raise ParameterError(f"The record of the measure {values.get('id')!r} lacks: {', '.join(missing)}.")
        options = tuple(
            Option(str(o["name"]), str(o["default"]), tuple(str(v) for v in o["allowed"]), str(o["meaning"]))
            for o in values.get("options", ())
        )
        lists = {name: tuple(str(v) for v in values[name]) for name in ("breakdowns", "caveats")}
        return cls(**{**values, **lists, "options": options})

    def chosen(self, received: Mapping[str, object]) -> dict[str, str]:
        """Fill in the defaults of the options that were not given, and check those that were.

        Raises:
            UnknownName: an option or one of its values does not exist.
        """
        known = {option.name: option for option in self.options}
        for name, value in received.items():
            if name not in known:
                if not known:
                    raise UnknownName(f"The measure `{self.id}` has no options: received {name!r}.")
                raise unknown_name(f"option of `{self.id}`", name, known, see="`workbench measures`")
            if str(value) not in known[name].allowed:
                raise unknown_name(f"value of the option `{name}` of `{self.id}`", str(value), known[name].allowed)
        return {name: str(received.get(name, option.default)) for name, option in known.items()}

    def definition(self) -> dict[str, Any]:
        """Return the record in plain values, for JSON and for the definitions under an exhibit."""
        return asdict(self)
