"""Exhibits: one question answered, with its finding, chart, table, definitions and provenance.

The house charts are in `workbench.exhibits.charts`, which loads plotly.
"""

from __future__ import annotations

from workbench.exhibits.exhibit import BUNDLE_MIME, Column, Exhibit, ExhibitRequest, Stamp

__all__ = ["BUNDLE_MIME", "Column", "Exhibit", "ExhibitRequest", "Stamp"]
