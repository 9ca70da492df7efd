"""The level of attainment as a measure: of the trust, its professional groups or its teams, on a date or by month."""

from __future__ import annotations

import datetime as dt

import polars as pl

from workbench.attainment.attained import Attainment, attainment_of, register
from workbench.attainment.computed_clauses import COMPUTATIONS
from workbench.attainment.known import NO_TEAM, known_at
from workbench.attainment.levels import TRUST, group_scope, team_scope
from workbench.attainment.standard_sets import standard_sets
from workbench.errors import ParameterError
from workbench.measures.coverage import months_asked, months_loaded, months_missing
from workbench.measures.request import MeasureRequest
from workbench.professions import PROFESSIONAL_GROUPS
from workbench.warehouse.snapshot import Snapshot

SCHEMA = {
    "scope_name": pl.String,
    "value": pl.Int64,
    "status": pl.String,
    "numerator_people": pl.Int64,
}
_SCOPES = {"professional_group": group_scope, "team": team_scope}


def attainment_level(snapshot: Snapshot, request: MeasureRequest) -> tuple[pl.DataFrame, dict[str, object]]:
    """Work out the level of attainment of each scope asked for.

    The as-of date itself is used, not the last month end. With `month` among the dimensions each month end is an as-of
    date of its own. Standards of the user's own are asked for with `workbench attain`. See
    docs/methodology/attainment_level.md.

    Returns:
        One row per combination of the dimensions with `value` (the level); numerator and denominator are null. A
        scope in which nobody is in scope is `not_applicable`; without a register or a staff list: `no_data`.

    Raises:
        ParameterError: both professional group and team were asked for; a scope is one or the other.
    """
    dimension = [name for name in request.by if name in _SCOPES]
    if len(dimension) > 1:
        raise ParameterError(
            "A level belongs to a trust, a professional group or a team: received both `professional_group` and "
            "`team`. Ask for one of them."
        )
    standards = standard_sets(computations=COMPUTATIONS)[request.options["standard_set"]]
    records = register(snapshot, request.organisation, standards)
    loaded = months_loaded(snapshot, request.organisation)
    days = months_asked(request, loaded) if request.by_month else {request.as_at: True}
    frames = []
    for day, known in days.items():
        facts = known_at(snapshot, request.organisation, day) if known else None
        found = attainment_of(facts, records, standards, request.organisation, day)
        frames.append(_rows(found, dimension[0] if dimension else "", day))
    rows = pl.concat(frames).with_columns(
        organisation=pl.lit(request.organisation), numerator=pl.lit(None, pl.Int64), denominator=pl.lit(None, pl.Int64)
    )
    if dimension:
        rows = rows.rename({"scope_name": dimension[0]})
    columns = [*request.by, "numerator", "denominator", "value", "status", "numerator_people", "denominator_people"]
    rows = rows.with_columns(denominator_people=pl.lit(None, pl.Int64)).select(columns)
    stamp: dict[str, object] = {
        "window": "evidence and data as known on the as-of date",
        "scope": f"one organisation ({request.organisation})",
        "standards": f"{standards.title}, {standards.edition}",
        "months_missing": months_missing(request, loaded),
    }
    return rows, stamp


def _rows(found: Attainment, dimension: str, day: dt.date) -> pl.DataFrame:
    material = found.found
    people = {} if material is None else _people(material.coverage.posts, dimension)
    if material is None:
        rows: list[tuple[str | None, int | None, str, int | None]] = [(None, None, "no_data", None)]
    elif not dimension:
        level = found.attained[TRUST].level
        rows = [(None, level, "not_applicable" if level is None else "ok", people.get(None, 0))]
    else:
        # people without a team are in the trust's percentages and have a row, but no level of their own
        names = sorted({*people, *(PROFESSIONAL_GROUPS if dimension == "professional_group" else ())}, key=str)
        scope = _SCOPES[dimension]
        rows = []
        for name in names:
            one = found.attained.get(scope(str(name)))
            level = None if one is None else one.level
            rows.append((str(name), level, "not_applicable" if level is None else "ok", people.get(name, 0)))
    return pl.DataFrame(rows, schema=SCHEMA, orient="row").with_columns(month=pl.lit(day, pl.Date))


def _people(posts: pl.DataFrame, dimension: str) -> dict[str | None, int]:
    if not dimension:
        return {None: posts["person_key"].n_unique()}
    name = pl.col(dimension).fill_null(NO_TEAM)
    counts = posts.group_by(name).agg(pl.col("person_key").n_unique())
    return dict(counts.iter_rows())
