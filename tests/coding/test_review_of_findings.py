"""Since when findings have been there, and which of them bear a suggested code."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from workbench.coding.kept_findings import there_since
from workbench.coding.review import with_suggestions

JULY, AUGUST, SEPTEMBER = dt.date(2026, 7, 31), dt.date(2026, 8, 31), dt.date(2026, 9, 30)


def test_a_finding_is_there_since_the_first_month_without_a_break():
    earlier = [(AUGUST, ["old", "fresh"]), (JULY, ["old", "broken"])]
    assert there_since(SEPTEMBER, ["old", "fresh", "broken", "new"], earlier) == {
        "old": JULY,
        "fresh": AUGUST,
        "broken": SEPTEMBER,
        "new": SEPTEMBER,
    }


def test_months_are_read_only_as_far_as_a_finding_goes_back():
    def earlier():
        yield AUGUST, ["another"]
        pytest.fail("July was read, though nothing of September was there in August")

    assert there_since(SEPTEMBER, ["new"], earlier()) == {"new": SEPTEMBER}


def suggested(*rows: tuple[str, str, str, str | None]) -> pl.DataFrame:
    """Suggestions told by assignment, position, outcome and code."""
    columns = (
        "organisation", "month", "person_key", "assignment_key", "position_number", "position_title", "service", "team",
        "pay_band", "fte", "holders", "vote_status", "evidenced_profession", "current_code", "current_name",
        "current_profession", "outcome", "suggested_code", "suggested_name", "suggested_profession", "confidence",
        "declined", "candidates", "reasons", "votes",
    )  # fmt: skip
    types = dict.fromkeys(columns, pl.String) | {"month": pl.Date, "fte": pl.Float64, "holders": pl.Int64}
    return pl.DataFrame(
        [
            {"organisation": "XAA", "month": SEPTEMBER, "assignment_key": assignment, "position_number": position,
             "outcome": outcome, "current_code": "S1K", "suggested_code": code, "fte": 1.0,
             "confidence": "high" if code else None, "declined": None if code else "sources_in_conflict"}
            for assignment, position, outcome, code in rows
        ],
        schema=types,
    )  # fmt: skip


def finding(rule: str, assignment: str | None, position: str) -> pl.DataFrame:
    row = {"finding_id": "f1", "rule_id": rule, "assignment_key": assignment, "position_number": position}
    return pl.DataFrame([row], schema=dict.fromkeys(row, pl.String))


@pytest.mark.parametrize(
    ("rule", "assignment", "position", "expected"),
    [
        ("COD3", "a1", "900", ("S1E", "high")),
        ("POS1", None, "901", ("S1C", "high")),
        ("POS1", None, "900", (None, None)),
        ("HIE1", "a1", "900", (None, None)),
        ("COD3", "a9", "909", (None, None)),
    ],
    ids=["its own", "all holders agree", "holders differ", "not about a code", "unknown record"],
)
def test_a_finding_about_a_code_bears_the_code_that_the_evidence_points_to(rule, assignment, position, expected):
    offered = suggested(("a1", "900", "suggested", "S1E"), ("a2", "900", "suggested", "S1C"),
                        ("a3", "901", "suggested", "S1C"))  # fmt: skip
    row = with_suggestions(finding(rule, assignment, position), offered).row(0, named=True)
    assert (row["suggested_code"], row["confidence"]) == expected
