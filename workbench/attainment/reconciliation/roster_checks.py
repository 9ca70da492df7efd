"""What differs between ESR and the rosters of the month: who is on them, where, and whether twice."""

from __future__ import annotations

import polars as pl

from workbench.attainment.reconciliation.exceptions import number, raised
from workbench.attainment.reconciliation.matching import unit_key
from workbench.attainment.reconciliation.sources import Sources
from workbench.attainment.reconciliation.tolerances import Tolerances


def esr_and_roster(sources: Sources, tolerances: Tolerances) -> list[pl.DataFrame]:
    """Compare staff in post with the rosters; nothing where no session of the month is loaded."""
    if sources.rostered is None:
        return []
    rows = placed(sources.posts, sources.rostered)
    return [
        _never_rostered(sources.posts, rows),
        _not_in_post(rows, sources.known_people, tolerances),
        _other_unit(sources.posts, rows),
        _on_two_rosters(sources.rostered),
    ]


def placed(staff: pl.DataFrame, rostered: pl.DataFrame) -> pl.DataFrame:
    """Match rostered rows to assignments: by assignment, else to the only one that the person has.

    Returns:
        The rostered rows with `post` (the assignment, null where none) and `match`: `matched`, `only post`,
        `ambiguous` (several posts, none named) or `not in post`.
    """
    posts = staff.select("person_key", post="assignment_key")
    own = posts.group_by("person_key").agg(only=pl.col("post").first(), posts=pl.len())
    known = posts.select(assignment_key="post", post="post")
    rows = rostered.join(known, on="assignment_key", how="left").join(own, on="person_key", how="left")
    unnamed = pl.col("assignment_key").is_null()
    return rows.with_columns(
        post=pl.when(unnamed & (pl.col("posts") == 1)).then("only").otherwise("post"),
        match=pl.when(pl.col("post").is_not_null()).then(pl.lit("matched"))
        .when(unnamed & (pl.col("posts") == 1)).then(pl.lit("only post"))
        .when(unnamed & (pl.col("posts") > 1)).then(pl.lit("ambiguous"))
        .otherwise(pl.lit("not in post")),
    ).drop("only", "posts")  # fmt: skip


def _never_rostered(staff: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """List active posts of a team and staff group of which others are rostered; other teams may have no roster."""
    posts = staff.filter(pl.col("is_substantive") & pl.col("is_active"))
    on_roster = rows.select(assignment_key="post").drop_nulls().unique()
    people = rows.filter(pl.col("match") == "ambiguous").select("person_key").unique()
    rostered = posts.join(on_roster, on="assignment_key", how="semi").select("unit", "group_code").unique()
    missing = (
        posts.join(rostered, on=["unit", "group_code"], how="semi")
        .join(on_roster, on="assignment_key", how="anti")
        .join(people, on="person_key", how="anti")
    )
    return raised(
        missing, "never_rostered", subject=pl.col("assignment_key"), field="sessions", left=pl.lit("active"),
        right=pl.lit("0"), detail=pl.lit("Others of the team and staff group are rostered in the month."),
    )  # fmt: skip


def _not_in_post(rows: pl.DataFrame, known_people: pl.DataFrame, tolerances: Tolerances) -> pl.DataFrame:
    """List sessions of people who had left, or whom ESR does not know; sessions before a leaving are in order.

    Units where agency staff are rostered by agreement may hold people whom ESR does not know.
    """
    gone = rows.filter(pl.col("match") == "not in post").join(
        known_people.with_columns(is_known=True), on="person_key", how="left"
    )
    in_order = (pl.col("last_session") <= pl.col("leaving_date")).fill_null(False)
    agreed = [name.strip().lower() for name in tolerances.agency_units]
    agency = pl.col("is_known").is_null() & pl.col("unit_key").is_in(agreed)
    why = (
        pl.when(pl.col("leaving_date").is_not_null()).then(pl.lit("left"))
        .when(pl.col("is_known")).then(pl.lit("assignment not in post"))
        .otherwise(pl.lit("not known to ESR"))
    )  # fmt: skip
    return raised(
        gone.filter(~in_order & ~agency).with_columns(team="unit"), "rostered_not_in_esr",
        subject=pl.format("{}/{}", pl.coalesce("assignment_key", "person_key"), "unit"), field="sessions", left=why,
        right=number("sessions"), detail=pl.format("{} sessions in the month; the person: {}.", "sessions", why),
    )  # fmt: skip


def _other_unit(staff: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    own = staff.select(
        "cost_centre", "group_code", "staff_group", post="assignment_key", own_team="team", own_unit=unit_key("team")
    )
    elsewhere = rows.join(own, on="post").filter(pl.col("unit_key") != pl.col("own_unit"))
    return raised(
        elsewhere.with_columns(team="own_team", assignment_key="post"), "roster_unit_differs",
        subject=pl.format("{}/{}", "post", "unit"), field="unit", left=pl.col("own_team"), right=pl.col("unit"),
        detail=pl.format("{} sessions in the month on the roster of {}.", "sessions", "unit"),
    )  # fmt: skip


def _on_two_rosters(rostered: pl.DataFrame) -> pl.DataFrame:
    twice = (
        rostered.filter(pl.col("sessions_elsewhere") > 0)
        .group_by("person_key", "assignment_key")
        .agg(sessions=pl.col("sessions_elsewhere").max(), units=pl.col("unit").unique().sort().str.join(", "))
    )
    return raised(
        twice, "on_two_rosters", subject=pl.coalesce("assignment_key", "person_key"), field="unit",
        left=pl.lit("1"), right=pl.col("units"),
        detail=pl.format("{} sessions stand on the rosters of {}.", "sessions", "units"),
    )  # fmt: skip
