from __future__ import annotations

import datetime as dt

import pytest

from workbench.retention.findings import flows_finding, headcount_finding, peers_finding

SEP_25, SEP_26 = dt.date(2025, 9, 30), dt.date(2026, 9, 30)


def stock(before, now, before_status="shown", now_status="shown"):
    return [
        {"month": SEP_25, "headcount": before, "headcount_status": before_status},
        {"month": SEP_26, "headcount": now, "headcount_status": now_status},
    ]


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        (stock(1204, 1236), "Headcount rose from 1,204 to 1,236 in the year to September 2026"),
        (stock(1236, 1204), "Headcount fell from 1,236 to 1,204 in the year to September 2026"),
        (stock(1204, 1204), "No change: headcount stayed at 1,204 in the year to September 2026"),
        (stock(0, 1), "Headcount rose from 0 to 1 in the year to September 2026"),
        (
            stock(None, 12, "primary"),
            "Headcount was 12 in September 2026; "
            "a year earlier it is withheld, because it would describe too few people",
        ),
        (
            stock(None, 12)[1:],
            "Headcount was 12 in September 2026; "
            "a year earlier it is not known, because the staff lists it needs are not loaded",
        ),
        (
            stock(12, None, now_status="secondary"),
            "Headcount in September 2026 is withheld, because it would describe too few people",
        ),
        ([], "Headcount in September 2026 is not known, because the staff lists it needs are not loaded"),
    ],
)
def test_the_finding_on_headcount_follows_the_released_numbers(rows, sentence):
    assert headcount_finding(rows, SEP_26) == sentence


def test_rounded_headcounts_are_said_to_be_about_right():
    assert headcount_finding(stock(1205, 1235), SEP_26, about=True) == (
        "Headcount rose from about 1,205 to 1,235 in the year to September 2026"
    )


def test_rounded_headcounts_that_are_equal_are_not_called_no_change():
    assert headcount_finding(stock(935, 935), SEP_26, about=True) == (
        "Headcount stayed at about 935 in the year to September 2026"
    )


def flows(joined, left, status="shown"):
    row = {"month": SEP_26, "joiners_year": joined, "leavers_year": left}
    return [row | {"joiners_year_status": status, "leavers_year_status": status}]


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        (flows(160, 142), "142 people left in the year to September 2026, fewer than the 160 who joined"),
        (flows(142, 160), "160 people left in the year to September 2026, more than the 142 who joined"),
        (flows(8, 8), "8 people left in the year to September 2026, as many as the 8 who joined"),
        (flows(3, 1), "1 person left in the year to September 2026, fewer than the 3 who joined"),
        (
            flows(None, None, "primary"),
            "How many people joined and left in the year to September 2026 "
            "is withheld, because it would describe too few people",
        ),
        (
            flows(None, None, "no_data"),
            "How many people joined and left in the year to September 2026 "
            "is not known, because the staff lists it needs are not loaded",
        ),
    ],
)
def test_the_finding_on_flows_follows_the_released_numbers(rows, sentence):
    assert flows_finding(rows, SEP_26) == sentence


def test_rounded_flows_are_said_to_be_about_right():
    assert flows_finding(flows(170, 160), SEP_26, about=True) == (
        "About 160 people left in the year to September 2026, fewer than the 170 who joined"
    )
    assert "about as many as the 100" in flows_finding(flows(100, 100), SEP_26, about=True)


def peers(own, status="shown"):
    return [{"month": SEP_26, "own": own, "own_status": status, "lower_quartile": 4.5, "upper_quartile": 5.0}]


@pytest.mark.parametrize(("own", "place"), [(4.499, "below"), (4.5, "within"), (5.0, "within"), (5.001, "above")])
def test_a_rate_on_a_quartile_lies_within_the_middle_half(own, place):
    assert f", {place} the middle half of acute trusts (4.50% to 5.00%)" in peers_finding(peers(own), "acute trusts")


def test_without_a_common_month_or_with_a_withheld_rate_the_finding_says_why():
    assert peers_finding([], "acute trusts").startswith("No month has both")
    assert peers_finding(peers(None, "primary"), "acute trusts").endswith("describe too few people")
