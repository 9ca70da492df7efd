"""Where the staff of a group came from between two month ends, and where they went, in people."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import polars as pl

from workbench.errors import PeriodError
from workbench.measures.coverage import months_loaded
from workbench.periods import shown_date
from workbench.retention.choices import TOTAL
from workbench.retention.code_concepts import ARTEFACT, with_places, with_reasons
from workbench.retention.flow_lines import STAYERS, people_by_line
from workbench.warehouse.snapshot import Snapshot

QUERIES = Path(__file__).parent / "queries"
HERE_AT_OPENING = "In post at the opening"
HERE_AT_CLOSING = "In post at the closing"
ON_LEAVE = "On leave or seconded out"
ANOTHER_GROUP = "Another group"
SERVED = "Another organisation served here"
TRANSFER = "Merger or transfer of staff"
RECODED = "Another group, by its coding only"
#: The lines whose places are what was recorded, and those with them that starters and leavers should have records of.
JOINED = ("joiners", "rejoiners")
LEFT = ("leavers",)
WITH_STARTING_RECORD = (*JOINED, "from_other_organisation")
WITH_LEAVING_RECORD = (*LEFT, "to_other_organisation")
#: Where the line itself says the place: the lists show it, whatever was recorded.
_PLACE_OF_LINE = {
    STAYERS: (HERE_AT_OPENING, HERE_AT_CLOSING),
    "from_other_organisation": (SERVED, HERE_AT_CLOSING),
    "to_other_organisation": (HERE_AT_OPENING, SERVED),
    "organisation_change_in": (TRANSFER, HERE_AT_CLOSING),
    "organisation_change_out": (HERE_AT_OPENING, TRANSFER),
    "moves_in": (ANOTHER_GROUP, HERE_AT_CLOSING),
    "moves_out": (HERE_AT_OPENING, ANOTHER_GROUP),
    "recodes_in": (RECODED, HERE_AT_CLOSING),
    "recodes_out": (HERE_AT_OPENING, RECODED),
    "returns": (ON_LEAVE, HERE_AT_CLOSING),
    "to_inactive": (HERE_AT_OPENING, ON_LEAVE),
    "artefacts": (HERE_AT_OPENING, ARTEFACT),
}
_RECORDED = ("has_starting_record", "has_leaving_record", "reason", "reason_group", "standing", "is_planned")


@dataclass(frozen=True)
class DataFindings:
    """Where the records of starters and leavers and the staff lists of a window do not say the same, in people.

    Attributes:
        left_without_record: gone from the lists, but no leavers record says so.
        joined_without_record: new on the lists, but no starters record says so.
        left_but_still_listed: a leaving date that has passed, but the assignment is on the closing list.
        artefacts: leavers records of a merged duplicate, or of someone who never worked; not leavers.
        joined_and_left_inside: came and went between the two month ends, so in neither count.
        between_two_lists: of those, started and left without standing on any staff list.
    """

    left_without_record: int
    joined_without_record: int
    left_but_still_listed: int
    artefacts: int
    joined_and_left_inside: int
    between_two_lists: int


def came_and_went(
    snapshot: Snapshot,
    organisation: str,
    opening: dt.date,
    closing: dt.date,
    *,
    dimension: str | None = None,
    trainees: str = "in",
) -> pl.DataFrame:
    """Say of each person in a group at either end of a window where they came from and where they went.

    Each person stands on one line of the flow identity (`flow_lines`), so that counts by line are its numbers.
    Joiners come from their recruitment source and leavers go to their destination, both read as concepts; whoever
    moved to another organisation served here, to another group, on leave or back from it is where the lists show
    them. Who stayed came from the opening and went to the closing.

    Args:
        snapshot: the warehouse as it stood after one load.
        organisation: code of the organisation.
        opening: the month end that the window starts from.
        closing: the month end that it ends at.
        dimension: `service`, `staff_group` or `profession`, for the lines of each of its groups; None for the whole
            organisation as one group, which nobody can move into or out of.
        trainees: `out` leaves doctors and dentists in training out of every group.

    Returns:
        One row per group and person, for use inside the workbench only: `person_key`, `group`, `line`, `came_from`,
        `came_from_group`, `went_to`, `went_to_group`, and what is recorded of leaving (`reason`, `reason_group`,
        `standing`, `is_planned`) with whether a record was found.

    Raises:
        PeriodError: the staff list of one of the two month ends is not loaded, so that nothing is known.
    """
    missing = sorted({opening, closing} - set(months_loaded(snapshot, organisation)))
    if missing:
        raise PeriodError(
            f"No staff list of {organisation} is loaded for {shown_date(missing[0])}, so who came and went is not "
            "known. Choose two month ends that `workbench status` lists."
        )
    by = (dimension,) if dimension else ()
    people = people_by_line(snapshot, organisation, opening, closing, by=by, trainees=trainees)
    sides = []
    for end, other in (("opening", "closing"), ("closing", "opening")):
        line = pl.col(f"line_at_{end}")
        wanted = line.is_not_null() if end == "opening" else line.is_not_null() & (line != STAYERS)
        named = [pl.lit(TOTAL), pl.lit("doctors in training")]
        if dimension:
            named = [pl.col(f"{dimension}_at_{side}") for side in (end, other)]
        sides.append(
            people.filter(wanted).select(
                "person_key", line.alias("line"), named[0].alias("group"), named[1].alias("other_group")
            )
        )
    records = _recorded(snapshot, organisation, opening, closing)
    joined = pl.concat(sides).join(records, on="person_key", how="left", maintain_order="left")
    return joined.select("person_key", "group", "line", *_places(), *_RECORDED).sort("group", "person_key", "line")


def flow_matrix(lines: pl.DataFrame) -> pl.DataFrame:
    """Count people by where they came from and where they went: the matrix of one group, with its margins.

    Rows are where people came from, columns where they went; both hold "Not recorded", and the people in post at the
    opening or the closing. So the rows add up to the arrivals of the flow identity, the columns to its departures,
    and the matrix to everyone who was in the group at either end.

    Args:
        lines: the rows of `came_and_went` of one group.

    Returns:
        One row per pair that occurs and per margin: `came_from`, `went_to` ("Total" in the margins), `people`.
    """
    pairs = lines.group_by("came_from", "went_to").agg(people=pl.len().cast(pl.Int64))
    total = pl.lit(TOTAL)
    rows = pairs.group_by("came_from").agg(pl.col("people").sum()).with_columns(went_to=total)
    columns = pairs.group_by("went_to").agg(pl.col("people").sum()).with_columns(came_from=total)
    whole = pairs.select(pl.col("people").sum()).with_columns(came_from=total, went_to=total)
    return pl.concat([part.select(pairs.columns) for part in (pairs, rows, columns, whole)]).sort(
        "came_from", "went_to"
    )


def data_findings(snapshot: Snapshot, organisation: str, opening: dt.date, closing: dt.date) -> DataFindings:
    """Count where records and staff lists of a window disagree in the whole organisation; nobody is dropped."""
    lines = came_and_went(snapshot, organisation, opening, closing)
    records = _recorded(snapshot, organisation, opening, closing)
    still_listed, between = snapshot.query(
        QUERIES / "records_against_lists.sql", organisation=organisation, opening=opening, closing=closing
    ).row(0)
    left, joined = (lines.filter(pl.col("line").is_in(which)) for which in (WITH_LEAVING_RECORD, WITH_STARTING_RECORD))
    return DataFindings(
        left_without_record=left.filter(~pl.col("has_leaving_record")).height,
        joined_without_record=joined.filter(~pl.col("has_starting_record")).height,
        left_but_still_listed=still_listed,
        artefacts=lines.filter(pl.col("line") == "artefacts").height,
        joined_and_left_inside=records.filter(~pl.col("listed_at_opening") & ~pl.col("listed_at_closing")).height
        + between,
        between_two_lists=between,
    )


@lru_cache(maxsize=16)
def _recorded(snapshot: Snapshot, organisation: str, opening: dt.date, closing: dt.date) -> pl.DataFrame:
    """Ask once for what every split of a window shares: a snapshot never changes, so the answer holds."""
    records = snapshot.query(
        QUERIES / "records_of_movers.sql", organisation=organisation, opening=opening, closing=closing
    )
    return with_reasons(with_places(records))


def _places() -> list[pl.Expr]:
    """Name both places of each line, with the group of places that each belongs to."""
    line = pl.col("line")
    shown = [line.replace_strict({k: v[side] for k, v in _PLACE_OF_LINE.items()}, default=None) for side in (0, 1)]
    moved = pl.when(line.is_in(["moves_in", "recodes_in"])).then(pl.format("From: {}", "other_group"))
    moved_on = pl.when(line.is_in(["moves_out", "recodes_out"])).then(pl.format("To: {}", "other_group"))
    came = pl.when(line.is_in(JOINED))
    return [
        pl.coalesce(moved, shown[0], came.then("source"), pl.lit(HERE_AT_OPENING)).alias("came_from"),
        pl.coalesce(shown[0], came.then("source_group"), pl.lit(HERE_AT_OPENING)).alias("came_from_group"),
        pl.coalesce(moved_on, shown[1], pl.when(line.is_in(LEFT)).then("destination"), pl.lit(HERE_AT_CLOSING)).alias(
            "went_to"
        ),
        pl.coalesce(shown[1], pl.when(line.is_in(LEFT)).then("destination_group"), pl.lit(HERE_AT_CLOSING)).alias(
            "went_to_group"
        ),
    ]
