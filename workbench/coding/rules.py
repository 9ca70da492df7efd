"""The rules that look for doubtful coding, read from their records.

A rule exists as soon as `rules/<ID>.toml` (what it asks, why, and who puts it right) and `rules/<ID>.sql` (how it is
answered) lie side by side: no code changes when one is added.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import Any

from workbench.coding.local_settings import CodingSettings
from workbench.errors import ParameterError, UnknownName, unknown_name
from workbench.extracts import contracts

RECORDS = Path(__file__).parent / "rules"

SEVERITIES = {"E": "error", "R": "review: sources disagree, a person decides", "I": "information"}
ROUTES = {
    "P": "edit the occupation code or area of work on the position (ESR lead or HR)",
    "N": "new position, or a service request",
    "M": "mass update by service request",
    "C": "the clinician confirms or challenges",
    "F": "finance",
    "H": "check the register (HCPC or GOsC)",
    "S": "manager self-service, or an assignment change by HR",
}
CAUSES = {
    "system": "how ESR is built",
    "data": "a dated or wrong value",
    "no_option": "the lists hold nothing that fits",
    "process": "how the work is done",
}
SUBJECTS = ("assignment", "position", "person", "loop", "listed_person", "cost_centre_group", "code")
STEPS = {
    1: "Manager self-service",
    2: "Employee self-service",
    3: "Checking",
    4: "Linking",
    5: "Processes",
    6: "Responsibility",
    7: "Checklist",
}
MAY_BE_EMPTY = ("settings",)


@dataclass(frozen=True)
class Rule:
    """One rule as it is defined: what it asks, why that matters, and who puts a finding right.

    `severity` is the highest that a finding of it can have (E error, R review, I information). `routes` are the ways
    of putting it right, the usual first. `step` is the step of the review that it belongs to, `cause` the root cause
    that is assumed until someone says otherwise. `evidence` names the columns of a finding that it fills, `needs`
    the extracts without which nothing can be said, and `settings` the local choices that it uses.
    """

    id: str
    question: str
    severity: str
    why: str
    who: str
    routes: tuple[str, ...]
    how: str
    step: int
    cause: str
    evidence: tuple[str, ...]
    subject: str
    needs: tuple[str, ...]
    settings: tuple[str, ...]

    def __post_init__(self) -> None:
        for field in fields(self):
            if getattr(self, field.name) in (None, "", ()) and field.name not in MAY_BE_EMPTY:
                raise ParameterError(f"The record of the rule {self.id!r} leaves `{field.name}` empty.")
        settings = {field.name for field in fields(CodingSettings)}
        allowed: tuple[tuple[str, tuple[Any, ...], Any], ...] = (
            ("severity", (self.severity,), SEVERITIES),
            ("route", self.routes, ROUTES),
            ("step", (self.step,), STEPS),
            ("cause", (self.cause,), CAUSES),
            ("subject", (self.subject,), SUBJECTS),
            ("evidence", self.evidence, FINDING_COLUMNS),
            ("extract", self.needs, contracts()),
            ("setting", self.settings, settings),
        )
        for kind, received, known in allowed:
            for value in received:
                if value not in known:
                    raise ParameterError(
                        f"The record of the rule {self.id!r} holds the {kind} {value!r}. "
                        f"Allowed: {', '.join(str(one) for one in known)}."
                    )

    @property
    def query(self) -> Path:
        """The file that holds the rule's question to the snapshot."""
        return RECORDS / f"{self.id}.sql"

    @classmethod
    def from_toml(cls, record: Mapping[str, Any]) -> Rule:
        """Make a rule from its record.

        Raises:
            ParameterError: a field is missing, empty, not known or holds a value that is not allowed.
        """
        names = [field.name for field in fields(cls)]
        wrong = [f"`{name}` is not a field" for name in record if name not in names]
        wrong += [f"`{name}` is missing" for name in names if name not in record]
        if wrong:
            raise ParameterError(f"The record of the rule {record.get('id')!r} cannot be read: {'; '.join(wrong)}.")
        values: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value for name, value in record.items()
        }
        return cls(**values)


# What every rule's query returns first: the organisation and month end, out of those asked for, of the finding.
MONTH_COLUMNS = ("organisation_code", "period")
# What follows, in this order; null where a column does not apply. No column holds a personal value:
# people and assignments stand there as keys, and `detail` is made of codes, names of codes, dates and counts.
FINDING_COLUMNS = (
    "subject_key",
    "severity",
    "person_key",
    "assignment_key",
    "position_number",
    "position_title",
    "directorate",
    "service",
    "team",
    "cost_centre",
    "profession",
    "fte",
    "holders",
    "field",
    "current_code",
    "current_name",
    "other_source",
    "other_value",
    "detail",
)


@cache
def rules() -> dict[str, Rule]:
    """List every rule by its id, in alphabetical order.

    Raises:
        ParameterError: a record is incomplete, bears another name than its file, or has no query beside it.
    """
    found = {}
    for path in sorted(RECORDS.glob("*.toml")):
        rule = Rule.from_toml(tomllib.loads(path.read_text(encoding="utf-8")))
        if rule.id != path.stem:
            raise ParameterError(f"The record of the rule {rule.id!r} lies in {path.name!r}. Name the file after it.")
        if not rule.query.exists():
            raise ParameterError(f"The rule {rule.id!r} has a record and no query. Add {rule.query.name!r} beside it.")
        found[rule.id] = rule
    return found


def find_rule(rule_id: str) -> Rule:
    """Return one rule by its id.

    Raises:
        UnknownName: there is none of that name; the nearest ones are named.
    """
    known = rules()
    if rule_id not in known:
        problem: UnknownName = unknown_name("rule", rule_id, known)
        raise problem
    return known[rule_id]
