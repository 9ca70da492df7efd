"""Who held which post and when: starting, leaving, moving inside, moving between organisations, coming back.

Every post is a chain of holders with vacancies between. Some of those who end in one post are the same people who
start in another: in the same month and organisation (an internal move), in another organisation (a transfer), or in
the same organisation months later (a rehire). So moves and flows agree with each other by construction.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import polars as pl

from workbench.sample.chance import OPEN_END, BoolArray, Chance, FloatArray, IntArray, StrArray

# Share of holders of a staff group whose holding of the post ends within a year, internal moves included.
_ENDINGS_A_YEAR = {
    "01": 0.13, "02": 0.35, "03": 0.155, "04": 0.16, "05": 0.155, "06": 0.13, "07": 0.19, "08": 0.165, "09": 0.175,
}  # fmt: skip
_YEAR = 365.25
_MEAN_VACANCY_DAYS = 34.0
_MEAN_SERVICE_DAYS = 6.5 * _YEAR
# Recorded leaving dates may lie a little ahead: notice that has already been given.
NOTICE_DAYS = 45


@dataclass
class Stays:
    """Holdings of posts as columns of equal length: one element per person's stay in one post.

    `before` names the stay that the person came from (-1: none) and `route` how: `external`, `internal`,
    `other_organisation` or `rehire`; `onward` is the route by which the person went on to the next stay.
    """

    post: IntArray
    start: IntArray
    end: IntArray
    was_there_at_opening: BoolArray
    before: IntArray
    route: StrArray
    onward: StrArray

    def __len__(self) -> int:
        return int(self.post.size)


def day_number(day: dt.date) -> int:
    """Count days as the sample does, from 1 January 1970."""
    return (day - dt.date(1970, 1, 1)).days


def build_stays(posts: pl.DataFrame, first_day: int, last_day: int, chance: Chance) -> Stays:
    """Return every stay of every post that touches the months of the sample."""
    stays = _chains(posts, first_day, last_day, chance)
    order = np.lexsort((stays.start, stays.post))
    stays = _taken(stays, order)
    facts = _post_facts(posts)
    _link_internal_moves(stays, facts, first_day, last_day, chance)
    _link_transfers(stays, facts, first_day, last_day, chance)
    _link_rehires(stays, facts, first_day, last_day, chance)
    return stays


def _chains(posts: pl.DataFrame, first_day: int, last_day: int, chance: Chance) -> Stays:
    size = posts.height
    yearly = posts["staff_group_code"].replace_strict(_ENDINGS_A_YEAR, default=0.16, return_dtype=pl.Float64).to_numpy()
    mean_stay: FloatArray = _YEAR / yearly
    trainee, stable = posts["is_trainee"].to_numpy(), posts["is_stable"].to_numpy()
    registrar = (posts["job_role_code"] == "01035").to_numpy()
    rotations = rotation_days(first_day, last_day)
    vacant = (chance.uniform("vacant at opening", size) < 0.035) & ~trainee & ~stable
    service = np.minimum(chance.waiting_days("service before opening", _MEAN_SERVICE_DAYS, size), int(37 * _YEAR))
    start = np.where(vacant, first_day + chance.waiting_days("first vacancy", _MEAN_VACANCY_DAYS, size),
                     first_day - 1 - service)  # fmt: skip
    start = np.where(trainee, rotations[np.searchsorted(rotations, first_day, side="right") - 1], start)
    parts = []
    opening = ~vacant
    rounds = 5 + (last_day - first_day) // 180
    for round_number in range(rounds):
        topic = f"round {round_number}"
        stay = 12 + chance.waiting_days(topic + " stay", mean_stay, size)
        # A stay that began before the sample has already lasted to the first day; the rest is as long as any other.
        end = np.maximum(start, first_day - 1) + stay
        end = np.where(stable, OPEN_END, end)
        place = np.minimum(np.searchsorted(rotations, start, side="right"), rotations.size - 2)
        stays_on = registrar & (chance.uniform(topic + " second year", size) < 0.4)
        end = np.where(trainee, rotations[place + stays_on] - 1, end)
        parts.append((np.arange(size), start, end, opening))
        gap = chance.waiting_days(topic + " vacancy", _MEAN_VACANCY_DAYS, size)
        gap = np.where(trainee | (chance.uniform(topic + " filled at once", size) < 0.2), 0, np.minimum(gap, 200))
        start, opening = end + 1 + gap, np.zeros(size, dtype=np.bool_)
        if not (start <= last_day).any():
            break
    post, begin, finish, there = (np.concatenate(column) for column in zip(*parts, strict=True))
    kept = begin <= last_day
    finish = np.where(finish > last_day + NOTICE_DAYS, OPEN_END, finish)
    count = int(kept.sum())
    return Stays(
        post[kept], begin[kept], finish[kept], there[kept], np.full(count, -1, dtype=np.int64),
        np.full(count, "external", dtype="<U18"), np.full(count, "", dtype="<U18"),
    )  # fmt: skip


def rotation_days(first_day: int, last_day: int) -> IntArray:
    """List the days on which doctors in training rotate: the first Wednesday of each August."""
    epoch = dt.date(1970, 1, 1)
    years = range((epoch + dt.timedelta(days=first_day)).year - 2, (epoch + dt.timedelta(days=last_day)).year + 4)
    firsts = (dt.date(year, 8, 1) for year in years)
    return np.asarray([day_number(day) + (2 - day.weekday()) % 7 for day in firsts], dtype=np.int64)


def _taken(stays: Stays, order: IntArray) -> Stays:
    return Stays(
        stays.post[order], stays.start[order], stays.end[order], stays.was_there_at_opening[order],
        stays.before[order], stays.route[order], stays.onward[order],
    )  # fmt: skip


@dataclass(frozen=True)
class _PostFacts:
    organisation: IntArray
    family: IntArray
    rank: IntArray
    trainee: BoolArray
    moves: BoolArray


def _post_facts(posts: pl.DataFrame) -> _PostFacts:
    """Say between which posts a person may move: the same profession, or the same staff group and register."""
    profession = pl.col("profession").fill_null("")
    qualified = pl.col("registration_type").fill_null("")
    by_profession = profession + "/" + (qualified != "").cast(pl.String)
    by_group = pl.col("staff_group_code") + "/" + qualified
    family = posts.select(
        pl.when(pl.col("is_trainee")).then(pl.lit("doctor in training"))
        .when(profession != "").then(by_profession).otherwise(by_group)
        .cast(pl.Categorical).to_physical().cast(pl.Int64)
    ).to_series()  # fmt: skip
    moves = (posts["arrangement"] == "substantive") & (posts["staff_group_code"] != "02") & ~posts["is_stable"]
    return _PostFacts(
        posts["organisation"].to_numpy(), family.to_numpy(), posts["rank"].cast(pl.Int64).to_numpy(),
        posts["is_trainee"].to_numpy(), moves.to_numpy(),
    )  # fmt: skip


def _month(day: IntArray) -> IntArray:
    months: IntArray = day.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    return months


def _pair(
    chance: Chance, topic: str, ends: IntArray, end_keys: IntArray, starts: IntArray, start_keys: IntArray
) -> tuple[IntArray, IntArray]:
    """Pair stays that ended with stays that began under the same key, at random."""

    def placed(keys: IntArray, draws: FloatArray) -> tuple[IntArray, IntArray]:
        order = np.lexsort((draws, keys))
        ordered = keys[order]
        first = np.searchsorted(ordered, ordered, side="left")
        return order, ordered * 100_000 + (np.arange(ordered.size) - first)

    end_order, end_places = placed(end_keys, chance.uniform(topic + " ends", ends.size))
    start_order, start_places = placed(start_keys, chance.uniform(topic + " starts", starts.size))
    _, left, right = np.intersect1d(end_places, start_places, assume_unique=True, return_indices=True)
    return ends[end_order[left]], starts[start_order[right]]


def _join(stays: Stays, ended: IntArray, begun: IntArray, route: str) -> None:
    stays.before[begun] = ended
    stays.route[begun] = route
    stays.onward[ended] = route


def _link_internal_moves(stays: Stays, facts: _PostFacts, first_day: int, last_day: int, chance: Chance) -> None:
    may_move = facts.moves[stays.post] & ~facts.trainee[stays.post]
    ends = np.flatnonzero((stays.end >= first_day) & (stays.end < last_day) & may_move)
    ends = ends[chance.uniform("internal moves", ends.size) < 0.62]
    starts = np.flatnonzero(~stays.was_there_at_opening & may_move & (stays.start >= first_day))
    spread = np.int64(4096)

    def key(which: IntArray, days: IntArray) -> IntArray:
        return (facts.organisation[stays.post[which]] * spread + facts.family[stays.post[which]]) * spread + _month(
            days
        )

    ended, begun = _pair(chance, "internal", ends, key(ends, stays.end[ends]), starts, key(starts, stays.start[starts]))
    upward = facts.rank[stays.post[begun]] >= facts.rank[stays.post[ended]]
    lasting = stays.end[begun] > stays.end[ended] + 20
    fits = upward & lasting & (stays.post[ended] != stays.post[begun])
    ended, begun = ended[fits], begun[fits]
    stays.start[begun] = stays.end[ended] + 1
    _join(stays, ended, begun, "internal")


def _free(stays: Stays, facts: _PostFacts, first_day: int, last_day: int) -> tuple[IntArray, IntArray]:
    movable = facts.moves[stays.post]
    ends = np.flatnonzero((stays.end >= first_day) & (stays.end < last_day) & movable & (stays.onward == ""))
    begins = ~stays.was_there_at_opening & movable & (stays.route == "external") & (stays.start >= first_day)
    return ends, np.flatnonzero(begins)


def _link_transfers(stays: Stays, facts: _PostFacts, first_day: int, last_day: int, chance: Chance) -> None:
    ends, starts = _free(stays, facts, first_day, last_day)
    ends = ends[chance.uniform("transfers", ends.size) < 0.3]
    spread = np.int64(4096)

    def key(which: IntArray, days: IntArray) -> IntArray:
        return facts.family[stays.post[which]] * spread + _month(days)

    ended, begun = _pair(chance, "transfer", ends, key(ends, stays.end[ends]), starts, key(starts, stays.start[starts]))
    elsewhere = facts.organisation[stays.post[ended]] != facts.organisation[stays.post[begun]]
    fits = elsewhere & (stays.end[begun] > stays.end[ended] + 20)
    ended, begun = ended[fits], begun[fits]
    stays.start[begun] = np.where(facts.trainee[stays.post[begun]], stays.start[begun], stays.end[ended] + 1)
    _join(stays, ended, begun, "other_organisation")


def _link_rehires(stays: Stays, facts: _PostFacts, first_day: int, last_day: int, chance: Chance) -> None:
    ends, starts = _free(stays, facts, first_day, last_day)
    ends = ends[chance.uniform("rehires", ends.size) < 0.2]
    months_away = chance.whole("months away", 3, 12, ends.size)
    spread = np.int64(4096)

    def key(which: IntArray, months: IntArray) -> IntArray:
        return (facts.organisation[stays.post[which]] * spread + facts.family[stays.post[which]]) * spread + months

    ended, begun = _pair(
        chance, "rehire", ends, key(ends, _month(stays.end[ends]) + months_away),
        starts, key(starts, _month(stays.start[starts])),
    )  # fmt: skip
    fits = ~facts.trainee[stays.post[begun]]
    _join(stays, ended[fits], begun[fits], "rehire")


def first_of_chain(before: IntArray, followed: BoolArray) -> IntArray:
    """Return for each stay the earliest stay of the same person, going back only over the links marked."""
    root = np.arange(before.size)
    step = np.where(followed & (before >= 0), before, root)
    while True:
        further = step[step]
        if np.array_equal(further, step):
            return step
        step = further
