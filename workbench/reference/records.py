"""Single codes as typed values, for code that asks about one at a time."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, Self, TypeVar

from workbench.errors import UnknownName, unknown_name
from workbench.reference.code_lists import codes_of, reference_list
from workbench.settings import Settings

T = TypeVar("T")


@dataclass(frozen=True)
class OccupationCode:
    """One NHS occupation code: three characters held on the position."""

    occupation_code: str
    occupation_code_name: str
    main_staff_group: str
    broad_staff_group: str
    detailed_staff_group: str
    occupation_level: str
    care_setting_or_specialty: str
    is_currently_valid: bool

    @property
    def is_qualified(self) -> bool:
        """Whether the manual counts the code as professionally qualified, retired or not."""
        return self.main_staff_group == "Professionally qualified clinical staff"

    @classmethod
    def find(cls, code: str, settings: Settings | None = None) -> Self | None:
        """Return the code, read without regard to case and outer spaces, or None when it is not listed."""
        rows = reference_list("occupation_code", settings).filter(occupation_code=code.strip().upper())
        return cls(**_values(cls, rows.row(0, named=True), flag="is_currently_valid")) if rows.height else None

    @classmethod
    def get(cls, code: str, settings: Settings | None = None) -> Self:
        """Return the code.

        Raises:
            UnknownName: the list in use does not hold it.
        """
        return _found(cls.find(code, settings), "occupation code", code, "occupation_code", settings)


@dataclass(frozen=True)
class JobRole:
    """One job role of the National Workforce Data Set."""

    job_role_code: str
    job_role: str
    staff_group_code: str
    staff_group: str
    retired: bool

    @classmethod
    def find(cls, code: str) -> Self | None:
        """Return the job role with that five-figure code, or None when it is not listed."""
        rows = reference_list("job_role").filter(job_role_code=code.strip())
        return cls(**_values(cls, rows.row(0, named=True), flag="retired")) if rows.height else None

    @classmethod
    def get(cls, code: str) -> Self:
        """Return the job role.

        Raises:
            UnknownName: it is not in our list (a newer data set may hold it).
        """
        return _found(cls.find(code), "job role", code, "job_role", None)


@dataclass(frozen=True)
class Code:
    """One code of any list, with its label."""

    list_name: str
    code: str
    label: str
    is_retired: bool

    @classmethod
    def find(cls, list_name: str, code: str) -> Self | None:
        """Return the code of that list, or None when the list does not hold it."""
        rows = codes_of(list_name).filter(code=code.strip())
        return cls(list_name, **rows.row(0, named=True)) if rows.height else None

    @classmethod
    def get(cls, list_name: str, code: str) -> Self:
        """Return the code of that list.

        Raises:
            UnknownName: the list does not hold it.
        """
        return _found(cls.find(list_name, code), f"code of `{list_name}`", code, list_name, None)


def _values(kind: type[Any], row: dict[str, Any], *, flag: str) -> dict[str, Any]:
    values = {field.name: row[field.name] or "" for field in fields(kind)}
    return values | {flag: row[flag] == "True"}


def _found(found: T | None, kind: str, code: str, list_name: str, settings: Settings | None) -> T:
    if found is None:
        raise _not_listed(kind, code, list_name, settings)
    return found


def _not_listed(kind: str, code: str, list_name: str, settings: Settings | None) -> UnknownName:
    listed = codes_of(list_name, settings)["code"].drop_nulls().to_list()
    return unknown_name(kind, code, listed, see="`workbench reference list`")
