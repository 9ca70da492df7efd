"""The four systems side by side: one line per cost centre and staff group, in whole-time equivalents.

A line agrees when no pair of its sources differs and none is missing. What does not apply to a line is not missing:
ward-only staff need no job plan, clinic-only staff no roster template, and a source that is not loaded at all decides
nothing.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from workbench.attainment.reconciliation.sources import Sources
from workbench.attainment.reconciliation.tolerances import MEDICAL, Tolerances
from workbench.attainment.scope import CLINICAL_STAFF_GROUPS

AGREE, DIFFERS, NOT_APPLICABLE = "agree", "differs", "not applicable"
MISSING = "missing in {}"
_LINE = ["cost_centre", "group_code"]

#: The pairs of a line: column of the verdict, base, other, and what the two are.
LINE_PAIRS: Mapping[str, tuple[str, str, str]] = {
    "contracted": ("in_post", "contracted", "ESR in post and ledger contracted"),
    "budget": ("in_post", "budget", "ESR in post and ledger budget"),
    "template": ("template_gross", "budget", "roster template and ledger budget"),
    "plan": ("in_scope_wte", "planned", "ESR in scope and job plans"),
}
VERDICTS = tuple(f"{name}_verdict" for name in LINE_PAIRS)

SMALL = 1e-9


def four_way(sources: Sources, tolerances: Tolerances) -> pl.DataFrame:
    """Put the sources side by side.

    In post are all substantive assignments on the staff list, those absent or seconded among them. Ledger lines with
    a negative WTE (savings), without any WTE (money only) or of a recharge account carry no establishment: they are
    counted apart and never compared. An assignment that payroll charges to several cost centres is compared as it is
    charged where it does not agree as it stands.

    Returns:
        One row per cost centre and staff group with staff, WTE in the ledger or a template: WTE per source, the
        verdict of each pair, `vacancy`, `vacancy_rate` (per cent of the budget), `establishment`, and `agrees` (null
        where nothing applies).
    """
    frames = [_esr(sources), _ledger(sources, tolerances), _template(sources), _plan(sources)]
    lines = frames[0]
    for other in frames[1:]:
        lines = lines.join(other.drop("staff_group"), on=_LINE, how="full", coalesce=True)
    names = pl.concat([frame.select(*_LINE, "staff_group") for frame in frames]).drop_nulls("staff_group")
    names = names.unique(_LINE, keep="first", maintain_order=True)
    lines = lines.drop("staff_group").join(names, on=_LINE, how="left")
    counts = ("heads", "people_in_scope", "plans", "template_rows", "ledger_rows", "positions_shared")
    lines = lines.with_columns(pl.col(counts).fill_null(0))
    lines = lines.filter((pl.col("heads") > 0) | (pl.col("template_rows") > 0) | _carries_wte())
    return _judged(lines, sources, tolerances).sort(*_LINE)


def _carries_wte() -> pl.Expr:
    return (pl.col("budget").fill_null(0).abs() + pl.col("contracted").fill_null(0).abs()) > SMALL


def _esr(sources: Sources) -> pl.DataFrame:
    posts = sources.posts.filter("is_substantive")
    ward = pl.col("unit").is_in(sources.ward_teams)
    shared = pl.col("position_number").drop_nulls()
    own = posts.group_by(_LINE).agg(
        pl.col("staff_group").min(),
        team=pl.col("team").drop_nulls().sort().first(),
        in_post=pl.col("fte").sum().round(4),
        away=pl.col("fte").filter(~pl.col("is_active")).sum().round(4),
        heads=pl.len().cast(pl.Int64),
        positions_shared=(shared.value_counts().struct.field("count") > 1).sum().cast(pl.Int64),
        is_ward=ward.all(),
        in_scope_wte=pl.col("fte").filter("in_scope").sum().round(4),
        people_in_scope=pl.col("in_scope").sum().cast(pl.Int64),
    )
    return own.join(_as_charged(posts, sources), on=_LINE, how="full", coalesce=True)


def _as_charged(posts: pl.DataFrame, sources: Sources) -> pl.DataFrame:
    """Put each assignment where payroll charges it; one whose shares do not make 100% stays at its own place."""
    schema = {"cost_centre": pl.String, "group_code": pl.String, "in_post_as_charged": pl.Float64}
    if sources.splits is None:
        return pl.DataFrame(schema=schema)
    whole = sources.splits.filter((pl.col("percent").sum().over("assignment_key") - 100).abs() < 0.005)
    charged = whole.select("assignment_key", "percent", charged_to="cost_centre")
    placed = posts.join(charged, on="assignment_key", how="left").with_columns(
        cost_centre=pl.coalesce("charged_to", "cost_centre"),
        fte=pl.col("fte") * pl.col("percent").fill_null(100) / 100,
    )
    return placed.group_by(_LINE).agg(in_post_as_charged=pl.col("fte").sum().round(4)).cast(schema)  # type: ignore[arg-type]


def establishment_rows(ledger: pl.DataFrame, tolerances: Tolerances) -> tuple[pl.DataFrame, dict[str, int]]:
    """Return the ledger's rows that carry establishment, and how many were set apart for which reason."""
    recharge = pl.col("subjective_code").is_in(list(tolerances.recharge_subjectives)).fill_null(False)
    savings = (pl.col("budget_wte") < 0).fill_null(False) | (pl.col("contracted_wte") < 0).fill_null(False)
    money = (pl.col("budget_wte").fill_null(0) == 0) & pl.col("contracted_wte").is_null()
    kind = (
        pl.when(recharge).then(pl.lit("recharge"))
        .when(savings).then(pl.lit("savings"))
        .when(money).then(pl.lit("money only"))
    )  # fmt: skip
    rows = ledger.with_columns(set_apart=kind)
    apart = dict(rows.drop_nulls("set_apart").group_by("set_apart").len().iter_rows())
    counts = {name: int(apart.get(name, 0)) for name in ("recharge", "savings", "money only")}
    return rows.filter(pl.col("set_apart").is_null()).drop("set_apart"), counts


def _ledger(sources: Sources, tolerances: Tolerances) -> pl.DataFrame:
    schema = {"cost_centre": pl.String, "group_code": pl.String, "staff_group": pl.String, "budget": pl.Float64,
              "contracted": pl.Float64, "ledger_rows": pl.Int64}  # fmt: skip
    if sources.ledger is None:
        return pl.DataFrame(schema=schema)
    rows, _ = establishment_rows(sources.ledger, tolerances)
    known = pl.col("contracted_wte").is_not_null().any()
    return rows.group_by(_LINE).agg(
        pl.col("staff_group").min(),
        budget=pl.col("budget_wte").sum().round(4),
        contracted=pl.when(known).then(pl.col("contracted_wte").sum().round(4)),
        ledger_rows=pl.len(),
    ).cast(schema)  # type: ignore[arg-type]  # fmt: skip


def _template(sources: Sources) -> pl.DataFrame:
    schema = {"cost_centre": pl.String, "group_code": pl.String, "staff_group": pl.String, "template_net": pl.Float64,
              "template_gross": pl.Float64, "template_rows": pl.Int64, "unit": pl.String,
              "convention": pl.String}  # fmt: skip
    if sources.templates is None:
        return pl.DataFrame(schema=schema)
    every = pl.col("gross_wte").is_not_null().all()
    return sources.templates.group_by(_LINE).agg(
        pl.col("staff_group").min(),
        template_net=pl.col("net_wte").sum().round(4),
        template_gross=pl.when(every).then(pl.col("gross_wte").sum().round(4)),
        template_rows=pl.len(),
        unit=pl.col("unit").drop_nulls().sort().first(),
        convention=pl.col("headroom_convention").drop_nulls().unique().sort().str.join(", "),
    ).cast(schema)  # type: ignore[arg-type]  # fmt: skip


def _plan(sources: Sources) -> pl.DataFrame:
    rows = sources.covered.filter(pl.col("is_substantive") & pl.col("in_scope"))
    known = pl.col("planned_hours").is_not_null()
    return rows.group_by(_LINE).agg(
        pl.col("staff_group").min(),
        planned=pl.when(known.any()).then((pl.col("planned_hours") / pl.col("week")).sum().round(4)),
        plans=pl.col("plan_id").n_unique().cast(pl.Int64),
        posts_planned=pl.col("assignment_key").filter(known).n_unique().cast(pl.Int64),
    )


def _judged(lines: pl.DataFrame, sources: Sources, tolerances: Tolerances) -> pl.DataFrame:
    plan_tolerance = pl.max_horizontal(pl.lit(tolerances.wte_tolerance), _plan_tolerance(tolerances))
    lines = lines.with_columns(plan_tolerance=plan_tolerance).with_columns(
        contracted_verdict=_contracted(sources, tolerances),
        budget_verdict=_budget(sources),
        template_verdict=_template_verdict(sources, tolerances),
        plan_verdict=_plan_verdict(sources),
    )
    applies = pl.any_horizontal(pl.col(name) != NOT_APPLICABLE for name in VERDICTS)
    settled = pl.all_horizontal(pl.col(name).is_in([AGREE, NOT_APPLICABLE]) for name in VERDICTS)
    budget, in_post = pl.col("budget"), pl.col("in_post").fill_null(0)
    vacancy = (budget - in_post).round(4)
    state = (
        pl.when(budget.is_null()).then(pl.lit("no budget line"))
        .when((budget == 0) & (pl.col("heads") > 0)).then(pl.lit("unfunded"))
        .when(vacancy < -tolerances.wte_tolerance - SMALL).then(pl.lit("over-established"))
        .when(vacancy > tolerances.wte_tolerance + SMALL).then(pl.lit("vacant"))
        .otherwise(pl.lit("filled"))
    )  # fmt: skip
    return lines.with_columns(
        vacancy=vacancy,
        vacancy_rate=pl.when(budget > 0).then(100 * vacancy / budget),
        establishment=state,
        agrees=pl.when(applies).then(settled),
    )


def _plan_tolerance(tolerances: Tolerances) -> pl.Expr:
    one = {code: tolerances.plan_tolerance_wte(code, 1) for code in (MEDICAL, "")}
    return pl.col("plans") * pl.when(pl.col("group_code") == MEDICAL).then(one[MEDICAL]).otherwise(one[""])


def _near(left: str, right: str, tolerance: float | pl.Expr) -> pl.Expr:
    return (pl.col(left).fill_null(0) - pl.col(right).fill_null(0)).abs() <= tolerance + SMALL


def _contracted(sources: Sources, tolerances: Tolerances) -> pl.Expr:
    if sources.ledger is None:
        return pl.lit(NOT_APPLICABLE)
    charged = pl.col("in_post_as_charged").is_not_null() & _near(
        "in_post_as_charged", "contracted", tolerances.wte_tolerance
    )
    return (
        pl.when((pl.col("heads") > 0) & (pl.col("ledger_rows") == 0)).then(pl.lit(MISSING.format("ledger")))
        .when((pl.col("ledger_rows") == 0) | (pl.col("contracted").is_null() & (pl.col("heads") > 0)))
        .then(pl.lit(NOT_APPLICABLE))
        .when(charged).then(pl.lit(AGREE))
        .when((pl.col("heads") == 0) & _carries_wte()).then(pl.lit(MISSING.format("ESR")))
        .when(pl.col("heads") == 0).then(pl.lit(NOT_APPLICABLE))
        .when(_near("in_post", "contracted", tolerances.wte_tolerance)).then(pl.lit(AGREE))
        .otherwise(pl.lit(DIFFERS))
    )  # fmt: skip


def _budget(sources: Sources) -> pl.Expr:
    """Judge the funding: staff on a budget of 0 differ; a vacancy or an over-establishment is no disagreement."""
    if sources.ledger is None:
        return pl.lit(NOT_APPLICABLE)
    return (
        pl.when((pl.col("ledger_rows") == 0) | (pl.col("heads") == 0)).then(pl.lit(NOT_APPLICABLE))
        .when(pl.col("budget") == 0).then(pl.lit(DIFFERS))
        .otherwise(pl.lit(AGREE))
    )  # fmt: skip


def _template_verdict(sources: Sources, tolerances: Tolerances) -> pl.Expr:
    """Judge the template: only where there is one, or where clinical staff work on one ward alone."""
    if sources.templates is None or sources.ledger is None:
        return pl.lit(NOT_APPLICABLE)
    expected = pl.col("is_ward").fill_null(False) & pl.col("group_code").is_in(CLINICAL_STAFF_GROUPS)
    budgeted = pl.col("budget").fill_null(0) > 0
    return (
        pl.when((pl.col("template_rows") == 0) & expected & budgeted).then(pl.lit(MISSING.format("template")))
        .when(pl.col("template_rows") == 0).then(pl.lit(NOT_APPLICABLE))
        .when(pl.col("ledger_rows") == 0).then(pl.lit(MISSING.format("ledger")))
        .when(pl.col("template_gross").is_null()).then(pl.lit(NOT_APPLICABLE))
        .when(_near("template_gross", "budget", tolerances.wte_tolerance)).then(pl.lit(AGREE))
        .otherwise(pl.lit(DIFFERS))
    )  # fmt: skip


def _plan_verdict(sources: Sources) -> pl.Expr:
    """Judge the plans: those of all in scope on the line, so that a line with half its plans does not agree."""
    if sources.coverage is None:
        return pl.lit(NOT_APPLICABLE)
    return (
        pl.when(pl.col("people_in_scope") == 0).then(pl.lit(NOT_APPLICABLE))
        .when(pl.col("planned").is_null()).then(pl.lit(MISSING.format("job plans")))
        .when(_near("in_scope_wte", "planned", pl.col("plan_tolerance"))).then(pl.lit(AGREE))
        .otherwise(pl.lit(DIFFERS))
    )  # fmt: skip


def pair_totals(lines: pl.DataFrame) -> pl.DataFrame:
    """Add up each pair: net and gross mismatch, and how many lines agree.

    Net is the sum of the differences, in which misses one way hide misses the other way; gross is the sum without
    signs. A source that lacks the line counts as 0 there. The base is the first source of the pair.

    Returns:
        One row per pair: `pair`, `base`, `agree`, `differs`, `missing`, `lines` (where it applies), `heads`
        (assignments in post on them), `base_wte`, `other_wte`, `net_wte`, `gross_wte`, `gross_share` (per cent of the
        base; null where the base is 0).
    """
    rows = []
    for name, (base, other, words) in LINE_PAIRS.items():
        verdict = pl.col(f"{name}_verdict")
        asked = lines.filter(verdict != NOT_APPLICABLE)
        difference = asked[other].fill_null(0) - asked[base].fill_null(0)
        counts = {
            state: asked.filter(condition).height
            for state, condition in (
                ("agree", verdict == AGREE),
                ("differs", verdict == DIFFERS),
                ("missing", verdict.str.starts_with("missing")),
            )
        }
        total, gross = float(asked[base].fill_null(0).sum()), float(difference.abs().sum())
        rows.append(
            {"pair": words, "base": words.split(" and ")[0], **counts, "lines": asked.height,
             "heads": int(asked["heads"].sum()), "base_wte": total,
             "other_wte": float(asked[other].fill_null(0).sum()), "net_wte": float(difference.sum()),
             "gross_wte": gross, "gross_share": 100 * gross / total if total > 0 else None}
        )  # fmt: skip
    return pl.DataFrame(rows, schema_overrides={"gross_share": pl.Float64})
