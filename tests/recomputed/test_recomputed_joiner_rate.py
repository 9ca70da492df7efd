"""Joiner rates again, from month-end lists with sets and sums: every organisation, month, profession and preset."""

from __future__ import annotations

import pytest

from workbench.measures import evaluate

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
                sample_lists[organisation], "joiners", "stock", preset, 12, unit=unit, dimension=dimension
            )
            answer = measured(
                sample_workbench.snapshot,
                "joiner_rate",
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
        expected = by_hand(made_up_lists, "joiners", "stock", "nhse_published", window, dimension=dimension, **asked)
        by = [dimension] if dimension else []
        answer = measured(made_up_workforce.snapshot, "joiner_rate", "XAA", by, window_months=window, **asked)
        assert answer == pytest.approx(expected)
        assert expected
