"""Support staff who qualify here are seen, though they neither leave nor join."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from workbench.retention.career_exhibits import moves_by_group
from workbench.retention.career_path import qualified_staff_came_from, standings, support_staff_became

OPENING, CLOSING = dt.date(2025, 9, 30), dt.date(2026, 9, 30)

STANDINGS = pl.DataFrame(
    [
        ("support", "Physiotherapist", "support", "Physiotherapist", 20),
        ("support", "Physiotherapist", "qualified", "Physiotherapist", 3),
        ("support", "Physiotherapist", "qualified", "Occupational therapist", 1),
        ("support", "Dietitian", "outside", None, 6),
        ("student", "Paramedic", "qualified", "Paramedic", 2),
        ("outside", None, "qualified", "Paramedic", 5),
        ("other", "Not an AHP", "support", "Podiatrist", 4),
        ("qualified", "Podiatrist", "qualified", "Podiatrist", 50),
    ],
    schema={
        "standing_before": pl.String,
        "profession_before": pl.String,
        "standing_after": pl.String,
        "profession_after": pl.String,
        "people": pl.Int64,
    },
    orient="row",
)


def test_support_staff_are_followed_whatever_profession_they_qualify_in():
    # 20 + 3 + 1 + 6 = 30 support staff at the opening, 4 of whom qualified
    assert support_staff_became(STANDINGS).rows() == [
        ("still AHP support staff", 20),
        ("AHP student or apprentice here", 0),
        ("qualified AHP here", 4),
        ("in another kind of post here", 0),
        ("no longer employed here", 6),
        ("Total", 30),
    ]


def test_newly_qualified_staff_are_told_by_where_they_came_from():
    # 3 + 1 from support, 2 students, 5 from outside; the 50 were qualified before
    assert qualified_staff_came_from(STANDINGS).rows() == [
        ("AHP support staff here", 4),
        ("AHP student or apprentice here", 2),
        ("another kind of post here", 0),
        ("not employed here", 5),
        ("Total", 11),
    ]


def test_standings_on_the_sample_equal_a_count_in_plain_python(sample_workbench):
    rows = sample_workbench.sql(
        "select person.period, person.person_key, person.profession, listed.profession_level "
        "from marts.person_month as person join marts.assignment_month as listed "
        "using (organisation_code, period, assignment_key) "
        "where organisation_code = 'XAA' and period in ($opening, $closing)",
        opening=OPENING,
        closing=CLOSING,
    )
    held: dict[dt.date, dict[str, tuple[str, str]]] = {OPENING: {}, CLOSING: {}}
    for period, person, profession, level in rows.iter_rows():
        held[period][person] = ("other" if profession == "Not an AHP" else level or "other", profession)
    expected: dict[tuple, int] = {}
    for person in held[OPENING].keys() | held[CLOSING].keys():
        ways = (*held[OPENING].get(person, ("outside", None)), *held[CLOSING].get(person, ("outside", None)))
        expected[ways] = expected.get(ways, 0) + 1
    found = standings(sample_workbench.snapshot, "XAA", OPENING, CLOSING)
    assert {row[:4]: row[4] for row in found.rows()} == expected


def test_a_month_that_is_not_loaded_gives_no_standings(sample_workbench):
    assert standings(sample_workbench.snapshot, "XAA", dt.date(2020, 9, 30), CLOSING).is_empty()


@pytest.mark.parametrize("dimension", ["profession", "pay_band", "service"])
def test_each_group_at_the_opening_is_divided_into_four_ways_without_rest(sample_workbench, dimension):
    rows = moves_by_group(sample_workbench.snapshot, "XBB", dimension, OPENING, CLOSING)
    assert (rows["people"] == rows["stayed"] + rows["moved"] + rows["inactive"] + rows["left"]).all()
    total = rows.filter(pl.col("group") == "Total")
    groups = rows.filter(pl.col("group") != "Total")
    for name in ("people", "stayed", "moved", "inactive", "left"):
        assert groups[name].sum() == total[name][0]


def test_the_monthly_steps_agree_with_the_direct_count_where_nobody_returns(staff):
    # ten people for a year, of whom one goes for good in June 2026: 1 of 10 either way
    months = [dt.date(2025, 9, 30), *(dt.date(2025, m, d) for m, d in ((10, 31), (11, 30), (12, 31)))]
    months += [dt.date(2026, m, d) for m, d in ((1, 31), (2, 28), (3, 31), (4, 30), (5, 31), (6, 30), (7, 31), (8, 31))]
    months.append(CLOSING)
    listed = {end.isoformat(): {f"p{n}": {} for n in range(10) if n or end < dt.date(2026, 6, 30)} for end in months}
    rows = moves_by_group(staff(listed), "XAA", "profession", OPENING, CLOSING)
    assert rows.select("group", "people", "left").rows() == [("Physiotherapist", 10, 1), ("Total", 10, 1)]
    assert rows["by_months"].to_list() == pytest.approx([10.0, 10.0])


def test_a_window_with_a_missing_month_has_no_share_from_monthly_steps(staff):
    listed = {OPENING.isoformat(): {"p1": {}}, CLOSING.isoformat(): {"p1": {}}}
    rows = moves_by_group(staff(listed), "XAA", "profession", OPENING, CLOSING)
    assert rows["by_months"].to_list() == [None, None]
    assert rows["stayed"].to_list() == [1, 1]
