"""Ahead with nothing renewed, back by quarter, and what it would take: one literal trust at Level 1."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.attainment.attained import attainment_at
from workbench.attainment.forward_look import days_of_change, forward_look
from workbench.attainment.history import history, quarter_ends
from workbench.attainment.plans import STATES
from workbench.attainment.standard_sets import Test
from workbench.attainment.what_would_it_take import CHEAPEST_FIRST, SHORT_STATES, needed, what_would_it_take
from workbench.settings import Settings
from workbench.warehouse.snapshot import Snapshot

Build = Callable[..., Snapshot]
AS_AT = dt.date(2019, 6, 1)
TEAM, GROUP = "team:Physio team", "group:Allied health professionals"
TRUST_WIDE = ("1.1a", "1.1b", "1.2b", "1.3a", "1.3b", "1.3c", "1.3d")
OF_TEAMS = ("1.2a", "1.4b")


def people(number: int, start: int = 0, **changes: object) -> list[dict[str, object]]:
    return [{"person_key": f"ann {n}", **changes} for n in range(start, start + number)]


def plans(number: int, start: int = 0, **changes: object) -> list[dict[str, object]]:
    given = {"review_date": "2019-01-10", "approval_date": "2019-01-15", **changes}
    return [{**row, "plan_id": f"plan of {row['person_key']} {given['approval_date']}"}
            for row in people(number, start, **given)]  # fmt: skip


def level_1_records(**changes: dict[str, object]) -> list[dict[str, object]]:
    rows = [{"clause": clause} for clause in TRUST_WIDE]
    rows += [{"clause": clause, "scope": TEAM} for clause in OF_TEAMS]
    return [{**row, **changes.get(f"clause_{row['clause'].replace('.', '_')}", {})} for row in rows]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path, key_file=tmp_path / "key", reports=tmp_path / "reports")


@pytest.fixture
def at_level_1(register: Build) -> Callable[..., Snapshot]:
    """Ten physiotherapists of one team, all of Level 1 met; what is given changes that."""

    def build(**changes: object) -> Snapshot:
        given: dict[str, object] = {
            "staff": people(10),
            "plans": plans(10),
            "records": level_1_records(),
            "meetings": [{"kind": "workgroup", "meeting_date": "2019-05-12"}],
        } | changes
        staff, held = given.pop("staff"), given.pop("plans")
        return register(staff, held, **given)

    return build


def looked(snapshot: Snapshot, settings: Settings, as_at: dt.date = AS_AT):
    return forward_look(attainment_at(snapshot, settings, "XAA", as_at))


def test_nothing_falls_while_everything_holds(at_level_1, settings):
    look = looked(at_level_1(), settings)
    assert [look.today[scope] for scope in ("trust", GROUP, TEAM)] == [1, 1, 1]
    # groups in which nobody is in scope have no level, now and later
    assert look.today["group:Medical and dental"] is None
    assert look.levels["trust"] == {30: 1, 60: 1, 90: 1}
    assert look.falls == {}
    assert look.words() == "does not fall within 90 days, if nothing is renewed"


def test_the_level_falls_on_the_day_after_the_policy_is_36_months_old(at_level_1, settings):
    records = level_1_records(clause_1_3a={"evidence_date": "2016-07-10"})
    look = looked(at_level_1(records=records), settings)
    fall = look.falls["trust"]
    # approved on 10 July 2016, it holds on 10 July 2019 and not on the 11th
    assert (fall.day, fall.level, fall.clauses) == (dt.date(2019, 7, 11), 0, ("1.3a",))
    assert look.levels["trust"] == {30: 1, 60: 0, 90: 0}
    assert look.words() == "falls in 40 days, on 11 Jul 2019, to Level 0 (1.3a)"
    assert [(one.clause, one.last_day) for one in look.lapses] == [("1.3a", dt.date(2019, 7, 10))]
    # the group and the team inherit the policy and fall with it
    assert set(look.falls) == {"trust", GROUP, TEAM}


def test_plans_age_person_by_person_until_fewer_than_90_per_cent_are_active(at_level_1, settings):
    held = [plan for n in range(10) for plan in plans(1, n, review_date=f"2018-07-{n + 1:02}")]
    look = looked(at_level_1(plans=held), settings)
    # reviewed on 1 July: lapsed from 2 July 2019, when 9 of 10 are left, which is exactly 90%; 8 of 10 on the 3rd
    assert look.falls["trust"].day == dt.date(2019, 7, 3)
    assert look.falls["trust"].clauses == ("1.4a",)
    assert look.falls["trust"].reasons[0].startswith("8 of 10")
    assert look.plans_lapsing == {30: 0, 60: 10, 90: 10}


def test_a_renewal_after_the_date_does_not_exist_even_when_it_is_loaded(at_level_1, settings):
    old = plans(10, review_date="2018-07-01", status="superseded")
    renewed = plans(10, review_date="2019-06-15", approval_date="2019-06-20", start_date="2019-06-21")
    look = looked(at_level_1(plans=old + renewed), settings)
    assert look.falls["trust"].day == dt.date(2019, 7, 2)
    # from a date on which the renewal is known, nothing falls
    assert looked(at_level_1(plans=old + renewed), settings, dt.date(2019, 6, 25)).falls == {}


def test_entered_leavings_are_applied_and_announced_starters_are_not(at_level_1, settings):
    staff, held = people(11), plans(10)
    held[9]["review_date"] = "2018-06-20"
    snapshot = at_level_1(staff=staff, plans=held)
    # 10 of 11 now; 9 of 11 from 21 June
    assert looked(snapshot, settings).falls["trust"].day == dt.date(2019, 6, 21)
    leaving = {"person_key": "ann 10", "leaving_date": "2019-06-15", "entered_date": "2019-05-20"}
    starter = {"person_key": "new", "start_date": "2019-06-10"}
    # the one without a plan leaves: 10 of 10, then 9 of 10, which is exactly 90%
    assert looked(at_level_1(staff=staff, plans=held, leavers=[leaving], starters=[starter]), settings).falls == {}
    # a leaving entered after the date is not known on it
    unknown = {**leaving, "entered_date": "2019-06-05"}
    assert "trust" in looked(at_level_1(staff=staff, plans=held, leavers=[unknown]), settings).falls


def test_when_everybody_leaves_there_is_no_level(at_level_1, settings):
    leavers = [
        {"person_key": f"ann {n}", "leaving_date": "2019-06-10", "entered_date": "2019-05-20"} for n in range(10)
    ]
    look = looked(at_level_1(leavers=leavers), settings)
    assert look.levels["trust"] == {30: None, 60: None, 90: None}
    assert (look.falls["trust"].day, look.falls["trust"].level) == (dt.date(2019, 6, 11), None)
    assert "nobody is in scope" in look.words()


def test_level_0_cannot_fall(register: Build, settings):
    look = looked(register(people(3), plans(1)), settings)
    assert look.words() == "is 0 and cannot fall"
    assert looked(register(people(3)), settings).words() == "has no level: nobody is in scope"


def test_no_day_is_left_out_on_which_the_level_changes(at_level_1, settings):
    held = [plan for n in range(10) for plan in plans(1, n, review_date=f"2018-07-{2 * n + 1:02}")]
    records = level_1_records(clause_1_2a={"valid_until": "2019-06-20"})
    found = attainment_at(at_level_1(plans=held, records=records), settings, "XAA", AS_AT)
    days = days_of_change(found, found.known, AS_AT + dt.timedelta(days=90))
    assert {dt.date(2019, 6, 21), dt.date(2019, 6, 30), dt.date(2019, 7, 2), dt.date(2019, 7, 20)} <= set(days)
    assert forward_look(found).falls["trust"].day == dt.date(2019, 6, 21)


def test_each_quarter_end_answers_as_it_was_known_then(at_level_1, settings):
    months = [*people(10), *people(10, period="2019-06-30"), *people(10, period="2019-07-31")]
    snapshot = at_level_1(
        staff=[*people(10, period="2019-03-31"), *months],
        records=level_1_records(clause_1_3d={"evidence_date": "2019-04-02"}),
        meetings=[{"kind": "workgroup", "meeting_date": "2019-02-12"}],
    )
    rows = history(snapshot, settings, "XAA", dt.date(2019, 8, 1))
    told = rows.filter(rows["scope"] == "trust").select("quarter", "level", "blocking").rows()
    assert told == [("2018-19Q4", 0, "1.3"), ("2019-20Q1", 1, "2.1, 2.2, 2.3")]
    assert quarter_ends([dt.date(2019, 3, 31), dt.date(2019, 4, 30)], dt.date(2019, 3, 30)) == []


def test_what_it_would_take_counts_the_cheapest_plans_first(at_level_1, settings):
    held = [
        *plans(5),
        *plans(1, 5, status="first_sign_off", approval_date=None),
        *plans(2, 6, status="draft", approval_date=None),
        *plans(1, 8, status="appeal", approval_date=None),
    ]
    found = attainment_at(at_level_1(plans=held), settings, "XAA", AS_AT)
    assert found.attained["trust"].level == 0
    (action,) = what_would_it_take(found)
    # at least 90% of 10 is 9; 5 are there: 4 more, of which one waits for a signature, two are drafts
    assert (action.clause, action.people) == ("1.4a", 4)
    assert (
        action.in_full == "4 plans to approve: 1 awaiting sign-off, 2 in draft or discussion, 1 in mediation or appeal"
    )
    assert what_would_it_take(found, GROUP)[0].people == 4


def test_what_it_would_take_names_teams_to_judge_and_evidence_to_renew(at_level_1, settings):
    records = level_1_records(clause_1_2b={"evidence_date": "2018-01-01"}, clause_1_3b={"judgement": "not_met"})
    records = [row for row in records if row["clause"] != "1.2a"]
    actions = what_would_it_take(attainment_at(at_level_1(records=records), settings, "XAA", AS_AT))
    assert [(one.clause, one.kind, one.teams) for one in actions] == [
        ("1.2a", "judge", 1), ("1.2b", "renew", None), ("1.3b", "put_right", None),
    ]  # fmt: skip
    assert actions[0].in_full == "evidence to record for each team (1 team)"
    assert "held until 1 Jan 2019" in actions[1].in_full


def test_at_level_1_the_next_level_asks_for_data_and_judgements(at_level_1, settings):
    actions = what_would_it_take(attainment_at(at_level_1(), settings, "XAA", AS_AT))
    assert {one.standard for one in actions} == {"2.1", "2.2", "2.3"}
    assert {one.kind for one in actions if one.clause == "2.2b"} == {"records"}


def test_every_state_but_active_has_its_place_and_its_words():
    assert set(CHEAPEST_FIRST) == set(STATES) - {"active"} == set(SHORT_STATES)


@given(st.integers(0, 400), st.integers(0, 400))
def test_for_at_least_90_per_cent_it_takes_the_ceiling_less_those_there(numerator, denominator):
    numerator = min(numerator, denominator)
    expected = max(0, math.ceil(9 * denominator / 10) - numerator)
    assert needed(Test(">=", 90), numerator, denominator) == expected


@given(st.integers(0, 200), st.integers(1, 200))
def test_for_less_than_10_per_cent_so_many_fewer(numerator, denominator):
    numerator = min(numerator, denominator)
    fewer = needed(Test("<", 10), numerator, denominator)
    assert 10 * (numerator - fewer) < denominator
    assert fewer == 0 or 10 * (numerator - fewer + 1) >= denominator
