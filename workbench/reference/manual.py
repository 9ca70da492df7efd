"""Loading a newer NHS Occupation Code Manual.

The workbench comes with the part of manual 22.1 that the AHP review needs. Whoever has the official workbook loads
it here: it is read, compared with the list in use, and accepted only when asked. Earlier versions stay, so that a
past result can be worked out again with the list of its day.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
import shutil
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import polars as pl

from workbench.errors import ReferenceListError, nearest
from workbench.settings import Settings

SHEET = "Occupation Code Lookup"
HEADER = "Occupation Code"
COLUMNS = (
    "occupation_code",
    "occupation_code_name",
    "main_staff_group",
    "broad_staff_group",
    "detailed_staff_group",
    "occupation_level",
    "care_setting_or_specialty",
    "is_currently_valid",
)
_HEADER_WITHIN = 25
_CODE = re.compile(r"[A-Z0-9]{3}")
_VERSION = re.compile(r"\d{1,4}(\.\d{1,4}){0,3}")


@dataclass(frozen=True)
class ReadManual:
    """The occupation codes of one workbook, before anyone accepted them.

    `rows_left_out` counts rows whose code is not three letters or digits (notes under the table, for example).
    """

    file_name: str
    sha256: str
    codes: pl.DataFrame
    rows_left_out: int


@dataclass(frozen=True)
class AcceptedManual:
    """An occupation code manual that this installation has accepted."""

    version: str
    accepted_on: dt.date
    file_name: str
    sha256: str
    matrices: tuple[str, ...]
    table: Path


def read_manual(workbook: Path) -> ReadManual:
    """Read the occupation codes of an official workbook, without changing anything.

    Codes are trimmed and put in capitals. Of a code that stands there more than once the row marked "Valid" counts,
    else the first: the official workbook repeats some codes that way.

    Returns:
        One row per code, the columns of `COLUMNS` as text.

    Raises:
        ReferenceListError: the file is not an Excel workbook, or lacks the sheet or its header row.
    """
    if not workbook.is_file():
        raise ReferenceListError(f"There is no file at {str(workbook)!r}. Give the path of the manual's workbook.")
    rows = _rows_of_sheet(workbook)
    header = _header_row(rows, workbook)
    read = [_code_row(row) for row in rows[header + 1 :] if any(cell not in ("", None) for cell in row)]
    kept = [row for row in read if _CODE.fullmatch(row[0] or "")]
    if not kept:
        raise ReferenceListError(f"The sheet {SHEET!r} of {workbook.name!r} holds no occupation code.")
    codes = (
        pl.DataFrame(kept, schema=dict.fromkeys(COLUMNS, pl.String), orient="row")
        .with_row_index("line")
        .sort(["occupation_code", pl.col("is_currently_valid") != "True", "line"])
        .unique("occupation_code", keep="first", maintain_order=True)
        .drop("line")
    )
    digest = hashlib.sha256(workbook.read_bytes()).hexdigest()
    return ReadManual(workbook.name, digest, codes, len(read) - len(kept))


def compare_manuals(before: pl.DataFrame, after: pl.DataFrame) -> pl.DataFrame:
    """Show what a newer list would change.

    Returns:
        One row per code and change, sorted: `change` (added, dropped, newly retired, valid again, renamed, regrouped),
        `occupation_code`, `before`, `after` (name, or detailed staff group where the code was regrouped).
    """
    both = before.join(after, on="occupation_code", how="full", suffix="_after", coalesce=True).with_columns(
        was_listed=pl.col("occupation_code").is_in(before["occupation_code"].to_list()),
        is_listed=pl.col("occupation_code").is_in(after["occupation_code"].to_list()),
    )
    stayed = both.filter(pl.col("was_listed") & pl.col("is_listed"))
    valid, valid_after = pl.col("is_currently_valid") == "True", pl.col("is_currently_valid_after") == "True"
    name, name_after = pl.col("occupation_code_name"), pl.col("occupation_code_name_after")
    group, group_after = pl.col("detailed_staff_group"), pl.col("detailed_staff_group_after")
    changes = [
        _changes("added", both.filter(~pl.col("was_listed")), name, name_after),
        _changes("dropped", both.filter(~pl.col("is_listed")), name, name_after),
        _changes("newly retired", stayed.filter(valid & ~valid_after), name, name_after),
        _changes("valid again", stayed.filter(~valid & valid_after), name, name_after),
        _changes("renamed", stayed.filter(name.ne_missing(name_after)), name, name_after),
        _changes("regrouped", stayed.filter(group.ne_missing(group_after)), group, group_after),
    ]
    return pl.concat(changes).sort("change", "occupation_code")


def accept_manual(read: ReadManual, version: str, settings: Settings, *, on: dt.date | None = None) -> AcceptedManual:
    """Put a workbook's codes into use, keeping every earlier version.

    Raises:
        ReferenceListError: the version is not a number such as 23.0, or is already here with other codes.
    """
    check_version(version)
    for earlier in accepted_manuals(settings):
        if earlier.version == version:
            if pl.read_csv(earlier.table, infer_schema=False).equals(read.codes):
                return earlier
            raise ReferenceListError(
                f"Version {version} was already accepted on {earlier.accepted_on.isoformat()}, from "
                f"{earlier.file_name!r}, with other codes. Accepted versions are never changed: check the number on "
                "the cover of the manual."
            )
    described = {
        "version": version,
        "accepted_on": (on or dt.date.today()).isoformat(),
        "file_name": read.file_name,
        "sha256": read.sha256,
        "matrices": sorted(read.codes["occupation_code"].str.head(1).unique().to_list()),
    }
    folder = _folder(settings) / version
    folder.parent.mkdir(parents=True, exist_ok=True)
    # Written aside and moved in one step: a list that is half there would silently change every count.
    aside = Path(tempfile.mkdtemp(prefix=".accepting-", dir=folder.parent))
    try:
        read.codes.write_csv(aside / "occupation_code.csv")
        (aside / "manual.json").write_text(json.dumps(described, indent=2) + "\n", encoding="utf-8")
        aside.replace(folder)
    except OSError as problem:
        shutil.rmtree(aside, ignore_errors=True)
        raise ReferenceListError(f"The manual could not be kept in {str(folder)!r}: {problem.strerror}.") from None
    return _accepted(folder)


def accepted_manuals(settings: Settings) -> list[AcceptedManual]:
    """List the manuals that were accepted here, earliest version first."""
    folder = _folder(settings)
    if not folder.is_dir():
        return []
    found = [_accepted(path) for path in folder.iterdir() if (path / "manual.json").is_file()]
    return sorted(found, key=lambda accepted: version_order(accepted.version))


def newest(settings: Settings, *, shipped: str) -> AcceptedManual | None:
    """Return the newest accepted manual, or None while the list that comes with the workbench is newer.

    The official workbook of the very version that we ship is preferred to our shorter transcription of it.
    """
    accepted = accepted_manuals(settings)
    if not accepted or version_order(accepted[-1].version) < version_order(shipped):
        return None
    return accepted[-1]


def check_version(version: str) -> None:
    """Refuse a version that cannot be put in order with the others.

    Raises:
        ReferenceListError: it is not a number such as 23.0.
    """
    if not _VERSION.fullmatch(version):
        raise ReferenceListError(
            f"The manual's version must be a number such as 23.0: received {version!r}. It is printed on its cover."
        )


def version_order(version: str) -> tuple[int, ...]:
    """Put versions in order: 9.0 before 22.1 before 22.10; 22 and 22.0 are the same."""
    parts = [int(part) for part in version.split(".")]
    while len(parts) > 1 and parts[-1] == 0:
        parts.pop()
    return tuple(parts)


def as_record(accepted: AcceptedManual) -> dict[str, Any]:
    """Return an accepted manual as plain values, for `--json`."""
    return {**asdict(accepted), "accepted_on": accepted.accepted_on.isoformat(), "table": str(accepted.table)}


def _folder(settings: Settings) -> Path:
    return settings.reference_lists / "occupation_code"


def _accepted(folder: Path) -> AcceptedManual:
    try:
        described = json.loads((folder / "manual.json").read_text(encoding="utf-8"))
        return AcceptedManual(
            version=described["version"],
            accepted_on=dt.date.fromisoformat(described["accepted_on"]),
            file_name=described["file_name"],
            sha256=described["sha256"],
            matrices=tuple(described["matrices"]),
            table=folder / "occupation_code.csv",
        )
    except (OSError, ValueError, KeyError, TypeError):
        raise ReferenceListError(
            f"The accepted manual in {str(folder)!r} is damaged. Remove that folder and load the workbook again."
        ) from None


def _rows_of_sheet(workbook: Path) -> list[list[Any]]:
    import python_calamine

    try:
        with python_calamine.CalamineWorkbook.from_path(workbook) as book:
            sheets = book.sheet_names
            if SHEET in sheets:
                return book.get_sheet_by_name(SHEET).to_python(skip_empty_area=False)
    except (python_calamine.CalamineError, OSError):
        raise ReferenceListError(
            f"{workbook.name!r} cannot be read as an Excel workbook. Give the official manual as .xlsx, not protected "
            "by a password."
        ) from None
    close = nearest(SHEET, sheets)
    hint = f" Is {close[0]!r} the sheet that was meant? Then rename it." if close else ""
    raise ReferenceListError(
        f"{workbook.name!r} has no sheet {SHEET!r}; it holds: {', '.join(repr(sheet) for sheet in sheets)}.{hint}"
    )


def _header_row(rows: list[list[Any]], workbook: Path) -> int:
    for number, row in enumerate(rows[:_HEADER_WITHIN]):
        if len(row) >= 8 and str(row[1]).strip().casefold() == HEADER.casefold():
            return number
    raise ReferenceListError(
        f"The sheet {SHEET!r} of {workbook.name!r} has no header {HEADER!r} in its second column, with the valid flag "
        "before it and name, staff groups, level and care setting after it (columns A to H). Is it the manual?"
    )


def _code_row(row: list[Any]) -> tuple[str | None, ...]:
    flag, code, *rest = [_text(cell) for cell in row[:8]]
    return ((code or "").upper(), *rest, str((flag or "").casefold() == "valid"))


def _text(cell: Any) -> str | None:
    if isinstance(cell, float) and cell.is_integer():
        cell = f"{int(cell):03d}"  # medical codes such as 001 that Excel took for numbers
    return str(cell).strip() or None if cell is not None else None


def _changes(change: str, rows: pl.DataFrame, before: pl.Expr, after: pl.Expr) -> pl.DataFrame:
    return rows.select(pl.lit(change).alias("change"), "occupation_code", before=before, after=after)
