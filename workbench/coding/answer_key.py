"""How well the rules and the suggested codes do where the truth is known: on a sample with planted errors.

The key is the `planted.csv` that `workbench sample` writes beside the extracts: what was made wrong on purpose, which
rule should find it, and which occupation code would be right. Numbers of staff in it are those of the sample, and
are compared as pseudonyms.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from workbench.coding.findings import findings
from workbench.coding.local_settings import CodingSettings
from workbench.coding.rules import rules
from workbench.coding.suggestions import suggestions
from workbench.errors import WorkbenchError
from workbench.extracts.pseudonyms import open_pseudonyms
from workbench.settings import Settings
from workbench.warehouse.snapshot import Snapshot

QUERIES = Path(__file__).parent / "queries"
COLUMNS = ("kind", "key", "what_should_be_found", "rule", "organisation_code", "severity", "right_code")
#: Said in the sample's README: registrations that end soon are no planted errors.
NOT_IN_THE_KEY = {"REG2": ("I",)}
#: Staff on a line without budget are planted under a name of their own, and found by the rule that compares the
#: budget with the positions.
PLANTED_APART = {"EST1": "unfunded"}

Row = Mapping[str, Any]


class AnswerKeyError(WorkbenchError):
    """A file is no answer key of a sample."""


@dataclass(frozen=True)
class RuleScore:
    """How one rule does: what was planted for it, what it found of that, and what it found besides.

    `missed` are entries of the key, `unplanted` findings that no entry explains. Recall is the share of planted
    errors that were found, precision the share of findings that were planted; None where there are none.
    """

    rule_id: str
    planted: int
    found: int
    missed: tuple[Row, ...]
    unplanted: tuple[Row, ...]

    @property
    def recall(self) -> float | None:
        """Planted errors found, of those planted."""
        return 1 - len(self.missed) / self.planted if self.planted else None

    @property
    def precision(self) -> float | None:
        """Findings that were planted, of all findings."""
        return 1 - len(self.unplanted) / self.found if self.found else None


@dataclass(frozen=True)
class SuggestionScore:
    """How the suggested codes do: how many are offered, how many are right, and how many are not offered at all.

    `sure` and `sure_and_right` are those offered with high confidence. A code that is offered for a record in which
    nothing was planted counts as wrong.
    """

    offered: int
    right: int
    sure: int
    sure_and_right: int
    declined: int


class AnswerKey:
    """The answer key of a sample that is loaded, ready to compare with what is found at a month end."""

    def __init__(self, path: Path, snapshot: Snapshot, settings: Settings, months: Mapping[str, dt.date]) -> None:
        """Read the key and learn by which pseudonyms its numbers go.

        Args:
            path: the file of planted errors.
            snapshot: the warehouse into which the sample was loaded.
            settings: this installation, whose pseudonym key is used.
            months: the month end that is looked at, by organisation.
        """
        self.rows = read_key(path).filter(pl.col("organisation_code").is_in(list(months)))
        self.snapshot, self.months = snapshot, dict(months)
        self._names = self._identifiers(settings)

    def of_rule(self, rule_id: str) -> pl.DataFrame:
        """Return what was planted for a rule."""
        return self.rows.filter(pl.col("rule") == rule_id)

    def rule_scores(self, found: pl.DataFrame) -> list[RuleScore]:
        """Compare findings with the key, rule by rule.

        Args:
            found: findings of all organisations of the key, with the column `organisation`.
        """
        return [self.rule_score(rule_id, found) for rule_id in rules() if not self.of_rule(rule_id).is_empty()]

    def rule_score(self, rule_id: str, found: pl.DataFrame) -> RuleScore:
        """Compare the findings of one rule with the key. A planted error is found at the severity planted only."""
        rows = found.filter(pl.col("rule_id") == rule_id).rows(named=True)
        entries = self.of_rule(rule_id).rows(named=True)
        missed = [
            entry
            for entry in entries
            if not any(self.is_about(row, entry) and row["severity"] == entry["severity"] for row in rows)
        ]
        asked = [row for row in rows if row["severity"] not in NOT_IN_THE_KEY.get(rule_id, ())]
        explained = entries + self.of_rule(PLANTED_APART.get(rule_id, rule_id)).rows(named=True)
        unplanted = [row for row in asked if not any(self.is_about(row, entry) for entry in explained)]
        return RuleScore(rule_id, len(entries), len(asked), tuple(missed), tuple(unplanted))

    def suggestion_score(self, local: CodingSettings | None = None) -> SuggestionScore:
        """Compare the suggested codes with the codes that would be right.

        Only records in which something is planted are asked about where no code is offered.
        """
        answers = pl.concat(
            suggestions(self.snapshot, organisation, month, local).select(
                "assignment_key", "outcome", "suggested_code", "confidence"
            )
            for organisation, month in self.months.items()
        )
        right = self.right_codes()
        offered = answers.filter(outcome="suggested").with_columns(
            is_right=pl.col("suggested_code")
            == pl.col("assignment_key").replace_strict(right, default=None, return_dtype=pl.String)
        )
        sure = offered.filter(confidence="high")
        declined = answers.filter(pl.col("outcome") == "declined", pl.col("assignment_key").is_in(list(right)))
        return SuggestionScore(
            offered.height,
            int(offered["is_right"].fill_null(False).sum()),
            sure.height,
            int(sure["is_right"].fill_null(False).sum()),
            declined.height,
        )

    def right_codes(self) -> dict[str, str]:
        """Return the right occupation code of each record that the key names, by assignment."""
        rows = self.rows.filter(pl.col("right_code").fill_null("") != "")
        named = rows.select("organisation_code", "key", "right_code").unique().sort("organisation_code", "key")
        return {
            self._pseudonyms.of_one("assignment", organisation, number): code
            for organisation, number, code in named.iter_rows()
        }

    def is_about(self, finding: Row, entry: Row) -> bool:
        """Say whether a finding is about what an entry of the key names."""
        if finding["organisation"] != entry["organisation_code"]:
            return False
        named = set().union(*(self._names[entry["organisation_code"], one] for one in entry["key"].split(";")))
        if finding["assignment_key"]:
            return finding["assignment_key"] in named or finding["position_number"] in named
        if finding["person_key"] in named or finding["position_number"] in named:
            return True
        return any(one.casefold() in finding["subject_key"].casefold() for one in named)

    def _identifiers(self, settings: Settings) -> dict[tuple[str, str], set[str]]:
        """Say as what each number of the key may appear in a finding: staff numbers do so as pseudonyms only."""
        self._pseudonyms = open_pseudonyms(settings)
        held = pl.concat(
            self.snapshot.query(QUERIES / "held_posts.sql", organisation=organisation, period=month)
            for organisation, month in self.months.items()
        )
        person_of = dict(held.select("assignment_key", "person_key").iter_rows())
        jobs = {
            (organisation, position): f"{title} | {band}".casefold()
            for organisation, position, title, band in held.select(
                "organisation_code", "position_number", "position_title", "pay_band"
            ).iter_rows()
        }
        known: dict[tuple[str, str], set[str]] = {}
        for organisation, keys in self.rows.select("organisation_code", "key").iter_rows():
            for number in keys.split(";"):
                assignment = self._pseudonyms.of_one("assignment", organisation, number)
                person = person_of.get(assignment, self._pseudonyms.of_one("person", organisation, number))
                job = jobs.get((organisation, number))
                known[organisation, number] = {number, assignment, person} | ({job} if job else set())
        return known


def read_key(path: Path) -> pl.DataFrame:
    """Read the file of planted errors that lies beside a sample.

    Raises:
        AnswerKeyError: there is no such file, or it is not one.
    """
    try:
        rows = pl.read_csv(path, infer_schema=False)
    except (OSError, pl.exceptions.PolarsError) as problem:
        raise AnswerKeyError(
            f"The answer key {str(path)!r} cannot be read ({type(problem).__name__}). It is the `planted.csv` that "
            "`workbench sample` writes beside the extracts."
        ) from None
    if missing := [name for name in COLUMNS if name not in rows.columns]:
        raise AnswerKeyError(
            f"{path.name!r} is no answer key: it lacks the columns {', '.join(missing)}. Make the sample again with "
            "`workbench sample`."
        )
    return rows


def found_at(snapshot: Snapshot, months: Mapping[str, dt.date]) -> pl.DataFrame:
    """Return the findings of several organisations, each at its month end, with the column `organisation`."""
    return pl.concat(
        findings(snapshot, organisation, month).with_columns(organisation=pl.lit(organisation))
        for organisation, month in months.items()
    )
