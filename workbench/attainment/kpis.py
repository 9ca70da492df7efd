"""The indicators of Appendix 2 about time: the share of direct clinical care (KPI 3), planned and delivered (KPI 4)."""

from __future__ import annotations

import datetime as dt

import polars as pl

from workbench.attainment.coverage import dates_asked
from workbench.attainment.planned_time import PlannedTime, planned_time_at
from workbench.attainment.rostered_time import RosteredTime, rostered_time_in
from workbench.measures.coverage import months_loaded, months_missing
from workbench.measures.request import MeasureRequest
from workbench.periods import last_completed_quarter
from workbench.warehouse.snapshot import Snapshot

BESIDE = ("numerator", "denominator", "numerator_people", "denominator_people")
#: Sessions of the numerator and of the denominator are those of the same people.
SAME_PEOPLE = pl.lit(None, pl.Int64)
GIVEN = ("month", "organisation")


def dcc_share(snapshot: Snapshot, request: MeasureRequest) -> tuple[pl.DataFrame, dict[str, object]]:
    """Add up planned direct clinical care and all planned sessions of the plans active on the as-of date.

    A ratio of sums: people with many planned sessions weigh more than people with few. Uncategorised time stays in
    the denominator. With `month` among the dimensions each month end is an as-of date of its own. See
    docs/methodology/dcc_share.md.

    Returns:
        One row per combination of the dimensions with `numerator` and `denominator` in sessions a week, in hours
        where the row mixes doctors and dentists with other groups; both null where nothing is loaded.
    """
    dimensions = [name for name in request.by if name not in GIVEN]
    basis, weeks = request.options["counted_in"], int(request.options["weeks"])
    frames, hours, planned = [], set(), None
    for day, known in dates_asked(snapshot, request).items():
        planned = planned_time_at(snapshot, request.organisation, day, weeks) if known else None
        rows = None if planned is None else planned.counted(dimensions, basis=basis)
        if rows is not None:
            hours |= {" · ".join(map(str, row)) or "all" for row in rows.filter("in_hours").select(dimensions).rows()}
            hours |= {"all"} if not dimensions and rows["in_hours"].any() else set()
            rows = rows.select(
                *dimensions,
                numerator="direct_care",
                denominator="planned",
                numerator_people=SAME_PEOPLE,
                denominator_people="people",
            )
        frames.append(_in_shape(rows, request, day))
    stamp: dict[str, object] = {
        "window": "plans reviewed and approved in the 12 calendar months to the as-of date, both ends included",
        "scope": f"one organisation ({request.organisation}); each plan once in every row it belongs to",
        "population": "active plans of clinical staff in scope; of two for one post, the latest approved",
        "amounts": "sessions a week; hours a week in the rows named in rows_in_hours",
        "rows_in_hours": sorted(hours),
        "annual_sessions": f"spread over {weeks} weeks",
        "months_missing": months_missing(request, months_loaded(snapshot, request.organisation)),
    }
    return pl.concat(frames), stamp | (_coverage_beside(planned, basis) if planned else {})


def planned_delivered_variance(snapshot: Snapshot, request: MeasureRequest) -> tuple[pl.DataFrame, dict[str, object]]:
    """Compare delivered with planned sessions of the latest completed quarter.

    Net is delivered less planned, so that under-delivery is negative; gross adds up the absolute difference of each
    person and category, which netting hides. See docs/methodology/planned_delivered_variance.md.

    Returns:
        One row per combination of the dimensions with `numerator` (sessions of difference) and `denominator`
        (planned sessions); both null where nothing was rostered.
    """
    quarter = last_completed_quarter(request.as_at)
    dimensions = [name for name in request.by if name not in GIVEN]
    rostered = rostered_time_in(snapshot, request.organisation, quarter)
    rows = None
    if rostered is not None:
        kind = {"net": "difference", "gross": "missed"}[request.options["variance"]]
        rows = rostered.counted(dimensions).select(
            *dimensions,
            numerator=kind,
            denominator="planned",
            numerator_people=SAME_PEOPLE,
            denominator_people="people",
        )
    stamp: dict[str, object] = {
        "window": f"sessions that started in {quarter}, the latest completed quarter",
        "scope": f"one organisation ({request.organisation}); a session counts to the post it was rostered for",
        "population": "rostered people less those out of scope; bank staff and people not on the staff list are in",
        "planned_from": "planned sessions of the roster",
        "sign": "negative: fewer delivered than planned" if request.options["variance"] == "net" else "none: absolute",
        "roster": "loaded" if rostered else "no rostered session of the quarter is loaded",
    }
    return _in_shape(rows, request, request.as_at), stamp | (_roster_beside(rostered) if rostered else {})


def _in_shape(rows: pl.DataFrame | None, request: MeasureRequest, day: dt.date) -> pl.DataFrame:
    """Put the rows of one date into the shape that every date shares; None is one row without data."""
    dimensions = [name for name in request.by if name not in GIVEN]
    amounts = {name: pl.Float64 if name in ("numerator", "denominator") else pl.Int64 for name in BESIDE}
    schema = {**dict.fromkeys(dimensions, pl.String), **amounts}
    if rows is None:
        rows = pl.DataFrame({name: [None] for name in schema}, schema=schema)
    given = {"month": pl.lit(day, pl.Date), "organisation": pl.lit(request.organisation)}
    columns = [given[name].alias(name) if name in given else pl.col(name) for name in request.by]
    return rows.cast(schema).select(*columns, *BESIDE)  # type: ignore[arg-type]


def _coverage_beside(planned: PlannedTime, basis: str) -> dict[str, object]:
    """Say beside the share how much of the workforce it rests on, and what is not sorted."""
    active, in_scope = planned.coverage.counted().row(0)
    total = planned.counted(basis=basis).row(0, named=True)
    counts = {
        "people_active": active,
        "people_in_scope": in_scope,
        "people_with_planned_time": total["people"],
        "uncategorised": total["uncategorised"],
        "uncategorised_in": "hours a week" if total["in_hours"] else "sessions a week",
        "activities_without_sessions": planned.without_value,
        "people_excluded": planned.coverage.scope.excluded_by_reason,
    }
    return {"staff_in_post_month": planned.coverage.scope.period, "counts": counts}


def _roster_beside(rostered: RosteredTime) -> dict[str, object]:
    """Say beside the variance the other reading of it, and who and what was left out."""
    total = rostered.counted().row(0, named=True)
    unplanned = rostered.unplanned()
    counts = {
        "sessions_planned": total["planned"],
        "sessions_delivered": total["delivered"],
        "sessions_net": total["difference"],
        "sessions_gross": total["missed"],
        "people_by_standing": rostered.people_by_standing(),
        "people_excluded": rostered.people_excluded,
        "people_with_unplanned_delivery": unplanned["person_key"].n_unique(),
        "sessions_without_a_plan": float(unplanned["delivered"].sum()),
        "sessions_on_two_rosters": rostered.repeated,
        "rows_without_planned_or_delivered": rostered.incomplete,
    }
    return {"counts": counts}
