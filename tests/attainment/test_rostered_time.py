"""KPI 4: delivered against planned sessions of the latest completed quarter."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.attainment.rostered_time import RosteredTime, rostered_time_in
from workbench.measures import evaluate
from workbench.periods import last_completed_quarter
from workbench.warehouse.snapshot import Snapshot

Build = Callable[..., Snapshot]
DOCTOR = {"staff_group_code": "07", "staff_group": "Medical and Dental", "job_role_code": "01012", "profession": None}
BANK = {"contract_type_code": "01", "is_substantive": False}
MONTH = {"period": "2018-12-31"}
ANN, BOB = {"person_key": "ann", **MONTH}, {"person_key": "bob", **MONTH}


def session(person: str, planned: float | None, delivered: float | None, **changes: object) -> dict[str, object]:
    usual = {"person_key": person, "assignment_key": f"{person}-1", "unit": "Clinic"}
    return {**usual, "planned_sessions": planned, "delivered_sessions": delivered, **changes}


def variance(
    snapshot: Snapshot, by: tuple[str, ...] = (), kind: str = "net", as_at: str = "2019-03-31"
) -> dict[str, tuple[object, ...]]:
    result = evaluate(
        snapshot, "planned_delivered_variance", organisation="XAA", as_at=as_at, by=by, options={"variance": kind}
    )
    rows = result.frame.select(*by, "numerator", "denominator", "status").rows()
    return {" · ".join(row[: len(by)]): row[len(by) :] for row in rows}


def counts(snapshot: Snapshot) -> dict[str, object]:
    result = evaluate(snapshot, "planned_delivered_variance", organisation="XAA", as_at="2019-03-31")
    return dict(result.stamp["counts"])  # type: ignore[call-overload]


def test_fewer_delivered_than_planned_is_negative_and_netting_hides_what_gross_shows(register: Build) -> None:
    snapshot = register([ANN, BOB], sessions=[session("ann", 10, 7), session("bob", 10, 13)])
    assert variance(snapshot) == {"": (0.0, 20.0, "ok")}
    assert variance(snapshot, kind="gross") == {"": (6.0, 20.0, "ok")}
    under = evaluate(
        register([ANN], sessions=[session("ann", 10, 7)]),
        "planned_delivered_variance",
        organisation="XAA",
        as_at="2019-03-31",
    )
    assert under.frame["value"].item() == -30


def test_care_replaced_by_other_work_nets_to_nothing_and_shows_by_category(register: Build) -> None:
    snapshot = register([ANN], sessions=[session("ann", 1, 0), session("ann", 1, 2, category="SPA")])
    assert variance(snapshot) == {"": (0.0, 2.0, "ok")}
    assert variance(snapshot, kind="gross") == {"": (2.0, 2.0, "ok")}


def test_gross_adds_a_person_and_category_up_over_the_quarter_first(register: Build) -> None:
    days = [session("ann", 4, 3, session_date="2019-02-01"), session("ann", 4, 5, session_date="2019-02-08")]
    assert variance(register([ANN], sessions=days), kind="gross") == {"": (0.0, 8.0, "ok")}


def test_a_session_belongs_to_the_quarter_in_which_it_starts(register: Build) -> None:
    days = [
        session("ann", planned, 0, session_date=day)
        for planned, day in ((1, "2018-12-31"), (2, "2019-01-01"), (4, "2019-03-31"), (8, "2019-04-01"))
    ]
    snapshot = register([ANN], sessions=days)
    assert variance(snapshot, as_at="2019-03-31") == {"": (-6.0, 6.0, "ok")}
    assert variance(snapshot, as_at="2019-06-29") == {"": (-6.0, 6.0, "ok")}
    assert variance(snapshot, as_at="2019-03-30") == {"": (-1.0, 1.0, "ok")}


def test_nothing_rostered_is_no_data_and_never_nought_delivered(register: Build) -> None:
    assert variance(register([ANN])) == {"": (None, None, "no_data")}
    staff = [{**ANN, "team": "A"}, {**BOB, "team": "B"}]
    assert variance(register(staff, sessions=[session("ann", 2, 1)]), ("team",)) == {
        "A": (-1.0, 2.0, "ok"),
        "B": (None, None, "no_data"),
    }


def test_delivered_without_anything_planned_is_not_applicable_and_listed(register: Build) -> None:
    snapshot = register(
        [{**ANN, "team": "A"}, {**BOB, "team": "B"}], sessions=[session("ann", 0, 3), session("bob", 4, 4)]
    )
    assert variance(snapshot, ("team",))["A"] == (3.0, 0.0, "not_applicable")
    assert variance(snapshot) == {"": (3.0, 4.0, "ok")}
    rostered = rostered_time_in(snapshot, "XAA", last_completed_quarter(dt.date(2019, 3, 31)))
    assert rostered is not None
    assert rostered.unplanned().select("person_key", "category", "delivered").rows() == [("ann", "DCC", 3.0)]
    assert counts(snapshot)["people_with_unplanned_delivery"] == 1


def test_people_out_of_scope_are_out_and_bank_and_unmatched_people_are_in(register: Build) -> None:
    snapshot = register(
        [ANN, {"person_key": "doc", **MONTH, **DOCTOR}, {"person_key": "bea", **MONTH, **BANK}],
        sessions=[session("ann", 1, 1), session("doc", 2, 0), session("bea", 4, 2), session("agency", 8, 7)],
    )
    assert variance(snapshot) == {"": (-3.0, 13.0, "ok")}
    assert counts(snapshot)["people_by_standing"] == {"in_scope": 1, "bank": 1, "unmatched": 1}
    assert counts(snapshot)["people_excluded"] == {"doctor_in_training": 1}
    assert variance(snapshot, ("professional_group",)) == {
        "Allied health professionals": (-2.0, 5.0, "ok"),
        "unknown": (-1.0, 8.0, "ok"),
    }


def test_someone_who_left_during_the_quarter_keeps_their_place(register: Build) -> None:
    left = {"leaving_date": "2019-02-15", "entered_date": "2019-02-01"}
    snapshot = register(
        [ANN, {"person_key": "doc", **MONTH, **DOCTOR}],
        leavers=[{"person_key": "ann", **left}, {"person_key": "doc", **left}],
        sessions=[session("ann", 5, 4), session("doc", 9, 0)],
    )
    assert variance(snapshot, ("team",)) == {"Physio team": (-1.0, 5.0, "ok")}


def test_a_row_without_planned_or_delivered_is_on_neither_side(register: Build) -> None:
    rows = [session("ann", 4, 4), session("ann", 9, None, category="SPA"), session("bob", None, 9)]
    snapshot = register([ANN, BOB], sessions=rows)
    assert variance(snapshot) == {"": (0.0, 4.0, "ok")}
    assert counts(snapshot)["rows_without_planned_or_delivered"] == 2


def test_the_same_session_on_two_rosters_counts_once(register: Build) -> None:
    twice = [session("ann", 4, 3), session("ann", 4, 3, unit="Ward"), session("ann", 9, None, unit="Desk")]
    snapshot = register([ANN], sessions=twice)
    assert variance(snapshot) == {"": (-1.0, 4.0, "ok")}
    assert counts(snapshot)["sessions_on_two_rosters"] == 2


@pytest.mark.parametrize(("assignment", "team"), [("ann-2", "B"), ("ann-1", "A"), (None, "A"), ("ended", "A")])
def test_a_session_counts_to_its_own_post_else_to_the_first(register: Build, assignment: str, team: str) -> None:
    posts = [
        {**ANN, "assignment_key": "ann-1", "team": "A"},
        {**ANN, "assignment_key": "ann-2", "team": "B"},
    ]
    snapshot = register(posts, sessions=[session("ann", 1, 1, assignment_key=assignment)])
    assert variance(snapshot, ("team",))[team] == (0.0, 1.0, "ok")


SESSIONS = st.lists(
    st.tuples(st.sampled_from("abc"), st.sampled_from(["DCC", "SPA"]), st.sampled_from("XY"), *[st.integers(0, 9)] * 2),
    min_size=1,
    max_size=12,
)


@given(SESSIONS)
def test_gross_is_never_less_than_net_and_teams_add_up_to_the_total(rows: list[tuple[str, str, str, int, int]]) -> None:
    sessions = pl.DataFrame(
        rows,
        schema={"person_key": pl.String, "category": pl.String, "team": pl.String, "planned": pl.Float64}
        | {"delivered": pl.Float64},
        orient="row",
    )
    places = sessions.select("team").unique()
    rostered = RosteredTime(last_completed_quarter(dt.date(2019, 3, 31)), sessions, places, {}, 0, 0)
    total, teams = rostered.counted().row(0, named=True), rostered.counted(["team"])
    assert total["missed"] >= abs(total["difference"])
    assert total["difference"] == total["delivered"] - total["planned"]
    for name in ("planned", "delivered", "difference"):
        assert teams[name].sum() == total[name]
    # a person's misses in two teams may cancel out in the total, never the other way round
    assert teams["missed"].sum() >= total["missed"]
