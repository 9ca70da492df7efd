"""The general ledger, the costing of assignments and the shared service's agreements.

The ledger's contracted WTE equals staff in post to the cent: what differs is planted, and nothing else.
"""

from __future__ import annotations

import datetime as dt

import polars as pl

from workbench.periods import add_months
from workbench.sample.chance import Chance
from workbench.sample.organisations import Organisation

LEDGER_MONTHS = 18
_SUBSTANTIVE = ("02", "04", "05")
# Yearly cost of one WTE with on-costs, in pounds: round figures that only have to look right beside each other.
_COST = {
    "Band 2": 29_000, "Band 3": 31_500, "Band 4": 34_500, "Band 5": 41_000, "Band 6": 50_000, "Band 7": 60_500,
    "Band 8a": 70_500, "Band 8b": 83_000, "Band 8c": 98_000, "Band 9": 135_000, "VSM": 190_000,
    "Medical Consultant": 165_000, "Medical Specialty Doctor": 105_000, "Medical Specialty Registrar": 82_000,
    "Medical Foundation Year 1": 49_000, "Medical Foundation Year 2": 56_000, "Medical Trust Grade": 70_000,
    "Medical Dental Officer": 78_000, "Medical Senior Dental Officer": 96_000,
}  # fmt: skip
FUNCTIONS = {
    "Finance": "Finance", "Payroll": "Payroll", "Human Resources": "HR", "Informatics": "IM&T",
    "Procurement": "Procurement", "Estates": "Estates Management", "Governance": "Governance and Risk",
}  # fmt: skip
_SHARED = (
    ("Finance", "transactional"), ("Payroll", "transactional"), ("HR", "core"), ("IM&T", "core"),
    ("Procurement", "non_core"),
)  # fmt: skip


def ledger(rows: pl.DataFrame, posts: pl.DataFrame, months: list[dt.date], chance: Chance) -> pl.DataFrame:
    """Return one row per cost centre, staff group, band, account and month of the last eighteen.

    A line stands where someone is in post; its budget is the established FTE of all posts of the line, so vacancies
    show as budget without staff. WTE in whole-time equivalents (the same as FTE), amounts in pounds a month.
    """
    keys = ["organisation_code", "cost_centre", "subjective_code", "staff_group", "pay_band"]
    recent = rows.filter(pl.col("period").is_in(months[-LEDGER_MONTHS:]))
    lines = (
        recent.filter(pl.col("contract_type").is_in(_SUBSTANTIVE))
        .group_by(["period", *keys])
        .agg(
            contracted_wte=pl.col("contracted_fte").sum().round(4),
            cost_centre_name=pl.col("team").first(),
            service=pl.col("service").first(),
        )
        .sort(["organisation_code", "period", *keys[1:]])
    )
    budget = (
        posts.rename({"staff_group_code": "staff_group"}).group_by(keys)
        .agg(budget_wte=pl.col("established_fte").sum().round(4))
    )  # fmt: skip
    lines = lines.join(budget, on=keys, how="left", maintain_order="left")
    lines = lines.with_columns(pl.coalesce("budget_wte", "contracted_wte"))
    cost = pl.col("pay_band").replace_strict(_COST, default=40_000) / 12
    overtime = 0.96 + 0.13 * chance.uniform("worked", lines.height)
    return lines.with_columns(
        worked_wte=(pl.col("contracted_wte") * pl.Series(overtime)).round(2),
        budget_amount=(pl.col("budget_wte") * cost).round(0),
        function=pl.col("service").replace_strict(FUNCTIONS, default=None),
    ).with_columns(actual_amount=(pl.col("worked_wte") * cost).round(0)).select(
        "organisation_code", "period", "cost_centre", "cost_centre_name", "subjective_code", "staff_group", "pay_band",
        "budget_wte", "contracted_wte", "worked_wte", "budget_amount", "actual_amount", "function",
    )  # fmt: skip


def costing_splits(last_month: pl.DataFrame, first_month: dt.date) -> pl.DataFrame:
    """Return where payroll charges each assignment in post: all of it to its own cost centre."""
    charged = last_month.filter(pl.col("contract_type").is_in(_SUBSTANTIVE))
    return charged.select(
        "organisation_code", "employee_number", "assignment_number", "cost_centre",
        percent=pl.lit(100.0),
        effective_from=pl.max_horizontal("assignment_start_date", pl.lit(first_month)),
        effective_to=pl.lit(None, pl.Date),
    ).sort("organisation_code", "assignment_number")  # fmt: skip


def shared_service_agreements(organisations: list[Organisation], last: dt.date) -> pl.DataFrame:
    """Return what each client takes of the shared service that the first organisation hosts.

    Shares make 100 per function and year, the host's own included; the host pays itself nothing.
    """
    host = organisations[0]
    shares = [round(100 * one.share) for one in organisations]
    shares[0] += 100 - sum(shares)
    years = sorted({_financial_year(add_months(last, -12 * back)) for back in range(3)})
    rows = [
        (host.code, one.code, function, activity, float(share), 0.0 if one is host else 14_500.0 * share, year)
        for year in years
        for function, activity in _SHARED
        for one, share in zip(organisations, shares, strict=True)
    ]
    columns = ["organisation_code", "client_organisation_code", "function", "activity_class", "share_percent",
               "income_amount", "year"]  # fmt: skip
    return pl.DataFrame(rows, schema=columns, orient="row")


def _financial_year(day: dt.date) -> str:
    start = day.year if day.month >= 4 else day.year - 1
    return f"{start}-{(start + 1) % 100:02d}"
