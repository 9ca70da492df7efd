"""The flow identity: opening plus those who came less those who went is closing, with every person on one line.

For a group of staff each person has a state at the opening and at the closing month end: active in the group, active
in another one, employed but not active, or not employed. The two states name the line; nothing is left over.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import polars as pl

from workbench.errors import GrainError, ParameterError, unknown_name
from workbench.measures.coverage import months_loaded
from workbench.periods import add_months, month_end, month_ends, shown_date
from workbench.warehouse.snapshot import Snapshot

QUERIES = Path(__file__).parent / "queries"
DIMENSIONS = ("directorate", "service", "team", "staff_group", "profession", "pay_band")
TRAINEES = ("in", "out")
STATUSES = ("active", "employed")
_SIDES = ("opening", "closing")
_FTE = pl.Decimal(38, 4)


class FlowIdentityError(GrainError):
    """Opening, flows and closing of a group do not add up: a person stands on no line, or on two."""


@dataclass(frozen=True)
class Line:
    """One line of the identity: its column, what it is called, whether it adds or takes away, and whom it holds."""

    name: str
    label: str
    sign: int
    meaning: str


ARRIVALS = (
    Line("joiners", "Joiners", 1, "not employed here at the opening and never listed here before"),
    Line("rejoiners", "Rejoiners", 1, "not employed here at the opening, but listed here before it"),
    Line("from_other_organisation", "From another organisation served", 1, "active in one of them at the opening"),
    Line("organisation_change_in", "Merger or transfer in", 1, "came with a recorded merger or transfer of staff"),
    Line("moves_in", "Moves in", 1, "active in another group at the opening"),
    Line("recodes_in", "Recoded in", 1, "active in another group at the opening, only the coding of the job changed"),
    Line("returns", "Returns", 1, "on maternity leave, career break or otherwise inactive at the opening"),
)
DEPARTURES = (
    Line("leavers", "Leavers", -1, "not employed here at the closing"),
    Line("to_other_organisation", "To another organisation served", -1, "active in one of them at the closing"),
    Line("organisation_change_out", "Merger or transfer out", -1, "went with a recorded merger or transfer of staff"),
    Line("artefacts", "Record artefacts", -1, "a record that was a duplicate or never worked on: nobody left"),
    Line("moves_out", "Moves out", -1, "active in another group at the closing"),
    Line(
        "recodes_out", "Recoded out", -1, "active in another group at the closing, only the coding of the job changed"
    ),
    Line("to_inactive", "To inactive", -1, "on maternity leave, career break or otherwise inactive at the closing"),
)
LINES = (*ARRIVALS, *DEPARTURES)
STAYERS = "stayers"


def flow_lines(
    snapshot: Snapshot,
    organisation: str,
    opening: dt.date,
    closing: dt.date,
    *,
    by: Sequence[str] = (),
    within: Mapping[str, str] | None = None,
    trainees: str = "in",
    status: str = "active",
) -> pl.DataFrame:
    """Return every line of the flow identity between two month ends, in people and FTE, for each group.

    A group is everyone active with one value of each dimension in `by` and `within`; a change of any of them is a
    move, or a recode if nothing but coding changed. Leavers who are active in another organisation served at the
    closing, and joiners from one, stand on lines of their own as far as registrations show them (docs/adr). The
    identity is checked in every call.

    Args:
        snapshot: the warehouse as it stood after one load.
        organisation: code of the organisation.
        opening: the month end that the window starts from.
        closing: the month end that it ends at.
        by: dimensions that make the groups, of `DIMENSIONS`; none means the whole organisation.
        within: narrows the groups down to one value of a dimension, as in {"service": "Podiatry"}; whoever is
            outside it counts as active in another group.
        trainees: `out` leaves doctors and dentists in training out of every group.
        status: `active`, or `employed` for groups of everyone employed, inactive or not; then nobody returns from
            or goes to inactive.

    Returns:
        One row per group, sorted: `by`, `opening`, each line of `LINES`, `stayers`, `closing` in people, the same
        with `_fte` in FTE (arrivals at the closing, departures at the opening), `fte_change` of the stayers,
        `published_joiners` and `published_leavers` as NHS England counts them (record artefacts left out), and
        `status`: `ok`, or `no_data` with nulls throughout where either month is not loaded. A group without anybody
        at either end has no row.

    Raises:
        FlowIdentityError: the lines of a group do not add up.
        ParameterError: the closing does not come after the opening, or `trainees` is neither `in` nor `out`.
        UnknownName: a dimension that the groups cannot be made from.
    """
    narrowed = dict(within or {})
    dimensions = list(dict.fromkeys([*by, *narrowed]))
    _check(opening, closing, dimensions, trainees, status)
    if not {opening, closing} <= _months(snapshot, organisation):
        return _one_row(by, None, "no_data")
    people = people_by_line(snapshot, organisation, opening, closing, by=dimensions, trainees=trainees, status=status)
    lines = _added_up(people, dimensions)
    _assert_identity(lines, organisation, opening, closing, nobody_outside=trainees == "in")
    for name, value in narrowed.items():
        lines = lines.filter(pl.col(name) == value)
    lines = lines.drop(name for name in narrowed if name not in by)
    return lines if by or lines.height else _one_row(by, 0, "ok")


def monthly_flow_lines(
    snapshot: Snapshot,
    organisation: str,
    opening: dt.date,
    closing: dt.date,
    *,
    by: Sequence[str] = (),
    within: Mapping[str, str] | None = None,
    trainees: str = "in",
    status: str = "active",
) -> pl.DataFrame:
    """Return the flow identity of each single month between two month ends; the steps chain.

    Each month's closing is the next one's opening, so that the gross flows add up; a year's flows are not their sum.

    Returns:
        The columns of `flow_lines` with `month`, the closing month end, in front; one `no_data` row for a step whose
        opening or closing is not loaded.
    """
    steps = [
        flow_lines(
            snapshot,
            organisation,
            month_end(add_months(month, -1)),
            month,
            by=by,
            within=within,
            trainees=trainees,
            status=status,
        ).select(pl.lit(month).alias("month"), pl.all())
        for month in month_ends(month_end(add_months(opening, 1)), closing)
    ]
    if not steps:
        raise ParameterError(
            f"A window of month steps needs a closing after its opening: received {opening} to {closing}. "
            "Give two month ends, the later one second."
        )
    return pl.concat(steps).sort("month", *by)


def people_by_line(
    snapshot: Snapshot,
    organisation: str,
    opening: dt.date,
    closing: dt.date,
    *,
    by: Sequence[str] = (),
    trainees: str = "in",
    status: str = "active",
) -> pl.DataFrame:
    """Place each person on their line at either end of a window: the people behind `flow_lines`.

    For further analysis inside the workbench only (where leavers went, why): person keys never leave it.

    Returns:
        One row per person employed at either end, sorted by person: `person_key`, `line_at_opening` (a departure's
        line or `stayers`; null if not in scope then), `line_at_closing` (an arrival's line or `stayers`), FTE at
        both ends and each dimension at both ends (`staff_group_at_opening`, ...).
    """
    _check(opening, closing, by, trainees, status)
    everybody = _flow_people(snapshot, organisation, opening, closing)
    there = {side: pl.col(f"{'active' if status == 'active' else 'listed'}_at_{side}") for side in _SIDES}
    everyone = pl.lit(trainees == "in")
    counts = {side: there[side] & (everyone | ~pl.col(f"trainee_at_{side}")) for side in _SIDES}
    same_group = pl.all_horizontal(
        pl.lit(True), *(pl.col(f"{name}_at_opening").eq_missing(pl.col(f"{name}_at_closing")) for name in by)
    )
    stays_in_scope = counts["opening"] & counts["closing"]
    recoded = stays_in_scope & ~pl.any_horizontal(pl.lit(False), *(pl.col("moved_in").list.contains(n) for n in by))
    arrived = (
        pl.when(~counts["closing"])
        .then(None)
        .when(stays_in_scope & same_group)
        .then(pl.lit(STAYERS))
        .when(there["opening"])
        .then(pl.when(recoded).then(pl.lit("recodes_in")).otherwise(pl.lit("moves_in")))
        .when(pl.col("listed_at_opening"))
        .then(pl.lit("returns"))
        .when(pl.col("came_with_a_change"))
        .then(pl.lit("organisation_change_in"))
        .when(pl.col("elsewhere_at_opening"))
        .then(pl.lit("from_other_organisation"))
        .when(pl.col("was_here_before"))
        .then(pl.lit("rejoiners"))
        .otherwise(pl.lit("joiners"))
    )
    departed = (
        pl.when(~counts["opening"])
        .then(None)
        .when(stays_in_scope & same_group)
        .then(pl.lit(STAYERS))
        .when(there["closing"])
        .then(pl.when(recoded).then(pl.lit("recodes_out")).otherwise(pl.lit("moves_out")))
        .when(pl.col("listed_at_closing"))
        .then(pl.lit("to_inactive"))
        .when(pl.col("record_is_artefact"))
        .then(pl.lit("artefacts"))
        .when(pl.col("went_with_a_change"))
        .then(pl.lit("organisation_change_out"))
        .when(pl.col("elsewhere_at_closing"))
        .then(pl.lit("to_other_organisation"))
        .otherwise(pl.lit("leavers"))
    )
    return everybody.select(
        "person_key",
        departed.alias("line_at_opening"),
        arrived.alias("line_at_closing"),
        *(pl.col(f"fte_{status}_at_{side}").alias(f"fte_at_{side}") for side in _SIDES),
        *(f"{name}_at_{side}" for side in _SIDES for name in DIMENSIONS),
    )


@lru_cache(maxsize=64)
def _flow_people(snapshot: Snapshot, organisation: str, opening: dt.date, closing: dt.date) -> pl.DataFrame:
    """Ask once for what every split of a window shares: a snapshot never changes, so the answer holds."""
    return snapshot.query(QUERIES / "flow_people.sql", organisation=organisation, opening=opening, closing=closing)


@lru_cache(maxsize=64)
def _months(snapshot: Snapshot, organisation: str) -> frozenset[dt.date]:
    return frozenset(months_loaded(snapshot, organisation))


def _check(opening: dt.date, closing: dt.date, dimensions: Sequence[str], trainees: str, status: str) -> None:
    if closing <= opening:
        raise ParameterError(
            f"A window needs a closing after its opening: received {opening} to {closing}. "
            "Give two month ends, the later one second."
        )
    for name in dimensions:
        if name not in DIMENSIONS:
            raise unknown_name("dimension of the flow identity", name, DIMENSIONS)
    for name, received, allowed in (("trainees", trainees, TRAINEES), ("status", status, STATUSES)):
        if received not in allowed:
            raise ParameterError(f"`{name}` was given as {received!r}. Allowed: {', '.join(allowed)}.")


def _added_up(people: pl.DataFrame, dimensions: Sequence[str]) -> pl.DataFrame:
    """Count people and add up FTE by group and line, each person once at either end."""
    opening = _one_side(people, "opening", dimensions, DEPARTURES)
    closing = _one_side(people, "closing", dimensions, ARRIVALS).with_columns(
        stayers_fte_at_closing=pl.col("stayers_fte")
    )
    if dimensions:
        both = opening.join(
            closing.drop("stayers", "stayers_fte"), on=list(dimensions), how="full", coalesce=True, nulls_equal=True
        )
    else:
        both = pl.concat([opening, closing.drop("stayers", "stayers_fte")], how="horizontal")
    numbers = [name for name in both.columns if name not in dimensions]
    both = both.with_columns(pl.col(name).fill_null(0) for name in numbers)
    order = ["opening", *(line.name for line in LINES), STAYERS, "closing"]
    lines = both.select(
        *dimensions,
        *order,
        *(f"{name}_fte" for name in order),
        fte_change=pl.col("stayers_fte_at_closing") - pl.col("stayers_fte"),
        published_joiners=pl.sum_horizontal(line.name for line in ARRIVALS),
        published_leavers=pl.sum_horizontal(line.name for line in DEPARTURES if line.name != "artefacts"),
        status=pl.lit("ok"),
    )
    return lines.sort(list(dimensions)) if dimensions else lines


def _one_side(people: pl.DataFrame, side: str, dimensions: Sequence[str], lines: Sequence[Line]) -> pl.DataFrame:
    line, fte = pl.col(f"line_at_{side}"), pl.col(f"fte_at_{side}").cast(_FTE)
    sums = [pl.len().cast(pl.Int64).alias(side), fte.sum().alias(f"{side}_fte")]
    for name in (STAYERS, *(line.name for line in lines)):
        sums.append((line == name).sum().cast(pl.Int64).alias(name))
        sums.append(fte.filter(line == name).sum().alias(f"{name}_fte"))
    there = people.filter(line.is_not_null())
    if not dimensions:
        return there.select(sums)
    return there.group_by([pl.col(f"{name}_at_{side}").alias(name) for name in dimensions]).agg(sums)


def _assert_identity(
    lines: pl.DataFrame, organisation: str, opening: dt.date, closing: dt.date, *, nobody_outside: bool
) -> None:
    """Hold the identity for each group, and moves in against moves out where all groups are there."""
    came = sum(pl.col(line.name) * line.sign for line in LINES)
    came_fte = sum(pl.col(f"{line.name}_fte") * line.sign for line in LINES)
    kept = pl.col("opening") - pl.sum_horizontal(line.name for line in DEPARTURES)
    broken = lines.filter(
        (pl.col("opening") + came != pl.col("closing"))
        | (kept != pl.col(STAYERS))
        | (pl.col("opening_fte") + came_fte + pl.col("fte_change") != pl.col("closing_fte"))
    ).height
    uneven = [
        kind
        for kind in ("moves", "recodes")
        if nobody_outside and lines[f"{kind}_in"].sum() != lines[f"{kind}_out"].sum()
    ]
    if broken or uneven:
        raise FlowIdentityError(
            f"The flows of {organisation} from {shown_date(opening)} to {shown_date(closing)} do not add up: "
            f"{broken} groups whose opening and flows are not their closing"
            f"{f'; {uneven[0]} in and out differ over all groups' if uneven else ''}. "
            "Nothing is shown. This is a fault in the workbench's own definitions: please report it."
        )


def _one_row(by: Sequence[str], number: int | None, status: str) -> pl.DataFrame:
    """One row of noughts, or without numbers where what happened is not known: that is not the same as nothing."""
    order = ["opening", *(line.name for line in LINES), STAYERS, "closing"]
    schema: dict[str, pl.DataType] = dict.fromkeys(order, pl.Int64())
    schema |= {f"{name}_fte": _FTE for name in order}
    schema |= {"fte_change": _FTE, "published_joiners": pl.Int64(), "published_leavers": pl.Int64()}
    row = dict.fromkeys(by) | dict.fromkeys(schema, number) | {"status": status}
    return pl.DataFrame([row], schema=dict.fromkeys(by, pl.String()) | schema | {"status": pl.String()})
