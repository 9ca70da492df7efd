"""Literal AHP records, written as short rows beside the expectation."""

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
    "is_substantive": pl.Boolean,
    "staff_group": pl.String,
    "job_role_code": pl.String,
    "job_role": pl.String,
    "area_of_work": pl.String,
    "occupation_code": pl.String,
    "directorate": pl.String,
    "service": pl.String,
    "team": pl.String,
    "pay_band": pl.String,
}
EVIDENCE = {
    "organisation_code": pl.String,
    "period": pl.Date,
    "person_key": pl.String,
    "assignment_key": pl.String,
    "is_employed": pl.Boolean,
    "fte": pl.Decimal(18, 4),
    "coded_profession": pl.String,
    "coded_group": pl.String,
    "job_role_profession": pl.String,
    "registration_profession": pl.String,
    "staff_group_says_ahp": pl.Boolean,
    "evidenced_profession": pl.String,
    "evidenced_level": pl.String,
}
PHYSIO = {
    "organisation_code": "XAA",
    "period": "2026-08-31",
    "is_employed": True,
    "is_substantive": True,
    "staff_group": "Allied Health Professionals",
    "job_role_code": "04041",
    "job_role": "Physiotherapist",
    "area_of_work": "Physiotherapy",
    "occupation_code": "S1E",
    "directorate": "Clinical",
    "service": "Therapies",
    "team": "Physio team",
    "pay_band": "Band 6",
    "fte": "1",
    "coded_profession": "Physiotherapist",
    "coded_group": "Allied Health Professionals",
    "job_role_profession": "Physiotherapist",
    "registration_profession": "Physiotherapist",
    "staff_group_says_ahp": True,
    "evidenced_profession": "Physiotherapist",
    "evidenced_level": "qualified",
}


@pytest.fixture
def records() -> Callable[..., Snapshot]:
    """A snapshot of a few literal assignments; what is not given is a full-time physiotherapist coded as one."""

    def build(rows: Rows, *, unknown_areas: Sequence[str] = ()) -> Snapshot:
        filled = []
        for row in rows:
            values = {**PHYSIO, "assignment_key": f"{row['person_key']}-1", **row}
            values["period"] = dt.date.fromisoformat(str(values["period"]))
            filled.append(values)
        everything = pl.DataFrame(filled, schema_overrides=EVIDENCE | ASSIGNMENT_MONTH | {"fte": pl.String})
        everything = everything.with_columns(pl.col("fte").cast(pl.Decimal(18, 4)))
        texts = list(unknown_areas)
        return literal_snapshot(
            {
                "marts.assignment_month": everything.select(*ASSIGNMENT_MONTH).cast(ASSIGNMENT_MONTH),
                "marts.profession_evidence": everything.select(*EVIDENCE).cast(EVIDENCE),
                "marts.organisation": pl.DataFrame(
                    {"organisation_code": ["XAA"], "organisation_name": ["Made-up Trust"]}
                ),
                "control.code_map": pl.DataFrame(
                    {
                        "extract": ["staff_in_post"] * len(texts),
                        "column_name": ["area_of_work"] * len(texts),
                        "received": texts,
                        "status": ["unknown"] * len(texts),
                    },
                    schema=dict.fromkeys(("extract", "column_name", "received", "status"), pl.String),
                ),
            }
        )

    return build
