"""The look of every chart: colours with enough contrast, readable sizes, sources, and no way to send data out.

Colours are the Government Analysis Function's categorical palette, which on white reach these contrasts (WCAG):
dark blue 10.25, dark pink 9.77, turquoise 3.17, orange 3.03. The last two reach 3 to 1 on pure white only, so the
ground of every chart is white, and no meaning rests on colour alone: shape, dash and a label say the same.
"""

from __future__ import annotations

import textwrap
from typing import Any

import plotly.graph_objects as go

from workbench.exhibits.exhibit import Stamp

DARK_BLUE = "#12436D"
DARK_PINK = "#801650"
TURQUOISE = "#28A197"
ORANGE = "#F46A25"
GREY = "#595959"
LIGHT_GREY = "#D9D9D9"
BAND = "#DCE3EA"
INK = "#212B32"

PALETTE = (DARK_BLUE, DARK_PINK, TURQUOISE, ORANGE)
SYMBOLS = ("circle", "diamond", "square", "triangle-up")
DASHES = ("solid", "dash", "dot", "dashdot")

FONT = "Frutiger W01, Frutiger, Arial, Liberation Sans, sans-serif"
TEXT_SIZE = 14
SMALL_SIZE = 12

#: What the browser is told of each chart. plotly's own default offers to send the data to its maker's cloud.
CONFIG = {
    "displayModeBar": False,
    "displaylogo": False,
    "responsive": True,
    "scrollZoom": False,
    "doubleClick": False,
    "showSendToCloud": False,
    "showTips": False,
}

#: Room around the axes; the lower margin holds the source line.
MARGIN = {"l": 16, "r": 16, "t": 24, "b": 72}

_AXIS: dict[str, Any] = {
    "automargin": True, "fixedrange": True, "showgrid": False, "zeroline": False, "separatethousands": True,
    "gridcolor": LIGHT_GREY, "linecolor": INK, "tickcolor": INK, "tickfont": {"size": SMALL_SIZE},
    "title": {"font": {"size": SMALL_SIZE}, "standoff": 12},
}  # fmt: skip

#: plotly's template of the house style, as plain values: as an object it would be copied for every chart.
TEMPLATE: dict[str, Any] = {
    "layout": {
        "paper_bgcolor": "white",
        "plot_bgcolor": "white",
        "font": {"family": FONT, "size": TEXT_SIZE, "color": INK},
        "colorway": list(PALETTE),
        "showlegend": False,
        "autosize": True,
        "dragmode": False,
        "hovermode": "closest",
        "hoverlabel": {"font": {"family": FONT, "size": TEXT_SIZE}, "bgcolor": "white", "bordercolor": INK},
        "xaxis": {**_AXIS, "ticks": "outside", "showline": True},
        "yaxis": _AXIS,
    }
}


class Canvas:
    """A chart being drawn: marks, words and axes are collected first, and plotly checks them once at the end.

    Adding to a plotly figure piece by piece makes it check everything again for each piece, which takes longer than
    all the rest of a page.
    """

    def __init__(self, stamp: Stamp, *, height: int) -> None:
        self.height = height
        self.margin = dict(MARGIN)
        self.x: dict[str, Any] = {}
        self.y: dict[str, Any] = {}
        self._stamp = stamp
        self._marks: list[dict[str, Any]] = []
        self._words: list[dict[str, Any]] = []
        self._lines: list[dict[str, Any]] = []
        self._layout: dict[str, Any] = {}

    def draw(self, kind: str, **mark: Any) -> None:
        """Draw a series of marks: a plotly trace of the kind named."""
        self._marks.append({"type": kind, **mark})

    def write(self, text: str, **where: Any) -> None:
        """Write a text on the chart: a plotly annotation without an arrow."""
        self._words.append({"text": text, "showarrow": False, **where})

    def rule(self, **line: Any) -> None:
        """Draw a straight line across: a plotly shape."""
        self._lines.append({"type": "line", **line})

    def set(self, **layout: Any) -> None:
        """Set something of plotly's layout."""
        self._layout.update(layout)

    def figure(self) -> go.Figure:
        """Return the chart in the house style, with its source line."""
        # plotly can place only its title by the edge of the whole chart rather than by the axes, which stand further
        # in: the finding is the heading of the exhibit, so the title is free for the source.
        source = {
            "text": escaped(source_line(self._stamp)), "font": {"size": SMALL_SIZE, "color": GREY},
            "x": 0, "xref": "container", "xanchor": "left", "y": 0, "yref": "container", "yanchor": "bottom",
            "pad": {"l": 4, "b": 6},
        }  # fmt: skip
        layout = {
            "template": TEMPLATE, "height": self.height, "margin": self.margin, "title": source,
            "xaxis": self.x, "yaxis": self.y, "annotations": self._words, "shapes": self._lines, **self._layout,
        }  # fmt: skip
        return go.Figure({"data": self._marks, "layout": layout})


def source_line(stamp: Stamp) -> str:
    """Say below a chart where its numbers come from; short, so that it fits a phone."""
    return f"{stamp.organisation_code} · as at {stamp.as_at.isoformat()} · snapshot {stamp.snapshot}"


def words_instead(words: str, stamp: Stamp) -> go.Figure:
    """Draw a figure that says in words why there is no chart."""
    canvas = Canvas(stamp, height=200)
    lines = [escaped(line) for line in textwrap.wrap(words, 44)]
    canvas.write("<br>".join(lines), xref="paper", yref="paper", x=0.5, y=0.5)
    canvas.x["visible"] = canvas.y["visible"] = False
    return canvas.figure()


def escaped(text: str) -> str:
    """Make a text safe for plotly, which reads a little HTML in its labels."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
