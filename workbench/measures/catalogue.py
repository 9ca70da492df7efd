"""The measures that exist, read from their records."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

from workbench.errors import ParameterError, unknown_name
from workbench.measures.record import Measure

DEFINITIONS = Path(__file__).parent / "definitions"


@cache
def catalogue() -> dict[str, Measure]:
    """List every measure by its id, in alphabetical order.

    A measure exists as soon as its record lies in `definitions/`; the file bears the measure's id.

    Raises:
        ParameterError: a record is incomplete or its file bears another name.
    """
    measures = {}
    for path in sorted(DEFINITIONS.glob("*.toml")):
        measure = Measure.from_toml(tomllib.loads(path.read_text(encoding="utf-8")))
        if measure.id != path.stem:
            raise ParameterError(f"The record of `{measure.id}` lies in {path.name!r}. Name the file after the id.")
        measures[measure.id] = measure
    return measures


def find_measure(measure_id: str) -> Measure:
    """Return one measure by its id.

    Raises:
        UnknownName: there is none of that name; the nearest ones are named.
    """
    measures = catalogue()
    if measure_id not in measures:
        raise unknown_name("measure", measure_id, measures, see="`workbench measures`")
    return measures[measure_id]
