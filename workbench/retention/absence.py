"""The sickness absence rate, from the published statistics or from the organisation's own absence episodes."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl

from workbench.benchmarking.published_peers import (
    BLANKED_AT_OR_BELOW,
    PUBLISHED_SOURCE,
    published_absence,
    published_months,
)
from workbench.errors import unknown_name
from workbench.measures.coverage import add_up, months_asked, months_loaded, months_missing
from workbench.measures.request import MeasureRequest
from workbench.periods import month_ends
from workbench.warehouse.snapshot import Snapshot

QUERIES = Path(__file__).parent / "queries"
PUBLISHED_BREAKDOWNS = ("organisation", "month")


def sickness_absence_rate(snapshot: Snapshot, request: MeasureRequest) -> tuple[pl.DataFrame, dict[str, object]]:
    """FTE days lost to sickness as a percentage of FTE days available, in calendar days of one month.

    From the published files (`source=published`) both sums are NHS England's own. From the organisation's extracts
    (`source=extract`) they are an approximation: days available are the FTE at the month end times the days of the
    month. Sums come first, then the division, at every level. Where available days are 330 or fewer, the rate and
    both sums are withheld, as in the published statistics. See docs/methodology/sickness_absence_rate.md.

    Returns:
        The dimensions asked for with `numerator` (FTE days lost), `denominator` (FTE days available), `status`
        (`suppressed` at or below 330 days, else null) and the people behind the sums.

    Raises:
        UnknownName: published figures are asked by another dimension than organisation or month.
    """
    answer = _from_extract if request.options["source"] == "extract" else _from_published_files
    totals, stamp = answer(snapshot, request)
    blank = pl.col("denominator") <= BLANKED_AT_OR_BELOW
    frame = totals.with_columns(
        status=pl.when(blank).then(pl.lit("suppressed")),
        numerator=pl.when(blank).then(None).otherwise(pl.col("numerator")),
        denominator=pl.when(blank).then(None).otherwise(pl.col("denominator")),
    )
    return frame, {
        "window": "each month shown" if request.by_month else f"the month ending {request.month}",
        "days": "calendar days, non-working days included",
        **stamp,
    }


def months_with_absence(snapshot: Snapshot, organisation: str) -> list[dt.date]:
    """List the month ends that an organisation's absence episodes cover, oldest first.

    Episodes carry no reporting month, so the months covered are read from them: the unbroken run, up to the latest,
    of months in which at least one sickness episode begins. Long absences that began before the extract's first
    month would otherwise make earlier months look covered, with nearly no sickness.
    """
    begun = snapshot.query(QUERIES / "months_of_absence.sql", organisation=organisation)["month"].to_list()
    covered = []
    for month in reversed(month_ends(begun[0], begun[-1]) if begun else []):
        if month not in begun:
            break
        covered.append(month)
    return covered[::-1]


def _from_extract(snapshot: Snapshot, request: MeasureRequest) -> tuple[pl.DataFrame, dict[str, object]]:
    covered = set(months_with_absence(snapshot, request.organisation))
    loaded = [month for month in months_loaded(snapshot, request.organisation) if month in covered]
    months = months_asked(request, loaded)
    rows = snapshot.query(
        QUERIES / "absence_by_placement.sql",
        organisation=request.organisation,
        first=min(months),
        last=max(months),
    )
    sums = {
        "fte_days_lost": "numerator",
        "fte_days_available": "denominator",
        "people_absent": "numerator_people",
        "people": "denominator_people",
    }
    totals = add_up(rows, request.by, list(sums), months=months).rename(sums)
    return totals, {
        "population": "people employed at the month end on contract types 02, 04 or 05",
        "scope": f"one organisation ({request.organisation}), placed by the primary assignment",
        "months_missing": months_missing(request, loaded),
    }


def _from_published_files(snapshot: Snapshot, request: MeasureRequest) -> tuple[pl.DataFrame, dict[str, object]]:
    for name in request.by:
        if name not in PUBLISHED_BREAKDOWNS:
            raise unknown_name(
                "dimension of published sickness absence (with `source=extract` there are more)",
                name,
                PUBLISHED_BREAKDOWNS,
            )
    loaded = published_months(snapshot)
    months = months_asked(request, loaded)
    rows = (
        published_absence(snapshot, first=min(months), last=max(months))
        .filter(pl.col("organisation_code") == request.organisation)
        .rename({"organisation_code": "organisation"})
    )
    listed = set(rows["month"])
    columns = {"fte_days_lost": "numerator", "fte_days_available": "denominator"}
    answerable = {month: known and month in listed for month, known in months.items()}
    totals = add_up(rows, request.by, list(columns), months=answerable).rename(columns)
    nobody = pl.lit(None, pl.Int64)
    return totals.with_columns(numerator_people=nobody, denominator_people=nobody), {
        "source": PUBLISHED_SOURCE,
        "population": "all staff in the published statistics of the organisation; bank staff are not in them",
        "scope": f"one organisation ({request.organisation}) as published",
        "months_missing": months_missing(request, loaded),
    }
