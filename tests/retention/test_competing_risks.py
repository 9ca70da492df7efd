from __future__ import annotations

import json
import math
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.errors import UnknownName
from workbench.retention import cumulative_incidence, kaplan_meier, state_probabilities

ORACLE = json.loads((Path(__file__).parents[1] / "oracles/retention_survival.json").read_text(encoding="utf-8"))
AALEN_JOHANSEN = ORACLE["aalen_johansen"]


def fractions(texts):
    return [float(Fraction(text)) for text in texts]


@pytest.mark.parametrize("name", ["competing_risks_ties", "competing_risks_sas", "competing_risks_ten_tied"])
def test_incidences_of_the_worked_examples_are_exact(name):
    vector = AALEN_JOHANSEN[name]
    expected = vector["expected"]
    risks = cumulative_incidence(**vector["input"])
    assert risks.time.tolist() == expected["time"]
    if "n_risk" in expected:
        assert risks.at_risk.tolist() == expected["n_risk"]
    assert risks.event_free == pytest.approx(fractions(expected["event_free"]), abs=1e-12)
    for cause in ("1", "2"):
        assert risks.incidence[cause] == pytest.approx(fractions(expected[f"cif_{cause}"]), abs=1e-12)


def test_the_variance_and_its_interval_are_those_printed_by_sas():
    expected = AALEN_JOHANSEN["competing_risks_sas"]["expected"]
    risks = cumulative_incidence(**AALEN_JOHANSEN["competing_risks_sas"]["input"])
    assert risks.variance["2"] == pytest.approx(expected["variance_cif_2"], abs=1e-12)
    for lower, upper, limits in zip(risks.lower["2"], risks.upper["2"], expected["interval_cif_2"], strict=True):
        if limits is None:
            assert math.isnan(lower) and math.isnan(upper)
        else:
            assert [lower, upper] == pytest.approx(limits, abs=1e-8)


def test_taking_other_causes_as_censored_gives_too_much():
    given_ = AALEN_JOHANSEN["competing_risks_ten_tied"]["input"]
    naive = 1 - kaplan_meier(given_["time"], [cause == 1 for cause in given_["cause"]]).survival[-1]
    assert naive == pytest.approx(29 / 56)
    assert naive > cumulative_incidence(**given_).incidence["1"][-1]


def stays(vector):
    columns = zip(*vector["rows"], strict=True)
    return dict(zip(vector["columns"], columns, strict=True))


def estimated(vector, **more):
    rows = stays(vector)
    return state_probabilities(rows["entry"], rows["exit"], rows["from"], rows["to"], states=vector["states"], **more)


def test_several_moves_at_one_time_and_late_entries_are_multiplied_out_together():
    vector = AALEN_JOHANSEN["multistate_delayed_entry"]
    expected, ours = vector["expected"], estimated(vector)
    assert ours.time.tolist() == expected["time"]
    assert ours.start.tolist() == expected["start"]
    assert ours.at_risk.tolist() == expected["n_risk"]
    assert (ours.probability * 32).tolist() == [
        pytest.approx(row, abs=1e-9) for row in expected["probability_in_32nds"]
    ]


@pytest.mark.parametrize("weighted", [False, True])
def test_people_may_be_in_several_states_when_observation_starts(weighted):
    vector = AALEN_JOHANSEN["multistate_mixed_start"]
    expected = vector["expected"]["weighted" if weighted else "unweighted"]
    ours = estimated(vector, weights=stays(vector)["weight"] if weighted else None)
    assert ours.start == pytest.approx(fractions(expected["start"]), abs=1e-12)
    assert ours.time.tolist() == expected["time"]
    for row, theirs in zip(ours.probability, expected["probability"], strict=True):
        assert row == pytest.approx(fractions(theirs), abs=1e-12)


def test_weights_and_censoring_give_the_shares_worked_out_by_hand():
    vector = AALEN_JOHANSEN["multistate_weights_censoring"]
    ours = estimated(vector, weights=stays(vector)["weight"])
    assert ours.time.tolist() == vector["expected"]["time"]
    for row, theirs in zip(ours.probability, vector["expected"]["probability"], strict=True):
        assert row == pytest.approx(fractions(theirs), abs=1e-12)


def test_a_cause_that_was_not_recorded_is_a_row_of_its_own_in_the_order_asked_for():
    causes = ["retired", "not recorded"]
    risks = cumulative_incidence([1, 2, 3, 3], ["not recorded", "retired", None, None], causes=causes)
    assert risks.causes == ("retired", "not recorded")
    assert risks.incidence["not recorded"].tolist() == [0.25, 0.25, 0.25]
    assert risks.to_frame()["cause"].to_list() == ["retired"] * 3 + ["not recorded"] * 3


def test_a_cause_that_was_not_announced_is_refused():
    with pytest.raises(UnknownName):
        cumulative_incidence([1], ["retierd"], causes=["retired"])
    with pytest.raises(UnknownName):
        state_probabilities([0], [1], ["in post"], ["gone"], states=["in post"])


def test_nobody_gives_nothing():
    assert cumulative_incidence([], []).time.size == 0


people = st.lists(
    st.tuples(st.integers(0, 6), st.integers(1, 6), st.sampled_from([None, "x", "y"])), min_size=1, max_size=20
).map(lambda rows: [(entry, entry + stay, cause) for entry, stay, cause in rows])


def arguments(rows):
    return {"time": [r[1] for r in rows], "cause": [r[2] for r in rows], "entry": [r[0] for r in rows]}


@given(people)
def test_those_in_post_and_those_gone_for_each_cause_are_everyone(rows):
    risks = cumulative_incidence(**arguments(rows))
    assert risks.event_free + sum(risks.incidence.values(), np.zeros(risks.time.size)) == pytest.approx(
        np.ones(risks.time.size), abs=1e-12
    )
    curve = kaplan_meier([r[1] for r in rows], [r[2] is not None for r in rows], [r[0] for r in rows])
    assert risks.event_free == pytest.approx(curve.survival, abs=1e-12)


def weighted_incidence(rows, weights, cause, until):
    """The cumulative incidence in plain loops, each person with a weight."""
    in_post, share = 1.0, 0.0
    for time in sorted({end for _, end, _ in rows if end <= until}):
        at_risk = sum(w for (entry, end, _), w in zip(rows, weights, strict=True) if entry < time <= end)
        left = {
            which: sum(w for (_, end, why), w in zip(rows, weights, strict=True) if end == time and why == which)
            for which in ("x", "y")
        }
        share += in_post * left[cause] / at_risk
        in_post *= 1 - sum(left.values()) / at_risk
    return share


@given(people)
def test_the_variance_is_the_sum_of_squared_changes_when_one_person_counts_a_little_more(rows):
    risks = cumulative_incidence(**arguments(rows), causes=["x", "y"])
    until, step = float(risks.time[-1]), 1e-6
    for cause in ("x", "y"):
        total = 0.0
        for person in range(len(rows)):
            more, less = ([1 + sign * step * (n == person) for n in range(len(rows))] for sign in (1, -1))
            change = weighted_incidence(rows, more, cause, until) - weighted_incidence(rows, less, cause, until)
            total += (change / (2 * step)) ** 2
        assert risks.variance[cause][-1] == pytest.approx(total, abs=1e-6)


@given(people)
def test_two_causes_are_three_states(rows):
    risks = cumulative_incidence(**arguments(rows), causes=["x", "y"])
    ours = state_probabilities(
        [r[0] for r in rows], [r[1] for r in rows], ["in post"] * len(rows), [r[2] for r in rows],
        states=["in post", "x", "y"],
    )  # fmt: skip
    assert ours.probability[:, 1] == pytest.approx(risks.incidence["x"], abs=1e-12)
    assert ours.probability[:, 0] == pytest.approx(risks.event_free, abs=1e-12)
