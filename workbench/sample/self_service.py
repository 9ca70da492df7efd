"""Use of ESR self-service, appraisals, learning and access, at the last three quarter ends."""

from __future__ import annotations

import numpy as np
import polars as pl

from workbench.sample.chance import Chance


def _people_by_month(rows: pl.DataFrame) -> pl.DataFrame:
    """Return one row per person and month, saying whether anyone reports to the person."""
    managers = rows.select(
        "organisation_code", "period", pl.col("supervisor_employee_number").alias("employee_number")
    ).drop_nulls().unique().with_columns(manages=pl.lit(value=True))  # fmt: skip
    key = ["organisation_code", "period", "employee_number"]
    people = rows.group_by(key, maintain_order=True).agg(
        pl.col("human").first(), pl.col("organisation_start_date").first()
    )
    joined = people.join(managers, on=key, how="left", maintain_order="left")
    return joined.with_columns(pl.col("manages").fill_null(value=False)).sort(key)


def self_service(rows: pl.DataFrame, chance: Chance) -> pl.DataFrame:
    """Return one row per person and month; a few people are missing, as in real extracts."""
    people = _people_by_month(rows)
    size = people.height
    drawn = chance.uniform("present", size)
    enabled = chance.uniform("enabled", size) < 0.94
    login = pl.Series(chance.waiting_days("login", 45.0, size))
    role = (people["manages"].to_numpy() & (chance.uniform("role", size) < 0.86)) | (
        chance.uniform("role without team", size) < 0.01
    )
    manager_login = pl.Series(chance.waiting_days("manager login", 30.0, size))
    waiting = np.where(role, chance.whole("waiting", 0, 6, size), 0)
    oldest = pl.Series(np.where(waiting > 0, chance.waiting_days("oldest", 12.0, size), 0))
    return people.select(
        "organisation_code", "period", "employee_number",
        ess_enabled=pl.Series(enabled),
        ess_last_login=_days_before(login, pl.Series(enabled & (login.to_numpy() < 400))),
        mss_role=pl.Series(role),
        mss_last_login=_days_before(manager_login, pl.Series(role)),
        open_notifications=pl.when(pl.Series(role)).then(pl.Series(waiting)),
        oldest_notification_days=pl.when(pl.Series(role & (waiting > 0))).then(oldest),
    ).filter(pl.Series(drawn > 0.015))  # fmt: skip


def compliance(rows: pl.DataFrame, chance: Chance) -> pl.DataFrame:
    """Return one row per person and month: appraisal, competences, smartcard and access by position."""
    people = _people_by_month(rows)
    size = people.height
    appraised = pl.Series(chance.whole("appraised ago", 10, 520, size))
    served = (people["period"] - people["organisation_start_date"]).dt.total_days()
    known = pl.Series(chance.uniform("appraisal known", size) < 0.95) & (served > appraised)
    required = chance.whole("required", 8, 14, size)
    missing = np.floor(chance.uniform("competences", size) ** 3 * 5).astype(np.int64)
    mapped = chance.uniform("mapped", size) < 0.9
    return people.select(
        "organisation_code", "period", "employee_number",
        appraisal_date=_days_before(appraised, known),
        required_competences=pl.Series(required),
        in_date_competences=pl.Series(required - missing),
        elearning_completions=pl.Series(chance.whole("e-learning", 0, 6, size)),
        smartcard_linked=pl.Series(mapped & (chance.uniform("smartcard", size) < 0.93)),
        position_access_mapped=pl.Series(mapped),
    )  # fmt: skip


def _days_before(days: pl.Series, known: pl.Series) -> pl.Expr:
    return pl.when(known).then((pl.col("period") - pl.duration(days=pl.lit(days))).cast(pl.Date))
