"""Bank after leaving again: record by record from the sample's raw rows."""

from __future__ import annotations

import datetime as dt

import pytest

from workbench.measures import evaluate

WINDOWS = [(dt.date(2025, 9, 30), dt.date(2026, 9, 30)), (dt.date(2024, 12, 31), dt.date(2025, 12, 31))]
NINETY_DAYS = dt.timedelta(days=90)


@pytest.mark.parametrize("organisation", ["XAA", "XBB", "XCC"])
@pytest.mark.parametrize(("opening", "month"), WINDOWS)
def test_the_share_is_that_of_leavers_counted_one_by_one(
    sample_workbench, sample_leavings, organisation, opening, month
):
    leavings = sample_leavings[organisation]
    leavers = leavings.of_window(opening, month)
    judged = {person: row for person, row in leavers.items() if row["leaving_date"] + NINETY_DAYS <= month}
    on_the_bank = {
        person
        for person, row in judged.items()
        for end, held in leavings.listed[person].items()
        for job in held
        if job["contract_type_code"] == "01"
        and end > row["leaving_date"]
        and (job["assignment_start_date"] or end) <= row["leaving_date"] + NINETY_DAYS
    }
    found = evaluate(sample_workbench.snapshot, "bank_after_leaving", organisation=organisation, as_at=month)
    assert found.frame.row(0)[:2] == (len(on_the_bank), len(judged))
    assert found.stamp["counts"]["not_yet_judged"] == len(leavers) - len(judged)
