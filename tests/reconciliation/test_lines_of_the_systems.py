"""Four systems on one line: units, verdicts, vacancy, net and gross, and what does not apply."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest

from workbench.attainment.reconciliation.reconcile import Reconciliation

Compared = Callable[..., Reconciliation]
WARD = {"kind": "single_area_team", "team": "physio TEAM "}
TEMPLATE = {"hours_per_week": 375.0, "headroom": 0.22, "headroom_convention": "divide"}


def the_line(found: Reconciliation, cost_centre: str = "4410") -> dict[str, object]:
    rows = [row for row in found.lines.to_dicts() if row["cost_centre"] == cost_centre]
    assert len(rows) == 1
    return rows[0]


def checks(found: Reconciliation) -> list[tuple[str, str]]:
    return sorted(found.exceptions.select("check", "subject_key").rows())


@pytest.mark.parametrize(("convention", "gross"), [("divide", 12.8205), ("multiply", 12.2), (None, None)])
def test_ten_wte_net_with_22_per_cent_headroom_are_12_82_by_division_and_12_20_by_multiplication(
    compared: Compared, convention: str | None, gross: float | None
) -> None:
    found = compared(
        [{"person_key": "a"}],
        ledger=[{"budget_wte": 12.8205}],
        roster_templates=[{**TEMPLATE, "headroom_convention": convention}],
    )
    line = the_line(found)
    assert (line["template_net"], line["template_gross"]) == (10.0, gross)
    expected = {"divide": "agree", "multiply": "differs", None: "not applicable"}[convention]
    assert line["template_verdict"] == expected


def test_a_budget_of_0_with_staff_is_unfunded_and_has_no_rate(compared: Compared) -> None:
    found = compared([{"person_key": "a"}], ledger=[{"budget_wte": 0.0}])
    line = the_line(found)
    assert (line["establishment"], line["vacancy_rate"], line["agrees"]) == ("unfunded", None, False)
    assert checks(found) == [("unfunded", "4410/04")]


def test_more_staff_than_budget_are_over_established_with_a_negative_vacancy(compared: Compared) -> None:
    staff = [{"person_key": name} for name in "abcdef"]
    line = the_line(compared(staff, ledger=[{"budget_wte": 5.0, "contracted_wte": 6.0}]))
    assert (line["vacancy"], line["vacancy_rate"], line["establishment"]) == (-1.0, -20.0, "over-established")
    assert line["agrees"] is True


def test_half_a_wte_too_many_and_half_too_few_are_net_0_and_gross_1(compared: Compared) -> None:
    found = compared(
        [{"person_key": "a"}, {"person_key": "b", "cost_centre": "4420"}],
        ledger=[{"contracted_wte": 1.5}, {"cost_centre": "4420", "contracted_wte": 0.5}],
    )
    pair = found.totals.row(0, named=True)
    assert (pair["net_wte"], pair["gross_wte"], pair["gross_share"]) == (0.0, 1.0, 50.0)
    assert (pair["agree"], pair["differs"], found.agreement) == (0, 2, (0, 2))


@pytest.mark.parametrize(("contracted", "verdict"), [(1.01, "agree"), (0.99, "agree"), (1.0101, "differs")])
def test_the_tolerance_of_a_line_is_one_hundredth_of_a_wte(compared: Compared, contracted: float, verdict: str) -> None:
    found = compared([{"person_key": "a"}], ledger=[{"contracted_wte": contracted}])
    assert the_line(found)["contracted_verdict"] == verdict


def test_a_wider_tolerance_is_a_setting(compared: Compared) -> None:
    found = compared([{"person_key": "a"}], ledger=[{"contracted_wte": 1.3}], settings={"wte_tolerance": 0.5})
    assert the_line(found)["contracted_verdict"] == "agree"


def test_staff_absent_or_seconded_are_in_post_and_shown(compared: Compared) -> None:
    found = compared([{"person_key": "a", "is_active": False}, {"person_key": "b"}], ledger=[{"contracted_wte": 2.0}])
    line = the_line(found)
    assert (line["in_post"], line["away"], line["contracted_verdict"]) == (2.0, 1.0, "agree")


def test_bank_staff_are_in_no_line(compared: Compared) -> None:
    bank = {"person_key": "b", "contract_type_code": "01", "is_substantive": False, "cost_centre": "9900"}
    found = compared([{"person_key": "a"}, bank], ledger=[{}])
    assert found.lines["cost_centre"].to_list() == ["4410"]


def test_several_people_on_one_position_are_compared_by_their_fte(compared: Compared) -> None:
    staff = [{"person_key": name, "fte": 0.5, "position_number": "P1"} for name in "ab"]
    line = the_line(compared(staff, ledger=[{}]))
    assert (line["positions_shared"], line["heads"], line["contracted_verdict"]) == (1, 2, "agree")


def test_savings_recharges_and_lines_of_money_alone_carry_no_establishment(compared: Compared) -> None:
    found = compared(
        [{"person_key": "a"}],
        ledger=[
            {},
            {"budget_wte": -0.5, "contracted_wte": None, "subjective_code": "9001"},
            {"budget_wte": 0.0, "contracted_wte": None, "budget_amount": 500.0},
            {"budget_wte": 2.0, "contracted_wte": 2.0, "subjective_code": "7777"},
        ],
        settings={"recharge_subjectives": ["7777"]},
    )
    assert the_line(found)["budget"] == 1.0
    assert found.set_apart == {"recharge": 1, "savings": 1, "money only": 1}
    assert found.exceptions.is_empty()


def test_a_60_to_40_split_is_compared_as_it_is_charged(compared: Compared) -> None:
    found = compared(
        [{"person_key": "a"}, {"person_key": "b", "cost_centre": "4420"}],
        ledger=[{"contracted_wte": 0.6}, {"cost_centre": "4420", "contracted_wte": 1.4}],
        costing_splits=[
            {"assignment_key": "a-1", "percent": 60.0},
            {"assignment_key": "a-1", "percent": 40.0, "cost_centre": "4420"},
            {"assignment_key": "b-1", "cost_centre": "4420"},
        ],
    )
    assert found.lines["contracted_verdict"].to_list() == ["agree", "agree"]
    assert checks(found) == [("charged_elsewhere", "a-1")]


def test_a_split_that_makes_90_per_cent_is_listed_and_moves_nothing(compared: Compared) -> None:
    found = compared([{"person_key": "a"}], ledger=[{}], costing_splits=[{"assignment_key": "a-1", "percent": 90.0}])
    assert checks(found) == [("costing_not_whole", "a-1")]
    assert the_line(found)["contracted_verdict"] == "agree"


def test_staff_without_a_line_and_a_line_without_staff(compared: Compared) -> None:
    found = compared([{"person_key": "a"}], ledger=[{"cost_centre": "9999", "contracted_wte": 0.0}])
    assert [(row["cost_centre"], row["contracted_verdict"]) for row in found.lines.to_dicts()] == [
        ("4410", "missing in ledger"),
        ("9999", "missing in ESR"),
    ]
    assert checks(found) == [("no_budget_line", "4410/04"), ("no_position", "9999/04")]


def test_clinic_only_staff_need_no_template_and_ward_only_staff_no_plan(compared: Compared) -> None:
    clinic = compared([{"person_key": "a"}], ledger=[{}], job_plans=[{"plan_id": "P", "person_key": "z"}],
                      roster_templates=[{**TEMPLATE, "unit": "Ward 1", "cost_centre": "4420"}])  # fmt: skip
    assert the_line(clinic)["template_verdict"] == "not applicable"
    assert the_line(clinic)["plan_verdict"] == "missing in job plans"
    ward = compared([{"person_key": "a"}], ledger=[{}], job_plans=[{"plan_id": "P", "person_key": "z"}],
                    roster_templates=[{**TEMPLATE, "unit": "Ward 1", "cost_centre": "4420"}],
                    scope_overrides=[WARD])  # fmt: skip
    assert the_line(ward)["template_verdict"] == "missing in template"
    assert the_line(ward)["plan_verdict"] == "not applicable"


def test_a_template_on_a_closed_cost_centre_is_listed(compared: Compared) -> None:
    found = compared([{"person_key": "a"}], ledger=[{}], roster_templates=[{**TEMPLATE, "cost_centre": "0001"}])
    assert checks(found) == [("template_without_budget", "0001/04")]


def test_the_newest_template_of_a_unit_and_group_is_in_force(compared: Compared) -> None:
    older = {**TEMPLATE, "hours_per_week": 999.0, "effective_from": "2018-04-01"}
    later = {**TEMPLATE, "hours_per_week": 999.0, "effective_from": "2019-06-01"}
    rows = [{**row, "effective_from": dt.date.fromisoformat(str(row["effective_from"]))} for row in (older, later)]
    found = compared([{"person_key": "a"}], ledger=[{}], roster_templates=[*rows, TEMPLATE])
    assert the_line(found)["template_net"] == 10.0


def test_a_source_that_is_not_loaded_decides_nothing(compared: Compared) -> None:
    found = compared([{"person_key": "a"}])
    assert the_line(found)["agrees"] is None
    assert found.agreement == (0, 0)
    assert found.exceptions.is_empty()
    assert any("No ledger loaded" in warning for warning in found.warnings)


def test_a_source_dated_more_than_31_days_from_the_staff_list_is_named_and_marked(compared: Compared) -> None:
    for day, is_far in ((dt.date(2019, 4, 30), False), (dt.date(2019, 3, 31), True)):
        found = compared([{"person_key": "a"}], ledger=[{"period": day, "contracted_wte": 2.0}])
        assert any("days from the staff list" in warning for warning in found.warnings) is is_far
        assert found.exceptions["is_far"].to_list() == [is_far]
        assert found.exceptions["right_as_of"].to_list() == [day]


def test_medical_weeks_have_40_hours_and_others_37_and_a_half(compared: Compared) -> None:
    doctor = {"person_key": "d", "staff_group_code": "01", "staff_group": "Medical and Dental", "job_role_code": "x"}
    found = compared(
        [{"person_key": "a"}, doctor],
        ledger=[{}, {"staff_group_code": "01", "staff_group": "Medical and Dental"}],
        job_plans=[{"plan_id": "A", "person_key": "a"}, {"plan_id": "D", "person_key": "d"}],
        job_plan_activities=[{"plan_id": "A"}, {"plan_id": "D", "hours_per_session": 4.0}],
    )
    assert found.lines["planned"].to_list() == [1.0, 1.0]
    assert found.agreement == (2, 2)
    assert found.exceptions.is_empty()
