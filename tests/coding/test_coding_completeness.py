"""Which assignments are AHP-relevant, and when a field counts as filled."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping

import pytest

from workbench.coding.completeness import completeness_by
from workbench.measures import evaluate
from workbench.warehouse.snapshot import Snapshot

Build = Callable[..., Snapshot]
AUGUST = dt.date(2026, 8, 31)
OTHER = {"staff_group_says_ahp": False, "coded_profession": None, "evidenced_profession": None}


def share(snapshot: Snapshot, **options: str) -> tuple[object, ...]:
    frame = evaluate(snapshot, "coding_completeness", organisation="XAA", as_at="2026-08-31", options=options).frame
    return tuple(frame.row(0)[:4])


@pytest.mark.parametrize(
    ("record", "relevant"),
    [
        ({}, True),
        ({**OTHER, "staff_group_says_ahp": True}, True),
        ({**OTHER, "coded_profession": "Physiotherapist"}, True),
        ({**OTHER, "evidenced_profession": "Paramedic"}, True),
        ({**OTHER, "evidenced_profession": "Disputed"}, True),
        ({**OTHER, "evidenced_profession": "Not evidenced"}, False),
        ({**OTHER, "evidenced_profession": "Not evidenced", "staff_group_says_ahp": True}, True),
        (OTHER, False),
        ({"is_employed": False}, False),
        ({"is_substantive": False}, False),
    ],
)
def test_relevant_is_evidenced_or_coded_or_in_the_staff_group(
    records: Build, record: Mapping[str, object], relevant: bool
) -> None:
    snapshot = records([{"person_key": "ann", **record}])
    assert share(snapshot) == ((1.0, 1.0, 100.0, "ok") if relevant else (0.0, 0.0, None, "not_applicable"))


@pytest.mark.parametrize(
    ("record", "filled"),
    [
        ({}, {"all", "occupation_code", "job_role", "area_of_work"}),
        ({"occupation_code": None}, {"job_role", "area_of_work"}),
        ({"job_role": None, "job_role_code": None}, {"occupation_code", "area_of_work"}),
        ({"area_of_work": " "}, {"occupation_code", "job_role"}),
        ({"occupation_code": "QQQ"}, {"all", "occupation_code", "job_role", "area_of_work"}),
    ],
)
def test_any_text_counts_as_filled(records: Build, record: Mapping[str, object], filled: set[str]) -> None:
    snapshot = records([{"person_key": "ann", **record}])
    fields = ("all", "occupation_code", "job_role", "area_of_work")
    assert {field for field in fields if share(snapshot, field=field)[0] == 1} == filled


def test_a_text_that_our_lists_do_not_hold_is_filled_and_not_known(records: Build) -> None:
    strange = {
        "occupation_code": "SOE",
        "coded_group": "not valid",
        "job_role": "Wizard",
        "job_role_code": None,
        "area_of_work": "Attic",
    }
    snapshot = records([{"person_key": "ann"}, {"person_key": "bob", **strange}], unknown_areas=["Attic"])
    table = completeness_by(snapshot, "XAA", AUGUST, "service")
    assert table is not None
    for field in ("occupation_code", "job_role", "area_of_work"):
        assert table.select(f"{field}_filled", f"{field}_known").rows() == [(2, 1), (2, 1)]


def test_assignments_are_counted_and_the_people_behind_them_are_known(records: Build) -> None:
    snapshot = records([{"person_key": "ann", "assignment_key": f"ann-{n}"} for n in (1, 2)])
    result = evaluate(snapshot, "coding_completeness", organisation="XAA", as_at="2026-08-31")
    assert result.frame.row(0)[:2] == (2.0, 2.0)
    assert result.people.select("numerator_people", "denominator_people").row(0) == (1, 1)


def test_a_month_that_is_not_loaded_is_no_data(records: Build) -> None:
    snapshot = records([{"person_key": "ann"}])
    frame = evaluate(snapshot, "coding_completeness", organisation="XAA", as_at="2026-07-31").frame
    assert frame["status"].to_list() == ["no_data"]
    assert completeness_by(snapshot, "XAA", dt.date(2026, 7, 31), "service") is None
