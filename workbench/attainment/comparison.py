"""Beside whom an organisation stands: its groups and teams, the other organisations served, and the July 2018 survey.

The survey's two figures are compared with like only: a share of trusts with a share of trusts, and people on the
software among all clinical staff with the same. Neither is comparable with the share of people with an active plan.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

import polars as pl

from workbench.attainment.attained import Attainment, attainment_at
from workbench.attainment.known import has_no_team
from workbench.attainment.levels import TRUST, group_scope, team_scope
from workbench.attainment.plans import plan_states
from workbench.attainment.scope import CLINICAL_STAFF_GROUPS
from workbench.settings import Settings
from workbench.warehouse.snapshot import Snapshot

#: Printed in the introduction of the standards: a survey of acute and community trusts in July 2018.
TRUSTS_AT_LEVEL_0_IN_2018 = 73
CLINICAL_STAFF_ON_SOFTWARE_IN_2018 = 12
SURVEY = "survey of acute and community trusts, July 2018"


@dataclass(frozen=True)
class Compared:
    """People with an active plan among people in scope, of one group, team or organisation, with its level.

    `level` is None where nobody is in scope or nothing is loaded.
    """

    name: str
    active: int | None
    in_scope: int | None
    level: int | None


def organisations_compared(
    snapshot: Snapshot, settings: Settings, organisations: Iterable[str], as_at: dt.date
) -> dict[str, Attainment]:
    """Work out the attainment of every organisation served on the same date."""
    return {code: attainment_at(snapshot, settings, code, as_at) for code in organisations}


def of_whole(attainment: Attainment, name: str) -> Compared:
    """Sum up one organisation."""
    if attainment.found is None:
        return Compared(name, None, None, None)
    active, in_scope = attainment.found.coverage.counted().row(0)
    return Compared(name, active, in_scope, _level(attainment, TRUST))


def of_groups(attainment: Attainment) -> list[Compared]:
    """Sum up the professional groups of an organisation that have people in scope."""
    if attainment.found is None:
        return []
    rows = attainment.found.coverage.counted(("professional_group",)).sort("professional_group")
    return [Compared(name, n, of, _level(attainment, group_scope(name))) for name, n, of in rows.iter_rows()]


def of_teams(attainment: Attainment) -> list[Compared]:
    """Sum up the teams of an organisation that have people in scope; people without a team are in none."""
    if attainment.found is None:
        return []
    rows = attainment.found.coverage.counted(("team",)).filter(~has_no_team()).sort("team")
    return [Compared(name, n, of, _level(attainment, team_scope(name))) for name, n, of in rows.iter_rows()]


def trusts_at_level_0(attainments: Iterable[Attainment]) -> tuple[int, int]:
    """Count the organisations at Level 0, and those that have a level at all."""
    levels = [_level(attainment, TRUST) for attainment in attainments]
    return sum(level == 0 for level in levels), sum(level is not None for level in levels)


def clinical_staff_on_software(attainment: Attainment) -> tuple[int, int] | None:
    """Count clinical staff with a plan on the software, and all clinical staff.

    All clinical staff: substantive posts in clinical staff groups, with nobody left out as out of scope, because the
    survey states no exclusions. A plan on the software counts in any state but expired, because being on the software
    was asked, not being approved.
    """
    known = attainment.known
    if known is None:
        return None
    group = pl.col("staff_group_code")
    clinical = pl.col("is_substantive") & (group.is_null() | group.is_in(CLINICAL_STAFF_GROUPS))
    staff = known.employed.filter(clinical)["person_key"].unique()
    plans = plan_states(known.plans, attainment.as_at)
    planned = plans.filter(~pl.col("state").is_in(["other_system", "expired"]))["person_key"].unique()
    return int(staff.is_in(planned.implode()).sum()), staff.len()


def _level(attainment: Attainment, scope: str) -> int | None:
    attained = attainment.attained.get(scope)
    return None if attained is None or attainment.found is None else attained.level
