"""How long the indicators and levels of a large trust take: 200 teams, 15,000 staff.

python -m benchmarks.attainment_levels_speed [--staff N] [--teams N]      exit 1 above 3 seconds of processor time

The trust is made up in memory: every person has a post and a plan with three activities, one in ten rosters of a
quarter, every team its meetings and judgements. The numbers are checked before anything is timed.
"""

from __future__ import annotations

import argparse
import datetime as dt
import sys
import time
from pathlib import Path

import polars as pl

from workbench.attainment.attained import attainment_at
from workbench.attainment.standard_sets import DEFAULT_SET, standard_sets
from workbench.measures import evaluate
from workbench.settings import Settings
from workbench.warehouse.snapshot import Snapshot, literal_snapshot

ALLOWED_SECONDS = 3.0
#: A busy machine only adds to processor time, so the best run says most.
RUNS = 3
AS_AT = dt.date(2026, 9, 30)
ORGANISATION = "XAA"
GROUPS = ("01", "03", "04", "05", "06", "07")
INDICATORS = ("active_job_plan_coverage", "dcc_share", "planned_delivered_variance")
CARE, SUPPORT = "DCC", "SPA"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--staff", type=int, default=15_000)
    parser.add_argument("--teams", type=int, default=200)
    asked = parser.parse_args()
    snapshot = made_up_trust(asked.staff, asked.teams)
    settings = Settings(home=Path("data"), key_file=Path("data/key"), reports=Path("reports"))
    found = attainment_at(snapshot, settings, ORGANISATION, AS_AT)
    half = found.attained["trust"].clauses["1.4a"]
    assert (half.numerator, half.denominator) == (_active(asked.staff, asked.teams), asked.staff)
    runs = [_timed(snapshot, settings) for _ in range(RUNS)]
    levels, seconds = min(runs, key=sum)
    teams = sum(scope.startswith("team:") for scope in found.attained)
    print(f"{asked.staff:,} staff, {teams} teams, {len(found.standards.clauses)} clauses:")
    print(f"{levels:.2f} s for every level, {seconds:.2f} s for {', '.join(INDICATORS)} by professional group")
    print(f"{levels + seconds:.2f} s of processor time, the best of {RUNS} runs (at most {ALLOWED_SECONDS:.0f} s)")
    return 0 if levels + seconds <= ALLOWED_SECONDS else 1


def _timed(snapshot: Snapshot, settings: Settings) -> tuple[float, float]:
    """Return the processor time of the levels and of the indicators."""
    begun = time.process_time()
    attainment_at(snapshot, settings, ORGANISATION, AS_AT)
    between = time.process_time()
    for measure in INDICATORS:
        evaluate(snapshot, measure, organisation=ORGANISATION, as_at=AS_AT, by=["professional_group"])
    return between - begun, time.process_time() - between


def _active(staff: int, teams: int) -> int:
    return sum(number // teams % 20 != 19 for number in range(staff))


def made_up_trust(staff: int, teams: int) -> Snapshot:
    """Make a snapshot of one trust; one person in twenty has a plan that has lapsed."""
    number = pl.int_range(0, staff, eager=True).alias("number")
    person = pl.format("person {}", "number")
    team = pl.format("Team {}", pl.col("number") % teams)
    own = pl.lit(ORGANISATION).alias("organisation_code")
    day = pl.lit(AS_AT - dt.timedelta(days=90))
    groups = pl.Series(GROUPS)
    posts = pl.DataFrame(number).select(
        own, person.alias("person_key"), pl.format("{}-1", person).alias("assignment_key"), team.alias("team"),
        pl.lit(AS_AT).alias("period"), pl.lit(True).alias("is_employed"), pl.lit("05").alias("contract_type_code"),
        pl.lit(True).alias("is_substantive"), pl.lit(True).alias("is_contract_known"),
        (pl.col("number") % teams % len(GROUPS)).replace_strict(dict(enumerate(groups))).alias("staff_group_code"),
        pl.lit("staff").alias("staff_group"), pl.lit("99999").alias("job_role_code"),
        pl.lit("unknown").alias("profession"), pl.lit("Clinical").alias("directorate"),
        pl.format("Service {}", pl.col("number") % 20).alias("service"),
        pl.lit(dt.date(2015, 1, 1)).alias("organisation_start_date"),
        pl.lit(dt.date(2015, 1, 1)).alias("assignment_start_date"),
        pl.format("person {}", pl.col("number") % teams).alias("supervisor_person_key"),
    )  # fmt: skip
    reviewed = (
        pl.when(pl.col("number") // teams % 20 == 19).then(day - pl.duration(days=400)).otherwise(day).cast(pl.Date)
    )
    plans = pl.DataFrame(number).select(
        own, pl.format("plan {}", "number").alias("plan_id"), person.alias("person_key"),
        pl.format("{}-1", person).alias("assignment_key"), team.alias("team"),
        pl.lit(None, pl.String).alias("professional_group"), pl.lit("software").alias("system"),
        pl.lit("approved").alias("status"), reviewed.alias("start_date"), pl.lit(None, pl.Date).alias("end_date"),
        *(reviewed.alias(name) for name in
          ("review_date", "employee_signoff_date", "manager_signoff_date", "approval_date", "team_meeting_date")),
        pl.lit(3).alias("objectives"), pl.lit(1).alias("team_linked_objectives"), pl.lit("none").alias("annualised"),
        pl.lit(None, pl.String).alias("mediation_status"), pl.lit(None, pl.String).alias("appeal_status"),
    )  # fmt: skip
    return literal_snapshot(
        {
            "marts.assignment_month": posts,
            "marts.organisation": pl.DataFrame({"organisation_code": [ORGANISATION], "organisation_name": ["A trust"]}),
            "staging.job_plans": plans,
            "staging.job_plan_activities": _activities(staff),
            "staging.roster_sessions": _sessions(staff),
            **_events(teams),
        }
    )


def _activities(staff: int) -> pl.DataFrame:
    names = pl.DataFrame({"activity_id": ["1", "2", "3"], "category": [CARE, CARE, SUPPORT],
                          "activity": ["Clinic", "Visits", "Job planning"]})  # fmt: skip
    plans = pl.select(plan_id=pl.format("plan {}", pl.int_range(0, staff)))
    return plans.join(names, how="cross").with_columns(
        organisation_code=pl.lit(ORGANISATION), sessions_per_week=pl.lit(3.0), annual_sessions=pl.lit(None, pl.Float64),
        hours_per_session=pl.lit(4.0), output_metric=pl.lit("contacts"), output_value=pl.lit(6.0),
        tariff_item=pl.when(pl.col("activity_id") == "3").then(pl.lit("core SPA")),
    )  # fmt: skip


def _sessions(staff: int) -> pl.DataFrame:
    days = pl.DataFrame({"session_date": [dt.date(2026, 7, 6) + dt.timedelta(days=7 * week) for week in range(12)]})
    people = pl.select(person_key=pl.format("person {}", pl.int_range(0, staff, 10)))
    return people.join(days, how="cross").with_columns(
        organisation_code=pl.lit(ORGANISATION), assignment_key=pl.format("{}-1", "person_key"), category=pl.lit(CARE),
        unit=pl.lit("Clinic"), planned_sessions=pl.lit(1.0), delivered_sessions=pl.lit(1.0),
        cause=pl.lit(None, pl.String), action=pl.lit(None, pl.String),
    )  # fmt: skip


def _events(teams: int) -> dict[str, pl.DataFrame]:
    scopes = [f"team:Team {team}" for team in range(teams)]
    records = [
        (ORGANISATION, scope, DEFAULT_SET, clause.id, "met", "EV", AS_AT - dt.timedelta(days=60), "Head of workforce")
        for clause in standard_sets()[DEFAULT_SET].clauses.values()
        for scope in (["trust"] if clause.scope == "trust" else scopes)
    ]
    columns = ["organisation_code", "scope", "standard_set", "clause", "judgement", "evidence_reference",
               "evidence_date", "owner"]  # fmt: skip
    evidence = pl.DataFrame(records, schema=columns, orient="row").with_columns(
        valid_until=pl.lit(None, pl.Date), groups_covered=pl.lit(None, pl.String), note=pl.lit(None, pl.String)
    )
    kinds = ("reconciliation", "service_review", "team_job_planning")
    held = [(ORGANISATION, scope, kind, AS_AT - dt.timedelta(days=20 + 91 * quarter))
            for scope in scopes for kind in kinds for quarter in range(4)]  # fmt: skip
    meetings = pl.DataFrame(
        held, schema=["organisation_code", "scope", "kind", "meeting_date"], orient="row"
    ).with_columns(
        audience=pl.lit("team"), attendance=pl.lit("finance; clinical; HR"), sample_size=pl.lit(None, pl.Int64),
        kpi=pl.lit(None, pl.String), reference=pl.lit("MIN"),
    )  # fmt: skip
    empty = {"organisation_code": pl.String, "person_key": pl.String}
    return {
        "staging.attainment_evidence": evidence,
        "staging.review_meetings": meetings,
        "staging.leavers": pl.DataFrame(
            schema=empty | {"assignment_key": pl.String, "leaving_date": pl.Date, "entered_date": pl.Date}
        ),
        "staging.starters": pl.DataFrame(schema=empty | {"start_date": pl.Date}),
        "staging.scope_overrides": pl.DataFrame(
            schema=empty | {"kind": pl.String, "team": pl.String, "effective_from": pl.Date, "effective_to": pl.Date}
        ),
    }


if __name__ == "__main__":
    sys.exit(main())
