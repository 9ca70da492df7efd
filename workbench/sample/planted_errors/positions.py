"""Planted errors that need several records: shared positions, several assignments, reporting lines."""

from __future__ import annotations

from typing import Any

import polars as pl

from workbench.sample.planted_errors.coding import Plot

_ACUTE, _COMMUNITY = "Acute", "Community Provider Trust"


def plant_positions(plot: Plot) -> None:
    """Plant positions that are coded several ways, alike in all, or held by two professions."""
    physios, therapists = _qualified("Physiotherapist"), _qualified("Occupational therapist")
    three = plot.choose(2, physios, _of(_COMMUNITY), _base_grade()) + plot.choose(
        1, therapists, _of(_COMMUNITY), _base_grade()
    )
    if len(three) == 3:
        number = plot.own_position(three[0], "Rehabilitation Therapist")
        for row in three:
            plot.change(row, position_number=number, position_title="Rehabilitation Therapist", pay_band="Band 6")
        what = "One position held by two physiotherapists and an occupational therapist"
        plot.note(three[0], "POS1:R;POS2:R;POS4:R", "position_number", what, key=number)
    two = plot.choose(2, physios, _of(_ACUTE), pl.col("pay_band") == "Band 6")
    if len(two) == 2:
        number = plot.own_position(two[0], "Outpatient Physiotherapist A")
        plot.change(two[1], position_number=number, position_title="Outpatient Physiotherapist B")
        plot.note(two[0], "POS1:R", "position_title", "One position with two titles", key=number)
    pair = plot.choose(1, physios, _of(_ACUTE), _base_grade()) + plot.choose(1, therapists, _of(_ACUTE), _base_grade())
    if len(pair) == 2:
        numbers = [plot.own_position(row, "Rotational Therapist") for row in pair]
        for row in pair:
            plot.change(row, pay_band="Band 6")
        what = "The same title and band coded in two ways"
        plot.note(pair[0], "POS2:R", "occupation_code", what, key=";".join(numbers))
    alike = plot.choose(2, physios, _of(_COMMUNITY), pl.col("pay_band") == "Band 6")
    if len(alike) == 2:
        placing = ("directorate", "service", "team", "cost_centre", "subjective_code", "job_role", "pay_band")
        same = {name: str(alike[0][name]) for name in placing}
        numbers = [plot.own_position(row, "Hydrotherapy Physiotherapist") for row in alike]
        plot.change(alike[1], **same)
        plot.note(alike[0], "POS3:I", "position_number", "Two identical positions", key=";".join(numbers))


def plant_assignments(plot: Plot) -> pl.DataFrame:
    """Plant second assignments and wrong primary flags; return the rows of the new assignments."""
    new = []
    physios = _qualified("Physiotherapist") | _qualified("Occupational therapist")
    for full_time, rules, what in (
        (False, "MUL1:I", "Two active assignments"),
        (True, "MUL1:I;MUL3:I", "Two active assignments of more than 1.0 FTE together"),
        (False, "MUL1:I;MUL4:E", "Two primary assignments"),
    ):
        fte = pl.col("contracted_fte")
        for row in plot.choose(1, physios, (fte == 1.0) if full_time else (fte <= 0.64)):
            plot.own_position(row)
            plot.note(row, rules, "assignment_number", what)
            new.append(_second_assignment(plot, row, primary="MUL4" in rules))
    for row in plot.choose(1, physios):
        plot.own_position(row)
        plot.change(row, primary_assignment="no")
        plot.note(row, "MUL4:E", "primary_assignment", "No primary assignment")
    return pl.concat(new) if new else plot.rows.clear()


def _second_assignment(plot: Plot, row: dict[str, Any], *, primary: bool) -> pl.DataFrame:
    held = plot.rows.filter(
        (pl.col("organisation_code") == row["organisation_code"])
        & (pl.col("assignment_number") == row["assignment_number"])
        & (pl.col("period") > plot.as_at.replace(year=plot.as_at.year - 1))
    )
    number = str(plot.next_position)
    plot.next_position += 7
    return held.with_columns(
        assignment_number=pl.lit(f"{row['employee_number']}-9"),
        primary_assignment=pl.lit(value=primary),
        contracted_fte=pl.lit(0.2),
        contracted_hours=pl.lit(7.5),
        position_number=pl.lit(number),
        position_title=pl.format("{} ({})", "position_title", pl.lit(number)),
        kind=pl.lit("second"),
    )


def plant_reporting_lines(plot: Plot, rows: pl.DataFrame) -> pl.DataFrame:
    """Plant supervisors who are missing, gone, circular or elsewhere, in the last month only."""
    ahp = pl.col("registration_type").fill_null("") != ""
    changes: dict[tuple[str, str], str | None] = {}

    def lead(row: dict[str, Any], supervisor: str | None, rule: str, what: str, key: str | None = None) -> None:
        changes[(str(row["organisation_code"]), str(row["assignment_number"]))] = supervisor
        plot.note(row, rule, "supervisor_employee_number", what, key=key)

    for row in plot.choose(2, ahp & pl.col("profession").is_not_null()):
        lead(row, None, "HIE1:E", "No supervisor")
    for row in plot.choose(1, ahp, _of(_ACUTE)) + plot.choose(1, ahp, _of(_COMMUNITY)):
        gone = _left_lately(plot, str(row["organisation_code"]))
        if gone:
            lead(row, gone, "HIE2:E", "Supervisor has left")
    for row in plot.choose(1, ahp):
        lead(row, str(row["employee_number"]), "HIE3:E", "Own supervisor")
    three = plot.choose(3, pl.col("profession") == "Physiotherapist", _of(_COMMUNITY))
    if len(three) == 3:
        key = ";".join(str(row["assignment_number"]) for row in three)
        for number, row in enumerate(three):
            changes[(str(row["organisation_code"]), str(row["assignment_number"]))] = str(
                three[(number + 1) % 3]["employee_number"]
            )
        plot.note(three[0], "HIE3:E", "supervisor_employee_number", "Three people supervise each other", key=key)
    for row in plot.choose(1, pl.col("profession") == "Dietitian", _of(_ACUTE)):
        lead(row, _supervisor_elsewhere(plot, row), "HIE4:R", "Reporting line does not reach the service's lead")
    table = pl.DataFrame(
        [(code, number, value) for (code, number), value in changes.items()],
        schema={"organisation_code": pl.String, "assignment_number": pl.String, "lead": pl.String},
        orient="row",
    ).with_columns(period=pl.lit(plot.as_at), moved=pl.lit(value=True))
    joined = rows.join(
        table, on=["organisation_code", "assignment_number", "period"], how="left", maintain_order="left"
    )
    supervisor = pl.when(pl.col("moved")).then("lead").otherwise("supervisor_employee_number")
    return joined.with_columns(supervisor_employee_number=supervisor).drop("lead", "moved")


def _left_lately(plot: Plot, organisation: str) -> str | None:
    """Name someone of the organisation who was in post within the last year and no longer is."""
    own = plot.rows.filter(pl.col("organisation_code") == organisation)
    now = own.filter(pl.col("period") == plot.as_at)["employee_number"]
    gone = own.filter(~pl.col("employee_number").is_in(now.implode()) & (pl.col("staff_group") != "01"))
    numbers = gone.filter(pl.col("kind") == "main").sort("period", "employee_number")["employee_number"]
    return str(numbers[-1]) if numbers.len() else None


def _supervisor_elsewhere(plot: Plot, row: dict[str, Any]) -> str | None:
    others = plot.rows.filter(
        (pl.col("period") == plot.as_at)
        & (pl.col("organisation_code") == row["organisation_code"])
        & (pl.col("directorate") == "Surgery")
    )
    return others.sort("assignment_number")["supervisor_employee_number"].drop_nulls().first()  # type: ignore[return-value]


def _qualified(profession: str) -> pl.Expr:
    named = ~pl.col("position_title").str.contains("Manager|Advanced|Consultant")
    return (pl.col("profession") == profession) & (pl.col("registration_type").fill_null("") != "") & named


def _of(kind: str) -> pl.Expr:
    return pl.col("organisation_type") == kind


def _base_grade() -> pl.Expr:
    return pl.col("pay_band").is_in(["Band 5", "Band 6"])
