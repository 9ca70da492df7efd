"""Snapshots: how many are kept, which one is current, and that an earlier one gives its answers again."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from workbench.errors import SnapshotError
from workbench.settings import Settings
from workbench.warehouse import Warehouse, open_snapshot

PEOPLE = "select period, count(*) as people from marts.person_month group by period order by period"
MONTHS = ("2026-05-31", "2026-06-30", "2026-07-31", "2026-08-31")


@pytest.fixture
def load_month(own_settings: Settings, write_extract: Callable[..., Path]) -> Callable[[Warehouse, str], str]:
    def load(warehouse: Warehouse, month: str) -> str:
        report = warehouse.load([write_extract(f"staff_in_post_{month}", [{"period": month}])])
        assert report.snapshot_id is not None
        return report.snapshot_id

    return load


def test_an_empty_warehouse_says_what_to_do(own_settings: Settings) -> None:
    with pytest.raises(SnapshotError, match="workbench load FOLDER"):
        open_snapshot(own_settings)


def test_a_restored_snapshot_gives_the_earlier_answer_again(
    own_settings: Settings, load_month: Callable[[Warehouse, str], str]
) -> None:
    warehouse = Warehouse(own_settings)
    first = load_month(warehouse, MONTHS[0])
    with warehouse.open() as snapshot:
        earlier_answer = snapshot.sql(PEOPLE)
    second = load_month(warehouse, MONTHS[1])
    with warehouse.open() as snapshot:
        assert snapshot.id == second
        assert snapshot.sql(PEOPLE).height == 2
    warehouse.use(first)
    with warehouse.open() as snapshot:
        assert snapshot.id == first
        assert snapshot.sql(PEOPLE).equals(earlier_answer)


def test_a_chosen_snapshot_stays_until_something_new_is_loaded(
    own_settings: Settings, write_extract: Callable[..., Path], load_month: Callable[[Warehouse, str], str]
) -> None:
    warehouse = Warehouse(own_settings)
    first = load_month(warehouse, MONTHS[0])
    load_month(warehouse, MONTHS[1])
    warehouse.use(first)
    warehouse.load([write_extract(f"staff_in_post_{MONTHS[1]}", [{"period": MONTHS[1]}])])
    assert warehouse.status().manifest.snapshot_id == first
    third = load_month(warehouse, MONTHS[2])
    assert warehouse.status().manifest.snapshot_id == third
    with warehouse.open() as snapshot:
        assert snapshot.sql(PEOPLE).height == 3


def test_a_process_that_holds_an_old_snapshot_opens_the_new_one_under_its_own_name(
    own_settings: Settings, load_month: Callable[[Warehouse, str], str]
) -> None:
    warehouse = Warehouse(own_settings)
    load_month(warehouse, MONTHS[0])
    with warehouse.open() as held:
        load_month(warehouse, MONTHS[1])
        with warehouse.open() as opened_again:
            assert opened_again.sql(PEOPLE).height == 2
        assert held.sql(PEOPLE).height == 1


def test_only_the_newest_snapshots_and_the_current_one_are_kept(
    own_settings: Settings, load_month: Callable[[Warehouse, str], str]
) -> None:
    warehouse = Warehouse(replace(own_settings, snapshots_kept=2))
    made = [load_month(warehouse, month) for month in MONTHS]
    assert [manifest.snapshot_id for manifest, _ in warehouse.snapshots()] == made[:1:-1]
    assert sorted(path.name for path in (own_settings.warehouse / "snapshots").glob("*.duckdb")) == sorted(
        f"{identifier}.duckdb" for identifier in made[2:]
    )
    assert len(list((own_settings.warehouse / "parts" / "staff_in_post").glob("*.parquet"))) == len(MONTHS)


def test_ids_sort_by_time_even_within_one_second(
    own_settings: Settings, load_month: Callable[[Warehouse, str], str]
) -> None:
    warehouse = Warehouse(own_settings)
    made = [load_month(warehouse, month) for month in MONTHS[:3]]
    assert made == sorted(made)
    with warehouse.open() as snapshot:
        assert snapshot.sql("select snapshot_id, parent_snapshot_id from control.snapshot").row(0) == (made[2], made[1])
        assert snapshot.created_at.tzinfo is None


def test_an_unknown_snapshot_is_named_with_the_nearest_one(
    own_settings: Settings, load_month: Callable[[Warehouse, str], str]
) -> None:
    warehouse = Warehouse(own_settings)
    made = load_month(warehouse, MONTHS[0])
    with pytest.raises(SnapshotError, match=made):
        warehouse.use(made[:-1])


def test_a_damaged_snapshot_is_not_made_current(
    own_settings: Settings, load_month: Callable[[Warehouse, str], str]
) -> None:
    warehouse = Warehouse(own_settings)
    first = load_month(warehouse, MONTHS[0])
    second = load_month(warehouse, MONTHS[1])
    warehouse.snapshot_file(first).write_bytes(b"damaged" * 1000)
    with pytest.raises(SnapshotError, match="damaged"):
        warehouse.use(first)
    with warehouse.open() as snapshot:
        assert snapshot.id == second


def test_a_manifest_says_who_wrote_the_snapshot_and_what_it_holds(
    own_settings: Settings, load_month: Callable[[Warehouse, str], str]
) -> None:
    made = load_month(Warehouse(own_settings), MONTHS[0])
    manifest = json.loads((own_settings.warehouse / "snapshots" / f"{made}.json").read_text(encoding="utf-8"))
    assert manifest["duckdb_version"].startswith("1.") or manifest["duckdb_version"].startswith("2.")
    assert manifest["table_rows"]["marts.person_month"] == 1
    assert made.endswith(manifest["contents_hash"][:8])
