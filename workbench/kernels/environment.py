"""The environment and settings that a kernel starts with."""

from __future__ import annotations

import datetime as dt
import json
import os
from collections.abc import Mapping
from pathlib import Path

from workbench.settings import Settings

# The one kernel that every notebook runs on: the Python that the workbench is installed in.
KERNELSPEC = {"display_name": "Python 3", "language": "python", "name": "python3"}

# What a Python process needs to start on Linux, macOS and Windows. Everything else that happens to be in the
# environment of the person or server who starts us stays out: tokens and passwords live there.
PASSED_ON = frozenset(
    [
        "PATH", "HOME", "USER", "LOGNAME", "LANG", "LANGUAGE", "TZ", "TMPDIR", "TEMP", "TMP", "VIRTUAL_ENV",
        "CONDA_PREFIX", "PYTHONPATH", "PYTHONHOME", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "SYSTEMROOT",
        "SYSTEMDRIVE", "WINDIR", "COMSPEC", "PATHEXT", "USERPROFILE", "APPDATA", "LOCALAPPDATA",
        "PROGRAMDATA", "NUMBER_OF_PROCESSORS", "POLARS_MAX_THREADS",
    ]
)  # fmt: skip


def kernel_environment(settings: Settings, folder: Path) -> dict[str, str]:
    """Return the environment of a kernel that reads the same warehouse under the same thresholds as we do.

    The settings in force, wherever they came from, are written to a file in `folder` that the kernel reads. The
    place of the pseudonym key is left out: no notebook needs it. A person's own IPython start-up files are left
    out too, since they could change a report.
    """
    folder.mkdir(parents=True, exist_ok=True)
    settings_file = folder / "workbench.toml"
    settings_file.write_text(_as_toml(settings), encoding="utf-8")
    passed = {name: value for name, value in os.environ.items() if name.upper() in PASSED_ON or name.startswith("LC_")}
    return passed | {
        "WORKBENCH_CONFIG": str(settings_file),
        "IPYTHONDIR": str(folder / "ipython"),
        "PYTHONUTF8": "1",
        "PYDEVD_DISABLE_FILE_VALIDATION": "1",
        # plotly picks a browser where it finds no notebook, and then draws nothing without saying so.
        "PLOTLY_RENDERER": "plotly_mimetype",
    }


def _as_toml(settings: Settings) -> str:
    """Write settings in the form of `workbench.toml`; a JSON string is also a TOML string."""

    def quoted(value: object) -> str:
        return json.dumps(str(value), ensure_ascii=False)

    lines = [
        f"home = {quoted(settings.home)}",
        f"reports = {quoted(settings.reports)}",
        f"stale_after_days = {settings.stale_after_days}",
        f"snapshots_kept = {settings.snapshots_kept}",
    ]
    for audience, threshold in sorted(settings.disclosure.items()):
        lines += [
            "",
            f"[disclosure.{audience}]",
            f"smallest_shown = {threshold.smallest_shown}",
            f"round_to = {threshold.round_to}",
            f"zero_is_disclosive = {str(threshold.zero_is_disclosive).lower()}",
        ]
    for theme, choices in sorted(settings.themes.items()):
        lines += ["", f"[{theme}]", *(f"{name} = {_toml_value(value)}" for name, value in choices.items())]
    return "\n".join(lines) + "\n"


def _toml_value(value: object) -> str:
    """Write one value of a settings file, as it was read."""
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{json.dumps(name)} = {_toml_value(one)}" for name, one in value.items()) + " }"
    if isinstance(value, list):
        return f"[{', '.join(_toml_value(one) for one in value)}]"
    if isinstance(value, str) and value and Path(value).expanduser().is_file():
        # A kernel starts in another folder, so a file is named in full.
        value = Path(value).expanduser().resolve()
    if isinstance(value, bool | int | float):
        return str(value).lower()
    return str(value) if isinstance(value, dt.date | dt.time) else json.dumps(str(value), ensure_ascii=False)
