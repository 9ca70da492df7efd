"""Showing an exhibit in a notebook: JupyterLab, Voila, and papermill, which keeps it for a pack."""

from __future__ import annotations

import json
from html import escape
from typing import TYPE_CHECKING, Any

from workbench.exhibits.exhibit import BUNDLE_MIME, Exhibit
from workbench.exhibits.html import body_html, element_id, head_html, stylesheet

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

PLOTLY_MIME = "application/vnd.plotly.v1+json"


def display_exhibit(exhibit: Exhibit) -> None:
    """Show heading, chart and table one below the other; the last output also carries the whole exhibit as JSON.

    The chart goes out as plotly's own output type, which JupyterLab and Voila draw with the copy of plotly.js that
    they hold: nothing is fetched from elsewhere, and the 5 MB of plotly.js are not repeated in each notebook.
    """
    for data in outputs(exhibit):
        _publish(data)


def outputs(exhibit: Exhibit) -> list[dict[str, Any]]:
    """Return the outputs of which an exhibit consists in a notebook, each by output type."""
    opening = f"<style>{stylesheet()}</style>{opening_html(exhibit)}"
    pieces: list[dict[str, Any]] = [{"text/html": opening, "text/plain": exhibit.title}]
    if exhibit.figure is not None:
        pieces.append({PLOTLY_MIME: plotly_output(exhibit.figure), "text/plain": exhibit.alt})
    pieces.append(
        {
            "text/html": f'<div class="wb-exhibit">{body_html(exhibit)}</div>',
            "text/plain": exhibit.caption or exhibit.title,
            BUNDLE_MIME: exhibit.to_bundle(),
        }
    )
    return pieces


def opening_html(exhibit: Exhibit) -> str:
    """Return heading and the chart in words, which screen readers read where the chart follows."""
    alt = f'<p class="wb-hidden">Chart: {escape(exhibit.alt)}</p>' if exhibit.figure is not None else ""
    return f'<div class="wb-exhibit" id="{escape(element_id(exhibit))}">{head_html(exhibit)}{alt}</div>'


def plotly_output(figure: Figure) -> dict[str, Any]:
    """Return a figure in the form that Jupyter draws, with no button that would send its data away."""
    from workbench.exhibits.house_style import CONFIG

    drawn: dict[str, Any] = json.loads(figure.to_json())
    return {**drawn, "config": {**CONFIG, "plotlyServerURL": ""}}


def _publish(data: dict[str, Any]) -> None:
    from IPython.display import publish_display_data

    publish_display_data(data)  # type: ignore[no-untyped-call]
