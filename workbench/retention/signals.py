"""Measures over time as one audience may see them, and whether they are changing.

Limits are worked out from the released values alone: a limit that rested on a withheld month would say something
about it.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import lru_cache

import polars as pl

from workbench.benchmarking.xmr import Xmr, xmr
from workbench.disclosure import Policy, disclose_measure
from workbench.measures import evaluate
from workbench.periods import add_months, month_end
from workbench.retention.choices import Choices
from workbench.retention.local_targets import Aim
from workbench.retention.released import withheld_cells, withheld_together
from workbench.warehouse.snapshot import Snapshot

#: Three years: enough for twelve quarters.
MONTHS_JUDGED = 36
#: The steps in which rates are counted, shortest first.
STEPS = {1: "month", 3: "quarter", 6: "half-year"}
#: A step is too short where more than this share of its values would be withheld.
MOST_WITHHELD = 0.25
NUMBERS = ("numerator", "denominator", "value")
RATES = ("leaver_rate", "joiner_rate")


@dataclass(frozen=True)
class Signal:
    """One measure over time: its released values, how they were judged, and the step they were counted in.

    `table` has `month`, `numerator`, `denominator`, `value` and a status column beside each (`shown`, `rounded`,
    `primary` or `secondary` where withheld, `no_data`, `not_applicable`).
    """

    measure: str
    step: int
    table: pl.DataFrame
    judged: Xmr

    @property
    def withheld(self) -> int:
        """How many values are withheld."""
        return withheld_cells(self.table, ["value"])

    @property
    def step_words(self) -> str:
        """The step in words: month, quarter or half-year."""
        return STEPS[self.step]


def rate_signal(
    snapshot: Snapshot, policy: Policy, organisation: str, month: dt.date, measure: str, choices: Choices, aim: Aim
) -> Signal:
    """Judge the leaver or joiner rate, counted in the shortest step that can be shown to this audience.

    Months are the first choice. Where more than a quarter of them would be withheld the step is a quarter, then a
    half-year: with many gaps the mean of what is left would be that of the busy months. Rates are times 12 over the
    months of the step, so that every step reads as a rate a year; limits and labels do not depend on that scale.
    Rolling twelve-month rates are not judged: each shares eleven months with its neighbour, and such a series looks
    like one long trend.
    """
    choices = counted_as(policy, choices)
    asked = (_group(choices), _options(choices))
    for step in STEPS:
        table = _released_rates(snapshot, policy, organisation, month, step, *asked)[measure]
        if withheld_share(table) <= MOST_WITHHELD:
            break
    return _signal(measure, step, table, aim)


def monthly_signal(
    snapshot: Snapshot, policy: Policy, organisation: str, month: dt.date, measure: str, choices: Choices, aim: Aim
) -> Signal:
    """Judge a measure that has a value for each month end, such as headcount or sickness absence."""
    group = _group(counted_as(policy, choices))
    options = (("source", "extract"),) if measure == "sickness_absence_rate" else ()
    return _signal(measure, 1, _released(snapshot, policy, organisation, month, 1, measure, group, options), aim)


def counted_as(policy: Policy, choices: Choices) -> Choices:
    """Return the choices as far as an audience may have them: all for an analyst, else the unit alone.

    No group has enough leavers in a month to be shown. And two ways of counting the same people, such as with and
    without doctors in training, differ by a few of them: an audience that saw both would see those few.
    """
    return choices if sees_all(policy) else Choices(unit=choices.unit)


def sees_all(policy: Policy) -> bool:
    """Whether nothing is withheld from an audience or rounded for it."""
    return not policy.withholds and not policy.round_to


def withheld_share(table: pl.DataFrame) -> float:
    """Return the share of the values that are withheld, of those that exist."""
    withheld = withheld_cells(table, ["value"])
    shown = int(table["value"].is_not_null().sum())
    return withheld / (withheld + shown) if withheld + shown else 0.0


def _signal(measure: str, step: int, table: pl.DataFrame, aim: Aim) -> Signal:
    judged = xmr(
        table["value"].to_list(),
        table["month"].to_list(),
        improvement=aim.improvement,
        target=aim.target,
        months_apart=step,
    )
    return Signal(measure, step, table, judged)


def _group(choices: Choices) -> tuple[str, str] | None:
    return None if choices.is_whole else (choices.dimension, choices.group)


def _options(choices: Choices) -> tuple[tuple[str, str], ...]:
    return (("preset", choices.preset), ("unit", choices.unit), ("trainees", choices.trainees))


@lru_cache(maxsize=32)
def _released_rates(
    snapshot: Snapshot,
    policy: Policy,
    organisation: str,
    month: dt.date,
    step: int,
    group: tuple[str, str] | None,
    options: tuple[tuple[str, str], ...],
) -> dict[str, pl.DataFrame]:
    """Return both rates, withheld together: joiners less leavers is the change in staff, which is shown elsewhere."""
    windowed = (*options, ("window_months", str(step)))
    tables = []
    for name in RATES:
        table = _released(snapshot, policy, organisation, month, step, name, group, windowed)
        table = table.with_columns(value=pl.col("value") * (12 / step))
        tables.append(table.rename({column: f"{name} {column}" for column in table.columns if column != "month"}))
    wide = tables[0].join(tables[1], on="month", how="full", coalesce=True)
    wide = withheld_together(wide, [f"{name} {column}" for name in RATES for column in ("numerator", "value")])
    return {
        name: wide.select(
            "month", *(pl.col(c).alias(c.removeprefix(f"{name} ")) for c in wide.columns if c.startswith(f"{name} "))
        ).sort("month")
        for name in RATES
    }


@lru_cache(maxsize=64)
def _released(
    snapshot: Snapshot,
    policy: Policy,
    organisation: str,
    month: dt.date,
    step: int,
    measure: str,
    group: tuple[str, str] | None,
    options: tuple[tuple[str, str], ...],
) -> pl.DataFrame:
    """Return a measure step by step up to a month end, as the audience may see it; nothing before the first value."""
    by = ["month", group[0]] if group else ["month"]
    result = evaluate(snapshot, measure, organisation=organisation, as_at=month, by=by, options=dict(options))
    frame = disclose_measure(result, policy).frame
    if group:
        frame = _rows_of(frame, *group)
    ends = [month_end(add_months(month.replace(day=1), -step * back)) for back in range(MONTHS_JUDGED // step)]
    frame = frame.filter(pl.col("month").is_in(ends)).sort("month")
    known = frame.filter(pl.col("status") != "no_data")
    frame = frame.filter(pl.col("month") >= known["month"].min()) if known.height else frame.clear()
    shown = pl.lit("rounded" if policy.round_to else "shown")
    status = (
        pl.when(pl.col("status") == "ok")
        .then(shown)
        .when(pl.col("status") == "suppressed")
        .then(pl.lit("primary"))
        .otherwise("status")
    )
    return frame.select("month", *NUMBERS, *(status.alias(f"{name}_status") for name in NUMBERS))


def _rows_of(frame: pl.DataFrame, dimension: str, label: str) -> pl.DataFrame:
    """Take one group's rows; in a month that is loaded but in which the group has nobody, nothing applies."""
    unknown = frame.filter(pl.col("status") == "no_data")["month"].implode()
    return (
        frame.select("month")
        .unique()
        .join(frame.filter(pl.col(dimension) == label), on="month", how="left")
        .with_columns(
            status=pl.when(pl.col("month").is_in(unknown))
            .then(pl.lit("no_data"))
            .otherwise(pl.col("status").fill_null("not_applicable"))
        )
    )
