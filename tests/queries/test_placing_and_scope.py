"""Who is counted, and where a person is placed: the rules of the assignment and person marts, row by row."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import polars as pl
import pytest

from workbench.warehouse.register import SQL
from workbench.warehouse.snapshot import literal_snapshot

MONTH = dt.date(2026, 8, 31)
FTE = pl.Decimal(18, 4)

ASSIGNMENT_MONTH: dict[str, Any] = {
    "organisation_code": "XAA",
    "period": MONTH,
    "person_key": "p1",
    "assignment_key": "a1",
    "assignment_order": 1,
    "is_primary_recorded": True,
    "is_employed": True,
    "is_active": True,
    "is_substantive": True,
    "staff_group": "Allied Health Professionals",
    "staff_group_code": "04",
    "job_role_code": "04041",
    "profession": "Physiotherapist",
    "directorate": "Medicine",
    "service": "Therapies",
    "team": "A",
    "pay_band": "Band 6",
    "age_band": "35-44",
    "occupation_code": "S1E",
    "position_number": "1",
    "is_trainee": False,
    "fte": Decimal("1"),
}
STAFF_IN_POST: dict[str, Any] = {
    **{name: ASSIGNMENT_MONTH[name] for name in ("organisation_code", "period", "person_key", "assignment_key")},
    "assignment_order": 1,
    "primary_assignment": True,
    **dict.fromkeys(("assignment_status", "contract_type", "staff_group", "job_role"), "x"),
    **{"assignment_status_code": "02", "contract_type_code": "05", "staff_group_code": "04", "job_role_code": "04041"},
    **dict.fromkeys(("occupation_code", "occupation_code_code"), "S1E"),
    **dict.fromkeys(("area_of_work", "directorate", "service", "team", "cost_centre", "subjective_code", "pay_band")),
    **dict.fromkeys(("position_number", "position_title", "age_band", "gender", "supervisor_person_key")),
    "contracted_fte": Decimal("1"),
    "contracted_hours": Decimal("37.5"),
    **dict.fromkeys(("organisation_start_date", "assignment_start_date", "contract_end_date"), MONTH),
}
TEXTS = ("area_of_work", "directorate", "service", "team", "cost_centre", "subjective_code", "pay_band", "gender")
TEXTS += ("position_number", "position_title", "age_band", "supervisor_person_key", "occupation_code_code")
TEXTS += ("assignment_status_code", "contract_type_code", "staff_group", "staff_group_code")


def people(*assignments: dict[str, Any]) -> pl.DataFrame:
    """The person mart over the given assignments, each told by what differs from a plain one."""
    rows = pl.DataFrame([{**ASSIGNMENT_MONTH, **row} for row in assignments], schema_overrides={"fte": FTE})
    with literal_snapshot({"marts.assignment_month": rows}) as snapshot:
        return snapshot.query(SQL / "marts" / "person_month.sql")


def assignments(*listed: dict[str, Any]) -> pl.DataFrame:
    """The assignment mart over rows of staff in post, each told by what differs from a plain one."""
    types = {"contracted_fte": pl.Decimal(18, 5), **dict.fromkeys(TEXTS, pl.String)}
    rows = pl.DataFrame([{**STAFF_IN_POST, **row} for row in listed], schema_overrides=types)
    evidence = {"evidenced_profession": pl.String, "evidenced_level": pl.String}
    professions = pl.DataFrame(
        schema={"organisation_code": pl.String, "period": pl.Date, "assignment_key": pl.String, **evidence}
    )
    trainees = pl.DataFrame({"code": ["01035"]})
    tables = {
        "staging.staff_in_post": rows,
        "marts.profession_evidence": professions,
        "reference.training_role": trainees,
    }
    with literal_snapshot(tables) as snapshot:
        return snapshot.query(SQL / "marts" / "assignment_month.sql")


def test_the_primary_assignment_places_the_person() -> None:
    placed = people(
        {"assignment_key": "a1", "is_primary_recorded": False, "fte": Decimal("0.8"), "team": "Bigger"},
        {"assignment_key": "a2", "assignment_order": 2, "fte": Decimal("0.2"), "team": "Primary"},
    )
    assert placed.select("team", "assignment_key", "fte", "assignments").rows() == [
        ("Primary", "a2", Decimal("0.2") + Decimal("0.8"), 2)
    ]


def test_a_primary_out_of_scope_gives_way_to_the_in_scope_one_with_most_fte() -> None:
    placed = people(
        {"assignment_key": "a1", "is_substantive": False, "team": "Bank"},
        {
            "assignment_key": "a2",
            "is_primary_recorded": False,
            "assignment_order": 2,
            "fte": Decimal("0.3"),
            "team": "S",
        },
        {
            "assignment_key": "a3",
            "is_primary_recorded": False,
            "assignment_order": 3,
            "fte": Decimal("0.4"),
            "team": "L",
        },
    )
    assert placed.select("team", "fte", "assignments").rows() == [("L", Decimal("0.3") + Decimal("0.4"), 2)]


@pytest.mark.parametrize(
    ("second_fte", "placed_by"),
    [(Decimal("0.4"), "a1"), (Decimal("0.5"), "a1"), (Decimal("0.6"), "a2")],
    ids=["less", "as much", "more"],
)
def test_of_several_primaries_the_one_with_most_fte_then_the_lowest_number_places(
    second_fte: Decimal, placed_by: str
) -> None:
    placed = people(
        {"assignment_key": "a2", "assignment_order": 2, "fte": second_fte},
        {"assignment_key": "a1", "assignment_order": 1, "fte": Decimal("0.5")},
    )
    assert placed["assignment_key"].to_list() == [placed_by]


def test_fte_of_an_active_person_is_that_of_active_assignments_only() -> None:
    placed = people(
        {"assignment_key": "a1", "fte": Decimal("0.5")},
        {"assignment_key": "a2", "assignment_order": 2, "is_active": False, "fte": Decimal("0.4")},
    )
    assert placed.select("is_active", "fte", "fte_active").rows() == [(True, Decimal("0.9"), Decimal("0.5"))]


def test_someone_with_no_active_assignment_is_employed_with_no_active_fte() -> None:
    placed = people({"is_active": False})
    assert placed.select("is_active", "fte", "fte_active").rows() == [(False, Decimal("1"), Decimal("0"))]


def test_a_person_without_any_assignment_in_scope_is_not_in_the_mart() -> None:
    assert people({"is_substantive": False}, {"assignment_key": "a2", "is_employed": False}).height == 0


def test_fte_is_summed_exactly_and_never_capped() -> None:
    placed = people(*({"assignment_key": f"a{n}", "assignment_order": n, "fte": Decimal("0.1")} for n in range(13)))
    assert placed["fte"].to_list() == [13 * Decimal("0.1")]
    assert placed.schema["fte"] == FTE


@pytest.mark.parametrize(
    ("status", "is_employed", "is_active"),
    [
        *((code, True, True) for code in ("01", "02", "05")),
        *((code, True, False) for code in ("03", "06", "07", "08", "09", "10")),
        *((code, False, False) for code in ("04", "11", "12", "13")),
        (None, True, False),
    ],
)
def test_each_assignment_status_counts_as_the_reference_says(
    status: str | None, is_employed: bool, is_active: bool
) -> None:
    row = assignments({"assignment_status_code": status})
    assert row.select("is_employed", "is_active").rows() == [(is_employed, is_active)]


@pytest.mark.parametrize(
    ("contract", "is_substantive", "is_known"),
    [
        *((code, True, True) for code in ("02", "04", "05")),
        *((code, False, True) for code in ("01", "03", "06", "07", "08", "09")),
        (None, False, False),
    ],
)
def test_an_unknown_contract_type_is_outside_rates_and_can_be_counted(
    contract: str | None, is_substantive: bool, is_known: bool
) -> None:
    row = assignments({"contract_type_code": contract})
    assert row.select("is_substantive", "is_contract_known").rows() == [(is_substantive, is_known)]


def test_a_blank_dimension_reads_unknown_and_a_blank_code_stays_blank() -> None:
    row = assignments({"staff_group": None, "staff_group_code": None, "occupation_code_code": None})
    dimensions = ("directorate", "service", "team", "staff_group", "pay_band", "age_band")
    assert set(row.select(dimensions).row(0)) == {"unknown"}
    assert row["profession"].item() == "Not an AHP"
    assert row.select("staff_group_code", "cost_centre", "position_number").row(0) == (None, None, None)


def test_an_occupation_code_that_no_list_knows_is_kept_in_capitals_without_spaces_around() -> None:
    row = assignments({"occupation_code": " s0e ", "occupation_code_code": None})
    assert row["occupation_code"].to_list() == ["S0E"]


def test_every_listed_assignment_is_kept_whatever_its_status() -> None:
    rows = assignments(
        {"assignment_key": "a1"},
        {"assignment_key": "a2", "assignment_status_code": "13"},
        {"assignment_key": "a3", "contract_type_code": "01"},
    )
    assert rows["assignment_key"].to_list() == ["a1", "a2", "a3"]
