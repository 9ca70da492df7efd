from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl
import pytest

import workbench
from workbench.warehouse.snapshot import literal_snapshot

QUERY = Path(workbench.__file__).parent / "warehouse/sql/marts/person_link.sql"
TEXTS = ("organisation_code", "person_key", "registration_body", "registration_body_code", "registration_key")


def links(people: str, *registrations: tuple[str, str, str]) -> dict[str, str]:
    """Link people named by organisation and number ("A1 A2 B1"), each registration as (person, body, number)."""
    listed = [{"organisation_code": person[0], "person_key": person} for person in people.split()]
    held = [
        {
            "organisation_code": person[0],
            "person_key": person,
            "registration_body": body,
            "registration_body_code": None if body == "local" else body,
            "registration_key": number,
            "checked_date": dt.date(2026, 9, 26),
        }
        for person, body, number in registrations
    ]
    tables = {
        "marts.assignment_month": pl.DataFrame(listed),
        "staging.registrations": pl.DataFrame(held, schema=dict.fromkeys(TEXTS, pl.String) | {"checked_date": pl.Date}),
    }
    with literal_snapshot(tables) as snapshot:
        frame = snapshot.query(QUERY)
    assert frame["is_linked"].to_list() == [
        list(frame["linked_person"]).count(linked) > 1 for linked in frame["linked_person"]
    ]
    return dict(frame.select("person_key", "linked_person").iter_rows())


def test_one_registration_in_two_organisations_is_one_person():
    assert links("A1 B1 B2", ("A1", "18", "r"), ("B2", "18", "r")) == {"A1": "A1", "B1": "B1", "B2": "A1"}


def test_a_number_of_another_body_is_another_registration():
    assert links("A1 B1", ("A1", "18", "r"), ("B1", "09", "r")) == {"A1": "A1", "B1": "B1"}


def test_a_body_that_no_list_knows_still_links_by_its_name():
    assert links("A1 B1", ("A1", "local", "r"), ("B1", "local", "r"))["B1"] == "A1"


def test_without_a_registration_nobody_is_linked_but_to_themselves():
    assert links("A1 B1") == {"A1": "A1", "B1": "B1"}


def test_a_registration_of_two_people_of_one_organisation_links_nobody():
    held = [(person, "18", "placeholder") for person in ("A1", "A2", "B1")]
    assert links("A1 A2 B1", *held) == {"A1": "A1", "A2": "A2", "B1": "B1"}


def test_links_reach_as_far_as_registrations_do():
    chain = [("A1", "18", "r"), ("B1", "18", "r"), ("B1", "09", "s"), ("C1", "09", "s")]
    assert set(links("A1 B1 C1", *chain).values()) == {"A1"}


def test_a_registration_checked_every_month_is_one_registration():
    assert links("A1 B1", *[("A1", "18", "r")] * 3, ("B1", "18", "r"))["B1"] == "A1"


@pytest.mark.parametrize("person", ["A1", "B1"])
def test_someone_never_listed_is_not_linked_to(person):
    other = {"A1": "B1", "B1": "A1"}[person]
    assert links(other, ("A1", "18", "r"), ("B1", "18", "r")) == {other: other}
