"""Answers that people typed into a worklist workbook, read back as decisions.

A row is taken whole or refused whole, with its sheet and line and the reason; what is taken is kept in one piece for
the file. An answer holds for what was asked: a row whose finding is gone or has other values by now is refused, as
nobody has seen what stands there today. Staff numbers in the file are not looked at.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workbench.coding.decisions import CAUSES, DecisionError, Decisions, Statement, check_statement
from workbench.coding.review import Review
from workbench.coding.task_words import is_about_a_code
from workbench.coding.worklist_workbook import HEADING_LINE, TASKS
from workbench.errors import WorkbenchError
from workbench.settings import Settings

AGREE, OTHER_CODE, LEAVE, EXCEPTION = next(heading.answers for heading in TASKS if heading.name == "answer")
_LABELS = {heading.label: heading.name for heading in TASKS}
#: Columns that people fill in.
_FILLED_IN = ("answer", "other_code", "why", "cause_found", "answered_by")
_READ = ("findings", "suggested_code", *_FILLED_IN)
#: What is kept as the reason where somebody agreed and gave none.
_AGREED = "agreed in the returned worklist"


@dataclass(frozen=True)
class AnsweredRow:
    """One row that somebody answered: where it stands, and what the cells hold."""

    sheet: str
    line: int
    cells: Mapping[str, str]


@dataclass(frozen=True)
class ReadBack:
    """What came of a returned workbook, by sheet and line.

    `recorded` rows were kept now, `known` rows had been before; `refused` rows were not, each with the reason.
    """

    recorded: tuple[AnsweredRow, ...]
    known: tuple[AnsweredRow, ...]
    refused: tuple[tuple[AnsweredRow, str], ...]
    decisions: int


def read_answers(file: Path, found: Review, settings: Settings, codes: Collection[str], *, person: str) -> ReadBack:
    """Read the answers of a returned worklist workbook and record them.

    Args:
        file: The workbook as it came back.
        found: The review of the same organisation as it stands now.
        settings: This installation, whose decisions are added to.
        codes: The occupation codes that may be given now.
        person: Who reads the answers in; the decision bears this name where a row does not say who answered, and
            both where it does.

    Raises:
        DecisionError: the file is no worklist workbook, or the decisions cannot be kept; nothing was recorded then.
    """
    by_id = {row["finding_id"]: row for row in found.findings.iter_rows(named=True)}
    taken: list[tuple[AnsweredRow, list[tuple[Mapping[str, Any], Statement]]]] = []
    refused: list[tuple[AnsweredRow, str]] = []
    answered: dict[str, AnsweredRow] = {}
    for row in answered_rows(file):
        try:
            findings = _findings_of(row, by_id)
            decided = [(one, _statement(row, one, found, codes, person)) for one in findings]
            for one, stated in decided:
                _refuse_answered_twice(one, row, answered)
                check_statement(one, **stated)
            answered |= {one["finding_id"]: row for one in findings}
            taken.append((row, decided))
        except WorkbenchError as problem:
            refused.append((row, str(problem)))
    numbers = iter(
        Decisions.of(settings).record_once([one for _, decided in taken for one in decided]) if taken else ()
    )
    kept = [(row, [next(numbers) for _ in decided]) for row, decided in taken]
    return ReadBack(
        recorded=tuple(row for row, of_row in kept if any(number is not None for number in of_row)),
        known=tuple(row for row, of_row in kept if all(number is None for number in of_row)),
        refused=tuple(refused),
        decisions=sum(number is not None for _, of_row in kept for number in of_row),
    )


def answered_rows(file: Path) -> Iterator[AnsweredRow]:
    """Read the rows of every worklist sheet in which somebody filled in anything.

    Raises:
        DecisionError: the file cannot be read, or no sheet in it has the headings of a worklist.
    """
    sheets = [(name, _columns(rows), rows) for name, rows in _sheets(file)]
    lists = [(name, columns, rows) for name, columns, rows in sheets if set(_READ) <= set(columns)]
    if not lists:
        raise DecisionError(
            f"{file.name!r} is no worklist workbook: no sheet has the headings {_label('answer')!r} and "
            f"{_label('findings')!r} on line {HEADING_LINE}. Give the file that `--xlsx` wrote, with its columns as "
            "they were. Nothing was recorded."
        )
    for name, columns, rows in lists:
        for line, row in enumerate(rows[HEADING_LINE:], start=HEADING_LINE + 1):
            cells = {column: _text(row[columns[column]]) if columns[column] < len(row) else "" for column in _READ}
            if any(cells[column] for column in _FILLED_IN):
                yield AnsweredRow(name, line, cells)


def _sheets(file: Path) -> list[tuple[str, Sequence[Sequence[Any]]]]:
    import python_calamine

    try:
        with python_calamine.CalamineWorkbook.from_path(file) as book:
            return [(name, book.get_sheet_by_name(name).to_python(skip_empty_area=False)) for name in book.sheet_names]
    except (python_calamine.CalamineError, OSError, ValueError):
        raise DecisionError(
            f"{file.name!r} cannot be read as an Excel workbook. Save it as .xlsx, without a password. Nothing was "
            "recorded."
        ) from None


def _columns(rows: Sequence[Sequence[Any]]) -> dict[str, int]:
    headings = rows[HEADING_LINE - 1] if len(rows) >= HEADING_LINE else ()
    return {_LABELS[text]: place for place, text in enumerate(map(_text, headings)) if text in _LABELS}


def _text(value: Any) -> str:
    return " ".join(str(value).split()) if value is not None else ""


def _label(name: str) -> str:
    return next(label for label, column in _LABELS.items() if column == name)


def _findings_of(row: AnsweredRow, by_id: Mapping[str, Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    ids = [one.strip() for one in row.cells["findings"].split(";") if one.strip()]
    there = [by_id[one] for one in ids if one in by_id and by_id[one]["state"] != "fixed"]
    if not ids or len(there) < len(ids):
        raise DecisionError(
            f"{len(ids) - len(there)} of its {len(ids)} findings are not there any more: the record was put right or "
            "changed since the list was made. Answer it in a new worklist."
        )
    decided = [one for one in there if not one["is_open"] and not _waits_for_a_code(one)]
    if decided and not _is_same_answer(row, decided):
        raise DecisionError(f"It was decided since the list was made (state: {decided[0]['state']}).")
    return there


def _waits_for_a_code(finding: Mapping[str, Any]) -> bool:
    return finding["state"] == "accepted" and finding["proposed_code"] is None


def _is_same_answer(row: AnsweredRow, decided: Sequence[Mapping[str, Any]]) -> bool:
    """Whether what stands may have come from this very row: then it is read again, and adds nothing."""
    states = {AGREE: "accepted", OTHER_CODE: "accepted", LEAVE: "rejected", EXCEPTION: "exception"}
    return {one["state"] for one in decided} == {states.get(row.cells["answer"].casefold())}


def _statement(
    row: AnsweredRow, finding: Mapping[str, Any], found: Review, codes: Collection[str], person: str
) -> Statement:
    cells, answer = row.cells, row.cells["answer"].casefold()
    if answer not in (AGREE, OTHER_CODE, LEAVE, EXCEPTION):
        allowed = ", ".join((AGREE, OTHER_CODE, LEAVE, EXCEPTION))
        received = "no answer" if not answer else "another answer"
        raise DecisionError(f"Received {received}. Allowed: {allowed}.")
    if cells["cause_found"] and cells["cause_found"] not in CAUSES:
        raise DecisionError(f"The root cause is none that is known. Allowed: {', '.join(CAUSES)}.")
    if answer in (LEAVE, EXCEPTION) and not cells["why"]:
        raise DecisionError(f"The answer {answer!r} needs a reason.")
    by_name = cells["answered_by"] or person
    stated: Statement = {
        "organisation": found.organisation,
        "answer": "challenge" if answer == LEAVE else "exception" if answer == EXCEPTION else "confirm",
        "person": by_name if by_name.casefold() == person.casefold() else f"{by_name}, read in by {person}",
        "reason": cells["why"] or _AGREED,
        "cause": cells["cause_found"],
        "snapshot": found.snapshot,
    }
    proposed = _proposed_code(cells, answer, codes)
    if proposed and is_about_a_code(finding):
        stated["proposed_code"] = proposed
    return stated


def _proposed_code(cells: Mapping[str, str], answer: str, codes: Collection[str]) -> str:
    """Return the code that the row asks for: its own, or the suggested one where somebody agreed."""
    if answer != OTHER_CODE and cells["other_code"]:
        raise DecisionError(f"A code is given, and the answer is not {OTHER_CODE!r}.")
    if answer == OTHER_CODE and not cells["other_code"]:
        raise DecisionError(f"The answer {OTHER_CODE!r} needs the code.")
    if answer not in (AGREE, OTHER_CODE):
        return ""
    code = (cells["other_code"] if answer == OTHER_CODE else cells["suggested_code"]).upper()
    if code and code not in codes:
        raise DecisionError(
            f"The code {code[:8]!r} is not among the occupation codes that may be given now: see the Occupation Code "
            "Manual."
        )
    return code


def _refuse_answered_twice(finding: Mapping[str, Any], row: AnsweredRow, answered: Mapping[str, AnsweredRow]) -> None:
    before = answered.get(finding["finding_id"])
    if before is not None and any(before.cells[name] != row.cells[name] for name in _FILLED_IN):
        raise DecisionError(f"The same finding is answered otherwise in sheet {before.sheet!r}, line {before.line}.")
