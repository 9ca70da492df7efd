from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from workbench.errors import ParameterError, UnknownName
from workbench.retention import flow_lines as module
from workbench.retention.flow_lines import (
    ARRIVALS,
    DEPARTURES,
    LINES,
    FlowIdentityError,
    flow_lines,
    monthly_flow_lines,
    people_by_line,
)

VECTOR = json.loads((Path(__file__).parents[1] / "oracles/retention_flows.json").read_text(encoding="utf-8"))[
    "sixteen_people"
]
OPENING, CLOSING = (dt.date.fromisoformat(VECTOR[name]) for name in ("opening_date", "closing_date"))
YEAR_AGO, HALF, NOW = "2025-09-30", "2026-03-31", "2026-09-30"
AHP, NURSING = "Allied Health Professionals", "Nursing"
FTE_NAMES = {"fte_change_of_stayers": "fte_change"}


def day(text):
    return dt.date.fromisoformat(text)


def sixteen_people():
    """The worked example as month-end lists; a person of organisation Y is the same human being as the one of X."""
    months = {}
    for end in [VECTOR["opening_date"], *(step[0] for step in VECTOR["monthly_steps"]["rows"])]:
        people = {}
        for row in (dict(zip(VECTOR["columns"], values, strict=True)) for values in VECTOR["rows"]):
            listed = row["first_day"] <= end and (row["last_day"] is None or row["last_day"] >= end)
            if not listed or row["contract_type"] not in VECTOR["filters"]["contract_type"]:
                continue
            active = row["assignment_status"] in VECTOR["filters"]["active_status"]
            key = row["person"] + ("" if row["organisation"] == "X" else "-elsewhere")
            person = people.setdefault(key, {"is_active": False, "fte": Decimal(0), "fte_active": Decimal(0)})
            person |= {"organisation_code": row["organisation"], "staff_group": row["staff_group"]}
            person["is_active"] |= active
            person["fte"] += Decimal(str(row["contracted_fte"]))
            person["fte_active"] += Decimal(str(row["contracted_fte"])) if active else 0
        months[end] = people
    return months


@pytest.fixture
def sixteen(staff):
    months = {end: people | {"y": {"organisation_code": "Y"}} for end, people in sixteen_people().items()}
    return staff(months, organisation="X", linked={"p15-elsewhere": "p15"})


@pytest.fixture
def unlinked(staff):
    return staff(sixteen_people(), organisation="X")


def lines(snapshot, opening=YEAR_AGO, closing=NOW, organisation="XAA", **asked):
    return flow_lines(snapshot, organisation, day(opening), day(closing), **asked)


def on_line(snapshot, line, opening=YEAR_AGO, closing=NOW, organisation="XAA", **asked):
    people = people_by_line(snapshot, organisation, day(opening), day(closing), **asked)
    return people.filter((pl.col("line_at_opening") == line) | (pl.col("line_at_closing") == line))[
        "person_key"
    ].to_list()


@pytest.mark.parametrize(("place", "within"), [(None, None), ("04", {"staff_group": "04"})])
def test_sixteen_people_each_stand_on_the_line_of_the_worked_example(unlinked, place, within):
    expected = next(
        case["result"]
        for case in VECTOR["expected"]
        if case["preset"] == "nhse_published" and case["organisations"] == ["X"] and case["staff_group"] == place
    )
    frame = flow_lines(unlinked, "X", OPENING, CLOSING, within=within)
    by = list(within or {})
    people = people_by_line(unlinked, "X", OPENING, CLOSING, by=by)
    for line in ("joiners", "moves_in", "returns", "leavers", "moves_out", "to_inactive", "stayers"):
        side = "closing" if line in ("joiners", "moves_in", "returns") else "opening"
        there = people.filter(pl.col(f"line_at_{side}") == line)
        for name, value in (within or {}).items():
            there = there.filter(pl.col(f"{name}_at_{side}") == value)
        assert there["person_key"].to_list() == expected[line]
        assert frame[line].item() == len(expected[line])
    for name in ("opening", "closing", "published_leavers", "published_joiners"):
        assert frame[name].item() == expected[name]
    for name, fte in expected["fte"].items():
        if name not in ("leaver_rate", "stability"):
            column = FTE_NAMES.get(name, f"{name}_fte")
            assert frame[column].item() == Decimal(str(fte)), name


def test_a_linked_move_to_the_other_organisation_is_a_line_of_its_own_and_takes_nothing_from_the_total(sixteen):
    frame = flow_lines(sixteen, "X", OPENING, CLOSING)
    assert on_line(sixteen, "to_other_organisation", "2025-03-31", "2026-03-31", "X") == ["p15"]
    assert on_line(sixteen, "leavers", "2025-03-31", "2026-03-31", "X") == ["p02", "p04"]
    assert frame["published_leavers"].item() == 4
    other = flow_lines(sixteen, "Y", OPENING, CLOSING)
    assert (other["from_other_organisation"].item(), other["joiners"].item()) == (1, 0)


def test_month_steps_chain_and_are_those_of_the_worked_example(unlinked):
    steps = monthly_flow_lines(unlinked, "X", OPENING, CLOSING, status="employed")
    shown = []
    for row in steps.iter_rows(named=True):
        came = row["joiners"] + row["rejoiners"]
        shown.append((row["month"].isoformat(), row["opening"], came, row["leavers"], row["closing"]))
    assert shown == [(end, o, len(came), len(gone), c) for end, o, came, gone, c in VECTOR["monthly_steps"]["rows"]]
    assert sum(row[2] for row in shown) == VECTOR["monthly_steps"]["sum_in"]
    assert sum(row[3] for row in shown) == VECTOR["monthly_steps"]["sum_out"]
    assert steps["closing"].to_list()[:-1] == steps["opening"].to_list()[1:]


def test_one_who_came_back_inside_the_window_is_a_rejoiner_by_month_and_a_stayer_over_it(unlinked):
    assert on_line(unlinked, "rejoiners", "2025-11-30", "2025-12-31", "X") == ["p08"]
    assert "p08" in on_line(unlinked, "stayers", "2025-03-31", "2026-03-31", "X")


def test_moves_in_are_moves_out_over_all_groups(unlinked):
    frame = flow_lines(unlinked, "X", OPENING, CLOSING, by=["staff_group"])
    assert frame["moves_in"].sum() == frame["moves_out"].sum() == 2
    assert frame["staff_group"].to_list() == ["04", "08"]


def test_a_group_that_exists_nowhere_is_a_row_of_noughts(unlinked):
    frame = flow_lines(unlinked, "X", OPENING, CLOSING, within={"staff_group": "99"})
    assert frame.height == 1
    assert (frame["opening"].item(), frame["closing"].item(), frame["status"].item()) == (0, 0, "ok")


def test_on_maternity_leave_at_both_ends_is_no_flow(staff):
    away = {"a": {"is_active": False}}
    frame = lines(staff({YEAR_AGO: away, NOW: away}))
    assert frame.select("opening", *(line.name for line in LINES), "closing").row(0) == (0,) * (len(LINES) + 2)


def test_leaving_while_inactive_is_no_line_of_the_active_group(staff):
    frame = lines(staff({YEAR_AGO: {"a": {"is_active": False}, "b": {}}, NOW: {"b": {}}}))
    assert (frame["leavers"].item(), frame["opening"].item(), frame["stayers"].item()) == (0, 1, 1)


@pytest.mark.parametrize(
    ("kind", "line_in", "line_out"), [("recode", "recodes_in", "recodes_out"), ("movement", "moves_in", "moves_out")]
)
def test_another_staff_group_is_a_recode_if_only_the_coding_changed_and_a_move_otherwise(
    staff, kind, line_in, line_out
):
    change = {"period": day("2026-09-30"), "previous_period": day("2026-08-31"), "assignment_key": "a", "kind": kind}
    snapshot = staff(
        {"2026-08-31": {"a": {"staff_group": AHP}}, NOW: {"a": {"staff_group": NURSING}}}, coding_changes=[change]
    )
    frame = lines(snapshot, "2026-08-31", by=["staff_group"])
    assert frame.filter(staff_group=AHP)[line_out].item() == 1
    assert frame.filter(staff_group=NURSING)[line_in].item() == 1
    assert frame["published_leavers"].sum() == 1
    assert lines(snapshot, "2026-08-31")["stayers"].item() == 1


def test_one_movement_among_recodes_makes_the_window_a_move(staff):
    snapshot = staff(
        {
            "2026-07-31": {"a": {"staff_group": AHP}},
            "2026-08-31": {"a": {"staff_group": "Scientific"}},
            NOW: {"a": {"staff_group": NURSING}},
        },
        coding_changes=[
            {"period": day(now), "previous_period": day(before), "assignment_key": "a", "kind": kind}
            for before, now, kind in (("2026-07-31", "2026-08-31", "recode"), ("2026-08-31", NOW, "movement"))
        ],
    )
    assert lines(snapshot, "2026-07-31", by=["staff_group"])["moves_in"].sum() == 1
    assert lines(snapshot, "2026-07-31", "2026-08-31", by=["staff_group"])["recodes_in"].sum() == 1


def test_a_group_that_differs_after_an_absence_is_a_move_because_nobody_saw_it_change(staff):
    snapshot = staff(
        {"2026-07-31": {"a": {"staff_group": AHP}}, "2026-08-31": {"b": {}}, NOW: {"a": {"staff_group": NURSING}}}
    )
    assert on_line(snapshot, "moves_in", "2026-07-31", by=["staff_group"]) == ["a"]


def test_placed_by_another_assignment_in_another_group_is_a_move(staff):
    snapshot = staff(
        {"2026-08-31": {"a": {"staff_group": AHP}}, NOW: {"a": {"staff_group": NURSING, "assignment_key": "a2"}}}
    )
    assert lines(snapshot, "2026-08-31", by=["staff_group"])["moves_out"].sum() == 1


def test_a_second_assignment_that_ends_is_a_change_of_fte_and_nothing_else(staff):
    frame = lines(staff({YEAR_AGO: {"a": {"fte": 0.8, "assignments": 2}}, NOW: {"a": {"fte": 0.5, "assignments": 1}}}))
    assert (frame["stayers"].item(), frame["fte_change"].item()) == (1, Decimal("-0.3"))


def test_fte_of_nought_and_above_one_is_added_up_as_it_is(staff):
    frame = lines(staff({YEAR_AGO: {"a": {"fte": 0.0}, "b": {"fte": 1.35}}, NOW: {"a": {"fte": 0.0}}}))
    assert (frame["leavers"].item(), frame["leavers_fte"].item(), frame["closing_fte"].item()) == (
        1,
        Decimal("1.35"),
        0,
    )


def test_a_leaver_to_the_bank_is_a_leaver_because_bank_work_is_outside(staff):
    snapshot = staff(
        {YEAR_AGO: {"a": {}, "b": {}}, NOW: {"b": {}}},
        outside=[{"person_key": "a", "period": day(NOW), "contract_type": "Bank"}],
    )
    assert on_line(snapshot, "leavers") == ["a"]


def test_retire_and_return_is_a_rejoiner_and_not_a_new_joiner(staff):
    snapshot = staff({"2025-03-31": {"a": {}, "b": {}}, YEAR_AGO: {"b": {}}, NOW: {"a": {}, "b": {}, "c": {}}})
    assert on_line(snapshot, "rejoiners") == ["a"]
    assert on_line(snapshot, "joiners") == ["c"]


def test_a_fixed_term_renewed_the_next_day_is_no_flow(staff):
    ends = ("2026-07-31", "2026-08-31", NOW)
    snapshot = staff({end: {"a": {"assignment_key": f"a{n // 2}"}} for n, end in enumerate(ends)})
    assert on_line(snapshot, "stayers", "2026-07-31") == ["a"]


def test_an_employee_number_that_changed_is_a_leaver_and_a_joiner_because_nothing_shows_they_are_one(staff):
    frame = lines(staff({YEAR_AGO: {"old": {}}, NOW: {"new": {}}}))
    assert (frame["leavers"].item(), frame["joiners"].item()) == (1, 1)


def test_rotating_trainees_can_be_left_out(staff):
    doctor = {"is_trainee": True, "staff_group": "Medical"}
    snapshot = staff({"2026-07-31": {"t1": doctor, "b": {}}, "2026-08-31": {"t2": doctor, "b": {}}})
    for trainees, left in (("in", 1), ("out", 0)):
        frame = lines(snapshot, "2026-07-31", "2026-08-31", trainees=trainees)
        assert (frame["leavers"].item(), frame["joiners"].item(), frame["stayers"].item()) == (left, left, 1)


def test_finishing_training_is_a_move_into_the_group_without_trainees(staff):
    snapshot = staff({YEAR_AGO: {"a": {"is_trainee": True}}, NOW: {"a": {}}})
    assert on_line(snapshot, "moves_in", trainees="out") == ["a"]


def test_a_month_that_is_not_loaded_is_no_data_and_nobody_leaves_across_it(staff):
    snapshot = staff({"2026-07-31": {"a": {}}, NOW: {"a": {}, "b": {}}})
    steps = monthly_flow_lines(snapshot, "XAA", day("2026-06-30"), day(NOW))
    assert steps["status"].to_list() == ["no_data"] * 3
    assert steps["leavers"].null_count() == steps["closing_fte"].null_count() == 3
    over_it = lines(snapshot, "2026-07-31")
    assert (over_it["stayers"].item(), over_it["joiners"].item(), over_it["status"].item()) == (1, 1, "ok")


def test_nobody_listed_before_a_missing_month_counts_as_having_been_here_for_want_of_it(staff):
    snapshot = staff({"2026-06-30": {"a": {}}, "2026-08-31": {"a": {}}, NOW: {"a": {}}})
    assert on_line(snapshot, "stayers", "2026-08-31") == ["a"]
    assert lines(snapshot, "2026-08-31")["rejoiners"].item() == 0


@pytest.mark.parametrize("reason", ["Merged Organisation - Duplicate Record", "Has Not Worked"])
def test_an_artefact_of_the_records_is_no_leaver_and_has_its_own_line(staff, reason):
    snapshot = staff(
        {YEAR_AGO: {"a": {}, "b": {}}, NOW: {"b": {}}},
        leavers=[{"person_key": "a", "leaving_date": day("2026-01-31"), "leaving_reason": reason}],
    )
    frame = lines(snapshot)
    assert (frame["artefacts"].item(), frame["leavers"].item(), frame["published_leavers"].item()) == (1, 0, 0)


def test_a_leaving_date_with_the_assignment_still_listed_is_a_stayer_point_to_point(staff):
    snapshot = staff(
        {YEAR_AGO: {"a": {}}, NOW: {"a": {}}}, leavers=[{"person_key": "a", "leaving_date": day("2026-01-31")}]
    )
    assert on_line(snapshot, "stayers") == ["a"]


def test_gone_without_a_leaving_date_is_a_leaver_point_to_point(staff):
    assert on_line(staff({YEAR_AGO: {"a": {}, "b": {}}, NOW: {"b": {}}}), "leavers") == ["a"]


def test_everybody_leaves_and_everybody_joins(staff):
    frame = lines(staff({YEAR_AGO: {"a": {}, "b": {}}, NOW: {"c": {}}}))
    assert (frame["leavers"].item(), frame["joiners"].item(), frame["stayers"].item()) == (2, 1, 0)


def test_nobody_leaves(staff):
    frame = lines(staff({YEAR_AGO: {"a": {}}, NOW: {"a": {}}}))
    assert (frame["published_leavers"].item(), frame["published_joiners"].item()) == (0, 0)


def test_staying_employed_elsewhere_is_moving_there_only_if_active_at_the_closing(staff):
    elsewhere = {"organisation_code": "XBB"}
    months = {
        YEAR_AGO: {"a": {}, "b": {}, "c": {}, "x": elsewhere},
        NOW: {"c": {}, "a2": elsewhere, "b2": elsewhere | {"is_active": False}, "x": elsewhere},
    }
    snapshot = staff(months, linked={"a2": "a", "b2": "b"})
    assert on_line(snapshot, "to_other_organisation") == ["a"]
    assert on_line(snapshot, "leavers") == ["b"]
    assert on_line(snapshot, "from_other_organisation", organisation="XBB") == ["a2"]


def merger(effective="2026-04-01"):
    return {"organisation_code": "XBB", "predecessor_organisation_code": "xaa ", "effective_date": day(effective)}


def test_staff_who_go_with_a_merger_are_on_its_line_on_both_sides(staff):
    there = {"organisation_code": "XBB"}
    months = {
        YEAR_AGO: {"linked": {}, "dated": {}, "other": {}, "x": there},
        NOW: {
            "x": there,
            "linked2": there,
            "dated2": there | {"organisation_start_date": day("2026-04-01")},
            "new": there | {"organisation_start_date": day("2026-05-01")},
        },
    }
    snapshot = staff(
        months | {"2026-08-31": {"y": {}}} | {NOW: months[NOW] | {"y": {}}},
        linked={"linked2": "linked"},
        leavers=[
            {"person_key": "dated", "leaving_date": day("2026-03-31")},
            {"person_key": "other", "leaving_date": day("2026-02-28")},
        ],
        organisation_changes=[merger()],
    )
    assert on_line(snapshot, "organisation_change_out") == ["dated", "linked"]
    assert on_line(snapshot, "leavers") == ["other"]
    assert on_line(snapshot, "organisation_change_in", organisation="XBB") == ["dated2", "linked2"]
    assert on_line(snapshot, "joiners", organisation="XBB") == ["new"]


def test_a_merger_outside_the_window_changes_nothing(staff):
    for effective in ("2025-09-30", "2026-10-01"):
        snapshot = staff(
            {YEAR_AGO: {"a": {}, "b": {}}, NOW: {"b": {}}},
            leavers=[{"person_key": "a", "leaving_date": day(effective) - dt.timedelta(days=1)}],
            organisation_changes=[merger(effective)],
        )
        assert on_line(snapshot, "leavers") == ["a"]


def test_opening_and_flows_that_are_not_the_closing_are_never_shown(staff, monkeypatch):
    snapshot = staff({YEAR_AGO: {"a": {}, "b": {}}, NOW: {"b": {}}})
    honest = module.people_by_line

    def one_lost(*args, **kwargs):
        people = honest(*args, **kwargs)
        return people.with_columns(line_at_opening=pl.col("line_at_opening").replace("leavers", "nowhere"))

    monkeypatch.setattr(module, "people_by_line", one_lost)
    with pytest.raises(FlowIdentityError, match="1 groups whose opening and flows are not their closing"):
        lines(snapshot)


@pytest.mark.parametrize(
    ("asked", "error"),
    [
        ({"by": ["age"]}, UnknownName),
        ({"within": {"gender": "1"}}, UnknownName),
        ({"trainees": "some"}, ParameterError),
        ({"status": "paid"}, ParameterError),
        ({"opening": NOW, "closing": NOW}, ParameterError),
    ],
)
def test_what_cannot_be_asked_is_said(staff, asked, error):
    snapshot = staff({YEAR_AGO: {"a": {}}, NOW: {"a": {}}})
    with pytest.raises(error):
        lines(snapshot, **asked)


def test_every_line_has_its_meaning_and_its_sign():
    assert {line.sign for line in ARRIVALS} == {1}
    assert {line.sign for line in DEPARTURES} == {-1}
    assert all(line.label and line.meaning for line in LINES)
