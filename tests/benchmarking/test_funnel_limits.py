"""Funnel plots: against another implementation, and by hand where that one was not asked."""

from __future__ import annotations

import math
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.benchmarking import funnel
from workbench.errors import ParameterError, UnknownName

ORACLE = pl.read_csv(Path(__file__).parents[1] / "oracles" / "funnel_FunnelPlotR_0.6.0.csv", null_values="NA")
KINDS = {"PR": "proportion", "RC": "ratio_of_counts", "SR": "standardised_ratio"}
BLOCKS = {"-".join(key): rows for key, rows in ORACLE.group_by("dtype", "method", maintain_order=True)}


def test_the_oracle_is_whole():
    assert {name: rows.height for name, rows in BLOCKS.items()} == dict.fromkeys(
        ["PR-CQC", "RC-CQC", "SR-SHMI", "SR-CQC"], 30
    )


@pytest.mark.parametrize("name", BLOCKS)
def test_every_unit_is_judged_as_funnelplotr_judges_it(name):
    rows = BLOCKS[name]
    kind, method = name.split("-")
    answer = funnel(rows["numerator"].to_list(), rows["denominator"].to_list(), kind=KINDS[kind], method=method.lower())
    block = rows.row(0, named=True)
    assert answer.kept == block["n"]
    assert (answer.target, answer.phi, answer.tau2) == pytest.approx(
        (block["target"], block["phi"], block["tau2"]), rel=1e-9
    )
    for row, unit in zip(rows.iter_rows(named=True), answer.units, strict=True):
        assert unit.z == pytest.approx(row["Uz"], rel=1e-9, abs=1e-12)
        assert (unit.kept_z is None) == (row["Wz"] is None)
        if unit.kept_z is not None:
            assert unit.kept_z == pytest.approx(row["Wz"], rel=1e-9, abs=1e-12)
        limits = (unit.limits.lower_95, unit.limits.upper_95, unit.limits.lower_998, unit.limits.upper_998)
        assert limits == pytest.approx((row["odll95"], row["odul95"], row["odll998"], row["odul998"]), rel=1e-9)


def test_truncation_leaves_out_a_tenth_at_each_end():
    rows = BLOCKS["SR-SHMI"]
    answer = funnel(
        rows["numerator"].to_list(), rows["denominator"].to_list(), kind="standardised_ratio", method="shmi"
    )
    assert sum(unit.kept_z is None for unit in answer.units) == 6


SAME = [100] * 12


def test_units_that_differ_by_chance_alone_keep_the_limits_of_chance():
    answer = funnel([10, 11, 9, 10, 10, 12, 8, 10, 9, 11, 10, 10], SAME)
    assert (answer.adjusted, answer.tau2) == (True, 0.0)
    angle, half = math.asin(math.sqrt(0.1)), 1.959964 / (2 * math.sqrt(100))
    assert answer.units[0].limits.upper_95 == pytest.approx(math.sin(angle + half) ** 2, rel=1e-12)
    assert {unit.verdict for unit in answer.units} == {"expected"}


def test_the_words_say_which_side_and_which_limit():
    answer = funnel([10] * 10 + [20, 40], SAME, overdispersion=False)
    target = (100 + 60) / 1200
    angle = math.asin(math.sqrt(target))
    assert answer.limits_at(100).upper_95 == pytest.approx(math.sin(angle + 1.959964 / 20) ** 2)
    assert [unit.words for unit in answer.units[-2:]] == [
        "as expected for its size",
        "higher than expected (outside 99.8%)",
    ]
    low = funnel([50] * 11 + [25], SAME, overdispersion=False).units[-1]
    assert (low.verdict, low.is_outside) == ("lower_998", True)
    between = funnel([13] * 11 + [22], SAME, overdispersion=False).units[-1]
    assert between.words == "higher than expected (outside 95%)"


@pytest.mark.parametrize(("units", "adjusted"), [(9, False), (10, True)])
def test_fewer_than_ten_units_get_limits_of_chance_and_say_so(units, adjusted):
    answer = funnel([10, 30] * (units // 2) + [20] * (units % 2), [100] * units)
    assert answer.adjusted is adjusted
    assert ("9 units are too few" in answer.in_words) is not adjusted


def test_units_that_differ_more_than_chance_widen_the_limits():
    numerators = [5, 30] * 6
    wide, narrow = funnel(numerators, SAME), funnel(numerators, SAME, overdispersion=False)
    assert wide.tau2 > 0
    assert wide.limits_at(100).upper_998 > narrow.limits_at(100).upper_998
    assert "widened" in wide.in_words


@pytest.mark.parametrize(
    ("expected", "lower_95", "upper_95"),
    # chi-square tables: qchisq(0.025, 20)/2 = 4.795389 and qchisq(0.975, 22)/2 = 18.39036
    [(10.0, 0.4795389, 1.839036), (100.0, 0.8136385, 1.2162719)],
)
def test_a_standardised_ratio_without_adjustment_has_exact_poisson_limits(expected, lower_95, upper_95):
    answer = funnel([expected], [expected], kind="standardised_ratio", method="shmi")
    limits = answer.units[0].limits
    assert (limits.lower_95, limits.upper_95) == pytest.approx((lower_95, upper_95), rel=1e-5)
    assert limits.lower_998 < limits.lower_95 < 1 < limits.upper_95 < limits.upper_998


def test_exact_limits_hold_for_thousands_of_events():
    limits = funnel([5000], [5000], kind="standardised_ratio").limits_at(5000)
    assert (limits.lower_998, limits.upper_998) == pytest.approx(
        (1 - 3.090232 / math.sqrt(5000), 1 + 3.090232 / math.sqrt(5000)), rel=2e-3
    )


def test_nobody_to_count_is_not_applicable_and_does_not_move_the_target():
    answer = funnel([10, 0, 30], [100, 0, 100], ["A", "empty", "B"])
    assert answer.target == 0.2
    assert (answer.units[1].verdict, answer.units[1].limits, answer.units[1].words) == (
        "not_applicable",
        None,
        "nobody to count",
    )


def test_no_events_have_no_logarithm_and_say_so():
    answer = funnel([0, 12, 9], [10.0, 10.0, 10.0], kind="standardised_ratio", method="shmi")
    assert answer.units[0].words == "no events, so it cannot be judged"
    assert [unit.verdict for unit in answer.units[1:]] == ["expected", "expected"]


def test_no_events_are_an_ordinary_proportion():
    answer = funnel([0, 10, 12], [100, 100, 100])
    assert answer.units[0].verdict in ("lower_95", "lower_998")


def test_limits_of_a_very_small_unit_are_all_or_nothing():
    limits = funnel([10, 12], [100, 100]).limits_at(1)
    assert (limits.lower_998, limits.upper_998) == (0.0, 1.0)


@pytest.mark.parametrize(
    ("events", "size", "verdict"),
    # with a target of 0.174: 0.826^10 = 0.148 and 0.826^19 = 0.0264 are not below 0.025, 0.826^20 = 0.0218 is
    [(0, 10, "expected"), (0, 19, "expected"), (0, 20, "lower_95"), (2, 2, "expected"), (3, 3, "higher_95")],
)
def test_a_small_unit_outside_the_limits_must_be_improbable_by_exact_probabilities_too(events, size, verdict):
    judged = funnel([events], [size], target=0.174).units[0]
    limits, value = judged.limits, events / size
    assert value < limits.lower_95 or value > limits.upper_95 or size == 2
    assert judged.verdict == verdict


def test_a_mean_of_two_month_ends_need_not_be_whole():
    assert funnel([0], [10.5], target=0.174).units[0].verdict == "expected"


def test_where_nobody_left_anywhere_every_unit_is_as_expected():
    answer = funnel([0] * 12, SAME)
    assert {unit.verdict for unit in answer.units} == {"expected"}
    assert answer.units[0].limits.lower_998 == 0


@pytest.mark.parametrize(
    ("numerators", "denominators", "message"),
    [
        ([1], [1, 2], "1 numerators, 2 denominators"),
        ([-1], [10], "negative"),
        ([math.nan], [10], "not finite"),
        ([11], [10], "cannot exceed 1"),
        ([0], [0], "No unit can be judged"),
        ([], [], "No unit can be judged"),
    ],
)
def test_numbers_that_cannot_be_judged_are_refused(numerators, denominators, message):
    with pytest.raises(ParameterError, match=message):
        funnel(numerators, denominators)


def test_a_kind_or_method_that_does_not_exist_is_refused():
    with pytest.raises(UnknownName, match="'rate'"):
        funnel([1], [2], kind="rate")
    with pytest.raises(UnknownName, match="'shmi'"):
        funnel([1], [2], method="shmi")
    with pytest.raises(ParameterError, match="nothing to be compared with"):
        funnel([0, 0], [2, 3], kind="ratio_of_counts")


UNITS = st.lists(st.tuples(st.integers(0, 60), st.integers(60, 400)), min_size=2, max_size=25).filter(
    lambda rows: any(a for a, _ in rows)
)


def test_units_can_be_compared_with_a_value_of_their_whole():
    answer = funnel([5] * 12, SAME, target=0.1)
    assert answer.target == 0.1
    assert answer.limits_at(100).lower_95 < 0.1 < answer.limits_at(100).upper_95
    assert answer.units[0].z == pytest.approx((math.asin(math.sqrt(0.05)) - math.asin(math.sqrt(0.1))) * 20)
    with pytest.raises(ParameterError, match="between 0 and 1"):
        funnel([5], [10], target=1.2)


@given(UNITS)
def test_limits_lie_in_order_around_the_target_and_narrow_with_size(rows):
    answer = funnel([a for a, _ in rows], [b for _, b in rows])
    sizes = sorted({b for _, b in rows})
    limits = [answer.limits_at(size) for size in sizes]
    for around in limits:
        assert 0 <= around.lower_998 <= around.lower_95 <= answer.target <= around.upper_95 <= around.upper_998 <= 1
    assert [around.lower_998 for around in limits] == sorted(around.lower_998 for around in limits)
    assert [around.upper_998 for around in limits] == sorted((around.upper_998 for around in limits), reverse=True)


@given(UNITS, st.randoms(use_true_random=False))
def test_the_order_of_the_units_changes_nothing(rows, random):
    names = [str(number) for number in range(len(rows))]
    shuffled = list(zip(names, rows, strict=True))
    random.shuffle(shuffled)
    answer = funnel([a for a, _ in rows], [b for _, b in rows], names)
    again = funnel([a for _, (a, _) in shuffled], [b for _, (_, b) in shuffled], [name for name, _ in shuffled])
    assert again.target == answer.target
    assert {u.name: u.verdict for u in again.units} == {u.name: u.verdict for u in answer.units}
