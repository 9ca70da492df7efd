"""Lines in agreement again: go through the sample's raw lists line by line in plain Python."""

from __future__ import annotations

import datetime as dt
import runpy
from collections import defaultdict
from pathlib import Path
from types import SimpleNamespace

import pytest

from workbench.measures import evaluate

# Who is in scope and which plans are active is recomputed there for every measure, from the same raw rows.
PLANS = SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("conftest.py"))))

DAYS = (dt.date(2026, 9, 30), dt.date(2025, 10, 31))
CLINICAL = {"01", "03", "04", "05", "06", "07"}
GONE = ("04", "11", "12", "13")


def own_rows(workbench, table, organisation):
    return [row for row in workbench.sql(f"select * from staging.{table}").to_dicts()
            if row["organisation_code"] == organisation]  # fmt: skip


def line_of(row):
    return row["cost_centre"].strip().upper(), row["staff_group_code"] or row["staff_group"] or "unknown"


def week(line):
    return 40.0 if line[1] == "01" else 37.5


def weekly_hours(activities):
    hours = defaultdict(float)
    for row in activities:
        weekly = row["sessions_per_week"]
        weekly = float(row["annual_sessions"]) / 52 if weekly is None else float(weekly)
        hours[row["plan_id"]] += weekly * float(row["hours_per_session"])
    return hours


def in_post_on(workbench, organisation, day):
    return [row for row in own_rows(workbench, "staff_in_post", organisation)
            if row["period"] == day and row["assignment_status_code"] not in GONE]  # fmt: skip


def substantive(rows):
    return [row for row in rows if row["contract_type_code"] in ("02", "04", "05")]


def plan_pair(workbench, organisation, day, in_post):
    """WTE in scope, planned WTE and number of plans by line."""
    staff, leavers, starters, plans, overrides = (
        PLANS.rows_by_person(workbench, table, organisation)
        for table in ("staff_in_post", "leavers", "starters", "job_plans", "scope_overrides")
    )
    holding = [row for rows in overrides.values() for row in rows
               if row["effective_from"] <= day <= (row["effective_to"] or day)]  # fmt: skip
    single = {(row["team"] or "").strip().lower() for row in holding if row["kind"] == "single_area_team"} - {""}
    hours = weekly_hours(own_rows(workbench, "job_plan_activities", organisation))
    listed = {row["assignment_key"]: row for row in in_post}
    everyone = defaultdict(list)
    for row in in_post:
        everyone[row["person_key"]].append(row)
    scope_wte, planned, count = defaultdict(float), {}, defaultdict(int)
    for person, posts in PLANS.posts_on(day, staff, leavers, starters).items():
        personal = [row for row in holding if row["person_key"] == person and row["kind"] != "single_area_team"]
        counting = [
            row["assignment_key"] for row in PLANS.in_scope(posts, {"person": personal, "single_area": single}) if row
        ]
        for key in counting:
            scope_wte[line_of(listed[key])] += float(listed[key]["contracted_fte"])
        mine = plans.get(person, [])
        for plan in (one for one in mine if PLANS.is_active(one, day, mine)):
            covered = [row for row in everyone[person] if PLANS.covers(plan, row, everyone[person])]
            total = sum(float(row["contracted_hours"]) for row in covered)
            for row in covered:
                if row["assignment_key"] not in counting:
                    continue
                count[line_of(row)] += 1
                if plan["plan_id"] in hours:
                    share = float(row["contracted_hours"]) / total
                    own = hours[plan["plan_id"]] * share / week(line_of(row))
                    planned[line_of(row)] = planned.get(line_of(row), 0.0) + own
    return scope_wte, planned, count, single


def verdicts(workbench, organisation, day):
    """For every line, whether each pair that applies agrees."""
    everybody = in_post_on(workbench, organisation, day)
    in_post = substantive(everybody)
    fte, teams, names = defaultdict(float), defaultdict(set), {}
    for row in in_post:
        fte[line_of(row)] += float(row["contracted_fte"])
        teams[line_of(row)].add((row["team"] or "unknown").strip().lower())
        names[line_of(row)] = row["staff_group"]
    budget, contracted = defaultdict(float), defaultdict(float)
    for row in own_rows(workbench, "ledger", organisation):
        if row["period"] == day:
            budget[line_of(row)] += float(row["budget_wte"])
            contracted[line_of(row)] += float(row["contracted_wte"])
            names.setdefault(line_of(row), row["staff_group"])
    templates = defaultdict(float)
    for row in own_rows(workbench, "roster_templates", organisation):
        if row["effective_from"] <= day:
            net, headroom = float(row["hours_per_week"]) / 37.5, float(row["headroom"])
            gross = net / (1 - headroom) if row["headroom_convention"] == "divide" else net * (1 + headroom)
            templates[line_of(row)] += gross
    scope_wte, planned, count, wards = plan_pair(workbench, organisation, day, everybody)
    found = {}
    for line in names:
        pairs = {}
        if line not in fte or line not in budget:
            pairs["esr_contracted"] = False
        else:
            pairs["esr_contracted"] = abs(fte[line] - contracted[line]) <= 0.01 + 1e-9
            pairs["esr_budget"] = budget[line] != 0
        if line in templates:
            pairs["template_budget"] = line in budget and abs(templates[line] - budget[line]) <= 0.01 + 1e-9
        elif templates and teams[line] and teams[line] <= wards and line[1] in CLINICAL and budget.get(line, 0) > 0:
            pairs["template_budget"] = False
        if line in scope_wte:
            allowed = max(0.01, count[line] * 0.25 * 4 / week(line))
            pairs["esr_plan"] = line in planned and abs(scope_wte[line] - planned[line]) <= allowed + 1e-4
        found[line] = (names[line] or "unknown", pairs)
    return found


@pytest.mark.parametrize("day", DAYS)
def test_lines_in_agreement_are_those_on_which_every_pair_agrees(sample_workbench, day):
    for organisation in sample_workbench.organisations:
        lines = verdicts(sample_workbench, organisation, day)
        asked = {"organisation": organisation, "as_at": day}
        judged = [(group, all(pairs.values())) for group, pairs in lines.values() if pairs]
        answer = evaluate(sample_workbench.snapshot, "reconciliation_agreement", **asked).frame
        agreeing = sum(agrees for _, agrees in judged)
        assert answer.select("numerator", "denominator").rows() == [(agreeing, len(judged))]
        by_group = evaluate(sample_workbench.snapshot, "reconciliation_agreement", by="staff_group", **asked).frame
        expected = {
            group: (sum(agrees for name, agrees in judged if name == group), sum(name == group for name, _ in judged))
            for group, _ in judged
        }
        assert {
            row[0]: row[1:] for row in by_group.select("staff_group", "numerator", "denominator").rows()
        } == expected
        assert len(judged) > 30


def test_each_pair_alone(sample_workbench):
    day = DAYS[0]
    for organisation in sample_workbench.organisations:
        lines = verdicts(sample_workbench, organisation, day).values()
        for pair in ("esr_contracted", "esr_budget", "template_budget", "esr_plan"):
            own = [pairs[pair] for _, pairs in lines if pair in pairs]
            asked = {"organisation": organisation, "as_at": day, "options": {"pair": pair}}
            answer = evaluate(sample_workbench.snapshot, "reconciliation_agreement", **asked).frame
            assert answer.select("numerator", "denominator").rows() == [(sum(own), len(own))]
            assert answer["status"].item() == ("ok" if own else "not_applicable")


def test_without_a_ledger_there_is_no_data(sample_workbench):
    answer = evaluate(
        sample_workbench.snapshot, "reconciliation_agreement", organisation="XAA", as_at=dt.date(2024, 6, 30)
    ).frame
    assert answer["status"].to_list() == ["no_data"]
