"""The posts of each organisation: what the job is, where it stands, who supervises it, what the ledger pays for.

A post is one funded job. Posts alike in team, title and band share one ESR position, as positions in ESR may have
several holders. Titles are written so that one title in one band always means one occupation code: a clean record
must be clean, or the planted coding errors could not be counted.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl

from workbench.sample.chance import Chance, FloatArray, IntArray
from workbench.sample.organisations import Organisation

_FOLDER = Path(__file__).parent
# Who stands above whom: the highest in a team supervises it, the highest in a service those, and so on.
BAND_ORDER = (
    "Band 2", "Band 3", "Band 4", "Medical Foundation Year 1", "Medical Foundation Year 2", "Band 5", "Band 6",
    "Medical Specialty Registrar", "Medical Trust Grade", "Medical Dental Officer", "Medical Specialty Doctor",
    "Band 7", "Medical Consultant", "Medical Senior Dental Officer", "Band 8a", "Band 8b", "Band 8c", "Band 8d",
    "Band 9", "VSM",
)  # fmt: skip
DOCTORS_IN_TRAINING = ("01033", "01034", "01035")
CHIEF_EXECUTIVE = "08022"
# Established FTE of a post: most are full time, the rest spread over the part-time contracts usual in the NHS.
_PART_TIME = (0.4, 0.5333, 0.6, 0.64, 0.72, 0.8, 0.8533, 0.9333)
_FULL_TIME_SHARE = {"01": 0.86, "03": 0.58, "04": 0.55, "05": 0.62, "06": 0.70, "07": 0.55, "08": 0.60, "09": 0.52}


def jobs() -> pl.DataFrame:
    """Return the catalogue of jobs: one row per organisation type, service, title and band."""
    return pl.read_csv(_FOLDER / "jobs.csv", infer_schema=False).with_columns(pl.col("per_thousand").cast(pl.Float64))


def services() -> pl.DataFrame:
    """Return the catalogue of services: one row per organisation type and service, with the names of its teams."""
    return pl.read_csv(_FOLDER / "services.csv", infer_schema=False).with_columns(pl.col("team_size").cast(pl.Int64))


def build_posts(organisations: list[Organisation], staff: int, chance: Chance) -> pl.DataFrame:
    """Return every post of every organisation.

    Returns:
        One row per post, `post` numbered from 0: where it stands, its job, `position_number`, `cost_centre`,
        `established_fte`, `rank`, `arrangement` (substantive, bank, honorary), `is_stable` (heads of services, so
        that reporting lines hold), `is_trainee`, and `above_1` to `above_4`, the posts above it, nearest first.
    """
    catalogue, places = jobs(), services()
    parts = []
    for one in organisations:
        own_jobs = catalogue.filter(pl.col("organisation_type") == one.kind)
        own_places = places.filter(pl.col("organisation_type") == one.kind)
        # About one post in twenty stands vacant, so there are more posts than staff.
        wanted = staff * one.share / 0.955
        parts.append(_posts_of(one, own_jobs, own_places, wanted))
    posts = pl.concat(parts).with_row_index("post").with_columns(pl.col("post").cast(pl.Int64))
    posts = _with_outside_establishment(posts, chance)
    posts = _with_established_fte(posts, chance)
    return _with_reporting_lines(_numbered(posts))


def _counts(weights: FloatArray, total: float, at_least_one: IntArray) -> IntArray:
    """Share out posts by largest remainder; the fourteen professions and the heads get one even in a small sample."""
    exact = weights / weights.sum() * total
    counts = np.floor(exact).astype(np.int64)
    missing = max(0, round(total) - int(counts.sum()))
    order = np.argsort(-(exact - counts), kind="stable")[:missing]
    counts[order] += 1
    counted: IntArray = np.maximum(counts, at_least_one)
    return counted


def _posts_of(one: Organisation, own_jobs: pl.DataFrame, places: pl.DataFrame, wanted: float) -> pl.DataFrame:
    registered_ahp = (pl.col("profession") != "") & (pl.col("registration_type") != "")
    always = own_jobs.select(
        ((registered_ahp & pl.col("profession").is_not_null()) | (pl.col("job_role_code") == CHIEF_EXECUTIVE))
        .fill_null(False)
        .cast(pl.Int64)
    ).to_series()
    counts = _counts(own_jobs["per_thousand"].to_numpy(), wanted, always.to_numpy())
    expanded = own_jobs[np.repeat(np.arange(own_jobs.height), counts)]
    team_names = _team_names(expanded.group_by("service", maintain_order=True).len("posts"), places)
    expanded = expanded.with_columns(place=pl.int_range(pl.len()).over("service")).join(
        team_names.group_by("service").agg(pl.len().alias("teams")), on="service", maintain_order="left"
    )
    expanded = expanded.with_columns(team_number=(pl.col("place") % pl.col("teams")))
    located = expanded.join(team_names, on=["service", "team_number"], maintain_order="left")
    return located.select(
        pl.lit(one.index).cast(pl.Int64).alias("organisation"),
        pl.lit(one.code).alias("organisation_code"),
        pl.lit(one.kind).alias("organisation_type"),
        "directorate", "service", "team", "single_area",
        pl.col("title").alias("position_title"),
        "staff_group_code", "job_role_code", "occupation_code", "pay_band", "area_of_work", "registration_type",
        "profession",
    )  # fmt: skip


def _team_names(sizes: pl.DataFrame, places: pl.DataFrame) -> pl.DataFrame:
    rows = []
    described = {row["service"]: row for row in places.iter_rows(named=True)}
    for service, posts in sizes.iter_rows():
        place = described[service]
        names = place["teams"].split(";")
        for number in range(max(1, round(posts / place["team_size"]))):
            again = number // len(names)
            name = names[number % len(names)] + (f" {again + 1}" if again else "")
            rows.append((service, number, name, place["directorate"], place["single_area"] == "yes"))
    schema = {
        "service": pl.String,
        "team_number": pl.Int64,
        "team": pl.String,
        "directorate": pl.String,
        "single_area": pl.Boolean,
    }
    return pl.DataFrame(rows, schema=schema, orient="row")


def _with_outside_establishment(posts: pl.DataFrame, chance: Chance) -> pl.DataFrame:
    """Add bank and honorary places: people who count in no establishment, beside posts of the same kind."""
    drawn = pl.Series(chance.uniform("outside establishment", posts.height))
    bank = posts.filter((drawn < 0.06) & pl.col("staff_group_code").is_in(["03", "07", "08"]) & _not_ahp())
    honorary = posts.filter((drawn < 0.04) & pl.col("job_role_code").is_in(["01005"]))
    parts = [posts.with_columns(arrangement=pl.lit("substantive"))]
    parts += [bank.with_columns(arrangement=pl.lit("bank")), honorary.with_columns(arrangement=pl.lit("honorary"))]
    together = pl.concat(parts)
    return together.with_columns(post=pl.int_range(together.height, dtype=pl.Int64))


def _not_ahp() -> pl.Expr:
    return pl.col("profession").fill_null("") == ""


def _with_established_fte(posts: pl.DataFrame, chance: Chance) -> pl.DataFrame:
    full_time = posts["staff_group_code"].replace_strict(_FULL_TIME_SHARE, default=1.0, return_dtype=pl.Float64)
    drawn = chance.uniform("established fte", posts.height)
    part_time = np.asarray(_PART_TIME)[chance.whole("part time", 0, len(_PART_TIME) - 1, posts.height)]
    fte = np.where(drawn < full_time.to_numpy(), 1.0, part_time)
    whole = posts["job_role_code"].is_in(DOCTORS_IN_TRAINING).to_numpy() | (
        posts["pay_band"].is_in(["Band 8b", "Band 8c", "Band 9", "VSM"]).to_numpy()
    )
    outside = (posts["arrangement"] != "substantive").to_numpy()
    return posts.with_columns(
        established_fte=pl.Series(np.where(outside, 0.0, np.where(whole, 1.0, fte))),
        is_trainee=pl.col("job_role_code").is_in(DOCTORS_IN_TRAINING),
    )


def _numbered(posts: pl.DataFrame) -> pl.DataFrame:
    """Give teams their cost centres and posts their positions, written as each organisation writes them."""
    posts = _ranked(posts, ["directorate", "service", "team"], "team_order")
    posts = _ranked(posts, ["service", "team", "position_title", "pay_band"], "position_order")
    ranks = {band: place for place, band in enumerate(BAND_ORDER)}
    posts = posts.with_columns(rank=pl.col("pay_band").replace_strict(ranks, return_dtype=pl.Int64))
    letter = pl.col("organisation_code").str.slice(1, 1)
    cost_centre = pl.col("organisation") % 3
    number = pl.col("team_order")
    return posts.with_columns(
        cost_centre=pl.when(cost_centre == 1)
        .then(pl.format("00{}", 41000 + 7 * number))
        .otherwise(pl.format("{}{}", letter, 10000 + 37 * number)),
        position_number=pl.format("{}{}", 1 + pl.col("organisation"), 100_000 + 3 * pl.col("position_order")),
        subjective_code=pl.format("5{}{}", "staff_group_code", pl.col("rank").cast(pl.String).str.zfill(2)),
    ).drop("team_order", "position_order")


def _ranked(posts: pl.DataFrame, columns: list[str], name: str) -> pl.DataFrame:
    """Number what shares these columns within its organisation, in alphabetical order."""
    keys = ["organisation", *columns]
    distinct = posts.select(keys).unique().sort(keys)
    distinct = distinct.with_columns(pl.int_range(1, pl.len() + 1).over("organisation").alias(name))
    return posts.join(distinct, on=keys, maintain_order="left")


def _with_reporting_lines(posts: pl.DataFrame) -> pl.DataFrame:
    order = pl.when(pl.col("arrangement") == "substantive").then(-pl.col("rank")).otherwise(1000)
    ranked = posts.with_columns(order=order)
    first = pl.col("post").sort_by("order", "post").first()
    directorate_head = first.over("organisation", "directorate")
    lines = ranked.with_columns(
        team_head=first.over("organisation", "directorate", "service", "team"),
        service_head=first.over("organisation", "directorate", "service"),
        directorate_head=directorate_head,
        chief=first.over("organisation"),
    )
    levels = ("team_head", "service_head", "directorate_head", "chief")
    above = [
        pl.when(pl.col(level) == pl.col("post")).then(None).otherwise(pl.col(level)).alias(f"above_{number}")
        for number, level in enumerate(levels, start=1)
    ]
    heads = pl.any_horizontal(pl.col(level) == pl.col("post") for level in levels[1:])
    return lines.with_columns(*above, is_stable=heads).drop("order", *levels)
