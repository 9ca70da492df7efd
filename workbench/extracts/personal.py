"""Putting pseudonyms and bands in the place of what names a person, before anything is written."""

from __future__ import annotations

import polars as pl

from workbench.extracts.cells import without_blanks
from workbench.extracts.contracts import Column, Contract, PersonalKind
from workbench.extracts.pseudonyms import SEPARATOR, Pseudonyms, Purpose
from workbench.extracts.vault import Vault

AGE_BANDS = ("<25", "25-34", "35-44", "45-54", "55-59", "60-64", "65+")
_BAND_LIMITS = (25, 35, 45, 55, 60, 65)  # the first age that is no longer in the band

_PURPOSES: dict[PersonalKind, Purpose] = {
    "employee_number": "person",
    "assignment_number": "assignment",
    "registration_number": "registration",
}
_ORGANISATION = "organisation_code"


def hash_numbers(cells: pl.DataFrame, contract: Contract, pseudonyms: Pseudonyms) -> dict[Purpose, pl.DataFrame]:
    """Make the pseudonyms of all numbers in a file.

    This is the longest single-handed step of reading, so it runs beside the reading of dates and numbers.

    Args:
        cells: The file's cells as text, with or without blanks around them.
        contract: What the extract must carry.
        pseudonyms: The installation's key.

    Returns:
        For each purpose, one row per distinct number: `message` (organisation and number) and `key`.
    """
    known = {}
    for purpose, columns in _personal_columns(contract).items():
        trimmed = without_blanks(cells.select(_ORGANISATION, *(c.name for c in columns if c.name in cells.columns)))
        messages = [_messages(trimmed, column, purpose) for column in columns if column.name in trimmed.columns]
        distinct = pl.concat([pl.Series("message", [], dtype=pl.String), *messages]).unique().drop_nulls()
        keys = pseudonyms.of_many(purpose, distinct.to_list())
        known[purpose] = pl.DataFrame({"message": distinct, "key": pl.Series(keys, dtype=pl.String)})
    return known


def with_pseudonyms(
    rows: pl.DataFrame, contract: Contract, known: dict[Purpose, pl.DataFrame], vault: Vault, *, some_refused: bool
) -> pl.DataFrame:
    """Replace personal columns by the columns that stand for them.

    Organisation codes are written in capitals. The numbers of these rows are remembered in the vault before they are
    let go, so that a pseudonym in an accepted file can always be traced by those who may; those of rows that were
    refused (`some_refused`) are not.

    Returns:
        The rows with the contract's landed columns and `line`, in the same order.
    """
    rows = rows.with_columns(
        pl.col(column.name).str.to_uppercase() for column in contract.columns if column.name.endswith(_ORGANISATION)
    )
    for purpose, columns in _personal_columns(contract).items():
        messages = {column.landed_names[0]: _messages(rows, column, purpose) for column in columns}
        # Only the column of messages goes through the join: taking all columns along would copy the file each time.
        rows = rows.with_columns(
            message.to_frame().join(known[purpose], on="message", how="left", maintain_order="left")["key"].alias(name)
            for name, message in messages.items()
        )
        pairs = known[purpose]
        if some_refused:
            pairs = pairs.join(
                pl.concat([rows[name].alias("key") for name in messages]).unique().to_frame(), on="key", how="semi"
            )
        vault.remember(purpose, pairs.select("key", number=pl.col("message").str.splitn(SEPARATOR, 2).struct[1]))
    if "assignment_key" in contract.landed_columns:
        rows = _with_assignment_order(rows)
    if "age_band" in contract.landed_columns:
        rows = rows.with_columns(age_band=age_band(pl.col("date_of_birth"), pl.col("period")))
    return rows.select("line", *contract.landed_columns)


def age_band(born: pl.Expr, on: pl.Expr) -> pl.Expr:
    """Place a date of birth in the age band reached on a day; the birthday itself counts as reached.

    Someone born on 29 February comes of age on 1 March of other years. A birth after the day gives no band.
    """
    had_birthday = (on.dt.month() > born.dt.month()) | (
        (on.dt.month() == born.dt.month()) & (on.dt.day() >= born.dt.day())
    )
    years = on.dt.year() - born.dt.year() - pl.when(had_birthday).then(0).otherwise(1)
    band = pl.lit(AGE_BANDS[-1])
    for name, below in reversed(list(zip(AGE_BANDS, _BAND_LIMITS, strict=False))):
        band = pl.when(years < below).then(pl.lit(name)).otherwise(band)
    return pl.when(born <= on).then(band)


def _personal_columns(contract: Contract) -> dict[Purpose, list[Column]]:
    columns: dict[Purpose, list[Column]] = {}
    for column in contract.columns:
        if column.personal in _PURPOSES:
            columns.setdefault(_PURPOSES[column.personal], []).append(column)
    return columns


def _messages(rows: pl.DataFrame, column: Column, purpose: Purpose) -> pl.Series:
    """Return what is hashed for each row; null where the number, or the organisation it belongs to, is blank."""
    organisation = pl.lit("") if purpose == "registration" else _compared(pl.col(_ORGANISATION))
    message = pl.concat_str(organisation, _compared(pl.col(column.name)), separator=SEPARATOR)
    return rows.select(message.alias("message"))["message"]


def _compared(number: pl.Expr) -> pl.Expr:
    """Write numbers as `pseudonyms.normalised` does, a whole column at once."""
    return number.str.to_uppercase().str.replace_all(r"\s", "")


def _with_assignment_order(rows: pl.DataFrame) -> pl.DataFrame:
    """Number a person's assignments 1, 2, ... in the order of their numbers as text, within the month.

    "Lowest assignment number" (the placing rule of a person with several) stays answerable without the number. Rows
    without an assignment number have no place.
    """
    person = [name for name in (_ORGANISATION, "period", "person_key") if name in rows.columns]
    numbers = rows.select(*person, number=_compared(pl.col("assignment_number")))
    several = numbers.select(pl.struct(person).is_duplicated().alias("several"))["several"]
    alone = pl.when(pl.col("number").is_not_null()).then(pl.lit(1, pl.Int32))
    order = numbers.select(alone.alias("assignment_order"))["assignment_order"]
    if several.any():
        # In sorted order a person's first number starts a run; a new number within it adds one. (A rank over each
        # group says the same and takes ten times as long.)
        ranked = (
            numbers.with_row_index("place")
            .filter(several & numbers["number"].is_not_null())
            .sort(*person, "number")
            .with_columns(group=pl.struct(person).rle_id(), run=pl.struct(*person, "number").rle_id())
            .select("place", order=(pl.col("run") - pl.col("run").min().over("group") + 1).cast(pl.Int32))
        )
        order = order.scatter(ranked["place"], ranked["order"])
    return rows.with_columns(order)
