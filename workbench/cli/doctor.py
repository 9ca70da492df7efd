"""`workbench doctor`: what is installed, what is missing and what to do about it."""

from __future__ import annotations

import os
import re
import shutil
import stat
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from workbench.settings import Settings

ROOT = Path(__file__).parents[2]
FREE_DISK_WANTED = 2 * 2**30


@dataclass(frozen=True)
class Finding:
    """One line of the doctor's answer: `ok`, `attention` (work goes on) or `prevents work`."""

    subject: str
    state: str
    says: str


@click.command()
@click.pass_obj
def doctor(settings: Settings) -> int:
    """Check what is installed, what is missing and what to do about it.

    Exit code 0 unless something is found that prevents work.
    """
    from workbench.cli.tables import aligned

    findings = examine(settings)
    click.echo(aligned(("", "", ""), [(f.state, f.subject, f.says) for f in findings], widest=400).lstrip("\n"))
    prevented = [finding for finding in findings if finding.state == "prevents work"]
    click.echo(f"\n{len(prevented)} things prevent work." if prevented else "\nNothing prevents work.")
    return int(bool(prevented))


def examine(settings: Settings) -> list[Finding]:
    """Look at everything the workbench needs, one finding each; a look that fails is itself a finding."""
    looks: tuple[Callable[[Settings], Iterator[Finding]], ...] = (
        _python,
        _packages,
        _browser,
        _home,
        _disk,
        _snapshot,
        _key,
        _vault,
    )
    findings: list[Finding] = []
    for look in looks:
        try:
            findings.extend(look(settings))
        except Exception as problem:
            findings.append(Finding(look.__name__.strip("_"), "attention", f"cannot tell ({type(problem).__name__})"))
    return findings


def _python(settings: Settings) -> Iterator[Finding]:
    del settings
    yield Finding("Python", "ok", f"{sys.version.split()[0]} at {sys.executable}")


def _packages(settings: Settings) -> Iterator[Finding]:
    del settings
    try:
        yield Finding("DuckDB", "ok", version("duckdb"))
    except PackageNotFoundError:
        yield Finding("DuckDB", "prevents work", "not installed. Install the workbench again: see the README")
        return
    lock = ROOT / "requirements" / "runtime.lock"
    if not lock.exists():
        yield Finding("packages", "ok", "no lock file beside this installation, so versions are not compared")
        return
    # A package may be locked in several versions, one for each version of Python.
    locked: dict[str, list[str]] = {}
    for name, wanted in re.findall(r"^([A-Za-z0-9_.-]+)==([^ ;\\]+)", lock.read_text(encoding="utf-8"), re.M):
        locked.setdefault(name, []).append(wanted)
    differing = []
    for name, wanted_versions in locked.items():
        try:
            have = version(name)
        except PackageNotFoundError:
            continue  # the lock serves every system; some packages are only for others
        if have not in wanted_versions:
            differing.append(f"{name} {have} (locked {' or '.join(wanted_versions)})")
    if differing:
        shown = ", ".join(differing[:4]) + (f" and {len(differing) - 4} more" if len(differing) > 4 else "")
        yield Finding("packages", "attention", f"not as locked: {shown}. `make demo` installs the locked ones")
    else:
        yield Finding("packages", "ok", "as locked in requirements/runtime.lock")


def _browser(settings: Settings) -> Iterator[Finding]:
    del settings
    from workbench.serving.browsers import find_browser

    found = find_browser()
    if found:
        yield Finding("browser", "ok", str(found))
    else:
        yield Finding(
            "browser", "attention", "no Chromium, Chrome or Edge found: dashboards and PDF packs need one; install one"
        )


def _home(settings: Settings) -> Iterator[Finding]:
    home = settings.home
    try:
        home.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=home):
            pass
    except OSError as problem:
        yield Finding(
            "home", "prevents work", f"{home} cannot be written ({problem.strerror}). Choose another with --home"
        )
        return
    yield Finding("home", "ok", f"{home} can be written")


def _disk(settings: Settings) -> Iterator[Finding]:
    place = next(folder for folder in (settings.home, *settings.home.parents) if folder.exists())
    free = shutil.disk_usage(place).free
    text = f"{free / 2**30:,.1f} GiB free"
    if free < FREE_DISK_WANTED:
        yield Finding("disk", "attention", f"{text}: a load needs room for a second snapshot; make room")
    else:
        yield Finding("disk", "ok", text)


def _snapshot(settings: Settings) -> Iterator[Finding]:
    from workbench.errors import SnapshotError
    from workbench.extracts import file_sha256
    from workbench.warehouse import Warehouse

    warehouse = Warehouse(settings)
    listed = warehouse.snapshots()
    current = next((manifest for manifest, is_current in listed if is_current), None)
    if not listed:
        yield Finding("snapshot", "attention", "nothing loaded yet: `workbench load FOLDER`, or try `workbench demo`")
        return
    if current is None:
        yield Finding(
            "snapshot",
            "prevents work",
            f"the current one is missing: `workbench snapshots use {listed[0][0].snapshot_id}`",
        )
        return
    try:
        whole = file_sha256(warehouse.snapshot_file(current.snapshot_id)) == current.file_sha256
        warehouse.open().close()
    except SnapshotError as problem:
        yield Finding("snapshot", "prevents work", str(problem))
        return
    if whole:
        yield Finding("snapshot", "ok", f"{current.snapshot_id} is whole, byte for byte; {len(listed)} kept")
    else:
        yield Finding(
            "snapshot",
            "prevents work",
            f"{current.snapshot_id} was changed after it was published. Choose another: `workbench snapshots use ID`",
        )


def _key(settings: Settings) -> Iterator[Finding]:
    if not settings.key_file.exists():
        if settings.vault.exists():
            says = f"{settings.key_file} is missing but the vault was made with it: put it back from its backup"
            yield Finding("pseudonym key", "prevents work", says)
        else:
            yield Finding("pseudonym key", "ok", f"will be made by the first load, at {settings.key_file}")
        return
    if settings.key_file.is_relative_to(settings.home):
        says = f"{settings.key_file} lies inside the data folder: move it out and set `key_file`"
        yield Finding("pseudonym key", "attention", says)
        return
    yield _private("pseudonym key", settings.key_file)


def _vault(settings: Settings) -> Iterator[Finding]:
    if settings.vault.exists():
        yield _private("vault", settings.vault)
    else:
        yield Finding("vault", "ok", f"will be made by the first load, at {settings.vault}")


def _private(subject: str, path: Path) -> Finding:
    # Windows keeps permissions in access lists that this mode does not show.
    open_to_others = os.name == "posix" and stat.S_IMODE(path.stat().st_mode) & 0o077
    if open_to_others:
        return Finding(subject, "attention", f"others on this machine may read {path}: run `chmod 600 {path}`")
    return Finding(subject, "ok", f"{path}, for its owner alone")
