"""Findings made ready at a load: of every organisation, once, and never at the price of the load."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from workbench.coding import prepare as coding_prepare
from workbench.dashboards.preparing import prepare_views
from workbench.settings import Settings
from workbench.warehouse import Warehouse

ROW = {
    "organisation_code": "XAA",
    "period": "2026-08-31",
    "employee_number": "101",
    "assignment_number": "101",
    "primary_assignment": "Y",
    "assignment_status": "Active Assignment",
    "contract_type": "Permanent",
    "position_number": "700",
    "position_title": "Physiotherapist",
    "cost_centre": "4410",
    "staff_group": "Allied Health Professionals",
    "job_role": "Physiotherapist",
    "occupation_code": "S1K",
    "contracted_fte": "1",
    "organisation_start_date": "2020-04-01",
}


def loaded(settings: Settings, folder: Path) -> str:
    rows = [ROW, {**ROW, "organisation_code": "XBB"}, {**ROW, "period": "2026-07-31"}]
    pl.DataFrame(rows).write_csv(folder / "staff_in_post.csv")
    snapshot_id = Warehouse(settings).load([folder / "staff_in_post.csv"]).snapshot_id
    assert snapshot_id is not None
    return snapshot_id


def test_every_month_of_every_organisation_is_kept_and_the_second_time_nothing_is_written(tmp_path, own_settings):
    snapshot_id = loaded(own_settings, tmp_path)
    assert prepare_views(own_settings, snapshot_id) == ()
    kept = {path: path.stat().st_mtime_ns for path in (own_settings.warehouse / "findings").glob("*.parquet")}
    assert len(kept) == 3
    assert prepare_views(own_settings, snapshot_id) == ()
    assert {path: path.stat().st_mtime_ns for path in kept} == kept


def test_a_theme_that_fails_is_named_and_stops_nothing(
    tmp_path: Path, own_settings: Settings, monkeypatch: pytest.MonkeyPatch
):
    def fail(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(coding_prepare, "prepare", fail)
    assert prepare_views(own_settings, loaded(own_settings, tmp_path)) == ("coding (ZeroDivisionError)",)
