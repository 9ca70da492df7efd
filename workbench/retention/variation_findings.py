"""What the control charts and the funnel say, worded from released numbers alone."""

from __future__ import annotations

from collections.abc import Sequence

from workbench.benchmarking.funnel import Funnel
from workbench.exhibits.cells import shown_number
from workbench.exhibits.charts.drawing import list_in_words
from workbench.measures.catalogue import find_measure
from workbench.retention.signals import RATES, Signal

#: More names than this make a title too long to read.
NAMED_IN_TITLE = 3


def signal_finding(signal: Signal) -> str:
    """Say in one line whether a measure is changing, with its latest value."""
    label = find_measure(signal.measure).label
    name, judged = f"{label[0].lower()}{label[1:]}", signal.judged
    if not judged.points:
        return f"The {name} cannot be shown: {_why_nothing(signal)}"
    value = f"{value_in_words(signal, judged.points[-1].value)} {_when(signal)}"
    if judged.status == "too_few_points":
        return f"Too few values to judge the {name}: {value}"
    if judged.status != "ok":
        return f"The {name} cannot be judged: {value}, {judged.variation_words}"
    if judged.variation == "common_cause":
        return f"No sign that the {name} is changing: {value}{_last_unusual(signal)}"
    return f"The {name} is {_side(signal)}: {value}, {judged.why()}"


def in_words(signal: Signal) -> str:
    """Say of one measure what its latest value means, in a sentence for a table."""
    judged = signal.judged
    if not judged.points:
        return f"Not shown: {_why_nothing(signal)}."
    latest = judged.groups[-1]
    if latest.upper is None or latest.lower is None:
        return f"{_capital(judged.variation_words)}."
    lower = shown_number(max(latest.lower, 0.0), find_measure(signal.measure).decimals)
    sentence = f"{_capital(judged.variation_words)}; usual range {lower} to {value_in_words(signal, latest.upper)}"
    if judged.assurance_words and judged.target is not None:
        sentence += f". With a target of {value_in_words(signal, judged.target)}, {judged.assurance_words}"
    return f"{sentence}."


def different_finding(signals: Sequence[Signal]) -> str:
    """Say which of several measures are different from usual."""
    judged = [signal for signal in signals if signal.judged.status == "ok"]
    special = [signal for signal in judged if signal.judged.variation != "common_cause"]
    if not judged:
        return "No measure has enough values that can be shown to say whether it is different"
    rest = f" ({len(signals) - len(judged)} cannot be judged)" if len(judged) < len(signals) else ""
    if not special:
        return f"Nothing is different from usual in the {_counted(len(judged))} that can be judged{rest}"
    named = [f"{find_measure(signal.measure).label} ({_side(signal)})" for signal in special]
    return f"Different from usual: {list_in_words(named)}{rest}"


def funnel_finding(judged: Funnel | None, groups: str) -> str:
    """Say which units of a funnel plot lie outside its limits."""
    if judged is None:
        return f"Leaver rates of {groups} cannot be compared: too few numbers may be shown"
    outside = [unit for unit in judged.units if unit.is_outside]
    units = sum(unit.limits is not None for unit in judged.units)
    if not outside:
        return f"No leaver rate differs more than size explains, among {units} {groups}"
    parts = []
    for side in ("higher", "lower"):
        names = [unit.name for unit in outside if unit.verdict.startswith(side)]
        if names:
            named = list_in_words(names) if len(names) <= NAMED_IN_TITLE else f"{len(names)} {groups}"
            parts.append(f"{side} than expected in {named}")
    return f"Leaver rate {'; '.join(parts)}, among {units} {groups}"


def _side(signal: Signal) -> str:
    icon = signal.judged.variation or ""
    side = "high" if icon.endswith("high") else "low"
    trend = {"trend_up": "rising", "trend_down": "falling"}.get(
        signal.judged.points[-1].rule or "", f"unusually {side}"
    )
    kind = icon.partition("_")[0]
    return f"{trend}, {'an improvement' if kind == 'improvement' else 'a concern'}" if kind != "neutral" else trend


def value_in_words(signal: Signal, value: float) -> str:
    """Write a value of a measure with its unit: "10.6% a year"."""
    measure = find_measure(signal.measure)
    number = shown_number(value, measure.decimals)
    if signal.measure in RATES:
        return f"{number}% a year"
    return f"{number}%" if measure.is_rate else number


def _last_unusual(signal: Signal) -> str:
    """Name the last value of the past year that lay outside the limits; nothing where there was none."""
    outside = [point for point in signal.judged.points[-12 // signal.step :] if point.outside and point.date]
    return f"; last unusual in {outside[-1].date:%B %Y}" if outside else ""


def _when(signal: Signal) -> str:
    last = signal.judged.points[-1].date
    if last is None:
        return ""
    month = f"{last:%B %Y}"
    return f"in {month}" if signal.step == 1 else f"in the {signal.step_words} to {month}"


def _why_nothing(signal: Signal) -> str:
    if signal.withheld:
        return "every value describes too few people"
    return "the extracts it needs are not loaded"


def _counted(number: int) -> str:
    return "measure" if number == 1 else f"{number} measures"


def _capital(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}"
