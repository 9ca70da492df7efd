"""Absence episodes: short and long sickness with a winter peak, and the long absences that the status shows."""

from __future__ import annotations

import numpy as np
import polars as pl

from workbench.sample.assignments import BANK, HONORARY, fte_on
from workbench.sample.chance import BoolArray, Chance, IntArray
from workbench.sample.organisations import Organisation

_YEAR = 365.25
SICKNESS, MATERNITY, ANNUAL_LEAVE = "08", "07", "04"
# Likelihood of an episode beginning in a month, January first, against the busiest month.
_SEASON = (1.0, 0.9, 0.75, 0.62, 0.58, 0.55, 0.58, 0.55, 0.68, 0.82, 0.9, 1.0)
_SHORT_A_YEAR, _LONG_A_YEAR, _LEAVE_A_YEAR = 2.35, 0.15, 0.25
_SHORT_REASONS = (
    ("27", 30), ("03", 20), ("34", 8), ("23", 6), ("16", 7), ("07", 6), ("25", 7), ("33", 3), ("29", 5), ("11", 4),
    ("", 4),
)  # fmt: skip
_LONG_REASONS = (
    ("30", 34), ("29", 17), ("07", 9), ("17", 9), ("06", 6), ("04", 6), ("13", 4), ("01", 4), ("10", 4), ("11", 4),
    ("", 3),
)  # fmt: skip
_ENTERED_BY = (("manager", 66), ("interface", 18), ("employee", 8), ("hr", 8))


def absences(
    assignments: pl.DataFrame, organisations: list[Organisation], first_day: int, last_day: int, chance: Chance
) -> pl.DataFrame:
    """Return one row per episode that touches the months of the sample; an episode still open has no last day.

    FTE days lost are calendar days times contracted FTE, as NHS England counts them.
    """
    main = assignments.filter(
        (pl.col("kind") == "main") & ~pl.col("contract_type").is_in([BANK, HONORARY]) & (pl.col("end") >= first_day)
    )
    parts = [
        _sickness(main, "short", _SHORT_A_YEAR, first_day, last_day, chance),
        _sickness(main, "long", _LONG_A_YEAR, first_day, last_day, chance),
        _leave(main, first_day, last_day, chance),
        _maternity(main, first_day, last_day),
    ]
    episodes = pl.concat(parts).sort("row", "first", "type", "last", "reason")
    episodes = _without_overlaps(episodes)
    return _written(episodes, main, organisations, last_day, chance)


def _sickness(
    main: pl.DataFrame, kind: str, yearly: float, first_day: int, last_day: int, chance: Chance
) -> pl.DataFrame:
    start = np.maximum(main["start"].to_numpy(), first_day)
    room = np.maximum(np.minimum(main["end"].to_numpy(), last_day) - start + 1, 0)
    # Some people are never ill and some often: two thirds of all episodes fall to a third of the staff.
    often = np.where(chance.uniform(kind + " often", main.height) < 0.34, 2.0, 0.5)
    expected = room / _YEAR * yearly * often / float(np.mean(_SEASON))
    row, first = _beginnings(start, room, expected, kind, chance)
    size = row.size
    if kind == "short":
        length = 1 + np.minimum(chance.waiting_days("short length", 3.6, size), 26)
        reasons = _SHORT_REASONS
    else:
        length = 28 + np.minimum(chance.waiting_days("long length", 45.0, size), 300)
        reasons = _LONG_REASONS
    kept = chance.uniform(kind + " season", size) < np.asarray(_SEASON)[_month_of_year(first)]
    values = np.asarray([value for value, _ in reasons])
    reason = values[chance.choice(kind + " reason", [weight for _, weight in reasons], size)]
    return _episodes(row[kept], SICKNESS, reason[kept], first[kept], (first + length - 1)[kept])


def _leave(main: pl.DataFrame, first_day: int, last_day: int, chance: Chance) -> pl.DataFrame:
    """Add a little annual leave: only some organisations keep it in ESR."""
    start = np.maximum(main["start"].to_numpy(), first_day)
    room = np.maximum(np.minimum(main["end"].to_numpy(), last_day) - start + 1, 0)
    row, first = _beginnings(start, room, room / _YEAR * _LEAVE_A_YEAR, "leave", chance)
    length = chance.whole("leave length", 3, 14, row.size)
    return _episodes(row, ANNUAL_LEAVE, np.full(row.size, ""), first, first + length - 1)


def _maternity(main: pl.DataFrame, first_day: int, last_day: int) -> pl.DataFrame:
    first, last = main["away_first"].to_numpy(), main["away_last"].to_numpy()
    chosen = (main["away_status"] == "06").to_numpy() & (last >= first_day) & (first <= last_day)
    row = np.flatnonzero(chosen)
    return _episodes(row, MATERNITY, np.full(row.size, ""), first[chosen], last[chosen])


def _beginnings(
    start: IntArray, room: IntArray, expected: np.ndarray, kind: str, chance: Chance
) -> tuple[IntArray, IntArray]:
    """Spread episodes over people at random: the fraction left of an expectation is one more episode or none."""
    count = np.floor(expected + chance.uniform(kind + " count", expected.size)).astype(np.int64)
    row = np.repeat(np.arange(expected.size), count)
    day = start[row] + np.floor(chance.uniform(kind + " day", row.size) * room[row]).astype(np.int64)
    return row, day


def _month_of_year(day: IntArray) -> IntArray:
    months: IntArray = day.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) % 12
    return months


def _episodes(row: IntArray, kind: str, reason: np.ndarray, first: IntArray, last: IntArray) -> pl.DataFrame:
    return pl.DataFrame(
        {"row": row, "type": np.full(row.size, kind), "reason": reason, "first": first, "last": last},
        schema={"row": pl.Int64, "type": pl.String, "reason": pl.String, "first": pl.Int64, "last": pl.Int64},
    )


def _without_overlaps(episodes: pl.DataFrame) -> pl.DataFrame:
    """Drop an episode that begins before an earlier one of the same person has ended."""
    latest_end = pl.col("last").cum_max().shift(1).over("row")
    return episodes.filter(latest_end.is_null() | (pl.col("first") > latest_end + 1))


def _written(
    episodes: pl.DataFrame, main: pl.DataFrame, organisations: list[Organisation], last_day: int, chance: Chance
) -> pl.DataFrame:
    holder = main[episodes["row"].to_numpy()]
    first = episodes["first"].to_numpy()
    last = np.minimum(episodes["last"].to_numpy(), holder["end"].to_numpy())
    still_open: BoolArray = last > last_day
    days = np.minimum(last, last_day) - first + 1
    size = episodes.height
    lag = np.where(chance.uniform("entered late", size) < 0.2, chance.waiting_days("lag", 12.0, size) + 2,
                   chance.whole("entered soon", -1, 2, size))  # fmt: skip
    lag = np.where((episodes["type"] != SICKNESS).to_numpy(), -chance.whole("booked ahead", 5, 60, size), lag)
    values = [value for value, _ in _ENTERED_BY]
    entered_by = np.asarray(values)[chance.choice("entered by", [weight for _, weight in _ENTERED_BY], size)]
    codes = np.asarray([one.code for one in organisations])
    entered = np.minimum(first + lag, last_day)
    return pl.DataFrame(
        {
            "organisation_code": codes[holder["organisation"].to_numpy()],
            "employee_number": holder["employee_number"],
            "assignment_number": holder["assignment_number"],
            "absence_type": episodes["type"],
            "reason": pl.Series([value or None for value in episodes["reason"].to_list()], dtype=pl.String),
            "first_day": first.astype("datetime64[D]"),
            "last_day": pl.Series(
                np.where(still_open, np.datetime64("NaT", "D"), last.astype("datetime64[D]")), dtype=pl.Date
            ),
            "fte_days_lost": np.round(days * fte_on(first, holder), 2),
            "entered_at": pl.Series(
                np.where(chance.uniform("entry known", size) < 0.96, entered.astype("datetime64[D]"),
                         np.datetime64("NaT", "D")), dtype=pl.Date,
            ),
            "entered_by": entered_by,
        }
    ).sort("organisation_code", "assignment_number", "first_day", "absence_type")  # fmt: skip
