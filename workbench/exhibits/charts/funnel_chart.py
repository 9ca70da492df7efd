"""A funnel plot: units by size, with limits that narrow as units grow."""

from __future__ import annotations

from collections.abc import Sequence

from workbench.benchmarking.funnel import Funnel, FunnelUnit
from workbench.exhibits.cells import shown_number
from workbench.exhibits.charts.drawing import Drawing, list_in_words, wrapped
from workbench.exhibits.exhibit import Stamp
from workbench.exhibits.house_style import DARK_BLUE, GREY, INK, LIGHT_GREY, SMALL_SIZE, Canvas, escaped, words_instead

HEIGHT = 420
CURVE_POINTS = 120
#: More names than this would cover each other; the table has them all.
NAMED_ON_CHART = 8
#: Room that a name takes, in shares of the chart's width on a phone and of its height.
NAME_WIDTH, NAME_HEIGHT = 0.5, 0.1
KEY = (
    "Dashed lines: 95% limits; solid curves: 99.8% limits, wider for small units. A circle lies within the 95% limits, "
    "or is too small to say otherwise; a triangle lies outside them, pointing up when higher and down when lower, "
    "filled when outside 99.8%."
)


def funnel_plot(
    judged: Funnel,
    *,
    size_label: str,
    unit: str,
    subject: str,
    stamp: Stamp,
    per: float = 100,
    decimals: int = 1,
) -> Drawing:
    """Draw each unit by its size and its value; those outside the limits are named beside their mark.

    Args:
        judged: `funnel` of released numbers.
        size_label: what the size of a unit is, for the axis: "people in post".
        unit: what the value is, for the axis: "% who left".
        subject: what the chart is about, for the text alternative.
        per: the scale of the values: 100 for per cent.
        decimals: decimal places of the numbers.
    """
    units = [one for one in judged.units if one.limits is not None and one.value is not None]
    if not units:
        words = f"{subject}: no unit can be judged."
        return Drawing(words_instead(words, stamp), words)
    canvas = Canvas(stamp, height=HEIGHT)
    canvas.margin["t"] = 32
    largest = max(one.denominator for one in units) * 1.08
    smallest = max(min(one.denominator for one in units) * 0.7, 0.5)
    sizes = [smallest + (largest - smallest) * step / CURVE_POINTS for step in range(CURVE_POINTS + 1)]
    highest = max(one.value or 0 for one in units) * per
    top = max(highest * 1.12, judged.target * per * 1.5, judged.limits_at(_median(units)).upper_998 * per)
    _draw_curves(canvas, judged, sizes, per)
    _draw_units(canvas, units, per, unit, size_label, decimals)
    _name_outside(canvas, units, per, largest, top)
    canvas.write(
        f"all together <b>{shown_number(judged.target * per, decimals)}</b>", x=1, xref="paper",
        y=judged.target * per, xanchor="right", yanchor="bottom", font=dict(size=SMALL_SIZE, color=INK),
    )  # fmt: skip
    canvas.x |= {"title": {"text": size_label}, "range": [0, largest], "nticks": 7}
    canvas.y |= {"title": {"text": unit}, "range": [-top * 0.03, top], "showgrid": True, "nticks": 6}
    return Drawing(canvas.figure(), _alt(judged, units, unit, subject, per, decimals))


def _median(units: Sequence[FunnelUnit]) -> float:
    ranked = sorted(one.denominator for one in units)
    return ranked[len(ranked) // 2]


def _draw_curves(canvas: Canvas, judged: Funnel, sizes: Sequence[float], per: float) -> None:
    limits = [judged.limits_at(size) for size in sizes]
    curves = (("lower_95", "dash"), ("upper_95", "dash"), ("lower_998", "solid"), ("upper_998", "solid"))
    for name, dash in curves:
        canvas.draw(
            "scatter", x=list(sizes), y=[getattr(around, name) * per for around in limits], mode="lines",
            line=dict(color=GREY, width=1.25, dash=dash), hoverinfo="skip",
        )  # fmt: skip
    canvas.draw(
        "scatter", x=[0, sizes[-1]], y=[judged.target * per] * 2, mode="lines", hoverinfo="skip",
        line=dict(color=INK, width=1.5),
    )  # fmt: skip


def _draw_units(
    canvas: Canvas, units: Sequence[FunnelUnit], per: float, unit: str, size_label: str, decimals: int
) -> None:
    looks = {
        "expected": ("circle", LIGHT_GREY, 9),
        "higher_95": ("triangle-up", "white", 13),
        "lower_95": ("triangle-down", "white", 13),
        "higher_998": ("triangle-up", DARK_BLUE, 14),
        "lower_998": ("triangle-down", DARK_BLUE, 14),
    }
    for verdict, (symbol, colour, size) in looks.items():
        drawn = [one for one in units if one.verdict == verdict]
        if drawn:
            canvas.draw(
                "scatter", x=[one.denominator for one in drawn], y=[(one.value or 0) * per for one in drawn],
                mode="markers", cliponaxis=False,
                marker=dict(symbol=symbol, size=size, color=colour, line=dict(color=INK, width=1.25)),
                text=[escaped(f"{one.name}: {one.words}") for one in drawn],
                hovertemplate=f"%{{text}}<br>%{{y:,.{decimals}f}} {escaped(unit)}, %{{x:,.0f}} {escaped(size_label)}"
                "<extra></extra>",
            )  # fmt: skip


def _name_outside(canvas: Canvas, units: Sequence[FunnelUnit], per: float, largest: float, top: float) -> None:
    """Name the units outside the limits, furthest first, leaving out names that would cover another."""
    taken: list[tuple[float, float]] = []
    for one in sorted((one for one in units if one.is_outside), key=_distance, reverse=True):
        x, y = one.denominator / largest, (one.value or 0) * per / top
        if len(taken) == NAMED_ON_CHART or any(abs(x - a) < NAME_WIDTH and abs(y - b) < NAME_HEIGHT for a, b in taken):
            continue
        taken.append((x, y))
        to_the_left = x > 0.6
        canvas.write(
            wrapped(one.name, 20), x=one.denominator, y=(one.value or 0) * per, align="left",
            xanchor="right" if to_the_left else "left", xshift=-9 if to_the_left else 9,
            font=dict(size=SMALL_SIZE, color=INK),
        )  # fmt: skip


def _distance(one: FunnelUnit) -> tuple[bool, float]:
    return one.verdict.endswith("998"), abs(one.z or 0.0)


def _alt(judged: Funnel, units: Sequence[FunnelUnit], unit: str, subject: str, per: float, decimals: int) -> str:
    sentences = [
        f"{subject}, {len(units)} units, in {unit}",
        f"All together: {shown_number(judged.target * per, decimals)}",
    ]
    for words in dict.fromkeys(one.words for one in sorted(units, key=_distance, reverse=True) if one.is_outside):
        named = [
            f"{one.name} ({shown_number((one.value or 0) * per, decimals)})" for one in units if one.words == words
        ]
        sentences.append(f"{words[0].upper()}{words[1:]}: {list_in_words(named)}")
    expected = sum(not one.is_outside for one in units)
    sentences.append(f"As expected for their size: {expected}")
    return f"{'. '.join(sentences)}."
