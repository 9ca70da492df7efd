"""The sessions of a quarter as they were rostered: planned, delivered, and whose they were."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from workbench.attainment.coverage import coverage_of, plan_register, with_professional_group
from workbench.attainment.planned_time import PLACES, SUM_DECIMALS
from workbench.attainment.plans import plan_states
from workbench.attainment.scope import scope_of
from workbench.periods import Quarter
from workbench.professions import UNKNOWN_GROUP
from workbench.warehouse.snapshot import Snapshot

QUERIES = Path(__file__).parent / "queries"
IN_SCOPE, BANK, UNMATCHED = "in_scope", "bank", "unmatched"


@dataclass(frozen=True)
class RosteredTime:
    """Planned and delivered sessions of one quarter, less those of people out of scope.

    Attributes:
        quarter: the quarter; a session belongs to the day it starts.
        rows: one row per person, assignment and category with `planned` and `delivered` sessions, the place of the
            post (`PLACES`) and `standing`: in scope, bank, or unmatched (not on the staff list).
        places: where people in scope have posts; a place without rostered sessions is no data.
        people_excluded: people with rostered sessions who are left out, by reason.
        repeated: sessions left out because they stand on two rosters.
        incomplete: rows without a planned or a delivered value, on neither side.
    """

    quarter: Quarter
    rows: pl.DataFrame
    places: pl.DataFrame
    people_excluded: dict[str, int]
    repeated: int
    incomplete: int

    def counted(self, by: Sequence[str] = ()) -> pl.DataFrame:
        """Add up the quarter by the dimensions asked for.

        `missed` is what netting hides: the absolute difference of each person and category, added up.

        Returns:
            `by`, `planned`, `delivered`, `difference` (delivered less planned), `missed`, `people`; null where a
            place has people in scope and no rostered session.
        """
        each = self.rows.group_by(*by, "person_key", "category").agg(pl.col("planned", "delivered").sum())
        difference = pl.col("delivered") - pl.col("planned")
        counts = (
            pl.col("planned").sum().round(SUM_DECIMALS),
            pl.col("delivered").sum().round(SUM_DECIMALS),
            difference.sum().round(SUM_DECIMALS).alias("difference"),
            difference.abs().sum().round(SUM_DECIMALS).alias("missed"),
            pl.col("person_key").n_unique().cast(pl.Int64).alias("people"),
        )
        if not by:
            return each.select(counts)
        totals = each.group_by(by).agg(counts)
        every = pl.concat([self.places.select(by), totals.select(by)]).unique()
        return every.join(totals, on=by, how="left", nulls_equal=True).sort(by, nulls_last=True)

    def unplanned(self) -> pl.DataFrame:
        """List person and category with delivered sessions and none planned; their variance is not applicable."""
        each = self.rows.group_by("person_key", "category").agg(
            pl.col("planned", "delivered").sum(), pl.col("professional_group", "team").first()
        )
        return each.filter((pl.col("planned") == 0) & (pl.col("delivered") > 0)).sort("person_key", "category")

    def people_by_standing(self) -> dict[str, int]:
        """Count the people counted, by whether they are in scope, on the bank or not on the staff list."""
        counts = dict(self.rows.group_by("standing").agg(pl.col("person_key").n_unique()).iter_rows())
        return {name: counts.get(name, 0) for name in (IN_SCOPE, BANK, UNMATCHED)}


def rostered_sessions(snapshot: Snapshot, organisation: str, quarter: Quarter) -> pl.DataFrame:
    """Read the rostered sessions of a quarter, by person, assignment and category."""
    return snapshot.query(
        QUERIES / "rostered_sessions.sql", organisation=organisation, first=quarter.first_day, last=quarter.last_day
    )


def by_person_and_category(sessions: pl.DataFrame) -> pl.DataFrame:
    """Add up rostered sessions over a person's assignments; rows without a session that counts are left out."""
    sums = pl.col("planned", "delivered", "differing", "explained").sum()
    counting = sessions.filter(pl.col("sessions") > 0)
    return counting.group_by("person_key", "category").agg(sums).sort("person_key", "category")


def rostered_time_in(snapshot: Snapshot, organisation: str, quarter: Quarter) -> RosteredTime | None:
    """Work out planned and delivered sessions of a quarter and whose they were.

    People are read at the end of the quarter; those who had left by then, on its first day. Staff out of scope are
    left out and counted; bank staff and people who are not on the staff list are in, because cover by others counts
    to the team.

    Returns:
        None where no session of the quarter is loaded: that is no data, not zero delivered.
    """
    sessions = rostered_sessions(snapshot, organisation, quarter)
    if not sessions["sessions"].sum():
        return None
    register = plan_register(snapshot, organisation)
    at_end, excluded = _standing(snapshot, organisation, quarter.last_day, register)
    places = at_end
    gone = ~pl.col("person_key").is_in(pl.concat([at_end["person_key"], excluded["person_key"]]).unique().implode())
    if sessions.filter(gone).height:
        at_start, excluded_before = _standing(snapshot, organisation, quarter.first_day, register)
        places = pl.concat([at_end, at_start.filter(gone)])
        excluded = pl.concat([excluded, excluded_before.filter(gone)])
    rostered = excluded.join(sessions.select("person_key").unique(), on="person_key", how="semi")
    sessions = sessions.join(excluded, on="person_key", how="anti")
    return RosteredTime(
        quarter=quarter,
        rows=_placed(sessions.filter(pl.col("sessions") > 0), places),
        places=at_end.filter(pl.col("standing") == IN_SCOPE).select(PLACES).unique().sort(PLACES),
        people_excluded=dict(rostered.group_by("reason").len().sort("reason").iter_rows()),
        repeated=int(sessions["repeated"].sum()),
        incomplete=int(sessions["incomplete"].sum()),
    )


def _standing(
    snapshot: Snapshot, organisation: str, day: dt.date, register: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the posts of people who count on a day, and the people left out with the reason."""
    employed = snapshot.query(QUERIES / "employed_at.sql", organisation=organisation, as_at=day)
    overrides = snapshot.query(QUERIES / "scope_overrides.sql", organisation=organisation, as_at=day)
    scope = scope_of(employed, overrides, day, 0)
    states = plan_states(register, day)
    bank = scope.excluded.filter(pl.col("reason") == "bank_only")
    columns = ["person_key", "assignment_key", *PLACES]
    in_scope = coverage_of(scope, states).posts.select(columns).with_columns(standing=pl.lit(IN_SCOPE))
    posts = employed.join(bank, on="person_key", how="semi").with_columns(plan_group=pl.lit(None, pl.String))
    on_bank = with_professional_group(posts).select(columns).with_columns(standing=pl.lit(BANK))
    out = scope.excluded.filter(pl.col("reason") != "bank_only")
    return pl.concat([in_scope, on_bank]).sort(columns, nulls_last=True), out


def _placed(sessions: pl.DataFrame, places: pl.DataFrame) -> pl.DataFrame:
    """Give each row the place of its own post, else that of the person's first post, else unknown."""
    kept = [*PLACES, "standing"]
    first = places.unique("person_key", keep="first", maintain_order=True).select(
        "person_key", *(pl.col(name).alias(f"first_{name}") for name in kept)
    )
    own = places.unique(["person_key", "assignment_key"], keep="first", maintain_order=True)
    last_resort = dict.fromkeys(PLACES, UNKNOWN_GROUP) | {"standing": UNMATCHED}
    return (
        sessions.join(own, on=["person_key", "assignment_key"], how="left")
        .join(first, on="person_key", how="left")
        .with_columns(pl.coalesce(name, f"first_{name}", pl.lit(last_resort[name])).alias(name) for name in kept)
        .select("person_key", "assignment_key", "category", "planned", "delivered", *kept)
        .sort("person_key", "assignment_key", "category", nulls_last=True)
    )
