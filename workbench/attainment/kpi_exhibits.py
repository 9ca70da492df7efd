"""What the attainment page shows of the indicators: over time, by group, planned and delivered, and reported when."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import TYPE_CHECKING

import polars as pl

from workbench.attainment.attained import the_set
from workbench.attainment.coverage import coverage_at, plan_register
from workbench.attainment.planned_time import PlannedTime, planned_time_at
from workbench.attainment.reporting import Reported, reported_log
from workbench.attainment.rostered_time import RosteredTime, rostered_time_in
from workbench.attainment.standard_sets import DEFAULT_SET
from workbench.attainment.standards import AIM_IN_WORDS, AIM_PER_CENT, above_90_aim
from workbench.disclosure import Rate, release
from workbench.exhibits import Column, Exhibit, ExhibitRequest
from workbench.exhibits.cells import shown_month, shown_number
from workbench.exhibits.charts import Series, bars_with_aim, compare_dots, month_lines
from workbench.periods import add_months, last_completed_quarter, month_end, shown_date

if TYPE_CHECKING:
    from workbench.workbench import Workbench

TOTAL = "Total"
MONTHS = 24
PLANNED_AMOUNTS = ("direct_care", "planned", "uncategorised")
ROSTERED_AMOUNTS = ("planned", "delivered", "difference", "missed")
NO_DATA_NOTE = "No data is not 0%: nothing is said about what is not loaded."


def active_plans_by_month(workbench: Workbench, request: ExhibitRequest) -> Exhibit:
    """How has the share of people with an active job plan moved from month to month?

    Options: `service` (people with a post in one service only).
    """
    service = request.options.get("service", "")
    stamp = workbench.stamp(request.organisation, request.as_at, service or "whole organisation")
    counted = _counted_by_month(workbench, request, service)
    released = release(
        counted,
        policy=workbench.policy,
        people=["active", "in_scope"],
        by=("month",),
        rates={"share": Rate("active", "in_scope")},
        parts={"in_scope": ("active",)},
    )
    table = released.table.with_columns(aim=pl.lit(AIM_PER_CENT, pl.Float64))
    drawn = table if table["share"].is_not_null().any() else table.with_columns(aim=pl.lit(None, pl.Float64))
    drawing = month_lines(
        drawn,
        month="month",
        series=[Series("share", "With an active plan"), Series("aim", f"Aim: {AIM_IN_WORDS}")],
        unit="% of people in scope",
        subject="Share of people in scope with an active job plan, by month",
        stamp=stamp,
        decimals=1,
    )
    return Exhibit(
        id="active_plans_by_month",
        question="How has the share of people with an active job plan moved from month to month?",
        title=_by_month_title(table),
        caption=(
            "Each month end is a date of its own: people in scope then, and plans reviewed and approved in the 12 "
            f"months to it. The aim printed for this indicator, to be reported monthly, is {AIM_IN_WORDS}."
        ),
        table=table,
        columns=(
            Column("month", "Month", "month"),
            Column("active", "With an active plan", "count", "people"),
            Column("in_scope", "In scope", "count", "people"),
            Column("share", "Share", "percent"),
        ),
        figure=drawing.figure,
        alt=drawing.alt,
        measures=("active_job_plan_coverage",),
        notes=(
            "Past months are read from today's register by its dates; a status changed since without a date is not "
            "known to have changed.",
            *released.notes,
        ),
        stamp=stamp,
        withheld=released.withheld,
    )


def _counted_by_month(workbench: Workbench, request: ExhibitRequest, service: str) -> pl.DataFrame:
    """Count people with an active plan and people in scope at each of the latest month ends loaded."""
    register = plan_register(workbench.snapshot, request.organisation)
    months = [month for month in workbench.months(request.organisation) if month <= request.as_at][-MONTHS:]
    rows = []
    for month in months:
        coverage = coverage_at(workbench.snapshot, request.organisation, month, register)
        coverage = coverage.of_service(service) if coverage and service else coverage
        rows.append((month, *(coverage.counted().row(0) if coverage else (None, None))))
    return pl.DataFrame(rows, schema={"month": pl.Date, "active": pl.Int64, "in_scope": pl.Int64}, orient="row")


def _by_month_title(table: pl.DataFrame) -> str:
    known = table.drop_nulls("share")
    if known.is_empty():
        return "Active job plans by month: no month can be shown"
    last = known.row(-1, named=True)
    words = (
        f"{shown_number(last['share'], 1)}% of people in scope had an active job plan in {shown_month(last['month'])}"
    )
    before = known.filter(pl.col("month") == month_end(add_months(last["month"], -12)))
    if before.height:
        change = last["share"] - before["share"].item()
        sign = "up" if change > 0 else "down"
        size = shown_number(abs(change), 1)
        words += ", as a year before" if size == "0.0" else f", {sign} {size} points in a year"
    reached = sum(bool(above_90_aim(*row)) for row in known.select("active", "in_scope").rows())
    months = f"{reached or 'none'} of {known.height} months shown"
    return f"{words}; the aim of {AIM_IN_WORDS} was reached in {months}"


def dcc_share_by_group(workbench: Workbench, request: ExhibitRequest) -> Exhibit:
    """What share of planned sessions is direct clinical care, by professional group?"""
    stamp = workbench.stamp(request.organisation, request.as_at)
    planned = planned_time_at(workbench.snapshot, request.organisation, request.as_at)
    released = release(
        _planned_by_group(planned),
        policy=workbench.policy,
        people=["people"],
        dependants=dict.fromkeys(PLANNED_AMOUNTS, ("people",)),
        rates={"share": Rate("direct_care", "planned")},
        within=("professional_group",),
    )
    drawing = bars_with_aim(
        released.table,
        category="professional_group",
        share="share",
        numerator="direct_care",
        denominator="planned",
        subject="Share of direct clinical care in planned sessions, by professional group",
        stamp=stamp,
        unit="% of planned sessions (total: of planned hours)",
    )
    return Exhibit(
        id="dcc_share_by_group",
        question="What share of planned sessions is direct clinical care, by professional group?",
        title=_dcc_title(released.table),
        caption=(
            f"Sessions a week in the job plans active on {shown_date(request.as_at)}; direct clinical care as a share "
            "of all planned sessions, uncategorised ones included. No aim is printed for this indicator."
        ),
        table=released.table,
        columns=(
            Column("professional_group", "Professional group"),
            Column("people", "With planned time", "count", "people"),
            Column("unit", "Counted in"),
            Column("direct_care", "Direct clinical care", "fte", "a week"),
            Column("planned", "All planned", "fte", "a week"),
            Column("uncategorised", "Of which uncategorised", "fte", "a week"),
            Column("share", "Share", "percent"),
        ),
        figure=drawing.figure,
        alt=drawing.alt,
        measures=("dcc_share",),
        notes=(
            (
                "The total is in hours where doctors and dentists (four hours a programmed activity) stand with others."
                if planned
                else NO_DATA_NOTE
            ),
            "It rests on people with an active plan only.",
            *released.notes,
        ),
        stamp=stamp,
        withheld=released.withheld,
    )


def _planned_by_group(planned: PlannedTime | None) -> pl.DataFrame:
    """Add up planned time by professional group with the total, and the unit of each row in words."""
    if planned is None:
        schema = {"professional_group": pl.String, **dict.fromkeys(PLANNED_AMOUNTS, pl.Float64), "people": pl.Int64}
        counted = pl.DataFrame([{"professional_group": TOTAL}], schema=schema)
        counted = counted.with_columns(in_hours=pl.lit(None, pl.Boolean))
    else:
        total = planned.counted().with_columns(professional_group=pl.lit(TOTAL))
        groups = planned.counted(("professional_group",)).sort(
            "planned", "professional_group", descending=[True, False]
        )
        counted = pl.concat([groups, total.select(groups.columns)]).with_columns(pl.col("people").cast(pl.Int64))
    unit = pl.when("in_hours").then(pl.lit("hours")).when(~pl.col("in_hours")).then(pl.lit("sessions"))
    return counted.with_columns(unit=unit)


def _dcc_title(table: pl.DataFrame) -> str:
    groups = table.filter((pl.col("professional_group") != TOTAL) & pl.col("share").is_not_null()).sort("share")
    total = table.filter(pl.col("professional_group") == TOTAL)["share"].item()
    if total is None and groups.is_empty():
        return "Direct clinical care: no planned time can be shown"
    words = "Direct clinical care"
    words += f" is {shown_number(total, 1)}% of planned time" if total is not None else " by professional group"
    if groups.height < 2:
        return words
    low, high = groups.row(0, named=True), groups.row(-1, named=True)
    return (
        f"{words}, from {shown_number(low['share'], 1)}% ({low['professional_group']}) to "
        f"{shown_number(high['share'], 1)}% ({high['professional_group']})"
    )


def planned_and_delivered(workbench: Workbench, request: ExhibitRequest) -> Exhibit:
    """How far do delivered sessions lie from planned ones, net and gross, by professional group?"""
    stamp = workbench.stamp(request.organisation, request.as_at)
    quarter = last_completed_quarter(request.as_at)
    rostered = rostered_time_in(workbench.snapshot, request.organisation, quarter)
    released = release(
        _rostered_by_group(rostered),
        policy=workbench.policy,
        people=["people"],
        dependants=dict.fromkeys(ROSTERED_AMOUNTS, ("people",)),
        rates={"net": Rate("difference", "planned"), "gross": Rate("missed", "planned")},
        within=("professional_group",),
    )
    rows = released.table if rostered is None else released.table.filter(pl.col("professional_group") != TOTAL)
    drawing = compare_dots(
        rows,
        category="professional_group",
        series=[Series("planned", "Planned"), Series("delivered", "Delivered")],
        unit="sessions in the quarter",
        subject=f"Sessions planned and delivered in {quarter}, by professional group",
        stamp=stamp,
        difference=("planned", "delivered"),
    )
    return Exhibit(
        id="planned_and_delivered",
        question="How far do delivered sessions lie from planned ones, net and gross, by professional group?",
        title=_variance_title(released.table, str(quarter)),
        caption=(
            f"Sessions that started in {quarter}, the latest completed quarter. Net: delivered less planned, so that "
            "negative is under-delivery. Gross: the differences of each person and category added up without their "
            "sign, which netting hides. Neither aim nor tolerance is printed."
        ),
        table=released.table,
        columns=(
            Column("professional_group", "Professional group"),
            Column("people", "Rostered", "count", "people"),
            Column("planned", "Planned", "fte", "sessions"),
            Column("delivered", "Delivered", "fte", "sessions"),
            Column("net", "Net variance", "percent"),
            Column("gross", "Gross variance", "percent"),
        ),
        figure=drawing.figure,
        alt=drawing.alt,
        measures=("planned_delivered_variance",),
        notes=(*_roster_notes(workbench, rostered), *released.notes),
        stamp=stamp,
        withheld=released.withheld,
    )


def _rostered_by_group(rostered: RosteredTime | None) -> pl.DataFrame:
    """Add up rostered time by professional group with the total."""
    if rostered is None:
        schema = {"professional_group": pl.String, **dict.fromkeys(ROSTERED_AMOUNTS, pl.Float64), "people": pl.Int64}
        return pl.DataFrame([{"professional_group": TOTAL}], schema=schema)
    groups = rostered.counted(("professional_group",)).sort("planned", descending=True, nulls_last=True)
    total = rostered.counted().with_columns(professional_group=pl.lit(TOTAL)).select(groups.columns)
    return pl.concat([groups, total])


def _variance_title(table: pl.DataFrame, quarter: str) -> str:
    total = table.filter(pl.col("professional_group") == TOTAL).row(0, named=True)
    if total["net"] is None:
        return f"Planned and delivered sessions: nothing rostered can be shown for {quarter}"
    side = "fewer" if total["net"] < 0 else "more"
    net = f"{shown_number(abs(total['net']), 1)}% {side} sessions than planned were delivered in {quarter}"
    gross = f"added up without their sign, the differences are {shown_number(total['gross'], 1)}% of what was planned"
    return f"{net}; {gross}"


def _roster_notes(workbench: Workbench, rostered: RosteredTime | None) -> tuple[str, ...]:
    if rostered is None:
        return ("No session of the quarter is loaded. Nothing rostered is no data, not zero delivered.",)
    standing = rostered.people_by_standing()
    people = {
        "people on the bank, counted": standing["bank"],
        "people not on the staff list, counted": standing["unmatched"],
        "people out of scope, left out": sum(rostered.people_excluded.values()),
        "people with sessions delivered and none planned, whose variance is not applicable": rostered.unplanned()[
            "person_key"
        ].n_unique(),
    }
    shown = release(
        pl.DataFrame({"label": list(people), "people": list(people.values())}),
        policy=workbench.policy,
        people=["people"],
    ).table
    words = ", ".join(
        f"{row['label']}: {'[c]' if row['people'] is None else shown_number(row['people'])}"
        for row in shown.iter_rows(named=True)
        if row["people"] != 0
    )
    left_out = {
        "Sessions that stood on two rosters and count once": rostered.repeated,
        "Rows without a planned or a delivered value, on neither side": rostered.incomplete,
    }
    beside = (f"{words[0].upper()}{words[1:]}.",) if words else ()
    return (*beside, *(f"{label}: {shown_number(number)}." for label, number in left_out.items() if number))


def indicators_reported(workbench: Workbench, request: ExhibitRequest) -> Exhibit:
    """Which indicator was reported to whom, and when?"""
    stamp = workbench.stamp(request.organisation, request.as_at)
    standards = the_set(workbench.settings, DEFAULT_SET)
    log = reported_log(workbench.snapshot, request.organisation, request.as_at, standards.indicators)
    months = [month_end(add_months(month_end(request.as_at), -back)) for back in reversed(range(12))]
    table = pl.DataFrame([_calendar_row(row, months) for row in log])
    kept = sum(row.kept.kept for row in log)
    return Exhibit(
        id="indicators_reported",
        question="Which indicator was reported to whom, and when?",
        title=_reported_title(log, kept),
        caption=(
            "Dated reports with a reference that name the indicator. Quarterly: one in each of the four latest "
            "completed quarters, and the last no longer than 3 months and 14 days ago. Monthly: one in each of the 12 "
            "latest completed months."
        ),
        table=table,
        columns=(
            Column("indicator", "Indicator"),
            Column("audience", "Reported to"),
            Column("asked", "Asked"),
            Column("kept", "As often as asked"),
            Column("last", "Last reported"),
            Column("missed", "Periods without a report", "count"),
            *(Column(f"{month:%Y-%m}", shown_month(month)) for month in months),
        ),
        figure=None,
        alt="",
        measures=("attainment_level", "active_job_plan_coverage", "dcc_share", "planned_delivered_variance"),
        notes=(
            "How often each indicator is reported is printed; what counts as monthly and quarterly is our choice.",
            "The month of the date shown may not be complete.",
        ),
        stamp=stamp,
    )


def _calendar_row(row: Reported, months: list[dt.date]) -> dict[str, object]:
    """Write one line of the calendar: yes in each month with a report."""
    reported = {month_end(day) for day in row.days}
    return {
        "indicator": f"{row.kpi} {row.label}",
        "audience": row.audience,
        "asked": row.asked,
        "kept": "yes" if row.kept.kept else "no",
        "last": shown_date(row.kept.last) if row.kept.last else "never",
        "missed": len(row.kept.missed),
        **{f"{month:%Y-%m}": "yes" if month in reported else "no" for month in months},
    }


def _reported_title(log: list[Reported], kept: int) -> str:
    if not any(row.days for row in log):
        return "No report of an indicator is recorded"
    if kept == len(log):
        return "Every indicator is reported to board and departments as often as asked"
    late = [f"{row.kpi} to the {row.audience}" for row in log if not row.kept.kept]
    return (
        f"{kept} of {len(log)} reports are made as often as asked; not so: indicator {', '.join(late[:3])}"
        f"{' and others' if len(late) > 3 else ''}"
    )


KPI_EXHIBITS: dict[str, Callable[[Workbench, ExhibitRequest], Exhibit]] = {
    "active_plans_by_month": active_plans_by_month,
    "dcc_share_by_group": dcc_share_by_group,
    "planned_and_delivered": planned_and_delivered,
    "indicators_reported": indicators_reported,
}
