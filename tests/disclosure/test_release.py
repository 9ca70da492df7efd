"""Which numbers of a table leave the workbench."""

from __future__ import annotations

import json

import polars as pl
import pytest

from workbench.disclosure import Policy, Rate, release
from workbench.errors import DisclosureError

LEAD = Policy("lead", 5)
BOARD = Policy("board", 8, 5)


def groups(*counts: int | None, total: int | None = None) -> pl.DataFrame:
    names = [f"group {index}" for index in range(len(counts))]
    known = [count for count in counts if count is not None]
    return pl.DataFrame(
        {"group": [*names, "Total"], "people": [*counts, sum(known) if total is None else total]},
        schema={"group": pl.String, "people": pl.Int64},
    )


def released(*counts: int | None, policy: Policy = LEAD, total: int | None = None) -> list[tuple[int | None, str]]:
    table = release(groups(*counts, total=total), policy=policy, people=["people"], within=["group"]).table
    return list(zip(table["people"], table["people_status"], strict=True))


@pytest.mark.parametrize(
    ("people", "expected"),
    [(0, (0, "shown")), (1, (None, "primary")), (4, (None, "primary")), (5, (5, "shown")), (6, (6, "shown"))],
)
def test_the_boundary_lies_between_smallest_shown_less_one_and_smallest_shown(people, expected):
    table = release(pl.DataFrame({"people": [people]}), policy=LEAD, people=["people"]).table
    assert table.row(0) == expected


def test_zero_is_withheld_where_zero_is_disclosive():
    policy = Policy("board", 5, zero_is_disclosive=True)
    table = release(pl.DataFrame({"people": [0, 5]}), policy=policy, people=["people"]).table
    assert table["people"].to_list() == [None, 5]


def test_a_single_withheld_count_takes_the_smallest_other_with_it():
    assert released(3, 20, 40) == [(None, "primary"), (None, "secondary"), (40, "shown"), (63, "shown")]


def test_two_withheld_counts_protect_each_other():
    assert released(3, 2, 40) == [(None, "primary"), (None, "primary"), (40, "shown"), (45, "shown")]


def test_two_withheld_counts_whose_sum_allows_one_reading_only_take_a_third_with_them():
    # 1 + 1: with the total of 22 and the 20 shown, both would be known
    assert released(1, 1, 20) == [(None, "primary"), (None, "primary"), (None, "secondary"), (22, "shown")]


def test_a_zero_protects_nothing_so_it_is_not_chosen():
    assert released(4, 0, 30) == [(None, "primary"), (0, "shown"), (None, "secondary"), (34, "shown")]


def test_the_total_is_withheld_when_it_is_all_that_is_left():
    assert released(3, 0, 0) == [(None, "primary"), (0, "shown"), (0, "shown"), (None, "primary")]


def test_a_table_without_small_counts_is_untouched():
    table = release(groups(20, 30), policy=LEAD, people=["people"], within=["group"])
    assert table.table["people"].to_list() == [20, 30, 50]
    assert (table.withheld, table.notes) == (0, ())


def test_rounded_siblings_and_a_rounded_total_do_not_give_a_withheld_count_back():
    # 8 + 8 + 1 = 17: shown as 10, 10 and 15, which leaves exactly one reading, with or without the eights; so all go
    assert [status for _, status in released(1, 8, 8, policy=BOARD)] == ["primary", *["secondary"] * 3]
    # 12 + 12 + 12 + 7 = 43 is shown as 45: 10, 10, 10 and 45 leave exactly 7
    assert sum(status == "secondary" for _, status in released(7, 12, 12, 12, policy=BOARD)) == 1
    # 8 + 10 + 4 = 22 is shown as 10, 10 and 20: many readings, so nothing more is withheld
    assert released(4, 8, 10, policy=BOARD) == [(None, "primary"), (10, "rounded"), (10, "rounded"), (20, "rounded")]


def test_totals_are_rounded_by_themselves():
    assert released(12, 12, 12, policy=BOARD) == [(10, "rounded")] * 3 + [(35, "rounded")]


def test_no_data_stays_no_data_and_is_not_zero():
    assert released(20, None, 30) == [(20, "shown"), (None, "no_data"), (30, "shown"), (50, "shown")]


def test_months_are_protected_each_by_itself():
    table = pl.DataFrame(
        {
            "month": ["Aug", "Aug", "Aug", "Sep", "Sep", "Sep"],
            "group": ["a", "b", "Total"] * 2,
            "people": [3, 20, 23, 30, 20, 50],
        }
    )
    result = release(table, policy=LEAD, people=["people"], within=["group"], by=["month"]).table
    assert result["people"].to_list() == [None, None, 23, 30, 20, 50]


def test_rows_and_columns_of_a_two_way_table_are_protected_together():
    table = pl.DataFrame(
        {
            "group": ["a", "a", "a", "b", "b", "b", "Total", "Total", "Total"],
            "band": ["5", "6", "Total"] * 3,
            "people": [3, 20, 23, 30, 40, 70, 33, 60, 93],
        }
    )
    result = release(table, policy=LEAD, people=["people"], within=["group", "band"]).table
    assert result["people_status"].to_list() == [
        "primary", "secondary", "shown",
        "secondary", "secondary", "shown",
        "shown", "shown", "shown",
    ]  # fmt: skip


def test_a_total_that_another_table_shows_is_guarded_against():
    table = pl.DataFrame({"group": ["a", "b", "c"], "people": [3, 20, 40]})
    assert release(table, policy=LEAD, people=["people"], within=["group"]).withheld == 1
    assert release(table, policy=LEAD, people=["people"], within=["group"], total_known=True).withheld == 2


def test_a_total_of_distinct_people_is_guarded_as_if_its_rows_added_up():
    # one person stands in two groups, so the rows add up to 24 and the total is 23
    assert released(3, 21, total=23) == [(None, "primary"), (None, "secondary"), (23, "shown")]


def test_amounts_are_withheld_with_the_people_they_rest_on():
    table = groups(3, 20, 40).with_columns(fte=pl.Series([2.4, 18.0, 36.5, 56.9]))
    result = release(table, policy=LEAD, people=["people"], dependants={"fte": ["people"]}, within=["group"]).table
    assert result["fte"].to_list() == [None, None, 36.5, 56.9]
    assert result["fte_status"].to_list() == ["primary", "secondary", "shown", "shown"]


def test_a_rate_is_withheld_with_its_numerator_or_its_denominator():
    table = pl.DataFrame({"left": [3, 30, 0, 0], "staff": [60, 60, 4, 0]})
    result = release(table, policy=LEAD, people=["left", "staff"], rates={"rate": Rate("left", "staff")}).table
    assert list(zip(result["rate"], result["rate_status"], strict=True)) == [
        (None, "primary"),
        (50.0, "shown"),
        (None, "primary"),
        (None, "not_applicable"),
    ]


def test_a_rate_for_the_board_is_made_of_rounded_numbers():
    table = pl.DataFrame({"left": [12], "staff": [83]})
    result = release(table, policy=BOARD, people=["left", "staff"], rates={"rate": Rate("left", "staff")}).table
    assert result.select("left", "staff", "rate").row(0) == (10, 85, pytest.approx(100 * 10 / 85))


def test_nearly_everybody_says_as_much_as_nearly_nobody():
    # 19 of 20 have a plan: the one who has none is as exposed as a count of 1
    table = pl.DataFrame({"with_plan": [19, 15, 20], "in_scope": [20, 20, 20]})
    result = release(table, policy=LEAD, people=["with_plan", "in_scope"], parts={"in_scope": ["with_plan"]})
    assert result.table["with_plan"].to_list() == [None, 15, 20]
    assert result.notes == ("1 count is withheld because all but a few people are in it.",)


def test_parts_within_a_row_protect_each_other():
    table = pl.DataFrame({"active": [2], "not_active": [30], "in_scope": [32]})
    result = release(
        table, policy=LEAD, people=["active", "not_active", "in_scope"], parts={"in_scope": ["active", "not_active"]}
    ).table
    assert result.select("active", "not_active", "in_scope").row(0) == (None, None, 32)


def test_an_analyst_sees_everything():
    table = release(groups(1, 2, 0), policy=Policy("analyst", 1), people=["people"], within=["group"])
    assert table.table["people"].to_list() == [1, 2, 0, 3]
    assert set(table.table["people_status"]) == {"shown"}


def test_notes_say_in_words_what_is_withheld():
    result = release(groups(3, 2, 20, 1), policy=LEAD, people=["people"], within=["group"])
    assert result.notes == ("3 counts below 5 are withheld.",)
    result = release(groups(3, 20, 40), policy=LEAD, people=["people"], within=["group"])
    assert result.notes == ("1 count below 5 is withheld, and 1 more so that it cannot be worked out.",)
    assert result.withheld == 2


def test_the_nearest_shown_count_moves_by_a_whole_step_or_not_at_all():
    for people in range(20, 60):
        before, after = (
            release(pl.DataFrame({"people": [n], "fte": [n * 0.8]}), policy=BOARD, people=["people"],
                    dependants={"fte": ["people"]}).table.select("people", "fte").row(0)
            for n in (people, people + 1)
        )  # fmt: skip
        assert all((b - a) % 5 == 0 for a, b in zip(before, after, strict=True))


def test_no_withheld_number_is_left_anywhere_in_what_is_released():
    planted = 1234.5
    table = pl.DataFrame({"group": ["a", "b", "c"], "people": [3, 4, 90], "days": [planted, 77.0, 60.0]})
    result = release(table, policy=LEAD, people=["people"], dependants={"days": ["people"]})
    text = json.dumps(result.table.to_dicts()) + " ".join(result.notes)
    assert "1234" not in text and "77" not in text


@pytest.mark.parametrize("bad", [-1, 2.5])
def test_counts_of_people_are_whole_and_not_negative(bad):
    with pytest.raises(DisclosureError, match="whole numbers"):
        release(pl.DataFrame({"people": [bad]}), policy=LEAD, people=["people"])


def test_a_rate_of_numbers_that_were_not_released_is_refused():
    table = pl.DataFrame({"people": [10], "pay": [3.0]})
    with pytest.raises(DisclosureError, match="'pay'"):
        release(table, policy=LEAD, people=["people"], rates={"mean": Rate("pay", "people")})


def test_a_column_that_is_not_there_is_named():
    with pytest.raises(DisclosureError, match="'peopel'"):
        release(pl.DataFrame({"people": [10]}), policy=LEAD, people=["peopel"])


def test_a_part_larger_than_its_whole_is_refused():
    table = pl.DataFrame({"active": [12], "in_scope": [10]})
    with pytest.raises(DisclosureError, match="larger than its whole"):
        release(table, policy=LEAD, people=["active", "in_scope"], parts={"in_scope": ["active"]})
