"""AHP full-time equivalents again: read each assignment of the sample in plain Python and add up exact decimals."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

import pytest

from workbench.measures import evaluate

VIEWS = {"coded": "coded", "job_role": "job_role_says", "registration": "registration", "evidenced": "evidenced"}


@pytest.mark.parametrize("view", VIEWS)
def test_ahp_fte_is_the_sum_over_assignments_by_profession_and_month(sample_workbench, ahp_records, view):
    expected = defaultdict(Decimal)
    for row in ahp_records:
        if row[VIEWS[view]]:
            expected[row["organisation_code"], row["period"], row[VIEWS[view]]] += row["contracted_fte"]
    received = {}
    for organisation in sample_workbench.organisations:
        frame = evaluate(
            sample_workbench.snapshot,
            "ahp_fte",
            organisation=organisation,
            as_at=sample_workbench.months(organisation)[-1],
            by=("month", "profession"),
            options={"view": view},
        ).frame
        rows = frame.filter(status="ok").select("month", "profession", "value").rows()
        received |= {(organisation, *key): value for *key, value in rows if key[1] != "Not evidenced"}
    assert received == {key: pytest.approx(float(fte), abs=1e-9) for key, fte in expected.items()}


def test_rows_by_profession_add_up_to_the_total(sample_workbench):
    for organisation in sample_workbench.organisations:
        last = sample_workbench.months(organisation)[-1]

        def value(by, organisation=organisation, last=last):
            frame = evaluate(sample_workbench.snapshot, "ahp_fte", organisation=organisation, as_at=last, by=by).frame
            return frame["value"].sum()

        total = value(())
        assert total > 0
        assert [value(by) for by in ("profession", "service", "pay_band")] == [pytest.approx(total)] * 3
