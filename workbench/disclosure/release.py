"""The one function that decides which numbers of a table an audience may see."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from workbench.disclosure.policy import Policy
from workbench.disclosure.protection import Line, Table, protect
from workbench.errors import DisclosureError

WITHHELD = ("primary", "secondary")


@dataclass(frozen=True)
class Rate:
    """A share or rate that is worked out from two released columns: `per` times numerator over denominator."""

    numerator: str
    denominator: str
    per: float = 100


@dataclass(frozen=True)
class Released:
    """A table that may leave the workbench, with what was withheld from it said in plain words."""

    table: pl.DataFrame
    withheld: int
    notes: tuple[str, ...]


def release(
    table: pl.DataFrame,
    *,
    policy: Policy,
    people: Sequence[str],
    dependants: Mapping[str, Sequence[str]] | None = None,
    rates: Mapping[str, Rate] | None = None,
    within: Sequence[str] = (),
    by: Sequence[str] = (),
    total: str = "Total",
    parts: Mapping[str, Sequence[str]] | None = None,
    total_known: bool = False,
) -> Released:
    """Withhold the numbers of a table that would say something about a few people, then round what is left.

    Counts from 1 to one below `smallest_shown` are withheld (primary). Where a withheld count could still be worked
    out from its row or column and the total, the smallest other count is withheld as well (secondary), until every
    withheld count has more than one possible value for a reader who knows all that is shown, the rules, and that
    people come in whole numbers. Rounding comes after, each cell and total by itself.

    Args:
        table: one row per combination of `by` and `within`; all columns not named below pass unchanged.
        policy: what the audience may see.
        people: columns holding counts of people (whole numbers; null where there is no data).
        dependants: amounts that rest on people, such as FTE or days: the column and the people columns behind it.
            They are withheld with those people and rounded as counts are.
        rates: shares and rates: withheld with their numerator, their denominator and the people behind these; where
            the policy rounds, worked out again from the released values, because an exact share gives the exact
            count back.
        within: dimensions along which rows add up to a total. For each of them, rows alike in the other dimensions
            belong together, and the row that holds `total` in it is their sum.
        by: dimensions along which nothing is added up (months, organisations): rows differing in them are apart.
        total: how a total is marked in the `within` columns.
        parts: people columns that are added up within a row: `{"in_scope": ("with_plan", "without_plan")}`. Naming
            one part only (`{"in_scope": ("with_plan",)}`) guards what is left over, too: 19 of 20 says 1.
        total_known: treat the total of each group as known although the table does not hold it, because another
            table or measure shows it.

    Returns:
        The table with `<column>_status` beside each column of people, dependants and rates: `shown`, `rounded`,
        `primary`, `secondary`, `no_data`, or `not_applicable` (a rate with denominator zero). Withheld values are
        null. `withheld` counts the withheld people cells.

    Raises:
        DisclosureError: a column named is not in the table, or a count is negative or not a whole number.
    """
    dependants, rates, parts = dependants or {}, rates or {}, parts or {}
    _check(table, people, dependants, rates, within, by, parts)
    counts = {name: [None if v is None else int(v) for v in table[name].to_list()] for name in people}
    lines = [*_row_lines(table, people, within, by, total, total_known), *_column_lines(table.height, parts)]
    statuses = protect(Table(counts, lines), policy)
    released = _people(table, people, statuses, policy)
    released = _dependants(released, dependants, policy)
    released = _rates(released, rates, policy)
    withheld = sum(status in WITHHELD for column in people for status in released[f"{column}_status"])
    return Released(released, withheld, _notes(counts, statuses, policy))


def _check(
    table: pl.DataFrame,
    people: Sequence[str],
    dependants: Mapping[str, Sequence[str]],
    rates: Mapping[str, Rate],
    within: Sequence[str],
    by: Sequence[str],
    parts: Mapping[str, Sequence[str]],
) -> None:
    named = {*people, *dependants, *rates, *within, *by} | {r.numerator for r in rates.values()}
    named |= {r.denominator for r in rates.values()}
    missing = sorted(name for name in named - set(rates) if name not in table.columns)
    if missing:
        raise DisclosureError(
            f"Columns to be released are not in the table: {missing!r}. The table holds: {', '.join(table.columns)}."
        )
    resting_on = {column for columns in dependants.values() for column in columns}
    resting_on |= set(parts) | {column for columns in parts.values() for column in columns}
    unknown = sorted(resting_on - set(people))
    if unknown:
        raise DisclosureError(f"`dependants` and `parts` may only name columns of `people`: received {unknown!r}.")
    bare = sorted(
        name for r in rates.values() for name in (r.numerator, r.denominator) if name not in {*people, *dependants}
    )
    if bare:
        raise DisclosureError(
            f"A rate may only be made of released columns, but {bare!r} are in neither `people` nor `dependants`."
        )
    for name in people:
        values = table[name].drop_nulls()
        if len(values) and ((values < 0).any() or (values.cast(pl.Float64) % 1 != 0).any()):
            raise DisclosureError(f"Column {name!r} must hold counts of people: whole numbers, none below zero.")


def _row_lines(
    table: pl.DataFrame, people: Sequence[str], within: Sequence[str], by: Sequence[str], total: str, total_known: bool
) -> list[Line]:
    lines = []
    for dimension in within:
        others = [name for name in (*by, *within) if name != dimension]
        groups: dict[tuple[object, ...], list[int]] = {}
        for index, key in enumerate(table.select(others).rows() if others else [()] * table.height):
            groups.setdefault(key, []).append(index)
        marks = table[dimension].to_list()
        for rows in groups.values():
            totals = [row for row in rows if marks[row] == total]
            if len(totals) > 1:
                raise DisclosureError(f"Column {dimension!r} holds more than one row {total!r} where one was expected.")
            if not totals and not total_known:
                continue
            for column in people:
                addends = tuple((column, row) for row in rows if row not in totals)
                lines.append(Line(addends, (column, totals[0]) if totals else None))
    return lines


def _column_lines(height: int, parts: Mapping[str, Sequence[str]]) -> list[Line]:
    return [
        Line(tuple((column, row) for column in columns), (whole, row), leaves_a_rest=len(columns) == 1)
        for whole, columns in parts.items()
        for row in range(height)
    ]


def _people(
    table: pl.DataFrame, people: Sequence[str], statuses: Mapping[tuple[str, int], str], policy: Policy
) -> pl.DataFrame:
    for column in people:
        status = [statuses[column, row] for row in range(table.height)]
        values = [
            None if s in WITHHELD or value is None else int(policy.rounded(value))
            for value, s in zip(table[column].to_list(), status, strict=True)
        ]
        table = table.with_columns(
            pl.Series(column, values, dtype=pl.Int64), pl.Series(f"{column}_status", status, dtype=pl.String)
        )
    return table


def _dependants(table: pl.DataFrame, dependants: Mapping[str, Sequence[str]], policy: Policy) -> pl.DataFrame:
    for column, rests_on in dependants.items():
        amounts = table[column].to_list()
        status = [
            _inherited([table[f"{name}_status"][row] for name in rests_on], amounts[row], policy)
            for row in range(table.height)
        ]
        values = [
            None if s in WITHHELD or amount is None else policy.rounded(float(amount))
            for amount, s in zip(amounts, status, strict=True)
        ]
        table = table.with_columns(
            pl.Series(column, values, dtype=pl.Float64), pl.Series(f"{column}_status", status, dtype=pl.String)
        )
    return table


def _rates(table: pl.DataFrame, rates: Mapping[str, Rate], policy: Policy) -> pl.DataFrame:
    for column, rate in rates.items():
        numerators, denominators = table[rate.numerator].to_list(), table[rate.denominator].to_list()
        values: list[float | None] = []
        status = []
        for row, (numerator, denominator) in enumerate(zip(numerators, denominators, strict=True)):
            behind = [table[f"{name}_status"][row] for name in (rate.numerator, rate.denominator)]
            complete = numerator is not None and denominator is not None
            inherited = _inherited(behind, 0 if complete else None, policy)
            if complete and denominator == 0:
                inherited = "not_applicable"
            status.append(inherited)
            values.append(rate.per * numerator / denominator if inherited in ("shown", "rounded") else None)
        table = table.with_columns(
            pl.Series(column, values, dtype=pl.Float64), pl.Series(f"{column}_status", status, dtype=pl.String)
        )
    return table


def _inherited(statuses: Sequence[str], value: object, policy: Policy) -> str:
    for status in WITHHELD:
        if status in statuses:
            return status
    if value is None or "no_data" in statuses:
        return "no_data"
    return "rounded" if policy.round_to else "shown"


def _notes(
    counts: Mapping[str, Sequence[int | None]], statuses: Mapping[tuple[str, int], str], policy: Policy
) -> tuple[str, ...]:
    primary = [counts[column][row] for (column, row), status in statuses.items() if status == "primary"]
    secondary = sum(status == "secondary" for status in statuses.values())
    small = sum(policy.is_small(count) for count in primary if count is not None)
    nearly_all = len(primary) - small
    reasons = []
    if small:
        reasons.append(f"{_counted(small)} below {policy.smallest_shown} {'is' if small == 1 else 'are'} withheld")
    if nearly_all:
        verb = "is" if nearly_all == 1 else "are"
        reasons.append(f"{_counted(nearly_all)} {verb} withheld because all but a few people are in {_it(nearly_all)}")
    notes = []
    if reasons:
        more = f", and {secondary} more so that {_they(len(primary))} cannot be worked out" if secondary else ""
        notes.append(f"{'; '.join(reasons)}{more}.")
    if policy.round_to and "rounded" in statuses.values():
        notes.append(
            f"Numbers are rounded to the nearest {policy.round_to}, each by itself, so rows may not add up to their "
            "total."
        )
    return tuple(notes)


def _counted(number: int) -> str:
    return f"{number} count" if number == 1 else f"{number} counts"


def _it(number: int) -> str:
    return "it" if number == 1 else "them"


def _they(number: int) -> str:
    return "it" if number == 1 else "they"
