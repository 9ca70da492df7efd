"""Exhibits that look ahead: headcount over the next twelve quarters, and how the method did over the last year."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from typing import TYPE_CHECKING

import polars as pl

from workbench.disclosure import Policy
from workbench.exhibits import Column, Exhibit, ExhibitRequest
from workbench.exhibits.charts import Series, compare_dots, fan_lines
from workbench.measures.coverage import months_loaded
from workbench.periods import add_months, last_completed_month_end, month_end, shown_date
from workbench.retention.choices import TOTAL, Choices
from workbench.retention.monthly import IN_POST, MONTHS_SHOWN, month_by_month, one_group
from workbench.retention.projection import MONTHS_NEEDED, back_test, project
from workbench.retention.released import WITHHELD, disclosure_note, released_in_post, withheld_cells
from workbench.retention.transitions import month_steps
from workbench.warehouse.snapshot import Snapshot

if TYPE_CHECKING:
    from workbench.workbench import Workbench

MONTHS_AHEAD = 36
STEP = 3  # months between the rows shown: quarters
#: Groups smaller than this are not projected: one person more or less would be a tenth of them. Our choice.
SMALLEST_PROJECTED = 10
YEARS = (12, 24, 36)
#: All staff outside the fourteen professions: in the table, but not on a chart whose scale they would take.
NOT_AN_AHP = "Not an AHP"
METHOD = (
    "Each month ahead is given the transition rates and joiners of a real past month of the same season; the range "
    "holds the middle 8 of 10 of 1,000 such futures. It shows where present rates lead. It knows of no plan, budget or "
    "campaign, and is not a forecast."
)


def headcount_ahead(workbench: Workbench, request: ExhibitRequest) -> Exhibit:
    """Where headcount would go over the next twelve quarters at the rates of the months behind, with its range.

    Beside it stands what the same method would have said a year ago, so that a reader can judge how far to trust it.
    """
    choices = Choices.of(request.options)
    month = last_completed_month_end(request.as_at)
    dimension = _dimension(choices)
    released = released_in_post(workbench.snapshot, workbench.policy, request.organisation, month, dimension)
    counted = one_group(released, {dimension: choices.group})
    now = counted.filter(pl.col("month") == month)
    outlook = _outlook(workbench.snapshot, request.organisation, month, dimension)
    table = _quarters(counted, outlook, choices.group, month, workbench.policy)
    withheld = withheld_cells(table, ["headcount"])
    stamp = workbench.stamp(request.organisation, request.as_at, choices.scope)
    drawing = fan_lines(
        table,
        month="month",
        actual="headcount",
        ahead=("low", "middle", "high"),
        tested=("tested_low", "tested_high"),
        unit="people",
        subject="Headcount, counted and ahead",
        stamp=stamp,
    )
    return Exhibit(
        id="headcount_ahead",
        question="Where does headcount go if the coming years are like the past ones?",
        title=choices.titled(_finding(table, now, month)),
        caption="People in post at each quarter's month end, counted and projected; contract types fixed term, locum "
        "and permanent. The grey range is what the method would have said a year ago.",
        table=table,
        columns=(
            Column("month", "Month end", "month"),
            Column("headcount", "Counted", "count", unit="people"),
            Column("low", "Low", "count", unit="people"),
            Column("middle", "Middle", "count", unit="people"),
            Column("high", "High", "count", unit="people"),
            Column("tested_low", "Low, said a year ago", "count", unit="people"),
            Column("tested_high", "High, said a year ago", "count", unit="people"),
        ),
        figure=drawing.figure,
        alt=drawing.alt,
        measures=("headcount",),
        notes=(
            METHOD,
            *_known(workbench.snapshot, request.organisation, month),
            *_judgement(table),
            *choices.not_followed("group"),
            *disclosure_note(withheld, workbench.policy),
        ),
        stamp=stamp,
        withheld=withheld,
    )


def headcount_ahead_by_group(workbench: Workbench, request: ExhibitRequest) -> Exhibit:
    """Each group's headcount now and in one, two and three years, with ranges and how the method did last year.

    Groups are the professions, or those of the filter chosen. A group of fewer than ten people is not projected.
    """
    choices = Choices.of(request.options)
    month = last_completed_month_end(request.as_at)
    dimension = _dimension(choices)
    released = released_in_post(workbench.snapshot, workbench.policy, request.organisation, month, dimension)
    outlook = _outlook(workbench.snapshot, request.organisation, month, dimension)
    table = _groups(released.filter(pl.col("month") == month), outlook, dimension, month, workbench.policy)
    withheld = withheld_cells(table, ["now"])
    stamp = workbench.stamp(request.organisation, request.as_at)
    drawing = compare_dots(
        table.filter(~pl.col("group").is_in(["Everyone", NOT_AN_AHP]) & pl.col("middle_36").is_not_null()),
        category="group",
        series=[Series("now", "Now"), Series("middle_36", "In three years, middle of the range")],
        unit="people",
        subject="Headcount now and in three years",
        stamp=stamp,
        difference=("now", "middle_36"),
    )
    return Exhibit(
        id="headcount_ahead_by_group",
        question="Which groups grow and which shrink if the coming years are like the past ones?",
        title=_group_finding(table),
        caption="People in post now, and projected to one, two and three years ahead: middle of the range, with the "
        "range that holds 8 in 10 futures for the third year.",
        table=table,
        columns=(
            Column("group", "Group"),
            Column("now", "Now", "count", unit="people"),
            *(Column(f"middle_{months}", f"In {months // 12} year{'s' * (months > 12)}", "count") for months in YEARS),
            Column("low_36", "In 3 years, low", "count"),
            Column("high_36", "In 3 years, high", "count"),
            Column("said_low", "For now, said a year ago: low", "count"),
            Column("said_high", "High", "count"),
        ),
        figure=drawing.figure,
        alt=drawing.alt,
        measures=("headcount",),
        notes=(
            METHOD,
            f"Groups of fewer than {SMALLEST_PROJECTED} people are not projected (n/a). The chart leaves them out, as "
            "it does withheld groups and, by profession, all staff who are not AHPs.",
            *_known(workbench.snapshot, request.organisation, month),
            *choices.not_followed("group"),
            *disclosure_note(withheld, workbench.policy),
        ),
        stamp=stamp,
        withheld=withheld,
    )


def _dimension(choices: Choices) -> str:
    return "profession" if choices.is_whole else choices.dimension


@lru_cache(maxsize=16)
def _outlook(snapshot: Snapshot, organisation: str, month: dt.date, dimension: str) -> dict[str, pl.DataFrame]:
    """Project every group once: a snapshot never changes. `ahead` and `tested` hold group, month, low, middle, high."""
    loaded = months_loaded(snapshot, organisation)
    empty = project(pl.DataFrame({"month": []}, schema={"month": pl.Date}), {}, month)
    if month not in loaded:
        return {"ahead": empty, "tested": empty}
    steps = month_steps(snapshot, organisation, dimension, loaded[0], month, inactive_apart=False)
    numbers = month_by_month(
        snapshot, {"people": IN_POST["headcount"]}, organisation=organisation, as_at=month, split=[dimension]
    )
    stocks = numbers.filter(pl.col(dimension) != TOTAL).rename({dimension: "group"}).drop_nulls("people")
    now = dict(stocks.filter(pl.col("month") == month).select("group", pl.col("people").cast(pl.Int64)).iter_rows())
    test = back_test(steps, stocks, month)
    return {
        "ahead": project(steps, now, month, MONTHS_AHEAD),
        "tested": empty if test is None else test.rows,
    }


def _quarters(
    counted: pl.DataFrame, outlook: dict[str, pl.DataFrame], group: str, month: dt.date, policy: Policy
) -> pl.DataFrame:
    """Set what was counted beside what is projected, one row per quarter; nothing is projected from a withheld now."""
    behind = [month_end(add_months(month, -STEP * step)) for step in range((MONTHS_SHOWN - 1) // STEP + 1)]
    ahead_of = [month_end(add_months(month, STEP * step)) for step in range(1, MONTHS_AHEAD // STEP + 1)]
    now = counted.filter(pl.col("month") == month)
    projected = (now["headcount"].fill_null(0) >= SMALLEST_PROJECTED).any()
    own = pl.col("group") == group
    ahead = _whole(outlook["ahead"].filter(own & pl.col("month").is_in(ahead_of)), ("low", "middle", "high"), policy)
    tested = _whole(outlook["tested"].filter(own), ("low", "high"), policy).select(
        "month", tested_low="low", tested_high="high"
    )
    if not projected:
        ahead, tested = ahead.clear(), tested.clear()
    past = counted.filter(pl.col("month").is_in(behind)).select("month", "headcount", "headcount_status")
    past = past.join(tested, on="month", how="left")
    if not ahead.is_empty():
        # the range opens where counting ends
        start = pl.when(pl.col("month") == month).then(pl.col("headcount").cast(pl.Float64))
        past = past.with_columns(start.alias(name) for name in ("low", "middle", "high"))
    return pl.concat([past, ahead.select("month", "low", "middle", "high")], how="diagonal").sort("month")


def _groups(
    now: pl.DataFrame, outlook: dict[str, pl.DataFrame], dimension: str, month: dt.date, policy: Policy
) -> pl.DataFrame:
    table = now.select(group=dimension, now="headcount", now_status="headcount_status")
    for months in YEARS:
        at = outlook["ahead"].filter(pl.col("month") == month_end(add_months(month, months)))
        at = _whole(at, ("low", "middle", "high"), policy)
        table = table.join(
            at.select("group", **{f"{name}_{months}": pl.col(name) for name in ("low", "middle", "high")}),
            on="group",
            how="left",
        )
    said = _whole(outlook["tested"].filter(pl.col("month") == month), ("low", "high"), policy)
    table = table.join(said.select("group", said_low="low", said_high="high"), on="group", how="left")
    names = [name for name in table.columns if name not in ("group", "now", "now_status")]
    allowed = (pl.col("now") >= SMALLEST_PROJECTED).fill_null(False)
    hidden = pl.col("now_status").is_in(WITHHELD)
    state = pl.when(hidden).then(pl.lit("secondary")).otherwise(pl.lit("not_applicable"))
    table = table.with_columns(may=allowed).with_columns(
        *(pl.when("may").then(pl.col(name)).alias(name) for name in names),
        *(
            pl.when(pl.col("may") & pl.col(name).is_not_null()).then(pl.lit("shown")).otherwise(state)
            .alias(f"{name}_status")
            for name in names
        ),
    )  # fmt: skip
    is_total = pl.col("group") == TOTAL
    return (
        table.drop("may")
        .with_columns(last=is_total)
        .sort("last", pl.col("now"), "group", descending=[False, True, False], nulls_last=True)
        .with_columns(group=pl.when(is_total).then(pl.lit("Everyone")).otherwise("group"))
        .drop("last")
    )


def _whole(rows: pl.DataFrame, names: tuple[str, ...], policy: Policy) -> pl.DataFrame:
    """Give projected people as whole numbers, rounded as the audience's counts are."""
    return rows.with_columns(
        pl.Series(name, [policy.rounded(float(round(value))) for value in rows[name]], pl.Float64) for name in names
    )


def _known(snapshot: Snapshot, organisation: str, month: dt.date) -> tuple[str, ...]:
    known = [loaded for loaded in months_loaded(snapshot, organisation) if loaded <= month]
    if len(known) <= MONTHS_NEEDED:
        return (
            f"At least {MONTHS_NEEDED + 1} month ends must be loaded before anything is projected; "
            f"{len(known)} are loaded by {shown_date(month)}.",
        )
    tested = "" if len(known) > 2 * MONTHS_NEEDED else " Fewer than 25 month ends are loaded: the method is not tested."
    return (f"Rates of the months from {shown_date(known[0])} to {shown_date(known[-1])}.{tested}",)


def _judgement(table: pl.DataFrame) -> tuple[str, ...]:
    judged = table.filter(pl.col("tested_low").is_not_null() & pl.col("headcount").is_not_null())
    if judged.is_empty():
        return ()
    inside = judged.filter(pl.col("headcount").is_between("tested_low", "tested_high")).height
    return (
        f"A year ago the same method would have held {inside} of the {judged.height} counts since then in its range.",
    )


def _finding(table: pl.DataFrame, now: pl.DataFrame, month: dt.date) -> str:
    ahead = table.filter(pl.col("middle").is_not_null())
    counted = None if now.is_empty() else now["headcount"][0]
    if counted is None:
        return f"Headcount at {shown_date(month)} is not shown, so nothing is projected from it"
    if ahead.is_empty():
        return f"{counted:,.0f} people in post; too little to project from"
    last = ahead.rows(named=True)[-1]
    span = f"{last['low']:,.0f} to {last['high']:,.0f}"
    if last["low"] <= counted <= last["high"]:
        return (
            f"If the next three years are like the past ones, headcount stays near {counted:,.0f}: "
            f"about {last['middle']:,.0f}, with 8 in 10 futures from {span}"
        )
    goes = "grows" if last["middle"] > counted else "falls"
    return (
        f"If the next three years are like the past ones, headcount {goes} from {counted:,.0f} to about "
        f"{last['middle']:,.0f} ({span})"
    )


def _group_finding(table: pl.DataFrame) -> str:
    shown = table.filter((pl.col("group") != "Everyone") & pl.col("middle_36").is_not_null())
    clear = shown.filter((pl.col("low_36") > pl.col("now")) | (pl.col("high_36") < pl.col("now")))
    if shown.is_empty():
        return "No group is large enough, or known long enough, to be projected"
    growing = clear.filter(pl.col("low_36") > pl.col("now")).height
    shrinking = clear.height - growing
    if not clear.height:
        return f"None of {shown.height} groups clearly grows or shrinks over three years at present rates"
    return (
        f"Of {shown.height} groups, {growing} would clearly grow and {shrinking} clearly shrink over three years at "
        "present rates"
    )


EXHIBITS = {
    "headcount_ahead": headcount_ahead,
    "headcount_ahead_by_group": headcount_ahead_by_group,
}
