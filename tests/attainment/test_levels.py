"""Levels are sequential; halves combine as printed; evidence ages; what a child has never lifts its parent."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.attainment.judgements import Judgement, holds_until, judged, last_day_within
from workbench.attainment.levels import Computed, Evidence, Team, levels
from workbench.attainment.standard_sets import standard_sets

SET = standard_sets()["e_job_planning_2019"]
AS_AT = dt.date(2026, 9, 30)
WARD, CLINIC = Team("Ward", ("Nursing and midwifery",)), Team("Clinic", ("Allied health professionals",))
BOTH = Team("Stroke", ("Nursing and midwifery", "Allied health professionals"))
NURSES, AHPS = "group:Nursing and midwifery", "group:Allied health professionals"
TEAMS = (WARD, CLINIC, BOTH)
GROUPS = ("Nursing and midwifery", "Allied health professionals")


def record(
    scope: str, clause: str, judgement: str = "met", day: dt.date = dt.date(2026, 6, 1), **more: object
) -> Judgement:
    given = {"owner": "Chief people officer", "reference": "EV-1", "note": "no contract asks for it"} | more
    return Judgement(scope=scope, clause=clause, judgement=judgement, evidence_date=day, **given)


def everything_met(*, up_to: int = 4, teams=TEAMS, groups=GROUPS) -> tuple[list[Judgement], dict]:
    """Records and computed halves with which every clause of the levels 1 to `up_to` is met."""
    records, computed = [], {}
    scopes = ["trust", *(f"group:{group}" for group in groups), *(f"team:{team.name}" for team in teams)]
    for standard in SET.standards:
        for clause in standard.clauses if standard.level <= up_to else ():
            if clause.kind != "computed":
                where = ["trust"] if clause.scope == "trust" else [f"team:{team.name}" for team in teams]
                records += [record(scope, clause.id) for scope in where]
            if clause.kind != "evidence":
                computed |= {(scope, clause.id): Computed("met", 95, 100) for scope in scopes}
    return records, computed


def found(records, computed, as_at=AS_AT, teams=TEAMS, groups=GROUPS):
    return levels(SET, Evidence(records, computed, teams, groups), as_at)


def test_with_everything_met_all_are_at_level_4_and_nothing_blocks():
    reached = found(*everything_met())
    assert {scope: one.level for scope, one in reached.items()} == dict.fromkeys(reached, 4)
    assert list(reached) == ["trust", NURSES, AHPS, "team:Ward", "team:Clinic", "team:Stroke"]
    assert reached["trust"].blocking == ()


def test_all_of_levels_1_3_and_4_without_2_2_is_level_1_blocked_by_2_2():
    records, computed = everything_met()
    records = [one for one in records if not one.clause.startswith("2.2")]
    computed = {key: half for key, half in computed.items() if not key[1].startswith("2.2")}
    trust = found(records, computed)["trust"]
    assert trust.level == 1
    assert trust.blocking == ("2.2",)
    assert trust.out_of_sequence == tuple(f"3.{n}" for n in range(1, 6)) + tuple(f"4.{n}" for n in range(1, 5))


def test_nothing_at_all_is_level_0_and_not_evidenced_rather_than_not_met():
    trust = found([], {})["trust"]
    assert trust.level == 0
    assert set(trust.standards.values()) == {"not_evidenced"}


def test_with_nobody_in_scope_there_is_no_level_neither_0_nor_4():
    records, computed = everything_met(teams=(), groups=())
    assert found(records, computed, teams=(), groups=())["trust"].level is None


def test_a_computed_failure_beats_a_judged_met_and_the_conflict_is_told():
    records, computed = everything_met()
    computed[("trust", "1.4b")] = Computed("not_met", 50, 100, "50 of 100 plans")
    state = found(records, computed)["trust"].clauses["1.4b"]
    assert (state.state, state.judged, state.computed, state.conflict) == ("not_met", "met", "not_met", True)


@pytest.mark.parametrize(
    ("half", "state"),
    [
        (Computed("met", 95, 100), "met"),
        (Computed("not_met", 85, 100), "not_met"),
        (Computed("not_applicable", 0, 0), "not_evidenced"),
        (Computed("no_feed"), "not_evidenced"),
    ],
)
def test_a_computed_clause_without_a_feed_or_without_anybody_is_not_evidenced(half, state):
    records, computed = everything_met()
    computed[("trust", "1.4a")] = half
    assert found(records, computed)["trust"].clauses["1.4a"].state == state


@pytest.mark.parametrize(
    ("half", "state"),
    [
        (Computed("shown", 3, 4), "met"),
        (Computed("no_feed"), "met"),
        (Computed("not_evidenced", detail="no meeting"), "not_evidenced"),
    ],
)
def test_a_clause_of_both_halves_is_judged_alone_where_no_extract_carries_the_data(half, state):
    records, computed = everything_met()
    computed[("trust", "3.5a")] = half
    assert found(records, computed)["trust"].clauses["3.5a"].state == state


def test_a_local_clause_needs_every_team_and_says_how_many_have_it():
    records, computed = everything_met()
    records = [one for one in records if (one.scope, one.clause) != ("team:Ward", "2.1b")]
    reached = found(records, computed)
    assert reached["trust"].clauses["2.1b"].state == "not_evidenced"
    assert (reached["trust"].clauses["2.1b"].teams_met, reached["trust"].clauses["2.1b"].teams) == (2, 3)
    # the clinic's own group does not suffer from the ward; the nurses' does
    assert reached[AHPS].clauses["2.1b"].state == "met"
    assert reached[NURSES].clauses["2.1b"].state == "not_evidenced"
    assert (reached["trust"].level, reached[AHPS].level, reached[NURSES].level) == (1, 4, 1)


def test_a_trust_record_for_a_clause_judged_per_team_is_not_used():
    records, computed = everything_met()
    records = [one for one in records if one.clause != "2.1b"] + [record("trust", "2.1b")]
    assert found(records, computed)["trust"].clauses["2.1b"].state == "not_evidenced"


def test_a_childs_met_never_lifts_its_parent():
    records, computed = everything_met()
    records = [one for one in records if one.clause != "1.2b"] + [record(NURSES, "1.2b"), record("team:Ward", "1.2b")]
    assert found(records, computed)["trust"].clauses["1.2b"].state == "not_evidenced"


def test_a_groups_own_not_met_wins_for_itself_and_its_teams_and_for_no_other():
    records, computed = everything_met()
    reached = found([*records, record(NURSES, "2.3a", "not_met")], computed)
    assert reached["trust"].clauses["2.3a"].state == "met"
    assert reached[AHPS].clauses["2.3a"].state == "met"
    assert reached[NURSES].clauses["2.3a"].state == "not_met"
    assert reached["team:Ward"].clauses["2.3a"].state == "not_met"
    # a team of two groups inherits from the trust
    assert reached["team:Stroke"].clauses["2.3a"].state == "met"


def test_a_policy_for_doctors_only_fails_the_other_groups_and_the_trust():
    records, computed = everything_met()
    records = [one for one in records if one.clause != "1.3a"]
    reached = found([*records, record("trust", "1.3a", groups_covered=("Nursing and midwifery",))], computed)
    assert reached["trust"].clauses["1.3a"].state == "not_met"
    assert reached[NURSES].clauses["1.3a"].state == "met"
    assert reached[AHPS].clauses["1.3a"].state == "not_met"
    assert "does not cover Allied health professionals" in reached["trust"].clauses["1.3a"].reason


def test_a_conditional_clause_is_set_aside_only_by_a_recorded_decision_with_its_reason():
    records, computed = everything_met()
    records = [one for one in records if one.clause != "2.3b"]
    aside = record("trust", "2.3b", "not_applicable")
    assert found([*records, aside], computed)["trust"].clauses["2.3b"].state == "not_applicable"
    assert found([*records, aside], computed)["trust"].level == 4
    without_reason = record("trust", "2.3b", "not_applicable", note="")
    assert found([*records, without_reason], computed)["trust"].clauses["2.3b"].state == "not_evidenced"
    unconditional = record("trust", "2.3a", "not_applicable")
    others = [one for one in records if one.clause != "2.3a"]
    assert found([*others, unconditional], computed)["trust"].clauses["2.3a"].state == "not_evidenced"


def test_4_4a_rests_on_the_standards_it_names():
    records, computed = everything_met()
    computed[("trust", "3.2a")] = Computed("not_met", 1, 2)
    state = found(records, computed)["trust"].clauses["4.4a"]
    assert (state.state, state.numerator, state.denominator) == ("not_met", 4, 5)


@pytest.mark.parametrize("lacking", ["owner", "reference"])
def test_a_yes_without_owner_or_reference_is_not_evidenced(lacking):
    clause = SET.clauses["1.2b"]
    answer = judged(clause, [record("trust", "1.2b", **{lacking: " "})], AS_AT, 12)
    assert answer.state == "not_evidenced"
    assert lacking in answer.reason


def test_a_record_without_a_date_or_from_after_the_date_does_not_exist_yet():
    clause = SET.clauses["1.2b"]
    undated = Judgement("trust", "1.2b", "met", None, "Owner", "EV-1")
    tomorrow = record("trust", "1.2b", day=AS_AT + dt.timedelta(days=1))
    assert judged(clause, [undated, tomorrow], AS_AT, 12).reason == "no dated record"


def test_the_latest_record_wins_and_of_one_day_the_later_one():
    clause = SET.clauses["1.2b"]
    first, second = record("trust", "1.2b", order=1), record("trust", "1.2b", "not_met", order=2)
    assert judged(clause, [second, first], AS_AT, 12).state == "not_met"
    later = record("trust", "1.2b", day=dt.date(2026, 6, 2))
    assert judged(clause, [second, first, later], AS_AT, 12).state == "met"


def test_a_policy_holds_36_months_and_not_a_day_longer_whatever_its_record_hopes():
    policy = record("trust", "1.3a", day=dt.date(2023, 9, 30), valid_until=dt.date(2030, 1, 1))
    clause = SET.clauses["1.3a"]
    assert judged(clause, [policy], dt.date(2026, 9, 30), 12).state == "met"
    day_after = judged(clause, [policy], dt.date(2026, 10, 1), 12)
    assert day_after.state == "not_evidenced"
    assert "lapsed" in day_after.reason


def test_a_judgement_without_an_end_holds_twelve_months_and_one_with_an_end_until_then():
    clause = SET.clauses["2.3a"]
    assert holds_until(clause, record("trust", "2.3a"), 12) == dt.date(2027, 6, 1)
    assert holds_until(clause, record("trust", "2.3a", valid_until=dt.date(2028, 1, 1)), 12) == dt.date(2028, 1, 1)


def test_a_judged_failure_holds_until_there_is_a_later_record():
    old = record("trust", "2.3a", "not_met", day=dt.date(2019, 1, 1), valid_until=dt.date(2019, 2, 1))
    assert judged(SET.clauses["2.3a"], [old], AS_AT, 12).state == "not_met"


@pytest.mark.parametrize(
    ("day", "months", "last"),
    [
        (dt.date(2018, 6, 1), 12, dt.date(2019, 6, 1)),
        (dt.date(2023, 3, 1), 12, dt.date(2024, 3, 1)),
        (dt.date(2023, 2, 28), 12, dt.date(2024, 2, 29)),
        (dt.date(2024, 2, 29), 12, dt.date(2025, 2, 28)),
        (dt.date(2023, 9, 30), 36, dt.date(2026, 9, 30)),
        (dt.date(2025, 8, 31), 6, dt.date(2026, 2, 28)),
    ],
)
def test_the_last_day_within_so_many_months_is_the_last_that_passes_the_test(day, months, last):
    assert last_day_within(day, months) == last


RECORDS = st.lists(
    st.builds(
        lambda scope, clause, judgement, back, owner: record(
            scope, clause, judgement, AS_AT - dt.timedelta(days=back), owner=owner
        ),
        st.sampled_from(["trust", NURSES, "team:Ward", "team:Clinic", "team:Stroke"]),
        st.sampled_from(sorted(SET.clauses)),
        st.sampled_from(["met", "not_met", "not_applicable"]),
        st.integers(0, 900),
        st.sampled_from(["Owner", ""]),
    ),
    max_size=12,
)


@given(RECORDS, st.sampled_from(["trust", "team:Ward", "team:Clinic"]), st.sampled_from(sorted(SET.clauses)))
def test_adding_a_dated_met_never_lowers_a_level(records, scope, clause):
    base, computed = everything_met(up_to=3)
    # what is added is the latest record, so that nothing else of that day comes after it
    before = found([*base, *records], computed)
    added = record(scope, clause, day=AS_AT, order=1000)
    after = found([*base, *records, added], computed)
    for name, one in before.items():
        assert after[name].level >= one.level


@given(RECORDS, st.integers(0, 1500))
def test_ageing_evidence_never_raises_a_level(records, days):
    base, computed = everything_met(up_to=3)
    today = found([*base, *records], computed)
    later = found([*base, *records], computed, as_at=AS_AT + dt.timedelta(days=days))
    for name, one in today.items():
        assert later[name].level <= one.level


@given(RECORDS, RECORDS)
def test_what_is_recorded_later_does_not_change_a_past_answer(records, later):
    base, computed = everything_met(up_to=2)
    moved = [
        record(one.scope, one.clause, one.judgement, AS_AT + dt.timedelta(days=1 + index), order=index)
        for index, one in enumerate(later)
    ]
    assert found([*base, *records], computed) == found([*base, *records, *moved], computed)
