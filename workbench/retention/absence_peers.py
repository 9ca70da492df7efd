"""An organisation's own sickness absence beside the published rates of its peers, month by month."""

from __future__ import annotations

import datetime as dt

import polars as pl

from workbench.benchmarking.published_peers import (
    peer_distribution,
    published_absence,
    published_months,
    type_of,
)
from workbench.measures import evaluate
from workbench.periods import last_completed_month_end
from workbench.warehouse.snapshot import Snapshot

PEERS = {
    "Acute": "acute trusts",
    "Mental Health": "mental health trusts",
    "Community Provider Trust": "community provider trusts",
    "Ambulance": "ambulance trusts",
    "Integrated Care Board": "integrated care boards",
    "Commissioning Support Unit": "commissioning support units",
}


def own_among_peers(snapshot: Snapshot, organisation: str, as_at: dt.date) -> pl.DataFrame:
    """Set the organisation's own rate beside its peers', in the months that have both.

    The own rate is `sickness_absence_rate` with `source=extract`; peers are the published organisations of the same
    type, as `peer_distribution` describes them. A month with only one of the two is left out: a line without a
    band, or a band without a line, compares nothing.

    Returns:
        One row per month: `fte_days_lost`, `fte_days_available`, `people_absent`, `people` of the organisation
        (its rate is worked out from the released sums), and the peers' `organisations`, `lowest`, `lower_quartile`,
        `median`, `upper_quartile`, `highest` (per cent).
    """
    result = evaluate(
        snapshot,
        "sickness_absence_rate",
        organisation=organisation,
        as_at=as_at,
        by="month",
        options={"source": "extract"},
    )
    own = (
        pl.concat([result.frame, result.people], how="horizontal")
        .filter(pl.col("status") == "ok")
        .select(
            "month",
            fte_days_lost="numerator",
            fte_days_available="denominator",
            people_absent="numerator_people",
            people="denominator_people",
        )
    )
    months = [month for month in published_months(snapshot) if month <= last_completed_month_end(as_at)]
    kind = type_of(snapshot, organisation)
    first, last = (months[0], months[-1]) if months else (as_at, as_at)
    peers = peer_distribution(published_absence(snapshot, first=first, last=last), kind or "")
    return own.join(peers, on="month", how="inner").sort("month")


def peers_in_words(snapshot: Snapshot, organisation: str) -> str:
    """Say what an organisation's peers are called: "acute trusts"."""
    kind = type_of(snapshot, organisation)
    return PEERS.get(kind or "", f"published organisations of type {kind or 'unknown'}")
