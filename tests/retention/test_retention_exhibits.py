from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest

from workbench.errors import ParameterError, UnknownName
from workbench.exhibits import ExhibitRequest
from workbench.periods import month_ends
from workbench.retention.exhibits import EXHIBITS
from workbench.retention.monthly import groups_in_post, month_by_month
from workbench.retention.released import withheld_together
from workbench.settings import Settings
from workbench.workbench import Workbench

MONTHS = month_ends(dt.date(2025, 8, 31), dt.date(2026, 9, 30))
LATEST = MONTHS[-1]


@pytest.fixture
def two_services(staff):
    """Therapies: forty people, of whom six leave and eight join over the year; Podiatry: three people who stay."""
    months = {}
    for n, end in enumerate(MONTHS):
        therapists = range(max(0, n - 7), 40 + min(n, 8))
        people = {f"t{p}": {"service": "Therapies"} for p in therapists}
        people |= {f"p{p}": {"service": "Podiatry", "staff_group": "Scientific"} for p in range(3)}
        months[end.isoformat()] = people
    outside = [{"period": LATEST, "contract_type": "Bank"}] * 12
    outside += [{"period": LATEST, "contract_type": None, "is_contract_known": False}]
    absence = [
        {"person_key": f"t{n}", "first_day": end.replace(day=3), "last_day": end.replace(day=6), "fte_days_lost": 4.0}
        for end in MONTHS
        for n in range(10, 16)
    ]
    published = [
        {
            "organisation_code": f"R{n}",
            "period": end,
            "organisation_name": f"Trust {n}",
            "organisation_type": "Acute",
            "region_code": "Y60",
            "region_name": "Midlands",
            "fte_days_lost": 10.0 * n,
            "fte_days_available": 1000.0,
            "published_rate": float(n),
        }
        for end in MONTHS[:6]
        for n in range(1, 6)
    ]
    return staff(months, outside=outside, absence=absence, published=published)


def exhibit(snapshot, name, audience="analyst", as_at=LATEST, **options):
    nowhere = Path("nowhere")
    settings = Settings(home=nowhere, key_file=nowhere, reports=nowhere)
    workbench = Workbench(snapshot, settings, audience)
    return EXHIBITS[name](workbench, ExhibitRequest("XAA", as_at, options))


def rows(exhibit):
    return {row[exhibit.columns[0].name]: row for row in exhibit.table.iter_rows(named=True)}


@pytest.mark.parametrize("audience", ["analyst", "lead", "board"])
@pytest.mark.parametrize("name", EXHIBITS)
def test_every_exhibit_can_be_read_without_its_chart(two_services, name, audience):
    made = exhibit(two_services, name, audience)
    assert made.title and made.question.endswith("?") and made.caption and made.alt
    assert made.measures
    assert made.figure is not None
    assert json.dumps(made.to_bundle())


def test_headcount_says_the_change_of_the_year_and_who_is_not_counted(two_services):
    made = exhibit(two_services, "headcount_by_month")
    # 42 therapists of September 2025 less six plus seven, and three podiatrists
    assert made.title == "Headcount rose from 44 to 45 in the year to September 2026"
    assert rows(made)[LATEST]["fte"] == 45.0
    assert any("Bank 12, contract type not known 1." in note for note in made.notes)


def test_a_lead_sees_neither_the_small_service_nor_the_small_counts_in_a_note(two_services):
    made = exhibit(two_services, "headcount_by_month", "lead", service="Podiatry")
    assert made.title.startswith("Podiatry: headcount in September 2026 is withheld")
    assert made.table["headcount"].null_count() == made.table.height == made.withheld
    assert made.table["fte"].null_count() == made.table.height
    assert any("contract type not known [c]" in note for note in made.notes)


def test_the_only_other_service_is_withheld_too_because_the_total_less_it_gives_three(two_services):
    made = exhibit(two_services, "headcount_by_month", "lead", service="Therapies")
    assert made.table["headcount"].null_count() == made.table.height
    whole = exhibit(two_services, "headcount_by_month", "lead")
    assert whole.table["headcount"].null_count() == 0


def test_an_exhibit_carries_the_same_number_as_its_measure(two_services):
    nowhere = Path("nowhere")
    workbench = Workbench(two_services, Settings(home=nowhere, key_file=nowhere, reports=nowhere))
    table = rows(exhibit(two_services, "joiners_and_leavers_by_month"))
    for measure in ("joiners", "leavers"):
        by_measure = workbench.measure(measure, organisation="XAA", as_at=LATEST, by="month")
        assert {m: row[f"{measure}_year"] for m, row in table.items()} == dict(
            by_measure.select("month", "value").iter_rows()
        )


def test_joiners_and_leavers_of_the_year_are_the_finding_and_the_line(two_services):
    made = exhibit(two_services, "joiners_and_leavers_by_month")
    assert made.title == "6 people left in the year to September 2026, fewer than the 7 who joined"
    assert "year to each month end" in made.alt
    assert rows(made)[MONTHS[0]]["leavers_year_status"] == "no_data"


def test_single_months_are_drawn_where_less_than_a_year_is_loaded(two_services):
    made = exhibit(two_services, "joiners_and_leavers_by_month", as_at=dt.date(2026, 3, 31))
    assert "in each month" in made.alt
    assert made.title.endswith("is not known, because the staff lists it needs are not loaded")


def test_single_months_of_a_service_are_not_offered(two_services):
    whole = exhibit(two_services, "joiners_and_leavers_by_month")
    service = exhibit(two_services, "joiners_and_leavers_by_month", service="Therapies")
    assert "leavers_month" in whole.table.columns
    assert "leavers_month" not in service.table.columns


def test_where_four_services_lost_one_each_none_of_them_is_shown_and_the_page_still_stands(staff):
    gone = {f"g{n}": {"service": f"Service {n}"} for n in range(4)}
    stay = {f"s{n}": {"service": f"Service {n % 5}"} for n in range(50)}
    snapshot = staff({"2025-09-30": gone | stay, "2026-09-30": stay})
    services = [exhibit(snapshot, "joiners_and_leavers_by_month", "lead", service=f"Service {n}") for n in range(5)]
    assert [made.table["leavers_year"][-1] for made in services] == [None] * 5
    assert [made.table["leavers_year_status"][-1] for made in services] == ["secondary"] * 5


def test_a_date_long_after_the_last_load_claims_nothing(two_services):
    made = exhibit(two_services, "headcount_by_month", "lead", as_at=dt.date(2031, 3, 31))
    assert made.title.endswith("is not known, because the staff lists it needs are not loaded")
    assert made.table.height == 0


def test_joiners_and_leavers_of_one_window_are_withheld_together(two_services):
    table = exhibit(two_services, "joiners_and_leavers_by_month", "lead").table
    for window in ("month", "year"):
        hidden = [table[f"{flow}_{window}_status"].is_in(["primary", "secondary"]) for flow in ("joiners", "leavers")]
        assert hidden[0].to_list() == hidden[1].to_list()


def test_withholding_together_leaves_months_without_data_alone():
    import polars as pl

    table = pl.DataFrame(
        {"a": [None, 7, None], "a_status": ["primary", "shown", "no_data"], "b": [9, 8, None]}
        | {"b_status": ["shown", "shown", "no_data"]}
    )
    assert withheld_together(table, ("a", "b")).rows() == [
        (None, "primary", None, "secondary"),
        (7, "shown", 8, "shown"),
        (None, "no_data", None, "no_data"),
    ]


def test_sickness_shows_only_months_with_both_and_its_peers_quartiles(two_services):
    made = exhibit(two_services, "sickness_absence_peers")
    assert made.table["month"].to_list() == MONTHS[:6]
    row = rows(made)[MONTHS[1]]  # September 2025: 44 people, 30 days, six people away for four days each
    assert row["own"] == 100 * 24 / (44 * 30)
    assert [row[c] for c in ("lowest", "lower_quartile", "median", "upper_quartile", "highest")] == [1, 2, 3, 4, 5]
    assert row["organisations"] == 5
    assert "NHS England, NHS Sickness Absence Rates" in " ".join(made.notes)


def test_sickness_without_published_peers_says_that_there_is_nothing_to_compare(staff):
    made = exhibit(staff({LATEST.isoformat(): {"a": {}}}), "sickness_absence_peers")
    assert made.title.startswith("No month has both")


def test_sickness_says_that_it_ignores_a_filter(two_services):
    made = exhibit(two_services, "sickness_absence_peers", service="Therapies")
    assert any("cannot be narrowed down" in note for note in made.notes)


def test_a_filter_that_does_not_exist_is_refused(two_services):
    with pytest.raises(UnknownName, match="Did you mean `service`"):
        exhibit(two_services, "headcount_by_month", servce="Therapies")


def test_two_filters_at_once_are_refused(two_services):
    with pytest.raises(ParameterError, match="one filter at a time: received service and staff_group"):
        exhibit(two_services, "headcount_by_month", service="Therapies", staff_group="Scientific")


def test_a_filter_by_staff_group_selects_its_rows(two_services):
    made = exhibit(two_services, "headcount_by_month", staff_group="Scientific")
    assert made.title == "Scientific: no change: headcount stayed at 3 in the year to September 2026"
    assert made.stamp.scope == "staff group: Scientific"


def test_a_month_that_is_missing_is_a_note_and_a_gap(staff):
    snapshot = staff({"2026-07-31": {"a": {}}, "2026-09-30": {"a": {}}})
    made = exhibit(snapshot, "headcount_by_month")
    assert made.table["headcount"].to_list() == [1, None, 1]
    assert made.notes[0] == "No staff list is loaded for 31 Aug 2026; nothing is claimed about it."


def test_a_service_without_staff_in_a_known_month_is_zero_there(staff):
    snapshot = staff({"2026-08-31": {"a": {"service": "Old"}}, "2026-09-30": {"a": {"service": "New"}}})
    made = exhibit(snapshot, "headcount_by_month", service="New")
    assert made.table["headcount"].to_list() == [0, 1]


def test_totals_of_a_split_by_two_dimensions_add_up(two_services):
    from workbench.retention.monthly import IN_POST

    table = month_by_month(two_services, IN_POST, organisation="XAA", as_at=LATEST, split=["service", "staff_group"])
    of_month = {(row["service"], row["staff_group"]): row["headcount"] for row in table.filter(month=LATEST).to_dicts()}
    assert of_month == {
        ("Therapies", "Allied Health Professionals"): 42,
        ("Therapies", "Scientific"): 0,
        ("Therapies", "Total"): 42,
        ("Podiatry", "Allied Health Professionals"): 0,
        ("Podiatry", "Scientific"): 3,
        ("Podiatry", "Total"): 3,
        ("Total", "Allied Health Professionals"): 42,
        ("Total", "Scientific"): 3,
        ("Total", "Total"): 45,
    }


def test_the_controls_offer_the_groups_with_somebody_in_post(two_services):
    assert groups_in_post(two_services, "service", "XAA", LATEST) == ["Podiatry", "Therapies"]
