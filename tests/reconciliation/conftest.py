"""Literal extracts of a made-up trust, each row told by what differs from a plain one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence

import polars as pl
import pytest

from workbench.attainment.reconciliation.reconcile import Reconciliation, reconcile
from workbench.attainment.reconciliation.tolerances import Tolerances
from workbench.extracts import contracts
from workbench.warehouse.snapshot import Snapshot, literal_snapshot

Rows = Sequence[Mapping[str, object]]
MONTH = dt.date(2019, 5, 31)

KINDS = {"d": pl.Date, "n": pl.Float64, "i": pl.Int64, "b": pl.Boolean}
ASSIGNMENT_MONTH = {
    **dict.fromkeys(
        ("organisation_code", "person_key", "assignment_key", "contract_type_code", "staff_group_code", "staff_group",
         "job_role_code", "profession", "directorate", "service", "team", "cost_centre", "pay_band",
         "position_number"), pl.String
    ),
    **dict.fromkeys(("period", "organisation_start_date", "assignment_start_date"), pl.Date),
    **dict.fromkeys(("is_employed", "is_active", "is_substantive", "is_contract_known"), pl.Boolean),
    **dict.fromkeys(("fte", "contracted_hours"), pl.Float64),
}  # fmt: skip

OWN = {"organisation_code": "XAA"}
PHYSIO = {
    **OWN,
    "period": MONTH,
    "is_employed": True,
    "is_active": True,
    "is_substantive": True,
    "is_contract_known": True,
    "contract_type_code": "05",
    "staff_group_code": "04",
    "staff_group": "Allied Health Professionals",
    "job_role_code": "04041",
    "profession": "Physiotherapist",
    "directorate": "Clinical",
    "service": "Therapies",
    "team": "Physio team",
    "cost_centre": "4410",
    "pay_band": "Band 6",
    "fte": 1.0,
    "organisation_start_date": dt.date(2010, 1, 1),
    "assignment_start_date": dt.date(2010, 1, 1),
}
GROUP = {"staff_group": "Allied Health Professionals", "staff_group_code": "04"}
USUAL = {
    "ledger": {**OWN, **GROUP, "period": MONTH, "cost_centre": "4410", "pay_band": "Band 6", "budget_wte": 1.0,
               "contracted_wte": 1.0},
    "roster_templates": {**OWN, **GROUP, "unit": "Physio team", "cost_centre": "4410",
                         "effective_from": dt.date(2019, 4, 1)},
    "job_plans": {**OWN, "system": "software", "status": "approved", "start_date": dt.date(2019, 4, 1),
                  "review_date": dt.date(2019, 3, 1), "approval_date": dt.date(2019, 3, 15)},
    "job_plan_activities": {**OWN, "activity_id": "1", "category": "DCC", "sessions_per_week": 10.0,
                            "hours_per_session": 3.75},
    "roster_sessions": {**OWN, "unit": "Physio team", "session_date": dt.date(2019, 5, 7), "category": "DCC"},
    "costing_splits": {**OWN, "cost_centre": "4410", "percent": 100.0, "effective_from": dt.date(2019, 4, 1)},
    "leavers": OWN, "starters": OWN, "absence": OWN,
    "scope_overrides": {**OWN, "effective_from": dt.date(2010, 1, 1), "reason": "r", "owner": "o"},
}  # fmt: skip


def staging(name: str, rows: Rows) -> pl.DataFrame:
    """A staging table of an extract with all columns that it has in a warehouse."""
    contract = contracts()[name]
    types = {column.name: KINDS.get(column.type, pl.String) for column in contract.columns}
    schema: dict[str, object] = {column: types.get(column, pl.String) for column in contract.landed_columns}
    schema |= {f"{column.name}_code": pl.String for column in contract.columns if column.type == "c"}
    filled = [{**USUAL[name], **row} for row in rows]
    return pl.DataFrame([{column: row.get(column) for column in schema} for row in filled], schema=schema)


def posts(rows: Rows) -> pl.DataFrame:
    """Assignments in post; the first assignment of a person bears the person's key."""
    filled = []
    for row in rows:
        values = {**PHYSIO, **row}
        values.setdefault("assignment_key", f"{values['person_key']}-1")
        filled.append({name: values.get(name) for name in ASSIGNMENT_MONTH})
    return pl.DataFrame(filled, schema=ASSIGNMENT_MONTH)


@pytest.fixture
def snapshot_of() -> Callable[..., Snapshot]:
    """A snapshot of literal posts and extracts, named as keywords."""

    def build(staff: Rows, **extracts: Rows) -> Snapshot:
        tables = {name: staging(name, extracts.get(name, ())) for name in USUAL}
        return literal_snapshot(
            {
                "marts.assignment_month": posts(staff),
                "marts.organisation": pl.DataFrame({"organisation_code": ["XAA"], "organisation_name": ["Trust"]}),
                **{f"staging.{name}": rows for name, rows in tables.items()},
            }
        )

    return build


@pytest.fixture
def compared(snapshot_of: Callable[..., Snapshot]) -> Callable[..., Reconciliation]:
    """What the sources say of each other in May 2019."""

    def ask(staff: Rows, *, settings: Mapping[str, object] | None = None, **extracts: Rows) -> Reconciliation:
        found = reconcile(snapshot_of(staff, **extracts), "XAA", MONTH, Tolerances.from_mapping(settings or {}))
        assert found is not None
        return found

    return ask
