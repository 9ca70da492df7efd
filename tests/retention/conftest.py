"""Literal staff lists: what the marts hold, written as short rows beside the expectation."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import polars as pl
import pytest

import workbench
from workbench.warehouse.snapshot import Snapshot, literal_snapshot

PERSON_MONTH = {
    "organisation_code": pl.String,
    "period": pl.Date,
    "person_key": pl.String,
    "is_active": pl.Boolean,
    "fte": pl.Decimal(18, 4),
    "fte_active": pl.Decimal(18, 4),
    "directorate": pl.String,
    "service": pl.String,
    "team": pl.String,
    "staff_group": pl.String,
    "profession": pl.String,
    "pay_band": pl.String,
    **dict.fromkeys(("staff_group_code", "job_role_code", "age_band", "occupation_code"), pl.String),
    **dict.fromkeys(("position_number", "assignment_key"), pl.String),
    "is_trainee": pl.Boolean,
    "assignments": pl.Int64,
}
PERSON_LINK = dict.fromkeys(("organisation_code", "person_key", "linked_person"), pl.String)
CODING_CHANGE = {
    "organisation_code": pl.String,
    "period": pl.Date,
    "previous_period": pl.Date,
    "assignment_key": pl.String,
    "kind": pl.String,
}
ASSIGNMENT_MONTH = {
    "organisation_code": pl.String,
    "period": pl.Date,
    "person_key": pl.String,
    "contract_type": pl.String,
    "contract_type_code": pl.String,
    "is_employed": pl.Boolean,
    "is_substantive": pl.Boolean,
    "is_contract_known": pl.Boolean,
    "assignment_key": pl.String,
    "fte": pl.Decimal(18, 4),
    "organisation_start_date": pl.Date,
    "assignment_start_date": pl.Date,
    "is_active": pl.Boolean,
    **dict.fromkeys(("cost_centre", "staff_group", "pay_band", "profession_level"), pl.String),
}
LEDGER = {
    **dict.fromkeys(("organisation_code", "cost_centre", "staff_group", "pay_band"), pl.String),
    "period": pl.Date,
    **dict.fromkeys(("budget_wte", "contracted_wte"), pl.Decimal(18, 5)),
}
LEAVERS = {
    **dict.fromkeys(("organisation_code", "person_key", "assignment_key"), pl.String),
    "assignment_order": pl.Int32,
    "leaving_date": pl.Date,
    **dict.fromkeys(("leaving_reason", "destination_on_leaving", "destination_on_leaving_code"), pl.String),
    **dict.fromkeys(("leaving_reason_code", "submitted_by"), pl.String),
    **dict.fromkeys(("notice_date", "entered_date"), pl.Date),
}
ORGANISATION_CHANGES = {
    **dict.fromkeys(("organisation_code", "predecessor_organisation_code"), pl.String),
    "effective_date": pl.Date,
}
ASSIGNMENT_SPELL = {
    **dict.fromkeys(("organisation_code", "person_key", "assignment_key"), pl.String),
    **dict.fromkeys(("organisation_start_date", "assignment_start_date", "first_month", "last_month"), pl.Date),
    **dict.fromkeys(("is_substantive", "is_employed"), pl.Boolean),
}
STARTERS = {
    **dict.fromkeys(("organisation_code", "person_key"), pl.String),
    "start_date": pl.Date,
    **dict.fromkeys(("recruitment_source", "recruitment_source_code", "iat_status"), pl.String),
    "previous_employer_uses_esr": pl.Boolean,
    "iat_completed_date": pl.Date,
}
ABSENCE = {
    "organisation_code": pl.String,
    "person_key": pl.String,
    "absence_type": pl.String,
    "first_day": pl.Date,
    "last_day": pl.Date,
    "fte_days_lost": pl.Decimal(18, 5),
}
PUBLISHED = {
    "organisation_code": pl.String,
    "period": pl.Date,
    "organisation_name": pl.String,
    "organisation_type": pl.String,
    "region_code": pl.String,
    "region_name": pl.String,
    "fte_days_lost": pl.Decimal(18, 5),
    "fte_days_available": pl.Decimal(18, 5),
    "published_rate": pl.Decimal(18, 2),
}
PLACED = {
    "directorate": "Clinical",
    "service": "Therapies",
    "team": "Ward",
    "staff_group": "Allied Health Professionals",
    "profession": "Physiotherapist",
    "pay_band": "Band 6",
}


def month(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def with_marts(tables: dict[str, pl.DataFrame], *marts: str) -> dict[str, pl.DataFrame]:
    """Add marts that the warehouse's own queries make from the literal tables."""
    for mart in marts:
        query = Path(workbench.__file__).parent / "warehouse/sql/marts" / f"{mart}.sql"
        tables[f"marts.{mart}"] = literal_snapshot(tables).query(query)
    return tables


@pytest.fixture
def staff() -> Callable[..., Snapshot]:
    """Build a snapshot from {month end: {person: changes to a plain active full-time physiotherapist}}.

    A change of `organisation_code` puts the person into another organisation served; `linked` says who is the same
    human being as whom, and `coding_changes` are rows of marts.coding_change; `leavers`, `starters` and `ledger` are
    rows of these extracts.
    """

    def build(
        months: Mapping[str, Mapping[str, Mapping[str, object]]],
        *,
        absence: Sequence[Mapping[str, object]] = (),
        published: Sequence[Mapping[str, object]] = (),
        outside: Sequence[Mapping[str, object]] = (),
        coding_changes: Sequence[Mapping[str, object]] = (),
        leavers: Sequence[Mapping[str, object]] = (),
        starters: Sequence[Mapping[str, object]] = (),
        ledger: Sequence[Mapping[str, object]] = (),
        linked: Mapping[str, str] | None = None,
        organisation_changes: Sequence[Mapping[str, object]] = (),
        organisation: str = "XAA",
        organisation_type: str = "Acute",
    ) -> Snapshot:
        rows = []
        for end, people in months.items():
            for person, changes in people.items():
                row = {"organisation_code": organisation, "period": month(end), "person_key": person}
                row |= {"is_active": True, "fte": 1.0, "assignment_key": person, "is_trainee": False} | PLACED | changes
                row.setdefault("fte_active", row["fte"] if row["is_active"] else 0)
                rows.append(row)
        person_month = pl.DataFrame(rows, schema_overrides=PERSON_MONTH, schema=list(PERSON_MONTH), orient="row")
        in_scope = {"is_employed": True, "is_substantive": True, "is_contract_known": True}
        listed = [
            {"organisation_code": organisation, "period": month(end)} | in_scope | {"is_employed": False}
            for end in months
        ]
        listed += [
            {"organisation_code": organisation, "person_key": str(n)} | in_scope | {"is_substantive": False} | dict(row)
            for n, row in enumerate(outside)
        ]
        people = [(row["organisation_code"], row["person_key"], row["period"]) for row in rows]
        listed += [{name: row[name] for name in ASSIGNMENT_MONTH if name in row} | in_scope for row in rows]
        served = sorted({organisation, *(row["organisation_code"] for row in rows)})
        organisations = {"organisation_code": served, "organisation_name": [f"Made-up Trust {code}" for code in served]}
        links = [{"organisation_code": code, "person_key": person} for code, person, _ in people]
        tables = {
            "marts.person_month": person_month.cast(PERSON_MONTH),
            "marts.assignment_month": pl.DataFrame(listed, schema=ASSIGNMENT_MONTH),
            "marts.coding_change": pl.DataFrame(
                [{"organisation_code": organisation} | dict(row) for row in coding_changes], schema=CODING_CHANGE
            ),
            "marts.person_link": pl.DataFrame(
                [
                    link | {"linked_person": (linked or {}).get(link["person_key"], link["person_key"])}
                    for link in links
                ],
                schema=PERSON_LINK,
            ).unique(),
            "marts.organisation": pl.DataFrame(organisations).with_columns(organisation_type=pl.lit(organisation_type)),
            "marts.published_absence": pl.DataFrame(list(published), schema=PUBLISHED),
            "staging.leavers": pl.DataFrame(
                [{"organisation_code": organisation} | dict(row) for row in leavers], schema=LEAVERS
            ),
            "staging.organisation_changes": pl.DataFrame(
                [{"organisation_code": organisation} | dict(row) for row in organisation_changes],
                schema=ORGANISATION_CHANGES,
            ),
            "marts.assignment_spell": pl.DataFrame(
                [
                    {name: row.get(name) for name in ASSIGNMENT_SPELL}
                    | {"first_month": row["period"], "last_month": row["period"]}
                    | {"is_substantive": True, "is_employed": True}
                    for row in rows
                ],
                schema=ASSIGNMENT_SPELL,
            ),
            "staging.starters": pl.DataFrame(
                [{"organisation_code": organisation} | dict(row) for row in starters], schema=STARTERS
            ),
            "staging.ledger": pl.DataFrame(
                [{"organisation_code": organisation} | dict(row) for row in ledger], schema=LEDGER
            ),
            "staging.absence": pl.DataFrame(
                [{"organisation_code": organisation, "absence_type": "Sickness"} | dict(row) for row in absence],
                schema=ABSENCE,
            ),
        }
        return literal_snapshot(
            with_marts(tables, "person_spell", "active_spell", "organisation_month", "person_group_change")
        )

    return build
