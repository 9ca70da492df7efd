"""Putting pseudonyms and bands in the place of what names a person, before anything is written."""

from __future__ import annotations

import polars as pl

from workbench.extracts.contracts import Column, Contract, PersonalKind
from workbench.extracts.pseudonyms import Pseudonyms, Purpose, normalised
from workbench.extracts.vault import Vault

AGE_BANDS = ("<25", "25-34", "35-44", "45-54", "55-59", "60-64", "65+")

_PURPOSES: dict[PersonalKind, Purpose] = {
    "employee_number": "person",
    "assignment_number": "assignment",
    "registration_number": "registration",
}
_ORGANISATION = "organisation_code"


def with_pseudonyms(rows: pl.DataFrame, contract: Contract, pseudonyms: Pseudonyms, vault: Vault) -> pl.DataFrame:
    """Replace personal columns by the columns that stand for them.

    Organisation codes are written in capitals. Numbers are remembered in the vault before they are let go, so that a
    pseudonym in an accepted file can always be traced by those who may.

    Returns:
        The rows with the contract's landed columns and `line`, in the same order.
    """
    rows = rows.with_columns(
        pl.col(column.name).str.to_uppercase() for column in contract.columns if column.name.endswith(_ORGANISATION)
    )
    for purpose in dict.fromkeys(_PURPOSES.values()):
        columns = [column for column in contract.columns if column.personal and _PURPOSES.get(column.personal) == purpose]
        if columns:
            rows = _with_keys(rows, columns, purpose, pseudonyms, vault)
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
    banded = years.cut([25, 35, 45, 55, 60, 65], labels=list(AGE_BANDS), left_closed=True).cast(pl.String)
    return pl.when(born <= on).then(banded)


def _with_keys(
    rows: pl.DataFrame, columns: list[Column], purpose: Purpose, pseudonyms: Pseudonyms, vault: Vault
) -> pl.DataFrame:
    numbers = pl.concat(
        [rows.select(_ORGANISATION, pl.col(column.name).alias("number")).unique() for column in columns]
    )
    numbers = numbers.unique().drop_nulls()
    pairs = list(zip(numbers[_ORGANISATION].to_list(), numbers["number"].to_list(), strict=True))
    keys = pseudonyms.of_many(purpose, pairs)
    vault.remember(purpose, ((key, organisation, number) for key, (organisation, number) in zip(keys, pairs, strict=True)))
    lookup = numbers.with_columns(pl.Series("key", keys, dtype=pl.String))
    for column in columns:
        rows = rows.join(
            lookup.rename({"number": column.name, "key": column.landed_names[0]}),
            on=[_ORGANISATION, column.name],
            how="left",
            maintain_order="left",
        )
    return rows


def _with_assignment_order(rows: pl.DataFrame) -> pl.DataFrame:
    """Number a person's assignments 1, 2, ... in the order of their numbers as text, within the month.

    "Lowest assignment number" (the placing rule of a person with several) stays answerable without the number.
    """
    person = [name for name in (_ORGANISATION, "period", "person_key") if name in rows.columns]
    distinct = rows.select("assignment_number").drop_nulls().unique()
    places = distinct.with_columns(
        comparable=pl.Series(map(normalised, distinct["assignment_number"].to_list()), dtype=pl.String)
    ).with_columns(place=pl.col("comparable").rank("dense"))
    placed = rows.join(
        places.select("assignment_number", "place"), on="assignment_number", how="left", maintain_order="left"
    )
    order = pl.col("place").rank("dense").over(person).cast(pl.Int32).alias("assignment_order")
    return placed.with_columns(order)
