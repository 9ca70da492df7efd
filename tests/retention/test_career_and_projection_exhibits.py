"""What the exhibits of movement inside and of the years ahead say, and what they do not say to whom."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from workbench import open_workbench
from workbench.exhibits import ExhibitRequest
from workbench.retention import career_exhibits, projection_exhibits
from workbench.retention.choices import MOVES

AS_AT = dt.date(2026, 9, 30)
EXHIBITS = [
    career_exhibits.moves_between_groups,
    career_exhibits.support_to_registered,
    projection_exhibits.headcount_ahead,
    projection_exhibits.headcount_ahead_by_group,
]


@pytest.fixture(scope="module", params=["analyst", "lead", "board"])
def audience_workbench(sample_settings, request):
    return open_workbench(audience=request.param, settings=sample_settings)


@pytest.mark.parametrize("organisation", ["XAA", "XBB", "XCC"])
@pytest.mark.parametrize("exhibit", EXHIBITS, ids=lambda function: function.__name__)
def test_no_small_number_of_people_is_shown(audience_workbench, exhibit, organisation):
    smallest = audience_workbench.policy.smallest_shown
    found = exhibit(audience_workbench, ExhibitRequest(organisation, AS_AT, {}))
    assert found.title
    assert found.alt
    for column in found.columns:
        # what is projected counts nobody: it is an estimate from a number that is itself shown
        if column.kind == "count" and not column.name.startswith(("low", "middle", "high", "said", "tested")):
            values = found.table[column.name].drop_nulls().to_list()
            assert [value for value in values if 0 < value < smallest] == []


@pytest.mark.parametrize("moves", MOVES)
def test_moves_between_any_groups_show_no_small_number(audience_workbench, moves):
    request = ExhibitRequest("XAA", AS_AT, {"moves": moves})
    found = career_exhibits.moves_between_groups(audience_workbench, request)
    assert MOVES[moves] in found.title
    for name in ("people", "stayed", "moved", "inactive", "left"):
        shown = found.table[name].drop_nulls().to_list()
        assert [value for value in shown if 0 < value < audience_workbench.policy.smallest_shown] == []


def test_nothing_is_projected_from_a_group_that_is_withheld(sample_settings):
    lead = open_workbench(audience="lead", settings=sample_settings)
    table = projection_exhibits.headcount_ahead_by_group(lead, ExhibitRequest("XAA", AS_AT, {})).table
    withheld = table.filter(pl.col("now").is_null())
    assert withheld.height > 0
    for name in ("middle_12", "middle_36", "low_36", "high_36", "said_low", "said_high"):
        assert withheld[name].null_count() == withheld.height


def test_the_projection_is_the_same_each_time(sample_settings):
    request = ExhibitRequest("XBB", AS_AT, {"profession": "Physiotherapist"})
    first, second = (
        projection_exhibits.headcount_ahead(open_workbench(audience="analyst", settings=sample_settings), request)
        for _ in range(2)
    )
    assert first.to_bundle() == second.to_bundle()
    assert first.title.startswith("Physiotherapist: ")


def test_a_date_with_too_short_a_past_says_what_is_missing(sample_workbench):
    found = projection_exhibits.headcount_ahead(sample_workbench, ExhibitRequest("XAA", dt.date(2024, 12, 31), {}))
    assert "too little to project from" in found.title
    assert any("At least 13 month ends must be loaded" in note for note in found.notes)


def test_a_window_that_begins_before_the_first_month_says_so(sample_workbench):
    request = ExhibitRequest("XAA", dt.date(2024, 12, 31), {})
    found = career_exhibits.moves_between_groups(sample_workbench, request)
    assert "cannot be told" in found.title
    assert any("must both be loaded" in note for note in found.notes)
