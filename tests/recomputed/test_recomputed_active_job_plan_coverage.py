"""Active job plan coverage again: go person by person through the sample's lists in plain Python."""

from __future__ import annotations

import calendar
import datetime as dt
from collections import defaultdict

import pytest

from workbench.measures import evaluate

TRAINING = {"01012", "01013", "01014", "01015", "01033", "01034", "01035", "01038", "01045"}
CLINICAL = {"01", "03", "04", "05", "06", "07", None}
#: A month end, a day inside a month, and a day in the past.
DATES = (dt.date(2026, 9, 30), dt.date(2026, 9, 17), dt.date(2026, 3, 31))


def a_year_before(day: dt.date) -> dt.date:
    last = calendar.monthrange(day.year - 1, day.month)[1]
    return dt.date(day.year - 1, day.month, min(day.day, last))


def rows_by_person(workbench, table: str, organisation: str) -> dict[str, list[dict]]:
    found = defaultdict(list)
    for row in workbench.sql(f"select * from staging.{table}").to_dicts():
        if row["organisation_code"] == organisation:
            found[row["person_key"]].append(row)
    return found


def posts_on(day, staff, leavers, starters):
    """Each person's posts at the end of the day; a starter since the last staff list has one unknown post."""
    newest = max(row["period"] for rows in staff.values() for row in rows if row["period"] <= day)
    listed = {
        person: [
            row
            for row in rows
            if row["period"] == newest and row["assignment_status_code"] not in ("04", "11", "12", "13")
        ]
        for person, rows in staff.items()
    }
    listed = {person: rows for person, rows in listed.items() if rows}
    starts = {
        person: [row["start_date"] for row in rows if row["start_date"] <= day] for person, rows in starters.items()
    }

    def ended(post):
        return any(
            leaving["leaving_date"] < day
            and leaving["assignment_key"] in (None, post["assignment_key"])
            and leaving["leaving_date"] >= (post["assignment_start_date"] or leaving["leaving_date"])
            and leaving["leaving_date"] >= post["organisation_start_date"]
            and not any(start > leaving["leaving_date"] for start in starts.get(post["person_key"], ()))
            for leaving in leavers.get(post["person_key"], ())
        )

    posts = {person: [post for post in rows if not ended(post)] for person, rows in listed.items()}
    for person, days in starts.items():
        gone = any(
            day > leaving["leaving_date"] >= start
            for start in days
            if start > newest
            for leaving in leavers.get(person, ())
        )
        if person not in listed and any(start > newest for start in days) and not gone:
            posts[person] = [None]
    return {person: rows for person, rows in posts.items() if rows}


def in_scope(posts, overrides):
    """The posts that count for a person, or none when the person is out of scope."""
    if posts == [None]:
        return [None]
    decision = sorted((row["effective_from"], row["kind"] == "exclude_person") for row in overrides["person"])
    if decision and decision[-1][1]:
        return []
    substantive = [row for row in posts if row["contract_type_code"] in ("02", "04", "05")]
    clinical = [row for row in substantive if row["staff_group_code"] in CLINICAL]
    eligible = [row for row in clinical if row["job_role_code"] not in TRAINING]
    if decision:
        return eligible or posts
    teams = {(row["team"] or "unknown").strip().lower() for row in substantive}
    return [] if len(teams) == 1 and teams <= overrides["single_area"] else eligible


def is_active(plan, day, all_plans):
    start = a_year_before(day)
    if plan["system"] != "software" or not plan["review_date"] or not plan["approval_date"]:
        return False
    if not (start <= plan["review_date"] <= day and start <= plan["approval_date"] <= day):
        return False
    if plan["status"] == "superseded":
        mine = (None, plan["assignment_key"])
        return not any(
            other["status"] in ("approved", "superseded", "expired")
            and other["approval_date"]
            and plan["approval_date"] < other["approval_date"] <= day
            and (mine[1] is None or other["assignment_key"] in mine)
            for other in all_plans
        )
    if plan["status"] == "expired":
        return plan["end_date"] is not None and plan["end_date"] >= day
    return plan["status"] == "approved"


def covers(plan, post, posts):
    if post is None:
        return True
    if plan["assignment_key"]:
        return plan["assignment_key"] == post["assignment_key"]
    team = (plan["team"] or "").strip().lower()
    own = [(row["team"] or "unknown").strip().lower() for row in posts]
    return team not in own or (post["team"] or "unknown").strip().lower() == team


@pytest.mark.parametrize("day", DATES)
@pytest.mark.parametrize("coverage", ["strict", "lenient"])
def test_coverage_is_people_with_an_active_plan_over_people_in_scope(sample_workbench, day, coverage):
    for organisation in sample_workbench.organisations:
        staff, leavers, starters, plans, overrides = (
            rows_by_person(sample_workbench, table, organisation)
            for table in ("staff_in_post", "leavers", "starters", "job_plans", "scope_overrides")
        )
        holding = [
            row
            for rows in overrides.values()
            for row in rows
            if row["effective_from"] <= day <= (row["effective_to"] or day)
        ]
        single = {(row["team"] or "").strip().lower() for row in holding if row["kind"] == "single_area_team"} - {""}
        enough = all if coverage == "strict" else any
        by_team = defaultdict(lambda: [0, 0])
        total = [0, 0]
        for person, posts in posts_on(day, staff, leavers, starters).items():
            personal = [row for row in holding if row["person_key"] == person and row["kind"] != "single_area_team"]
            counting = in_scope(posts, {"person": personal, "single_area": single})
            if not counting:
                continue
            own = plans.get(person, [])
            active = [plan for plan in own if is_active(plan, day, own)]
            covered = enough(any(covers(plan, post, counting) for plan in active) for post in counting)
            total = [total[0] + covered, total[1] + 1]
            for team in {(post or {}).get("team") or "unknown" for post in counting}:
                by_team[team][0] += covered
                by_team[team][1] += 1
        asked = {"organisation": organisation, "as_at": day, "options": {"coverage": coverage}}
        answer = evaluate(sample_workbench.snapshot, "active_job_plan_coverage", **asked).frame
        assert answer.select("numerator", "denominator").rows() == [tuple(total)]
        rows = evaluate(sample_workbench.snapshot, "active_job_plan_coverage", by="team", **asked).frame
        assert {team: [n, d] for team, n, d in rows.select("team", "numerator", "denominator").rows()} == dict(by_team)
        assert total[1] > 100
