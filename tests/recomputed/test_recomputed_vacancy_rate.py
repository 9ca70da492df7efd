"""Vacancy rates again, from the rows of the ledger and of staff in post: every organisation, month and group."""

from __future__ import annotations

from collections import defaultdict

import pytest

from workbench.measures import evaluate


def text(value):
    return value.strip().upper() if isinstance(value, str) else value


@pytest.fixture(scope="module")
def rows(sample_workbench):
    ledger = sample_workbench.sql("select * from staging.ledger").rows(named=True)
    staff = sample_workbench.sql("select * from marts.assignment_month where is_employed and is_substantive")
    return ledger, staff.rows(named=True)


@pytest.mark.parametrize("in_post", ["esr", "ledger"])
@pytest.mark.parametrize("dimension", [None, "staff_group", "pay_band", "cost_centre"])
def test_every_month_and_group_of_the_sample(sample_workbench, rows, dimension, in_post):
    ledger, staff = rows
    budget, filled = defaultdict(float), defaultdict(float)
    months = {(row["organisation_code"], row["period"]) for row in ledger}

    def key(row):
        group = row[dimension] if dimension else None
        group = text(group) if dimension == "cost_centre" else group
        return row["organisation_code"], row["period"], (group or "unknown") if dimension else None

    for row in ledger:
        budget[key(row)] += float(row["budget_wte"])
        if in_post == "ledger":
            filled[key(row)] += float(row["contracted_wte"])
    for row in staff if in_post == "esr" else ():
        if (row["organisation_code"], row["period"]) in months:
            filled[key(row)] += float(row["fte"])
    for organisation in ("XAA", "XBB", "XCC"):
        result = evaluate(
            sample_workbench.snapshot,
            "vacancy_rate",
            organisation=organisation,
            as_at="2026-09-30",
            by=["month", *([dimension] if dimension else [])],
            options={"in_post": in_post},
        ).frame
        answer = {
            (organisation, row["month"], row[dimension] if dimension else None): row
            for row in result.iter_rows(named=True)
        }
        expected = {k: 100 * (b - filled[k]) / b for k, b in budget.items() if k[0] == organisation and b > 0}
        shown = {k: row["value"] for k, row in answer.items() if row["status"] == "ok"}
        assert shown == pytest.approx(expected, abs=1e-6)
        unfunded = {k for k, f in filled.items() if k[0] == organisation and f and not budget.get(k)}
        assert {k for k, row in answer.items() if row["status"] == "not_applicable"} == unfunded
