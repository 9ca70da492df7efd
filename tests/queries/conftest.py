"""A small warehouse that every query runs on, built once from a few files as any load builds it."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from workbench.settings import Settings
from workbench.warehouse import Snapshot, Warehouse

MONTHS = ("2026-06-30", "2026-07-31", "2026-08-31")


def staff_in_post() -> list[dict[str, Any]]:
    people = [
        # number, first month listed, status, contract, staff group, role, occupation code, FTE
        ("101", 0, "Active Assignment", "Permanent", "Allied Health Professionals", "Physiotherapist", "S1E", "1"),
        ("102", 0, "Maternity & Adoption", "Permanent", "Allied Health Professionals", "Dietitian", "S1B", "0.6"),
        ("103", 1, "Active Assignment", "Bank", "Nursing and Midwifery Registered", "Staff Nurse", "N6A", "0"),
        ("104", 2, "Active Assignment", "Fixed Term/Temporary", "Medical and Dental", "Specialty Registrar", "", "1"),
    ]
    return [
        {
            "organisation_code": "XAA",
            "period": month,
            "employee_number": number,
            "assignment_number": number,
            "primary_assignment": "Y",
            "assignment_status": status,
            "contract_type": contract,
            "position_title": role,
            "directorate": "Medicine",
            "service": "Therapies",
            "team": "Ward team",
            "cost_centre": "4410",
            "staff_group": group,
            "job_role": role,
            "occupation_code": code,
            "pay_band": "Band 6",
            "contracted_fte": fte,
            "organisation_start_date": "2020-04-01",
            "date_of_birth": "1980-01-31",
        }
        for index, month in enumerate(MONTHS)
        for number, first, status, contract, group, role, code, fte in people
        if index >= first
    ]


FILES: dict[str, list[dict[str, Any]]] = {
    "organisations": [
        {
            "organisation_code": "XAA",
            "organisation_name": "Sampleshire (fictional)",
            "organisation_type": "Acute",
            "is_fictional": "Y",
        }
    ],
    "staff_in_post": staff_in_post(),
    "leavers": [{"organisation_code": "XAA", "employee_number": "102", "leaving_date": "2026-08-31"}],
    "absence": [
        {
            "organisation_code": "XAA",
            "employee_number": "101",
            "absence_type": "Sickness",
            "first_day": "2026-07-06",
            "last_day": "2026-07-10",
        }
    ],
    "job_plans": [
        {
            "organisation_code": "XAA",
            "plan_id": "P1",
            "employee_number": "101",
            "professional_group": "AHP",
            "system": "software",
            "status": "approved",
            "start_date": "2026-04-01",
        }
    ],
    "published_absence": [
        {
            "organisation_code": code,
            "period": "2026-07-31",
            "organisation_name": code,
            "organisation_type": "Acute",
            "fte_days_lost": lost,
            "fte_days_available": available,
            "published_rate": rate,
        }
        for code, lost, available, rate in (("RXX", "50", "1000", "5"), ("RYY", "10", "330", "3.03"))
    ],
}


@pytest.fixture(scope="session")
def small_warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Snapshot]:
    """A snapshot of one organisation's three months and two published organisations."""
    root: Path = tmp_path_factory.mktemp("small")
    for name, rows in FILES.items():
        with (root / f"{name}.csv").open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
    settings = Settings(home=root / "home", key_file=root / "keys" / "key", reports=root / "reports")
    report = Warehouse(settings).load([root / f"{name}.csv" for name in FILES])
    assert [(o.path.name, o.message) for o in report.outcomes if o.status != "loaded"] == []
    with Warehouse(settings).open() as snapshot:
        yield snapshot
