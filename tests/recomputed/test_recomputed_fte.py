"""FTE again: add up the listed assignments in tenths, as whole numbers."""

from __future__ import annotations

import pytest

from workbench.measures import evaluate


@pytest.mark.parametrize("status", ["employed", "active"])
def test_fte_is_the_sum_over_assignments_in_scope(made_up_workforce, status):
    tenths = dict.fromkeys(made_up_workforce.months, 0)
    for row in made_up_workforce.assignments:
        if row["contract_type_code"] not in ("02", "04", "05"):
            continue
        if row["assignment_status_code"] in ("04", "11", "12", "13"):
            continue
        if status == "employed" or row["assignment_status_code"] in ("01", "02", "05"):
            tenths[row["period"]] += int(row["fte"] * 10)
    for month, expected in tenths.items():
        result = evaluate(
            made_up_workforce.snapshot, "fte", organisation="XAA", as_at=month, options={"status": status}
        )
        assert result.frame["value"].to_list() == [expected / 10]
