"""Since when exceptions are there, what was opened and closed, and which were accepted."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from workbench.attainment.reconciliation.ages import movement, with_age
from workbench.attainment.reconciliation.reconcile import agreement, reconcile_at, with_states
from workbench.errors import PeriodError, SettingsError
from workbench.settings import Settings
from workbench.warehouse.snapshot import Snapshot

MONTHS = [dt.date(2019, 3, 31), dt.date(2019, 4, 30), dt.date(2019, 5, 31)]
IDS = dict(zip(MONTHS, ({"a", "b", "c"}, {"a", "b"}, {"a", "c", "d"}), strict=True))


def test_age_runs_from_the_first_month_without_a_break() -> None:
    found = pl.DataFrame({"exception_id": ["a", "c", "d"]})
    rows = with_age(found, MONTHS, IDS.__getitem__).rows()
    assert rows == [
        ("a", MONTHS[0], 61, True),
        ("c", MONTHS[2], 0, False),
        ("d", MONTHS[2], 0, False),
    ]


def test_opened_and_closed_add_up_from_month_to_month() -> None:
    rows = movement(MONTHS, IDS.__getitem__).rows()
    assert rows == [(MONTHS[1], 0, 1, 2, 30.0), (MONTHS[2], 2, 1, 3, 61.0)]
    assert rows[1][3] == rows[0][3] + rows[1][1] - rows[1][2]


@pytest.fixture
def two_months(snapshot_of: Callable[..., Snapshot]) -> Snapshot:
    staff = [{"person_key": "a", "period": month} for month in MONTHS[1:]]
    ledger = [{"period": month, "contracted_wte": 2.0} for month in MONTHS[1:]]
    return snapshot_of(staff, ledger=ledger)


def settings_of(folder: Path, **values: object) -> Settings:
    themes = {"attainment": {"reconciliation": values}}
    return Settings(home=folder, key_file=folder / "key", reports=folder / "reports", themes=themes)


def test_a_past_date_gives_the_past_answer(two_months: Snapshot, tmp_path: Path) -> None:
    settings = settings_of(tmp_path)
    now = reconcile_at(two_months, settings, "XAA", dt.date(2019, 5, 31))
    then = reconcile_at(two_months, settings, "XAA", dt.date(2019, 5, 30))
    assert (now.period, then.period) == (MONTHS[2], MONTHS[1])
    assert now.exceptions.select("first_seen", "age_days").rows() == [(MONTHS[1], 31)]
    assert then.exceptions.select("first_seen", "age_days").rows() == [(MONTHS[1], 0)]
    assert now.exceptions["exception_id"].to_list() == then.exceptions["exception_id"].to_list()


def test_a_month_that_is_not_loaded_is_said(two_months: Snapshot, tmp_path: Path) -> None:
    with pytest.raises(PeriodError, match="31 May 2019"):
        reconcile_at(two_months, settings_of(tmp_path), "XAA", dt.date(2019, 7, 1))


def test_an_accepted_exception_stays_with_its_reason_until_its_date(two_months: Snapshot, tmp_path: Path) -> None:
    found = reconcile_at(two_months, settings_of(tmp_path), "XAA", MONTHS[2])
    number = found.exceptions["exception_id"].item()
    accepted = tmp_path / "accepted.csv"
    accepted.write_text(
        "exception_id,reason,owner,accepted_on,until\n"
        f"{number},Post moves in June,Head of finance,2019-05-01,2019-06-30\n",
        encoding="utf-8",
    )
    settings = settings_of(tmp_path, accepted_exceptions=str(accepted))
    row = reconcile_at(two_months, settings, "XAA", MONTHS[2]).exceptions.row(0, named=True)
    assert (row["status"], row["reason"], row["accepted_by"]) == ("accepted", "Post moves in June", "Head of finance")
    told = [
        dict.fromkeys(("reason", "owner"), "x") | {"exception_id": number, "accepted_on": "", "until": "2019-05-30"}
    ]
    assert (
        with_states(found.exceptions.drop("status", "reason", "accepted_by"), told, on=MONTHS[2])["status"].item()
        == "open"
    )
    with pytest.raises(SettingsError, match="yyyy-mm-dd"):
        with_states(
            found.exceptions.drop("status", "reason", "accepted_by"), [told[0] | {"until": "soon"}], on=MONTHS[2]
        )


def test_agreement_counts_lines_for_other_parts(two_months: Snapshot, tmp_path: Path) -> None:
    assert agreement(two_months, None, "XAA", MONTHS[2]) == (0, 1)
    wide = settings_of(tmp_path, wte_tolerance=1.0)
    assert agreement(two_months, wide, "XAA", MONTHS[2]) == (1, 1)
    assert agreement(two_months, None, "XAA", dt.date(2019, 1, 31)) is None
