"""Funnel plots: is a service different from the others, or as different as its size makes it?

The methods are those of FunnelPlotR 0.6.0 (MIT; Spiegelhalter 2005 and 2012), written afresh and tested against its
output. See docs/methodology/funnel.md for the formulas and for what we decided.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from statistics import NormalDist
from typing import Literal

from workbench.errors import ParameterError, unknown_name

Kind = Literal["proportion", "ratio_of_counts", "standardised_ratio"]
Method = Literal["shmi", "cqc"]

#: Fewer units than this say too little about how much units differ: limits are then those of chance alone.
ENOUGH_UNITS = 10
#: With fewer expected events (or non-events) than this the limits of a proportion are checked by exact probabilities.
FEW_EXPECTED = 10
#: Two-sided limits: 1 in 40 lies beyond each 95% limit by chance, 1 in 1,000 beyond each 99.8% limit.
LEVELS = {95.0: 1.959964, 99.8: 3.090232}

_WORDS = {
    "higher_998": "higher than expected (outside 99.8%)",
    "higher_95": "higher than expected (outside 95%)",
    "expected": "as expected for its size",
    "lower_95": "lower than expected (outside 95%)",
    "lower_998": "lower than expected (outside 99.8%)",
    "no_events": "no events, so it cannot be judged",
    "not_applicable": "nobody to count",
}


@dataclass(frozen=True)
class Limits:
    """The limits at one denominator."""

    lower_95: float
    upper_95: float
    lower_998: float
    upper_998: float


@dataclass(frozen=True)
class FunnelUnit:
    """One unit, such as a service: its value, its limits and what they say.

    `z` is the distance from the target on the method's own scale, `kept_z` what is left of it after trimming (None
    for a unit that trimming leaves out). `verdict` is one of `higher_998`, `higher_95`, `expected`, `lower_95`,
    `lower_998`, `no_events` and `not_applicable`; the last two have no limits.
    """

    name: str
    numerator: float
    denominator: float
    value: float | None
    z: float | None
    kept_z: float | None
    limits: Limits | None
    verdict: str

    @property
    def words(self) -> str:
        """The verdict in words. It is a prompt to look, not a judgement."""
        return _WORDS[self.verdict]

    @property
    def is_outside(self) -> bool:
        """Whether the unit lies outside one of the limits."""
        return self.verdict.startswith(("higher", "lower"))


@dataclass(frozen=True)
class Funnel:
    """A funnel plot in numbers: the target, how much units differ beyond chance, and each unit.

    `phi` and `tau2` are None where limits are those of chance alone (`adjusted` is False), `why_not_adjusted` says why.
    """

    kind: Kind
    method: Method
    target: float
    adjusted: bool
    why_not_adjusted: str
    kept: int
    phi: float | None
    tau2: float | None
    units: tuple[FunnelUnit, ...]

    def limits_at(self, denominator: float) -> Limits:
        """Return the limits for a unit of that size; what the curves of a chart are drawn from."""
        return _limits(self.kind, self.method, self.target, self.tau2 or 0.0, denominator, self.adjusted)

    @property
    def in_words(self) -> str:
        """How the limits were made, for the notes of a chart."""
        if not self.adjusted:
            return f"Limits show chance alone: {self.why_not_adjusted}."
        if not self.tau2:
            return "Limits allow for differences between units beyond chance; there were none to allow for."
        return "Limits are widened for the differences between units that chance alone does not explain."


def funnel(
    numerators: Sequence[float | Decimal],
    denominators: Sequence[float | Decimal],
    units: Sequence[str] | None = None,
    *,
    kind: Kind = "proportion",
    method: Method = "cqc",
    overdispersion: bool | None = None,
    target: float | None = None,
) -> Funnel:
    """Judge units of different sizes against all of them together, each by limits that fit its size.

    Args:
        numerators: events of each unit, such as leavers.
        denominators: what they are out of: people for a proportion, another count for a ratio of counts, expected
            events for a standardised ratio (rounded to two places by method `shmi`, as its publisher does).
        units: the names; numbered from 1 when left out.
        kind: `proportion`, `ratio_of_counts` or `standardised_ratio`.
        method: `shmi` (log scale, truncated) or `cqc` (square root, winsorised) for standardised ratios; the other
            kinds know `cqc` only.
        overdispersion: widen limits for differences beyond chance; left out, where there are ten units or more.
        target: the value that units are compared with, as a share; left out, that of all units together. Give the
            whole organisation's where some units may not be shown: those are mostly the ones with few events.

    Raises:
        ParameterError: lengths differ, a number is negative or not finite, there is no unit to judge, or in a
            proportion a numerator exceeds its denominator.
        UnknownName: a kind or method that does not exist.
    """
    _check_names(kind, method)
    names = [str(number) for number in range(1, len(numerators) + 1)] if units is None else [str(u) for u in units]
    if not len(names) == len(numerators) == len(denominators):
        raise ParameterError(
            f"There are {len(numerators)} numerators, {len(denominators)} denominators and {len(names)} units: give "
            "each unit one of each."
        )
    rows = [_unit(*row, kind, method) for row in zip(names, numerators, denominators, strict=True)]
    judged = [unit for unit in rows if unit.verdict == "expected"]
    if not judged:
        raise ParameterError("No unit can be judged: every denominator is zero, or there are no events at all.")
    centre = _target(judged, kind) if target is None else target
    if not 0 <= centre <= (1 if kind == "proportion" else math.inf):
        raise ParameterError(f"`target` must lie between 0 and 1 for a proportion: received {target!r}.")
    scored = [replace(unit, z=_z(unit, kind, method, centre)) for unit in judged]
    trimmed = _truncated(scored) if method == "shmi" else _winsorised(scored)
    adjust = len(judged) >= ENOUGH_UNITS if overdispersion is None else overdispersion
    phi, tau2 = _beyond_chance(trimmed, kind, method) if adjust else (None, None)
    funnel_of = Funnel(
        kind=kind, method=method, target=centre, adjusted=adjust,
        why_not_adjusted="" if adjust else _why(len(judged), overdispersion),
        kept=sum(unit.kept_z is not None for unit in trimmed), phi=phi, tau2=tau2, units=(),
    )  # fmt: skip
    limits = _limits_of(funnel_of, trimmed)
    finished = iter(
        replace(unit, limits=around, verdict=_verdict(unit, around, funnel_of))
        for unit, around in zip(trimmed, limits, strict=True)
    )
    return replace(funnel_of, units=tuple(next(finished) if u.verdict == "expected" else u for u in rows))


def _check_names(kind: str, method: str) -> None:
    kinds = ("proportion", "ratio_of_counts", "standardised_ratio")
    if kind not in kinds:
        raise unknown_name("kind of funnel plot", kind, kinds)
    methods = ("cqc", "shmi") if kind == "standardised_ratio" else ("cqc",)
    if method not in methods:
        raise unknown_name(f"method of a funnel plot of kind {kind}", method, methods)


def _unit(
    name: str, numerator: float | Decimal, denominator: float | Decimal, kind: Kind, method: Method
) -> FunnelUnit:
    events, size = float(numerator), float(denominator)
    if not (math.isfinite(events) and math.isfinite(size)) or events < 0 or size < 0:
        raise ParameterError("A numerator or denominator is negative or not finite; leave a unit without numbers out.")
    if kind == "proportion" and events > size:
        raise ParameterError(
            "A proportion cannot exceed 1, and one unit has more events than its denominator. Use "
            "kind='ratio_of_counts' where the events are not part of the denominator."
        )
    if method == "shmi":
        size = round(size, 2)
    if not size:
        return FunnelUnit(name, events, size, None, None, None, None, "not_applicable")
    verdict = "no_events" if method == "shmi" and not events else "expected"
    return FunnelUnit(name, events, size, events / size, None, None, None, verdict)


def _target(units: Sequence[FunnelUnit], kind: Kind) -> float:
    if kind == "standardised_ratio":
        return 1.0
    target = math.fsum(unit.numerator for unit in units) / math.fsum(unit.denominator for unit in units)
    if kind == "ratio_of_counts" and not target:
        raise ParameterError("No unit has an event, so a ratio of counts has nothing to be compared with.")
    return target


def _z(unit: FunnelUnit, kind: Kind, method: Method, target: float) -> float:
    a, b = unit.numerator, unit.denominator
    if kind == "proportion":
        return (math.asin(math.sqrt(a / b)) - math.asin(math.sqrt(target))) / _spread(unit, kind, method)
    if kind == "ratio_of_counts":
        return (math.log((a + 0.5) / (b + 0.5)) - math.log(target)) / _spread(unit, kind, method)
    if method == "shmi":
        return math.sqrt(b) * math.log(a / b)
    return (math.sqrt(a / b) - 1) / _spread(unit, kind, method)


def _spread(unit: FunnelUnit, kind: Kind, method: Method) -> float:
    """Standard error of a unit on the transformed scale."""
    a, b = unit.numerator, unit.denominator
    if kind == "ratio_of_counts":
        return math.sqrt(a / (a + 0.5) ** 2 + b / (b + 0.5) ** 2)
    return 1 / math.sqrt(b) if method == "shmi" else 1 / (2 * math.sqrt(b))


def _winsorised(units: Sequence[FunnelUnit]) -> list[FunnelUnit]:
    """Pull the extreme tenths in to their quantiles, so that the units in question do not widen their own limits."""
    ranked = sorted(_known(unit.z) for unit in units)
    low, high = _quantile(ranked, 0.1), _quantile(ranked, 0.9)
    return [replace(unit, kept_z=min(max(_known(unit.z), low), high)) for unit in units]


def _quantile(ranked: Sequence[float], share: float) -> float:
    """Interpolate between ranked values (type 7, the default of R)."""
    place = (len(ranked) - 1) * share
    below = math.floor(place)
    above = min(below + 1, len(ranked) - 1)
    return ranked[below] + (place - below) * (ranked[above] - ranked[below])


def _truncated(units: Sequence[FunnelUnit]) -> list[FunnelUnit]:
    """Leave the lowest and the highest tenth out; equal values share the mean of their ranks."""
    ranked = sorted(_known(unit.z) for unit in units)
    kept = []
    for unit in units:
        first = ranked.index(_known(unit.z)) + 1
        rank = first + (ranked.count(_known(unit.z)) - 1) / 2
        tenth = math.floor(10 * rank / (len(units) + 1))
        kept.append(replace(unit, kept_z=None if tenth in (0, 9) else unit.z))
    return kept


def _beyond_chance(units: Sequence[FunnelUnit], kind: Kind, method: Method) -> tuple[float, float]:
    """Return phi, the variation in units of chance, and tau squared, the variance between units beyond chance."""
    kept = [unit for unit in units if unit.kept_z is not None]
    n = len(kept)
    phi = math.fsum(_known(unit.kept_z) ** 2 for unit in kept) / n
    if n * phi < n - 1:
        return phi, 0.0
    weights = [1 / _spread(unit, kind, method) ** 2 for unit in kept]
    total = math.fsum(weights)
    scale = total - math.fsum(weight**2 for weight in weights) / total
    return phi, max(0.0, (n * phi - (n - 1)) / scale) if scale else 0.0


def _limits(kind: Kind, method: Method, target: float, tau2: float, denominator: float, adjusted: bool) -> Limits:
    ends: list[float] = []
    for level, width in LEVELS.items():
        if kind == "standardised_ratio" and not adjusted:
            ends += _exact_poisson(denominator, level)
            continue
        # FunnelPlotR takes this spread for ratios of counts too, although it scores them by another.
        variance = 1 / denominator if method == "shmi" else 1 / (4 * denominator)
        ends += _around(kind, method, target, width * math.sqrt(variance + tau2))
    return Limits(*ends)


def _around(kind: Kind, method: Method, target: float, half: float) -> tuple[float, float]:
    if kind == "proportion":
        angle = math.asin(math.sqrt(target))
        # Beyond a right angle the sine turns back: a limit there is all or nothing.
        low, high = max(angle - half, 0.0), min(angle + half, math.pi / 2)
        return math.sin(low) ** 2, math.sin(high) ** 2
    if kind == "ratio_of_counts" or method == "shmi":
        return target * math.exp(-half), target * math.exp(half)
    return 1 - half, 1 + half


def _limits_of(funnel_of: Funnel, units: Sequence[FunnelUnit]) -> list[Limits]:
    return [funnel_of.limits_at(unit.denominator) for unit in units]


def _verdict(unit: FunnelUnit, limits: Limits, funnel_of: Funnel) -> str:
    value = _known(unit.value)
    sides = (
        ("higher_998", value > limits.upper_998, 99.8), ("higher_95", value > limits.upper_95, 95.0),
        ("lower_998", value < limits.lower_998, 99.8), ("lower_95", value < limits.lower_95, 95.0),
    )  # fmt: skip
    for verdict, outside, level in sides:
        if outside and _is_improbable(unit, funnel_of, level, high=verdict.startswith("higher")):
            return verdict
    return "expected"


def _is_improbable(unit: FunnelUnit, funnel_of: Funnel, level: float, *, high: bool) -> bool:
    """Say whether a value outside the limits of a small unit is improbable by the binomial distribution, too.

    The transformed limits are narrow for small units: with a target of 17%, none of 10 lies below the lower limit,
    although that happens to one such unit in seven.
    """
    size, target = unit.denominator, funnel_of.target
    if funnel_of.kind != "proportion" or min(size * target, size * (1 - target)) >= FEW_EXPECTED:
        return True
    tail = 1 - NormalDist().cdf(LEVELS[level])
    if high:
        return 1 - _binomial_up_to(math.ceil(unit.numerator) - 1, size, target) < tail
    return _binomial_up_to(math.floor(unit.numerator), size, target) < tail


def _binomial_up_to(events: int, size: float, target: float) -> float:
    """Probability of so many events or fewer; a mean of two stocks need not be whole, so factorials are gammas."""
    if target in (0.0, 1.0):
        return 1.0 if target == 0 and events >= 0 else 0.0
    terms = (
        math.lgamma(size + 1) - math.lgamma(k + 1) - math.lgamma(size - k + 1)
        + k * math.log(target) + (size - k) * math.log1p(-target)
        for k in range(min(events, math.floor(size)) + 1)
    )  # fmt: skip
    return math.fsum(math.exp(term) for term in terms)


def _why(units: int, overdispersion: bool | None) -> str:
    if overdispersion is False:
        return "allowing for differences between units was not asked for"
    return f"{units} units are too few to say how much units differ ({ENOUGH_UNITS} are needed)"


def _known(value: float | None) -> float:
    if value is None:
        raise ParameterError("A unit without a value cannot be judged.")
    return value


def _exact_poisson(expected: float, level: float) -> tuple[float, float]:
    """Exact limits of events over expected: chi-square quantiles with 2E and 2(E + 1) degrees of freedom, halved."""
    tail = 1 - NormalDist().cdf(LEVELS[level])
    return _gamma_quantile(tail, expected) / expected, _gamma_quantile(1 - tail, expected + 1) / expected


def _gamma_quantile(share: float, shape: float) -> float:
    """The value below which a gamma variable (scale 1) stays with that probability: half a chi-square quantile."""
    high = shape
    while _gamma_share(shape, high) < share:
        high += 2 * math.sqrt(shape) + 2
    return _bisected(lambda x: _gamma_share(shape, x) - share, 0.0, high)


def _bisected(rising: Callable[[float], float], low: float, high: float) -> float:
    for _ in range(200):
        middle = (low + high) / 2
        if middle in (low, high):
            break
        low, high = (middle, high) if rising(middle) < 0 else (low, middle)
    return (low + high) / 2


def _gamma_share(shape: float, x: float) -> float:
    """Regularised incomplete gamma function P(shape, x), by its power series: all terms are positive."""
    if x <= 0:
        return 0.0
    term = total = 1 / shape
    step = shape
    while term > total * 1e-17:
        step += 1
        term *= x / step
        total += term
    return min(1.0, total * math.exp(shape * math.log(x) - x - math.lgamma(shape)))
