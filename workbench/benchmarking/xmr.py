"""XmR charts: is a measure changing, or is it only the variation that every month brings?

The rules are those of NHS "Making Data Count" as NHSRplotthedots 0.2.2 applies them (MIT, NHS-R Community); the code
is our own and is tested against its output. See docs/methodology/xmr.md for the rules and for what we decided where
they are silent.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Literal

from workbench.benchmarking.special_causes import HIGH_RULES, kind_of, sign, special_causes, tolerance
from workbench.errors import GrainError, ParameterError, unknown_name
from workbench.periods import add_months, month_end

Improvement = Literal["increase", "decrease", "neither"]
Status = Literal["ok", "too_few_points", "no_variation", "no_variation_in_baseline", "one_point", "no_data"]

#: Fewer points than this in a group give trial limits and no icon.
ENOUGH_POINTS = 12
#: Width of the limits in average moving ranges: 3 / 1.128, as published.
LIMIT_FACTOR = 2.66
#: A moving range this many times the average (3.267 = 1 + 3 x 0.853 / 1.128) is an outlier among them.
SCREEN_FACTOR = 3.267

#: A value with its place in the series and its date.
Placed = tuple[int, dt.date | None, float]

_DIRECTIONS: dict[str, int] = {"increase": 1, "decrease": -1, "neither": 0}
_RULE_WORDS = {
    "above_upper_limit": "above the upper limit",
    "below_lower_limit": "below the lower limit",
    "trend_up": "{points} points rising",
    "trend_down": "{points} points falling",
    "two_in_three_above": "2 of 3 points near the upper limit",
    "two_in_three_below": "2 of 3 points near the lower limit",
    "shift_above": "{points} points above the mean",
    "shift_below": "{points} points below the mean",
}
_STATUS_WORDS = {
    "too_few_points": "trial limits, {points} of {enough} points",
    "no_variation": "no variation: every value is the same",
    "no_variation_in_baseline": "no variation in the baseline, so limits cannot be judged",
    "one_point": "one point only: no limits",
    "no_data": "no data",
}
_ASSURANCE_WORDS = {
    "pass": "the target will be met every time, unless something changes",
    "fail": "the target will be missed every time, unless something changes",
    "hit_and_miss": "the target will be met in some periods and missed in others, by chance alone",
}


@dataclass(frozen=True)
class XmrPoint:
    """One point of the chart: its value, where it lies, and the rule that makes it a special cause.

    `side` is 1 above the mean, -1 below, 0 on it. `outside`, `close`, `rule` and `kind` are None in a group without
    limits. `rule` is `common_cause` or the first special cause that applies; `kind` is `common_cause`, `improvement`,
    `concern`, `neutral_high` or `neutral_low`.
    """

    position: int
    date: dt.date | None
    value: float
    group: int
    side: int
    outside: bool | None
    close: bool | None
    rule: str | None
    kind: str | None

    @property
    def letter(self) -> str:
        """H or L for a special cause, high or low; empty for common cause."""
        return "" if self.rule in (None, "common_cause") else "H" if self.rule in HIGH_RULES else "L"


@dataclass(frozen=True)
class XmrGroup:
    """The points between two rebasings, with their mean and limits (None where they cannot be judged)."""

    first: int
    last: int
    reason: str
    points: int
    baseline_points: int
    status: Status
    mean: float
    lower: float | None
    upper: float | None
    near_lower: float | None
    near_upper: float | None
    ranges_screened: int


@dataclass(frozen=True)
class Xmr:
    """An XmR chart in numbers: points, limits, icons and the words for them.

    `dropped` counts the periods given without a value, because it is missing or withheld; `missing_months` lists the
    month ends between the first and the last date that were not given at all.
    """

    points: tuple[XmrPoint, ...]
    groups: tuple[XmrGroup, ...]
    improvement: Improvement
    screened: bool
    fixed_baseline: int | None
    target: float | None
    dropped: int
    missing_months: tuple[dt.date, ...]

    @property
    def status(self) -> Status:
        """Whether the latest limits can be judged, and if not, why."""
        return self.groups[-1].status if self.groups else "no_data"

    @property
    def variation(self) -> str | None:
        """The variation icon, that of the last point; None where the limits are no more than a trial.

        `common_cause`, `improvement_high`, `improvement_low`, `concern_high`, `concern_low`, `neutral_high` or
        `neutral_low`.
        """
        if self.status != "ok":
            return None
        kind = self.points[-1].kind
        if kind not in ("improvement", "concern"):
            return kind
        high = (kind == "improvement") == (self.improvement == "increase")
        return f"{kind}_{'high' if high else 'low'}"

    @property
    def assurance(self) -> str | None:
        """The assurance icon: `pass`, `fail` or `hit_and_miss`; None without a target, a direction or limits."""
        latest = self.groups[-1] if self.groups else None
        if latest is None or self.target is None or self.improvement == "neither" or latest.status != "ok":
            return None
        if latest.lower is None or latest.upper is None or latest.lower <= self.target <= latest.upper:
            return "hit_and_miss"
        return "fail" if (self.target > latest.upper) == (self.improvement == "increase") else "pass"

    @property
    def variation_words(self) -> str:
        """The signal of the last point in words: "special cause, concern, low: 7 points below the mean"."""
        if self.status != "ok":
            points = self.groups[-1].points if self.groups else 0
            return _STATUS_WORDS[self.status].format(points=points, enough=ENOUGH_POINTS)
        icon = self.variation or "common_cause"
        if icon == "common_cause":
            return "common cause variation: no sign of change"
        return f"special cause, {icon.replace('neutral', 'neither good nor bad').replace('_', ', ')}: {self.why()}"

    @property
    def assurance_words(self) -> str:
        """What the limits say about the target; empty where there is nothing to say."""
        return _ASSURANCE_WORDS.get(self.assurance or "", "")

    @property
    def coverage_words(self) -> str:
        """How many values are missing, and whether the ranges were screened; for the notes of a chart."""
        sentences = [
            "Moving ranges far above the average were left out of the limits once, as NHSRplotthedots does."
            if self.screened
            else "All moving ranges were kept in the limits, as the Making Data Count workbook does."
        ]
        if self.fixed_baseline:
            sentences.append(f"Mean and limits come from the first {self.fixed_baseline} points.")
        if self.dropped:
            gaps = "1 period is a gap" if self.dropped == 1 else f"{self.dropped} periods are gaps"
            sentences.append(f"{gaps}: no value can be shown. Limits come from the values shown alone.")
        if self.missing_months:
            named = ", ".join(f"{day:%b %Y}" for day in self.missing_months)
            sentences.append(f"Not loaded: {named}. The points either side are taken as neighbours.")
        sentences += [f"Limits start afresh from point {g.first}: {g.reason}." for g in self.groups if g.reason]
        return " ".join(sentences)

    def why(self, index: int = -1) -> str:
        """Say in words which rule makes a point a special cause; empty for common cause."""
        point = self.points[index]
        if point.rule is None or point.rule == "common_cause":
            return ""
        return _RULE_WORDS[point.rule].format(points=self._run_through(index % len(self.points)))

    def _run_through(self, index: int) -> int:
        """Count the points of the run that a point belongs to: on one side of the mean, or in one direction."""
        point = self.points[index]
        upwards = 1 if point.rule == "trend_up" else -1
        size = tolerance(self.groups[point.group].mean)

        def goes_on(earlier: XmrPoint, later: XmrPoint) -> bool:
            if earlier.group != later.group:
                return False
            if (point.rule or "").startswith("trend"):
                return sign(later.value - earlier.value, size) == upwards
            return earlier.side == later.side

        first = last = index
        while first > 0 and goes_on(self.points[first - 1], self.points[first]):
            first -= 1
        while last + 1 < len(self.points) and goes_on(self.points[last], self.points[last + 1]):
            last += 1
        return last - first + 1


def xmr(
    values: Sequence[float | Decimal | None],
    dates: Sequence[dt.date] | None = None,
    *,
    improvement: Improvement = "neither",
    screen: bool = True,
    fix: int | None = None,
    rebase: Mapping[dt.date, str] | Mapping[int, str] | None = None,
    target: float | None = None,
    months_apart: int = 1,
) -> Xmr:
    """Judge a series of monthly values: its mean, its natural limits, and which points are a special cause.

    Values that are None (missing or withheld) are dropped before the rules and counted. Limits rest on the values
    given here and nothing else, so released values give limits that may be shown.

    Args:
        values: one value per period; with `dates` in any order, else in order of time.
        dates: the month ends the values belong to.
        improvement: the direction that is good; `neither` for measures such as headcount.
        screen: leave moving ranges of 3.267 times the average or more out of the limits, once.
        fix: take mean and limits from the first so many points (12 or more) only.
        rebase: where limits start afresh, and why: the first date (or position, from 1) of the new group: reason.
        target: the value that is to be reached.
        months_apart: 1 for monthly values, 3 for quarterly; dates in between that were not given are listed.

    Raises:
        GrainError: a date stands twice.
        ParameterError: a value is not a number, the lengths differ, `fix` is below 12, a rebase has no reason.
        UnknownName: `improvement` is none of the three directions.
    """
    if improvement not in _DIRECTIONS:
        raise unknown_name("direction of improvement", improvement, _DIRECTIONS)
    if fix is not None and fix < ENOUGH_POINTS:
        raise ParameterError(f"A baseline needs at least {ENOUGH_POINTS} points: received `fix` = {fix!r}.")
    series = _in_order(values, dates)
    known = [(position, date, value) for position, date, value in series if value is not None]
    starts = _group_starts(known, rebase or {})
    points: list[XmrPoint] = []
    groups: list[XmrGroup] = []
    for number, (start, reason) in enumerate(starts):
        end = starts[number + 1][0] if number + 1 < len(starts) else len(known)
        members = known[start:end]
        group = _group(members, reason, screen, fix)
        groups.append(group)
        points += _judged(members, group, number, _DIRECTIONS[improvement])
    return Xmr(
        points=tuple(points),
        groups=tuple(groups),
        improvement=improvement,
        screened=screen,
        fixed_baseline=fix,
        target=None if target is None else float(target),
        dropped=len(series) - len(known),
        missing_months=tuple(_missing(series, months_apart)),
    )


def _in_order(
    values: Sequence[float | Decimal | None], dates: Sequence[dt.date] | None
) -> list[tuple[int, dt.date | None, float | None]]:
    if dates is not None and len(dates) != len(values):
        raise ParameterError(f"There are {len(values)} values and {len(dates)} dates: give each value its date.")
    if dates is not None and len(set(dates)) < len(dates):
        twice = sorted({date.isoformat() for date in dates if list(dates).count(date) > 1})
        raise GrainError(f"A series has one value per date: {', '.join(twice)} stands more than once.")
    numbers = [None if value is None else float(value) for value in values]
    if any(number is not None and not math.isfinite(number) for number in numbers):
        raise ParameterError("A value of the series is not a finite number; give None where there is no value.")
    if dates is None:
        return [(position, None, number) for position, number in enumerate(numbers, start=1)]
    ordered = sorted(zip(dates, numbers, strict=True), key=lambda pair: pair[0])
    return [(position, date, number) for position, (date, number) in enumerate(ordered, start=1)]


def _missing(series: Sequence[tuple[int, dt.date | None, float | None]], months_apart: int) -> list[dt.date]:
    """List the month ends between first and last date for which no value, not even None, was given."""
    dates = {month_end(date) for _, date, _ in series if date is not None}
    if not dates:
        return []
    first, last = min(dates), max(dates)
    expected: list[dt.date] = []
    while (day := month_end(add_months(first.replace(day=1), months_apart * len(expected)))) <= last:
        expected.append(day)
    return [day for day in expected if day not in dates]


def _group_starts(known: Sequence[Placed], rebase: Mapping[dt.date, str] | Mapping[int, str]) -> list[tuple[int, str]]:
    """Where each group of limits starts among the known points, with the reason why."""
    starts: dict[int, str] = {0: ""} if known else {}
    for where, reason in rebase.items():
        if not reason.strip():
            raise ParameterError(f"Limits are rebased for a reason that readers see: none is given for {where!r}.")
        by_date = isinstance(where, dt.date)
        if known and by_date and known[0][1] is None:
            raise ParameterError(f"`rebase` names the date {where}, but the series has no dates: name a position.")
        keys = [date if by_date else position for position, date, _ in known]
        start = next((index for index, key in enumerate(keys) if key is not None and key >= where), None)  # type: ignore[operator]
        if start is not None:
            starts[start] = reason.strip()
    return sorted(starts.items())


def _group(members: Sequence[Placed], reason: str, screen: bool, fix: int | None) -> XmrGroup:
    values = [value for *_, value in members]
    baseline = values[:fix] if fix else values
    mean = math.fsum(baseline) / len(baseline)
    size = tolerance(mean)
    ranges = [abs(later - earlier) for earlier, later in pairwise(baseline)]
    average = math.fsum(ranges) / len(ranges) if ranges else 0.0
    # Strictly below: a range of exactly 3.267 times the average is left out too.
    kept = [r for r in ranges if r < SCREEN_FACTOR * average - size] if screen else ranges
    screened = len(ranges) - len(kept)
    average = math.fsum(kept) / len(kept) if kept else 0.0
    status: Status = "ok" if len(values) >= ENOUGH_POINTS else "too_few_points"
    if len(values) == 1:
        status = "one_point"
    elif max(values) - min(values) <= size:
        status, mean, screened = "no_variation", baseline[0], 0
    elif average <= size:
        status = "no_variation_in_baseline"
    judged = status in ("ok", "too_few_points")
    half = LIMIT_FACTOR * average

    def limit(widths: float) -> float | None:
        return mean + widths * half if judged else None

    return XmrGroup(
        first=members[0][0], last=members[-1][0], reason=reason, points=len(values), baseline_points=len(baseline),
        status=status, mean=mean, lower=limit(-1), upper=limit(1), near_lower=limit(-2 / 3), near_upper=limit(2 / 3),
        ranges_screened=screened,
    )  # fmt: skip


def _judged(members: Sequence[Placed], group: XmrGroup, number: int, direction: int) -> list[XmrPoint]:
    values = [value for *_, value in members]
    size = tolerance(group.mean)
    sides = [sign(value - group.mean, size) for value in values]
    if group.lower is None or group.upper is None or group.near_lower is None or group.near_upper is None:
        return [
            XmrPoint(position, date, value, number, side, None, None, None, None)
            for (position, date, value), side in zip(members, sides, strict=True)
        ]
    outside = [value > group.upper + size or value < group.lower - size for value in values]
    close = [
        not out and (value > group.near_upper + size or value < group.near_lower - size)
        for value, out in zip(values, outside, strict=True)
    ]
    rules = special_causes(values, sides, outside, close, size)
    return [
        XmrPoint(position, date, value, number, sides[i], outside[i], close[i], rules[i], kind_of(rules[i], direction))
        for i, (position, date, value) in enumerate(members)
    ]
