"""What each extract must carry: its columns, its grain and what a later file of the same kind replaces.

A contract is data (`contracts/<extract>.toml`), so that an analyst can read and review it. It is checked when it is
read: a mistake in a contract is found before any extract is.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal, get_args

from workbench.errors import WorkbenchError, unknown_name

FOLDER = Path(__file__).parent / "contracts"

ColumnType = Literal["d", "n", "i", "b", "t", "c"]
PersonalKind = Literal["employee_number", "assignment_number", "registration_number", "date_of_birth"]
ResendRule = Literal["period", "record", "list"]

TYPE_WORDS: Mapping[str, str] = {
    "d": "date",
    "n": "decimal number",
    "i": "whole number",
    "b": "yes or no",
    "t": "text",
    "c": "code from a list",
}
RESEND_WORDS: Mapping[str, str] = {
    "period": "A later file replaces the organisation's whole month.",
    "record": "A later row with the same key replaces the earlier one; other rows stay.",
    "list": "A later file replaces the organisation's whole list.",
}


class ContractError(WorkbenchError):
    """A contract or header map of the workbench contradicts itself."""


@dataclass(frozen=True)
class Column:
    """One column of an extract.

    `list_name` names the reference list that a code column (type c) is looked up in; `values` are the allowed words
    where the list is short enough to stand in the contract. A code that is on no list is kept, flagged and counted.
    """

    name: str
    type: ColumnType
    required: bool
    description: str
    list_name: str | None = None
    values: tuple[str, ...] = ()
    personal: PersonalKind | None = None

    def __post_init__(self) -> None:
        if self.type not in get_args(ColumnType):
            raise ContractError(f"Column `{self.name}` has type {self.type!r}. Allowed: {', '.join(TYPE_WORDS)}.")
        if self.personal is not None and self.personal not in get_args(PersonalKind):
            allowed = ", ".join(get_args(PersonalKind))
            raise ContractError(f"Column `{self.name}` is personal as {self.personal!r}. Allowed: {allowed}.")
        if (self.type == "c") != (self.list_name is not None):
            raise ContractError(f"Column `{self.name}`: a code column needs a list, and no other column has one.")
        if not self.description:
            raise ContractError(f"Column `{self.name}` has no description.")

    @property
    def landed_names(self) -> tuple[str, ...]:
        """Names of the columns that stand for this one once a file is read: personal values do not stay."""
        match self.personal:
            case "employee_number":
                return (self.name.replace("employee_number", "person_key"),)
            case "assignment_number":
                return ("assignment_key", "assignment_order")
            case "registration_number":
                return ("registration_key",)
            case "date_of_birth":
                return ("age_band",)
            case _:
                return (self.name,)


@dataclass(frozen=True)
class Contract:
    """What one extract carries.

    `key` holds the columns of which no two rows of a file may share all values. `resend` says what a later file
    replaces. `file_names` are patterns that a file's name is recognised by.
    """

    name: str
    title: str
    description: str
    grain: str
    key: tuple[str, ...]
    resend: ResendRule
    file_names: tuple[str, ...]
    columns: tuple[Column, ...]

    def __post_init__(self) -> None:
        names = [column.name for column in self.columns]
        if len(set(names)) != len(names):
            raise ContractError(f"The contract of {self.name!r} names a column twice.")
        if missing := [name for name in (*self.key, "organisation_code") if name not in names]:
            raise ContractError(f"The contract of {self.name!r} needs columns that it does not have: {missing!r}.")
        if self.resend not in RESEND_WORDS:
            raise ContractError(f"The contract of {self.name!r} has resend {self.resend!r}.")
        if (self.resend == "period" or "date_of_birth" in names) and "period" not in names:
            raise ContractError(f"The contract of {self.name!r} needs a `period`.")

    @property
    def required(self) -> tuple[str, ...]:
        """Names of the columns that every file must have and every row must fill."""
        return tuple(column.name for column in self.columns if column.required)

    @property
    def landed_columns(self) -> tuple[str, ...]:
        """Names of the columns of an accepted file, in order."""
        return tuple(name for column in self.columns for name in column.landed_names)

    @property
    def landed_key(self) -> tuple[str, ...]:
        """The key as it reads in an accepted file, where pseudonyms stand for personal numbers."""
        return tuple(self.column(name).landed_names[0] for name in self.key)

    def column(self, name: str) -> Column:
        """Return the column called `name`.

        Raises:
            UnknownName: the extract has no such column.
        """
        for column in self.columns:
            if column.name == name:
                return column
        raise unknown_name(f"column of {self.name}", name, [column.name for column in self.columns])


@cache
def contracts() -> Mapping[str, Contract]:
    """Return every contract by the name of its extract, sorted by name."""
    return {path.stem: read_contract(path) for path in sorted(FOLDER.glob("*.toml"))}


def contract_named(name: str) -> Contract:
    """Return the contract of one extract.

    Raises:
        UnknownName: there is no extract of that name.
    """
    known = contracts()
    if name not in known:
        raise unknown_name("extract", name, known, see="docs/data_dictionary.md")
    return known[name]


def read_contract(path: Path) -> Contract:
    """Read one contract from its file and check it.

    Raises:
        ContractError: the file contradicts itself or lacks something.
    """
    values = tomllib.loads(path.read_text(encoding="utf-8"))
    try:
        contract = Contract(
            name=path.stem,
            title=values.pop("title"),
            description=values.pop("description"),
            grain=values.pop("grain"),
            key=tuple(values.pop("key")),
            resend=values.pop("resend"),
            file_names=tuple(values.pop("file_names")),
            columns=tuple(_column(entry) for entry in values.pop("columns")),
        )
    except KeyError as missing:
        raise ContractError(f"The contract {path.name!r} lacks {missing}.") from None
    if values:
        raise ContractError(f"The contract {path.name!r} holds what no contract has: {sorted(values)!r}.")
    return contract


def _column(entry: dict[str, Any]) -> Column:
    values = tuple(entry.get("values", ()))
    list_name = entry.get("list")
    if values and list_name:
        raise ContractError(f"Column `{entry['name']}` has both a list and its own values; keep one.")
    return Column(
        name=entry["name"],
        type=entry["type"],
        required=entry.get("required", False),
        description=entry["description"],
        list_name="values" if values else list_name,
        values=values,
        personal=entry.get("personal"),
    )
