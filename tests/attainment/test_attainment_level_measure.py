"""The level as a measure: who has none, what is not known, and whose is withheld; and laws that every half keeps."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from workbench.attainment.attained import attainment_at
from workbench.disclosure import disclose_measure, policy_for
from workbench.errors import ParameterError
from workbench.measures import evaluate
from workbench.professions import PROFESSIONAL_GROUPS
from workbench.settings import Settings
from workbench.warehouse.snapshot import Snapshot

Build = Callable[..., Snapshot]
AS_AT = dt.date(2019, 6, 1)
NURSE = {"staff_group_code": "03", "job_role_code": "03001", "profession": "unknown", "team": "Ward"}
TRAINEE = {"staff_group_code": "07", "job_role_code": "01012", "profession": "unknown", "team": "Doctors"}


def people(prefix: str, number: int, **changes: object) -> list[dict[str, object]]:
    return [{"person_key": f"{prefix} {n}", **changes} for n in range(number)]


def plans(prefix: str, number: int) -> list[dict[str, object]]:
    return people(prefix, number, review_date="2019-01-10", approval_date="2019-01-15")


def asked(snapshot: Snapshot, *by: str, as_at: dt.date = AS_AT):
    return evaluate(snapshot, "attainment_level", organisation="XAA", as_at=as_at, by=by)


def test_numerator_and_denominator_are_null_and_the_value_is_the_level(register: Build):
    frame = asked(register(people("ann", 5), plans("ann", 5))).frame
    assert frame.rows() == [(None, None, 0, "ok")]


def test_a_group_with_only_excluded_staff_has_no_level_neither_0_nor_4(register: Build):
    snapshot = register(people("ann", 5) + people("trainee", 3, **TRAINEE), plans("ann", 5))
    rows = {row[0]: row[-2:] for row in asked(snapshot, "professional_group").frame.rows()}
    assert rows["Medical and dental"] == (None, "not_applicable")
    assert rows["Allied health professionals"] == (0, "ok")
    assert set(PROFESSIONAL_GROUPS) <= set(rows)


def test_with_everybody_excluded_the_trust_has_no_level(register: Build):
    snapshot = register(people("trainee", 3, **TRAINEE), plans("trainee", 3))
    assert asked(snapshot).frame.rows() == [(None, None, None, "not_applicable")]


def test_without_a_register_or_before_the_first_staff_list_there_is_no_data(register: Build):
    assert asked(register(people("ann", 5))).frame.rows() == [(None, None, None, "no_data")]
    early = asked(register(people("ann", 5), plans("ann", 5)), as_at=dt.date(2019, 4, 30))
    assert early.frame.rows() == [(None, None, None, "no_data")]


def test_people_without_a_team_have_a_row_and_no_level(register: Build):
    snapshot = register([*people("ann", 5), *people("bea", 1, team="unknown")], plans("ann", 5))
    assert asked(snapshot, "team").frame.select("team", "value", "status").rows() == [
        ("Physio team", 0, "ok"),
        ("unknown", None, "not_applicable"),
    ]


def test_each_month_end_is_a_date_of_its_own(register: Build):
    staff = people("ann", 5, period="2019-04-30") + people("ann", 5)
    rows = asked(register(staff, plans("ann", 5)), "month").frame.select("month", "value", "status").rows()
    assert rows == [(dt.date(2019, 4, 30), 0, "ok"), (dt.date(2019, 5, 31), 0, "ok")]


def test_a_scope_is_a_group_or_a_team(register: Build):
    with pytest.raises(ParameterError, match="Ask for one of them"):
        asked(register(people("ann", 5), plans("ann", 5)), "professional_group", "team")


def test_the_level_of_a_few_people_is_withheld_and_no_level_is_rounded(register: Build, tmp_path):
    snapshot = register(people("ann", 20) + people("nurse", 2, **NURSE), plans("ann", 20))
    own = Settings(home=tmp_path, key_file=tmp_path / "key", reports=tmp_path)
    result = asked(snapshot, "professional_group")
    for audience in ("lead", "board"):
        told = disclose_measure(result, policy_for(audience, own))
        rows = {row[0]: row[-2:] for row in told.frame.rows()}
        assert rows["Nursing and midwifery"] == (None, "suppressed")
        assert rows["Allied health professionals"] == (0, "ok")
        assert "withheld" in told.stamp["disclosure"]
    assert disclose_measure(result, policy_for("analyst", own)).frame.equals(result.frame)


@pytest.mark.parametrize("as_at", [dt.date(2026, 9, 30), dt.date(2025, 12, 31)])
def test_what_is_counted_is_part_of_what_it_is_counted_from(sample_workbench, as_at):
    for organisation in sample_workbench.organisations:
        found = attainment_at(sample_workbench.snapshot, sample_workbench.settings, organisation, as_at)
        shares = [half for half in found.evidence.computed.values() if half.denominator is not None]
        assert shares
        assert all(0 <= half.numerator <= half.denominator for half in shares)


@pytest.mark.parametrize("as_at", [dt.date(2026, 9, 30), dt.date(2025, 12, 31)])
def test_groups_and_unknown_add_up_to_the_trust_but_for_people_in_two_groups(sample_workbench, as_at):
    for organisation in sample_workbench.organisations:
        found = attainment_at(sample_workbench.snapshot, sample_workbench.settings, organisation, as_at)
        pairs = found.found.coverage.posts.select("person_key", "professional_group").unique()
        in_two = pairs.height - pairs["person_key"].n_unique()
        computed = found.evidence.computed
        groups = sum(computed[f"group:{name}", "1.4a"].denominator for name in found.found.groups)
        assert groups == computed["trust", "1.4a"].denominator + in_two


WHO = st.integers(0, 5)
DAYS_AGO = st.integers(0, 800)
DAYS_ON = st.integers(1, 90)


@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(WHO, DAYS_AGO), max_size=8), st.lists(st.tuples(WHO, DAYS_ON), max_size=6))
def test_renewals_and_leavings_after_the_date_do_not_change_the_answer_of_the_date(register, lives, later):
    def plan(number: int, who: int, days: int) -> dict[str, object]:
        day = (AS_AT - dt.timedelta(days=days)).isoformat()
        return {"person_key": f"ann {who}", "plan_id": f"plan {number}", "review_date": day, "approval_date": day,
                "start_date": day}  # fmt: skip

    before = [plan(number, *life) for number, life in enumerate(lives)]
    renewed = [plan(100 + number, who, -days) for number, (who, days) in enumerate(later)]
    # a renewal supersedes what was approved before it
    gone = {f"ann {who}" for who, _ in later}
    marked = [{**row, "status": "superseded"} if row["person_key"] in gone and _latest(row, before) else row
              for row in before]  # fmt: skip
    leavers = [{"person_key": f"ann {who}", "leaving_date": (AS_AT + dt.timedelta(days=days)).isoformat(),
                "entered_date": (AS_AT + dt.timedelta(days=1)).isoformat()} for who, days in later]  # fmt: skip
    staff = people("ann", 6)
    first = register(staff, [*before, *plans("bea", 1)])
    second = register(staff, [*marked, *renewed, *plans("bea", 1)], leavers=leavers)
    own = Settings(home=Path("none"), key_file=Path("none"), reports=Path("none"))
    answers = [attainment_at(one, own, "XAA", AS_AT) for one in (first, second)]
    assert answers[0].evidence.computed == answers[1].evidence.computed
    assert answers[0].attained == answers[1].attained


def _latest(row: dict[str, object], rows: list[dict[str, object]]) -> bool:
    own = [one["approval_date"] for one in rows if one["person_key"] == row["person_key"]]
    return row["approval_date"] == max(own)
