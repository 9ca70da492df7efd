"""Whether the fields that make an AHP countable are filled: occupation code, job role and area of work."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl

from workbench.measures.coverage import add_up, months_asked, months_loaded, months_missing
from workbench.measures.request import MeasureRequest
from workbench.professions import NOT_EVIDENCED
from workbench.warehouse.snapshot import Snapshot

QUERIES = Path(__file__).parent / "queries"
FIELDS = {"occupation_code": "occupation code", "job_role": "job role", "area_of_work": "area of work"}


def coding_completeness(snapshot: Snapshot, request: MeasureRequest) -> tuple[pl.DataFrame, dict[str, object]]:
    """Count the AHP-relevant assignments whose coding fields are filled, and all AHP-relevant assignments.

    Filled is not the same as right, nor as known: a text that our code lists do not hold counts as filled. See
    docs/methodology/coding_completeness.md.

    Returns:
        The dimensions asked for with `numerator` and `denominator` in assignments, and the people behind each.
    """
    loaded = months_loaded(snapshot, request.organisation)
    months = months_asked(request, loaded)
    field = request.options["field"]
    rows = relevant_assignments(
        snapshot, request.organisation, min(months), max(months), contracts=request.options["contracts"]
    )
    filled = pl.all_horizontal(*FIELDS) if field == "all" else pl.col(field)
    keys = list(dict.fromkeys(("month", *request.by)))
    counted = (
        rows.with_columns(filled=filled)
        .group_by(keys)
        .agg(
            numerator=pl.col("filled").sum().cast(pl.Int64),
            denominator=pl.len().cast(pl.Int64),
            numerator_people=pl.col("person_key").filter("filled").n_unique().cast(pl.Int64),
            denominator_people=pl.col("person_key").n_unique().cast(pl.Int64),
        )
    )
    kept = "contract types 02, 04 and 05" if request.options["contracts"] == "substantive" else "every contract type"
    stamp: dict[str, object] = {
        "window": "every month end shown" if request.by_month else f"the month end {request.month}",
        "scope": f"one organisation ({request.organisation})",
        "population": (
            f"assignments employed at the month end on {kept} that are evidenced an AHP's, stand in staff group 04 "
            "or bear an AHP occupation code"
        ),
        "months_missing": months_missing(request, loaded),
    }
    sums = ["numerator", "denominator", "numerator_people", "denominator_people"]
    # the rows are distinct people per month already, and `add_up` never adds two months together
    return add_up(counted, request.by, sums, months=months), stamp


def relevant_assignments(
    snapshot: Snapshot, organisation: str, first: dt.date, last: dt.date, *, contracts: str = "substantive"
) -> pl.DataFrame:
    """Return the AHP-relevant assignments with whether each field is filled, and whether our lists know its text."""
    rows = snapshot.query(
        QUERIES / "coded_fields.sql",
        organisation=organisation,
        first=first,
        last=last,
        not_evidenced=NOT_EVIDENCED,
    )
    return rows.filter("is_substantive") if contracts == "substantive" else rows


def completeness_by(
    snapshot: Snapshot, organisation: str, period: dt.date, dimension: str, *, service: str = ""
) -> pl.DataFrame | None:
    """Count filled and known fields by a dimension, with a total.

    Args:
        snapshot: the warehouse as it stood after one load.
        organisation: code of the organisation.
        period: the month end.
        dimension: `service`, `staff_group`, `team`, `directorate`, `profession` or `pay_band`.
        service: only assignments of this service; all when empty.

    Returns:
        One row per value of the dimension, then Total: `assignments`, `people`, and for each field
        `<field>_filled` and `<field>_known` in assignments. None where the month is not loaded.
    """
    if period not in months_loaded(snapshot, organisation):
        return None
    rows = relevant_assignments(snapshot, organisation, period, period)
    if service:
        rows = rows.filter(pl.col("service") == service)
    counts = [
        pl.len().cast(pl.Int64).alias("assignments"),
        pl.col("person_key").n_unique().cast(pl.Int64).alias("people"),
        *(pl.col(field).sum().cast(pl.Int64).alias(f"{field}_filled") for field in FIELDS),
        *(pl.col(f"{field}_known").sum().cast(pl.Int64).alias(f"{field}_known") for field in FIELDS),
    ]
    by_value = rows.group_by(dimension).agg(counts).sort(dimension)
    return pl.concat([by_value, rows.select(pl.lit("Total").alias(dimension), *counts)])
