"""Which file carries which extract, and the page and answer key beside them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from workbench.reference.code_lists import codes_of
from workbench.sample import files
from workbench.sample.files import Outlet
from workbench.sample.planted_errors.answer_key import Planted, answer_key
from workbench.sample.planted_errors.rows import plant_rows
from workbench.sample.staff_in_post import COLUMNS

if TYPE_CHECKING:
    from workbench.sample.build import SampleSummary, Workforce

# Extracts of the shared service as a whole: one file for all organisations.
_SHARED = ("organisations", "shared_service_agreements")
# Rows are planted in the extract of one kind of organisation each.
_ROWS_PLANTED = {
    ("staff_in_post", "utf8"), ("absence", "utf8"), ("compliance", "utf8"), ("leavers", "windows"),
    ("job_plans", "windows"),
}  # fmt: skip
_LEDGER_TOTALS = ("budget_wte", "contracted_wte", "worked_wte", "budget_amount", "actual_amount")
_LABELLED = {
    "staff_group": "staff_group", "contract_type": "contract_type", "assignment_status": "assignment_status",
    "leaving_reason": "leaving_reason", "destination_on_leaving": "leaving_destination",
    "recruitment_source": "recruitment_source", "registration_body": "registration_body",
    "registration_type": "registration_type", "absence_type": "absence_type", "reason": "sickness_reason",
    "gender": "gender", "disability": "disability", "sexual_orientation": "sexual_orientation",
}  # fmt: skip


def write_sample(workforce: Workforce, folder: Path, format: str | None) -> SampleSummary:
    """Write every extract, the answer key and the page about the sample."""
    from workbench.sample.build import SampleSummary

    outlet = Outlet(folder)
    planted: list[Planted] = []
    carriers: dict[tuple[str, str], str] = {}
    for extract, frame in workforce.extracts.items():
        if extract in _SHARED:
            _write_plain(outlet, extract, extract, frame, format)
            continue
        for one in workforce.organisations:
            own = frame.filter(pl.col("organisation_code") == one.code)
            if extract == "staff_in_post":
                own = own.select(COLUMNS)
            if not own.height:
                continue
            if format is not None:
                name = _write_plain(outlet, f"{one.code}_{extract}", extract, own, format)
            else:
                name, found = _write_in_manner(outlet, one.code, files.manner_of(one.kind), extract, own)
                planted += found
            carriers[(one.code, extract)] = name
    planted += [one.found_in(carriers.get((one.organisation_code, one.extract), "")) for one in workforce.planted]
    key = answer_key(planted)
    outlet.keep("planted.csv", "", key.height, key.write_csv(line_terminator="\n").encode())
    page = _page(workforce, outlet, key, format)
    outlet.keep("README.md", "", 0, page.encode())
    rows: dict[str, int] = {}
    for file in outlet.files:
        if file.extract:
            rows[file.extract] = rows.get(file.extract, 0) + file.rows
    return SampleSummary(folder, len(outlet.files), rows, sum(file.size for file in outlet.files), key.height)


def _write_plain(outlet: Outlet, stem: str, extract: str, frame: pl.DataFrame, format: str | None) -> str:
    """Write canonical names, ISO dates, UTF-8: nothing that a reader would have to work out."""
    if format == "parquet":
        name, content = f"{stem}.parquet", files.parquet_bytes(frame)
    else:
        name, content = f"{stem}.csv", files.as_text(frame, "utf8").write_csv(line_terminator="\n").encode()
    outlet.keep(name, extract, frame.height, content)
    return name


def _write_in_manner(
    outlet: Outlet, organisation: str, manner: str, extract: str, own: pl.DataFrame
) -> tuple[str, list[Planted]]:
    stem = f"{organisation}_{extract}"
    if extract == "staff_in_post":
        months = own["period"].unique().sort()
        first, last = months[0], months[-1]
        if manner == "utf8" and first != last:
            history = own.filter(pl.col("period") < last)
            own = own.filter(pl.col("period") == last)
            name = f"{stem}_{first:%Y-%m}_{months[-2]:%Y-%m}"
            _write_lines(outlet, name, extract, organisation, manner, history, large=True, plant=False)
            first = last
        stem += f"_{last:%Y-%m}" if first == last else f"_{first:%Y-%m}_{last:%Y-%m}"
    if manner == "workbook":
        return _write_third_manner(outlet, stem, extract, organisation, own)
    plant = (extract, manner) in _ROWS_PLANTED
    # The newest month stays readable in any editor: it is the file that people look at first.
    large = files.is_large(extract) and not (extract == "staff_in_post" and plant)
    return _write_lines(outlet, stem, extract, organisation, manner, own, large=large, plant=plant)


def _write_lines(
    outlet: Outlet, stem: str, extract: str, organisation: str, manner: str, own: pl.DataFrame, *, large: bool,
    plant: bool,
) -> tuple[str, list[Planted]]:  # fmt: skip
    text = _labelled(own) if manner == "windows" else own
    lines = files.csv_lines(text, manner, extract)
    planted: list[Planted] = []
    if plant:
        lines, planted = plant_rows(extract, organisation, lines, own.columns)
    content = files.csv_bytes(lines, manner)
    name = f"{stem}.csv.gz" if large else f"{stem}.csv"
    outlet.keep(name, extract, len(lines) - 1, files.gzipped(content) if large else content)
    return name, [one.found_in(name) for one in planted]


def _write_third_manner(
    outlet: Outlet, stem: str, extract: str, organisation: str, own: pl.DataFrame
) -> tuple[str, list[Planted]]:
    if files.is_workbook(extract):
        name, totals = f"{stem}.xlsx", _LEDGER_TOTALS if extract == "ledger" else ()
        title = f"{files.titled(extract)}: {organisation}"
        outlet.keep(name, extract, own.height, files.workbook_bytes(own, title, files.titled(extract), totals))
        if not totals:
            return name, []
        line = str(files.WORKBOOK_HEADER_LINE + own.height + 1)
        what = "A total below the rows: left out"
        return name, [Planted("row", extract, line, "", what, "total_row", organisation, "row_dropped", name)]
    if files.is_large(extract):
        name = f"{stem}.parquet"
        outlet.keep(name, extract, own.height, files.parquet_bytes(own))
        return name, []
    return _write_lines(outlet, stem, extract, organisation, "utf8", own, large=False, plant=False)


def _labelled(own: pl.DataFrame) -> pl.DataFrame:
    """Write labels for codes, and job roles under their staff group, because role names repeat across groups."""
    groups, roles = _labels("staff_group"), _labels("job_role")
    if "job_role" in own.columns:
        under = {code: f"{groups[code[:2]]} | {label}" for code, label in roles.items()}
        own = own.with_columns(pl.col("job_role").replace(under))
    present = {column: _labels(name) for column, name in _LABELLED.items() if column in own.columns}
    if "registration_body" in own.columns:
        present["status"] = _labels("registration_status")
    return files.with_labels(own, present)


def _labels(name: str) -> dict[str, str]:
    known = codes_of(name).filter(pl.col("code").is_not_null())
    return dict(zip(known["code"], known["label"], strict=True))


def _page(workforce: Workforce, outlet: Outlet, key: pl.DataFrame, format: str | None) -> str:
    kinds = key.group_by("kind", "rule").len().sort("kind", "rule")
    named = "".join(f"- `{one.code}` {one.name}: {one.kind}\n" for one in workforce.organisations)
    listing = "".join(f"| `{file.name}` | {file.extract} | {file.rows:,} |\n" for file in outlet.files if file.extract)
    planted = "".join(f"| {kind} | `{rule}` | {count} |\n" for kind, rule, count in kinds.iter_rows())
    first, last = workforce.months[0], workforce.months[-1]
    staff = workforce.extracts["staff_in_post"].filter(pl.col("period") == last)
    people = staff.select("organisation_code", "employee_number").n_unique()
    return _PAGE.format(
        named=named, listing=listing, planted=planted, months=len(workforce.months), first=first, last=last,
        seed=workforce.seed, people=f"{people:,}", plain="" if format is None else f" --format {format}",
        count=len(workforce.organisations), staff=workforce.staff,
    )  # fmt: skip


_PAGE = """# Sample workforce (fictional)

Every organisation, person, number and judgement in these extracts is made up. No row describes a real person or a
real trust; any likeness is chance. Staff, assignment and registration numbers were drawn by a program.

{named}
{months} month ends, {first} to {last}; {people} people in post at the last one. Made by

    workbench sample OUT --organisations {count} --staff {staff} --months {months} --seed {seed}{plain}

which rebuilds the same files, byte for byte, with the locked versions of the libraries. In the repository a folder
`published/` stands beside them; it is the exception: real figures that NHS England published, with their source.

## Files

| file | extract | rows |
|---|---|---:|
{listing}
The three organisations write in three manners on purpose: UTF-8 with ISO dates and codes; Windows-1252 with
dd/mm/yyyy, report headers and labels; Parquet, and workbooks with title rows. Registrations of allied health
professionals are checked once a month; for doctors, nurses and others only the last check is kept. Self-service and
compliance cover the last three quarter ends, roster sessions the last quarter, the ledger the last eighteen months.

## Planted errors

`planted.csv` is the answer key: what was made wrong on purpose, where, and which rule should find it. Other rows are
meant to be clean against the same rules. Rules about change over time (PRO) and information on registrations that
end soon are not in the key. `key` is a line of the file for rows that the reader judges, else an assignment, staff or
position number, or `cost centre/staff group`.

| kind | rule | planted |
|---|---|---:|
{planted}"""
