"""Pages: exhibits in order, with controls for people and without them for packs."""

from __future__ import annotations

from workbench.dashboards.page import Page, open_page
from workbench.dashboards.spec import Control, PageSpec, WorklistSection, exhibit_functions, page_specs

__all__ = ["Control", "Page", "PageSpec", "WorklistSection", "exhibit_functions", "open_page", "page_specs"]
