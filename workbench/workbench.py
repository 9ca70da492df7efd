"""The workbench as notebooks and scripts see it: questions in, frames and exhibits out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from functools import cached_property
from typing import TYPE_CHECKING, Any

import polars as pl

from workbench.errors import SettingsError, unknown_name
from workbench.periods import as_date, last_completed_month_end, shown_date
from workbench.settings import AUDIENCES, Settings

if TYPE_CHECKING:
    from workbench.dashboards import Page
    from workbench.disclosure import Policy
    from workbench.exhibits import Exhibit, Stamp
    from workbench.measures import MeasureResult
    from workbench.warehouse import Snapshot


class Workbench:
    """One snapshot, open for questions on behalf of one audience.

    An analyst sees every number. For a lead or a board, every measure and exhibit passes disclosure control before
    it is returned; free SQL is then refused, because a query could ask for what was withheld.
    """

    def __init__(self, snapshot: Snapshot, settings: Settings, audience: str = "analyst") -> None:
        if audience not in AUDIENCES:
            raise SettingsError(f"No audience named {audience!r}. Allowed: {', '.join(AUDIENCES)}.")
        self.snapshot = snapshot
        self.settings = settings
        self.audience = audience

    @classmethod
    def open(
        cls, snapshot: str | None = None, *, audience: str = "analyst", settings: Settings | None = None
    ) -> Workbench:
        """Open the current snapshot, or the one named.

        Raises:
            SnapshotError: nothing has been loaded yet, or there is no snapshot of that name.
        """
        from workbench.warehouse import open_snapshot

        settings = settings or Settings.load()
        return cls(open_snapshot(settings, snapshot or None), settings, audience)

    def __repr__(self) -> str:
        months = self._months["period"].unique().sort().to_list()
        span = f"{len(months)} months to {shown_date(months[-1])}" if months else "no months"
        return (
            f"Workbench · snapshot {self.snapshot.created_at:%Y-%m-%d %H:%M} · "
            f"{len(self.organisations)} organisations · {span} · audience: {self.audience}"
        )

    @cached_property
    def organisations(self) -> dict[str, str]:
        """Organisations served: code to name, in order of code."""
        frame = self.snapshot.sql(
            "select organisation_code, organisation_name from marts.organisation order by organisation_code"
        )
        return dict(frame.iter_rows())

    @cached_property
    def _months(self) -> pl.DataFrame:
        return self.snapshot.sql(
            "select distinct organisation_code, period from marts.assignment_month order by organisation_code, period"
        )

    @cached_property
    def policy(self) -> Policy:
        """What this audience may see of small numbers."""
        from workbench.disclosure import policy_for

        return policy_for(self.audience, self.settings)

    def months(self, organisation: str) -> list[dt.date]:
        """List the month ends loaded for an organisation, earliest first."""
        rows = self._months.filter(pl.col("organisation_code") == self.organisation(organisation))
        return rows["period"].to_list()

    def organisation(self, code: str = "") -> str:
        """Return the code of an organisation served; an empty code means the first one.

        Raises:
            UnknownName: no organisation of that code is in the snapshot.
        """
        if not code and self.organisations:
            return next(iter(self.organisations))
        if code not in self.organisations:
            raise unknown_name("organisation", code, self.organisations, see="`workbench status`")
        return code

    def as_at(self, organisation: str, text: str | dt.date = "") -> dt.date:
        """Return the date a question is asked for; an empty text means the latest month loaded."""
        if text:
            return as_date(text)
        months = self.months(organisation)
        return months[-1] if months else last_completed_month_end(dt.date.today())

    def stamp(self, organisation: str, as_at: dt.date, scope: str = "whole organisation") -> Stamp:
        """Say where a number comes from: organisation, date, snapshot, scope and audience."""
        from workbench.exhibits import Stamp

        return Stamp(
            organisation=self.organisations.get(organisation, organisation),
            organisation_code=organisation,
            as_at=as_at,
            snapshot=f"{self.snapshot.created_at:%Y-%m-%d %H:%M}",
            scope=scope,
            audience=self.audience,
        )

    def sql(self, text: str, **values: Any) -> pl.DataFrame:
        """Answer a question in SQL over the snapshot, values bound by name: `where period = $month`.

        Raises:
            SettingsError: this workbench was opened for a lead or a board.
        """
        if self.audience != "analyst":
            raise SettingsError(
                f"SQL is for analysts: this workbench is open for audience {self.audience!r}, whose numbers pass "
                "disclosure control. Use wb.measure(...) or wb.exhibit(...), or open it with audience='analyst'."
            )
        return self.snapshot.sql(text, **values)

    def tables(self) -> pl.DataFrame:
        """List the tables that `wb.sql` can read, with their columns and number of rows."""
        return self.snapshot.sql(
            """
            select
                t.schema_name || '.' || t.table_name as table_name,
                t.estimated_size::bigint as table_rows,
                list(c.column_name order by c.column_index) as column_names
            from duckdb_tables() as t
            join duckdb_columns() as c using (schema_name, table_name)
            group by all
            order by table_name
            """
        )

    def measure_result(
        self,
        measure: str,
        *,
        organisation: str,
        as_at: str | dt.date,
        by: str | Iterable[str] = (),
        **options: object,
    ) -> MeasureResult:
        """Work out a measure, with its definition and stamp beside the rows this audience may see."""
        from workbench.disclosure import disclose_measure
        from workbench.measures import evaluate

        result = evaluate(
            self.snapshot,
            measure,
            organisation=organisation,
            as_at=as_date(as_at),
            by=(by,) if isinstance(by, str) else tuple(by),
            options={name: str(value) for name, value in options.items()},
        )
        return disclose_measure(result, self.policy)

    def measure(
        self,
        measure: str,
        *,
        organisation: str,
        as_at: str | dt.date,
        by: str | Iterable[str] = (),
        **options: object,
    ) -> pl.DataFrame:
        """Work out a measure: one row per value of `by`, with numerator, denominator, value and status.

        `value` is null unless `status` is `ok`. `workbench measures` lists the measures, their dimensions and
        their options.

        Raises:
            UnknownName: no such measure, organisation, dimension or option.
        """
        return self.measure_result(measure, organisation=organisation, as_at=as_at, by=by, **options).frame

    def exhibit(self, name: str, *, organisation: str = "", as_at: str | dt.date = "", **options: str) -> Exhibit:
        """Answer one question as an exhibit: the finding in words, a chart, a table and how it was counted.

        Raises:
            UnknownName: no exhibit or organisation of that name.
        """
        from workbench.dashboards import exhibit_functions
        from workbench.exhibits import ExhibitRequest

        functions = exhibit_functions()
        if name not in functions:
            raise unknown_name("exhibit", name, functions)
        code = self.organisation(organisation)
        return functions[name](self, ExhibitRequest(code, self.as_at(code, as_at), options))

    def page(self, name: str, *, organisation: str = "", as_at: str | dt.date = "", interactive: bool = True) -> Page:
        """Open one of the pages: `coding_review`, `retention_flows` or `attainment_benchmark`.

        With controls (`interactive`) for JupyterLab and Voila; without them for a board pack.
        """
        from workbench.dashboards import open_page

        code = self.organisation(organisation)
        return open_page(self, name, code, self.as_at(code, as_at), interactive)
