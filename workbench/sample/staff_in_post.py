"""Staff in post: every assignment at every month end, with its post, person and supervisor as they then were."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import polars as pl

from workbench.sample.assignments import ACTIVE, fte_on
from workbench.sample.careers import day_number
from workbench.sample.chance import OPEN_END, Chance, IntArray

COLUMNS = (
    "organisation_code", "period", "employee_number", "assignment_number", "primary_assignment", "assignment_status",
    "contract_type", "position_number", "position_title", "directorate", "service", "team", "cost_centre",
    "subjective_code", "staff_group", "job_role", "area_of_work", "occupation_code", "pay_band", "contracted_fte",
    "contracted_hours", "organisation_start_date", "nhs_start_date", "assignment_start_date", "contract_end_date",
    "supervisor_employee_number", "date_of_birth", "gender", "ethnic_category", "disability", "religion_or_belief",
    "sexual_orientation", "equality_confirmed_date", "equality_recorded_date",
)  # fmt: skip
# What the other extracts need to know and no file shows.
TRUTH = ("human", "post", "profession", "registration_type", "kind", "arrangement", "is_trainee", "single_area")
_POST_COLUMNS = (
    "organisation_code", "position_number", "position_title", "directorate", "service", "team", "cost_centre",
    "subjective_code", "staff_group_code", "job_role_code", "area_of_work", "occupation_code", "pay_band",
    "profession", "registration_type", "arrangement", "is_trainee", "single_area", "is_stable",
)  # fmt: skip


@dataclass(frozen=True)
class Recode:
    """A correction of history: all positions with this title read differently before a day.

    `months_before_end` is counted from the last month of the sample, so that every sample long enough shows it.
    """

    organisation_type: str
    position_title: str
    column: str
    earlier: str
    months_before_end: int


# The first two look like leavers and joiners of a profession when recodes are not told from moves; the third is the
# regrading of healthcare assistants.
RECODES = (
    Recode("Acute", "Senior Occupational Therapist", "occupation_code", "S1X", 8),
    Recode("Community Provider Trust", "Specialist Podiatrist", "occupation_code", "S1X", 17),
    Recode("Acute", "Medical Healthcare Assistant", "pay_band", "Band 2", 14),
)


def expand_months(
    assignments: pl.DataFrame, posts: pl.DataFrame, people: pl.DataFrame, months: list[dt.date], chance: Chance
) -> pl.DataFrame:
    """Return one row per assignment and month end on which it was open: the last day of service still counts.

    Returns:
        The columns of the staff in post extract and those of TRUTH; sorted by organisation, assignment, month.
    """
    ends = np.asarray([day_number(month) for month in months], dtype=np.int64)
    first = np.searchsorted(ends, assignments["start"].to_numpy(), side="left")
    last = np.searchsorted(ends, assignments["end"].to_numpy(), side="right") - 1
    count = np.maximum(last - first + 1, 0)
    row = np.repeat(np.arange(assignments.height), count)
    month = np.arange(row.size) - np.repeat(np.cumsum(count) - count, count) + np.repeat(first, count)
    facts = _assignment_facts(assignments, posts, people, chance)
    rows = facts[row].with_columns(
        pl.Series("day", ends[month]),
        pl.Series("contracted_fte", fte_on(ends[month], assignments[row])),
    )
    rows = _as_then(rows, months[-1])
    rows = _with_supervisors(rows, posts)
    return rows.select(*COLUMNS, *TRUTH).sort("organisation_code", "assignment_number", "period")


def _assignment_facts(
    assignments: pl.DataFrame, posts: pl.DataFrame, people: pl.DataFrame, chance: Chance
) -> pl.DataFrame:
    post = posts.select(*_POST_COLUMNS)[assignments["post"].to_numpy()]
    person = people[assignments["human"].to_numpy()].drop("human")
    facts = pl.concat([assignments, post, person], how="horizontal")
    recorded, confirmed = _equality_days(facts, chance)
    return facts.select(
        *_POST_COLUMNS, "human", "post", "kind", "employee_number", "assignment_number", "contract_type",
        "away_status", "away_first", "away_last", "gender", "ethnic_category", "disability", "religion_or_belief",
        "sexual_orientation", pl.col("primary").alias("primary_assignment"),
        _date("organisation_start").alias("organisation_start_date"),
        _date("nhs_start_day").alias("nhs_start_date"),
        _date("start").alias("assignment_start_date"),
        _date("contract_end").alias("contract_end_date"),
        _date("birth_day").alias("date_of_birth"),
        pl.Series("recorded_day", recorded),
        pl.Series("confirms_every", confirmed),
    ).with_columns(
        nhs_start_date=pl.min_horizontal("nhs_start_date", "organisation_start_date"),
    )  # fmt: skip


def _date(column: str) -> pl.Expr:
    """Turn a day number into a date; the open end is blank."""
    known = pl.when(pl.col(column) < OPEN_END).then(pl.col(column))
    return known.cast(pl.Int32).cast(pl.Date)


def _equality_days(facts: pl.DataFrame, chance: Chance) -> tuple[IntArray, IntArray]:
    """Draw when equality data were recorded, and every how many days the person confirms them (0: never)."""
    human, start = facts["human"].to_numpy(), facts["organisation_start"].to_numpy()
    size = int(human.max()) + 1 if human.size else 0
    never = chance.uniform("equality never recorded", size)[human] < 0.06
    late = chance.uniform("equality late", size)[human]
    recorded = start + np.where(late < 0.75, np.floor(late * 35), np.floor(late * 200)).astype(np.int64)
    recorded = np.where(never, OPEN_END, recorded)
    every = 300 + np.floor(chance.uniform("equality confirmed every", size)[human] * 900).astype(np.int64)
    confirms = chance.uniform("equality confirmed", size)[human] < 0.6
    return recorded, np.where(confirms & ~never, every, 0)


def _as_then(rows: pl.DataFrame, last_month: dt.date) -> pl.DataFrame:
    """Give each row the values of its month: status, hours, and the codes before each recode."""
    day, period = pl.col("day"), pl.col("day").cast(pl.Int32).cast(pl.Date)
    away = (day >= pl.col("away_first")) & (day <= pl.col("away_last"))
    doctor = pl.col("staff_group_code") == "01"
    recorded, every = pl.col("recorded_day"), pl.col("confirms_every")
    times = pl.when(every > 0).then((day - recorded) // pl.max_horizontal(every, pl.lit(1))).otherwise(0)
    blank = ("gender", "ethnic_category", "disability", "religion_or_belief", "sexual_orientation")
    rows = rows.with_columns(
        period=period,
        assignment_status=pl.when(away).then("away_status").otherwise(pl.lit(ACTIVE)),
        contracted_hours=(pl.col("contracted_fte") * pl.when(doctor).then(40.0).otherwise(37.5)).round(2),
        equality_recorded_date=pl.when(recorded <= day).then(recorded).cast(pl.Int32).cast(pl.Date),
        equality_confirmed_date=pl.when((times > 0) & (recorded <= day))
        .then(recorded + times * pl.col("confirms_every"))
        .cast(pl.Int32)
        .cast(pl.Date),
        **{name: pl.when(pl.col(name) != "").then(name) for name in blank},
    ).rename({"staff_group_code": "staff_group", "job_role_code": "job_role"})
    organisation_type = pl.col("organisation_code")
    kinds = _kind_of(rows)
    for recode in RECODES:
        before = period < _months_back(last_month, recode.months_before_end)
        applies = organisation_type.is_in(kinds[recode.organisation_type]) & before
        applies &= pl.col("position_title") == recode.position_title
        rows = rows.with_columns(
            pl.when(applies).then(pl.lit(recode.earlier)).otherwise(recode.column).alias(recode.column)
        )
    return rows


def _kind_of(rows: pl.DataFrame) -> dict[str, list[str]]:
    """List the organisation codes of each kind: the kinds follow each other in the order of the codes."""
    codes = rows["organisation_code"].unique().sort().to_list()
    order = ("Acute", "Community Provider Trust", "Ambulance")
    return {
        kind: [code for code in codes if (ord(code[1]) - ord("A")) % 3 == place] for place, kind in enumerate(order)
    }


def _months_back(last_month: dt.date, months: int) -> dt.date:
    year, month = divmod(last_month.year * 12 + last_month.month - 1 - months, 12)
    return dt.date(year, month + 1, 1)


def _with_supervisors(rows: pl.DataFrame, posts: pl.DataFrame) -> pl.DataFrame:
    """Name the nearest person above who is in post that month; a vacancy is passed over to the next level."""
    above = [f"above_{level}" for level in range(1, 5)]
    lines = posts.select("post", *above)
    heads = pl.concat([lines[column].drop_nulls() for column in above]).unique()
    holders = (
        rows.filter((pl.col("kind") == "main") & pl.col("post").is_in(heads.implode()))
        .sort("post", "day", "employee_number")
        .unique(["post", "day"], keep="first", maintain_order=True)
        .select("post", "day", pl.col("employee_number").alias("holder"))
    )
    rows = rows.join(lines, on="post", how="left", maintain_order="left")
    for column in above:
        rows = rows.join(
            holders.rename({"post": column, "holder": f"{column}_holder"}),
            on=[column, "day"],
            how="left",
            maintain_order="left",
        )
    candidates = [
        pl.when(pl.col(f"{column}_holder") != pl.col("employee_number")).then(f"{column}_holder") for column in above
    ]
    return rows.with_columns(supervisor_employee_number=pl.coalesce(candidates))
