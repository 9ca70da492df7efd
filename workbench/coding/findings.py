"""What the rules find in organisations at month ends, and which rules could be asked at all.

A rule looks at every organisation and month asked for in one pass: what it costs to prepare a question is paid once
and not once per month, so that a year is asked about nearly as fast as a month, and a nation in one go.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import polars as pl

from workbench.coding.local_settings import CodingSettings
from workbench.coding.rules import FINDING_COLUMNS, MONTH_COLUMNS, Rule, find_rule, rules
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
MONTHS: dict[str, type[pl.DataType]] = {"organisation_code": pl.String, "period": pl.Date}
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
    return findings_of_months(snapshot, {organisation: [period]}, settings, only).drop(MONTH_COLUMNS)


def findings_of_months(
    snapshot: Snapshot,
    asked: Mapping[str, Sequence[dt.date]],
    settings: CodingSettings | None = None,
    only: Iterable[str] = (),
) -> pl.DataFrame:
    """List every doubtful record of several organisations or month ends, each as if it had been asked about alone.

    Args:
        snapshot: the warehouse as it stood after one load.
        asked: the month ends by the code of their organisation.
        settings: the local choices; where none are given, those that hold without any setting.
        only: ids of the rules to ask; none means all.

    Returns:
        The columns of `findings` after `organisation_code` and `period`, sorted by these and then as `findings` is.

    Raises:
        UnknownName: `only` names a rule that does not exist.
        WorkbenchError: a rule's query returns other columns than those agreed.
    """
    local = settings or CodingSettings()
    pairs = [{"organisation_code": code, "period": month} for code, months in asked.items() for month in months]
    ready = coverage_of_months(snapshot, asked, only).filter(pl.col("state") == "ran")
    frames = []
    for rule in _asked(only).values():
        months = ready.filter(pl.col("rule_id") == rule.id).select(MONTH_COLUMNS)
        if months.height:
            found = _findings_of(snapshot, rule, pairs, local)
            whole = months.height == len(pairs)
            frames.append(found if whole else found.join(months, on=MONTH_COLUMNS, how="semi", maintain_order="left"))
    without_id = {name: kind for name, kind in FINDINGS.items() if name != "finding_id"}
    rows = pl.concat(frames) if frames else pl.DataFrame(schema={**MONTHS, **without_id})
    identified = rows.with_columns(
        pl.Series("finding_id", finding_ids(rows.select("organisation_code", *COMPARED).rows()), dtype=pl.String)
    )
    return identified.select(*MONTHS, *FINDINGS).sort(*MONTHS, "rule_id", "subject_key", "field", "finding_id")


def coverage(snapshot: Snapshot, organisation: str, period: dt.date, only: Iterable[str] = ()) -> pl.DataFrame:
    """Say for each rule whether it could be asked: `ran`, or `no_feed` where an extract that it needs is not loaded.

    An extract that comes by period must hold this month end; a list or a record of events must be there at all.

    Returns:
        One row per rule: `rule_id`, `state` and `missing`, the extracts that are not there (empty where it ran).
    """
    return coverage_of_months(snapshot, {organisation: [period]}, only).drop(MONTH_COLUMNS)


def coverage_of_months(
    snapshot: Snapshot, asked: Mapping[str, Sequence[dt.date]], only: Iterable[str] = ()
) -> pl.DataFrame:
    """Say for each organisation and month end asked for which rules could be asked: `coverage` of each of them.

    Returns:
        The columns of `coverage` after `organisation_code` and `period`, in the order asked for.
    """
    held = snapshot.query(QUERIES / "extracts_held.sql", organisations=list(asked))
    extracts: dict[str, list[tuple[str, list[dt.date]]]] = {}
    for code, extract, months in held.iter_rows():
        extracts.setdefault(code, []).append((extract, months))
    rows = []
    for code, periods in asked.items():
        for period in periods:
            loaded = {extract for extract, months in extracts.get(code, []) if not months or period in months}
            for rule in _asked(only).values():
                missing = [extract for extract in rule.needs if extract not in loaded]
                rows.append((code, period, rule.id, "no_feed" if missing else "ran", ", ".join(missing)))
    texts = dict.fromkeys(("rule_id", "state", "missing"), pl.String)
    return pl.DataFrame(rows, schema={**MONTHS, **texts}, orient="row")


def finding_ids(compared: Iterable[tuple[str | None, ...]]) -> list[str]:
    """Make the ids of findings: 16 hex characters from the organisation, the rule, the subject and the compared values.

    The organisation is among them because two organisations may use one position number.

    Args:
        compared: for each finding the code of its organisation, then the values of `COMPARED`.
    """
    return [
        hashlib.sha256("\x1f".join([value or "" for value in values]).encode()).hexdigest()[:16] for values in compared
    ]


def _asked(only: Iterable[str]) -> dict[str, Rule]:
    named = list(only)
    return {rule_id: find_rule(rule_id) for rule_id in sorted(set(named))} if named else rules()


def _findings_of(
    snapshot: Snapshot, rule: Rule, asked: Sequence[Mapping[str, object]], settings: CodingSettings
) -> pl.DataFrame:
    rows = snapshot.query(rule.query, asked=asked, **settings.bound(rule.settings))
    agreed = (*MONTH_COLUMNS, *FINDING_COLUMNS)
    if tuple(rows.columns) != agreed:
        raise WorkbenchError(
            f"The rule {rule.id!r} returns the columns {', '.join(rows.columns)}. "
            f"It must return exactly: {', '.join(agreed)}."
        )
    return rows.cast(RETURNED).select(  # type: ignore[arg-type]
        *MONTH_COLUMNS,
        pl.lit(rule.id).alias("rule_id"),
        pl.lit(rule.step, pl.Int64).alias("step"),
        pl.lit(rule.routes[0]).alias("route"),
        pl.lit(rule.cause).alias("cause"),
        *FINDING_COLUMNS,
    )
