"""Which points of a series are a special cause, and by which rule.

The four rules of NHS "Making Data Count": a point outside the limits, a trend, two of three points near a limit, and
a run on one side of the mean. See docs/methodology/xmr.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

#: So many points on one side of the mean, or so many rising or falling, are a special cause.
RUN = 7
#: Values closer than this share are the same value: 15 times 0.1 has a mean that is not quite 0.1.
TOLERANCE = 1e-9
HIGH_RULES = ("above_upper_limit", "trend_up", "two_in_three_above", "shift_above")


def special_causes(
    values: Sequence[float], sides: Sequence[int], outside: Sequence[bool], close: Sequence[bool], size: float
) -> list[str]:
    """Name the rule of each point of one group: outside before trend before two in three before shift.

    Args:
        values: the values in order of time.
        sides: 1 above the mean, -1 below, 0 on it.
        outside: whether a value lies outside the limits.
        close: whether it lies inside, but beyond two thirds of the way to a limit.
        size: a difference up to this is none.
    """
    steps = [sign(later - earlier, size) for earlier, later in pairwise(values)]
    in_trend: set[int] = set()
    for start in range(len(steps) - RUN + 2):
        if steps[start] and len(set(steps[start : start + RUN - 1])) == 1:
            in_trend.update(range(start, start + RUN))
    in_shift: set[int] = set()
    for start in range(len(sides) - RUN + 1):
        if sides[start] and len(set(sides[start : start + RUN])) == 1:
            in_shift.update(range(start, start + RUN))
    two_in_three: set[int] = set()
    for start in range(len(sides) - 2):
        window = range(start, start + 3)
        if sides[start] and len({sides[i] for i in window}) == 1 and sum(close[i] for i in window) >= 2:
            two_in_three.update(i for i in window if close[i])
    rules = []
    for i, side in enumerate(sides):
        if outside[i]:
            rules.append("above_upper_limit" if side > 0 else "below_lower_limit")
        elif i in in_trend:
            # The way on counts where the trend goes on, the way here where it ends (or a new one turns on a tie).
            step = (steps[i] if i + 1 in in_trend else 0) or steps[i - 1]
            rules.append("trend_up" if step > 0 else "trend_down")
        elif i in two_in_three:
            rules.append("two_in_three_above" if side > 0 else "two_in_three_below")
        elif i in in_shift:
            rules.append("shift_above" if side > 0 else "shift_below")
        else:
            rules.append("common_cause")
    return rules


def kind_of(rule: str, direction: int) -> str:
    """Say whether a rule is good or bad news, given that up (1) or down (-1) is improvement, or neither (0)."""
    if rule == "common_cause":
        return rule
    high = rule in HIGH_RULES
    if not direction:
        return "neutral_high" if high else "neutral_low"
    return "improvement" if high == (direction > 0) else "concern"


def tolerance(mean: float) -> float:
    """Return the difference below which values around a mean count as the same."""
    return TOLERANCE * max(1.0, abs(mean))


def sign(difference: float, size: float) -> int:
    """Return 1 or -1, or 0 for a difference that is none."""
    return 0 if abs(difference) <= size else 1 if difference > 0 else -1
