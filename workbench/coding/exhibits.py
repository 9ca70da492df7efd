"""What the AHP coding review shows: AHPs by profession as coded and as evidenced, and how complete the coding is.

What it shows of findings stands in `finding_exhibits`, `score_exhibits` and `seven_steps`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import polars as pl

from workbench.coding import cause_exhibits, finding_exhibits, impact_exhibits, score_exhibits
from workbench.coding.ahp_counts import NAMING_VIEWS, TOTAL, professions_by_source
from workbench.coding.completeness import FIELDS, completeness_by
from workbench.coding.seven_steps import seven_steps
from workbench.disclosure import release
from workbench.errors import unknown_name
from workbench.exhibits import Column, Exhibit, ExhibitRequest
from workbench.exhibits.cells import shown_number
from workbench.exhibits.charts import Series, compare_dots
from workbench.periods import last_completed_month_end, shown_date

if TYPE_CHECKING:
    from workbench.workbench import Workbench

_UNITS = {"headcount": ("people", "people", 0), "fte": ("fte", "FTE", 1)}
_LEVELS = {"all": "qualified, support and students", "qualified": "qualified only", "support": "support staff only"}
_DIMENSIONS = {"service": "Service", "staff_group": "Staff group"}
_WITHHELD = ("primary", "secondary")


def ahp_by_profession(workbench: Workbench, request: ExhibitRequest) -> Exhibit:
    """How many AHPs do our codes count, and how many does the evidence show?

    Options: `service` (one service only), `measure` (`headcount` or `fte`: what the chart draws) and `level`
    (`all`, `qualified` or `support`).
    """
    unit = _option(request, "measure", "headcount", _UNITS)
    level = _option(request, "level", "all", _LEVELS)
    service = request.options.get("service", "")
    period = last_completed_month_end(request.as_at)
    stamp = workbench.stamp(request.organisation, period, service or "whole organisation")
    counted = professions_by_source(workbench.snapshot, request.organisation, period, service=service, level=level)
    loaded = counted is not None
    if counted is None:
        counted = _empty_professions()
    people = [f"people_{view}" for view in NAMING_VIEWS]
    released = release(
        counted,
        policy=workbench.policy,
        people=[*people, "people_moving", "people_staff_group"],
        within=("profession",),
        dependants={f"fte_{view}": (f"people_{view}",) for view in NAMING_VIEWS},
    )
    table = _with_difference(released.table)
    prefix, axis, decimals = _UNITS[unit]
    drawing = compare_dots(
        table.filter(pl.col("profession") != TOTAL),
        category="profession",
        series=[Series(f"{prefix}_coded", "By occupation code"), Series(f"{prefix}_evidenced", "Evidenced")],
        unit=axis,
        subject=f"AHPs by profession, {axis}",
        stamp=stamp,
        difference=(f"{prefix}_coded", f"{prefix}_evidenced"),
        decimals=decimals,
    )
    return Exhibit(
        id="ahp_by_profession",
        question="How many AHPs do our codes count, and how many does the evidence show?",
        title=_profession_title(table, period_loaded=loaded),
        caption=(
            f"People and FTE employed at {shown_date(period)} on substantive contracts (types 02, 04, 05), "
            f"{_LEVELS[level]}, by profession: as each field of the record counts them alone, and as all the "
            "evidence together does."
        ),
        table=table,
        columns=_profession_columns(),
        figure=drawing.figure,
        alt=drawing.alt,
        measures=("ahp_headcount", "ahp_fte"),
        notes=(*_profession_notes(table), *released.notes),
        stamp=stamp,
        withheld=released.withheld,
    )


def _profession_columns() -> tuple[Column, ...]:
    return (
        Column("profession", "Profession"),
        Column("people_coded", "Code", "count", "people"),
        Column("people_job_role", "Job role", "count", "people"),
        Column("people_registration", "Register", "count", "people"),
        Column("people_evidenced", "Evidenced", "count", "people"),
        Column("people_difference", "Change", "count", "people"),
        Column("fte_coded", "Code", "fte", "FTE"),
        Column("fte_job_role", "Job role", "fte", "FTE"),
        Column("fte_registration", "Register", "fte", "FTE"),
        Column("fte_evidenced", "Evidenced", "fte", "FTE"),
        Column("fte_difference", "Change", "fte", "FTE"),
    )


def _with_difference(table: pl.DataFrame) -> pl.DataFrame:
    """Work out evidenced less coded from the released numbers only, so that it can tell no more than they do."""
    for unit in ("people", "fte"):
        coded, evidenced = f"{unit}_coded", f"{unit}_evidenced"
        hidden = pl.any_horizontal(pl.col(f"{c}_status").is_in(_WITHHELD) for c in (coded, evidenced))
        table = table.with_columns(
            (pl.col(evidenced) - pl.col(coded)).alias(f"{unit}_difference"),
            pl.when(hidden)
            .then(pl.lit("secondary"))
            .otherwise(f"{evidenced}_status")
            .alias(f"{unit}_difference_status"),
        )
    return table


def _profession_title(table: pl.DataFrame, *, period_loaded: bool) -> str:
    if not period_loaded:
        return "AHPs by profession: the staff list of this month is not loaded"
    total = table.filter(pl.col("profession") == TOTAL).row(0, named=True)
    coded, evidenced, moving = (total[f"people_{name}"] for name in ("coded", "evidenced", "moving"))
    if coded is None or evidenced is None:
        return "AHPs by occupation code and by all the evidence: too few people to show a total"
    counted = f"{shown_number(coded)} counted by occupation code, {shown_number(evidenced)} evidenced"
    if moving is None:
        return f"{counted}: a few would move"
    return f"{counted}: {shown_number(moving) if moving else 'none'} would move"


def _profession_notes(table: pl.DataFrame) -> tuple[str, ...]:
    total = table.filter(pl.col("profession") == TOTAL).row(0, named=True)
    alone = total["people_staff_group"]
    notes = [
        "Code, Job role and Register: the people whom occupation code, job role or registration alone would count. "
        "Change: evidenced less coded.",
        "No single field of ESR gives the fourteen professions. Evidenced: occupation code, job role and registration "
        "are compared; Disputed where they contradict each other, Not evidenced where only weak hints exist.",
        "Paramedics by occupation code stand in the group Ambulance staff of national statistics, not among the AHPs.",
        "Someone who works in two professions counts once in each row and once in the total.",
        "The code names the three arts therapies together, so their rows differ without anybody being miscoded.",
        "Would move: people whose record would stand in another row if its coding followed the evidence; disputed "
        "records are not among them.",
    ]
    if alone is not None:
        notes.append(
            f"The staff group Allied Health Professionals alone counts {shown_number(alone)} people; it names no "
            "profession, and lacks operating department practitioners and osteopaths."
        )
    return tuple(notes)


def _empty_professions() -> pl.DataFrame:
    columns = [f"{unit}_{name}" for unit in ("people", "fte") for name in (*NAMING_VIEWS, "staff_group")]
    empty = {name: pl.Series([None], dtype=pl.Int64 if name[0] == "p" else pl.Float64) for name in columns}
    return pl.DataFrame({"profession": [TOTAL], **empty, "people_moving": pl.Series([None], dtype=pl.Int64)})


def coding_completeness(workbench: Workbench, request: ExhibitRequest) -> Exhibit:
    """How complete is the coding of AHPs?

    Options: `service` (one service only) and `by` (`service` or `staff_group`).
    """
    dimension = _option(request, "by", "service", _DIMENSIONS)
    service = request.options.get("service", "")
    if service and "by" not in request.options:
        dimension = "staff_group"
    period = last_completed_month_end(request.as_at)
    stamp = workbench.stamp(request.organisation, period, service or "whole organisation")
    counted = completeness_by(workbench.snapshot, request.organisation, period, dimension, service=service)
    loaded = counted is not None
    if counted is None:
        counted = _empty_completeness(dimension)
    blanks = [f"{field}_blank" for field in FIELDS]
    counted = counted.with_columns(
        (pl.col("assignments") - pl.col(f"{field}_filled")).alias(f"{field}_blank") for field in FIELDS
    )
    unlisted = [f"{field}_unlisted" for field in FIELDS]
    counted = counted.with_columns(
        (pl.col(f"{field}_filled") - pl.col(f"{field}_known")).alias(f"{field}_unlisted") for field in FIELDS
    )
    released = release(
        counted, policy=workbench.policy, people=["assignments", *blanks, *unlisted], within=(dimension,)
    )
    table = _with_shares(released.table)
    drawing = compare_dots(
        table,
        category=dimension,
        series=[Series(f"{field}_share", name.capitalize()) for field, name in FIELDS.items()],
        unit="% of AHP-relevant assignments",
        subject=f"Share of AHP-relevant assignments with each field filled, by {_DIMENSIONS[dimension].lower()}",
        stamp=stamp,
        decimals=1,
    )
    return Exhibit(
        id="coding_completeness",
        question="How complete is the coding of AHPs?",
        title=_completeness_title(table, dimension, period_loaded=loaded),
        caption=(
            f"Assignments employed at {shown_date(period)} on substantive contracts that are evidenced an AHP's, "
            "stand in the staff group Allied Health Professionals or bear an AHP occupation code; "
            "share with each field filled."
        ),
        table=table,
        columns=(
            Column(dimension, _DIMENSIONS[dimension]),
            Column("assignments", "AHP-relevant assignments", "count"),
            *(Column(f"{field}_share", f"{name.capitalize()} filled", "percent") for field, name in FIELDS.items()),
            *(Column(f"{field}_blank", f"{name.capitalize()} blank", "count") for field, name in FIELDS.items()),
        ),
        figure=drawing.figure,
        alt=drawing.alt,
        measures=("coding_completeness",),
        notes=(*_completeness_notes(table, dimension), *released.notes),
        stamp=stamp,
        withheld=released.withheld,
    )


def _with_shares(table: pl.DataFrame) -> pl.DataFrame:
    """Work out the share filled from released numbers: where the blank ones are withheld, the share is as well."""
    for field in FIELDS:
        blank, share = f"{field}_blank", f"{field}_share"
        hidden = pl.any_horizontal(pl.col(f"{c}_status").is_in(_WITHHELD) for c in (blank, "assignments"))
        table = table.with_columns(
            pl.when(pl.col("assignments") > 0)
            .then((100 * (1 - pl.col(blank) / pl.col("assignments"))).clip(0, 100))
            .alias(share),
            pl.when(hidden)
            .then(pl.lit("secondary"))
            .when(pl.col("assignments") == 0)
            .then(pl.lit("not_applicable"))
            .otherwise(f"{blank}_status")
            .alias(f"{share}_status"),
        )
    return table


def _completeness_title(table: pl.DataFrame, dimension: str, *, period_loaded: bool) -> str:
    if not period_loaded:
        return "Coding of AHPs: the staff list of this month is not loaded"
    total = table.filter(pl.col(dimension) == TOTAL).row(0, named=True)
    shares = {name: total[f"{field}_share"] for field, name in FIELDS.items() if total[f"{field}_share"] is not None}
    if not shares:
        return "Coding of AHPs: too few people to show how complete it is"
    lowest = min(shares, key=lambda name: shares[name])
    if shares[lowest] == 100:
        more = "" if len(shares) == len(FIELDS) else "; blanks in the other fields are too few to show"
        return f"Every AHP-relevant assignment has its {' and '.join(shares)} filled{more}"
    return f"The {lowest} is the field filled least: {shown_number(shares[lowest], 1)}% of AHP-relevant assignments"


def _completeness_notes(table: pl.DataFrame, dimension: str) -> tuple[str, ...]:
    total = table.filter(pl.col(dimension) == TOTAL).row(0, named=True)
    unlisted = [
        f"{name} {shown_number(total[f'{field}_unlisted'])}"
        for field, name in FIELDS.items()
        if total[f"{field}_unlisted"] is not None
    ]
    notes = ["Filled is not the same as right: a code that our lists do not hold counts as filled."]
    if unlisted:
        notes.append(f"Filled with a text that our lists do not hold: {', '.join(unlisted)}.")
    return tuple(notes)


def _empty_completeness(dimension: str) -> pl.DataFrame:
    names = ["assignments", *(f"{field}_{state}" for field in FIELDS for state in ("filled", "known"))]
    return pl.DataFrame({dimension: [TOTAL], **{name: pl.Series([None], dtype=pl.Int64) for name in names}})


def _option(request: ExhibitRequest, name: str, default: str, allowed: Mapping[str, object]) -> str:
    value = request.options.get(name) or default
    if value not in allowed:
        raise unknown_name(f"value of the option `{name}`", value, allowed)
    return value


EXHIBITS: dict[str, Callable[[Workbench, ExhibitRequest], Exhibit]] = {
    "ahp_by_profession": ahp_by_profession,
    **finding_exhibits.EXHIBITS,
    **impact_exhibits.EXHIBITS,
    **score_exhibits.EXHIBITS,
    **cause_exhibits.EXHIBITS,
    "seven_steps": seven_steps,
    "coding_completeness": coding_completeness,
}
