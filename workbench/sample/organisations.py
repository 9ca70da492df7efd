"""Which fictional organisations the sample has, and in what manner each writes its files."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from workbench.errors import ParameterError

MOST_ORGANISATIONS = 26
_TYPES = ("Acute", "Community Provider Trust", "Ambulance")
_WORDING = {
    "Acute": "Acute Hospitals",
    "Community Provider Trust": "Community and Mental Health",
    "Ambulance": "Ambulance Service",
}
# Relative sizes of the three kinds; XAA, XBB and XCC have about 900, 700 and 400 staff in the default sample.
_SIZES = {"Acute": 0.45, "Community Provider Trust": 0.35, "Ambulance": 0.20}


@dataclass(frozen=True)
class Organisation:
    """One fictional organisation; its code starts with X and repeats a letter, as no real one of the sample's does."""

    index: int
    code: str
    name: str
    kind: str
    share: float


def fictional_organisations(count: int) -> list[Organisation]:
    """Name the organisations of a sample: an acute, a community and an ambulance trust, then the same kinds again.

    Raises:
        ParameterError: fewer than one or more than there are letters.
    """
    if not 1 <= count <= MOST_ORGANISATIONS:
        raise ParameterError(
            f"`organisations` must be between 1 and {MOST_ORGANISATIONS}: received {count!r}. Choose a number in it."
        )
    kinds = [_TYPES[index % len(_TYPES)] for index in range(count)]
    total = sum(_SIZES[kind] for kind in kinds)
    listed = []
    for index, kind in enumerate(kinds):
        letter = chr(ord("A") + index)
        region = "Sampleshire" if index < len(_TYPES) else f"Sampleshire Area {index // len(_TYPES) + 1}"
        name = f"{region} {_WORDING[kind]} NHS Trust (fictional)"
        listed.append(Organisation(index, f"X{letter}{letter}", name, kind, _SIZES[kind] / total))
    return listed


def organisation_list(organisations: list[Organisation]) -> pl.DataFrame:
    """Return the `organisations` extract: one row per organisation served."""
    return pl.DataFrame(
        {
            "organisation_code": [one.code for one in organisations],
            "organisation_name": [one.name for one in organisations],
            "organisation_type": [one.kind for one in organisations],
            "is_fictional": [True] * len(organisations),
            "predecessor_organisation_code": [None] * len(organisations),
        },
        schema_overrides={"predecessor_organisation_code": pl.String},
    )
