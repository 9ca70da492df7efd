"""What the coding review shows of its corrections: AHPs by profession before and after, decided apart from pending."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import polars as pl

from workbench.coding.ahp_counts import PROFESSION_ROWS, TOTAL
from workbench.coding.bridge import NOT_AN_AHP
from workbench.coding.decisions import standing_decisions
from workbench.coding.finding_states import with_states
from workbench.coding.impact import NUMBERS, coded_records, corrections_of, impact
from workbench.coding.kept_findings import findings_kept
from workbench.coding.local_settings import CodingSettings
from workbench.coding.review import with_suggestions
from workbench.coding.suggestions import listed_codes, suggestions
from workbench.disclosure import Released, release
from workbench.errors import unknown_name
from workbench.exhibits import Column, Exhibit, ExhibitRequest
from workbench.exhibits.cells import shown_number
from workbench.exhibits.charts import Series, change_bars
from workbench.measures.coverage import months_loaded
from workbench.periods import last_completed_month_end, shown_date

if TYPE_CHECKING:
    from workbench.disclosure import Policy
    from workbench.workbench import Workbench

_UNITS = {"headcount": ("people", "people", 0), "fte": ("fte", "FTE", 1)}
_MOVES = ("in", "out", "pending_in", "pending_out")
_WITHHELD = ("primary", "secondary")


def impact_of_corrections(workbench: Workbench, request: ExhibitRequest) -> Exhibit:
    """What would the confirmed corrections change, and what the suggestions that nobody has answered yet?

    Options: `service` (one service only) and `measure` (`headcount` or `fte`: what the chart draws).
    """
    measure = request.options.get("measure") or "headcount"
    if measure not in _UNITS:
        raise unknown_name("value of the option `measure`", measure, _UNITS)
    prefix, unit, decimals = _UNITS[measure]
    service = request.options.get("service", "")
    period = last_completed_month_end(request.as_at)
    stamp = workbench.stamp(request.organisation, period, service or "whole organisation")
    counted = impact_at(workbench, request.organisation, period, on=request.as_at, service=service)
    released = release_impact(_no_impact() if counted is None else counted, workbench.policy)
    table = released.table
    drawn = _rows_drawn(table)
    drawing = change_bars(
        drawn,
        category="profession",
        gains=(
            Series(f"{prefix}_in", "In, confirmed"),
            Series(f"{prefix}_pending_in", "In, if the suggestion is right"),
        ),
        losses=(
            Series(f"{prefix}_out", "Out, confirmed"),
            Series(f"{prefix}_pending_out", "Out, if the suggestion is right"),
        ),
        before=f"{prefix}_coded",
        after=f"{prefix}_after",
        unit=unit,
        subject="AHPs by profession before and after the corrections",
        stamp=stamp,
        decimals=decimals,
    )
    return Exhibit(
        id="impact_of_corrections",
        question="What would the corrections change?",
        title=_title(table, loaded=counted is not None),
        caption=(
            f"People and FTE employed at {shown_date(period)} on substantive contracts (types 02, 04, 05) by the "
            "profession that their occupation code names: now, and if every confirmed correction were made."
        ),
        table=table,
        columns=_columns(),
        figure=drawing.figure,
        alt=drawing.alt,
        measures=(),
        notes=(
            "Now + in − out = after. Pending are suggested codes that nobody has answered yet; they are not part of "
            "the number after.",
            "Nothing is corrected here: the corrections are applied to a copy of the month.",
            "Somebody whose second post stays in the profession does not leave it. A change of level within a "
            "profession moves nobody.",
            *_note_of_rows(table, drawn),
            *released.notes,
        ),
        stamp=stamp,
        withheld=released.withheld,
    )


def impact_at(
    workbench: Workbench, organisation: str, period: dt.date, *, on: dt.date, service: str = ""
) -> pl.DataFrame | None:
    """Count AHPs before and after the corrections of a month end; None where the month is not loaded.

    Args:
        workbench: the workbench, whose decisions hold.
        organisation: code of the organisation.
        period: the month end.
        on: the date at which exceptions are judged.
        service: only the staff of this service; all when empty.

    Returns:
        The rows of `workbench.coding.impact.impact` without those who are no AHPs.
    """
    snapshot, settings = workbench.snapshot, workbench.settings
    if period not in months_loaded(snapshot, organisation):
        return None
    local = CodingSettings.of(settings)
    found = findings_kept(snapshot, settings, organisation, period, local)
    stated = with_states(found, standing_decisions(settings, organisation), on=on)
    reviewed = with_suggestions(stated, suggestions(snapshot, organisation, period, local))
    records = coded_records(snapshot, organisation, period)
    if service:
        records = records.filter(pl.col("service") == service)
    table = impact(records, corrections_of(reviewed, records, listed_codes(snapshot)))
    return table.filter(pl.col("profession") != NOT_AN_AHP)


def release_impact(counted: pl.DataFrame, policy: Policy) -> Released:
    """Release the numbers now and those that move; what comes after is worked out from the released numbers only.

    Now is released as everywhere else, beside its total: a profession that is withheld there must not be given away
    here. A profession that few people move into or out of shows no number after, which would give them away.
    """
    now = release(
        counted.select("profession", "people_coded", "fte_coded"),
        policy=policy,
        people=["people_coded"],
        within=("profession",),
        dependants={"fte_coded": ("people_coded",)},
    )
    columns = [f"{unit}_{move}" for unit in ("people", "fte") for move in _MOVES]
    moves = release(
        counted.filter(pl.col("profession") != TOTAL).select("profession", *columns),
        policy=policy,
        people=[f"people_{move}" for move in _MOVES],
        by=("profession",),
        dependants={f"fte_{move}": (f"people_{move}",) for move in _MOVES},
    )
    table = moves.table.join(now.table, on="profession", how="left", maintain_order="left")
    for unit in ("people", "fte"):
        parts = [f"{unit}_{term}" for term in ("coded", "in", "out")]
        hidden = pl.any_horizontal(pl.col(f"{part}_status").is_in(_WITHHELD) for part in parts)
        # Rounded parts may come to a little less than nobody.
        after = (pl.col(parts[0]) + pl.col(parts[1]) - pl.col(parts[2])).clip(lower_bound=0)
        table = table.with_columns(
            after.alias(f"{unit}_after"),
            pl.when(hidden).then(pl.lit("secondary")).otherwise(f"{unit}_coded_status").alias(f"{unit}_after_status"),
        )
    return Released(table, now.withheld + moves.withheld, tuple(dict.fromkeys((*now.notes, *moves.notes))))


def _no_impact() -> pl.DataFrame:
    kinds = {name: pl.Int64 if name.startswith("people") else pl.Float64 for name in NUMBERS}
    return pl.DataFrame({"profession": [*PROFESSION_ROWS, TOTAL]}).with_columns(
        pl.lit(None, kind).alias(name) for name, kind in kinds.items()
    )


def _columns() -> tuple[Column, ...]:
    terms = (("coded", "Now"), ("in", "In"), ("out", "Out"), ("after", "After"), ("pending_in", "Pending in"),
             ("pending_out", "Pending out"))  # fmt: skip
    return (
        Column("profession", "Profession"),
        *(Column(f"people_{term}", label, "count", "people") for term, label in terms),
        *(Column(f"fte_{term}", label, "fte", "FTE") for term, label in terms),
    )


def _rows_drawn(table: pl.DataFrame) -> pl.DataFrame:
    """Return the professions that something moves into or out of, or may."""
    moved = [pl.col(f"people_{move}").ne_missing(0) for move in _MOVES]
    return table.filter(pl.any_horizontal(moved))


def _note_of_rows(table: pl.DataFrame, drawn: pl.DataFrame) -> tuple[str, ...]:
    if drawn.height in (0, table.height):
        return ()
    return ("Professions that nobody would move into or out of are in the table only.",)


def _title(table: pl.DataFrame, *, loaded: bool) -> str:
    if not loaded:
        return "Corrections: the staff list of this month is not loaded"
    rows = table.to_dicts()
    moved = [(row, row["people_after"] - row["people_coded"]) for row in rows if row["people_after"] is not None]
    changes = sorted((pair for pair in moved if pair[1]), key=lambda pair: -abs(pair[1]))
    if changes:
        return f"If all that is confirmed were corrected: {', '.join(_change(*pair) for pair in changes[:3])}"
    if any(row["people_in"] is None or row["people_out"] is None for row in rows):
        return "The confirmed corrections move too few people in any profession to show"
    confirmed = "No confirmed correction moves anybody between professions"
    if any(row["people_pending_in"] is None or row["people_pending_out"] is None for row in rows):
        return f"{confirmed}; the suggestions not yet answered move too few to show"
    added = sum(row["people_pending_in"] - row["people_pending_out"] for row in rows)
    fte = sum(row["fte_pending_in"] - row["fte_pending_out"] for row in rows)
    if not any(row["people_pending_in"] or row["people_pending_out"] for row in rows):
        return confirmed
    effect = "only move AHPs between professions" if not added else "add" if added > 0 else "take away"
    number = f" {shown_number(abs(added))} AHPs ({shown_number(abs(fte), 1)} FTE)" if added else ""
    return f"{confirmed}; the suggestions not yet answered would {effect}{number}"


def _change(row: dict[str, Any], people: float) -> str:
    fte = ""
    if row["fte_after"] is not None and row["fte_coded"] is not None:
        fte = f" ({_signed(row['fte_after'] - row['fte_coded'], 1)} FTE)"
    name = row["profession"]
    return f"{name[:1].lower()}{name[1:]} {_signed(people)}{fte}"


def _signed(value: float, decimals: int = 0) -> str:
    return f"{'+' if value > 0 else '−' if value < 0 else ''}{shown_number(abs(value), decimals)}"


EXHIBITS: dict[str, Callable[[Workbench, ExhibitRequest], Exhibit]] = {"impact_of_corrections": impact_of_corrections}
