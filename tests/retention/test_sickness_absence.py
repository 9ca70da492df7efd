from __future__ import annotations

import datetime as dt

import pytest

from workbench.errors import UnknownName
from workbench.measures import evaluate
from workbench.retention.absence import months_with_absence

SEP, OCT, NOV = "2026-09-30", "2026-10-31", "2026-11-30"
FORTY = {str(n): {} for n in range(40)}  # 40 FTE x 30 days = 1,200 days available in September


def rate(snapshot, as_at=SEP, by=(), **options):
    return evaluate(
        snapshot,
        "sickness_absence_rate",
        organisation="XAA",
        as_at=as_at,
        by=by,
        options={"source": "extract"} | options,
    )


def episode(person="0", first="2026-09-10", last="2026-09-12", lost=None, **changes):
    return {
        "person_key": person,
        "first_day": dt.date.fromisoformat(first),
        "last_day": dt.date.fromisoformat(last) if last else None,
        "fte_days_lost": lost,
    } | changes


@pytest.mark.parametrize(
    ("first", "last", "lost", "days"),
    [
        ("2026-09-10", "2026-09-12", 3.0, 3.0),  # three days inside the month
        ("2026-09-30", "2026-09-30", 1.0, 1.0),  # the last day counts
        ("2026-09-01", "2026-09-01", 0.5, 0.5),  # so does the first
        ("2026-08-31", "2026-09-01", 2.0, 1.0),  # begun the month before: one of two days
        ("2026-08-31", "2026-10-01", 32.0, 30.0),  # the whole month of a longer episode
        ("2026-09-29", "2026-10-02", 2.0, 1.0),  # part-time: half a day on each of four days, two of them inside
        ("2026-09-21", None, 4.0, 10.0),  # open: every day to the month end at the person's FTE
        ("2026-09-21", "2026-09-22", None, 2.0),  # no days recorded: the person's FTE on each day
        ("2026-10-01", "2026-10-03", 3.0, 0.0),  # begins the day after
        ("2026-08-30", "2026-08-31", 2.0, 0.0),  # ends the day before
    ],
)
def test_an_episode_counts_for_the_days_inside_the_month(staff, first, last, lost, days):
    covering = episode("39", "2026-09-05", "2026-09-05", 0.0)  # September is covered whatever the episode under test
    later = episode("39", "2026-10-05", "2026-10-05", 0.0)
    snapshot = staff({SEP: FORTY, OCT: FORTY}, absence=[covering, later, episode("0", first, last, lost)])
    assert rate(snapshot).frame.rows() == [(days, 1200.0, 100 * days / 1200, "ok")]


def test_only_sickness_counts(staff):
    maternity = episode(absence_type="Maternity")
    snapshot = staff({SEP: FORTY}, absence=[episode(lost=3.0), episode(lost=3.0, absence_type="SICKNESS"), maternity])
    assert rate(snapshot).frame["numerator"].to_list() == [6.0]


def test_people_on_leave_are_available_and_those_no_longer_employed_count_on_neither_side(staff):
    listed = FORTY | {"0": {"is_active": False, "fte": 0.5}}
    snapshot = staff({SEP: listed}, absence=[episode("0", lost=1.5), episode("gone", lost=3.0)])
    assert rate(snapshot).frame.rows() == [(1.5, 39.5 * 30, 100 * 1.5 / (39.5 * 30), "ok")]


@pytest.mark.parametrize(("people", "status"), [(11, "suppressed"), (12, "ok")])
def test_330_available_days_or_fewer_withhold_the_rate_and_both_sums(staff, people, status):
    snapshot = staff({SEP: {str(n): {} for n in range(people)}}, absence=[episode(lost=3.0)])
    numerator, denominator, value, received = rate(snapshot).frame.row(0)
    assert received == status
    assert (numerator is None, denominator is None, value is None) == ((status == "suppressed"),) * 3


@pytest.mark.parametrize(("available", "status"), [(329.99, "suppressed"), (330, "suppressed"), (330.01, "ok")])
def test_published_rows_are_withheld_at_330_days_or_fewer(staff, available, status):
    result = evaluate(
        staff({SEP: FORTY}, published=[published("XAA", SEP, 10, available)]),
        "sickness_absence_rate",
        organisation="XAA",
        as_at=SEP,
    )
    assert result.frame["status"].to_list() == [status]


def published(organisation, end, lost, available, kind="Acute"):
    return {
        "organisation_code": organisation,
        "period": dt.date.fromisoformat(end),
        "organisation_name": "Somewhere",
        "organisation_type": kind,
        "region_code": "Y60",
        "region_name": "Midlands",
        "fte_days_lost": lost,
        "fte_days_available": available,
        "published_rate": round(100 * lost / available, 2),
    }


def test_without_a_choice_the_published_figures_answer_for_any_published_organisation(staff):
    snapshot = staff({SEP: FORTY}, published=[published("RXX", SEP, 50, 1000)])
    result = evaluate(snapshot, "sickness_absence_rate", organisation="RXX", as_at=SEP)
    assert result.frame.rows() == [(50.0, 1000.0, 5.0, "ok")]
    assert result.stamp["source"].startswith("NHS England, NHS Sickness Absence Rates")


def test_an_organisation_that_is_not_published_has_no_data(staff):
    snapshot = staff({SEP: FORTY}, published=[published("RXX", SEP, 50, 1000)])
    result = evaluate(snapshot, "sickness_absence_rate", organisation="XAA", as_at=SEP)
    assert result.frame["status"].to_list() == ["no_data"]


def test_published_months_after_an_organisation_ended_are_no_data(staff):
    rows = [published("RXX", SEP, 50, 1000), published("RYY", SEP, 50, 1000), published("RYY", OCT, 40, 1000)]
    result = evaluate(
        staff({SEP: FORTY}, published=rows), "sickness_absence_rate", organisation="RXX", as_at=OCT, by="month"
    )
    assert result.frame["status"].to_list() == ["ok", "no_data"]


def test_published_figures_cannot_be_split_by_staff_group(staff):
    with pytest.raises(UnknownName, match="source=extract"):
        evaluate(staff({SEP: FORTY}), "sickness_absence_rate", organisation="XAA", as_at=SEP, by="staff_group")


def test_extract_figures_need_an_organisation_that_is_served(staff):
    snapshot = staff({SEP: FORTY}, published=[published("RXX", SEP, 50, 1000)])
    with pytest.raises(UnknownName, match="organisation named 'RXX'"):
        evaluate(snapshot, "sickness_absence_rate", organisation="RXX", as_at=SEP, options={"source": "extract"})


def test_a_month_before_the_absence_extract_begins_is_no_data_and_not_nearly_well(staff):
    long_ago = episode("1", "2026-08-03", None)
    snapshot = staff(
        {"2026-08-31": FORTY, SEP: FORTY, OCT: FORTY, NOV: FORTY},
        absence=[long_ago, episode("0", "2026-10-02", "2026-10-03", 2.0), episode("0", "2026-11-02", None)],
    )
    assert months_with_absence(snapshot, "XAA") == [dt.date(2026, 10, 31), dt.date(2026, 11, 30)]
    assert rate(snapshot, SEP).frame["status"].to_list() == ["no_data"]
    assert rate(snapshot, NOV, by="month").frame["month"].to_list() == [dt.date(2026, 10, 31), dt.date(2026, 11, 30)]


def test_without_any_absence_extract_there_is_no_data(staff):
    assert rate(staff({SEP: FORTY})).frame.rows() == [(None, None, None, "no_data")]


def test_groups_add_up_and_the_total_is_the_ratio_of_sums(staff):
    listed = {str(n): {"staff_group": "Nursing" if n < 15 else "Clerical"} for n in range(40)}
    snapshot = staff({SEP: listed}, absence=[episode("0", lost=9.0), episode("20", lost=2.5)])
    groups = rate(snapshot, by="staff_group").frame
    assert groups.select("staff_group", "numerator", "denominator").rows() == [
        ("Clerical", 2.5, 750.0),
        ("Nursing", 9.0, 450.0),
    ]
    assert rate(snapshot).frame["value"].to_list() == [100 * (9.0 + 2.5) / (750 + 450)]


def test_the_people_behind_both_sums_are_known_for_disclosure_control(staff):
    snapshot = staff({SEP: FORTY}, absence=[episode("0", lost=3.0), episode("0", lost=1.0), episode("1", lost=1.0)])
    assert rate(snapshot).people.rows() == [(2, 40)]
