"""How long people stay: the Kaplan-Meier estimate and the log-rank test, late entries included.

    curve = kaplan_meier(time=[9, 13, 13, 18], event=[1, 1, 0, 1])
    curve.time, curve.survival, curve.lower, curve.upper, curve.median

Plain functions over sequences; no warehouse is needed. Everyone is at risk on (entry, exit]: someone censored at t is
at risk at t, someone entering at t is not, and all events at one time are taken together. So the estimate is the same
on every run, whatever the order of the rows.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from functools import cached_property
from statistics import NormalDist
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from workbench.errors import ParameterError

if TYPE_CHECKING:
    import polars as pl

Numbers = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int64]

INTERVALS = ("log-log", "log")
#: How far a product of fractions may miss the number it stands for.
ROUNDING = 1e-9


@dataclass(frozen=True, eq=False)
class SurvivalCurve:
    """The share still in post by length of service, at each time at which somebody left or was last seen.

    Attributes:
        time: the times, ascending.
        at_risk: people at risk at each time.
        events: people who left at each time.
        survival: share still in post just after each time, of those who were in post at `start`.
        log_variance: Greenwood's sum, the variance of the logarithm of `survival`; infinite once it is 0.
        lower, upper: limits of the interval; nan where `survival` is 0 and nothing can be said.
        start: length of service from which the curve counts.
        interval: how the limits were made, "log-log" or "log".
        confidence: how often such limits hold the true share.
    """

    time: Numbers
    at_risk: Counts
    events: Counts
    survival: Numbers
    log_variance: Numbers
    lower: Numbers
    upper: Numbers
    start: float
    interval: str
    confidence: float

    @cached_property
    def std_err(self) -> Numbers:
        """Greenwood's standard error of `survival`; nan where it is 0."""
        with np.errstate(invalid="ignore"):
            return np.asarray(self.survival * np.sqrt(self.log_variance))

    def at(self, times: Sequence[float] | Numbers) -> Numbers:
        """Return the share still in post at any times; nan before the start and after the last time observed."""
        return self._steps(self.survival, 1.0, times)

    def limits_at(self, times: Sequence[float] | Numbers) -> tuple[Numbers, Numbers]:
        """Return the lower and upper limit at any times, nan where `at` is."""
        return self._steps(self.lower, 1.0, times), self._steps(self.upper, 1.0, times)

    @property
    def median(self) -> float | None:
        """The first time at which no more than half are still in post; None where that was not reached."""
        return self.reached(0.5)[0]

    @property
    def median_interval(self) -> tuple[float | None, float | None]:
        """Limits of the median; None where a limit was not reached."""
        return self.reached(0.5)[1]

    def reached(self, share: float) -> tuple[float | None, tuple[float | None, float | None]]:
        """Return when the share still in post fell to `share`, with its limits; None stands for "not reached"."""
        return self._first(self.survival, share), (self._first(self.lower, share), self._first(self.upper, share))

    def to_frame(self) -> pl.DataFrame:
        """Return the curve as a table, one row per time."""
        import polars as pl

        columns = ("time", "at_risk", "events", "survival", "std_err", "lower", "upper")
        return pl.DataFrame({name: getattr(self, name) for name in columns}).fill_nan(None)

    def _first(self, values: Numbers, share: float) -> float | None:
        with np.errstate(invalid="ignore"):
            places = np.flatnonzero(values <= share + ROUNDING)
        return float(self.time[places[0]]) if places.size else None

    def _steps(self, values: Numbers, before: float, times: Sequence[float] | Numbers) -> Numbers:
        asked = np.asarray(times, dtype=np.float64)
        place = np.searchsorted(self.time, asked, side="right")
        answer = np.concatenate([[before], values])[place]
        last = self.time[-1] if self.time.size else self.start
        ended = self.survival.size > 0 and self.survival[-1] == 0
        unseen = (asked < self.start) | ((asked > last) & (not ended))
        return np.where(unseen, np.nan, answer)


def kaplan_meier(
    time: Sequence[float] | Numbers,
    event: Sequence[int] | Sequence[bool] | npt.NDArray[np.bool_],
    entry: Sequence[float] | Numbers | None = None,
    *,
    start: float | None = None,
    interval: str = "log-log",
    confidence: float = 0.95,
) -> SurvivalCurve:
    """Estimate the share still in post by length of service.

    People who were in post before the data begin enter late, with the service they had then (left truncation):
    counted from zero they would make stays look longer, left out they would make them look shorter. People who
    are still in post count until they were last seen (right censoring).

    The limits are taken on the log-log scale, which keeps them between 0 and 1 (our choice; the R package survival
    takes "log" unless told otherwise).

    Args:
        time: length of service when the person left or was last seen.
        event: whether the person left then (1 or true) or was only last seen then (0 or false).
        entry: length of service when the person came under observation; 0 for all where it is not given.
        start: condition on still being in post at this length of service: survival there is 1, and what came
            before does not count. With late entries the first of them may be at risk alone, and one leaver would
            bring the curve to nothing: `first_time_with` finds a start with enough people.
        interval: "log-log" or "log".
        confidence: how often the limits should hold the true share.

    Raises:
        ParameterError: the sequences differ in length, a number is missing, somebody leaves before entering, or
            `interval` or `confidence` is not one of those allowed.

    Source: E. L. Kaplan and P. Meier (1958); Greenwood's variance. Checked against the R package survival.
    """
    entered, left, happened = observed(time, event, entry, start)
    check_confidence(confidence)
    if interval not in INTERVALS:
        raise ParameterError(f"`interval` is not known: received {interval!r}. Allowed: {', '.join(INTERVALS)}.")
    steps = np.unique(left)
    at_risk = number_at_risk(entered, left, steps)
    events = _events_at(left[happened], steps)
    survival: Numbers = np.cumprod(1 - events / at_risk, dtype=np.float64)
    # Where all of those at risk leave at once, a product of fractions may miss 0 by a hair.
    survival[np.cumsum(events == at_risk) > 0] = 0.0
    with np.errstate(divide="ignore"):
        log_variance: Numbers = np.cumsum(events / (at_risk * (at_risk - events).astype(np.float64)), dtype=np.float64)
    lower, upper = _limits(survival, log_variance, interval, NormalDist().inv_cdf(0.5 + confidence / 2))
    return SurvivalCurve(
        steps, at_risk, events, survival, log_variance, lower, upper,
        start=0.0 if start is None else float(start), interval=interval, confidence=confidence,
    )  # fmt: skip


def first_time_with(
    people: int, time: Sequence[float] | Numbers, entry: Sequence[float] | Numbers | None = None
) -> float | None:
    """Return the earliest length of service just after which so many people are under observation.

    Returns:
        A length of service to give as `start`, or None where there are never so many at once.
    """
    entered, left, _ = observed(time, np.zeros(len(time), dtype=np.bool_), entry, None)
    begins = np.unique(entered)
    under = np.searchsorted(np.sort(entered), begins, side="right") - np.searchsorted(
        np.sort(left), begins, side="right"
    )
    enough = np.flatnonzero(under >= people)
    return float(begins[enough[0]]) if enough.size else None


@dataclass(frozen=True)
class LogRank:
    """Whether groups differ in how long people stay, over the whole of the time observed.

    Attributes:
        groups: the groups compared, in alphabetical order.
        observed: people who left, by group.
        expected: people who would have left, had all groups left at the same rate at each length of service.
        chi_square: the test statistic; None where there was nothing to compare.
        degrees_of_freedom: groups less one; a group with nobody at risk when anybody left does not count.
        p: how often a difference as large would come about by chance alone; None as above.
    """

    groups: tuple[str, ...]
    observed: tuple[int, ...]
    expected: tuple[float, ...]
    chi_square: float | None
    degrees_of_freedom: int
    p: float | None


def log_rank(
    time: Sequence[float] | Numbers,
    event: Sequence[int] | Sequence[bool] | npt.NDArray[np.bool_],
    group: Sequence[Hashable],
    *,
    entry: Sequence[float] | Numbers | None = None,
    start: float | None = None,
) -> LogRank:
    """Test whether groups differ in how long people stay.

    At each time at which somebody left, those who left are compared with what each group's share of the people at
    risk would give. Late entries are handled as in `kaplan_meier`. Whoever tests several splits must say how many:
    one in twenty comes out below 0.05 by chance.

    Args:
        time, event, entry, start: as for `kaplan_meier`.
        group: the group of each person.

    Raises:
        ParameterError: as for `kaplan_meier`.
    """
    kept = within_start(time, start)
    labels = np.asarray([str(one) for one in group], dtype=object)
    if labels.size != kept.size:
        raise ParameterError(f"`group` must have one entry per person: received {labels.size} for {kept.size}.")
    entered, left, happened = observed(time, event, entry, start)
    labels = labels[kept]
    names = sorted(set(labels.tolist()))
    moments = np.unique(left[happened])
    at_risk = np.array(
        [number_at_risk(entered[labels == n], left[labels == n], moments) for n in names], dtype=np.float64
    )
    leavers = np.array([_events_at(left[happened & (labels == name)], moments) for name in names], dtype=np.float64)
    at_risk, leavers = at_risk.reshape(len(names), moments.size), leavers.reshape(len(names), moments.size)
    everyone, all_left = at_risk.sum(axis=0), leavers.sum(axis=0)
    expected = (at_risk * (all_left / everyone)).sum(axis=1)
    chi_square, freedom = _compared(at_risk, everyone, all_left, leavers.sum(axis=1) - expected)
    return LogRank(
        tuple(names),
        tuple(int(n) for n in leavers.sum(axis=1)),
        tuple(float(e) for e in expected),
        chi_square,
        freedom,
        None if chi_square is None else chi_square_above(chi_square, freedom),
    )


def chi_square_above(value: float, degrees_of_freedom: int) -> float:
    """Return the probability that a chi-square variable of so many degrees of freedom is larger than `value`."""
    half = value / 2
    if degrees_of_freedom % 2:
        answer, power = math.erfc(math.sqrt(half)), 0.5
    else:
        answer, power = math.exp(-half), 1.0
    while power < degrees_of_freedom / 2:
        answer += half**power * math.exp(-half) / math.gamma(power + 1)
        power += 1
    return answer


def observed(
    time: Sequence[float] | Numbers,
    event: Sequence[int] | Sequence[bool] | npt.NDArray[np.bool_],
    entry: Sequence[float] | Numbers | None,
    start: float | None,
) -> tuple[Numbers, Numbers, npt.NDArray[np.bool_]]:
    """Return entry, end and event of those observed after `start`, checked; nobody enters before it."""
    left = np.asarray(time, dtype=np.float64)
    happened = np.asarray(event).astype(np.bool_)
    entered = np.zeros(left.size) if entry is None else np.asarray(entry, dtype=np.float64)
    for name, values in (("event", happened), ("entry", entered)):
        if values.size != left.size:
            raise ParameterError(f"`{name}` must have one value per person: received {values.size} for {left.size}.")
    if np.isnan(left).any() or np.isnan(entered).any():
        raise ParameterError("`time` and `entry` must be numbers for everyone: a value is missing.")
    wrong = int((entered >= left).sum())
    if wrong:
        raise ParameterError(
            f"Everyone must be observed for some time: `time` is not later than `entry` for {wrong} of {left.size} "
            "people. A last day counts as served, so the length of service is that day + 1 less the first day."
        )
    kept = within_start(left, start)
    if start is None:
        return entered, left, happened
    return np.maximum(entered[kept], start), left[kept], happened[kept]


def within_start(time: Sequence[float] | Numbers, start: float | None) -> npt.NDArray[np.bool_]:
    """Say of each person whether they were still observed after `start`."""
    left = np.asarray(time, dtype=np.float64)
    return np.ones(left.size, dtype=np.bool_) if start is None else left > start


def number_at_risk(entered: Numbers, left: Numbers, time: Numbers) -> Counts:
    """Count the people at risk at each time: entered before it and not gone before it."""
    began = np.searchsorted(np.sort(entered), time, side="left")
    gone = np.searchsorted(np.sort(left), time, side="left")
    return np.asarray(began - gone, dtype=np.int64)


def check_confidence(confidence: float) -> None:
    """Raise unless the confidence lies between 0 and 1."""
    if not 0 < confidence < 1:
        raise ParameterError(f"`confidence` must lie between 0 and 1: received {confidence!r}. Usual is 0.95.")


def _limits(survival: Numbers, log_variance: Numbers, interval: str, z: float) -> tuple[Numbers, Numbers]:
    spread = np.sqrt(log_variance)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        if interval == "log":
            lower, upper = survival * np.exp(-z * spread), np.minimum(survival * np.exp(z * spread), 1.0)
        else:
            width = z * spread / np.log(survival)
            lower, upper = survival ** np.exp(-width), survival ** np.exp(width)
    certain = log_variance == 0
    lower, upper = np.where(certain, 1.0, lower), np.where(certain, 1.0, upper)
    nothing = survival == 0
    return np.where(nothing, np.nan, lower), np.where(nothing, np.nan, upper)


def _events_at(times: Numbers, time: Numbers) -> Counts:
    return np.bincount(np.searchsorted(time, times), minlength=time.size).astype(np.int64)


def _compared(at_risk: Numbers, everyone: Numbers, all_left: Numbers, difference: Numbers) -> tuple[float | None, int]:
    """Return the statistic and its degrees of freedom, from the covariance of the differences between groups."""
    with np.errstate(divide="ignore", invalid="ignore"):
        factor = all_left * (everyone - all_left) / (everyone**2 * (everyone - 1))
    factor = np.where(everyone > 1, factor, 0.0)
    covariance = np.diag(at_risk @ (factor * everyone)) - (at_risk * factor) @ at_risk.T
    freedom = int(np.linalg.matrix_rank(covariance, hermitian=True)) if covariance.size else 0
    if not freedom:
        return None, 0
    return float(difference @ np.linalg.pinv(covariance, hermitian=True) @ difference), freedom
