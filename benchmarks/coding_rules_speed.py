"""How long every rule of the coding review takes for a trust's month, a year of it and a nation's month.

A fictional trust is made by the sample generator and loaded as any extract is. The nation is as many copies of its
latest months under other organisation codes, so that its findings must be that many times the trust's: that is checked
first, and so is that a year asked about together finds what its months find one by one. Each question is asked in a
process of its own, whose peak memory is told.

    python -m benchmarks.coding_rules_speed [--staff N] [--national [--copies N]] [--keep FOLDER]

Exit 1 above 2 s of processor time for the month, 60 s or 4 GiB for the nation, or where a check fails.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import duckdb

from workbench.coding.findings import findings_of_months
from workbench.coding.rules import rules
from workbench.measures.coverage import months_loaded
from workbench.sample import build_sample
from workbench.settings import Settings
from workbench.warehouse import Snapshot, Warehouse
from workbench.warehouse.engine import open_locked

MONTH_SECONDS, NATION_SECONDS, NATION_GIB = 2.0, 60.0, 4.0
MONTHS = 13
#: Month ends that the copies hold: the latest and the one before, with which some rules compare it.
COPIED_MONTHS = 2


def load_trust(folder: Path, staff: int) -> Path:
    """Make one organisation of so many staff, load it, and return its database."""
    build_sample(folder / "extracts", organisations=1, staff=staff, months=MONTHS, format="parquet")
    settings = Settings(home=folder / "home", key_file=folder / "pseudonyms.key", reports=folder / "reports")
    Warehouse(settings).load([folder / "extracts"])
    with Warehouse(settings).open() as snapshot:
        return settings.warehouse / "snapshots" / f"{snapshot.id}.duckdb"


def copy_to_nation(trust: Path, nation: Path, copies: int) -> None:
    """Write the trust's latest months so many times, each copy under an organisation code of its own."""
    connection = duckdb.connect(str(nation))
    connection.execute(f"attach '{trust}' as trust (read_only)")
    connection.execute("create table copies as select printf('N%04d', i) as code from range($n) t (i)", {"n": copies})
    tables = connection.execute(
        "select table_schema, table_name, list(column_name) from information_schema.columns "
        "where table_catalog = 'trust' group by all"
    ).fetchall()
    for schema, table, columns in tables:
        connection.execute(f"create schema if not exists {schema}")
        latest = (
            f"where period in (select distinct period from trust.marts.coding_record order by period desc "
            f"limit {COPIED_MONTHS})"
        )
        if "organisation_code" in columns:
            rows = (
                f"select rows.* replace (copies.code as organisation_code) from copies, trust.{schema}.{table} as rows "
                f"{latest if 'period' in columns else ''} order by copies.code"
                + (", rows.period" if "period" in columns else "")
            )
        elif table == "load_file":
            rows = f"select * replace ((select list(code) from copies) as organisations) from trust.{schema}.{table}"
        else:
            rows = f"from trust.{schema}.{table}"
        connection.execute(f"create table {schema}.{table} as {rows}")
    connection.close()


def ask(database: Path, months: int) -> dict[str, float]:
    """Ask every rule about the latest months of every organisation of a database, in this process."""
    snapshot = Snapshot(open_locked(database), "benchmark", dt.datetime(2026, 10, 4))
    codes = snapshot.sql("select distinct organisation_code from marts.coding_record order by 1")
    asked = {code: months_loaded(snapshot, code)[-months:] for code in codes["organisation_code"]}
    started, used = time.perf_counter(), time.process_time()
    found = findings_of_months(snapshot, asked)
    took = {"seconds": time.perf_counter() - started, "processor": time.process_time() - used}
    assignments = snapshot.sql(
        "select count(*) from marts.coding_record where period = (select max(period) from marts.coding_record)"
    ).item()
    # Kilobytes everywhere but on macOS, which tells bytes.
    unit = 2**30 if sys.platform == "darwin" else 2**20
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit
    return {**took, "gib": peak, "findings": found.height, "assignments": assignments}


def in_own_process(database: Path, months: int) -> dict[str, float]:
    """Ask in a process of its own, so that its peak memory is that of this question."""
    command = [sys.executable, "-m", "benchmarks.coding_rules_speed", "--ask", str(database), str(months)]
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return dict(json.loads(told))


def check_months_together(database: Path) -> None:
    """Stop unless months asked about together find what each finds alone."""
    with Snapshot(open_locked(database), "benchmark", dt.datetime(2026, 10, 4)) as snapshot:
        (code,) = snapshot.sql("select distinct organisation_code from marts.coding_record")["organisation_code"]
        months = months_loaded(snapshot, code)[-3:]
        together = findings_of_months(snapshot, {code: months})
        alone = sum(findings_of_months(snapshot, {code: [month]}).height for month in months)
    if together.height != alone or together.is_empty():
        sys.exit(f"{together.height:,} findings in three months together, and {alone:,} one by one")


def shown(name: str, told: dict[str, float]) -> str:
    """Say what was measured in a line."""
    return (
        f"{name:<22}{told['assignments']:>12,.0f} assignments {told['findings']:>10,.0f} findings "
        f"{told['seconds']:>7.2f} s {told['processor']:>7.2f} s of processor {told['gib']:>6.2f} GiB"
    )


def main() -> int:
    """Time the trust and, with `--national`, the nation; both are held to their bars."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--staff", type=int, default=14_000, help="people; they hold some more assignments")
    parser.add_argument("--national", action="store_true")
    parser.add_argument("--copies", type=int, default=100)
    parser.add_argument("--keep", type=Path, help="make the databases here, and use those that are there")
    parser.add_argument("--ask", nargs=2, metavar=("DATABASE", "MONTHS"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.ask:
        print(json.dumps(ask(Path(arguments.ask[0]), int(arguments.ask[1]))))
        return 0
    with tempfile.TemporaryDirectory() as scratch:
        folder = arguments.keep or Path(scratch)
        made = folder / "trust.path"
        if not made.exists():
            made.parent.mkdir(parents=True, exist_ok=True)
            made.write_text(str(load_trust(folder, arguments.staff)), encoding="utf-8")
        trust = Path(made.read_text(encoding="utf-8"))
        check_months_together(trust)
        print(f"{len(rules())} rules")
        month, year = in_own_process(trust, 1), in_own_process(trust, 12)
        print(shown("a month of a trust", month))
        print(shown("twelve months of it", year))
        failed = min(month["seconds"], month["processor"]) > MONTH_SECONDS
        if arguments.national:
            failed |= national(trust, folder / "nation.duckdb", arguments.copies)
    return int(failed)


def national(trust: Path, nation: Path, copies: int) -> bool:
    """Ask about the nation's month, check its findings, and say whether it took more than it may."""
    if not nation.exists():
        copy_to_nation(trust, nation, copies)
    small = nation.with_name("few.duckdb")
    if not small.exists():
        copy_to_nation(trust, small, 1)
    one, told = in_own_process(small, 1), in_own_process(nation, 1)
    print(shown(f"a month of {copies} trusts", told))
    if told["findings"] != copies * one["findings"]:
        sys.exit(f"{told['findings']:,.0f} findings in {copies} copies of {one['findings']:,.0f}")
    return told["seconds"] > NATION_SECONDS or told["gib"] > NATION_GIB


if __name__ == "__main__":
    sys.exit(main())
