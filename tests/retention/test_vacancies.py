from __future__ import annotations

import datetime as dt
from decimal import Decimal

import polars as pl
import pytest

from workbench.disclosure import Policy, disclose_measure
from workbench.measures import evaluate
from workbench.warehouse.snapshot import literal_snapshot

SEP, AUG = dt.date(2026, 9, 30), dt.date(2026, 8, 31)
AHP, NURSING = "Allied Health Professionals", "Nursing"
WTE = pl.Decimal(18, 5)
LEDGER = {
    "organisation_code": pl.String, "period": pl.Date, "cost_centre": pl.String, "staff_group": pl.String,
    "pay_band": pl.String, "budget_wte": WTE, "contracted_wte": WTE,
}  # fmt: skip
STAFF = {
    "organisation_code": pl.String, "period": pl.Date, "person_key": pl.String, "assignment_key": pl.String,
    "cost_centre": pl.String, "staff_group": pl.String, "pay_band": pl.String, "fte": pl.Decimal(18, 4),
    "is_active": pl.Boolean, "is_employed": pl.Boolean, "is_substantive": pl.Boolean,
}  # fmt: skip


def line(budget, contracted=0, **more):
    plain = {"organisation_code": "XAA", "period": SEP, "cost_centre": "A1", "staff_group": AHP, "pay_band": "Band 6"}
    given = {"budget_wte": Decimal(str(budget))}
    return plain | given | {"contracted_wte": None if contracted is None else Decimal(str(contracted))} | more


def person(name, fte=1, **more):
    plain = {"organisation_code": "XAA", "period": SEP, "cost_centre": "A1", "staff_group": AHP, "pay_band": "Band 6"}
    flags = {"is_active": True, "is_employed": True, "is_substantive": True}
    return plain | flags | {"person_key": name, "assignment_key": name, "fte": Decimal(str(fte))} | more


def establishment(ledger, staff):
    return literal_snapshot(
        {
            "staging.ledger": pl.DataFrame(ledger, schema=LEDGER),
            "marts.assignment_month": pl.DataFrame(staff, schema=STAFF),
            "marts.person_month": pl.DataFrame(
                [row for row in staff if row["is_substantive"] and row["is_employed"]], schema=STAFF
            ),
            "marts.organisation": pl.DataFrame({"organisation_code": ["XAA"]}),
        }
    )


def answer(snapshot, by="staff_group", as_at=SEP, **options):
    return evaluate(snapshot, "vacancy_rate", organisation="XAA", as_at=as_at, by=by, options=options)


def rows(snapshot, **asked):
    return answer(snapshot, **asked).frame.select("numerator", "denominator", "value", "status").rows()


def test_vacancy_is_budget_less_in_post_over_budget():
    snapshot = establishment([line(5, 4.5)], [person("a"), person("b"), person("c", 0.5)])
    assert rows(snapshot) == [(2.5, 5, 50, "ok")]
    assert rows(snapshot, in_post="ledger") == [(0.5, 5, 10, "ok")]


def test_more_staff_than_funded_is_a_vacancy_below_zero():
    assert rows(establishment([line(5)], [person(str(n)) for n in range(6)])) == [(-1, 5, -20, "ok")]


def test_staff_without_budget_have_no_rate_and_their_wte_is_said():
    snapshot = establishment([line(5, 5)], [person("a", staff_group=NURSING), *(person(str(n)) for n in range(5))])
    assert rows(snapshot) == [(0, 5, 0, "ok"), (-1, 0, None, "not_applicable")]
    assert rows(establishment([line(0, 1)], []), in_post="ledger") == [(-1, 0, None, "not_applicable")]


def test_a_savings_target_below_nothing_has_no_rate():
    assert rows(establishment([line(-2)], [person("a")]))[0][3] == "not_applicable"


def test_lines_that_cancel_out_are_net_nothing_in_the_total_and_stand_by_cost_centre():
    ledger = [line(2), line(2, cost_centre="B2")]
    staff = [person("a", 1.5), person("b", 1, cost_centre="B2"), person("c", 1.5, cost_centre="B2")]
    snapshot = establishment(ledger, staff)
    assert rows(snapshot, by=()) == [(0, 4, 0, "ok")]
    assert [row[0] for row in rows(snapshot, by="cost_centre")] == [0.5, -0.5]


def test_a_holder_on_leave_is_in_post_and_a_bank_worker_is_not():
    staff = [person("a", is_active=False), person("b", is_substantive=False), person("c", is_employed=False)]
    assert rows(establishment([line(2)], staff)) == [(1, 2, 50, "ok")]


def test_cost_centres_are_the_same_without_regard_to_spaces_and_case():
    snapshot = establishment([line(1, cost_centre=" a1")], [person("a")])
    assert answer(snapshot, by="cost_centre").frame.select("cost_centre", "value").rows() == [("A1", 0)]


def test_a_blank_staff_group_of_the_ledger_is_the_row_unknown():
    assert answer(establishment([line(1, staff_group=None)], []), in_post="ledger").frame["staff_group"].to_list() == [
        "unknown"
    ]


@pytest.mark.parametrize(
    ("ledger", "staff", "in_post", "status"),
    [
        ([line(1, 1, period=AUG)], [person("a")], "esr", "no_data"),  # no ledger of the month
        ([line(1, 1)], [person("a", period=AUG)], "esr", "no_data"),  # no staff list of the month
        ([line(1, 1)], [person("a", period=AUG)], "ledger", "ok"),
        ([line(1, None)], [person("a")], "ledger", "no_data"),  # a line without contracted WTE
        ([line(1, None)], [person("a")], "esr", "ok"),
    ],
)
def test_what_is_not_loaded_is_no_data_and_not_a_vacancy(ledger, staff, in_post, status):
    assert answer(establishment(ledger, staff), by=(), in_post=in_post).frame["status"].to_list() == [status]


@pytest.mark.parametrize("listed", [SEP, AUG])
def test_a_lead_does_not_see_the_establishment_of_a_few_people(listed):
    ledger = [line(8, 8), line(9, 9, staff_group=NURSING), line(2, 2, staff_group="Students")]
    staff = [person(f"a{n}", period=listed) for n in range(8)]
    staff += [person(f"n{n}", staff_group=NURSING, period=listed) for n in range(9)]
    staff += [person(f"s{n}", staff_group="Students", period=listed) for n in range(2)]
    released = disclose_measure(answer(establishment(ledger, staff), in_post="ledger"), Policy("lead", 5)).frame
    assert dict(released.select("staff_group", "status").rows())["Students"] == "suppressed"
    assert released["status"].to_list().count("suppressed") == 2


def test_the_answer_says_sources_month_and_months_missing():
    stamp = answer(establishment([line(1, 1), line(1, 1, period=dt.date(2026, 7, 31))], [person("a")])).stamp
    assert "ledger" in stamp["source"] and "ESR" in stamp["source"]
    assert stamp["window"] == "the month end 2026-09-30"
    assert stamp["months_missing"] == [AUG]
