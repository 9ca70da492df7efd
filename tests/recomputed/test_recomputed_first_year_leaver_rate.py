"""Left in the first year again: plain loops over the sample's raw rows, one starter at a time."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict

import pytest

from workbench.measures import evaluate

ARTEFACTS = ("Has Not Worked", "Merged Organisation - Duplicate Record")


def _rows(workbench, table, organisation):
    return workbench.sql(f"select * from {table} where organisation_code = $code", code=organisation).rows(named=True)


def _goes_on(leaving, rows, ends):
    """Whether another assignment of the person is still listed at the next month end."""
    after = next((end for end in ends if end > leaving["leaving_date"]), None)
    return any(row["period"] == after and row["assignment_key"] != leaving["assignment_key"] for row in rows)


@pytest.mark.parametrize("organisation", ["XAA", "XBB", "XCC"])
@pytest.mark.parametrize("month", [dt.date(2026, 9, 30), dt.date(2026, 5, 31)])
def test_the_share_is_that_of_starters_counted_one_by_one(sample_workbench, organisation, month):
    last_start = month - dt.timedelta(days=364)
    first_start = last_start.replace(year=last_start.year - 1) + dt.timedelta(days=1)
    listed: dict[str, list[dict]] = defaultdict(list)
    for row in _rows(sample_workbench, "marts.assignment_month", organisation):
        if row["is_substantive"] and row["is_employed"] and row["period"] <= month:
            listed[row["person_key"]].append(row)
    leavings: dict[str, list[dict]] = defaultdict(list)
    for row in _rows(sample_workbench, "staging.leavers", organisation):
        if row["leaving_date"] <= month:
            leavings[row["person_key"]].append(row)
    ends = sorted({row["period"] for rows in listed.values() for row in rows})
    started = early = 0
    groups: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for person, rows in listed.items():
        rows.sort(key=lambda row: row["period"])
        start = rows[0]["organisation_start_date"]
        first_listed = rows[0]["period"]
        if not first_start <= start <= last_start or start <= ends[ends.index(first_listed) - 1]:
            continue
        if any(row["leaving_date"] < start for row in leavings[person]):
            continue  # had been here before
        gone = [row for row in leavings[person] if row["leaving_date"] >= start and not _goes_on(row, rows, ends)]
        gone.sort(key=lambda row: row["leaving_date"])
        if gone and gone[0]["leaving_reason"] in ARTEFACTS:
            continue
        held = {row["period"] for row in rows}
        last_of_first_stay = next((end for end in ends if end >= first_listed and end not in held), None)
        if last_of_first_stay is not None and not any(row["leaving_date"] <= last_of_first_stay for row in gone):
            continue  # no longer listed, no leaving on record
        left_early = bool(gone) and (gone[0]["leaving_date"] - start).days + 1 <= 365
        started, early = started + 1, early + left_early
        placed = [row for row in rows if row["period"] == first_listed]
        placed.sort(key=lambda row: (row["is_primary_recorded"] is not True, -row["fte"], row["assignment_order"]))
        groups[placed[0]["staff_group"]][0] += 1
        groups[placed[0]["staff_group"]][1] += left_early
    never_listed = 0
    for row in _rows(sample_workbench, "staging.starters", organisation):
        start = row["start_date"]
        if not first_start <= start <= last_start:
            continue
        nearest = next((end for end in ends if end >= start), None)
        gone = [r["leaving_date"] for r in leavings[row["person_key"]] if start <= r["leaving_date"]]
        known = any(r["organisation_start_date"] == start for r in listed.get(row["person_key"], []))
        before = any(r["period"] < start for r in listed.get(row["person_key"], []))
        if gone and nearest and min(gone) < nearest and not known and not before:
            never_listed += 1
    result = evaluate(
        sample_workbench.snapshot, "first_year_leaver_rate", organisation=organisation, as_at=month
    ).frame.row(0, named=True)
    assert (result["denominator"], result["numerator"]) == (started + never_listed, early + never_listed)
    by_group = evaluate(
        sample_workbench.snapshot, "first_year_leaver_rate", organisation=organisation, as_at=month, by="staff_group"
    ).frame
    ours = {
        row["staff_group"]: [row["denominator"], row["numerator"]]
        for row in by_group.iter_rows(named=True)
        if row["staff_group"] in groups
    }
    unlisted = groups.get("unknown", [0, 0])
    groups["unknown"] = [n + never_listed for n in unlisted]
    assert ours == {name: numbers for name, numbers in groups.items() if name in ours}


def test_a_month_whose_starters_came_before_the_first_list_is_no_data(sample_workbench):
    frame = evaluate(
        sample_workbench.snapshot, "first_year_leaver_rate", organisation="XAA", as_at="2026-09-30", by="month"
    ).frame
    answered = frame.filter(status="ok")["month"].to_list()
    # the first list is of 30 April 2024; the starters of 1 May 2024 to 30 April 2025 have had their year by April 2026
    assert answered[0] == dt.date(2026, 4, 30)
    assert frame.filter(status="no_data").height == frame.height - len(answered)


def test_groups_add_up_and_trainees_can_be_left_out(sample_workbench):
    def value(**asked):
        frame = evaluate(
            sample_workbench.snapshot, "first_year_leaver_rate", organisation="XAA", as_at="2026-09-30", **asked
        ).frame
        return frame["numerator"].sum(), frame["denominator"].sum()

    assert value() == value(by="service") == value(by=["staff_group", "pay_band"])
    assert value(options={"trainees": "out"}) < value()
