"""The attainment of one organisation on a date: evidence, data and scopes put together, and the level they make."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from workbench.attainment.computed_clauses import COMPUTATIONS, Material, computed_halves, material
from workbench.attainment.judgements import Judgement
from workbench.attainment.levels import Attained, Evidence, Team, levels
from workbench.attainment.standard_sets import DEFAULT_SET, StandardSet, standard_sets
from workbench.errors import unknown_name
from workbench.settings import Settings
from workbench.warehouse.snapshot import Snapshot

QUERIES = Path(__file__).parent / "queries"
NO_TEAM = "unknown"


@dataclass(frozen=True)
class Attainment:
    """Levels of the trust, its groups and its teams on a date, with what they rest on.

    Attributes:
        attained: by scope: "trust", "group:NAME", "team:NAME".
        found: what the computed halves were worked out from; None where no register or no staff list is loaded.
        without_team: people in scope who belong to no team: they are in the percentages and in no team's row.
    """

    organisation: str
    as_at: dt.date
    standards: StandardSet
    attained: dict[str, Attained]
    evidence: Evidence
    found: Material | None
    without_team: int


def attainment_at(
    snapshot: Snapshot, settings: Settings, organisation: str, as_at: dt.date, standard_set: str = DEFAULT_SET
) -> Attainment:
    """Work out what an organisation, its groups and its teams have attained on a date.

    Raises:
        UnknownName: no standard set of that name is known.
    """
    standards = the_set(settings, standard_set)
    found = material(snapshot, organisation, as_at)
    posts = None if found is None else found.coverage.posts
    teams = [] if posts is None else _teams(posts)
    groups = [] if posts is None else sorted(set(posts["professional_group"].drop_nulls()))
    evidence = Evidence(
        register(snapshot, organisation, standard_set), computed_halves(found, standards), teams, groups
    )
    without = 0 if posts is None else posts.filter(_has_no_team())["person_key"].n_unique()
    return Attainment(organisation, as_at, standards, levels(standards, evidence, as_at), evidence, found, without)


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


def register(snapshot: Snapshot, organisation: str, standard_set: str) -> list[Judgement]:
    """Read the evidence register: every record that was loaded, in the order in which they stand."""
    rows = snapshot.query(QUERIES / "evidence_register.sql", organisation=organisation, standard_set=standard_set)
    return [
        Judgement(
            scope=_scope(row["scope"]),
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


def _scope(text: str) -> str:
    """Read a scope as the register writes it: capitals and spaces around the colon do not matter."""
    kind, colon, name = text.strip().partition(":")
    return f"{kind.strip().lower()}:{name.strip()}" if colon else kind.strip().lower()


def _teams(posts: pl.DataFrame) -> list[Team]:
    rows = posts.filter(~_has_no_team()).group_by("team").agg(pl.col("professional_group").unique().sort())
    return [Team(name, tuple(groups)) for name, groups in rows.sort("team").iter_rows()]


def _has_no_team() -> pl.Expr:
    return pl.col("team").is_null() | (pl.col("team") == NO_TEAM)
