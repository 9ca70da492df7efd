"""What differs between sources on a line: a cost centre and staff group, or a unit and staff group of a template."""

from __future__ import annotations

import polars as pl

from workbench.attainment.reconciliation.exceptions import in_words, number, raised
from workbench.attainment.reconciliation.four_way import DIFFERS, SMALL
from workbench.attainment.reconciliation.sources import Sources
from workbench.attainment.reconciliation.tolerances import MEDICAL, Tolerances

_SUBJECT = pl.format("{}/{}", "cost_centre", "group_code")
#: A whole-time medical week in programmed activities.
_PAS_A_WEEK = 10


def esr_and_ledger(lines: pl.DataFrame, tolerances: Tolerances) -> list[pl.DataFrame]:
    """Compare staff in post with the ledger's lines: existence, contracted WTE, budget."""
    verdict = pl.col("contracted_verdict")
    away = pl.when(pl.col("away") > 0).then(pl.format(", {} of it absent or seconded", in_words("away"))).otherwise(
        pl.lit("")
    )  # fmt: skip
    in_post = pl.format("{} WTE in post{}", in_words("in_post"), away)
    return [
        raised(
            lines.filter(verdict == "missing in ledger"), "no_budget_line", subject=_SUBJECT, field="cost_centre",
            left=number("in_post"), right=pl.lit(None), difference=-pl.col("in_post"),
            detail=pl.format("{}; the ledger has no line.", in_post),
        ),
        raised(
            lines.filter(verdict == "missing in ESR"), "no_position", subject=_SUBJECT, field="cost_centre",
            left=pl.lit(None), right=number("budget"), difference=pl.col("budget"),
            detail=pl.format("Budget of {} WTE; nobody is in post. It may be a vacancy: a person decides.",
                             in_words("budget")),
        ),
        raised(
            lines.filter(verdict == DIFFERS), "contracted_differs", subject=_SUBJECT, field="contracted_wte",
            left=number("in_post"), right=number("contracted"), difference=pl.col("contracted") - pl.col("in_post"),
            tolerance=tolerances.wte_tolerance,
            detail=pl.format("{}; contracted in the ledger: {} WTE.", in_post, in_words("contracted")),
        ),
        raised(
            lines.filter(pl.col("budget_verdict") == DIFFERS), "unfunded", subject=_SUBJECT, field="budget_wte",
            left=number("in_post"), right=number("budget"), difference=pl.col("budget") - pl.col("in_post"),
            detail=pl.format("{}; the budget is 0, so that there is no vacancy rate.", in_post),
        ),
    ]  # fmt: skip


def esr_and_costing(sources: Sources, tolerances: Tolerances) -> list[pl.DataFrame]:
    """Compare where payroll charges each assignment with its own cost centre, and its shares with 100%."""
    if sources.splits is None:
        return []
    own = sources.posts.select("assignment_key", "person_key", "group_code", "staff_group", "team",
                               own_cost_centre="cost_centre")  # fmt: skip
    rows = sources.splits.filter(pl.col("percent") != 0).join(own, on="assignment_key").with_columns(
        total=pl.col("percent").sum().over("assignment_key")
    )  # fmt: skip
    rows = rows.rename({"cost_centre": "charged_to"}).with_columns(cost_centre="own_cost_centre")
    partial = (pl.col("total") - 100).abs() > tolerances.split_tolerance + SMALL
    elsewhere = pl.col("charged_to") != pl.col("own_cost_centre")
    return [
        raised(
            rows.filter(elsewhere), "charged_elsewhere", subject=pl.col("assignment_key"), field="cost_centre",
            left=pl.col("own_cost_centre"), right=pl.col("charged_to"), difference=pl.col("percent"),
            detail=pl.format("{}% charged to {}.", in_words("percent"), "charged_to"),
        ),
        raised(
            rows.filter(partial).unique("assignment_key", keep="first", maintain_order=True), "costing_not_whole",
            subject=pl.col("assignment_key"), field="percent", left=pl.lit("100"), right=number("total"),
            difference=pl.col("total") - 100, tolerance=tolerances.split_tolerance,
            detail=pl.format("The costing splits make {}%.", in_words("total")),
        ),
    ]  # fmt: skip


def template_and_ledger(lines: pl.DataFrame, tolerances: Tolerances) -> list[pl.DataFrame]:
    """Compare roster templates, with headroom, with the budget of their line.

    A line with staff and a budget of 0 is asked about once, as unfunded, and not again for its template.
    """
    verdict = pl.col("template_verdict")
    template = pl.format("Template {} WTE net, {} with headroom ({})", in_words("template_net"),
                         in_words("template_gross"), "convention")  # fmt: skip
    net_alone = pl.format("Template {} WTE net", in_words("template_net"))
    told = pl.when(pl.col("template_gross").is_null()).then(net_alone).otherwise(template)
    return [
        raised(
            lines.filter((verdict == DIFFERS) & (pl.col("budget_verdict") != DIFFERS)), "template_differs",
            subject=_SUBJECT, field="budget_wte",
            left=number("template_gross"), right=number("budget"),
            difference=pl.col("budget") - pl.col("template_gross"), tolerance=tolerances.wte_tolerance,
            detail=pl.format("{}; budget {} WTE.", told, in_words("budget")),
        ),
        raised(
            lines.filter(verdict == "missing in ledger"), "template_without_budget", subject=_SUBJECT,
            field="cost_centre", left=number("template_net"), right=pl.lit(None), difference=-pl.col("template_net"),
            detail=pl.format("{}; the ledger has no line: the cost centre may be closed.", told),
        ),
        raised(
            lines.filter(verdict == "missing in template"), "template_missing", subject=_SUBJECT, field="unit",
            left=pl.lit(None), right=number("budget"), difference=pl.col("budget"),
            detail=pl.format("Budget of {} WTE for staff of one ward; no template is in force.", in_words("budget")),
        ),
    ]  # fmt: skip


def template_and_plans(sources: Sources) -> list[pl.DataFrame]:
    """Compare the staff groups of a unit's template with those that are planned there.

    Only units that have a template are asked, and only staff in scope of job planning: clinic-only staff need no
    template, ward-only staff no plan.
    """
    if sources.templates is None or sources.coverage is None:
        return []
    on_template = sources.templates.group_by("unit_key", "group_code").agg(
        pl.col("unit", "cost_centre", "staff_group").min(), hours=pl.col("hours_per_week").sum()
    )
    scope = sources.posts.filter("in_scope").rename({"unit": "unit_key"})
    placed = sources.covered.filter("in_scope").with_columns(
        unit_key=pl.coalesce("plan_unit", "own_unit"), team=pl.coalesce("plan_team", "own_team")
    )
    rostered_units = on_template.select("unit_key").unique()
    off = placed.join(rostered_units, on="unit_key").join(on_template, on=["unit_key", "group_code"], how="anti")
    there = scope.select("unit_key", "group_code").unique()
    idle = on_template.join(there, on=["unit_key", "group_code"]).join(
        placed, on=["unit_key", "group_code"], how="anti"
    )
    return [
        raised(
            off.unique(["plan_id", "unit_key"], keep="first", maintain_order=True), "planned_off_template",
            subject=pl.col("plan_id"), field="unit", left=pl.lit(None), right=pl.col("team"),
            detail=pl.lit("The unit has a template, but not for this staff group."),
        ),
        raised(
            idle.with_columns(team="unit"), "template_without_plan", subject=pl.format("{}/{}", "unit", "group_code"),
            field="unit", left=number("hours"), right=pl.lit(None),
            detail=pl.format("{} hours a week on the template; no active plan of the staff in scope there.",
                             in_words("hours")),
        ),
    ]  # fmt: skip


def plans_and_ledger(lines: pl.DataFrame, sources: Sources, tolerances: Tolerances) -> list[pl.DataFrame]:
    """Compare planned WTE with the budget, and the programmed activities of doctors with those that are paid.

    Paid are ten programmed activities for each contracted WTE of the ledger. They are compared only where every
    medical post of the line has a plan with activities: elsewhere the rest is not known.
    """
    if sources.ledger is None or sources.coverage is None:
        return []
    planned = lines.filter(pl.col("planned").is_not_null() & (pl.col("ledger_rows") > 0))
    above = pl.col("planned") - pl.col("budget") > pl.col("plan_tolerance") + SMALL
    doctors = planned.filter(
        (pl.col("group_code") == MEDICAL)
        & (pl.col("posts_planned") == pl.col("heads"))
        & pl.col("contracted").is_not_null()
    ).with_columns(
        agreed_pas=pl.col("planned") * tolerances.consultant_week / tolerances.pa_hours,
        paid_pas=pl.col("contracted") * _PAS_A_WEEK,
        pas_allowed=pl.col("plans") * tolerances.pa_tolerance,
    )
    unpaid = pl.col("agreed_pas") - pl.col("paid_pas")
    words = pl.format("{} programmed activities agreed in plans, {} paid.", in_words("agreed_pas"),
                      in_words("paid_pas"))  # fmt: skip
    frames = [
        raised(
            planned.filter(above), "planned_above_budget", subject=_SUBJECT, field="budget_wte",
            left=number("planned"), right=number("budget"), difference=pl.col("budget") - pl.col("planned"),
            tolerance=pl.col("plan_tolerance"),
            detail=pl.format("{} WTE planned, {} WTE budgeted.", in_words("planned"), in_words("budget")),
        )
    ]  # fmt: skip
    for check, condition in (
        ("extra_pas_not_paid", unpaid > pl.col("pas_allowed") + SMALL),
        ("paid_pas_not_planned", -unpaid > pl.col("pas_allowed") + SMALL),
    ):
        frames.append(
            raised(
                doctors.filter(condition), check, subject=_SUBJECT, field="programmed_activities",
                left=number("agreed_pas"), right=number("paid_pas"), difference=-unpaid,
                tolerance=pl.col("pas_allowed"), detail=words,
            )
        )  # fmt: skip
    return frames
