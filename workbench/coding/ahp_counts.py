"""How many allied health professionals there are, as each source of the record counts them.

No single field of ESR gives the fourteen professions, so the same people are counted five ways: by occupation code
(as national statistics do), by job role alone, by registration alone, by staff group alone (one total, as it names
no profession) and by all the evidence together. Source values are never overwritten by the evidence.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl

from workbench.errors import ParameterError
from workbench.measures.coverage import add_up, months_asked, months_loaded, months_missing
from workbench.measures.request import MeasureRequest
from workbench.professions import ARTS_UNDIVIDED, DISPUTED, NOT_EVIDENCED, PROFESSIONS
from workbench.warehouse.snapshot import Snapshot

QUERIES = Path(__file__).parent / "queries"

#: The sources by which AHPs are counted, with how a reader would say it.
VIEWS = {
    "evidenced": "all the evidence together: occupation code, job role and registration",
    "coded": "occupation code alone, as national statistics count",
    "job_role": "job role alone",
    "registration": "registration alone",
    "staff_group": "staff group Allied Health Professionals alone",
}
NAMING_VIEWS = tuple(view for view in VIEWS if view != "staff_group")
TOTAL = "Total"

#: The rows of every table by profession, in this order; a row without anybody is 0, never left out.
PROFESSION_ROWS = (*PROFESSIONS, ARTS_UNDIVIDED, DISPUTED, NOT_EVIDENCED)
_ARTS = ("Art therapist", "Dramatherapist", "Music therapist", ARTS_UNDIVIDED)


def ahp_headcount(snapshot: Snapshot, request: MeasureRequest) -> tuple[pl.DataFrame, dict[str, object]]:
    """Count the people whom the chosen source holds to be allied health professionals at the month end.

    People, not assignments: someone who works in two professions counts once in each and once in the total. The
    total of `view=evidenced` holds the rows Disputed and Not evidenced as well, so that nobody is lost between
    sources. See docs/methodology/ahp_headcount.md.

    Returns:
        The dimensions asked for with `numerator` in people; a month that is not loaded is null, never 0.

    Raises:
        ParameterError: `view=staff_group` was asked by profession, which a staff group does not name.
    """
    return _counted(snapshot, request, "people")


def ahp_fte(snapshot: Snapshot, request: MeasureRequest) -> tuple[pl.DataFrame, dict[str, object]]:
    """Add up the contracted FTE of the assignments that the chosen source holds to be AHPs' at the month end.

    FTE belongs to an assignment, so rows by profession add up to the total. See docs/methodology/ahp_fte.md.

    Returns:
        The dimensions asked for with `numerator` in FTE, and `numerator_people`, the people it rests on.

    Raises:
        ParameterError: `view=staff_group` was asked by profession, which a staff group does not name.
    """
    return _counted(snapshot, request, "fte")


def _counted(snapshot: Snapshot, request: MeasureRequest, unit: str) -> tuple[pl.DataFrame, dict[str, object]]:
    view = request.options["view"]
    if view == "staff_group" and "profession" in request.by:
        raise ParameterError(
            "The staff group names no profession, so `view='staff_group'` has one total only. Leave `profession` out "
            f"of `by`, or choose another view: {', '.join(NAMING_VIEWS)}."
        )
    loaded = months_loaded(snapshot, request.organisation)
    months = months_asked(request, loaded)
    rows = ahp_assignments(
        snapshot,
        request.organisation,
        min(months),
        max(months),
        contracts=request.options["contracts"],
        level=request.options["level"],
    ).filter(says_ahp(view))
    if view != "staff_group":
        rows = rows.with_columns(profession=pl.col(view))
    keys = list(dict.fromkeys(("month", *request.by)))
    counted = rows.group_by(keys).agg(people=pl.col("person_key").n_unique().cast(pl.Int64), fte=pl.col("fte").sum())
    # the rows are distinct people per month already, and `add_up` never adds two months together
    totals = add_up(counted, request.by, ["fte", "people"], months=months)
    renamed = {"people": "numerator"} if unit == "people" else {"fte": "numerator", "people": "numerator_people"}
    frame = totals.rename(renamed).with_columns(denominator=pl.lit(None, pl.Float64))
    stamp: dict[str, object] = {
        "window": "every month end shown" if request.by_month else f"the month end {request.month}",
        "scope": f"one organisation ({request.organisation})",
        "population": _population(request.options["contracts"], request.options["level"]),
        "counted_by": VIEWS[view],
        "months_missing": months_missing(request, loaded),
    }
    return frame, stamp


def _population(contracts: str, level: str) -> str:
    who = {"all": "qualified, support and students", "qualified": "qualified only", "support": "support staff only"}
    kept = "contract types 02, 04 and 05" if contracts == "substantive" else "every contract type"
    return f"people employed at the month end on {kept}; {who[level]}"


def ahp_assignments(
    snapshot: Snapshot,
    organisation: str,
    first: dt.date,
    last: dt.date,
    *,
    contracts: str = "substantive",
    level: str = "all",
) -> pl.DataFrame:
    """Return the assignments that any source holds to be an AHP's, with each source's own answer.

    Args:
        snapshot: the warehouse as it stood after one load.
        organisation: code of the organisation.
        first: first month end.
        last: last month end, included.
        contracts: `substantive` (types 02, 04, 05) or `all`.
        level: `all`, `qualified` or `support`; the level follows the occupation code, else the job role.
    """
    rows = snapshot.query(QUERIES / "ahp_assignments.sql", organisation=organisation, first=first, last=last)
    if contracts == "substantive":
        rows = rows.filter("is_substantive")
    rows = rows.with_columns(_in_known_rows(view) for view in NAMING_VIEWS)
    return rows if level == "all" else rows.filter(pl.col("level") == level)


def _in_known_rows(view: str) -> pl.Expr:
    """Place a source that names two professions at once, such as two registrations, in the row Disputed."""
    named = pl.col(view)
    return pl.when(named.is_null() | named.is_in(PROFESSION_ROWS)).then(named).otherwise(pl.lit(DISPUTED)).alias(view)


def says_ahp(view: str) -> pl.Expr:
    """Whether a source holds an assignment to be an AHP's."""
    return pl.col("staff_group_says_ahp").fill_null(False) if view == "staff_group" else pl.col(view).is_not_null()


def professions_by_source(
    snapshot: Snapshot,
    organisation: str,
    period: dt.date,
    *,
    service: str = "",
    level: str = "all",
    contracts: str = "substantive",
) -> pl.DataFrame | None:
    """Count AHPs by profession, each source beside the others.

    Args:
        snapshot: the warehouse as it stood after one load.
        organisation: code of the organisation.
        period: the month end.
        service: only assignments of this service; all when empty.
        level: `all`, `qualified` or `support`.
        contracts: `substantive` or `all`.

    Returns:
        One row per profession (the fourteen, arts therapists whose type is not stated, Disputed, Not evidenced) and
        a row Total of distinct people. For each source `people_<source>` and `fte_<source>`; `people_staff_group`
        and `fte_staff_group` in the total only, else null. `coded_group` is where national statistics count the
        coded people of the row: paramedics stand in Ambulance staff, not among the AHPs. `people_moving` are those
        whose record would change profession if the coding followed the evidence. None where the month is not loaded.
    """
    if period not in months_loaded(snapshot, organisation):
        return None
    rows = ahp_assignments(snapshot, organisation, period, period, contracts=contracts, level=level)
    if service:
        rows = rows.filter(pl.col("service") == service)
    rows = rows.with_columns(moving=_would_move())
    table = pl.DataFrame({"profession": [*PROFESSION_ROWS, TOTAL]})
    for view in NAMING_VIEWS:
        table = table.join(_by_row(rows.filter(says_ahp(view)), view, view), on="profession", how="left")
    moving = rows.filter("moving")
    moved = _by_row(
        pl.concat([moving.with_columns(row=pl.col(view)) for view in ("coded", "evidenced")]), "row", "moving"
    )
    table = table.join(moved.select("profession", "people_moving"), on="profession", how="left")
    numbers = pl.selectors.starts_with("people_", "fte_")
    table = table.with_columns(numbers.fill_null(0)).with_columns(_coded_group())
    group = rows.filter(says_ahp("staff_group"))
    is_total = pl.col("profession") == TOTAL
    return table.with_columns(
        people_staff_group=pl.when(is_total).then(pl.lit(group["person_key"].n_unique(), pl.Int64)),
        fte_staff_group=pl.when(is_total).then(pl.lit(float(group["fte"].sum()))),
    )


def _by_row(rows: pl.DataFrame, column: str, name: str) -> pl.DataFrame:
    """Count people and FTE by the profession in a column, with their distinct total."""
    counts = (
        pl.col("person_key").n_unique().cast(pl.Int64).alias(f"people_{name}"),
        pl.col("fte").sum().cast(pl.Float64).alias(f"fte_{name}"),
    )
    rows = rows.filter(pl.col(column).is_not_null())
    by_profession = rows.group_by(pl.col(column).alias("profession")).agg(counts)
    return pl.concat([by_profession, rows.select(pl.lit(TOTAL).alias("profession"), *counts)])


def _would_move() -> pl.Expr:
    """Whether an assignment would stand in another row if its coding followed the evidence.

    The code of the three arts is one letter, so a drama therapist under it is not miscoded; and where sources
    dispute or only hint, nobody would move before a clinician has decided.
    """
    arts = pl.lit("arts therapist")
    coded = pl.when(pl.col("coded").is_in(_ARTS)).then(arts).otherwise("coded")
    evidenced = pl.when(pl.col("evidenced").is_in(_ARTS)).then(arts).otherwise("evidenced")
    undecided = pl.col("evidenced").is_in([DISPUTED, NOT_EVIDENCED]).fill_null(False)
    return ~undecided & coded.ne_missing(evidenced)


def _coded_group() -> pl.Expr:
    profession = pl.col("profession")
    return (
        pl.when(profession == "Paramedic")
        .then(pl.lit("Ambulance staff"))
        .when(~profession.is_in([DISPUTED, NOT_EVIDENCED, TOTAL]))
        .then(pl.lit("Allied health professionals and support to them"))
        .alias("coded_group")
    )
