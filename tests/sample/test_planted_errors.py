"""The answer key points at what was planted, and the reader finds each planted row and no other."""

import collections
import gzip
from pathlib import Path

import polars as pl
import pytest

from workbench.extracts import read_extract
from workbench.settings import Settings

SAMPLE = Path(__file__).parents[2] / "data" / "sample"
NOT_EXTRACTS = {"planted.csv", "README.md", ".gitattributes"}


@pytest.fixture(scope="module")
def key():
    return pl.read_csv(SAMPLE / "planted.csv", infer_schema=False)


@pytest.fixture(scope="module")
def reports(tmp_path_factory):
    home = tmp_path_factory.mktemp("planted")
    settings = Settings(home=home / "home", key_file=home / "keys" / "pseudonyms.key", reports=home / "reports")
    files = [path for path in sorted(SAMPLE.iterdir()) if path.is_file() and path.name not in NOT_EXTRACTS]
    return {path.name: read_extract(path, home / f"{path.name}.parquet", settings=settings) for path in files}


def test_the_reader_finds_every_planted_row_and_no_other(key, reports):
    rows = key.filter((pl.col("kind") == "row") & (pl.col("rule") != "identical_row"))
    expected = {
        (one["file"], int(one["key"]), one["where"] or None, one["rule"], one["severity"])
        for one in rows.iter_rows(named=True)
    }
    found = {
        (name, one["line"], one["column_name"], one["rule"], one["severity"])
        for name, report in reports.items()
        for one in report.rejects.iter_rows(named=True)
    }
    assert found == expected


def test_identical_rows_are_planted_once_and_found_once(key, reports):
    identical = key.filter(pl.col("rule") == "identical_row")
    repeated = {name: report.rows_repeated for name, report in reports.items() if report.rows_repeated}
    assert repeated == dict(identical.group_by("file").len().iter_rows())


def test_every_file_is_recognised_as_its_extract_with_all_headers_known(reports):
    assert {name: report.unknown_headers for name, report in reports.items() if report.unknown_headers} == {}
    assert {report.extract for report in reports.values()} >= {
        "staff_in_post",
        "ledger",
        "service_list",
        "organisations",
    }
    assert len({report.extract for report in reports.values()}) == 19


def test_files_come_in_every_format_and_encoding(reports):
    assert {report.format for report in reports.values()} >= {"csv", "xlsx", "parquet"}
    assert {"utf-8", "cp1252"} <= {report.encoding for report in reports.values()}


def lines_of(file: str) -> list[str]:
    content = (SAMPLE / file).read_bytes()
    return (gzip.decompress(content) if file.endswith(".gz") else content).decode("cp1252").splitlines()


def test_a_planted_cell_stands_on_the_line_that_the_key_names(key):
    wanted = {"organisation_start_date": "31/02/2026", "contracted_hours": "n/k", "period": "2026-09-29"}
    rows = key.filter((pl.col("file") == "XAA_staff_in_post_2026-09.csv") & pl.col("where").is_in(list(wanted)))
    assert rows.height >= len(wanted)
    lines = lines_of("XAA_staff_in_post_2026-09.csv")
    assert all(wanted[one["where"]] in lines[int(one["key"]) - 1] for one in rows.iter_rows(named=True))


def test_planted_codes_stand_in_the_records_that_the_key_names(key):
    history = pl.read_csv(SAMPLE / "XAA_staff_in_post_2024-04_2026-08.csv.gz", infer_schema=False)
    expected = {
        "SAT is retired and grouped as other scientific staff": "SAT",
        "SOE is written with the letter O": "SOE",
    }
    coded = key.filter(pl.col("what_should_be_found").is_in(list(expected)) & (pl.col("kind") == "code"))
    assert coded.height == len(expected)
    for one in coded.iter_rows(named=True):
        codes = history.filter(pl.col("assignment_number") == one["key"])["occupation_code"].unique().to_list()
        assert codes == [expected[one["what_should_be_found"]]]


def test_every_kind_of_error_is_planted(key):
    rules = collections.Counter(key["rule"])
    catalogue = {f"{family}{number}" for family, count in
                 {"COD": 4, "CON": 9, "POS": 5, "MUL": 4, "HIE": 4, "LST": 3, "EST": 3, "REG": 5, "POP": 2}.items()
                 for number in range(1, count + 1)}  # fmt: skip
    reading = {"not_a_date", "not_a_number", "not_yes_no", "required_missing", "period_not_month_end", "too_few_cells",
               "too_many_cells", "key_repeated_differently", "identical_row", "total_row", "unknown_code",
               "retired_code"}  # fmt: skip
    assert (catalogue | reading) - set(rules) == set()


def test_about_one_in_twenty_allied_health_professionals_is_hidden(key, reports):
    hidden = key.filter(pl.col("rule") == "POP1")["key"].n_unique()
    listed = sum(report.rows_accepted for report in reports.values() if report.extract == "service_list")
    assert 0.03 < hidden / listed < 0.09


def test_every_entry_names_a_file_of_the_sample(key):
    assert {name for name in key["file"].unique() if not (SAMPLE / name).is_file()} == set()
