"""Assignments: the stays as ESR holds them, with numbers, contracts, absences from work and changes of hours.

A person who moves inside the organisation keeps the assignment number; a second job, a bank job and a rehire get the
next one (`-2`, `-3`). At most one long absence from the post and one change of hours happen within a stay.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from workbench.sample.careers import Stays, first_of_chain
from workbench.sample.chance import OPEN_END, BoolArray, Chance, FloatArray, IntArray
from workbench.sample.people import humans_of

_YEAR = 365.25
PERMANENT, FIXED_TERM, LOCUM, BANK, HONORARY = "05", "02", "04", "01", "03"
ACTIVE = "02"
# Status, yearly rate among those who may have it, shortest and longest absence in days.
_AWAY = (
    ("06", 0.075, 240, 390),
    ("03", 0.006, 180, 420),
    ("05", 0.012, 150, 360),
    ("07", 0.005, 150, 360),
    ("08", 0.004, 150, 360),
    ("10", 0.003, 30, 120),
    ("01", 0.014, 60, 240),
)
_REDUCED = (0.4, 0.5333, 0.6, 0.8)


def build_assignments(
    stays: Stays, posts: pl.DataFrame, people: pl.DataFrame, first_day: int, last_day: int, chance: Chance
) -> pl.DataFrame:
    """Return every assignment of every stay.

    Returns:
        One row per assignment and post held: `human`, `organisation`, `line` (one employment or extra job),
        `employee_number`, `assignment_number`, `primary`, `kind` (main, second, bank, bank_after), `post`, `start`,
        `end` (OPEN_END while it lasts), `organisation_start`, `contract_type`, `contract_end`, `fte_before`,
        `fte_day`, `fte_after`, `away_status`, `away_first`, `away_last`, and the routes in and out.
    """
    main = _main(stays, posts, people, last_day, chance)
    main = _with_absence_from_post(main, people, first_day, last_day, chance)
    main = _with_hours(main, posts, chance)
    extra = _extra(main, posts, first_day, last_day, chance)
    return _numbered(pl.concat([main, extra]), chance)


def _main(stays: Stays, posts: pl.DataFrame, people: pl.DataFrame, last_day: int, chance: Chance) -> pl.DataFrame:
    size = len(stays)
    post = posts[stays.post]
    line = first_of_chain(stays.before, stays.route == "internal")
    human = humans_of(stays)
    start_of_line = stays.start[line]
    rehired = stays.route[line] == "rehire"
    # Some returners keep their old start date, as records were reopened rather than made anew.
    reopened = rehired & (chance.uniform("reopened record", size)[line] < 0.2)
    earlier = first_of_chain(stays.before, np.isin(stays.route, ("internal", "rehire")))
    organisation_start = np.where(reopened, stays.start[earlier], start_of_line)
    arrangement = post["arrangement"].to_numpy()
    trainee = post["is_trainee"].to_numpy()
    doctor = (post["staff_group_code"] == "01").to_numpy()
    drawn = chance.uniform("contract", size)[line]
    may_be_fixed = ~post["is_stable"].to_numpy()
    contract = np.where(trainee | (may_be_fixed & (drawn < 0.05)), FIXED_TERM, PERMANENT)
    contract = np.where(doctor & ~trainee & may_be_fixed & (drawn > 0.96), LOCUM, contract)
    contract = np.where(arrangement == "bank", BANK, np.where(arrangement == "honorary", HONORARY, contract))
    ends = contract == FIXED_TERM
    ahead = last_day + 30 + chance.whole("contract end", 0, 500, size)
    contract_end = np.where(ends, np.where(stays.end == OPEN_END, ahead, stays.end), OPEN_END)
    return pl.DataFrame(
        {
            "stay": np.arange(size),
            "human": human, "organisation": post["organisation"], "line": line, "kind": np.full(size, "main"),
            "primary": np.full(size, True), "post": stays.post, "start": stays.start, "end": stays.end,
            "organisation_start": organisation_start, "contract_type": contract, "contract_end": contract_end,
            "route": stays.route, "onward": stays.onward, "line_start": start_of_line,
            "line_route": stays.route[line], "was_there": stays.was_there_at_opening[line],
            "before": stays.before[line],
        }
    )  # fmt: skip


def _with_absence_from_post(
    main: pl.DataFrame, people: pl.DataFrame, first_day: int, last_day: int, chance: Chance
) -> pl.DataFrame:
    size = main.height
    start, end = main["start"].to_numpy(), main["end"].to_numpy()
    opens = np.maximum(start + 60, first_day - 200)
    closes = np.minimum(end - 20, last_day)
    room = np.maximum(closes - opens, 0)
    begins = opens + np.floor(chance.uniform("absence begins", size) * room).astype(np.int64)
    person = people[main["human"].to_numpy()]
    age = (begins - person["birth_day"].to_numpy()) / _YEAR
    mother: BoolArray = (person["gender"] == "2").to_numpy() & (age > 22) & (age < 43)
    drawn = chance.uniform("absence kind", size)
    length = chance.uniform("absence length", size)
    substantive = ~main["contract_type"].is_in([BANK, HONORARY]).to_numpy()
    status: np.ndarray = np.full(size, "", dtype="<U2")
    last = np.full(size, OPEN_END)
    floor: FloatArray = np.zeros(size)
    for code, yearly, shortest, longest in _AWAY:
        chances = 1 - np.exp(-yearly * room / _YEAR)
        if code == "06":
            chances = np.where(mother, chances, 0.0)
        chosen = (drawn >= floor) & (drawn < floor + chances) & substantive & (room > 0)
        status[chosen] = code
        last[chosen] = (begins + shortest + np.floor(length * (longest - shortest)).astype(np.int64))[chosen]
        floor = floor + chances
    away = status != ""
    return main.with_columns(
        away_status=pl.Series(status),
        away_first=pl.Series(np.where(away, begins, OPEN_END)),
        away_last=pl.Series(np.where(away, np.minimum(last, end), OPEN_END)),
    )


def _with_hours(main: pl.DataFrame, posts: pl.DataFrame, chance: Chance) -> pl.DataFrame:
    size = main.height
    post = posts[main["post"].to_numpy()]
    before = post["established_fte"].to_numpy()
    settled = post["is_trainee"].to_numpy() | post["is_stable"].to_numpy() | (before == 0)
    drawn = chance.uniform("hours change", size)
    returns_to_fewer = (main["away_status"] == "06").to_numpy() & (drawn < 0.55)
    changes = (returns_to_fewer | (drawn > 0.91)) & ~settled
    reduced = np.asarray(_REDUCED)[chance.whole("new hours", 0, len(_REDUCED) - 1, size)]
    some_day = main["start"].to_numpy() + 120 + chance.whole("day of new hours", 0, 900, size)
    day = np.where(returns_to_fewer, main["away_last"].to_numpy() + 1, some_day)
    return main.with_columns(
        fte_before=pl.Series(before),
        fte_day=pl.Series(np.where(changes, day, OPEN_END)),
        fte_after=pl.Series(np.where(changes, np.minimum(reduced, before), before)),
    )


def _extra(main: pl.DataFrame, posts: pl.DataFrame, first_day: int, last_day: int, chance: Chance) -> pl.DataFrame:
    """Add second jobs, bank jobs beside a contract, and bank jobs after leaving.

    Allied health professionals get none here: the planted errors decide who of them holds two assignments.
    """
    post = posts[main["post"].to_numpy()]
    clinical = post["staff_group_code"].is_in(["03", "07"]).to_numpy()
    plain = (post["profession"].fill_null("") == "").to_numpy() & (post["arrangement"] == "substantive").to_numpy()
    drawn = chance.uniform("extra assignment", main.height)
    start, end = main["start"].to_numpy(), main["end"].to_numpy()
    lasts = np.minimum(end, last_day) - np.maximum(start, first_day) > 150
    opens = np.maximum(start, first_day) + chance.whole("extra begins", 10, 120, main.height)
    part_time = (main["fte_before"] <= 0.6).to_numpy() & (main["fte_day"] == OPEN_END).to_numpy()
    second = plain & lasts & part_time & (drawn < 0.09)
    bank = plain & lasts & clinical & ~second & (drawn > 0.94)
    left = (end < last_day) & (main["onward"] == "").to_numpy() & (main["contract_type"] == PERMANENT).to_numpy()
    after = plain & clinical & left & (end >= first_day) & ~second & ~bank & (drawn > 0.85)
    ends_early = np.where(chance.uniform("extra ends", main.height) < 0.2, opens + 200, OPEN_END)
    bank_days = 60 + chance.whole("bank after leaving", 0, 300, main.height)
    parts = []
    for kind, chosen, begins, finishes in (
        ("second", second, opens, np.minimum(end, ends_early)),
        ("bank", bank, opens, end),
        ("bank_after", after, end + 1, end + bank_days),
    ):
        rows = main.filter(pl.Series(chosen))
        parts.append(
            rows.with_columns(
                kind=pl.lit(kind),
                primary=pl.lit(kind == "bank_after"),
                start=pl.Series(begins[chosen]),
                end=pl.Series(np.where(finishes[chosen] > last_day, OPEN_END, finishes[chosen])),
                contract_type=pl.lit(PERMANENT if kind == "second" else BANK),
                contract_end=pl.lit(OPEN_END, pl.Int64),
                away_status=pl.lit(""),
                away_first=pl.lit(OPEN_END, pl.Int64),
                away_last=pl.lit(OPEN_END, pl.Int64),
                fte_before=pl.lit(0.2 if kind == "second" else 0.0),
                fte_day=pl.lit(OPEN_END, pl.Int64),
                fte_after=pl.lit(0.2 if kind == "second" else 0.0),
            )
        )
    return pl.concat(parts)


def _numbered(assignments: pl.DataFrame, chance: Chance) -> pl.DataFrame:
    """Give each person a staff number per organisation and each line of work an assignment number under it."""
    employees = assignments.select("organisation", "human").unique().sort("organisation", "human")
    shuffled = chance.uniform("employee numbers", employees.height)
    employees = employees.with_columns(draw=pl.Series(shuffled)).with_columns(
        place=pl.col("draw").rank("ordinal").over("organisation").cast(pl.Int64)
    )
    # Staff numbers have eight digits; those of the second kind of organisation begin with zeros that must be kept.
    first = (
        pl.when(pl.col("organisation") % 3 == 1).then(400_000).otherwise(20_000_000 + pl.col("organisation") * 10**6)
    )
    employees = employees.with_columns(employee_number=(first + pl.col("place") * 3).cast(pl.String).str.zfill(8)).drop(
        "draw", "place"
    )
    lines = (
        assignments.group_by("organisation", "human", "line", "kind", maintain_order=True)
        .agg(pl.col("start").min().alias("first_start"))
        .sort("organisation", "human", "first_start", "kind", "line")
        .with_columns(number=pl.int_range(1, pl.len() + 1).over("organisation", "human"))
        .drop("first_start")
    )
    numbered = assignments.join(lines, on=["organisation", "human", "line", "kind"], maintain_order="left")
    numbered = numbered.join(employees, on=["organisation", "human"], maintain_order="left")
    suffix = pl.when(pl.col("number") == 1).then(pl.lit("")).otherwise(pl.format("-{}", "number"))
    return numbered.with_columns(assignment_number=pl.col("employee_number") + suffix).drop("number")


def fte_on(day: IntArray, assignments: pl.DataFrame) -> FloatArray:
    """Return the contracted FTE of each assignment on a day."""
    changed = day >= assignments["fte_day"].to_numpy()
    fte: FloatArray = np.where(changed, assignments["fte_after"].to_numpy(), assignments["fte_before"].to_numpy())
    return fte
