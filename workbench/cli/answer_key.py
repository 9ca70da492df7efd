"""`workbench answer-key`: precision and recall of the coding review's rules on a sample with planted errors."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from workbench.settings import Settings

if TYPE_CHECKING:
    from workbench.coding.answer_key import AnswerKey, RuleScore


@click.command("answer-key")
@click.argument("key", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--as-at", metavar="DATE", help="Date as yyyy-mm-dd; the latest month that is loaded when left out.")
@click.option("--json", "as_json", is_flag=True, help="Print the numbers as JSON.")
@click.pass_obj
def answer_key(settings: Settings, key: Path, as_at: str | None, as_json: bool) -> None:
    """Say how many planted errors of a sample the coding review finds, and what else.

    KEY is the planted.csv that `workbench sample` writes; the sample must be loaded. Recall is the share of planted
    errors that a rule finds, precision the share of its findings that were planted. Organisations that the key does
    not name are left out.
    """
    from workbench.coding.answer_key import AnswerKey, found_at, read_key
    from workbench.workbench import Workbench

    named = set(read_key(key)["organisation_code"])
    opened = Workbench.open(settings=settings)
    codes = [code for code in opened.organisations if code in named]
    months = {code: _month(opened, code, as_at) for code in codes}
    if not months:
        raise click.UsageError(
            f"No organisation of {key.name!r} is loaded. Load its sample first: `workbench load data/sample`."
        )
    known = AnswerKey(key, opened.snapshot, settings, months)
    scores = known.rule_scores(found_at(opened.snapshot, months))
    click.echo(_as_json(known, scores) if as_json else _in_words(known, scores))


def _month(opened: Any, code: str, as_at: str | None) -> Any:
    from workbench.periods import last_completed_month_end

    return last_completed_month_end(opened.as_at(code, as_at)) if as_at else opened.months(code)[-1]


def _totals(scores: list[RuleScore]) -> RuleScore:
    from workbench.coding.answer_key import RuleScore

    return RuleScore(
        "all",
        sum(one.planted for one in scores),
        sum(one.found for one in scores),
        tuple(entry for one in scores for entry in one.missed),
        tuple(row for one in scores for row in one.unplanted),
    )


def _as_json(known: AnswerKey, scores: list[RuleScore]) -> str:
    rows = [
        {
            "rule": one.rule_id,
            "planted": one.planted,
            "planted_and_found": one.planted - len(one.missed),
            "findings": one.found,
            "findings_planted": one.found - len(one.unplanted),
            "recall": one.recall,
            "precision": one.precision,
        }
        for one in [*scores, _totals(scores)]
    ]
    codes = known.suggestion_score()
    return json.dumps(
        {
            "months": {code: month.isoformat() for code, month in known.months.items()},
            "rules": rows[:-1],
            "all_rules": rows[-1],
            "suggested_codes": {
                "offered": codes.offered,
                "right": codes.right,
                "high_confidence": codes.sure,
                "high_confidence_right": codes.sure_and_right,
                "not_offered": codes.declined,
            },
        },
        indent=2,
    )


def _in_words(known: AnswerKey, scores: list[RuleScore]) -> str:
    from workbench.cli.tables import aligned
    from workbench.periods import shown_date

    rows = [
        (
            one.rule_id,
            one.planted,
            one.planted - len(one.missed),
            _share(one.recall),
            one.found,
            one.found - len(one.unplanted),
            _share(one.precision),
        )
        for one in [*scores, _totals(scores)]
    ]
    heads = ("rule", "planted", "of them found", "recall", "findings", "of them planted", "precision")
    codes = known.suggestion_score()
    looked_at = ", ".join(f"{code} at {shown_date(month)}" for code, month in known.months.items())
    return "\n".join(
        [
            f"Planted errors of the sample and what the rules find: {looked_at}.",
            "",
            aligned(heads, rows),
            "",
            f"Codes are suggested for {codes.offered} records, and right for {codes.right}"
            f" ({_share(codes.right / codes.offered if codes.offered else None)}); with high confidence for"
            f" {codes.sure}, and right for {codes.sure_and_right}. For {codes.declined} records of the key none can"
            " be named, and the reason is given.",
            "Rules without planted errors are left out.",
        ]
    )


def _share(value: float | None) -> str:
    return "n/a" if value is None else f"{100 * value:.1f}%"
