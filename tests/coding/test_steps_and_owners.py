"""The seven steps: items of the checklist, who does them by when, and what the data say."""

from __future__ import annotations

import datetime as dt
import sqlite3

import polars as pl
import pytest

from workbench.coding.exhibits import EXHIBITS
from workbench.coding.rules import STEPS, rules
from workbench.coding.steps import (
    StepError,
    items,
    record_step,
    standing_steps,
    step_history,
    steps_file,
    with_overdue,
)
from workbench.coding.tracker import in_words, of_step, tracker
from workbench.errors import PeriodError, UnknownName
from workbench.exhibits import ExhibitRequest
from workbench.measures import catalogue
from workbench.workbench import Workbench

SEP, DUE = dt.date(2026, 9, 30), dt.date(2026, 9, 20)


def standing(settings, item: str) -> dict[str, object]:
    return standing_steps(settings, "XAA").filter(pl.col("item") == item).row(0, named=True)


def test_every_step_has_items_every_rule_speaks_to_one_and_every_measure_exists():
    assert {one.step for one in items().values()} == set(STEPS)
    assert all(one.item.startswith(str(one.step)) and one.question.endswith("?") for one in items().values())
    assert {rule_id for one in items().values() for rule_id in one.rules} == set(rules())
    assert {one.measure for one in items().values() if one.measure} <= set(catalogue())


def test_nothing_is_stated_at_first_and_looking_makes_no_file(own_settings):
    table = standing_steps(own_settings, "XAA")
    assert table["item"].to_list() == list(items())
    assert table["owner"].null_count() == table.height
    assert not steps_file(own_settings).exists()


def test_what_is_not_given_stays_as_it_was_stated(own_settings):
    record_step(own_settings, "XAA", "3b", by="A Lead", owner="Ada Lead", due=DUE, status="amber")
    record_step(own_settings, "XAA", "3b", by="B Head", status="green", note="half of it is done")
    row = standing(own_settings, "3b")
    assert (row["owner"], row["due"], row["status"], row["by"]) == ("Ada Lead", DUE, "green", "B Head")
    assert row["note"] == "half of it is done"


def test_none_takes_a_value_away(own_settings):
    record_step(own_settings, "XAA", "3b", by="A Lead", owner="Ada Lead", due=DUE)
    record_step(own_settings, "XAA", "3b", by="A Lead", owner="none", due="none")
    assert (standing(own_settings, "3b")["owner"], standing(own_settings, "3b")["due"]) == (None, None)


def test_everything_that_was_stated_is_kept_and_cannot_be_changed(own_settings):
    record_step(own_settings, "XAA", "3b", by="A Lead", due=DUE)
    record_step(own_settings, "XAA", "3b", by="B Head", due=SEP)
    history = step_history(own_settings, "XAA")
    assert history.select("due", "person").rows() == [("2026-09-20", "A Lead"), ("2026-09-30", "B Head")]
    connection = sqlite3.connect(steps_file(own_settings))
    for attempt in ("update step set due = null", "delete from step"):
        with pytest.raises(sqlite3.IntegrityError, match="never"):
            connection.execute(attempt)
    connection.close()


def test_another_organisation_has_its_own_statements(own_settings):
    record_step(own_settings, "XBB", "3b", by="A Lead", owner="Ada Lead")
    assert standing(own_settings, "3b")["owner"] is None


@pytest.mark.parametrize(
    ("stated", "error", "said"),
    [
        ({"item": "9z", "owner": "A"}, UnknownName, "item of the checklist"),
        ({"status": "blue"}, UnknownName, "status"),
        ({}, StepError, "Nothing is stated"),
        ({"owner": "A", "by": " "}, StepError, "needs a name"),
        ({"note": "ask 20001776"}, StepError, "six or more digits"),
        ({"owner": "  "}, StepError, "needs an owner"),
    ],
)
def test_what_cannot_be_kept_is_refused_and_nothing_is_recorded(own_settings, stated, error, said):
    values = {"item": "3b", "by": "A Lead", **stated}
    with pytest.raises(error, match=said):
        record_step(own_settings, "XAA", **values)
    assert step_history(own_settings, "XAA").is_empty()


@pytest.mark.parametrize(
    ("status", "as_at", "days"),
    [("amber", DUE, 0), ("amber", DUE + dt.timedelta(days=1), 1), ("done", SEP, None), (None, SEP, 10)],
)
def test_an_item_is_overdue_from_the_day_after_its_date_until_it_is_done(own_settings, status, as_at, days):
    record_step(own_settings, "XAA", "3b", by="A Lead", owner="Ada Lead", due=DUE, status=status)
    row = with_overdue(standing_steps(own_settings, "XAA"), as_at).filter(item="3b").row(0, named=True)
    assert row["days_overdue"] == days


def test_who_and_by_when_is_told_in_words_the_overdue_first(own_settings):
    record_step(own_settings, "XAA", "3b", by="A", owner="Ada Lead", due=dt.date(2026, 12, 1))
    record_step(own_settings, "XAA", "3d", by="A", owner="Ben Head", due=DUE)
    record_step(own_settings, "XAA", "3a", by="A", owner="Cy Clerk", due=DUE, status="done")
    table = with_overdue(standing_steps(own_settings, "XAA"), DUE + dt.timedelta(days=1))
    assert of_step(table, 3) == (
        "3d Ben Head by 20 Sep 2026, overdue by 1 day; 3b Ada Lead by 1 Dec 2026; "
        "3a Cy Clerk by 20 Sep 2026, done. 3 of 6 items without an owner."
    )
    assert of_step(table, 1) == "Nobody yet."
    assert in_words(table.filter(item="1a").row(0, named=True)) == "nobody yet"


# ---- on the sample -------------------------------------------------------------------------------------------------


def test_the_tracker_says_what_the_data_say_of_each_item(sample_workbench, own_settings):
    table = tracker(sample_workbench.snapshot, own_settings, "XAA", SEP)
    rows = {row["item"]: row for row in table.iter_rows(named=True)}
    assert rows["1b"]["to_do"] == 3
    assert rows["2a"]["to_do"] is None and rows["2a"]["data_say"].startswith("No rule")
    assert all(row["data_say"] for row in rows.values())


def test_a_month_that_is_not_loaded_has_no_tracker(sample_workbench, own_settings):
    with pytest.raises(PeriodError, match="not loaded"):
        tracker(sample_workbench.snapshot, own_settings, "XAA", dt.date(2020, 1, 31))


def test_the_exhibit_shows_owner_and_date_of_each_step(sample_workbench, own_settings):
    record_step(own_settings, "XAA", "1b", by="A", owner="Ada Lead", due=DUE)
    exhibit = EXHIBITS["seven_steps"](
        Workbench(sample_workbench.snapshot, own_settings, "lead"), ExhibitRequest("XAA", SEP, {})
    )
    said = dict(exhibit.table.select("name", "by_whom").iter_rows())
    assert (
        said["1 Manager self-service"]
        == "1b Ada Lead by 20 Sep 2026, overdue by 10 days. 1 of 2 items without an owner."
    )
    assert said["2 Employee self-service"] == "Nobody yet."
    assert "1 is overdue and 18 are without an owner" in exhibit.notes[0]
