"""Work out a measure: check the question, call its function, stamp the answer."""

from __future__ import annotations

import datetime as dt
import importlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path

import polars as pl

from workbench.errors import unknown_name
from workbench.measures.catalogue import find_measure
from workbench.measures.record import Measure
from workbench.measures.request import MeasureRequest, checked_request
from workbench.measures.result import PEOPLE, MeasureResult, finish
from workbench.warehouse.snapshot import Snapshot

QUERIES = Path(__file__).parent / "queries"
# The column of an estimated range, which stands in two rows, `lower` and `upper`, beside the dimensions asked for.
BOUND = "bound"

Computing = Callable[[Snapshot, MeasureRequest], tuple[pl.DataFrame, dict[str, object]]]


def evaluate(
    snapshot: Snapshot,
    measure_id: str,
    *,
    organisation: str,
    as_at: str | dt.date,
    by: str | Iterable[str] = (),
    options: Mapping[str, object] | None = None,
) -> MeasureResult:
    """Work out one measure for one organisation and date.

    Nothing is withheld here: disclosure control comes after, for the audience that will read it. Values are
    unrounded.

    Args:
        snapshot: the warehouse as it stood after one load.
        measure_id: an id that `workbench measures` lists.
        organisation: the code of an organisation served; measures of published files take any published code.
        as_at: the date (yyyy-mm-dd); inside a month it means the last completed month end for monthly measures.
        by: one dimension or several, among the breakdowns of the measure.
        options: the measure's options; those left out take their defaults.

    Raises:
        UnknownName: no such measure, dimension, option, value of an option, or organisation.
        PeriodError: `as_at` is not a date of the form yyyy-mm-dd.
    """
    measure = find_measure(measure_id)
    request = checked_request(measure, organisation=organisation, as_at=as_at, by=by, options=options)
    _check_organisation(snapshot, request)
    counted, extra = computing_function(measure)(snapshot, request)
    if BOUND in counted.columns:
        request = replace(request, by=(*request.by, BOUND))
    frame = finish(counted, request.by, kind="percent" if measure.is_rate else "count")
    stamp: dict[str, object] = {
        "measure": measure.id,
        "organisation": organisation,
        "as_at": request.as_at,
        "snapshot": snapshot.id,
        "unit": measure.unit,
        "denominator": measure.denominator,
        **request.options,
        **extra,
    }
    return MeasureResult(measure, request, snapshot.id, stamp, frame.drop(PEOPLE), frame.select(PEOPLE))


def computing_function(measure: Measure) -> Computing:
    """Return the function that works a measure out, as its record names it."""
    module, _, name = measure.computed_by.partition(":")
    function: Computing = getattr(importlib.import_module(module), name)
    return function


def _check_organisation(snapshot: Snapshot, request: MeasureRequest) -> None:
    """Refuse a code that nothing is known about: an empty answer would read as an organisation without staff."""
    known = set(snapshot.query(QUERIES / "organisations_served.sql")["organisation_code"])
    if request.options.get("source") == "published":
        known |= set(snapshot.query(QUERIES / "organisations_published.sql")["organisation_code"])
    if request.organisation not in known:
        raise unknown_name("organisation", request.organisation, known, see="`workbench status`")
