"""Rows that the reader must refuse, drop or correct, planted in the text of a few files.

Rows to be refused are copies of real ones under staff numbers that occur nowhere else, so that refusing them takes
nobody out of the sample. Lines are counted from 1, the header included, as an editor shows them.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import dataclass

from workbench.sample.planted_errors.answer_key import Planted

_STRANGER = 99_100_003


@dataclass(frozen=True)
class _Change:
    """One cell of a row, what is written in it and what the reader should say."""

    column: str
    text: str
    rule: str
    severity: str
    what: str


# Per extract and kind of writing: new rows that must be refused, then cells of existing rows that must be blanked.
_REFUSED = {
    "staff_in_post": (
        _Change("organisation_start_date", "31/02/2026", "not_a_date", "row_refused", "A required date that is none"),
        _Change("position_title", "", "required_missing", "row_refused", "A required cell is blank"),
        _Change("period", "2026-09-29", "period_not_month_end", "row_refused", "The period is not a month end"),
        _Change("contracted_fte", "full time", "not_a_number", "row_refused", "A required number is a word"),
        _Change("primary_assignment", "Maybe", "not_yes_no", "row_refused", "A required yes or no is neither"),
    ),
    "leavers": (
        _Change("leaving_date", "31/06/2026", "not_a_date", "row_refused", "A required date that is none"),
        _Change("leaving_date", "", "required_missing", "row_refused", "A required cell is blank"),
    ),
    "absence": (
        _Change("first_day", "2026-13-01", "not_a_date", "row_refused", "A required date that is none"),
        _Change("absence_type", "", "required_missing", "row_refused", "A required cell is blank"),
    ),
}  # fmt: skip
_BLANKED = {
    "staff_in_post": (
        _Change("nhs_start_date", "00/00/0000", "not_a_date", "cell_blanked", "An optional date that is none"),
        _Change("contracted_hours", "n/k", "not_a_number", "cell_blanked", "An optional number is a word"),
    ),
    "leavers": (_Change("notice_date", "last spring", "not_a_date", "cell_blanked", "An optional date is in words"),),
    "absence": (_Change("entered_at", "2026-02-30", "not_a_date", "cell_blanked", "An optional date that is none"),),
    "compliance": (_Change("appraisal_date", "tbc", "not_a_date", "cell_blanked", "An optional date is in words"),),
    "job_plans": (_Change("review_date", "Spring 2026", "not_a_date", "cell_blanked", "An optional date is in words"),),
}  # fmt: skip
# Files in which cells are also missing, doubled or summed up.
_SHAPES = ("staff_in_post",)


def plant_rows(
    extract: str, organisation: str, lines: list[str], columns: list[str]
) -> tuple[list[str], list[Planted]]:
    """Return the lines with errors planted in them, and what the reader should say of each.

    Args:
        extract: Name of the extract; one without planted rows comes back as it was.
        organisation: Code of the organisation that the file is of.
        lines: The file's lines without line ends, the header first.
        columns: Canonical names of the columns, in the order of the file.
    """
    planted: list[Planted] = []
    lines = list(lines)
    data = len(lines) - 1
    if data < 30:
        return lines, planted

    def note(line: int, where: str, rule: str, severity: str, what: str) -> None:
        planted.append(Planted("row", extract, str(line), where, what, rule, organisation, severity))

    step = max(1, data // 17)
    for number, change in enumerate(_BLANKED.get(extract, ())):
        place = 1 + step * (2 + number) + number
        lines[place] = _edited(lines[place], columns, {change.column: change.text})
        note(place + 1, change.column, change.rule, change.severity, change.what)
    added: list[tuple[str, tuple[str, str, str, str]]] = []
    stranger = _STRANGER
    for number, change in enumerate(_REFUSED.get(extract, ())):
        stranger += 10
        source = lines[1 + step * (6 + number)]
        text = _edited(source, columns, _under(stranger, columns) | {change.column: change.text})
        added.append((text, (change.column, change.rule, change.severity, change.what)))
    if extract in _SHAPES:
        added += _shapes(lines, columns, stranger, step)
    return _with_added(lines, added, note), planted


def _shapes(
    lines: list[str], columns: list[str], stranger: int, step: int
) -> list[tuple[str, tuple[str, str, str, str]]]:
    fresh = _edited(lines[1 + step * 12], columns, _under(stranger + 10, columns))
    few = ",".join(fresh.split(",")[:6])
    many = _edited(lines[1 + step * 13], columns, _under(stranger + 20, columns)) + ",surplus"
    twice = _edited(lines[1 + step * 14], columns, _under(stranger + 30, columns))
    differs = _edited(twice, columns, {"position_title": "Another Title", "contracted_fte": "0.5"})
    again = lines[1 + step * 15]
    total = ",".join(["Total", *[""] * (len(columns) - 1)])
    repeated = "Two rows with one key that differ: both are refused"
    return [
        (few, ("", "too_few_cells", "row_refused", "Cells are missing at the end of the row")),
        (many, ("", "too_many_cells", "row_refused", "There is a cell more than there are columns")),
        (twice, ("", "key_repeated_differently", "row_refused", repeated)),
        (differs, ("", "key_repeated_differently", "row_refused", repeated)),
        (again, ("", "identical_row", "row_repeated", "The same row a second time: kept once")),
        (total, ("", "total_row", "row_dropped", "A total below the rows: left out")),
    ]


def _with_added(
    lines: list[str],
    added: list[tuple[str, tuple[str, str, str, str]]],
    note: Callable[[int, str, str, str, str], None],
) -> list[str]:
    for text, (where, rule, severity, what) in added:
        lines.append(text)
        note(len(lines), where, rule, severity, what)
    return lines


def _under(stranger: int, columns: list[str]) -> dict[str, str]:
    return {name: str(stranger) for name in ("employee_number", "assignment_number") if name in columns}


def _edited(line: str, columns: list[str], values: dict[str, str]) -> str:
    cells = next(csv.reader([line]))
    for name, text in values.items():
        cells[columns.index(name)] = text
    written = io.StringIO()
    csv.writer(written, lineterminator="").writerow(cells)
    return written.getvalue()
