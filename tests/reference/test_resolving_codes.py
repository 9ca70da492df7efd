"""Reading codes and labels as exports write them."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.errors import ReferenceListError, UnknownName
from workbench.reference import STATUSES, code_aliases, codes_of, fold, list_names, resolve
from workbench.settings import Settings

DRAMA_THERAPY = "Clinical Support > Art/Music/Drama Therapy > Drama Therapy"


def read(name: str, text: str, settings: Settings | None = None) -> tuple[str | None, str, str]:
    return resolve(name, [text], settings).select("code", "label", "status").row(0)


@pytest.mark.parametrize(
    ("text", "status", "label"),
    [
        ("S1E", "known", "S1E"),
        (" s1e", "known", "S1E"),
        ("SAT", "retired", "SAT"),
        ("S8K", "unknown", "S8K"),
        ("SOE", "unknown", "SOE"),  # a letter O is not read as a nought
        ("S-1E", "unknown", "S-1E"),
        ("S1", "unknown", "S1"),
        ("S1EE", "unknown", "S1EE"),
        ("N0A", "not_checked", "N0A"),
        ("921", "not_checked", "921"),
        ("H1H", "known", "H1H"),
        ("H1B", "not_checked", "H1B"),
        ("Therapist in Physiotherapy", "known", "S1E"),
        ("S1E Therapist in Physiotherapy", "known", "S1E"),
    ],
)
def test_occupation_codes(text: str, status: str, label: str) -> None:
    found = read("occupation_code", text)
    assert (found[1], found[2]) == (label, status)
    assert found[0] == (label if status in ("known", "retired") else None)


@pytest.mark.parametrize(
    ("name", "text", "code"),
    [
        ("staff_group", "Additional Professional, Scientific and Technical", "05"),
        ("staff_group", "Additional Professional Scientific and Technical", "05"),
        ("staff_group", "Add Prof Scientific and Technic", "05"),
        ("staff_group", "ALLIED HEALTH PROFESSIONALS", "04"),
        ("staff_group", "Medical & Dental", "01"),
        ("contract_type", "Fixed Term Temp", "02"),
        ("assignment_status", "Active Assignment", "02"),
        ("assignment_status", "Maternity & Adoption", "06"),
        ("assignment_status", "2", "02"),  # a spreadsheet dropped the nought
        ("leaving_reason", "Pay and Reward Related", "19"),
        ("leaving_reason", "Retirement Age", "14"),
        ("leaving_destination", "Death in Service", "16"),
        ("recruitment_source", "Third Sector", "18"),
        ("leaving_destination", "Third Sector", "17"),
        ("registration_body", "HCPC", "08"),
        ("registration_type", "Chiropodist / Podiatrist", "20"),
        ("registration_type", "Health and Care Professions Council (HCPC) - Physiotherapist", "28"),
        ("job_role", "4041", "04041"),
        ("job_role", "Speech & Language Therapist", "04057"),
        ("job_role", "Podiatrist", "04005"),
        ("job_role", "Chiropodist/Podiatrist", "04005"),
        ("job_role", "Dramatherapist", "04013"),
        ("job_role", "Emergency Care Practitioner", "04062"),  # 07034 of that name is retired
        ("job_role", "Add Prof Scientific and Technic|Technician", "05012"),
        ("job_role", "Additional Clinical Services | Technician", "07008"),
        ("gender", "Female", "2"),
        ("profession", "Dietician", "dietitian"),
        ("professional_group", "AHP", "allied_health_professionals"),
    ],
)
def test_labels_as_exports_write_them(name: str, text: str, code: str) -> None:
    found = read(name, text)
    assert (found[0], found[2]) == (code, "known")


def test_a_job_role_whose_name_stands_in_several_staff_groups_is_not_guessed() -> None:
    assert read("job_role", "Technician") == (None, "Technician", "unknown")
    assert read("job_role", "Manager")[2] == "unknown"


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("Physiotherapy", "Clinical Support > Physiotherapy"),
        ("Clinical Support|Art/Music/Drama Therapy|Drama Therapy", DRAMA_THERAPY),
        ("Dramatherapy", DRAMA_THERAPY),
        ("Surgery > Intensive Care", "Surgery > Intensive Care"),
        ("Intensive Care", "Intensive Care"),  # two parents: the name stays a name
        ("Coding", "Coding"),
    ],
)
def test_areas_of_work_are_matched_by_path_or_by_a_name_that_has_one_parent(text: str, label: str) -> None:
    assert read("area_of_work", text) == (None, label, "known")


def test_a_retired_area_of_work_is_recognised_without_its_suffix() -> None:
    assert read("area_of_work", "Clinical Psychology")[2] == "retired"
    assert read("area_of_work", "Oral Medicine")[1:] == ("Dental/Oral > Oral Medicine", "known")


@pytest.mark.parametrize(
    "label",
    ["Employee Transfer", "Flexi Retirement", "Merged Organisation - Duplicate Record", "Has Not Worked", "Unknown"],
)
def test_reasons_outside_the_dictionary_are_known_by_their_label_and_have_no_code(label: str) -> None:
    assert read("leaving_reason", label.upper()) == (None, label, "known")


def test_a_column_without_a_list_is_not_checked() -> None:
    assert read("none", " Buddhism ") == (None, "Buddhism", "not_checked")
    assert read("religion_or_belief", "Buddhism")[2] == "not_checked"


def test_blanks_are_left_out_and_repeats_stand_once_in_order() -> None:
    rows = resolve("gender", ["Male", None, "", "  ", "F", "Male"])
    assert rows["received"].to_list() == ["F", "Male"]


def test_a_list_may_be_called_by_its_element_but_not_by_another_name() -> None:
    assert resolve("PERSON STATED GENDER CODE", ["1"])["label"].to_list() == ["Male"]
    with pytest.raises(UnknownName, match="No code list named 'sex'"):
        resolve("sex", ["1"])


@pytest.mark.parametrize("name", list_names())
def test_every_code_and_every_label_that_is_not_shared_means_itself(name: str) -> None:
    codes = codes_of(name)
    stated = codes.filter(codes["code"].is_not_null())
    by_code = resolve(name, stated["code"].to_list())
    assert by_code["code"].to_list() == sorted(stated["code"].to_list())
    meanings = dict(resolve(name, codes["label"].to_list()).select("received", "label").iter_rows())
    shared = codes.filter(codes["label"].is_duplicated())["label"].to_list()
    assert [label for label in codes["label"] if label not in shared and meanings[label] != label] == []


def test_each_alias_has_one_meaning() -> None:
    assert code_aliases().select("list", "alias_key").is_unique().all()


@given(st.text())
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.lists(st.text(min_size=1)))
def test_every_text_has_exactly_one_answer(texts: list[str]) -> None:
    rows = resolve("occupation_code", texts)
    assert rows["received"].to_list() == sorted({text for text in texts if text.strip()})
    assert set(rows["status"]) <= set(STATUSES)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    (tmp_path / "reference").mkdir()
    return Settings(home=tmp_path, key_file=tmp_path / "key", reports=tmp_path / "reports")


def test_an_installation_may_add_its_own_aliases(settings: Settings) -> None:
    own = settings.reference_lists / "aliases.csv"
    own.write_text("list,alias,code,label,note\ncontract_type,Perm (trust),05,,our payroll's word\n", encoding="utf-8")
    assert read("contract_type", "PERM TRUST", settings) == ("05", "Permanent", "known")
    assert read("contract_type", "PERM TRUST")[2] == "unknown"


def test_an_alias_of_a_code_that_does_not_exist_is_refused(settings: Settings) -> None:
    own = settings.reference_lists / "aliases.csv"
    own.write_text("list,alias,code,label,note\ncontract_type,Perm,55,,\n", encoding="utf-8")
    with pytest.raises(ReferenceListError, match=r"names codes that the list `contract_type` does not hold: \['55'\]"):
        code_aliases(settings)


def test_an_alias_file_without_its_columns_is_refused(settings: Settings) -> None:
    (settings.reference_lists / "aliases.csv").write_text("list,alias\n", encoding="utf-8")
    with pytest.raises(ReferenceListError, match=r"lacks the columns \['code', 'label', 'note'\]"):
        code_aliases(settings)
