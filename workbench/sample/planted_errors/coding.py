"""Coding errors of allied health professionals: records changed so that each rule has something to find.

Every case stands on a position and title of its own, so that it sets off the rules that it is meant for and no
others. The cases that change one record are in `coding_cases.csv`; those that need several records are in
`positions.py` and `lines.py`.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from workbench.sample.chance import Chance
from workbench.sample.planted_errors.answer_key import Planted

BLANK = "<blank>"
_CASES = Path(__file__).parent / "coding_cases.csv"
_FIELDS = ("occupation_code", "job_role", "staff_group", "area_of_work", "pay_band")
_SAMPLE_FILE = "staff_in_post"


@dataclass
class Plot:
    """The rows in which errors are planted, who may still be chosen, and what was planted so far."""

    rows: pl.DataFrame
    as_at: dt.date
    kinds: dict[str, str]
    chance: Chance
    planted: list[Planted] = field(default_factory=list)
    changes: list[tuple[str, str, str, str | None]] = field(default_factory=list)
    registrations: dict[tuple[str, str], str] = field(default_factory=dict)
    used: set[tuple[str, str]] = field(default_factory=set)
    next_position: int = 900_001

    def __post_init__(self) -> None:
        last = self.rows.filter(pl.col("period") == self.as_at)
        heads = last["supervisor_employee_number"].drop_nulls().unique()
        alone = pl.len().over("organisation_code", "employee_number") == 1
        clean = last.filter(
            alone
            & (pl.col("kind") == "main")
            & (pl.col("arrangement") == "substantive")
            & (pl.col("assignment_status") == "02")
            & (pl.col("contract_type") == "05")
            & ~pl.col("employee_number").is_in(heads.implode())
        ).sort("organisation_code", "assignment_number")
        draws = pl.Series(self.chance.uniform("planted records", clean.height))
        self.candidates = clean.with_columns(
            draw=draws, organisation_type=pl.col("organisation_code").replace_strict(self.kinds)
        ).sort("draw")

    def choose(self, count: int, *conditions: pl.Expr) -> list[dict[str, Any]]:
        """Take up to `count` records that nothing has been planted in yet; fewer in a very small sample."""
        chosen: list[dict[str, Any]] = []
        for row in self.candidates.filter(*conditions).iter_rows(named=True):
            person = (row["organisation_code"], row["assignment_number"])
            if len(chosen) < count and person not in self.used:
                self.used.add(person)
                chosen.append(row)
        return chosen

    def change(self, row: dict[str, Any], **values: str | None) -> None:
        """Change columns of a record in every month."""
        for column, value in values.items():
            self.changes.append((str(row["organisation_code"]), str(row["assignment_number"]), column, value))

    def own_position(self, row: dict[str, Any], title: str | None = None) -> str:
        """Give a record a position that nobody else holds, with a title of its own unless one is given."""
        number = str(self.next_position)
        self.next_position += 7
        self.change(row, position_number=number, position_title=title or f"{row['position_title']} ({number})")
        return number

    def note(
        self, row: dict[str, Any], rules: str, where: str, what: str, *, key: str | None = None, kind: str = "coding",
        right_code: str = "",
    ) -> None:  # fmt: skip
        """Enter in the answer key what the rules, written as `RULE:severity;...`, should find in a record.

        The right code of one record is the one that it had, unless another is given.
        """
        right = right_code or (str(row["occupation_code"] or "") if key is None else "")
        for entry in rules.split(";"):
            rule, severity = entry.split(":")
            self.planted.append(
                Planted(kind, _SAMPLE_FILE, key or str(row["assignment_number"]), where, what, rule,
                        str(row["organisation_code"]), severity, right_code=right if kind == "coding" else "")
            )  # fmt: skip


def plant_cases(plot: Plot) -> None:
    """Plant the cases that change one record each."""
    cases = pl.read_csv(_CASES, infer_schema=False).fill_null("")
    for case in cases.iter_rows(named=True):
        of_kind = pl.col("organisation_type") == case["organisation_type"]
        for row in plot.choose(int(case["count"]), of_kind, _wanted(case["profession"], case["level"])):
            values = {name: case[name] for name in _FIELDS if case[name]}
            number = plot.own_position(row)
            plot.change(row, **{name: None if value == BLANK else value for name, value in values.items()})
            registration = case["registration"]
            if registration in ("expired", "stale", "long ago"):
                plot.registrations[(str(row["organisation_code"]), str(row["employee_number"]))] = registration
            elif registration:
                plot.change(row, registration_type="" if registration == "none" else registration)
            where = ";".join([*values, *(["registration"] if registration else [])])
            for entry in case["rules"].split(";"):
                of_position = entry.startswith("POS")
                plot.note(row, entry, where, case["what"], key=number if of_position else None,
                          right_code="" if of_position else case["right_code"])  # fmt: skip
            _note_code(plot, row, values.get("occupation_code", ""), case)


def _wanted(profession: str, level: str) -> pl.Expr:
    registered = pl.col("registration_type").fill_null("") != ""
    if level == "administrator":
        return (pl.col("staff_group") == "08") & (pl.col("job_role") == "08002")
    same = pl.col("profession") == profession
    if level == "support":
        return same & pl.col("job_role").is_in(["07012"])
    if level == "student":
        return same & (pl.col("staff_group") == "02")
    named = ~pl.col("position_title").str.contains("Manager|Leader|Lead|Advanced|Consultant|Operations")
    return same & registered & named & pl.col("pay_band").is_in(["Band 5", "Band 6", "Band 7"])


def _note_code(plot: Plot, row: dict[str, Any], code: str, case: dict[str, str]) -> None:
    """Codes that no list holds, and retired ones, are also flagged when the code lists are looked up."""
    found = {"S3E": "unknown_code", "SOE": "unknown_code", "SAT": "retired_code", "S2D": "retired_code",
             "A1A": "retired_code"}.get(code)  # fmt: skip
    if found:
        plot.note(row, f"{found}:kept", "occupation_code", case["what"], kind="code")
    if "Retired" in case["area_of_work"]:
        plot.note(row, "retired_code:kept", "area_of_work", case["what"], kind="code")


def plant_unknown_words(plot: Plot) -> None:
    """Plant words that no code list holds: such staff stay in the data, counted in a row of their own."""
    for column, word, kind in (
        ("contract_type", "Zero Hours (local)", "Acute"),
        ("assignment_status", "Gardening Leave", "Community Provider Trust"),
        ("staff_group", "Wellbeing Volunteers", "Ambulance"),
    ):
        officers = (pl.col("staff_group") == "08") & (pl.col("job_role") == "08006")
        for row in plot.choose(1, officers, pl.col("organisation_type") == kind):
            plot.own_position(row)
            plot.change(row, **{column: word})
            plot.note(row, "unknown_code:kept", column, "A word that the list does not hold", kind="code")


def registrations_as_planted(plot: Plot, checks: pl.DataFrame) -> pl.DataFrame:
    """Let registrations expire, or their last check be too long ago, where that is planted."""
    key = ["organisation_code", "employee_number"]
    planted = pl.DataFrame(
        [(*person, state) for person, state in plot.registrations.items()],
        schema=[*key, "planted"], orient="row", schema_overrides={"planted": pl.String},
    )  # fmt: skip
    joined = checks.join(planted, on=key, how="left", maintain_order="left")
    state, checked = pl.col("planted").fill_null(""), pl.col("checked_date")
    month = plot.as_at.replace(day=1)
    expired = (state == "expired") & (checked >= month)
    ago = plot.as_at - dt.timedelta(days=500)
    last = checked == checked.max().over(key)
    kept = joined.filter(~((state == "stale") & (checked >= month)) & ~((state == "long ago") & ~last))
    return kept.with_columns(
        status=pl.when(expired).then(pl.lit("02")).otherwise("status"),
        expiry_date=pl.when(expired).then(pl.lit(plot.as_at - dt.timedelta(days=15))).otherwise("expiry_date"),
        checked_date=pl.when(state == "long ago").then(pl.lit(ago)).otherwise("checked_date"),
    ).drop("planted")


def changed_rows(plot: Plot) -> pl.DataFrame:
    """Return the month-end rows with every planted change in place, in the order in which they were."""
    table = pl.DataFrame(
        plot.changes,
        schema=["organisation_code", "assignment_number", "column", "value"],
        orient="row",
        schema_overrides={"value": pl.String},
    )
    key = ["organisation_code", "assignment_number"]
    affected = plot.rows.join(table.select(key).unique(), on=key, how="semi", maintain_order="left")
    rest = plot.rows.join(table.select(key).unique(), on=key, how="anti", maintain_order="left")
    for (column,), values in table.group_by("column", maintain_order=True):
        latest = values.unique(key, keep="last", maintain_order=True).with_columns(changed=pl.lit(value=True))
        joined = affected.join(latest.drop("column"), on=key, how="left", maintain_order="left")
        value = pl.col("value") == "yes" if affected.schema[str(column)] == pl.Boolean else pl.col("value")
        new = pl.when(pl.col("changed")).then(value).otherwise(pl.col(str(column)))
        affected = joined.with_columns(new.alias(str(column))).drop("value", "changed")
    return pl.concat([rest, affected.select(rest.columns)]).sort("organisation_code", "assignment_number", "period")
