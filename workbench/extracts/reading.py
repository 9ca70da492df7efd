"""Reading one extract file into the form that the warehouse takes: a Parquet part and a report on it."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import BinaryIO

import polars as pl

from workbench.errors import ExtractRefused
from workbench.extracts.contracts import Contract
from workbench.extracts.csv_files import DELIMITERS
from workbench.extracts.header_maps import HeaderMaps
from workbench.extracts.personal import hash_numbers, remember_numbers, with_pseudonyms
from workbench.extracts.pseudonyms import Pseudonyms, open_pseudonyms
from workbench.extracts.recognising import Recognised, describe_unknown, recognise_opened
from workbench.extracts.report import ReadReport
from workbench.extracts.rows import JudgedRows, joined_rejects, judge, without_repeats
from workbench.extracts.source_files import SourceFile, TextTable, open_source
from workbench.extracts.vault import Vault
from workbench.settings import Settings


def read_extract(source: Path, part: Path, *, settings: Settings, contract: str | None = None) -> ReadReport:
    """Read an extract file by its contract, and write the rows that keep to it.

    Rows that break the contract are set apart with line, column, rule and reason. Staff, assignment and registration
    numbers become keyed pseudonyms and are remembered in the vault; a date of birth becomes an age band; columns of
    names, addresses, bank details and the like are left out unread. Codes stay as received: they are looked up when a
    snapshot is built, so that a newer list re-reads old extracts.

    Args:
        source: The file as received: CSV (also gzipped), XLSX or Parquet.
        part: The Parquet file to write; it appears whole or not at all.
        settings: Where the key, the vault and the user's header maps are.
        contract: The extract that the user says it is; without it, name and headers decide.

    Returns:
        The control totals, the rejects and the notices. The part has one row per accepted row with the contract's
        landed columns, in file order; it may have none when every row was refused.

    Raises:
        ExtractRefused: the file as a whole cannot be read as an extract; no part is written.
        SettingsError: the key, the vault or a header map of the user's cannot be used.
    """
    part.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    pseudonyms = open_pseudonyms(settings)
    vault = Vault(settings.vault, pseudonyms)
    opened = open_source(source)
    recognised = recognise_opened(opened, HeaderMaps(settings.header_maps), only_contract=contract)
    with ThreadPoolExecutor(2) as beside, _private_folder(part.parent) as private:
        digest = beside.submit(file_sha256, source)
        table = opened.read(recognised.selection, private)
        _refuse_if_empty(source, recognised, table)
        hashing = beside.submit(hash_numbers, table, recognised.contract, pseudonyms)
        judged = judge(table, recognised.contract)
        hashed = hashing.result()
        remembering = beside.submit(remember_numbers, judged, hashed, vault)
        rows = with_pseudonyms(judged, recognised.contract, hashed)
        unrepeated, repeats = without_repeats(rows, recognised.contract)
        report = _report(opened, recognised, table, judged, unrepeated, repeats, digest.result(), pseudonyms)
        with _new_part(part) as stream:
            unrepeated.rows.drop("line").write_parquet(
                stream, compression="zstd", compression_level=1, statistics=False
            )
            # No part appears before the vault knows its numbers: a worklist must be able to find every person.
            remembering.result()
    return report


def file_sha256(path: Path) -> str:
    """Return the SHA-256 of a file's bytes, by which a file that was loaded before is known again."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


@contextmanager
def _private_folder(beside: Path) -> Iterator[Path]:
    # Beside the part, not in the system's temporary folder: raw rows stay on the disk that the user chose for them.
    with tempfile.TemporaryDirectory(prefix=".reading-", dir=beside, ignore_cleanup_errors=True) as folder:
        yield Path(folder)


def _refuse_if_empty(source: Path, recognised: Recognised, table: TextTable) -> None:
    if table.lines.len() == 0 and table.broken.is_empty() and recognised.contract.resend == "period":
        raise ExtractRefused(
            f"The file {source.name!r} ({recognised.contract.name}) has a header and no rows, so it says of no month "
            "that it is empty. Check the filters of the export and export it again."
        )


def _report(
    source: SourceFile,
    recognised: Recognised,
    table: TextTable,
    judged: JudgedRows,
    unrepeated: JudgedRows,
    repeats: int,
    sha256: str,
    pseudonyms: Pseudonyms,
) -> ReadReport:
    contract, match, selection = recognised.contract, recognised.match, recognised.selection
    broken = table.broken.with_columns(column_name=pl.lit(None, pl.String))
    rejects = joined_rejects([broken, judged.rejects, unrepeated.rejects])
    per_severity = {
        severity: rejects.filter(pl.col("severity") == severity) for severity in ("row_refused", "row_dropped")
    }
    rows = unrepeated.rows
    return ReadReport(
        file_name=source.path.name,
        sha256=sha256,
        extract=contract.name,
        format=source.format,
        encoding=table.encoding,
        delimiter=DELIMITERS.get(selection.head.delimiter, ""),
        sheet=selection.head.sheet,
        header_line=selection.header_line,
        rows_in=table.lines.len() + table.broken.height,
        rows_accepted=rows.height,
        rows_refused=per_severity["row_refused"]["line"].n_unique(),
        rows_dropped=per_severity["row_dropped"].height + judged.blank_rows,
        rows_repeated=repeats,
        cells_blanked=rejects.filter(pl.col("severity") == "cell_blanked").height,
        headcount=rows["person_key"].drop_nulls().n_unique() if "person_key" in rows.columns else None,
        fte=_total(rows, "contracted_fte"),
        pay=_total(rows, "actual_amount"),
        organisations=tuple(rows["organisation_code"].unique().sort()),
        periods=tuple(rows["period"].unique().sort()) if "period" in rows.columns else (),
        date_forms=dict(judged.date_forms),
        absent_columns=tuple(column.name for column in contract.columns if column.name not in match.columns),
        dropped_columns=match.personal,
        unknown_headers=match.unknown,
        notices=(*_notices(recognised, judged, repeats, rows.height), *table.notices),
        key_fingerprint=pseudonyms.fingerprint,
        rejects=rejects,
    )


def _total(rows: pl.DataFrame, column: str) -> Decimal | None:
    """Sum a column; None, not nought, where the extract has no such column or no row fills it."""
    if column not in rows.columns or rows[column].null_count() == rows.height:
        return None
    total = rows[column].sum()
    return total if isinstance(total, Decimal) else None


def _notices(recognised: Recognised, judged: JudgedRows, repeats: int, accepted: int) -> Iterator[str]:
    yield from describe_unknown(recognised.match)
    if personal := recognised.match.personal:
        yield f"Left out unread, as the workbench keeps no such data: {', '.join(map(repr, personal))}."
    if repeats:
        yield f"{repeats} further cop{'y' if repeats == 1 else 'ies'} of identical rows left out."
    if judged.blank_rows:
        plural = "" if judged.blank_rows == 1 else "s"
        yield f"{judged.blank_rows} row{plural} without any cell of the extract left out."
    if not accepted:
        yield "No row was accepted; see the rejects."
    for name, forms in judged.date_forms:
        if len(forms) > 1:
            yield f"Column `{name}` mixes forms of dates ({', '.join(forms)}); all were read."


@contextmanager
def _new_part(part: Path) -> Iterator[BinaryIO]:
    """Open a file that takes the part's name when it is whole, and vanishes when it is not."""
    new = part.with_name(f".{part.name}.{os.getpid()}.new")
    try:
        descriptor = os.open(new, os.O_RDWR | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0), 0o600)
        with os.fdopen(descriptor, "w+b") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        new.replace(part)
    finally:
        new.unlink(missing_ok=True)


def landed_schema(contract: Contract) -> dict[str, pl.DataType | type[pl.DataType]]:
    """Return the columns and types that the part of an extract has."""
    from workbench.extracts.cells import empty_column

    types: dict[str, pl.DataType | type[pl.DataType]] = {}
    for column in contract.columns:
        kind = pl.String if column.personal else empty_column(column, 0).dtype
        types |= dict.fromkeys(column.landed_names, kind)
    if "assignment_order" in types:
        types["assignment_order"] = pl.Int32
    return types
