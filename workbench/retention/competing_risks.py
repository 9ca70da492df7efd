"""Why people leave or where they go, by length of service: competing risks and moves between states.

    risks = cumulative_incidence(time=[1, 2, 2, 3], cause=["retired", None, "resigned", "retired"])
    risks.incidence["retired"], risks.event_free

Plain functions over sequences (Aalen-Johansen). One less the Kaplan-Meier curve of a cause, with the other causes
taken as censored, is too high: it lets people who retired resign later. Here the shares of all causes and of those
still in post add up to 1 at every time. Tenure comes in whole days or months and so is full of ties: they are taken
together, never broken by chance, so the answer is the same on every run.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import TYPE_CHECKING

import numpy as np

from workbench.errors import ParameterError, unknown_name
from workbench.retention.survival import Counts, Numbers, check_confidence, number_at_risk, observed, within_start

if TYPE_CHECKING:
    import polars as pl


@dataclass(frozen=True, eq=False)
class CumulativeIncidence:
    """The share who left for each cause by length of service, and the share still in post.

    Attributes:
        time: the times reported, ascending.
        at_risk: people at risk at each time.
        event_free: share still in post just after each time.
        causes: the causes, in alphabetical order or as they were given.
        incidence: by cause, the share who had left for it by each time.
        variance: by cause, the variance of that share (infinitesimal jackknife).
        lower, upper: by cause, limits on the log(-log) scale; nan where the share is 0.
        start: length of service from which the shares count.
    """

    time: Numbers
    at_risk: Counts
    event_free: Numbers
    causes: tuple[str, ...]
    incidence: Mapping[str, Numbers]
    variance: Mapping[str, Numbers]
    lower: Mapping[str, Numbers]
    upper: Mapping[str, Numbers]
    start: float

    def to_frame(self) -> pl.DataFrame:
        """Return one row per time and cause."""
        import polars as pl

        frames = [
            pl.DataFrame(
                {
                    "time": self.time,
                    "cause": [cause] * self.time.size,
                    "at_risk": self.at_risk,
                    "event_free": self.event_free,
                    "incidence": self.incidence[cause],
                    "lower": self.lower[cause],
                    "upper": self.upper[cause],
                }
            )
            for cause in self.causes
        ]
        return pl.concat(frames).fill_nan(None) if frames else pl.DataFrame()


def cumulative_incidence(
    time: Sequence[float] | Numbers,
    cause: Sequence[Hashable],
    entry: Sequence[float] | Numbers | None = None,
    *,
    start: float | None = None,
    causes: Sequence[str] | None = None,
    times: Sequence[float] | Numbers | None = None,
    confidence: float = 0.95,
) -> CumulativeIncidence:
    """Estimate the share who left for each cause by length of service.

    A cause that was not recorded is a cause of its own: taken as censored, it would be spread over the known ones
    as if it were known that they are alike.

    Args:
        time: length of service when the person left or was last seen.
        cause: why the person left then; None or 0 where the person was only last seen then.
        entry: length of service when the person came under observation; 0 for all where it is not given.
        start: condition on still being in post at this length of service, as in `kaplan_meier`.
        causes: the causes to report, in this order; all that occur where not given.
        times: lengths of service to report; each at which somebody left or was last seen where not given.
        confidence: how often the limits should hold the true share.

    Raises:
        ParameterError: as for `kaplan_meier`.
        UnknownName: somebody left for a cause that `causes` does not list.

    Source: O. Aalen and S. Johansen (1978). Checked against the R package survival, and the variance against SAS.
    """
    check_confidence(confidence)
    labels = ["" if one is None or one == 0 else str(one) for one in cause]
    entered, left, happened = observed(time, [label != "" for label in labels], entry, start)
    labels = [label for label, kept in zip(labels, within_start(time, start), strict=True) if kept]
    names = _causes(labels, causes)
    step = np.unique(left)
    at_risk = number_at_risk(entered, left, step)
    which = np.array([names.index(label) if label else -1 for label in labels], dtype=np.int64)
    leavers = np.zeros((len(names), step.size))
    np.add.at(leavers, (which[happened], np.searchsorted(step, left[happened])), 1.0)
    hazard = leavers / at_risk
    total = hazard.sum(axis=0)
    gone = np.cumsum(leavers.sum(axis=0) == at_risk) > 0
    event_free = np.where(gone, 0.0, np.cumprod(1 - total))
    before = np.concatenate([[1.0], event_free[:-1]])
    incidence = np.cumsum(before * hazard, axis=1)
    asked = step if times is None else np.unique(np.asarray(times, dtype=np.float64))
    place = np.searchsorted(step, asked, side="right")
    padded = np.concatenate([np.zeros((len(names), 1)), incidence], axis=1)
    variance = _variance(_Steps(step, at_risk, hazard, total, before, padded), entered, left, which, place)
    shares = padded[:, place]
    lower, upper = _limits(shares, variance, NormalDist().inv_cdf(0.5 + confidence / 2))
    return CumulativeIncidence(
        time=asked,
        at_risk=number_at_risk(entered, left, asked),
        event_free=np.concatenate([[1.0], event_free])[place],
        causes=names,
        incidence=dict(zip(names, shares, strict=True)),
        variance=dict(zip(names, variance, strict=True)),
        lower=dict(zip(names, lower, strict=True)),
        upper=dict(zip(names, upper, strict=True)),
        start=0.0 if start is None else float(start),
    )


@dataclass(frozen=True, eq=False)
class StateProbabilities:
    """The share of people in each state by time.

    Attributes:
        states: the states, in the order of the columns.
        time: the times, ascending.
        at_risk: weight of those at risk in each state at each time, one row per time.
        probability: share in each state just after each time, one row per time.
        start: share in each state just before the first move.
    """

    states: tuple[str, ...]
    time: Numbers
    at_risk: Numbers
    probability: Numbers
    start: Numbers


def state_probabilities(
    entry: Sequence[float] | Numbers,
    exit: Sequence[float] | Numbers,
    state: Sequence[str],
    moved_to: Sequence[str | None],
    *,
    states: Sequence[str],
    weights: Sequence[float] | Numbers | None = None,
) -> StateProbabilities:
    """Estimate the share in each of several states over time, from stays in states (Aalen-Johansen).

    Args:
        entry, exit: when each stay came under observation and ended or was last seen; at risk on (entry, exit].
        state: the state of each stay.
        moved_to: the state it ended in, None where it was only last seen.
        states: all states, in the order wanted.
        weights: weight of each stay, such as FTE; 1 where not given.

    Raises:
        ParameterError: as for `kaplan_meier`.
        UnknownName: a state is not one of `states`.
    """
    entered, left, moves = observed(exit, [one is not None for one in moved_to], entry, None)
    weight = np.ones(left.size) if weights is None else np.asarray(weights, dtype=np.float64)
    for name in {*state, *(one for one in moved_to if one is not None)} - set(states):
        raise unknown_name("state", name, states)
    origin = np.array([states.index(one) for one in state], dtype=np.int64)
    target = np.array([-1 if one is None else states.index(one) for one in moved_to], dtype=np.int64)
    time = np.unique(left)
    at_risk = np.array([_weight_at_risk(entered, left, weight, origin == s, time) for s in range(len(states))]).T
    first = time[np.searchsorted(time, left[moves].min())] if moves.any() else np.inf
    watched = at_risk[time == first][0] if moves.any() else at_risk[0]
    start = watched / watched.sum()
    probability, rows = start, []
    for row, moment in enumerate(time):
        now = moves & (left == moment)
        matrix = np.zeros((len(states), len(states)))
        np.add.at(matrix, (origin[now], target[now]), weight[now])
        matrix /= np.where(at_risk[row] > 0, at_risk[row], 1.0)[:, None]
        np.fill_diagonal(matrix, np.diag(matrix) + 1 - matrix.sum(axis=1))
        probability = probability @ matrix
        rows.append(probability)
    return StateProbabilities(tuple(states), time, at_risk, np.array(rows), start)


def _causes(labels: Sequence[str], given: Sequence[str] | None) -> tuple[str, ...]:
    occurring = {label for label in labels if label}
    if given is None:
        return tuple(sorted(occurring))
    for name in occurring - set(given):
        raise unknown_name("cause", name, given)
    if len(set(given)) != len(given):
        raise ParameterError(f"`causes` names a cause twice: received {list(given)!r}.")
    return tuple(given)


@dataclass(frozen=True, eq=False)
class _Steps:
    """The estimate step by step; `incidence` has the 0 before the first step in front."""

    time: Numbers
    at_risk: Counts
    hazard: Numbers
    total: Numbers
    before: Numbers
    incidence: Numbers


def _variance(steps: _Steps, entered: Numbers, left: Numbers, which: Counts, place: Counts) -> Numbers:
    """Return the infinitesimal jackknife variance by cause and time asked: the sum of squared influences.

    The influence of a person on a cumulative incidence is its derivative by the weight of that person. Each sum over
    the times at which a person was at risk is a difference of two running sums, so that the work grows with the
    people and not with people times steps.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        # Where everyone at risk leaves at once, no weight changes that all leave.
        survived = np.where(steps.total < 1 - 1e-12, 1 / ((1 - steps.total) * steps.at_risk), 0.0)
    since = np.searchsorted(steps.time, entered, side="right")
    until = np.searchsorted(steps.time, left, side="right")
    others = _running(steps.total * survived)
    own = [_running(steps.before * hazard / steps.at_risk) for hazard in steps.hazard]
    crossed = [_running(steps.total * survived * shares[1:]) for shares in steps.incidence]
    answer = np.zeros((steps.hazard.shape[0], place.size))
    for column, now in enumerate(place):
        end = np.minimum(until, now)
        begin = np.minimum(since, end)
        passed = others[end] - others[begin]
        ended = (which >= 0) & (until <= now)
        gone, last = until[ended], until[ended] - 1
        for cause, shares in enumerate(steps.incidence):
            influence = own[cause][begin] - own[cause][end]
            influence += shares[now] * passed - (crossed[cause][end] - crossed[cause][begin])
            influence[ended] -= (shares[now] - shares[gone]) * survived[last]
            influence[ended] += np.where(which[ended] == cause, steps.before[last] / steps.at_risk[last], 0.0)
            answer[cause, column] = float(influence @ influence)
    return answer


def _running(values: Numbers) -> Numbers:
    return np.concatenate([[0.0], np.cumsum(values)])


def _limits(shares: Numbers, variance: Numbers, z: float) -> tuple[Numbers, Numbers]:
    with np.errstate(divide="ignore", invalid="ignore"):
        width = z * np.sqrt(variance) / (shares * np.log(shares))
        lower, upper = shares ** np.exp(-width), shares ** np.exp(width)
    unknown = (shares <= 0) | (shares >= 1)
    return np.where(unknown, np.nan, lower), np.where(unknown, np.nan, upper)


def _weight_at_risk(entered: Numbers, left: Numbers, weight: Numbers, here: Numbers, time: Numbers) -> Numbers:
    mine = np.asarray(here, dtype=np.bool_)
    begins, ends = np.argsort(entered[mine]), np.argsort(left[mine])
    began = _running(weight[mine][begins])[np.searchsorted(entered[mine][begins], time, side="left")]
    gone = _running(weight[mine][ends])[np.searchsorted(left[mine][ends], time, side="left")]
    return np.asarray(began - gone, dtype=np.float64)
