"""What the exhibits of how long people stay say in words, made from released numbers only."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import polars as pl

from workbench.exhibits.cells import shown_number
from workbench.periods import Quarter
from workbench.retention.choices import FILTERS, Choices
from workbench.retention.cohorts import MONTHS
from workbench.retention.released_tenure import StayCurve
from workbench.retention.survival import LogRank
from workbench.retention.tenure import WENT_TO
from workbench.retention.tenure_bands import DAYS_IN_A_YEAR, FEWEST_AT_RISK, in_words

TOO_FEW = f"Fewer than {FEWEST_AT_RISK} people are watched at once, so no curve is drawn"
PLACES: Mapping[str, str] = dict(
    zip(WENT_TO, ("another NHS organisation", "other work, education or abroad", "no employment", ""), strict=True)
)


def stay_finding(curve: StayCurve) -> str:
    """Say by when half are gone, or how many are still here at the end of what is shown."""
    rows = curve.table.filter(pl.col("kept").is_not_null())
    if curve.start is None:
        return TOO_FEW
    if not rows.height:
        return "How long people stay is withheld, because too few people left"
    first = rows.filter(pl.col("to_months") == 12)
    early = f"; {shown_number(100 - first['kept'].item())}% are gone within a year" if first.height else ""
    if curve.median is not None:
        return f"Half of those who start are gone within {years_in_words(curve.median / DAYS_IN_A_YEAR)}{early}"
    last = rows.row(-1, named=True)
    return f"{shown_number(last['kept'])}% are still here after {in_words(last['to_months'])}{early}"


def median_note(curve: StayCurve) -> tuple[str, ...]:
    """Give the time by which half are gone with its interval, or say that it was not reached."""
    if curve.start is None or not curve.table["kept"].is_not_null().any():
        return ()
    if curve.median is None:
        return ("The time by which half are gone was not reached within the service shown.",)
    low, high = (
        "not reached" if limit is None else years_in_words(limit / DAYS_IN_A_YEAR)
        for limit in (curve.median_low, curve.median_high)
    )
    return (f"Half are gone by {years_in_words(curve.median / DAYS_IN_A_YEAR)} (95% interval {low} to {high}).",)


def p_in_words(test: LogRank) -> str:
    """Write the p of a test."""
    if test.p is None:
        return "nothing to compare"
    return "p below 0.001" if test.p < 0.001 else f"p = {test.p:.3f}"


def comparison_note(curve: StayCurve, choices: Choices) -> tuple[str, ...]:
    """Say whether a group differs from everyone else, and of how many comparisons this is one."""
    if curve.test is None or curve.test.p is None:
        return ()
    return (
        f"{choices.group} against everyone else: log-rank test, {p_in_words(curve.test)}. It is one of "
        f"{curve.comparisons} such comparisons by {FILTERS[choices.dimension]}; "
        "by chance alone one in twenty has p below 0.05.",
    )


def destination_finding(table: pl.DataFrame, start: float | None) -> str:
    """Say how many are still here after some years, where most of the others went, and for how many nobody knows."""
    if start is None:
        return TOO_FEW
    rows = table.filter(pl.col("in_post").is_not_null())
    if not rows.height:
        return "Where people go is withheld, because too few people left"
    at = (
        rows.filter(pl.col("to_months") <= 60).row(-1, named=True)
        if rows["to_months"][0] <= 60
        else rows.row(0, named=True)
    )
    known = {place: at[f"share of {place}"] for place in WENT_TO[:-1]}
    most = max(known, key=lambda place: known[place])
    return (
        f"After {in_words(at['to_months'])}, {shown_number(at['in_post'])}% are still here; "
        f"{shown_number(known[most])}% went to {PLACES[most]}, for {shown_number(at[f'share of {WENT_TO[-1]}'])}% "
        "nobody recorded where"
    )


def triangle_finding(table: pl.DataFrame) -> str:
    """Compare the latest quarter whose first year is known with the same quarter of the year before."""
    year = {row["quarter"]: row["after_12"] for row in table.iter_rows(named=True) if row["after_12"] is not None}
    if len(year) > 1:
        last = list(year)[-1]
        this = Quarter.parse(last)
        before = str(Quarter(this.start_year - 1, this.number))
        earlier = before if before in year else list(year)[-2]
        return (
            f"{shown_number(year[last])}% of those who started in {last} were still here a year later; "
            f"of those of {earlier} it was {shown_number(year[earlier])}%"
        )
    if not table.height:
        return "No whole quarter of starters lies within the months loaded"
    shown = [length for length in MONTHS[1:] if table[f"after_{length}"].is_not_null().any()]
    if not shown:
        return "How many starters stay is withheld, or not yet known"
    row = table.filter(pl.col(f"after_{shown[-1]}").is_not_null()).row(-1, named=True)
    return (
        f"{shown_number(row[f'after_{shown[-1]}'])}% of those who started in {row['quarter']} were still here "
        f"{shown[-1]} months later"
    )


def triangle_in_words(table: pl.DataFrame) -> str:
    """Give the text alternative of the triangle: the last number shown of each quarter."""
    sentences = []
    for row in table.iter_rows(named=True):
        shown = [length for length in MONTHS if row[f"after_{length}"] is not None]
        if shown:
            last = shown[-1]
            sentences.append(f"{row['quarter']}: {shown_number(row[f'after_{last}'])}% after {last} months")
    return f"Starters still here, in per cent, by quarter of start. {'; '.join(sentences) or 'No number is shown'}."


def early_finding(total: pl.DataFrame, first: dt.date, last: dt.date) -> str:
    """Say how many of those who started left within a year, or why that cannot be said."""
    span = f"between {first:%B %Y} and {last:%B %Y}"
    if not total.height:
        return f"The first year of those who started {span} is not known in full"
    row = total.row(0, named=True)
    if row["share_status"] == "not_applicable":
        return f"Nobody started {span}"
    if row["share"] is None:
        return f"How many of those who started {span} left within a year is withheld: it would describe too few people"
    return (
        f"{shown_number(row['left_early'])} of the {shown_number(row['watched'])} people who started {span} left "
        f"within a year ({shown_number(row['share'])}%)"
    )


def since(start: float) -> str:
    """Say from which length of service a curve counts, where that is not the start."""
    return f"; of those with at least {years_in_words(start)} of service" if start else ""


def years_in_words(value: float) -> str:
    """Write years of service with one decimal place, where it has one: 2.6 years, 1 year."""
    number = shown_number(value, 1).removesuffix(".0")
    return f"{number} year{'' if number == '1' else 's'}"
