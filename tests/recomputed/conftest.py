"""A made-up workforce as plain rows, and the snapshot that the measures read: the recomputations use the rows."""

from __future__ import annotations

import datetime as dt
import random
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

import polars as pl
import pytest

import workbench
from workbench.periods import month_ends
from workbench.warehouse.snapshot import Snapshot, literal_snapshot

PERSON_MONTH_SQL = Path(workbench.__file__).parent / "warehouse/sql/marts/person_month.sql"
MONTHS = [end for end in month_ends(dt.date(2025, 7, 31), dt.date(2026, 9, 30)) if end != dt.date(2026, 2, 28)]
SCHEMA = {
    "organisation_code": pl.String,
    "period": pl.Date,
    "person_key": pl.String,
    "assignment_key": pl.String,
    "assignment_order": pl.Int32,
    "is_primary_recorded": pl.Boolean,
    "assignment_status_code": pl.String,
    "contract_type_code": pl.String,
    "is_employed": pl.Boolean,
    "is_active": pl.Boolean,
    "is_substantive": pl.Boolean,
    "fte": pl.Decimal(18, 4),
    **dict.fromkeys(
        ("staff_group", "staff_group_code", "job_role_code", "profession", "directorate", "service", "team"), pl.String
    ),
    **dict.fromkeys(("pay_band", "age_band", "occupation_code", "position_number"), pl.String),
}


class MadeUpWorkforce(NamedTuple):
    """Assignments, absence episodes and published rows as dictionaries, with the snapshot that holds them."""

    assignments: list[dict]
    absence: list[dict]
    published: list[dict]
    months: list[dt.date]
    snapshot: Snapshot


def _assignments(chance: random.Random) -> list[dict]:
    """Eighty people over fifteen months, one of which is not loaded; contracts, statuses and groups change."""
    rows = []
    for n in range(80):
        first, last = sorted(chance.sample(range(-6, len(MONTHS) + 6), 2))
        jobs = chance.choice([1, 1, 1, 2, 3])
        contract = [chance.choice(["05", "05", "05", "02", "04", "01", "03", None]) for _ in range(jobs)]
        for at, end in enumerate(MONTHS):
            if not first <= at <= last:
                continue
            for job in range(jobs):
                status = chance.choice(["02"] * 8 + ["01", "05", "06", "03", "12", None])
                group = chance.choice(["Nursing"] * 6 + ["Allied Health Professionals"])
                rows.append(
                    {
                        "organisation_code": "XAA",
                        "period": end,
                        "person_key": f"p{n:02}",
                        "assignment_key": f"p{n:02}-{job}",
                        "assignment_order": job + 1,
                        "is_primary_recorded": chance.choice([True, True, False, None]) if job == 0 else job == 1,
                        "assignment_status_code": status,
                        "contract_type_code": contract[job],
                        "is_employed": status not in ("04", "11", "12", "13"),
                        "is_active": status in ("01", "02", "05"),
                        "is_substantive": contract[job] in ("02", "04", "05"),
                        "fte": Decimal(chance.choice([2, 4, 5, 6, 8, 10])) / 10,
                        "staff_group": group,
                        "service": chance.choice(["Ward", "Clinic"]),
                        "directorate": "Clinical",
                        "team": "One",
                        "pay_band": "Band 6",
                        "profession": "Dietitian",
                    }
                )
    return rows


def _absence(chance: random.Random) -> list[dict]:
    rows = []
    for _ in range(300):
        first = dt.date(2025, 8, 1) + dt.timedelta(days=chance.randrange(420))
        last = first + dt.timedelta(days=chance.choice([0, 1, 2, 6, 40])) if chance.random() < 0.9 else None
        rows.append(
            {
                "organisation_code": "XAA",
                "person_key": f"p{chance.randrange(90):02}",
                "absence_type": chance.choice(["Sickness"] * 5 + ["Maternity Leave"]),
                "first_day": first,
                "last_day": last,
                "fte_days_lost": Decimal(chance.randrange(1, 60)) / 2 if chance.random() < 0.8 else None,
            }
        )
    return rows


def _published(chance: random.Random) -> list[dict]:
    return [
        {
            "organisation_code": f"R{n:02}",
            "period": end,
            "organisation_name": f"Trust {n}",
            "organisation_type": chance.choice(["Acute", "Ambulance"]),
            "region_code": "Y60",
            "region_name": "Midlands",
            "fte_days_lost": Decimal(chance.randrange(1, 4000)),
            "fte_days_available": Decimal(chance.choice([329, 330, 331, 40000, 70000])),
            "published_rate": Decimal(0),
        }
        for n in range(6)
        for end in MONTHS
        if chance.random() < 0.9
    ]


@pytest.fixture(scope="session")
def made_up_workforce() -> MadeUpWorkforce:
    chance = random.Random(20260930)
    assignments, absence, published = _assignments(chance), _absence(chance), _published(chance)
    assignment_month = pl.DataFrame(assignments, schema=SCHEMA)
    days = pl.Decimal(18, 5)
    tables = {
        "marts.assignment_month": assignment_month,
        "marts.organisation": pl.DataFrame({"organisation_code": ["XAA"], "organisation_type": ["Acute"]}),
        "staging.absence": pl.DataFrame(absence, schema_overrides={"fte_days_lost": days}),
        "marts.published_absence": pl.DataFrame(
            published, schema_overrides={"fte_days_lost": days, "fte_days_available": days}
        ),
    }
    person_month = literal_snapshot(tables).query(PERSON_MONTH_SQL)
    snapshot = literal_snapshot(tables | {"marts.person_month": person_month})
    return MadeUpWorkforce(assignments, absence, published, MONTHS, snapshot)
