"""Disclosure control of a measure's rows."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import polars as pl

from workbench.disclosure.policy import Policy
from workbench.disclosure.release import WITHHELD, Rate, release
from workbench.errors import DisclosureError

if TYPE_CHECKING:
    from workbench.measures import MeasureResult

# Rows for different months or organisations, or for the two ends of a range, are not added up to a total.
APART = ("month", "organisation", "bound")
NUMBERS = ("numerator", "denominator", "value")


def disclose_measure(result: MeasureResult, policy: Policy) -> MeasureResult:
    """Return the measure's rows as the audience of `policy` may see them.

    A row is withheld whole (status `suppressed`, numbers null) when numerator or denominator rests on too few people,
    or when it is needed to protect such a row: the total over all groups is taken as known, because asking for the
    measure without a breakdown shows it. Where a rate says of one of the two only how many people stand behind it, both
    rest on these: it is one set of people. Rounded numerators and denominators give rounded values.

    An audience with withheld numbers gets one breakdown at a time (besides month and organisation): two finer tables
    could be added up to what a coarser one withholds.

    Raises:
        DisclosureError: more than one breakdown was asked for such an audience.
    """
    if not policy.withholds and not policy.round_to:
        return result
    within = [name for name in result.request.by if name not in APART]
    if len(within) > 1:
        raise DisclosureError(
            f"For audience {policy.audience!r} a measure is broken down by one dimension at a time, besides month: "
            f"received {', '.join(within)}. Two together could be added up to what is withheld."
        )
    if result.measure.unit == "level":
        return _levels(result, policy)
    behind = {name: f"{name}_people" for name in ("numerator", "denominator")}
    people = [column for column in behind.values() if result.people[column].is_not_null().any()]
    if not people:
        return result
    table = pl.concat([result.frame, result.people], how="horizontal")
    numerator, denominator = behind.values()
    is_part = len(people) == 2 and (table[numerator] <= table[denominator]).all()
    whole = {name: table[name].dtype for name in NUMBERS}
    rates = {"value": Rate("numerator", "denominator")} if result.measure.is_rate else {}
    released = release(
        table,
        policy=policy,
        people=people,
        dependants={
            **{
                name: [column if column in people else people[0]]
                for name, column in behind.items()
                if column in people or result.measure.is_rate
            },
            **({} if result.measure.is_rate else {"value": [numerator]}),
        },
        rates=rates,
        within=within,
        by=[name for name in result.request.by if name in APART],
        parts={denominator: [numerator]} if is_part else {},
        total_known=True,
    ).table
    statuses = [f"{column}_status" for column in people]
    hidden = pl.any_horizontal(pl.col(name).is_in(WITHHELD) for name in statuses)
    frame = (
        released.with_columns(
            status=pl.when(hidden & (pl.col("status") == "ok")).then(pl.lit("suppressed")).otherwise("status"),
        )
        .with_columns(pl.when(pl.col("status") != "suppressed").then(name).cast(whole[name]) for name in NUMBERS)
        .select(result.frame.columns)
    )
    # Counts beside the rows (who was left out, and why) are guarded by no rule of this table, so they do not travel.
    stamp = {name: value for name, value in result.stamp.items() if name != "counts"}
    stamp["disclosure"] = policy.sentence
    return replace(result, frame=frame, people=result.people.clear(), stamp=stamp)


def _levels(result: MeasureResult, policy: Policy) -> MeasureResult:
    """Withhold the levels of scopes with few people. Levels add up to nothing, so nothing else gives them back."""
    small = pl.Series([people is not None and policy.is_small(people) for people in result.people["numerator_people"]])
    hidden = small & (result.frame["status"] == "ok")
    frame = result.frame.with_columns(
        status=pl.when(hidden).then(pl.lit("suppressed")).otherwise("status"),
        value=pl.when(~hidden).then("value"),
    )
    stamp = {name: value for name, value in result.stamp.items() if name != "counts"}
    stamp["disclosure"] = f"levels of fewer than {policy.smallest_shown} people are withheld"
    return replace(result, frame=frame, people=result.people.clear(), stamp=stamp)
