"""Building the sample: from chance to files, with the answer key and a page that says what is in it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from workbench.errors import ParameterError
from workbench.periods import add_months, month_end, month_ends
from workbench.sample.chance import Chance
from workbench.sample.organisations import Organisation, fictional_organisations

if TYPE_CHECKING:
    from workbench.sample.planted_errors.answer_key import Planted
    from workbench.sample.planted_errors.coding import Plot

DEFAULT_SEED = 20_260_930
LAST_MONTH = dt.date(2026, 9, 30)
FORMATS = ("csv", "parquet")
_QUARTER_ENDS = 3


@dataclass(frozen=True)
class SampleSummary:
    """What was written: the folder, how many files, rows per extract, bytes, and how many errors were planted."""

    folder: Path
    files: int
    rows: dict[str, int]
    size: int
    planted: int


@dataclass(frozen=True)
class Workforce:
    """The whole sample in memory: one frame per extract, and the planted errors so far."""

    organisations: list[Organisation]
    months: list[dt.date]
    staff: int
    seed: int
    extracts: dict[str, pl.DataFrame]
    planted: list[Planted]


def build_sample(
    out: Path,
    *,
    organisations: int = 3,
    staff: int = 2000,
    months: int = 30,
    seed: int = DEFAULT_SEED,
    format: str | None = None,
) -> SampleSummary:
    """Write the extracts of a fictional workforce to a folder.

    The same numbers and seed give the same bytes. Without a format each organisation writes in its own manner, and
    rows that the reader must refuse are planted too; with `csv` or `parquet` every file is plain, as for a speed test.

    Args:
        out: Folder to write to; files of the same names are replaced.
        organisations: How many organisations, an acute, a community and an ambulance trust in turn.
        staff: About how many people are in post at a time, over all organisations.
        months: How many month ends, the last being September 2026.
        seed: Where chance starts from.
        format: None, `csv` or `parquet`.

    Raises:
        ParameterError: a number is out of its range, or the format is unknown.
    """
    _check(staff, months, format)
    from workbench.sample.writing import write_sample

    return write_sample(make_workforce(organisations, staff, months, seed), Path(out), format)


def _check(staff: int, months: int, format: str | None) -> None:
    if not 20 <= staff <= 5_000_000:
        raise ParameterError(f"`staff` must be between 20 and 5,000,000: received {staff!r}. Choose a number in it.")
    if not 1 <= months <= 240:
        raise ParameterError(f"`months` must be between 1 and 240: received {months!r}. Choose a number in it.")
    if format is not None and format not in FORMATS:
        raise ParameterError(
            f"`format` must be one of {', '.join(FORMATS)}: received {format!r}. Leave it out for each organisation's "
            "own manner of writing."
        )


def make_workforce(organisations: int, staff: int, months: int, seed: int) -> Workforce:
    """Make every extract of the sample in memory, errors of coding and reconciliation planted."""
    from workbench.sample import absence, finance, job_planning, judgements, movements, rostering, self_service
    from workbench.sample.careers import day_number
    from workbench.sample.organisations import organisation_list
    from workbench.sample.planted_errors import lines
    from workbench.sample.planted_errors.coding import registrations_as_planted
    from workbench.sample.registrations import registrations
    from workbench.sample.service_lists import service_list
    from workbench.sample.staff_in_post import expand_months

    chance = Chance(seed)
    listed = fictional_organisations(organisations)
    history = month_ends(month_end(add_months(LAST_MONTH.replace(day=1), 1 - months)), LAST_MONTH)
    first_day, last_day = day_number(history[0].replace(day=1)), day_number(LAST_MONTH)
    posts, people, assignments = careers_of(listed, staff, first_day, last_day, chance)
    rows = expand_months(assignments, posts, people, history, chance)
    plot, rows = _with_planted_coding(rows, listed, chance)
    last = rows.filter(pl.col("period") == LAST_MONTH)
    kinds = {one.code: one.kind for one in listed}
    quarter_ends = rows.filter(
        pl.col("period").is_in([add_months(LAST_MONTH, -3 * back) for back in range(_QUARTER_ENDS)])
    )
    plans = job_planning.job_plans(job_planning.in_scope(last, kinds), LAST_MONTH, chance)
    activities = job_planning.job_plan_activities(plans, chance)
    extracts = {
        "organisations": organisation_list(listed),
        "starters": movements.starters(assignments, listed, first_day, last_day, chance),
        "leavers": movements.leavers(assignments, people, listed, first_day, last_day, posts, chance),
        "registrations": registrations_as_planted(plot, registrations(rows, people)),
        "ledger": lines.plant_in_ledger(plot, finance.ledger(rows, posts, history, chance)),
        "costing_splits": lines.plant_in_costing(plot, finance.costing_splits(last, history[0].replace(day=1))),
        "shared_service_agreements": finance.shared_service_agreements(listed, LAST_MONTH),
        "job_plans": plans.drop("contracted_fte", "staff_group"),
        "job_plan_activities": activities,
        "roster_sessions": rostering.roster_sessions(plans, activities, LAST_MONTH, chance),
        "roster_templates": rostering.roster_templates(posts, LAST_MONTH),
        "absence": absence.absences(assignments, listed, first_day, last_day, chance),
        "attainment_evidence": judgements.attainment_evidence(listed, plans, LAST_MONTH),
        "review_meetings": judgements.review_meetings(listed, plans, history[0], LAST_MONTH),
        "scope_overrides": judgements.scope_overrides(last, history[0]),
        "service_list": lines.plant_in_service_list(plot, service_list(last)),
        "self_service": self_service.self_service(quarter_ends, chance),
        "compliance": self_service.compliance(quarter_ends, chance),
        "staff_in_post": rows,
    }
    return Workforce(listed, history, staff, seed, extracts, list(plot.planted))


def careers_of(
    listed: list[Organisation], staff: int, first_day: int, last_day: int, chance: Chance
) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Make posts, people and the assignments that join them: what staff in post is then read off from."""
    from workbench.sample.assignments import build_assignments
    from workbench.sample.careers import build_stays
    from workbench.sample.people import build_people
    from workbench.sample.posts import build_posts

    posts = build_posts(listed, staff, chance)
    stays = build_stays(posts, first_day, last_day, chance)
    people = build_people(stays, posts, first_day, last_day, chance)
    return posts, people, build_assignments(stays, posts, people, first_day, last_day, chance)


def _with_planted_coding(rows: pl.DataFrame, listed: list[Organisation], chance: Chance) -> tuple[Plot, pl.DataFrame]:
    from workbench.sample.planted_errors import coding, positions

    plot = coding.Plot(rows, LAST_MONTH, {one.code: one.kind for one in listed}, chance)
    coding.plant_cases(plot)
    positions.plant_positions(plot)
    second = positions.plant_assignments(plot)
    coding.plant_unknown_words(plot)
    changed = pl.concat([coding.changed_rows(plot), second])
    changed = changed.sort("organisation_code", "assignment_number", "period")
    return plot, positions.plant_reporting_lines(plot, changed)
