"""Literal AHP records, written as short rows beside the expectation."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path

import polars as pl
import pytest

import workbench
from workbench.coding.findings import findings
from workbench.coding.local_settings import CodingSettings
from workbench.extracts import contracts
from workbench.professions import profession_tables
from workbench.reference import reference_tables
from workbench.warehouse.engine import literal_engine
from workbench.warehouse.snapshot import Snapshot, literal_snapshot

SQL_MARTS = Path(workbench.__file__).parent / "warehouse" / "sql" / "marts"
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


# Records of the coding review as they stand in staging, so that the real queries weigh the evidence.
STAGED = {
    "organisation_code": pl.String,
    "period": pl.Date,
    "person_key": pl.String,
    "assignment_key": pl.String,
    "assignment_order": pl.Int32,
    "primary_assignment": pl.Boolean,
    "assignment_status_code": pl.String,
    "assignment_status": pl.String,
    "contract_type_code": pl.String,
    "contract_type": pl.String,
    "position_number": pl.String,
    "position_title": pl.String,
    "directorate": pl.String,
    "service": pl.String,
    "team": pl.String,
    "cost_centre": pl.String,
    "subjective_code": pl.String,
    "staff_group_code": pl.String,
    "staff_group": pl.String,
    "job_role_code": pl.String,
    "job_role": pl.String,
    "area_of_work": pl.String,
    "occupation_code": pl.String,
    "occupation_code_code": pl.String,
    "pay_band": pl.String,
    "contracted_fte": pl.Decimal(18, 5),
    "contracted_hours": pl.Decimal(18, 5),
    "organisation_start_date": pl.Date,
    "assignment_start_date": pl.Date,
    "contract_end_date": pl.Date,
    "supervisor_person_key": pl.String,
    "age_band": pl.String,
    "gender": pl.String,
}
REGISTRATIONS = {
    "organisation_code": pl.String,
    "person_key": pl.String,
    "registration_body_code": pl.String,
    "registration_body": pl.String,
    "registration_type_code": pl.String,
    "registration_type": pl.String,
    "registration_key": pl.String,
    "status_code": pl.String,
    "status": pl.String,
    "expiry_date": pl.Date,
    "checked_date": pl.Date,
}
LEAVERS = {
    **dict.fromkeys(("organisation_code", "person_key", "assignment_key"), pl.String),
    **dict.fromkeys(("leaving_reason", "leaving_reason_code"), pl.String),
    **dict.fromkeys(("destination_on_leaving", "destination_on_leaving_code"), pl.String),
    "leaving_date": pl.Date,
}
SERVICE_LIST = {
    "organisation_code": pl.String,
    "person_key": pl.String,
    "profession_code": pl.String,
    "profession": pl.String,
    "service": pl.String,
    "team": pl.String,
    "pay_band": pl.String,
    "fte": pl.Decimal(18, 5),
    "split_percent": pl.Decimal(18, 5),
}
MARTS = (
    "profession_evidence",
    "assignment_month",
    "coding_record",
    "position_month",
    "ahp_registration",
    "coding_change",
)
REVIEWED = dt.date(2026, 8, 31)


class Review:
    """A few literal records in a database of their own, and what a rule of the coding review finds in them."""

    def __init__(
        self, posts: Rows, registrations: Rows = (), leavers: Rows = (), service_list: Rows = (), extracts: str = "all"
    ) -> None:
        staged = [self._post(number, row) for number, row in enumerate(posts, 1)]
        listed = contracts() if extracts == "all" else extracts.split()
        tables = {
            **_lists(),
            "staging.staff_in_post": _frame(staged, STAGED),
            "staging.registrations": _frame([self._registration(row) for row in registrations], REGISTRATIONS),
            "staging.leavers": _frame([{"organisation_code": "XAA", **row} for row in leavers], LEAVERS),
            "staging.service_list": _frame([{"organisation_code": "XAA", **row} for row in service_list], SERVICE_LIST),
            "control.load_file": pl.DataFrame(
                {
                    "extract": list(listed),
                    "is_live": [True] * len(listed),
                    "organisations": [["XAA", "XBB"]] * len(listed),
                    "periods": [[]] * len(listed),
                },
                schema_overrides={"periods": pl.List(pl.Date)},
            ),
        }
        engine = literal_engine(tables)
        engine.create_schema("marts")
        for mart in MARTS:
            engine.create_table(f"marts.{mart}", SQL_MARTS / f"{mart}.sql")
        self.snapshot = Snapshot(engine, "literal", dt.datetime(2026, 10, 4, 6, 12))

    def found(self, rule: str, **settings: object) -> list[dict[str, object]]:
        """What one rule finds at the end of August 2026 in XAA."""
        frame = findings(self.snapshot, "XAA", REVIEWED, CodingSettings.from_mapping(settings), only=[rule])
        return list(frame.iter_rows(named=True))

    @staticmethod
    def _post(number: int, row: Mapping[str, object]) -> dict[str, object]:
        person = row.get("person_key", f"p{number}")
        plain = {
            "organisation_code": "XAA",
            "period": REVIEWED,
            "person_key": person,
            "assignment_key": f"a{number}",
            "assignment_order": number,
            "primary_assignment": True,
            "assignment_status_code": "02",
            "assignment_status": "Active Assignment",
            "contract_type_code": "05",
            "contract_type": "Permanent",
            "position_number": f"{number:03d}",
            "position_title": f"Physiotherapist {number}",
            "directorate": "Clinical",
            "service": "Therapies",
            "team": "Physio team",
            "cost_centre": "4410",
            "staff_group_code": "04",
            "staff_group": "Allied Health Professionals",
            "job_role_code": "04041",
            "area_of_work": "Clinical Support > Physiotherapy",
            "occupation_code": "S1E",
            "pay_band": "Band 6",
            "contracted_fte": "1",
            "organisation_start_date": dt.date(2020, 4, 1),
            "assignment_start_date": dt.date(2020, 4, 1),
            "supervisor_person_key": "chief",
        }
        filled = {**plain, **row}
        filled.setdefault("job_role", _job_roles().get(str(filled["job_role_code"])))
        return filled

    @staticmethod
    def _registration(row: Mapping[str, object]) -> dict[str, object]:
        plain = {
            "organisation_code": "XAA",
            "registration_body_code": "08",
            "registration_body": "Health and Care Professions Council",
            "registration_type_code": "28",
            "registration_type": f"type {row.get('registration_type_code', '28')}",
            "registration_key": f"r{row.get('registration_type_code', '28')}",
            "status_code": "03",
            "status": "Active",
            "expiry_date": dt.date(2028, 4, 30),
            "checked_date": dt.date(2026, 8, 29),
        }
        return {**plain, **row}


@cache
def _lists() -> dict[str, pl.DataFrame]:
    return {**reference_tables(), **profession_tables()}


@cache
def _job_roles() -> dict[str, str]:
    return dict(_lists()["reference.job_role"].select("job_role_code", "job_role").iter_rows())


def _frame(rows: Rows, schema: Mapping[str, pl.DataType | type[pl.DataType]]) -> pl.DataFrame:
    texts = {name: pl.String if isinstance(kind, pl.Decimal) else kind for name, kind in schema.items()}
    return pl.DataFrame([dict(row) for row in rows], schema=texts).cast(dict(schema))  # type: ignore[arg-type]


@pytest.fixture
def review() -> type[Review]:
    """Literal records of one month end; what is not given is a full-time physiotherapist coded as one."""
    return Review
