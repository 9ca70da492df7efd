"""However the months come, the spells are the same."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from workbench.settings import Settings
from workbench.warehouse import Warehouse

MONTHS = ("2026-06-30", "2026-07-31", "2026-08-31")
MARTS = ("person_spell", "assignment_spell", "active_spell", "person_group_change", "organisation_month")


def write(path: Path, month: str, band: str) -> None:
    row = {
        "organisation_code": "XAA", "period": month, "assignment_status": "Active Assignment",
        "contract_type": "Permanent", "staff_group": "Allied Health Professionals", "job_role": "Physiotherapist",
        "primary_assignment": "Y", "contracted_fte": "1", "service": "Therapies",
        "organisation_start_date": "2020-04-01",
        "position_title": "Physiotherapist", "directorate": "Medicine", "team": "Ward team", "cost_centre": "4410",
        "occupation_code": "S1E", "date_of_birth": "1980-01-31",
    }  # fmt: skip
    people = [("101", "Band 5"), ("102", band)] + [("103", "Band 6")] * (month != MONTHS[1])
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, [*row, "employee_number", "assignment_number", "pay_band"])
        writer.writeheader()
        writer.writerows(row | {"employee_number": n, "assignment_number": n, "pay_band": b} for n, b in people)


@pytest.fixture(scope="module")
def months(tmp_path_factory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("months")
    files = {month: folder / f"staff_in_post_{month}.csv" for month in MONTHS}
    for month, path in files.items():
        write(path, month, "Band 6" if month == MONTHS[2] else "Band 5")
    files["first sent wrong"] = folder / "staff_in_post_wrong.csv"
    write(files["first sent wrong"], MONTHS[1], "Band 9")
    return files


def spells(tmp_path: Path, key: Path, loads: list[list[Path]]) -> list:
    settings = Settings(home=tmp_path, key_file=key, reports=tmp_path)
    for paths in loads:
        report = Warehouse(settings).load(paths)
        assert [outcome.status for outcome in report.outcomes] == ["loaded"] * len(paths)
    with Warehouse(settings).open() as snapshot:
        return [snapshot.sql(f"select * from marts.{mart}").rows() for mart in MARTS]


def test_months_in_any_order_or_sent_again_end_in_the_same_spells(tmp_path, months):
    key = tmp_path / "keys" / "key"
    in_order = [months[month] for month in MONTHS]
    at_once = spells(tmp_path / "one", key, [in_order])
    backwards_and_again = spells(
        tmp_path / "two", key, [[in_order[2]], [months["first sent wrong"]], [in_order[0]], [in_order[1]]]
    )
    assert at_once == backwards_and_again
    people = at_once[0]
    # 101 unchanged throughout; 102 changes band in August; 103 is away in July.
    assert len(people) == 1 + 2 + 2
