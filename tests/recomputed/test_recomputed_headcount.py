"""Headcount again: walk through the listed assignments and collect the people, without the marts."""

from __future__ import annotations

import pytest

from workbench.measures import evaluate


@pytest.mark.parametrize("status", ["employed", "active"])
def test_headcount_is_the_number_of_different_people_listed_in_scope(made_up_workforce, status):
    people = {month: set() for month in made_up_workforce.months}
    for row in made_up_workforce.assignments:
        substantive = row["contract_type_code"] in ("02", "04", "05")
        employed = row["assignment_status_code"] not in ("04", "11", "12", "13")
        active = row["assignment_status_code"] in ("01", "02", "05")
        if substantive and employed and (active or status == "employed"):
            people[row["period"]].add(row["person_key"])
    result = evaluate(
        made_up_workforce.snapshot,
        "headcount",
        organisation="XAA",
        as_at="2026-09-30",
        by="month",
        options={"status": status},
    )
    received = dict(result.frame.filter(status="ok").select("month", "value").iter_rows())
    assert received == {month: len(listed) for month, listed in people.items()}
    assert result.frame.filter(status="no_data")["month"].dt.strftime("%Y-%m").to_list() == ["2026-02"]


def test_every_breakdown_adds_up_to_the_total(made_up_workforce):
    def value(by):
        result = evaluate(made_up_workforce.snapshot, "headcount", organisation="XAA", as_at="2026-09-30", by=by)
        return result.frame["value"].sum()

    assert {value(by) for by in ((), "staff_group", "service", ("staff_group", "service"))} == {value(())}
