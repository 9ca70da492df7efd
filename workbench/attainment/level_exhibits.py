"""What the attainment page shows about levels: how far each group is, what lapses, and when a level falls."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

import polars as pl

from workbench.attainment.attained import Attainment, attainment_at
from workbench.attainment.forward_look import DAYS_AHEAD, ForwardLook, forward_look
from workbench.attainment.levels import TRUST, Attained
from workbench.disclosure import Policy, release
from workbench.exhibits import Column, Exhibit, ExhibitRequest
from workbench.exhibits.cells import shown_number
from workbench.exhibits.charts import Series, compare_dots
from workbench.periods import shown_date
from workbench.warehouse.snapshot import Snapshot

if TYPE_CHECKING:
    from workbench.workbench import Workbench

WHOLE_TRUST = "Trust"
UNIT = "level of attainment, 0 to 4"
#: The highest level of the set that comes with the workbench: the end of the scale.
HIGHEST = 4
_SEQUENTIAL = (
    "Levels are sequential: Level n needs every standard of the levels 1 to n. The trust's level is not a mean of its "
    "groups'."
)
_NO_DATA = "no register of job plans or no staff list is loaded"

#: Levels worked out before, by snapshot: a snapshot never changes.
_KEPT: WeakKeyDictionary[Snapshot, dict[tuple[object, ...], tuple[Attainment, ForwardLook]]] = WeakKeyDictionary()


def level_ladder(workbench: Workbench, request: ExhibitRequest) -> Exhibit:
    """Which level have the trust and its groups reached, and what blocks the next?"""
    found, look = looked(workbench, request)
    stamp = workbench.stamp(request.organisation, request.as_at)
    table, withheld, notes = _ladder(found, look, workbench.policy)
    last = DAYS_AHEAD[-1]
    drawing = compare_dots(
        table,
        category="rung",
        series=[Series("level", "Level now"), Series(f"in_{last}", f"In {last} days, if nothing is renewed")],
        unit=UNIT,
        subject="Level of attainment of the trust and its professional groups",
        stamp=stamp,
        scale_to=HIGHEST,
    )
    return Exhibit(
        id="level_ladder",
        question="Which level have the trust and its groups reached, and what blocks the next?",
        title=ladder_title(found),
        caption=(
            f"Level of attainment on {shown_date(request.as_at)} by {found.standards.title}, {found.standards.edition}."
        ),
        table=table,
        columns=(
            Column("scope", "Trust or group"),
            Column("in_scope", "People in scope", "count", "people"),
            Column("level", "Level", "count"),
            Column("blocking", "Standards that block the next level"),
            Column(f"in_{last}", f"Level in {last} days, if nothing is renewed", "count"),
        ),
        figure=drawing.figure,
        alt=drawing.alt,
        measures=("attainment_level",),
        notes=(_SEQUENTIAL, *notes),
        stamp=stamp,
        withheld=withheld,
    )


def forward_look_exhibit(workbench: Workbench, request: ExhibitRequest) -> Exhibit:
    """What lapses next, and when does a level fall?"""
    found, look = looked(workbench, request)
    stamp = workbench.stamp(request.organisation, request.as_at)
    table, withheld, notes = _ladder(found, look, workbench.policy)
    drawing = compare_dots(
        table,
        category="scope",
        series=[Series("level", "Now"), *(Series(f"in_{days}", f"In {days} days") for days in DAYS_AHEAD)],
        unit=UNIT,
        subject="Level of attainment if nothing is renewed",
        stamp=stamp,
        scale_to=HIGHEST,
    )
    return Exhibit(
        id="forward_look",
        question="What lapses next, and when does a level fall?",
        title=_forward_title(found, look),
        caption=(
            f"Levels from {shown_date(request.as_at)} on if no plan, meeting or piece of evidence is renewed. Leavings "
            "entered by then are applied, announced starters are not."
        ),
        table=table,
        columns=(
            Column("scope", "Trust or group"),
            Column("level", "Level now", "count"),
            *(Column(f"in_{days}", f"In {days} days", "count") for days in DAYS_AHEAD),
            Column("fall", "When it falls"),
        ),
        figure=drawing.figure,
        alt=drawing.alt,
        measures=("attainment_level",),
        notes=(*_lapses(look), *_plans_lapsing(look, workbench.policy), *notes),
        stamp=stamp,
        withheld=withheld,
    )


def looked(workbench: Workbench, request: ExhibitRequest) -> tuple[Attainment, ForwardLook]:
    """Return the levels of a date and the look ahead from it, worked out once per snapshot."""
    kept = _KEPT.setdefault(workbench.snapshot, {})
    key = (request.organisation, request.as_at, workbench.settings.theme_settings("attainment").get("standard_sets"))
    if key not in kept:
        found = attainment_at(workbench.snapshot, workbench.settings, request.organisation, request.as_at)
        kept[key] = (found, forward_look(found))
    return kept[key]


def _ladder(found: Attainment, look: ForwardLook, policy: Policy) -> tuple[pl.DataFrame, int, tuple[str, ...]]:
    """List trust and groups with their levels; the levels of a scope with too few people go with its count."""
    rows = [
        _rung(found, look, scope, one)
        for scope, one in found.attained.items()
        if scope == TRUST or scope.startswith("group:")
    ]
    levels = ["level", *(f"in_{days}" for days in DAYS_AHEAD)]
    schema = {"scope": pl.String, "in_scope": pl.Int64, "blocking": pl.String, "fall": pl.String, "rung": pl.String}
    table = pl.DataFrame(rows, schema=schema | dict.fromkeys(levels, pl.Int64), orient="row")
    released = release(table, policy=policy, people=["in_scope"], within=("scope",), total=WHOLE_TRUST)
    # a count that is withheld to protect another one says nothing about its own level
    hidden = pl.col("in_scope_status") == "primary"
    gone = "not_applicable" if found.found is not None else "no_data"
    told = released.table.with_columns(
        *(pl.when(~hidden).then(name).alias(name) for name in levels),
        *(
            pl.when(hidden)
            .then(pl.lit("primary"))
            .when(pl.col(name).is_null())
            .then(pl.lit(gone))
            .otherwise(pl.lit("shown"))
            .alias(f"{name}_status")
            for name in levels
        ),
        *(pl.when(hidden).then(pl.lit("[c]")).otherwise(name).alias(name) for name in ("blocking", "fall")),
        rung=pl.when(hidden).then("scope").otherwise("rung"),
    )
    return told, released.withheld, released.notes


def _rung(found: Attainment, look: ForwardLook, scope: str, one: Attained) -> dict[str, object]:
    name = WHOLE_TRUST if scope == TRUST else scope.removeprefix("group:")
    people = None
    if found.found is not None:
        posts = found.found.coverage.posts
        own = posts if scope == TRUST else posts.filter(pl.col("professional_group") == name)
        people = own["person_key"].n_unique()
    blocking = ", ".join(one.blocking)
    fall = look.words(scope) if found.found is not None else ""
    return {
        "scope": name,
        "in_scope": people,
        "blocking": blocking,
        "fall": fall,
        "rung": f"{name} (blocked by {blocking})" if blocking else name,
        "level": one.level,
        **{f"in_{days}": look.levels[scope].get(days) for days in DAYS_AHEAD},
    }


def ladder_title(found: Attainment) -> str:
    """Say in one sentence which level the trust has reached and which standards block the next."""
    trust = found.attained[TRUST]
    if found.found is None:
        return f"Level of attainment: {_NO_DATA}"
    if trust.level is None:
        return "Level of attainment: nobody is in scope"
    title = {level.level: level.title.lower() for level in found.standards.levels}[trust.level]
    if not trust.blocking:
        return f"The trust is at Level {trust.level} ({title}), the highest there is"
    return f"The trust is at Level {trust.level} ({title}); {listed(trust.blocking)} Level {trust.level + 1}"


def listed(blocking: tuple[str, ...]) -> str:
    """Name the standards that block, with their verb."""
    return f"standard {blocking[0]} blocks" if len(blocking) == 1 else f"standards {', '.join(blocking)} block"


def _forward_title(found: Attainment, look: ForwardLook) -> str:
    if found.found is None:
        return f"What lapses next: {_NO_DATA}"
    first = next((lapse for lapse in look.lapses if lapse.scope == TRUST), None)
    lapse = "" if first is None else f"; clause {first.clause} lapses next, after {shown_date(first.last_day)}"
    return f"The trust's level {look.words()}{lapse}"


def _lapses(look: ForwardLook) -> tuple[str, ...]:
    trust = [lapse for lapse in look.lapses if lapse.scope == TRUST]
    teams = [lapse for lapse in look.lapses if lapse.scope.startswith("team:")]
    told = "; ".join(f"{lapse.clause} holds until {shown_date(lapse.last_day)}" for lapse in trust)
    notes = [f"Evidence of the trust that lapses within {look.days} days: {told or 'none'}."]
    if teams:
        number = len({lapse.scope for lapse in teams})
        first = shown_date(teams[0].last_day)
        notes.append(f"Evidence of {number} teams lapses within {look.days} days, the first of it after {first}.")
    return tuple(notes)


def _plans_lapsing(look: ForwardLook, policy: Policy) -> tuple[str, ...]:
    if look.today[TRUST] is None:
        return ()
    counts = pl.DataFrame({"days": list(look.plans_lapsing), "people": list(look.plans_lapsing.values())})
    rows = release(counts, policy=policy, people=["people"]).table.iter_rows(named=True)
    told = ", ".join(
        f"{'[c]' if row['people'] is None else shown_number(row['people'])} within {row['days']} days" for row in rows
    )
    return (f"People whose active plan lapses if it is not renewed: {told}.",)


LEVEL_EXHIBITS: dict[str, Callable[[Workbench, ExhibitRequest], Exhibit]] = {
    "level_ladder": level_ladder,
    "forward_look": forward_look_exhibit,
}
