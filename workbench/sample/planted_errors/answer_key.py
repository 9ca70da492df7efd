"""The answer key: one row per planted error and rule that should find it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import polars as pl

COLUMNS = (
    "kind", "extract", "file", "key", "where", "what_should_be_found", "rule", "organisation_code", "severity",
    "right_code",
)  # fmt: skip


@dataclass(frozen=True)
class Planted:
    """One thing that a rule should find.

    `kind` is `row` (found while reading), `code` (a code that no list holds, or a retired one), `coding` (found by
    the coding review) or `reconciliation`. `key` is a line for rows, else an assignment, staff or position number of
    the fictional sample; several are joined by a semicolon. Severity is E, R or I as in the rule catalogue, or what
    happens to the row. `right_code` is the occupation code that the record should bear, where one record is meant.
    """

    kind: str
    extract: str
    key: str
    where: str
    what: str
    rule: str
    organisation_code: str
    severity: str
    file: str = ""
    right_code: str = ""

    def found_in(self, file: str) -> Planted:
        """Name the file in which the error stands."""
        return replace(self, file=file)


def answer_key(planted: Iterable[Planted]) -> pl.DataFrame:
    """Return the answer key as a table, sorted so that it reads by kind and rule."""
    rows = [
        (one.kind, one.extract, one.file, one.key, one.where, one.what, one.rule, one.organisation_code, one.severity,
         one.right_code)
        for one in planted
    ]  # fmt: skip
    table = pl.DataFrame(rows, schema=dict.fromkeys(COLUMNS, pl.String), orient="row")
    return table.sort("kind", "rule", "organisation_code", "extract", "file", "key", "where")
