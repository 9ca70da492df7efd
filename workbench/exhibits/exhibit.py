"""The exhibit: the piece that everything visible is made of."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Literal, get_args

import polars as pl

from workbench.errors import DisclosureError
from workbench.exhibits.cells import shown_cell
from workbench.periods import shown_date

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

BUNDLE_MIME = "application/vnd.workbench.exhibit+json"

ColumnKind = Literal["text", "month", "date", "count", "fte", "percent", "rate", "icon"]


@dataclass(frozen=True)
class Column:
    """A column of an exhibit's table: which values it shows, under which heading, in which unit.

    Counts are whole; FTE, per cent and rates show one decimal place unless `decimals` says otherwise. `percent`
    values stand on the scale 0 to 100. `icon` values name one of `workbench.exhibits.icons`: drawn with its words where
    a table can draw, the words alone elsewhere.
    """

    name: str
    label: str
    kind: ColumnKind = "text"
    unit: str = ""
    decimals: int | None = None

    def __post_init__(self) -> None:
        if self.kind not in get_args(ColumnKind):
            raise ValueError(
                f"`kind` of column {self.name!r} is not known: received {self.kind!r}. "
                f"Allowed: {', '.join(get_args(ColumnKind))}."
            )

    @property
    def is_number(self) -> bool:
        """Whether the column holds numbers, which stand to the right."""
        return self.kind in ("count", "fte", "percent", "rate")

    @property
    def status(self) -> str:
        """Name of the column that says of each value whether it is shown, rounded or withheld."""
        return f"{self.name}_status"


@dataclass(frozen=True)
class Stamp:
    """Where a number comes from: organisation, date, snapshot, scope and audience."""

    organisation: str
    organisation_code: str
    as_at: dt.date
    snapshot: str
    scope: str = "whole organisation"
    audience: str = "analyst"

    @property
    def line(self) -> str:
        """The stamp as one line of text."""
        return f"{self.organisation} · as at {shown_date(self.as_at)} · snapshot {self.snapshot} · scope: {self.scope}"


@dataclass(frozen=True)
class ExhibitRequest:
    """What is asked of an exhibit: an organisation, a date, and further options such as a service."""

    organisation: str
    as_at: dt.date
    options: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Exhibit:
    """One question, answered: the finding in words, a chart, a table, and how it was counted.

    Only released numbers belong in here: an exhibit is what leaves the workbench, so `table` and `figure` hold what
    the audience may see and nothing else. Columns of `table` that `columns` does not declare (other than the status
    columns of those) are dropped, so that nothing travels unseen.

    Args:
        id: name of the exhibit, unique in the workbench.
        question: the question it answers.
        title: the finding, in words.
        caption: what the table and chart show: population, unit, window.
        table: one row per row of the table; withheld values are null, with the status beside them.
        columns: what the table shows, in order.
        figure: the chart, drawn from `table`; None where a table says it all.
        alt: the chart in words, for those who cannot see it.
        measures: ids of the measures used, whose definitions are printed.
        notes: coverage, what is withheld and why, anything a reader must know.
        stamp: organisation, date, snapshot, scope and audience.
        withheld: how many cells are withheld.
    """

    id: str
    question: str
    title: str
    caption: str
    table: pl.DataFrame
    columns: tuple[Column, ...]
    figure: Figure | None
    alt: str
    measures: tuple[str, ...]
    notes: tuple[str, ...]
    stamp: Stamp
    withheld: int = 0

    def __post_init__(self) -> None:
        missing = [column.name for column in self.columns if column.name not in self.table.columns]
        if missing:
            raise DisclosureError(
                f"Exhibit {self.id!r} declares columns that its table does not hold: {missing!r}. "
                f"The table holds: {', '.join(self.table.columns)}."
            )
        if self.figure is not None and not self.alt:
            raise DisclosureError(f"Exhibit {self.id!r} has a chart without words for it: give `alt`.")
        kept = [name for column in self.columns for name in (column.name, column.status) if name in self.table.columns]
        table = self.table.select(list(dict.fromkeys(kept))).with_columns(pl.selectors.decimal().cast(pl.Float64))
        object.__setattr__(self, "table", table)
        object.__setattr__(self, "columns", tuple(self.columns))
        object.__setattr__(self, "measures", tuple(self.measures))
        object.__setattr__(self, "notes", tuple(self.notes))

    def shown_rows(self) -> list[list[str]]:
        """The table as people read it, cell by cell: withheld "[c]", no data "[x]", not applicable "n/a"."""
        return [
            [shown_cell(c.kind, row[c.name], row.get(c.status), c.decimals) for c in self.columns]
            for row in self.table.iter_rows(named=True)
        ]

    def to_bundle(self) -> dict[str, Any]:
        """Return the exhibit as plain JSON, from which any format can be composed without asking again."""
        return {
            "version": 1,
            "id": self.id,
            "question": self.question,
            "title": self.title,
            "caption": self.caption,
            "table": {
                "columns": [{"name": name, "dtype": str(dtype)} for name, dtype in self.table.schema.items()],
                "rows": [[_plain(value) for value in row] for row in self.table.rows()],
            },
            "columns": [asdict(column) for column in self.columns],
            "figure": None if self.figure is None else json.loads(self.figure.to_json()),
            "alt": self.alt,
            "measures": list(self.measures),
            "notes": list(self.notes),
            "stamp": {**asdict(self.stamp), "as_at": self.stamp.as_at.isoformat()},
            "withheld": self.withheld,
        }

    @classmethod
    def from_bundle(cls, bundle: Mapping[str, Any]) -> Exhibit:
        """Make the exhibit again from what `to_bundle` gave."""
        figure = None
        if bundle["figure"] is not None:
            from plotly.graph_objects import Figure

            figure = Figure(bundle["figure"], skip_invalid=False)
        stamp = {**bundle["stamp"], "as_at": dt.date.fromisoformat(bundle["stamp"]["as_at"])}
        return cls(
            id=bundle["id"],
            question=bundle["question"],
            title=bundle["title"],
            caption=bundle["caption"],
            table=_table(bundle["table"]["columns"], bundle["table"]["rows"]),
            columns=tuple(Column(**column) for column in bundle["columns"]),
            figure=figure,
            alt=bundle["alt"],
            measures=tuple(bundle["measures"]),
            notes=tuple(bundle["notes"]),
            stamp=Stamp(**stamp),
            withheld=bundle["withheld"],
        )

    def to_html(self, *, heading_level: int = 2, include_chart: bool = True) -> str:
        """Return the exhibit as an accessible piece of HTML; the page must load plotly.js once for its charts."""
        from workbench.exhibits.html import exhibit_html

        return exhibit_html(self, heading_level=heading_level, include_chart=include_chart)

    def _ipython_display_(self) -> None:
        from workbench.exhibits.display import display_exhibit

        display_exhibit(self)


_DTYPES: dict[str, Any] = {
    str(dtype): dtype
    for dtype in (
        *(pl.String(), pl.Boolean(), pl.Date(), pl.Float64(), pl.Float32(), pl.Null()),
        *(pl.Int8(), pl.Int16(), pl.Int32(), pl.Int64(), pl.UInt8(), pl.UInt16(), pl.UInt32(), pl.UInt64()),
    )
}


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, dt.date) else value


def _table(columns: Sequence[Mapping[str, str]], rows: Sequence[Sequence[Any]]) -> pl.DataFrame:
    values = {}
    for index, column in enumerate(columns):
        dtype = _DTYPES[column["dtype"]]
        cells = [row[index] for row in rows]
        if dtype == pl.Date:
            cells = [None if cell is None else dt.date.fromisoformat(cell) for cell in cells]
        values[column["name"]] = pl.Series(column["name"], cells, dtype=dtype)
    return pl.DataFrame(values)
