"""The exhibits of where people came from and went, and why they left; every number passes disclosure control first."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import polars as pl

from workbench.disclosure import Policy, release
from workbench.exhibits import Column, Exhibit, ExhibitRequest
from workbench.exhibits.cells import WITHHELD, shown_number
from workbench.exhibits.charts import Series, count_bars, sankey
from workbench.measures.coverage import months_loaded
from workbench.periods import last_completed_month_end, shown_date
from workbench.retention.choices import FILTERS, TOTAL, Choices
from workbench.retention.code_concepts import NOT_RECORDED, PLACE_GROUPS, UNINFORMATIVE, places
from workbench.retention.flow_lines import flow_lines
from workbench.retention.movement_findings import places_finding, reasons_finding, reasons_parts
from workbench.retention.movements import opening_month
from workbench.retention.released import disclosure_note, withheld_cells
from workbench.retention.released_movements import (
    ELSEWHERE,
    NOT_KNOWN_WHY,
    SHORTEST_WINDOW,
    released_places,
    released_reasons,
)
from workbench.retention.where_from_where_to import ON_LEAVE, SERVED, TRANSFER, data_findings

if TYPE_CHECKING:
    from workbench.workbench import Workbench

PLACE_COLUMNS = (
    Column("place", "Where"),
    Column("came", "Came from there", "count", unit="people"),
    Column("went", "Went there", "count", unit="people"),
)
REASON_COLUMNS = (
    Column("reason", "Reason for leaving"),
    Column("left", "Left", "count", unit="people"),
    Column("share", "Share of all who left", "percent"),
)
#: Lines of the flow identity that are neither joining nor leaving, by what they are called here.
_BESIDE = {
    "Rejoiners, listed here before": ("rejoiners", None),
    SERVED: ("from_other_organisation", "to_other_organisation"),
    ON_LEAVE: ("returns", "to_inactive"),
    "Another {dimension}": ("moves_in", "moves_out"),
    "Another {dimension}, by its coding only": ("recodes_in", "recodes_out"),
    TRANSFER: ("organisation_change_in", "organisation_change_out"),
}


def where_from_where_to(workbench: Workbench, request: ExhibitRequest) -> Exhibit:
    """Where the people who joined in the window came from, and where those who left went.

    Sources and destinations are joined on what they mean, so that one row says both ways of the same place. People
    whose source or destination is not recorded are a row of their own.
    """
    choices, opening, month = _window(request)
    table, beside = _no_places(), _no_places()
    if _is_known(workbench, request, opening, month):
        released = released_places(
            workbench.snapshot, workbench.policy, request.organisation, opening, month, choices.dimension,
            choices.trainees,
        )  # fmt: skip
        table = _places_of(released.filter(pl.col("group") == choices.group)).select(table.columns)
        beside = _beside(workbench, request, choices, opening, month)
    withheld = withheld_cells(table, ["came", "went"])
    stamp = workbench.stamp(request.organisation, request.as_at, choices.scope)
    drawing = sankey(
        pl.concat([table.filter(pl.col("place") != TOTAL), beside]),
        place="place",
        came=Series("came", "Came from"),
        went=Series("went", "Went to"),
        group="Active staff" if choices.is_whole else choices.group,
        unit="people",
        subject=f"Where people came from and went, {shown_date(opening)} to {shown_date(month)}",
        stamp=stamp,
        unknown=(NOT_RECORDED,),
    )
    finding = places_finding(table.to_dicts(), month, _months(choices), about=bool(workbench.policy.round_to))
    return Exhibit(
        id="where_from_where_to",
        question="Where do staff come from, and where do they go?",
        title=choices.titled(finding),
        caption=f"People who joined or left between {shown_date(opening)} and {shown_date(month)}, by recruitment "
        "source and destination as recorded in ESR. The total is the joiners and the leavers of the flow identity.",
        table=pl.concat([table, beside]),
        columns=PLACE_COLUMNS,
        figure=drawing.figure,
        alt=drawing.alt,
        measures=("joiners", "leavers"),
        notes=(
            *_counted(choices, beside),
            *_data_notes(workbench, request, opening, month),
            *disclosure_note(withheld, workbench.policy),
        ),
        stamp=stamp,
        withheld=withheld,
    )


def reasons_for_leaving(workbench: Workbench, request: ExhibitRequest) -> Exhibit:
    """Why people left in the window, with those first of whom nobody knows.

    Recorded, not recorded, and recorded without a cause always stand together: shares of the recorded reasons alone
    would claim more than is known.
    """
    choices, opening, month = _window(request)
    table = pl.DataFrame(schema={"reason": pl.String, "left": pl.Int64, "left_status": pl.String})
    if _is_known(workbench, request, opening, month):
        released = released_reasons(
            workbench.snapshot, workbench.policy, request.organisation, opening, month, choices.dimension,
            choices.trainees,
        )  # fmt: skip
        table = _reasons_of(released.filter(pl.col("group") == choices.group))
    table = _with_shares(table)
    withheld = withheld_cells(table, ["left"])
    stamp = workbench.stamp(request.organisation, request.as_at, choices.scope)
    drawn = table.filter(pl.col("reason") != TOTAL)
    if drawn["left"].is_not_null().any():
        drawn = drawn.filter(pl.col("left").is_not_null())
    drawing = count_bars(
        drawn,
        category="reason",
        parts=[Series("left", "People who left")],
        total="left",
        unit="people",
        subject=f"Reasons for leaving, {shown_date(opening)} to {shown_date(month)}",
        stamp=stamp,
        below="share_in_words",
    )
    rows = table.to_dicts()
    return Exhibit(
        id="reasons_for_leaving",
        question="Why do people leave?",
        title=choices.titled(reasons_finding(rows, month, _months(choices), about=bool(workbench.policy.round_to))),
        caption=f"People who left between {shown_date(opening)} and {shown_date(month)}, by the reason recorded in "
        "ESR; what is not known stands first. Withheld reasons are in the table, not on the chart.",
        table=table,
        columns=REASON_COLUMNS,
        figure=drawing.figure,
        alt=drawing.alt,
        measures=("leavers",),
        notes=(
            *reasons_parts(rows),
            "Reasons are grouped by us. Planned ends of fixed-term contracts are training completed and external "
            "rotation. A resignation whose cause is other or not known is recorded, but says nothing.",
            "Leavers are that line of the flow identity; people who moved to another organisation served here are not "
            "among them.",
            *choices.not_followed("group", "window_months", "trainees"),
            *_longer_window(choices),
            *_data_notes(workbench, request, opening, month),
            *disclosure_note(withheld, workbench.policy),
        ),
        stamp=stamp,
        withheld=withheld,
    )


def _window(request: ExhibitRequest) -> tuple[Choices, dt.date, dt.date]:
    choices = Choices.of(request.options)
    month = last_completed_month_end(request.as_at)
    return choices, opening_month(month, _months(choices)), month


def _months(choices: Choices) -> int:
    return max(choices.window_months, SHORTEST_WINDOW)


def _longer_window(choices: Choices) -> tuple[str, ...]:
    if choices.window_months >= SHORTEST_WINDOW:
        return ()
    return (f"Shown over {SHORTEST_WINDOW} months: reasons and places of a shorter window would describe individuals.",)


def _is_known(workbench: Workbench, request: ExhibitRequest, opening: dt.date, month: dt.date) -> bool:
    return {opening, month} <= set(months_loaded(workbench.snapshot, request.organisation))


def _no_places() -> pl.DataFrame:
    numbers = {"came": pl.Int64, "went": pl.Int64}
    return pl.DataFrame(schema={"place": pl.String} | numbers | {f"{name}_status": pl.String for name in numbers})


def _places_of(rows: pl.DataFrame) -> pl.DataFrame:
    """Put the rows of one group in reading order: each kind by its places where it has any, the total last."""
    groups = dict(places().select("concept", "concept_group").iter_rows())
    concepts = sorted(groups, key=lambda name: PLACE_GROUPS.index(groups[name]))
    order: list[str] = []
    for group in PLACE_GROUPS:
        order += [group, *(name for name in concepts if groups[name] == group)]
    order = [*dict.fromkeys([*order, ELSEWHERE])]
    order = [name for name in order if name != NOT_RECORDED] + [NOT_RECORDED, TOTAL]
    return _named(rows, "place", pl.col("place").replace_strict({name: n for n, name in enumerate(order)}, default=0))


def _reasons_of(rows: pl.DataFrame) -> pl.DataFrame:
    """Put the rows of one group in reading order: the unknown first, then by number, the total last."""
    first = {NOT_RECORDED: -3, UNINFORMATIVE: -2, NOT_KNOWN_WHY: -1, TOTAL: 1}
    place = pl.col("reason").replace_strict(first, default=0, return_dtype=pl.Int64)
    table = _named(rows, "reason", place)
    largest_first = pl.col("left").fill_null(0)
    return table.sort(place, -largest_first, "reason")


def _named(rows: pl.DataFrame, column: str, order: pl.Expr) -> pl.DataFrame:
    divided = rows.filter(pl.col("detail") != TOTAL)["kind"].unique()
    kept = rows.filter((pl.col("detail") != TOTAL) | ~pl.col("kind").is_in(divided.implode()))
    name = pl.when(pl.col("detail") == TOTAL).then("kind").otherwise("detail")
    return (
        kept.with_columns(name.alias(column))
        .drop("group", "kind", "detail")
        .sort(order, column)
        .select(column, pl.exclude(column))
    )


def _with_shares(table: pl.DataFrame) -> pl.DataFrame:
    """Set each reason against all who left; both as released, so that a share gives no withheld number away."""
    total = table.filter(pl.col("reason") == TOTAL)["left"]
    whole = total.item() if len(total) else None
    share = 100 * pl.col("left") / whole if whole else pl.lit(None, pl.Float64)
    nobody = pl.lit("not_applicable") if whole == 0 else pl.col("left_status")
    table = table.with_columns(share=share, share_status=nobody)
    words = [None if value is None else f"{shown_number(value)}% of all who left" for value in table["share"]]
    return table.with_columns(share_in_words=pl.Series(words, dtype=pl.String).fill_null(""))


def _beside(
    workbench: Workbench, request: ExhibitRequest, choices: Choices, opening: dt.date, month: dt.date
) -> pl.DataFrame:
    """Add what is neither joining nor leaving, for those who see every number; others find it in the flow identity."""
    if workbench.policy.withholds:
        return _no_places()
    within = {} if choices.is_whole else choices.group_filter
    lines = flow_lines(
        workbench.snapshot, request.organisation, opening, month, within=within, trainees=choices.trainees
    ).row(0, named=True)
    rows = [
        {
            "place": name.format(dimension=FILTERS[choices.dimension]),
            "came": lines[into],
            "went": lines[out] if out else 0,
        }
        for name, (into, out) in _BESIDE.items()
        if lines[into] or (out and lines[out])
    ]
    shown = {f"{name}_status": "shown" for name in ("came", "went")}
    return pl.DataFrame([row | shown for row in rows], schema=_no_places().schema)


def _counted(choices: Choices, beside: pl.DataFrame) -> tuple[str, ...]:
    notes = [
        "Joiners and leavers are those lines of the flow identity, point to point between the two month ends: "
        "rejoiners, people who moved between organisations served here, moves between groups, and leave and returns "
        "are lines of their own."
    ]
    if beside.height:
        notes.append("They stand below the total.")
    return (*notes, *choices.not_followed("group", "window_months", "trainees"), *_longer_window(choices))


def _data_notes(workbench: Workbench, request: ExhibitRequest, opening: dt.date, month: dt.date) -> tuple[str, ...]:
    """Count, for the whole organisation, where records and staff lists disagree and who is in neither count."""
    if not _is_known(workbench, request, opening, month):
        return ()
    found = data_findings(workbench.snapshot, request.organisation, opening, month)
    count = {name: _people(workbench.policy, number) for name, number in vars(found).items()}
    disagree = [
        f"{count['left_without_record']} left the lists without a leavers record",
        f"{count['joined_without_record']} came onto them without a starters record",
        f"{count['left_but_still_listed']} are still listed although their leaving date has passed",
    ]
    return (
        f"Records against staff lists, whole organisation: {'; '.join(disagree)}.",
        f"In neither count, whole organisation: {count['joined_and_left_inside']} joined and left between the two "
        f"month ends ({count['between_two_lists']} of them without standing on any list); records that never were a "
        f"departure (merged duplicate, has not worked): {count['artefacts']}.",
    )


def _people(policy: Policy, number: int) -> str:
    released = release(pl.DataFrame({"people": [number]}), policy=policy, people=["people"]).table["people"].item()
    return WITHHELD if released is None else shown_number(released)
