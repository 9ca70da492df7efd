"""How much of the funded establishment is vacant: the ledger's budget against the staff in post."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from pathlib import Path

import polars as pl

from workbench.measures.coverage import add_up, months_asked, months_loaded, months_missing
from workbench.measures.request import MeasureRequest
from workbench.warehouse.snapshot import Snapshot

QUERIES = Path(__file__).parent / "queries"
IN_POST = {
    "esr": ("in_post", "contracted FTE of the assignments listed in ESR staff in post at the month end"),
    "ledger": ("contracted", "contracted WTE of the same ledger"),
}


def vacancy_rate(snapshot: Snapshot, request: MeasureRequest) -> tuple[pl.DataFrame, dict[str, object]]:
    """Divide the part of the budgeted WTE that nobody is in post for by the budgeted WTE.

    Vacancy is budget less in post. It is negative where more staff are in post than are funded (over-established), and
    shown as such. Staff without any budget are unfunded: they have no rate (not applicable), and their row says so by
    its numerator. Sums come first, then the division, so a group over its establishment takes from the vacancy of
    the others. See docs/methodology/vacancy_rate.md.

    Returns:
        The dimensions asked for with `numerator` (budget less in post) and `denominator` (budget) in WTE, and the
        people in post behind both; null where the ledger, or the staff list if `in_post=esr`, is not loaded, and
        where a ledger line has no contracted WTE if `in_post=ledger`.
    """
    source = request.options["in_post"]
    column, said = IN_POST[source]
    loaded = ledger_months(snapshot, request.organisation)
    listed = set(months_loaded(snapshot, request.organisation))
    months = {
        month: known and (source == "ledger" or month in listed)
        for month, known in months_asked(request, loaded).items()
    }
    rows = budget_and_staff(snapshot, request.organisation, min(months), max(months))
    rows = rows.filter((pl.col("budget") != 0) | (pl.col(column) != 0))
    sums = ["budget", column, "lines_without_contracted", "people"]
    totals = add_up(rows, request.by, sums, months=months)
    known = pl.lit(True) if source == "esr" else pl.col("lines_without_contracted") == 0
    # Where no staff list is loaded, a WTE begun stands for a person.
    people = pl.max_horizontal("people", pl.col(column).cast(pl.Float64).abs().ceil().cast(pl.Int64) * ~_listed(listed))
    frame = totals.with_columns(month=pl.lit(request.month)) if not request.by_month else totals
    frame = frame.with_columns(
        numerator=pl.when(known).then(pl.col("budget") - pl.col(column)).cast(pl.Float64),
        denominator=pl.col("budget").cast(pl.Float64),
        numerator_people=pl.when(pl.col("budget").is_not_null()).then(people),
    )
    # A budget below nothing (a savings target without posts) has no rate either.
    unfunded = pl.when(pl.col("denominator") <= 0).then(pl.lit("not_applicable"))
    return frame.with_columns(denominator_people="numerator_people", status=unfunded), {
        "window": "each month end shown" if request.by_month else f"the month end {request.month}",
        "source": f"budgeted WTE of the ledger; in post: {said}",
        "population": (
            "funded establishment, and people employed on contract types 02 Fixed Term, 04 Locum or 05 Permanent, "
            "with those absent, on leave or seconded out; bank and agency staff fill no post"
        ),
        "scope": f"one organisation ({request.organisation}), each assignment in its own cost centre and staff group",
        "months_missing": months_missing(request, loaded),
    }


def _listed(months: set[dt.date]) -> pl.Expr:
    return pl.col("month").is_in(sorted(months)).fill_null(False)


def ledger_months(snapshot: Snapshot, organisation: str) -> list[dt.date]:
    """List the month ends whose ledger is loaded for an organisation, oldest first."""
    return snapshot.query(QUERIES / "ledger_months.sql", organisation=organisation)["period"].to_list()


@lru_cache(maxsize=16)
def budget_and_staff(snapshot: Snapshot, organisation: str, first: dt.date, last: dt.date) -> pl.DataFrame:
    """Return budget, contracted WTE, staff in post and away, and people, by cost centre, staff group and pay band."""
    return snapshot.query(QUERIES / "budget_and_staff.sql", organisation=organisation, first=first, last=last)
