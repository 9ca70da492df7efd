"""What the codes of coming and leaving mean: places joined on their concept, reasons in groups.

Recruitment sources and leaving destinations share codes 01 to 13 only: 14 is a first qualification in one list and
Return to Practice in the other. So the two are never joined on the code; both are read as a concept, in
`source_and_destination.csv`. Reasons stand in `leaving_reasons.csv` with their group and their standing: `recorded`,
`unknown` (nothing is said), `uninformative` (a resignation, cause not known) or `artefact` (the record never was a
departure). Codes are those of the NHS Data Dictionary (origin `national`) or labels that ESR exports carry beside
them (origin `export`); concept groups, reason groups and standings are our choice.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import polars as pl

from workbench.reference.code_lists import text_table

NOT_RECORDED = "Not recorded"
OTHER_WORDS = "Words outside the national list"
ARTEFACT = "Record artefact"
NHS = "NHS organisation"
UNINFORMATIVE = "Resignation, cause other or not known"
#: What exports write where nobody knows.
NOTHING_SAID = ("Unknown", "Not Set in Legacy at Migration")
#: The groups of places in the order in which they are read.
PLACE_GROUPS = (
    NHS,
    "Other health and social care",
    "Other employment",
    "Abroad",
    "Education, training, newly qualified",
    "No employment",
    "Death in service",
    OTHER_WORDS,
    NOT_RECORDED,
)
_FOLDER = Path(__file__).parent


def places() -> pl.DataFrame:
    """Return the places people come from and go to: one row per concept with its code in either national list.

    Returns:
        `concept`, `concept_group`, `recruitment_source_code`, `leaving_destination_code` (null where the list has no
        such code), `origin`.
    """
    return text_table(_FOLDER / "source_and_destination.csv")


@cache
def reasons() -> pl.DataFrame:
    """Return the reasons for leaving: one row per code, or per label of an export that has no code.

    Returns:
        `code`, `label`, `reason` (as it is shown), `reason_group`, `standing`, `is_planned` (the departure was agreed
        when the person came: training completed, external rotation), `origin`.
    """
    return text_table(_FOLDER / "leaving_reasons.csv").with_columns(is_planned=pl.col("is_planned") == "true")


def with_places(people: pl.DataFrame) -> pl.DataFrame:
    """Say for each person where they came from and where they went, as concepts.

    Blank and "Unknown" are both "Not recorded"; words that the national list does not know are a place of their own,
    so that nobody is dropped.

    Args:
        people: rows with `recruitment_source`, `destination_on_leaving` and their `_code` columns.

    Returns:
        The rows with `source`, `source_group`, `destination` and `destination_group` added.
    """
    for column, name in (("recruitment_source", "source"), ("destination_on_leaving", "destination")):
        code = "recruitment_source_code" if name == "source" else "leaving_destination_code"
        known = places().filter(pl.col(code).is_not_null())
        meaning = known.select(pl.col(code).alias(f"{column}_code"), name=pl.col("concept"), group="concept_group")
        people = people.join(meaning, on=f"{column}_code", how="left", maintain_order="left")
        nothing = pl.col(column).is_null() | pl.col(column).is_in(NOTHING_SAID)
        otherwise = pl.when(nothing).then(pl.lit(NOT_RECORDED)).otherwise(pl.lit(OTHER_WORDS))
        people = people.with_columns(
            pl.coalesce("name", otherwise).alias(name), pl.coalesce("group", otherwise).alias(f"{name}_group")
        ).drop("name", "group")
    return people


def with_reasons(people: pl.DataFrame) -> pl.DataFrame:
    """Say for each person why they left: the reason as it is shown, its group and its standing.

    Args:
        people: rows with `leaving_reason` and `leaving_reason_code`; both null means that no reason is recorded.

    Returns:
        The rows with `reason`, `reason_group`, `standing` and `is_planned` added.
    """
    columns = ["reason", "reason_group", "standing", "is_planned"]
    coded = reasons().filter(pl.col("code").is_not_null()).select(pl.col("code").alias("leaving_reason_code"), *columns)
    named = reasons().filter(pl.col("code").is_null()).select(pl.col("label").alias("leaving_reason"), *columns)
    people = people.join(coded, on="leaving_reason_code", how="left", maintain_order="left")
    people = people.join(named, on="leaving_reason", how="left", maintain_order="left", suffix="_of_export")
    blank = pl.col("leaving_reason").is_null() & pl.col("leaving_reason_code").is_null()
    otherwise = pl.when(blank).then(pl.lit(NOT_RECORDED)).otherwise(pl.lit(OTHER_WORDS))
    standing = pl.when(blank).then(pl.lit("unknown")).otherwise(pl.lit("recorded"))
    last_resort = {"reason": otherwise, "reason_group": otherwise, "standing": standing, "is_planned": pl.lit(False)}
    return people.with_columns(
        pl.coalesce(name, f"{name}_of_export", instead).alias(name) for name, instead in last_resort.items()
    ).drop(f"{name}_of_export" for name in columns)
