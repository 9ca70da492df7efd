"""The exhibit of the flow identity: how many were in post, who came and went, and how many are in post now."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

import polars as pl

from workbench.disclosure import Policy, release
from workbench.exhibits import Column, Exhibit, ExhibitRequest
from workbench.exhibits.cells import shown_number
from workbench.exhibits.charts.waterfall import waterfall
from workbench.periods import last_completed_month_end, shown_date
from workbench.retention.choices import TOTAL, UNITS, Choices
from workbench.retention.flow_lines import ARRIVALS, DEPARTURES, LINES, STAYERS, flow_lines
from workbench.retention.movements import opening_month
from workbench.retention.released import TABLES_KEPT, WITHHELD, disclosure_note, withheld_cells, withheld_together
from workbench.warehouse.snapshot import Snapshot

if TYPE_CHECKING:
    from workbench.workbench import Workbench

LINE_COLUMNS = (
    Column("line", "Line"),
    Column("people", "People", "count", unit="people"),
    Column("fte", "FTE", "fte", unit="FTE"),
)
COUNTED = (
    "Everyone active at either end stands on one line. On maternity leave, career break, secondment out or suspension "
    "counts as inactive. NHS England's published leavers are the leavers here with those gone to another organisation "
    "served, moved out, transferred or inactive."
)
SEEN_BY_REGISTRATION = (
    "Moves to and from another organisation served are seen for people with a professional registration only; others "
    "are joiners and leavers."
)
SUMMED = (
    "The lines of a group stand added up here, moves to and from other groups included: each by itself describes too "
    "few people."
)
#: Inside an organisation a move is both in and out, so that the two say nothing about the whole.
_INSIDE = ("moves_in", "moves_out", "recodes_in", "recodes_out")
#: Lines that most organisations have nobody on; they are shown where they have.
_SELDOM = ("rejoiners", "organisation_change_in", "organisation_change_out", "artefacts", "recodes_in", "recodes_out")
_SUMMED = ("opening", "came", "went", "closing")
_MEASURED = ("opening", *(line.name for line in LINES), STAYERS, "closing")


def flows_in_the_year(workbench: Workbench, request: ExhibitRequest) -> Exhibit:
    """From the staff in post a year ago to those in post now, by everyone who came and went, in people and FTE."""
    choices = Choices.of(request.options)
    closing = last_completed_month_end(request.as_at)
    opening = opening_month(closing, choices.window_months)
    released = released_flow_lines(
        workbench.snapshot, workbench.policy, request.organisation, opening, closing, choices.dimension,
        choices.trainees,
    )  # fmt: skip
    rows = released.filter(pl.col(choices.dimension) == choices.group)
    table = _as_lines(rows, opening, closing, whole=choices.is_whole)
    withheld = withheld_cells(table, ["people"])
    stamp = workbench.stamp(request.organisation, request.as_at, choices.scope)
    unit = UNITS[choices.unit]
    shown = table if choices.unit == "fte" else table.filter(pl.col("name") != "fte_change")
    drawing = waterfall(
        shown, step="line", value="fte" if choices.unit == "fte" else "people", sign="sign", unit=unit,
        subject=f"Staff in post and flows, {shown_date(opening)} to {shown_date(closing)}", stamp=stamp,
        decimals=1 if choices.unit == "fte" else 0,
    )  # fmt: skip
    return Exhibit(
        id="flows_in_the_year",
        question="How did the staff in post come about?",
        title=choices.titled(flows_in_words(table, closing, choices.window, about=bool(workbench.policy.round_to))),
        caption=f"People in active service at {shown_date(opening)} and {shown_date(closing)} ({choices.window}), and "
        f"everyone who came or went in between; FTE of those who came at the closing, of those who went at the "
        f"opening. The chart shows {unit}.",
        table=table,
        columns=LINE_COLUMNS,
        figure=drawing.figure,
        alt=drawing.alt,
        measures=("joiners", "leavers"),
        notes=(
            COUNTED,
            SEEN_BY_REGISTRATION if "to_other_organisation" in table["name"] else SUMMED,
            *choices.not_followed("group", "unit", "window_months", "trainees"),
            *disclosure_note(withheld, workbench.policy),
        ),
        stamp=stamp,
        withheld=withheld,
    )


@lru_cache(maxsize=TABLES_KEPT)
def released_flow_lines(
    snapshot: Snapshot,
    policy: Policy,
    organisation: str,
    opening: dt.date,
    closing: dt.date,
    dimension: str,
    trainees: str,
) -> pl.DataFrame:
    """Return the flow identity of each group and of the whole organisation ("Total"), as the audience may see it.

    The whole organisation comes line by line, withheld so that no line can be worked out from the others. Where the
    audience has numbers withheld, a group comes as `came` and `went` only: its single lines describe too few people,
    and the two are withheld together, because their difference is the change in active staff.

    Returns:
        One row per group with every line in people and FTE and the status of each; lines that a row does not show
        are null, without a status.
    """
    asked = (snapshot, organisation, opening, closing)
    whole = _with_sums(flow_lines(*asked, trainees=trainees)).with_columns(pl.lit(TOTAL).alias(dimension))
    groups = _with_sums(flow_lines(*asked, by=[dimension], trainees=trainees)).filter(pl.col("status") == "ok")
    line_by_line: dict[str, Sequence[str]] = {
        "opening": (STAYERS, *(line.name for line in DEPARTURES)),
        "closing": (STAYERS, *(line.name for line in ARRIVALS)),
    }
    shown = _released(whole, policy, dimension, _MEASURED, {"fte_change": (STAYERS,)}, parts=line_by_line)
    if not policy.withholds:
        beneath = _released(groups, policy, dimension, _MEASURED, {"fte_change": (STAYERS,)})
    else:
        sums = groups.sum().with_columns(pl.lit(TOTAL).alias(dimension)).select(groups.columns)
        every = pl.concat([groups, sums]) if groups.height else groups
        changed = {"fte_change": _SUMMED}
        beneath = _released(every, policy, dimension, _SUMMED, changed, within=(dimension,))
        beneath = withheld_together(beneath, ["came", "went"]).filter(pl.col(dimension) != TOTAL)
        beneath = _without_hidden_fte(beneath)
    return pl.concat([shown, beneath], how="diagonal_relaxed")


def _with_sums(lines: pl.DataFrame) -> pl.DataFrame:
    """Add everyone who came and everyone who went, which for a group includes moves."""
    sums = {"came": ARRIVALS, "went": DEPARTURES}
    return lines.with_columns(
        pl.when(pl.col("status") == "ok").then(pl.sum_horizontal(f"{line.name}{end}" for line in of)).alias(name + end)
        for name, of in sums.items()
        for end in ("", "_fte")
    )


def _released(
    rows: pl.DataFrame,
    policy: Policy,
    dimension: str,
    people: Sequence[str],
    changes: Mapping[str, Sequence[str]],
    *,
    parts: Mapping[str, Sequence[str]] | None = None,
    within: Sequence[str] = (),
) -> pl.DataFrame:
    amounts = {**changes, **{f"{name}_fte": (name,) for name in people}}
    return release(
        rows.select(dimension, *people, *amounts),
        policy=policy,
        people=people,
        dependants=amounts,
        by=() if within else [dimension],
        within=within,
        parts=parts,
    ).table


def _without_hidden_fte(rows: pl.DataFrame) -> pl.DataFrame:
    """Withhold the FTE of what is withheld together, and with it the change of hours that would give it back."""
    hidden = pl.col("came_status").is_in(WITHHELD)
    names = ("came_fte", "went_fte", "fte_change")
    return rows.with_columns(
        *(pl.when(hidden).then(None).otherwise(pl.col(name)).alias(name) for name in names),
        *(
            pl.when(hidden).then(pl.lit("secondary")).otherwise(pl.col(f"{name}_status")).alias(f"{name}_status")
            for name in names
        ),
    )


def _as_lines(rows: pl.DataFrame, opening: dt.date, closing: dt.date, *, whole: bool) -> pl.DataFrame:
    """Turn one group's row into a row per line, in the order of the identity; empty where nobody knows the group."""
    schema = {"line": pl.String, "name": pl.String, "sign": pl.Int64, "people": pl.Int64, "people_status": pl.String,
              "fte": pl.Float64, "fte_status": pl.String}  # fmt: skip
    lines = [
        ("opening", f"In post {shown_date(opening)}", 0),
        *((line.name, line.label, line.sign) for line in LINES),
        ("came", "Came, all together", 1),
        ("went", "Went, all together", -1),
        ("fte_change", "Change of hours of those who stayed", 0),
        ("closing", f"In post {shown_date(closing)}", 0),
    ]
    made = []
    for row in rows.to_dicts():
        for name, label, sign in lines:
            if name == "fte_change":
                people, state, amount = None, "not_applicable", name
            elif (
                row.get(f"{name}_status") is None or (whole and name in _INSIDE) or (name in _SELDOM and row[name] == 0)
            ):
                continue
            else:
                people, state, amount = row[name], row[f"{name}_status"], f"{name}_fte"
            fte = None if row[amount] is None else float(row[amount]) + 0.0  # no minus nought
            made.append((label, name, sign, people, state, fte, row[f"{amount}_status"]))
    return pl.DataFrame(made, schema=schema, orient="row")


def flows_in_words(table: pl.DataFrame, closing: dt.date, window: str, *, about: bool = False) -> str:
    """Say how the staff in active service changed over a window and by what, or why that cannot be said.

    Args:
        table: released rows with `name`, `people` and `people_status`.
        closing: the closing month end.
        window: the window in words: "12 months".
        about: whether the numbers are rounded.
    """
    rows = {row["name"]: row for row in table.to_dicts()}
    first, last = rows.get("opening"), rows.get("closing")
    when = f"in the {window} to {closing:%B %Y}"
    if first is None or last is None or "no_data" in (first["people_status"], last["people_status"]):
        return f"How the staff in post came about {when} is not known, because the staff lists it needs are not loaded"
    if first["people"] is None or last["people"] is None:
        return f"How the staff in post came about {when} is withheld, because it would describe too few people"
    before, now = first["people"], last["people"]
    nearly = "about " * about
    verb = "rose" if now > before else "fell" if now < before else "stayed"
    change = f"from {nearly}{shown_number(before)} to {shown_number(now)}" if now != before else f"at {nearly}{now:,}"
    shown = [
        f"{shown_number(rows[name]['people'])} {words}"
        for name, words in (("joiners", "new"), ("leavers", "left"))
        if name in rows and rows[name]["people"] is not None
    ]
    return f"Active staff {verb} {change} {when}{': ' if shown else ''}{nearly if shown else ''}{', '.join(shown)}"


EXHIBITS: dict[str, Callable[[Workbench, ExhibitRequest], Exhibit]] = {"flows_in_the_year": flows_in_the_year}
