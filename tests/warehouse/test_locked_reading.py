"""A snapshot is open to read and to nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from workbench.errors import SnapshotError, WorkbenchError
from workbench.settings import Settings
from workbench.warehouse import Snapshot, Warehouse
from workbench.warehouse.engine import open_locked

EXTRACT = """\
organisation_code,period,employee_number,assignment_number,primary_assignment,assignment_status,contract_type,\
position_title,cost_centre,staff_group,contracted_fte,organisation_start_date
XAA,2026-08-31,1,1,Y,Active Assignment,Permanent,Physiotherapist,4410,Allied Health Professionals,1,2020-04-01
"""


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Snapshot]:
    root = tmp_path_factory.mktemp("locked")
    warehouse = Warehouse(Settings(home=root / "home", key_file=root / "key", reports=root / "reports"))
    file = root / "staff_in_post_august.csv"
    file.write_text(EXTRACT, encoding="utf-8")
    warehouse.load([file])
    with warehouse.open() as opened:
        yield opened


@pytest.mark.parametrize(
    "statement",
    [
        "copy marts.person_month to '{folder}/out.csv'",
        "copy (select 1) to '{folder}/out.parquet'",
        "export database '{folder}/out'",
        "attach '{folder}/other.duckdb' as other",
        "attach '{folder}/other.duckdb' as other (read_write)",
        "select * from read_csv('{folder}/secret.csv')",
        "select * from read_text('{folder}/secret.csv')",
        "select * from '{folder}/secret.csv'",
        "select * from glob('{folder}/*')",
        "install httpfs",
        "load httpfs",
        "set enable_external_access = true",
        "set memory_limit = '1GB'",
        "reset lock_configuration",
        "create table marts.own as select 1 as one",
        "delete from marts.person_month",
        "update marts.person_month set fte = 0",
        "drop table marts.person_month",
    ],
)
def test_no_statement_leads_out_of_a_snapshot_or_changes_it(snapshot: Snapshot, statement: str, tmp_path: Path) -> None:
    (tmp_path / "secret.csv").write_text("a\n1\n", encoding="utf-8")
    with pytest.raises(WorkbenchError):
        snapshot.sql(statement.format(folder=tmp_path.as_posix()))
    assert not list(tmp_path.glob("out*"))
    assert not (tmp_path / "other.duckdb").exists()
    assert snapshot.sql("select count(*) as people from marts.person_month").item() == 1


def test_a_frame_of_the_calling_program_is_not_read_by_its_name(snapshot: Snapshot) -> None:
    people = pl.DataFrame({"a": [1]})
    with pytest.raises(WorkbenchError, match="people"):
        snapshot.sql("select * from people")
    assert people.height == 1


def test_a_value_is_bound_and_never_read_as_sql(snapshot: Snapshot) -> None:
    rows = snapshot.sql(
        "select * from marts.person_month where organisation_code = $organisation",
        organisation="XAA' or 'a' = 'a",
    )
    assert rows.height == 0


def test_a_value_that_cannot_be_converted_is_not_repeated_in_the_message(snapshot: Snapshot) -> None:
    with pytest.raises(WorkbenchError) as caught:
        snapshot.sql("select position_title::date as wrong from marts.assignment_month")
    assert "Physiotherapist" not in str(caught.value)


def test_a_missing_file_and_a_damaged_one_are_said_plainly(tmp_path: Path) -> None:
    with pytest.raises(SnapshotError, match="missing"):
        open_locked(tmp_path / "none.duckdb")
    damaged = tmp_path / "damaged.duckdb"
    damaged.write_bytes(b"not a database" * 500)
    with pytest.raises(SnapshotError, match="damaged"):
        open_locked(damaged)
