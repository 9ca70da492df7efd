"""Leavers again: the plain difference of two sets of people, and their FTE at the opening month end."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from decimal import Decimal

import pytest

from workbench.measures import evaluate


@pytest.mark.parametrize("window", [1, 2, 12])
@pytest.mark.parametrize("unit", ["headcount", "fte"])
def test_leavers_are_active_at_the_opening_and_not_at_the_closing_month_end(made_up_workforce, window, unit):
    active: dict = defaultdict(lambda: defaultdict(Decimal))
    for row in made_up_workforce.assignments:
        in_scope = row["contract_type_code"] in ("02", "04", "05")
        if in_scope and row["assignment_status_code"] in ("01", "02", "05"):
            active[row["period"]][row["person_key"]] += row["fte"]
    expected = {}
    for closing in made_up_workforce.months:
        months = closing.year * 12 + closing.month - window
        opening = dt.date(months // 12, months % 12 + 1, 1) - dt.timedelta(days=1)
        if opening not in made_up_workforce.months:
            continue
        gone = [person for person in active[opening] if person not in active[closing]]
        moved = [person for person in gone if not _is_artefact(made_up_workforce, person, closing)]
        expected[closing] = len(moved) if unit == "headcount" else float(sum(active[opening][p] for p in moved))
    result = evaluate(
        made_up_workforce.snapshot,
        "leavers",
        organisation="XAA",
        as_at="2026-09-30",
        by="month",
        options={"window_months": window, "unit": unit},
    )
    assert dict(result.frame.filter(status="ok").select("month", "value").iter_rows()) == expected
    assert expected


def test_leavers_by_group_add_up_to_the_organisation(made_up_workforce):
    def value(by):
        result = evaluate(made_up_workforce.snapshot, "leavers", organisation="XAA", as_at="2026-09-30", by=by)
        return result.frame["value"].sum()

    assert {value(by) for by in ((), "staff_group", ("staff_group", "service"))} == {value(())}


def _is_artefact(workforce, person, closing) -> bool:
    """Whether a person's record only ended because it was a duplicate, or because nobody had ever worked on it."""
    listed = any(
        row["person_key"] == person
        and row["period"] == closing
        and row["contract_type_code"] in ("02", "04", "05")
        and row["assignment_status_code"] not in ("04", "11", "12", "13")
        for row in workforce.assignments
    )
    records = [row for row in workforce.leavers if row["person_key"] == person and row["leaving_date"] <= closing]
    if listed or not records:
        return False
    reason = max(records, key=lambda row: row["leaving_date"])["leaving_reason"]
    return reason in ("Has Not Worked", "Merged Organisation - Duplicate Record")
