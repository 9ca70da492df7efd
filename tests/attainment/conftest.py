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
    "supervisor_person_key": pl.String,
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
    "team_meeting_date": pl.Date,
    "objectives": pl.Int64,
    "team_linked_objectives": pl.Int64,
    "annualised": pl.String,
    "mediation_status": pl.String,
    "appeal_status": pl.String,
}
ACTIVITIES = {
    "organisation_code": pl.String,
    "plan_id": pl.String,
    "activity_id": pl.String,
    "category": pl.String,
    "activity": pl.String,
    "sessions_per_week": pl.Float64,
    "annual_sessions": pl.Float64,
    "hours_per_session": pl.Float64,
    "output_metric": pl.String,
    "output_value": pl.Float64,
    "tariff_item": pl.String,
}
MEETINGS = {
    "organisation_code": pl.String,
    "scope": pl.String,
    "kind": pl.String,
    "meeting_date": pl.Date,
    "audience": pl.String,
    "attendance": pl.String,
    "sample_size": pl.Int64,
    "kpi": pl.String,
    "reference": pl.String,
}
SESSIONS = {
    "organisation_code": pl.String,
    "person_key": pl.String,
    "assignment_key": pl.String,
    "session_date": pl.Date,
    "category": pl.String,
    "unit": pl.String,
    "planned_sessions": pl.Float64,
    "delivered_sessions": pl.Float64,
    "cause": pl.String,
    "action": pl.String,
}
RECORDS = {
    "organisation_code": pl.String,
    "scope": pl.String,
    "standard_set": pl.String,
    "clause": pl.String,
    "judgement": pl.String,
    "evidence_reference": pl.String,
    "evidence_date": pl.Date,
    "valid_until": pl.Date,
    "owner": pl.String,
    "groups_covered": pl.String,
    "note": pl.String,
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

ACTIVITY = {
    "organisation_code": "XAA",
    "activity_id": "1",
    "category": "DCC",
    "activity": "Clinic",
    "sessions_per_week": 4,
    "hours_per_session": 4,
    "output_metric": "contacts",
    "output_value": 6,
}
MEETING = {"organisation_code": "XAA", "scope": "trust", "reference": "MIN-1"}
SESSION = {"organisation_code": "XAA", "session_date": "2019-02-01", "category": "DCC", "planned_sessions": 1}
RECORD = {
    "organisation_code": "XAA",
    "scope": "trust",
    "standard_set": "e_job_planning_2019",
    "judgement": "met",
    "evidence_reference": "EV-1",
    "evidence_date": "2019-01-10",
    "owner": "Chief people officer",
}


def frame(rows: Rows, schema: Mapping[str, pl.DataType], usual: Mapping[str, object]) -> pl.DataFrame:
    """Fill short rows with what is usual; dates are written as text."""
    filled = []
    for number, row in enumerate(rows):
        values = {**usual, **row}
        if "assignment_key" in schema and schema is ASSIGNMENT_MONTH:
            values.setdefault("assignment_key", f"{values['person_key']}-1")
        if schema is JOB_PLANS:
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
        staff: Rows,
        plans: Rows = (),
        *,
        leavers: Rows = (),
        starters: Rows = (),
        overrides: Rows = (),
        activities: Rows = (),
        meetings: Rows = (),
        sessions: Rows = (),
        records: Rows = (),
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
                "staging.job_plan_activities": frame(activities, ACTIVITIES, ACTIVITY),
                "staging.review_meetings": frame(meetings, MEETINGS, MEETING),
                "staging.roster_sessions": frame(sessions, SESSIONS, SESSION),
                "staging.attainment_evidence": frame(records, RECORDS, RECORD),
            }
        )

    return build
