"""The answer of a measure: rows with a value and a status, and the stamp that says how they were counted."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import polars as pl

from workbench.errors import GrainError
from workbench.measures.record import Measure
from workbench.measures.request import MeasureRequest

STATUSES = ("ok", "not_applicable", "no_data", "suppressed")
PEOPLE = ("numerator_people", "denominator_people")
Kind = Literal["count", "percent"]


def finish(frame: pl.DataFrame, by: Sequence[str], *, kind: Kind = "count") -> pl.DataFrame:
    """Turn added-up numerators and denominators into the rows of a result.

    A null numerator means that the extract which would answer is not loaded: `no_data`, never zero. A percentage
    over a denominator of zero is `not_applicable`. A computing function may set `status` itself where it knows
    more (rows that a source blanks); elsewhere it leaves null.

    Args:
        frame: one row per combination of `by`, with `numerator`, `denominator` and perhaps `status`. A measure that
            neither counts nor divides (a level) gives its `value` itself and leaves the two null.
        by: the dimensions, which become the first columns and the sort order (nulls last).
        kind: `count` (value is the numerator, no denominator) or `percent` (100 x numerator / denominator).

    Returns:
        The dimensions, `numerator`, `denominator`, `value` and `status`; whole numbers stay whole in counts. Then
        `numerator_people` and `denominator_people`, the people behind the two: as the function gave them, else the
        numerator and denominator themselves. Null where there is nobody to protect (published figures), and for the
        numerator of a rate where the same people stand behind both.

    Raises:
        GrainError: a combination of dimensions stands in two rows.
    """
    if by and frame.select(pl.struct(by).is_duplicated().any()).item():
        raise GrainError(f"A measure answered twice for the same {', '.join(by)}.")
    if "status" not in frame.columns:
        frame = frame.with_columns(status=pl.lit(None, pl.String))
    whole = kind == "count" and frame["numerator"].dtype.is_integer()
    number = pl.Int64 if whole else pl.Float64
    numerator, denominator = pl.col("numerator"), pl.col("denominator")
    frame = frame.with_columns(numerator.cast(number), denominator.cast(pl.Float64))
    given = "value" in frame.columns
    nothing = (
        pl.col("value").is_null()
        if given
        else numerator.is_null() | (denominator.is_null() if kind == "percent" else pl.lit(False))
    )
    not_applicable = (denominator == 0) if kind == "percent" else pl.lit(False)
    value = pl.col("value") if given else (100 * numerator / denominator) if kind == "percent" else numerator
    frame = frame.with_columns(
        status=pl.coalesce(
            "status",
            pl.when(nothing)
            .then(pl.lit("no_data"))
            .when(not_applicable)
            .then(pl.lit("not_applicable"))
            .otherwise(pl.lit("ok")),
        )
    ).with_columns(value=pl.when(pl.col("status") == "ok").then(value))
    for name in ("numerator", "denominator"):
        if f"{name}_people" not in frame.columns:
            frame = frame.with_columns(pl.col(name).alias(f"{name}_people"))
    frame = frame.with_columns(pl.col(PEOPLE).cast(pl.Int64))
    columns = [*by, "numerator", "denominator", "value", "status", *PEOPLE]
    return frame.select(columns).sort(by, nulls_last=True) if by else frame.select(columns)


@dataclass(frozen=True)
class MeasureResult:
    """The rows of one measure with everything needed to read them.

    `frame` has the dimensions asked for, then `numerator`, `denominator` (null for counts), `value` and `status`
    (`ok`, `not_applicable`, `no_data`, `suppressed`). `people` has the same rows in the same order: how many people
    stand behind numerator and denominator, which disclosure control tests; it is never printed. `stamp` says scope,
    unit, window, population, denominator in words and which months are missing.
    """

    measure: Measure
    request: MeasureRequest
    snapshot_id: str
    stamp: dict[str, object]
    frame: pl.DataFrame
    people: pl.DataFrame

    def as_json(self) -> dict[str, Any]:
        """Return the result in plain values: measure, definition, snapshot, filters, stamp and rows."""
        return {
            "measure": self.measure.id,
            "definition": _plain(self.measure.definition()),
            "snapshot": self.snapshot_id,
            "filters": {
                "organisation": self.request.organisation,
                "as_at": self.request.as_at.isoformat(),
                "by": list(self.request.by),
                "options": dict(self.request.options),
            },
            "stamp": _plain(self.stamp),
            "rows": [_plain(row) for row in self.frame.iter_rows(named=True)],
        }

    def stamp_lines(self) -> list[str]:
        """Word the definition and the stamp, one line each, to stand above the rows."""
        lines = [
            f"{self.measure.label} ({self.measure.id}, {self.stamp.get('unit', self.measure.unit)})",
            f"numerator: {self.measure.numerator}",
            f"denominator: {self.measure.denominator}",
        ]
        for name, value in self.stamp.items():
            if name not in ("unit", "denominator", "measure"):
                lines.append(f"{name.replace('_', ' ')}: {_worded(value)}")
        return lines

    def describe(self) -> str:
        """Return the stamp with the rows beneath it, as one text."""
        with pl.Config(tbl_rows=-1, tbl_cols=-1, tbl_hide_dataframe_shape=True, tbl_hide_column_data_types=True):
            return "\n".join([*self.stamp_lines(), str(self.frame)])

    def __str__(self) -> str:
        return self.describe()


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return value.isoformat() if isinstance(value, dt.date) else value


def _worded(value: object) -> str:
    if isinstance(value, (list, tuple)):
        return ", ".join(_worded(item) for item in value) or "none"
    if isinstance(value, dict):
        return "; ".join(f"{name}: {_worded(item)}" for name, item in value.items())
    return str(value)
