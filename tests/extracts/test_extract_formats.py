"""Files in every encoding and format that arrives, and the files that cannot be read."""

from __future__ import annotations

import datetime as dt
import gzip
import os
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter

from workbench.errors import ExtractRefused
from workbench.extracts import read_extract


@pytest.mark.parametrize(
    ("encoding", "named"),
    [("utf-8", "utf-8"), ("utf-8-sig", "utf-8-sig"), ("cp1252", "cp1252"), ("utf-16", "utf-16")],
)
def test_text_is_read_in_its_encoding(read, staff, encoding, named):
    text = staff.file(staff.row(position_title="Café nurse – “lead”"), staff.row(assignment_number="3", period="x"))
    got = read(text.encode(encoding))
    assert got.rows["position_title"].to_list() == ["Café nurse – “lead”"]
    assert got.report.encoding == named
    assert got.rejects == [(3, "period", "not_a_date", "row_refused")]


def test_windows_text_with_british_dates_is_read(read, staff):
    row = staff.row(period="30/09/2026", organisation_start_date="01-Apr-2020", position_title="Infirmière")
    got = read(staff.file(row).replace("\n", "\r\n").encode("cp1252"))
    assert got.rows.select("period", "organisation_start_date", "position_title").rows() == [
        (dt.date(2026, 9, 30), dt.date(2020, 4, 1), "Infirmière")
    ]


def test_text_of_no_known_encoding_is_refused(read, staff):
    with pytest.raises(ExtractRefused, match="neither UTF-8 nor Windows-1252"):
        read(staff.file(staff.row(position_title="x")).encode().replace(b"x", b"\x81\x8d"))


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("last", [True, False])
def test_every_kind_of_line_end_is_read(read, staff, line_end, last):
    text = staff.file(staff.row(), "short", staff.row(assignment_number="3"))
    text = text if last else text.removesuffix("\n")
    got = read(text.replace("\n", line_end).encode())
    assert (got.report.rows_accepted, [line for line, *_ in got.rejects]) == (2, [3])


def test_line_ends_of_two_kinds_in_one_file_are_read(read, staff):
    text = f"{staff.header}\r\n{staff.row()}\nshort\r\n{staff.row(assignment_number='3')}\n"
    got = read(text.encode())
    assert (got.report.rows_accepted, [line for line, *_ in got.rejects]) == (2, [3])


@pytest.mark.parametrize(("mark", "named"), [(",", "comma"), (";", "semicolon"), ("\t", "tab"), ("|", "vertical bar")])
def test_the_delimiter_is_found(read, staff, mark, named):
    got = read(staff.file(staff.row()).replace(",", mark))
    assert (got.report.rows_accepted, got.report.delimiter) == (1, named)


def test_the_header_is_found_below_title_rows(read, staff):
    text = f'Staff in post,"as at\n30 September"\n\nRun by,ESR\n{staff.file(staff.row(), staff.row(period="x"))}'
    got = read(text)
    assert got.report.header_line == 5
    assert got.rejects == [(7, "period", "not_a_date", "row_refused")]


def test_a_header_cell_of_two_lines_is_read(read, staff):
    got = read(staff.file(staff.row(), header=staff.header.replace("contracted_fte", '"Contracted\nFTE"')))
    assert got.rows["contracted_fte"].to_list() == [Decimal("0.6")]


def test_a_gzipped_file_is_read(read, staff):
    got = read(gzip.compress(staff.file(staff.row()).encode()), name="staff_in_post.csv.gz")
    assert (got.report.rows_accepted, got.report.format) == (1, "csv.gz")


def test_no_private_copy_is_left_behind(read, staff, tmp_path):
    read(gzip.compress(staff.file(staff.row(position_title="é")).encode("cp1252")), name="staff_in_post.csv.gz")
    assert [path.name for path in (tmp_path / "parts").iterdir()] == ["part.parquet"]


def write_workbook(path: Path, sheets: dict[str, list[list[object]]]) -> None:
    with xlsxwriter.Workbook(path, {"default_date_format": "dd/mm/yyyy"}) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for place, row in enumerate(rows):
                sheet.write_row(place, 0, row)


def workbook_rows(staff) -> list[list[object]]:
    numbers = staff.cells | {
        "period": dt.date(2026, 9, 30),
        "contracted_fte": 0.6,
        "organisation_start_date": dt.datetime(2020, 4, 1),
    }
    return [
        ["Staff in post"],
        [],
        list(staff.cells),
        list(numbers.values()),
        list((numbers | {"assignment_number": "3", "contracted_fte": "none"}).values()),
        [],
        ["Grand Total", *[""] * 9, 1.2],
    ]


def test_a_workbook_is_read_with_real_dates_below_titles_and_without_its_total(read, staff, tmp_path):
    write_workbook(tmp_path / "staff_in_post.xlsx", {"Notes": [["Made for the board"]], "Data": workbook_rows(staff)})
    got = read(None, name="staff_in_post.xlsx")
    assert got.rows.select("period", "organisation_start_date", "contracted_fte").rows() == [
        (dt.date(2026, 9, 30), dt.date(2020, 4, 1), Decimal("0.6"))
    ]
    assert got.rejects == [(5, "contracted_fte", "not_a_number", "row_refused"), (7, None, "total_row", "row_dropped")]
    assert (got.report.sheet, got.report.header_line, got.report.rows_in) == ("Data", 3, 3)


def test_staff_numbers_that_excel_holds_as_numbers_are_told(read, staff, tmp_path):
    rows = workbook_rows(staff)
    rows[3][2] = 1
    write_workbook(tmp_path / "staff_in_post.xlsx", {"Data": rows})
    got = read(None, name="staff_in_post.xlsx")
    assert [notice for notice in got.report.notices if "leading zeros" in notice and "`employee_number`" in notice]


def test_of_several_sheets_that_fit_the_one_named_after_the_extract_is_read(read, staff, tmp_path):
    rows = workbook_rows(staff)
    write_workbook(tmp_path / "staff_in_post.xlsx", {"Old": rows, "Staff in post": rows[:4]})
    assert read(None, name="staff_in_post.xlsx").report.sheet == "Staff in post"
    write_workbook(tmp_path / "staff_in_post.xlsx", {"Old": rows, "New": rows})
    with pytest.raises(ExtractRefused, match="several sheets that read as staff_in_post: 'Old', 'New'"):
        read(None, name="staff_in_post.xlsx")


def test_a_workbook_without_the_right_sheet_is_refused(read, tmp_path):
    write_workbook(tmp_path / "staff_in_post.xlsx", {"Notes": [["Made for the board"], ["Thirty posts"]]})
    with pytest.raises(ExtractRefused, match="none of its first rows holds a known header"):
        read(None, name="staff_in_post.xlsx")


def test_a_workbook_cut_short_is_refused(read, staff, tmp_path):
    path = tmp_path / "staff_in_post.xlsx"
    write_workbook(path, {"Data": workbook_rows(staff)})
    whole = path.read_bytes()
    for length in (4, 100, len(whole) // 2, len(whole) - 10):
        path.write_bytes(whole[:length])
        with pytest.raises(ExtractRefused, match="cut short"):
            read(None, name="staff_in_post.xlsx")


def test_parquet_is_read_whatever_types_it_has(read, staff, tmp_path):
    frame = pl.DataFrame([staff.cells]).with_columns(
        period=pl.lit(dt.date(2026, 9, 30)),
        contracted_fte=pl.lit(0.6),
        primary_assignment=pl.lit(value=True),
        employee_number=pl.lit(12345678.0),
        organisation_start_date=pl.lit(dt.datetime(2020, 4, 1)),
        gender=pl.Series(["Female"], dtype=pl.Categorical),
    )
    frame.write_parquet(tmp_path / "staff_in_post.parquet")
    got = read(None, name="staff_in_post.parquet")
    assert got.rows.select("period", "contracted_fte", "primary_assignment", "gender").rows() == [
        (dt.date(2026, 9, 30), Decimal("0.6"), True, "Female")
    ]
    assert (
        got.rows["person_key"].to_list()
        == read(staff.file(staff.row(employee_number="12345678"))).rows["person_key"].to_list()
    )


def test_a_parquet_file_cut_short_is_refused(read, staff, tmp_path):
    path = tmp_path / "staff_in_post.parquet"
    pl.DataFrame([staff.cells]).write_parquet(path)
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(ExtractRefused, match="cut short"):
        read(None, name="staff_in_post.parquet")


def test_every_format_gives_the_same_rows(read, staff, tmp_path):
    rows = [
        staff.cells | {"assignment_number": str(number), "contracted_fte": fte}
        for number, fte in enumerate(["1", "0.6", "half", "0.25"])
    ]
    plain = read(staff.file(*(",".join(row.values()) for row in rows)))
    pl.DataFrame(rows).write_parquet(tmp_path / "staff_in_post.parquet")
    write_workbook(tmp_path / "staff_in_post.xlsx", {"Data": [list(rows[0]), *(list(row.values()) for row in rows)]})
    for name in ("staff_in_post.parquet", "staff_in_post.xlsx"):
        other = read(None, name=name)
        assert other.rows.equals(plain.rows)
        assert [reject[1:] for reject in other.rejects] == [reject[1:] for reject in plain.rejects]


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        (b"", "staff_in_post.csv", "is empty (0 bytes)"),
        (gzip.compress(b"", mtime=0), "staff_in_post.csv.gz", "empty once unpacked"),
        (gzip.compress(b"organisation_code,period\n" * 9, mtime=0)[:-9], "staff_in_post.csv.gz", "cut-short gzip"),
        (b"organisation_code,period", "staff_in_post.xlsx", "is not what its name says"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 old", "staff_in_post.xls", "old Excel workbook"),
        (b"%PDF-1.7 \x00\x01\x02", "staff_in_post.csv", "is not text"),
        (b"Dear team, please find the figures below.\n", "letter.csv", "is none of the known extracts"),
    ],
)
def test_a_file_that_is_no_extract_is_refused_with_what_to_do(read, content, name, said):
    with pytest.raises(ExtractRefused) as refused:
        read(content, name=name)
    assert said in str(refused.value)
    assert refused.value.exit_code == 2


def test_a_missing_file_is_refused(tmp_path, settings):
    with pytest.raises(ExtractRefused, match="There is no file"):
        read_extract(tmp_path / "gone.csv", tmp_path / "part.parquet", settings=settings)


def test_a_month_without_rows_is_refused_and_a_list_without_rows_is_empty(read, staff):
    with pytest.raises(ExtractRefused, match="a header and no rows"):
        read(staff.file())
    got = read("organisation_code,kind,reason,owner,effective_from\n", name="scope_overrides.csv")
    assert (got.report.rows_in, got.rows.height) == (0, 0)
    assert "No row was accepted; see the rejects." in got.report.notices


def test_a_quotation_mark_that_is_never_closed_refuses_the_file(read, staff):
    with pytest.raises(ExtractRefused, match="not closed on the same line"):
        read(staff.file(staff.row(position_title='"Nurse'), staff.row(), staff.row()))


def test_a_refused_file_leaves_the_part_that_was_there(read, staff, tmp_path):
    read(staff.file(staff.row()))
    before = (tmp_path / "parts" / "part.parquet").read_bytes()
    with pytest.raises(ExtractRefused):
        read(staff.file(staff.row(), header=staff.header.replace("period", "perjod")))
    assert (tmp_path / "parts" / "part.parquet").read_bytes() == before


def test_a_part_can_be_read_only_by_its_owner(read, staff, tmp_path):
    read(staff.file(staff.row()))
    if os.name == "posix":
        assert (tmp_path / "parts" / "part.parquet").stat().st_mode & 0o077 == 0
        assert (tmp_path / "parts").stat().st_mode & 0o077 == 0


def test_lines_hold_across_the_pieces_a_large_file_is_read_in(read, staff):
    # About 30 MB: several of the pieces that DuckDB and the count of rows take the file in.
    bad = {5, 60_000, 149_999}
    rows = [
        staff.row(
            assignment_number=str(number),
            contracted_fte="?" if number in bad else "1",
            position_title='"' + "long, " * 20 + '"',
        )
        for number in range(150_000)
    ]
    rows[70_000] = "short"
    got = read(staff.file(*rows))
    assert got.report.rejects["line"].to_list() == [7, 60_002, 70_002, 150_001]
    assert got.report.rows_accepted == 150_000 - 4
