"""Suggested occupation codes, on the test vectors of the review: read as extracts, weighed, and answered."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from workbench.coding.local_settings import CodingSettings
from workbench.coding.suggested_code import DECLINED
from workbench.coding.suggestions import position_suggestions, suggestions
from workbench.settings import Settings
from workbench.warehouse import Snapshot, Warehouse, open_snapshot

PERIOD = dt.date(2025, 3, 31)
AMBULANCE = "ABA; ABB; ABC; ABD; ABE"
BODY_17 = "body 17"

# Vector; occupation code, job role, registrations (type, active and lately checked), other columns;
# then outcome, suggested code, confidence, why declined, candidates.
VECTORS: list[tuple[str, str, str, str, dict[str, str], tuple[str | None, ...]]] = [
    ("1", "S1E", "04041", "28", {}, ("stands", None, None, None, None)),
    ("2", "S1K", "04017", "28", {}, ("suggested", "S1E", "low", None, None)),
    ("2 hinted", "S1K", "04017", "28", {"area_of_work": "Physiotherapy"}, ("suggested", "S1E", "medium", None, None)),
    ("3", "S4T", "05019", "25", {"staff_group": "05"}, ("stands", None, None, None, None)),
    ("4", "S1K", "05019", "25", {"staff_group": "05"}, ("declined", None, None, "odp_convention", "S1T; S4T")),
    ("5", "G1C", "04043", "28", {}, ("suggested", "S0E", "high", None, None)),
    ("6", "A6A", "04040", "27", {}, ("stands", None, None, None, None)),
    ("7", "S1X", "04037", "27", {}, ("declined", None, None, "ambulance_setting", AMBULANCE)),
    ("8", "SAT", "05019", "25", {"staff_group": "05"}, ("declined", None, None, "odp_convention", "S1T; S4T")),
    ("9", " s1e", "04041", "28", {}, ("stands", None, None, None, None)),
    ("10a", "S8K", "", "", {}, ("declined", None, None, "no_profession", None)),
    ("10b", "N0A", "", "", {"staff_group": "03"}, (None, None, None, None, None)),
    ("10c", "SOE", "", "", {}, ("declined", None, None, "no_profession", "S0E")),
    ("11a", "S1H", "04021", "19", {}, ("stands", None, None, None, None)),
    ("11b", "S1H", "", "19", {"area_of_work": "Drama Therapy"}, ("stands", None, None, None, None)),
    ("11c", "S1H", "", "19", {}, ("stands", None, None, None, None)),
    ("12", "S1F", "04053", "30", {}, ("declined", None, None, "branch_differs", "S1F; S1G")),
    ("13", "S1E", "04025", "24", {}, ("suggested", "S1C", "high", None, None)),
    ("14", "S1E", "04025", "28", {}, ("declined", None, None, "job_role_looks_wrong", "S1E")),
    ("15", "S1E", "04025", "", {}, ("declined", None, None, "sources_in_conflict", "S1C; S1E")),
    ("16", "S9E", "07012", "28", {"staff_group": "07"}, ("stands", None, None, None, None)),
    ("17", "S4A", "07008", "", {"staff_group": "07"}, ("declined", None, None, "support_or_qualified",
                                                         "H1G; H2G; S4A; S9A")),
    ("18", "H1H", "07004", "", {"staff_group": "07"}, ("stands", None, None, None, None)),
    ("19", "S1V", "05013", BODY_17, {"staff_group": "05"}, ("stands", None, None, None, None)),
    ("20", "S1C", "04041", "28;24", {}, ("declined", None, None, "sources_in_conflict", "S1C; S1E")),
    ("21", "U4A", "06010", "23", {"staff_group": "06"}, (None, None, None, None, None)),
    ("22", "S1E", "04042", "28", {}, ("suggested", "SAE", "medium", None, None)),
]  # fmt: skip

# What section (e) says beyond the vectors.
FURTHER: list[tuple[str, str, str, str, dict[str, str], tuple[str | None, ...]]] = [
    ("manager level without its role", "S0C", "04025", "24", {}, ("suggested", "S1C", "medium", None, None)),
    ("retired level", "S2D", "04029", "26", {}, ("suggested", "S1D", "medium", None, None)),
    ("blank code", "", "04057", "31", {}, ("suggested", "S1J", "high", None, None)),
    ("job role alone", "S1X", "04009", "", {}, ("suggested", "S1B", "low", None, None)),
    ("job role and title", "S1X", "04009", "", {"position_title": "Dietitian"}, ("suggested", "S1B", "medium", None,
                                                                                    None)),
    ("branch of the job role", "S1X", "04049", "30", {}, ("suggested", "S1F", "high", None, None)),
    ("branch not stated", "S1X", "04061", "30", {}, ("declined", None, None, "no_single_profession", "S1F; S1G")),
    ("two professions", "S1K", "04017", "28;24", {}, ("declined", None, None, "no_single_profession", "S1C; S1E")),
    ("weak evidence", "S1K", "04017", "", {"area_of_work": "Physiotherapy"}, ("declined", None, None,
                                                                             "weak_evidence_only", "S1E")),
    ("stale registration alone", "S1K", "04017", "28 stale", {}, ("declined", None, None,
                                                                   "sole_evidence_not_verified", "S1E")),
    ("lapsed registration alone", "S1K", "04017", "28 lapsed", {}, ("declined", None, None,
                                                                    "sole_evidence_not_verified", "S1E")),
    ("stale registration beside a job role", "S1X", "04041", "28 stale", {}, ("suggested", "S1E", "high", None, None)),
    ("registered manager", "G0A", "08007", "24", {"staff_group": "08"},
     ("declined", None, None, "registration_in_another_post", "S0C; S1C; S4C; S6C; S7C; SAC")),
    ("registered nurse by post", "N6A", "03016", "28", {"staff_group": "03"},
     ("declined", None, None, "no_valid_code", "S0E; S1E; S6E; S7E; SAE")),
    ("receptionist", "S1C", "08002", "", {"staff_group": "08"}, ("declined", None, None, "only_the_code", None)),
    ("assistant as therapist", "S1E", "07012", "", {"staff_group": "07"}, ("suggested", "S9E", "medium", None, None)),
    ("student", "S9C", "02016", "", {"staff_group": "02"}, ("suggested", "S8C", "medium", None, None)),
    ("student paramedic", "A8A", "02025", "", {"staff_group": "02"}, ("declined", None, None, "no_valid_code", None)),
    ("qualified therapist with a code of the H matrix", "H1J", "04041", "", {}, ("suggested", "S1E", "medium", None,
                                                                                   None)),
    ("paramedic's setting kept", "A4C", "04037", "27", {}, ("suggested", "ABC", "medium", None, None)),
    ("ambulance manager", "A0A", "04039", "27", {}, ("stands", None, None, None, None)),
    ("tutor of a profession without tutors", "S7K", "", "22", {}, ("declined", None, None, "no_valid_code",
                                                                   "S0B; S1B; SAB")),
    ("instructor's level kept", "S6X", "04041", "28", {}, ("suggested", "S6E", "high", None, None)),
]  # fmt: skip


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Snapshot]:
    """All vectors as people of one trust, each with a position whose number names the vector."""
    folder = tmp_path_factory.mktemp("vectors")
    settings = Settings(home=folder / "home", key_file=folder / "pseudonyms.key", reports=folder / "reports")
    posts, checks = [], []
    for number, (name, code, role, registered, other, _) in enumerate(VECTORS + FURTHER):
        post = _post(number, code, role, name) | other
        posts.append(post)
        checks += [_check(post["employee_number"], one) for one in registered.split(";") if one]
    posts += [
        _post(900 + n, code, role, "shared") for n, (code, role) in enumerate([("S1K", "04041"), ("S1K", "04041")])
    ]
    posts += [_post(910 + n, code, role, "torn") for n, (code, role) in enumerate([("S1K", "04041"), ("S1K", "04025")])]
    posts += [_post(920 + n, code, role, "one told") for n, (code, role) in enumerate([("S1X", "04041"), ("S1X", "")])]
    posts[-1]["area_of_work"] = "Physiotherapy"
    files = [_written(folder / "staff_in_post_XTT.csv", posts), _written(folder / "registrations_XTT.csv", checks)]
    report = Warehouse(settings).load(files)
    assert report.snapshot_id is not None
    with open_snapshot(settings) as opened:
        yield opened


def _post(number: int, code: str, role: str, position: str) -> dict[str, str]:
    return {
        "organisation_code": "XTT",
        "period": "2025-03-31",
        "employee_number": f"7{number:07d}",
        "assignment_number": f"7{number:07d}",
        "primary_assignment": "yes",
        "assignment_status": "02",
        "contract_type": "05",
        "position_number": position,
        "position_title": "Team member",
        "cost_centre": "4410",
        "staff_group": "04",
        "job_role": role,
        "occupation_code": code,
        "area_of_work": "General Medicine",
        "pay_band": "Band 6",
        "contracted_fte": "0.8",
        "organisation_start_date": "2020-04-01",
    }


def _check(person: str, registered: str) -> dict[str, str]:
    kind, _, state = registered.partition(" ")
    osteopath = registered == BODY_17
    return {
        "organisation_code": "XTT",
        "employee_number": person,
        "registration_body": "17" if osteopath else "08",
        "registration_type": "" if osteopath else kind,
        "registration_number": f"R{person}{kind}",
        "status": "03",
        "expiry_date": "2025-03-30" if state == "lapsed" else "2026-03-31",
        "checked_date": "2025-03-23" if state == "stale" else "2025-03-24",
    }


def _written(path: Path, rows: Sequence[Mapping[str, str]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


@pytest.fixture(scope="module")
def answers(snapshot: Snapshot) -> pl.DataFrame:
    return suggestions(snapshot, "XTT", PERIOD)


def _answer(answers: pl.DataFrame, position: str) -> tuple[Any, ...]:
    found = answers.filter(position_number=position)
    columns = ("outcome", "suggested_code", "confidence", "declined", "candidates")
    return found.select(columns).row(0) if found.height else (None,) * len(columns)


@pytest.mark.parametrize(("vector", "expected"), [(v[0], v[-1]) for v in VECTORS + FURTHER], ids=lambda v: str(v)[:30])
def test_each_record_gets_the_code_its_evidence_points_to_or_an_honest_decline(
    answers: pl.DataFrame, vector: str, expected: tuple[str | None, ...]
) -> None:
    assert _answer(answers, vector) == expected


@pytest.mark.parametrize(
    ("vector", "choices", "expected"),
    [
        ("4", {"odp_convention": "S1T"}, ("suggested", "S1T", "medium", None, None)),
        ("4", {"odp_convention": "S4T"}, ("suggested", "S4T", "medium", None, None)),
        ("8", {"odp_convention": "S4T"}, ("suggested", "S4T", "medium", None, None)),
        ("3", {"odp_convention": "S1T"}, ("stands", None, None, None, None)),
        ("7", {"ambulance_letter": "E"}, ("suggested", "ABE", "medium", None, None)),
        ("6", {"ambulance_letter": "E"}, ("stands", None, None, None, None)),
        ("paramedic's setting kept", {"ambulance_letter": "E"}, ("suggested", "ABC", "medium", None, None)),
        ("stale registration alone", {"registration_fresh_days": 8}, ("suggested", "S1E", "low", None, None)),
    ],
)
def test_a_local_choice_settles_only_what_no_public_rule_settles(
    snapshot: Snapshot, vector: str, choices: dict[str, Any], expected: tuple[str | None, ...]
) -> None:
    assert _answer(suggestions(snapshot, "XTT", PERIOD, CodingSettings(**choices)), vector) == expected


def test_every_answer_states_its_votes_and_its_reasons(answers: pl.DataFrame) -> None:
    assert answers.select(pl.col("votes", "reasons").is_null().any()).row(0) == (False, False)
    second = answers.filter(position_number="2 hinted").row(0, named=True)
    assert second["votes"] == (
        "occupation code S1K: names no profession; job role 04017: names no profession; registration: Physiotherapist; "
        "area of work or title hints at: Physiotherapist"
    )
    assert second["reasons"] == (
        "only the registration names Physiotherapist; level from the job role; "
        "area of work or title hints at Physiotherapist"
    )


def test_a_suggestion_is_a_valid_code_and_never_the_code_already_held(
    answers: pl.DataFrame, snapshot: Snapshot
) -> None:
    valid = snapshot.sql("select occupation_code from reference.occupation_code where is_currently_valid")
    offered = answers.filter(outcome="suggested")
    assert offered.height > 0
    assert set(offered["suggested_code"]) <= set(valid["occupation_code"])
    assert offered.filter(pl.col("suggested_code") == pl.col("current_code")).is_empty()
    listed = answers["candidates"].drop_nulls().str.split("; ").explode()
    assert set(listed) <= set(valid["occupation_code"])


def test_every_reason_to_decline_is_explained_in_words(answers: pl.DataFrame) -> None:
    declined = answers.filter(outcome="declined")
    assert set(declined["declined"]) == set(DECLINED)
    assert declined["reasons"].to_list() == [DECLINED[reason] for reason in declined["declined"]]


@pytest.mark.parametrize(
    ("position", "expected"),
    [
        ("shared", ("suggested", "S1E", "low", None, None, 2)),
        ("torn", ("declined", None, None, "holders_differ", "S1C; S1E", 2)),
        ("one told", ("declined", None, None, "holders_differ", "S1E", 2)),
        ("5", ("suggested", "S0E", "high", None, None, 1)),
        ("14", ("declined", None, None, "job_role_looks_wrong", "S1E", 1)),
        ("1", ("stands", None, None, None, None, 1)),
    ],
)
def test_a_position_gets_a_code_only_when_all_its_holders_point_to_it(
    answers: pl.DataFrame, position: str, expected: tuple[Any, ...]
) -> None:
    columns = ("outcome", "suggested_code", "confidence", "declined", "candidates", "holders")
    found = position_suggestions(answers).filter(position_number=position).select(columns)
    assert found.row(0) == expected


def test_a_month_that_is_not_loaded_has_no_rows(snapshot: Snapshot) -> None:
    empty = suggestions(snapshot, "XTT", dt.date(2024, 3, 31))
    assert empty.is_empty()
    assert position_suggestions(empty).is_empty()


def test_nobody_reads_a_name_or_a_number_of_staff_in_an_answer(answers: pl.DataFrame) -> None:
    words = " ".join(answers.select("reasons", "votes").unpivot()["value"].drop_nulls())
    assert "7000" not in words
