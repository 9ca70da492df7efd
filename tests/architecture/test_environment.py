"""The three places that name dependencies say the same: pyproject.toml, the locks and environment.yml."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def folded(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def locked(name: str) -> dict[str, str]:
    text = (ROOT / "requirements" / f"{name}.lock").read_text(encoding="utf-8")
    return {folded(m[1]): m[2] for m in re.finditer(r"^([\w.-]+)==([^\s;\\]+)", text, re.MULTILINE)}


def direct(requirements: list[str]) -> set[str]:
    return {folded(re.match(r"[\w.-]+", requirement)[0]) for requirement in requirements}


def environment_pins() -> dict[str, str]:
    text = (ROOT / "environment.yml").read_text(encoding="utf-8")
    return {folded(m[1]): m[2] for m in re.finditer(r"^\s+- ([\w.-]+)==(\S+)$", text, re.MULTILINE)}


def test_every_direct_dependency_is_locked():
    assert direct(PROJECT["dependencies"]) <= locked("runtime").keys()
    assert direct(PROJECT["optional-dependencies"]["dev"]) <= locked("dev").keys()


def test_the_test_environment_adds_to_the_runtime_and_changes_nothing():
    runtime, dev = locked("runtime"), locked("dev")
    assert {name: dev.get(name) for name in runtime} == runtime


def test_the_conda_environment_is_equal_to_the_lock():
    runtime = locked("dev")
    expected = {name: runtime[name] for name in direct(PROJECT["dependencies"]) | {"nbval"}}
    assert environment_pins() == expected


def test_every_locked_package_carries_hashes_and_no_address():
    for name in ("build", "runtime", "dev"):
        text = (ROOT / "requirements" / f"{name}.lock").read_text(encoding="utf-8")
        assert "://" not in text
        assert not re.search(r"--(extra-)?index-url|--find-links", text)
        entries = re.split(r"^(?=[\w.-]+==)", text, flags=re.MULTILINE)[1:]
        assert entries and all("--hash=sha256:" in entry for entry in entries)


@pytest.mark.parametrize(
    ("package", "floor", "why"),
    [
        ("voila", (0, 5, 6), "any file could be read through /static"),
        ("jupyter-server", (2, 21, 0), "the token could reach the log"),
        ("nbconvert", (7, 17, 1), "a cell could write outside its folder"),
    ],
)
def test_no_locked_version_is_below_its_security_floor(package, floor, why):
    version = tuple(int(part) for part in locked("runtime")[package].split(".")[:3])
    assert version >= floor, why


def test_duckdb_is_the_version_that_was_tested():
    assert locked("runtime")["duckdb"] == "1.5.5"


def test_the_slow_grammar_package_stays_out():
    assert "rfc3987-syntax" not in locked("runtime")


def test_every_direct_dependency_is_justified_in_a_line():
    text = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")
    justified = {folded(m[1]) for m in re.finditer(r"^\| `([\w.-]+)` \| \S.{10,}", text, re.MULTILINE)}
    assert justified == direct(PROJECT["dependencies"]) | direct(PROJECT["optional-dependencies"]["dev"])
