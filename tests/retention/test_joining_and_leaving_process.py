"""How joining and leaving are handled: boundary days, those who stand on neither side, and the exhibit's estimate."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from workbench.exhibits import ExhibitRequest
from workbench.measures import evaluate
from workbench.periods import month_ends
from workbench.retention.process_exhibit import joining_and_leaving_process
from workbench.settings import Settings
from workbench.workbench import Workbench

OPENING, CLOSING = dt.date(2025, 9, 30), dt.date(2026, 9, 30)
MONTHS = month_ends(OPENING, CLOSING)
LEFT = dt.date(2026, 3, 15)


def on_lists(*people, last=CLOSING, first=OPENING, **changes):
    """{month end: {person: changes}} for people who stand on every list from one month end to another."""
    return {end: dict.fromkeys(people, changes) for end in MONTHS if first <= end <= last}


def merged(*runs):
    months = {end.isoformat(): {} for end in MONTHS}
    for run in runs:
        for end, people in run.items():
            months[end.isoformat()] |= people
    return months


def share(snapshot, measure, as_at=CLOSING, **options):
    result = evaluate(snapshot, measure, organisation="XAA", as_at=as_at, options=options)
    row = result.frame.row(0, named=True)
    return row["numerator"], row["denominator"], result.stamp["counts"]


def gone(staff, **record):
    months = merged(on_lists("stays"), on_lists("p", last=dt.date(2026, 2, 28)))
    return staff(months, leavers=[{"person_key": "p", "assignment_key": "p", "leaving_date": LEFT} | record])


@pytest.mark.parametrize(("days", "late"), [(-30, 0), (0, 0), (1, 1), (40, 1)])
def test_entered_on_the_last_day_is_in_time_and_a_day_later_is_late(staff, days, late):
    snapshot = gone(staff, entered_date=LEFT + dt.timedelta(days=days))
    assert share(snapshot, "leavers_entered_late")[:2] == (late, 1)


def test_a_leaver_without_an_entry_date_stands_on_neither_side(staff):
    assert share(gone(staff), "leavers_entered_late") == (0, 0, {"without_entry_date": 1})


@pytest.mark.parametrize("reason", ["Has Not Worked", "Merged Organisation - Duplicate Record"])
def test_a_record_that_never_was_a_departure_is_not_entered_late(staff, reason):
    snapshot = gone(staff, leaving_reason=reason, entered_date=LEFT + dt.timedelta(days=9))
    assert share(snapshot, "leavers_entered_late")[1] == 0


@pytest.mark.parametrize(("begun", "counts"), [(0, 1), (90, 1), (91, 0)])
def test_the_bank_counts_up_to_ninety_days_after_leaving(staff, begun, counts):
    months = merged(on_lists("stays"), on_lists("p", last=dt.date(2026, 2, 28)))
    bank = {"person_key": "p", "period": dt.date(2026, 7, 31), "contract_type_code": "01"}
    bank |= {"assignment_start_date": LEFT + dt.timedelta(days=begun)}
    snapshot = staff(months, leavers=[{"person_key": "p", "leaving_date": LEFT}], outside=[bank])
    assert share(snapshot, "bank_after_leaving")[:2] == (counts, 1)


def test_a_leaver_of_the_last_ninety_days_cannot_be_judged_yet(staff):
    snapshot = gone(staff)
    assert share(snapshot, "bank_after_leaving", as_at=CLOSING)[:2] == (0, 1)
    late = merged(on_lists("stays"), on_lists("p", last=dt.date(2026, 7, 31)))
    snapshot = staff(late, leavers=[{"person_key": "p", "leaving_date": dt.date(2026, 8, 3)}])
    assert share(snapshot, "bank_after_leaving") == (0, 0, {"not_yet_judged": 1})


@pytest.mark.parametrize(("code", "retired"), [("13", 0), ("14", 1), ("17", 1), ("18", 0)])
def test_retired_are_reasons_14_to_17(staff, code, retired):
    snapshot = gone(staff, leaving_reason="as listed", leaving_reason_code=code)
    assert share(snapshot, "retire_and_return")[:2] == (0, retired)


def test_whoever_retired_and_started_again_has_returned_and_flexi_retirement_is_counted_apart(staff):
    months = merged(
        on_lists("stays"), on_lists("p", last=dt.date(2026, 2, 28)), on_lists("p", first=dt.date(2026, 5, 31))
    )
    retired = {"person_key": "p", "leaving_date": LEFT, "leaving_reason": "as listed", "leaving_reason_code": "14"}
    snapshot = staff(months, leavers=[retired], starters=[{"person_key": "p", "start_date": dt.date(2026, 5, 4)}])
    assert share(snapshot, "retire_and_return")[:2] == (1, 1)
    assert share(gone(staff, leaving_reason="Flexi Retirement"), "retire_and_return") == (0, 0, {"flexi_retirement": 1})


def starter(**record):
    return {"person_key": "p", "start_date": dt.date(2026, 3, 2), "previous_employer_uses_esr": True} | record


@pytest.mark.parametrize(
    ("record", "any_time", "by_start"),
    [
        ({"iat_status": "completed", "iat_completed_date": dt.date(2026, 3, 2)}, (1, 1), (1, 1)),
        ({"iat_status": "completed", "iat_completed_date": dt.date(2026, 3, 3)}, (1, 1), (0, 1)),
        ({"iat_status": "completed"}, (1, 1), (0, 1)),
        ({"iat_status": "requested"}, (0, 1), (0, 1)),
        ({}, (0, 1), (0, 1)),
        ({"previous_employer_uses_esr": False}, (0, 0), (0, 0)),
        ({"previous_employer_uses_esr": None, "iat_status": "completed"}, (0, 0), (0, 0)),
    ],
)
def test_the_transfer_counts_for_starters_from_esr_employers_only(staff, record, any_time, by_start):
    snapshot = staff(merged(on_lists("stays"), on_lists("p", first=dt.date(2026, 3, 31))), starters=[starter(**record)])
    assert share(snapshot, "iat_use")[:2] == any_time
    assert share(snapshot, "iat_use", timing="by_start")[:2] == by_start


def test_doctors_in_training_are_apart(staff):
    months = merged(on_lists("stays"), on_lists("p", first=dt.date(2026, 3, 31), is_trainee=True))
    snapshot = staff(months, starters=[starter(iat_status="completed")])
    assert share(snapshot, "iat_use")[:2] == (0, 0)
    assert share(snapshot, "iat_use", trainees="in")[:2] == (1, 1)


def test_without_starters_or_leavers_nothing_is_claimed(staff):
    snapshot = staff(merged(on_lists("stays")))
    for measure in ("iat_use", "leavers_entered_late", "bank_after_leaving", "retire_and_return"):
        assert evaluate(snapshot, measure, organisation="XAA", as_at=CLOSING).frame["status"].to_list() == ["no_data"]


@pytest.fixture
def sixty_leavers(staff):
    """Sixty leave; twenty of them are entered ten days late. Thirty starters, of whom twenty-eight were transferred."""
    people = [f"p{n}" for n in range(60)]
    months = merged(
        on_lists("stays"),
        on_lists(*people, last=dt.date(2026, 2, 28), fte=0.5),
        on_lists(*(f"n{n}" for n in range(30)), first=dt.date(2026, 3, 31)),
    )
    leavers = [
        {"person_key": who, "leaving_date": LEFT, "entered_date": LEFT + dt.timedelta(days=10 if n < 20 else -5)}
        for n, who in enumerate(people)
    ]
    starters = [
        starter(
            person_key=f"n{n}", iat_status="completed" if n < 28 else "none", iat_completed_date=dt.date(2026, 2, 1)
        )
        for n in range(30)
    ]
    return staff(months, leavers=leavers, starters=starters)


def made(snapshot, audience, **options):
    nowhere = Path("nowhere")
    workbench = Workbench(snapshot, Settings(home=nowhere, key_file=nowhere, reports=nowhere), audience)
    return joining_and_leaving_process(workbench, ExhibitRequest("XAA", CLOSING, options))


def test_pay_at_risk_is_days_times_fte_and_called_an_estimate(sixty_leavers):
    exhibit = made(sixty_leavers, "analyst")
    assert exhibit.title == (
        "In the year to September 2026 93% of records from other ESR employers were transferred and 33% of leavers "
        "were entered after they had left"
    )
    assert any("median of 10 days" in note and "as an estimate: 100 FTE days" in note for note in exhibit.notes)


def test_a_lead_does_not_see_that_all_but_two_were_transferred(sixty_leavers):
    table = made(sixty_leavers, "lead").table
    assert table["share"].to_list()[:3] == [None, None, pytest.approx(100 / 3)]


def test_a_filter_does_not_apply_and_the_exhibit_says_so(sixty_leavers):
    exhibit = made(sixty_leavers, "analyst", service="Therapies")
    assert any("not followed: service: Therapies" in note for note in exhibit.notes)
