"""Who came, who went and who was there, counted as a preset says: the rows that counts and rates are added up from."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import polars as pl

from workbench.errors import ParameterError
from workbench.measures.coverage import months_asked, months_loaded, months_missing
from workbench.measures.request import MeasureRequest
from workbench.periods import add_months, month_end, month_ends
from workbench.retention.dated_flows import dated_flows
from workbench.retention.employment_dates import leaving_dates
from workbench.retention.presets import DENOMINATORS, MODES, POPULATIONS, Preset, presets
from workbench.warehouse.snapshot import Snapshot

QUERIES = Path(__file__).parent / "queries"
DIMENSIONS = ("month", "organisation", "directorate", "service", "team", "staff_group", "profession", "pay_band")
SCOPES = {
    "from_organisation": "this organisation; a move inside it is not leaving",
    "staff_group": (
        "the staff group, here or in another organisation served that the person is known in; changing staff group is "
        "leaving one and joining another"
    ),
    "from_nhs": "the NHS; an estimate, because one organisation's records do not show where everyone went",
}
BOUND = "bound"
ESTIMATE = (
    "a range in two rows, `lower` and `upper`, by whether leavers count without a recorded destination: those with one "
    "outside the NHS, and those still employed but no longer in active service, count in both"
)


@dataclass(frozen=True)
class Movements:
    """Counted rows of one preset, with the months they can answer for and the stamp that says how they count.

    `rows` has the dimensions and, in people, `opening`, `closing`, `kept`, `leavers`, `joiners`, `stock` (what a rate
    is set against, as the preset says), `artefacts` and others left out of leavers; the first six in FTE as well, with
    the suffix `_fte`. Rows add up. `by` are the dimensions of the answer: those asked for, and `bound` where it is an
    estimated range. `months` says for each closing month end whether it can be answered.
    """

    preset: Preset
    rows: pl.DataFrame
    by: tuple[str, ...]
    months: Mapping[dt.date, bool]
    stamp: dict[str, object]

    def in_unit(self, column: str, unit: str) -> str:
        """Name the column that holds a count in people or in FTE."""
        return f"{column}_fte" if unit == "fte" else column


def opening_month(closing: dt.date, window_months: int) -> dt.date:
    """Return the month end that a window of so many months starts from: 30 Sep 2026 and 12 give 30 Sep 2025."""
    return month_end(add_months(closing, -window_months))


def movements(snapshot: Snapshot, request: MeasureRequest) -> Movements:
    """Count openings, closings, leavers and joiners of every window asked about.

    Doctors in training are told apart by the job role that places them. With `trainees=out` their rows are left out;
    someone who finishes training is not a joiner by that, as a move inside the organisation is not.

    Raises:
        ParameterError: the preset does not define leaving in the scope asked for.
    """
    preset, window = presets()[request.options["preset"]], int(request.options["window_months"])
    scope = request.options["scope"]
    if scope not in preset.scopes:
        raise ParameterError(
            f"The preset {preset.id!r} does not say what leaving is in the scope {scope!r}. "
            f"It takes: {', '.join(preset.scopes)}."
        )
    loaded = months_loaded(snapshot, request.organisation)
    dated = leaving_dates(snapshot, request.organisation) if preset.mode == "event" else None
    months = {
        closing: known and _answerable(preset, closing, window, loaded) and dated != ()
        for closing, known in months_asked(request, loaded).items()
    }
    closings = tuple(month for month, known in months.items() if known)
    rows = _counted(snapshot, preset, scope, request.organisation, window, closings)
    if request.options["trainees"] == "out":
        rows = rows.filter(~pl.col("is_trainee"))
    stamp = _stamp(request, preset, window, loaded, rows)
    if dated is not None:
        stamp["leaving_dates_recorded"] = (
            f"{dated[0]} to {dated[-1]}" if dated else "none: no leavers extract is loaded"
        )
    by = request.by
    if scope == "from_nhs":
        stamp["estimate"] = ESTIMATE
        by = (*by, BOUND)
    return Movements(preset, rows, by, months, stamp)


def _answerable(preset: Preset, closing: dt.date, window: int, loaded: list[dt.date]) -> bool:
    opening = opening_month(closing, window)
    if preset.denominator == "mean_of_month_ends":
        return set(month_ends(opening, closing)) <= set(loaded)
    return {opening, closing} <= set(loaded)


@lru_cache(maxsize=16)
def _counted(
    snapshot: Snapshot, preset: Preset, scope: str, organisation: str, window: int, closings: tuple[dt.date, ...]
) -> pl.DataFrame:
    """Ask once for what all counts and rates of a preset share: a snapshot never changes, so the answer holds."""
    if preset.mode == "event":
        windows = {closing: opening_month(closing, window) for closing in closings}
        rows = dated_flows(snapshot, organisation, windows)
    else:
        rows = _between_month_ends(snapshot, preset, scope, organisation, window, closings)
    if preset.denominator == "mean_of_month_ends":
        return rows
    of_two = preset.denominator == "mean_of_two"
    return rows.with_columns(
        (
            (pl.col(f"opening{suffix}") + pl.col(f"closing{suffix}")).cast(pl.Float64) / 2
            if of_two
            else pl.col(f"opening{suffix}")
        ).alias(f"stock{suffix}")
        for suffix in ("", "_fte")
    )


def _between_month_ends(
    snapshot: Snapshot, preset: Preset, scope: str, organisation: str, window: int, closings: tuple[dt.date, ...]
) -> pl.DataFrame:
    span = min(closings, default=dt.date.max), max(closings, default=dt.date.min)
    rows = _point_to_point(snapshot, preset.status, organisation, window, *span)
    if scope == "staff_group":
        rows = rows.with_columns(
            pl.col(f"{column}_of_group{suffix}").alias(f"{column}{suffix}")
            for column in ("leavers", "joiners")
            for suffix in ("", "_fte")
        )
    if scope == "from_nhs":
        rows = pl.concat(_bound(rows, name) for name in ("lower", "upper"))
    rows = rows.with_columns(
        *((pl.col(f"opening{suffix}") - pl.col(f"leavers{suffix}")).alias(f"kept{suffix}") for suffix in ("", "_fte")),
    )
    if preset.denominator == "mean_of_month_ends":
        stock = snapshot.query(
            QUERIES / "mean_stock.sql",
            organisation=organisation,
            window_months=window,
            status=preset.status,
            first=span[0],
            last=span[1],
        )
        rows = _beside(rows, stock)
    return rows.filter(pl.col("month").is_in(closings))


@lru_cache(maxsize=16)
def _point_to_point(
    snapshot: Snapshot, status: str, organisation: str, window: int, first: dt.date, last: dt.date
) -> pl.DataFrame:
    """Ask once for what presets of the same population share."""
    return snapshot.query(
        QUERIES / "point_to_point_flows.sql",
        organisation=organisation,
        window_months=window,
        status=status,
        first=first,
        last=last,
    )


def _bound(rows: pl.DataFrame, name: str) -> pl.DataFrame:
    """Take one end of the range of those who left the NHS; both ends stay beside it, for disclosure control."""
    return rows.with_columns(
        *(pl.col(f"leavers_of_nhs_{name}{suffix}").alias(f"leavers{suffix}") for suffix in ("", "_fte")),
        pl.lit(name).alias(BOUND),
    )


def _beside(rows: pl.DataFrame, stock: pl.DataFrame) -> pl.DataFrame:
    """Put the rows of the mean stock under those of the flows: both add up, and need not be in the same groups."""
    return pl.concat([rows, stock], how="diagonal_relaxed").with_columns(
        pl.col(name).fill_null(0) for name in {*rows.columns, *stock.columns} - {*DIMENSIONS, "is_trainee"}
    )


def _stamp(
    request: MeasureRequest, preset: Preset, window: int, loaded: list[dt.date], rows: pl.DataFrame
) -> dict[str, object]:
    opening = opening_month(request.month, window)
    asked = rows.filter(pl.col("month") == request.month)
    if request.options["scope"] == "from_nhs":
        asked = asked.filter(pl.col(BOUND) == "upper")
    length = f"{window} month{'s' if window > 1 else ''}"
    by_month = request.by_month
    trainees = "included" if request.options["trainees"] == "in" else "left out"
    return {
        "scope": f"{request.options['scope']} ({request.organisation}): {SCOPES[request.options['scope']]}",
        "window": f"{length} ending at each month end" if by_month else f"{opening} to {request.month} ({length})",
        "mode": MODES[preset.mode],
        "population": f"{POPULATIONS[preset.status]}, doctors in training {trainees}",
        "definition": f"{preset.label}: {preset.meaning}",
        "denominator": DENOMINATORS[preset.denominator],
        "months_missing": months_missing(request, loaded, first=None if by_month else opening),
        "counts": _beside_leavers(preset, asked),
    }


def _beside_leavers(preset: Preset, rows: pl.DataFrame) -> dict[str, int]:
    """Count, for the window of the as-at month, who is left out of leavers, or in them without having been listed."""
    counts = {"records left out of leavers (duplicate or never worked)": "artefacts"}
    if preset.mode == "event":
        counts["leavers who joined and left between two month ends"] = "unseen_leavers"
    else:
        counts["left with a recorded merger or transfer, no leavers"] = "transferred_out"
        counts["came with a recorded merger or transfer, no joiners"] = "transferred_in"
    return {words: int(rows[column].sum()) for words, column in counts.items()}


def behind_a_range(frame: pl.DataFrame, *, kept: bool = False) -> pl.DataFrame:
    """Name the people whom both ends of a range are about, for disclosure control.

    Whoever sees both ends knows their difference as well. Both rows therefore rest on the smaller of the lower end
    and the difference, nobody not counting; where the numerator is those `kept`, on the rest of the opening.
    """
    lower, unknown = pl.col("leavers_of_nhs_lower"), pl.col("leavers_of_nhs_upper") - pl.col("leavers_of_nhs_lower")
    somebody = [pl.when(count > 0).then(count) for count in (lower, unknown)]
    fewest = pl.min_horizontal(*somebody).fill_null(0)
    known = pl.col("numerator").is_not_null()
    behind = pl.col("denominator_people") - fewest if kept else fewest
    return frame.with_columns(numerator_people=pl.when(known).then(behind)).drop(
        "leavers_of_nhs_lower", "leavers_of_nhs_upper"
    )
