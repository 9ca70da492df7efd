"""How long the reconciliation of a large trust takes: 200 teams, 15,000 staff, three in four with a job plan.

python -m benchmarks.attainment_reconciliation_speed [--staff N] [--teams N]    exit 1 above 5 seconds of processor time

The trust is made up in memory: a month of posts, a ledger and costing splits that agree but for breaks put in on
purpose, templates of every fifth team, plans with three activities, and a month of rosters. What is found is checked
before anything is timed.
"""

from __future__ import annotations

import argparse
import datetime as dt
import sys
import time

import polars as pl

from workbench.attainment.reconciliation.reconcile import Reconciliation, reconcile
from workbench.extracts import contracts
from workbench.warehouse.snapshot import Snapshot, literal_snapshot

ALLOWED_SECONDS = 5.0
MONTH = dt.date(2026, 9, 30)
ORGANISATION = "XAA"
GROUPS = {"03": "Nursing and Midwifery Registered", "04": "Allied Health Professionals"}
BREAKS = 25
_KINDS = {"d": pl.Date, "n": pl.Float64, "i": pl.Int64, "b": pl.Boolean}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--staff", type=int, default=15_000)
    parser.add_argument("--teams", type=int, default=200)
    asked = parser.parse_args()
    snapshot = made_up_trust(asked.staff, asked.teams)
    _check(reconcile(snapshot, ORGANISATION, MONTH))
    begun = time.process_time()
    found = reconcile(snapshot, ORGANISATION, MONTH)
    seconds = time.process_time() - begun
    lines = 0 if found is None else found.lines.height
    exceptions = 0 if found is None else found.exceptions.height
    print(f"{asked.staff:,} staff, {asked.teams} teams: {lines:,} lines, {exceptions:,} exceptions")
    print(f"{seconds:.2f} s of processor time (at most {ALLOWED_SECONDS:.0f} s)")
    return 0 if seconds <= ALLOWED_SECONDS else 1


def _check(found: Reconciliation | None) -> None:
    """Stop where the made-up breaks are not what is found."""
    raised = {} if found is None else dict(found.exceptions.group_by("check").len().iter_rows())
    if raised.get("contracted_differs") != BREAKS:
        raise SystemExit(f"Expected {BREAKS} lines whose contracted WTE differs: found {raised}.")


def made_up_trust(staff: int, teams: int) -> Snapshot:
    """Make a trust of so many staff and teams, as a snapshot in memory."""
    number = pl.int_range(0, staff, eager=True)
    codes = pl.Series([list(GROUPS)[one % 7 % 2] for one in range(staff)])
    posts = pl.DataFrame({"number": number, "staff_group_code": codes}).select(
        person_key=pl.format("person {}", "number"),
        assignment_key=pl.format("post {}", "number"),
        position_number=pl.format("{}", pl.col("number") // 3),
        staff_group_code="staff_group_code",
        staff_group=pl.col("staff_group_code").replace_strict(GROUPS),
        team=pl.format("Team {}", pl.col("number") % teams),
        cost_centre=pl.format("C{}", pl.col("number") % teams),
        fte=pl.when(pl.col("number") % 4 == 0).then(0.6).otherwise(1.0),
        plan_id=pl.format("JP {}", "number"),
        has_plan=pl.col("number") % 4 != 3,
    )
    everywhere = {"organisation_code": pl.lit(ORGANISATION)}
    plans = posts.filter("has_plan").with_columns(
        **everywhere, system=pl.lit("software"), status=pl.lit("approved"), start_date=pl.lit(dt.date(2026, 4, 1)),
        review_date=pl.lit(dt.date(2026, 3, 1)), approval_date=pl.lit(dt.date(2026, 3, 20)),
    )  # fmt: skip
    activities = plans.join(pl.DataFrame({"activity_id": ["1", "2", "3"]}), how="cross").with_columns(
        category=pl.lit("DCC"), sessions_per_week=pl.col("fte") * 10 / 3, hours_per_session=pl.lit(3.75)
    )
    line = ["cost_centre", "staff_group_code", "staff_group"]
    ledger = posts.group_by(line).agg(wte=pl.col("fte").sum()).sort(line).with_row_index("line")
    ledger = ledger.with_columns(
        **everywhere, period=pl.lit(MONTH), budget_wte=pl.col("wte") + 1,
        contracted_wte=pl.when(pl.col("line") < BREAKS).then(pl.col("wte") + 0.5).otherwise("wte"),
    )  # fmt: skip
    templates = ledger.filter(pl.col("line") % 5 == 0).with_columns(
        unit=pl.col("cost_centre").str.replace("C", "Team "), effective_from=pl.lit(dt.date(2026, 4, 1)),
        hours_per_week=pl.col("budget_wte") * 37.5 * 0.78, headroom=pl.lit(0.22),
        headroom_convention=pl.lit("divide"),
    )  # fmt: skip
    weeks = pl.DataFrame({"session_date": [dt.date(2026, 9, day) for day in (1, 8, 15, 22)]})
    rosters = plans.join(weeks, how="cross").with_columns(unit=pl.col("team"), category=pl.lit("DCC"))
    splits = posts.with_columns(**everywhere, percent=pl.lit(100.0), effective_from=pl.lit(dt.date(2026, 4, 1)))
    tables = {
        "ledger": ledger, "roster_templates": templates, "job_plans": plans, "job_plan_activities": activities,
        "roster_sessions": rosters, "costing_splits": splits,
    }  # fmt: skip
    others = ("leavers", "starters", "scope_overrides")
    staging = {name: _staging(name, rows) for name, rows in tables.items()}
    staging |= {name: _staging(name, pl.DataFrame()) for name in others}
    return literal_snapshot(
        {"marts.assignment_month": _assignment_month(posts), **{f"staging.{n}": rows for n, rows in staging.items()}}
    )


def _staging(name: str, rows: pl.DataFrame) -> pl.DataFrame:
    """Give rows every column of an extract's staging table; what they do not have is unknown."""
    contract = contracts()[name]
    kinds = {column.name: _KINDS.get(column.type, pl.String) for column in contract.columns}
    columns = [*contract.landed_columns, *(f"{column.name}_code" for column in contract.columns if column.type == "c")]
    held = [
        pl.col(column) if column in rows.columns else pl.lit(None, kinds.get(column, pl.String)).alias(column)
        for column in columns
    ]
    return rows.select(held) if rows.width else pl.DataFrame(schema={c: kinds.get(c, pl.String) for c in columns})


def _assignment_month(posts: pl.DataFrame) -> pl.DataFrame:
    started = dt.date(2015, 1, 1)
    return posts.with_columns(
        organisation_code=pl.lit(ORGANISATION), period=pl.lit(MONTH), contract_type_code=pl.lit("05"),
        job_role_code=pl.lit("04041"), profession=pl.lit("unknown"), directorate=pl.lit("Clinical"),
        service=pl.lit("Care"), pay_band=pl.lit("Band 6"), contracted_hours=pl.col("fte") * 37.5,
        is_employed=pl.lit(True), is_active=pl.lit(True), is_substantive=pl.lit(True),
        is_contract_known=pl.lit(True), organisation_start_date=pl.lit(started), assignment_start_date=pl.lit(started),
    ).drop("plan_id", "has_plan")  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
