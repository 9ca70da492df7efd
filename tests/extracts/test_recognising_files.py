"""Which extract a file is taken for, and how its headers are matched."""

from __future__ import annotations

from pathlib import Path

import pytest

from workbench.errors import ExtractRefused, NotAnExtract, SettingsError, UnknownName
from workbench.extracts import contract_named, contracts, recognise
from workbench.extracts.contracts import FOLDER, ContractError, read_contract
from workbench.extracts.header_maps import HeaderMaps, folded, is_personal, spellings_of

EXTRACTS = [
    "absence",
    "attainment_evidence",
    "compliance",
    "costing_splits",
    "job_plan_activities",
    "job_plans",
    "leavers",
    "ledger",
    "organisation_changes",
    "organisations",
    "published_absence",
    "registrations",
    "review_meetings",
    "roster_sessions",
    "roster_templates",
    "scope_overrides",
    "self_service",
    "service_list",
    "shared_service_agreements",
    "staff_in_post",
    "starters",
]


def test_there_is_a_contract_for_every_extract():
    assert list(contracts()) == EXTRACTS


@pytest.mark.parametrize("extract", EXTRACTS)
def test_an_extract_is_recognised_by_its_name_and_by_its_headers(tmp_path, extract):
    header = ",".join(column.name for column in contract_named(extract).columns)
    for name in (f"XAA_{extract}_2026-09.csv", "download (3).csv"):
        path = tmp_path / name
        path.write_text(header + "\n", encoding="utf-8")
        assert recognise(path).name == extract


@pytest.mark.parametrize("extract", EXTRACTS)
def test_an_extract_is_recognised_by_the_headers_that_suppliers_use(tmp_path, extract):
    other = {name: text for text, name in spellings_of(contract_named(extract)).items()}
    path = tmp_path / "download.csv"
    path.write_text(",".join(f'"{text}"' for text in other.values()) + "\n", encoding="utf-8")
    assert recognise(path).name == extract


def test_a_published_file_is_recognised():
    path = Path(__file__).parents[2] / "data" / "sample"
    published = sorted(path.rglob("nhs_sickness_absence_*.csv"))
    assert published, "the sample carries the published absence files"
    assert {recognise(file).name for file in published} == {"published_absence"}


@pytest.mark.parametrize(
    ("header", "known"),
    [
        ("EMPLOYEE NUMBER", True),
        ("employee-number", True),
        ("Emp. No.", True),
        (" Employee  Number ", True),
        ("Nr", False),
    ],
)
def test_headers_are_matched_without_regard_to_case_spaces_and_punctuation(header, known):
    match = HeaderMaps().match(contract_named("starters"), [header])
    assert ("employee_number" in match.columns) is known


def test_a_missing_required_column_refuses_the_file_and_names_the_nearest_header(read, staff):
    with pytest.raises(ExtractRefused) as refused:
        read(staff.file(staff.row(), header=staff.header.replace("position_title", "Posn Titel")))
    message = str(refused.value)
    assert "lacks 1 required column: position_title" in message
    assert "'Posn Titel' looks like `position_title`" in message
    assert "Found: organisation_code, period," in message
    assert "Expected: organisation_code, period," in message


def test_an_unknown_header_is_reported_with_the_nearest_and_left_out(read, staff):
    got = read(staff.with_column("Contracted hrs", "37.5"))
    assert got.report.unknown_headers == ("Contracted hrs",)
    assert [notice for notice in got.report.notices if "'Contracted hrs'" in notice and "`contracted_hours`" in notice]
    assert got.report.rows_accepted == 1


def test_columns_that_the_file_does_not_have_are_listed(read, staff):
    got = read(staff.file(staff.row()))
    assert "pay_band" in got.report.absent_columns
    assert "period" not in got.report.absent_columns


def test_two_headers_for_one_column_are_refused_unless_one_is_its_own_name(read, staff):
    with pytest.raises(ExtractRefused, match="`pay_band` by 'Grade', 'AfC Band'"):
        read(f"{staff.header},Grade,AfC Band\n{staff.row()},5,6\n")
    got = read(f"{staff.header},Grade,Pay Band\n{staff.row()},5,6\n")
    assert got.rows["pay_band"].to_list() == ["6"]
    assert got.report.unknown_headers == ("Grade",)


def test_headers_that_fit_two_extracts_equally_are_refused(tmp_path):
    path = tmp_path / "download.csv"
    path.write_text("organisation_code,period,employee_number\n", encoding="utf-8")
    with pytest.raises(ExtractRefused, match="could be compliance or self_service"):
        recognise(path)
    assert recognise(path, only_contract="compliance").name == "compliance"
    with pytest.raises(UnknownName, match="compliance"):
        recognise(path, only_contract="complience")


def test_a_file_named_after_the_wrong_extract_is_refused_with_the_right_one(tmp_path):
    path = tmp_path / "starters.csv"
    path.write_text("organisation_code,employee_number,leaving_date,leaving_reason\n", encoding="utf-8")
    with pytest.raises(ExtractRefused, match="Its headers are those of leavers"):
        recognise(path)


def test_a_file_without_a_header_row_is_refused_without_showing_its_rows(tmp_path):
    path = tmp_path / "download.csv"
    path.write_text("SMITH,00000017,01/02/1970,Nurse\nJONES,00000018,01/02/1971,Nurse\n", encoding="utf-8")
    with pytest.raises(NotAnExtract) as refused:
        recognise(path)
    assert "SMITH" not in str(refused.value)
    assert "00000017" not in str(refused.value)


def test_the_users_header_map_is_added_to_ours(read, staff, settings):
    settings.header_maps.mkdir(parents=True)
    (settings.header_maps / "staff_in_post.toml").write_text('cost_centre = ["Kostenstelle"]\n', encoding="utf-8")
    got = read(staff.file(staff.row(), header=staff.header.replace("cost_centre", "KOSTENSTELLE")))
    assert got.rows["cost_centre"].to_list() == ["C1"]


def test_a_single_sign_off_date_may_stand_for_two_columns(read, settings):
    settings.header_maps.mkdir(parents=True)
    (settings.header_maps / "job_plans.toml").write_text(
        'review_date = ["Signed"]\napproval_date = ["Signed"]\n', encoding="utf-8"
    )
    header = "organisation_code,plan_id,employee_number,professional_group,system,status,start_date,Signed"
    got = read(f"{header}\nXAA,P1,1,AHP,software,approved,2026-04-01,2026-03-02\n", name="job_plans.csv")
    assert got.rows.select("review_date", "approval_date").row(0)[0] == got.rows["approval_date"][0]
    assert str(got.rows["review_date"][0]) == "2026-03-02"


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("staff_in_post.toml", 'cost_center = ["x"]', "Did you mean `cost_centre`"),
        ("staff.toml", 'cost_centre = ["x"]', "is named after no extract"),
        ("staff_in_post.toml", 'cost_centre = "x"', "write `cost_centre ="),
        ("staff_in_post.toml", "cost_centre = [", "cannot be read"),
    ],
)
def test_a_header_map_that_is_wrong_is_refused(tmp_path, name, text, said):
    (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError) as refused:
        HeaderMaps(tmp_path)
    assert said in str(refused.value)


@pytest.mark.parametrize("extract", EXTRACTS)
def test_no_spelling_stands_for_two_columns(extract):
    contract = contract_named(extract)
    texts = [folded(text) for text in spellings_of(contract)]
    assert len(texts) == len(set(texts))
    assert HeaderMaps().match(contract, [column.name for column in contract.columns]).fits


@pytest.mark.parametrize(
    ("header", "personal"),
    [
        ("Surname", True),
        ("First Name", True),
        ("LAST_NAME", True),
        ("Employee Name", True),
        ("SupervisorName", True),
        ("Name", True),
        ("NI Number", True),
        ("National Insurance No", True),
        ("Home Address Line 1", True),
        ("Post Code", True),
        ("Postcode", True),
        ("E-mail", True),
        ("Work Email Address", True),
        ("Mobile", True),
        ("Bank Account Number", True),
        ("Sort Code", True),
        ("Cost Centre Name", False),
        ("Unit Name", False),
        ("Post Number", False),
        ("Opening Balance", False),
        ("Unionised", False),
    ],
)
def test_personal_columns_are_known_by_their_headers(header, personal):
    assert is_personal(header) is personal


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (('type = "d"', 'type = "x"'), "has type 'x'"),
        (('key = ["organisation_code"', 'key = ["organization_code"'), "needs columns that it does not have"),
        (('list = "EMPLOYMENT HISTORY LEAVING REASON", ', ""), "a code column needs a list"),
        (('name = "notice_date"', 'name = "leaving_date"'), "names a column twice"),
        (('resend = "record"', 'resend = "never"'), "has resend 'never'"),
        (('grain = "', 'grian = "'), "lacks 'grain'"),
        (('title = "', 'extra = 1\ntitle = "'), "holds what no contract has: \\['extra'\\]"),
        (('personal = "employee_number"', 'personal = "shoe_size"'), "personal as 'shoe_size'"),
    ],
)
def test_a_contract_that_contradicts_itself_is_refused(tmp_path, change, said):
    text = (FOLDER / "leavers.toml").read_text(encoding="utf-8")
    assert change[0] in text
    (tmp_path / "leavers.toml").write_text(text.replace(*change, 1), encoding="utf-8")
    with pytest.raises(ContractError, match=said):
        read_contract(tmp_path / "leavers.toml")


def test_the_data_dictionary_is_the_one_written_from_the_contracts():
    from workbench.extracts.dictionary import text

    kept = Path(__file__).parents[2] / "docs" / "data_dictionary.md"
    assert kept.read_text(encoding="utf-8") == text()
