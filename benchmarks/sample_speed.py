"""How many assignment-months of staff in post the sample generator makes and writes in a minute.

python -m benchmarks.sample_speed [--staff N] [--months N]      exit 1 below a million a minute
"""

from __future__ import annotations

import argparse
import sys
import time

from workbench.periods import add_months, month_end, month_ends
from workbench.sample.build import DEFAULT_SEED, LAST_MONTH, careers_of
from workbench.sample.careers import day_number
from workbench.sample.chance import Chance
from workbench.sample.files import parquet_bytes
from workbench.sample.organisations import fictional_organisations
from workbench.sample.staff_in_post import COLUMNS, expand_months

REQUIRED = 1_000_000


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--staff", type=int, default=40_000)
    parser.add_argument("--months", type=int, default=30)
    asked = parser.parse_args()
    months = month_ends(month_end(add_months(LAST_MONTH.replace(day=1), 1 - asked.months)), LAST_MONTH)
    chance = Chance(DEFAULT_SEED)
    begun = time.perf_counter()
    first_day, last_day = day_number(months[0].replace(day=1)), day_number(LAST_MONTH)
    posts, people, assignments = careers_of(fictional_organisations(3), asked.staff, first_day, last_day, chance)
    rows = expand_months(assignments, posts, people, months, chance).select(COLUMNS)
    size = len(parquet_bytes(rows))
    seconds = time.perf_counter() - begun
    a_minute = 60 * rows.height / seconds
    print(f"{rows.height:,} assignment-months in {seconds:.1f} s, written as {size / 2**20:.0f} MiB of Parquet:")
    print(f"{a_minute:,.0f} rows a minute (at least {REQUIRED:,})")
    return 0 if a_minute >= REQUIRED else 1


if __name__ == "__main__":
    sys.exit(main())
