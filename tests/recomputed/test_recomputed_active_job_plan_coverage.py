"""Active job plan coverage again: go person by person through the sample's lists in plain Python."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict

import pytest

from workbench.measures import evaluate

#: A month end, a day inside a month, and a day in the past.
DATES = (dt.date(2026, 9, 30), dt.date(2026, 9, 17), dt.date(2026, 3, 31))


@pytest.mark.parametrize("day", DATES)
@pytest.mark.parametrize("coverage", ["strict", "lenient"])
def test_coverage_is_people_with_an_active_plan_over_people_in_scope(sample_workbench, people_to_plan, day, coverage):
    for organisation in sample_workbench.organisations:
        enough = all if coverage == "strict" else any
        by_team = defaultdict(lambda: [0, 0])
        total = [0, 0]
        for person in people_to_plan(organisation, day):
            covered = enough(person.active)
            total = [total[0] + covered, total[1] + 1]
            for team in {(post or {}).get("team") or "unknown" for post in person.posts}:
                by_team[team][0] += covered
                by_team[team][1] += 1
        asked = {"organisation": organisation, "as_at": day, "options": {"coverage": coverage}}
        answer = evaluate(sample_workbench.snapshot, "active_job_plan_coverage", **asked).frame
        assert answer.select("numerator", "denominator").rows() == [tuple(total)]
        rows = evaluate(sample_workbench.snapshot, "active_job_plan_coverage", by="team", **asked).frame
        assert {team: [n, d] for team, n, d in rows.select("team", "numerator", "denominator").rows()} == dict(by_team)
        assert total[1] > 100
