"""Literal staff lists and job-plan registers, written as short rows beside the expectation."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence

import polars as pl
import pytest

from workbench.warehouse.snapshot import Snapshot, literal_snapshot

Rows = Sequence[Mapping[str, object]]

ASSIGNMENT_MONTH = {
    "organisation_code": pl.String,
    "period": pl.Date,
    "person_key": pl.String,
    "assignment_key": pl.String,
    "is_employed": pl.Boolean,
    "contract_type_code": pl.String,
    "is_substantive": pl.Boolean,
    "is_contract_known": pl.Boolean,
    "staff_group_code": pl.String,
    "staff_group": pl.String,
    "job_role_code": pl.String,
    "profession": pl.String,
    "directorate": pl.String,
    "service": pl.String,
    "team": pl.String,
    "organisation_start_date": pl.Date,
    "assignment_start_date": pl.Date,
}
LEAVERS = {
    "organisation_code": pl.String,
    "person_key": pl.String,
    "assignment_key": pl.String,
    "leaving_date": pl.Date,
    "entered_date": pl.Date,
}
STARTERS = {"organisation_code": pl.String, "person_key": pl.String, "start_date": pl.Date}
OVERRIDES = {
    "organisation_code": pl.String,
    "kind": pl.String,
    "team": pl.String,
    "person_key": pl.String,
    "effective_from": pl.Date,
    "effective_to": pl.Date,
}
JOB_PLANS = {
    "organisation_code": pl.String,
    "plan_id": pl.String,
    "person_key": pl.String,
    "assignment_key": pl.String,
    "team": pl.String,
    "professional_group": pl.String,
    "system": pl.String,
    "status": pl.String,
    "start_date": pl.Date,
    "end_date": pl.Date,
    "review_date": pl.Date,
    "employee_signoff_date": pl.Date,
    "manager_signoff_date": pl.Date,
    "approval_date": pl.Date,
}

PHYSIO = {
    "organisation_code": "XAA",
    "period": "2019-05-31",
    "is_employed": True,
    "contract_type_code": "05",
    "is_substantive": True,
    "is_contract_known": True,
    "staff_group_code": "04",
    "staff_group": "Allied Health Professionals",
    "job_role_code": "04041",
    "profession": "Physiotherapist",
    "directorate": "Clinical",
    "service": "Therapies",
    "team": "Physio team",
    "organisation_start_date": "2010-01-01",
    "assignment_start_date": "2010-01-01",
}
PLAN = {
    "organisation_code": "XAA",
    "system": "software",
    "status": "approved",
    "start_date": "2018-04-01",
}


def frame(rows: Rows, schema: Mapping[str, pl.DataType], usual: Mapping[str, object]) -> pl.DataFrame:
    """Fill short rows with what is usual; dates are written as text."""
    filled = []
    for number, row in enumerate(rows):
        values = {**usual, **row}
        if "assignment_key" in schema and schema is ASSIGNMENT_MONTH:
            values.setdefault("assignment_key", f"{values['person_key']}-1")
        if "plan_id" in schema:
            values.setdefault("plan_id", f"plan {number + 1}")
        filled.append(
            {
                name: dt.date.fromisoformat(str(values[name]))
                if kind == pl.Date and values.get(name)
                else values.get(name)
                for name, kind in schema.items()
            }
        )
    return pl.DataFrame(filled, schema=schema)


@pytest.fixture
def register() -> Callable[..., Snapshot]:
    """A snapshot of a few literal posts and plans; what is not given is a physiotherapist, a plan on the software."""

    def build(
        staff: Rows, plans: Rows = (), *, leavers: Rows = (), starters: Rows = (), overrides: Rows = ()
    ) -> Snapshot:
        own = {"organisation_code": "XAA"}
        return literal_snapshot(
            {
                "marts.assignment_month": frame(staff, ASSIGNMENT_MONTH, PHYSIO),
                "marts.organisation": pl.DataFrame(
                    {"organisation_code": ["XAA"], "organisation_name": ["Made-up Trust"]}
                ),
                "staging.leavers": frame(leavers, LEAVERS, own),
                "staging.starters": frame(starters, STARTERS, own),
                "staging.scope_overrides": frame(overrides, OVERRIDES, own | {"effective_from": "2010-01-01"}),
                "staging.job_plans": frame(plans, JOB_PLANS, PLAN),
            }
        )

    return build
