"""What the repository promises about itself: sizes, words it does not use, files it does not carry."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def tracked(*patterns: str) -> list[Path]:
    names = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", *patterns],
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout.split("\0")  # fmt: skip
    return [path for name in names if name and (path := ROOT / name).exists()]


def test_the_top_level_is_the_fixed_one():
    for name in ("notebooks", "workbench", "data/sample", "reports", "environment.yml", "pyproject.toml", "tests",
                 "README.md", "Makefile", "CHANGELOG.md", ".ci/run", "LICENSE", "docs"):  # fmt: skip
        assert (ROOT / name).exists(), name


def test_make_offers_every_promised_target():
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", text, re.MULTILINE))
    assert {"demo", "test", "test-all", "bench", "lab", "serve", "lint", "clean"} <= targets


def test_only_the_sample_is_committed_as_data():
    data = [path for path in tracked("data") if not path.is_relative_to(ROOT / "data" / "sample")]
    assert data == []
    assert [path.name for path in tracked("reports")] == ["README.md"]
    assert tracked("*.duckdb", "*.sqlite", "*.key") == []


def test_no_path_of_one_machine_and_no_package_host_is_written_down():
    banned = re.compile(
        r"/work/|/root/|/home/[a-z]|/tmp/[a-z]|files\.pythonhosted|pypi\.org|deb\.debian|registry\.npmjs"
    )
    offenders = [
        path.relative_to(ROOT).as_posix()
        for path in tracked("*.py", "*.md", "*.toml", "*.yml", "*.lock", "*.sql", "*.ipynb", "Makefile", ".ci")
        if path != Path(__file__) and banned.search(path.read_text(encoding="utf-8"))
    ]
    assert offenders == []


@pytest.mark.parametrize("folder", ["workbench", "benchmarks"])
def test_no_module_grows_past_one_room(folder):
    long = {
        path.relative_to(ROOT).as_posix(): lines
        for path in tracked(f"{folder}/*.py")
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > 420
    }
    assert long == {}


def test_every_link_between_our_pages_leads_somewhere():
    missing = []
    for page in tracked("*.md"):
        for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
            if "://" not in target and not target.startswith("mailto:") and not (page.parent / target).exists():
                missing.append((page.relative_to(ROOT).as_posix(), target))
    assert missing == []
