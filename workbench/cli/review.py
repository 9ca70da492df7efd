"""`workbench review`: what is doubtful about the coding of AHPs, and the worklists to put it right."""

from __future__ import annotations

import getpass
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from workbench.settings import Settings

if TYPE_CHECKING:
    from workbench.coding.review import Review
    from workbench.workbench import Workbench


@click.command()
@click.option("--organisation", required=True, metavar="CODE", help="Code of the organisation, such as XAA.")
@click.option("--as-at", required=True, metavar="DATE", help="Date as yyyy-mm-dd; inside a month: the month before.")
@click.option("--json", "as_json", is_flag=True, help="Print every finding as JSON, without staff numbers.")
@click.option(
    "--xlsx",
    "workbook",
    metavar="OUT",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the worklists to an Excel workbook, with staff numbers; the vault's opening is written down.",
)
@click.option("--person", metavar="NAME", help="Who opens the vault, with --xlsx; the name you are signed in with.")
@click.option("--purpose", metavar="TEXT", help="What the vault is opened for, with --xlsx.")
@click.option("--approver", metavar="NAME", default="", help="Who agreed to the vault's opening, with --xlsx.")
@click.option(
    "--answers",
    metavar="FILE",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Record the answers of a worklist workbook that came back; needs --by.",
)
@click.option("--by", metavar="NAME", default="", help="Who reads the answers in, with --answers.")
@click.pass_obj
def review(
    settings: Settings,
    organisation: str,
    as_at: str,
    as_json: bool,
    workbook: Path | None,
    person: str | None,
    purpose: str | None,
    approver: str,
    answers: Path | None,
    by: str,
) -> int:
    """List what is doubtful about the coding of AHPs, or write the worklists.

    Each finding is a question to a person: nothing is corrected, and nothing is written to ESR. People stand in the
    JSON as pseudonyms; staff numbers stand in the workbook alone. Exit code: 1 when an answer was refused.
    """
    from workbench.workbench import Workbench

    if as_json and workbook:
        raise click.UsageError("Choose `--json` or `--xlsx`, not both.")
    if workbook and workbook.suffix.lower() != ".xlsx":
        raise click.UsageError(f"`--xlsx` writes an Excel workbook: name it like worklist.xlsx, not {workbook.name!r}.")
    if answers and workbook:
        raise click.UsageError("Choose `--answers` or `--xlsx`, not both.")
    if answers and not by.strip():
        raise click.UsageError("Say who reads the answers in: `--by NAME`.")
    opened = Workbench.open(settings=settings)
    found = _reviewed(opened, organisation, as_at)
    if answers:
        return _read_back(opened, found, answers, by.strip(), as_json=as_json)
    if as_json:
        click.echo(json.dumps(_as_json(opened, found), indent=2, ensure_ascii=False))
    elif workbook:
        click.echo(_written(opened, found, workbook, person, purpose, approver))
    else:
        click.echo(_in_words(opened, found))
    return 0


def _read_back(opened: Workbench, found: Review, file: Path, person: str, *, as_json: bool) -> int:
    from workbench.coding.returned_answers import read_answers
    from workbench.coding.suggestions import listed_codes

    codes = {code for code, listed in listed_codes(opened.snapshot).items() if listed.is_currently_valid}
    read = read_answers(file, found, opened.settings, codes, person=person)
    refused = [{"sheet": row.sheet, "line": row.line, "reason": reason} for row, reason in read.refused]
    if as_json:
        told = {
            "file": file.name,
            "decisions": read.decisions,
            "recorded": [{"sheet": row.sheet, "line": row.line} for row in read.recorded],
            "recorded_before": [{"sheet": row.sheet, "line": row.line} for row in read.known],
            "refused": refused,
        }
        click.echo(json.dumps(told, indent=2, ensure_ascii=False))
    else:
        lines = [f"{len(read.recorded):,} rows recorded ({read.decisions:,} decisions) in the name of {person}."]
        if read.known:
            lines.append(f"{len(read.known):,} rows had been recorded before.")
        lines += [f"Refused: {one['sheet']}, line {one['line']}: {one['reason']}" for one in refused]
        click.echo("\n".join(lines))
    return int(bool(refused))


def _reviewed(opened: Workbench, organisation: str, as_at: str) -> Review:
    from workbench.coding.review import review as look_at

    code = opened.organisation(organisation)
    return look_at(opened.snapshot, opened.settings, organisation=code, as_at=opened.as_at(code, as_at))


def _as_json(opened: Workbench, found: Review) -> dict[str, Any]:
    from workbench.coding.rules import ROUTES, STEPS, rules

    rows = []
    for row in found.findings.to_dicts():
        rule = rules()[row["rule_id"]]
        told = {"finding_id": row.pop("finding_id"), "rule": row.pop("rule_id"), "question": rule.question}
        words = {"subject": rule.subject, "step_name": STEPS.get(row["step"]), "route_name": ROUTES.get(row["route"])}
        rows.append({**told, **words, **{name: _plain(value) for name, value in row.items()}})
    return {
        "organisation": found.organisation,
        "organisation_name": opened.organisations[found.organisation],
        "as_at": found.as_at.isoformat(),
        "period": found.period.isoformat(),
        "snapshot": found.snapshot,
        "rules": found.coverage.rename({"rule_id": "rule"}).to_dicts(),
        "count": len(rows),
        "open": found.open.height,
        "findings": rows,
    }


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value


def _written(
    opened: Workbench, found: Review, out: Path, person: str | None, purpose: str | None, approver: str
) -> str:
    from workbench.coding.worklist import Opening, worklists
    from workbench.coding.worklist_workbook import write_workbook

    opening = Opening(
        person=getpass.getuser() if person is None else person,
        purpose=f"AHP coding worklists of {found.organisation}, {found.period}" if purpose is None else purpose,
        approver=approver,
    )
    lists = worklists(found, opened.settings, opening)
    name = opened.organisations[found.organisation]
    write_workbook(out, lists, found, organisation_name=name, made_at=opened.snapshot.created_at)
    sheets = lists.sheets()
    return (
        f"Wrote {lists.tasks.height:,} decisions on {len(sheets)} sheets and confirmed corrections "
        f"({lists.updates.height:,}) to {out}. "
        f"It holds staff numbers: its making is written down under {opening.person!r}."
    )


def _in_words(opened: Workbench, found: Review) -> str:
    import polars as pl

    from workbench.cli.tables import aligned
    from workbench.coding.rules import ROUTES, SEVERITIES, rules
    from workbench.periods import shown_date

    waiting = found.open
    title = f"{opened.organisations[found.organisation]}, as at {shown_date(found.period)}"
    lines = [f"{waiting.height:,} open findings. {title}, snapshot {found.snapshot}.", ""]
    counts = waiting.group_by("rule_id").agg(
        *(pl.col("severity").eq(one).sum().alias(one) for one in SEVERITIES), oldest=pl.col("age_months").max()
    )
    by_rule = [
        (row["rule_id"], *(row[one] or "" for one in SEVERITIES), row["oldest"], rules()[row["rule_id"]].question)
        for row in counts.sort("rule_id").to_dicts()
    ]
    if by_rule:
        heads = ("rule", "error", "review", "information", "oldest (months)", "question")
        lines += [aligned(heads, by_rule, widest=70), ""]
    per_route = waiting.group_by("route").len().sort("len", "route", descending=[True, False])
    lines += [f"{count:>6,}  {ROUTES.get(route, route)}" for route, count in per_route.iter_rows()]
    for state, words in (("accepted", "confirmed"), ("rejected", "challenged"), ("exception", "left by exception"),
                         ("fixed", "gone since the month before")):  # fmt: skip
        if number := found.findings.filter(pl.col("state") == state).height:
            lines.append(f"{number:>6,}  {words}")
    unasked = found.coverage.filter(pl.col("state") != "ran")
    if unasked.height:
        said = [f"{rule_id} (needs {missing})" for rule_id, _, missing in unasked.sort("rule_id").iter_rows()]
        lines += ["", f"Not asked, as an extract is not loaded: {'; '.join(said)}."]
    lines += ["", "The worklists: `--xlsx FILE`. Every finding: `--json`."]
    return "\n".join(lines)
