"""Find a browser on this machine that tests and screenshots can drive."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

NAMES = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "microsoft-edge",
    "microsoft-edge-stable",
    "msedge",
)


def find_browser(environment: Mapping[str, str] = os.environ) -> Path | None:
    """Return the Chromium, Chrome or Edge of this machine, or None where there is none.

    `WORKBENCH_BROWSER` names one that lies elsewhere. Nothing is downloaded: where no browser is found, what needs
    one says so and does without.
    """
    named = environment.get("WORKBENCH_BROWSER")
    if named:
        return Path(named) if Path(named).is_file() else None
    for name in NAMES:
        if found := shutil.which(name, path=environment.get("PATH")):
            return Path(found)
    return next((path for path in _usual_places(environment) if path.is_file()), None)


def _usual_places(environment: Mapping[str, str]) -> Iterator[Path]:
    """Name where Windows and macOS keep browsers, which are not on the search path there."""
    for variable in ("PROGRAMFILES", "PROGRAMFILES(X86)", "LOCALAPPDATA"):
        if folder := environment.get(variable):
            yield Path(folder) / "Google" / "Chrome" / "Application" / "chrome.exe"
            yield Path(folder) / "Microsoft" / "Edge" / "Application" / "msedge.exe"
    for application in ("Google Chrome", "Chromium", "Microsoft Edge"):
        yield Path("/Applications") / f"{application}.app" / "Contents" / "MacOS" / application
