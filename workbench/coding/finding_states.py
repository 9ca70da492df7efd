"""The state of each finding: open, or what was decided about it, for as long as that holds."""

from __future__ import annotations

import datetime as dt

import polars as pl

from workbench.coding.decisions import ANSWERS, OPEN_STATES


def with_states(findings: pl.DataFrame, standing: pl.DataFrame, *, on: dt.date) -> pl.DataFrame:
    """Say for each finding whether it is open or what was decided about it, as at a date.

    A decision holds for the values it was made about. Where one of them has changed, the finding is another one, and
    is `reopened` if the earlier one of that rule, subject and field had been decided. An exception hides a finding
    up to and with its last day. A confirmed correction that was made and undone since is reopened too.

    Args:
        findings: Rows of `findings`, with `first_seen` and `age_is_minimum` where they are known.
        standing: The decisions that hold (`Decisions.standing`).
        on: The date that exceptions are judged at.

    Returns:
        The findings with `state`, `is_open`, and `decided_by`, `decided_on`, `reason`, `cause` (the decision's, else
        the rule's), `proposed_code`, `effective_on`, `expires_on` and `decision` (its number).
    """
    for name, unknown in (("first_seen", pl.lit(None, pl.Date)), ("age_is_minimum", pl.lit(None, pl.Boolean))):
        if name not in findings.columns:
            findings = findings.with_columns(unknown.alias(name))
    # Where a finding may be older than was looked, it cannot be said to have come back.
    came_back = (pl.col("first_seen") > pl.col("decided_on")) & ~pl.col("age_is_minimum").fill_null(False)
    decided = standing.select(
        "finding_id",
        "answer",
        "reason",
        "proposed_code",
        "effective_on",
        "expires_on",
        "decided_on",
        decision="number",
        decided_by="person",
        decided_cause="cause",
    )
    place = ["rule_id", "subject_key", "field"]
    # Two findings of one place that stand side by side are two findings; only one that is gone was replaced.
    replaced = standing.filter(~pl.col("finding_id").is_in(findings["finding_id"].to_list()))
    replaced = replaced.select(*place, pl.lit(True).alias("was_decided")).unique(place)
    state = (
        pl.when(pl.col("answer").is_null() & pl.col("was_decided"))
        .then(pl.lit("reopened"))
        .when(pl.col("answer").is_null())
        .then(pl.lit("open"))
        .when((pl.col("answer") == "confirm") & came_back.fill_null(False))
        .then(pl.lit("reopened"))
        .when((pl.col("answer") == "exception") & (pl.col("expires_on") < on))
        .then(pl.lit("reopened"))
        .otherwise(pl.col("answer").replace(ANSWERS))
    )
    joined = findings.join(decided, on="finding_id", how="left", maintain_order="left").join(
        replaced, on=place, how="left", maintain_order="left", nulls_equal=True
    )
    joined = joined.with_columns(state=state, cause=pl.coalesce("decided_cause", "cause"))
    return joined.with_columns(is_open=pl.col("state").is_in(OPEN_STATES)).drop(
        "answer", "was_decided", "decided_cause"
    )
