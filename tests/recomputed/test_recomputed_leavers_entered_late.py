"""Leavers entered late again: record by record from the sample's raw rows."""

from __future__ import annotations

import datetime as dt

import pytest

from workbench.measures import evaluate

WINDOWS = [(dt.date(2025, 9, 30), dt.date(2026, 9, 30)), (dt.date(2024, 12, 31), dt.date(2025, 12, 31))]


@pytest.mark.parametrize("organisation", ["XAA", "XBB", "XCC"])
@pytest.mark.parametrize(("opening", "month"), WINDOWS)
def test_the_share_is_that_of_leavers_counted_one_by_one(
    sample_workbench, sample_leavings, organisation, opening, month
):
    leavings = sample_leavings[organisation]
    leavers = leavings.of_window(opening, month)
    entered = {}
    for person, leaver in leavers.items():
        same_day = [
            r for r in leavings.records if (r["person_key"], r["leaving_date"]) == (person, leaver["leaving_date"])
        ]
        entered[person] = min((r["entered_date"] for r in same_day if r["entered_date"]), default=None)
    known = [person for person in leavers if entered[person] is not None]
    late = [person for person in known if entered[person] > leavers[person]["leaving_date"]]
    found = evaluate(sample_workbench.snapshot, "leavers_entered_late", organisation=organisation, as_at=month)
    assert late
    assert found.frame.row(0)[:3] == (len(late), len(known), 100 * len(late) / len(known))
    assert found.stamp["counts"]["without_entry_date"] == len(leavers) - len(known)
