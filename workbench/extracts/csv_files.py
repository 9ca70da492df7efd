"""CSV files: UTF-8, UTF-16 or Windows-1252, with or without byte-order mark, plain or gzipped, any usual delimiter."""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import os
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

import numpy as np
import polars as pl

from workbench.errors import ExtractRefused
from workbench.extracts.csv_records import Records, count_by_cells, count_by_quotes
from workbench.extracts.source_files import HEAD_ROWS, Head, Selection, TextTable, no_broken_lines

DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "vertical bar"}

_CHUNK = 1 << 22
_HEAD_BYTES = 1 << 18
_ODD_BLANKS = (b"\t", "\u00a0".encode(), "\u200b".encode(), "\ufeff".encode())
_BROKEN = {
    "MISSING COLUMNS": ("too_few_cells", "The line has fewer cells than the header."),
    "TOO MANY COLUMNS": ("too_many_cells", "The line has more cells than the header."),
}
_BADLY_QUOTED = ("badly_quoted", "A quotation mark stands inside a quoted cell without being doubled.")


@dataclass(frozen=True)
class _Survey:
    """What one pass over the bytes tells.

    `plain`: it is UTF-8 with one kind of line end; `only_spaces`: no blanks but plain spaces.
    """

    encoding: str
    plain: bool
    only_spaces: bool = False


class CsvFile:
    """A CSV file, gzipped if `packed`."""

    def __init__(self, path: Path, *, packed: bool = False) -> None:
        self.path = path
        self.format = "csv.gz" if packed else "csv"
        self._packed = packed

    def heads(self) -> list[Head]:
        """Return the first rows, once for each delimiter the file may have."""
        try:
            with self._opened() as stream:
                start = stream.read(_HEAD_BYTES)
                whole = not stream.read(1)
        except (EOFError, gzip.BadGzipFile, zlib.error):
            raise self._damaged() from None
        if not start:
            raise ExtractRefused(f"The file {self.path.name!r} is empty once unpacked. Export it again.")
        text = self._decoded_start(start, whole=whole)
        return [_head(text, delimiter) for delimiter in DELIMITERS]

    def read(self, selection: Selection, private: Path) -> TextTable:
        """Read the selected columns, and hold the number of rows against an independent count.

        Raises:
            ExtractRefused: the file is damaged, is in no known encoding, or the counts differ.
        """
        from workbench.warehouse.csv_reading import read_csv_as_text

        path, survey = self._readable(private)
        positions = sorted(set(selection.columns.values()))
        delimiter = selection.head.delimiter
        result = read_csv_as_text(
            path,
            width=selection.width,
            wanted=positions,
            skip_rows=selection.header_row + 1,
            delimiter=delimiter,
            shown_name=self.path.name,
        )
        if any("\n" in line.strip() for line in _badly_quoted(result.broken)):
            raise ExtractRefused(
                f"The file {self.path.name!r} has a quotation mark that is opened and not closed on the same line, so "
                "it cannot be said where rows end. Export it again, or correct the mark in a text editor."
            )
        records = self._reconciled(path, selection, result.cells.height, result.broken.height)
        at = np.searchsorted(records.starts, result.broken["byte_position"].to_numpy())
        broken = _broken_lines(result.broken, records.lines[at])
        lines = pl.Series("line", np.delete(records.lines, at), dtype=pl.Int64)
        cells = result.cells.select(pl.col(f"c{place}").alias(name) for name, place in selection.columns.items())
        of_one_line = bool((np.diff(records.lines) == 1).all())
        return TextTable(
            cells, lines, broken, survey.encoding, only_spaces=survey.only_spaces and delimiter != "\t" and of_one_line
        )

    def _reconciled(self, path: Path, selection: Selection, kept: int, broken: int) -> Records:
        records = count_by_quotes(path).after_line(selection.header_line)
        if len(records.lines) != kept + broken:
            records = count_by_cells(path, selection.head.delimiter).after_line(selection.header_line)
        if len(records.lines) != kept + broken:
            raise ExtractRefused(
                f"The file {self.path.name!r} has {len(records.lines)} rows below its header, but {kept} were read and "
                f"{broken} found broken, so some would be lost. Look for stray quotation marks, or export it again."
            )
        return records

    def _opened(self) -> BinaryIO:
        return cast(BinaryIO, gzip.open(self.path, "rb")) if self._packed else self.path.open("rb")

    def _damaged(self) -> ExtractRefused:
        return ExtractRefused(
            f"The file {self.path.name!r} is a damaged or cut-short gzip file. Fetch the whole file again."
        )

    def _decoded_start(self, start: bytes, *, whole: bool) -> str:
        encoding = _encoding_by_mark(start)
        if not encoding and b"\0" in start:
            raise ExtractRefused(
                f"The file {self.path.name!r} is not text, a workbook or Parquet. Export the extract as CSV or XLSX."
            )
        try:
            return codecs.getincrementaldecoder(encoding or "utf-8")().decode(start, whole)
        except UnicodeDecodeError:
            return start.decode("cp1252", errors="replace")

    def _readable(self, private: Path) -> tuple[Path, _Survey]:
        """Return a UTF-8 file with one kind of line end: the file itself, or a private copy of it."""
        path = self.path
        if self._packed:
            path = private / "unpacked.csv"
            try:
                with self._opened() as packed, _private_file(path) as unpacked:
                    while chunk := packed.read(_CHUNK):
                        unpacked.write(chunk)
            except (EOFError, gzip.BadGzipFile, zlib.error):
                raise self._damaged() from None
        survey = self._surveyed(path)
        if survey.plain:
            return path, survey
        copy = private / "as_utf8.csv"
        try:
            with path.open("r", encoding=survey.encoding) as text, _private_file(copy) as stream:
                while part := text.read(_CHUNK):
                    stream.write(part.encode())
        except UnicodeDecodeError:
            raise ExtractRefused(
                f"The file {self.path.name!r} is neither UTF-8 nor Windows-1252 text. Export it again as UTF-8 CSV."
            ) from None
        return copy, survey

    def _surveyed(self, path: Path) -> _Survey:
        with path.open("rb") as stream:
            mark = _encoding_by_mark(stream.read(4))
            if mark == "utf-16":
                return _Survey(mark, plain=False)
            stream.seek(0)
            decoder = codecs.getincrementaldecoder("utf-8")()
            bare = windows = returns = 0
            utf8, last, only_spaces = True, b"", True
            while chunk := stream.read(_CHUNK):
                if b"\0" in chunk:
                    raise ExtractRefused(
                        f"The file {self.path.name!r} holds zero bytes, so it is damaged or not text. Export it again."
                    )
                # Most of most files is plain ASCII, which is quickly told and needs no decoding.
                ascii_only = chunk.isascii() and not decoder.getstate()[0]
                only_spaces = only_spaces and not any(
                    blank in chunk for blank in _ODD_BLANKS[: 1 if ascii_only else None]
                )
                if returns or b"\r" in chunk:
                    returns += chunk.count(b"\r")
                    windows += (last + chunk).count(b"\r\n")
                    bare += chunk.count(b"\n")
                else:
                    bare += b"\n" in chunk
                last = chunk[-1:]
                if utf8 and not ascii_only:
                    try:
                        decoder.decode(chunk)
                    except UnicodeDecodeError:
                        utf8 = False
            try:
                decoder.decode(b"", final=utf8)
            except UnicodeDecodeError:
                utf8 = False
        encoding = (mark or "utf-8") if utf8 else "cp1252"
        # `bare` counts every newline once a return was met, and before that only whether there was one.
        same_line_ends = returns == windows and windows in (0, bare)
        return _Survey(encoding, plain=utf8 and same_line_ends, only_spaces=only_spaces and utf8)


def _encoding_by_mark(start: bytes) -> str:
    if start.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    return ""


def _private_file(path: Path) -> BinaryIO:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
    return os.fdopen(descriptor, "wb")


def _head(text: str, delimiter: str) -> Head:
    rows: list[tuple[str, ...]] = []
    last_lines: list[int] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    for cells in _until_unreadable(reader):
        rows.append(tuple(cells))
        last_lines.append(reader.line_num)
        if len(rows) == HEAD_ROWS:
            break
    return Head(tuple(rows), tuple(last_lines), delimiter=delimiter)


def _until_unreadable(reader: Iterator[list[str]]) -> Iterator[list[str]]:
    try:
        yield from reader
    except csv.Error:
        return


def _badly_quoted(broken: pl.DataFrame) -> list[str]:
    return broken.filter(~pl.col("error_type").is_in(list(_BROKEN)))["csv_line"].to_list()


def _broken_lines(broken: pl.DataFrame, lines: np.ndarray[tuple[int, ...], np.dtype[np.int64]]) -> pl.DataFrame:
    if broken.is_empty():
        return no_broken_lines()
    from workbench.extracts.total_rows import TOTAL_ROW, is_total

    entries = []
    for line, kind, text in zip(lines.tolist(), broken["error_type"], broken["csv_line"], strict=True):
        rule, reason = _BROKEN.get(kind, _BADLY_QUOTED)
        severity = "row_refused"
        if is_total(text):
            rule, reason, severity = TOTAL_ROW
        entries.append((line, rule, reason, severity))
    return pl.DataFrame(entries, schema=no_broken_lines().schema, orient="row")
