from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from workbench.benchmarking.published_peers import (
    disagreements,
    peer_distribution,
    published_absence,
    published_months,
    published_totals,
    recomputed_rate,
)
from workbench.errors import UnknownName
from workbench.warehouse.snapshot import literal_snapshot

ROOT = Path(__file__).parents[2]
PUBLISHED = sorted((ROOT / "data/sample/published").rglob("*.csv"))
ORACLE = json.loads((ROOT / "tests/oracles/retention_flows.json").read_text(encoding="utf-8"))["sickness"]
NAMES = {
    "DATE": "period",
    "ORG_CODE": "organisation_code",
    "ORG_NAME": "organisation_name",
    "ORG_TYPE": "organisation_type",
    "NHSE_REGION_CODE": "region_code",
    "NHSE_REGION_NAME": "region_name",
    "FTE_DAYS_LOST": "fte_days_lost",
    "FTE_DAYS_AVAILABLE": "fte_days_available",
    "SICKNESS_ABSENCE_RATE_PERCENT": "published_rate",
}


@pytest.fixture(scope="module")
def published() -> pl.DataFrame:
    """The published files as NHS England issued them, read for this test alone."""
    text = pl.concat(pl.read_csv(path, infer_schema=False) for path in PUBLISHED)
    rows = (
        text.select(list(NAMES))
        .rename(NAMES)
        .with_columns(
            pl.col("period").str.to_date("%d/%m/%Y"),
            pl.col("fte_days_lost", "fte_days_available").cast(pl.Decimal(18, 5)),
            pl.col("published_rate").cast(pl.Decimal(18, 4)),
        )
    )
    with_mart = literal_snapshot({"marts.published_absence": rows})
    months = published_months(with_mart)
    return published_absence(with_mart, first=months[0], last=months[-1])


def test_every_published_rate_follows_from_its_days(published):
    assert published.height == 3394
    assert disagreements(published).rows() == []


def test_a_rate_that_does_not_follow_is_found(published):
    wrong = published.head(3).with_columns(
        published_rate=pl.Series([Decimal("99.9900"), *published["published_rate"][1:3]], dtype=pl.Decimal(18, 4))
    )
    assert disagreements(wrong)["organisation_code"].to_list() == [published["organisation_code"][0]]


def slice_of(published: pl.DataFrame, name: str) -> pl.DataFrame:
    if name.startswith("England"):
        return published
    column, _, value = name.partition(" = ")
    return published.filter(pl.col(NAMES[column]) == value)


@pytest.mark.parametrize("expected", ORACLE[0]["expected"], ids=lambda row: row["slice"])
def test_totals_are_the_figures_that_were_printed(published, expected):
    totals = published_totals(slice_of(published, expected["slice"]))
    printed = {month[:7]: figure for month, figure in expected.items() if month != "slice"}
    rates = {f"{row['month']:%Y-%m}": round(row["rate"], 1) for row in totals.iter_rows(named=True)}
    assert {month: rates[month] for month in printed} == printed


def test_england_by_month_is_the_ratio_of_sums(published):
    rates = {f"{month:%Y-%m}": round(rate, 2) for month, rate in published_totals(published)["month", "rate"].rows()}
    assert rates == ORACLE[1]["expected"]


def test_the_mean_of_rates_is_another_number(published):
    for month, wrong in ORACLE[1]["unweighted_mean_of_rates_wrong"].items():
        of_month = published.filter(pl.col("month").dt.strftime("%Y-%m") == month)
        assert round(of_month["published_rate"].cast(pl.Float64).mean(), 2) == wrong
        assert round(published_totals(of_month)["rate"].item(), 2) != wrong


@pytest.mark.parametrize(
    ("lost", "available", "rate"),
    [
        ("5", "1000", "0.50"),
        ("1.125", "1000", "0.11"),
        ("1.25", "1000", "0.13"),  # 0.125 exactly: halves go up
        ("1.35", "1000", "0.14"),  # 0.135 exactly, where binary floating point would fall below
        ("0", "1000", "0.00"),
        ("1", "330", None),
        ("1", "330.00001", "0.30"),
        ("0", "0", None),
    ],
)
def test_a_rate_is_rounded_half_up_and_blank_at_330_days_or_fewer(lost, available, rate):
    expected = None if rate is None else Decimal(rate)
    assert recomputed_rate(Decimal(lost), Decimal(available)) == expected


def month_of(rates: list[float], kind: str = "Acute", available: float = 1000.0) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "month": [dt.date(2025, 3, 31)] * len(rates),
            "organisation_code": [f"R{n}" for n in range(len(rates))],
            "organisation_type": [kind] * len(rates),
            "fte_days_lost": [rate * available / 100 for rate in rates],
            "fte_days_available": [available] * len(rates),
        }
    )


@pytest.mark.parametrize(
    ("rates", "quartiles"),
    [
        ([5.0], (5.0, 5.0, 5.0)),
        ([4.0, 6.0], (4.5, 5.0, 5.5)),
        ([1.0, 2.0, 3.0, 4.0], (1.75, 2.5, 3.25)),  # type 7: positions 1 + 3 x 0.25, 0.5, 0.75
        ([5.0, 3.0, 1.0, 4.0, 2.0], (2.0, 3.0, 4.0)),
    ],
)
def test_quartiles_interpolate_between_ranked_rates(rates, quartiles):
    row = peer_distribution(month_of(rates), "Acute").row(0, named=True)
    assert (row["lower_quartile"], row["median"], row["upper_quartile"]) == pytest.approx(quartiles, abs=1e-12)
    assert (row["organisations"], row["lowest"], row["highest"]) == (len(rates), min(rates), max(rates))


def test_only_organisations_of_the_type_whose_rate_is_published_are_peers():
    rows = pl.concat([month_of([4.0]), month_of([9.0], "Ambulance"), month_of([20.0], available=330.0)])
    assert peer_distribution(rows, "Acute")["highest"].to_list() == [4.0]


def test_a_slice_that_does_not_exist_is_refused():
    with pytest.raises(UnknownName, match="Did you mean `region_name`"):
        published_totals(month_of([4.0]), ("region_nam",))


def test_a_total_over_no_days_is_null_and_not_zero():
    assert published_totals(month_of([1.0], available=0.0))["rate"].to_list() == [None]
