"""AHP headcount again: read each assignment of the sample in plain Python and collect the people by profession."""

from __future__ import annotations

from collections import defaultdict

import pytest

from workbench.measures import evaluate

VIEWS = {"coded": "coded", "job_role": "job_role_says", "registration": "registration", "evidenced": "evidenced"}


@pytest.mark.parametrize("view", VIEWS)
def test_ahp_headcount_is_the_number_of_different_people_by_profession_and_month(sample_workbench, ahp_records, view):
    people = defaultdict(set)
    for row in ahp_records:
        if row[VIEWS[view]]:
            people[row["organisation_code"], row["period"], row[VIEWS[view]]].add(row["person_key"])
    received = {}
    for organisation in sample_workbench.organisations:
        frame = evaluate(
            sample_workbench.snapshot,
            "ahp_headcount",
            organisation=organisation,
            as_at=sample_workbench.months(organisation)[-1],
            by=("month", "profession"),
            options={"view": view},
        ).frame
        rows = frame.filter(status="ok").select("month", "profession", "value").rows()
        received |= {(organisation, *key): value for *key, value in rows if key[1] != "Not evidenced"}
    assert received == {key: len(members) for key, members in people.items()}


@pytest.mark.parametrize("level", ["all", "qualified"])
def test_the_total_counts_each_person_once(sample_workbench, ahp_records, level):
    for organisation in sample_workbench.organisations:
        last = sample_workbench.months(organisation)[-1]
        expected = {
            row["person_key"]
            for row in ahp_records
            if row["organisation_code"] == organisation
            and row["period"] == last
            and row["coded"]
            and (row["qualified_code"] or level == "all")
        }
        frame = evaluate(
            sample_workbench.snapshot,
            "ahp_headcount",
            organisation=organisation,
            as_at=last,
            options={"view": "coded", "level": level},
        ).frame
        assert frame["value"].to_list() == [len(expected)]


def test_staff_group_alone_gives_the_people_of_group_04(sample_workbench, ahp_records):
    for organisation in sample_workbench.organisations:
        last = sample_workbench.months(organisation)[-1]
        expected = defaultdict(set)
        for row in ahp_records:
            if row["organisation_code"] == organisation and row["period"] == last and row["staff_group_code"] == "04":
                expected[row["service"] or "unknown"].add(row["person_key"])
        frame = evaluate(
            sample_workbench.snapshot,
            "ahp_headcount",
            organisation=organisation,
            as_at=last,
            by="service",
            options={"view": "staff_group"},
        ).frame
        assert dict(frame.select("service", "value").iter_rows()) == {name: len(p) for name, p in expected.items()}
