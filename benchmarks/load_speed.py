"""How long a staff-in-post file takes to read, against a bare typed read of the same file by DuckDB.

Both are timed in one run on a made-up file of half a million assignments, so that the ratio means the same on any
machine. The bare read keeps rejected lines, but makes no pseudonyms, finds no repeated keys and writes no Parquet.

    python -m benchmarks.load_speed [--rows N] [--repeats N]      exit 1 when the ratio is above 3.0
"""

from __future__ import annotations

import argparse
import datetime as dt
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import duckdb
import numpy as np
import polars as pl

from workbench.extracts import contract_named, read_extract
from workbench.periods import add_months, month_ends
from workbench.settings import Settings

ALLOWED_RATIO = 3.0
PERSONS_PER_ASSIGNMENT = 0.94
_SEED = 20261122
_WORDS = {
    "assignment_status": ["Active Assignment", "Maternity & Adoption", "Career Break"],
    "contract_type": ["Permanent", "Fixed Term Temp"],
    "position_title": ["Physiotherapist Band 6", "Nurse, Rotational", "Healthcare Assistant"],
    "directorate": ["Surgery", "Medicine", "Therapies"],
    "service": ["Musculoskeletal", "Stroke", "Theatres"],
    "team": [f"Team {number}" for number in range(100)],
    "cost_centre": [f"C{number:05d}" for number in range(300)],
    "subjective_code": [f"5{number:03d}" for number in range(50)],
    "staff_group": [
        "Allied Health Professionals",
        "Nursing and Midwifery Registered",
        "Add Prof Scientific and Technic",
    ],
    "job_role": ["Physiotherapist", "Staff Nurse", "Healthcare Assistant"],
    "area_of_work": ["Physiotherapy", "Occupational Therapy"],
    "occupation_code": ["S1E", "S1C", "N6A"],
    "pay_band": ["Band 5", "Band 6", "Band 7"],
    "gender": ["Male", "Female"],
    "ethnic_category": ["A White - British", "Z Not Stated"],
    "disability": ["Yes", "No", "Not Declared"],
    "religion_or_belief": ["Christianity", "Atheism", "I do not wish to disclose"],
    "sexual_orientation": ["Heterosexual or Straight", "Not stated"],
}


def write_staff_in_post(path: Path, rows: int) -> None:
    """Write a month of made-up staff in post: every column filled, some persons with two assignments."""
    random = np.random.default_rng(_SEED)
    persons = np.cumsum(random.random(rows) < PERSONS_PER_ASSIGNMENT)
    numbers = [f"{person:08d}" for person in persons]
    first_of_person = np.concatenate(([True], persons[1:] != persons[:-1]))

    def days(first: dt.date, span: int) -> pl.Series:
        return pl.Series(np.datetime64(first) + random.integers(0, span, rows)).cast(pl.Date)

    columns: dict[str, object] = {}
    for column in contract_named("staff_in_post").columns:
        match column.name:
            case "organisation_code":
                columns[column.name] = ["XAA"] * rows
            case "period":
                columns[column.name] = [dt.date(2026, 9, 30)] * rows
            case "employee_number":
                columns[column.name] = numbers
            case "assignment_number":
                columns[column.name] = [f"{number}-{place % 97}" for place, number in enumerate(numbers)]
            case "primary_assignment":
                columns[column.name] = np.where(first_of_person, "Y", "N")
            case "position_number":
                columns[column.name] = random.integers(1_000_000, 9_000_000, rows)
            case "contracted_fte":
                columns[column.name] = random.integers(20, 101, rows) / 100
            case "contracted_hours":
                columns[column.name] = random.integers(8, 38, rows) + 0.5
            case "supervisor_employee_number":
                columns[column.name] = [numbers[place] for place in random.integers(0, max(rows // 12, 1), rows)]
            case "date_of_birth":
                columns[column.name] = days(dt.date(1958, 1, 1), 16_000)
            case "contract_end_date":
                columns[column.name] = pl.Series([None] * rows, dtype=pl.Date)
            case name if column.type == "d":
                columns[name] = days(dt.date(2012, 1, 1), 5_000)
            case name:
                columns[name] = random.choice(_WORDS[name], rows)
    pl.DataFrame(columns).write_csv(path)


def bare_read(path: Path) -> None:
    """Read the file as DuckDB does it by itself, typed and with rejected lines kept."""
    types = {"d": "DATE", "n": "DECIMAL(18,5)", "i": "BIGINT"}
    columns = {column.name: types.get(column.type, "VARCHAR") for column in contract_named("staff_in_post").columns}
    connection = duckdb.connect()
    connection.execute(
        "create table staff_in_post as select * from read_csv($path, header = true, auto_detect = false, delim = ',', "
        "quote = '\"', columns = $columns, store_rejects = true, rejects_limit = 0)",
        {"path": str(path), "columns": columns},
    ).fetchall()
    connection.close()


def seconds(work: Callable[[], object]) -> float:
    """Return how long a piece of work takes."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def write_history(path: Path, rows: int, months: int) -> None:
    """Write the same staff at several month ends: what a trust sends when it sends its history."""
    month = path.with_name("one_month.csv")
    write_staff_in_post(month, rows // months)
    staff = pl.read_csv(month, infer_schema=False)
    ends = month_ends(add_months(dt.date(2026, 9, 30), 1 - months), dt.date(2026, 9, 30))
    pl.concat([staff.with_columns(period=pl.lit(str(end))) for end in ends]).write_csv(path)


def ratio_of(home: Path, rows: int, months: int, repeats: int) -> float:
    """Time both reads of one file, print them, and return how many times longer ours takes."""
    source = home / f"staff_in_post_{months}.csv"
    write_history(source, rows, months)
    settings = Settings(home=home / f"data_{months}", key_file=home / "pseudonyms.key", reports=home / "reports")
    part = settings.warehouse / "staff_in_post.parquet"
    bare, ours, accepted = [], [], 0
    # In turns, and the best of each: so that other work on the machine disturbs both alike.
    for _ in range(repeats):
        bare.append(seconds(lambda: bare_read(source)))
        started = time.perf_counter()
        accepted = read_extract(source, part, settings=settings).rows_accepted
        ours.append(time.perf_counter() - started)
    if accepted != rows:
        sys.exit(f"{rows - accepted:,} rows of a clean file were not accepted")
    ratio = min(ours) / min(bare)
    print(f"{rows:,} rows, {months} month ends of {rows // months:,} assignments, {source.stat().st_size / 1e6:.0f} MB")
    print(f"  bare typed DuckDB read {min(bare):6.2f} s · read_extract {min(ours):6.2f} s · ratio {ratio:.2f}")
    return ratio


def main() -> int:
    """Time a trust's history and, the hardest case, one month of as many different people; both are held to the bar."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=500_000)
    parser.add_argument("--repeats", type=int, default=3)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        history = ratio_of(Path(folder), arguments.rows, 20, arguments.repeats)
        nation = ratio_of(Path(folder), arguments.rows, 1, arguments.repeats)
    print(f"allowed {ALLOWED_RATIO}")
    return 0 if max(history, nation) <= ALLOWED_RATIO else 1


if __name__ == "__main__":
    sys.exit(main())
