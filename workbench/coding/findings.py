"""What the rules find in one organisation at one month end, and which rules could be asked at all."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path

import polars as pl

from workbench.coding.local_settings import CodingSettings
from workbench.coding.rules import FINDING_COLUMNS, Rule, find_rule, rules
from workbench.errors import WorkbenchError
from workbench.warehouse.snapshot import Snapshot

QUERIES = Path(__file__).parent / "queries"
TYPES: dict[str, type[pl.DataType]] = {"fte": pl.Float64, "holders": pl.Int64}
RETURNED: dict[str, type[pl.DataType]] = {name: TYPES.get(name, pl.String) for name in FINDING_COLUMNS}
FINDINGS: dict[str, type[pl.DataType]] = {
    "finding_id": pl.String,
    "rule_id": pl.String,
    "step": pl.Int64,
    "route": pl.String,
    "cause": pl.String,
    **RETURNED,
}
COMPARED = ("rule_id", "subject_key", "field", "current_code", "other_value")


def findings(
    snapshot: Snapshot,
    organisation: str,
    period: dt.date,
    settings: CodingSettings | None = None,
    only: Iterable[str] = (),
) -> pl.DataFrame:
    """List every doubtful record of an organisation at a month end, with the rule that doubts it.

    A finding is a question to a person, never a correction. A rule whose extracts are not loaded is left out and
    named by `coverage`, so that nothing found is told apart from nothing asked. The finding's id is made of the rule,
    the subject and the compared values: it stays the same from month to month until one of the values changes.

    Args:
        snapshot: the warehouse as it stood after one load.
        organisation: code of the organisation.
        period: the month end.
        settings: the local choices; where none are given, those that hold without any setting.
        only: ids of the rules to ask; none means all.

    Returns:
        One row per rule, subject and compared values, sorted by rule, subject and field: `finding_id`, `rule_id`,
        `step`, `route` (the usual one), `cause`, and the columns that every rule returns.

    Raises:
        UnknownName: `only` names a rule that does not exist.
        WorkbenchError: a rule's query returns other columns than those agreed.
    """
    local = settings or CodingSettings()
    asked = _asked(only)
    ready = coverage(snapshot, organisation, period, only=tuple(asked)).filter(pl.col("state") == "ran")
    frames = [_findings_of(snapshot, asked[rule_id], organisation, period, local) for rule_id in ready["rule_id"]]
    rows = (
        pl.concat(frames) if frames else pl.DataFrame(schema={k: v for k, v in FINDINGS.items() if k != "finding_id"})
    )
    identified = rows.with_columns(
        pl.Series("finding_id", finding_ids(organisation, rows.select(COMPARED).rows()), dtype=pl.String)
    )
    return identified.select(*FINDINGS).sort("rule_id", "subject_key", "field", "finding_id")


def coverage(snapshot: Snapshot, organisation: str, period: dt.date, only: Iterable[str] = ()) -> pl.DataFrame:
    """Say for each rule whether it could be asked: `ran`, or `no_feed` where an extract that it needs is not loaded.

    An extract that comes by period must hold this month end; a list or a record of events must be there at all.

    Returns:
        One row per rule: `rule_id`, `state` and `missing`, the extracts that are not there (empty where it ran).
    """
    loaded = set(
        snapshot.query(QUERIES / "extracts_held.sql", organisation=organisation, period=period)["extract"].to_list()
    )
    rows = []
    for rule in _asked(only).values():
        missing = [extract for extract in rule.needs if extract not in loaded]
        rows.append((rule.id, "no_feed" if missing else "ran", ", ".join(missing)))
    return pl.DataFrame(rows, schema={"rule_id": pl.String, "state": pl.String, "missing": pl.String}, orient="row")


def finding_ids(organisation: str, compared: Sequence[tuple[str | None, ...]]) -> list[str]:
    """Make the ids of findings: 16 hex characters from the organisation, the rule, the subject and the compared values.

    The organisation is among them because two organisations may use one position number.
    """
    return [
        hashlib.sha256("\x1f".join((organisation, *(value or "" for value in values))).encode()).hexdigest()[:16]
        for values in compared
    ]


def _asked(only: Iterable[str]) -> dict[str, Rule]:
    named = list(only)
    return {rule_id: find_rule(rule_id) for rule_id in sorted(set(named))} if named else rules()


def _findings_of(
    snapshot: Snapshot, rule: Rule, organisation: str, period: dt.date, settings: CodingSettings
) -> pl.DataFrame:
    rows = snapshot.query(rule.query, organisation=organisation, period=period, **settings.bound(rule.settings))
    if tuple(rows.columns) != FINDING_COLUMNS:
        raise WorkbenchError(
            f"The rule {rule.id!r} returns the columns {', '.join(rows.columns)}. "
            f"It must return exactly: {', '.join(FINDING_COLUMNS)}."
        )
    return rows.cast(RETURNED).select(  # type: ignore[arg-type]
        pl.lit(rule.id).alias("rule_id"),
        pl.lit(rule.step, pl.Int64).alias("step"),
        pl.lit(rule.routes[0]).alias("route"),
        pl.lit(rule.cause).alias("cause"),
        *FINDING_COLUMNS,
    )
