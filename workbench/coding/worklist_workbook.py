"""The worklists as an Excel workbook that people can send, filter, answer in and send back."""

from __future__ import annotations

import datetime as dt
import io
import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from workbench.coding.review import Review
from workbench.coding.rules import CAUSES, ROUTES, SEVERITIES, STEPS, rules
from workbench.coding.worklist import Worklists
from workbench.errors import WorkbenchError
from workbench.periods import shown_date

#: Line of the headings on every sheet, counted from 1: two lines above say what the sheet is.
HEADING_LINE = 3
#: Texts that begin like this are commands to a spreadsheet.
_COMMANDS = ("=", "+", "-", "@", "\t", "\r", "\n")
_LONGEST_CELL = 32_000
_LONGEST_SHEET_NAME = 31


@dataclass(frozen=True)
class Heading:
    """One column of a sheet: what it holds, how it is headed, and how wide it is in characters."""

    name: str
    label: str
    width: int
    answers: tuple[str, ...] = ()


TASKS = (
    Heading("position_number", "Position", 12),
    Heading("position_title", "Position title", 30),
    Heading("team", "Team", 22),
    Heading("cost_centre", "Cost centre", 12),
    Heading("employee_number", "Employee number", 16),
    Heading("assignment_number", "Assignment number", 18),
    Heading("holders", "Holders", 9),
    Heading("fte", "FTE", 7),
    Heading("profession", "Profession evidenced", 22),
    Heading("severity", "Severity", 11),
    Heading("question", "What is asked", 46),
    Heading("now", "Now in ESR", 32),
    Heading("evidence", "What else says", 34),
    Heading("detail", "Detail", 46),
    Heading("suggested_code", "Suggested code", 11),
    Heading("confidence", "Confidence", 12),
    Heading("reasons", "Why", 44),
    Heading("candidates", "Candidates", 18),
    Heading("state", "State", 11),
    Heading("first_seen", "There since", 12),
    Heading("age_months", "Age in months (12: or more)", 11),
    Heading("due", "Answer by (our choice)", 13),
    Heading("answer", "Answer", 16, ("agree", "other code", "leave as it is", "exception")),
    Heading("other_code", "Other code", 11),
    Heading("why", "Reason for the answer", 34),
    Heading("cause_found", "Root cause", 13, tuple(CAUSES)),
    Heading("answered_by", "Answered by", 18),
    Heading("answered_on", "Answered on", 12),
    Heading("rules", "Rules", 16),
    Heading("findings", "Findings", 20),
)
UPDATES = (
    Heading("service", "Service", 24),
    Heading("employee_number", "Employee number", 16),
    Heading("assignment_number", "Assignment number", 18),
    Heading("position_number", "Position", 12),
    Heading("position_title", "Position title", 30),
    Heading("holders", "Holders affected", 9),
    Heading("field", "Field", 18),
    Heading("current_code", "Current value", 11),
    Heading("current_name", "Current value in words", 28),
    Heading("proposed_code", "Proposed value", 11),
    Heading("fix_type", "How", 16),
    Heading("checks", "Check first", 34),
    Heading("reason", "Reason", 40),
    Heading("evidence", "Evidence", 34),
    Heading("effective_on", "Effective date", 12),
    Heading("decided_by", "Approver", 20),
    Heading("decided_on", "Approved on", 12),
    Heading("esr_lead", "ESR lead", 18),
    Heading("service_request", "Service request", 16),
    Heading("new_position", "New position", 14),
    Heading("rules", "Rules", 16),
    Heading("findings", "Findings", 20),
)
CONTENTS = (
    Heading("sheet", "Sheet", 34),
    Heading("service", "Service", 34),
    Heading("route", "How it is put right", 60),
    Heading("rows", "Rows", 8),
    Heading("oldest", "Oldest (months)", 10),
)
RULES = (
    Heading("id", "Rule", 8),
    Heading("question", "Question", 60),
    Heading("severity", "Severity at most", 30),
    Heading("step", "Step of the review", 24),
    Heading("why", "Why it matters", 60),
    Heading("who", "Who puts it right", 40),
    Heading("how", "How", 60),
    Heading("asked", "Asked this time", 40),
    Heading("found", "Findings", 9),
)


def write_workbook(out: Path, lists: Worklists, found: Review, *, organisation_name: str, made_at: dt.datetime) -> None:
    """Write the worklists: contents, the mass-update sheet, a sheet per service and route, and the rules.

    Every sheet has filters, headings that stay in view and widths that can be read; texts stand there as texts,
    never as formulas. The file can be read by its owner alone, and is either whole or not there.

    Raises:
        WorkbenchError: the file cannot be written.
    """
    import xlsxwriter

    buffer = io.BytesIO()
    safe = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(buffer, safe)
    book.set_properties({"title": f"AHP coding worklists, {organisation_name}", "created": made_at})
    heading = f"{organisation_name}, as at {shown_date(found.period)}"
    private = "Confidential: holds staff numbers. Send each sheet only to those who answer it; delete it when done."
    names: set[str] = set()
    sheets = [(_sheet_name(f"{route} {service}", names), service, route, rows)
              for service, route, rows in lists.sheets()]  # fmt: skip
    contents = [
        {"sheet": name, "service": service, "route": _route(route), "rows": rows.height,
         "oldest": rows["age_months"].max()}
        for name, service, route, rows in sheets
    ]  # fmt: skip
    update = {"sheet": "Mass update", "service": "all", "route": "confirmed corrections, for the ESR lead",
              "rows": lists.updates.height, "oldest": None}  # fmt: skip
    page = _Page(book, "Contents", f"AHP coding worklists. {heading}", private, CONTENTS)
    page.fill([update, *contents])
    page.link_first_column()
    confirmed = "Confirmed corrections, for the ESR lead. The workbench's own layout: nothing has been written to ESR."
    _Page(book, "Mass update", f"{confirmed} {heading}", private, UPDATES).fill(lists.updates.to_dicts())
    for name, service, route, rows in sheets:
        _Page(book, name, f"{service}: {_route(route)}. {heading}", private, TASKS).fill(_shown(rows))
    note = "Each finding is a question to a person. `no feed`: an extract that the rule needs is not loaded."
    _Page(book, "Rules", f"What was asked. {heading}", note, RULES).fill(_rules_asked(found))
    book.close()
    _write_whole(out, buffer.getvalue())


class _Page:
    """One sheet with its headings, to be filled with rows."""

    def __init__(self, book: Any, name: str, title: str, note: str, headings: tuple[Heading, ...]) -> None:
        self._headings = headings
        self._sheet = book.add_worksheet(name)
        self._rows: list[dict[str, Any]] = []
        wrapped = {"text_wrap": True, "valign": "top"}
        # Text is marked as text, so that it stays one when a person edits the cell.
        self._text = book.add_format({**wrapped, "num_format": "@", "quote_prefix": True})
        self._date = book.add_format({**wrapped, "num_format": "dd mmm yyyy", "align": "left"})
        self._count = book.add_format({**wrapped, "num_format": "0"})
        self._fte = book.add_format({**wrapped, "num_format": "0.00"})
        self._link = book.add_format({**wrapped, "font_color": "#005eb8", "underline": 1})
        head = book.add_format({**wrapped, "bold": True, "bg_color": "#e8edee", "bottom": 1})
        self._sheet.write_string(0, 0, _plain(title), book.add_format({"bold": True, "font_size": 13}))
        self._sheet.write_string(1, 0, _plain(note), book.add_format({"italic": True}))
        for place, heading in enumerate(headings):
            self._sheet.set_column(place, place, heading.width)
            self._sheet.write_string(HEADING_LINE - 1, place, heading.label, head)
        self._sheet.freeze_panes(HEADING_LINE, 1)
        self._sheet.set_landscape()
        self._sheet.set_paper(9)
        self._sheet.fit_to_pages(1, 0)
        self._sheet.repeat_rows(HEADING_LINE - 1)

    def fill(self, rows: Iterable[dict[str, Any]]) -> None:
        """Write the rows below the headings, with filters and lists of answers."""
        self._rows = list(rows)
        for line, row in enumerate(self._rows, start=HEADING_LINE):
            for place, heading in enumerate(self._headings):
                self._write(line, place, row.get(heading.name))
        last = max(HEADING_LINE, HEADING_LINE + len(self._rows) - 1)
        self._sheet.autofilter(HEADING_LINE - 1, 0, last, len(self._headings) - 1)
        for place, heading in enumerate(self._headings):
            if heading.answers and self._rows:
                allowed = {"validate": "list", "source": list(heading.answers)}
                self._sheet.data_validation(HEADING_LINE, place, last, place, allowed)

    def link_first_column(self) -> None:
        """Let the first column lead to the sheets that it names."""
        for line, row in enumerate(self._rows, start=HEADING_LINE):
            quoted = str(row["sheet"]).replace("'", "''")
            self._sheet.write_url(line, 0, f"internal:'{quoted}'!A1", self._link, str(row["sheet"]))

    def _write(self, line: int, place: int, value: Any) -> None:
        if isinstance(value, dt.date):
            self._sheet.write_datetime(line, place, dt.datetime(value.year, value.month, value.day), self._date)
        elif isinstance(value, int):
            self._sheet.write_number(line, place, value, self._count)
        elif isinstance(value, float):
            self._sheet.write_number(line, place, value, self._fte)
        elif value:
            self._sheet.write_string(line, place, _plain(str(value)), self._text)
        else:
            self._sheet.write_blank(line, place, None, self._text)


def _plain(text: str) -> str:
    """Return a text that no spreadsheet takes for a command, not even after it was saved as CSV and opened again."""
    text = text if len(text) <= _LONGEST_CELL else f"{text[:_LONGEST_CELL]} ..."
    return f"'{text}" if text.startswith(_COMMANDS) else text


def _shown(rows: pl.DataFrame) -> list[dict[str, Any]]:
    words = {short: words.split(":")[0] for short, words in SEVERITIES.items()}
    return rows.with_columns(pl.col("severity").replace(words)).to_dicts()


def _route(route: str) -> str:
    return ROUTES.get(route, route)


def _rules_asked(found: Review) -> list[dict[str, Any]]:
    now = found.findings.filter(pl.col("state") != "fixed")["rule_id"].to_list()
    asked = {
        row["rule_id"]: "yes" if row["state"] == "ran" else f"no feed: {row['missing']}"
        for row in found.coverage.to_dicts()
    }
    return [
        {"id": rule.id, "question": rule.question, "severity": SEVERITIES[rule.severity], "step": STEPS[rule.step],
         "why": rule.why, "who": rule.who, "how": rule.how, "asked": asked.get(rule.id, "no"),
         "found": now.count(rule.id)}
        for rule in rules().values()
    ]  # fmt: skip


def _sheet_name(wanted: str, taken: set[str]) -> str:
    """Return a name that a sheet may have, different from those taken whatever their case."""
    cleaned = (
        " ".join(re.sub(r"[\[\]:*?/\\]", " ", wanted).split()).strip("' ")[:_LONGEST_SHEET_NAME].strip("' ") or "Sheet"
    )
    name, number = cleaned, 1
    while name.casefold() in taken | {"contents", "mass update", "rules", "history"}:
        number += 1
        ending = f" {number}"
        name = cleaned[: _LONGEST_SHEET_NAME - len(ending)] + ending
    taken.add(name.casefold())
    return name


def _write_whole(out: Path, content: bytes) -> None:
    new = out.with_name(f".{out.name}.{os.getpid()}.new")
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0), 0o600)
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(content)
        new.replace(out)
    except OSError as problem:
        new.unlink(missing_ok=True)
        raise WorkbenchError(
            f"The workbook {str(out)!r} cannot be written ({type(problem).__name__}). Close it if it is open in "
            "Excel, or choose another place."
        ) from None
