"""What the coding review shows of root causes: which cause is worth attacking, and how."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import polars as pl

from workbench.coding.finding_exhibits import (
    NOTE_OF_DECISIONS,
    NOTE_OF_RECORDS,
    PARTS,
    ROUTE_NAMES,
    findings_asked,
)
from workbench.coding.root_causes import ROUTE_COLUMNS, STEP_COLUMNS, root_causes
from workbench.coding.rules import CAUSES, STEPS
from workbench.disclosure import Released, release
from workbench.exhibits import Column, Exhibit, ExhibitRequest
from workbench.exhibits.cells import WITHHELD_STATUSES, shown_number
from workbench.exhibits.charts import count_bars
from workbench.periods import shown_date

if TYPE_CHECKING:
    from workbench.disclosure import Policy
    from workbench.workbench import Workbench

#: Counts that are told in words or as one column, by the whole that they divide.
_PARTS = {"of_whom": ("stated", "assumed"), "routes": tuple(ROUTE_COLUMNS), "steps": tuple(STEP_COLUMNS)}
_NAMES = {
    "system": "System: how ESR is built",
    "data": "Data: a dated or wrong value",
    "no_option": "No option: the lists hold nothing that fits",
    "process": "Process: how the work is done",
}
#: What helps against each cause, after the questions of the guide of February 2019. Our words.
_REMEDIES = {
    "system": "Raise it with the ESR lead, and nationally through the special interest groups.",
    "data": "Correct the records, and agree who keeps them right.",
    "no_option": "Ask for a code or value that fits, in the National Workforce Data Set.",
    "process": "Change the step in which it arises: recruitment, changes of post, checks of ledger and register.",
}


def root_causes_of_findings(workbench: Workbench, request: ExhibitRequest) -> Exhibit:
    """Which root cause is worth attacking?

    Options: `service` (one service only).
    """
    period, stamp, found = findings_asked(workbench, request)
    released = release_causes(_no_causes() if found is None else root_causes(found), workbench.policy)
    table = _with_words(released.table)
    drawing = count_bars(
        table,
        category="name",
        parts=PARTS,
        total="to_do",
        unit="records to put right",
        subject="Records to put right, by root cause",
        stamp=stamp,
    )
    return Exhibit(
        id="root_causes",
        question="Which root cause is worth attacking?",
        title=_title(table, loaded=found is not None),
        caption=(
            f"Records at {shown_date(period)} with an error or something to be reviewed, by root cause, with how each "
            "is put right and in which of the seven steps."
        ),
        table=table,
        columns=(
            Column("name", "Root cause"),
            Column("to_do", "To put right", "count", "records"),
            Column("stated", "Cause stated by a person", "count", "records"),
            Column("routes_said", "How it is put right"),
            Column("steps_said", "In which step"),
            Column("remedy", "What helps"),
        ),
        figure=drawing.figure,
        alt=drawing.alt,
        measures=(),
        notes=(
            "A cause is assumed from the rule until somebody who decides about a finding states another. Assuming is a "
            "choice of ours.",
            "A record counts once under each cause, way and step that it has.",
            NOTE_OF_RECORDS,
            NOTE_OF_DECISIONS,
            *released.notes,
        ),
        stamp=stamp,
        withheld=released.withheld,
    )


def release_causes(counted: pl.DataFrame, policy: Policy) -> Released:
    """Release the counts by cause: errors and reviews, ways and steps each add up to their own sum."""
    # `of_whom` is `to_do` again: each whole has one division here.
    released = release(
        counted.with_columns(of_whom="to_do"),
        policy=policy,
        people=["errors", "reviews", "to_do", *_PARTS, *(name for parts in _PARTS.values() for name in parts)],
        parts={"to_do": ("errors", "reviews"), **_PARTS},
    )
    table = released.table
    for whole, parts in _PARTS.items():
        # The wholes are not shown, and can be told from `to_do` now and then: hidden ones take their parts along.
        hidden = pl.col(f"{whole}_status").is_in(WITHHELD_STATUSES)
        table = table.with_columns(pl.when(~hidden).then(name).alias(name) for name in parts).with_columns(
            pl.when(hidden).then(pl.lit("secondary")).otherwise(f"{name}_status").alias(f"{name}_status")
            for name in parts
        )
    return Released(table, released.withheld, released.notes)


def _no_causes() -> pl.DataFrame:
    names = ["errors", "reviews", "to_do", "stated", "assumed", *ROUTE_COLUMNS, "routes", *STEP_COLUMNS, "steps"]
    unknown = [pl.lit(None, pl.Int64).alias(name) for name in names]
    return pl.DataFrame({"cause": list(CAUSES)}).with_columns(unknown)


def _with_words(table: pl.DataFrame) -> pl.DataFrame:
    ways = {name: ROUTE_NAMES[route][0] for name, route in ROUTE_COLUMNS.items()}
    steps = {name: f"{step} {STEPS[step]}" for name, step in STEP_COLUMNS.items()}
    rows = table.to_dicts()
    return table.with_columns(
        pl.Series("routes_said", [_cells_in_words(row, ways) for row in rows], dtype=pl.String),
        pl.Series("steps_said", [_cells_in_words(row, steps) for row in rows], dtype=pl.String),
        name=pl.col("cause").replace_strict(_NAMES),
        remedy=pl.col("cause").replace_strict(_REMEDIES),
    )


def _cells_in_words(row: Mapping[str, Any], names: Mapping[str, str]) -> str | None:
    """Write the cells of a row that are not zero, most first; withheld ones are not told apart."""
    if row["to_do_status"] == "no_data":
        return None
    cells = sorted(((name, label) for name, label in names.items() if row[name]), key=lambda cell: -row[cell[0]])
    said = [f"{label} {shown_number(row[name])}" for name, label in cells]
    withheld = any(row[name] is None for name in names)
    if withheld:
        said.append("others too few to show" if said else "too few to show")
    return ", ".join(said) if said else "none"


def _title(table: pl.DataFrame, *, loaded: bool) -> str:
    if not loaded:
        return "Root causes: the staff list of this month is not loaded"
    known = table.filter(pl.col("to_do") > 0).sort("to_do", descending=True, maintain_order=True)
    if known.is_empty():
        few = table["to_do"].null_count()
        return "Root causes: too few records to show" if few else "Root causes: nothing is left to put right"
    most = known.row(0, named=True)
    cause = CAUSES[most["cause"]]
    said = f"Most often the cause is {cause}: {shown_number(most['to_do'])} records"
    names = {name: ROUTE_NAMES[route][0] for name, route in ROUTE_COLUMNS.items() if most[name]}
    if not names:
        return said
    way = max(names, key=lambda name: most[name])
    return f"{said}, {shown_number(most[way])} of them for: {names[way][0].lower()}{names[way][1:]}"


EXHIBITS: dict[str, Callable[[Workbench, ExhibitRequest], Exhibit]] = {"root_causes": root_causes_of_findings}
