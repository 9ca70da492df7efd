"""Where people stand from one month end to the next: between professions, bands or services, and out of the door.

A person in active service is in the state of their group; someone employed but on maternity leave, career break or
secondment out is `inactive`; someone not employed here is `outside`. The shares of each state that move on make a
transition matrix. A year is the product of its twelve monthly matrices, not twelve times one of them; the matrix
counted directly between two month ends a year apart differs from both, because of returns, tenure and season.
See docs/methodology/transitions.md.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from workbench.errors import ParameterError, unknown_name
from workbench.warehouse.snapshot import Snapshot

QUERIES = Path(__file__).parent / "queries"

INACTIVE, OUTSIDE = "inactive", "outside"
DIMENSIONS = ("profession", "pay_band", "staff_group", "service", "directorate")


@dataclass(frozen=True)
class TransitionMatrix:
    """The share of each state's people that is in each state one step later.

    Attributes:
        states: the states in their order, `outside` last.
        people: how many people were in each state at the start; over several steps, added up.
        moves: people by state before (row) and state after (column). The row of `outside` holds those who came in.
    """

    states: tuple[str, ...]
    moves: NDArray[np.float64]

    @property
    def at_risk(self) -> NDArray[np.float64]:
        """How many people each share rests on: those in the state at the start of each step."""
        return np.asarray(self.moves.sum(axis=1), dtype=np.float64)

    @property
    def shares(self) -> NDArray[np.float64]:
        """The shares; every row adds up to 1. Leaving is for good: who comes back is a joiner.

        A state that nobody was in has no shares of its own; people are taken to stay in it, so that it moves nobody.
        """
        held = self.at_risk[:, None]
        shares: NDArray[np.float64] = np.eye(len(self.states))
        np.divide(self.moves[:-1], held[:-1], out=shares[:-1], where=held[:-1] > 0)
        return shares

    @property
    def came_in(self) -> NDArray[np.float64]:
        """How many people came in from outside, by the state they came into."""
        return np.asarray(self.moves[-1], dtype=np.float64)

    def rows(self) -> pl.DataFrame:
        """Return the matrix as rows: `state_from`, `state_to`, `people`, `at_risk`, `share`; `outside` is no start."""
        shares, held = self.shares, self.at_risk
        return pl.DataFrame(
            [
                (before, after, int(self.moves[i, j]), int(held[i]), float(shares[i, j]) if held[i] else None)
                for i, before in enumerate(self.states[:-1])
                for j, after in enumerate(self.states)
            ],
            schema={
                "state_from": pl.String,
                "state_to": pl.String,
                "people": pl.Int64,
                "at_risk": pl.Int64,
                "share": pl.Float64,
            },
            orient="row",
        )


def month_steps(
    snapshot: Snapshot,
    organisation: str,
    dimension: str,
    first: dt.date,
    last: dt.date,
    *,
    inactive_apart: bool = True,
) -> pl.DataFrame:
    """Count people by their state at each month end and at the one before it.

    Args:
        dimension: what the groups are: profession, pay_band, staff_group, service or directorate.
        first: the first month end that a step may lead to.
        last: the last one.
        inactive_apart: keep those employed but not in active service as a state of its own; otherwise they stand in
            the group they are placed in, as the headcount counts them.

    Returns:
        One row per `month` (the later of the two), `state_from`, `state_to`, with `people`. Months that are not
        loaded, or whose month before is not, have no row: nothing is known about the step.

    Raises:
        UnknownName: the dimension is none of those.
    """
    if dimension not in DIMENSIONS:
        raise unknown_name("dimension of transitions", dimension, DIMENSIONS)
    return _month_steps(snapshot, organisation, dimension, first, last, inactive_apart)


@lru_cache(maxsize=32)
def _month_steps(
    snapshot: Snapshot, organisation: str, dimension: str, first: dt.date, last: dt.date, inactive_apart: bool
) -> pl.DataFrame:
    return snapshot.query(
        QUERIES / "month_steps.sql",
        organisation=organisation,
        dimension=dimension,
        first=first,
        last=last,
        inactive_apart=inactive_apart,
    )


def between_month_ends(
    snapshot: Snapshot, organisation: str, dimension: str, opening: dt.date, closing: dt.date
) -> pl.DataFrame:
    """Count people by their state at two month ends, whatever they did in between.

    Returns:
        The rows of `month_steps` with `closing` as the only month; none where one of the two months is not loaded.
    """
    if dimension not in DIMENSIONS:
        raise unknown_name("dimension of transitions", dimension, DIMENSIONS)
    return snapshot.query(
        QUERIES / "states_at_two_month_ends.sql",
        organisation=organisation,
        dimension=dimension,
        opening=opening,
        closing=closing,
    )


def states_of(steps: pl.DataFrame) -> tuple[str, ...]:
    """List the states that occur: the groups by name, then `inactive`, then `outside`."""
    named = set(steps["state_from"]) | set(steps["state_to"])
    groups = sorted(named - {INACTIVE, OUTSIDE})
    return (*groups, *([INACTIVE] if INACTIVE in named else []), OUTSIDE)


def matrix_of(steps: pl.DataFrame, states: Sequence[str] | None = None) -> TransitionMatrix:
    """Add up steps to one matrix: moves from i to j over all months, over everyone in i at their starts.

    Args:
        steps: rows as `month_steps` returns them.
        states: the order of the states, `outside` last; those that occur, where it is not given.

    Raises:
        ParameterError: a state occurs in the rows that is not in `states`.
    """
    order = tuple(states) if states is not None else states_of(steps)
    place = {state: index for index, state in enumerate(order)}
    moves = np.zeros((len(order), len(order)))
    for before, after, people in steps.select("state_from", "state_to", "people").iter_rows():
        if before not in place or after not in place:
            lost = before if before not in place else after
            raise ParameterError(f"State {lost!r} is not among the states given: {', '.join(order)}.")
        moves[place[before], place[after]] += people
    return TransitionMatrix(order, moves)


def over_a_year(monthly: Sequence[TransitionMatrix]) -> NDArray[np.float64]:
    """Multiply monthly matrices, in order of time, to the shares over all of them."""
    if not monthly:
        raise ParameterError("A year needs its monthly matrices: received none.")
    product = np.eye(len(monthly[0].states))
    for matrix in monthly:
        product = product @ matrix.shares
    return product


def leaving_within_the_year(monthly_rates: Sequence[float]) -> float:
    """Turn monthly leaving rates into the probability that someone in post now leaves within those months.

    1 - (1 - m1)(1 - m2)...: 0.8 per cent a month is 9.19 per cent a year, not 9.6. The rates are shares (0.008),
    and so is the result.
    """
    return float(1 - np.prod(1 - np.asarray(_checked(monthly_rates))))


def turnover_of_a_kept_size(monthly_rates: Sequence[float]) -> float:
    """Add up monthly leaving rates: the yearly turnover of a group whose leavers are replaced at once.

    More than the probability of leaving within the year, since those who replace leavers may leave as well.
    """
    return float(np.sum(_checked(monthly_rates)))


def _checked(rates: Sequence[float]) -> Sequence[float]:
    for rate in rates:
        if not 0 <= rate <= 1:
            raise ParameterError(f"A monthly rate is a share between 0 and 1: received {rate!r}.")
    return rates
