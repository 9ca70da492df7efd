"""The reconciliation as an Excel workbook: match rates first, then the pairs, the lines and the exceptions."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

from workbench.attainment.reconciliation.reconcile import Reconciliation
from workbench.exhibits.workbook import Heading, Sheet, write_sheets
from workbench.periods import shown_date

CONTENTS = (
    Heading("sheet", "Sheet", 24),
    Heading("rows", "Rows", 9),
    Heading("holds", "What it holds", 90),
)
MATCHES = (
    Heading("key", "Key", 28),
    Heading("left", "Source", 18),
    Heading("right", "Compared with", 18),
    Heading("matched", "In both", 10),
    Heading("after_tidying", "Of these, not spelt alike", 13),
    Heading("left_only", "In the first alone", 12),
    Heading("right_only", "In the second alone", 12),
    Heading("ambiguous", "Ambiguous", 12),
    Heading("matched_share", "In both, % of all", 12),
)
SOURCES = (
    Heading("source", "Source", 20),
    Heading("as_of", "As of", 13),
    Heading("days_apart", "Days from the staff list", 14),
    Heading("is_far", "Too far apart", 11),
    Heading("records", "Records", 11),
)
PAIRS = (
    Heading("pair", "Pair", 36),
    Heading("base", "Base", 20),
    Heading("lines", "Lines", 8),
    Heading("agree", "Agree", 8),
    Heading("differs", "Differ", 8),
    Heading("missing", "Missing in one", 10),
    Heading("base_wte", "WTE of the base", 12),
    Heading("other_wte", "WTE of the other", 12),
    Heading("net_wte", "Net mismatch, WTE", 12),
    Heading("gross_wte", "Gross mismatch, WTE", 12),
    Heading("gross_share", "Gross mismatch, % of the base", 14),
)
LINES = (
    Heading("cost_centre", "Cost centre", 13),
    Heading("staff_group", "Staff group", 32),
    Heading("team", "Team", 26),
    Heading("in_post", "ESR in post, WTE", 11),
    Heading("away", "Of it absent or seconded", 12),
    Heading("heads", "Assignments", 12),
    Heading("positions_shared", "Positions with several people", 13),
    Heading("contracted", "Ledger contracted, WTE", 11),
    Heading("budget", "Ledger budget, WTE", 11),
    Heading("template_net", "Template net, WTE", 11),
    Heading("template_gross", "Template with headroom, WTE", 13),
    Heading("convention", "Headroom convention", 12),
    Heading("in_scope_wte", "In scope of job planning, WTE", 13),
    Heading("planned", "Job plans, WTE", 11),
    Heading("contracted_verdict", "ESR and ledger contracted", 18),
    Heading("budget_verdict", "ESR and ledger budget", 18),
    Heading("template_verdict", "Template and ledger budget", 18),
    Heading("plan_verdict", "ESR in scope and job plans", 18),
    Heading("agrees", "Line agrees", 9),
    Heading("vacancy", "Vacancy, WTE", 10),
    Heading("vacancy_rate", "Vacancy rate, % of the budget", 13),
    Heading("establishment", "Establishment", 17),
)
EXCEPTIONS = (
    Heading("exception_id", "Exception", 19),
    Heading("pair", "Pair", 26),
    Heading("question", "What was found", 38),
    Heading("cost_centre", "Cost centre", 13),
    Heading("staff_group", "Staff group", 28),
    Heading("team", "Team", 24),
    Heading("person_key", "Person (pseudonym)", 22),
    Heading("assignment_key", "Assignment (pseudonym)", 22),
    Heading("plan_id", "Plan", 12),
    Heading("field", "Field", 18),
    Heading("left", "Source", 15),
    Heading("left_value", "Value", 18),
    Heading("left_as_of", "As of", 12),
    Heading("right", "Compared with", 15),
    Heading("right_value", "Value", 18),
    Heading("right_as_of", "As of", 12),
    Heading("difference", "Difference", 11),
    Heading("tolerance", "Tolerance", 10),
    Heading("unit", "Unit", 13),
    Heading("detail", "Detail", 48),
    Heading("is_far", "Sources too far apart", 11),
    Heading("first_seen", "There since", 12),
    Heading("age_days", "Age in days", 9),
    Heading("age_is_minimum", "At least", 9),
    Heading("owner", "Owner", 22),
    Heading("cause", "Usual cause", 16),
    Heading("status", "Status", 11),
    Heading("reason", "Accepted because", 30),
    Heading("accepted_by", "Accepted by", 20),
)
MOVEMENT = (
    Heading("month", "Month end", 13),
    Heading("opened", "Opened", 9),
    Heading("closed", "Closed", 9),
    Heading("open", "Open", 9),
    Heading("median_days_to_close", "Median days to close", 14),
)


def write_workbook(out: Path, found: Reconciliation, *, organisation_name: str, made_at: dt.datetime) -> None:
    """Write the reconciliation, a sheet per table. It holds pseudonyms and no staff number.

    Raises:
        WorkbenchError: the file cannot be written.
    """
    title = f"{organisation_name}, as at {shown_date(found.period)}"
    movement = [] if found.movement is None else found.movement.to_dicts()
    tables: list[tuple[str, str, tuple[Heading, ...], list[dict[str, Any]]]] = [
        ("Match rates", "How far the keys meet: nothing was joined that is not counted here.", MATCHES,
         found.matches.to_dicts()),
        ("Sources", " ".join(found.warnings) or "Dates of the sources.", SOURCES, found.dates.to_dicts()),
        ("Pairs", "Net hides misses one way behind misses the other way; gross adds them without signs.", PAIRS,
         found.totals.to_dicts()),
        ("Lines", "One line per cost centre and staff group, in whole-time equivalents.", LINES,
         found.lines.to_dicts()),
        ("Exceptions", "Each is a question to its owner: nothing has been corrected. People stand as pseudonyms.",
         EXCEPTIONS, found.exceptions.to_dicts()),
        ("Opened and closed", "Exceptions month by month; a value that changes closes one and opens another.",
         MOVEMENT, movement),
    ]  # fmt: skip
    contents = [{"sheet": name, "rows": len(rows), "holds": note} for name, note, _, rows in tables]
    note = "Confidential: send it to those who answer it, and delete it when done."
    sheets = [Sheet("Contents", f"Do the systems agree? {title}", note, CONTENTS, contents, is_contents=True)]
    sheets += [Sheet(name, f"{name}. {title}", said, headings, rows) for name, said, headings, rows in tables]
    write_sheets(out, sheets, title=f"Reconciliation, {organisation_name}", made_at=made_at)
