"""Where people came from and went: each person on one line, unknown never dropped, margins those of the flow lines."""

from __future__ import annotations

import datetime as dt
from collections import Counter

import pytest

from workbench.periods import month_ends
from workbench.retention.flow_lines import LINES, STAYERS, flow_lines
from workbench.retention.where_from_where_to import came_and_went, data_findings, flow_matrix

OPENING, CLOSING = dt.date(2025, 9, 30), dt.date(2026, 9, 30)


def listed(person, first="2025-09-30", last="2026-09-30", **changes):
    """One person on the staff lists from one month end to another; an active physiotherapist unless changed."""
    row = {"person_key": person, "assignment_key": f"{person}-1"} | changes
    return [row | {"period": end} for end in month_ends(dt.date.fromisoformat(first), dt.date.fromisoformat(last))]


def left(person, day, **changes):
    return {"person_key": person, "leaving_date": dt.date.fromisoformat(day)} | changes


def started(person, day, **changes):
    return {"person_key": person, "start_date": dt.date.fromisoformat(day)} | changes


@pytest.fixture
def snapshot_of(staff):
    """Build a snapshot from runs of `listed`, leavers and starters; a run on contract type 01 is on the bank."""

    def build(runs, leavers=(), starters=()):
        months = {end.isoformat(): {} for end in month_ends(dt.date(2024, 9, 30), CLOSING)}
        outside = []
        for row in (dict(row) for run in runs for row in run):
            if row.get("contract_type_code") == "01":
                outside.append(row)
            else:
                end = row.pop("period").isoformat()
                months[end][row.pop("person_key")] = row
        return staff(months, leavers=leavers, starters=starters, outside=outside)

    return build


def lines_of(snapshot, dimension=None, **how):
    return came_and_went(snapshot, "XAA", OPENING, CLOSING, dimension=dimension, **how)


def one(snapshot, person="p", dimension=None, **how):
    rows = lines_of(snapshot, dimension, **how).filter(person_key=person)
    return [(row["group"], row["line"], row["came_from"], row["went_to"]) for row in rows.iter_rows(named=True)]


def test_a_leaver_goes_where_the_record_says(snapshot_of):
    snapshot = snapshot_of(
        [listed("p", last="2026-03-31")], [left("p", "2026-04-12", destination_on_leaving_code="14")]
    )
    assert one(snapshot) == [("Total", "leavers", "In post at the opening", "Return to practice")]


def test_a_joiner_comes_from_where_the_record_says(snapshot_of):
    snapshot = snapshot_of(
        [listed("p", first="2026-03-31")], starters=[started("p", "2026-03-02", recruitment_source_code="14")]
    )
    assert one(snapshot) == [
        ("Total", "joiners", "Newly qualified, first qualification", "In post at the closing"),
    ]


def test_someone_who_came_and_went_without_a_record_stands_in_the_unknown_row_and_is_a_finding(snapshot_of):
    snapshot = snapshot_of([listed("gone", last="2026-03-31"), listed("new", first="2026-03-31")])
    assert one(snapshot, "gone") == [("Total", "leavers", "In post at the opening", "Not recorded")]
    assert one(snapshot, "new") == [("Total", "joiners", "Not recorded", "In post at the closing")]
    found = data_findings(snapshot, "XAA", OPENING, CLOSING)
    assert (found.left_without_record, found.joined_without_record) == (1, 1)


@pytest.mark.parametrize(
    ("last_day", "last_listed", "line"),
    [
        ("2025-09-30", "2025-09-30", "leavers"),  # last day is the opening month end: on that list, on no later one
        ("2026-09-29", "2026-08-31", "leavers"),
        ("2026-09-30", "2026-09-30", "stayers"),  # last day is the closing month end: still on that list
    ],
)
def test_the_last_day_still_counts_as_employed(snapshot_of, last_day, last_listed, line):
    record = left("p", last_day, destination_on_leaving_code="01")
    ((_, found, _, went_to),) = one(snapshot_of([listed("p", last=last_listed)], [record]))
    assert (found, went_to) == (line, "NHS organisation" if line == "leavers" else "In post at the closing")


def test_a_leaving_date_that_has_passed_is_a_finding_while_the_person_is_listed(snapshot_of):
    snapshot = snapshot_of([listed("p")], [left("p", "2026-03-31", assignment_key="p-1")])
    assert one(snapshot) == [("Total", "stayers", "In post at the opening", "In post at the closing")]
    assert data_findings(snapshot, "XAA", OPENING, CLOSING).left_but_still_listed == 1


def test_a_second_assignment_that_ended_while_the_person_stays_is_no_finding(snapshot_of):
    snapshot = snapshot_of([listed("p")], [left("p", "2026-03-31", assignment_key="p-2")])
    assert data_findings(snapshot, "XAA", OPENING, CLOSING).left_but_still_listed == 0


def test_a_rehire_under_the_old_assignment_is_no_finding_where_a_later_start_is_recorded(snapshot_of):
    snapshot = snapshot_of([listed("p")], [left("p", "2026-03-31")], [started("p", "2026-05-01")])
    assert data_findings(snapshot, "XAA", OPENING, CLOSING).left_but_still_listed == 0


def test_a_leaving_date_before_the_opening_counts_where_the_person_was_still_listed(snapshot_of):
    late = left("p", "2025-08-31", assignment_key="p-1", destination_on_leaving_code="10")
    assert one(snapshot_of([listed("p", last="2025-10-31")], [late]))[0][3] == "Self-employed"


def test_the_record_of_an_earlier_employment_is_not_the_one_of_this_leaving(snapshot_of):
    earlier = left("p", "2022-08-31", destination_on_leaving_code="10")
    again = listed("p", last="2026-02-28", organisation_start_date=dt.date(2023, 5, 1))
    assert one(snapshot_of([again], [earlier]))[0][3] == "Not recorded"


def test_of_two_assignments_that_ended_on_one_day_the_one_with_a_reason_speaks_then_the_lowest(snapshot_of):
    def ended(order, code, reason=None):
        number = {"assignment_key": f"p-{order}", "assignment_order": order, "leaving_reason": reason}
        return left("p", "2026-03-15", destination_on_leaving_code=code, **number)

    run = [listed("p", last="2026-02-28")]
    assert one(snapshot_of(run, [ended(1, "10"), ended(2, "01", "Promotion")]))[0][3] == "NHS organisation"
    assert one(snapshot_of(run, [ended(2, "01"), ended(1, "10")]))[0][3] == "Self-employed"


def test_left_twice_in_a_window_is_one_leaver_with_the_last_destination(snapshot_of):
    stays = [listed("p", last="2025-11-30"), listed("p", first="2026-02-28", last="2026-04-30")]
    records = [
        left("p", "2025-12-10", destination_on_leaving_code="01"),
        left("p", "2026-05-10", destination_on_leaving_code="15"),
    ]
    assert one(snapshot_of(stays, records)) == [("Total", "leavers", "In post at the opening", "No employment")]


def test_left_and_came_back_inside_the_window_is_a_stayer(snapshot_of):
    stays = [listed("p", last="2025-11-30"), listed("p", first="2026-02-28")]
    assert one(snapshot_of(stays, [left("p", "2025-12-10")]))[0][1] == "stayers"


def test_a_rejoiner_comes_with_the_record_of_the_new_start(snapshot_of):
    stays = [listed("p", "2024-09-30", "2025-01-31"), listed("p", first="2026-02-28")]
    starts = [
        started("p", "2024-09-01", recruitment_source_code="01"),
        started("p", "2026-02-02", recruitment_source_code="17"),
    ]
    assert one(snapshot_of(stays, starters=starts))[0][1:3] == ("rejoiners", "No employment")


def test_the_record_of_the_first_start_is_not_the_one_of_the_second(snapshot_of):
    stays = [listed("p", "2024-09-30", "2025-01-31"), listed("p", first="2026-02-28")]
    assert one(snapshot_of(stays, starters=[started("p", "2024-09-01", recruitment_source_code="01")]))[0][2] == (
        "Not recorded"
    )


def test_a_record_that_never_was_a_departure_is_out_of_leavers_and_counted(snapshot_of):
    snapshot = snapshot_of([listed("p", last="2026-03-31")], [left("p", "2026-04-12", leaving_reason="Has Not Worked")])
    assert one(snapshot) == [("Total", "artefacts", "In post at the opening", "Record artefact")]
    assert data_findings(snapshot, "XAA", OPENING, CLOSING).artefacts == 1


def test_a_leaver_to_the_bank_has_left_the_substantive_staff(snapshot_of):
    stays = [listed("p", last="2026-03-31"), listed("p", first="2026-04-30", contract_type_code="01")]
    snapshot = snapshot_of(stays, [left("p", "2026-04-12")])
    assert one(snapshot)[0][1] == "leavers"


def test_maternity_at_both_ends_is_no_flow(snapshot_of):
    away = listed("p", is_active=False)
    assert one(snapshot_of([away])) == []


def test_going_on_leave_and_coming_back_are_lines_of_their_own(snapshot_of):
    going = [listed("p", last="2026-01-31"), listed("p", first="2026-02-28", is_active=False)]
    back = [listed("q", last="2026-01-31", is_active=False), listed("q", first="2026-02-28")]
    snapshot = snapshot_of([*going, *back])
    assert one(snapshot)[0][1:] == ("to_inactive", "In post at the opening", "On leave or seconded out")
    assert one(snapshot, "q")[0][1:] == ("returns", "On leave or seconded out", "In post at the closing")


def test_left_while_inactive_is_on_no_line_because_active_service_was_left_before(snapshot_of):
    away = listed("p", last="2026-03-31", is_active=False)
    assert one(snapshot_of([away], [left("p", "2026-04-12")])) == []


def test_a_move_is_out_of_one_group_and_into_another_and_neither_for_the_organisation(snapshot_of):
    moved = [listed("p", last="2026-01-31"), listed("p", first="2026-02-28", service="Podiatry")]
    assert one(snapshot_of(moved), dimension="service") == [
        ("Podiatry", "moves_in", "From: Therapies", "In post at the closing"),
        ("Therapies", "moves_out", "In post at the opening", "To: Podiatry"),
    ]
    assert one(snapshot_of(moved))[0][1] == "stayers"


def test_with_trainees_left_out_a_trainee_who_is_appointed_comes_in(snapshot_of):
    appointed = [listed("p", last="2026-07-31", is_trainee=True), listed("p", first="2026-08-31")]
    ((_, _, came_from, went_to),) = one(snapshot_of(appointed), trainees="out")
    assert (came_from, went_to) == ("From: doctors in training", "In post at the closing")


def test_whoever_is_active_in_another_organisation_served_went_there_whatever_was_recorded(staff):
    here, there = {"p": {}}, {"q": {"organisation_code": "XBB"}}
    snapshot = staff(
        {OPENING.isoformat(): here, CLOSING.isoformat(): there},
        leavers=[left("p", "2026-03-31", destination_on_leaving_code="03")],
        linked={"q": "p"},
    )
    ((_, line, _, went_to),) = one(snapshot)
    assert (line, went_to) == ("to_other_organisation", "Another organisation served here")


def test_joined_and_left_inside_is_in_neither_count_and_shown_by_itself(snapshot_of):
    short = listed("p", "2025-12-31", "2026-03-31")
    snapshot = snapshot_of([listed("q"), short], [left("p", "2026-04-12")], [started("p", "2025-12-01")])
    assert one(snapshot) == []
    found = data_findings(snapshot, "XAA", OPENING, CLOSING)
    assert (found.joined_and_left_inside, found.between_two_lists) == (1, 0)


def test_started_and_left_between_two_lists_is_counted_though_no_list_shows_it(snapshot_of):
    snapshot = snapshot_of([listed("q")], [left("p", "2026-04-12")], [started("p", "2026-04-07")])
    found = data_findings(snapshot, "XAA", OPENING, CLOSING)
    assert (found.joined_and_left_inside, found.between_two_lists) == (1, 1)


def test_everybody_leaves_and_nobody_does(snapshot_of):
    everybody = snapshot_of(
        [listed(f"p{n}", last="2026-01-31") for n in range(3)] + [listed("bank", contract_type_code="01")]
    )
    assert lines_of(everybody)["line"].to_list() == ["leavers"] * 3
    assert lines_of(snapshot_of([listed("p")]))["line"].to_list() == ["stayers"]


def test_an_empty_organisation_has_no_line(snapshot_of):
    assert lines_of(snapshot_of([listed("bank", contract_type_code="01")])).height == 0


def test_the_margins_of_the_matrix_are_the_lines_of_the_flow_identity(snapshot_of):
    people = [listed(f"stay{n}") for n in range(4)]
    people += [listed(f"gone{n}", last="2026-01-31") for n in range(3)]
    people += [listed("new", first="2026-01-31")]
    snapshot = snapshot_of(people, [left("gone0", "2026-02-01", destination_on_leaving_code="01")])
    lines = lines_of(snapshot)
    cells = {(row["came_from"], row["went_to"]): row["people"] for row in flow_matrix(lines).iter_rows(named=True)}
    assert cells == {
        ("In post at the opening", "In post at the closing"): 4,
        ("In post at the opening", "NHS organisation"): 1,
        ("In post at the opening", "Not recorded"): 2,
        ("Not recorded", "In post at the closing"): 1,
        ("In post at the opening", "Total"): 7,
        ("Not recorded", "Total"): 1,
        ("Total", "In post at the closing"): 5,
        ("Total", "NHS organisation"): 1,
        ("Total", "Not recorded"): 2,
        ("Total", "Total"): 8,
    }


def test_on_the_sample_the_margins_of_every_matrix_are_the_flow_lines(sample_workbench):
    snapshot = sample_workbench.snapshot
    for organisation in sample_workbench.organisations:
        for dimension in (None, "service", "staff_group", "profession"):
            for trainees in ("in", "out"):
                lines = came_and_went(snapshot, organisation, OPENING, CLOSING, dimension=dimension, trainees=trainees)
                by = [dimension] if dimension else []
                expected = flow_lines(snapshot, organisation, OPENING, CLOSING, by=by, trainees=trainees)
                for row in expected.iter_rows(named=True):
                    group = lines.filter(group=row[dimension] if dimension else "Total")
                    counted = Counter(group["line"])
                    assert {name: row[name] for name in counted} == counted
                    assert counted.total() == row["opening"] + row["closing"] - row[STAYERS]
                    margins = {
                        (r["came_from"], r["went_to"]): r["people"] for r in flow_matrix(group).iter_rows(named=True)
                    }
                    assert margins.get(("In post at the opening", "Total"), 0) == row["opening"]
                    assert margins.get(("Total", "In post at the closing"), 0) == row["closing"]
                assert sum(expected[line.name].sum() for line in LINES) + expected[STAYERS].sum() == lines.height


def test_on_the_sample_each_place_is_that_of_the_last_raw_record_in_plain_python(sample_workbench):
    sides = (
        ("leavers", "leaving_date", "destination_on_leaving", "15", "went_to", ("leavers",)),
        ("starters", "start_date", "recruitment_source", "17", "came_from", ("joiners", "rejoiners")),
    )
    raw = {table: sample_workbench.sql(f"select * from staging.{table}").to_dicts() for table, *_ in sides}
    for organisation in sample_workbench.organisations:
        lines = came_and_went(sample_workbench.snapshot, organisation, OPENING, CLOSING).to_dicts()
        for table, day, column, nowhere, place, wanted in sides:
            rows = [row for row in raw[table] if row["organisation_code"] == organisation and row[day] <= CLOSING]
            rows.sort(key=lambda r: (r[day], r.get("leaving_reason") is not None, -(r.get("assignment_order") or 0)))
            last = {row["person_key"]: row[f"{column}_code"] for row in rows}
            movers = [line for line in lines if line["line"] in wanted]
            meaning = {None: "Not recorded", "01": "NHS organisation", nowhere: "No employment"}
            assert movers
            for code, name in meaning.items():
                expected = [last[line["person_key"]] == code for line in movers]
                assert [line[place] == name for line in movers] == expected
