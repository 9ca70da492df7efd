"""What every `.sql` file of the workbench must be, whoever wrote it."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from pathlib import Path

import duckdb
import pytest

import workbench
from workbench.coding.local_settings import CodingSettings
from workbench.extracts import Contract, contracts
from workbench.warehouse import Snapshot, register

PACKAGE = Path(workbench.__file__).parent
SQL = PACKAGE / "warehouse" / "sql"
QUERIES = sorted(PACKAGE.rglob("*.sql"))
# These run only while a snapshot is built or a file is read; the small warehouse is what they make.
ONLY_WHILE_BUILDING = (SQL / "staging", SQL / "marts", SQL / "reading")
RUNNABLE = [path for path in QUERIES if path.parent not in ONLY_WHILE_BUILDING]
VALUES = {
    "organisation": "XAA",
    "organisations": ["XAA"],
    "months": [dt.date(2026, 8, 31)],
    "asked": [{"organisation_code": "XAA", "period": dt.date(2026, 8, 31)}],
    "as_at": dt.date(2026, 8, 31),
    "period": dt.date(2026, 8, 31),
    "month": dt.date(2026, 8, 31),
    "first": dt.date(2026, 6, 30),
    "last": dt.date(2026, 8, 31),
    "opening": dt.date(2026, 7, 31),
    "closing": dt.date(2026, 8, 31),
    "window_months": 12,
    "dimension": "service",
    "status": "active",
    "inactive_apart": False,
    **CodingSettings().bound([setting.name for setting in dataclasses.fields(CodingSettings)]),
}
KEYWORDS = (
    "select from where group order by having join left right full inner outer cross on using as with recursive union "
    "all distinct case when then else end and or not in is null like between over partition rows filter limit qualify "
    "unnest true false desc asc nulls first last interval exists cast coalesce"
)


def name_of(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


def without_comments_and_texts(query: str) -> str:
    return re.sub(r"'(?:[^']|'')*'|\"[^\"]*\"", "''", re.sub(r"--[^\n]*", "", query))


@pytest.mark.parametrize("path", QUERIES, ids=name_of)
def test_a_query_states_its_grain_and_is_one_select_in_lower_case(path: Path) -> None:
    query = path.read_text(encoding="utf-8")
    assert re.match(r"-- grain: one row( per |\n)", query), "the first line is `-- grain: one row per ...`"
    statements = duckdb.extract_statements(query)
    assert [statement.type for statement in statements] == [duckdb.StatementType.SELECT]
    code = without_comments_and_texts(query)
    shouted = [word for word in re.findall(r"\b[A-Z_]{2,}\b", code) if word.lower() in KEYWORDS.split()]
    assert shouted == []
    assert ";" not in code
    assert query.endswith("\n")


@pytest.mark.parametrize("path", RUNNABLE, ids=name_of)
def test_a_query_runs_on_a_warehouse_as_a_load_builds_it(path: Path, small_warehouse: Snapshot) -> None:
    wanted = set(re.findall(r"\$([a-z_]+)", without_comments_and_texts(path.read_text(encoding="utf-8"))))
    small_warehouse.query(path, **{name: VALUES.get(name, "") for name in wanted})


@pytest.mark.parametrize("contract", contracts().values(), ids=lambda contract: contract.name)
def test_a_staging_table_has_the_columns_of_its_contract_and_the_codes_of_its_lists(
    contract: Contract, small_warehouse: Snapshot
) -> None:
    columns = small_warehouse.sql(f"select * from staging.{contract.name} limit 0").columns
    codes = [name for name in columns if name.endswith("_code") and name.removesuffix("_code") in columns]
    assert [name for name in columns if name not in codes] == [*contract.landed_columns, "source_file"]
    listed = {column.name for column in contract.columns if column.list_name not in (None, "none", "values")}
    assert {code.removesuffix("_code") for code in codes} == listed - {"area_of_work"}


def test_every_contract_has_its_staging_query_and_no_other_is_there() -> None:
    assert sorted(path.stem for path in (SQL / "staging").glob("*.sql")) == sorted(contracts())


def test_the_register_names_every_mart_and_every_check() -> None:
    assert sorted(table.query.stem for table in register.marts()) == sorted(
        p.stem for p in (SQL / "marts").glob("*.sql")
    )
    checks = {check for table in register.marts() for check in table.checks}
    assert checks == {path.stem for path in (SQL / "checks").glob("*.sql")}


@pytest.mark.parametrize("table", register.marts(), ids=lambda table: table.name)
def test_a_mart_holds_each_key_once_and_reads_only_what_the_register_says(
    table: register.Table, small_warehouse: Snapshot
) -> None:
    keys = ", ".join(table.keys)
    repeated = small_warehouse.sql(f"select {keys} from {table.name} group by {keys} having count(*) > 1")
    assert repeated.height == 0
    query = without_comments_and_texts(table.query.read_text(encoding="utf-8"))
    read = set(re.findall(r"\b(?:from|join)\s+((?:staging|marts|reference|control)\.[a-z_]+)", query))
    assert read == set(table.depends_on)


@pytest.mark.parametrize("table", register.marts(), ids=lambda table: table.name)
def test_a_mart_is_kept_in_the_order_of_its_key(table: register.Table, small_warehouse: Snapshot) -> None:
    leading = [key for key in ("organisation_code", "period", "person_key") if key in table.keys]
    rows = small_warehouse.sql(f"select {', '.join(leading)} from {table.name}")
    assert rows.rows() == sorted(rows.rows())


def test_the_small_warehouse_counts_what_its_files_say(small_warehouse: Snapshot) -> None:
    counted = small_warehouse.sql("select period, count(*) as people from marts.person_month group by 1 order by 1")
    # 101 and 102 throughout; bank (103) is not substantive; 104 from August.
    assert counted["people"].to_list() == [2, 2, 3]
