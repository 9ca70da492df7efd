"""The sickness absence rate again: day by day over the calendar, and row by row over the published files."""

from __future__ import annotations

import calendar
import datetime as dt
from collections import defaultdict
from decimal import Decimal

import pytest

from workbench.measures import evaluate


def rates(made_up_workforce, **question):
    result = evaluate(made_up_workforce.snapshot, "sickness_absence_rate", as_at="2026-09-30", by="month", **question)
    return dict(result.frame.filter(status="ok").select("month", "value").iter_rows())


def test_extract_rates_count_each_day_of_each_episode_of_those_employed_at_the_month_end(made_up_workforce):
    fte = defaultdict(Decimal)
    for row in made_up_workforce.assignments:
        employed = row["assignment_status_code"] not in ("04", "11", "12", "13")
        if row["contract_type_code"] in ("02", "04", "05") and employed:
            fte[row["period"], row["person_key"]] += row["fte"]
    lost = defaultdict(float)
    for row in made_up_workforce.absence:
        if row["absence_type"] != "Sickness":
            continue
        day, end = row["first_day"], row["last_day"] or dt.date(2026, 9, 30)
        recorded = row["fte_days_lost"] if row["last_day"] else None
        while day <= end:
            month = day.replace(day=calendar.monthrange(day.year, day.month)[1])
            if (person := (month, row["person_key"])) in fte:
                length = (end - row["first_day"]).days + 1
                lost[month] += float(fte[person]) if recorded is None else float(recorded) / length
            day += dt.timedelta(days=1)
    available = defaultdict(float)
    for (month, _), person_fte in fte.items():
        available[month] += float(person_fte) * month.day
    expected = {
        month: pytest.approx(100 * lost[month] / available[month], rel=1e-9)
        for month in made_up_workforce.months
        if month >= dt.date(2025, 8, 31)
    }
    assert rates(made_up_workforce, organisation="XAA", options={"source": "extract"}) == expected


@pytest.mark.parametrize("organisation", ["R00", "R03", "R05"])
def test_published_rates_are_days_lost_over_days_available(made_up_workforce, organisation):
    expected = {
        row["period"]: pytest.approx(100 * float(row["fte_days_lost"]) / float(row["fte_days_available"]), rel=1e-12)
        for row in made_up_workforce.published
        if row["organisation_code"] == organisation and row["fte_days_available"] > 330
    }
    assert rates(made_up_workforce, organisation=organisation) == expected
