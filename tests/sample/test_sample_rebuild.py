"""The same numbers and seed give the same sample, and the committed one is what the recorded seed gives."""

import gzip
import io
from pathlib import Path

import polars as pl
import pytest
from python_calamine import CalamineWorkbook

from workbench.errors import ParameterError
from workbench.sample import build_sample
from workbench.sample.build import make_workforce

SAMPLE = Path(__file__).parents[2] / "data" / "sample"
MIB = 1024 * 1024


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir()) if path.is_file()}


@pytest.mark.parametrize("format", [None, "csv", "parquet"])
def test_building_twice_gives_the_same_bytes(tmp_path, format):
    for name in ("one", "two"):
        build_sample(tmp_path / name, organisations=3, staff=240, months=5, format=format)
    assert contents(tmp_path / "one") == contents(tmp_path / "two")


def test_another_seed_gives_another_sample(tmp_path):
    build_sample(tmp_path / "one", staff=60, months=2, seed=1, format="csv")
    build_sample(tmp_path / "two", staff=60, months=2, seed=2, format="csv")
    assert contents(tmp_path / "one") != contents(tmp_path / "two")


def test_the_committed_sample_is_what_the_recorded_seed_gives(tmp_path):
    build_sample(tmp_path)
    rebuilt, committed = contents(tmp_path), contents(SAMPLE)
    committed.pop(".gitattributes")
    assert rebuilt.keys() == committed.keys()
    # Compressors differ in their bytes from platform to platform; what they carry must not.
    differing = [name for name in rebuilt if carried(name, rebuilt[name]) != carried(name, committed[name])]
    assert differing == []


def carried(name: str, content: bytes) -> object:
    if name.endswith(".gz"):
        return gzip.decompress(content)
    if name.endswith(".parquet"):
        return pl.read_parquet(content).rows()
    if name.endswith(".xlsx"):
        return CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
    return content


def test_the_committed_sample_takes_at_most_six_mebibytes():
    assert sum(path.stat().st_size for path in SAMPLE.rglob("*") if path.is_file()) <= 6 * MIB


@pytest.mark.parametrize(("organisations", "staff", "months"), [(1, 20, 1), (2, 100, 3), (5, 300, 14)])
def test_small_and_odd_samples_can_be_built(tmp_path, organisations, staff, months):
    summary = build_sample(tmp_path, organisations=organisations, staff=staff, months=months)
    assert summary.rows["organisations"] == organisations
    assert summary.rows["staff_in_post"] > 0


@pytest.mark.parametrize(
    "asked", [{"staff": 3}, {"months": 0}, {"organisations": 0}, {"organisations": 27}, {"format": "xml"}]
)
def test_what_cannot_be_built_is_said(tmp_path, asked):
    with pytest.raises(ParameterError, match="received"):
        build_sample(tmp_path, **asked)


def test_staff_in_post_follows_the_number_asked_for():
    rows = make_workforce(3, 1000, 3, 7).extracts["staff_in_post"]
    people = rows.select("period", "organisation_code", "employee_number").unique().group_by("period").len()
    assert people["len"].is_between(900, 1250).all()
