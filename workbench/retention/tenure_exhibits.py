"""Exhibits of how long people stay: curves, where they go by length of service, and what became of starters."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import TYPE_CHECKING

import polars as pl

from workbench.exhibits import Column, Exhibit, ExhibitRequest
from workbench.exhibits.cells import shown_number
from workbench.exhibits.charts import Curve, Series, bars_with_aim, heat_map, stacked_shares, stay_curves
from workbench.periods import last_completed_month_end, shown_date
from workbench.retention.choices import FILTERS, TOTAL, Choices
from workbench.retention.cohorts import MONTHS, starters_watched, starting_window
from workbench.retention.released import disclosure_note, withheld_cells
from workbench.retention.released_tenure import (
    TESTED,
    differences,
    half_gone_without_trainees,
    released_destinations,
    released_early_leavers,
    released_stays,
    released_triangle,
)
from workbench.retention.tenure import LEFT, WENT_TO, first_month_loaded, stays
from workbench.retention.tenure_bands import DAYS_IN_A_YEAR, FEWEST_AT_RISK, in_words
from workbench.retention.tenure_findings import (
    comparison_note,
    destination_finding,
    early_finding,
    median_note,
    p_in_words,
    since,
    stay_finding,
    triangle_finding,
    triangle_in_words,
    years_in_words,
)

if TYPE_CHECKING:
    from workbench.workbench import Workbench

MEASURES = ("first_year_leaver_rate",)
WATCHED_AS_THEY_WERE = (
    "People already in post when the data begin are counted from the service they had then, people still in post "
    "until now (docs/methodology/survival.md). Service counts from the start in this organisation; someone who comes "
    "back starts again."
)


def how_long_they_stay(workbench: Workbench, request: ExhibitRequest) -> Exhibit:
    """The share still in post by length of service, with its interval; one group beside everyone else."""
    choices, month = Choices.of(request.options), last_completed_month_end(request.as_at)
    trainees = _trainees_followed(workbench, choices)
    asked = (request.organisation, month, choices.dimension, choices.group, trainees)
    curve = released_stays(workbench.snapshot, workbench.policy, *asked)
    table = _with_years(curve.table)
    stamp = workbench.stamp(request.organisation, request.as_at, choices.scope)
    start = (curve.start or 0) / DAYS_IN_A_YEAR
    curves = [Curve("kept", "Everyone" if choices.is_whole else choices.group, "lower", "upper")]
    if not choices.is_whole:
        curves.append(Curve("kept_rest", "Everyone else"))
    drawing = stay_curves(
        table,
        years="years",
        curves=curves,
        start=start,
        subject="How long people stay",
        stamp=stamp,
        half=None if curve.median is None else curve.median / DAYS_IN_A_YEAR,
    )
    withheld = withheld_cells(table, ["left", "kept"])
    others = (Column("kept_rest", "Everyone else still in post", "percent", unit="%"),) * (not choices.is_whole)
    return Exhibit(
        id="how_long_they_stay",
        question="How long do people stay?",
        title=choices.titled(stay_finding(curve)),
        caption=f"Share still in post by length of service (Kaplan-Meier, 95% interval), from who was watched and who "
        f"left {_span(workbench, request.organisation, month)}"
        f"{since(start)}.",
        table=table,
        columns=(
            Column("service", "Service up to"),
            Column("watched", "Watched", "count", unit="people"),
            Column("left", "Left", "count", unit="people"),
            Column("kept", "Still in post at its end", "percent", unit="%"),
            Column("lower", "Interval from", "percent", unit="%"),
            Column("upper", "to", "percent", unit="%"),
            *others,
        ),
        figure=drawing.figure,
        alt=drawing.alt,
        measures=MEASURES,
        notes=(
            *median_note(curve),
            *comparison_note(curve, choices),
            *_without_trainees(workbench, request.organisation, month, choices),
            *_differences(workbench, request.organisation, month, trainees, choices),
            WATCHED_AS_THEY_WERE,
            *_placed_note(choices),
            *_not_followed(choices, trainees, "group"),
            *_bands_note(workbench, withheld),
        ),
        stamp=stamp,
        withheld=withheld,
    )


def where_they_go_over_time(workbench: Workbench, request: ExhibitRequest) -> Exhibit:
    """Where people have gone by length of service: the shares of all places and of those still in post make 100."""
    choices, month = Choices.of(request.options), last_completed_month_end(request.as_at)
    follows_group = not workbench.policy.withholds
    trainees = _trainees_followed(workbench, choices)
    group = choices.group if follows_group else TOTAL
    table, started = released_destinations(
        workbench.snapshot, workbench.policy, request.organisation, month, choices.dimension, group, trainees
    )
    table = _with_years(table)
    stamp = workbench.stamp(request.organisation, request.as_at, choices.scope if group != TOTAL else Choices().scope)
    start = (started or 0) / DAYS_IN_A_YEAR
    shares = {"in_post": "Still in post", **{f"share of {place}": place for place in WENT_TO}}
    drawing = stacked_shares(
        table,
        years="years",
        shares=[Series(column, label) for column, label in shares.items()],
        start=start,
        subject="Where people have gone by length of service",
        stamp=stamp,
    )
    withheld = withheld_cells(table, ["left", *WENT_TO])
    finding = destination_finding(table, started)
    return Exhibit(
        id="where_they_go_over_time",
        question="Where do people go, and after how long?",
        title=choices.titled(finding) if group != TOTAL else finding,
        caption=f"Share of those who start, by whether they are still in post and where they had gone by each length "
        f"of service (Aalen-Johansen); who left {_span(workbench, request.organisation, month)}{since(start)}.",
        table=table,
        columns=(
            Column("service", "Service up to"),
            Column("left", "Left", "count", unit="people"),
            *(Column(column, label, "percent", unit="%") for column, label in shares.items()),
        ),
        figure=drawing.figure,
        alt=drawing.alt,
        measures=MEASURES,
        notes=(
            "Someone can leave for one place only, and a destination nobody recorded is a place of its own: the known "
            "ones are not scaled up to fill it.",
            WATCHED_AS_THEY_WERE,
            *_placed_note(choices if group != TOTAL else Choices()),
            *_not_followed(choices, trainees, *(("group",) if follows_group else ())),
            *_bands_note(workbench, withheld),
        ),
        stamp=stamp,
        withheld=withheld,
    )


def starters_by_quarter(workbench: Workbench, request: ExhibitRequest) -> Exhibit:
    """The starters of each quarter and the share of them still here after three, six and more months."""
    choices, month = Choices.of(request.options), last_completed_month_end(request.as_at)
    follows = not workbench.policy.withholds
    group, trainees = choices.group if follows else TOTAL, _trainees_followed(workbench, choices)
    table = released_triangle(
        workbench.snapshot, workbench.policy, request.organisation, month, choices.dimension, group, trainees
    )
    stamp = workbench.stamp(request.organisation, request.as_at, choices.scope if group != TOTAL else Choices().scope)
    columns = [Series(f"after_{length}", f"{length} months") for length in MONTHS]
    drawing = heat_map(
        table,
        row="quarter",
        columns=columns,
        total="started",
        unit="per cent still here",
        subject="Starters still here",
        stamp=stamp,
        after_name="number who started",
    )
    finding = triangle_finding(table)
    withheld = withheld_cells(table, ["started", *(series.column for series in columns)])
    return Exhibit(
        id="starters_by_quarter",
        question="Do the people who start now stay as long as those who started before?",
        title=choices.titled(finding) if group != TOTAL else finding,
        caption="People by the quarter in which they started (quarters of the financial year), and the share of them "
        "still here after so many months; x where not all of the quarter could have been watched for so long.",
        table=table,
        columns=(
            Column("quarter", "Started in"),
            Column("started", "Started", "count", unit="people"),
            *(Column(series.column, series.label, "percent", unit="% still here", decimals=0) for series in columns),
        ),
        figure=drawing.figure,
        alt=drawing.alt if table.height == 0 else triangle_in_words(table),
        measures=MEASURES,
        notes=(
            *_starters_left_out(workbench, request.organisation, month),
            *_placed_note(choices if group != TOTAL else Choices()),
            *_not_followed(choices, trainees, *(("group",) if follows else ())),
            *disclosure_note(withheld, workbench.policy),
        ),
        stamp=stamp,
        withheld=withheld,
    )


def first_year_leavers(workbench: Workbench, request: ExhibitRequest) -> Exhibit:
    """Which share of starters leave within a year, by group: staff groups, or those of the dimension chosen."""
    choices, month = Choices.of(request.options), last_completed_month_end(request.as_at)
    dimension = "staff_group" if choices.is_whole else choices.dimension
    trainees = _trainees_followed(workbench, choices)
    table = released_early_leavers(
        workbench.snapshot, workbench.policy, request.organisation, month, dimension, trainees
    )
    stamp = workbench.stamp(request.organisation, request.as_at)
    total = table.filter(pl.col(dimension) == TOTAL)
    drawing = bars_with_aim(
        table,
        category=dimension,
        share="share",
        numerator="left_early",
        denominator="watched",
        subject="Starters who left within a year",
        stamp=stamp,
        unit="% of those who started",
    )
    first, last = starting_window(month)
    withheld = withheld_cells(table, ["watched", "left_early"])
    return Exhibit(
        id="first_year_leavers",
        question="How many of those who start leave within a year?",
        title=early_finding(total, first, last),
        caption=f"People who started from {shown_date(first)} to {shown_date(last)}, and those of them who left within "
        f"365 days, by {FILTERS[dimension]} when first listed.",
        table=table,
        columns=(
            Column(dimension, FILTERS[dimension].capitalize()),
            Column("watched", "Started", "count", unit="people"),
            Column("left_early", "Left within a year", "count", unit="people"),
            Column("share", "Share", "percent", unit="%"),
        ),
        figure=drawing.figure,
        alt=drawing.alt,
        measures=MEASURES,
        notes=(
            "Only people whose whole first year is known are counted: those who started since then are not over it.",
            *_short_service(workbench, request.organisation, month),
            *_starters_left_out(workbench, request.organisation, month),
            *_not_followed(choices, trainees, "group"),
            *disclosure_note(withheld, workbench.policy),
        ),
        stamp=stamp,
        withheld=withheld,
    )


EXHIBITS: dict[str, Callable[[Workbench, ExhibitRequest], Exhibit]] = {
    "how_long_they_stay": how_long_they_stay,
    "where_they_go_over_time": where_they_go_over_time,
    "starters_by_quarter": starters_by_quarter,
    "first_year_leavers": first_year_leavers,
}


def _with_years(table: pl.DataFrame) -> pl.DataFrame:
    words = [in_words(months) for months in table["to_months"]]
    return table.with_columns(years=pl.col("to_months") / 12, service=pl.Series(words, dtype=pl.String))


def _trainees_followed(workbench: Workbench, choices: Choices) -> str:
    """Leads and boards see doctors in training always in: the difference would show few of them by themselves."""
    return "in" if workbench.policy.withholds else choices.trainees


def _not_followed(choices: Choices, trainees: str, *followed: str) -> tuple[str, ...]:
    return choices.not_followed(*followed, *(("trainees",) if trainees == choices.trainees else ()))


def _span(workbench: Workbench, organisation: str, month: dt.date) -> str:
    first = first_month_loaded(workbench.snapshot, organisation)
    return f"from {shown_date(first)} to {shown_date(month)}" if first else f"up to {shown_date(month)}"


def _without_trainees(workbench: Workbench, organisation: str, month: dt.date, choices: Choices) -> tuple[str, ...]:
    """Give the finding without doctors in training beside the one with them, where a reader has not chosen."""
    half = half_gone_without_trainees(workbench.snapshot, organisation, month)
    if half is None or not choices.is_whole or choices.trainees == "out":
        return ()
    (days,) = half
    said = "fewer than half are gone" if days is None else f"half are gone by {years_in_words(days / DAYS_IN_A_YEAR)}"
    return (f"Without doctors in training, who rotate by plan, {said}.",)


def _differences(
    workbench: Workbench, organisation: str, month: dt.date, trainees: str, choices: Choices
) -> tuple[str, ...]:
    if not choices.is_whole:
        return ()
    tests = differences(workbench.snapshot, organisation, month, trainees)
    made = {dimension: test for dimension, test in tests.items() if test.p is not None}
    if not made:
        return ()
    words = "; ".join(f"by {FILTERS[name]} {p_in_words(test)}" for name, test in made.items())
    return (
        f"Do groups differ? Log-rank tests over all groups of a split, {len(TESTED)} comparisons: {words}. A small p "
        "says that some groups differ, not which or why.",
    )


def _placed_note(choices: Choices) -> tuple[str, ...]:
    if choices.is_whole:
        return ()
    return ("People stand in the group in which they were first listed; leaving it for another group inside is not "
            "leaving. People who came and went between two month ends have no group.",)  # fmt: skip


def _bands_note(workbench: Workbench, withheld: int) -> tuple[str, ...]:
    notes: tuple[str, ...] = (f"The curve ends where fewer than {FEWEST_AT_RISK} people are left to watch.",)
    if workbench.policy.withholds:
        notes += ("Lengths of service are put together until the number who left in each may be shown.",)
    if workbench.policy.round_to:
        notes += ("Shares are rounded to whole per cent, or to as much as one rounded number makes up.",)
    return (*notes, *disclosure_note(withheld, workbench.policy))


def _starters_left_out(workbench: Workbench, organisation: str, month: dt.date) -> tuple[str, ...]:
    starters = starters_watched(workbench.snapshot, organisation, month)
    counts = {"had been here before": starters.rejoined, "are gone without a leaving on record": starters.unclear}
    parts = [
        f"{'[c]' if workbench.policy.is_small(n) else shown_number(workbench.policy.rounded(n))} who {why}"
        for why, n in counts.items()
    ]
    return (f"Left out of all starters since the first month end loaded: {' and '.join(parts)}.",)


def _short_service(workbench: Workbench, organisation: str, month: dt.date) -> tuple[str, ...]:
    """Say of those who left in the year how many had less than a year's service, which anyone can be asked about."""
    opening = starting_window(month)[1]
    gone = stays(workbench.snapshot, organisation, month).filter(
        pl.col("ended") == LEFT, pl.col("last_day") > opening, ~pl.col("is_rejoin")
    )
    short, policy = gone.filter(pl.col("exit") <= 365).height, workbench.policy
    if not gone.height or policy.is_small(short) or policy.is_small(gone.height - short):
        return ()
    return (
        f"Of the {shown_number(policy.rounded(gone.height))} people who left in the 365 days to {shown_date(month)}, "
        f"{shown_number(policy.rounded(short))} had less than a year's service.",
    )
