from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path

import pytest

from workbench.exhibits import ExhibitRequest
from workbench.retention.exhibits import EXHIBITS
from workbench.retention.presets import presets
from workbench.settings import Settings
from workbench.workbench import Workbench

YEAR_AGO, NOW = dt.date(2025, 9, 30), dt.date(2026, 9, 30)
MONTHS = ["2025-09-30", "2025-10-31", "2025-11-30", "2025-12-31", "2026-01-31", "2026-02-28", "2026-03-31",
          "2026-04-30", "2026-05-31", "2026-06-30", "2026-07-31", "2026-08-31", "2026-09-30"]  # fmt: skip
AHP, NURSING, STUDENTS = "Allied Health Professionals", "Nursing", "Students"


@pytest.fixture
def trust(staff):
    """Forty therapists of whom ten leave and six go on leave, thirty nurses of whom two leave; and their budgets."""
    months = {}
    for number, end in enumerate(MONTHS):
        later = number > 6
        therapists = {f"t{n}": {"is_active": not (later and 10 <= n < 16)} for n in range(10 if later else 0, 40)}
        nurses = {f"n{n}": {} for n in range(2 if later else 0, 30)}
        people = {name: row | {"staff_group": AHP} for name, row in therapists.items()}
        people |= {name: row | {"staff_group": NURSING, "service": "Wards"} for name, row in nurses.items()}
        months[end] = {name: row | {"cost_centre": "A1"} for name, row in people.items()}
    gone = [*(f"t{n}" for n in range(10)), "n0", "n1"]
    leavers = [{"person_key": name, "leaving_date": dt.date(2026, 4, 12)} for name in gone]
    budget = {"period": NOW, "cost_centre": "A1", "pay_band": "Band 6", "contracted_wte": Decimal(0)}
    ledger = [
        budget | {"staff_group": group, "budget_wte": Decimal(wte)}
        for group, wte in ((AHP, 40), (NURSING, 25), (STUDENTS, 6))
    ]
    return staff(months, leavers=leavers, ledger=ledger)


def exhibit(snapshot, name, audience="analyst", as_at=NOW, **options):
    nowhere = Path("nowhere")
    workbench = Workbench(snapshot, Settings(home=nowhere, key_file=nowhere, reports=nowhere), audience)
    return EXHIBITS[name](workbench, ExhibitRequest("XAA", as_at, options))


def rows(made):
    return {row[made.columns[0].name]: row for row in made.table.iter_rows(named=True)}


def test_each_definition_has_its_own_number_and_says_how_it_counts(trust):
    made = exhibit(trust, "rates_side_by_side")
    counted = {label: (row["leavers"], row["stock"]) for label, row in rows(made).items()}
    assert counted["NHS England published"] == (18, (70 + 52) / 2)
    assert counted["National Workforce Data Set 2012"] == (12, (70 + 58) / 2)
    assert counted["NHS Education for Scotland"] == (12, 70)
    assert counted["Mean of the month ends"] == (18, pytest.approx((7 * 70 + 6 * 52) / 13))
    assert list(counted) == [preset.label for preset in presets().values()]
    assert made.title == (
        "The leaver rate in the 12 months to September 2026 was 17.1% or 29.5%, depending on whose definition is used"
    )
    assert "leaver rate 29.5" in made.alt
    assert any("maternity leave" in note for note in made.notes)
    assert any("Doctors in training are included" in note for note in made.notes)


def test_the_rates_follow_group_unit_window_and_trainees(trust):
    made = exhibit(trust, "rates_side_by_side", staff_group=AHP, unit="fte", window_months="6", trainees="out")
    assert rows(made)["NHS England published"]["leavers"] == 16
    assert made.title.startswith("Allied Health Professionals: the leaver rate in the 6 months")
    assert "staff group: Allied Health Professionals" in made.stamp.scope
    assert not any("not followed" in note for note in made.notes)
    chosen = exhibit(trust, "rates_side_by_side", preset="nes_scotland")
    assert any("not followed" in note for note in chosen.notes)


def test_a_group_with_few_leavers_is_withheld_from_a_lead_under_every_definition(trust):
    made = exhibit(trust, "rates_side_by_side", "lead", staff_group=NURSING)
    assert {row["leaver_rate"] for row in rows(made).values()} == {None}
    assert made.withheld == 2 * len(presets())
    assert "withheld" in made.title
    assert "every number is withheld" in made.alt


def test_a_window_that_is_not_loaded_is_no_data_under_every_definition(trust):
    made = exhibit(trust, "rates_side_by_side", window_months="24")
    assert {row["leaver_rate_status"] for row in rows(made).values()} == {"no_data"}
    assert "is not known" in made.title


def test_vacancy_is_budget_less_in_post_and_says_its_month_and_sources(trust):
    made = exhibit(trust, "vacancy_by_staff_group")
    found = rows(made)
    assert [found[AHP][name] for name in ("budget", "in_post", "vacancy", "value", "standing")] == [
        40, 30, 10, 25, "Vacant posts",
    ]  # fmt: skip
    assert (found[NURSING]["vacancy"], found[NURSING]["standing"]) == (-3, "Over establishment")
    assert (found[STUDENTS]["value"], found["Total"]["vacancy"]) == (100, 13)
    assert made.title.startswith("18.3% of the funded establishment was vacant in September 2026 (13.0 WTE); Students")
    assert "30 Sep 2026" in made.caption and "ledger" in made.caption and "ESR" in made.caption


def test_staff_without_budget_are_unfunded_and_have_no_rate(staff):
    people = {"a": {"staff_group": NURSING, "cost_centre": "A1"}}
    line = {"period": NOW, "cost_centre": "A1", "staff_group": AHP, "pay_band": "Band 6", "budget_wte": Decimal(2)}
    made = exhibit(staff({"2026-09-30": people}, ledger=[line]), "vacancy_by_staff_group")
    row = rows(made)[NURSING]
    assert (row["budget"], row["vacancy"], row["value_status"]) == (0, -1, "not_applicable")
    assert row["standing"] == "Unfunded"


def test_a_month_without_a_ledger_is_not_a_month_without_vacancies(trust):
    made = exhibit(trust, "vacancy_by_staff_group", as_at=dt.date(2026, 8, 31))
    assert "is not known" in made.title
    assert rows(made)["Total"]["value_status"] == "no_data"


def test_vacancies_of_a_few_people_are_withheld_from_a_lead(staff):
    people = {f"a{n}": {"staff_group": AHP} for n in range(20)} | {f"n{n}": {"staff_group": NURSING} for n in range(20)}
    people |= {f"s{n}": {"staff_group": STUDENTS} for n in range(2)}
    budget = {"period": NOW, "cost_centre": "A1", "pay_band": "Band 6"}
    ledger = [
        budget | {"staff_group": g, "budget_wte": Decimal(w)} for g, w in ((AHP, 25), (NURSING, 21), (STUDENTS, 3))
    ]
    made = exhibit(staff({"2026-09-30": people}, ledger=ledger), "vacancy_by_staff_group", "lead")
    hidden = [group for group, row in rows(made).items() if row["vacancy"] is None]
    assert STUDENTS in hidden and len(hidden) == 2
    assert rows(made)["Total"]["vacancy"] == 7
    assert rows(made)[STUDENTS]["standing"] == "Not shown"


@pytest.mark.parametrize("name", ["rates_side_by_side", "vacancy_by_staff_group"])
def test_what_is_worked_out_from_rounded_numbers_says_so(trust, name):
    assert any("rough" in note for note in exhibit(trust, name, "board").notes)
    assert not any("rough" in note for note in exhibit(trust, name, "lead").notes)
