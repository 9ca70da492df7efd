"""Sets of standards as data: levels, standards, their clauses, and the indicators that go with them.

The set of June 2019 comes with the workbench. A user adds another one, or another edition, as a TOML file in the folder
that `standard_sets` below `[attainment]` names; no code is needed. docs/standard_sets.md holds a template.
"""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Mapping
from dataclasses import MISSING, dataclass, fields
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, TypeVar, get_args

from workbench.errors import SettingsError, unknown_name

OWN_SETS = Path(__file__).parent / "standard_sets"
DEFAULT_SET = "e_job_planning_2019"

Kind = Literal["evidence", "computed", "both"]
ClauseScope = Literal["trust", "local"]
Frequency = Literal["", "monthly", "quarterly", "annually"]
Sign = Literal["<", "<=", ">", ">="]
_Record = TypeVar("_Record")


@dataclass(frozen=True)
class Test:
    """A printed threshold: a sign and a percentage, compared in whole numbers.

    "At least 90%" and "more than 90%" differ at exactly 90%, and no rounding may decide between them.
    """

    __test__ = False  # not a test of pytest's

    sign: Sign
    per_cent: int

    def __post_init__(self) -> None:
        _one_of("sign of a test", self.sign, get_args(Sign))
        if isinstance(self.per_cent, bool) or not isinstance(self.per_cent, int) or not 0 <= self.per_cent <= 100:
            raise SettingsError(f"`per_cent` of a test is a whole number from 0 to 100: received {self.per_cent!r}.")

    def met(self, numerator: int, denominator: int) -> bool | None:
        """Say whether a share passes; None where the denominator is zero, which is not applicable and never 0%."""
        if denominator == 0:
            return None
        share, limit = 100 * numerator, self.per_cent * denominator
        return {"<": share < limit, "<=": share <= limit, ">": share > limit, ">=": share >= limit}[self.sign]

    @property
    def words(self) -> str:
        """The threshold in words: "at least 90%", and "all" for at least 100%."""
        if (self.sign, self.per_cent) == (">=", 100):
            return "all"
        words = {"<": "less than", "<=": "at most", ">": "more than", ">=": "at least"}
        return f"{words[self.sign]} {self.per_cent}%"


@dataclass(frozen=True)
class Clause:
    """One thing that a standard asks for.

    Attributes:
        id: the standard's number and a letter of ours: `1.4a`.
        asks: what is asked, in our own words.
        kind: `evidence` (a person judges), `computed` (the extracts decide), `both` (both must hold).
        scope: `trust` (judged once) or `local` (judged for each group and team).
        test: the printed threshold; none where the value is shown and a person judges it.
        window_months: calendar months that a computed clause looks back.
        valid_months: how long a judgement holds where its record does not say.
        frequency: how often something has to happen; `recommended_frequency` blocks nothing.
        meeting: the kind of meeting that shows it happened, `needs_sample` and `attendance` what its record must hold.
        covers_groups: whether a record lists the groups it covers.
        rests_on: standards that have to be met for it.
        conditional: when the clause may be set aside by a recorded decision; empty: never.
        computed_by: which computation answers the computed half.
    """

    id: str
    asks: str
    kind: Kind
    scope: ClauseScope
    test: Test | None = None
    window_months: int = 12
    valid_months: int | None = None
    frequency: Frequency = ""
    recommended_frequency: Frequency = ""
    meeting: str = ""
    needs_sample: bool = False
    attendance: tuple[str, ...] = ()
    covers_groups: bool = False
    rests_on: tuple[str, ...] = ()
    conditional: str = ""
    computed_by: str = ""

    def __post_init__(self) -> None:
        _one_of(f"kind of clause {self.id}", self.kind, get_args(Kind))
        _one_of(f"scope of clause {self.id}", self.scope, get_args(ClauseScope))
        _one_of(f"frequency of clause {self.id}", self.frequency, get_args(Frequency))
        _one_of(f"recommended_frequency of clause {self.id}", self.recommended_frequency, get_args(Frequency))
        if (self.kind == "evidence") == bool(self.computed_by):
            raise SettingsError(
                f"Clause {self.id!r} of kind {self.kind!r} "
                f"{'names a computation' if self.computed_by else 'names no computation'}: `computed_by` belongs to "
                "the kinds computed and both, and to these only."
            )
        if self.kind == "computed" and self.test is None:
            raise SettingsError(
                f"Clause {self.id!r} is computed and has no `test`: give a threshold, or make it kind both, so that a "
                "person judges the value."
            )


@dataclass(frozen=True)
class Standard:
    """A numbered standard of a level, met when all its clauses are met or accepted as not applicable."""

    id: str
    level: int
    title: str
    clauses: tuple[Clause, ...]


@dataclass(frozen=True)
class Level:
    """A level of attainment; level n needs every standard of the levels 1 to n."""

    level: int
    title: str
    summary: str


@dataclass(frozen=True)
class Indicator:
    """A key performance indicator that the set asks to be reported, with the aim as printed."""

    id: str
    label: str
    broken_down_by: str
    monitored_at: str
    reported: Frequency
    aim: str


@dataclass(frozen=True)
class StandardSet:
    """One edition of a set of standards.

    Attributes:
        judged_valid_months: how long a judgement holds where neither its record nor its clause says so.
    """

    id: str
    title: str
    edition: str
    publisher: str
    judged_valid_months: int
    levels: tuple[Level, ...]
    standards: tuple[Standard, ...]
    indicators: tuple[Indicator, ...] = ()

    @cached_property
    def clauses(self) -> Mapping[str, Clause]:
        """All clauses by their id, in order."""
        return {clause.id: clause for standard in self.standards for clause in standard.clauses}

    @property
    def highest_level(self) -> int:
        """The level beyond which there is none."""
        return max(level.level for level in self.levels)

    def standard_of(self, clause: str) -> Standard:
        """Return the standard that a clause belongs to.

        Raises:
            UnknownName: the set has no such clause.
        """
        for standard in self.standards:
            if any(one.id == clause for one in standard.clauses):
                return standard
        raise unknown_name("clause", clause, self.clauses)

    def of_level(self, level: int) -> tuple[Standard, ...]:
        """List the standards of one level."""
        return tuple(standard for standard in self.standards if standard.level == level)


def standard_sets(folder: Path | None = None, *, computations: Collection[str] | None = None) -> dict[str, StandardSet]:
    """Read the sets that come with the workbench, and the user's own.

    Args:
        folder: where the user's sets lie; a set of the same id replaces the workbench's.
        computations: names that `computed_by` may have; not checked where left out.

    Raises:
        SettingsError: a file is not TOML, or the set in it is not whole; the message names file and place.
    """
    if folder is not None and not folder.is_dir():
        raise SettingsError(f"The folder of standard sets does not exist: received {str(folder)!r}.")
    paths = [*sorted(OWN_SETS.glob("*.toml")), *(sorted(folder.glob("*.toml")) if folder else ())]
    sets = {}
    for path in paths:
        found = read_standard_set(path)
        for clause in found.clauses.values():
            if computations is not None and clause.computed_by and clause.computed_by not in computations:
                problem = unknown_name(f"computation of clause {clause.id}", clause.computed_by, computations)
                raise SettingsError(f"{path.name}: {problem}")
        sets[found.id] = found
    return sets


def read_standard_set(path: Path) -> StandardSet:
    """Read one set and check that it is whole.

    Raises:
        SettingsError: what is wrong, and where.
    """
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
        raise SettingsError(f"{path.name} cannot be read as a standard set: {problem}.") from None
    try:
        found = _set(values)
        _check(found)
    except SettingsError as problem:
        raise SettingsError(f"{path.name}: {problem}") from None
    return found


def _set(values: dict[str, Any]) -> StandardSet:
    standards = []
    for entry in _entries(values, "standards"):
        clauses = tuple(_clause(clause) for clause in _entries(entry, "clauses"))
        standards.append(_made(Standard, {**entry, "clauses": clauses}))
    return _made(
        StandardSet,
        {
            **values,
            "levels": tuple(_made(Level, entry) for entry in _entries(values, "levels")),
            "standards": tuple(standards),
            "indicators": tuple(_made(Indicator, entry) for entry in values.get("indicators", [])),
        },
    )


def _clause(values: dict[str, Any]) -> Clause:
    given = {name: tuple(value) if isinstance(value, list) else value for name, value in values.items()}
    if "test" in given:
        given["test"] = _made(Test, given["test"])
    return _made(Clause, given)


def _made(kind: type[_Record], values: Any) -> _Record:
    """Make a record from a TOML table; names that it does not have and names that are missing are told."""
    if not isinstance(values, dict):
        raise SettingsError(f"A {kind.__name__.lower()} is a table of names and values: received {values!r}.")
    known = {field.name: field for field in fields(kind)}  # type: ignore[arg-type]
    where = f" in {kind.__name__.lower()} {values.get('id', values.get('level', ''))!r}"
    for name in values:
        if name not in known:
            raise SettingsError(f"{unknown_name('setting' + where, name, known)}")
    missing = [name for name, field in known.items() if field.default is MISSING and name not in values]
    if missing:
        raise SettingsError(f"Missing{where}: {', '.join(missing)}.")
    return kind(**values)


def _entries(values: dict[str, Any], name: str) -> list[dict[str, Any]]:
    entries = values.get(name)
    if not isinstance(entries, list) or not entries:
        raise SettingsError(f"There must be at least one entry [[{name}]]: received {entries!r}.")
    return entries


def _check(found: StandardSet) -> None:
    ids = [standard.id for standard in found.standards]
    clauses = [clause.id for standard in found.standards for clause in standard.clauses]
    once = {"standard": ids, "clause": clauses, "level": [str(level.level) for level in found.levels]}
    for name, listed in once.items():
        twice = sorted({one for one in listed if listed.count(one) > 1})
        if twice:
            raise SettingsError(f"Each {name} stands once: received more than one of {', '.join(twice)}.")
    steps = sorted(level.level for level in found.levels)
    if steps != list(range(len(steps))) or len(steps) < 2:
        raise SettingsError(f"Levels count up from 0 without a gap, and there are at least two: received {steps}.")
    for standard in found.standards:
        if standard.level not in steps[1:]:
            raise SettingsError(f"Standard {standard.id!r} belongs to no level from 1 up: received {standard.level!r}.")
    bare = [step for step in steps[1:] if not found.of_level(step)]
    if bare:
        raise SettingsError(f"A level without a standard would be met by everyone: received none for {bare}.")
    for clause in found.clauses.values():
        for standard_id in clause.rests_on:
            if standard_id not in ids:
                raise SettingsError(str(unknown_name(f"standard that clause {clause.id} rests on", standard_id, ids)))


def _one_of(what: str, value: str, allowed: Collection[str]) -> None:
    if value not in allowed:
        shown = ", ".join(repr(one) for one in allowed)
        raise SettingsError(f"The {what} is one of {shown}: received {value!r}.")
