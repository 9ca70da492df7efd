"""Targets that an organisation has set itself; none is published for the measures of this theme.

They stand below `[retention.targets]` in `workbench.toml`:

    [retention.targets.sickness_absence_rate]
    value = 4.5

    [retention.targets.leaver_rate]
    value = 12
    better = "lower"
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from workbench.benchmarking.xmr import Improvement
from workbench.errors import SettingsError, unknown_name
from workbench.measures.catalogue import find_measure
from workbench.settings import Settings

_BETTER: dict[str, Improvement] = {"higher": "increase", "lower": "decrease"}
_DIRECTIONS: dict[str, Improvement] = {
    "higher is better": "increase",
    "lower is better": "decrease",
    "neither": "neither",
}


@dataclass(frozen=True)
class Aim:
    """Which way a measure should move, and the value it should reach where the organisation has set one."""

    improvement: Improvement
    target: float | None = None


def aim_of(measure: str, settings: Settings) -> Aim:
    """Return the direction that a measure's record gives and the target the settings set, if any.

    A target for a measure whose record says "neither" must name the better side itself: whether fewer leavers are
    better is the organisation's judgement, not ours.

    Raises:
        SettingsError: a target without a number, or without the better side where the record does not give it.
    """
    direction = _DIRECTIONS[find_measure(measure).direction]
    targets = settings.theme_settings("retention").get("targets", {})
    if not isinstance(targets, Mapping):
        raise SettingsError(f"Targets stand below `[retention.targets.<measure>]`: received {targets!r}.")
    if measure not in targets:
        return Aim(direction)
    return _checked(measure, targets[measure], direction)


def check_targets(settings: Settings, measures: tuple[str, ...]) -> None:
    """Refuse targets of measures that are not judged here: a misspelt one would be passed over in silence.

    Raises:
        SettingsError: a target names another measure.
    """
    for name in settings.theme_settings("retention").get("targets", {}):
        if name not in measures:
            raise SettingsError(str(unknown_name("measure with a target of the retention page", name, measures)))


def _checked(measure: str, given: Any, direction: Improvement) -> Aim:
    where = f"[retention.targets.{measure}]"
    if not isinstance(given, Mapping) or not {"value"} <= set(given) <= {"value", "better"}:
        raise SettingsError(f"`{where}` takes `value` and `better`: received {given!r}.")
    value, better = given["value"], given.get("better", "")
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise SettingsError(f"`value` below `{where}` must be a number: received {value!r}.")
    if better and better not in _BETTER:
        raise SettingsError(f"`better` below `{where}` is {better!r}. Allowed: higher, lower.")
    if not better and direction == "neither":
        raise SettingsError(f'Say below `{where}` which side is better: `better = "lower"` or `better = "higher"`.')
    return Aim(_BETTER[better] if better else direction, float(value))
