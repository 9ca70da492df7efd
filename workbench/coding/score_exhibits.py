"""What the coding review shows of its quality score: by profession and service, and whether coding gets better."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import TYPE_CHECKING

import polars as pl

from workbench.coding.finding_exhibits import NOTE_OF_DECISIONS
from workbench.coding.quality_score import AGES, MONTHS_SHOWN, TOTAL, quality_by, quality_by_month
from workbench.disclosure import Rate, Released, release
from workbench.errors import unknown_name
from workbench.exhibits import Column, Exhibit, ExhibitRequest
from workbench.exhibits.cells import shown_cell, shown_month, shown_number
from workbench.exhibits.charts import Series, compare_dots, month_lines
from workbench.periods import add_months, last_completed_month_end, month_end, shown_date

if TYPE_CHECKING:
    from workbench.disclosure import Policy
    from workbench.workbench import Workbench

_GROUPS = {"profession": "Profession", "service": "Service"}
_AGE_WORDS = {
    "under_3_months": "for less than three",
    "under_12_months": "for three to eleven",
    "older": "for twelve or more",
}
#: The shares of the score: numerator, denominator and what is left over of it, each a count of records.
_SHARES = {
    "share": ("without", "assignments", "with_finding"),
    "share_before": ("without_before", "assignments_before", "with_finding_before"),
    "agreed_share": ("agreed", "compared", "not_agreed"),
    "verified_share": ("verified", "registrable", "not_verified"),
    "right_share": ("right_first_time", "starters", "not_right"),
    "put_right_share": ("put_right", "due", "not_put_right"),
}


def quality_by_profession_and_service(workbench: Workbench, request: ExhibitRequest) -> Exhibit:
    """How good is the coding of each profession and of each service?

    Options: `by` (`profession` or `service`: what the rows are) and `service` (one service only).
    """
    by = request.options.get("by") or "profession"
    if by not in _GROUPS:
        raise unknown_name("value of the option `by`", by, _GROUPS)
    service = request.options.get("service", "")
    period = last_completed_month_end(request.as_at)
    year_ago = month_end(add_months(period, -MONTHS_SHOWN))
    stamp = workbench.stamp(request.organisation, period, service or "whole organisation")
    counted = quality_by(workbench.snapshot, workbench.settings, request.organisation, period, by, service=service)
    numbers = _no_score() if counted is None else counted[0]
    released = release_score(numbers, workbench.policy)
    ages, withheld = _note_of_age(numbers, workbench.policy)
    table = _with_change(released.table)
    drawing = compare_dots(
        table,
        category="group",
        series=[
            Series("share_before", f"A year earlier, {shown_month(year_ago)}"),
            Series("share", f"Now, {shown_month(period)}"),
        ],
        unit="% of AHP assignments with no error or review",
        subject=f"Share of AHP assignments with no error and nothing to be reviewed, by {by}",
        stamp=stamp,
        difference=("share_before", "share"),
        decimals=1,
    )
    return Exhibit(
        id="quality_by_profession_and_service",
        question=f"How good is the coding of each {by}?",
        title=_score_title(table, loaded=counted is not None),
        caption=(
            f"AHP assignments on substantive contracts at {shown_date(period)}, by {by}: share with no error or "
            "review, how that changed in twelve months, and the parts of the quality score beside it."
        ),
        table=table,
        columns=(
            Column("group", _GROUPS[by]),
            Column("assignments", "Reviewed", "count", "assignments"),
            Column("share", "No error or review", "percent"),
            Column("change", "Change in a year", "rate", "points", 1),
            Column("fte_share", "Of FTE", "percent"),
            Column("agreed_share", "Sources agree", "percent"),
            Column("verified_share", "Registration verified", "percent"),
            Column("right_share", "Starters right first time", "percent"),
            Column("put_right_share", "Put right in a month", "percent"),
            Column("with_finding", "With an error or review", "count", "assignments"),
            Column("excepted", "By exception", "count", "assignments"),
        ),
        figure=drawing.figure,
        alt=drawing.alt,
        measures=(),
        notes=(*ages, *_score_notes(len(counted[1]) if counted else 0), NOTE_OF_DECISIONS, *released.notes),
        stamp=stamp,
        withheld=released.withheld + withheld,
    )


def _score_notes(rules_counted: int) -> tuple[str, ...]:
    return (
        "Each share is a sum over a sum, the last row's too. A finding of a person or a position concerns each of its "
        "AHP assignments. The score is a choice of ours, no NHS standard.",
        f"Counted at each month end: the {rules_counted} rules that could be asked at all of them.",
        "Sources agree: of assignments on which two or more of occupation code, job role and registration name a "
        "profession, those where all do so alike. The share of three fields filled is shown apart, by service.",
        "Registration verified: of active qualified staff who are no managers, those with a registration in date and "
        "checked lately enough to be relied on.",
        "Starters: those of twelve months whose first days are over. Put right in a month: of assignments with an "
        "error or review at the month end before and still in post, those with none now; rules about changes are left "
        "out, as their findings lapse.",
    )


def release_score(numbers: pl.DataFrame, policy: Policy) -> Released:
    """Release the score of groups and their total; a share is withheld with any of the counts that it is made of."""
    numbers = numbers.with_columns(
        (pl.col(whole) - pl.col(part)).alias(rest)
        for part, whole, rest in _SHARES.values()
        if rest not in numbers.columns
    )
    counts = list(dict.fromkeys(name for parts in _SHARES.values() for name in parts))
    released = release(
        numbers.select("group", *counts, "excepted", "fte", "fte_without"),
        policy=policy,
        people=[*counts, "excepted"],
        parts={whole: (part, rest) for part, whole, rest in _SHARES.values()},
        dependants={"fte": ("assignments",), "fte_without": ("without", "with_finding")},
        rates={
            **{name: Rate(part, whole) for name, (part, whole, _) in _SHARES.items()},
            "fte_share": Rate("fte_without", "fte"),
        },
        within=("group",),
    )
    kept = ["assignments", "with_finding", "excepted", *_SHARES, "fte_share"]
    table = released.table.select("group", *kept, *(f"{name}_status" for name in kept))
    return Released(table, released.withheld, released.notes)


def _with_change(table: pl.DataFrame) -> pl.DataFrame:
    """Add the change in twelve months, from released shares only."""
    statuses = ("share_status", "share_before_status")
    first_not_shown = pl.coalesce(pl.when(~pl.col(name).is_in(["shown", "rounded"])).then(name) for name in statuses)
    return table.with_columns(
        change=pl.col("share") - pl.col("share_before"),
        change_status=pl.coalesce(first_not_shown, pl.lit("shown")),
    )


def _note_of_age(numbers: pl.DataFrame, policy: Policy) -> tuple[tuple[str, ...], int]:
    """Say how long the open ones have been there, for all groups together, and how many counts are withheld."""
    whole = numbers.filter(pl.col("group") == TOTAL).select("with_finding", *AGES)
    released = release(whole, policy=policy, people=["with_finding", *AGES], parts={"with_finding": tuple(AGES)})
    row = released.table.row(0, named=True) if released.table.height else {"with_finding": None}
    if not row["with_finding"]:
        return (), released.withheld
    ages = [f"{shown_cell('count', row[name], row[f'{name}_status'])} {words}" for name, words in _AGE_WORDS.items()]
    said = f"Of {shown_number(row['with_finding'])} assignments with an error or review, by the oldest: "
    return (f"{said}{', '.join(ages)} months.",), released.withheld


def _no_score() -> pl.DataFrame:
    counts = ["assignments", "without", "with_finding", "compared", "agreed", "filled", "registrable", "verified",
              "excepted", *AGES, "assignments_before", "without_before", "with_finding_before", "due", "put_right",
              "starters", "right_first_time"]  # fmt: skip
    numbers = {name: pl.Series([None], dtype=pl.Int64) for name in counts}
    amounts = {name: pl.Series([None], dtype=pl.Float64) for name in ("fte", "fte_without")}
    return pl.DataFrame({"group": [TOTAL], **numbers, **amounts})


def _score_title(table: pl.DataFrame, *, loaded: bool) -> str:
    if not loaded:
        return "Quality of AHP coding: the staff list of this month is not loaded"
    groups = table.filter(pl.col("group") != TOTAL, pl.col("with_finding") > 0)
    total = table.filter(pl.col("group") == TOTAL)
    share = total["share"][0] if total.height else None
    if share is None:
        return "Quality of AHP coding: too few people to show, or no AHPs"
    whole = f"{shown_number(share, 1)}% of AHP assignments have no error or review"
    if groups.is_empty():
        return whole
    most = groups.sort("with_finding", descending=True, maintain_order=True).row(0, named=True)
    return f"{whole}; most of the others: {most['group']}, {shown_number(most['with_finding'])}"


def data_quality_trend(workbench: Workbench, request: ExhibitRequest) -> Exhibit:
    """Is the coding of AHPs getting better?

    Options: `service` (one service only) and `profession` (one evidenced profession only).
    """
    service, profession = (request.options.get(name, "") for name in ("service", "profession"))
    period = last_completed_month_end(request.as_at)
    scope = ", ".join(name for name in (service, profession) if name)
    stamp = workbench.stamp(request.organisation, period, scope or "whole organisation")
    counted = quality_by_month(
        workbench.snapshot, workbench.settings, request.organisation, period, service=service, profession=profession
    )
    numbers = _no_quality(period) if counted is None else counted[0]
    released = release_quality(numbers, workbench.policy)
    table = released.table
    drawing = month_lines(
        table,
        month="month",
        series=[Series("share", "Assignments"), Series("fte_share", "FTE")],
        unit="% with no error or review",
        subject="Share of AHP assignments, and of their FTE, with no error and nothing to be reviewed",
        stamp=stamp,
        decimals=1,
    )
    return Exhibit(
        id="data_quality_trend",
        question="Is the coding of AHPs getting better?",
        title=_quality_title(table, loaded=counted is not None),
        caption=(
            "Assignments on substantive contracts (types 02, 04, 05) whose profession is evidenced or disputed: share "
            f"without an error or review at each of the last {MONTHS_SHOWN} month ends loaded, to {shown_date(period)}."
        ),
        table=table,
        columns=(
            Column("month", "Month end", "date"),
            Column("assignments", "AHP assignments", "count"),
            Column("with_finding", "With an error or review", "count"),
            Column("share", "Without, of assignments", "percent"),
            Column("fte_share", "Without, of FTE", "percent"),
        ),
        figure=drawing.figure,
        alt=drawing.alt,
        measures=(),
        notes=(
            "Each share is a sum over a sum. A finding of a person or a position concerns each of its AHP assignments.",
            f"Counted in every month: the {len(counted[1]) if counted else 0} rules that could be asked in all, "
            "so that an extract that came later does not look like coding that grew worse.",
            NOTE_OF_DECISIONS,
            *released.notes,
        ),
        stamp=stamp,
        withheld=released.withheld,
    )


def release_quality(numbers: pl.DataFrame, policy: Policy) -> Released:
    """Release the months of the quality score; the share is withheld with either count that it is made of."""
    return release(
        numbers,
        policy=policy,
        people=["assignments", "without", "with_finding"],
        parts={"assignments": ("without", "with_finding")},
        dependants={"fte": ("assignments",), "fte_without": ("without", "with_finding")},
        rates={"share": Rate("without", "assignments"), "fte_share": Rate("fte_without", "fte")},
        by=("month",),
    )


def _no_quality(period: dt.date) -> pl.DataFrame:
    counts = {name: pl.Series([None], dtype=pl.Int64) for name in ("assignments", "without", "with_finding")}
    amounts = {name: pl.Series([None], dtype=pl.Float64) for name in ("fte", "fte_without")}
    return pl.DataFrame({"month": [period], **counts, **amounts})


def _quality_title(table: pl.DataFrame, *, loaded: bool) -> str:
    if not loaded:
        return "Quality of AHP coding: the staff list of this month is not loaded"
    known = table.filter(pl.col("share").is_not_null())
    if known.is_empty():
        return "Quality of AHP coding: too few people to show, or no AHPs"
    last = known.row(-1, named=True)
    now = (
        f"{shown_number(last['share'], 1)}% of AHP assignments have no error or review in {shown_month(last['month'])}"
    )
    if known.height == 1:
        return now
    first = known.row(0, named=True)
    points = round(last["share"], 1) - round(first["share"], 1)
    if abs(points) < 0.05:
        return f"{now}, as in {shown_month(first['month'])}"
    word = "up" if points > 0 else "down"
    return f"{now}, {word} {shown_number(abs(points), 1)} points since {shown_month(first['month'])}"


EXHIBITS: dict[str, Callable[[Workbench, ExhibitRequest], Exhibit]] = {
    "quality_by_profession_and_service": quality_by_profession_and_service,
    "data_quality_trend": data_quality_trend,
}
