"""The seven steps of the published guide to better AHP coding, each with what the data say about it."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import polars as pl

from workbench.coding.finding_counts import QUERIES, by_cause, by_step
from workbench.coding.finding_exhibits import (
    NOTE_OF_DECISIONS,
    NOTE_OF_RECORDS,
    PARTS,
    empty_severities,
    findings_asked,
    release_severities,
)
from workbench.coding.findings import coverage
from workbench.coding.rules import CAUSES, STEPS, rules
from workbench.coding.steps import standing_steps, with_overdue
from workbench.coding.tracker import of_step
from workbench.disclosure import Rate, Released, release
from workbench.exhibits import Column, Exhibit, ExhibitRequest
from workbench.exhibits.cells import WITHHELD_STATUSES, shown_cell, shown_number
from workbench.exhibits.charts import count_bars
from workbench.exhibits.charts.drawing import list_in_words
from workbench.periods import shown_date

if TYPE_CHECKING:
    from workbench.disclosure import Policy
    from workbench.warehouse.snapshot import Snapshot
    from workbench.workbench import Workbench

#: A log-in within so many days counts as regular use. Our choice: the guide names no interval.
RECENT_DAYS = 90
#: What each step asks, in the words of NHS Improvement's guide of February 2019, shortened.
ASKS = {
    1: "Do managers and supervisors log in and keep their work structures right?",
    2: "Are staff enabled to see their own data and to suggest changes?",
    3: "Can you identify all your staff, and do their codes show their profession?",
    4: "Do ESR, ledger and establishment agree, and are they checked regularly?",
    5: "Is a record right first time, and are new and changed posts coded?",
    6: "Are reporting lines right, and what is the root cause of what is wrong?",
    7: "Is every step done, with an owner, and followed up?",
}


def seven_steps(workbench: Workbench, request: ExhibitRequest) -> Exhibit:
    """Where do we stand on the seven steps?

    Options: `service` (one service only; owners and dates are the organisation's).
    """
    period, stamp, found = findings_asked(workbench, request)
    counted = by_step(found) if found is not None else empty_severities("step", list(STEPS))
    # A step that no rule belongs to was not asked about: that is no zero.
    with_rules = {rule.step for rule in rules().values()}
    counts = ("errors", "reviews", "to_do", "information")
    counted = counted.with_columns(
        pl.when(pl.col("step").is_in(list(with_rules))).then(name).alias(name) for name in counts
    )
    released = release_severities(counted, workbench.policy)
    withheld = released.withheld
    standing = with_overdue(standing_steps(workbench.settings, request.organisation), request.as_at)
    if found is None:
        said = dict.fromkeys(STEPS, "The staff list of this month is not loaded.")
        notes: tuple[str, ...] = ()
    else:
        use = self_service_use(workbench.snapshot, request, period, workbench.policy)
        causes = release(by_cause(found, list(CAUSES)), policy=workbench.policy, people=["records"])
        withheld += causes.withheld + (use.withheld if use else 0)
        said = _what_the_data_say(workbench, request.organisation, period, released, use, causes)
        notes = tuple(dict.fromkeys((*released.notes, *causes.notes, *(use.notes if use else ()))))
    table = released.table.with_columns(
        name=pl.col("step").replace_strict({step: f"{step} {name}" for step, name in STEPS.items()}),
        asks=pl.col("step").replace_strict(ASKS),
        data_say=pl.col("step").replace_strict(said),
        by_whom=pl.col("step").replace_strict({step: of_step(standing, step) for step in STEPS}),
    )
    drawing = count_bars(
        table.filter(pl.col("step").is_in(list(with_rules))),
        category="name",
        parts=PARTS,
        total="to_do",
        unit="records to put right",
        subject="Records to put right, by step of the guide",
        stamp=stamp,
    )
    return Exhibit(
        id="seven_steps",
        question="Where do we stand on the seven steps?",
        title=_title(table, loaded=found is not None),
        caption=(
            f"The seven steps to better AHP data (NHS Improvement, 2019), each with what the data say at "
            f"{shown_date(period)}. Steps without rules of their own are in the table only."
        ),
        table=table,
        columns=(
            Column("name", "Step"),
            Column("to_do", "To put right", "count", "records"),
            Column("information", "Information only", "count", "records"),
            Column("data_say", "What the data say"),
            Column("by_whom", "Who, and by when"),
            Column("asks", "What it asks"),
        ),
        figure=drawing.figure,
        alt=drawing.alt,
        measures=(),
        notes=(
            _note_of_items(standing),
            f"Regular use of self-service: a log-in within {RECENT_DAYS} days, a choice of our own.",
            NOTE_OF_RECORDS,
            NOTE_OF_DECISIONS,
            *notes,
        ),
        stamp=stamp,
        withheld=withheld,
    )


def _note_of_items(standing: pl.DataFrame) -> str:
    overdue, unowned = standing.filter(pl.col("days_overdue") > 0).height, standing["owner"].null_count()
    return (
        "Data answer a part of each step only; who does it and by when is stated by the team (`workbench steps`). Of "
        f"{standing.height} items of the checklist {overdue or 'none'} {'is' if overdue < 2 else 'are'} overdue and "
        f"{unowned or 'none'} {'is' if unowned < 2 else 'are'} without an owner."
    )


def self_service_use(snapshot: Snapshot, request: ExhibitRequest, period: dt.date, policy: Policy) -> Released | None:
    """Count who used self-service lately, released; None where the list of this month is not loaded.

    Returns:
        One row: `staff`, `staff_recent`, `staff_not`, `managers`, `managers_recent`, `managers_not` and the shares
        `staff_share` and `managers_share` in per cent.
    """
    rows = snapshot.query(
        QUERIES / "self_service_use.sql",
        organisation=request.organisation,
        period=period,
        service=request.options.get("service", ""),
        since=period - dt.timedelta(days=RECENT_DAYS),
    )
    if rows.is_empty():
        return None
    counted = rows.with_columns(
        staff_not=pl.col("staff") - pl.col("staff_recent"),
        managers_not=pl.col("managers") - pl.col("managers_recent"),
    )
    return release(
        counted,
        policy=policy,
        people=counted.columns,
        parts={f"{who}": (f"{who}_recent", f"{who}_not") for who in ("staff", "managers")},
        rates={f"{who}_share": Rate(f"{who}_recent", who) for who in ("staff", "managers")},
    )


def _what_the_data_say(
    workbench: Workbench, organisation: str, period: dt.date, steps: Released, use: Released | None, causes: Released
) -> dict[int, str]:
    asked = coverage(workbench.snapshot, organisation, period)
    said = {
        row["step"]: _rules_in_words(row, asked) for row in steps.table.iter_rows(named=True) if row["step"] in ASKS
    }
    managers, staff = _use_in_words(use, "managers"), _use_in_words(use, "staff")
    said[1] = f"{managers} {said[1]}".strip()
    said[2] = staff
    said[6] = f"{_causes_in_words(causes)} Reporting lines: see step 1."
    left = [row["step"] for row in steps.table.iter_rows(named=True) if row["to_do"]]
    said[7] = (
        f"Still to put right in step{'s' * (len(left) > 1)} {list_in_words([str(step) for step in left])}."
        if left
        else "The data name nothing that is left to put right, or too little to show."
    )
    return said


def _rules_in_words(row: dict[str, Any], asked: pl.DataFrame) -> str:
    of_step = [rule.id for rule in rules().values() if rule.step == row["step"]]
    if not of_step:
        return "No rule asks about this step."
    ran = asked.filter(pl.col("rule_id").is_in(of_step), pl.col("state") == "ran")["rule_id"].to_list()
    missing = asked.filter(pl.col("rule_id").is_in(of_step), pl.col("state") != "ran")
    if not ran:
        return f"No feed: {_extracts(missing)} not loaded, so nothing can be said."
    if row["to_do_status"] in WITHHELD_STATUSES:
        found = "a few records to put right, too few to show"
    elif not row["to_do"]:
        found = "nothing to put right"
    else:
        parts = [
            f"{shown_cell('count', row[name], row[f'{name}_status'])} {word}"
            for name, word in (("errors", "with an error"), ("reviews", "to be reviewed"))
        ]
        found = f"{shown_number(row['to_do'])} records to put right ({', '.join(parts)})"
    many = "1 rule was" if len(ran) == 1 else f"{len(ran)} rules were"
    unasked = f" No feed for {len(missing)} more: {_extracts(missing)} not loaded." if not missing.is_empty() else ""
    return f"{many} asked: {found}.{unasked}"


def _extracts(missing: pl.DataFrame) -> str:
    names = sorted({name for names in missing["missing"] for name in names.split(", ") if name})
    return list_in_words([name.replace("_", " ") for name in names]) if names else "an extract is"


def _use_in_words(use: Released | None, who: str) -> str:
    if use is None:
        return "No feed: the self-service list of this month is not loaded."
    row = use.table.row(0, named=True)
    named = {"managers": "people with manager self-service", "staff": "staff on the self-service list"}[who]
    status = row[f"{who}_share_status"]
    if status == "not_applicable":
        return f"No {named}."
    if row[f"{who}_share"] is None:
        return f"Too few {named} to show how many logged in."
    return (
        f"{shown_number(row[f'{who}_share'], 1)}% of {shown_number(row[who])} {named} logged in within "
        f"{RECENT_DAYS} days."
    )


def _causes_in_words(causes: Released) -> str:
    known = causes.table.filter(pl.col("records") > 0).sort("records", descending=True, maintain_order=True)
    if known.is_empty():
        return "No root cause stands out."
    parts = [f"{CAUSES[row['cause']]} {shown_number(row['records'])}" for row in known.iter_rows(named=True)]
    return f"Records by assumed root cause: {', '.join(parts)}."


def _title(table: pl.DataFrame, *, loaded: bool) -> str:
    if not loaded:
        return "The seven steps: the staff list of this month is not loaded"
    known = table.filter(pl.col("to_do") > 0)
    if known.is_empty():
        return "The seven steps: the data name nothing to put right, or too little to show"
    most = known.sort("to_do", descending=True, maintain_order=True).row(0, named=True)
    silent = table.filter(pl.col("data_say").str.starts_with("No feed")).height
    gap = f"; no feed for {silent} of the seven" if silent else ""
    return f"Step {most['name']} has the most to put right: {shown_number(most['to_do'])} records{gap}"
