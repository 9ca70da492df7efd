"""The exhibits of places and reasons: the unknown first, small numbers guarded both ways, windows of a year."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl
import pytest

from workbench.disclosure import Policy
from workbench.exhibits import ExhibitRequest
from workbench.periods import month_ends
from workbench.retention.flow_lines import flow_lines
from workbench.retention.movement_exhibits import reasons_for_leaving, where_from_where_to
from workbench.retention.released_movements import released_places, released_reasons
from workbench.retention.where_from_where_to import came_and_went
from workbench.settings import Settings
from workbench.workbench import Workbench

OPENING, CLOSING = dt.date(2025, 9, 30), dt.date(2026, 9, 30)
LEAD, BOARD, ANALYST = Policy("lead", 5), Policy("board", 8, 5), Policy("analyst", 1)
WITHHELD = ("primary", "secondary")


def day(n):
    return dt.date(2026, 1, 1) + dt.timedelta(days=n)


@pytest.fixture
def two_services(staff):
    """Therapies: thirty of sixty leave; Podiatry: two of ten. One in two of Therapies has no reason or destination."""
    therapies = {f"t{n}": {"service": "Therapies"} for n in range(60)}
    podiatry = {f"p{n}": {"service": "Podiatry"} for n in range(10)}
    new = {f"n{n}": {"service": "Therapies"} for n in range(12)}
    gone = [*(f"t{n}" for n in range(30)), "p0", "p1"]
    here = therapies | podiatry
    left = {who: row for who, row in here.items() if who not in gone} | new
    months = {end.isoformat(): left if end > dt.date(2026, 1, 31) else here for end in month_ends(OPENING, CLOSING)}
    reasons = {0: {}, 1: {"leaving_reason": "x", "leaving_reason_code": "25", "destination_on_leaving_code": "01"}}
    leavers = [{"person_key": who, "leaving_date": day(31 + n % 20)} | reasons[n % 2] for n, who in enumerate(gone)]
    leavers[-1] |= {"leaving_reason": "x", "leaving_reason_code": "24"}
    starters = [
        {"person_key": who, "start_date": day(40), "recruitment_source_code": "14" if n < 7 else "01"}
        for n, who in enumerate(new)
    ]
    return staff(months, leavers=leavers, starters=starters)


def made(snapshot, exhibit, audience="analyst", as_at=CLOSING, **options):
    nowhere = Path("nowhere")
    workbench = Workbench(snapshot, Settings(home=nowhere, key_file=nowhere, reports=nowhere), audience)
    return exhibit(workbench, ExhibitRequest("XAA", as_at, options))


def column(exhibit, name):
    key = exhibit.columns[0].name
    return dict(exhibit.table.select(key, name).iter_rows())


def test_the_finding_says_how_many_left_and_of_how_many_nobody_knows_where(two_services):
    exhibit = made(two_services, where_from_where_to)
    assert exhibit.title == (
        "32 left in the year to September 2026; 16 to other NHS organisations, 16 with no destination recorded"
    )


def test_a_place_is_one_row_for_both_ways(two_services):
    exhibit = made(two_services, where_from_where_to)
    assert column(exhibit, "came") == {
        "NHS organisation": 5, "Newly qualified, first qualification": 7, "Not recorded": 0, "Total": 12
    }  # fmt: skip
    assert column(exhibit, "went") == {
        "NHS organisation": 16, "Newly qualified, first qualification": 0, "Not recorded": 16, "Total": 32
    }  # fmt: skip


def test_the_unknown_stand_first_and_the_shares_are_of_all_who_left(two_services):
    exhibit = made(two_services, reasons_for_leaving)
    assert list(column(exhibit, "left").items())[:3] == [
        ("Not recorded", 16), ("Resignation, cause other or not known", 1), ("Promotion", 15)
    ]  # fmt: skip
    assert column(exhibit, "share")["Not recorded"] == 50.0
    assert exhibit.title == (
        "Why they left is not known for 17 of 32 who left in the year to September 2026; most often recorded: "
        "promotion (15)"
    )
    assert any("no reason recorded 16 (50%)" in note for note in exhibit.notes)


def test_a_shorter_window_is_answered_over_a_year_and_says_so(two_services):
    for exhibit in (where_from_where_to, reasons_for_leaving):
        short = made(two_services, exhibit, window_months="3")
        assert short.table.equals(made(two_services, exhibit).table)
        assert any("over 12 months" in note for note in short.notes)


def test_a_window_whose_opening_is_not_loaded_claims_nothing(two_services):
    for exhibit in (where_from_where_to, reasons_for_leaving):
        unknown = made(two_services, exhibit, window_months="24")
        assert unknown.title.endswith("is not known, because the staff lists it needs are not loaded")
        assert unknown.table.height == 0


def test_where_nobody_left_nobody_is_said_to_have_left(staff):
    snapshot = staff({end.isoformat(): {"p": {}} for end in month_ends(OPENING, CLOSING)})
    assert made(snapshot, reasons_for_leaving).title == "Nobody left in the year to September 2026"
    assert made(snapshot, where_from_where_to).title == "Nobody left in the year to September 2026"


def test_a_service_that_nobody_left_reads_nobody_and_not_unknown(staff):
    months = {end.isoformat(): {"p": {"service": "Quiet"}, "q": {}} for end in month_ends(OPENING, CLOSING)}
    del months[CLOSING.isoformat()]["q"]
    quiet = made(staff(months), reasons_for_leaving, service="Quiet")
    assert quiet.title == "Quiet: nobody left in the year to September 2026"


def test_a_lead_does_not_see_the_two_of_podiatry_nor_what_would_give_them_back(two_services):
    podiatry = made(two_services, reasons_for_leaving, "lead", service="Podiatry")
    assert podiatry.table["left"].is_null().all()
    therapies = made(two_services, reasons_for_leaving, "lead", service="Therapies")
    whole = made(two_services, reasons_for_leaving, "lead")
    assert column(whole, "left")["Total"] == 32
    assert column(therapies, "left")["Total"] is None  # 32 less 30 would be the two


def test_a_group_is_shown_in_three_kinds_only_to_whom_numbers_are_withheld(two_services):
    exhibit = made(two_services, reasons_for_leaving, "lead", service="Therapies")
    assert set(column(exhibit, "left")) == {
        "Not recorded or not informative", "Other recorded reasons", "Voluntary resignation", "Total"
    }  # fmt: skip


def test_leavers_are_not_shown_where_all_who_went_less_they_are_a_few(staff):
    """Twelve leave each service; two of Therapies go on leave, ten of Podiatry: fourteen less twelve is two."""
    months = {end.isoformat(): {} for end in month_ends(OPENING, CLOSING)}
    for end, people in months.items():
        for service in ("Therapies", "Podiatry", "Dietetics", "Orthotics"):
            gone = 12 if end > "2026-01-31" else 0
            people |= {f"{service}{n}": {"service": service} for n in range(gone, 40)}
        if end > "2026-01-31":
            people |= {f"Therapies{n}": {"service": "Therapies", "is_active": False} for n in (38, 39)}
            people |= {f"Podiatry{n}": {"service": "Podiatry", "is_active": False} for n in range(30, 40)}
    table = released_reasons(staff(months), LEAD, "XAA", OPENING, CLOSING, "service", "in")
    shown = dict(table.filter(kind="Total").select("group", "left").iter_rows())
    assert shown["Total"] == 48
    assert shown["Therapies"] is None
    # A row of one service alone would be that service: the next smallest is withheld with it.
    assert [number for service, number in shown.items() if service != "Total"].count(None) == 2


def test_leavers_withheld_in_the_flow_identity_are_withheld_here_with_all_they_divide_into(staff):
    months = {end.isoformat(): {f"p{n}": {} for n in range(30)} for end in month_ends(OPENING, CLOSING)}
    for end in months:
        if end > "2026-01-31":
            months[end] = {f"p{n}": {"is_active": n > 2} for n in range(20)}
    exhibit = made(staff(months), reasons_for_leaving, "lead")  # ten left, three are on leave: 13 went in all
    assert exhibit.table["left"].is_null().all()
    assert "is withheld" in exhibit.title


def _sums_give_back(table: pl.DataFrame, name: str) -> list[tuple]:
    """Name the withheld cells that a sum along kinds, details or groups would give back alone."""
    found = []
    hidden = pl.col(f"{name}_status").is_in(WITHHELD)
    for rows in (
        table.filter(pl.col("detail") == "Total").partition_by("group"),  # kinds of a group and their total
        table.filter(pl.col("group") == "Total", pl.col("kind") != "Total").partition_by("kind"),  # details of a kind
        table.filter(pl.col("detail") == "Total").partition_by("kind"),  # groups of a kind and their total
    ):
        for line in rows:
            withheld = line.filter(hidden)
            if line.height > 1 and withheld.height == 1:
                found.append(withheld.select("group", "kind", "detail").row(0))
    return found


@pytest.mark.parametrize("policy", [LEAD, BOARD], ids=["lead", "board"])
@pytest.mark.parametrize("dimension", ["service", "staff_group", "profession"])
def test_on_the_sample_no_margin_gives_a_withheld_cell_back(sample_workbench, policy, dimension):
    for organisation in sample_workbench.organisations:
        whose = (sample_workbench.snapshot, policy, organisation, OPENING, CLOSING, dimension, "in")
        for table, names in ((released_places(*whose), ("came", "went")), (released_reasons(*whose), ("left",))):
            for name in names:
                values = table[name].drop_nulls()
                assert not values.is_between(1, policy.smallest_shown - 1).any()
                if not policy.round_to:  # rounding leaves a range of its own
                    assert _sums_give_back(table, name) == []


@pytest.mark.parametrize("dimension", ["service", "staff_group", "profession"])
def test_on_the_sample_the_released_totals_are_the_flow_lines(sample_workbench, dimension):
    for organisation in sample_workbench.organisations:
        snapshot = sample_workbench.snapshot
        table = released_places(snapshot, ANALYST, organisation, OPENING, CLOSING, dimension, "in")
        totals = {r["group"]: (r["came"], r["went"]) for r in table.filter(kind="Total").iter_rows(named=True)}
        lines = flow_lines(snapshot, organisation, OPENING, CLOSING, by=[dimension])
        expected = {r[dimension]: (r["joiners"], r["leavers"]) for r in lines.iter_rows(named=True)}
        whole = flow_lines(snapshot, organisation, OPENING, CLOSING).row(0, named=True)
        assert totals.pop("Total") == (whole["joiners"], whole["leavers"])
        assert totals == {group: expected[group] for group in totals}
        assert all(expected[group] == (0, 0) for group in expected.keys() - totals.keys())


def test_the_whole_organisation_reads_the_same_whichever_way_it_is_split(sample_workbench):
    for release_of in (released_places, released_reasons):
        tables = [
            release_of(sample_workbench.snapshot, LEAD, "XAA", OPENING, CLOSING, dimension, "in").filter(group="Total")
            for dimension in ("service", "staff_group", "profession")
        ]
        assert tables[0].equals(tables[1]) and tables[0].equals(tables[2])


def test_on_the_sample_reasons_agree_with_the_raw_records_in_plain_python(sample_workbench):
    records: dict = {}
    for row in sample_workbench.sql("select * from staging.leavers order by leaving_date").rows(named=True):
        if row["leaving_date"] <= CLOSING:
            key = (row["organisation_code"], row["person_key"])
            before = records.get(key)
            rank = (row["leaving_date"], row["leaving_reason"] is not None, -(row["assignment_order"] or 0))
            if before is None or rank > before[0]:
                records[key] = (rank, row)
    for organisation in sample_workbench.organisations:
        lines = came_and_went(sample_workbench.snapshot, organisation, OPENING, CLOSING).filter(line="leavers")
        raw = [records[organisation, person][1] for person in lines["person_key"]]
        silent = [row for row in raw if row["leaving_reason"] in (None, "Unknown", "Not Set in Legacy at Migration")]
        resigned = [row for row in raw if "18" <= (row["leaving_reason_code"] or "") <= "28"]
        exhibit = released_reasons(
            sample_workbench.snapshot, ANALYST, organisation, OPENING, CLOSING, "service", "in"
        ).filter(group="Total")
        found = {(row["kind"], row["detail"]): row["left"] for row in exhibit.iter_rows(named=True)}
        nothing_said = [row for row in resigned if row["leaving_reason_code"] == "24"]
        assert found["Not recorded or not informative", "Not recorded"] == len(silent)
        assert found["Voluntary resignation", "Total"] == len(resigned) - len(nothing_said)
        assert found["Total", "Total"] == len(raw)
