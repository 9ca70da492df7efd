"""XmR charts: the rules of NHS "Making Data Count", against another implementation and by hand."""

from __future__ import annotations

import datetime as dt
import math
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.benchmarking import xmr
from workbench.errors import GrainError, ParameterError, UnknownName
from workbench.periods import month_ends

ORACLE = pl.read_csv(
    Path(__file__).parents[1] / "oracles" / "xmr_NHSRplotthedots_0.2.2.csv.gz", null_values="NA"
).with_columns(pl.col("fix").cast(pl.Int64))
GROUPS = {
    "-".join(str(part) for part in key): rows.sort("i")
    for key, rows in ORACLE.group_by("case", "screen", "fix", "dir", maintain_order=True)
}
IMPROVEMENT = {1: "increase", -1: "decrease", 0: "neither"}
RULES = {
    "Common Cause": "common_cause",
    "Above UCL": "above_upper_limit",
    "Below LCL": "below_lower_limit",
    "7 Point Trend (Increasing)": "trend_up",
    "7 Point Trend (Decreasing)": "trend_down",
    "2 in 3 Above CL": "two_in_three_above",
    "2 in 3 Below CL": "two_in_three_below",
    "7 Points Above CL": "shift_above",
    "7 Points Below CL": "shift_below",
}
YEAR = month_ends(dt.date(2025, 10, 31), dt.date(2026, 9, 30))
# Twelve values whose moving ranges are all 2: mean 11, limits 11 +- 2.66 x 2.
ZIGZAG = [10, 12] * 6


def test_the_oracle_is_whole():
    assert (ORACLE.height, len(GROUPS)) == (2292, 138)


@pytest.mark.parametrize("name", GROUPS)
def test_every_point_is_labelled_as_nhsrplotthedots_labels_it(name):
    rows = GROUPS[name].to_dicts()
    first = rows[0]
    chart = xmr(
        [row["y"] for row in rows],
        improvement=IMPROVEMENT[first["dir"]],
        screen=first["screen"],
        fix=first["fix"],
    )
    (group,) = chart.groups
    for row, point in zip(rows, chart.points, strict=True):
        assert group.mean == pytest.approx(row["mean"], rel=1e-9)
        assert point.side == row["rtm"]
        if group.upper is None:
            # The package has no limits either, or limits without width; either way it finds common cause only.
            assert row["lpl"] is None or math.isclose(row["lpl"], row["upl"])
            assert (RULES[row["type"]], row["point"]) == ("common_cause", "common_cause")
            assert (point.rule, point.kind) == (None, None)
            continue
        assert (group.lower, group.upper) == pytest.approx((row["lpl"], row["upl"]), rel=1e-9)
        assert (point.outside, point.close) == (row["outside"], row["close"])
        assert (point.rule, f"special_cause_{point.kind}".replace("special_cause_common", "common")) == (
            RULES[row["type"]],
            row["point"],
        )


def test_where_the_oracle_has_no_limits_we_say_why():
    without = {name: rows for name, rows in GROUPS.items() if rows["lpl"].null_count()}
    assert sum(rows.height for rows in without.values()) == 96
    statuses = {(rows["case"][0], xmr(rows["y"].to_list()).status) for rows in without.values()}
    assert statuses == {("constant", "no_variation"), ("one", "one_point")}


def test_limits_are_the_mean_and_2_66_average_moving_ranges():
    (group,) = xmr(ZIGZAG).groups
    assert group.mean == 11
    assert (group.lower, group.upper) == (pytest.approx(11 - 2.66 * 2), pytest.approx(11 + 2.66 * 2))
    assert group.near_upper == pytest.approx(11 + 2 * 2.66 * 2 / 3)


def test_a_range_far_above_the_average_is_screened_once_and_is_counted():
    values = [10, 12] * 8 + [40]  # 15 ranges of 2 and one of 28: their average is 3.625, and 28 > 3.267 x 3.625
    screened, kept = xmr(values), xmr(values, screen=False)
    assert screened.groups[0].ranges_screened == 1
    assert screened.groups[0].upper == pytest.approx(screened.groups[0].mean + 2.66 * 2)
    assert kept.groups[0].upper == pytest.approx(kept.groups[0].mean + 2.66 * 3.625)
    assert "left out of the limits once" in screened.coverage_words
    assert "All moving ranges were kept" in kept.coverage_words


@pytest.mark.parametrize(
    ("points", "status"), [(1, "one_point"), (2, "too_few_points"), (11, "too_few_points"), (12, "ok")]
)
def test_fewer_than_twelve_points_give_trial_limits_and_no_icon(points, status):
    chart = xmr(ZIGZAG[:points], improvement="increase", target=11)
    assert chart.status == status
    assert (chart.variation is None, chart.assurance is None) == (points < 12, points < 12)
    if 1 < points < 12:
        assert chart.groups[0].upper is not None
        assert chart.variation_words == f"trial limits, {points} of 12 points"


def test_no_values_and_only_missing_values_are_no_data():
    assert xmr([]).status == xmr([None, None]).status == "no_data"
    assert xmr([None, None]).variation is None
    assert xmr([]).variation_words == "no data"


def test_a_series_that_never_changes_has_no_limits_and_no_icon():
    chart = xmr([0.1] * 15, screen=False)
    assert chart.status == "no_variation"
    assert chart.groups[0].upper is None
    assert {point.rule for point in chart.points} == {None}
    assert chart.variation_words == "no variation: every value is the same"


def test_equal_rates_that_differ_in_the_last_binary_place_are_no_variation():
    assert xmr([0.3, 0.1 + 0.2] * 8).status == "no_variation"


def test_a_baseline_without_variation_cannot_judge_what_comes_after():
    chart = xmr([5.0] * 12 + [9.0, 10.0], fix=12, improvement="increase", target=6)
    assert chart.status == "no_variation_in_baseline"
    assert (chart.variation, chart.assurance, chart.groups[0].upper) == (None, None, None)


def test_a_single_step_between_two_constants_has_no_limits_once_its_range_is_screened():
    assert xmr([5.0] * 10 + [15.0] * 10).status == "no_variation_in_baseline"


def test_a_point_on_the_mean_breaks_a_run():
    unbroken = [12, 10] * 3 + [12] * 7 + [10] * 7
    broken = [12, 10] * 3 + [12] * 3 + [11] + [12] * 3 + [10] * 6 + [11]
    assert {point.rule for point in xmr(unbroken).points[6:13]} == {"shift_above"}
    assert "shift_above" not in {point.rule for point in xmr(broken).points}


def test_an_equal_pair_breaks_a_trend():
    rising = [10, 14, 9, 13, 10, 11, 12, 13, 14, 15, 16, 11, 14]
    assert [point.rule for point in xmr(rising).points].count("trend_up") == 7
    held = [10, 14, 9, 13, 10, 11, 12, 12, 13, 14, 15, 11, 14]
    assert "trend_up" not in {point.rule for point in xmr(held).points}


def test_a_rising_trend_below_the_mean_is_still_rising():
    values = [20, 22] * 8 + [10, 11, 12, 13, 14, 15, 16]
    assert xmr(values, fix=16).points[-2].rule == "below_lower_limit"  # outside (15 < 15.68) comes before trend
    wide = [5, 35] * 6 + [10, 11, 12, 13, 14, 15, 16]
    last = xmr(wide, fix=12, improvement="decrease").points[-1]
    assert (last.side, last.rule, last.kind, last.letter) == (-1, "trend_up", "concern", "H")


def test_values_are_sorted_by_date():
    forwards = xmr([1, 5, 2, 8], YEAR[:4])
    assert xmr([8, 2, 5, 1], YEAR[3::-1]).points == forwards.points


def test_a_date_twice_is_refused():
    with pytest.raises(GrainError, match="2025-10-31 stands more than once"):
        xmr([1, 2], [YEAR[0], YEAR[0]])


def test_a_missing_month_is_a_gap_that_is_named_and_never_a_zero():
    with_gap = [*YEAR[:3], *YEAR[4:]]
    chart = xmr([10, 12, 10, 12, 10, 12, 10, 12, 10, 12, 10], with_gap)
    assert chart.missing_months == (YEAR[3],)
    assert min(point.value for point in chart.points) == 10
    assert f"Not loaded: {YEAR[3]:%b %Y}" in chart.coverage_words


def test_a_withheld_month_is_dropped_before_the_rules_and_counted():
    chart = xmr([10, None, 12, 10, 12], YEAR[:5])
    assert (len(chart.points), chart.dropped, chart.missing_months) == (4, 1, ())
    assert chart.groups[0].mean == xmr([10, 12, 10, 12]).groups[0].mean
    assert "1 period is a gap: no value can be shown" in chart.coverage_words


def test_quarters_miss_nothing_when_every_quarter_is_there():
    quarters = YEAR[2::3]
    assert xmr([1, 2, 3, 4], quarters, months_apart=3).missing_months == ()
    assert xmr([1, 2, 4], [quarters[0], quarters[1], quarters[3]], months_apart=3).missing_months == (quarters[2],)


def test_limits_start_afresh_where_the_user_says_so_and_why():
    values, dates = ZIGZAG + [30, 32] * 6, month_ends(dt.date(2024, 10, 31), dt.date(2026, 9, 30))
    chart = xmr(values, dates, rebase={dt.date(2025, 10, 31): "ward closed"}, improvement="increase")
    before, after = chart.groups
    assert (before.mean, after.mean) == (11, 31)
    assert (after.first, after.reason) == (13, "ward closed")
    assert {point.rule for point in chart.points} == {"common_cause"}
    assert "start afresh from point 13: ward closed." in chart.coverage_words
    assert {point.rule for point in xmr(values, dates).points} != {"common_cause"}


def test_a_run_does_not_reach_over_a_rebase():
    values = [10, 12] * 6 + [12.5] * 4 + [12.5, 12.6] * 6
    assert "shift_above" in {point.rule for point in xmr(values[:19]).points}
    chart = xmr(values, rebase={17: "new rota"})
    assert {point.rule for point in chart.points[12:]} == {"common_cause"}


def test_a_short_group_after_a_rebase_has_no_icon():
    chart = xmr([*ZIGZAG, 30, 32, 30], rebase={13: "new rota"})
    assert (chart.status, chart.variation) == ("too_few_points", None)


def test_a_rebase_on_a_missing_date_starts_at_the_next_and_one_past_the_end_does_nothing():
    dates = [*YEAR[:3], *YEAR[4:]]
    assert xmr(list(range(11)), dates, rebase={YEAR[3]: "move"}).groups[1].first == 4
    assert len(xmr([1, 2, 3], rebase={9: "later"}).groups) == 1


@pytest.mark.parametrize(
    ("target", "improvement", "icon"),
    [
        (17, "increase", "fail"),  # limits 5.68 to 16.32
        (17, "decrease", "pass"),
        (5, "increase", "pass"),
        (5, "decrease", "fail"),
        (11, "increase", "hit_and_miss"),
        (11 + 2.66 * 2, "increase", "hit_and_miss"),  # on the limit
        (11 - 2.66 * 2, "decrease", "hit_and_miss"),
        (17, "neither", None),
        (None, "increase", None),
    ],
)
def test_assurance_compares_the_target_with_the_latest_limits(target, improvement, icon):
    chart = xmr(ZIGZAG, target=target, improvement=improvement)
    assert chart.assurance == icon
    assert bool(chart.assurance_words) == (icon is not None)


@pytest.mark.parametrize(
    ("last", "improvement", "icon"),
    [
        (40, "increase", "improvement_high"),
        (40, "decrease", "concern_high"),
        (40, "neither", "neutral_high"),
        (-20, "increase", "concern_low"),
        (-20, "decrease", "improvement_low"),
        (-20, "neither", "neutral_low"),
        (11, "increase", "common_cause"),
    ],
)
def test_the_variation_icon_is_that_of_the_last_point(last, improvement, icon):
    assert xmr([*ZIGZAG, last], improvement=improvement).variation == icon


def test_the_words_say_kind_side_and_rule():
    assert xmr([*ZIGZAG, 40], improvement="decrease").variation_words == (
        "special cause, concern, high: above the upper limit"
    )
    assert xmr([10, 12] * 6 + [10.5] * 9, fix=12, improvement="increase").variation_words == (
        "special cause, concern, low: 9 points below the mean"
    )
    assert xmr([*ZIGZAG, 40]).variation_words == ("special cause, neither good nor bad, high: above the upper limit")
    assert xmr(ZIGZAG).variation_words == "common cause variation: no sign of change"


def test_a_longer_trend_is_counted_in_full():
    values = [5, 35] * 6 + [8, 10, 11, 12, 13, 14, 15, 16, 17]
    assert xmr(values, fix=12).variation_words.endswith("9 points rising")


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_a_value_that_is_no_number_is_refused(value):
    with pytest.raises(ParameterError, match="not a finite number"):
        xmr([1.0, value])


def test_questions_that_cannot_be_answered_are_refused():
    with pytest.raises(ParameterError, match="at least 12"):
        xmr(ZIGZAG, fix=11)
    with pytest.raises(ParameterError, match="1 values and 2 dates"):
        xmr([1], YEAR[:2])
    with pytest.raises(ParameterError, match="for a reason"):
        xmr(ZIGZAG, rebase={5: " "})
    with pytest.raises(ParameterError, match="no dates"):
        xmr(ZIGZAG, rebase={YEAR[3]: "move"})
    with pytest.raises(UnknownName, match="'up'"):
        xmr(ZIGZAG, improvement="up")


SERIES = st.lists(st.integers(-50, 50), min_size=1, max_size=40)


def labels(chart):
    return [(point.rule, point.kind) for point in chart.points]


@given(SERIES, st.integers(-1000, 1000), st.sampled_from([1, 2, 7, 100]), st.booleans())
def test_moving_or_stretching_the_scale_changes_no_label(values, shift, scale, screen):
    chart = xmr(values, improvement="increase", screen=screen)
    moved = xmr([scale * value + shift for value in values], improvement="increase", screen=screen)
    assert labels(moved) == labels(chart)
    assert (moved.status, moved.variation) == (chart.status, chart.variation)


@given(SERIES, st.integers(-60, 60), st.booleans())
def test_turning_the_series_over_with_its_direction_mirrors_every_label(values, target, screen):
    chart = xmr(values, improvement="increase", target=target, screen=screen)
    mirrored = xmr([-value for value in values], improvement="decrease", target=-target, screen=screen)
    assert [point.kind for point in mirrored.points] == [point.kind for point in chart.points]
    assert [point.side for point in mirrored.points] == [-point.side for point in chart.points]
    swap = {"high": "low", "low": "high"}
    icon = chart.variation
    expected = icon if icon in (None, "common_cause") else f"{icon.split('_')[0]}_{swap[icon.split('_')[1]]}"
    assert (mirrored.variation, mirrored.assurance) == (expected, chart.assurance)


@given(SERIES, st.lists(st.integers(0, 40), max_size=10))
def test_missing_values_change_nothing_but_their_count(values, places):
    holes = list(values)
    for place in places:
        holes.insert(min(place, len(holes)), None)
    chart, with_holes = xmr(values), xmr(holes)
    assert labels(with_holes) == labels(chart)
    assert with_holes.dropped == len(places)


def test_control_charts_need_neither_snapshot_nor_frames():
    code = (
        "import sys; from workbench.benchmarking import xmr, funnel; xmr([1, 2, 3]); funnel([1], [2]); "
        "print([name for name in ('polars', 'duckdb', 'plotly') if name in sys.modules])"
    )
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"
