"""The exhibit of how joining and leaving are handled: four shares of a year, with what stands beside them."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from typing import TYPE_CHECKING

import polars as pl

from workbench.disclosure import Policy, Rate, release
from workbench.exhibits import Column, Exhibit, ExhibitRequest
from workbench.exhibits.cells import WITHHELD, shown_number
from workbench.exhibits.charts import Series, count_bars
from workbench.measures import evaluate
from workbench.measures.catalogue import find_measure
from workbench.periods import last_completed_month_end, shown_date
from workbench.retention.choices import Choices
from workbench.retention.joining_and_leaving import left_with_entries
from workbench.retention.movements import opening_month
from workbench.retention.released import disclosure_note, withheld_cells
from workbench.retention.released_movements import SHORTEST_WINDOW
from workbench.warehouse.snapshot import Snapshot

if TYPE_CHECKING:
    from workbench.workbench import Workbench

#: What is shown: a measure and its options, under these words.
COMPLETED = "Transfer of the ESR record completed"
IN_TIME = "Transfer completed by the first day"
SHARES: tuple[tuple[str, str, dict[str, str]], ...] = (
    (COMPLETED, "iat_use", {}),
    (IN_TIME, "iat_use", {"timing": "by_start"}),
    ("Leavers entered after the leaving date", "leavers_entered_late", {}),
    ("On the bank within 90 days of leaving", "bank_after_leaving", {}),
    ("Retired and started here again", "retire_and_return", {}),
)
COLUMNS = (
    Column("what", "What"),
    Column("numerator", "People", "count", unit="people"),
    Column("denominator", "Of", "count", unit="people"),
    Column("share", "Share", "percent"),
)


def joining_and_leaving_process(workbench: Workbench, request: ExhibitRequest) -> Exhibit:
    """How joining and leaving are handled over the window, for the whole organisation.

    Shares of a service would rest on so few people that nearly all were withheld, so a filter does not apply here.
    """
    choices = Choices.of(request.options)
    month = last_completed_month_end(request.as_at)
    months = _window(choices)
    table = released_shares(workbench.snapshot, workbench.policy, request.organisation, month, months)
    withheld = withheld_cells(table, ["numerator", "denominator"])
    stamp = workbench.stamp(request.organisation, request.as_at)
    drawing = count_bars(
        table.with_columns(below=_fractions(table)),
        category="what",
        parts=[Series("share", "Share")],
        total="share",
        unit="per cent",
        subject="Joining and leaving, how they are handled",
        stamp=stamp,
        below="below",
    )
    opening = opening_month(month, months)
    return Exhibit(
        id="joining_and_leaving_process",
        question="Are joining and leaving recorded in time, and who comes back in another way?",
        title=_finding(table, month, months),
        caption=f"Starters and leavers by recorded date, {shown_date(opening)} to {shown_date(month)}. No official "
        "targets were found, so none are drawn.",
        table=table,
        columns=COLUMNS,
        figure=drawing.figure,
        alt=drawing.alt,
        measures=tuple(dict.fromkeys(measure for _, measure, _ in SHARES)),
        notes=(
            *exposure_note(workbench.snapshot, workbench.policy, request.organisation, opening, month),
            "Doctors and dentists in training are out of the transfers, because they rotate by plan. Those on the bank "
            "and those who retired and returned are leavers from the substantive staff all the same.",
            *choices.not_followed("window_months"),
            *disclosure_note(withheld, workbench.policy),
        ),
        stamp=stamp,
        withheld=withheld,
    )


@lru_cache(maxsize=32)
def released_shares(snapshot: Snapshot, policy: Policy, organisation: str, month: dt.date, months: int) -> pl.DataFrame:
    """Return numerator, denominator and share of each measure shown, as the audience may see them."""
    rows = []
    for what, measure, options in SHARES:
        frame = evaluate(
            snapshot, measure, organisation=organisation, as_at=month, options={**options, "window_months": months}
        ).frame
        rows.append({"what": what, **frame.select("numerator", "denominator").row(0, named=True)})
    numbers = pl.DataFrame(rows, schema=["what", "numerator", "denominator"], orient="row").with_columns(
        pl.col("numerator", "denominator").cast(pl.Int64)
    )
    # Transfers completed in time are a part of those completed at all: what is left over, the late ones, is guarded.
    in_time = numbers.filter(pl.col("what") == IN_TIME)["numerator"].item()
    numbers = numbers.filter(pl.col("what") != IN_TIME).with_columns(
        in_time=pl.when(pl.col("what") == COMPLETED).then(pl.lit(in_time, pl.Int64))
    )
    released = release(
        numbers,
        policy=policy,
        people=["numerator", "denominator", "in_time"],
        rates={"share": Rate("numerator", "denominator"), "share_in_time": Rate("in_time", "denominator")},
        by=["what"],
        parts={"denominator": ("numerator",), "numerator": ("in_time",)},
    ).table
    # Where nearly all were transferred, the share in time would say nearly the same.
    hidden = pl.col("numerator_status").is_in(["primary", "secondary"])
    second = released.filter(pl.col("what") == COMPLETED).select(
        pl.lit(IN_TIME).alias("what"),
        pl.when(~hidden).then("in_time").alias("numerator"),
        "denominator",
        *(
            pl.when(hidden).then("numerator_status").otherwise(f"{name}_status").alias(f"{into}_status")
            for name, into in (("in_time", "numerator"), ("share_in_time", "share"))
        ),
        "denominator_status",
        pl.when(~hidden).then("share_in_time").alias("share"),
    )
    order = pl.col("what").replace_strict({what: n for n, (what, _, _) in enumerate(SHARES)})
    columns = second.columns
    return pl.concat([released.select(columns), second]).sort(order)


def exposure_note(
    snapshot: Snapshot, policy: Policy, organisation: str, opening: dt.date, month: dt.date
) -> tuple[str, ...]:
    """Estimate the pay at risk of leavers entered late, in FTE days, and say how often notice is recorded.

    Days between the leaving date and the entry times the FTE on the last list. The extracts hold no pay, and whether
    any was paid is not known: an estimate of exposure, not of overpayment.
    """
    window = left_with_entries(snapshot, organisation).filter(
        pl.col("leaving_date") > opening, pl.col("leaving_date") <= month
    )
    late = window.filter(pl.col("entered_date") > pl.col("leaving_date"))
    if not window.height:
        return ()
    days = (pl.col("entered_date") - pl.col("leaving_date")).dt.total_days()
    told = late.select(days=days.median(), exposure=(days * pl.col("fte")).sum()).row(0, named=True)
    notice = window.filter(pl.col("notice_date").is_not_null(), pl.col("entered_date").is_not_null())
    lag = notice.select((pl.col("entered_date") - pl.col("notice_date")).dt.total_days().median()).item()
    people = pl.DataFrame({"late": [late.height], "notice": [notice.height], "left": [window.height]})
    parts = {"left": ("notice",)}
    shown = release(people, policy=policy, people=["late", "notice", "left"], parts=parts).table
    few = [shown[name].item() is None for name in ("late", "notice")]
    late_words = (
        "The leavers entered late were entered a median of "
        f"{WITHHELD if few[0] else shown_number(told['days'])} days after they had left; pay at risk, as an estimate: "
        f"{WITHHELD if few[0] else shown_number(policy.rounded(told['exposure']))} FTE days."
        if late.height
        else "Nobody was entered late."
    )
    notice_words = (
        "Days from notice to entry are withheld."
        if few[1]
        else f"Notice is recorded for {shown_number(100 * notice.height / window.height)}% of leavings; from notice to "
        f"entry a median of {shown_number(lag)} days."
        if notice.height
        else "Notice is recorded for none of the leavings."
    )
    return (late_words, notice_words)


def _window(choices: Choices) -> int:
    """Return the months of the window: twelve, unless one of the longer windows of the measures is chosen."""
    allowed = find_measure("iat_use").options
    windows = next(option.allowed for option in allowed if option.name == "window_months")
    return choices.window_months if str(choices.window_months) in windows else SHORTEST_WINDOW


def _fractions(table: pl.DataFrame) -> pl.Series:
    """Word each share as a fraction, where both of its numbers may be seen."""
    pairs = table.select("numerator", "denominator").rows()
    return pl.Series(
        ["" if None in pair else f"{shown_number(pair[0])} of {shown_number(pair[1])} people" for pair in pairs],
        dtype=pl.String,
    )


def _finding(table: pl.DataFrame, month: dt.date, months: int) -> str:
    rows = {row["what"]: row for row in table.to_dicts()}
    transfer, late = rows[SHARES[0][0]], rows[SHARES[2][0]]
    parts = []
    if transfer["share"] is not None:
        parts.append(f"{shown_number(transfer['share'])}% of records from other ESR employers were transferred")
    if late["share"] is not None:
        parts.append(f"{shown_number(late['share'])}% of leavers were entered after they had left")
    if parts:
        window = "year" if months == SHORTEST_WINDOW else f"{months} months"
        return f"In the {window} to {month:%B %Y} {' and '.join(parts)}"
    if any(row["share_status"] in ("primary", "secondary") for row in (transfer, late)):
        return f"How joining and leaving were handled to {month:%B %Y} is withheld, because it would describe too few"
    return f"How joining and leaving were handled to {month:%B %Y} is not known: the extracts it needs are not loaded"
