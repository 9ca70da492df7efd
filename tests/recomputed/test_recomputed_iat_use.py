"""Use of the transfer again: plain loops over the sample's starters."""

from __future__ import annotations

import datetime as dt

import pytest

from workbench.measures import evaluate

MONTH, OPENING = dt.date(2026, 9, 30), dt.date(2025, 9, 30)


@pytest.mark.parametrize("organisation", ["XAA", "XBB", "XCC"])
@pytest.mark.parametrize("timing", ["any", "by_start"])
@pytest.mark.parametrize("trainees", ["in", "out"])
def test_the_share_is_that_of_starters_counted_one_by_one(sample_workbench, organisation, timing, trainees):
    sql = sample_workbench.sql
    in_training = {
        (row["person_key"], row["period"])
        for row in sql("select * from marts.person_month where is_trainee").rows(named=True)
        if row["organisation_code"] == organisation
    }
    last: dict[str, dict] = {}
    for row in sql("select * from staging.starters order by start_date").rows(named=True):
        month_after = (row["start_date"].replace(day=28) + dt.timedelta(days=4)).replace(day=1)
        listed = (row["person_key"], month_after - dt.timedelta(days=1))
        if row["organisation_code"] != organisation or (trainees == "out" and listed in in_training):
            continue
        if OPENING < row["start_date"] <= MONTH:
            last[row["person_key"]] = row
    asked = [row for row in last.values() if row["previous_employer_uses_esr"]]
    done = [
        row
        for row in asked
        if row["iat_status"] == "completed"
        and (timing == "any" or (row["iat_completed_date"] and row["iat_completed_date"] <= row["start_date"]))
    ]
    found = evaluate(
        sample_workbench.snapshot, "iat_use", organisation=organisation, as_at=MONTH,
        options={"timing": timing, "trainees": trainees},
    )  # fmt: skip
    assert asked
    assert found.frame.row(0)[:3] == (len(done), len(asked), 100 * len(done) / len(asked))
    not_known = [row for row in last.values() if row["previous_employer_uses_esr"] is None]
    assert found.stamp["counts"]["previous_employer_not_known"] == len(not_known)
