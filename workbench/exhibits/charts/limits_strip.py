"""The latest value of several measures, each between its own limits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from workbench.benchmarking.xmr import Xmr
from workbench.exhibits.charts.control_chart import COLOURS, letter_of
from workbench.exhibits.charts.drawing import Drawing, category_axis
from workbench.exhibits.exhibit import Stamp
from workbench.exhibits.house_style import BAND, GREY, INK, LIGHT_GREY, SMALL_SIZE, Canvas, escaped, words_instead
from workbench.exhibits.icons import COMMON

ROW_HEIGHT = 52
#: A value further out than this many limit widths is drawn here, with its number beside it.
FURTHEST = 2.2
EARLIER_SHOWN = 12
STRIP_KEY = (
    "Each band runs from a measure's lower to its upper limit, the line in it is its mean. The latest value is the "
    "dark mark: a circle for common cause variation, a triangle for a special cause, high (H) or low (L); the pale "
    "dots are the values before it."
)


@dataclass(frozen=True)
class Strip:
    """One measure of the chart: its name, how it was judged, and its latest value as it is written."""

    name: str
    judged: Xmr
    latest: str


def limits_strip(strips: Sequence[Strip], *, subject: str, stamp: Stamp) -> Drawing:
    """Draw a band for each measure from its lower to its upper limit, with the latest value and those before it.

    Measures of different units stand on one scale, their distance from the mean in widths of the limits.

    Args:
        strips: the measures, judged from released values, in the order in which they are drawn from the top.
        subject: what the chart is about, for the text alternative.
    """
    if not any(strip.judged.points for strip in strips):
        words = f"{subject}: no value can be shown."
        return Drawing(words_instead(words, stamp), words)
    canvas = Canvas(stamp, height=110)
    for row, strip in enumerate(strips):
        places = _places(strip.judged)
        if not places:
            canvas.write(
                escaped(_without_limits(strip)), x=0, y=row, font=dict(size=SMALL_SIZE, color=GREY),
            )  # fmt: skip
            continue
        _draw_band(canvas, row)
        _draw_values(canvas, row, strip, places)
    category_axis(
        canvas, [strip.name for strip in strips], row_height=ROW_HEIGHT, below=[strip.latest for strip in strips]
    )
    canvas.x |= {
        "tickvals": [-1, 0, 1], "ticktext": ["lower<br>limit", "mean", "upper<br>limit"],
        "range": [-FURTHEST - 0.2, FURTHEST + 0.2],
    }  # fmt: skip
    return Drawing(canvas.figure(), _alt(strips, subject))


def _places(judged: Xmr) -> list[float]:
    """Return where the values of the latest limits lie: 0 the mean, 1 the upper limit; empty without limits."""
    latest = judged.groups[-1] if judged.groups else None
    if latest is None or latest.upper is None:
        return []
    number, width = len(judged.groups) - 1, latest.upper - latest.mean
    return [(point.value - latest.mean) / width for point in judged.points if point.group == number]


def _draw_band(canvas: Canvas, row: int) -> None:
    canvas.draw(
        "scatter", x=[-1, 1, 1, -1], y=[row - 0.22, row - 0.22, row + 0.22, row + 0.22], mode="lines", fill="toself",
        fillcolor=BAND, line=dict(color=BAND, width=1), hoverinfo="skip",
    )  # fmt: skip
    canvas.draw(
        "scatter", x=[0, 0], y=[row - 0.3, row + 0.3], mode="lines", line=dict(color=INK, width=1.5), hoverinfo="skip"
    )


def _draw_values(canvas: Canvas, row: int, strip: Strip, places: Sequence[float]) -> None:
    earlier = [min(max(place, -FURTHEST), FURTHEST) for place in places[-EARLIER_SHOWN - 1 : -1]]
    canvas.draw(
        "scatter", x=earlier, y=[row] * len(earlier), mode="markers", hoverinfo="skip",
        marker=dict(symbol="circle", size=6, color=LIGHT_GREY, line=dict(color=GREY, width=0.75)),
    )  # fmt: skip
    last = strip.judged.points[-1]
    letter = letter_of(strip.judged, last)
    canvas.draw(
        "scatter", x=[min(max(places[-1], -FURTHEST), FURTHEST)], y=[row], mode="markers+text", text=[letter],
        textposition="bottom center" if letter == "L" else "top center", textfont=dict(size=SMALL_SIZE, color=INK),
        marker=dict(
            symbol={"H": "triangle-up", "L": "triangle-down"}.get(letter, "circle"), size=14,
            color=COLOURS.get(last.kind or "", COMMON) if letter else COMMON, line=dict(color=INK, width=1.5),
        ),
        hovertemplate=f"{escaped(strip.name)}: {escaped(strip.latest)}<br>{escaped(strip.judged.variation_words)}"
        "<extra></extra>",
    )  # fmt: skip


def _without_limits(strip: Strip) -> str:
    return strip.judged.variation_words if strip.judged.points else "no value can be shown"


def _alt(strips: Sequence[Strip], subject: str) -> str:
    return f"{subject}. {'. '.join(f'{strip.name}: {strip.latest}; {_without_limits(strip)}' for strip in strips)}."
