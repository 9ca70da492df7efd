"""Where people came from and went, and why they left, as one audience may see it: over a year or more, never less.

Reason by team by month names people, so windows have at least twelve months, groups of staff are shown in a few kinds
of places or reasons only, and the finer places and reasons for the whole organisation alone. One table holds every
group with its totals, so that what is withheld in one view is withheld in all.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from functools import lru_cache

import polars as pl

from workbench.disclosure import Policy, release
from workbench.errors import DisclosureError
from workbench.retention.choices import TOTAL
from workbench.retention.code_concepts import NHS, NOT_RECORDED
from workbench.retention.flow_exhibits import released_flow_lines
from workbench.retention.flow_lines import ARRIVALS, DEPARTURES
from workbench.retention.where_from_where_to import LEFT, came_and_went
from workbench.warehouse.snapshot import Snapshot

TABLES_KEPT = 32
#: Shortest window for reasons and places, in months.
SHORTEST_WINDOW = 12
ELSEWHERE = "Elsewhere"
NOT_KNOWN_WHY = "Not recorded or not informative"
RESIGNED = "Voluntary resignation"
OTHER_REASONS = "Other recorded reasons"
#: The kinds that every group is shown in; places and reasons within them only for the whole organisation.
PLACE_KINDS = (NHS, ELSEWHERE, NOT_RECORDED)
REASON_KINDS = (NOT_KNOWN_WHY, RESIGNED, OTHER_REASONS)
PLANNED_END = "End of fixed term, planned"
#: Groups with few people stand together in one row, which nobody is shown: it guards what the others leave over.
FEW_PEOPLE = "All groups with few people"
#: Joiners as a line of the flow identity, so that the number is the same wherever it stands; rejoiners have their own.
NEW = ("joiners",)
_LEVELS = ["group", "kind", "detail"]
_WITHHELD = ("primary", "secondary")


@lru_cache(maxsize=TABLES_KEPT)
def released_places(
    snapshot: Snapshot,
    policy: Policy,
    organisation: str,
    opening: dt.date,
    closing: dt.date,
    dimension: str,
    trainees: str,
) -> pl.DataFrame:
    """Return how many joiners came from and leavers went to each kind of place, by group of a dimension, with totals.

    Returns:
        One row per `group`, `kind` and `detail` ("Total" adds a level up), with `came` and `went` in people and
        their status columns. Details are places: groups of concepts for an audience from whom numbers are withheld.
    """
    lines = came_and_went(snapshot, organisation, opening, closing, dimension=dimension, trainees=trainees)
    finest = "_group" if policy.withholds else ""
    sides = []
    for column, place, which in (("came", "came_from", NEW), ("went", "went_to", LEFT)):
        placed = lines.filter(pl.col("line").is_in(which)).select(
            "group", of=f"{place}_group", detail=f"{place}{finest}", side=pl.lit(column)
        )
        sides.append(placed)
    kind = (
        pl.when(pl.col("of") == NHS)
        .then(pl.lit(NHS))
        .when(pl.col("of") == NOT_RECORDED)
        .then(pl.lit(NOT_RECORDED))
        .otherwise(pl.lit(ELSEWHERE))
    )
    counts = (
        pl.concat(sides)
        .with_columns(kind=kind)
        .group_by(_LEVELS)
        .agg((pl.col("side") == side).sum().cast(pl.Int64).alias(side) for side in ("came", "went"))
    )
    beside = _beside(lines)
    released = _released(counts, lines["group"].unique(), policy, ["came", "went"], PLACE_KINDS, beside)
    flows = released_flow_lines(snapshot, policy, organisation, opening, closing, dimension, trainees)
    return _as_flow_lines(released, flows.filter(pl.col(dimension) == TOTAL), {"came": "joiners", "went": "leavers"})


@lru_cache(maxsize=TABLES_KEPT)
def released_reasons(
    snapshot: Snapshot,
    policy: Policy,
    organisation: str,
    opening: dt.date,
    closing: dt.date,
    dimension: str,
    trainees: str,
) -> pl.DataFrame:
    """Return how many left for each kind of reason, by group of a dimension, with totals.

    Returns:
        One row per `group`, `kind` and `detail` ("Total" adds a level up), with `left` in people and its status.
    """
    lines = came_and_went(snapshot, organisation, opening, closing, dimension=dimension, trainees=trainees)
    standing = pl.col("standing").fill_null("unknown")
    kind = (
        pl.when(standing.is_in(["unknown", "uninformative"]))
        .then(pl.lit(NOT_KNOWN_WHY))
        .when(pl.col("reason_group") == RESIGNED)
        .then(pl.lit(RESIGNED))
        .otherwise(pl.lit(OTHER_REASONS))
    )
    detail = (
        pl.when(standing == "unknown")
        .then(pl.lit(NOT_RECORDED))
        .when(pl.col("reason_group") == RESIGNED)
        .then("reason")
        .when(pl.col("is_planned").fill_null(False))
        .then(pl.lit(PLANNED_END))
        .otherwise("reason_group")
    )
    counts = (
        lines.filter(pl.col("line").is_in(LEFT))
        .with_columns(kind=kind, detail=detail)
        .group_by(_LEVELS)
        .agg(left=pl.len().cast(pl.Int64))
    )
    beside = _beside(lines).rename({"went": "left"})
    released = _released(counts, lines["group"].unique(), policy, ["left"], REASON_KINDS, beside)
    flows = released_flow_lines(snapshot, policy, organisation, opening, closing, dimension, trainees)
    return _as_flow_lines(released, flows.filter(pl.col(dimension) == TOTAL), {"left": "leavers"})


def _released(
    counts: pl.DataFrame,
    groups: pl.Series,
    policy: Policy,
    columns: Sequence[str],
    kinds: Sequence[str],
    beside: pl.DataFrame,
) -> pl.DataFrame:
    """Add up every level and release it, column by column: first the whole organisation, then the groups beneath it.

    The whole organisation reads the same whichever way it is split. Where the groups cannot be made safe beneath it,
    all of them are withheld.
    """
    tables = []
    for column in columns:
        of_column = counts.select(*_LEVELS, column)
        if policy.withholds:
            of_column = _few_together(of_column, column, beside, policy)
        of_whole = of_column.with_columns(group=pl.lit(TOTAL))
        whole = _with_levels(of_whole, [TOTAL], column, kinds, details=True)
        shown = release(whole, policy=policy, people=[column], within=_LEVELS[1:], total=TOTAL).table
        named = of_column["group"].unique() if policy.withholds else groups
        divided = _with_levels(of_column, named, column, kinds, details=not policy.withholds)
        beneath = _beneath(divided, shown, policy, column)
        tables.append(pl.concat([shown, beneath]))
    released = tables[0]
    for table in tables[1:]:
        released = released.join(table, on=_LEVELS, how="full", coalesce=True)
    return _all_groups(released, groups, columns, kinds).sort(_LEVELS)


def _beneath(groups: pl.DataFrame, whole: pl.DataFrame, policy: Policy, column: str) -> pl.DataFrame:
    """Release the groups; withhold them all where a number of the whole is withheld that they add up to."""
    sums = groups.group_by(_LEVELS[1:]).agg(pl.col(column).sum(), group=pl.lit(TOTAL))
    table = pl.concat([groups, sums.select(groups.columns)])
    try:
        released = release(table, policy=policy, people=[column], within=_LEVELS, total=TOTAL).table
    except DisclosureError:
        return _withheld(groups, column)
    both = pl.concat([whole, released.filter(pl.col("group") == TOTAL)]).filter(pl.col("detail") == TOTAL)
    if both[f"{column}_status"].is_in(_WITHHELD).any():
        return _withheld(groups, column)
    return released.filter(pl.col("group") != TOTAL)


def _withheld(groups: pl.DataFrame, column: str) -> pl.DataFrame:
    return groups.with_columns(
        pl.lit(None, pl.Int64).alias(column), pl.lit("secondary", pl.String).alias(f"{column}_status")
    )


def _few_together(counts: pl.DataFrame, column: str, beside: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    """Put groups with few people into one row, and those whose number less another one shown leaves few people.

    Everyone who came or went, and joiners and leavers as published, are shown by group elsewhere: what they hold
    beside the joiners and leavers here must not be a small number of people. A row of one group alone would be that
    group, so the next smallest joins it.
    """
    groups = (
        counts.group_by("group")
        .agg(pl.col(column).sum())
        .join(beside.select("group", pl.col(column).alias("rests")), on="group", how="left")
    )
    small = pl.col("rests").list.eval(pl.element().is_between(1, policy.smallest_shown - 1)).list.any()
    judged = groups.with_columns(few=(pl.col(column) < policy.smallest_shown * 2) | small.fill_null(False))
    ranked = judged.sort(~pl.col("few"), column, "group")
    together = ranked["group"].head(2 if int(ranked["few"].sum()) == 1 else int(ranked["few"].sum())).to_list()
    named = counts.with_columns(
        group=pl.when(pl.col("group").is_in(together)).then(pl.lit(FEW_PEOPLE)).otherwise("group")
    )
    return named.group_by(_LEVELS).agg(pl.col(column).sum())


def _beside(lines: pl.DataFrame) -> pl.DataFrame:
    """Count for each group who came and went on other lines: all of them, and those that published figures count."""
    inside = ["moves_in", "moves_out", "recodes_in", "recodes_out"]
    sides = {}
    for column, of, own in (("came", ARRIVALS, NEW), ("went", DEPARTURES, LEFT)):
        others = [line.name for line in of if line.name not in own]
        published = [name for name in others if name not in (*inside, "artefacts")]
        sides[column] = [pl.col("line").is_in(names).sum().cast(pl.Int64) for names in (others, published)]
    return lines.group_by("group").agg(pl.concat_list(*counted).alias(column) for column, counted in sides.items())


def _as_flow_lines(released: pl.DataFrame, whole: pl.DataFrame, lines: Mapping[str, str]) -> pl.DataFrame:
    """Withhold a column altogether where the line of the flow identity that it divides is withheld."""
    for column, line in lines.items():
        status = f"{line}_status"
        if whole.height and whole[status].is_in(_WITHHELD).any():
            released = _withheld(released, column)
    return released


def _with_levels(
    counts: pl.DataFrame, groups: Sequence[str] | pl.Series, column: str, kinds: Sequence[str], *, details: bool
) -> pl.DataFrame:
    """Add each kind and the total of each group, those without anybody included, and the details where asked for."""
    total = pl.lit(TOTAL)
    every = _groups(groups).join(pl.DataFrame({"kind": [*kinds, TOTAL]}), how="cross")
    by_kind = counts.group_by("group", "kind").agg(pl.col(column).sum())
    by_group = counts.group_by("group").agg(pl.col(column).sum(), kind=total).select(by_kind.columns)
    levels = every.join(pl.concat([by_kind, by_group]), on=["group", "kind"], how="left").select(
        "group", "kind", detail=total, count=pl.col(column).fill_null(0)
    )
    levels = levels.rename({"count": column})
    if not details:
        return levels.sort(_LEVELS)
    found = counts.group_by(_LEVELS).agg(pl.col(column).sum())
    # A kind whose only detail has its own name says nothing new by it.
    found = found.filter(pl.col("detail") != pl.col("kind"))
    return pl.concat([levels, found.select(levels.columns)]).sort(_LEVELS)


def _all_groups(
    released: pl.DataFrame, groups: pl.Series, columns: Sequence[str], kinds: Sequence[str]
) -> pl.DataFrame:
    """Give each group its rows: one that stands among those with few people is withheld."""
    levels = pl.DataFrame({"kind": [*kinds, TOTAL], "detail": [TOTAL] * (len(kinds) + 1)})
    rows = _groups(groups).join(levels, how="cross")
    table = rows.join(released, on=_LEVELS, how="full", coalesce=True).filter(pl.col("group") != FEW_PEOPLE)
    of_groups = pl.col("group") != TOTAL
    return table.with_columns(
        pl.when(of_groups & (pl.col("detail") == TOTAL))
        .then(pl.col(f"{name}_status").fill_null("secondary"))
        .otherwise(pl.col(f"{name}_status"))
        .alias(f"{name}_status")
        for name in columns
    )


def _groups(names: Sequence[str] | pl.Series) -> pl.DataFrame:
    return pl.DataFrame({"group": names}, schema={"group": pl.String})
