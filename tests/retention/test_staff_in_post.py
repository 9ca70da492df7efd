from __future__ import annotations

import datetime as dt

import pytest

from workbench.measures import evaluate

SEP, OCT, NOV = "2026-09-30", "2026-10-31", "2026-11-30"


def values(result):
    return dict(result.frame.select(result.request.by[0], "value").iter_rows())


def test_people_on_maternity_leave_are_employed_but_not_active(staff):
    snapshot = staff({SEP: {"a": {}, "b": {"is_active": False}}})
    employed = evaluate(snapshot, "headcount", organisation="XAA", as_at=SEP)
    active = evaluate(snapshot, "headcount", organisation="XAA", as_at=SEP, options={"status": "active"})
    assert employed.frame.rows() == [(2, None, 2, "ok")]
    assert active.frame.rows() == [(1, None, 1, "ok")]


def test_active_fte_is_that_of_active_assignments_only(staff):
    snapshot = staff({SEP: {"a": {"fte": 0.9, "fte_active": 0.4}, "b": {"fte": 0.6, "is_active": False}}})
    employed = evaluate(snapshot, "fte", organisation="XAA", as_at=SEP)
    active = evaluate(snapshot, "fte", organisation="XAA", as_at=SEP, options={"status": "active"})
    assert employed.frame["value"].to_list() == [0.9 + 0.6]
    assert active.frame["value"].to_list() == [0.4]
    assert employed.people["numerator_people"].to_list() == [2]
    assert active.people["numerator_people"].to_list() == [1]


def test_fte_adds_up_exactly_where_floating_point_would_not(staff):
    snapshot = staff({SEP: {str(n): {"fte": 0.1} for n in range(10)}})
    assert evaluate(snapshot, "fte", organisation="XAA", as_at=SEP).frame["value"].to_list() == [1.0]


def test_groups_add_up_to_the_total(staff):
    snapshot = staff({SEP: {"a": {}, "b": {"staff_group": "Nursing"}, "c": {"staff_group": "unknown"}}})
    groups = evaluate(snapshot, "headcount", organisation="XAA", as_at=SEP, by="staff_group")
    assert values(groups) == {"Allied Health Professionals": 1, "Nursing": 1, "unknown": 1}


def test_an_as_at_inside_a_month_means_the_last_completed_month_end(staff):
    snapshot = staff({SEP: {"a": {}}, OCT: {"a": {}, "b": {}}})
    result = evaluate(snapshot, "headcount", organisation="XAA", as_at="2026-10-30")
    assert result.frame["value"].to_list() == [1]
    assert result.stamp["window"] == "the month end 2026-09-30"


def test_a_month_that_is_not_loaded_is_no_data_and_never_zero(staff):
    snapshot = staff({SEP: {"a": {}}})
    result = evaluate(snapshot, "headcount", organisation="XAA", as_at=OCT)
    assert result.frame.rows() == [(None, None, None, "no_data")]
    assert result.stamp["months_missing"] == [dt.date(2026, 10, 31)]


def test_a_month_that_is_not_loaded_has_one_row_whatever_the_breakdown(staff):
    result = evaluate(staff({SEP: {"a": {}}}), "headcount", organisation="XAA", as_at=OCT, by=["staff_group"])
    assert result.frame.rows() == [(None, None, None, None, "no_data")]


def test_by_month_lists_every_month_and_a_gap_as_no_data(staff):
    snapshot = staff({SEP: {"a": {}}, NOV: {"a": {}, "b": {}}})
    result = evaluate(snapshot, "headcount", organisation="XAA", as_at="2026-12-31", by="month")
    assert result.frame.select("month", "value", "status").rows() == [
        (dt.date(2026, 9, 30), 1, "ok"),
        (dt.date(2026, 10, 31), None, "no_data"),
        (dt.date(2026, 11, 30), 2, "ok"),
    ]
    assert result.stamp["months_missing"] == [dt.date(2026, 10, 31), dt.date(2026, 12, 31)]


def test_by_month_leaves_out_what_came_after_the_as_at_date(staff):
    snapshot = staff({SEP: {"a": {}}, OCT: {"a": {}}})
    result = evaluate(snapshot, "headcount", organisation="XAA", as_at=SEP, by="month")
    assert result.frame["month"].to_list() == [dt.date(2026, 9, 30)]


def test_a_loaded_month_with_nobody_in_scope_is_zero(staff):
    snapshot = staff({SEP: {"a": {}}, OCT: {}})
    result = evaluate(snapshot, "headcount", organisation="XAA", as_at=OCT, by="month")
    assert values(result) == {dt.date(2026, 9, 30): 1, dt.date(2026, 10, 31): 0}
    assert evaluate(snapshot, "headcount", organisation="XAA", as_at=OCT).frame["value"].to_list() == [0]


@pytest.mark.parametrize("measure", ["headcount", "fte"])
def test_someone_who_is_no_ahp_has_a_row_of_their_own(staff, measure):
    snapshot = staff({SEP: {"a": {"profession": "Not an AHP"}}})
    result = evaluate(snapshot, measure, organisation="XAA", as_at=SEP, by="profession")
    assert result.frame["profession"].to_list() == ["Not an AHP"]
