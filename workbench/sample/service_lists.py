"""The lists that clinical leads keep of who works in their services; they agree with ESR but for what is planted."""

from __future__ import annotations

import polars as pl

# Professions of the sample's jobs that the fourteen count as one.
_ONE_OF_FOURTEEN = {"Diagnostic radiographer": "Radiographer", "Therapeutic radiographer": "Radiographer"}
COLUMNS = (
    "organisation_code", "employee_number", "profession", "service", "team", "pay_band", "fte", "split_percent",
)  # fmt: skip


def one_of_fourteen(profession: pl.Expr) -> pl.Expr:
    """Name the profession as the list of fourteen does: both branches of radiography are radiographers."""
    return profession.replace(_ONE_OF_FOURTEEN)


def service_list(last_month: pl.DataFrame) -> pl.DataFrame:
    """Return one row per allied health professional, student or support worker in post, as the lead would write it."""
    listed = last_month.filter((pl.col("profession").fill_null("") != "") & (pl.col("kind") == "main"))
    return listed.select(
        "organisation_code", "employee_number", one_of_fourteen(pl.col("profession")), "service", "team", "pay_band",
        pl.col("contracted_fte").alias("fte"), pl.lit(None, pl.Float64).alias("split_percent"),
    ).sort("organisation_code", "service", "employee_number")  # fmt: skip
