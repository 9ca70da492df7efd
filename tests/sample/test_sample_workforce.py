"""What must hold of every record of the sample, or nothing measured on it would mean anything."""

import datetime as dt

import polars as pl
import pytest

from workbench.reference.resolving import resolve
from workbench.sample.build import DEFAULT_SEED, LAST_MONTH, make_workforce
from workbench.sample.posts import jobs, services
from workbench.sample.service_lists import one_of_fourteen

PERSON = ["organisation_code", "employee_number"]
ASSIGNMENT = ["organisation_code", "assignment_number", "period"]
FOURTEEN = 14


@pytest.fixture(scope="module")
def workforce():
    return make_workforce(3, 2000, 30, DEFAULT_SEED)


@pytest.fixture(scope="module")
def rows(workforce):
    return workforce.extracts["staff_in_post"]


@pytest.fixture(scope="module")
def planted(workforce):
    return {(one.organisation_code, key) for one in workforce.planted for key in one.key.split(";")}


def test_there_are_thirty_month_ends_up_to_september_2026(rows):
    months = rows["period"].unique().sort()
    assert (months.len(), months[0], months[-1]) == (30, dt.date(2024, 4, 30), LAST_MONTH)


def test_an_assignment_stands_once_in_a_month(rows):
    assert not rows.select(ASSIGNMENT).is_duplicated().any()


def test_a_person_has_one_primary_assignment_but_for_the_planted(rows, planted):
    counted = rows.group_by(*PERSON, "period").agg(pl.col("primary_assignment").sum().alias("primaries"))
    wrong = counted.filter(pl.col("primaries") != 1).select(PERSON).unique().rows()
    assert {person for person in wrong if person not in planted} == set()


def test_dates_of_an_assignment_follow_each_other(rows):
    birthday = pl.col("date_of_birth")
    ordered = rows.select(
        pl.all_horizontal(
            birthday < pl.col("nhs_start_date"),
            pl.col("nhs_start_date") <= pl.col("organisation_start_date"),
            pl.col("assignment_start_date") <= pl.col("period"),
            pl.col("contract_end_date").is_null() | (pl.col("contract_end_date") >= pl.col("period")),
            pl.col("equality_confirmed_date").is_null() | (pl.col("equality_confirmed_date") <= pl.col("period")),
            (pl.col("period") - birthday).dt.total_days().is_between(17 * 365, 75 * 366),
        )
    )
    assert ordered.to_series().all()


def test_nobody_holds_more_than_one_fte_but_for_the_planted(rows, planted):
    held = rows.group_by(*PERSON, "period").agg(pl.col("contracted_fte").sum())
    assert held["contracted_fte"].min() >= 0
    above = held.filter(pl.col("contracted_fte") > 1.0001).select(PERSON).unique().rows()
    assert {person for person in above if person not in planted} == set()


def test_all_fourteen_professions_are_there(rows):
    last = rows.filter((pl.col("period") == LAST_MONTH) & (pl.col("registration_type").fill_null("") != ""))
    counts = (
        last.with_columns(one_of_fourteen(pl.col("profession"))).drop_nulls("profession").group_by("profession").len()
    )
    assert counts.height == FOURTEEN
    assert counts.filter(pl.col("len") >= 10).height >= 8


def test_some_professions_of_an_organisation_are_too_few_to_be_shown_and_most_are_not(rows):
    last = rows.filter((pl.col("period") == LAST_MONTH) & pl.col("profession").is_not_null())
    counts = last.group_by("organisation_code", one_of_fourteen(pl.col("profession"))).len()["len"]
    assert (counts < 5).sum() >= 3
    assert (counts >= 5).sum() >= 14


def test_staff_groups_are_in_the_proportion_of_the_nhs(rows):
    acute = rows.filter((pl.col("period") == LAST_MONTH) & (pl.col("organisation_code") == "XAA"))
    share = dict(acute.group_by("staff_group").agg(100 * pl.len() / acute.height).iter_rows())
    assert 25 < share["03"] < 32
    assert 8 < share["01"] < 14
    assert 17 < share["07"] < 26


def test_about_one_in_eight_leaves_in_a_year_trainees_apart(workforce, rows):
    year = (pl.col("leaving_date") > dt.date(2025, 9, 30)) & (pl.col("leaving_date") <= LAST_MONTH)
    reasons = pl.col("leaving_reason").fill_null("")
    left = workforce.extracts["leavers"].filter(year & ~reasons.is_in(["06", "08", "29"])).select(PERSON).n_unique()
    people = rows.filter((pl.col("period") == LAST_MONTH) & (pl.col("contract_type") != "01")).select(PERSON).n_unique()
    assert 0.09 < left / people < 0.15


def test_nearly_four_in_ten_leave_for_a_reason_that_nobody_recorded(workforce):
    reason = workforce.extracts["leavers"]["leaving_reason"].fill_null("Unknown")
    assert 0.25 < reason.is_in(["Unknown", "Not Set in Legacy at Migration"]).mean() < 0.45


def test_sickness_is_about_five_per_cent_and_higher_in_winter(workforce, rows):
    sick = workforce.extracts["absence"].filter(pl.col("absence_type") == "08")
    days = rows.select((pl.col("period").dt.day() * pl.col("contracted_fte")).sum()).item()
    assert 0.04 < sick["fte_days_lost"].sum() / days < 0.06
    begun = dict(sick.group_by(pl.col("first_day").dt.strftime("%Y-%m")).len().iter_rows())
    assert begun["2026-01"] > 1.3 * begun["2025-07"]


def test_absences_of_a_person_do_not_overlap(workforce):
    episodes = workforce.extracts["absence"].sort(*PERSON, "first_day")
    before = pl.col("last_day").shift(1).over(PERSON)
    assert episodes.filter(before >= pl.col("first_day")).is_empty()


def test_every_leaver_who_was_the_last_of_an_employment_is_gone_afterwards(workforce, rows):
    leavers = workforce.extracts["leavers"]
    still = rows.join(leavers, on=["organisation_code", "assignment_number"]).filter(
        (pl.col("period") > pl.col("leaving_date")) & (pl.col("organisation_start_date") <= pl.col("leaving_date"))
    )
    # A returner whose old record was reopened keeps the start date, and has a new assignment number.
    assert still.is_empty()


def test_supervisors_are_in_post_but_for_the_planted(rows, planted):
    named = rows.filter(pl.col("supervisor_employee_number").is_not_null())
    there = rows.select("organisation_code", "period", supervisor_employee_number="employee_number").unique()
    missing = named.join(there, on=["organisation_code", "period", "supervisor_employee_number"], how="anti")
    assert {person for person in missing.select(PERSON).rows() if person not in planted} == set()


def test_contracts_are_charged_to_the_ledger_to_the_cent(workforce, rows):
    month = rows.filter((pl.col("period") == dt.date(2026, 6, 30)) & pl.col("contract_type").is_in(["02", "04", "05"]))
    ledger = workforce.extracts["ledger"].filter(pl.col("period") == dt.date(2026, 6, 30))
    keys = ["organisation_code", "cost_centre", "staff_group"]
    left = month.group_by(keys).agg(pl.col("contracted_fte").sum().round(2).alias("wte")).sort(keys)
    right = ledger.group_by(keys).agg(pl.col("contracted_wte").sum().round(2).alias("wte")).sort(keys)
    assert left.rows() == right.rows()


def test_shares_of_the_shared_service_make_a_hundred(workforce):
    agreements = workforce.extracts["shared_service_agreements"]
    assert (
        agreements.group_by("function", "year").agg(pl.col("share_percent").sum())["share_percent"].to_list()
        == [100.0] * agreements.select("function", "year").n_unique()
    )


@pytest.mark.parametrize(
    ("column", "name"),
    [("job_role_code", "job_role"), ("area_of_work", "area_of_work"), ("occupation_code", "occupation_code"),
     ("staff_group_code", "staff_group")],
)  # fmt: skip
def test_every_code_of_the_catalogue_of_jobs_is_in_the_lists(column, name):
    found = resolve(name, jobs()[column].to_list())
    assert found.filter(pl.col("status").is_in(["unknown", "retired"])).is_empty()


def test_a_title_in_a_band_means_one_code():
    keys = ["organisation_type", "title", "pay_band"]
    codes = jobs().group_by(keys).agg(pl.struct("occupation_code", "job_role_code", "area_of_work").n_unique())
    assert codes["occupation_code"].max() == 1


def test_every_job_has_a_service_to_stand_in():
    keys = ["organisation_type", "service"]
    assert jobs().join(services(), on=keys, how="anti").is_empty()
    assert services().join(jobs(), on=keys, how="anti").is_empty()
