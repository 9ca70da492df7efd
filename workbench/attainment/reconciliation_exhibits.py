"""What the attainment page shows of the reconciliation: whether the systems agree, and who puts right what differs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import polars as pl

from workbench.attainment.reconciliation.exceptions import checks
from workbench.attainment.reconciliation.four_way import LINE_PAIRS
from workbench.attainment.reconciliation.reconcile import Reconciliation, reconcile_at
from workbench.disclosure import Policy, release
from workbench.errors import PeriodError
from workbench.exhibits import Column, Exhibit, ExhibitRequest, Stamp
from workbench.exhibits.cells import shown_number
from workbench.exhibits.charts import Series, count_bars
from workbench.periods import last_completed_month_end, shown_date

if TYPE_CHECKING:
    from workbench.workbench import Workbench

VERDICTS = (Series("agree", "Agree"), Series("differs", "Differ"), Series("missing", "Missing in one source"))
#: Ages of exceptions: the column, its label, and the days up to which it goes.
AGES = (("month", "New this month", 0), ("quarter", "Up to three months", 92), ("longer", "Longer", 100_000))
_PARTS = tuple(Series(name, label) for name, label, _ in AGES)
#: Keys that count people or their assignments; the others count cost centres, lines and units.
_OF_PEOPLE = ("person", "assignment")
_WHOLE = "whole organisation"


def do_the_systems_agree(workbench: Workbench, request: ExhibitRequest) -> Exhibit:
    """Do e-job plans, ledger, roster templates and ESR agree?

    Follows no choice of a service or group: lines are cost centres and staff groups of the whole organisation.
    """
    period, stamp, found = _asked(workbench, request)
    totals = _no_totals() if found is None else found.totals
    released = release(
        totals.select("pair", "agree", "differs", "missing", "lines", "heads", "gross_wte", "net_wte"),
        policy=workbench.policy,
        people=["heads"],
        dependants={"gross_wte": ["heads"], "net_wte": ["heads"]},
    )
    table = released.table.with_columns(
        pl.when(pl.col("lines").is_null()).then(pl.lit("no_data")).otherwise(pl.lit("shown")).alias(f"{name}_status")
        for name in ("agree", "differs", "missing", "lines")
    )
    drawing = count_bars(
        table,
        category="pair",
        parts=VERDICTS,
        total="lines",
        unit="lines (cost centre and staff group)",
        subject="Lines on which two systems agree, differ or miss each other, by pair",
        stamp=stamp,
    )
    return Exhibit(
        id="do_the_systems_agree",
        question="Do e-job plans, ledger, roster templates and ESR agree?",
        title=_agreement_title(found),
        caption=(
            f"Lines at {shown_date(period)} by pair of systems, where the pair applies. Net mismatch hides misses one "
            "way behind misses the other way; gross mismatch adds them without their signs."
        ),
        table=table,
        columns=(
            Column("pair", "Pair"),
            Column("lines", "Lines", "count", "lines"),
            Column("agree", "Agree", "count", "lines"),
            Column("differs", "Differ", "count", "lines"),
            Column("missing", "Missing in one", "count", "lines"),
            Column("net_wte", "Net mismatch", "fte", "WTE"),
            Column("gross_wte", "Gross mismatch", "fte", "WTE"),
        ),
        figure=drawing.figure,
        alt=drawing.alt,
        measures=("reconciliation_agreement",),
        notes=(*_notes(found, workbench.policy), *released.notes),
        stamp=stamp,
        withheld=released.withheld,
    )


def exceptions_by_owner_and_age(workbench: Workbench, request: ExhibitRequest) -> Exhibit:
    """Who is to put right what differs between the systems, and since when is it there?

    Follows no choice of a service or group: many exceptions have neither.
    """
    period, stamp, found = _asked(workbench, request)
    released = release(
        _by_owner(found),
        policy=workbench.policy,
        people=[*(name for name, _, _ in AGES), "total"],
        parts={"total": [name for name, _, _ in AGES]},
        within=("owner",),
    )
    drawing = count_bars(
        released.table.filter(pl.col("owner") != "Total"),
        category="owner",
        parts=_PARTS,
        total="total",
        unit="open exceptions",
        subject="Open exceptions between the systems, by owner and age",
        stamp=stamp,
    )
    return Exhibit(
        id="exceptions_by_owner_and_age",
        question="Who is to put right what differs between the systems, and since when is it there?",
        title=_owner_title(released.table, loaded=found is not None),
        caption=(
            f"Open exceptions at {shown_date(period)} by the owner of their check. An exception is as old as the first "
            "month end since which it is there without a break."
        ),
        table=released.table,
        columns=(
            Column("owner", "Owner"),
            *(Column(name, label, "count", "exceptions") for name, label, _ in AGES),
            Column("total", "All open", "count", "exceptions"),
        ),
        figure=drawing.figure,
        alt=drawing.alt,
        measures=(),
        notes=(
            "Each exception is a question to its owner; nothing has been corrected. A value that changes closes one "
            "exception and opens another.",
            *_movement_note(found, workbench.policy),
            *released.notes,
        ),
        stamp=stamp,
        withheld=released.withheld,
    )


def _asked(workbench: Workbench, request: ExhibitRequest) -> tuple[dt.date, Stamp, Reconciliation | None]:
    period = last_completed_month_end(request.as_at)
    stamp = workbench.stamp(request.organisation, period, _WHOLE)
    try:
        found = reconcile_at(workbench.snapshot, workbench.settings, request.organisation, request.as_at)
    except PeriodError:
        found = None
    return period, stamp, found


def _no_totals() -> pl.DataFrame:
    unknown: dict[str, Any] = {
        name: pl.Series([None] * len(LINE_PAIRS), dtype=pl.Int64)
        for name in ("agree", "differs", "missing", "lines", "heads")
    }
    amounts = {name: pl.Series([None] * len(LINE_PAIRS), dtype=pl.Float64) for name in ("gross_wte", "net_wte")}
    return pl.DataFrame({"pair": [words for _, _, words in LINE_PAIRS.values()], **unknown, **amounts})


def _agreement_title(found: Reconciliation | None) -> str:
    if found is None:
        return "Do the systems agree: the staff list of this month is not loaded"
    if "ledger" in found.not_loaded:
        return "Do the systems agree: no ledger is loaded"
    agreeing, lines = found.agreement
    if lines == 0:
        return "Do the systems agree: nothing can be compared"
    return (
        f"{shown_number(agreeing)} of {shown_number(lines)} lines agree in every system that applies "
        f"({shown_number(100 * agreeing / lines, 1)}%)"
    )


def _notes(found: Reconciliation | None, policy: Policy) -> tuple[str, ...]:
    if found is None:
        return ("No data is not 0%: nothing is said about systems that are not loaded.",)
    return (
        *(f"How far the keys meet: {_match_in_words(row)}." for row in _released_matches(found, policy)),
        *found.warnings,
        "Agreement is judged at 0.01 WTE a line and 0.25 programmed activities a plan unless the settings say "
        "otherwise: the standards print no tolerance. A vacancy is no disagreement; staff on a budget of 0 are.",
    )


def _released_matches(found: Reconciliation, policy: Policy) -> list[dict[str, Any]]:
    """Release match rates: those of people and assignments as counts of people, the others as they are."""
    of_people = found.matches.filter(pl.col("key").is_in(_OF_PEOPLE))
    people = ["matched", "left_only", "right_only", "ambiguous"]
    released = release(of_people, policy=policy, people=people).table
    return [*found.matches.filter(~pl.col("key").is_in(_OF_PEOPLE)).to_dicts(), *released.to_dicts()]


def _match_in_words(row: dict[str, Any]) -> str:
    """Word one row of match rates; what is 0 or was not asked of a side is left out."""
    places = {
        "left_only": f"in {row['left']} alone",
        "right_only": f"in {row['right']} alone",
        "ambiguous": "ambiguous",
    }
    told = [f"{_count(row['matched'])} in both"]
    for name, where in places.items():
        not_asked = row[name] is None and row.get(f"{name}_status", "no_data") == "no_data"
        if row[name] != 0 and not not_asked:
            told.append(f"{_count(row[name])} {where}")
    return f"{row['key']}, {row['left']} and {row['right']}: {', '.join(told)}"


def _count(number: int | None) -> str:
    return "[c]" if number is None else shown_number(number)


def _by_owner(found: Reconciliation | None) -> pl.DataFrame:
    """Count open exceptions by owner and age, with the total; unknown counts where the month is not loaded."""
    owners = list(dict.fromkeys(check.owner for check in checks().values()))
    names = [name for name, _, _ in AGES]
    if found is None:
        unknown = {name: pl.Series([None] * (len(owners) + 1), dtype=pl.Int64) for name in (*names, "total")}
        return pl.DataFrame({"owner": [*owners, "Total"], **unknown})
    waiting = found.exceptions.filter(pl.col("status") == "open")
    band = pl.lit(None, pl.String)
    for name, _, days in reversed(AGES):
        band = pl.when(pl.col("age_days") <= days).then(pl.lit(name)).otherwise(band)
    counted = waiting.with_columns(band=band).group_by("owner").agg(
        *(pl.col("band").eq(name).sum().cast(pl.Int64).alias(name) for name in names)
    )  # fmt: skip
    every = pl.DataFrame({"owner": owners}).join(counted, on="owner", how="left", maintain_order="left").fill_null(0)
    every = every.with_columns(total=pl.sum_horizontal(names)).sort("total", descending=True, maintain_order=True)
    total = every.select(pl.lit("Total").alias("owner"), pl.col(*names, "total").sum())
    return pl.concat([every, total])


def _owner_title(table: pl.DataFrame, *, loaded: bool) -> str:
    if not loaded:
        return "Exceptions between the systems: the staff list of this month is not loaded"
    total = table.filter(pl.col("owner") == "Total")["total"].item()
    if total == 0:
        return "No exception is open between the systems"
    shown = table.filter((pl.col("owner") != "Total") & (pl.col("total") > 0))
    if total is None or shown.is_empty():
        return "Exceptions between the systems: too few to show"
    first = shown.row(0, named=True)
    return (
        f"{shown_number(total)} exceptions are open between the systems, most of them with the "
        f"{first['owner'][0].lower()}{first['owner'][1:]} ({shown_number(first['total'])})"
    )


def _movement_note(found: Reconciliation | None, policy: Policy) -> tuple[str, ...]:
    """Say what was opened and closed since the month end before, in released counts."""
    if found is None or found.movement is None or found.movement.is_empty():
        return ()
    last = release(found.movement.tail(1), policy=policy, people=["opened", "closed"]).table.row(0, named=True)
    return (f"Since the month end before: {_count(last['opened'])} opened, {_count(last['closed'])} closed.",)


RECONCILIATION_EXHIBITS: dict[str, Callable[[Workbench, ExhibitRequest], Exhibit]] = {
    "do_the_systems_agree": do_the_systems_agree,
    "exceptions_by_owner_and_age": exceptions_by_owner_and_age,
}
