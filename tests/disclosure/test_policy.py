"""What each audience may see."""

from __future__ import annotations

from pathlib import Path

import pytest

from workbench.disclosure import Policy, policy_for
from workbench.errors import SettingsError
from workbench.settings import DisclosureThresholds, Settings

LEAD = Policy("lead", 5)


@pytest.mark.parametrize(("people", "small"), [(0, False), (1, True), (4, True), (5, False), (6, False)])
def test_counts_from_one_to_one_below_the_smallest_shown_are_small(people, small):
    assert LEAD.is_small(people) is small


@pytest.mark.parametrize(("people", "small"), [(0, True), (1, True), (4, True), (5, False)])
def test_zero_is_small_too_where_zero_is_disclosive(people, small):
    assert Policy("board", 5, zero_is_disclosive=True).is_small(people) is small


@pytest.mark.parametrize(
    ("value", "rounded"), [(0, 0), (2, 0), (2.5, 5), (3, 5), (7, 5), (7.5, 10), (8, 10), (-7.5, -10), (12.4, 10)]
)
def test_halves_are_rounded_away_from_zero(value, rounded):
    assert Policy("board", 8, 5).rounded(value) == rounded


def test_nothing_is_rounded_without_a_step():
    assert LEAD.rounded(7.25) == 7.25


def test_a_smallest_shown_of_one_withholds_nothing():
    analyst = Policy("analyst", 1)
    assert not analyst.withholds
    assert not any(analyst.is_small(people) for people in range(10))
    assert analyst.sentence == "no numbers are withheld"


def test_the_rule_is_said_in_words():
    assert LEAD.sentence == "numbers of people below 5 are withheld"
    assert Policy("board", 8, 5).sentence == (
        "numbers of people below 8 are withheld and the others are rounded to the nearest 5"
    )


@pytest.mark.parametrize(("smallest", "zero"), [(2, False), (1, True)])
def test_a_policy_whose_withheld_counts_could_only_be_one_number_is_refused(smallest, zero):
    with pytest.raises(SettingsError, match="hides nothing"):
        Policy("lead", smallest, zero_is_disclosive=zero)


def test_the_thresholds_come_from_the_settings():
    settings = Settings(
        home=Path("home"),
        key_file=Path("key"),
        reports=Path("reports"),
        disclosure={"lead": DisclosureThresholds(smallest_shown=10, round_to=5)},
    )
    assert policy_for("lead", settings) == Policy("lead", 10, 5)
    with pytest.raises(SettingsError, match="'public'"):
        policy_for("public", settings)
