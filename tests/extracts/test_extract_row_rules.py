"""Which rows of an extract are accepted, and what is said of the others."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import polars as pl
import pytest

REFUSED, BLANKED, DROPPED = "row_refused", "cell_blanked", "row_dropped"


@pytest.mark.parametrize(
    ("column", "cell", "rule"),
    [
        ("employee_number", "", "required_missing"),
        ("employee_number", "   ", "required_missing"),
        ("contracted_fte", "", "required_missing"),
        ("contracted_fte", "full time", "not_a_number"),
        ("contracted_fte", "0.6.1", "not_a_number"),
        ("contracted_fte", "NaN", "not_a_number"),
        ("contracted_fte", "1e0", "not_a_number"),
        ("organisation_start_date", "31/02/2020", "not_a_date"),
        ("organisation_start_date", "01/04/20", "not_a_date"),
        ("organisation_start_date", "2020-13-01", "not_a_date"),
        ("organisation_start_date", "43922", "not_a_date"),
        ("primary_assignment", "maybe", "not_yes_no"),
        ("period", "September 2026", "not_a_date"),
        ("period", "2026-09-29", "period_not_month_end"),
        ("period", "2026-09-01", "period_not_month_end"),
        ("period", "2024-02-28", "period_not_month_end"),
    ],
)
def test_a_required_cell_that_is_blank_or_unreadable_refuses_its_row(read, staff, column, cell, rule):
    got = read(staff.file(staff.row(), staff.row(**{"assignment_number": "3", column: cell})))
    assert got.rejects == [(3, column, rule, REFUSED)]
    assert (got.report.rows_in, got.report.rows_accepted, got.report.rows_refused) == (2, 1, 1)


@pytest.mark.parametrize(
    ("column", "cell", "rule"),
    [
        ("nhs_start_date", "last spring", "not_a_date"),
        ("contracted_hours", "22,5", "not_a_number"),
    ],
)
def test_an_optional_cell_that_cannot_be_read_is_blanked_and_recorded_and_the_row_is_kept(
    read, staff, column, cell, rule
):
    got = read(f'{staff.header},{column}\n{staff.row()},"{cell}"\n')
    assert got.rejects == [(2, column, rule, BLANKED)]
    assert got.rows[column].to_list() == [None]
    assert (got.report.rows_accepted, got.report.rows_refused, got.report.cells_blanked) == (1, 0, 1)


def test_a_whole_number_column_takes_no_fraction(read):
    rows = [("1", "4"), ("2", "4.0"), ("3", "4.5"), ("4", "1,234"), ("5", "")]
    lines = [f'XAA,2026-09-30,{number},"{days}"' for number, days in rows]
    got = read(
        "\n".join(["organisation_code,period,employee_number,open_notifications", *lines]), name="self_service.csv"
    )
    assert got.rows["open_notifications"].to_list() == [4, 4, None, 1234, None]
    assert got.rejects == [(4, "open_notifications", "not_a_whole_number", BLANKED)]


def test_a_row_that_is_refused_is_told_only_why_it_is_refused(read, staff):
    header = f"{staff.header},nhs_start_date"
    got = read(staff.file(f"{staff.row(period='x', contracted_fte='y')},z", header=header))
    assert got.rejects == [(2, "contracted_fte", "not_a_number", REFUSED), (2, "period", "not_a_date", REFUSED)]
    assert (got.report.rows_refused, got.report.cells_blanked) == (1, 0)


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        ("2020-04-01", dt.date(2020, 4, 1)),
        ("01/04/2020", dt.date(2020, 4, 1)),
        ("1/4/2020", dt.date(2020, 4, 1)),
        ("01-Apr-2020", dt.date(2020, 4, 1)),
        ("01-APR-2020", dt.date(2020, 4, 1)),
        ("2020-04-01 00:00:00", dt.date(2020, 4, 1)),
        ("2020-04-01T23:59:59Z", dt.date(2020, 4, 1)),
        ("01/04/2020 09:30", dt.date(2020, 4, 1)),
        ("29/02/2024", dt.date(2024, 2, 29)),
        ("31-Dec-4712", dt.date(4712, 12, 31)),
    ],
)
def test_dates_are_read_in_the_forms_that_nhs_systems_write(read, staff, cell, day):
    got = read(staff.file(staff.row(organisation_start_date=cell)))
    assert got.rows["organisation_start_date"].to_list() == [day]


def test_a_day_comes_before_its_month(read, staff):
    got = read(staff.file(staff.row(organisation_start_date="03/04/2020")))
    assert got.rows["organisation_start_date"].to_list() == [dt.date(2020, 4, 3)]


def test_a_column_that_mixes_forms_of_dates_is_read_and_said_to_mix_them(read, staff):
    cells = ["2020-04-01", "02/04/2020", "", "03-Apr-2020"]
    rows = [f"{staff.row(assignment_number=str(place))},{cell}" for place, cell in enumerate(cells)]
    got = read(staff.file(*rows, header=f"{staff.header},nhs_start_date"))
    assert got.rows["nhs_start_date"].to_list() == [
        dt.date(2020, 4, 1),
        dt.date(2020, 4, 2),
        None,
        dt.date(2020, 4, 3),
    ]
    assert got.report.date_forms["nhs_start_date"] == ("yyyy-mm-dd", "dd/mm/yyyy", "dd-Mon-yyyy")
    assert any("`nhs_start_date` mixes" in notice for notice in got.report.notices)


@pytest.mark.parametrize(
    ("cell", "amount"),
    [
        ("1234.5", "1234.5"),
        ('"1,234.50"', "1234.5"),
        ('"1,234,567"', "1234567"),
        ("£12.30", "12.3"),
        ('"-£1,000"', "-1000"),
        ('"(1,234.50)"', "-1234.5"),
        ("-0.00001", "-0.00001"),
        ("+7", "7"),
        (".5", "0.5"),
        ('"12,34"', None),
        ("(-5)", None),
        ("twelve", None),
    ],
)
def test_amounts_are_read_as_ledgers_write_them(read, cell, amount):
    got = read(
        f"organisation_code,period,cost_centre,budget_wte,actual_amount\nXAA,2026-09-30,C1,1,{cell}\n", "ledger.csv"
    )
    assert got.rows["actual_amount"].to_list() == [None if amount is None else Decimal(amount)]
    assert got.report.cells_blanked == (1 if amount is None else 0)


@pytest.mark.parametrize(
    ("word", "value"),
    [
        ("Y", True),
        ("yes", True),
        ("TRUE", True),
        ("1", True),
        ("N", False),
        ("No", False),
        ("false", False),
        ("0", False),
    ],
)
def test_yes_and_no_are_read_in_any_of_their_words(read, staff, word, value):
    assert read(staff.file(staff.row(primary_assignment=word))).rows["primary_assignment"].to_list() == [value]


def test_identifiers_stay_text_and_cells_lose_only_the_space_around_them(read, staff):
    got = read(staff.with_column("position_number", "  007 A\u00a0"))
    assert got.rows["position_number"].to_list() == ["007 A"]
    assert got.rows["cost_centre"].to_list() == ["C1"]


def test_a_missing_number_stays_missing(read, staff):
    got = read(staff.with_column("contracted_hours", ""))
    assert got.rows["contracted_hours"].to_list() == [None]
    assert got.rows["pay_band"].to_list() == [None]
    assert got.report.rejects.is_empty()


def test_a_line_with_too_few_or_too_many_cells_is_refused(read, staff):
    got = read(staff.file("XAA,2026-09-30", staff.row(), staff.row(assignment_number="3") + ",extra"))
    assert got.rejects == [(2, None, "too_few_cells", REFUSED), (4, None, "too_many_cells", REFUSED)]
    assert got.report.rows_accepted == 1


def test_a_quotation_mark_out_of_place_refuses_its_line_alone(read, staff):
    got = read(staff.file(staff.row(position_title='"Senior "lead" nurse"'), staff.row()))
    assert got.rejects == [(2, None, "badly_quoted", REFUSED)]
    assert got.report.rows_accepted == 1


def test_identical_rows_are_kept_once(read, staff):
    got = read(staff.file(staff.row(), staff.row(assignment_number="3"), staff.row(), staff.row()))
    assert (got.report.rows_in, got.report.rows_accepted, got.report.rows_repeated) == (4, 2, 2)
    assert got.report.rejects.is_empty()
    assert "2 further copies of identical rows left out." in got.report.notices


def test_differing_rows_of_one_key_are_all_refused(read, staff):
    got = read(staff.file(staff.row(), staff.row(assignment_number="3"), staff.row(contracted_fte="0.7"), staff.row()))
    assert got.rejects == [(line, None, "key_repeated_differently", REFUSED) for line in (2, 4, 5)]
    assert (got.report.rows_accepted, got.report.rows_refused, got.report.rows_repeated) == (1, 3, 0)


def test_a_row_that_was_refused_does_not_make_another_a_repeat(read, staff):
    got = read(staff.file(staff.row(), staff.row(contracted_fte="?")))
    assert (got.report.rows_accepted, got.report.rows_refused) == (1, 1)


def test_blank_parts_of_a_key_are_alike(read):
    text = "organisation_code,employee_number,leaving_date,leaving_reason\nXAA,1,2026-09-30,A\nXAA,1,2026-09-30,B\n"
    assert read(text, "leavers.csv").report.rows_refused == 2


def test_evidence_is_appended_so_two_judgements_of_a_clause_both_stay(read):
    header = "organisation_code,scope,standard_set,clause,judgement,evidence_date"
    rows = ["XAA,trust,2019,1.3a,met,2026-01-01", "XAA,trust,2019,1.3a,not_met,2026-01-01"]
    assert read("\n".join([header, *rows]), "attainment_evidence.csv").report.rows_accepted == 2


@pytest.mark.parametrize("word", ["Total", "Grand Total", "TOTALS:", "Sub-total"])
def test_a_total_row_is_dropped_with_a_record_and_not_refused(read, staff, word):
    total = word + "," * 9 + ",0.6,"
    short = f"{word},0.6"
    got = read(staff.file(staff.row(), total, short))
    assert got.rejects == [(3, None, "total_row", DROPPED), (4, None, "total_row", DROPPED)]
    assert (got.report.rows_accepted, got.report.rows_refused, got.report.rows_dropped) == (1, 0, 2)


def test_a_post_called_total_is_no_total_row(read, staff):
    got = read(staff.file(staff.row(position_title="Total")))
    assert (got.report.rows_accepted, got.report.rows_dropped) == (1, 0)


def test_rows_without_any_cell_are_left_out_and_counted(read, staff):
    got = read(staff.file(staff.row(), "," * 11, "", staff.row(assignment_number="3")))
    assert (got.report.rows_in, got.report.rows_accepted, got.report.rows_dropped) == (3, 2, 1)
    assert "1 row without any cell of the extract left out." in got.report.notices


def test_control_totals_are_those_of_the_accepted_rows(read, staff):
    got = read(
        staff.file(
            staff.row(),
            staff.row(assignment_number="3", contracted_fte="0.25"),
            staff.row(employee_number="2", organisation_code="xbb", period="31/08/2026", contracted_fte="1"),
            staff.row(employee_number="3", contracted_fte="?"),
        )
    )
    report = got.report
    assert (report.headcount, report.fte, report.pay) == (2, Decimal("0.6") + Decimal("0.25") + 1, None)
    assert report.organisations == ("XAA", "XBB")
    assert report.periods == (dt.date(2026, 8, 31), dt.date(2026, 9, 30))
    assert report.rows_in == report.rows_accepted + report.rows_refused + report.rows_dropped + report.rows_repeated


def test_pay_is_unknown_and_not_nought_where_no_row_has_an_amount(read):
    text = "organisation_code,period,cost_centre,budget_wte,actual_amount\nXAA,2026-09-30,C1,1,\n"
    assert read(text, "ledger.csv").report.pay is None
    assert read(text.replace("1,\n", "1,5\n"), "ledger.csv").report.pay == 5


def test_lines_are_those_of_a_text_editor_even_after_a_cell_of_several_lines(read, staff):
    got = read(
        staff.file(
            staff.row(position_title='"Nurse,\nsenior"'),
            "",
            staff.row(assignment_number="3", contracted_fte="?"),
            "short",
            staff.row(assignment_number="4", period="x"),
        )
    )
    assert [line for line, *_ in got.rejects] == [5, 6, 7]
    assert got.rows["position_title"].to_list() == ["Nurse,\nsenior"]


def test_a_lone_quotation_mark_in_a_plain_cell_does_not_upset_the_lines(read, staff):
    got = read(staff.file(staff.row(position_title='5" pipe fitter'), "", staff.row(contracted_fte="?")))
    assert got.rejects == [(4, "contracted_fte", "not_a_number", REFUSED)]


def test_rows_keep_the_order_of_the_file(read, staff):
    rows = [staff.row(assignment_number=str(number), position_title=f"Post {number}") for number in (5, 3, 9, 1)]
    assert read(staff.file(*rows)).rows["position_title"].to_list() == ["Post 5", "Post 3", "Post 9", "Post 1"]


def test_codes_stay_as_received(read, staff):
    got = read(staff.with_column("occupation_code", " s1e "))
    assert got.rows["occupation_code"].to_list() == ["s1e"]


def test_types_of_a_part_are_those_of_the_contract_whatever_the_file_carries(read, staff):
    from workbench.extracts import contract_named, landed_schema

    got = read(staff.file(staff.row()))
    assert dict(got.rows.schema) == landed_schema(contract_named("staff_in_post"))
    assert got.rows.schema["contracted_fte"] == pl.Decimal(18, 5)
