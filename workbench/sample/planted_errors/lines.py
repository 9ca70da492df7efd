"""Planted differences between sources: service lists, ledger and costing against staff in post."""

from __future__ import annotations

from typing import Any

import polars as pl

from workbench.sample.planted_errors.answer_key import Planted
from workbench.sample.planted_errors.coding import Plot

_NOT_IN_ESR = "99000017"
_AHP = pl.col("registration_type").fill_null("") != ""
_COMMUNITY = (pl.col("organisation_type") == "Community Provider Trust") & _AHP
_FULL_TIME = pl.col("contracted_fte") == 1.0
_OTHER_VALUES = (("pay_band", "Band 8a"), ("fte", 0.8), ("team", "Hospice Outreach"), ("profession", "Dietitian"))
_SPLITS = (
    ((0.6, 0.4), "MUL2:R", "Time split between two professions, one assignment in ESR"),
    ((0.58, 0.4), "MUL2:R;MUL3:R", "Time split between two professions that does not add up to the contract"),
)


def plant_in_service_list(plot: Plot, listed: pl.DataFrame) -> pl.DataFrame:
    """Plant people who are on one side only, values that differ, and time split between two professions."""
    listed = _with_people_on_one_side(plot, listed)
    listed = _with_other_values(plot, listed)
    listed = _with_split_time(plot, listed)
    keys = ["organisation_code", "service", "employee_number", "profession"]
    return listed.with_columns(pl.col("split_percent").round(2)).sort(keys)


def _with_people_on_one_side(plot: Plot, listed: pl.DataFrame) -> pl.DataFrame:
    some_profession = pl.col("profession").is_not_null()
    for place, row in enumerate(plot.choose(2, _COMMUNITY, some_profession)):
        gone = _NOT_IN_ESR if place == 0 else _leaver(plot, str(row["organisation_code"]))
        if gone is not None:
            listed = pl.concat([listed, listed.filter(_person(row)).head(1).with_columns(employee_number=pl.lit(gone))])
            _note_listed(plot, row, "LST1:R", "employee_number", "On the list and not in ESR", gone)
    for row in plot.choose(1, _COMMUNITY, some_profession):
        listed = listed.filter(~_person(row))
        _note_listed(plot, row, "LST2:R", "employee_number", "In ESR and not on the list")
    return listed


def _with_other_values(plot: Plot, listed: pl.DataFrame) -> pl.DataFrame:
    for name, value in _OTHER_VALUES:
        chosen = plot.choose(1, _COMMUNITY, _FULL_TIME, pl.col("profession") == "Physiotherapist")
        for row in chosen or plot.choose(1, _FULL_TIME, pl.col("profession") == "Occupational therapist"):
            listed = _edited(listed, row, {name: value})
            _note_listed(plot, row, "LST3:R", name, f"List and ESR differ in {name}")
    return listed


def _with_split_time(plot: Plot, listed: pl.DataFrame) -> pl.DataFrame:
    assistants = _FULL_TIME & (pl.col("profession") == "Physiotherapist") & (pl.col("staff_group") == "07")
    for (first, second), rules, what in _SPLITS:
        for row in plot.choose(1, assistants):
            listed = _edited(listed, row, {"fte": first, "split_percent": 100 * first})
            other = listed.filter(_person(row)).head(1)
            other = other.with_columns(
                profession=pl.lit("Occupational therapist"), fte=pl.lit(second), split_percent=pl.lit(100 * second)
            )
            listed = pl.concat([listed, other])
            _note_listed(plot, row, rules, "split_percent", what)
    return listed


def _person(row: dict[str, Any]) -> pl.Expr:
    return pl.all_horizontal(pl.col(name) == row[name] for name in ("organisation_code", "employee_number"))


def _edited(listed: pl.DataFrame, row: dict[str, Any], values: dict[str, Any]) -> pl.DataFrame:
    here = _person(row)
    return listed.with_columns(
        pl.when(here).then(pl.lit(value)).otherwise(name).alias(name) for name, value in values.items()
    )


def _note_listed(plot: Plot, row: dict[str, Any], rules: str, where: str, what: str, key: str | None = None) -> None:
    number, organisation = key or str(row["employee_number"]), str(row["organisation_code"])
    for entry in rules.split(";"):
        rule, severity = entry.split(":")
        plot.planted.append(Planted("coding", "service_list", number, where, what, rule, organisation, severity))


def _leaver(plot: Plot, organisation: str) -> str | None:
    own = plot.rows.filter((pl.col("organisation_code") == organisation) & pl.col("profession").is_not_null())
    now = own.filter(pl.col("period") == plot.as_at)["employee_number"]
    gone = own.filter(~pl.col("employee_number").is_in(now.implode())).sort("period", "employee_number")
    return str(gone["employee_number"][-1]) if gone.height else None


def plant_in_ledger(plot: Plot, lines: pl.DataFrame) -> pl.DataFrame:
    """Plant ledger lines of the last month that disagree with staff in post."""
    key = ["organisation_code", "cost_centre", "subjective_code", "staff_group", "pay_band"]
    now = lines.filter(pl.col("period") == plot.as_at)
    planted: list[Planted] = []

    def note(row: dict[str, Any], rule: str, where: str, what: str) -> None:
        where_key = f"{row['cost_centre']}/{row['staff_group']}"
        rule, severity = rule.split(":")
        planted.append(
            Planted("reconciliation", "ledger", where_key, where, what, rule, str(row["organisation_code"]), severity)
        )

    kept = lines
    for row in now.filter(~pl.col("staff_group").str.contains(r"^\d\d$")).iter_rows(named=True):
        what = "A word that the list does not hold, as in staff in post"
        where_key = f"{row['cost_centre']}/{row['staff_group']}"
        planted.append(
            Planted("code", "ledger", where_key, "staff_group", what, "unknown_code", row["organisation_code"], "kept")
        )
    for organisation in now["organisation_code"].unique().sort().to_list():
        own = now.filter(
            (pl.col("organisation_code") == organisation) & pl.col("staff_group").is_in(["07", "08", "09"])
        ).sort("contracted_wte", *key)
        alone = own.filter((pl.len().over("cost_centre", "staff_group") == 1) & (pl.col("contracted_wte") >= 0.5)).rows(
            named=True
        )
        if len(alone) < 4:
            continue
        missing, more, fewer, unfunded = alone[:4]
        here = _line(missing, key, plot)
        kept = kept.filter(~here)
        note(missing, "EST1:R", "cost_centre", "Staff in post without a budget line")
        kept = _with(kept, _line(more, key, plot), contracted_wte=round(float(more["contracted_wte"]) + 1.0, 4))
        note(more, "EST2:R", "contracted_wte", "Ledger contracts 1.00 WTE more than ESR")
        kept = _with(kept, _line(fewer, key, plot), contracted_wte=round(float(fewer["contracted_wte"]) - 0.4, 4))
        note(fewer, "EST2:R", "contracted_wte", "Ledger contracts 0.40 WTE less than ESR")
        kept = _with(kept, _line(unfunded, key, plot), budget_wte=0.0, budget_amount=0.0)
        note(unfunded, "unfunded:R", "budget_wte", "Staff in post on a line without budget")
        nobody = {"contracted_wte": 0.0, "worked_wte": 0.0, "actual_amount": 0.0}
        spare = own.head(1).with_columns(
            cost_centre=pl.lit("Z99001"),
            cost_centre_name=pl.lit("Winter Escalation Team"),
            function=pl.lit(None, pl.String),
            budget_wte=pl.lit(4.0),
            budget_amount=pl.lit(11_000.0),
            **{name: pl.lit(value) for name, value in nobody.items()},
        )
        kept = pl.concat([kept, spare])
        note(spare.row(0, named=True), "EST1:R", "cost_centre", "Budget line without a position")
    plot.planted += planted
    return kept.sort("organisation_code", "period", *key[1:])


def _line(row: dict[str, Any], key: list[str], plot: Plot) -> pl.Expr:
    return pl.all_horizontal(*(pl.col(name) == row[name] for name in key), pl.col("period") == plot.as_at)


def _with(lines: pl.DataFrame, here: pl.Expr, **values: float) -> pl.DataFrame:
    return lines.with_columns(pl.when(here).then(value).otherwise(name).alias(name) for name, value in values.items())


def plant_in_costing(plot: Plot, splits: pl.DataFrame) -> pl.DataFrame:
    """Plant a costing to another centre, and one whose shares do not make 100."""
    for row, (what, rule) in zip(
        plot.choose(2, _AHP, pl.col("organisation_type") != "Ambulance"),
        (("Charged to another cost centre", "EST3:R"), ("Shares make 90, not 100", "EST3:E")),
        strict=False,
    ):
        here = (pl.col("organisation_code") == row["organisation_code"]) & (
            pl.col("assignment_number") == row["assignment_number"]
        )
        rule_id, severity = rule.split(":")
        if severity == "R":
            splits = splits.with_columns(cost_centre=pl.when(here).then(pl.lit("Z99002")).otherwise("cost_centre"))
        else:
            splits = splits.with_columns(percent=pl.when(here).then(90.0).otherwise("percent"))
        plot.planted.append(
            Planted("reconciliation", "costing_splits", str(row["assignment_number"]), "percent", what, rule_id,
                    str(row["organisation_code"]), severity)
        )  # fmt: skip
    return splits
