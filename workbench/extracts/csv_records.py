"""Where each row of a CSV file begins.

This is counted without the reader that reads the rows, so that the two can be held against each other: no row of a
file may go missing without a word.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

Positions = npt.NDArray[np.int64]

_CHUNK = 1 << 23
_NEWLINE, _RETURN, _QUOTE = 10, 13, 34


@dataclass(frozen=True)
class Records:
    """The rows of a file that are not blank: byte position and line of the start of each, in order."""

    starts: Positions
    lines: Positions

    def after_line(self, line: int) -> Records:
        """Leave out everything up to a line, such as title rows and the header."""
        kept = self.lines > line
        return Records(self.starts[kept], self.lines[kept])


def count_by_quotes(path: Path) -> Records:
    """Find the rows, taking every newline outside a pair of quotation marks as the end of a row.

    Fast, and right for every well-formed file. A lone quotation mark inside an unquoted cell (5" pipe) misleads it;
    `count_by_cells` is for that case.
    """
    ends: list[Positions] = []
    end_lines: list[Positions] = []
    with path.open("rb") as stream:
        position = newlines = quotes = 0
        last = b""
        while chunk := stream.read(_CHUNK):
            data = np.frombuffer(chunk, dtype=np.uint8)
            found = np.flatnonzero(data == _NEWLINE)
            lines = newlines + np.arange(1, len(found) + 1)
            if quotes or b'"' in chunk:
                marks = np.flatnonzero(data == _QUOTE)
                outside = (quotes + np.searchsorted(marks, found)) % 2 == 0
                quotes += len(marks)
                newlines += len(found)
                found, lines = found[outside], lines[outside]
            else:
                newlines += len(found)
            ends.append(found + position)
            end_lines.append(lines)
            position += len(chunk)
            last = chunk[-1:]
    if last != b"\n":
        ends.append(np.array([position]))
        end_lines.append(np.array([newlines + 1]))
    return _not_blank(path, np.concatenate(ends), np.concatenate(end_lines))


def _not_blank(path: Path, ends: Positions, end_lines: Positions) -> Records:
    starts = np.concatenate(([0], ends[:-1] + 1)).astype(np.int64)
    lines = np.concatenate(([1], end_lines[:-1] + 1)).astype(np.int64)
    lengths = ends - starts
    kept = lengths > 0
    # A line of one character is blank when that character is the return before the newline (Windows line ends).
    with path.open("rb") as stream:
        for index in np.flatnonzero(lengths == 1):
            stream.seek(int(starts[index]))
            kept[index] = stream.read(1) != b"\r"
    return Records(starts[kept], lines[kept])


def count_by_cells(path: Path, delimiter: str) -> Records:
    """Find the rows by taking every line apart into cells: slower, and right for lone quotation marks as well."""
    offsets: list[int] = [0]

    def followed() -> Iterator[str]:
        with path.open("rb") as stream:
            for line in stream:
                offsets.append(offsets[-1] + len(line))
                yield line.decode("utf-8-sig" if len(offsets) == 2 else "utf-8")

    starts: list[int] = []
    lines: list[int] = []
    csv.field_size_limit(sys.maxsize if sys.maxsize < 2**31 else 2**31 - 1)
    reader = csv.reader(followed(), delimiter=delimiter)
    before = 0
    for cells in reader:
        if cells:
            starts.append(offsets[before])
            lines.append(before + 1)
        before = reader.line_num
    return Records(np.array(starts, dtype=np.int64), np.array(lines, dtype=np.int64))
