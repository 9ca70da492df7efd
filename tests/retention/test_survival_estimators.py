from __future__ import annotations

import json
import math
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.errors import ParameterError
from workbench.retention import kaplan_meier, log_rank
from workbench.retention.survival import chi_square_above, first_time_with

ORACLE = json.loads((Path(__file__).parents[1] / "oracles/retention_survival.json").read_text(encoding="utf-8"))
KAPLAN_MEIER = ORACLE["kaplan_meier"]
AML = KAPLAN_MEIER["aml"]["arms"]


def fractions(texts):
    return [float(Fraction(text)) for text in texts]


@pytest.mark.parametrize("arm", AML)
def test_survival_of_the_leukaemia_trial_is_exact(arm):
    curve = kaplan_meier(**AML[arm]["input"])
    left = curve.events > 0
    assert curve.survival[left] == pytest.approx(fractions(AML[arm]["exact_survival"]), abs=1e-12)


@pytest.mark.parametrize("arm", AML)
def test_the_printed_table_of_the_leukaemia_trial_is_met_to_its_last_digit(arm):
    printed = AML[arm]["printed"]
    curve = kaplan_meier(**AML[arm]["input"], interval="log")
    left = curve.events > 0
    assert curve.time[left].tolist() == printed["time"]
    assert curve.at_risk[left].tolist() == printed["n_risk"]
    assert curve.events[left].tolist() == printed["n_event"]
    for column, digits in (("survival", 4), ("std_err", 4), ("lower", 4), ("upper", 3)):
        for ours, theirs in zip(getattr(curve, column)[left], printed[column], strict=True):
            if theirs is None:
                assert math.isnan(ours)
            else:
                digits_printed = min(digits, len(str(theirs).partition(".")[2]))
                assert ours == pytest.approx(theirs, abs=0.5 * 10**-digits_printed * 1.0001)
    assert curve.median == printed["median"]
    assert list(curve.median_interval) == printed["median_ci"]


@pytest.mark.parametrize("name", ["km_left_truncated_ties", "km_late_entry_tie", "km_late_entry_almost_tied"])
def test_late_entries_are_at_risk_only_after_they_entered(name):
    vector = KAPLAN_MEIER[name]
    given_, expected = vector["input"], vector["expected"]
    curve = kaplan_meier(given_["exit"], given_["event"], given_["entry"])
    assert curve.time.tolist() == expected["time"]
    assert curve.survival == pytest.approx(fractions(expected["survival"]), abs=1e-12)
    if "n_risk" in expected:
        assert curve.at_risk.tolist() == expected["n_risk"]
        assert curve.events.tolist() == expected["n_event"]
        assert curve.log_variance == pytest.approx(fractions(expected["variance_of_log_survival"]), abs=1e-12)


def test_a_start_conditions_the_curve_on_still_being_in_post_then():
    vector = KAPLAN_MEIER["km_left_truncated_ties"]["input"]
    whole = kaplan_meier(vector["exit"], vector["event"], vector["entry"])
    later = kaplan_meier(vector["exit"], vector["event"], vector["entry"], start=5)
    assert later.survival == pytest.approx(whole.survival[2:] / whole.survival[1], abs=1e-12)
    assert later.at([4, 5, 6]).tolist() == [pytest.approx(math.nan, nan_ok=True), 1.0, pytest.approx(4 / 5)]


def test_the_curve_starts_where_enough_people_are_watched():
    vector = KAPLAN_MEIER["km_left_truncated_ties"]["input"]
    # (entry, exit]: just after 2 three are watched; just after 5 five, as the one of 2 to 3 has gone
    assert first_time_with(3, vector["exit"], vector["entry"]) == 2
    assert first_time_with(5, vector["exit"], vector["entry"]) == 5
    assert first_time_with(7, vector["exit"], vector["entry"]) is None


def test_the_log_rank_test_meets_the_printed_and_the_longer_figures():
    vector = KAPLAN_MEIER["aml_logrank"]
    arms = [AML["maintained"]["input"], AML["nonmaintained"]["input"]]
    time, event = arms[0]["time"] + arms[1]["time"], arms[0]["event"] + arms[1]["event"]
    group = ["maintained"] * 11 + ["nonmaintained"] * 12
    tested = log_rank(time, event, group)
    more = vector["more_digits"]
    assert tested.groups == ("maintained", "nonmaintained")
    assert list(tested.observed) == vector["printed"]["observed"]
    assert list(tested.expected) == pytest.approx(more["expected"], abs=1e-7)
    assert tested.chi_square == pytest.approx(more["chi_square"], abs=1e-7)
    assert tested.p == pytest.approx(more["p"], abs=1e-7)
    assert tested.degrees_of_freedom == 1
    extra = vector["variant"]["add_group"]
    with_extra = log_rank(time + extra["time"], event + extra["event"], group + ["never at risk"] * 7)
    assert with_extra.chi_square == pytest.approx(tested.chi_square, abs=1e-9)
    assert with_extra.degrees_of_freedom == 1
    assert with_extra.groups[1] == "never at risk"
    assert with_extra.observed[1] == with_extra.expected[1] == 0


def test_chi_square_tails_are_those_of_the_tables():
    # critical values at 5% as every statistical table prints them
    for freedom, value in {1: 3.841459, 2: 5.991465, 3: 7.814728, 4: 9.487729, 8: 15.507313, 13: 22.362032}.items():
        assert chi_square_above(value, freedom) == pytest.approx(0.05, abs=1e-6)


def test_nobody_left_is_a_flat_curve_and_a_median_not_reached():
    curve = kaplan_meier([3, 5], [0, 0])
    assert curve.survival.tolist() == curve.lower.tolist() == curve.upper.tolist() == [1.0, 1.0]
    assert curve.median is None
    assert curve.median_interval == (None, None)
    assert log_rank([3, 5], [0, 0], ["a", "b"]).chi_square is None


def test_everybody_left_at_once_is_a_fall_to_nothing():
    curve = kaplan_meier([3, 3, 3], [1, 1, 1])
    assert curve.survival.tolist() == [0.0]
    assert math.isnan(curve.lower[0])
    assert curve.median == 3
    assert curve.at([2, 3, 99]).tolist() == [1.0, 0.0, 0.0]


def test_nobody_at_all_is_an_empty_curve():
    curve = kaplan_meier([], [])
    assert curve.time.size == 0
    assert curve.median is None
    assert curve.to_frame().height == 0


def test_a_table_of_the_curve_has_nothing_where_nothing_can_be_said():
    frame = kaplan_meier([1, 2], [1, 1]).to_frame()
    assert frame.row(1, named=True)["lower"] is None
    assert frame.columns == ["time", "at_risk", "events", "survival", "std_err", "lower", "upper"]


@pytest.mark.parametrize(
    "arguments",
    [
        {"time": [1, 2], "event": [1]},
        {"time": [1, math.nan], "event": [1, 1]},
        {"time": [1, 2], "event": [1, 1], "entry": [0, 2]},
        {"time": [1], "event": [1], "interval": "plain"},
        {"time": [1], "event": [1], "confidence": 95},
    ],
)
def test_what_cannot_be_estimated_is_refused_without_a_value_of_anyone(arguments):
    with pytest.raises(ParameterError):
        kaplan_meier(**arguments)


people = st.lists(
    st.tuples(st.integers(0, 6), st.integers(1, 6), st.sampled_from(["", "x", "y"]), st.sampled_from("abc")),
    min_size=1,
    max_size=25,
).map(lambda rows: [(entry, entry + stay, cause, group) for entry, stay, cause, group in rows])


def plain_survival(rows):
    """The product over event times, one person at a time, in fractions."""
    share, answer = Fraction(1), []
    for time in sorted({end for _, end, _, _ in rows}):
        at_risk = [row for row in rows if row[0] < time <= row[1]]
        left = [row for row in at_risk if row[1] == time and row[2]]
        share *= 1 - Fraction(len(left), len(at_risk))
        answer.append((time, len(at_risk), len(left), share))
    return answer


@given(people)
def test_any_tied_and_truncated_staff_list_gives_the_plain_product(rows):
    curve = kaplan_meier([r[1] for r in rows], [r[2] != "" for r in rows], [r[0] for r in rows])
    expected = plain_survival(rows)
    assert curve.time.tolist() == [row[0] for row in expected]
    assert curve.at_risk.tolist() == [row[1] for row in expected]
    assert curve.events.tolist() == [row[2] for row in expected]
    assert curve.survival == pytest.approx([float(row[3]) for row in expected], abs=1e-12)
    inside = (curve.lower <= curve.survival + 1e-12) & (curve.survival <= curve.upper + 1e-12)
    assert (inside | np.isnan(curve.lower)).all()


@given(people, st.randoms())
def test_the_order_of_rows_changes_nothing(rows, chance):
    other = list(rows)
    chance.shuffle(other)
    first, second = (
        kaplan_meier([r[1] for r in many], [r[2] != "" for r in many], [r[0] for r in many]) for many in (rows, other)
    )
    assert first.survival.tolist() == second.survival.tolist()


@given(people)
def test_two_groups_are_tested_as_the_formula_says(rows):
    two = [(entry, end, cause, "a" if group == "a" else "b") for entry, end, cause, group in rows]
    tested = log_rank([r[1] for r in two], [r[2] != "" for r in two], [r[3] for r in two], entry=[r[0] for r in two])
    difference = variance = Fraction(0)
    for time in {end for _, end, cause, _ in two if cause}:
        at_risk = [row for row in two if row[0] < time <= row[1]]
        n, n1 = len(at_risk), sum(row[3] == "a" for row in at_risk)
        d = sum(row[1] == time and row[2] != "" for row in at_risk)
        d1 = sum(row[1] == time and row[2] != "" and row[3] == "a" for row in at_risk)
        difference += d1 - Fraction(d * n1, n)
        if n > 1:
            variance += Fraction(n1 * (n - n1) * d * (n - d), n**2 * (n - 1))
    if variance == 0:
        assert tested.chi_square is None
        assert tested.p is None
    else:
        assert tested.chi_square == pytest.approx(float(difference**2 / variance), rel=1e-9, abs=1e-12)
        assert tested.degrees_of_freedom == 1
