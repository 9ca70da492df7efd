"""The people: one row per human being, with what ESR holds about the person rather than the post."""

from __future__ import annotations

import numpy as np
import polars as pl

from workbench.sample.careers import Stays, first_of_chain
from workbench.sample.chance import Chance, FloatArray, IntArray

_YEAR = 365.25
_WOMEN = {
    "01": 0.47, "02": 0.8, "03": 0.88, "04": 0.78, "05": 0.68, "06": 0.62, "07": 0.82, "08": 0.79, "09": 0.48,
}  # fmt: skip
# National codes 16+1 of ethnic category, most frequent first; the empty text is "never recorded".
ETHNIC = (
    ("A", 61), ("C", 6), ("B", 1), ("H", 7), ("N", 7), ("L", 4), ("J", 3), ("M", 1.5), ("K", 1), ("R", 1),
    ("S", 1.5), ("Z", 1.5), ("", 4.5),
)  # fmt: skip
RELIGION = (
    ("Christianity", 38), ("Atheism", 17), ("Islam", 5), ("Hinduism", 4), ("Other", 8), ("Sikhism", 1),
    ("I do not wish to disclose my religion/belief", 12), ("", 15),
)  # fmt: skip
ORIENTATION = (("1", 75), ("2", 2.2), ("3", 1.6), ("4", 0.4), ("U", 0.6), ("Z", 10.2), ("", 10))
DISABILITY = (("02", 80), ("01", 6), ("", 14))


def build_people(stays: Stays, posts: pl.DataFrame, first_day: int, last_day: int, chance: Chance) -> pl.DataFrame:
    """Return one row per human being, in the order of `human`.

    Columns: `human`, `birth_day`, `gender` (national code), `ethnic_category`, `disability`, `religion_or_belief`,
    `sexual_orientation` ('' where never recorded), `nhs_start_day`, `registration_digits`.
    """
    root = first_of_chain(stays.before, np.ones(len(stays), dtype=np.bool_))
    roots = np.unique(root)
    size = roots.size
    post = posts[stays.post[roots]]
    start = stays.start[roots]
    women = post["staff_group_code"].replace_strict(_WOMEN, default=0.75, return_dtype=pl.Float64).to_numpy()
    ambulance = (post["organisation_type"] == "Ambulance").to_numpy()
    gender = np.where(chance.uniform("gender", size) < np.where(ambulance, 0.5, women), "2", "1")
    nhs_start = _nhs_starts(start, chance)
    columns = {
        "human": np.arange(size),
        "birth_day": _birth_days(post, start, first_day, last_day, chance),
        "gender": gender,
        "ethnic_category": _drawn(chance, "ethnic category", ETHNIC, size),
        "disability": _drawn(chance, "disability", DISABILITY, size),
        "religion_or_belief": _drawn(chance, "religion", RELIGION, size),
        "sexual_orientation": _drawn(chance, "orientation", ORIENTATION, size),
    }
    people = pl.DataFrame(columns)
    birth = people["birth_day"].to_numpy()
    earliest = birth + int(18 * _YEAR)
    return people.with_columns(
        nhs_start_day=pl.Series(np.maximum(nhs_start, np.minimum(earliest, start))),
        registration_digits=pl.Series(10_000 + (np.arange(size) * 7_919 + 13) % 9_990_001),
    )


def humans_of(stays: Stays) -> IntArray:
    """Number the human being of each stay from 0, in the order in which they first appear."""
    root = first_of_chain(stays.before, np.ones(len(stays), dtype=np.bool_))
    return np.unique(root, return_inverse=True)[1].astype(np.int64)


def _drawn(chance: Chance, topic: str, listed: tuple[tuple[str, float], ...], size: int) -> list[str]:
    values = np.asarray([value for value, _ in listed])
    drawn: list[str] = values[chance.choice(topic, [weight for _, weight in listed], size)].tolist()
    return drawn


def _birth_days(post: pl.DataFrame, start: IntArray, first_day: int, last_day: int, chance: Chance) -> IntArray:
    """Place people's birth so that ages at the start fit the job and nobody is older than 70 in the sample."""
    senior = (post["rank"].cast(pl.Int64) >= 11).to_numpy()
    registered = (post["registration_type"].fill_null("") != "").to_numpy()
    trainee = post["is_trainee"].to_numpy()
    youngest: FloatArray = np.where(trainee, 24.0, np.where(senior, 30.0, np.where(registered, 22.0, 18.5)))
    spread: FloatArray = np.where(trainee, 9.0, np.where(senior, 26.0, 37.0))
    age = youngest + spread * chance.uniform("age at start", start.size) ** 1.5
    birth = start - np.floor(age * _YEAR).astype(np.int64)
    too_old = birth < last_day - int(70 * _YEAR)
    latest_birth = np.maximum(last_day - int(70 * _YEAR), np.minimum(birth, start - int(18 * _YEAR)))
    younger = latest_birth + chance.whole("retold age", 0, 1500, start.size)
    return np.where(too_old, np.minimum(younger, start - int(18 * _YEAR)), birth)


def _nhs_starts(start: IntArray, chance: Chance) -> IntArray:
    had_earlier = chance.uniform("earlier nhs service", start.size) < 0.45
    return np.where(had_earlier, start - chance.waiting_days("nhs service", 4.0 * _YEAR, start.size), start)
