"""What people judged and when they met: evidence for the job-planning standards, meetings, and scope overrides."""

from __future__ import annotations

import datetime as dt

import polars as pl

from workbench.periods import Quarter, add_months
from workbench.sample.organisations import Organisation

STANDARD_SET = "e_job_planning_2019"
# Clause, judgement, months before the last month, months of validity from then (None: not stated).
_TRUST_WIDE = (
    ("1.1a", "met", 7, 24), ("1.1b", "met", 7, 12), ("1.2b", "met", 5, 12), ("1.3a", "met", 20, 36),
    ("1.3b", "met", 20, 36), ("1.3c", "met", 3, 12), ("1.3d", "met", 3, 12), ("2.3a", "met", 8, 12),
    ("2.3b", "not_applicable", 8, 24), ("3.5b", "met", 10, 12), ("4.1a", "not_met", 4, None), ("4.2b", "met", 2, 12),
)  # fmt: skip
_BY_TEAM = (
    ("1.2a", "met", 6, 12), ("1.4b", "met", 6, 12), ("2.1a", "met", 6, 12), ("2.1b", "met", 6, 12),
    ("2.1c", "not_applicable", 6, 24), ("2.2a", "met", 4, 12), ("2.2b", "met", 4, 12), ("2.2c", "met", 4, 12),
    ("2.2d", "not_met", 4, None), ("2.3c", "met", 6, 12), ("3.1a", "met", 13, None), ("3.2b", "met", 9, 12),
)  # fmt: skip
_OWNERS = {
    "1": "Chief people officer", "2": "Head of workforce", "3": "Clinical director", "4": "Chief operating officer",
}  # fmt: skip
_DOCTORS_ONLY = "Medical and dental"
# The community trust's policy still covers doctors only, so that its other groups do not inherit the clause.
_COVERS_DOCTORS_ONLY = ("Community Provider Trust", "1.3a")


def attainment_evidence(organisations: list[Organisation], plans: pl.DataFrame, last: dt.date) -> pl.DataFrame:
    """Return the judgements: trust-wide clauses once, clauses of teams for teams in which most people have plans."""
    rows = []
    for one in organisations:
        for clause, judgement, back, valid in _TRUST_WIDE:
            covered = _DOCTORS_ONLY if (one.kind, clause) == _COVERS_DOCTORS_ONLY else None
            rows.append(_judgement(one.code, "trust", clause, judgement, back, valid, covered, last))
        for place, team in enumerate(_teams_with_plans(plans, one.code)):
            # Every third team has not yet judged the later clauses: not evidenced is not the same as not met.
            judged = _BY_TEAM if place % 3 else _BY_TEAM[:5]
            rows += [
                _judgement(one.code, f"team:{team}", clause, judgement, back, valid, None, last)
                for clause, judgement, back, valid in judged
            ]
    columns = ["organisation_code", "scope", "standard_set", "clause", "judgement", "evidence_reference",
               "evidence_date", "valid_until", "owner", "groups_covered", "note"]  # fmt: skip
    types = {"groups_covered": pl.String, "valid_until": pl.Date, "note": pl.String}
    return pl.DataFrame(rows, schema=columns, orient="row", schema_overrides=types)


def _judgement(
    organisation: str, scope: str, clause: str, judgement: str, back: int, valid: int | None, covered: str | None,
    last: dt.date,
) -> tuple[str | dt.date | None, ...]:  # fmt: skip
    day = add_months(last, -back)
    until = None if valid is None else add_months(day, valid)
    note = {"not_applicable": "Not contractually required here; decision recorded", "not_met": "Action plan agreed"}
    reference = f"EV-{organisation}-{clause}-{scope.split(':')[-1][:12].replace(' ', '')}"
    return (organisation, scope, STANDARD_SET, clause, judgement, reference, day, until, _OWNERS[clause[0]], covered,
            note.get(judgement))  # fmt: skip


def _teams_with_plans(plans: pl.DataFrame, organisation: str) -> list[str]:
    counts = (
        plans.filter((pl.col("organisation_code") == organisation) & (pl.col("status") == "approved"))
        .group_by("team").agg(pl.len()).filter(pl.col("len") >= 5).sort("team")
    )  # fmt: skip
    teams: list[str] = counts["team"].to_list()
    return teams[:9]


def review_meetings(
    organisations: list[Organisation], plans: pl.DataFrame, first: dt.date, last: dt.date
) -> pl.DataFrame:
    """Return the meetings since the first month; the last quarter's consistency committee of the second is missing."""
    rows: list[tuple[object, ...]] = []
    quarters = _quarters(first, last)
    for one in organisations:
        for number, quarter in enumerate(quarters):
            middle = add_months(quarter.first_day, 1).replace(day=12)
            ending = quarter.last_day - dt.timedelta(days=9)
            rows.append(
                (one.code, "trust", "workgroup", middle, "executive group", "HR; finance; clinical", None, None)
            )
            rows.append((one.code, "trust", "reconciliation", ending, "finance and HR", "HR; finance", None, None))
            if not (one.kind == "Community Provider Trust" and number == len(quarters) - 1):
                rows.append(
                    (one.code, "trust", "consistency_committee", ending, "medical director", "clinical; HR", 12, None)
                )
            for audience in ("board", "department"):
                rows.append(
                    (
                        one.code,
                        "trust",
                        "kpi_report",
                        quarter.last_day - dt.timedelta(days=3),
                        audience,
                        None,
                        None,
                        "1; 2; 3; 4",
                    )
                )
        for back in range(12):
            day = add_months(last, -back).replace(day=20)
            rows.append((one.code, "trust", "kpi_report", day, "board", None, None, "2"))
        for team in _teams_with_plans(plans, one.code)[:5]:
            yearly = add_months(last, -10).replace(day=6)
            rows.append((one.code, f"team:{team}", "team_job_planning", yearly, "team", "clinical", None, None))
            for quarter in quarters[-4:]:
                day = quarter.last_day - dt.timedelta(days=16)
                rows.append((one.code, f"team:{team}", "reconciliation", day, "team", "clinical; roster", None, None))
                rows.append(
                    (one.code, f"team:{team}", "service_review", day, "team", "finance; clinical; HR", None, None)
                )
    columns = ["organisation_code", "scope", "kind", "meeting_date", "audience", "attendance", "sample_size", "kpi"]
    types = {"sample_size": pl.Int64, "kpi": pl.String, "attendance": pl.String}
    meetings = pl.DataFrame(rows, schema=columns, orient="row", schema_overrides=types)
    meetings = meetings.unique(["organisation_code", "scope", "kind", "meeting_date", "audience"], maintain_order=True)
    meetings = meetings.filter(pl.col("meeting_date") <= last)
    numbered = meetings.with_columns(number=pl.int_range(1, pl.len() + 1).over("organisation_code"))
    return numbered.with_columns(
        reference=pl.format("MIN-{}-{}", "organisation_code", pl.col("number").cast(pl.String).str.zfill(4))
    ).drop("number").sort("organisation_code", "meeting_date", "scope", "kind", "reference")  # fmt: skip


def _quarters(first: dt.date, last: dt.date) -> list[Quarter]:
    quarters = [Quarter.containing(first)]
    while quarters[-1].last_day < last:
        quarters.append(Quarter.containing(quarters[-1].last_day + dt.timedelta(days=1)))
    return [quarter for quarter in quarters if quarter.last_day <= last]


def scope_overrides(last_month: pl.DataFrame, first: dt.date) -> pl.DataFrame:
    """Return which teams work in one clinical area only, and a few personal decisions with their reasons."""
    wards = (
        last_month.filter(pl.col("single_area")).select("organisation_code", "team").unique()
        .sort("organisation_code", "team")
    )  # fmt: skip
    flagged = wards.with_columns(
        kind=pl.lit("single_area_team"),
        employee_number=pl.lit(None, pl.String),
        reason=pl.lit("All sessions on one ward"),
        owner=pl.lit("Head of workforce"),
        effective_from=pl.lit(first.replace(day=1)),
        effective_to=pl.lit(None, pl.Date),
    )
    people = (
        last_month.filter((pl.col("staff_group") == "03") & (pl.col("kind") == "main"))
        .sort("organisation_code", "assignment_number")
        .group_by("organisation_code", maintain_order=True)
        .agg(pl.col("employee_number").filter(pl.col("single_area")).first().alias("in"),
             pl.col("employee_number").filter(~pl.col("single_area")).first().alias("out"))
    )  # fmt: skip
    personal = people.unpivot(
        index="organisation_code", on=["in", "out"], variable_name="which", value_name="employee_number"
    )
    includes = pl.col("which") == "in"
    personal = personal.filter(pl.col("employee_number").is_not_null()).with_columns(
        kind=pl.when(includes).then(pl.lit("include_person")).otherwise(pl.lit("exclude_person")),
        team=pl.lit(None, pl.String),
        reason=pl.when(includes)
        .then(pl.lit("Runs a clinic beside the ward"))
        .otherwise(pl.lit("Hosted for another organisation")),
        owner=pl.lit("Head of workforce"),
        effective_from=pl.lit(first.replace(day=1)),
        effective_to=pl.lit(None, pl.Date),
    )
    columns = [
        "organisation_code",
        "kind",
        "team",
        "employee_number",
        "reason",
        "owner",
        "effective_from",
        "effective_to",
    ]
    return pl.concat([flagged.select(columns), personal.select(columns)]).sort(columns[:4])
