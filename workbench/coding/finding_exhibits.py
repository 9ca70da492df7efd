"""What the coding review shows of its findings: where they are, and what to do next."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import polars as pl

from workbench.coding.finding_counts import (
    NO_PROFESSION,
    by_route,
    by_rule_and_profession,
    profession_columns,
    unsettled_findings,
)
from workbench.coding.findings import coverage
from workbench.coding.rules import ROUTES, rules
from workbench.disclosure import Released, release
from workbench.exhibits import Column, Exhibit, ExhibitRequest, Stamp
from workbench.exhibits.cells import shown_cell, shown_number
from workbench.exhibits.charts import Series, count_bars, heat_map
from workbench.measures.coverage import months_loaded
from workbench.periods import last_completed_month_end, shown_date

if TYPE_CHECKING:
    from workbench.disclosure import Policy
    from workbench.workbench import Workbench

PARTS = (Series("errors", "Errors"), Series("reviews", "To be reviewed"))
#: The name of each way of putting right on a chart, and who does it.
ROUTE_NAMES = {
    "P": ("Edit on the position", "ESR lead or HR"),
    "N": ("New position", "service request"),
    "M": ("Mass update", "service request"),
    "C": ("Confirm or challenge", "the clinician"),
    "F": ("Check with finance", "finance"),
    "H": ("Check the register", "registration team"),
    "S": ("Self-service, assignment", "manager or HR"),
}
NOTE_OF_RECORDS = (
    "A record is a person, a position, a reporting loop or a line of another list, and counts once however many "
    "findings it has."
)
NOTE_OF_DECISIONS = (
    "Findings that were rejected, or are excepted until a later date, are left out; confirmed ones stay until ESR is "
    "corrected."
)
NOTE_OF_SEVERITY = (
    "Errors contradict a rule of the code lists or of ESR; in a review sources disagree and a person decides. "
    "Information is not counted as something to do."
)


def findings_by_rule_and_profession(workbench: Workbench, request: ExhibitRequest) -> Exhibit:
    """Which rules find something, and for which professions?

    Options: `service` (one service only).
    """
    period, stamp, found = findings_asked(workbench, request)
    counted = by_rule_and_profession(found) if found is not None else None
    released = release_grid(_no_grid() if counted is None else counted, workbench.policy)
    table = _with_rule_names(released.table)
    columns = [Series(name, label) for name, label in profession_columns().items()]
    drawn = _rows_drawn(table)
    drawing = heat_map(
        drawn,
        row="rule",
        columns=columns,
        total="total",
        unit="records",
        subject="Records with an error or to be reviewed, by rule and profession, most first",
        stamp=stamp,
    )
    return Exhibit(
        id="findings_by_rule_and_profession",
        question="Which rules find something, and for which professions?",
        title=_grid_title(table, loaded=counted is not None),
        caption=(
            f"Records at {shown_date(period)} with an error or something to be reviewed, by rule and by the "
            "profession that the evidence shows."
        ),
        table=table,
        columns=(
            Column("rule", "Rule"),
            Column("total", "All", "count"),
            Column("professions", "By profession"),
        ),
        figure=drawing.figure,
        alt=drawing.alt,
        measures=(),
        notes=(
            NOTE_OF_RECORDS,
            NOTE_OF_SEVERITY,
            "No AHP named: the record is nobody's, or of somebody whom no strong evidence shows to be an AHP.",
            NOTE_OF_DECISIONS,
            *_note_of_rows(table, drawn),
            *_notes_of_rules(workbench, request.organisation, period, counted),
            *released.notes,
        ),
        stamp=stamp,
        withheld=released.withheld,
    )


def findings_asked(workbench: Workbench, request: ExhibitRequest) -> tuple[dt.date, Stamp, pl.DataFrame | None]:
    """Return month end, stamp and unsettled findings that a request is about; None where the month is not loaded."""
    service = request.options.get("service", "")
    period = last_completed_month_end(request.as_at)
    stamp = workbench.stamp(request.organisation, period, service or "whole organisation")
    if period not in months_loaded(workbench.snapshot, request.organisation):
        return period, stamp, None
    found = unsettled_findings(
        workbench.snapshot, workbench.settings, request.organisation, period, on=request.as_at, service=service
    )
    return period, stamp, found


def release_grid(counted: pl.DataFrame, policy: Policy) -> Released:
    """Release the grid of rules by professions: each row adds up to its total, the columns have none."""
    columns = list(profession_columns())
    return release(counted, policy=policy, people=[*columns, "total"], parts={"total": columns})


def _no_grid() -> pl.DataFrame:
    numbers = {name: pl.Series([None], dtype=pl.Int64) for name in (*profession_columns(), "total")}
    return pl.DataFrame({"rule_id": ["All rules"], **numbers})


def _with_rule_names(table: pl.DataFrame) -> pl.DataFrame:
    questions = {rule.id: f"{rule.id} {rule.question}" for rule in rules().values()}
    in_words = [_professions_in_words(row) for row in table.iter_rows(named=True)]
    return table.with_columns(
        pl.Series("professions", in_words, dtype=pl.String), rule=pl.col("rule_id").replace(questions)
    )


def _professions_in_words(row: Mapping[str, Any]) -> str | None:
    """Write the cells of a row that are not zero, most first: sixteen columns of figures fit no page."""
    named = [(name, label) for name, label in profession_columns().items() if row[name] or row[name] is None]
    if row["total_status"] == "no_data":
        return None
    ordered = sorted(named, key=lambda cell: -(row[cell[0]] or 0))
    return ", ".join(f"{label} {shown_cell('count', row[name], row[f'{name}_status'])}" for name, label in ordered)


def _grid_title(table: pl.DataFrame, *, loaded: bool) -> str:
    if not loaded:
        return "Findings by rule and profession: the staff list of this month is not loaded"
    if table.is_empty():
        return "No rule finds an error or something to be reviewed"
    count = f"{table.height} rules find" if table.height > 1 else "1 rule finds"
    drawn = _rows_drawn(table)
    first = drawn.row(0, named=True)
    if not first["total"]:
        return f"{count} something to put right, each in too few records to show"
    shown = [(first[name], label) for name, label in profession_columns().items() if first[name]]
    most, label = max(shown, key=lambda cell: cell[0]) if shown else (0, "")
    among = f", {shown_number(most)} of them {_named(label)}" if shown and label != NO_PROFESSION else ""
    return (
        f"{count} something to put right; most often {first['rule_id']}: {shown_number(first['total'])} records{among}"
    )


def _rows_drawn(table: pl.DataFrame) -> pl.DataFrame:
    """Return the rules by the records they find, most first; those of which nothing may be shown are left out."""
    shown = table.filter(pl.col("total").is_not_null())
    return table if shown.is_empty() else shown.sort("total", descending=True, maintain_order=True)


def _named(label: str) -> str:
    return label if label.isupper() or label == "P&O" else label[0].lower() + label[1:]


def _note_of_rows(table: pl.DataFrame, drawn: pl.DataFrame) -> tuple[str, ...]:
    left_out = table.height - drawn.height
    if not left_out:
        return ()
    rules_are = "1 rule is" if left_out == 1 else f"{left_out} rules are"
    return (f"{rules_are} in the table only: their records are too few to show.",)


def _notes_of_rules(
    workbench: Workbench, organisation: str, period: dt.date, counted: pl.DataFrame | None
) -> tuple[str, ...]:
    """Tell apart what was asked and found nothing from what could not be asked."""
    if counted is None:
        return ()
    asked = coverage(workbench.snapshot, organisation, period)
    severe = [rule.id for rule in rules().values() if rule.severity != "I"]
    found = counted["rule_id"].to_list()
    silent = [
        rule_id
        for rule_id in asked.filter(pl.col("state") == "ran")["rule_id"]
        if rule_id in severe and rule_id not in found
    ]
    unasked = asked.filter(pl.col("state") != "ran")
    notes = []
    if silent:
        notes.append(f"Asked, and nothing found: {', '.join(silent)}.")
    if not unasked.is_empty():
        said = [f"{rule_id} ({missing.replace('_', ' ')})" for rule_id, missing in unasked.drop("state").iter_rows()]
        notes.append(f"Not asked, because an extract is not loaded: {', '.join(said)}.")
    return tuple(notes)


def what_to_do_next(workbench: Workbench, request: ExhibitRequest) -> Exhibit:
    """What is to be put right next, how, and by whom?

    Options: `service` (one service only).
    """
    period, stamp, found = findings_asked(workbench, request)
    counted = by_route(found) if found is not None else empty_severities("route", list(ROUTES))
    released = release_severities(counted, workbench.policy)
    table = _with_route_names(released.table)
    drawing = count_bars(
        table,
        category="name",
        parts=PARTS,
        total="to_do",
        unit="records to put right",
        subject="Records to put right, by how it is done",
        stamp=stamp,
        below="by_whom",
    )
    return Exhibit(
        id="what_to_do_next",
        question="What is to be put right next, how, and by whom?",
        title=_route_title(table, loaded=found is not None),
        caption=(
            f"Records at {shown_date(period)} with an error or something to be reviewed, by the usual way of putting "
            "it right."
        ),
        table=table,
        columns=(
            Column("name", "Way"),
            Column("to_do", "To put right", "count", "records"),
            Column("errors", "Errors", "count", "records"),
            Column("reviews", "To be reviewed", "count", "records"),
            Column("information", "Information only", "count", "records"),
            Column("how", "How"),
        ),
        figure=drawing.figure,
        alt=drawing.alt,
        measures=(),
        notes=(
            "Where the code on a position is edited, everybody who holds it is one record: an edit changes it for all.",
            "A record counts under its gravest finding of each way, and once in each way that it needs.",
            NOTE_OF_SEVERITY,
            NOTE_OF_DECISIONS,
            *released.notes,
        ),
        stamp=stamp,
        withheld=released.withheld,
    )


def release_severities(counted: pl.DataFrame, policy: Policy) -> Released:
    """Release counts by severity: errors and reviews add up to what is to be done, information stands apart."""
    return release(
        counted,
        policy=policy,
        people=["errors", "reviews", "to_do", "information"],
        parts={"to_do": ("errors", "reviews")},
    )


def empty_severities(key: str, values: Sequence[object]) -> pl.DataFrame:
    """Return the table by severity of a month that is not loaded: every count unknown, none of them zero."""
    unknown = pl.lit(None, pl.Int64)
    return pl.DataFrame({key: list(values)}).with_columns(
        unknown.alias(name) for name in ("errors", "reviews", "information", "to_do")
    )


def _with_route_names(table: pl.DataFrame) -> pl.DataFrame:
    return table.with_columns(
        name=pl.col("route").replace_strict({route: name for route, (name, _) in ROUTE_NAMES.items()}),
        by_whom=pl.col("route").replace_strict({route: who for route, (_, who) in ROUTE_NAMES.items()}),
        how=pl.col("route").replace_strict({route: f"{text[0].upper()}{text[1:]}" for route, text in ROUTES.items()}),
    )


def _route_title(table: pl.DataFrame, *, loaded: bool) -> str:
    if not loaded:
        return "What to do next: the staff list of this month is not loaded"
    known = table.filter(pl.col("to_do") > 0).sort("to_do", descending=True, maintain_order=True)
    if known.is_empty():
        withheld = table["to_do"].null_count()
        return "What to do next: too few records to show" if withheld else "Nothing is left to put right"
    parts = [
        f"{shown_number(row['to_do'])} {row['name'][0].lower()}{row['name'][1:]}"
        for row in known.head(4).iter_rows(named=True)
    ]
    return f"What to do next: {' · '.join(parts)}"


EXHIBITS: dict[str, Callable[[Workbench, ExhibitRequest], Exhibit]] = {
    "findings_by_rule_and_profession": findings_by_rule_and_profession,
    "what_to_do_next": what_to_do_next,
}
