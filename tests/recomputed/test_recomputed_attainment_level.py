"""Levels of attainment again: go clause by clause through the sample's rows in plain Python, up to Level 2.

Who is in scope and whose plan is active has a recomputation of its own (active_job_plan_coverage); it is taken from
there. As the sample's trusts are all at Level 0, they are counted a second time with everybody but the people with an
active plan taken out, and with a judgement of every clause by every team but a few.
"""

from __future__ import annotations

import calendar
import datetime as dt
from collections import defaultdict
from functools import cache

import polars as pl
import pytest

from workbench.attainment.coverage import coverage_at
from workbench.measures import evaluate
from workbench.warehouse.snapshot import literal_snapshot

DATES = (dt.date(2026, 9, 30), dt.date(2026, 7, 17), dt.date(2026, 3, 31))
LATEST = DATES[0]
TRUST_1 = ("1.1a", "1.1b", "1.2b", "1.3a", "1.3b", "1.3c", "1.3d")
TRUST_2 = ("2.3a", "2.3b")
TEAM_1 = ("1.2a", "1.4b")
TEAM_2 = ("2.1a", "2.1b", "2.1c", "2.2a", "2.2c", "2.2d", "2.3c")
CONDITIONAL = {"2.1c", "2.3b"}
TABLES = ("marts.assignment_month", "marts.organisation", "staging.leavers", "staging.starters",
          "staging.scope_overrides", "staging.job_plans", "staging.job_plan_activities", "staging.review_meetings",
          "staging.roster_sessions", "staging.attainment_evidence")  # fmt: skip


def months_later(day: dt.date, months: int) -> dt.date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return dt.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


class Recomputed:
    """The levels of one organisation on one date, from lists of rows."""

    def __init__(self, snapshot, organisation: str, day: dt.date) -> None:
        def rows(table):
            found = snapshot.sql(f"select * from staging.{table}").to_dicts()
            return [row for row in found if row["organisation_code"] == organisation]

        self.day = day
        self.posts = coverage_at(snapshot, organisation, day).posts.to_dicts()
        self.records = defaultdict(list)
        for row in rows("attainment_evidence"):
            self.records[row["scope"], row["clause"]].append(row)
        listed = {post["person_key"] for post in self.posts}
        self.plans = [row for row in rows("job_plans") if row["person_key"] in listed]
        self.plans_of = defaultdict(list)
        for plan in self.plans:
            self.plans_of[plan["person_key"]].append(plan)
        self.workgroup_met = any(
            row["kind"] == "workgroup" and row["scope"] == "trust" and row["meeting_date"] <= day
            for row in rows("review_meetings")
        )
        self.rostered = any(
            months_later(day, -12) <= row["session_date"] <= day and row["delivered_sessions"] is not None
            for row in rows("roster_sessions")
        )
        self.activities = defaultdict(list)
        for row in rows("job_plan_activities"):
            self.activities[row["plan_id"]].append(row)
        teams = {post["team"] for post in self.posts} - {None, "unknown"}
        self.groups_of = {t: {p["professional_group"] for p in self.posts if p["team"] == t} for t in teams}

    def judged(self, scope: str, clause: str) -> str:
        known = [row for row in self.records[scope, clause] if row["evidence_date"] <= self.day]
        whole = [row for row in known if row["judgement"] == "not_met" or (row["owner"] and (
            (row["judgement"] == "met" and row["evidence_reference"])
            or (row["judgement"] == "not_applicable" and row["note"] and clause in CONDITIONAL)))]  # fmt: skip
        if not whole:
            return "not_evidenced"
        last = max(whole, key=lambda row: row["evidence_date"])
        if last["judgement"] == "not_met":
            return "not_met"
        start = last["evidence_date"]
        end = last["valid_until"] or dt.date.max
        if clause == "1.3a" or last["valid_until"] is None:
            months = 36 if clause == "1.3a" else 12
            if months_later(self.day, -months) > start:
                return "not_evidenced"
        return "not_evidenced" if end < self.day else last["judgement"]

    def members(self, scope: str) -> list[dict]:
        kind, _, name = scope.partition(":")
        column = {"group": "professional_group", "team": "team"}.get(kind)
        return [post for post in self.posts if column is None or post[column] == name]

    @cache  # noqa: B019 - lives as long as the test
    def active_plans(self, scope: str) -> list[dict]:
        """Plans on the software, reviewed and approved in the past 12 months, that cover a post of the scope."""
        start, people = months_later(self.day, -12), defaultdict(list)
        for post in self.members(scope):
            people[post["person_key"]].append(post)
        everybody = defaultdict(list)
        for post in self.posts:
            everybody[post["person_key"]].append(post)
        return [
            plan for plan in self.plans
            if plan["person_key"] in people and plan["system"] == "software"
            and plan["status"] in ("approved", "superseded") and plan["review_date"] and plan["approval_date"]
            and start <= plan["review_date"] <= self.day and start <= plan["approval_date"] <= self.day
            and not (plan["status"] == "superseded" and any(
                other["approval_date"]
                and plan["approval_date"] < other["approval_date"] <= self.day
                and other["status"] in ("approved", "superseded", "expired")
                and (plan["assignment_key"] is None or other["assignment_key"] in (None, plan["assignment_key"]))
                for other in self.plans_of[plan["person_key"]]))
            and any(self.covers(plan, post, everybody[plan["person_key"]]) for post in people[plan["person_key"]])
        ]  # fmt: skip

    @staticmethod
    def covers(plan, post, posts) -> bool:
        if plan["assignment_key"]:
            return plan["assignment_key"] == post["assignment_key"]
        in_team = [one for one in posts if (one["team"] or "").lower() == (plan["team"] or "").lower()]
        return not in_team or post in in_team

    def numbers_pass_1(self, scope: str) -> bool:
        people = {post["person_key"]: post["state"] for post in self.members(scope)}
        active = sum(state == "active" for state in people.values())
        force = defaultdict(set)
        for plan in self.plans:
            begun = plan["start_date"] and plan["start_date"] <= self.day
            ended = plan["end_date"] and plan["end_date"] < self.day
            since = plan["status"] == "superseded" and plan["end_date"] and not ended
            approved = plan["approval_date"] is None or plan["approval_date"] <= self.day
            if begun and not ended and approved and (plan["status"] == "approved" or since):
                force[plan["person_key"]].add(plan["system"])
        elsewhere = sum(bool(force[one]) and "software" not in force[one] for one in people)
        return 10 * active >= 9 * len(people) and 10 * elsewhere < len(people)

    def team_clause(self, scope: str, clause: str) -> bool:
        if clause not in CONDITIONAL and self.judged(scope, clause) != "met":
            return False
        if self.judged(scope, clause) not in ("met", "not_applicable"):
            return False
        plans = self.active_plans(scope)
        if clause in ("1.4b", "2.2a", "2.3c"):
            return bool(plans)
        if clause == "2.2d" and self.rostered:
            return any(self.activities[plan["plan_id"]] for plan in plans)
        return True

    def local(self, scope: str, clause: str) -> bool:
        kind, _, name = scope.partition(":")
        teams = [name] if kind == "team" else [t for t, g in self.groups_of.items() if kind == "trust" or name in g]
        return bool(teams) and all(self.team_clause(f"team:{team}", clause) for team in teams)

    def trust_wide(self, scope: str, clause: str) -> bool:
        kind, _, name = scope.partition(":")
        groups = {"trust": {post["professional_group"] for post in self.posts}, "group": {name}}.get(kind)
        groups = self.groups_of[name] if groups is None else groups
        if kind == "team" and len(groups) > 1:
            groups = {post["professional_group"] for post in self.posts}
        if self.judged("trust", clause) not in ("met", "not_applicable"):
            return False
        if clause == "1.3c" and not self.workgroup_met:
            return False
        rows = [row for row in self.records["trust", clause] if row["evidence_date"] <= self.day]
        covered = max(rows, key=lambda row: row["evidence_date"])["groups_covered"] if clause == "1.3a" else None
        named = {one.strip() for one in (covered or "").split(";")} - {""}
        return not named or groups - {"unknown"} <= named

    def level(self, scope: str) -> int:
        one = (
            self.numbers_pass_1(scope)
            and all(self.trust_wide(scope, clause) for clause in TRUST_1)
            and all(self.local(scope, clause) for clause in TEAM_1)
        )
        activities = [a for plan in self.active_plans(scope) for a in self.activities[plan["plan_id"]]]
        whole = bool(activities) and all(a["output_metric"] and (a["output_value"] or 0) > 0 for a in activities)
        two = (
            whole
            and all(self.trust_wide(scope, clause) for clause in TRUST_2)
            and all(self.local(scope, clause) for clause in TEAM_2)
        )
        return int(one) + int(one and two)


def compared(snapshot, organisation: str, day: dt.date) -> set[int]:
    again = Recomputed(snapshot, organisation, day)
    seen = set()
    for by, prefix in ((), ""), (("professional_group",), "group:"), (("team",), "team:"):
        rows = evaluate(snapshot, "attainment_level", organisation=organisation, as_at=day, by=by).frame
        for row in rows.iter_rows(named=True):
            scope = f"{prefix}{row[by[0]]}" if by else "trust"
            assert row["numerator"] is None and row["denominator"] is None
            if not again.members(scope) or scope == "team:unknown":
                assert (row["value"], row["status"]) == (None, "not_applicable")
            else:
                assert (scope, row["value"]) == (scope, again.level(scope))
                seen.add(row["value"])
    return seen


@pytest.mark.parametrize("day", DATES)
def test_the_samples_levels_are_those_counted_by_hand(sample_workbench, day):
    for organisation in sample_workbench.organisations:
        assert compared(sample_workbench.snapshot, organisation, day)


def judgements(teams: list[str], organisation: str) -> list[dict]:
    """Every clause of the teams judged, but for one clause of every fifth team; a decision sets 2.3b aside."""
    rows = []
    for place, team in enumerate(teams):
        for number, clause in enumerate((*TEAM_1, *TEAM_2)):
            if place % 5 or number != place % 9:
                row = {"scope": f"team:{team}", "clause": clause, "judgement": "met"}
                rows.append(row)
    rows.append({"scope": "trust", "clause": "1.3a", "judgement": "met"})
    return [
        {"organisation_code": organisation, "standard_set": "e_job_planning_2019", "evidence_reference": "EV",
         "evidence_date": LATEST - dt.timedelta(days=2), "owner": "Head of workforce", **row}
        for row in rows
    ]  # fmt: skip


def test_levels_above_0_are_those_counted_by_hand(sample_workbench):
    snapshot, reached = sample_workbench.snapshot, set()
    for organisation in sample_workbench.organisations:
        tables = {name: snapshot.sql(f"select * from {name}") for name in TABLES}
        posts = coverage_at(snapshot, organisation, LATEST).posts
        kept = posts.filter(pl.col("state") == "active")["person_key"].unique()
        staff = tables["marts.assignment_month"]
        tables["marts.assignment_month"] = staff.filter(pl.col("person_key").is_in(kept.implode()))
        teams = sorted(set(posts.filter(pl.col("state") == "active")["team"]) - {"unknown"})
        activities = tables["staging.job_plan_activities"]
        tables["staging.job_plan_activities"] = activities.filter(pl.col("output_value") > 0)
        evidence = tables["staging.attainment_evidence"]
        more = pl.DataFrame(judgements(teams, organisation), schema_overrides={"evidence_date": pl.Date})
        tables["staging.attainment_evidence"] = pl.concat([evidence, more], how="diagonal_relaxed")
        reached |= compared(literal_snapshot(tables), organisation, LATEST)
    assert reached == {0, 1, 2}
