"""Worklists: who is asked to put what right, and the corrections that have been confirmed.

A worklist has one row per decision: everything that is doubtful about one assignment or position, for one service and
one way of putting it right. The mass-update sheet has one row per confirmed correction, for the ESR lead to key or to
send. It is the workbench's own layout, not ESR's: nothing is written to ESR.

Staff numbers stand nowhere but here. They are read from the vault, which writes down who asked and why first.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

import polars as pl

from workbench.coding.decisions import OPEN_STATES
from workbench.coding.review import Review
from workbench.coding.rules import ROUTES, SEVERITIES, rules
from workbench.errors import SettingsError
from workbench.extracts.pseudonyms import Purpose, open_pseudonyms
from workbench.extracts.vault import Vault
from workbench.settings import Settings

#: Days to answer after the review's date, by severity. Our choice; information has no date.
DAYS_TO_ANSWER = {"E": 28, "R": 56}
FIX_TYPES = {"P": "edit on position", "N": "new position", "M": "mass update"}
NO_SERVICE = "No service stated"

_SUBJECT = ("position_number", "employee_number", "assignment_number", "assignment_key", "person_key", "subject")

_NUMBERS: tuple[tuple[Purpose, str, str], ...] = (
    ("person", "person_key", "employee_number"),
    ("assignment", "assignment_key", "assignment_number"),
)
#: What stands in a row of a worklist, after its service and route.
TASK_COLUMNS = (
    "position_number", "position_title", "team", "cost_centre", "employee_number", "assignment_number", "holders",
    "fte", "profession", "severity", "question", "now", "evidence", "detail", "suggested_code", "confidence",
    "reasons", "candidates", "state", "first_seen", "age_months", "due", "rules", "findings",
)  # fmt: skip
#: What stands in a row of the mass-update sheet.
UPDATE_COLUMNS = (
    "service", "employee_number", "assignment_number", "position_number", "position_title", "holders", "field",
    "current_code", "current_name", "proposed_code", "fix_type", "checks", "reason", "evidence", "effective_on",
    "decided_by", "decided_on", "rules", "findings",
)  # fmt: skip


@dataclass(frozen=True)
class Opening:
    """Who opens the vault for a worklist, why, and who agreed to it: written down before a number is read."""

    person: str
    purpose: str
    approver: str = ""


@dataclass(frozen=True)
class Worklists:
    """The rows of a worklist workbook: what is asked (`tasks`) and what was confirmed (`updates`)."""

    tasks: pl.DataFrame
    updates: pl.DataFrame

    def sheets(self) -> list[tuple[str, str, pl.DataFrame]]:
        """Part the tasks by service and route: `(service, route, rows)`, in order of service and route."""
        parts = self.tasks.partition_by("service", "route", maintain_order=True)
        return [(part["service"][0], part["route"][0], part.drop("service", "route")) for part in parts]


def worklists(found: Review, settings: Settings, opening: Opening) -> Worklists:
    """Make the worklists of a review, with staff numbers.

    A finding is listed while it waits for an answer, and after it was confirmed for as long as no code was proposed
    that the mass-update sheet could carry. Findings about a position bear no staff number: the correction is made on
    the position, whoever holds it.

    Raises:
        WorkbenchError: nobody, or no purpose, was named.
        SettingsError: there is no vault here, or its key is missing.
        AuditError: the opening cannot be written down, so no number was read.
    """
    rows = found.findings.with_columns(
        service=pl.when(pl.col("service").fill_null("unknown") == "unknown")
        .then(pl.lit(NO_SERVICE))
        .otherwise("service"),
        subject=pl.when(pl.col("assignment_key").is_null()).then("subject_key"),
    )
    is_update = (pl.col("state") == "accepted") & pl.col("proposed_code").is_not_null()
    tasks = rows.filter(pl.col("state").is_in([*OPEN_STATES, "accepted"]), ~is_update)
    updates = rows.filter(is_update)
    numbered = _with_staff_numbers(pl.concat([tasks, updates]), found, settings, opening)
    return Worklists(
        _tasks(numbered.filter(pl.col("finding_id").is_in(tasks["finding_id"].to_list())), found.as_at),
        _updates(numbered.filter(pl.col("finding_id").is_in(updates["finding_id"].to_list()))),
    )


def _with_staff_numbers(rows: pl.DataFrame, found: Review, settings: Settings, opening: Opening) -> pl.DataFrame:
    if not settings.vault.exists():
        raise SettingsError(
            f"There is no vault at {str(settings.vault)!r}, so no worklist can name staff numbers. Make it where the "
            "extracts were loaded, or put the vault back from its backup. `workbench review --json` needs no vault."
        )
    vault = Vault(settings.vault, open_pseudonyms(settings))
    for kind, key, number in _NUMBERS:
        keys = rows[key].drop_nulls().unique().to_list()
        known = vault.look_up(kind, keys, purpose=opening.purpose, person=opening.person, approver=opening.approver)
        pairs = pl.DataFrame(list(known.items()), schema={key: pl.String, number: pl.String}, orient="row")
        rows = rows.join(pairs, on=key, how="left", maintain_order="left")
    details = {"organisation": found.organisation, "as_at": found.as_at.isoformat(), "snapshot": found.snapshot}
    vault.audit.append(
        "export", person=opening.person, purpose=opening.purpose, details={**details, "findings": rows.height}
    )
    return rows


def _tasks(rows: pl.DataFrame, as_at: dt.date) -> pl.DataFrame:
    """Bring the findings of one service, route and subject into one row each, the position first."""
    questions = {rule.id: rule.question for rule in rules().values()}
    due = {severity: as_at + dt.timedelta(days=days) for severity, days in DAYS_TO_ANSWER.items()}
    ranked = rows.with_columns(
        rank=_place_in("severity", SEVERITIES),
        route_place=_place_in("route", ROUTES),
        question=pl.col("rule_id").replace_strict(questions, default="", return_dtype=pl.String),
        due=pl.col("severity").replace_strict(due, default=None, return_dtype=pl.Date),
    ).sort("rank", "rule_id", "field", "finding_id")
    grouped = ranked.group_by("service", "route", *_SUBJECT).agg(
        pl.col("route_place", "severity").first(),
        pl.col("rank").min(),
        pl.col("position_title", "team", "cost_centre", "profession").drop_nulls().first(),
        pl.col("fte", "holders", "age_months").max(),
        pl.col("first_seen", "due").min(),
        _lines("question"),
        _lines(_phrase(pl.col("field"), pl.col("current_code"), pl.col("current_name"))).alias("now"),
        _lines(_phrase(pl.col("other_source"), pl.col("other_value"))).alias("evidence"),
        *(_lines(name) for name in ("detail", "suggested_code", "confidence", "reasons", "candidates", "state")),
        _lines("rule_id", "; ").alias("rules"),
        _lines("finding_id", "; ").alias("findings"),
    )
    return grouped.sort(
        "service", "route_place", "position_number", "rank", "assignment_number", "findings", nulls_last=True
    ).select("service", "route", *TASK_COLUMNS)


def _updates(rows: pl.DataFrame) -> pl.DataFrame:
    """Bring the confirmed corrections of one subject and field into one row per proposed value."""
    # Once the clinician has confirmed, what is left is the rule's way of changing the record.
    fixes = {rule.id: next((FIX_TYPES[way] for way in rule.routes if way in FIX_TYPES), "to be chosen")
             for rule in rules().values()}  # fmt: skip
    place = (*_SUBJECT, "field")
    grouped = (
        rows.sort("decision")
        .group_by(*place, "proposed_code")
        .agg(
            pl.col("service", "position_title", "current_code", "current_name").drop_nulls().first(),
            pl.col("holders", "effective_on", "decided_on").max(),
            pl.col("rule_id").first().replace_strict(fixes, default="to be chosen", return_dtype=pl.String)
            .alias("fix_type"),
            _lines(_phrase(pl.col("other_source"), pl.col("other_value"))).alias("evidence"),
            _lines("reason"),
            _lines("decided_by", "; "),
            _lines("rule_id", "; ").alias("rules"),
            _lines("finding_id", "; ").alias("findings"),
        )
    )  # fmt: skip
    several = pl.col("proposed_code").n_unique().over("position_number", "field") > 1
    shared = pl.col("position_number").is_not_null() & several
    checks = (
        pl.when(shared)
        .then(pl.lit("Different codes were confirmed for this position: split it first"))
        .when((pl.col("holders") > 1) & pl.col("assignment_key").is_not_null())
        .then(pl.lit("An edit on the position changes every holder"))
        .otherwise(pl.lit(""))
    )
    return (
        grouped.with_columns(checks=checks)
        .sort("service", "position_number", "assignment_number", "findings", nulls_last=True)
        .select(UPDATE_COLUMNS)
    )


def _place_in(column: str, order: Collection[str]) -> pl.Expr:
    places = {name: place for place, name in enumerate(order)}
    return pl.col(column).replace_strict(places, default=len(places), return_dtype=pl.Int64)


def _phrase(first: pl.Expr, *rest: pl.Expr) -> pl.Expr:
    """Write a field and its values as people say them, such as `occupation code: S1K, Physiotherapist`."""
    values = pl.concat_str([part.fill_null("") for part in rest], separator=" ").str.strip_chars()
    named = first.fill_null("").str.replace_all("_", " ")
    shown = pl.when(values == "").then(pl.lit("blank")).otherwise(values)
    said = pl.when(named == "").then(values).otherwise(pl.concat_str([named, shown], separator=": "))
    return pl.when(first.is_null() & (values == "")).then(None).otherwise(said)


def _lines(column: str | pl.Expr, separator: str = "\n") -> pl.Expr:
    """Join the different texts of a group, each once, in the order they come."""
    expression = pl.col(column) if isinstance(column, str) else column
    return expression.drop_nulls().unique(maintain_order=True).str.join(separator)
