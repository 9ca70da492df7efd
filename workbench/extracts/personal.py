"""Putting pseudonyms and bands in the place of what names a person, before anything is written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from workbench.extracts.cells import without_blanks
from workbench.extracts.contracts import Column, Contract
from workbench.extracts.pseudonyms import SEPARATOR, Pseudonyms, Purpose
from workbench.extracts.rows import JudgedRows
from workbench.extracts.source_files import TextTable
from workbench.extracts.vault import Vault

AGE_BANDS = ("<25", "25-34", "35-44", "45-54", "55-59", "60-64", "65+")
_BAND_LIMITS = (25, 35, 45, 55, 60, 65)  # the first age of the next band

_PURPOSES: Mapping[str | None, Purpose] = {
    "employee_number": "person",
    "assignment_number": "assignment",
    "registration_number": "registration",
}
_ORGANISATION = "organisation_code"


@dataclass(frozen=True)
class HashedNumbers:
    """The pseudonyms of a file: a column of them for each personal column, a row for each row of the file.

    `numbers` holds, for each purpose, the pseudonyms and the numbers behind them, for the vault.
    """

    keys: pl.DataFrame
    numbers: Mapping[Purpose, pl.DataFrame]


def hash_numbers(table: TextTable, contract: Contract, pseudonyms: Pseudonyms) -> HashedNumbers:
    """Make the pseudonyms of all numbers in a file.

    This is the longest single-handed step of reading, so it runs beside the reading of dates and numbers.

    Args:
        table: The file's cells as text.
        contract: What the extract must carry.
        pseudonyms: The installation's key.
    """
    personal = [column for column in contract.columns if column.personal in _PURPOSES]
    carried = [name for name in (_ORGANISATION, *(column.name for column in personal)) if name in table.cells.columns]
    cells = without_blanks(table.cells.select(carried), only_spaces=table.only_spaces).select(_compared(pl.all()))
    numbers: dict[Purpose, pl.DataFrame] = {}
    keys: dict[str, pl.Series] = {}
    for purpose in dict.fromkeys(_PURPOSES.values()):
        messages = {
            column.landed_names[0]: _messages(cells, column, purpose)
            for column in personal
            if _PURPOSES[column.personal] == purpose
        }
        if not messages:
            continue
        hashed = {name: _hashed(message, purpose, pseudonyms) for name, message in messages.items()}
        keys |= {name: key for name, (key, _) in hashed.items()}
        numbers[purpose] = pl.concat([pairs for _, pairs in hashed.values()])
    return HashedNumbers(pl.DataFrame(keys) if keys else pl.DataFrame(height=table.lines.len()), numbers)


def _hashed(messages: pl.Series, purpose: Purpose, pseudonyms: Pseudonyms) -> tuple[pl.Series, pl.DataFrame]:
    """Return the pseudonym of each message, and the distinct messages with theirs."""
    # Of a month's staff nearly every number is met once: then finding the few repeats costs more than it saves.
    distinct_numbers = int(messages.to_frame().select(pl.all().approx_n_unique()).item())
    few_repeats = messages.null_count() == 0 and distinct_numbers > 0.8 * messages.len()
    distinct = messages if few_repeats else messages.unique().drop_nulls()
    pairs = pl.DataFrame([distinct, pl.Series("key", pseudonyms.of_many(purpose, distinct.to_list()), dtype=pl.String)])
    if few_repeats:
        return pairs["key"], pairs
    return messages.to_frame().join(pairs, on="message", how="left", maintain_order="left")["key"], pairs


def remember_numbers(judged: JudgedRows, hashed: HashedNumbers, vault: Vault) -> None:
    """Keep in the vault which numbers the pseudonyms of the kept rows stand for; those of refused rows are let go."""
    used = None
    if judged.kept is not None:
        keys = [key.alias("key") for key in hashed.keys.filter(judged.kept)]
        used = pl.concat([pl.Series("key", [], dtype=pl.String), *keys]).unique().to_frame()
    for purpose, pairs in hashed.numbers.items():
        kept = pairs if used is None else pairs.join(used, on="key", how="semi")
        number = pl.col("message").str.splitn(SEPARATOR, 2).struct[1].alias("number")
        vault.remember(purpose, kept.select("key", number))


def with_pseudonyms(judged: JudgedRows, contract: Contract, hashed: HashedNumbers) -> pl.DataFrame:
    """Replace personal columns by the columns that stand for them; organisation codes are written in capitals.

    Returns:
        The kept rows with the contract's landed columns and `line`, in the same order.
    """
    rows = judged.rows.hstack(hashed.keys if judged.kept is None else hashed.keys.filter(judged.kept))
    rows = rows.with_columns(
        pl.col(column.name).str.to_uppercase() for column in contract.columns if column.name.endswith(_ORGANISATION)
    )
    if "assignment_key" in contract.landed_columns:
        rows = _with_assignment_order(rows)
    if "age_band" in contract.landed_columns:
        rows = rows.with_columns(age_band=age_band(pl.col("date_of_birth"), pl.col("period")))
    return rows.select("line", *contract.landed_columns)


def age_band(born: pl.Expr, on: pl.Expr) -> pl.Expr:
    """Place a date of birth in the age band reached on a day; the birthday itself counts as reached.

    Someone born on 29 February comes of age on 1 March of other years. A birth after the day gives no band.
    """
    # Dates as numbers yyyymmdd: their difference holds the completed years in front of the last four digits.
    years = (_as_number(on) - _as_number(born)) // 10_000
    reached = pl.sum_horizontal((years >= limit).cast(pl.UInt8) for limit in _BAND_LIMITS)
    return pl.when(born <= on).then(pl.lit(pl.Series(AGE_BANDS)).gather(reached))


def _as_number(day: pl.Expr) -> pl.Expr:
    return day.dt.year() * 10_000 + day.dt.month().cast(pl.Int32) * 100 + day.dt.day()


def _messages(cells: pl.DataFrame, column: Column, purpose: Purpose) -> pl.Series:
    """Return what is hashed for each row; null where the number, or the organisation it belongs to, is blank."""
    if column.name not in cells.columns:
        return pl.Series("message", [None] * cells.height, dtype=pl.String)
    organisation = pl.lit("") if purpose == "registration" else pl.col(_ORGANISATION)
    message = pl.concat_str(organisation, pl.col(column.name), separator=SEPARATOR)
    return cells.select(message.alias("message"))["message"]


def _compared(number: pl.Expr) -> pl.Expr:
    """Write numbers as `pseudonyms.normalised` does, a whole column at once."""
    return number.str.to_uppercase().str.replace_all(r"\s", "")


def _with_assignment_order(rows: pl.DataFrame) -> pl.DataFrame:
    """Number a person's assignments 1, 2, ... in the order of their numbers as text, within the month.

    "Lowest assignment number" (the placing rule of a person with several) stays answerable without the number. Rows
    without an assignment number have no place.
    """
    # The organisation is part of a person's pseudonym, so it need not be named here.
    months = "period" in rows.columns and rows["period"].n_unique() > 1
    person = ["person_key", "period"] if months else ["person_key"]
    several = (rows.select(pl.struct(person)) if months else rows.select(person)).to_series().is_duplicated()
    alone = pl.when(pl.col("assignment_number").is_not_null()).then(pl.lit(1, pl.Int32))
    order = rows.select(alone.alias("assignment_order"))["assignment_order"]
    if several.any():
        # In sorted order a person's first number starts a run; a new number within it adds one. (A rank over each
        # group says the same and takes ten times as long.)
        ranked = (
            rows.select(*person, "assignment_number")
            .with_row_index("place")
            .filter(several & rows["assignment_number"].is_not_null())
            .with_columns(number=_compared(pl.col("assignment_number")))
            .sort(*person, "number")
            .with_columns(group=pl.struct(person).rle_id(), run=pl.struct(*person, "number").rle_id())
            .select("place", order=(pl.col("run") - pl.col("run").min().over("group") + 1).cast(pl.Int32))
        )
        order = order.scatter(ranked["place"], ranked["order"])
    return rows.with_columns(order)
