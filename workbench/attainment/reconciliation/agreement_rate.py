"""The share of lines on which e-job plans, ledger, roster templates and ESR agree."""

from __future__ import annotations

import datetime as dt

import polars as pl

from workbench.attainment.reconciliation.four_way import AGREE, NOT_APPLICABLE, four_way
from workbench.attainment.reconciliation.sources import Sources, read_plans, read_sources
from workbench.attainment.reconciliation.tolerances import Tolerances
from workbench.measures.coverage import add_up, months_asked, months_loaded, months_missing
from workbench.measures.request import MeasureRequest
from workbench.warehouse.snapshot import Snapshot

#: Which pair decides, by the value of the option: the column of its verdict.
PAIRS = {
    "esr_contracted": "contracted_verdict",
    "esr_budget": "budget_verdict",
    "template_budget": "template_verdict",
    "esr_plan": "plan_verdict",
}
_SUMS = ("numerator", "denominator", "numerator_people", "denominator_people")


def reconciliation_agreement(snapshot: Snapshot, request: MeasureRequest) -> tuple[pl.DataFrame, dict[str, object]]:
    """Count the lines on which every pair of sources agrees that applies, and the lines to which any pair applies.

    A line is a cost centre and staff group. Tolerances are those that hold without any setting, so that the measure
    means the same everywhere; `workbench reconcile` uses the local ones. See
    docs/methodology/reconciliation_agreement.md.

    Returns:
        The dimensions asked for with `numerator` and `denominator` in lines, and the heads in post on them. A month
        without staff list, or without any ledger by then, is unknown.
    """
    loaded = months_loaded(snapshot, request.organisation)
    tolerances, pair = Tolerances(), request.options["pair"]
    register = read_plans(snapshot, request.organisation)
    months, frames, at_last = {}, [], None
    for month, known in months_asked(request, loaded).items():
        at_last = read_sources(snapshot, tolerances, request.organisation, month, register) if known else None
        if at_last is not None and at_last.ledger is None:
            at_last = None
        months[month] = at_last is not None
        if at_last is not None:
            frames.append(_counted(at_last, tolerances, pair, request, month))
    kinds = {name: pl.Date if name == "month" else pl.String for name in ("month", *request.by)}
    schema = {**kinds, **dict.fromkeys(_SUMS, pl.Int64)}
    rows = pl.concat([pl.DataFrame(schema=schema), *frames])
    stamp: dict[str, object] = {
        "window": "every month end shown" if request.by_month else f"the month end {request.month}",
        "scope": f"one organisation ({request.organisation})",
        "population": "cost centres and staff groups with staff in post, WTE in the ledger or a roster template",
        "pair": pair,
        "tolerances": f"{tolerances.wte_tolerance} WTE a line, {tolerances.pa_tolerance} programmed activities a plan",
        "local_choices": "those that hold without any setting",
        "months_missing": months_missing(request, loaded),
        **(_account(at_last) if at_last else {}),
    }
    return add_up(rows, request.by, _SUMS, months=months), stamp


def _counted(
    sources: Sources, tolerances: Tolerances, pair: str, request: MeasureRequest, month: dt.date
) -> pl.DataFrame:
    lines = four_way(sources, tolerances)
    if pair == "all":
        judged = lines.filter(pl.col("agrees").is_not_null())
    else:
        verdict = pl.col(PAIRS[pair])
        judged = lines.filter(verdict != NOT_APPLICABLE).with_columns(agrees=verdict == AGREE)
    given = {"month": pl.lit(month, pl.Date), "organisation": pl.lit(request.organisation)}
    dimensions = list(dict.fromkeys(("month", *request.by)))
    return (
        judged.with_columns(expression.alias(name) for name, expression in given.items())
        .group_by(dimensions)
        .agg(
            numerator=pl.col("agrees").sum().cast(pl.Int64),
            denominator=pl.len().cast(pl.Int64),
            numerator_people=pl.col("heads").filter("agrees").sum().cast(pl.Int64),
            denominator_people=pl.col("heads").sum().cast(pl.Int64),
        )
        .select(*dimensions, *_SUMS)
    )


def _account(sources: Sources) -> dict[str, object]:
    absent = sources.dates.filter(pl.col("records") == 0)["source"].to_list()
    return {"sources_not_loaded": absent, "sources_far_apart": sources.far_apart}
