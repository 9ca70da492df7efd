"""The exhibits of the retention page: staff in post, who came and went, sickness absence among peers.

Every table passes disclosure control before a title is worded or a chart is drawn, so title, chart, table and text
alternative can only say what the audience may see.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import TYPE_CHECKING

import polars as pl

from workbench.benchmarking.published_peers import PUBLISHED_SOURCE
from workbench.disclosure import release
from workbench.exhibits import Column, Exhibit, ExhibitRequest, Stamp
from workbench.exhibits.charts import Drawing, Series, month_lines, paired_bars, peer_range
from workbench.periods import last_completed_month_end, shown_date
from workbench.retention.absence_peers import peers_in_words
from workbench.retention.career_exhibits import EXHIBITS as CAREER_EXHIBITS
from workbench.retention.choices import Choices
from workbench.retention.findings import flows_finding, headcount_finding, peers_finding
from workbench.retention.flow_exhibits import EXHIBITS as FLOW_EXHIBITS
from workbench.retention.monthly import (
    missing_months,
    one_group,
    outside_population,
)
from workbench.retention.movement_exhibits import reasons_for_leaving, where_from_where_to
from workbench.retention.process_exhibit import joining_and_leaving_process
from workbench.retention.projection_exhibits import EXHIBITS as PROJECTION_EXHIBITS
from workbench.retention.rate_exhibits import RATE_EXHIBITS
from workbench.retention.released import (
    disclosure_note,
    released_among_peers,
    released_in_post,
    released_monthly_flows,
    released_yearly_flows,
    withheld_cells,
)
from workbench.retention.tenure_exhibits import EXHIBITS as TENURE_EXHIBITS
from workbench.retention.variation_exhibits import EXHIBITS as VARIATION_EXHIBITS

if TYPE_CHECKING:
    from workbench.workbench import Workbench

FLOW_COLUMNS: tuple[Column, ...] = (
    Column("month", "Month end", "month"),
    Column("joiners_month", "Joined in the month", "count", unit="people"),
    Column("leavers_month", "Left in the month", "count", unit="people"),
    Column("joiners_year", "Joined in the year", "count", unit="people"),
    Column("leavers_year", "Left in the year", "count", unit="people"),
)
FLOWS_COUNTED = (
    "Counted as NHS England publishes: going on maternity leave or career break is leaving active service, coming "
    "back is joining it. A year's count is not the sum of its months, because someone who joins and leaves within "
    "the year is in neither."
)
PEER_COLUMNS = (
    Column("month", "Month", "month"),
    Column("own", "This organisation", "percent", decimals=2),
    Column("lowest", "Lowest of peers", "percent", decimals=2),
    Column("lower_quartile", "Lower quartile", "percent", decimals=2),
    Column("median", "Median", "percent", decimals=2),
    Column("upper_quartile", "Upper quartile", "percent", decimals=2),
    Column("highest", "Highest", "percent", decimals=2),
    Column("organisations", "Organisations", "count"),
)


def headcount_by_month(workbench: Workbench, request: ExhibitRequest) -> Exhibit:
    """How many staff are in post, in people and FTE, at each of the last 25 month ends."""
    choices = Choices.of(request.options)
    month = last_completed_month_end(request.as_at)
    released = released_in_post(workbench.snapshot, workbench.policy, request.organisation, month, choices.dimension)
    table = one_group(released, choices.group_filter)
    withheld = withheld_cells(table, ["headcount"])
    stamp = workbench.stamp(request.organisation, request.as_at, choices.scope)
    drawing = month_lines(
        table,
        month="month",
        series=[Series("headcount", "Headcount"), Series("fte", "FTE")],
        unit="people, FTE",
        subject="Staff in post at each month end",
        stamp=stamp,
    )
    finding = headcount_finding(table.rows(named=True), month, about=bool(workbench.policy.round_to))
    return Exhibit(
        id="headcount_by_month",
        question="How many staff are in post, and is the number growing?",
        title=choices.titled(finding),
        caption="People employed and their contracted FTE at each month end; contract types fixed term, locum and "
        "permanent, with those on maternity leave, career break or secondment.",
        table=table,
        columns=(
            Column("month", "Month end", "month"),
            Column("headcount", "Headcount", "count", unit="people"),
            Column("fte", "FTE", "fte", unit="FTE"),
        ),
        figure=drawing.figure,
        alt=drawing.alt,
        measures=("headcount", "fte"),
        notes=(
            *choices.not_followed("group"),
            *_coverage(workbench, request),
            *_left_out(workbench, request, month),
            *disclosure_note(withheld, workbench.policy),
        ),
        stamp=stamp,
        withheld=withheld,
    )


def joiners_and_leavers_by_month(workbench: Workbench, request: ExhibitRequest) -> Exhibit:
    """Who came into and left active service: in each month, and in the year to each month end.

    The chart draws the year to each month end, because a service, or a trust of several hundred people, has so few
    leavers in one month that most months would be withheld from a lead, and the ones shown would mostly be chance.
    Single months stand in the table of the whole organisation only; where less than a year is loaded they are drawn
    instead. Joiners and leavers of one window are withheld together: their difference is the change in active
    staff, so one gives the other away.
    """
    choices = Choices.of(request.options)
    month = last_completed_month_end(request.as_at)
    whose = (workbench.snapshot, workbench.policy, request.organisation, month)
    table = one_group(released_yearly_flows(*whose, choices.dimension), choices.group_filter)
    columns = (FLOW_COLUMNS[0], *FLOW_COLUMNS[3:])
    if choices.is_whole:
        columns = FLOW_COLUMNS
        table = table.join(released_monthly_flows(*whose), on="month", how="left").sort("month")
    withheld = withheld_cells(table, [column.name for column in columns[1:]])
    stamp = workbench.stamp(request.organisation, request.as_at, choices.scope)
    drawing, drawn = _flows_drawing(table, stamp)
    finding = flows_finding(table.rows(named=True), month, about=bool(workbench.policy.round_to))
    return Exhibit(
        id="joiners_and_leavers_by_month",
        question="How many people come and go?",
        title=choices.titled(finding),
        caption="People in active service at one month end and not at the other, a year or a month apart. "
        f"The chart shows {drawn}.",
        table=table,
        columns=columns,
        figure=drawing.figure,
        alt=drawing.alt,
        measures=("joiners", "leavers"),
        notes=(
            FLOWS_COUNTED,
            *_group_note(choices),
            *choices.not_followed("group"),
            *_coverage(workbench, request),
            *disclosure_note(withheld, workbench.policy),
        ),
        stamp=stamp,
        withheld=withheld,
    )


def sickness_absence_peers(workbench: Workbench, request: ExhibitRequest) -> Exhibit:
    """The organisation's own sickness absence among the published rates of organisations of its type.

    Only months are shown that have both. Published figures know whole organisations only, so a filter by service or
    staff group does not apply here, and the note says so.
    """
    choices = Choices.of(request.options)
    month = last_completed_month_end(request.as_at)
    table = released_among_peers(workbench.snapshot, workbench.policy, request.organisation, month)
    peers = peers_in_words(workbench.snapshot, request.organisation)
    withheld = withheld_cells(table, ["own"])
    stamp = workbench.stamp(request.organisation, request.as_at)
    drawing = peer_range(
        table,
        month="month",
        own="own",
        lower="lower_quartile",
        median="median",
        upper="upper_quartile",
        unit="per cent of FTE days",
        subject="Sickness absence rate",
        stamp=stamp,
        peers_label=peers,
    )
    return Exhibit(
        id="sickness_absence_peers",
        question="Is sickness absence unusual among similar organisations?",
        title=peers_finding(table.rows(named=True), peers),
        caption=f"FTE days lost to sickness as a percentage of FTE days available: this organisation's extracts, and "
        f"the published rates of {peers}.",
        table=table,
        columns=PEER_COLUMNS,
        figure=drawing.figure,
        alt=drawing.alt,
        measures=("sickness_absence_rate",),
        notes=(
            f"Peers: {PUBLISHED_SOURCE}, each organisation counting once; quartiles by linear interpolation.",
            "This organisation: absence episodes over the FTE at the month end times the days of the month, an "
            "approximation that the published statistics do not need; small differences mean nothing.",
            *_peer_coverage(table, choices),
            *choices.not_followed("group"),
            *disclosure_note(withheld, workbench.policy),
        ),
        stamp=stamp,
        withheld=withheld,
    )


def _flows_drawing(table: pl.DataFrame, stamp: Stamp) -> tuple[Drawing, str]:
    """Draw the year to each month end, or single months where less than a year is loaded, and say which."""
    if "leavers_month" not in table.columns or not (table["leavers_year_status"] == "no_data").all():
        drawing = month_lines(
            table.filter(pl.col("leavers_year_status") != "no_data"),
            month="month",
            series=[Series("joiners_year", "Joiners"), Series("leavers_year", "Leavers")],
            unit="people",
            subject="Joiners and leavers in the year to each month end",
            stamp=stamp,
        )
        return drawing, "the year to each month end"
    drawing = paired_bars(
        table,
        month="month",
        above=Series("joiners_month", "Joiners"),
        below=Series("leavers_month", "Leavers"),
        unit="people",
        subject="Joiners and leavers in each month",
        stamp=stamp,
    )
    return drawing, "single months"


def _coverage(workbench: Workbench, request: ExhibitRequest) -> tuple[str, ...]:
    missing = missing_months(workbench.snapshot, organisation=request.organisation, as_at=request.as_at)
    if not missing:
        return ()
    months = ", ".join(shown_date(month) for month in missing)
    return (f"No staff list is loaded for {months}; nothing is claimed about {'it' if len(missing) == 1 else 'them'}.",)


def _left_out(workbench: Workbench, request: ExhibitRequest, month: dt.date) -> tuple[str, ...]:
    """Count those outside the population, for the whole organisation, under the same disclosure control."""
    outside = outside_population(workbench.snapshot, organisation=request.organisation, as_at=request.as_at)
    released = release(outside, policy=workbench.policy, people=["people"], by=["contract_type"]).table
    parts = [
        f"{row['contract_type']} {'[c]' if row['people'] is None else format(row['people'], ',')}"
        for row in released.iter_rows(named=True)
    ]
    if not parts:
        return ()
    return (f"People with other contracts, not counted above, in the whole organisation at {shown_date(month)}: "
            f"{', '.join(parts)}.",)  # fmt: skip


def _group_note(choices: Choices) -> tuple[str, ...]:
    if choices.is_whole:
        return ()
    return ("Leavers stand in the group they were in at the opening month end, joiners in that at the closing one; "
            "a move between groups is neither.",)  # fmt: skip


def _peer_coverage(table: pl.DataFrame, choices: Choices) -> tuple[str, ...]:
    notes = []
    if not choices.is_whole:
        notes.append("Whole organisation: the published figures cannot be narrowed down to a service or staff group.")
    if table.height:
        months = table["month"].to_list()
        notes.append(f"Months with both figures: {months[0]:%B %Y} to {months[-1]:%B %Y} ({len(months)}).")
    return tuple(notes)


EXHIBITS: dict[str, Callable[[Workbench, ExhibitRequest], Exhibit]] = {
    "headcount_by_month": headcount_by_month,
    "joiners_and_leavers_by_month": joiners_and_leavers_by_month,
    "sickness_absence_peers": sickness_absence_peers,
    "where_from_where_to": where_from_where_to,
    "reasons_for_leaving": reasons_for_leaving,
    "joining_and_leaving_process": joining_and_leaving_process,
    **TENURE_EXHIBITS,
    **FLOW_EXHIBITS,
    **VARIATION_EXHIBITS,
    **RATE_EXHIBITS,
    **CAREER_EXHIBITS,
    **PROJECTION_EXHIBITS,
}
