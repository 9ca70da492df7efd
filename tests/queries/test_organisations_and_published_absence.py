"""The organisations served, and the published sickness absence statistics."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import polars as pl

from workbench.warehouse.register import SQL
from workbench.warehouse.snapshot import literal_snapshot

JULY, AUGUST = dt.date(2026, 7, 31), dt.date(2026, 8, 31)
DAYS = pl.Decimal(18, 5)


def test_an_organisation_is_served_when_any_file_in_use_describes_it() -> None:
    tables = {
        "control.load_file": pl.DataFrame(
            {
                "extract": ["staff_in_post", "leavers", "published_absence", "ledger"],
                "organisations": [["XAA"], ["XBB"], ["RXX"], ["XCC"]],
                "is_live": [True, True, True, False],
            }
        ),
        "staging.staff_in_post": pl.DataFrame({"organisation_code": ["XAA", "XAA"], "period": [AUGUST, JULY]}),
        "staging.organisations": pl.DataFrame(
            {
                "organisation_code": ["XAA"],
                "organisation_name": ["Sampleshire (fictional)"],
                "organisation_type": ["Acute"],
                "is_fictional": [True],
            }
        ),
    }
    with literal_snapshot(tables) as snapshot:
        served = snapshot.query(SQL / "marts" / "organisation.sql")
    assert served.rows() == [
        ("XAA", "Sampleshire (fictional)", "Acute", True, JULY, AUGUST),
        ("XBB", "XBB", "unknown", False, None, None),
    ]


def test_a_published_row_is_blanked_up_to_330_days_available_and_where_none_are_stated() -> None:
    available = [Decimal("329.99"), Decimal("330"), Decimal("330.01"), Decimal("0"), None]
    rows = pl.DataFrame(
        {
            "organisation_code": ["A", "B", "C", "D", "E"],
            "period": [JULY] * 5,
            **{name: [name] * 5 for name in ("organisation_name", "organisation_type", "region_code", "region_name")},
            **{name: [name] * 5 for name in ("ics_code", "ics_name")},
            "fte_days_lost": pl.Series([Decimal(10)] * 4 + [None], dtype=DAYS),
            "fte_days_available": pl.Series(available, dtype=DAYS),
            "published_rate": pl.Series([Decimal("3.03")] * 5, dtype=DAYS),
        }
    )
    with literal_snapshot({"staging.published_absence": rows}) as snapshot:
        published = snapshot.query(SQL / "marts" / "published_absence.sql")
    assert published.select("is_blanked", "recomputed_rate").rows() == [
        (True, 3.03),
        (True, 3.03),
        (False, 3.03),
        (True, None),
        (True, None),
    ]
