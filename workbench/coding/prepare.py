"""What the coding review works out as soon as a snapshot is published, so that its first view does not wait."""

from __future__ import annotations

from pathlib import Path

from workbench.coding.kept_findings import MONTHS_AT_HAND, keep_findings
from workbench.coding.local_settings import CodingSettings
from workbench.measures.coverage import months_loaded
from workbench.settings import Settings
from workbench.warehouse.snapshot import Snapshot

QUERIES = Path(__file__).parent / "queries"
#: Organisations asked about at once: enough that a question is prepared once for many, few enough to stay small.
ORGANISATIONS_AT_ONCE = 5


def prepare(snapshot: Snapshot, settings: Settings) -> None:
    """Keep what the rules find in the latest months of every organisation."""
    local = CodingSettings.of(settings)
    codes = snapshot.query(QUERIES / "organisations_held.sql")["organisation_code"].to_list()
    for place in range(0, len(codes), ORGANISATIONS_AT_ONCE):
        these = codes[place : place + ORGANISATIONS_AT_ONCE]
        asked = {code: months_loaded(snapshot, code)[-MONTHS_AT_HAND:] for code in these}
        keep_findings(snapshot, settings, asked, local)
