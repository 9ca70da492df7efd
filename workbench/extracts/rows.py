"""Which rows of a file are accepted, and what is said of the others.

The readings are those of the team's decisions: a required cell that does not parse refuses its row; an optional one is
blanked and the row kept; a period that is not a month end refuses the row; of rows with the same key, identical ones
are kept once and differing ones all refused. See docs/data_dictionary.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import polars as pl

from workbench.extracts.cells import REASONS, empty_column, read_column, without_blanks
from workbench.extracts.contracts import Contract
from workbench.extracts.source_files import TextTable
from workbench.extracts.total_rows import TOTAL_ROW, total_cells

REJECT_SCHEMA = {
    "line": pl.Int64,
    "column_name": pl.String,
    "rule": pl.String,
    "reason": pl.String,
    "severity": pl.String,
}

_MISSING = ("required_missing", "is blank, and it is required.", "row_refused")
_NOT_MONTH_END = ("period_not_month_end", "is not the last day of a month.", "row_refused")
_REPEATED = (
    "key_repeated_differently",
    "Other rows of this file have the same key ({key}) but differ elsewhere, so none of them is taken.",
    "row_refused",
)


@dataclass(frozen=True)
class JudgedRows:
    """The rows that are kept so far, each with the line it began on, and what is said of the others.

    `rows` carries a column `line` beside those of the contract. `rejects` has the columns of `REJECT_SCHEMA`. `kept`
    marks the rows of the file that are kept; None where all are.
    """

    rows: pl.DataFrame
    rejects: pl.DataFrame
    blank_rows: int = 0
    date_forms: tuple[tuple[str, tuple[str, ...]], ...] = ()
    kept: pl.Series | None = None


def judge(table: TextTable, contract: Contract) -> JudgedRows:
    """Read every cell as its type and set the rows apart that break the contract.

    Args:
        table: One row per row of the file, one column of text per canonical column that the file has.
        contract: What the extract must carry.
    """
    cells = without_blanks(table.cells, only_spaces=table.only_spaces)
    columns: list[pl.Series] = [table.lines.alias("line")]
    records: list[pl.DataFrame] = []
    date_forms = []
    for column in contract.columns:
        if column.name not in cells.columns:
            columns.append(empty_column(column, cells.height))
            continue
        text = cells[column.name]
        read = read_column(text, column)
        columns.append(read.values)
        if read.forms:
            date_forms.append((column.name, read.forms))
        if read.unreadable is not None:
            rule, reason = REASONS[column.type]
            severity = "row_refused" if column.required else "cell_blanked"
            records.append(_records(read.unreadable, column.name, (rule, reason, severity)))
        if column.required and text.null_count():
            records.append(_records(text.is_null(), column.name, _MISSING))
        if column.name == "period" and _inside_a_month(read.values.unique()).any():
            records.append(_records(_inside_a_month(read.values), column.name, _NOT_MONTH_END))
    found = pl.concat(records) if records else _records(pl.Series([], dtype=pl.Boolean), "", _MISSING)
    return _set_apart(pl.DataFrame(columns), cells, found, tuple(date_forms))


def without_repeats(rows: pl.DataFrame, contract: Contract) -> tuple[JudgedRows, int]:
    """Keep identical rows once and refuse differing rows that share a key.

    Args:
        rows: Rows that `judge` kept, with pseudonyms in place of personal numbers.
        contract: What the extract must carry.

    Returns:
        The rows that stay, and how many identical repeats were left out.
    """
    key = list(contract.landed_key)
    repeated = rows.select(pl.struct(key).is_duplicated().alias("repeated"))["repeated"]
    if not repeated.any():
        return JudgedRows(rows, no_rejects()), 0
    everything = [name for name in rows.columns if name != "line"]
    several = rows.filter(repeated).unique(everything, keep="first", maintain_order=True)
    still = several.filter(several.select(pl.struct(key).is_duplicated().alias("still"))["still"])
    refused = rows.filter(repeated).join(still.select(key).unique(), on=key, how="semi", nulls_equal=True)
    kept_lines = pl.concat([rows.filter(~repeated)["line"], several["line"]]).to_frame()
    kept = rows.join(kept_lines, on="line", how="semi", maintain_order="left")
    kept = kept.join(refused.select("line"), on="line", how="anti", maintain_order="left")
    rule, reason, severity = _REPEATED
    rejects = refused.select(
        "line",
        column_name=pl.lit(None, pl.String),
        rule=pl.lit(rule),
        reason=pl.lit(reason.format(key=", ".join(contract.key))),
        severity=pl.lit(severity),
    )
    return JudgedRows(kept, rejects), rows.height - kept.height - refused.height


def no_rejects() -> pl.DataFrame:
    """Return the empty list of rejects."""
    return pl.DataFrame(schema=REJECT_SCHEMA)


def joined_rejects(parts: Iterable[pl.DataFrame]) -> pl.DataFrame:
    """Put lists of rejects together, in the order of the file's lines."""
    frames = [part.select(list(REJECT_SCHEMA)) for part in parts]
    return pl.concat([no_rejects(), *frames]).sort("line", "column_name", "rule", nulls_last=False)


def _set_apart(
    rows: pl.DataFrame, cells: pl.DataFrame, found: pl.DataFrame, date_forms: tuple[tuple[str, tuple[str, ...]], ...]
) -> JudgedRows:
    if found.is_empty():
        return JudgedRows(rows, no_rejects(), 0, date_forms)
    lacking = found.filter(pl.col("rule") == _MISSING[0])["row"].unique()
    suspects = cells[lacking]
    blank = lacking.filter(suspects.select(pl.all_horizontal(pl.all().is_null()).alias("blank"))["blank"])
    totals = lacking.filter(total_cells(suspects))
    refused = found.filter(pl.col("severity") == "row_refused")["row"].unique()
    # Of a row that is refused, only the reasons for refusing it are told; of a total row, only that it is one.
    told = found.filter(~pl.col("row").is_in(pl.concat([blank, totals]).implode()))
    told = told.filter((pl.col("severity") == "row_refused") | ~pl.col("row").is_in(refused.implode()))
    total_records = _named_records(totals, None, TOTAL_ROW)
    rejects = pl.concat([told, total_records]).with_columns(line=rows["line"].gather(told["row"].append(totals)))
    kept = pl.repeat(value=True, n=rows.height, dtype=pl.Boolean, eager=True).scatter(refused, False)
    return JudgedRows(rows.filter(kept), rejects.select(list(REJECT_SCHEMA)), len(blank), date_forms, kept)


def _records(marked: pl.Series, column: str, rule: Sequence[str]) -> pl.DataFrame:
    name, reason, severity = rule
    return _named_records(marked.fill_null(value=False).arg_true(), column, (name, f"`{column}` {reason}", severity))


def _named_records(places: pl.Series, column: str | None, rule: Sequence[str]) -> pl.DataFrame:
    name, reason, severity = rule
    return pl.DataFrame({"row": places.cast(pl.UInt32)}).with_columns(
        column_name=pl.lit(column, pl.String), rule=pl.lit(name), reason=pl.lit(reason), severity=pl.lit(severity)
    )


def _inside_a_month(days: pl.Series) -> pl.Series:
    return days != days.dt.month_end()
