"""The coding review of one organisation at one date: findings, what is suggested, what was decided, and their age."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import polars as pl

from workbench.coding.decisions import standing_decisions
from workbench.coding.finding_states import with_states
from workbench.coding.findings import coverage
from workbench.coding.kept_findings import findings_kept, with_age
from workbench.coding.local_settings import CodingSettings
from workbench.coding.suggestions import position_suggestions, suggestions
from workbench.errors import PeriodError
from workbench.measures.coverage import months_loaded
from workbench.periods import last_completed_month_end, shown_date
from workbench.settings import Settings
from workbench.warehouse.snapshot import Snapshot

#: Families of rules that doubt a code; findings of other rules are not put right by another code.
CODE_RULES = ("COD", "CON", "POP", "POS")
SUGGESTED = ("suggested_code", "confidence", "reasons", "candidates")


@dataclass(frozen=True)
class Review:
    """What a review found, with what it rests on.

    `findings` holds the findings of `period`, and those of the month before that are gone since (state `fixed`: put
    right, or their subject left). `coverage` says which rules could be asked. `as_at` is the date that exceptions are
    judged at; `period` the last month end loaded by then.
    """

    organisation: str
    as_at: dt.date
    period: dt.date
    snapshot: str
    findings: pl.DataFrame
    coverage: pl.DataFrame

    @property
    def open(self) -> pl.DataFrame:
        """The findings that wait for an answer."""
        return self.findings.filter("is_open")


def review(snapshot: Snapshot, settings: Settings, *, organisation: str, as_at: dt.date) -> Review:
    """Look at an organisation's coding at a date and say what is doubtful, since when, and what was decided.

    Nothing is corrected: each finding is a question to a person. Codes are suggested where the evidence bears it.
    See docs/coding_review.md.

    Returns:
        The review; its findings are sorted by rule, subject and field, and hold the columns of `findings` with
        `suggested_code`, `confidence`, `reasons`, `candidates`, `first_seen`, `last_seen`, `age_months`,
        `age_is_minimum`, and those of `with_states`.

    Raises:
        PeriodError: the month that ends by the date is not loaded.
    """
    local = CodingSettings.of(settings)
    period = last_completed_month_end(as_at)
    months = [month for month in months_loaded(snapshot, organisation) if month <= period]
    if period not in months:
        loaded = f"The last month before it is {shown_date(months[-1])}." if months else "No earlier month is loaded."
        raise PeriodError(
            f"The month that ends on {shown_date(period)} is not loaded for {organisation!r}. {loaded} "
            "See `workbench status`."
        )
    standing = standing_decisions(settings, organisation)
    asked = coverage(snapshot, organisation, period)
    now = with_suggestions(
        _told(snapshot, settings, organisation, months, local, standing, as_at),
        suggestions(snapshot, organisation, period, local),
    )
    if len(months) > 1:
        before = _told(snapshot, settings, organisation, months[:-1], local, standing, as_at)
        # A finding whose values changed was not put right, nor was one of a rule that could not be asked this time.
        gone = before.join(now, on=["rule_id", "subject_key", "field"], how="anti", nulls_equal=True).filter(
            pl.col("rule_id").is_in(asked.filter(pl.col("state") == "ran")["rule_id"].to_list()),
        )
        gone = gone.with_columns(state=pl.lit("fixed"), is_open=pl.lit(False))
        now = pl.concat([now, gone], how="diagonal")
    return Review(
        organisation,
        as_at,
        period,
        snapshot.id,
        now.sort("rule_id", "subject_key", "field", "finding_id"),
        asked,
    )


def _told(
    snapshot: Snapshot,
    settings: Settings,
    organisation: str,
    months: list[dt.date],
    local: CodingSettings,
    standing: pl.DataFrame,
    as_at: dt.date,
) -> pl.DataFrame:
    found = findings_kept(snapshot, settings, organisation, months[-1], local)
    aged = with_age(found, snapshot, settings, organisation=organisation, months=months, local=local)
    aged = aged.with_columns(last_seen=pl.lit(months[-1], pl.Date))
    return with_states(aged, standing, on=as_at)


def with_suggestions(found: pl.DataFrame, by_assignment: pl.DataFrame) -> pl.DataFrame:
    """Say beside each finding about a code which code the evidence points to, or why none can be named.

    Findings about an assignment bear that assignment's suggestion; findings about a position bear one only where all
    its holders point to the same code. Findings about something else, such as a missing supervisor, bear none: the
    code is not what is to be put right there.

    Args:
        found: Findings, one row each.
        by_assignment: The frame of `suggestions` for the same organisation and month.
    """
    of_assignments = by_assignment.select("assignment_key", *SUGGESTED).unique("assignment_key", keep="none")
    by_position = position_suggestions(by_assignment).with_columns(reasons=pl.col("declined"))
    of_positions = by_position.select("position_number", *SUGGESTED)
    is_about_a_code = pl.col("rule_id").str.slice(0, 3).is_in(CODE_RULES)
    on_assignment = is_about_a_code & pl.col("assignment_key").is_not_null()
    on_position = is_about_a_code & pl.col("assignment_key").is_null() & pl.col("position_number").is_not_null()
    return pl.concat(
        [
            found.filter(on_assignment).join(of_assignments, on="assignment_key", how="left"),
            found.filter(on_position).join(of_positions, on="position_number", how="left"),
            found.filter(~on_assignment & ~on_position),
        ],
        how="diagonal",
    )
