"""The house charts: each takes a released table and returns the figure with its words.

    drawing = month_lines(released.table, month="month", series=[Series("headcount", "Headcount")], unit="people",
                          subject="Headcount", stamp=stamp)
    Exhibit(..., figure=drawing.figure, alt=drawing.alt)

Every chart copes with nothing to show: with no rows, or with every value withheld, the figure says so in words.
"""

from __future__ import annotations

from workbench.exhibits.charts.aims import bars_with_aim
from workbench.exhibits.charts.changes import change_bars
from workbench.exhibits.charts.control_chart import xmr_chart
from workbench.exhibits.charts.counts import count_bars
from workbench.exhibits.charts.curves import Curve, stacked_shares, stay_curves
from workbench.exhibits.charts.dots import compare_dots
from workbench.exhibits.charts.drawing import Drawing, Series
from workbench.exhibits.charts.fan import fan_lines
from workbench.exhibits.charts.flows import paired_bars
from workbench.exhibits.charts.funnel_chart import funnel_plot
from workbench.exhibits.charts.heat import heat_map
from workbench.exhibits.charts.months import month_lines
from workbench.exhibits.charts.peers import peer_range
from workbench.exhibits.charts.sankey import sankey
from workbench.exhibits.charts.waterfall import waterfall

__all__ = [
    "Curve",
    "Drawing",
    "Series",
    "bars_with_aim",
    "change_bars",
    "compare_dots",
    "count_bars",
    "fan_lines",
    "funnel_plot",
    "heat_map",
    "month_lines",
    "paired_bars",
    "peer_range",
    "sankey",
    "stacked_shares",
    "stay_curves",
    "waterfall",
    "xmr_chart",
]
