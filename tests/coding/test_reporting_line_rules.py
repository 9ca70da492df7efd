"""Reporting lines: a supervisor for everyone, still here, above them, and within the lead's sight."""

from __future__ import annotations

import datetime as dt
import itertools
from typing import Any

import pytest

CHIEF: dict[str, Any] = {
    "person_key": "chief",
    "position_title": "Chief Executive",
    "supervisor_person_key": None,
    "service": "Trust Office",
    "staff_group_code": "08",
    "job_role_code": None,
    "occupation_code": None,
}


def line(**supervisors: str | None) -> list[dict[str, Any]]:
    return [CHIEF, *({"person_key": who, "supervisor_person_key": above} for who, above in supervisors.items())]


@pytest.mark.parametrize(
    ("title", "findings"),
    [
        ("Chief Executive", 0),
        ("Interim Chief Executive Officer", 0),
        ("Chair", 0),
        ("Non-Executive Director", 0),
        ("Deputy Chief Executive", 1),
        ("Executive Assistant to the Chief Executive", 1),
        ("Senior Podiatrist", 1),
        (None, 1),
    ],
)
def test_only_the_posts_at_the_top_need_no_supervisor(review: Any, title: str | None, findings: int) -> None:
    found = review([{"position_title": title, "supervisor_person_key": None}]).found("HIE1")
    assert [one["severity"] for one in found] == ["E"] * findings


@pytest.mark.parametrize(
    ("leaving_date", "findings"), [(dt.date(2026, 8, 30), 1), (dt.date(2026, 8, 31), 0), (dt.date(2026, 9, 1), 0)]
)
def test_a_supervisor_is_gone_the_day_after_the_leaving_date(review: Any, leaving_date: dt.date, findings: int) -> None:
    leavers = [{"person_key": "gone", "leaving_date": leaving_date}]
    found = review(line(p1="gone"), leavers=leavers).found("HIE2")
    assert [(one["severity"], one["subject_key"], one["other_value"]) for one in found] == [
        ("E", "a2", "gone")
    ] * findings


def test_a_supervisor_listed_before_and_no_longer_is_gone_without_a_leaving_date(review: Any) -> None:
    earlier = {"person_key": "gone", "period": dt.date(2026, 7, 31)}
    records = review([*line(p1="gone"), earlier])
    [found] = records.found("HIE2")
    assert found["detail"] == ("The supervisor was last employed here at 31/07/2026; no leaving date is recorded.")
    assert records.found("HIE4") == []


def test_a_supervisor_who_left_and_came_back_is_here(review: Any) -> None:
    leavers = [{"person_key": "back", "leaving_date": dt.date(2025, 1, 31)}]
    assert review(line(p1="back", back="chief"), leavers=leavers).found("HIE2") == []


def test_three_people_who_supervise_one_another_are_one_finding_that_names_the_three(review: Any) -> None:
    posts = line(a="b", b="c", c="a", under="a", beside="chief")
    [found] = review(posts).found("HIE3")
    assert (found["subject_key"], found["holders"], found["severity"]) == ("a;b;c", 3, "E")
    assert found["detail"] == (
        "3 people supervise one another: Physiotherapist 2 > Physiotherapist 3 > Physiotherapist 4, "
        "and back to the first."
    )


def test_someone_who_is_their_own_supervisor_is_a_loop_of_one(review: Any) -> None:
    [found] = review(line(p1="p1", p2="p1")).found("HIE3")
    assert (found["subject_key"], found["holders"]) == ("p1", 1)


def test_a_second_assignment_under_its_own_holder_is_a_loop_of_one(review: Any) -> None:
    second = {"person_key": "p1", "supervisor_person_key": "p1", "primary_assignment": False}
    assert [one["subject_key"] for one in review([*line(p1="chief"), second]).found("HIE3")] == ["p1"]


def test_two_loops_are_two_findings_and_a_line_to_the_top_is_none(review: Any) -> None:
    posts = line(a="b", b="a", x="y", y="z", z="x", p="q", q="chief")
    assert [one["subject_key"] for one in review(posts).found("HIE3")] == ["a;b", "x;y;z"]


def test_a_loop_in_another_organisation_or_month_is_not_ours(review: Any) -> None:
    loop = [{"person_key": "a", "supervisor_person_key": "b"}, {"person_key": "b", "supervisor_person_key": "a"}]
    elsewhere = [row | {"organisation_code": "XBB"} for row in loop]
    earlier = [row | {"period": dt.date(2026, 7, 31)} for row in loop]
    assert review([*line(p1="chief"), *elsewhere, *earlier]).found("HIE3") == []


def test_a_line_of_fifteen_thousand_people_into_a_loop_is_followed_to_its_end(review: Any) -> None:
    people = [f"p{number:05d}" for number in range(15_000)]
    posts = [{"person_key": who, "supervisor_person_key": above} for who, above in itertools.pairwise(people)]
    posts.append({"person_key": people[-1], "supervisor_person_key": people[-40]})
    [found] = review(posts).found("HIE3")
    assert (found["holders"], str(found["subject_key"]).split(";")) == (40, people[-40:])


def test_a_supervisor_who_never_was_here_is_of_another_organisation(review: Any) -> None:
    other = {"person_key": "far", "organisation_code": "XBB"}
    [found] = review([*line(p1="far"), other]).found("HIE4")
    assert (found["subject_key"], found["severity"], found["other_value"]) == ("p1", "R", "far")


def on_the_list(*people: str) -> list[dict[str, Any]]:
    return [
        {
            "person_key": who,
            "service": "Therapies",
            "profession_code": "physiotherapist",
            "profession": "Physiotherapist",
        }
        for who in people
    ]


def test_listed_staff_whose_line_does_not_pass_the_lead_are_not_visible(review: Any) -> None:
    surgeon = {"person_key": "surgeon", "service": "Surgery", "position_title": "Surgeon"}
    lost = {"person_key": "lost", "supervisor_person_key": "surgeon", "position_title": "Dietitian"}
    posts = [*line(lead="chief", senior="lead", p1="senior", p2="lead"), surgeon, lost]
    [found] = review(posts, service_list=on_the_list("lead", "senior", "p1", "p2", "lost")).found("HIE4")
    assert (found["subject_key"], found["other_source"], found["other_value"]) == ("lost", "service list", "Therapies")
    assert found["detail"] == (
        "On the list of Therapies, yet the reporting line (Dietitian > Surgeon > Chief Executive) does not pass its "
        "lead (Physiotherapist 2)."
    )


@pytest.mark.parametrize("supervisor", [None, "lost", "gone"])
def test_a_line_that_breaks_off_or_circles_is_left_to_the_other_rules(review: Any, supervisor: str | None) -> None:
    posts = line(lead="chief", p1="lead", p2="lead", lost=supervisor)
    leavers = [{"person_key": "gone", "leaving_date": dt.date(2026, 7, 1)}]
    listed = on_the_list("lead", "p1", "p2", "lost")
    assert review(posts, leavers=leavers, service_list=listed).found("HIE4") == []


def test_a_list_that_half_of_its_people_lead_past_has_no_lead_and_is_not_judged(review: Any) -> None:
    posts = line(one="chief", two="chief", p1="one", p2="two")
    assert review(posts, service_list=on_the_list("p1", "p2")).found("HIE4") == []
