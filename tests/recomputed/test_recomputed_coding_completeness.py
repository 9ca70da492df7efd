"""Completeness of AHP coding again: pick the relevant assignments in plain Python and look at each field."""

from __future__ import annotations

from collections import defaultdict

import pytest

from workbench.measures import evaluate

FIELDS = ("code", "job_role", "area_of_work")
OPTIONS = {"occupation_code": FIELDS[:1], "job_role": FIELDS[1:2], "area_of_work": FIELDS[2:], "all": FIELDS}


@pytest.mark.parametrize("field", OPTIONS)
def test_completeness_is_the_share_of_relevant_assignments_with_the_field_filled(sample_workbench, ahp_records, field):
    counts = defaultdict(lambda: [0, 0])
    for row in ahp_records:
        if row["coded"] or row["evidenced"] or row["staff_group_code"] == "04":
            of_row = counts[row["organisation_code"], row["period"], row["service"] or "unknown"]
            of_row[0] += all((row[name] or "").strip() for name in OPTIONS[field])
            of_row[1] += 1
    received = {}
    for organisation in sample_workbench.organisations:
        frame = evaluate(
            sample_workbench.snapshot,
            "coding_completeness",
            organisation=organisation,
            as_at=sample_workbench.months(organisation)[-1],
            by=("month", "service"),
            options={"field": field},
        ).frame
        rows = frame.filter(status="ok").select("month", "service", "numerator", "denominator", "value").rows()
        received |= {(organisation, *row[:2]): row[2:] for row in rows}
    assert received == {
        key: (filled, relevant, pytest.approx(100 * filled / relevant)) for key, (filled, relevant) in counts.items()
    }
