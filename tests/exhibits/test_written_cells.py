"""How one value is written."""

from __future__ import annotations

import datetime as dt

import pytest

from workbench.exhibits.cells import shown_cell, shown_number


@pytest.mark.parametrize(
    ("value", "decimals", "written"),
    [(1234567, 0, "1,234,567"), (0.25, 1, "0.3"), (2.5, 0, "3"), (-2.5, 0, "-3"), (-0.04, 1, "0.0")],
)
def test_halves_are_written_away_from_zero_and_thousands_apart(value, decimals, written):
    assert shown_number(value, decimals) == written


@pytest.mark.parametrize(
    ("kind", "value", "status", "written"),
    [
        ("count", 5, "shown", "5"),
        ("count", 0, "shown", "0"),
        ("count", None, "primary", "[c]"),
        ("count", None, "secondary", "[c]"),
        ("count", None, "suppressed", "[c]"),
        ("count", 3, "primary", "[c]"),
        ("count", None, None, "[x]"),
        ("percent", None, "not_applicable", "n/a"),
        ("percent", 12.34, "rounded", "12.3%"),
        ("fte", 12.34, None, "12.3"),
        ("month", dt.date(2026, 9, 30), None, "Sep 2026"),
        ("date", dt.date(2026, 9, 3), None, "3 Sep 2026"),
        ("text", "Dietitians", None, "Dietitians"),
    ],
)
def test_a_value_is_written_by_its_kind_and_status(kind, value, status, written):
    assert shown_cell(kind, value, status) == written
