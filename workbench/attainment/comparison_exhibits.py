"""How does the organisation compare: its groups and teams, the organisations served, the survey of July 2018?"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

import polars as pl

from workbench.attainment.attained import Attainment
from workbench.attainment.comparison import (
    CLINICAL_STAFF_ON_SOFTWARE_IN_2018,
    SURVEY,
    TRUSTS_AT_LEVEL_0_IN_2018,
    Compared,
    clinical_staff_on_software,
    of_groups,
    of_teams,
    of_whole,
    organisations_compared,
    trusts_at_level_0,
)
from workbench.attainment.standards import AIM_IN_WORDS, AIM_PER_CENT
from workbench.disclosure import Policy, Rate, Released, release
from workbench.disclosure.release import WITHHELD
from workbench.exhibits import Column, Exhibit, ExhibitRequest
from workbench.exhibits.cells import shown_number
from workbench.exhibits.charts import bars_with_aim
from workbench.periods import shown_date

if TYPE_CHECKING:
    from workbench.workbench import Workbench

GROUP, TEAM, ORGANISATION, LIKE = "Professional group", "Team", "Organisation served", "July 2018 survey"
COLUMNS = (
    Column("kind", "Compared"),
    Column("name", "Name"),
    Column("active", "Number", "count"),
    Column("in_scope", "Of", "count"),
    Column("share", "Share", "percent"),
    Column("level", "Level"),
    Column("survey", "July 2018", "percent", decimals=0),
)
COUNTED = {"kind": pl.String, "name": pl.String, "active": pl.Int64, "in_scope": pl.Int64, "level": pl.Int64}


def compared_with(workbench: Workbench, request: ExhibitRequest) -> Exhibit:
    """How do active plans and levels compare between groups, teams and organisations, and with July 2018?"""
    stamp = workbench.stamp(request.organisation, request.as_at)
    every = organisations_compared(workbench.snapshot, workbench.settings, workbench.organisations, request.as_at)
    own = every[request.organisation]
    names = [of_whole(attainment, workbench.organisations[code]) for code, attainment in every.items()]
    parts = [
        _released(ORGANISATION, names, workbench.policy, is_divided=False),
        _released(GROUP, of_groups(own), workbench.policy, is_divided=True),
        _released(TEAM, of_teams(own), workbench.policy, is_divided=True),
        _staff_on_software(own, workbench.policy),
    ]
    trusts = _trusts_at_level_0(list(every.values()), parts[0].table)
    table = pl.concat([*(part.table for part in parts), trusts]).with_columns(level=_level_in_words())
    drawing = bars_with_aim(
        table.filter(pl.col("kind").is_in([ORGANISATION, GROUP])),
        category="name",
        share="share",
        numerator="active",
        denominator="in_scope",
        subject="Share of people in scope with an active job plan, by organisation served and by professional group",
        stamp=stamp,
        unit="% of people in scope",
        aim=AIM_PER_CENT,
        aim_label=f"aim: {AIM_IN_WORDS}",
    )
    withheld = sum(part.withheld for part in parts)
    return Exhibit(
        id="compared_with",
        question="How do active plans and levels compare between groups, teams and organisations, and with July 2018?",
        title=_title(table, workbench.organisations[request.organisation]),
        caption=(
            f"People in scope on {shown_date(request.as_at)} with an active job plan, and the level of attainment. The "
            f"last two lines stand beside the {SURVEY}: trusts at Level 0 among trusts, and people with a plan on the "
            "software among all clinical staff, nobody left out as out of scope."
        ),
        table=table,
        columns=COLUMNS,
        figure=drawing.figure,
        alt=drawing.alt,
        measures=("active_job_plan_coverage", "attainment_level"),
        notes=(
            "The survey's 73% is a share of trusts, its 12% a share of the clinical workforce whose exclusions are not "
            "stated; neither is comparable with the share of people with an active plan. It says how things stood in "
            "2018, and is no aim.",
            "Organisations differ in who they employ and in what they load: a difference is a prompt to look.",
            *dict.fromkeys(note for part in parts for note in part.notes),
        ),
        stamp=stamp,
        withheld=withheld,
    )


def _released(kind: str, rows: Iterable[Compared], policy: Policy, *, is_divided: bool) -> Released:
    """Release the lines of one kind; groups and teams divide an organisation whose total is shown beside them."""
    frame = pl.DataFrame(
        [(kind, row.name, row.active, row.in_scope, row.level) for row in rows], schema=COUNTED, orient="row"
    )
    released = release(
        frame,
        policy=policy,
        people=["active", "in_scope"],
        within=("name",) if is_divided else (),
        rates={"share": Rate("active", "in_scope")},
        parts={"in_scope": ("active",)},
        total_known=is_divided,
    )
    return Released(_with_survey(released.table, None), released.withheld, released.notes)


def _staff_on_software(own: Attainment, policy: Policy) -> Released:
    planned, clinical = clinical_staff_on_software(own) or (None, None)
    row = Compared("clinical staff with a plan on the software", planned, clinical, None)
    released = _released(LIKE, [row], policy, is_divided=False)
    table = _with_survey(released.table.drop("survey", "survey_status"), CLINICAL_STAFF_ON_SOFTWARE_IN_2018)
    return Released(table, released.withheld, released.notes)


def _trusts_at_level_0(every: list[Attainment], like: pl.DataFrame) -> pl.DataFrame:
    """Count organisations, not people: there is nobody to protect."""
    at_0, of = trusts_at_level_0(every)
    state = "shown" if of else "not_applicable"
    values = {
        "kind": LIKE,
        "name": "organisations served at Level 0",
        "active": at_0,
        "in_scope": of,
        "share": 100 * at_0 / of if of else None,
        **{f"{name}_status": state for name in ("active", "in_scope", "share")},
        "survey": float(TRUSTS_AT_LEVEL_0_IN_2018),
        "survey_status": "shown",
    }
    return pl.DataFrame([values], schema=like.schema)


def _with_survey(table: pl.DataFrame, then: int | None) -> pl.DataFrame:
    return table.with_columns(
        survey=pl.lit(then, pl.Float64), survey_status=pl.lit("not_applicable" if then is None else "shown")
    )


def _level_in_words() -> pl.Expr:
    """Write the level; of a line whose people are withheld it is withheld as well."""
    hidden = pl.col("in_scope_status").is_in(WITHHELD) | pl.col("active_status").is_in(WITHHELD)
    return (
        pl.when(pl.col("kind") == LIKE)
        .then(pl.lit("n/a"))
        .when(hidden)
        .then(pl.lit("[c]"))
        .when(pl.col("level").is_null())
        .then(pl.lit("[x]"))
        .otherwise(pl.format("Level {}", "level"))
    )


def _title(table: pl.DataFrame, name: str) -> str:
    organisations = table.filter((pl.col("kind") == ORGANISATION) & pl.col("share").is_not_null())
    own = organisations.filter(pl.col("name") == name)
    if own.is_empty():
        return "Active job plans compared: nothing can be shown for this organisation"
    share = own["share"].item()
    ahead = organisations.filter(pl.col("share") > share).height
    words = f"{shown_number(share, 1)}% of people in scope have an active job plan"
    if organisations.height > 1:
        place = (
            "the highest" if not ahead else "the lowest" if ahead == organisations.height - 1 else f"place {ahead + 1}"
        )
        words += f", {place} of {organisations.height} organisations served"
    groups = table.filter((pl.col("kind") == GROUP) & pl.col("share").is_not_null()).sort("share")
    if groups.height < 2:
        return words
    low, high = groups.row(0, named=True), groups.row(-1, named=True)
    return (
        f"{words}; groups from {shown_number(low['share'], 1)}% ({low['name']}) to "
        f"{shown_number(high['share'], 1)}% ({high['name']})"
    )


COMPARISON_EXHIBITS: dict[str, Callable[[Workbench, ExhibitRequest], Exhibit]] = {"compared_with": compared_with}
