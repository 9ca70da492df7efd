"""The look of every chart: colours with enough contrast, readable sizes, sources, and no way to send data out.

Colours are the Government Analysis Function's categorical palette, which on white reach these contrasts (WCAG):
dark blue 10.25, dark pink 9.77, turquoise 3.17, orange 3.03. The last two reach 3 to 1 on pure white only, so the
ground of every chart is white, and no meaning rests on colour alone: shape, dash and a label say the same.
"""

from __future__ import annotations

import textwrap

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

TEMPLATE = go.layout.Template(
    layout=go.Layout(
        paper_bgcolor="white",
        plot_bgcolor="white",
        font=dict(family=FONT, size=TEXT_SIZE, color=INK),
        colorway=PALETTE,
        showlegend=False,
        autosize=True,
        dragmode=False,
        hovermode="closest",
        hoverlabel=dict(font=dict(family=FONT, size=TEXT_SIZE), bgcolor="white", bordercolor=INK),
        margin=dict(l=16, r=16, t=24, b=72),
        xaxis=dict(
            automargin=True, fixedrange=True, showgrid=False, zeroline=False, linecolor=INK, ticks="outside",
            tickcolor=INK, tickfont=dict(size=SMALL_SIZE), separatethousands=True,
            title=dict(font=dict(size=SMALL_SIZE), standoff=12),
        ),
        yaxis=dict(
            automargin=True, fixedrange=True, showgrid=False, zeroline=False, tickfont=dict(size=SMALL_SIZE),
            separatethousands=True, title=dict(font=dict(size=SMALL_SIZE), standoff=12),
        ),
    )
)  # fmt: skip


def new_figure(stamp: Stamp, *, height: int) -> go.Figure:
    """Start a chart in the house style, `height` pixels high, with its source line."""
    figure = go.Figure(layout=go.Layout(template=TEMPLATE, height=height))
    # plotly can place only its title by the edge of the whole chart rather than by the axes, which stand further
    # in: the finding is the heading of the exhibit, so the title is free for the source.
    figure.update_layout(
        title=dict(
            text=source_line(stamp), font=dict(size=SMALL_SIZE, color=GREY), x=0, xref="container", xanchor="left",
            y=0, yref="container", yanchor="bottom", pad=dict(l=4, b=6),
        )
    )  # fmt: skip
    return figure


def source_line(stamp: Stamp) -> str:
    """Say below a chart where its numbers come from; short, so that it fits a phone."""
    return f"{stamp.organisation_code} · as at {stamp.as_at.isoformat()} · snapshot {stamp.snapshot}"


def words_instead(words: str, stamp: Stamp) -> go.Figure:
    """Draw a figure that says in words why there is no chart."""
    figure = new_figure(stamp, height=200)
    figure.add_annotation(
        text="<br>".join(textwrap.wrap(words, 44)), xref="paper", yref="paper", x=0.5, y=0.5, showarrow=False,
        font=dict(size=TEXT_SIZE), align="center",
    )  # fmt: skip
    figure.update_xaxes(visible=False)
    figure.update_yaxes(visible=False)
    return figure


def escaped(text: str) -> str:
    """Make a text safe for plotly, which reads a little HTML in its labels."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
