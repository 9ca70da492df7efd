"""Planned and delivered sessions again: go row by row through the sample's roster in plain Python."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict

import pytest

from workbench.measures import evaluate

FIRST, LAST = dt.date(2026, 7, 1), dt.date(2026, 9, 30)
BANK = "01"


@pytest.mark.parametrize("day", [dt.date(2026, 9, 30), dt.date(2026, 11, 17)])
def test_delivered_less_planned_of_the_latest_completed_quarter(sample_workbench, people_to_plan, day):
    every = sample_workbench.sql("select * from staging.roster_sessions").to_dicts()
    for organisation in sample_workbench.organisations:
        out_at_end: dict[str, list] = {}
        out_before: dict[str, list] = {}
        before, at_end = people_to_plan(organisation, FIRST, out_before), people_to_plan(organisation, LAST, out_at_end)
        posts_of = {person.key: person.posts for person in before + at_end}
        still_there = {person.key for person in at_end} | set(out_at_end)
        out = {**{key: posts for key, posts in out_before.items() if key not in still_there}, **out_at_end}
        seen, sums, teams = set(), defaultdict(lambda: [0.0, 0.0]), {}
        for row in every:
            person = row["person_key"]
            key = (person, row["assignment_key"], row["session_date"], row["category"])
            if row["organisation_code"] != organisation or not FIRST <= row["session_date"] <= LAST or key in seen:
                continue
            if None in (row["planned_sessions"], row["delivered_sessions"]):
                continue
            if person in out and not any(post["contract_type_code"] == BANK for post in out[person]):
                continue
            seen.add(key)
            posts = sorted(posts_of.get(person, []), key=lambda post: post["assignment_key"] or "~")
            own = next((post for post in posts if post["assignment_key"] == row["assignment_key"]), None)
            team = ((own or (posts or [{}])[0]) or {}).get("team") or "unknown"
            cell = sums[team, person, row["category"]]
            cell[0] += float(row["planned_sessions"])
            cell[1] += float(row["delivered_sessions"])
            teams[team] = None
        whole: dict[tuple, list[float]] = defaultdict(lambda: [0.0, 0.0])
        for (_, person, category), (planned, delivered) in sums.items():
            whole[person, category][0] += planned
            whole[person, category][1] += delivered
        for kind, size in (("net", float), ("gross", abs)):
            asked = {"organisation": organisation, "as_at": day, "options": {"variance": kind}}
            total = evaluate(sample_workbench.snapshot, "planned_delivered_variance", **asked).frame
            assert total.select("numerator", "denominator").row(0) == (
                pytest.approx(sum(size(delivered - planned) for planned, delivered in whole.values())),
                pytest.approx(sum(planned for planned, _ in whole.values())),
            )
            frame = evaluate(sample_workbench.snapshot, "planned_delivered_variance", by="team", **asked).frame
            answered = frame.filter(frame["status"] != "no_data").select("team", "numerator", "denominator").rows()
            assert {row[0]: row[1:] for row in answered} == {
                team: (
                    pytest.approx(sum(size(d - p) for (own, *_), (p, d) in sums.items() if own == team)),
                    pytest.approx(sum(p for (own, *_), (p, _) in sums.items() if own == team)),
                )
                for team in teams
            }
        assert len(whole) > 50
