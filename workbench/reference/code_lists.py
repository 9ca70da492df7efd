"""The code lists that come with the workbench: what each is, where it is from, and its rows.

Every list is a CSV file beside this module with its source spelling kept; `lists.toml` says where it comes from and
what is missing. A list that no source publishes (religion or belief, ethnic category) is named here too, without
rows: its values are kept and none is checked.
"""

from __future__ import annotations

import functools
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from workbench.errors import ReferenceListError, unknown_name
from workbench.reference import manual
from workbench.settings import Settings

FOLDER = Path(__file__).parent
NATIONAL_CODES = FOLDER / "lists" / "national_code.csv"
NOT_CHECKED = "none"
_RETIRED = r"(?i)\bretired\b"
_CODE_COLUMNS = {"code": pl.String, "label": pl.String, "is_retired": pl.Boolean}


@dataclass(frozen=True)
class CodeList:
    """One code list and what is known about it; a date or version that no source gives is None."""

    name: str
    title: str
    publisher: str
    source: str
    version: str
    licence: str
    retrieved: str
    valid_from: str | None
    key: str
    element: str | None
    file: Path | None
    complete_matrices: tuple[str, ...]
    note: str


def list_names() -> list[str]:
    """Name every code list, in alphabetical order."""
    return sorted(_catalogue())


def list_name(name: str) -> str:
    """Return our name of a list that is called by it or by its data element (`ASSIGNMENT STATUS`).

    Raises:
        UnknownName: there is no list of that name.
    """
    if name in _catalogue():
        return name
    for known in _catalogue().values():
        if known.element == name:
            return known.name
    raise unknown_name("code list", name, _catalogue(), see="`workbench reference list`")


def code_list(name: str, settings: Settings | None = None) -> CodeList:
    """Describe one code list: title, source, version, licence and gaps.

    With settings, the occupation codes are those of the newest manual that was accepted into this installation.

    Raises:
        UnknownName: there is no list of that name.
    """
    described = _catalogue()[list_name(name)]
    if described.name != "occupation_code" or settings is None:
        return described
    accepted = manual.newest(settings, shipped=described.version)
    if accepted is None:
        return described
    return CodeList(
        name=described.name,
        title=described.title,
        publisher=described.publisher,
        source=described.source,
        version=accepted.version,
        licence="As printed in the workbook that was loaded.",
        retrieved=f"{accepted.accepted_on.isoformat()} from {accepted.file_name}",
        valid_from=None,
        key=described.key,
        element=None,
        file=accepted.table,
        complete_matrices=accepted.matrices,
        note="Loaded from the official workbook; each matrix in it counts as complete.",
    )


def reference_list(name: str, settings: Settings | None = None, *, version: str | None = None) -> pl.DataFrame:
    """Return one code list as a table, every column as text, sorted by its key.

    Text throughout because leading zeros matter (`04041`, `01`); spelling is the source's own. `version` asks for
    an earlier occupation code manual, so that a past result can be worked out again; by default the newest counts.

    Returns:
        One row per code. `occupation_code`, `job_role` and `area_of_work` keep their sources' columns; every other
        list has `code` and `label`. A list without published codes has no rows.

    Raises:
        UnknownName: there is no list of that name.
        ReferenceListError: that version of the list was never loaded here.
    """
    described = code_list(name, settings)
    if version is not None and version != described.version:
        return _earlier_version(described.name, settings, version)
    if described.element is not None:
        return _of_element(described.element)
    if described.file is None:
        return pl.DataFrame(schema={"code": pl.String, "label": pl.String})
    return text_table(described.file).sort(*described.key.split(", "))


def codes_of(name: str, settings: Settings | None = None) -> pl.DataFrame:
    """Return the codes of one list in the shape that is the same for every list.

    A list without codes of its own (areas of work) has null codes and a label per path. The label of an occupation
    code is the code itself, because that is what analysts read; names stand in `reference_list("occupation_code")`.

    Returns:
        One row per code: `code`, `label`, `is_retired`; sorted by code, then label.
    """
    name = list_name(name)
    rows = reference_list(name, settings)
    if name == "occupation_code":
        retired = pl.col("is_currently_valid") != "True"
        shaped = rows.select(code="occupation_code", label="occupation_code", is_retired=retired)
    elif name == "job_role":
        shaped = rows.select(code="job_role_code", label="job_role", is_retired=pl.col("retired") == "True")
    elif name == "area_of_work":
        shaped = rows.select(
            code=pl.lit(None, pl.String),
            label=area_of_work_label(),
            is_retired=pl.concat_str("primary", "secondary", "tertiary", separator=" ").str.contains(_RETIRED),
        )
    elif name in ("profession", "professional_group"):
        shaped = rows.select(code=name, label="label", is_retired=pl.lit(False))
    else:
        shaped = rows.select("code", "label", is_retired=pl.col("label").str.contains(_RETIRED))
    return shaped.cast(_CODE_COLUMNS).unique().sort("code", "label")  # type: ignore[arg-type]


def area_of_work_label() -> pl.Expr:
    """Write an area of work as its path, leaving out a level that repeats the one above it."""
    primary, secondary, tertiary = pl.col("primary"), pl.col("secondary"), pl.col("tertiary")
    return (
        primary
        + pl.when(secondary != primary).then(" > " + secondary).otherwise(pl.lit(""))
        + pl.when(tertiary != secondary).then(" > " + tertiary).otherwise(pl.lit(""))
    )


def text_table(path: Path) -> pl.DataFrame:
    """Read one of our CSV files with every column as text and blanks as null; read again only when it changed."""
    return _text_table(path, path.stat().st_mtime_ns)


@functools.lru_cache(maxsize=64)
def _text_table(path: Path, _changed: int) -> pl.DataFrame:
    return pl.read_csv(path, infer_schema=False)


def _of_element(element: str) -> pl.DataFrame:
    codes = text_table(NATIONAL_CODES).filter(pl.col("element") == element)
    return codes.select("code", label="description").sort("code")


def _earlier_version(name: str, settings: Settings | None, version: str) -> pl.DataFrame:
    shipped = _catalogue()[name]
    known = {shipped.version: shipped.file}
    if name == "occupation_code" and settings is not None:
        # The shipped transcription gives way to the official workbook of the same version.
        known |= {accepted.version: accepted.table for accepted in manual.accepted_manuals(settings)}
    file = known.get(version)
    if file is None:
        raise ReferenceListError(
            f"Version {version!r} of the list `{name}` is not here. Available: {', '.join(sorted(known))}. "
            "Load an occupation code manual with `workbench reference occupation-codes FILE.xlsx --version N --accept`."
        )
    return text_table(file).sort(*shipped.key.split(", "))


@functools.cache
def _catalogue() -> dict[str, CodeList]:
    described = tomllib.loads((FOLDER / "lists.toml").read_text(encoding="utf-8"))
    return {name: _described(name, entry, described["sources"]) for name, entry in described["lists"].items()}


def _described(name: str, entry: dict[str, Any], sources: dict[str, dict[str, Any]]) -> CodeList:
    source = sources[entry.get("source", "national_workforce_data_set")]
    notes = [text for text in (entry.get("note"), source.get("note")) if text]
    return CodeList(
        name=name,
        title=entry["title"],
        publisher=source["publisher"],
        source=source["title"],
        version=source["version"],
        licence=source["licence"],
        retrieved=str(source.get("retrieved", "")),
        valid_from=entry.get("valid_from"),
        key=entry.get("key", "code"),
        element=entry.get("element"),
        file=(FOLDER / entry["file"]).resolve() if "file" in entry else None,
        complete_matrices=tuple(entry.get("complete_matrices", ())),
        note=" ".join(notes),
    )
