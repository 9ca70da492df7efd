"""The fourteen allied health professions, and how a record shows which one a person belongs to.

No single field of ESR gives the fourteen: staff group 04 lacks operating department practitioners and osteopaths, the
occupation codes lack paramedics and lump the three arts therapies, a registration describes the person and not the
post. So each field votes (`votes.csv`, `weak_votes.csv`), and `marts.profession_evidence` weighs the votes.
See docs/methodology/professions.md.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from workbench.errors import unknown_name
from workbench.professions.rules import votes_by_rule
from workbench.reference import reference_list
from workbench.reference.code_lists import text_table
from workbench.settings import Settings

__all__ = [
    "ARTS_UNDIVIDED",
    "DISPUTED",
    "NOT_EVIDENCED",
    "PROFESSIONAL_GROUPS",
    "PROFESSIONS",
    "UNKNOWN_GROUP",
    "VOTE_STATUSES",
    "Profession",
    "profession",
    "profession_records",
    "profession_tables",
    "profession_votes",
    "professional_group_of",
    "professional_subgroup_of",
]

FOLDER = Path(__file__).parent

#: The professions by their labels, in the order of charts and tables.
PROFESSIONS: tuple[str, ...] = (
    "Art therapist",
    "Dramatherapist",
    "Music therapist",
    "Podiatrist",
    "Dietitian",
    "Occupational therapist",
    "Orthoptist",
    "Paramedic",
    "Physiotherapist",
    "Prosthetist/orthotist",
    "Radiographer",
    "Speech and language therapist",
    "Operating department practitioner",
    "Osteopath",
)
#: The rows that stand after the fourteen, for people whose record does not say which one.
ARTS_UNDIVIDED = "Arts therapist, type not stated"
DISPUTED = "Disputed"
NOT_EVIDENCED = "Not evidenced"

VOTE_STATUSES = ("agreed", "single", "majority", "conflict", "weak", "none")

#: The professional groups of job planning by their labels, in the order of charts and tables.
PROFESSIONAL_GROUPS: tuple[str, ...] = (
    "Medical and dental",
    "Nursing and midwifery",
    "Pharmacists",
    "Healthcare scientists",
    "Allied health professionals",
    "Other",
)
UNKNOWN_GROUP = "unknown"
_STAFF_GROUP_DECIDES = ("01", "02", "03", "06", "07")


@dataclass(frozen=True)
class Profession:
    """One of the fourteen professions and where it is registered."""

    profession: str
    label: str
    short_label: str
    plural_label: str
    position: int
    regulator: str
    registration_body_code: str
    registration_type_code: str | None
    is_arts_therapy: bool
    professional_group: str


def profession_records() -> tuple[Profession, ...]:
    """Return the fourteen professions in the order of charts and tables."""
    return tuple(Profession(**row) for row in _profession_table().iter_rows(named=True))


def profession(name: str) -> Profession:
    """Return a profession by its id (`speech_and_language_therapist`) or label.

    Raises:
        UnknownName: it is none of the fourteen.
    """
    for record in profession_records():
        if name in (record.profession, record.label):
            return record
    raise unknown_name("profession", name, PROFESSIONS)


def profession_votes(settings: Settings | None = None) -> pl.DataFrame:
    """Return which code votes for which profession.

    The reviewed table counts. Codes that a newer occupation code manual added vote by the same rules; codes that it
    dropped keep their vote, because records of earlier months carry them.

    Returns:
        One row per source, code and profession, sorted: `source` (occupation_code, job_role, registration_type,
        registration_body, area_of_work, position_title), `code` (for titles: the beginning of words, or a whole
        word), `match`, `profession`, `branch`, `level`, `strength` (strong, weak). Blanks are null.
    """
    reviewed = text_table(FOLDER / "votes.csv")
    listed = reference_list("occupation_code", settings)
    held = reference_list("occupation_code")["occupation_code"].to_list()
    added = votes_by_rule(listed.filter(~pl.col("occupation_code").is_in(held)), _profession_table())
    added = added.filter(source="occupation_code").with_columns(pl.col("branch", "level").replace("", None))
    hints = text_table(FOLDER / "weak_votes.csv").with_columns(strength=pl.lit("weak"))
    votes = pl.concat([reviewed, added, hints], how="diagonal")
    columns = ("source", "code", "match", "profession", "branch", "level", "strength")
    return votes.select(columns).sort(columns)


def profession_tables(settings: Settings | None = None) -> dict[str, pl.DataFrame]:
    """Return the tables of professions that every snapshot carries: `reference.profession` and its votes."""
    return {
        "reference.profession": _profession_table(),
        "reference.profession_vote": profession_votes(settings),
    }


def professional_group_of(
    staff_group_code: str | None, profession: str | None, job_role_code: str | None = None
) -> str:
    """Say which professional group of job planning a post belongs to, as far as ESR tells.

    Operating department practitioners and osteopaths are AHPs though ESR files them under staff group 05; pharmacists
    are a group of their own, known by job role. The evidenced profession decides, except in staff groups that name
    another profession (01, 03, 06), in support posts (07) and for students (02): there the staff group does.
    The grouping is a house choice (docs/methodology/professions.md), kept in `professional_group_members.csv`.

    Args:
        staff_group_code: `01` to `10`, or None when it is not known.
        profession: label of the evidenced profession; Disputed, Not evidenced, unknown and None say nothing.
        job_role_code: five figures, or None.

    Returns:
        One of `PROFESSIONAL_GROUPS`, or `unknown`.
    """
    return _membership(staff_group_code, profession, job_role_code)[0]


def professional_subgroup_of(
    staff_group_code: str | None, profession: str | None, job_role_code: str | None = None
) -> str | None:
    """Say which part of its professional group a post belongs to (Consultant, OT, ...), or None where none is set.

    The three parts of the healthcare scientists are not told apart: no published table does so from ESR's fields.
    """
    return _membership(staff_group_code, profession, job_role_code)[1]


def _membership(staff_group: str | None, label: str | None, job_role: str | None) -> tuple[str, str | None]:
    members = _members()
    ids = {record.label: record.profession for record in _records()}
    if label == ARTS_UNDIVIDED:
        label = PROFESSIONS[0]
    by_profession = members.get(("profession", ids.get(label or "", "")))
    by_role = members.get(("job_role", job_role or ""))
    by_group = members.get(("staff_group", staff_group or ""))
    if staff_group in _STAFF_GROUP_DECIDES:
        by_profession = None
    return by_profession or by_role or by_group or (UNKNOWN_GROUP, None)


@functools.cache
def _members() -> dict[tuple[str, str], tuple[str, str | None]]:
    labels = dict(text_table(FOLDER / "professional_groups.csv").select("professional_group", "label").iter_rows())
    members = text_table(FOLDER / "professional_group_members.csv")
    return {
        (source, code): (labels[group], part)
        for source, code, group, part in members.select("source", "code", "professional_group", "subgroup").iter_rows()
    }


@functools.cache
def _records() -> tuple[Profession, ...]:
    return profession_records()


def _profession_table() -> pl.DataFrame:
    return (
        text_table(FOLDER / "professions.csv")
        .with_columns(pl.col("position").cast(pl.Int32), is_arts_therapy=pl.col("is_arts_therapy") == "True")
        .sort("position")
    )
