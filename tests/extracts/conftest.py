"""Extract files written out in full beside what is expected of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import polars as pl
import pytest

from workbench.extracts import ReadReport, read_extract
from workbench.settings import Settings


@dataclass(frozen=True)
class Read:
    """What came of reading a file: the report, and the rows of the part."""

    report: ReadReport
    rows: pl.DataFrame

    @property
    def rejects(self) -> list[tuple[int, str | None, str, str]]:
        """Line, column, rule and severity of each reject."""
        return self.report.rejects.select("line", "column_name", "rule", "severity").rows()


@dataclass(frozen=True)
class Staff:
    """Writes staff-in-post files: a right row, but for the cells a test names."""

    cells: dict[str, str] = field(
        default_factory=lambda: {
            "organisation_code": "XAA",
            "period": "2026-09-30",
            "employee_number": "00000001",
            "assignment_number": "00000001-2",
            "primary_assignment": "Y",
            "assignment_status": "Active Assignment",
            "contract_type": "Permanent",
            "position_title": "Physiotherapist",
            "cost_centre": "C1",
            "staff_group": "Nursing",
            "contracted_fte": "0.6",
            "organisation_start_date": "2020-04-01",
        }
    )

    @property
    def header(self) -> str:
        return ",".join(self.cells)

    def row(self, **differences: str) -> str:
        return ",".join((self.cells | differences).values())

    def file(self, *rows: str, header: str | None = None) -> str:
        return "\n".join([header or self.header, *rows]) + "\n"

    def with_column(self, name: str, value: str) -> str:
        """A file of one row that also carries another column."""
        return f"{self.header},{name}\n{self.row()},{value}\n"


@pytest.fixture
def staff() -> Staff:
    return Staff()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "home", key_file=tmp_path / "keys" / "own.key", reports=tmp_path / "reports")


@pytest.fixture
def read(tmp_path: Path, settings: Settings) -> Callable[..., Read]:
    """Write a file as given (text, bytes, or nothing when it is already there) and read it."""

    def read_file(
        content: str | bytes | None, name: str = "staff_in_post.csv", contract: str | None = None, **changes: object
    ) -> Read:
        source = tmp_path / name
        if content is not None:
            source.write_bytes(content.encode() if isinstance(content, str) else content)
        part = tmp_path / "parts" / "part.parquet"
        report = read_extract(source, part, settings=replace(settings, **changes), contract=contract)
        return Read(report, pl.read_parquet(part))

    return read_file
