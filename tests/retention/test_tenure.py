from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from workbench.periods import month_ends
from workbench.retention import kaplan_meier
from workbench.retention.employment_dates import employment_dates
from workbench.retention.tenure import stays

MONTHS = [end.isoformat() for end in month_ends(dt.date(2026, 1, 31), dt.date(2026, 6, 30))]
JANUARY, FEBRUARY, MARCH, APRIL, MAY, JUNE = MONTHS


def day(text):
    return dt.date.fromisoformat(text)


def listed(start, *months, **changes):
    """A person listed in some months, as {month: {person: row}} fragments want it."""
    return {month: {"organisation_start_date": day(start)} | changes for month in months}


def snapshot_of(staff, people, **records):
    months = {month: {} for month in MONTHS}
    for person, rows in people.items():
        for month, row in rows.items():
            months[month][person] = row
    months = {
        month: people | {"always": {"organisation_start_date": day("2020-01-01")}} for month, people in months.items()
    }
    return staff(months, **records)


def leaving(person, date, **more):
    return {"person_key": person, "leaving_date": day(date), "assignment_key": person} | more


def stay_of(snapshot, person="p", as_at=JUNE):
    rows = stays(snapshot, "XAA", day(as_at)).filter(pl.col("person_key") == person)
    return rows.to_dicts()


def test_someone_in_post_when_the_data_begin_enters_with_the_service_reached(staff):
    (row,) = stay_of(snapshot_of(staff, {"p": listed("2025-01-31", *MONTHS)}))
    assert (row["entry"], row["exit"], row["left"], row["ended"]) == (365, 516, False, "still in post")


def test_a_start_after_the_first_list_is_watched_from_the_first_day(staff):
    (row,) = stay_of(snapshot_of(staff, {"p": listed("2026-02-10", *MONTHS[1:])}))
    # 10 February to 30 June, both counted
    assert (row["entry"], row["exit"], row["left"]) == (0, 141, False)


def test_the_last_day_counts_as_served(staff):
    people = {"p": listed("2026-02-10", FEBRUARY, MARCH)}
    (row,) = stay_of(snapshot_of(staff, people, leavers=[leaving("p", "2026-04-09")]))
    assert (row["exit"], row["left"], row["last_day"]) == (59, True, day("2026-04-09"))


def test_a_last_day_on_a_month_end_on_which_the_person_is_still_listed_is_a_leaving(staff):
    people = {"p": listed("2026-02-10", FEBRUARY, MARCH)}
    (row,) = stay_of(snapshot_of(staff, people, leavers=[leaving("p", MARCH)]))
    assert (row["ended"], row["last_day"]) == ("left", day(MARCH))


def test_gone_without_a_leaving_date_counts_until_last_listed_and_is_no_leaver(staff):
    (row,) = stay_of(snapshot_of(staff, {"p": listed("2026-02-10", FEBRUARY, MARCH)}))
    assert (row["left"], row["ended"]) == (False, "no longer listed, no leaving recorded")
    assert row["exit"] == (day(MARCH) - day("2026-02-10")).days + 1


def test_a_leaving_long_after_the_person_was_last_listed_did_not_end_what_was_watched(staff):
    people = {"p": listed("2026-02-10", FEBRUARY)}
    (row,) = stay_of(snapshot_of(staff, people, leavers=[leaving("p", "2026-05-20")]))
    assert (row["left"], row["last_month"]) == (False, day(FEBRUARY))


def test_a_leaving_date_ends_the_stay_even_where_the_person_is_still_listed(staff):
    people = {"p": listed("2026-02-10", *MONTHS[1:])}
    (row,) = stay_of(snapshot_of(staff, people, leavers=[leaving("p", "2026-04-09")]))
    assert (row["ended"], row["last_day"]) == ("left", day("2026-04-09"))


def test_one_of_two_assignments_ending_is_not_leaving(staff):
    people = {"p": listed("2026-02-10", *MONTHS[1:], assignment_key="second")}
    (row,) = stay_of(snapshot_of(staff, people, leavers=[leaving("p", "2026-04-09", assignment_key="first")]))
    assert row["ended"] == "still in post"


def test_a_leaving_that_lies_ahead_is_not_yet_one(staff):
    people = {"p": listed("2026-02-10", *MONTHS[1:])}
    snapshot = snapshot_of(staff, people, leavers=[leaving("p", "2026-07-05")])
    assert stay_of(snapshot)[0]["left"] is False


@pytest.mark.parametrize("reason", ["Has Not Worked", "Merged Organisation - Duplicate Record"])
def test_a_record_that_never_was_a_departure_is_no_leaver(staff, reason):
    people = {"p": listed("2026-02-10", FEBRUARY)}
    snapshot = snapshot_of(staff, people, leavers=[leaving("p", "2026-03-09", leaving_reason=reason)])
    assert (stay_of(snapshot)[0]["left"], stay_of(snapshot)[0]["ended"]) == (False, "record artefact")


def test_who_comes_back_has_a_second_stay_that_starts_again(staff):
    people = {"p": listed("2024-01-01", JANUARY, FEBRUARY) | listed("2026-05-04", MAY, JUNE)}
    first, second = stay_of(snapshot_of(staff, people, leavers=[leaving("p", "2026-03-01")]))
    assert (first["left"], first["is_rejoin"]) == (True, False)
    assert (second["start_date"], second["entry"], second["is_rejoin"]) == (day("2026-05-04"), 0, True)


def test_who_comes_back_under_the_old_start_date_starts_again_where_a_start_is_on_record(staff):
    people = {"p": listed("2024-01-01", JANUARY, FEBRUARY, MAY, JUNE)}
    records = {
        "leavers": [leaving("p", "2026-03-01")],
        "starters": [{"person_key": "p", "start_date": day("2026-05-04")}],
    }
    _, second = stay_of(snapshot_of(staff, people, **records))
    assert (second["start_date"], second["entry"]) == (day("2026-05-04"), 0)


def test_who_is_listed_again_under_the_old_start_date_and_nothing_else_enters_late(staff):
    people = {"p": listed("2024-01-01", JANUARY, FEBRUARY, MAY, JUNE)}
    first, second = stay_of(snapshot_of(staff, people))
    assert first["ended"] == "no longer listed, no leaving recorded"
    assert (second["start_date"], second["entry"]) == (day("2024-01-01"), (day(MAY) - day("2024-01-01")).days)


def test_who_came_and_went_between_two_month_ends_is_known_from_the_records(staff):
    records = {
        "leavers": [leaving("p", "2026-03-20")],
        "starters": [{"person_key": "p", "start_date": day("2026-03-05")}],
    }
    (row,) = stay_of(snapshot_of(staff, {}, **records))
    assert (row["entry"], row["exit"], row["left"], row["service"]) == (0, 16, True, "unknown")


def test_a_month_that_is_not_loaded_breaks_no_stay(staff):
    months = {m: {"p": {"organisation_start_date": day("2020-01-01")}} for m in MONTHS if m != MARCH}
    (row,) = stay_of(staff(months))
    assert (row["first_month"], row["last_month"], row["ended"]) == (day(JANUARY), day(JUNE), "still in post")


def test_an_earlier_as_at_knows_nothing_of_what_came_after(staff):
    people = {"p": listed("2026-02-10", FEBRUARY, MARCH)}
    snapshot = snapshot_of(staff, people, leavers=[leaving("p", "2026-04-09")])
    (row,) = stay_of(snapshot, as_at=MARCH)
    assert (row["ended"], row["exit"]) == ("still in post", (day(MARCH) - day("2026-02-10")).days + 1)


@pytest.mark.parametrize(
    ("record", "place"),
    [
        ({"destination_on_leaving": "NHS ORGANISATION", "destination_on_leaving_code": "01"}, "NHS organisation"),
        ({"destination_on_leaving": "General Practice", "destination_on_leaving_code": "04"},
         "Other work, education or abroad"),
        ({"destination_on_leaving": "No Employment", "destination_on_leaving_code": "15"},
         "No employment, or died in service"),
        ({"destination_on_leaving": "Unknown"}, "Not recorded"),
        ({}, "Not recorded"),
    ],
)  # fmt: skip
def test_everyone_who_leaves_went_to_exactly_one_place(staff, record, place):
    people = {"p": listed("2026-02-10", FEBRUARY)}
    snapshot = snapshot_of(staff, people, leavers=[leaving("p", "2026-03-09", **record)])
    assert stay_of(snapshot)[0]["went_to"] == place


def test_someone_stands_in_the_group_in_which_they_were_first_listed(staff):
    rows = listed("2026-02-10", FEBRUARY, service="Podiatry") | listed("2026-02-10", MARCH, APRIL, MAY, JUNE)
    assert stay_of(snapshot_of(staff, {"p": rows}))[0]["service"] == "Podiatry"


def test_the_sample_gives_the_plain_product_worked_out_from_its_own_rows(sample_workbench):
    """Every stay of one organisation again from raw rows in plain Python: same shares still in post."""
    as_at = day("2026-09-30")
    months: dict[str, set] = {}
    start: dict[str, dt.date] = {}
    rows = sample_workbench.sql(
        "select person_key, period, organisation_start_date from marts.assignment_month "
        "where organisation_code = 'XCC' and is_substantive and is_employed order by period"
    )
    for person, period, begun in rows.iter_rows():
        months.setdefault(person, set()).add(period)
        start[person] = begun
    ends = sorted({period for held in months.values() for period in held})
    left: dict[str, list[dt.date]] = {}
    for person, date in sample_workbench.sql(
        "select person_key, leaving_date from staging.leavers where organisation_code = 'XCC'"
    ).iter_rows():
        left.setdefault(person, []).append(date)
    plain = {
        person for person, held in months.items()
        if len(held) == len([end for end in ends if min(held) <= end <= max(held)])
        and not any(date < max(held) for date in left.get(person, []))
    }  # fmt: skip
    assert len(plain) > 500
    subjects = []
    for person in plain:
        first, last = min(months[person]), max(months[person])
        gone = [date for date in left.get(person, []) if last <= date <= as_at]
        entry = (first - start[person]).days if first == ends[0] else 0
        until = gone[0] if gone else last
        subjects.append((entry, (until - start[person]).days + 1, bool(gone)))
    ours = stays(sample_workbench.snapshot, "XCC", as_at).filter(pl.col("person_key").is_in(list(plain)))
    assert sorted(ours.select("entry", "exit", "left").iter_rows()) == sorted(subjects)
    share, curve = 1.0, kaplan_meier(ours["exit"].to_list(), ours["left"].to_list(), ours["entry"].to_list())
    for time, survival in zip(curve.time, curve.survival, strict=True):
        at_risk = sum(entry < time <= end for entry, end, _ in subjects)
        share *= 1 - sum(end == time and happened for _, end, happened in subjects) / at_risk
        assert survival == pytest.approx(share, abs=1e-12)


@pytest.mark.parametrize("organisation", ["XAA", "XBB", "XCC"])
def test_who_left_and_when_is_the_same_as_in_the_rates_by_leaving_date(sample_workbench, organisation):
    """The event-dated rates find their leavers in another way: every person and day must agree."""
    first, last = day("2024-05-01"), day("2026-09-30")
    dated = employment_dates(sample_workbench.snapshot, organisation).leavings.filter(
        ~pl.col("is_artefact"), pl.col("leaving_date").is_between(first, last)
    )
    ours = stays(sample_workbench.snapshot, organisation, last).filter(pl.col("last_day") >= first)
    assert set(ours.select("person_key", "last_day").iter_rows()) == set(
        dated.select("person_key", "leaving_date").iter_rows()
    )
    assert ours.height > 100
