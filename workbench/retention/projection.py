"""How many staff there would be if the months ahead were like the months behind: a stock-flow projection.

Each month to come is given the shares and the joiners of a real past month of the same season (its calendar month or
one beside it), so that an August looks like Augusts. A thousand such futures give the range. Before the futures are
drawn, the past months themselves are drawn again with replacement, once for each future: with two years of history
nobody knows the rates exactly, and the range has to say that too.

It is not a forecast: it knows of no plan, budget, closure or campaign. How the same method would have done over the
last twelve months stands beside it (`back_test`). Our choices, docs/methodology/projection.md.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from workbench.errors import ParameterError
from workbench.periods import add_months, month_end
from workbench.retention.transitions import OUTSIDE, matrix_of

#: Futures drawn; more of them change the shown ranges by less than one person in a hundred.
FUTURES = 1000
#: Past months that a projection needs: one of every season.
MONTHS_NEEDED = 12
#: The range holds the middle 8 of 10 futures.
RANGE = (10.0, 50.0, 90.0)
_SEED = 20190301
EVERYONE = "Total"

PROJECTED: dict[str, pl.DataType] = {
    "group": pl.String(),
    "month": pl.Date(),
    "low": pl.Float64(),
    "middle": pl.Float64(),
    "high": pl.Float64(),
}


@dataclass(frozen=True)
class BackTest:
    """How the method would have done: projected a year ago from what was known then, beside what came.

    Attributes:
        rows: one row per group and month end: `group`, `month`, `low`, `middle`, `high`, `actual`, `within`.
        started: the month end it starts from.
    """

    rows: pl.DataFrame
    started: dt.date

    @property
    def within(self) -> tuple[int, int]:
        """Of how many numbers how many lay in the range, as a pair (in it, of all); 8 in 10 are to be expected."""
        return int(self.rows["within"].sum()), self.rows.height


def project(
    steps: pl.DataFrame,
    stock: Mapping[str, int],
    start: dt.date,
    months: int = 36,
    *,
    totals: Mapping[str, Sequence[str]] | None = None,
    futures: int = FUTURES,
) -> pl.DataFrame:
    """Project the headcount of each group month by month.

    Args:
        steps: past months, as `month_steps` returns them; the more months, the better.
        stock: people in each group at `start`.
        start: the month end the projection starts from.
        months: how many months ahead.
        totals: further rows that add groups up: name and groups. Their range is that of the sums, which is narrower
            than the sum of the ranges. `Total`, of all groups, is always there.
        futures: how many futures are drawn.

    Returns:
        One row per `group` and `month` with `low`, `middle` and `high`, in people (not whole: they are averages over
        futures), sorted; the same for the same rows, always. No rows where fewer than 12 past months are known.
    """
    known = sorted(set(steps["month"]))
    if len(known) < MONTHS_NEEDED:
        return pl.DataFrame(schema=PROJECTED)
    if months < 1 or futures < 1:
        raise ParameterError(f"A projection needs months and futures of at least 1: received {months} and {futures}.")
    groups = sorted((set(steps["state_from"]) | set(steps["state_to"]) | set(stock)) - {OUTSIDE})
    states = (*groups, OUTSIDE)
    past = [matrix_of(steps.filter(pl.col("month") == month), states) for month in known]
    shares = np.stack([matrix.shares[:-1, :-1] for matrix in past])
    came_in = np.stack([matrix.came_in[:-1] for matrix in past])
    ahead = [month_end(add_months(start, step)) for step in range(1, months + 1)]
    drawn = _draw_months(known, ahead, futures)
    people = np.tile(np.array([float(stock.get(group, 0)) for group in groups]), (futures, 1))
    sums = {**(totals or {}), EVERYONE: groups}
    members = {name: [groups.index(group) for group in of if group in groups] for name, of in sums.items()}
    frames = []
    for step, month in enumerate(ahead):
        chosen = drawn[:, step]
        people = np.einsum("fi,fij->fj", people, shares[chosen]) + came_in[chosen]
        columns = {group: people[:, place] for place, group in enumerate(groups)}
        columns |= {name: people[:, places].sum(axis=1) for name, places in members.items()}
        frames.append(_ranges(columns, month))
    return pl.concat(frames).sort("group", "month")


def back_test(
    steps: pl.DataFrame,
    stocks: pl.DataFrame,
    end: dt.date,
    *,
    totals: Mapping[str, Sequence[str]] | None = None,
    months: int = 12,
) -> BackTest | None:
    """Project the last twelve months from what was known before them, and set what came beside it.

    Args:
        steps: past months, as `month_steps` returns them, up to `end`.
        stocks: people by `month` and `group` (`people`), at `end` and the month ends before.
        end: the last month end known.
        totals: as in `project`.
        months: how far back it starts.

    Returns:
        None where fewer than 12 months were known before the start, or the start or its stock is not loaded: a
        method that cannot be tested must not look tested.
    """
    started = month_end(add_months(end, -months))
    before = steps.filter(pl.col("month") <= started)
    opening = stocks.filter(pl.col("month") == started)
    if before["month"].n_unique() < MONTHS_NEEDED or opening.is_empty():
        return None
    stock = dict(opening.select("group", "people").iter_rows())
    projected = project(before, stock, started, months, totals=totals)
    came = stocks.filter(pl.col("month") > started).select("month", "group", pl.col("people").alias("actual"))
    loaded = came["month"].unique().to_list()
    sums = [
        came.filter(pl.col("group").is_in(list(of))).group_by("month").agg(pl.col("actual").sum(), group=pl.lit(name))
        for name, of in (totals or {}).items()
    ]
    everyone = came.group_by("month").agg(pl.col("actual").sum(), group=pl.lit(EVERYONE))
    actual = pl.concat([came, *(rows.select(came.columns) for rows in (*sums, everyone))])
    rows = (
        projected.filter(pl.col("month").is_in(loaded))
        .join(actual, on=["group", "month"], how="left")
        .with_columns(pl.col("actual").fill_null(0))
        .with_columns(within=pl.col("actual").is_between("low", "high"))
    )
    return BackTest(rows.sort("group", "month"), started)


def _draw_months(known: Sequence[dt.date], ahead: Sequence[dt.date], futures: int) -> NDArray[np.int64]:
    """Choose for each future and month ahead the past month it is like, by place in `known`.

    Each future draws its own past first (the known months, drawn again with replacement), then a month of the season
    from it; where its past holds none of that season, from all known months of that season, else from all known.
    """
    chance = np.random.default_rng(_SEED)
    weights = chance.multinomial(len(known), np.full(len(known), 1 / len(known)), size=futures).astype(float)
    drawn = np.empty((futures, len(ahead)), dtype=np.int64)
    for step, month in enumerate(ahead):
        apart = np.array([abs(past.month - month.month) for past in known])
        season = np.minimum(apart, 12 - apart) <= 1
        if not season.any():
            season = np.ones(len(known), dtype=bool)
        own = weights * season
        own = np.where(own.sum(axis=1, keepdims=True) > 0, own, season.astype(float))
        reached = np.cumsum(own, axis=1)
        wanted = chance.random(futures) * reached[:, -1]
        drawn[:, step] = (reached <= wanted[:, None]).sum(axis=1)
    return drawn


def _ranges(columns: Mapping[str, NDArray[np.float64]], month: dt.date) -> pl.DataFrame:
    low, middle, high = np.percentile(np.stack(list(columns.values())), RANGE, axis=1)
    return pl.DataFrame(
        {"group": list(columns), "month": [month] * len(columns), "low": low, "middle": middle, "high": high},
        schema=PROJECTED,
    )
