"""Why and where to AHPs left, and where they came from: what is missing, and what contradicts itself."""

from __future__ import annotations

import calendar
import datetime as dt
from collections import defaultdict
from typing import Any

import polars as pl
import pytest

from workbench.coding.findings import findings

JULY, REVIEWED = dt.date(2026, 7, 31), dt.date(2026, 8, 31)
REASONS = {"01": "Death in Service", "24": "Voluntary Resignation - Other/Not Known", "25": "Promotion",
           "27": "Work Life Balance"}  # fmt: skip
DESTINATIONS = {"01": "NHS ORGANISATION", "15": "No Employment", "16": "Death in Service"}
SOURCES = {"01": "NHS ORGANISATION", "14": "NQ - First Qualification", "17": "No Employment"}
NO_REASON = ("Unknown", "Not Set in Legacy at Migration")
ARTEFACTS = ("Merged Organisation - Duplicate Record", "Has Not Worked")
STARTERS = {
    **dict.fromkeys(
        ("organisation_code", "person_key", "recruitment_source", "recruitment_source_code", "previous_employer"),
        pl.String,
    ),
    "iat_status": pl.String,
    "start_date": pl.Date,
}


def left(
    review: Any, reason: str | None, destination: str | None, on: dt.date = dt.date(2026, 8, 20), **leaver: Any
) -> list[tuple[object, ...]]:
    """What PRO5 says of a physiotherapist last listed in July who left; a code stands for its name."""
    row = {
        "person_key": "p1",
        "leaving_date": on,
        "leaving_reason": REASONS.get(reason or "", reason),
        "leaving_reason_code": reason if reason in REASONS else None,
        "destination_on_leaving": DESTINATIONS.get(destination or "", destination),
        "destination_on_leaving_code": destination if destination in DESTINATIONS else None,
        **leaver,
    }
    post = {"person_key": "p1", "assignment_key": "a1", "period": JULY}
    found = review([post, {"person_key": "p2", "assignment_key": "a2"}], leavers=[row]).found("PRO5")
    return [(one["field"], one["severity"], one["current_code"]) for one in found]


@pytest.mark.parametrize(
    ("reason", "destination", "expected"),
    [
        ("27", "01", []),
        ("01", "16", []),
        (None, "01", [("leaving_reason", "R", None)]),
        ("27", None, [("destination_on_leaving", "R", None)]),
        (None, None, [("destination_on_leaving", "R", None), ("leaving_reason", "R", None)]),
        ("Unknown", "01", [("leaving_reason", "R", None)]),
        ("Not Set in Legacy at Migration", "01", [("leaving_reason", "R", None)]),
        ("24", "01", [("leaving_reason", "I", "24")]),
        ("Employee Transfer", "01", [("leaving_reason", "I", None)]),
        ("27", "The Moon", [("destination_on_leaving", "I", None)]),
        ("01", "15", [("leaving_reason", "R", "01")]),
        ("27", "16", [("leaving_reason", "R", "27")]),
        ("25", "15", [("leaving_reason", "R", "25")]),
        ("25", "01", []),
        ("Has Not Worked", None, []),
        ("Merged Organisation - Duplicate Record", None, []),
    ],
)
def test_a_leaver_is_asked_about_where_reason_or_destination_says_too_little(review, reason, destination, expected):
    assert left(review, reason, destination) == expected


@pytest.mark.parametrize(
    ("on", "asked"), [(dt.date(2026, 6, 3), 1), (dt.date(2026, 6, 2), 0), (REVIEWED, 1), (dt.date(2026, 9, 1), 0)]
)
def test_a_leaver_of_the_last_ninety_days_is_asked_about(review, on, asked):
    row = {"person_key": "p1", "leaving_date": on, "destination_on_leaving": "x", "destination_on_leaving_code": "01"}
    posts = [{"person_key": "p1", "assignment_key": "a1", "period": dt.date(2026, 5, 31)}]
    assert len(review(posts, leavers=[row]).found("PRO5")) == asked


def test_whoever_goes_on_in_another_post_is_no_leaver(review):
    posts = [{"person_key": "p1", "assignment_key": key, "period": JULY} for key in ("a1", "b1")]
    row = {"person_key": "p1", "assignment_key": "a1", "leaving_date": dt.date(2026, 8, 20)}
    assert len(review(posts, leavers=[row]).found("PRO5")) == 2
    stays = {"person_key": "p1", "assignment_key": "b1"}
    assert review([*posts, stays], leavers=[row]).found("PRO5") == []


def test_whoever_left_on_the_month_end_and_is_still_listed_is_a_leaver(review):
    row = {"person_key": "p1", "assignment_key": "a1", "leaving_date": REVIEWED}
    [destination, reason] = review([{"assignment_key": "a1"}], leavers=[row]).found("PRO5")
    assert (destination["field"], reason["field"]) == ("destination_on_leaving", "leaving_reason")
    assert reason["detail"] == "No reason is recorded. Left on 31/08/2026."


def test_a_leaver_who_was_no_ahp_is_not_asked_about(review):
    nurse = {"assignment_key": "a1", "staff_group_code": "10", "job_role_code": None, "occupation_code": "N6A",
             "area_of_work": None, "position_title": "Nurse", "period": JULY}  # fmt: skip
    row = {"person_key": "p1", "leaving_date": dt.date(2026, 8, 20)}
    assert review([nurse], leavers=[row]).found("PRO5") == []


def started(review: Any, source: str | None, start: dt.date = dt.date(2026, 8, 3), **starter: Any) -> list[Any]:
    """What PRO6 says of a physiotherapist who started; a code stands for its name."""
    row = {
        "organisation_code": "XAA",
        "person_key": "p1",
        "start_date": start,
        "recruitment_source": SOURCES.get(source or "", source),
        "recruitment_source_code": source if source in SOURCES else None,
        **starter,
    }
    built = review([{}])
    built.snapshot._engine.create_table("staging.starters", pl.DataFrame([row], schema=STARTERS))
    return [(one["severity"], one["current_code"], one["other_source"]) for one in built.found("PRO6")]


@pytest.mark.parametrize(
    ("source", "starter", "expected"),
    [
        ("01", {"previous_employer": "Another trust"}, []),
        ("14", {}, []),
        ("14", {"iat_status": "none"}, []),
        (None, {"previous_employer": "Another trust"}, [("R", None, "previous_employer")]),
        ("Unknown", {}, [("R", None, "previous_employer")]),
        ("Word of mouth", {}, [("I", None, "previous_employer")]),
        ("01", {}, [("R", "01", "previous_employer")]),
        ("14", {"iat_status": "completed"}, [("R", "14", "iat_status")]),
        ("17", {"previous_employer": "Another trust"}, [("R", "17", "previous_employer")]),
        ("01", {"previous_employer": "Another trust", "iat_status": "completed"}, []),
    ],
)
def test_a_starter_is_asked_about_where_the_source_is_missing_or_contradicted(review, source, starter, expected):
    assert started(review, source, **starter) == expected


@pytest.mark.parametrize(
    ("start", "asked"), [(dt.date(2026, 6, 2), 1), (dt.date(2026, 6, 1), 0), (REVIEWED, 1), (dt.date(2026, 9, 1), 0)]
)
def test_a_starter_in_their_first_days_is_asked_about(review, start, asked):
    assert len(started(review, None, start)) == asked


def test_an_employer_is_not_named_in_a_finding(review):
    row = {"organisation_code": "XAA", "person_key": "p1", "start_date": REVIEWED,
           "recruitment_source": "No Employment",
           "recruitment_source_code": "17", "previous_employer": "A small practice"}  # fmt: skip
    built = review([{}])
    built.snapshot._engine.create_table("staging.starters", pl.DataFrame([row], schema=STARTERS))
    [found] = built.found("PRO6")
    assert found["other_value"] == "recorded"
    assert "practice" not in str(found)


@pytest.mark.parametrize("rule", ["PRO5", "PRO6"])
def test_a_month_without_leavers_or_starters_has_nothing_to_ask(review, rule):
    built = review([{}])
    built.snapshot._engine.create_table("staging.starters", pl.DataFrame(schema=STARTERS))
    assert built.found(rule) == []


# ---- on the sample: nothing is planted for these rules, so what they find is worked out again in plain Python -------


def _month_end(day: dt.date) -> dt.date:
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


@pytest.fixture(scope="module")
def listed(sample_workbench):
    """The records of each person of the sample by organisation and person: those whom the evidence shows an AHP."""
    rows = sample_workbench.sql(
        "select organisation_code, person_key, assignment_key, assignment_order, period, is_primary_recorded, "
        "staff_group_code, vote_status from marts.coding_record"
    ).to_dicts()
    by_person = defaultdict(list)
    for row in rows:
        by_person[row["organisation_code"], row["person_key"]].append(row)
    return by_person


def _is_ahp(record):
    return record["vote_status"] not in ("none", "weak") or record["staff_group_code"] == "04"


def _placing(records):
    return min(records, key=lambda row: (-row["period"].toordinal(), not row["is_primary_recorded"],
                                         row["assignment_order"], row["assignment_key"]))  # fmt: skip


def _leaving_expected(rows, listed, period):
    latest = {}
    for row in rows:
        key, day = (row["organisation_code"], row["person_key"]), row["leaving_date"]
        if not period - dt.timedelta(days=90) < day <= period or row["leaving_reason"] in ARTEFACTS:
            continue
        after = _month_end(day + dt.timedelta(days=1))
        if after <= period and any(record["period"] == after for record in listed[key]):
            continue
        held = [record for record in listed[key] if record["period"] <= min(period, _month_end(day))]
        held = [one for one in held if row["assignment_key"] in (None, one["assignment_key"])]
        if held and (key not in latest or day > latest[key][0]):
            latest[key] = (day, row, _placing(held))
    expected = set()
    for row, record in ((row, record) for _, row, record in latest.values() if _is_ahp(record)):
        reason, destination = row["leaving_reason_code"], row["destination_on_leaving_code"]
        known = reason is not None and destination is not None
        clash = known and ((reason == "01") != (destination == "16") or (reason, destination) == ("25", "15"))
        who = row["organisation_code"], record["assignment_key"]
        if row["leaving_reason"] in (None, *NO_REASON) or clash:
            expected.add((*who, "leaving_reason", "R"))
        elif reason in (None, "24"):
            expected.add((*who, "leaving_reason", "I"))
        if row["destination_on_leaving"] in (None, "Unknown"):
            expected.add((*who, "destination_on_leaving", "R"))
        elif destination is None:
            expected.add((*who, "destination_on_leaving", "I"))
    return expected


def _starting_expected(rows, listed, period):
    latest = {}
    for row in rows:
        key = row["organisation_code"], row["person_key"]
        if period - dt.timedelta(days=90) <= row["start_date"] <= period:
            latest[key] = max(latest.get(key, row), row, key=lambda one: one["start_date"])
    expected = set()
    for key, row in latest.items():
        now = [record for record in listed[key] if record["period"] == period and _is_ahp(record)]
        code = row["recruitment_source_code"]
        clash = (
            (code == "01" and row["previous_employer"] is None)
            or (code == "17" and row["previous_employer"] is not None)
            or (code not in (None, "01") and row["iat_status"] == "completed")
        )
        if now and (row["recruitment_source"] in (None, "Unknown") or clash):
            expected.add((key[0], _placing(now)["assignment_key"], "recruitment_source", "R"))
        elif now and code is None:
            expected.add((key[0], _placing(now)["assignment_key"], "recruitment_source", "I"))
    return expected


@pytest.mark.parametrize("period", [dt.date(2026, 9, 30), dt.date(2025, 12, 31)])
def test_the_rules_find_what_the_sample_leaves_out_of_reasons_and_sources(sample_workbench, listed, period):
    leavers = sample_workbench.sql("select * from staging.leavers order by leaving_date").to_dicts()
    starters = sample_workbench.sql("select * from staging.starters order by start_date").to_dicts()
    expected = {
        "PRO5": _leaving_expected(leavers, listed, period),
        "PRO6": _starting_expected(starters, listed, period),
    }
    for rule, rows in expected.items():
        found = {
            (organisation, row["assignment_key"], row["field"], row["severity"])
            for organisation in sample_workbench.organisations
            for row in findings(sample_workbench.snapshot, organisation, period, only=[rule]).iter_rows(named=True)
        }
        assert found == rows, rule
        assert rows, "the sample has blanks of its own"
