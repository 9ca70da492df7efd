"""Exhibits of movement inside: between professions, bands and services, and from support to registered posts."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from typing import TYPE_CHECKING

import polars as pl

from workbench.disclosure import Policy, Rate, release
from workbench.exhibits import Column, Exhibit, ExhibitRequest
from workbench.exhibits.charts import Series, count_bars
from workbench.periods import last_completed_month_end, shown_date
from workbench.retention.career_path import qualified_staff_came_from, standings, support_staff_became
from workbench.retention.choices import MOVES, TOTAL, Choices
from workbench.retention.movements import opening_month
from workbench.retention.released import disclosure_note, withheld_cells
from workbench.retention.transitions import (
    INACTIVE,
    OUTSIDE,
    between_month_ends,
    matrix_of,
    month_steps,
    over_a_year,
)
from workbench.warehouse.snapshot import Snapshot

if TYPE_CHECKING:
    from workbench.workbench import Workbench

WAYS = {
    "stayed": "In the same group",
    "moved": "In another group",
    "inactive": "Employed, not in active service",
    "left": "No longer employed here",
}
#: Groups on the chart; the table has them all.
GROUPS_DRAWN = 12


def moves_between_groups(workbench: Workbench, request: ExhibitRequest) -> Exhibit:
    """Where the people of each pay band, profession or service are after the window: same, another, inactive, gone."""
    return _moves(workbench, request, Choices.of(request.options).moves)


def support_to_registered(workbench: Workbench, request: ExhibitRequest) -> Exhibit:
    """What became of AHP support staff over the window, and where newly qualified AHPs came from."""
    choices = Choices.of(request.options)
    month = last_completed_month_end(request.as_at)
    opening = opening_month(month, choices.window_months)
    rows = standings(workbench.snapshot, request.organisation, opening, month)
    table, withheld = _career_table(rows, workbench.policy)
    stamp = workbench.stamp(request.organisation, request.as_at)
    drawing = count_bars(
        table.filter(pl.col("outcome") != TOTAL).with_columns(name=pl.col("of") + ": " + pl.col("outcome")),
        category="name",
        parts=[Series("people", "People")],
        total="people",
        unit="people",
        subject="AHP support staff and newly qualified AHPs",
        stamp=stamp,
    )
    return Exhibit(
        id="support_to_registered",
        question="Do support staff become registered staff here?",
        title=_career_finding(table),
        caption=f"People by their standing at {shown_date(opening)} and at {shown_date(month)} ({choices.window}), by "
        "the assignment that places them; those on leave keep their standing.",
        table=table,
        columns=(
            Column("of", "Of whom"),
            Column("outcome", "What became of them, or where they came from"),
            Column("people", "People", "count", unit="people"),
            Column("share", "Share", "percent", unit="%"),
        ),
        figure=drawing.figure,
        alt=drawing.alt,
        measures=("headcount",),
        notes=(
            "Support, student and qualified are read from the evidence of the post (docs/methodology/professions.md): "
            "a change of code alone can make someone qualified, so look at the recodes of the coding review too.",
            *_no_data(rows, opening, month),
            *choices.not_followed("window_months"),
            *disclosure_note(withheld, workbench.policy),
        ),
        stamp=stamp,
        withheld=withheld,
    )


def _moves(workbench: Workbench, request: ExhibitRequest, dimension: str) -> Exhibit:
    choices = Choices.of(request.options)
    month = last_completed_month_end(request.as_at)
    opening = opening_month(month, choices.window_months)
    named = MOVES[dimension]
    table = _released_moves(workbench.snapshot, workbench.policy, request.organisation, dimension, opening, month)
    withheld = withheld_cells(table, list(WAYS))
    stamp = workbench.stamp(request.organisation, request.as_at)
    groups = table.filter(pl.col("group") != TOTAL)
    drawing = count_bars(
        groups.head(GROUPS_DRAWN),
        category="group",
        parts=[Series(name, label) for name, label in WAYS.items()],
        total="people",
        unit="people",
        subject=f"Where the people of the {named} are after {choices.window}",
        stamp=stamp,
    )
    more = groups.height - GROUPS_DRAWN
    return Exhibit(
        id="moves_between_groups",
        question=f"Do people move between {named}, or out?",
        title=_moves_finding(table, named, choices.window),
        caption=f"People in active service at {shown_date(opening)}, by where they are at {shown_date(month)} "
        f"({choices.window}); each is placed by one assignment.",
        table=table,
        columns=(
            Column("group", f"Group at {shown_date(opening)}"),
            Column("people", "In active service then", "count", unit="people"),
            *(Column(name, label, "count", unit="people") for name, label in WAYS.items()),
            Column("left_rate", "No longer employed", "percent", unit="%"),
            Column("by_months", "The same, from monthly steps", "percent", unit="%"),
        ),
        figure=drawing.figure,
        alt=drawing.alt,
        measures=("headcount",),
        notes=(
            "The last column multiplies the monthly transition matrices. It counts who was gone at some month end and "
            "did not come back as gone, so it differs from the direct count where people return or where leaving has "
            "a season. It is shown where the direct share is.",
            "No longer employed here includes those who went to another organisation served.",
            *((f"The chart shows the {GROUPS_DRAWN} largest groups; {more} more are in the table.",) * (more > 0)),
            *_no_data(table, opening, month),
            *choices.not_followed("window_months"),
            *disclosure_note(withheld, workbench.policy),
        ),
        stamp=stamp,
        withheld=withheld,
    )


@lru_cache(maxsize=16)
def _released_moves(
    snapshot: Snapshot, policy: Policy, organisation: str, dimension: str, opening: dt.date, closing: dt.date
) -> pl.DataFrame:
    """Return one row per group and a Total: people then, and by where they are now, as the audience may see them."""
    numbers = moves_by_group(snapshot, organisation, dimension, opening, closing)
    table = release(
        numbers,
        policy=policy,
        people=["people", *WAYS],
        rates={"left_rate": Rate("left", "people")},
        within=["group"],
        total=TOTAL,
        parts={"people": tuple(WAYS)},
    ).table
    shown = pl.col("left_rate").is_not_null()
    # to the nearest per cent where counts are rounded: an exact share would give the exact count back
    by_months = pl.col("by_months").round(0) if policy.round_to else pl.col("by_months")
    return table.with_columns(
        by_months=pl.when(shown).then(by_months), by_months_status=pl.col("left_rate_status")
    ).sort(pl.col("group") == TOTAL, "people", "group", descending=[False, True, False], nulls_last=True)


def moves_by_group(
    snapshot: Snapshot, organisation: str, dimension: str, opening: dt.date, closing: dt.date
) -> pl.DataFrame:
    """Count the people of each group at the opening by where they are at the closing month end.

    Returns:
        One row per `group` and a Total: `people` = `stayed` + `moved` + `inactive` + `left`, and `by_months`: the
        share (per cent) that the product of the monthly matrices gives for `left`, null where a month is missing.
        No rows where one of the two month ends is not loaded.
    """
    rows = between_month_ends(snapshot, organisation, dimension, opening, closing)
    rows = rows.filter(~pl.col("state_from").is_in([INACTIVE, OUTSIDE]))
    way = (
        pl.when(pl.col("state_to") == OUTSIDE)
        .then(pl.lit("left"))
        .when(pl.col("state_to") == INACTIVE)
        .then(pl.lit("inactive"))
        .when(pl.col("state_to") == pl.col("state_from"))
        .then(pl.lit("stayed"))
        .otherwise(pl.lit("moved"))
    )
    rows = rows.with_columns(way=way)
    both = pl.concat([rows.with_columns(group="state_from"), rows.with_columns(group=pl.lit(TOTAL))], how="diagonal")
    counts = both.group_by("group").agg(
        people=pl.col("people").sum(),
        **{name: pl.col("people").filter(pl.col("way") == name).sum() for name in WAYS},
    )
    gone = _gone_by_months(snapshot, organisation, dimension, opening, closing)
    return counts.join(gone, on="group", how="left").sort("group")


def _gone_by_months(
    snapshot: Snapshot, organisation: str, dimension: str, opening: dt.date, closing: dt.date
) -> pl.DataFrame:
    schema = {"group": pl.String, "by_months": pl.Float64}
    first = opening_month(opening, -1)
    steps = month_steps(snapshot, organisation, dimension, first, closing)
    months = sorted(set(steps["month"]))
    window = (closing.year - opening.year) * 12 + closing.month - opening.month
    if len(months) < window:
        return pl.DataFrame(schema=schema)
    whole = _as_one_group(steps)
    found = []
    for these in (steps, whole):
        states = matrix_of(these).states
        year = over_a_year([matrix_of(these.filter(pl.col("month") == month), states) for month in months])
        found += [(state, 100 * float(year[place, -1])) for place, state in enumerate(states[:-1]) if state != INACTIVE]
    return pl.DataFrame(found, schema=schema, orient="row")


def _as_one_group(steps: pl.DataFrame) -> pl.DataFrame:
    """Put all groups together as Total: a move between two of them is staying."""
    apart = [INACTIVE, OUTSIDE]
    merged = steps.with_columns(
        pl.when(pl.col(name).is_in(apart)).then(pl.col(name)).otherwise(pl.lit(TOTAL)).alias(name)
        for name in ("state_from", "state_to")
    )
    return merged.group_by("month", "state_from", "state_to").agg(pl.col("people").sum())


def _career_table(rows: pl.DataFrame, policy: Policy) -> tuple[pl.DataFrame, int]:
    blocks = []
    for of, block in (
        ("AHP support staff then", support_staff_became(rows)),
        ("Newly qualified AHPs now", qualified_staff_came_from(rows)),
    ):
        known = block if not rows.is_empty() else block.with_columns(people=pl.lit(None, pl.Int64))
        everyone = known.filter(pl.col("outcome") == TOTAL)["people"][0]
        known = known.with_columns(everyone=pl.lit(everyone, pl.Int64))
        released = release(
            known,
            policy=policy,
            people=["people"],
            dependants={"everyone": ("people",)},
            rates={"share": Rate("people", "everyone")},
            within=["outcome"],
            total=TOTAL,
        ).table
        kept = ("outcome", "people", "people_status", "share", "share_status")
        blocks.append(released.select(pl.lit(of).alias("of"), *kept))
    table = pl.concat(blocks)
    return table, withheld_cells(table, ["people"])


def _career_finding(table: pl.DataFrame) -> str:
    def shown(of: str, outcome: str) -> float | None:
        row = table.filter(pl.col("of").str.starts_with(of) & (pl.col("outcome") == outcome))
        return None if row.is_empty() else row["people"][0]

    staff = shown("AHP support", TOTAL)
    qualified = shown("AHP support", "qualified AHP here")
    new = shown("Newly", TOTAL)
    if staff is None:
        return "How many AHP support staff there were is not shown or not known"
    if qualified is None:
        return f"Of {staff:,.0f} AHP support staff, how many qualified as AHPs here is not shown"
    words = "none" if qualified == 0 else f"{qualified:,.0f}"
    more = "" if new is None else f"; {new:,.0f} qualified AHPs are new in all"
    return f"Of {staff:,.0f} AHP support staff, {words} qualified as AHPs here{more}"


def _moves_finding(table: pl.DataFrame, named: str, window: str) -> str:
    total = table.filter(pl.col("group") == TOTAL)
    if total.is_empty():
        return f"Moves between {named} cannot be told: a month end is not loaded"
    row = total.row(0, named=True)
    if row["people"] is None or row["moved"] is None or row["left"] is None:
        return f"How many people moved between {named} is not shown"
    return (
        f"Of {row['people']:,.0f} people, {row['moved']:,.0f} moved between {named} within {window} and "
        f"{row['left']:,.0f} are no longer employed here"
    )


def _no_data(rows: pl.DataFrame, opening: dt.date, closing: dt.date) -> tuple[str, ...]:
    if not rows.is_empty():
        return ()
    return (f"No data: {shown_date(opening)} and {shown_date(closing)} must both be loaded.",)


EXHIBITS = {
    "moves_between_groups": moves_between_groups,
    "support_to_registered": support_to_registered,
}
