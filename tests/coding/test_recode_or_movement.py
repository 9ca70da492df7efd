"""Recodes are told apart from movements, and the bridge gives each change one term."""

from __future__ import annotations

import datetime as dt
import itertools
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from workbench.coding.bridge import ARRIVALS, DEPARTURES, ROWS, BridgeBroken, _assert_whole, profession_bridge
from workbench.errors import ParameterError, UnknownName

JULY, AUGUST = dt.date(2026, 7, 31), dt.date(2026, 8, 31)
S1K = {"occupation_code": "S1K"}
ASSISTANT = {"occupation_code": "S9E", "job_role_code": "07012", "staff_group_code": "07", "pay_band": "Band 3"}
# A day in August: what changed did so on that day.
IN_AUGUST = {"assignment_start_date": dt.date(2026, 8, 3)}


def pair(before: dict[str, Any], after: dict[str, Any], person: str = "p1") -> list[dict[str, Any]]:
    same = {"person_key": person, "assignment_key": f"{person}-1", "position_number": "0042", "position_title": "T"}
    return [same | {"period": JULY} | before, same | {"period": AUGUST} | after]


def kinds(built: Any) -> list[tuple[object, ...]]:
    rows = built.snapshot.sql("select person_key, kind from marts.coding_change order by all").rows()
    return list(rows)


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        (S1K, {}, "recode"),
        ({"job_role_code": "04042"}, {}, "recode"),
        ({"cost_centre": "5510"}, {}, "recode"),
        ({"staff_group_code": "07", "staff_group": "Additional Clinical Services"}, {}, "recode"),
        ({"area_of_work": None}, {}, "recode"),
        ({"job_role_code": "04042"}, IN_AUGUST, "movement"),
        (S1K, IN_AUGUST, "recode"),
        (S1K, {"position_number": "0099"}, "movement"),
        (S1K, {"team": "Hand clinic"}, "movement"),
        (S1K, {"directorate": "Surgery"}, "movement"),
        (S1K, {"pay_band": "Band 7"}, "movement"),
        (S1K, {"contracted_fte": "0.6"}, "movement"),
        ({}, {"team": "Hand clinic"}, "movement"),
        ({}, {"contracted_fte": "0.6"}, None),
        ({}, {}, None),
    ],
)
def test_what_changed_decides_between_recode_and_movement(
    review: Any, before: dict[str, Any], after: dict[str, Any], kind: str | None
) -> None:
    assert kinds(review(pair(before, after))) == ([("p1", kind)] if kind else [])


def test_who_is_not_employed_in_both_months_did_not_change(review: Any) -> None:
    assert kinds(review(pair(S1K | {"assignment_status_code": "13"}, {}))) == []


def test_a_month_that_is_not_loaded_is_bridged_and_told(review: Any) -> None:
    built = review(pair(S1K | {"period": dt.date(2026, 5, 31)}, {}))
    rows = built.snapshot.sql("select previous_period, period, kind from marts.coding_change").rows()
    assert rows == [(dt.date(2026, 5, 31), AUGUST, "recode")]


def terms(built: Any, profession: str, view: str = "coded") -> dict[str, float]:
    bridge = profession_bridge(built.snapshot, "XAA", JULY, AUGUST, view=view)
    assert bridge is not None
    [row] = bridge.filter(profession=profession).rows(named=True)
    return {name: float(value) for name, value in row.items() if name != "profession" and value != 0}


def test_a_corrected_code_is_a_recode_into_the_profession_and_no_joiner(review: Any) -> None:
    built = review(pair(S1K, {}))
    assert terms(built, "Physiotherapist") == {
        "people_recodes_in": 1,
        "people_closing": 1,
        "fte_recodes_in": 1,
        "fte_closing": 1,
    }
    assert terms(built, "Not an AHP")["people_recodes_out"] == 1


def test_all_the_evidence_together_knew_the_profession_before_the_code_was_corrected(review: Any) -> None:
    built = review(pair(S1K, {}))
    unchanged = {"people_opening": 1, "people_closing": 1, "fte_opening": 1, "fte_closing": 1}
    assert terms(built, "Physiotherapist", view="evidenced") == unchanged


def test_an_assistant_who_becomes_a_therapist_in_a_new_post_moves(review: Any) -> None:
    to = {"position_number": "0099"} | IN_AUGUST
    built = review(pair(ASSISTANT, to))
    assert kinds(built) == [("p1", "movement")]
    # Support staff of a profession belong to it, so the move changes the level and not the profession.
    assert terms(built, "Physiotherapist")["people_closing"] == 1


def test_joiners_leavers_movers_and_hours_each_stand_in_their_own_term(review: Any) -> None:
    to_physio = {"position_number": "0099"}
    ot = {"occupation_code": "S1C", "job_role_code": "04025"}
    posts = [
        *pair({}, {"contracted_fte": "0.6"}, "hours"),
        pair({}, {}, "joins")[1],
        pair({}, {}, "leaves")[0],
        *pair(ot, to_physio | {"contracted_fte": "0.8"}, "moves"),
        *pair(S1K, {}, "recoded"),
    ]
    assert terms(review(posts), "Physiotherapist") == pytest.approx(
        {
            "people_opening": 2,
            "people_joiners": 1,
            "people_moves_in": 1,
            "people_recodes_in": 1,
            "people_leavers": 1,
            "people_closing": 4,
            "fte_opening": 2,
            "fte_joiners": 1,
            "fte_moves_in": 1,
            "fte_recodes_in": 1,
            "fte_leavers": 1,
            "fte_change": -0.6,
            "fte_closing": 3.4,
        }
    )


def test_a_second_job_moves_in_because_the_person_was_here(review: Any) -> None:
    second = {"person_key": "p1", "assignment_key": "p1-2", "occupation_code": "S1C", "contracted_fte": "0.2"}
    built = review([*pair({}, {}), second])
    found = terms(built, "Occupational therapist")
    assert (found["people_moves_in"], found["fte_moves_in"]) == (1, 0.2)


def test_a_bridge_over_a_month_that_is_not_loaded_is_none(review: Any) -> None:
    built = review(pair({}, {}))
    assert profession_bridge(built.snapshot, "XAA", dt.date(2026, 6, 30), AUGUST) is None


def test_what_cannot_be_asked_is_refused(review: Any) -> None:
    built = review(pair({}, {}))
    with pytest.raises(UnknownName, match="evidenced"):
        profession_bridge(built.snapshot, "XAA", JULY, AUGUST, view="evidence")
    with pytest.raises(ParameterError, match="later"):
        profession_bridge(built.snapshot, "XAA", AUGUST, JULY)


def test_a_bridge_that_does_not_add_up_is_refused(review: Any) -> None:
    bridge = profession_bridge(review(pair({}, {})).snapshot, "XAA", JULY, AUGUST)
    assert bridge is not None
    with pytest.raises(BridgeBroken, match="Physiotherapist"):
        _assert_whole(bridge.with_columns(people_closing=bridge["people_closing"] * 2))


# `review` is a way to build records, and holds none of its own.
@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=some.data())
def test_whatever_happens_moves_and_recodes_of_lasting_jobs_add_up_to_nothing(
    review: Any, data: some.DataObject
) -> None:
    state = some.fixed_dictionaries(
        {
            "occupation_code": some.sampled_from(["S1E", "S1C", "S1K", None]),
            "position_number": some.sampled_from(["0042", "0099"]),
            "contracted_fte": some.sampled_from(["0.2", "0.6", "1"]),
            "contract_type_code": some.sampled_from(["05", "01"]),
        }
    )
    posts = []
    for person in range(data.draw(some.integers(1, 4))):
        first, second = pair(data.draw(state), data.draw(state), f"p{person}")
        posts += [row for row in (first, second) if data.draw(some.booleans()) or row["contract_type_code"] == "05"]
    built = review([*posts, {"period": JULY, "person_key": "x"}, {"period": AUGUST, "person_key": "y"}])
    for view in ("coded", "evidenced"):
        bridge = profession_bridge(built.snapshot, "XAA", JULY, AUGUST, view=view)
        assert bridge is not None
        assert bridge["profession"].to_list() == list(ROWS)
        assert bridge["fte_recodes_in"].sum() == bridge["fte_recodes_out"].sum()
        arrived = sum(bridge[f"people_{term}"].sum() for term in ARRIVALS)
        departed = sum(bridge[f"people_{term}"].sum() for term in DEPARTURES)
        assert bridge["people_opening"].sum() + arrived - departed == bridge["people_closing"].sum()


def test_every_step_of_the_sample_adds_up(sample_workbench: Any) -> None:
    for organisation in sample_workbench.organisations:
        months = sample_workbench.months(organisation)
        steps = [(months[0], months[-1]), *itertools.pairwise(months)]
        for opening, closing in steps:
            bridge = profession_bridge(sample_workbench.snapshot, organisation, opening, closing)
            assert bridge is not None
            assert bridge["fte_recodes_in"].sum() == bridge["fte_recodes_out"].sum()
