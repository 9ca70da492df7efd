"""Assignments with doubtful coding again: walk through the findings one by one in plain Python."""

from __future__ import annotations

from collections import defaultdict

import pytest

from workbench.coding.findings import findings
from workbench.measures import evaluate


@pytest.fixture(scope="module")
def found_last_month(sample_workbench):
    """All findings of each organisation's last month."""
    return {
        organisation: findings(sample_workbench.snapshot, organisation, sample_workbench.months(organisation)[-1]).rows(
            named=True
        )
        for organisation in sample_workbench.organisations
    }


def _is_about(finding, row):
    for name in ("assignment_key", "position_number", "person_key"):
        if finding[name] is not None:
            return finding[name] == row[name]
    return False


@pytest.mark.parametrize(("severity", "counted"), [("error_or_review", "ER"), ("error", "E")])
def test_the_rate_is_the_share_of_relevant_assignments_that_a_finding_is_about(
    sample_workbench, ahp_records, found_last_month, severity, counted
):
    last = {organisation: sample_workbench.months(organisation)[-1] for organisation in sample_workbench.organisations}
    counts = defaultdict(lambda: [0, 0])
    for row in ahp_records:
        organisation = row["organisation_code"]
        if row["period"] != last[organisation]:
            continue
        if row["coded"] or row["evidenced"] or row["staff_group_code"] == "04":
            doubts = [found for found in found_last_month[organisation] if found["severity"] in counted]
            of_service = counts[organisation, row["service"] or "unknown"]
            of_service[0] += any(_is_about(found, row) for found in doubts)
            of_service[1] += 1
    received = {}
    for organisation in sample_workbench.organisations:
        frame = evaluate(
            sample_workbench.snapshot,
            "coding_finding_rate",
            organisation=organisation,
            as_at=last[organisation],
            by=("service",),
            options={"severity": severity},
        ).frame
        rows = frame.filter(status="ok").select("service", "numerator", "denominator", "value").rows()
        received |= {(organisation, row[0]): row[1:] for row in rows}
    assert received == {
        key: (doubtful, relevant, pytest.approx(100 * doubtful / relevant))
        for key, (doubtful, relevant) in counts.items()
    }
