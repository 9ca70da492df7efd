"""The definitions of measures as they are printed under an exhibit or at the foot of a page."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from workbench.measures.catalogue import find_measure


def definitions_html(measures: Iterable[str]) -> str:
    """Return the definitions of the measures as a list of terms, each with what is counted over what.

    Raises:
        UnknownName: there is no measure of that name.
    """
    entries = []
    for measure_id in dict.fromkeys(measures):
        measure = find_measure(measure_id)
        lines = [
            ("Counted", measure.numerator),
            ("Out of", measure.denominator),
            ("Left out", measure.exclusions),
            ("Unit", measure.unit),
            ("Source", measure.source),
        ]
        spelled = "".join(f"<dd><b>{name}:</b> {escape(text)}</dd>" for name, text in lines)
        cautions = "".join(f"<dd><b>Bear in mind:</b> {escape(text)}</dd>" for text in measure.caveats)
        entries.append(f"<dt>{escape(measure.label)} <code>{escape(measure.id)}</code></dt>{spelled}{cautions}")
    return f'<dl class="wb-definitions">{"".join(entries)}</dl>'
