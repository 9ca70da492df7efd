"""The data dictionary, written from the contracts, so that it cannot say anything else than what is read.

python -m workbench.extracts.dictionary > docs/data_dictionary.md
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

from workbench.extracts.contracts import RESEND_WORDS, TYPE_WORDS, Column, Contract, contracts

_INTRODUCTION = """\
# Data dictionary

Every extract that the workbench reads, column by column. This page is written from `workbench/extracts/contracts/`;
to change it, change the contract and run `python -m workbench.extracts.dictionary > docs/data_dictionary.md`.

Headers are matched without regard to case, spaces and punctuation. Other spellings that are known stand in
`workbench/extracts/header_maps/`; add your own in `header_maps/<extract>.toml` in the workbench's data folder. Columns
that an extract does not have are left out, and the load says so.

## How files are read

- **Formats:** CSV (comma, semicolon, tab or vertical bar; UTF-8, UTF-16 or Windows-1252; also gzipped), XLSX (the sheet
  that fits, header below any title rows) and Parquet.
- **Dates:** yyyy-mm-dd, dd/mm/yyyy, dd-Mon-yyyy, or real Excel dates; a time of day after the date is left out. Years
  have four digits.
- **Numbers:** thousands may have commas; amounts may have a pound sign, and brackets when negative. Five decimals are
  kept.
- **Yes or no:** Y, N, Yes, No, True, False, 1 or 0.
- **Blank** is never nought: a blank cell stays unknown.
- **Identifiers** stay text, with their leading zeros.
- A **required** cell that is blank or cannot be read refuses its row; an optional cell that cannot be read is blanked,
  recorded, and the row kept. A `period` that is not the last day of a month refuses the row.
- Of rows with the same **key** in one file, identical ones are kept once; differing ones are all refused.
- **Total rows** are left out, with a record.
- Each refused row or blanked cell is recorded with file, line, column, rule and reason, never with the value.

## What stands for personal data

| in the file | in the warehouse |
|---|---|
| staff number (also a supervisor's) | `person_key` (`supervisor_person_key`): a keyed pseudonym, \
the same in every extract and month of one organisation |
| assignment number | `assignment_key`: a keyed pseudonym; `assignment_order`: 1, 2, ... \
by assignment number within person and month |
| registration number | `registration_key`: a keyed pseudonym |
| date of birth | `age_band` at the period: <25, 25-34, 35-44, 45-54, 55-59, 60-64, 65+ |
| names, addresses, postcodes, bank details, National Insurance numbers, telephone, e-mail \
| nothing: left out unread, and the load says so |
"""


def lines() -> Iterator[str]:
    """Write the data dictionary line by line, in Markdown."""
    yield from _INTRODUCTION.splitlines()
    yield ""
    yield "## Extracts"
    yield ""
    yield "| extract | one row is | carries |"
    yield "|---|---|---|"
    for contract in contracts().values():
        yield f"| [{contract.name}](#{contract.name}) | {contract.grain} | {contract.description} |"
    for contract in contracts().values():
        yield from _section(contract)


def text() -> str:
    """Return the data dictionary as it stands in docs/data_dictionary.md."""
    return "\n".join(lines()) + "\n"


def _section(contract: Contract) -> Iterator[str]:
    yield ""
    yield f"### {contract.name}"
    yield ""
    yield f"{contract.description} One row is one {contract.grain}."
    yield ""
    yield f"- Key: {', '.join(f'`{name}`' for name in contract.key)}"
    yield f"- Sent again: {RESEND_WORDS[contract.resend]}"
    names = ", ".join(f"`{pattern}`" for pattern in contract.file_names)
    yield f"- Recognised by file names like {names}, or by headers."
    yield ""
    yield "| column | type | required | meaning |"
    yield "|---|---|---|---|"
    for column in contract.columns:
        required = "yes" if column.required else ""
        yield f"| `{column.name}` | {TYPE_WORDS[column.type]} | {required} | {column.description}{_list_of(column)} |"


def _list_of(column: Column) -> str:
    if column.values:
        return f". Words: {', '.join(column.values)}"
    if column.list_name == "none":
        return ". Not checked: no public list"
    return f". List: {column.list_name}" if column.list_name else ""


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    sys.stdout.write(text())
