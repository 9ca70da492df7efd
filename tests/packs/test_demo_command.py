"""The demo makes packs of the sample, does no harm twice, and keeps away from anybody's own data."""

from pathlib import Path

import pytest

from workbench.cli import main
from workbench.warehouse import Warehouse


def run(home: Path) -> int:
    with pytest.raises(SystemExit) as ended:
        main(["--home", str(home), "demo"])
    return int(ended.value.code or 0)


def test_the_demo_makes_a_pack_for_each_organisation_and_a_second_run_changes_nothing(
    sample_settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    reports = tmp_path / "reports"
    monkeypatch.setenv("WORKBENCH_REPORTS", str(reports))
    monkeypatch.setenv("WORKBENCH_KEY_FILE", str(sample_settings.key_file))
    assert run(sample_settings.home) == 0
    said = capsys.readouterr()
    assert str(reports / "index.html") in said.out and "workbench serve" in said.out
    packs = sorted(reports.glob("2026-27Q2/*/board_pack.html"))
    assert [pack.parent.name for pack in packs] == ["XAA", "XBB", "XCC"]
    first = {path: (path.stat().st_mtime_ns, path.read_bytes()) for path in reports.rglob("board_pack.html")}
    assert run(sample_settings.home) == 0
    assert {path: (path.stat().st_mtime_ns, path.read_bytes()) for path in packs} == first
    assert "Everything was loaded before" in capsys.readouterr().err


def test_the_demo_does_not_load_invented_staff_beside_an_organisation_of_your_own(
    own_settings, write_extract, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("WORKBENCH_KEY_FILE", str(own_settings.key_file))
    own = write_extract("staff_in_post_RZZ", [{"organisation_code": "RZZ"}])
    loaded = Warehouse(own_settings).load([own])
    assert loaded.snapshot_id is not None
    assert run(own_settings.home) == 1
    assert "serves RZZ, which the sample does not hold" in capsys.readouterr().err
    assert [manifest.snapshot_id for manifest, _ in Warehouse(own_settings).snapshots()] == [loaded.snapshot_id]
