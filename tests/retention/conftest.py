"""Literal staff lists: what the marts hold, written as short rows beside the expectation."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence

import polars as pl
import pytest

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
}
ASSIGNMENT_MONTH = {
    "organisation_code": pl.String,
    "period": pl.Date,
    "person_key": pl.String,
    "contract_type": pl.String,
    "is_employed": pl.Boolean,
    "is_substantive": pl.Boolean,
    "is_contract_known": pl.Boolean,
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


@pytest.fixture
def staff() -> Callable[..., Snapshot]:
    """Build a snapshot from {month end: {person: changes to a plain active full-time physiotherapist}}."""

    def build(
        months: Mapping[str, Mapping[str, Mapping[str, object]]],
        *,
        absence: Sequence[Mapping[str, object]] = (),
        published: Sequence[Mapping[str, object]] = (),
        outside: Sequence[Mapping[str, object]] = (),
        organisation: str = "XAA",
        organisation_type: str = "Acute",
    ) -> Snapshot:
        rows = []
        for end, people in months.items():
            for person, changes in people.items():
                row = {"organisation_code": organisation, "period": month(end), "person_key": person}
                row |= {"is_active": True, "fte": 1.0} | PLACED | changes
                row.setdefault("fte_active", row["fte"] if row["is_active"] else 0)
                rows.append(row)
        person_month = pl.DataFrame(rows, schema_overrides=PERSON_MONTH, schema=list(PERSON_MONTH), orient="row")
        in_scope = {"is_employed": True, "is_substantive": True, "is_contract_known": True}
        listed = [{"organisation_code": organisation, "period": month(end)} | in_scope for end in months]
        listed += [
            {"organisation_code": organisation, "person_key": str(n)} | in_scope | {"is_substantive": False} | dict(row)
            for n, row in enumerate(outside)
        ]
        served = {"organisation_code": [organisation], "organisation_name": ["Made-up Trust"]}
        return literal_snapshot(
            {
                "marts.person_month": person_month.cast(PERSON_MONTH),
                "marts.assignment_month": pl.DataFrame(listed, schema=ASSIGNMENT_MONTH),
                "marts.organisation": pl.DataFrame(served | {"organisation_type": [organisation_type]}),
                "marts.published_absence": pl.DataFrame(list(published), schema=PUBLISHED),
                "staging.absence": pl.DataFrame(
                    [{"organisation_code": organisation, "absence_type": "Sickness"} | dict(row) for row in absence],
                    schema=ABSENCE,
                ),
            }
        )

    return build
