"""The attainment of one organisation on a date: evidence, data and scopes put together, and the level they make."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from workbench.attainment.computed_clauses import COMPUTATIONS, computed_halves
from workbench.attainment.judgements import Judgement
from workbench.attainment.known import Known, Material, known_at
from workbench.attainment.levels import Attained, Evidence, levels, read_scope
from workbench.attainment.standard_sets import DEFAULT_SET, StandardSet, standard_sets
from workbench.errors import unknown_name
from workbench.professions import PROFESSIONAL_GROUPS
from workbench.settings import Settings
from workbench.warehouse.snapshot import Snapshot

QUERIES = Path(__file__).parent / "queries"


@dataclass(frozen=True)
class Attainment:
    """Levels of the trust, its groups and its teams on a date, with what they rest on.

    Attributes:
        attained: by scope: "trust", "group:NAME", "team:NAME".
        known: what was known on the date; None where no register or no staff list is loaded by then.
        found: what the computed halves were worked out from; None as above.
    """

    organisation: str
    as_at: dt.date
    standards: StandardSet
    attained: dict[str, Attained]
    evidence: Evidence
    known: Known | None
    found: Material | None


def attainment_at(
    snapshot: Snapshot, settings: Settings, organisation: str, as_at: dt.date, standard_set: str = DEFAULT_SET
) -> Attainment:
    """Work out what an organisation, its groups and its teams have attained on a date.

    Raises:
        UnknownName: no standard set of that name is known.
    """
    standards = the_set(settings, standard_set)
    known = known_at(snapshot, organisation, as_at)
    return attainment_of(known, register(snapshot, organisation, standards), standards, organisation, as_at)


def attainment_of(
    known: Known | None, records: Sequence[Judgement], standards: StandardSet, organisation: str, as_at: dt.date
) -> Attainment:
    """Work out the attainment from what was known, on that date or on a later one with nothing renewed."""
    found = None if known is None else known.on(as_at)
    evidence = evidence_from(found, records, standards)
    return Attainment(organisation, as_at, standards, levels(standards, evidence, as_at), evidence, known, found)


def evidence_from(
    found: Material | None, records: Sequence[Judgement], standards: StandardSet, up_to: int | None = None
) -> Evidence:
    """Put records and computed halves together; the default groups that nobody in scope belongs to have no level."""
    if found is None:
        return Evidence(records, {}, (), ())
    outside = tuple(name for name in PROFESSIONAL_GROUPS if name not in found.groups)
    return Evidence(records, computed_halves(found, standards, up_to), found.teams, found.groups, outside)


def the_set(settings: Settings, name: str) -> StandardSet:
    """Return a standard set by its id, the user's own ones included.

    Raises:
        UnknownName: there is none of that id.
    """
    folder = settings.theme_settings("attainment").get("standard_sets")
    known = standard_sets(Path(str(folder)).expanduser() if folder else None, computations=COMPUTATIONS)
    if name not in known:
        raise unknown_name("standard set", name, known)
    return known[name]


def register(snapshot: Snapshot, organisation: str, standards: StandardSet) -> list[Judgement]:
    """Read the evidence register: every record that was loaded, in the order in which they stand."""
    rows = snapshot.query(QUERIES / "evidence_register.sql", organisation=organisation, standard_set=standards.id)
    return [
        Judgement(
            scope=read_scope(row["scope"]),
            clause=row["clause"],
            judgement=row["judgement"],
            evidence_date=row["evidence_date"],
            owner=row["owner"],
            reference=row["reference"],
            valid_until=row["valid_until"],
            groups_covered=tuple(name.strip() for name in row["groups_covered"].split(";") if name.strip()),
            note=row["note"],
            order=order,
        )
        for order, row in enumerate(rows.iter_rows(named=True))
    ]
