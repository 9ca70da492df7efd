from __future__ import annotations

import datetime as dt
import itertools
import json
import random

import polars as pl
import pytest

from workbench.disclosure import Policy
from workbench.exhibits import ExhibitRequest
from workbench.periods import month_ends
from workbench.retention.released_tenure import released_early_leavers, released_stays, released_triangle
from workbench.retention.tenure_bands import WatchedService, counts_by_band, put_together
from workbench.retention.tenure_exhibits import EXHIBITS
from workbench.warehouse.snapshot import Snapshot
from workbench.workbench import Workbench

MONTHS = month_ends(dt.date(2023, 6, 30), dt.date(2026, 6, 30))
LATEST = MONTHS[-1]
LEAD = Policy("lead", smallest_shown=5)
BOARD = Policy("board", smallest_shown=8, round_to=5)
ANALYST = Policy("analyst", smallest_shown=1)
BUILT: list[Snapshot] = []


@pytest.fixture(scope="module")
def _people():
    """Three hundred people of two services over three years, some of whom leave and some of whom are trainees."""
    chance = random.Random(7)
    people = []
    for n in range(300):
        start = dt.date(2018, 1, 1) + dt.timedelta(days=chance.randrange(3000))
        stays = chance.randrange(100, 4000)
        last = start + dt.timedelta(days=stays)
        people.append((f"p{n}", start, last, "Podiatry" if n % 9 == 0 else "Therapies", n % 7 == 0))
    return people


@pytest.fixture
def trust(staff, _people):
    """The same snapshot for every test: it is only read."""
    if not BUILT:
        BUILT.append(_trust_of(staff, _people))
    return BUILT[0]


def _trust_of(staff, people):
    months: dict = {end.isoformat(): {} for end in MONTHS}
    for person, start, last, service, trainee in people:
        for end in MONTHS:
            if start <= end <= last:
                months[end.isoformat()][person] = {
                    "organisation_start_date": start, "service": service, "is_trainee": trainee,
                }  # fmt: skip
    leavers = [
        {"person_key": person, "leaving_date": last, "assignment_key": person,
         "destination_on_leaving": "NHS ORGANISATION" if n % 2 else None,
         "destination_on_leaving_code": "01" if n % 2 else None}
        for n, (person, _, last, _, _) in enumerate(people)
    ]  # fmt: skip
    starters = [{"person_key": person, "start_date": start} for person, start, *_ in people]
    return staff(months, leavers=leavers, starters=starters)


def exhibit(snapshot, settings, name, audience="analyst", **options):
    return EXHIBITS[name](Workbench(snapshot, settings, audience), ExhibitRequest("XAA", LATEST, options))


@pytest.mark.parametrize("audience", ["analyst", "lead", "board"])
@pytest.mark.parametrize("options", [{}, {"service": "Podiatry"}, {"trainees": "out"}])
@pytest.mark.parametrize("name", EXHIBITS)
def test_every_exhibit_can_be_read_without_its_chart(trust, own_settings, name, audience, options):
    made = exhibit(trust, own_settings, name, audience, **options)
    assert made.title and made.question.endswith("?") and made.caption and made.alt and made.measures
    assert made.figure is not None
    assert json.dumps(made.to_bundle())
    assert made.to_html()


@pytest.mark.parametrize("name", EXHIBITS)
def test_nobody_to_watch_is_said_in_words(staff, own_settings, name):
    snapshot = staff({"2026-06-30": {"p": {"organisation_start_date": dt.date(2020, 1, 1)}}})
    made = exhibit(snapshot, own_settings, name)
    assert made.table.height == 0
    assert made.title and made.alt


def test_a_lead_sees_no_band_of_the_whole_with_few_leavers(trust):
    table = released_stays(trust, LEAD, "XAA", LATEST, "service", "Total", "in").table
    assert table.height > 3
    assert all(n == 0 or n >= 5 for n in table["left"])


@pytest.mark.parametrize("name", EXHIBITS)
def test_a_lead_sees_nothing_without_trainees_that_would_show_them_by_difference(trust, own_settings, name):
    made, plain = exhibit(trust, own_settings, name, "lead", trainees="out"), exhibit(trust, own_settings, name, "lead")
    assert made.table.equals(plain.table)
    assert any("not followed: doctors in training left out" in note for note in made.notes)
    assert not exhibit(trust, own_settings, name, trainees="out").table.equals(exhibit(trust, own_settings, name).table)


def test_points_of_the_curve_stop_at_the_first_withheld_band_of_a_group(trust):
    curve = released_stays(trust, Policy("lead", smallest_shown=30), "XAA", LATEST, "service", "Podiatry", "in")
    statuses = curve.table.sort("to_months")["kept_status"].to_list()
    assert "secondary" in statuses
    assert all(status == "secondary" for status in statuses[statuses.index("secondary") :])
    assert curve.test is None


def test_an_analyst_sees_the_estimates_as_they_are(trust):
    curve = released_stays(trust, ANALYST, "XAA", LATEST, "service", "Total", "in")
    assert (curve.table["kept_status"] == "shown").all()
    assert curve.table["kept"].is_sorted(descending=True)
    assert curve.median is not None


def test_a_curve_has_at_least_ten_people_to_watch_from_its_start_to_its_end(trust):
    curve = released_stays(trust, ANALYST, "XAA", LATEST, "service", "Podiatry", "in")
    assert curve.table["watched"].min() >= 10


def test_a_board_sees_shares_in_steps_as_coarse_as_its_rounded_counts(trust):
    table = released_stays(trust, BOARD, "XAA", LATEST, "service", "Total", "in").table
    for row in table.filter(pl.col("kept").is_not_null()).iter_rows(named=True):
        step = -(-500 // row["watched"])
        assert row["kept"] % step == pytest.approx(0) or row["kept"] == 100


def test_differences_along_a_row_of_the_triangle_are_never_a_few_people(trust):
    table = released_triangle(trust, LEAD, "XAA", LATEST, "service", "Total", "in")
    assert table.height > 4
    for row in table.iter_rows(named=True):
        shown = [row["started"] * row[name] / 100 for name in row if name.startswith("after") and not
                 name.endswith("status") and row[name] is not None]  # fmt: skip
        for before, after in itertools.pairwise(shown):
            gone = round(before - after)
            assert gone == 0 or gone >= 5


def test_the_exhibit_of_the_first_year_carries_the_number_of_the_measure(trust, own_settings):
    table = released_early_leavers(trust, ANALYST, "XAA", LATEST, "service", "in")
    total = table.filter(pl.col("service") == "Total").row(0, named=True)
    measured = Workbench(trust, own_settings).measure("first_year_leaver_rate", organisation="XAA", as_at=LATEST)
    assert (total["left_early"], total["watched"]) == measured.select("numerator", "denominator").row(0)
    assert table.filter(pl.col("service") != "Total")["watched"].sum() == total["watched"]


def test_a_group_is_drawn_beside_everyone_else_and_the_number_of_comparisons_is_printed(trust, own_settings):
    made = exhibit(trust, own_settings, "how_long_they_stay", service="Podiatry")
    assert made.title.startswith("Podiatry: ")
    assert any("one of 2 such comparisons by service" in note for note in made.notes)
    assert "Everyone else" in made.alt


def test_with_and_without_doctors_in_training_stand_side_by_side(trust, own_settings):
    made = exhibit(trust, own_settings, "how_long_they_stay")
    assert any(note.startswith("Without doctors in training") for note in made.notes)


def test_a_lead_is_told_that_a_group_cannot_be_chosen_where_it_cannot(trust, own_settings):
    for name in ("where_they_go_over_time", "starters_by_quarter"):
        made = exhibit(trust, own_settings, name, "lead", service="Podiatry")
        assert any("not followed: service: Podiatry" in note for note in made.notes)
        assert "Podiatry" not in made.title


@pytest.mark.parametrize(
    ("counts", "ends"),
    [
        ([[5, 0, 7]], [1, 2, 3]),
        ([[2, 2, 1, 9]], [3, 4]),
        ([[6, 2]], [2]),
        ([[2, 1]], []),
        ([[0, 0]], [1, 2]),
        ([[6, 6], [1, 6]], [2]),
    ],
)
def test_bands_are_put_together_until_nobody_or_enough_left_in_each(counts, ends):
    bands = list(range(1, len(counts[0]) + 1))
    assert put_together(bands, counts, LEAD) == ends


def test_bands_count_who_was_watched_at_some_time_in_them():
    service = WatchedService.of(
        pl.DataFrame(
            {"entry": [0, 40, 0], "exit": [30, 90, 400], "left": [True, True, False],
             "went_to": ["NHS organisation", "Not recorded", None]}
        )
    )  # fmt: skip
    counts = counts_by_band(service, [1, 3, 12])
    assert counts["watched"].to_list() == [2, 2, 1]
    assert counts["left"].to_list() == [1, 1, 0]
    assert counts["Not recorded"].to_list() == [0, 1, 0]
