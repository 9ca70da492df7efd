"""Writing the extracts, each organisation in its own manner, so that reading is exercised as real exports would.

XAA's kind of organisation writes UTF-8 with ISO dates and codes; XBB's kind Windows-1252 with dd/mm/yyyy, headers as
in ESR reports and labels; XCC's kind Parquet, and workbooks with title rows above the header and a total row below.
"""

from __future__ import annotations

import datetime as dt
import gzip
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

MANNERS = ("utf8", "windows", "workbook")
# Extracts that grow large: they are written gzipped.
_LARGE = ("staff_in_post", "absence", "registrations", "self_service", "compliance", "ledger", "roster_sessions")
_WORKBOOKS = ("ledger", "job_plans", "organisations")
_EPOCH = dt.datetime(2026, 10, 1, 9, 0, 0)
_ESR_HEADERS = {
    "organisation_code": "Org Code", "period": "Month End", "employee_number": "Employee Number",
    "assignment_number": "Assignment Number", "primary_assignment": "Primary Flag",
    "contract_type": "Employee Category", "position_title": "Position Name", "directorate": "Org L2",
    "service": "Org L3", "team": "Org L4", "job_role": "Role", "occupation_code": "Occ Code", "pay_band": "Grade",
    "contracted_fte": "FTE", "organisation_start_date": "Latest Start Date", "ethnic_category": "Ethnic Origin",
    "supervisor_employee_number": "Supervisor Number", "religion_or_belief": "Religious Belief",
}  # fmt: skip


@dataclass
class WrittenFile:
    """One file of the sample: its name, extract and the rows that it carries."""

    name: str
    extract: str
    rows: int
    size: int = 0


@dataclass
class Outlet:
    """Where files are written and what was written so far."""

    folder: Path
    files: list[WrittenFile] = field(default_factory=list)

    def keep(self, name: str, extract: str, rows: int, content: bytes) -> None:
        """Write one file."""
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / name).write_bytes(content)
        self.files.append(WrittenFile(name, extract, rows, len(content)))


def manner_of(kind: str) -> str:
    """Name the manner in which this kind of organisation writes."""
    return {"Acute": "utf8", "Community Provider Trust": "windows"}.get(kind, "workbook")


def is_large(extract: str) -> bool:
    """Say whether this extract is written gzipped."""
    return extract in _LARGE


def titled(column: str, extract: str = "") -> str:
    """Write a column as reports head it; staff in post under the headers of ESR's own reports."""
    if extract == "staff_in_post" and column in _ESR_HEADERS:
        return _ESR_HEADERS[column]
    return column.replace("_", " ").title().replace("Nhs", "NHS").replace("Iat", "IAT").replace("Fte", "FTE")


def as_text(frame: pl.DataFrame, manner: str) -> pl.DataFrame:
    """Turn every cell into the text that this manner writes; blanks stay null."""
    windows = manner == "windows"
    columns = []
    for name, kind in frame.schema.items():
        column = pl.col(name)
        if kind == pl.Date:
            columns.append(column.dt.strftime("%d/%m/%Y" if windows else "%Y-%m-%d"))
        elif kind == pl.Boolean:
            words = ("Y", "N") if windows else ("Yes", "No")
            columns.append(
                pl.when(column).then(pl.lit(words[0])).when(column.not_()).then(pl.lit(words[1])).alias(name)
            )
        elif kind == pl.Float64:
            columns.append(column.cast(pl.String).str.strip_suffix(".0"))
        else:
            columns.append(column.cast(pl.String))
    return frame.select(columns)


def csv_lines(frame: pl.DataFrame, manner: str, extract: str) -> list[str]:
    """Return the lines of a CSV file without line ends, the header first."""
    text = as_text(frame, manner)
    if manner == "windows":
        text = text.rename({name: titled(name, extract) for name in text.columns})
    return text.write_csv(line_terminator="\n").removesuffix("\n").split("\n")


def csv_bytes(lines: Sequence[str], manner: str) -> bytes:
    """Encode lines as this manner does: Windows-1252 with CR LF, or UTF-8 with LF."""
    if manner == "windows":
        return ("\r\n".join(lines) + "\r\n").encode("cp1252")
    return ("\n".join(lines) + "\n").encode("utf-8")


def gzipped(content: bytes) -> bytes:
    """Compress without the time of day, so that equal content gives equal files."""
    buffer = io.BytesIO()
    with gzip.GzipFile(filename="", mode="wb", compresslevel=9, fileobj=buffer, mtime=0) as stream:
        stream.write(content)
    return buffer.getvalue()


def parquet_bytes(frame: pl.DataFrame) -> bytes:
    """Write Parquet in memory, dates and numbers as such."""
    buffer = io.BytesIO()
    frame.write_parquet(buffer, compression="zstd", compression_level=9, statistics=False)
    return buffer.getvalue()


def workbook_bytes(frame: pl.DataFrame, title: str, sheet: str, total_of: Sequence[str] = ()) -> bytes:
    """Write an XLSX report: two title rows, a blank row, the header, the rows, and a total row where asked for."""
    import xlsxwriter

    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, "default_date_format": "dd/mm/yyyy"})
    book.set_properties({"title": title, "created": _EPOCH})
    page = book.add_worksheet(sheet)
    page.write(0, 0, title)
    page.write(1, 0, "Fictional data of the workforce workbench's sample")
    page.write_row(WORKBOOK_HEADER_LINE - 1, 0, [titled(name) for name in frame.columns])
    for number, row in enumerate(frame.iter_rows(), start=WORKBOOK_HEADER_LINE):
        for place, value in enumerate(row):
            if isinstance(value, dt.date):
                page.write_datetime(number, place, dt.datetime(value.year, value.month, value.day))
            elif isinstance(value, bool):
                page.write_string(number, place, "Yes" if value else "No")
            elif isinstance(value, str):
                page.write_string(number, place, value)
            elif value is not None:
                page.write_number(number, place, value)
    if total_of:
        last = WORKBOOK_HEADER_LINE + frame.height
        page.write_string(last, 0, "Total")
        for name in total_of:
            page.write_number(last, frame.columns.index(name), float(frame[name].sum() or 0))
    book.close()
    return buffer.getvalue()


# Line of the header in the workbooks, counted from 1 as a person reading the sheet does.
WORKBOOK_HEADER_LINE = 4


def is_workbook(extract: str) -> bool:
    """Say whether organisations of the third kind write this extract as a workbook."""
    return extract in _WORKBOOKS


def with_labels(frame: pl.DataFrame, lists: Mapping[str, Mapping[str, str]]) -> pl.DataFrame:
    """Write labels in place of codes; a value that the list does not hold stays as it is."""
    present = [name for name in lists if name in frame.columns]
    return frame.with_columns(pl.col(name).replace(lists[name]) for name in present)
