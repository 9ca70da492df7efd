"""Who is in scope of job planning on a date, and who is left out for which reason.

In scope is the clinical workforce, except staff who work exclusively in one clinical area and doctors in training
(both exclusions are printed in the source). How each is recognised in ESR is our choice; see
docs/methodology/active_job_plan_coverage.md.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import polars as pl

from workbench.reference import reference_list
from workbench.warehouse.snapshot import Snapshot

QUERIES = Path(__file__).parent / "queries"

#: Staff groups that are clinical workforce; a staff group that is not known is kept in rather than lost.
CLINICAL_STAFF_GROUPS = ("01", "03", "04", "05", "06", "07")

#: Why someone employed is out of scope, in the order in which one reason is given per person.
EXCLUSION_REASONS = {
    "override": "left out by a recorded decision",
    "bank_only": "bank only",
    "honorary": "honorary contract only",
    "other_contract": "another contract type only",
    "contract_unknown": "contract type not known",
    "not_clinical": "not clinical staff",
    "doctor_in_training": "doctor or dentist in training",
    "single_area": "works in one clinical area only",
}


@dataclass(frozen=True)
class Scope:
    """The people that percentages of job planning are about, on one date.

    Attributes:
        as_at: the as-of date.
        period: the month end of the staff list used, the newest on or before the as-of date.
        assignments: one row per in-scope assignment, with person, team, service, directorate, staff group.
        excluded: one row per person out of scope, with the reason.
        entered_late: persons whose leaving date lies before the as-of date but was entered after it.
    """

    as_at: dt.date
    period: dt.date
    assignments: pl.DataFrame
    excluded: pl.DataFrame
    entered_late: int

    @property
    def people(self) -> int:
        """How many people are in scope."""
        return self.assignments["person_key"].n_unique()

    @property
    def excluded_by_reason(self) -> dict[str, int]:
        """How many people are out of scope, by reason; reasons without anybody are listed with 0."""
        counts = dict(self.excluded.group_by("reason").len().iter_rows())
        return {reason: counts.get(reason, 0) for reason in EXCLUSION_REASONS}


@cache
def training_roles() -> tuple[str, ...]:
    """List the job-role codes of doctors and dentists in training, retired forms included.

    Trust grade doctors hold a post of the trust at a training level; they are not in training.
    """
    return tuple(reference_list("training_role")["code"])


def scope_at(snapshot: Snapshot, organisation: str, as_at: dt.date) -> Scope | None:
    """Work out who is in scope of job planning on a date.

    Employed on the date are the people of the newest staff list on or before it, less those whose leaving date lies
    before it, plus those who started since. The last day of service counts.

    Returns:
        None where no staff list on or before the date is loaded.
    """
    employed = snapshot.query(QUERIES / "employed_at.sql", organisation=organisation, as_at=as_at)
    if employed.is_empty():
        return None
    overrides = snapshot.query(QUERIES / "scope_overrides.sql", organisation=organisation, as_at=as_at)
    return scope_of(employed, overrides, as_at, left_and_entered_late(snapshot, organisation, as_at))


def left_and_entered_late(snapshot: Snapshot, organisation: str, as_at: dt.date) -> int:
    """Count the people whose leaving date lies before the date but was entered after it."""
    late = snapshot.query(QUERIES / "leavings_entered_late.sql", organisation=organisation, as_at=as_at)
    return int(late["persons"][0])


def scope_of(employed: pl.DataFrame, overrides: pl.DataFrame, as_at: dt.date, entered_late: int) -> Scope:
    """Work out who of the people employed is in scope, under the recorded decisions in force.

    Args:
        employed: one row per assignment employed on the date, as `employed_at.sql` returns them.
        overrides: the recorded decisions in force on the date.
        as_at: the as-of date.
        entered_late: people whose leaving was entered after the date.
    """
    judged = _judged(employed, overrides)
    in_scope = judged.filter(pl.col("reason").is_null() & pl.col("counts"))
    excluded = judged.filter(pl.col("reason").is_not_null()).select("person_key", "reason").unique()
    return Scope(
        as_at=as_at,
        period=employed["period"].max() or as_at,  # type: ignore[arg-type]
        assignments=in_scope.select(
            "person_key",
            "assignment_key",
            "is_new_starter",
            "staff_group_code",
            "staff_group",
            "job_role_code",
            "profession",
            "directorate",
            "service",
            "team",
        ).sort("person_key", "assignment_key"),
        excluded=excluded.sort("person_key"),
        entered_late=entered_late,
    )


def _judged(employed: pl.DataFrame, overrides: pl.DataFrame) -> pl.DataFrame:
    """Give every employed assignment its person's reason for exclusion (null: in) and whether it counts itself."""
    group = pl.col("staff_group_code")
    clinical = pl.col("is_substantive") & (group.is_null() | group.is_in(CLINICAL_STAFF_GROUPS))
    trainee = pl.col("job_role_code").is_in(training_roles()).fill_null(False)
    rows = (
        employed.with_columns(clinical=clinical)
        .with_columns(eligible=pl.col("clinical") & ~trainee)
        .join(_personal_overrides(overrides), on="person_key", how="left")
        .with_columns(in_one_area=_in_one_area(overrides))
    )
    person = "person_key"
    reason = (
        pl.when(pl.col("override") == "include_person")
        .then(None)
        .when(pl.col("override") == "exclude_person")
        .then(pl.lit("override"))
        .when(~pl.col("is_substantive").any().over(person))
        .then(_contract_reason().over(person))
        .when(~pl.col("clinical").any().over(person))
        .then(pl.lit("not_clinical"))
        .when(~pl.col("eligible").any().over(person))
        .then(pl.lit("doctor_in_training"))
        .when(pl.col("in_one_area"))
        .then(pl.lit("single_area"))
    )
    # a person brought in by a recorded decision counts with their clinical posts, or with all where they have none
    included = (pl.col("override") == "include_person").fill_null(False)
    counts = pl.col("eligible") | (included & ~pl.col("eligible").any().over(person))
    return rows.with_columns(reason=reason, counts=counts)


def _contract_reason() -> pl.Expr:
    """Name the contract of someone without a substantive one; bank before honorary before others."""
    code = pl.col("contract_type_code")
    expression = pl.when((code == "01").any()).then(pl.lit("bank_only")).when((code == "03").any())
    return (
        expression.then(pl.lit("honorary"))
        .when((~pl.col("is_contract_known")).any())
        .then(pl.lit("contract_unknown"))
        .otherwise(pl.lit("other_contract"))
    )


def _personal_overrides(overrides: pl.DataFrame) -> pl.DataFrame:
    """Keep each person's newest override; of two from the same day, the exclusion."""
    personal = overrides.filter(
        pl.col("kind").is_in(["exclude_person", "include_person"]) & pl.col("person_key").is_not_null()
    )
    return (
        personal.sort(["effective_from", "kind"], descending=[True, False])
        .unique("person_key", keep="first", maintain_order=True)
        .select("person_key", override="kind")
    )


def _in_one_area(overrides: pl.DataFrame) -> pl.Expr:
    """Say whether all of a person's substantive posts lie in one team that is flagged as a single clinical area.

    The exclusion is about the whole person: two wards, or a ward and a clinic, are more than one area.
    """
    flagged = overrides.filter(pl.col("kind") == "single_area_team")["team"].drop_nulls()
    names = [name.strip().casefold() for name in flagged.unique().sort()]
    team = pl.when("is_substantive").then(pl.col("team").str.strip_chars().str.to_lowercase())
    return team.is_in(names).all().over("person_key") & (team.drop_nulls().n_unique().over("person_key") == 1)
