"""Leaver rates again, from month-end lists with sets and sums: every organisation, month, profession and preset."""

from __future__ import annotations

import datetime as dt

import pytest

from workbench.measures import evaluate
from workbench.retention.flow_lines import flow_lines

PRESETS = ("nhse_published", "nwd_2012", "nes_scotland", "mean_13")


def measured(snapshot, measure, organisation, by=(), **options):
    frame = evaluate(
        snapshot, measure, organisation=organisation, as_at="2026-09-30", by=["month", *by], options=options
    ).frame.filter(status="ok")
    return {tuple(row[:-1]) if by else (row[0], None): row[-1] for row in frame.select("month", *by, "value").rows()}


def by_hand(lists, numerator, denominator, preset, window, **asked):
    return {
        key: 100 * numbers[numerator] / numbers[denominator]
        for key, numbers in lists.answers(preset, window, **asked).items()
        if numbers[denominator]
    }


@pytest.mark.parametrize("preset", PRESETS)
@pytest.mark.parametrize("organisation", ["XAA", "XBB", "XCC"])
def test_every_month_and_profession_of_the_sample(sample_workbench, sample_lists, organisation, preset):
    for unit in ("headcount", "fte"):
        for dimension in (None, "profession"):
            expected = by_hand(
                sample_lists[organisation], "leavers", "stock", preset, 12, unit=unit, dimension=dimension
            )
            answer = measured(
                sample_workbench.snapshot,
                "leaver_rate",
                organisation,
                by=[dimension] if dimension else [],
                preset=preset,
                unit=unit,
            )
            assert answer == pytest.approx(expected)
            assert len({month for month, _ in expected}) == 18


@pytest.mark.parametrize("window", [1, 3, 12])
@pytest.mark.parametrize("trainees", ["in", "out"])
@pytest.mark.parametrize("scope", ["from_organisation", "staff_group"])
def test_scopes_trainees_and_windows(made_up_workforce, made_up_lists, scope, trainees, window):
    asked = {"scope": scope, "trainees": trainees, "unit": "fte"}
    for dimension in (None, "staff_group", "service"):
        expected = by_hand(made_up_lists, "leavers", "stock", "nhse_published", window, dimension=dimension, **asked)
        by = [dimension] if dimension else []
        answer = measured(made_up_workforce.snapshot, "leaver_rate", "XAA", by, window_months=window, **asked)
        assert answer == pytest.approx(expected)
        assert expected


@pytest.mark.parametrize("organisation", ["XAA", "XBB", "XCC"])
def test_leaving_the_nhs_by_recorded_destinations_and_the_other_organisations_served(
    sample_workbench, sample_lists, organisation
):
    links = sample_workbench.sql("select organisation_code, person_key, linked_person from marts.person_link").rows()
    same: dict = {}
    for code, person, linked in links:
        same.setdefault(linked, set()).add((code, person))
    of = {person: linked for code, person, linked in links if code == organisation}
    closing, opening = dt.date(2026, 9, 30), dt.date(2025, 9, 30)
    lists = sample_lists[organisation]
    counted = {"certain": 0, "unknown": 0, "elsewhere": 0}
    for person, row in lists.people[opening].items():
        then = lists.people[closing].get(person)
        if not row["active"] or (then and then["active"]):
            continue
        records = [r for r in lists.records[person] if r["leaving_date"] <= closing]
        last = max(records, key=lambda r: r["leaving_date"], default={})
        destination = last.get("destination_on_leaving_code")
        others = [pair for pair in same[of[person]] if pair[0] != organisation]
        if any(sample_lists[code].people[closing].get(key, {}).get("active") for code, key in others):
            counted["elsewhere"] += 1
        elif then or (destination not in (None, "01") and last.get("leaving_reason") not in lists.ARTEFACTS):
            counted["certain"] += 1
        elif destination is None and last.get("leaving_reason") not in lists.ARTEFACTS:
            counted["unknown"] += 1
    result = evaluate(
        sample_workbench.snapshot,
        "leaver_rate",
        organisation=organisation,
        as_at=closing,
        options={"scope": "from_nhs"},
    )
    lower, upper = counted["certain"], counted["certain"] + counted["unknown"]
    assert result.frame.select("bound", "numerator").rows() == [("lower", lower), ("upper", upper)]
    assert organisation == "XCC" or counted["elsewhere"] > 0


def test_leavers_are_those_of_the_flow_identity(sample_workbench):
    closing, opening = dt.date(2026, 9, 30), dt.date(2025, 9, 30)
    for organisation in ("XAA", "XBB", "XCC"):
        lines = flow_lines(sample_workbench.snapshot, organisation, opening, closing)
        for measure in ("leavers", "joiners"):
            result = evaluate(sample_workbench.snapshot, measure, organisation=organisation, as_at=closing)
            assert result.frame["value"].item() == lines[f"published_{measure}"].item()
