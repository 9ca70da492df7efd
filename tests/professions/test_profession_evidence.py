"""The evidence of a person's profession, weighed on literal records: the test vectors of the coding review."""

from __future__ import annotations

import datetime as dt
import functools
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import workbench
from workbench.professions import profession_tables
from workbench.reference import reference_tables
from workbench.warehouse.snapshot import literal_snapshot

QUERY = Path(workbench.__file__).parent / "warehouse" / "sql" / "marts" / "profession_evidence.sql"
PERIOD = dt.date(2025, 3, 31)
BEFORE = dt.date(2025, 3, 28)
STAFF = {
    "organisation_code": pl.String,
    "period": pl.Date,
    "assignment_key": pl.String,
    "assignment_order": pl.Int32,
    "person_key": pl.String,
    "contracted_fte": pl.Decimal(18, 4),
    "assignment_status_code": pl.String,
    "staff_group_code": pl.String,
    "occupation_code": pl.String,
    "occupation_code_code": pl.String,
    "job_role_code": pl.String,
    "area_of_work": pl.String,
    "position_title": pl.String,
}
REGISTRATIONS = {
    "organisation_code": pl.String,
    "person_key": pl.String,
    "registration_key": pl.String,
    "registration_body_code": pl.String,
    "registration_type_code": pl.String,
    "status_code": pl.String,
    "expiry_date": pl.Date,
    "checked_date": pl.Date,
}


def post(code: str | None = None, role: str | None = None, **other: Any) -> dict[str, Any]:
    row = {
        "organisation_code": "XAA",
        "period": PERIOD,
        "assignment_key": "a1",
        "assignment_order": 1,
        "person_key": "p1",
        "contracted_fte": "1.0",
        "assignment_status_code": "02",
        "staff_group_code": "04",
        "occupation_code": code,
        "occupation_code_code": None,
        "job_role_code": role,
        "area_of_work": None,
        "position_title": None,
    }
    return row | other


def registration(kind: str | None, *, body: str = "08", key: str = "r1", **other: Any) -> dict[str, Any]:
    row = {
        "organisation_code": "XAA",
        "person_key": "p1",
        "registration_key": f"{key}{kind}",
        "registration_body_code": body,
        "registration_type_code": kind,
        "status_code": "03",
        "expiry_date": dt.date(2026, 3, 31),
        "checked_date": BEFORE,
    }
    return row | other


@functools.cache
def lists() -> dict[str, pl.DataFrame]:
    return {**reference_tables(), **profession_tables()}


def evidence(posts: list[dict[str, Any]], registrations: list[dict[str, Any]]) -> pl.DataFrame:
    tables = dict(lists())
    tables["staging.staff_in_post"] = pl.DataFrame(posts, schema=STAFF, strict=False)
    tables["staging.registrations"] = pl.DataFrame(registrations, schema=REGISTRATIONS, strict=False)
    return literal_snapshot(tables).query(QUERY)


def evidence_of(one: dict[str, Any], *kinds: str, body: str = "08") -> dict[str, Any]:
    rows = evidence([one], [registration(kind, body=body) for kind in kinds])
    assert rows.height == 1
    return rows.row(0, named=True)


AHP = "Allied health professionals"
ODP = "Operating department practitioner"
OTHER = "Other scientific, therapeutic & technical staff"
SUPPORT = "Support to AHPs"

# Number of the vector, record, registration types; then status, profession, level, coded group.
VECTORS = [
    ("1", post("S1E", "04041"), ["28"], "agreed", "Physiotherapist", "qualified", AHP),
    ("2", post("S1K", "04017"), ["28"], "single", "Physiotherapist", "qualified", OTHER),
    ("3", post("S4T", "05019", staff_group_code="05"), ["25"], "agreed", ODP, "qualified", AHP),
    ("4", post("S1K", "05019", staff_group_code="05"), ["25"], "agreed", ODP, "qualified", OTHER),
    ("5", post("G1C", "04043"), ["28"], "agreed", "Physiotherapist", "qualified", "not checked"),
    ("6", post("A6A", "04040"), ["27"], "agreed", "Paramedic", "qualified", "Ambulance staff"),
    ("7", post("S1X", "04037"), ["27"], "agreed", "Paramedic", "qualified", OTHER),
    ("8", post("SAT", "05019", staff_group_code="05"), ["25"], "agreed", ODP, "qualified", OTHER),
    ("9", post(" s1e", "04041"), ["28"], "agreed", "Physiotherapist", "qualified", AHP),
    ("10a", post("S8K"), [], "none", None, None, "not valid"),
    ("10b", post("N0A", staff_group_code="03"), [], "none", None, None, "not checked"),
    ("10c", post("SOE"), [], "none", None, None, "not valid"),
    ("10d", post(None), [], "none", None, None, "blank"),
    ("10e", post("S1"), [], "none", None, None, "not valid"),
    ("11a", post("S1H", "04021"), ["19"], "agreed", "Music therapist", "qualified", AHP),
    ("11b", post("S1H", area_of_work="Drama Therapy"), ["19"], "agreed", "Dramatherapist", "qualified", AHP),
    ("11c", post("S1H"), ["19"], "agreed", "Arts therapist, type not stated", "qualified", AHP),
    ("12", post("S1F", "04053"), ["30"], "agreed", "Radiographer", "qualified", AHP),
    ("13", post("S1E", "04025"), ["24"], "majority", "Occupational therapist", "qualified", AHP),
    ("14", post("S1E", "04025"), ["28"], "majority", "Physiotherapist", "qualified", AHP),
    ("15", post("S1E", "04025"), [], "conflict", "Disputed", "qualified", AHP),
    ("16", post("S9E", "07012", staff_group_code="07"), ["28"], "single", "Physiotherapist", "support", SUPPORT),
    ("17", post("S4A", "07008", staff_group_code="07"), [], "single", "Podiatrist", "qualified", AHP),
    ("18", post("H1H", "07004", staff_group_code="07"), [], "single", "Occupational therapist", "support", SUPPORT),
    ("20", post("S1C", "04041"), ["28", "24"], "conflict", "Disputed", "qualified", AHP),
    ("21", post("U4A", "06010", staff_group_code="06"), ["23"], "none", None, None, "not checked"),
    ("22", post("S1E", "04042"), ["28"], "agreed", "Physiotherapist", "qualified", AHP),
]  # fmt: skip


@pytest.mark.parametrize(
    ("record", "kinds", "status", "profession", "level", "group"), [v[1:] for v in VECTORS], ids=[v[0] for v in VECTORS]
)
def test_each_vector_of_the_review_is_classified_as_printed(
    record: dict[str, Any], kinds: list[str], status: str, profession: str | None, level: str | None, group: str
) -> None:
    found = evidence_of(record, *kinds)
    assert (found["vote_status"], found["evidenced_profession"], found["evidenced_level"], found["coded_group"]) == (
        status,
        profession,
        level,
        group,
    )


def test_an_osteopath_is_named_by_the_body_because_no_registration_type_exists() -> None:
    rows = evidence([post("S1V", "05013", staff_group_code="05")], [registration(None, body="17")])
    assert rows.select("vote_status", "evidenced_profession", "registration_profession").row(0) == (
        "agreed",
        "Osteopath",
        "Osteopath",
    )


def test_the_council_of_fifteen_professions_alone_names_none() -> None:
    rows = evidence([post("S1K", "04017")], [registration(None, body="08")])
    assert rows["vote_status"].item() == "none"


def test_the_branches_of_radiography_are_compared_apart_and_only_where_both_are_stated() -> None:
    branches = [("S1F", "04049"), ("S1F", "04053"), ("S1G", "04053"), ("H1K", "02020"), ("S1F", None), ("S1E", "04041")]
    found = [evidence_of(post(code, role))["radiography_branch_agrees"] for code, role in branches]
    assert found == [True, False, True, False, None, None]


def test_a_lapsed_registration_still_says_what_someone_is() -> None:
    rows = evidence([post("S1K")], [registration("28", expiry_date=dt.date(2020, 1, 1), status_code="02")])
    assert rows["evidenced_profession"].item() == "Physiotherapist"


@pytest.mark.parametrize(
    ("checked", "status"),
    [(dt.date(2025, 3, 30), "single"), (PERIOD, "single"), (dt.date(2025, 4, 1), "none")],
)
def test_a_check_after_the_month_end_is_not_yet_known(checked: dt.date, status: str) -> None:
    rows = evidence([post("S1K")], [registration("28", checked_date=checked)])
    assert rows["vote_status"].item() == status


def test_of_several_checks_of_one_registration_the_latest_known_counts() -> None:
    first = registration("24", key="r") | {"registration_key": "same", "checked_date": dt.date(2025, 1, 10)}
    second = registration("28", key="r") | {"registration_key": "same", "checked_date": dt.date(2025, 3, 10)}
    months = [post("S1K", period=dt.date(2025, 2, 28)), post("S1K")]
    rows = evidence(months, [first, second]).sort("period")
    assert rows["evidenced_profession"].to_list() == ["Occupational therapist", "Physiotherapist"]


def test_two_registrations_and_nothing_else_leave_the_profession_disputed_until_a_hint_narrows_it() -> None:
    both = ["28", "24"]
    found = evidence_of(post("S1K"), *both)
    assert (found["vote_status"], found["evidenced_profession"]) == ("single", "Disputed")
    assert found["registration_profession"] == "Occupational therapist and Physiotherapist"
    hinted = evidence_of(post("S1K", area_of_work="Clinical Support|Physiotherapy|Physiotherapy"), *both)
    assert hinted["evidenced_profession"] == "Physiotherapist"


def test_a_registration_does_not_vote_in_a_support_post_but_is_still_shown() -> None:
    found = evidence_of(post("S9E", "07012", staff_group_code="07"), "24")
    assert (found["evidenced_profession"], found["registration_profession"]) == (
        "Physiotherapist",
        "Occupational therapist",
    )
    assert found["registration_agrees"] is None
    assert evidence_of(post("A8A", "07033", staff_group_code="07"), "27")["vote_status"] == "none"


def test_hints_alone_are_not_evidence() -> None:
    hints = [
        post("S1K", area_of_work="Physiotherapy"),
        post(None, position_title="Band 6 Physiotherapist"),
        post("A0A", staff_group_code="08"),
    ]
    for record in hints:
        found = evidence_of(record)
        assert (found["vote_status"], found["evidenced_profession"]) == ("weak", "Not evidenced")


def test_someone_whose_staff_group_or_role_names_another_calling_is_no_ahp_by_a_hint() -> None:
    others = [
        post("041", "01005", staff_group_code="01", area_of_work="Imaging"),
        post("G2C", "08002", staff_group_code="08", position_title="Physiotherapy Receptionist"),
        post("S1P", "05003", staff_group_code="05", area_of_work="Radiopharmacy"),
        post("A9C", "07032", staff_group_code="07", area_of_work="Ambulance Services"),
    ]
    assert [evidence_of(record)["vote_status"] for record in others] == ["none"] * 4


def test_a_hint_that_contradicts_the_strong_votes_changes_nothing() -> None:
    found = evidence_of(post("S1H", area_of_work="Physiotherapy", position_title="Art Psychotherapist"), "19")
    assert found["evidenced_profession"] == "Art therapist"
    torn = evidence_of(post("S1H", area_of_work="Drama Therapy", position_title="Art Therapist"), "19")
    assert torn["evidenced_profession"] == "Arts therapist, type not stated"


def test_what_is_hinted_at_is_kept_beside_the_outcome_and_says_whether_it_agrees() -> None:
    records = [
        post("S1K", area_of_work="Physiotherapy"),
        post("S1K", position_title="Dietitian"),
        post("S1H", area_of_work="Drama Therapy"),
        post("S1K"),
    ]
    found = [evidence_of(record, "19" if record["occupation_code"] == "S1H" else "28") for record in records]
    assert [(row["hinted_profession"], row["hint_agrees"]) for row in found] == [
        ("Physiotherapist", True),
        ("Dietitian", False),
        ("Dramatherapist", True),
        (None, None),
    ]


def test_each_field_keeps_its_own_answer_and_says_whether_it_agrees() -> None:
    found = evidence_of(post("S1E", "04025"), "24")
    answers = (found["coded_profession"], found["job_role_profession"], found["registration_profession"])
    assert answers == ("Physiotherapist", "Occupational therapist", "Occupational therapist")
    agrees = (found["occupation_code_agrees"], found["job_role_agrees"], found["registration_agrees"])
    assert agrees == (False, True, True)


def test_students_are_a_level_of_their_own() -> None:
    assert evidence_of(post("S8E", "02018", staff_group_code="02"))["evidenced_level"] == "student"
    assert evidence_of(post(None, "02025", staff_group_code="02"))["evidenced_level"] == "student"


def test_every_listed_assignment_has_one_row_and_unknown_statuses_are_employed() -> None:
    statuses = ["02", "06", "04", "11", "12", "13", None]
    posts = [
        post("S1E", "04041", assignment_key=f"a{n}", assignment_order=n, assignment_status_code=status)
        for n, status in enumerate(statuses)
    ]
    rows = evidence(posts, [registration("28"), registration("28", key="second")])
    assert rows["is_employed"].to_list() == [True, True, False, False, False, False, True]
    assert rows["fte"].dtype == pl.Decimal(18, 4)


def test_a_registration_in_another_organisation_is_another_person() -> None:
    rows = evidence([post("S1K")], [registration("28", organisation_code="XBB")])
    assert rows["vote_status"].item() == "none"
