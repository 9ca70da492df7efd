"""How many records wait to be put right: by rule and profession, by way of putting right, by step, by month.

A record is a person, a position, a reporting loop or a line of another list: whatever a rule asks about. It counts
once in a cell however many findings it has there, so that a cell of five never describes fewer than five records.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

import polars as pl

from workbench.coding.decisions import Decisions
from workbench.coding.finding_states import with_states
from workbench.coding.kept_findings import findings_kept
from workbench.coding.local_settings import CodingSettings
from workbench.coding.rules import ROUTES, STEPS
from workbench.professions import ARTS_UNDIVIDED, DISPUTED, NOT_EVIDENCED, profession_records
from workbench.settings import Settings
from workbench.warehouse.snapshot import Snapshot

QUERIES = Path(__file__).parent / "queries"

#: States in which a record still has to be put right: a confirmed finding does until its correction is in ESR.
UNSETTLED = ("open", "reopened", "accepted")
SEVERITIES = {"errors": "E", "reviews": "R", "information": "I"}
#: Severities that ask for something to be done; information asks for nothing.
TO_DO = ("E", "R")
ARTS, NO_PROFESSION = "Arts therapies", "No AHP named"
#: Ways of putting right that change the position, and so are one piece of work for all who hold it.
_BY_POSITION = ("P", "N", "M", "C")


def unsettled_findings(
    snapshot: Snapshot, settings: Settings, organisation: str, period: dt.date, *, on: dt.date, service: str = ""
) -> pl.DataFrame:
    """Return the findings of a month end that nobody has settled: neither rejected nor excepted.

    Args:
        snapshot: the warehouse as it stood after one load.
        settings: this installation, whose decisions and local choices hold.
        organisation: code of the organisation.
        period: the month end.
        on: the date at which exceptions are judged.
        service: only findings in this service; all when empty.
    """
    found = findings_kept(snapshot, settings, organisation, period, CodingSettings.of(settings))
    if (settings.home / "decisions" / "coding.sqlite").exists():
        stated = with_states(found, Decisions.of(settings).standing(organisation), on=on)
        found = stated.filter(pl.col("state").is_in(UNSETTLED))
    return found.filter(pl.col("service") == service) if service else found


def profession_columns() -> dict[str, str]:
    """List the columns of a grid by profession: the short label of each by the name of its column.

    The arts therapies share one column, because their occupation code does not tell them apart.
    """
    short = [record.short_label for record in profession_records() if not record.is_arts_therapy]
    labels = [ARTS, *short, DISPUTED, NOT_EVIDENCED, NO_PROFESSION]
    return {f"profession_{number}": label for number, label in enumerate(labels)}


def by_rule_and_profession(found: pl.DataFrame) -> pl.DataFrame:
    """Count the records with an error or a review by rule and profession.

    Returns:
        One row per rule that found any, in order of its id: `rule_id`, the columns of `profession_columns`, and
        `total`, their sum. Someone with two professions counts in both.
    """
    columns = profession_columns()
    arts = [record.label for record in profession_records() if record.is_arts_therapy]
    short = {record.label: record.short_label for record in profession_records()}
    named = short | dict.fromkeys([*arts, ARTS_UNDIVIDED], ARTS) | {DISPUTED: DISPUTED, NOT_EVIDENCED: NOT_EVIDENCED}
    column_of = {label: name for name, label in columns.items()}
    profession = pl.col("profession").replace_strict(
        {label: column_of[shown] for label, shown in named.items()}, default=column_of[NO_PROFESSION]
    )
    counted = (
        found.filter(pl.col("severity").is_in(TO_DO))
        .group_by("rule_id", profession.alias("column"))
        .agg(records=pl.coalesce("person_key", "subject_key").n_unique().cast(pl.Int64))
    )
    wide = counted.select("rule_id").unique().sort("rule_id")
    for name in columns:
        cells = counted.filter(pl.col("column") == name).select("rule_id", pl.col("records").alias(name))
        wide = wide.join(cells, on="rule_id", how="left", maintain_order="left")
    return wide.with_columns(pl.col(list(columns)).fill_null(0)).with_columns(total=pl.sum_horizontal(list(columns)))


def by_route(found: pl.DataFrame) -> pl.DataFrame:
    """Count the records to put right by the way of putting them right, each under its gravest severity.

    Where the position is edited, everybody on it is one record; else each person is.

    Returns:
        One row per route, in order: `route`, `errors`, `reviews`, `to_do` (their sum) and `information`.
    """
    position = pl.when(pl.col("route").is_in(_BY_POSITION)).then("position_number")
    return by_severity(found, "route", list(ROUTES), pl.coalesce(position, "person_key", "subject_key"))


def by_step(found: pl.DataFrame) -> pl.DataFrame:
    """Count the records with a finding by the step of the review that the rule belongs to.

    Returns:
        One row per step: `step`, `errors`, `reviews`, `to_do` (their sum) and `information`.
    """
    return by_severity(found, "step", list(STEPS), pl.coalesce("person_key", "subject_key"))


def by_cause(found: pl.DataFrame, causes: Sequence[str]) -> pl.DataFrame:
    """Count the records with an error or a review by root cause: `cause` and `records`."""
    counted = (
        found.filter(pl.col("severity").is_in(TO_DO))
        .group_by("cause")
        .agg(records=pl.coalesce("person_key", "subject_key").n_unique().cast(pl.Int64))
    )
    every = pl.DataFrame({"cause": list(causes)})
    return every.join(counted, on="cause", how="left", maintain_order="left").with_columns(
        pl.col("records").fill_null(0)
    )


def by_severity(found: pl.DataFrame, key: str, values: Sequence[object], record: pl.Expr) -> pl.DataFrame:
    """Count records by the values of a column, each record once per value and under its gravest severity.

    Returns:
        One row per value, in order: the column, `errors`, `reviews`, `information` and `to_do`, errors and reviews.
    """
    gravest = (
        found.with_columns(record=record, rank=pl.col("severity").replace_strict({"E": 0, "R": 1, "I": 2}))
        .group_by(key, "record")
        .agg(pl.col("rank").min())
    )
    counted = gravest.group_by(key).agg(
        (pl.col("rank") == rank).sum().cast(pl.Int64).alias(name) for rank, name in enumerate(SEVERITIES)
    )
    every = pl.DataFrame({key: list(values)}, schema={key: found.schema[key]})
    table = every.join(counted, on=key, how="left", maintain_order="left").with_columns(
        pl.col(list(SEVERITIES)).fill_null(0)
    )
    return table.with_columns(to_do=pl.col("errors") + pl.col("reviews"))


def concerned_by(found: pl.DataFrame) -> pl.Expr:
    """Say which assignments findings are about.

    A finding concerns the assignment that it names; where it names none, every assignment of its person; where it
    names neither, every holder of its position.

    Returns:
        Whether a row with `assignment_key`, `person_key` and `position_number` is concerned; false, never null.
    """
    of_people = found.filter(pl.col("assignment_key").is_null())
    of_positions = of_people.filter(pl.col("person_key").is_null())
    return pl.any_horizontal(
        pl.col(name).is_in(frame[name].drop_nulls().unique().implode()).fill_null(False)
        for name, frame in (("assignment_key", found), ("person_key", of_people), ("position_number", of_positions))
    )


def without_findings(records: pl.DataFrame, found: pl.DataFrame) -> pl.DataFrame:
    """Count the AHP assignments of a month and those without an error or a review.

    Args:
        records: one row per AHP assignment: `person_key`, `assignment_key`, `position_number`, `fte`.
        found: the findings of the month.

    Returns:
        One row: `assignments`, `without`, `with_finding`, `fte`, `fte_without`.
    """
    fte = pl.col("fte").cast(pl.Float64)
    return records.with_columns(concerned=concerned_by(found.filter(pl.col("severity").is_in(TO_DO)))).select(
        assignments=pl.len().cast(pl.Int64),
        without=(~pl.col("concerned")).sum().cast(pl.Int64),
        with_finding=pl.col("concerned").sum().cast(pl.Int64),
        fte=fte.sum(),
        fte_without=fte.filter(~pl.col("concerned")).sum(),
    )
