"""Retire and return again: record by record from the sample's raw rows."""

from __future__ import annotations

import datetime as dt

import pytest

from workbench.measures import evaluate

WINDOWS = [(dt.date(2025, 9, 30), dt.date(2026, 9, 30)), (dt.date(2024, 4, 30), dt.date(2026, 4, 30))]


@pytest.mark.parametrize("organisation", ["XAA", "XBB", "XCC"])
@pytest.mark.parametrize(("opening", "month"), WINDOWS)
def test_the_share_is_that_of_retired_people_counted_one_by_one(
    sample_workbench, sample_leavings, organisation, opening, month
):
    leavings = sample_leavings[organisation]
    retired = {
        person: row["leaving_date"]
        for person, row in leavings.of_window(opening, month).items()
        if row["leaving_reason_code"] in ("14", "15", "16", "17")
    }
    back = set()
    for person, day in retired.items():
        recorded = [row["start_date"] for row in leavings.starters if row["person_key"] == person]
        jobs = [job for end in leavings.listed[person] for job in leavings.in_scope(person, end)]
        begun = [
            job[name] for job in jobs for name in ("organisation_start_date", "assignment_start_date") if job[name]
        ]
        if any(day < start <= month for start in [*recorded, *begun]):
            back.add(person)
    months = (month.year - opening.year) * 12 + month.month - opening.month
    found = evaluate(
        sample_workbench.snapshot, "retire_and_return", organisation=organisation, as_at=month,
        options={"window_months": months},
    )  # fmt: skip
    assert found.frame.row(0)[:2] == (len(back), len(retired))
