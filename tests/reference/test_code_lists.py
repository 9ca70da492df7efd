"""The lists that come with the workbench: complete, consistent, and as their sources print them."""

from __future__ import annotations

import polars as pl
import pytest

from workbench.errors import ReferenceListError, UnknownName
from workbench.reference import (
    Code,
    JobRole,
    OccupationCode,
    code_list,
    codes_of,
    list_names,
    national_codes,
    reference_list,
    reference_tables,
)


def test_the_lists_hold_as_many_rows_as_their_sources_print() -> None:
    rows = {name: reference_list(name).height for name in ("occupation_code", "job_role", "area_of_work")}
    assert rows == {"occupation_code": 223, "job_role": 318, "area_of_work": 345}
    assert national_codes().height == 442
    assert national_codes()["element"].n_unique() == 38
    matrices = reference_list("occupation_code")["occupation_code"].str.head(1).value_counts().sort("occupation_code")
    assert matrices.rows() == [("A", 41), ("H", 12), ("S", 170)]


def test_the_manuals_groups_hold_the_codes_that_the_review_counts() -> None:
    codes = reference_list("occupation_code").filter(is_currently_valid="True")
    is_s = pl.col("occupation_code").str.starts_with("S")
    qualified = codes.filter(is_s, detailed_staff_group="Allied health professionals")
    support = codes.filter(is_s, detailed_staff_group="Support to AHPs")
    helpers = codes.filter(~is_s, detailed_staff_group="Support to AHPs")
    assert (qualified.height, support.height, helpers.height) == (50, 36, 10)


def test_thirty_occupation_codes_are_retired() -> None:
    assert codes_of("occupation_code")["is_retired"].sum() == 30


def test_every_code_stands_in_exactly_one_main_and_one_detailed_group() -> None:
    codes = reference_list("occupation_code")
    assert codes["occupation_code"].is_unique().all()
    assert set(codes["main_staff_group"]) == {"Professionally qualified clinical staff", "Support to clinical staff"}
    nested = codes.group_by("detailed_staff_group").agg(pl.col("main_staff_group").n_unique())
    assert nested["main_staff_group"].to_list() == [1] * nested.height


def test_the_letter_o_never_stands_in_an_occupation_code() -> None:
    assert not reference_list("occupation_code")["occupation_code"].str.contains("O").any()


@pytest.mark.parametrize("name", list_names())
def test_every_list_says_where_it_is_from_and_holds_each_code_once(name: str) -> None:
    described = code_list(name)
    assert described.title and described.publisher and described.source and described.version and described.licence
    codes = codes_of(name)
    assert codes["code"].drop_nulls().is_unique().all()
    assert codes.select("code", "label").is_unique().all()
    assert codes["label"].null_count() == 0


def test_a_list_that_no_source_publishes_is_empty_and_says_so() -> None:
    for name in ("religion_or_belief", "ethnic_category"):
        assert codes_of(name).is_empty()
        assert "none is checked" in code_list(name).note


def test_leading_noughts_are_kept() -> None:
    assert reference_list("job_role")["job_role_code"].str.len_chars().unique().to_list() == [5]
    assert reference_list("staff_group")["code"].to_list() == [f"{n:02d}" for n in range(1, 11)]


def test_closed_to_new_entrants_is_not_retired() -> None:
    assert not JobRole.get("01009").retired
    assert JobRole.get("01012").retired


def test_retirement_is_read_from_the_text_in_each_of_its_forms() -> None:
    assert Code.get("assignment_status", "04").is_retired
    assert Code.get("registration_body", "12").is_retired  # "(Retired January 2015)"
    assert Code.get("sickness_reason", "02").is_retired  # "- Retired 01 June 2011"
    assert not Code.get("leaving_reason", "14").is_retired  # "Retirement - Age"


def test_one_code_is_found_without_regard_to_case_and_outer_spaces() -> None:
    code = OccupationCode.get(" s4a ")
    assert (code.occupation_code, code.is_qualified, code.is_currently_valid) == ("S4A", True, True)
    assert OccupationCode.find("S8K") is None


def test_a_code_that_is_not_listed_is_refused_with_the_nearest() -> None:
    with pytest.raises(UnknownName, match="No job role named '04099'"):
        JobRole.get("04099")
    with pytest.raises(UnknownName, match=r"No code list named 'job_roles'\. Did you mean `job_role`"):
        reference_list("job_roles")
    assert Code.find("gender", "7") is None


def test_a_list_is_found_by_its_data_element_too() -> None:
    assert code_list("ASSIGNMENT STATUS").name == "assignment_status"
    assert reference_list("EMPLOYMENT CONTRACT TYPE").equals(reference_list("contract_type"))


def test_paths_of_areas_of_work_are_told_apart() -> None:
    labels = codes_of("area_of_work")["label"]
    assert labels.len() == 345
    assert {"Imaging", "Imaging > Clinical Radiology > CT", "Clinical Support > Physiotherapy"} <= set(labels)


def test_the_tables_of_a_snapshot_are_sorted_and_name_the_versions_used() -> None:
    tables = reference_tables()
    assert tables["reference.occupation_code"].schema["is_currently_valid"] == pl.Boolean
    versions = dict(tables["reference.list_version"].select("list", "version").iter_rows())
    assert versions["occupation_code"] == "22.1"
    assert tables["reference.occupation_code_matrix"]["matrix"].to_list() == ["A", "S"]


def test_an_unknown_version_of_a_list_that_has_one_version_is_refused() -> None:
    with pytest.raises(ReferenceListError, match="Version '9' of the list `job_role` is not here"):
        reference_list("job_role", version="9")
