"""Code lists: what the codes of ESR and the National Workforce Data Set mean, and which list said so.

from workbench.reference import reference_list, resolve, OccupationCode
resolve("staff_group", ["Add Prof Scientific and Technic"])
OccupationCode.get("S1E").occupation_code_name
"""

from __future__ import annotations

import polars as pl

from workbench.reference.aliases import code_aliases, fold
from workbench.reference.code_lists import (
    NATIONAL_CODES,
    CodeList,
    code_list,
    codes_of,
    list_name,
    list_names,
    reference_list,
    text_table,
)
from workbench.reference.records import Code, JobRole, OccupationCode
from workbench.reference.resolving import STATUSES, resolve
from workbench.settings import Settings

__all__ = [
    "STATUSES",
    "Code",
    "CodeList",
    "JobRole",
    "OccupationCode",
    "code_aliases",
    "code_list",
    "codes_of",
    "fold",
    "list_name",
    "list_names",
    "national_codes",
    "reference_list",
    "reference_tables",
    "resolve",
]


def reference_tables(settings: Settings | None = None) -> dict[str, pl.DataFrame]:
    """Return the code lists as the tables that every snapshot carries, so that it explains itself.

    Returns:
        Table name (`reference.occupation_code`, ...) to its rows, sorted. Flags are true or false here.
        `reference.occupation_code_matrix` has one row per matrix (first character) that the list in use holds in full,
        and `reference.list_version` one row per list with the version that was used.
    """
    described = [code_list(name, settings) for name in list_names()]
    roles = reference_list("job_role").with_columns(retired=pl.col("retired") == "True")
    occupations = reference_list("occupation_code", settings)
    matrices = sorted(code_list("occupation_code", settings).complete_matrices)
    versions = [(item.name, item.title, item.source, item.version, item.retrieved, item.note) for item in described]
    columns = ("list", "title", "source", "version", "retrieved", "note")
    return {
        "reference.occupation_code": occupations.with_columns(
            is_currently_valid=pl.col("is_currently_valid") == "True"
        ),
        "reference.occupation_code_matrix": pl.DataFrame({"matrix": matrices}, schema={"matrix": pl.String}),
        "reference.job_role": roles,
        "reference.area_of_work": reference_list("area_of_work"),
        "reference.national_code": national_codes(),
        "reference.staff_group": reference_list("staff_group"),
        "reference.training_role": reference_list("training_role"),
        "reference.code_alias": code_aliases(settings),
        "reference.list_version": pl.DataFrame(versions, schema=dict.fromkeys(columns, pl.String), orient="row"),
    }


def national_codes() -> pl.DataFrame:
    """Return the codes of every element of the National Workforce Data Set that has published codes.

    Returns:
        One row per element and code: `element`, `source`, `code`, `description`; sorted.
    """
    return text_table(NATIONAL_CODES).sort("element", "code")
