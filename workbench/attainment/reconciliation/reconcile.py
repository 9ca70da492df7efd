"""The reconciliation of one organisation at one date: match rates, lines, exceptions and their age."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import polars as pl

from workbench.attainment.reconciliation.ages import MONTHS_FOLLOWED, IdsAt, kept_ids, movement, with_age
from workbench.attainment.reconciliation.exceptions import identified
from workbench.attainment.reconciliation.four_way import establishment_rows, four_way, pair_totals
from workbench.attainment.reconciliation.pairs import key_matches, pair_checks
from workbench.attainment.reconciliation.sources import PlanRegister, read_plans, read_sources
from workbench.attainment.reconciliation.tolerances import Tolerances
from workbench.errors import PeriodError, SettingsError
from workbench.measures.coverage import months_loaded
from workbench.periods import last_completed_month_end, shown_date
from workbench.settings import Settings
from workbench.warehouse.snapshot import Snapshot


@dataclass(frozen=True)
class Reconciliation:
    """What the sources of an organisation say of each other at a month end.

    Attributes:
        period: the month end.
        matches: how far the keys meet; read it first.
        dates: each source with its date and how far that lies from the staff list.
        lines: the sources side by side (`four_way`).
        totals: net and gross mismatch of each pair (`pair_totals`).
        exceptions: one row per difference; of `reconcile_at` also with `first_seen`, `age_days`, `status`.
        set_apart: ledger rows that carry no establishment, by reason.
        warnings: what limits the comparison, in words.
        movement: exceptions opened and closed month by month; only `reconcile_at` looks back.
    """

    organisation: str
    period: dt.date
    matches: pl.DataFrame
    dates: pl.DataFrame
    lines: pl.DataFrame
    totals: pl.DataFrame
    exceptions: pl.DataFrame
    set_apart: dict[str, int]
    warnings: tuple[str, ...]
    movement: pl.DataFrame | None = None

    @property
    def not_loaded(self) -> list[str]:
        """The sources without any record by the month end."""
        return self.dates.filter(pl.col("records") == 0)["source"].to_list()

    @property
    def agreement(self) -> tuple[int, int]:
        """How many lines agree in all sources that apply to them, of how many to which any applies."""
        asked = self.lines["agrees"].drop_nulls()
        return int(asked.sum()), asked.len()


def reconcile(
    snapshot: Snapshot,
    organisation: str,
    period: dt.date,
    tolerances: Tolerances | None = None,
    register: PlanRegister | None = None,
) -> Reconciliation | None:
    """Compare e-job plans, ledger, roster templates, rosters and ESR of an organisation at a month end.

    Nothing is corrected: each exception is a question to a person. See docs/reconciliation.md. `register` holds the
    job plans, where they have been read already.

    Returns:
        None where the staff list of that month end is not loaded.
    """
    chosen = tolerances or Tolerances()
    sources = read_sources(snapshot, chosen, organisation, period, register)
    if sources is None:
        return None
    lines = four_way(sources, chosen)
    far = set(sources.far_apart)
    found = identified(organisation, pair_checks(sources, lines, chosen), sources.as_of)
    found = found.with_columns(is_far=pl.col("left").is_in(list(far)) | pl.col("right").is_in(list(far)))
    set_apart = {} if sources.ledger is None else establishment_rows(sources.ledger, chosen)[1]
    return Reconciliation(
        organisation,
        period,
        key_matches(sources),
        sources.dates,
        lines,
        pair_totals(lines),
        found,
        set_apart,
        _warnings(sources.dates, period),
    )


def _warnings(dates: pl.DataFrame, period: dt.date) -> tuple[str, ...]:
    told = []
    for row in dates.iter_rows(named=True):
        if row["records"] == 0:
            told.append(f"No {row['source']} loaded: its pairs decide nothing.")
        elif row["is_far"]:
            told.append(
                f"The {row['source']} is of {shown_date(row['as_of'])}, {row['days_apart']} days from the staff list "
                f"of {shown_date(period)}: what differs may be a difference of dates."
            )
    return tuple(told)


def agreement(
    snapshot: Snapshot, settings: Settings | None, organisation: str, as_at: dt.date
) -> tuple[int, int] | None:
    """Count the lines on which all sources that apply agree: the share that clause 4.3d is about.

    Args:
        snapshot: the warehouse as it stood after one load.
        settings: where local tolerances stand; None for those that hold without any setting.
        organisation: code of the organisation.
        as_at: the date; inside a month the month end before it.

    Returns:
        Lines in agreement and lines to which any pair applies; None where staff list or ledger are not loaded by
        then: nothing can be reconciled.
    """
    tolerances = Tolerances.of(settings) if settings else Tolerances()
    sources = read_sources(snapshot, tolerances, organisation, last_completed_month_end(as_at))
    if sources is None or sources.ledger is None:
        return None
    asked = four_way(sources, tolerances)["agrees"].drop_nulls()
    return int(asked.sum()), asked.len()


def reconcile_at(snapshot: Snapshot, settings: Settings, organisation: str, as_at: dt.date) -> Reconciliation:
    """Reconcile at a date, with the age of each exception and those that somebody accepted.

    Raises:
        PeriodError: the month that ends by the date is not loaded.
    """
    tolerances = Tolerances.of(settings)
    period = last_completed_month_end(as_at)
    months = [month for month in months_loaded(snapshot, organisation) if month <= period]
    register = read_plans(snapshot, organisation)
    now = reconcile(snapshot, organisation, period, tolerances, register)
    if now is None:
        loaded = f"The last month before it is {shown_date(months[-1])}." if months else "No earlier month is loaded."
        raise PeriodError(
            f"The staff list of {shown_date(period)} is not loaded for {organisation!r}. {loaded} "
            "See `workbench status`."
        )
    ids_at = _ids(now, snapshot, settings, tolerances, register)
    followed = months[-MONTHS_FOLLOWED - 1 :]
    return replace(
        now,
        exceptions=with_states(with_age(now.exceptions, months, ids_at), tolerances.accepted(), on=as_at),
        movement=movement(followed, ids_at),
    )


def _ids(
    now: Reconciliation, snapshot: Snapshot, settings: Settings, tolerances: Tolerances, register: PlanRegister
) -> IdsAt:
    def worked_out(month: dt.date) -> set[str]:
        found = now if month == now.period else reconcile(snapshot, now.organisation, month, tolerances, register)
        return set() if found is None else set(found.exceptions["exception_id"])

    return kept_ids(snapshot, settings, now.organisation, tolerances, worked_out)


def with_states(found: pl.DataFrame, accepted: Sequence[Mapping[str, str]], *, on: dt.date) -> pl.DataFrame:
    """Say which exceptions were accepted, why and by whom: until a date, and as long as the values stay the same.

    Returns:
        The exceptions with `status` (`open` or `accepted`), `reason` and `accepted_by`.

    Raises:
        SettingsError: a date of an acceptance is not one.
    """
    holding = {}
    for entry in accepted:
        until = _day(entry["until"], "until") or dt.date.max
        if (_day(entry["accepted_on"], "accepted_on") or dt.date.min) <= on <= until:
            holding[entry["exception_id"].strip()] = (entry["reason"].strip(), entry["owner"].strip())
    told = [(one, *reason) for one, reason in holding.items()]
    schema = dict.fromkeys(("exception_id", "reason", "accepted_by"), pl.String)
    known = pl.DataFrame(told, schema=schema, orient="row")
    return found.join(known, on="exception_id", how="left", maintain_order="left").with_columns(
        status=pl.when(pl.col("reason").is_not_null()).then(pl.lit("accepted")).otherwise(pl.lit("open"))
    )


def _day(text: str, name: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text.strip()) if text.strip() else None
    except ValueError:
        raise SettingsError(
            f"`{name}` in the list of accepted exceptions is {text!r}. Write a date as yyyy-mm-dd, or nothing."
        ) from None
