"""Lengths of service cut into bands: how many were watched and left in each, and what the estimates are at its end.

A curve of how long people stay shows each leaver as a step, so what is drawn and printed are bands. See
docs/methodology/survival.md for how they are chosen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from workbench.disclosure import Policy
from workbench.retention.competing_risks import cumulative_incidence
from workbench.retention.survival import SurvivalCurve, first_time_with, kaplan_meier, number_at_risk
from workbench.retention.tenure import WENT_TO

#: A curve starts where so many people are watched at once, and ends where fewer are left to watch.
FEWEST_AT_RISK = 10
DAYS_IN_A_YEAR = 365.25
#: Ends of the bands in months of service.
BANDS = (*range(1, 13), 15, 18, 21, 24, 30, 36, 48, 60, 72, 84, 96, 108, 120, 144, 168, 192, 216, 240, 300, 360)
#: Bands for one group before an audience from whom small numbers are withheld: wide, and the same for every group.
WIDE_BANDS = (12, 24, 60, 120, 240)


@dataclass(frozen=True, eq=False)
class WatchedService:
    """The service of some people: entry and exit in days, whether they left, and where they went."""

    entry: np.typing.NDArray[np.float64]
    exit: np.typing.NDArray[np.float64]
    left: np.typing.NDArray[np.bool_]
    went_to: tuple[str | None, ...]

    @classmethod
    def of(cls, stays: pl.DataFrame) -> WatchedService:
        """Take it from rows of `workbench.retention.tenure.stays`."""
        return cls(
            stays["entry"].cast(pl.Float64).to_numpy(),
            stays["exit"].cast(pl.Float64).to_numpy(),
            stays["left"].to_numpy(),
            tuple(stays["went_to"].to_list()),
        )

    @property
    def start(self) -> float | None:
        """The length of service from which enough people are watched; None where there never are."""
        return first_time_with(FEWEST_AT_RISK, self.exit, self.entry)

    def curve(self, start: float) -> SurvivalCurve:
        """Return the share still in post, of those with so much service."""
        return kaplan_meier(self.exit, self.left, self.entry, start=start)


def days_of(months: int) -> int:
    """Return how many days so many months of service are."""
    return round(months * DAYS_IN_A_YEAR / 12)


def in_words(months: int) -> str:
    """Write a length of service: 3 months, 1 year, 2.5 years."""
    if months < 12:
        return f"{months} month{'s' if months > 1 else ''}"
    return f"{months / 12:g} year{'s' if months > 12 else ''}"


def ends_with_enough(service: WatchedService, bands: Sequence[int], start: float) -> list[int]:
    """Return the ends of bands after the start, up to the last at which enough people are still watched."""
    at_risk = number_at_risk(service.entry, service.exit, np.array([days_of(end) for end in bands], dtype=np.float64))
    kept = []
    for end, people in zip(bands, at_risk, strict=True):
        if days_of(end) <= start:
            continue
        if people < FEWEST_AT_RISK:
            break
        kept.append(end)
    return kept


def counts_by_band(service: WatchedService, ends: Sequence[int], start: float = 0.0) -> pl.DataFrame:
    """Count who was watched at some time in each band, and who left in it, in all and by where they went.

    Returns:
        One row per band: `to_months`, `watched`, `left`, and a column for each of `WENT_TO`.
    """
    edges = [start, *(float(days_of(end)) for end in ends)]
    went_to = np.array([place or "" for place in service.went_to], dtype=object)
    rows = []
    for end, low, high in zip(ends, edges[:-1], edges[1:], strict=True):
        inside = service.left & (service.exit > low) & (service.exit <= high)
        rows.append(
            {
                "to_months": end,
                "watched": int(((service.entry < high) & (service.exit > low)).sum()),
                "left": int(inside.sum()),
                **{place: int((inside & (went_to == place)).sum()) for place in WENT_TO},
            }
        )
    counted = dict.fromkeys(("to_months", "watched", "left", *WENT_TO), pl.Int64)
    return pl.DataFrame(rows, schema=counted)


def put_together(ends: Sequence[int], counts: Sequence[Sequence[int]], policy: Policy) -> list[int]:
    """Put bands together until no count of people who left in one is too small to be shown.

    The difference of two points of a curve is the number who left between them, so points are drawn only so far
    apart that each such number may be shown. A last band with too few goes to the one before.

    Args:
        ends: ends of the bands, ascending.
        counts: for each kind of leaving that a reader can tell apart, how many left in each band.
        policy: what the audience may see.

    Returns:
        The ends that remain; none where even all bands together hold too few.
    """
    kept: list[int] = []
    running = [0] * len(counts)
    for place, end in enumerate(ends):
        running = [total + column[place] for total, column in zip(running, counts, strict=True)]
        if not any(policy.is_small(total) for total in running):
            kept.append(end)
            running = [0] * len(counts)
    if any(running) and kept:
        kept[-1] = ends[-1]
        whole = [sum(column) for column in counts]
        return [] if len(kept) == 1 and any(policy.is_small(total) for total in whole) else kept
    return kept


def stay_estimates(service: WatchedService, ends: Sequence[int], start: float) -> pl.DataFrame:
    """Return the share still in post at the end of each band, in per cent, with its limits.

    Returns:
        One row per band: `to_months`, `kept`, `lower`, `upper`; null where that cannot be estimated.
    """
    curve = service.curve(start)
    days = [days_of(end) for end in ends]
    lower, upper = curve.limits_at(days)
    columns = {"kept": 100 * curve.at(days), "lower": 100 * lower, "upper": 100 * upper}
    return pl.DataFrame({"to_months": list(ends), **columns}, schema_overrides={"to_months": pl.Int64}).fill_nan(None)


def destination_estimates(service: WatchedService, ends: Sequence[int], start: float) -> pl.DataFrame:
    """Return the share who had left for each place by the end of each band, in per cent, and the share still in post.

    Returns:
        One row per band: `to_months`, `in_post`, and for each of `WENT_TO` the share as `share of <place>`.
    """
    days = [days_of(end) for end in ends]
    risks = cumulative_incidence(
        service.exit, service.went_to, service.entry, start=start, causes=list(WENT_TO), times=days
    )
    shares = {f"share of {place}": 100 * risks.incidence[place] for place in WENT_TO}
    return pl.DataFrame(
        {"to_months": list(ends), "in_post": 100 * risks.event_free, **shares},
        schema_overrides={"to_months": pl.Int64},
    )
