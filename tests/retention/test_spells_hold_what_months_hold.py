"""Spells and month ends are two forms of one thing: the laws that make it so, on made-up months with gaps."""

from __future__ import annotations

import datetime as dt
import random
from decimal import Decimal
from itertools import combinations, pairwise
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import workbench
from workbench.periods import add_months, month_end, month_ends
from workbench.retention.every_organisation import leaver_rates_everywhere
from workbench.retention.flow_lines import flow_lines, people_by_line
from workbench.warehouse.snapshot import Snapshot, literal_snapshot

MARTS = Path(workbench.__file__).parent / "warehouse/sql/marts"
APPEND = Path(__file__).parents[2] / "benchmarks/append_month_to_spells.sql"
MONTHS = month_ends(dt.date(2026, 1, 31), dt.date(2026, 8, 31))
GROUPS = ("Nursing", "Medical")
TEXTS = ("assignment_status_code", "contract_type_code", "job_role_code", "occupation_code", "staff_group_code")
SCHEMA = {
    **dict.fromkeys(("organisation_code", "person_key", "assignment_key"), pl.String),
    "period": pl.Date,
    "assignment_order": pl.Int32,
    **dict.fromkeys(("is_primary_recorded", "is_employed", "is_active", "is_substantive", "is_trainee"), pl.Boolean),
    **dict.fromkeys(TEXTS, pl.String),
    **dict.fromkeys(("staff_group", "profession", "directorate", "service", "team", "pay_band"), pl.String),
    **dict.fromkeys(("age_band", "position_number"), pl.String),
    "fte": pl.Decimal(18, 4),
    "organisation_start_date": pl.Date,
}
CHANGE = {
    **dict.fromkeys(("organisation_code", "assignment_key", "kind"), pl.String),
    **dict.fromkeys(("period", "previous_period"), pl.Date),
}
DRAWN = settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def staff_lists(seed: int) -> pl.DataFrame:
    """Assignments of up to six people in two organisations; months are missing, jobs come, go, change and pause."""
    chance = random.Random(seed)
    rows = []
    for organisation in ("XAA", "XBB"):
        loaded = [month for month in MONTHS if chance.random() < 0.85]
        for person in range(chance.randint(1, 6)):
            for job in range(chance.choice([1, 1, 2, 3])):
                state = {"group": chance.choice(GROUPS), "fte": 10, "status": "02", "contract": "05", "band": "5"}
                for month in loaded:
                    if chance.random() < 0.2:
                        continue
                    if chance.random() < 0.4:
                        name = chance.choice(list(state))
                        values = {"group": GROUPS, "fte": (0, 5, 10, 13), "status": ("02", "06", "12")}
                        values |= {"contract": ("05", "01", "02"), "band": ("5", "6", None)}
                        state[name] = chance.choice(values[name])
                    rows.append(
                        {
                            "organisation_code": organisation,
                            "person_key": f"{organisation}-{person}",
                            "assignment_key": f"{organisation}-{person}-{job}",
                            "period": month,
                            "assignment_order": job + 1,
                            "is_primary_recorded": chance.choice([True, None]) if job == 0 else False,
                            "assignment_status_code": state["status"],
                            "contract_type_code": state["contract"],
                            "is_employed": state["status"] != "12",
                            "is_active": state["status"] == "02",
                            "is_substantive": state["contract"] != "01",
                            "is_trainee": False,
                            "staff_group": state["group"],
                            "pay_band": state["band"],
                            "fte": Decimal(state["fte"]) / 10,
                        }
                    )
    return pl.DataFrame(rows, schema=SCHEMA)


def warehouse(assignments: pl.DataFrame) -> Snapshot:
    links = assignments.select("organisation_code", "person_key").unique()
    tables = {
        "marts.assignment_month": assignments,
        "marts.coding_change": pl.DataFrame(schema=CHANGE),
        "marts.person_link": links.with_columns(linked_person="person_key"),
        "staging.leavers": pl.DataFrame(
            schema={
                **dict.fromkeys(("organisation_code", "person_key", "leaving_reason"), pl.String),
                "assignment_order": pl.Int32,
                "leaving_date": pl.Date,
            }
        ),
        "staging.organisation_changes": pl.DataFrame(
            schema={
                **dict.fromkeys(("organisation_code", "predecessor_organisation_code"), pl.String),
                "effective_date": pl.Date,
            }
        ),
    }
    for mart in ("person_month", "person_spell", "assignment_spell", "organisation_month", "active_spell",
                 "person_group_change"):  # fmt: skip
        tables[f"marts.{mart}"] = literal_snapshot(tables).query(MARTS / f"{mart}.sql")
    return literal_snapshot(tables)


def expanded(spells: pl.DataFrame, like: pl.DataFrame) -> pl.DataFrame:
    """Write each spell out again as one row per month end."""
    months = [month_ends(first, last) for first, last in spells.select("first_month", "last_month").iter_rows()]
    return spells.with_columns(period=pl.Series(months, dtype=pl.List(pl.Date))).explode("period").select(like.columns)


@DRAWN
@given(st.integers(0, 10**9))
@pytest.mark.parametrize(("form", "key"), [("person", "person_key"), ("assignment", "assignment_key")])
def test_expanding_the_spells_gives_back_exactly_the_month_ends(form, key, seed):
    with warehouse(staff_lists(seed)) as snapshot:
        rows = snapshot.sql(f"select * from marts.{form}_month")
        spells = snapshot.sql(f"select * from marts.{form}_spell")
    order = ["organisation_code", key, "period"]
    assert expanded(spells, rows).sort(order).equals(rows.sort(order))


@DRAWN
@given(st.integers(0, 10**9))
@pytest.mark.parametrize(("form", "key"), [("person", "person_key"), ("assignment", "assignment_key")])
def test_spells_of_one_key_neither_overlap_nor_touch_with_equal_attributes(form, key, seed):
    with warehouse(staff_lists(seed)) as snapshot:
        spells = snapshot.sql(f"select * from marts.{form}_spell").sort("organisation_code", key, "first_month")
    rows = spells.rows(named=True)
    for before, after in pairwise(rows):
        if before[key] != after[key]:
            continue
        assert before["last_month"] < after["first_month"]
        changed = {
            name: value for name, value in after.items() if name not in ("first_month", "last_month") and
            value != before[name]
        }  # fmt: skip
        assert changed or month_end(add_months(before["last_month"], 1)) < after["first_month"]


@DRAWN
@given(st.integers(0, 10**9), st.randoms(use_true_random=False))
def test_the_order_in_which_rows_come_does_not_matter(seed, chance):
    assignments = staff_lists(seed)
    places = list(range(assignments.height))
    chance.shuffle(places)
    with warehouse(assignments) as one, warehouse(assignments[places]) as other:
        for mart in ("person_spell", "assignment_spell", "active_spell", "person_group_change"):
            assert one.sql(f"select * from marts.{mart}").equals(other.sql(f"select * from marts.{mart}"))


def states(rows: list[dict], month: dt.date, group: str | None) -> dict[str, str]:
    """The plain definition: each person's state at a month end, from the rows of that month alone."""
    return {
        row["person_key"]: "inactive"
        if not row["is_active"]
        else "in"
        if group in (None, row["staff_group"])
        else "other"
        for row in rows
        if row["period"] == month
    }


@DRAWN
@given(st.integers(0, 10**9))
def test_the_persons_on_each_line_are_the_set_differences_of_the_two_months(seed):
    """For any pair of months and any group: the plain definition, without spells."""
    lines = {
        ("none", "in"): {"joiners", "rejoiners"}, ("other", "in"): {"moves_in", "recodes_in"},
        ("inactive", "in"): {"returns"}, ("in", "none"): {"leavers"}, ("in", "other"): {"moves_out", "recodes_out"},
        ("in", "inactive"): {"to_inactive"}, ("in", "in"): {"stayers"},
    }  # fmt: skip
    with warehouse(staff_lists(seed)) as snapshot:
        rows = snapshot.sql("select * from marts.person_month where organisation_code = 'XAA'").rows(named=True)
        months = sorted({row["period"] for row in rows})
        chance = random.Random(seed)
        pairs = list(combinations(months, 2))
        for opening, closing in chance.sample(pairs, min(3, len(pairs))):
            for group in (None, chance.choice(GROUPS)):
                by = ["staff_group"] if group else []
                people = people_by_line(snapshot, "XAA", opening, closing, by=by)
                found: dict[str, set[str]] = {}
                for side in ("opening", "closing"):
                    for row in people.iter_rows(named=True):
                        if group in (None, row[f"staff_group_at_{side}"]) and row[f"line_at_{side}"]:
                            found.setdefault(row[f"line_at_{side}"], set()).add(row["person_key"])
                before, after = states(rows, opening, group), states(rows, closing, group)
                for (then, now), names in lines.items():
                    plain = {
                        person
                        for person in before.keys() | after.keys()
                        if (before.get(person, "none"), after.get(person, "none")) == (then, now)
                    }
                    assert set().union(*(found.get(name, set()) for name in names)) == plain
                counted = flow_lines(snapshot, "XAA", opening, closing, within={"staff_group": group} if group else {})
                assert counted["opening"].item() == sum(state == "in" for state in before.values())
                assert counted["closing"].item() == sum(state == "in" for state in after.values())
                for side, month in (("opening", opening), ("closing", closing)):
                    active = [row for row in rows if row["period"] == month and row["is_active"]]
                    plain_fte = sum(row["fte_active"] for row in active if group in (None, row["staff_group"]))
                    assert counted[f"{side}_fte"].item() == plain_fte


@DRAWN
@given(st.integers(0, 10**9), st.integers(1, 6), st.sampled_from(["organisation", "staff_group"]))
def test_rates_counted_from_runs_are_those_of_the_set_differences(seed, window, dimension):
    with warehouse(staff_lists(seed)) as snapshot:
        answered = leaver_rates_everywhere(snapshot, window_months=window, dimension=dimension)
        rows = snapshot.sql("select * from marts.person_month where is_active").rows(named=True)
        loaded = set(snapshot.sql("select organisation_code, period from marts.organisation_month").rows())
    expected = {}
    for organisation, closing in sorted(loaded):
        opening = month_end(add_months(closing, -window))
        if (organisation, opening) not in loaded:
            continue
        sides = [
            {
                row["person_key"]: row["staff_group"] if dimension == "staff_group" else "organisation"
                for row in rows
                if (row["organisation_code"], row["period"]) == (organisation, month)
            }
            for month in (opening, closing)
        ]
        for group in sorted({*sides[0].values(), *sides[1].values()}):
            held = {person for person, place in sides[0].items() if place == group}
            stock = len(held), sum(place == group for place in sides[1].values())
            expected[organisation, closing, group] = (*stock, len(held - sides[1].keys()))
    columns = ("organisation", "month", "group_of_staff", "opening", "closing", "leavers")
    assert {row[:3]: row[3:] for row in answered.select(columns).rows()} == expected


@DRAWN
@given(st.integers(0, 10**9))
def test_a_month_appended_by_itself_ends_in_the_spells_of_the_whole_build(seed):
    """Month by month from nothing, each month joined to the spells before it only."""
    with warehouse(staff_lists(seed)) as snapshot:
        months = snapshot.sql("select * from marts.person_month")
        whole = snapshot.sql("select * from marts.person_spell")
    key = ["organisation_code", "person_key", "first_month"]
    grown = whole.clear()
    for month in sorted(set(months["period"])):
        tables = {"marts.person_spell": grown, "incoming.person_month": months.filter(period=month)}
        with literal_snapshot(tables) as before:
            changed = before.query(APPEND, month=month).select(whole.columns)
        grown = pl.concat([grown.join(changed, on=key, how="anti", nulls_equal=True), changed])
    assert grown.sort(key).equals(whole.sort(key))
