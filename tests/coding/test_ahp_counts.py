"""How AHPs are counted by each source of the record."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping

import polars as pl
import pytest

from workbench.coding.ahp_counts import PROFESSION_ROWS, professions_by_source
from workbench.errors import ParameterError
from workbench.measures import evaluate
from workbench.warehouse.snapshot import Snapshot

Build = Callable[..., Snapshot]
AUGUST = dt.date(2026, 8, 31)

HIDDEN = {"coded_profession": None, "coded_group": "Other ST&T", "occupation_code": "S1K"}
DISPUTED = {"job_role_profession": "Dietitian", "registration_profession": None, "evidenced_profession": "Disputed"}
HINT = {
    **HIDDEN,
    "job_role_profession": None,
    "registration_profession": None,
    "staff_group_says_ahp": False,
    "evidenced_profession": "Not evidenced",
    "evidenced_level": None,
}
PARAMEDIC = {
    "coded_profession": "Paramedic",
    "coded_group": "Ambulance staff",
    "job_role_profession": "Paramedic",
    "registration_profession": "Paramedic",
    "evidenced_profession": "Paramedic",
}
NOT_AN_AHP = {
    **HINT,
    "coded_group": "Nurses",
    "evidenced_profession": None,
}
STUDENT = {"evidenced_level": "student"}


def rows(
    snapshot: Snapshot, measure: str = "ahp_headcount", by: tuple[str, ...] = (), **options: str
) -> list[tuple[object, ...]]:
    result = evaluate(snapshot, measure, organisation="XAA", as_at="2026-08-31", by=by, options=options)
    return [(*row[: len(by)], row[len(by)], row[len(by) + 3]) for row in result.frame.rows()]


@pytest.mark.parametrize(
    ("record", "counted_by"),
    [
        ({}, {"evidenced", "coded", "job_role", "registration", "staff_group"}),
        (HIDDEN, {"evidenced", "job_role", "registration", "staff_group"}),
        (DISPUTED, {"evidenced", "coded", "job_role", "staff_group"}),
        (HINT, {"evidenced"}),
        (NOT_AN_AHP, set()),
        ({**NOT_AN_AHP, "staff_group_says_ahp": True}, {"staff_group"}),
    ],
)
def test_each_source_counts_by_its_own_word(records: Build, record: Mapping[str, object], counted_by: set[str]) -> None:
    snapshot = records([{"person_key": "ann", **record}])
    views = ("evidenced", "coded", "job_role", "registration", "staff_group")
    assert {view: rows(snapshot, view=view) for view in views} == {
        view: [(1 if view in counted_by else 0, "ok")] for view in views
    }


def test_someone_in_two_professions_counts_once_in_each_and_once_in_the_total(records: Build) -> None:
    other = {"evidenced_profession": "Dietitian", "assignment_key": "ann-2", "fte": "0.4"}
    snapshot = records([{"person_key": "ann", "fte": "0.6"}, {"person_key": "ann", **other}, {"person_key": "bob"}])
    assert rows(snapshot, by=("profession",)) == [("Dietitian", 1, "ok"), ("Physiotherapist", 2, "ok")]
    assert rows(snapshot) == [(2, "ok")]
    assert rows(snapshot, "ahp_fte", by=("profession",)) == [
        ("Dietitian", 0.4, "ok"),
        ("Physiotherapist", pytest.approx(0.6 + 1.0), "ok"),
    ]


def test_two_posts_in_one_profession_are_one_person(records: Build) -> None:
    snapshot = records([{"person_key": "ann", "assignment_key": f"ann-{n}", "fte": "0.5"} for n in (1, 2)])
    assert rows(snapshot) == [(1, "ok")]
    assert rows(snapshot, "ahp_fte") == [(1.0, "ok")]


def test_disputed_and_not_evidenced_are_rows_and_part_of_the_total(records: Build) -> None:
    snapshot = records([{"person_key": "ann"}, {"person_key": "bob", **DISPUTED}, {"person_key": "cat", **HINT}])
    assert rows(snapshot, by=("profession",)) == [
        ("Disputed", 1, "ok"),
        ("Not evidenced", 1, "ok"),
        ("Physiotherapist", 1, "ok"),
    ]
    assert rows(snapshot) == [(3, "ok")]


def test_a_staff_group_names_no_profession(records: Build) -> None:
    with pytest.raises(ParameterError, match="names no profession"):
        rows(records([{"person_key": "ann"}]), by=("profession",), view="staff_group")


def test_someone_registered_in_two_professions_stands_in_disputed_by_registration(records: Build) -> None:
    both = {"registration_profession": "Dietitian and Physiotherapist"}
    snapshot = records([{"person_key": "ann", **both}])
    assert rows(snapshot, by=("profession",), view="registration") == [("Disputed", 1, "ok")]


@pytest.mark.parametrize(("level", "people"), [("all", 3), ("qualified", 1), ("support", 1)])
def test_students_are_counted_at_all_levels_only(records: Build, level: str, people: int) -> None:
    snapshot = records(
        [{"person_key": "ann"}, {"person_key": "bob", "evidenced_level": "support"}, {"person_key": "cat", **STUDENT}]
    )
    assert rows(snapshot, level=level) == [(people, "ok")]


@pytest.mark.parametrize(("contracts", "people"), [("substantive", 1), ("all", 2)])
def test_bank_staff_count_only_when_every_contract_type_is_asked_for(
    records: Build, contracts: str, people: int
) -> None:
    snapshot = records([{"person_key": "ann"}, {"person_key": "bob", "is_substantive": False}])
    assert rows(snapshot, contracts=contracts) == [(people, "ok")]


def test_an_ended_assignment_is_not_counted(records: Build) -> None:
    assert rows(records([{"person_key": "ann"}, {"person_key": "bob", "is_employed": False}])) == [(1, "ok")]


def test_a_month_without_ahps_is_zero_and_a_month_not_loaded_is_no_data(records: Build) -> None:
    snapshot = records(
        [
            {"person_key": "ann", "period": "2026-05-31"},
            {"person_key": "ann", "period": "2026-07-31", **NOT_AN_AHP},
            {"person_key": "ann"},
        ]
    )
    assert rows(snapshot, by=("month",)) == [
        (dt.date(2026, 5, 31), 1, "ok"),
        (dt.date(2026, 6, 30), None, "no_data"),
        (dt.date(2026, 7, 31), 0, "ok"),
        (AUGUST, 1, "ok"),
    ]


def test_fte_says_how_many_people_it_rests_on(records: Build) -> None:
    snapshot = records([{"person_key": "ann", "assignment_key": f"ann-{n}", "fte": "0.3"} for n in (1, 2)])
    result = evaluate(snapshot, "ahp_fte", organisation="XAA", as_at="2026-08-31")
    assert result.frame["numerator"].to_list() == [0.6]
    assert result.people["numerator_people"].to_list() == [1]


def row_of(table: pl.DataFrame, profession: str) -> dict[str, object]:
    return table.filter(profession=profession).row(0, named=True)


def test_the_table_holds_every_profession_once_and_a_total(records: Build) -> None:
    table = professions_by_source(records([{"person_key": "ann"}]), "XAA", AUGUST)
    assert table is not None
    assert table["profession"].to_list() == [*PROFESSION_ROWS, "Total"]
    assert row_of(table, "Osteopath")["people_evidenced"] == 0


def test_the_difference_between_code_and_evidence_is_told_by_row(records: Build) -> None:
    table = professions_by_source(
        records(
            [
                {"person_key": "ann"},
                {"person_key": "bob", "fte": "0.5", **HIDDEN},
                {"person_key": "cat", "coded_profession": "Dietitian"},
                {"person_key": "dan", **DISPUTED},
                {"person_key": "eve", **HINT},
                {"person_key": "fay", **PARAMEDIC},
            ]
        ),
        "XAA",
        AUGUST,
    )
    assert table is not None
    numbers = ("people_coded", "people_evidenced", "people_moving", "fte_coded", "fte_evidenced")
    shown = {name: tuple(row_of(table, name)[number] for number in numbers) for name in table["profession"]}
    assert {name: row for name, row in shown.items() if any(row)} == {
        "Dietitian": (1, 0, 1, 1.0, 0.0),
        "Paramedic": (1, 1, 0, 1.0, 1.0),
        "Physiotherapist": (2, 3, 2, 2.0, 2.5),
        "Disputed": (0, 1, 0, 0.0, 1.0),
        "Not evidenced": (0, 1, 0, 0.0, 1.0),
        "Total": (4, 6, 2, 4.0, 5.5),
    }
    assert row_of(table, "Paramedic")["coded_group"] == "Ambulance staff"
    assert row_of(table, "Total")["people_staff_group"] == 5
    assert row_of(table, "Physiotherapist")["people_staff_group"] is None


def test_an_arts_therapist_under_the_shared_letter_would_not_move(records: Build) -> None:
    arts = {
        "coded_profession": "Arts therapist, type not stated",
        "registration_profession": "Arts therapist, type not stated",
        "job_role_profession": "Music therapist",
        "evidenced_profession": "Music therapist",
    }
    table = professions_by_source(records([{"person_key": "ann", **arts}]), "XAA", AUGUST)
    assert table is not None
    assert row_of(table, "Total")["people_moving"] == 0
    assert row_of(table, "Music therapist")["people_evidenced"] == 1


def test_a_month_that_is_not_loaded_has_no_table(records: Build) -> None:
    assert professions_by_source(records([{"person_key": "ann"}]), "XAA", dt.date(2026, 7, 31)) is None
