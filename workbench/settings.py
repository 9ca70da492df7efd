"""Where things are kept and which thresholds apply.

Settings come from defaults, then `workbench.toml` (or the file named by `--config` or `WORKBENCH_CONFIG`), then
`WORKBENCH_*` variables. They are read once, checked, and never change while a command runs.
"""

from __future__ import annotations

import hashlib
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from workbench.errors import SettingsError, nearest

AUDIENCES = ("analyst", "lead", "board")


@dataclass(frozen=True)
class DisclosureThresholds:
    """What an audience may see of small numbers.

    `smallest_shown` is the smallest count of people that is shown; counts from 1 to one below it are withheld.
    `round_to` rounds what is shown (0: not rounded). These are house choices, to be confirmed with the
    information governance lead; they are not an NHS rule.
    """

    smallest_shown: int
    round_to: int = 0
    zero_is_disclosive: bool = False

    def __post_init__(self) -> None:
        if self.smallest_shown < 1 or self.round_to < 0:
            raise SettingsError(
                "A disclosure threshold must be at least 1 and `round_to` at least 0: received "
                f"smallest_shown = {self.smallest_shown!r}, round_to = {self.round_to!r}."
            )


def _default_thresholds() -> dict[str, DisclosureThresholds]:
    return {
        "analyst": DisclosureThresholds(smallest_shown=1),
        "lead": DisclosureThresholds(smallest_shown=5),
        "board": DisclosureThresholds(smallest_shown=8, round_to=5),
    }


@dataclass(frozen=True)
class Settings:
    """Everything a command needs to know about this installation."""

    home: Path
    key_file: Path
    reports: Path
    stale_after_days: int = 35
    snapshots_kept: int = 12
    disclosure: Mapping[str, DisclosureThresholds] = field(default_factory=_default_thresholds)
    themes: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def theme_settings(self, theme: str) -> Mapping[str, Any]:
        """What stands below `[<theme>]` in the settings file, as read; the theme itself checks names and values."""
        return self.themes.get(theme, {})

    @property
    def warehouse(self) -> Path:
        """Folder of snapshots and accepted extracts."""
        return self.home / "warehouse"

    @property
    def landing(self) -> Path:
        """Folder where extract files are put before loading."""
        return self.home / "landing"

    @property
    def vault(self) -> Path:
        """The file that maps pseudonyms back to staff numbers; no analysis opens it."""
        return self.home / "vault" / "vault.sqlite"

    @property
    def header_maps(self) -> Path:
        """Folder of the user's own header maps, added to those that come with the workbench."""
        return self.home / "header_maps"

    @property
    def reference_lists(self) -> Path:
        """Folder of newer code lists that the user has accepted."""
        return self.home / "reference"

    @classmethod
    def load(cls, config: Path | str | None = None, home: Path | str | None = None) -> Settings:
        """Read the settings for this command.

        Raises:
            SettingsError: the file is missing, is not TOML, or holds a setting that does not exist.
        """
        values = _from_file(config)
        for name in ("home", "key_file", "reports"):
            if text := os.environ.get(f"WORKBENCH_{name.upper()}"):
                values[name] = text
        if home is not None:
            values["home"] = str(home)
        root = Path(str(values.get("home", "data"))).expanduser().resolve()
        key_file = values.get("key_file")
        return cls(
            home=root,
            key_file=Path(str(key_file)).expanduser().resolve() if key_file else default_key_file(root),
            reports=Path(str(values.get("reports", "reports"))).expanduser().resolve(),
            stale_after_days=_whole_number("stale_after_days", values.get("stale_after_days", cls.stale_after_days)),
            snapshots_kept=_whole_number("snapshots_kept", values.get("snapshots_kept", cls.snapshots_kept)),
            disclosure=_thresholds(values.get("disclosure", {})),
            themes=_themes(values),
        )


def default_key_file(home: Path) -> Path:
    """Return where the pseudonym key of a warehouse lies when no other place is set.

    The key stays out of the data folder: whoever copies the data must not thereby hold the key. The name is
    derived from the warehouse's place, so that two warehouses on one machine have two keys.
    """
    import platformdirs

    name = hashlib.sha256(str(home).encode()).hexdigest()[:12]
    return Path(platformdirs.user_config_dir("workforce-workbench", appauthor=False)) / f"pseudonyms-{name}.key"


def _theme_names() -> set[str]:
    """Themes are found by their shape, so that a new one brings its settings without a change here."""
    return {path.parent.name for path in Path(__file__).parent.glob("*/dashboard.py")}


def _themes(values: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    themes = {name: values[name] for name in sorted(_theme_names() & values.keys())}
    for name, received in themes.items():
        if not isinstance(received, dict):
            raise SettingsError(f"The settings of `{name}` stand below a heading `[{name}]`: received {received!r}.")
    return themes


def _from_file(config: Path | str | None) -> dict[str, Any]:
    named = config or os.environ.get("WORKBENCH_CONFIG")
    path = Path(named) if named else Path("workbench.toml")
    if not path.exists():
        if named:
            raise SettingsError(f"There is no settings file at {str(path)!r}. Check `--config` or WORKBENCH_CONFIG.")
        return {}
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
        raise SettingsError(f"The settings file {str(path)!r} cannot be read: {problem}.") from None
    known = {"home", "key_file", "reports", "stale_after_days", "snapshots_kept", "disclosure"} | _theme_names()
    for name in values:
        if name not in known:
            close = nearest(name, known)
            hint = f" Did you mean `{close[0]}`?" if close else f" Allowed: {', '.join(sorted(known))}."
            raise SettingsError(f"The settings file {str(path)!r} holds `{name}`, which is not a setting.{hint}")
    return values


def _thresholds(received: Mapping[str, Any]) -> dict[str, DisclosureThresholds]:
    thresholds = _default_thresholds()
    for audience, values in received.items():
        if audience not in AUDIENCES:
            raise SettingsError(f"No audience named {audience!r}. Allowed: {', '.join(AUDIENCES)}.")
        try:
            thresholds[audience] = replace(thresholds[audience], **values)
        except TypeError:
            allowed = "smallest_shown, round_to, zero_is_disclosive"
            raise SettingsError(
                f"The disclosure settings of {audience!r} hold a name that is not one of: {allowed}."
            ) from None
    return thresholds


def _whole_number(name: str, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise SettingsError(f"`{name}` must be a whole number of at least 1: received {value!r}.")
    return value
