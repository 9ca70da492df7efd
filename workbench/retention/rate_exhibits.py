"""The same leavers by each definition side by side, and how much of the funded establishment is vacant."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import polars as pl

from workbench.disclosure import Policy, disclose_measure
from workbench.errors import DisclosureError
from workbench.exhibits import Column, Exhibit, ExhibitRequest
from workbench.exhibits.cells import shown_number
from workbench.exhibits.charts import Series, compare_dots
from workbench.measures import evaluate
from workbench.periods import last_completed_month_end, shown_date
from workbench.retention.choices import TOTAL, UNITS, Choices
from workbench.retention.presets import DENOMINATORS, presets
from workbench.retention.released import (
    TABLES_KEPT,
    WITHHELD,
    disclosure_note,
    released_yearly_flows,
    withheld_cells,
)
from workbench.warehouse.snapshot import Snapshot

if TYPE_CHECKING:
    from workbench.workbench import Workbench

NUMBERS = ("numerator", "denominator", "value")
RATES = {"leavers": "leaver_rate", "joiners": "joiner_rate"}
WHY_THEY_DIFFER = (
    "Going on maternity leave or career break is leaving where people in active service are counted (NHS England "
    "published, mean of the month ends), and is not where everyone employed is.",
    "Month ends do not see who joins and leaves in between; leaving dates do. Someone whose last day is a month end "
    "is on its list: by month ends that person leaves in the next month.",
    "No two of these rates may be compared with each other; compare like with like, over time or between groups.",
)


def rates_side_by_side(workbench: Workbench, request: ExhibitRequest) -> Exhibit:
    """The leaver and joiner rate of the window by every definition, with what each counts and divides by."""
    choices = Choices.of(request.options)
    month = last_completed_month_end(request.as_at)
    table = released_rates(workbench.snapshot, workbench.policy, request.organisation, month, choices)
    withheld = withheld_cells(table, ["leaver_rate", "joiner_rate"])
    stamp = workbench.stamp(request.organisation, request.as_at, choices.scope)
    unit = UNITS[choices.unit]
    drawing = compare_dots(
        table,
        category="definition",
        series=[Series("leaver_rate", "Leaver rate"), Series("joiner_rate", "Joiner rate")],
        unit="% of staff in post",
        subject=f"Leaver and joiner rate in the {choices.window} to {shown_date(month)}, by definition",
        stamp=stamp,
        decimals=1,
    )
    return Exhibit(
        id="rates_side_by_side",
        question="Why do leaver rates of the same staff differ?",
        title=choices.titled(definitions_finding(table.rows(named=True), choices.window, month)),
        caption=f"Leavers and joiners of the {choices.window} to {shown_date(month)} in {unit}, each as a percentage "
        "of the staff in post that its definition sets them against.",
        table=table,
        columns=(
            Column("definition", "Whose definition"),
            _counted("leavers", "Leavers", choices),
            Column("stock", "Staff in post", "fte", unit=unit),
            Column("leaver_rate", "Leaver rate", "percent"),
            Column("joiner_rate", "Joiner rate", "percent"),
            Column("counts", "Who counts as a leaver, over what"),
            Column("against", "Staff in post is"),
        ),
        figure=drawing.figure,
        alt=drawing.alt,
        measures=("leaver_rate", "joiner_rate"),
        notes=(
            *WHY_THEY_DIFFER,
            *_trainees(choices),
            *choices.not_followed("group", "unit", "window_months", "trainees"),
            *_rough(workbench.policy),
            *disclosure_note(withheld, workbench.policy),
        ),
        stamp=stamp,
        withheld=withheld,
    )


def vacancy_by_staff_group(workbench: Workbench, request: ExhibitRequest) -> Exhibit:
    """Budgeted WTE of the ledger against staff in post in ESR, by staff group; over-established and unfunded said."""
    choices = Choices.of(request.options)
    month = last_completed_month_end(request.as_at)
    table = released_vacancies(workbench.snapshot, workbench.policy, request.organisation, month)
    withheld = withheld_cells(table, ["value"])
    stamp = workbench.stamp(request.organisation, request.as_at)
    drawing = compare_dots(
        table.filter(pl.col("staff_group") != TOTAL),
        category="staff_group",
        series=[Series("budget", "Budget"), Series("in_post", "In post")],
        unit="WTE",
        subject=f"Budgeted WTE and staff in post at {shown_date(month)}, by staff group",
        stamp=stamp,
        difference=("in_post", "budget"),
        decimals=1,
    )
    return Exhibit(
        id="vacancy_by_staff_group",
        question="How much of the funded establishment is vacant?",
        title=vacancy_finding(table.rows(named=True), month),
        caption=f"Budgeted WTE of the general ledger of {shown_date(month)}, and contracted FTE of ESR staff in post "
        "at the same month end, those absent, on leave or seconded out included. Beside each line: the vacancy.",
        table=table,
        columns=(
            Column("staff_group", "Staff group"),
            Column("budget", "Budget", "fte", unit="WTE"),
            Column("in_post", "In post", "fte", unit="FTE"),
            Column("vacancy", "Vacancy", "fte", unit="WTE"),
            Column("value", "Vacancy rate", "percent"),
            Column("standing", "Standing"),
        ),
        figure=drawing.figure,
        alt=drawing.alt,
        measures=("vacancy_rate",),
        notes=(
            "A vacancy below zero is over-establishment: more staff in post than are funded. Staff without any budget "
            "are unfunded and have no rate.",
            "The total is net: a group over its establishment takes from the vacancy of the others.",
            "Bank and agency staff fill no post here. Doctors in training may be funded or hosted elsewhere.",
            *choices.not_followed(),
            *_rough(workbench.policy),
            *disclosure_note(withheld, workbench.policy),
        ),
        stamp=stamp,
        withheld=withheld,
    )


@lru_cache(maxsize=TABLES_KEPT)
def released_rates(
    snapshot: Snapshot, policy: Policy, organisation: str, month: dt.date, choices: Choices
) -> pl.DataFrame:
    """Return one row per definition with leavers, staff in post and both rates, as the audience may see them.

    A group whose leavers are withheld anywhere on the page is withheld under every definition: the definitions share
    most of their leavers, so that one would give the others away.
    """
    answers = {
        (preset, column): _disclosed(
            snapshot,
            policy,
            measure,
            organisation,
            month,
            by=() if choices.is_whole else (choices.dimension,),
            options={
                "preset": preset,
                "unit": choices.unit,
                "window_months": str(choices.window_months),
                "trainees": choices.trainees,
            },
        )
        for preset in presets()
        for column, measure in RATES.items()
    }
    rows = {key: _row(frame, choices) for key, frame in answers.items()}
    hidden = any(row["status"] in WITHHELD for row in rows.values()) or _hidden_on_the_page(
        snapshot, policy, organisation, month, choices
    )
    return pl.DataFrame(
        [
            {
                "definition": preset.label,
                **_cells(rows[preset.id, "leavers"], ("leavers", "stock", "leaver_rate"), hidden),
                **_cells(rows[preset.id, "joiners"], ("joiners", "", "joiner_rate"), hidden),
                "counts": preset.meaning,
                "against": DENOMINATORS[preset.denominator],
            }
            for preset in presets().values()
        ],
        schema_overrides=dict.fromkeys(("leavers", "stock", "leaver_rate", "joiners", "joiner_rate"), pl.Float64),
    )


@lru_cache(maxsize=TABLES_KEPT)
def released_vacancies(snapshot: Snapshot, policy: Policy, organisation: str, month: dt.date) -> pl.DataFrame:
    """Return budget, staff in post, vacancy and rate by staff group and in total, as the audience may see them."""
    groups = _disclosed(snapshot, policy, "vacancy_rate", organisation, month, by=("staff_group",), options={})
    total = _disclosed(snapshot, policy, "vacancy_rate", organisation, month, by=(), options={})
    groups = groups.filter(pl.col("staff_group").is_not_null())
    total = total.select(pl.lit(TOTAL).alias("staff_group"), *NUMBERS, "status")
    rows = pl.concat([groups.select(total.columns), total])
    amounts = {"budget": "denominator", "vacancy": "numerator"}
    amount_status = pl.when(pl.col("status") == "not_applicable").then(pl.lit("shown")).otherwise("status")
    standing = (
        pl.when(pl.col("status") == "not_applicable")
        .then(pl.lit("Unfunded"))
        .when(pl.col("numerator") < 0)
        .then(pl.lit("Over establishment"))
        .when(pl.col("numerator") > 0)
        .then(pl.lit("Vacant posts"))
        .when(pl.col("numerator") == 0)
        .then(pl.lit("About full" if policy.round_to else "Full"))
        .otherwise(pl.lit("Not shown"))
    )
    return rows.select(
        "staff_group",
        *(pl.col(source).alias(name) for name, source in amounts.items()),
        (pl.col("denominator") - pl.col("numerator")).alias("in_post"),
        "value",
        standing.alias("standing"),
        *(amount_status.alias(f"{name}_status") for name in (*amounts, "in_post")),
        pl.col("status").alias("value_status"),
    )


def definitions_finding(rows: Sequence[dict[str, Any]], window: str, month: dt.date) -> str:
    """Say how far apart the definitions lie, from released rates only."""
    shown = [row for row in rows if row["leaver_rate"] is not None]
    year = f"in the {window} to {month:%B %Y}"
    if not shown:
        withheld = any(row["leaver_rate_status"] in WITHHELD for row in rows)
        why = "is withheld, because it would describe too few people" if withheld else "is not known"
        return f"The leaver rate {year} {why} by any definition"
    lowest, highest = (pick(shown, key=lambda row: row["leaver_rate"]) for pick in (min, max))
    low, high = (shown_number(row["leaver_rate"], 1) for row in (lowest, highest))
    if low == high:
        return f"The leaver rate {year} was {low}% by every definition shown"
    return f"The leaver rate {year} was {low}% or {high}%, depending on whose definition is used"


def vacancy_finding(rows: Sequence[dict[str, Any]], month: dt.date) -> str:
    """Say how much of the establishment is vacant and where most, from released numbers only."""
    total = next(row for row in rows if row["staff_group"] == TOTAL)
    if total["value"] is None:
        if total["value_status"] in WITHHELD:
            return f"How much of the establishment was vacant in {month:%B %Y} is withheld"
        if total["value_status"] == "not_applicable":
            return f"The ledger has no budget for staff in {month:%B %Y}"
        return f"How much was vacant in {month:%B %Y} is not known: the ledger or the staff list is not loaded"
    rate = shown_number(abs(total["value"]), 1)
    wte = shown_number(abs(total["vacancy"]), 1)
    if total["vacancy"] < 0:
        finding = f"Staff in post were {wte} WTE ({rate}%) over the funded establishment in {month:%B %Y}"
    else:
        finding = f"{rate}% of the funded establishment was vacant in {month:%B %Y} ({wte} WTE)"
    groups = [row for row in rows if row["staff_group"] != TOTAL and (row["value"] or 0) > 0]
    if not groups or total["vacancy"] < 0:
        return finding
    most = max(groups, key=lambda row: row["value"])
    return f"{finding}; {most['staff_group']} had the highest rate shown, {shown_number(most['value'], 1)}%"


def _disclosed(
    snapshot: Snapshot,
    policy: Policy,
    measure: str,
    organisation: str,
    month: dt.date,
    *,
    by: Sequence[str],
    options: dict[str, str],
) -> pl.DataFrame:
    """Work out a measure and release it; where it cannot be made safe, every row is withheld."""
    result = evaluate(snapshot, measure, organisation=organisation, as_at=month, by=by, options=options)
    try:
        frame = disclose_measure(result, policy).frame
    except DisclosureError:
        frame = result.frame.with_columns(
            *(pl.lit(None, pl.Float64).alias(name) for name in NUMBERS), status=pl.lit("suppressed")
        )
    status = (
        pl.when(pl.col("status") == "suppressed")
        .then(pl.lit("primary"))
        .when(pl.col("status") == "ok")
        .then(pl.lit("rounded" if policy.round_to else "shown"))
        .otherwise("status")
    )
    return frame.with_columns(status=status)


def _row(frame: pl.DataFrame, choices: Choices) -> dict[str, Any]:
    rows = frame if choices.is_whole else frame.filter(pl.col(choices.dimension) == choices.group)
    if rows.is_empty():  # nobody of the group at either end, or no answer at all
        known = not frame.is_empty() and frame["status"][0] != "no_data"
        return dict.fromkeys(NUMBERS) | {"status": "not_applicable" if known else "no_data"}
    return rows.row(0, named=True)


def _hidden_on_the_page(
    snapshot: Snapshot, policy: Policy, organisation: str, month: dt.date, choices: Choices
) -> bool:
    flows = released_yearly_flows(snapshot, policy, organisation, month, choices.dimension)
    row = flows.filter(pl.col("month") == month, pl.col(choices.dimension) == choices.group)
    return bool(row["leavers_year_status"].is_in(WITHHELD).any())


def _cells(row: dict[str, Any], names: tuple[str, str, str], hidden: bool) -> dict[str, Any]:
    """Name the three numbers of a row, with their status; withheld where they are hidden."""
    status = "secondary" if hidden and row["status"] not in (*WITHHELD, "no_data") else row["status"]
    cells: dict[str, Any] = {}
    for name, source in zip(names, NUMBERS, strict=True):
        if name:
            counted = status == "not_applicable" and source != "value"
            cells[name] = None if status in WITHHELD else row[source]
            cells[f"{name}_status"] = "shown" if counted and row[source] is not None else status
    return cells


def _counted(name: str, label: str, choices: Choices) -> Column:
    kind = "fte" if choices.unit == "fte" else "count"
    return Column(name, label, kind, unit=UNITS[choices.unit])  # type: ignore[arg-type]


def _rough(policy: Policy) -> tuple[str, ...]:
    if not policy.round_to:
        return ()
    return ("Rates are worked out from the rounded numbers, so those of small groups are rough.",)


def _trainees(choices: Choices) -> tuple[str, ...]:
    if choices.trainees == "out":
        return ("Doctors in training are left out.",)
    return ("Doctors in training are included; they rotate by plan, which raises both rates.",)


RATE_EXHIBITS: dict[str, Callable[[Workbench, ExhibitRequest], Exhibit]] = {
    "rates_side_by_side": rates_side_by_side,
    "vacancy_by_staff_group": vacancy_by_staff_group,
}
