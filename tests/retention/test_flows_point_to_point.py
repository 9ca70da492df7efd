from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from workbench.measures import evaluate
from workbench.retention.movements import opening_month

ORACLE = json.loads((Path(__file__).parents[1] / "oracles/retention_flows.json").read_text(encoding="utf-8"))
YEAR_AGO, NOW = "2025-09-30", "2026-09-30"
AHP, NURSING = "Allied Health Professionals", "Nursing"


def value(snapshot, measure, as_at=NOW, **options):
    return evaluate(snapshot, measure, organisation="XAA", as_at=as_at, options=options).frame["value"].item()


def sixteen_people(organisation):
    """The worked example as month-end lists: in scope by contract, active by status, FTE added up per person."""
    vector = ORACLE["sixteen_people"]
    rows = [dict(zip(vector["columns"], row, strict=True)) for row in vector["rows"]]
    ends = [vector["opening_date"], *(step[0] for step in vector["monthly_steps"]["rows"])]
    months = {}
    for end in ends:
        people = {}
        for row in rows:
            listed = row["first_day"] <= end and (row["last_day"] is None or row["last_day"] >= end)
            if (
                not listed
                or row["organisation"] != organisation
                or row["contract_type"] not in vector["filters"]["contract_type"]
            ):
                continue
            active = row["assignment_status"] in vector["filters"]["active_status"]
            person = people.setdefault(row["person"], {"is_active": False, "fte": Decimal(0), "fte_active": Decimal(0)})
            person["staff_group"] = row["staff_group"]
            person["is_active"] |= active
            person["fte"] += Decimal(str(row["contracted_fte"]))
            person["fte_active"] += Decimal(str(row["contracted_fte"])) if active else 0
        months[end] = people
    return months


@pytest.fixture
def sixteen(staff):
    return staff(sixteen_people("X"))


def test_sixteen_people_leave_and_join_as_the_published_definition_says(sixteen):
    expected = ORACLE["sixteen_people"]["expected"][0]["result"]
    closing = ORACLE["sixteen_people"]["closing_date"]
    fte = expected["fte"]
    assert value(sixteen, "leavers", closing) == expected["published_leavers"]
    assert value(sixteen, "joiners", closing) == expected["published_joiners"]
    assert value(sixteen, "leavers", closing, unit="fte") == fte["leavers"] + fte["moves_out"] + fte["to_inactive"]
    assert value(sixteen, "joiners", closing, unit="fte") == fte["joiners"] + fte["moves_in"] + fte["returns"]


def test_sixteen_people_are_in_post_as_the_published_definition_says(sixteen):
    vector = ORACLE["sixteen_people"]
    expected = vector["expected"][0]["result"]
    for end, line in ((vector["opening_date"], "opening"), (vector["closing_date"], "closing")):
        assert value(sixteen, "headcount", end, status="active") == expected[line]
        assert value(sixteen, "fte", end, status="active") == expected["fte"][line]


def test_sixteen_people_month_by_month_headcount_is_the_closing_stock(sixteen):
    vector = ORACLE["sixteen_people"]
    for end, _, _, _, closing in vector["monthly_steps"]["rows"]:
        assert value(sixteen, "headcount", end) == closing


def test_a_move_between_staff_groups_is_neither_leaving_nor_joining_the_organisation(staff):
    snapshot = staff({YEAR_AGO: {"a": {"staff_group": AHP}}, NOW: {"a": {"staff_group": NURSING}}})
    assert value(snapshot, "leavers") == 0
    assert value(snapshot, "joiners") == 0


def test_going_on_maternity_leave_is_leaving_active_service_and_coming_back_is_joining(staff):
    snapshot = staff({YEAR_AGO: {"a": {}, "b": {"is_active": False}}, NOW: {"a": {"is_active": False}, "b": {}}})
    assert value(snapshot, "leavers") == 1
    assert value(snapshot, "joiners") == 1


def test_on_maternity_leave_at_both_ends_is_no_flow(staff):
    away = {"a": {"is_active": False}}
    snapshot = staff({YEAR_AGO: away, NOW: away})
    assert (value(snapshot, "leavers"), value(snapshot, "joiners")) == (0, 0)


def test_joining_and_leaving_between_the_month_ends_is_not_seen(staff):
    snapshot = staff({YEAR_AGO: {}, "2026-03-31": {"a": {}}, NOW: {}})
    assert (value(snapshot, "leavers"), value(snapshot, "joiners")) == (0, 0)


def test_leavers_stand_in_their_opening_group_and_joiners_in_their_closing_group(staff):
    snapshot = staff({YEAR_AGO: {"a": {"staff_group": AHP}}, NOW: {"b": {"staff_group": NURSING}}})
    for measure, group in (("leavers", AHP), ("joiners", NURSING)):
        rows = evaluate(snapshot, measure, organisation="XAA", as_at=NOW, by="staff_group").frame
        assert rows.select("staff_group", "value").rows() == [(group, 1)]


def test_a_group_that_nobody_left_is_a_row_with_zero(staff):
    snapshot = staff({YEAR_AGO: {"a": {"staff_group": AHP}, "b": {"staff_group": NURSING}}, NOW: {"a": {}}})
    rows = evaluate(snapshot, "leavers", organisation="XAA", as_at=NOW, by="staff_group").frame
    assert rows.select("staff_group", "value").rows() == [(AHP, 0), (NURSING, 1)]


def test_everybody_leaves_and_everybody_joins(staff):
    snapshot = staff({YEAR_AGO: {"a": {}, "b": {}}, NOW: {"c": {}, "d": {}, "e": {}}})
    assert (value(snapshot, "leavers"), value(snapshot, "joiners")) == (2, 3)


def test_a_leavers_fte_is_that_at_the_opening_and_a_joiners_that_at_the_closing(staff):
    snapshot = staff({YEAR_AGO: {"a": {"fte": 0.6}}, NOW: {"b": {"fte": 0.8}}})
    assert value(snapshot, "leavers", unit="fte") == 0.6
    assert value(snapshot, "joiners", unit="fte") == 0.8


@pytest.mark.parametrize("loaded", [YEAR_AGO, NOW])
def test_a_month_end_that_is_not_loaded_on_either_side_is_no_data(staff, loaded):
    result = evaluate(staff({loaded: {"a": {}}}), "leavers", organisation="XAA", as_at=NOW)
    assert result.frame["status"].to_list() == ["no_data"]


def test_months_missing_inside_a_window_are_said_and_do_not_matter(staff):
    result = evaluate(staff({YEAR_AGO: {"a": {}}, NOW: {}}), "leavers", organisation="XAA", as_at=NOW)
    assert result.frame["value"].to_list() == [1]
    assert len(result.stamp["months_missing"]) == 11


def test_by_month_each_row_is_a_window_of_its_own_and_the_first_ones_are_unknown(staff):
    snapshot = staff({"2026-07-31": {"a": {}}, "2026-08-31": {"a": {}, "b": {}}, NOW: {"b": {}}})
    rows = evaluate(snapshot, "leavers", organisation="XAA", as_at=NOW, by="month", options={"window_months": 1}).frame
    assert rows.select("month", "value", "status").rows() == [
        (dt.date(2026, 7, 31), None, "no_data"),
        (dt.date(2026, 8, 31), 0, "ok"),
        (dt.date(2026, 9, 30), 1, "ok"),
    ]


@pytest.mark.parametrize(
    ("closing", "window", "opening"),
    [
        ("2026-09-30", 12, "2025-09-30"),
        ("2026-03-31", 1, "2026-02-28"),
        ("2025-02-28", 12, "2024-02-29"),
        ("2024-02-29", 12, "2023-02-28"),
        ("2026-02-28", 1, "2026-01-31"),
        ("2026-12-31", 3, "2026-09-30"),
    ],
)
def test_a_window_opens_at_a_month_end(closing, window, opening, staff):
    assert opening_month(dt.date.fromisoformat(closing), window) == dt.date.fromisoformat(opening)
    snapshot = staff({opening: {"a": {}}, closing: {}})
    assert value(snapshot, "leavers", closing, window_months=window) == 1


people = st.dictionaries(
    st.sampled_from("abcdefgh"),
    st.fixed_dictionaries(
        {"is_active": st.booleans(), "staff_group": st.sampled_from([AHP, NURSING]), "fte": st.sampled_from([0.5, 1.0])}
    ),
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(people, min_size=3, max_size=3))
def test_flows_are_the_set_differences_of_the_month_ends_and_close_the_stock(staff, lists):
    ends = ["2026-07-31", "2026-08-31", "2026-09-30"]
    months = dict(zip(ends, lists, strict=True))
    snapshot = staff(months)
    active = {end: {p for p, row in listed.items() if row["is_active"]} for end, listed in months.items()}

    def by_month(measure, **options):
        frame = evaluate(snapshot, measure, organisation="XAA", as_at=ends[-1], by="month", options=options).frame
        return {str(month): number for month, number in frame.select("month", "value").iter_rows()}

    for window in (1, 2):
        left, joined = (by_month(measure, window_months=window) for measure in ("leavers", "joiners"))
        stock = by_month("headcount", status="active")
        for opening, closing in zip(ends, ends[window:], strict=False):
            assert left[closing] == len(active[opening] - active[closing])
            assert joined[closing] == len(active[closing] - active[opening])
            assert stock[opening] + joined[closing] - left[closing] == stock[closing]
    grouped = evaluate(
        snapshot,
        "leavers",
        organisation="XAA",
        as_at=ends[-1],
        by=["month", "staff_group"],
        options={"window_months": 1},
    ).frame
    for end in ends[1:]:
        of_month = grouped.filter(grouped["month"] == dt.date.fromisoformat(end))["value"].sum()
        assert of_month == by_month("leavers", window_months=1)[end]
