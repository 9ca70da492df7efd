"""Roster templates of the wards, and planned and delivered sessions of the last quarter."""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl

from workbench.sample.chance import Chance

_WEEKS = 13
_PEOPLE_A_GROUP = 24
HEADROOM = 0.22
_STANDARD_WEEK = 37.5
_REASONS = np.asarray(["Sickness", "Annual leave not covered", "Clinic cancelled", "Cross-cover elsewhere"])


def roster_templates(posts: pl.DataFrame, last: dt.date) -> pl.DataFrame:
    """Return the template of each ward: hours a week per staff group and band, before headroom.

    With headroom added by the organisation's convention a template equals the budgeted establishment.
    """
    wards = posts.filter(pl.col("single_area") & (pl.col("arrangement") == "substantive"))
    wte = (
        wards.group_by("organisation", "organisation_code", "team", "cost_centre", "staff_group_code", "pay_band")
        .agg(pl.col("established_fte").sum())
        .sort("organisation_code", "team", "staff_group_code", "pay_band")
    )
    divides = pl.col("organisation") % 2 == 0
    net = pl.when(divides).then(pl.col("established_fte") * (1 - HEADROOM)).otherwise(
        pl.col("established_fte") / (1 + HEADROOM)
    )  # fmt: skip
    return wte.select(
        "organisation_code",
        pl.col("team").alias("unit"),
        "cost_centre",
        pl.col("staff_group_code").alias("staff_group"),
        "pay_band",
        effective_from=pl.lit(dt.date(last.year - 1, 4, 1)),
        hours_per_week=(net * _STANDARD_WEEK).round(3),
        headroom=pl.lit(HEADROOM),
        headroom_convention=pl.when(divides).then(pl.lit("divide")).otherwise(pl.lit("multiply")),
    )


def roster_sessions(plans: pl.DataFrame, activities: pl.DataFrame, last: dt.date, chance: Chance) -> pl.DataFrame:
    """Return sessions of the last quarter, a row a week and category, for some people of each group with a plan."""
    planned = activities.group_by("organisation_code", "plan_id", "category", maintain_order=True).agg(
        sessions=pl.col("sessions_per_week").sum(), hours=pl.col("hours_per_session").first()
    )
    group = ["organisation_code", "professional_group"]
    chosen = (
        plans.filter((pl.col("status") == "approved") & (pl.col("system") == "software"))
        .sort(*group, "plan_id")
        .filter(pl.int_range(pl.len()).over(group) < _PEOPLE_A_GROUP)
        .join(planned, on=["organisation_code", "plan_id"], maintain_order="left")
        .filter(pl.col("category").is_in(["DCC", "SPA"]))
    )
    monday = last - dt.timedelta(days=last.weekday() + 7 * (_WEEKS - 1))
    weeks = pl.DataFrame({"session_date": [monday + dt.timedelta(days=7 * week + 1) for week in range(_WEEKS)]})
    rows = chosen.join(weeks, how="cross")
    drawn = chance.uniform("delivered", rows.height)
    delivered = np.where(drawn < 0.1, 0.35, np.where(drawn < 0.24, 0.8, np.where(drawn > 0.95, 1.15, 1.0)))
    rows = rows.with_columns(share=pl.Series(delivered)).with_columns(
        planned_sessions=pl.col("sessions").round(2),
        delivered_sessions=(pl.col("sessions") * pl.col("share")).round(2),
    )
    reason = pl.Series(_REASONS[chance.whole("variance reason", 0, len(_REASONS) - 1, rows.height)])
    short = pl.col("share") < 0.9
    reviewed = short & pl.Series(chance.uniform("reviewed", rows.height) < 0.6)
    return rows.select(
        "organisation_code", "employee_number", "assignment_number",
        pl.col("team").alias("unit"),
        "session_date", "category", "planned_sessions", "delivered_sessions",
        planned_hours=(pl.col("planned_sessions") * pl.col("hours")).round(2),
        delivered_hours=(pl.col("delivered_sessions") * pl.col("hours")).round(2),
        variance_reason=pl.when(short).then(reason),
        cause=pl.when(reviewed).then(pl.lit("Absence not covered")),
        action=pl.when(reviewed).then(pl.lit("Cover agreed at the monthly review")),
    ).sort("organisation_code", "employee_number", "session_date", "category")  # fmt: skip
