"""What is shown of the corrections: nothing that would give away a few people, before and after."""

from __future__ import annotations

import datetime as dt

import polars as pl

from workbench.coding.ahp_counts import TOTAL
from workbench.coding.impact import NUMBERS
from workbench.coding.impact_exhibits import release_impact
from workbench.disclosure import Policy
from workbench.exhibits import Stamp
from workbench.exhibits.charts import Series, change_bars

ANALYST, LEAD, BOARD = Policy("analyst", 1), Policy("lead", 5), Policy("board", 8, round_to=5)


def counted(*rows: tuple[str, int, int, int, int, int]) -> pl.DataFrame:
    """Profession, coded, in, out, pending in, pending out; FTE is the same as people."""
    terms = ("coded", "in", "out", "pending_in", "pending_out")
    full = [dict(zip(("profession", *terms), row, strict=True)) for row in rows]
    table = pl.DataFrame(
        [
            {"profession": row["profession"]}
            | {f"people_{term}": int(row[term]) for term in terms}
            | {f"fte_{term}": float(row[term]) for term in terms}
            | {"people_after": 0, "fte_after": 0.0}
            for row in full
        ]
    )
    return table.select("profession", *NUMBERS)


FEW = counted(
    ("Physiotherapist", 40, 6, 0, 2, 0),
    ("Podiatrist", 20, 2, 0, 0, 0),
    ("Dietitian", 30, 0, 0, 0, 0),
    (TOTAL, 90, 8, 0, 2, 0),
)


def rows(table: pl.DataFrame, *columns: str) -> dict[str, tuple[object, ...]]:
    return {row[0]: row[1:] for row in table.select("profession", *columns).iter_rows()}


def test_an_analyst_sees_now_plus_in_minus_out_as_after() -> None:
    released = release_impact(FEW, ANALYST)
    shown = rows(released.table, "people_coded", "people_in", "people_out", "people_after", "people_pending_in")
    assert shown == {
        "Physiotherapist": (40, 6, 0, 46, 2), "Podiatrist": (20, 2, 0, 22, 0), "Dietitian": (30, 0, 0, 30, 0),
    }  # fmt: skip
    assert released.withheld == 0


def test_a_profession_that_few_move_into_shows_no_number_after_that_would_say_how_many() -> None:
    table = release_impact(FEW, LEAD).table
    assert rows(table, "people_coded", "people_in", "people_after", "fte_in", "fte_after") == {
        "Physiotherapist": (40, 6, 46, 6.0, 46.0),
        "Podiatrist": (20, None, None, None, None),
        "Dietitian": (30, 0, 30, 0.0, 30.0),
    }
    assert rows(table, "people_pending_in")["Physiotherapist"] == (None,)
    assert table.filter(pl.col("profession") == "Podiatrist")["people_after_status"].to_list() == ["secondary"]


def test_a_profession_that_is_withheld_beside_its_total_is_withheld_here_as_well() -> None:
    table = release_impact(counted(("A", 40, 0, 0, 0, 0), ("B", 3, 0, 0, 0, 0), (TOTAL, 43, 0, 0, 0, 0)), LEAD).table
    assert rows(table, "people_coded", "people_after") == {"A": (None, None), "B": (None, None)}


def test_rounded_numbers_add_up_as_they_are_shown() -> None:
    few = counted(("A", 41, 12, 0, 0, 0), ("B", 52, 0, 0, 0, 0), (TOTAL, 93, 12, 0, 0, 0))
    table = release_impact(few, BOARD).table
    assert rows(table, "people_coded", "people_in", "people_after")["A"] == (40, 10, 50)


def test_the_chart_sets_what_is_decided_apart_from_what_is_not_and_says_it_in_words() -> None:
    table = release_impact(FEW, ANALYST).table
    stamp = Stamp("Made-up Trust", "XAA", dt.date(2026, 9, 30), "2026-10-04 06:12", "whole organisation", "analyst")
    drawing = change_bars(
        table, category="profession",
        gains=(Series("people_in", "In, confirmed"), Series("people_pending_in", "In, pending")),
        losses=(Series("people_out", "Out, confirmed"), Series("people_pending_out", "Out, pending")),
        before="people_coded", after="people_after", unit="people", subject="AHPs", stamp=stamp,
    )  # fmt: skip
    assert [trace.name for trace in drawing.figure.data] == ["In, confirmed", "In, pending"]
    assert list(drawing.figure.data[0].x) == [6, 2, None]
    assert drawing.figure.data[1].marker.pattern.shape == "/"
    words = [note.text for note in drawing.figure.layout.annotations]
    assert "40 → 46" in words and "30" in words
    assert "Physiotherapist: 40 before, 46 after (in, confirmed 6, in, pending 2)" in drawing.alt
