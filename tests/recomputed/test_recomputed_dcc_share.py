"""The share of direct clinical care again: go plan by plan through the sample's activities in plain Python."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict

import pytest

from workbench.measures import evaluate

MEDICAL = "Medical and dental"


def a_week(activity: dict, weeks: int) -> float | None:
    if activity["sessions_per_week"] is not None:
        return float(activity["sessions_per_week"])
    return None if activity["annual_sessions"] is None else float(activity["annual_sessions"]) / weeks


def shares(plans: list[dict], activities: dict[str, list[dict]], weeks: int) -> tuple[float, float]:
    """Direct care and everything planned: hours where doctors and others stand together, else sessions."""
    groups = {plan["professional_group"] == MEDICAL for plan in plans}
    direct = everything = 0.0
    for plan in plans:
        for activity in activities[plan["plan_id"]]:
            sessions = a_week(activity, weeks)
            if sessions is None:
                continue
            length = 4 if plan["professional_group"] == MEDICAL else float(activity["hours_per_session"])
            amount = sessions * length if len(groups) == 2 else sessions
            everything += amount
            direct += amount if activity["category"] == "DCC" else 0
    return pytest.approx(direct), pytest.approx(everything)


@pytest.mark.parametrize(("day", "weeks"), [(dt.date(2026, 9, 30), 52), (dt.date(2026, 5, 12), 42)])
def test_direct_care_over_all_planned_sessions_of_active_plans(sample_workbench, people_to_plan, day, weeks):
    rows = sample_workbench.sql("select * from staging.job_plan_activities").to_dicts()
    for organisation in sample_workbench.organisations:
        activities = defaultdict(list)
        for row in rows:
            if row["organisation_code"] == organisation:
                activities[row["plan_id"]].append(row)
        by_team: dict[str, dict] = defaultdict(dict)
        every: dict[str, dict] = {}
        for person in people_to_plan(organisation, day):
            for post, active in zip(person.posts, person.active, strict=True):
                team = by_team[(post or {}).get("team") or "unknown"]
                if active:
                    latest = max(active, key=lambda plan: plan["approval_date"])
                    team[latest["plan_id"]] = every[latest["plan_id"]] = latest
        asked = {"organisation": organisation, "as_at": day, "options": {"weeks": weeks}}
        total = evaluate(sample_workbench.snapshot, "dcc_share", **asked).frame
        assert total.select("numerator", "denominator").row(0) == shares(list(every.values()), activities, weeks)
        frame = evaluate(sample_workbench.snapshot, "dcc_share", by="team", **asked).frame
        answered = {row[0]: row[1:] for row in frame.select("team", "numerator", "denominator").rows()}
        assert answered == {team: shares(list(plans.values()), activities, weeks) for team, plans in by_team.items()}
        assert len(every) > 50
