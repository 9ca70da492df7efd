"""The share of AHP-relevant assignments whose coding is in doubt."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

import polars as pl

from workbench.coding.completeness import relevant_assignments
from workbench.coding.findings import findings_of_months
from workbench.measures.coverage import add_up, months_asked, months_loaded, months_missing
from workbench.measures.request import MeasureRequest
from workbench.warehouse.snapshot import Snapshot

QUERIES = Path(__file__).parent / "queries"
SEVERITIES = {"error_or_review": ("E", "R"), "error": ("E",)}
# What a finding may be about, the narrowest first.
_KEYS = ("assignment_key", "position_number", "person_key")


def coding_finding_rate(snapshot: Snapshot, request: MeasureRequest) -> tuple[pl.DataFrame, dict[str, object]]:
    """Count the AHP-relevant assignments that at least one rule doubts, and all AHP-relevant assignments.

    A finding about an assignment doubts that one, a finding about a position every assignment on it, a finding about
    a person all of theirs. Findings that name none of these (cost centres, codes, people ESR does not hold) doubt no
    assignment. Decisions do not count here: a finding that someone has accepted is in doubt until the record is
    put right. See docs/methodology/coding_finding_rate.md.

    Returns:
        The dimensions asked for with `numerator` and `denominator` in assignments, and the people behind each.
    """
    loaded = months_loaded(snapshot, request.organisation)
    months = months_asked(request, loaded)
    contracts, severity = request.options["contracts"], request.options["severity"]
    rows = relevant_assignments(snapshot, request.organisation, min(months), max(months), contracts=contracts)
    known = [month for month, is_loaded in months.items() if is_loaded]
    keys = doubted_assignments(snapshot, request.organisation, known, severity)
    rows = rows.join(keys.with_columns(doubted=True), on=["month", "assignment_key"], how="left")
    counted = (
        rows.with_columns(pl.col("doubted").fill_null(value=False))
        .group_by(list(dict.fromkeys(("month", *request.by))))
        .agg(
            numerator=pl.col("doubted").sum().cast(pl.Int64),
            denominator=pl.len().cast(pl.Int64),
            numerator_people=pl.col("person_key").filter("doubted").n_unique().cast(pl.Int64),
            denominator_people=pl.col("person_key").n_unique().cast(pl.Int64),
        )
    )
    kept = "contract types 02, 04 and 05" if contracts == "substantive" else "every contract type"
    stamp: dict[str, object] = {
        "window": "every month end shown" if request.by_month else f"the month end {request.month}",
        "scope": f"one organisation ({request.organisation})",
        "population": (
            f"assignments employed at the month end on {kept} that are evidenced an AHP's, stand in staff group 04 "
            "or bear an AHP occupation code"
        ),
        "findings_counted": "errors" if severity == "error" else "errors and reviews",
        "local_choices": "those that hold without any setting",
        "months_missing": months_missing(request, loaded),
    }
    sums = ["numerator", "denominator", "numerator_people", "denominator_people"]
    # the rows are distinct people per month already, and `add_up` never adds two months together
    return add_up(counted, request.by, sums, months=months), stamp


def doubted_assignments(
    snapshot: Snapshot, organisation: str, months: Sequence[dt.date], severity: str
) -> pl.DataFrame:
    """List the assignments that a finding of the chosen severity doubts at each of the months.

    Returns:
        One row per month and assignment: `month`, `assignment_key`.
    """
    found = findings_of_months(snapshot, {organisation: months}).filter(pl.col("severity").is_in(SEVERITIES[severity]))
    held = snapshot.query(QUERIES / "held_keys.sql", organisation=organisation, months=list(months))
    narrowest = pl.coalesce(pl.when(pl.col(name).is_not_null()).then(pl.lit(name)) for name in _KEYS)
    found = found.with_columns(narrowest=narrowest, month=pl.col("period"))
    named = [held.join(found.filter(narrowest=name), on=["month", name], how="semi") for name in _KEYS]
    return pl.concat(named).select("month", "assignment_key").unique()
