"""Which codes vote for which profession: the reviewed table against the rules, and the groups of job planning."""

from __future__ import annotations

import polars as pl
import pytest

from workbench.errors import UnknownName
from workbench.professions import (
    ARTS_UNDIVIDED,
    FOLDER,
    PROFESSIONAL_GROUPS,
    PROFESSIONS,
    profession,
    profession_records,
    profession_tables,
    profession_votes,
    professional_group_of,
    professional_subgroup_of,
)
from workbench.professions.rules import H_LETTERS, S_LETTERS, votes_by_rule
from workbench.reference import codes_of, fold, reference_list

LABELS = {record.profession: record.label for record in profession_records()}


def named_by(source: str, code: str) -> set[str]:
    votes = profession_votes().filter(source=source, code=code, strength="strong")
    return {LABELS[name] for name in votes["profession"]}


def test_the_reviewed_votes_are_those_of_the_rules() -> None:
    by_rule = votes_by_rule(reference_list("occupation_code"), profession_tables()["reference.profession"])
    reviewed = pl.read_csv(FOLDER / "votes.csv", infer_schema=False).fill_null("")
    assert reviewed.equals(by_rule)


def test_there_are_fourteen_professions_in_the_order_of_the_labels() -> None:
    assert tuple(record.label for record in profession_records()) == PROFESSIONS
    assert len(set(PROFESSIONS)) == 14
    assert profession_tables()["reference.profession"]["position"].to_list() == list(range(1, 15))


def test_each_letter_names_a_profession_once_except_radiography_and_the_arts() -> None:
    named = [name for names in S_LETTERS.values() for name in names]
    assert sorted(set(LABELS) - set(named)) == ["paramedic"]
    assert len(named) == 14  # 12 letters: radiography has two, the three arts share one
    assert set(H_LETTERS) == {"G", "H", "J", "K", "L"}


def test_every_code_that_the_manual_counts_as_ahp_names_a_profession_and_no_other_st_and_t_code_does() -> None:
    codes = reference_list("occupation_code")
    voting = profession_votes().filter(source="occupation_code", strength="strong")["code"].unique()
    in_group = pl.col("detailed_staff_group")
    ahp = codes.filter(in_group.is_in(["Allied health professionals", "Support to AHPs"]))
    assert set(ahp["occupation_code"]) <= set(voting)
    other = codes.filter(in_group.str.contains("(?i)other"))
    assert sorted(set(other["occupation_code"]) & set(voting)) == ["SAT"]  # retired, grouped as Other ST&T


def test_the_letters_of_support_workers_are_not_those_of_therapists() -> None:
    assert named_by("occupation_code", "H1H") == {"Occupational therapist"}
    assert named_by("occupation_code", "S1H") == {"Art therapist", "Dramatherapist", "Music therapist"}
    assert named_by("occupation_code", "H1E") == set()


def test_the_ambulance_codes_that_name_paramedics() -> None:
    votes = profession_votes().filter(source="occupation_code", profession="paramedic")
    strong = votes.filter(strength="strong")["code"].to_list()
    assert strong == ["A1A", *[f"A4{x}" for x in "ABCD"], *[f"A5{x}" for x in "ABCDE"], *[f"A6{x}" for x in "ABCDE"],
                      *[f"AB{x}" for x in "ABCDE"]]  # fmt: skip
    assert votes.filter(strength="weak")["code"].to_list() == ["A0A", "A0B", "A0D", "A0E"]


def test_technicians_and_instructors_are_qualified_and_students_a_level_of_their_own() -> None:
    levels = dict(profession_votes().filter(source="occupation_code").select("code", "level").iter_rows())
    assert [levels[code] for code in ("S4A", "S6E", "S5E", "S9E", "S8E", "H2J")] == [
        "qualified", "qualified", "support", "support", "student", "support",
    ]  # fmt: skip


def test_every_ahp_role_but_the_generic_ones_names_one_profession() -> None:
    roles = reference_list("job_role").filter(staff_group_code="04")["job_role_code"].to_list()
    silent = [role for role in roles if not named_by("job_role", role)]
    assert silent == ["04017", "04018", "04019", "04020", "04061", "04062"]
    assert all(len(named_by("job_role", role)) == 1 for role in roles if role not in silent)


def test_each_vote_agrees_with_the_name_of_its_role() -> None:
    names = {record.profession: fold(record.label) for record in profession_records()}
    said = {"podiatrist": "chiropod", "dramatherapist": "dramatherapist", "radiographer": "radiograph"}
    votes = profession_votes().filter(source="job_role", level="qualified")
    titles = dict(reference_list("job_role").select("job_role_code", "job_role").iter_rows())
    for code, name in votes.select("code", "profession").iter_rows():
        title = fold(titles[code])
        wanted = ("prosthetist", "orthotist") if name == "prosthetist_orthotist" else (said.get(name, names[name]),)
        assert any(word in title for word in wanted), code


def test_generic_roles_and_other_registers_do_not_vote() -> None:
    voting = set(profession_votes().filter(source="job_role")["code"])
    assert not {code for code in voting if code[:2] in ("07", "08")}
    types = set(profession_votes().filter(source="registration_type")["code"])
    assert types == {"19", "20", "22", "24", "25", "26", "27", "28", "29", "30", "31"}
    assert named_by("registration_body", "17") == {"Osteopath"}
    assert named_by("registration_body", "08") == set()


def test_every_vote_is_for_a_code_that_is_listed() -> None:
    votes = profession_votes()
    lists = {"occupation_code": "code", "job_role": "code", "registration_type": "code", "registration_body": "code"}
    for source, column in {**lists, "area_of_work": "label"}.items():
        assert set(votes.filter(source=source)["code"]) <= set(codes_of(source)[column])
    assert set(votes["profession"]) == set(LABELS)


@pytest.mark.parametrize(
    ("staff_group", "name", "role", "group", "part"),
    [
        ("04", "Physiotherapist", "04041", "Allied health professionals", "Physiotherapists"),
        ("05", "Operating department practitioner", "05019", "Allied health professionals", "Other AHP"),
        ("05", "Osteopath", "05013", "Allied health professionals", "Other AHP"),
        ("05", None, "05019", "Allied health professionals", "Other AHP"),
        ("04", ARTS_UNDIVIDED, None, "Allied health professionals", "Other AHP"),
        ("04", "Disputed", None, "Allied health professionals", "Other AHP"),
        ("05", None, "05003", "Pharmacists", None),
        ("05", "unknown", "05005", "Other", None),
        ("07", "Physiotherapist", "07012", "Other", None),
        ("08", "Occupational therapist", "08007", "Allied health professionals", "OT"),
        ("03", "Paramedic", "03007", "Nursing and midwifery", None),
        ("01", None, "01005", "Medical and dental", "Consultant"),
        ("06", None, None, "Healthcare scientists", None),
        (None, None, None, "unknown", None),
        (None, "Paramedic", None, "Allied health professionals", "Paramedics"),
    ],
)
def test_the_professional_group_of_a_post(
    staff_group: str | None, name: str | None, role: str | None, group: str, part: str | None
) -> None:
    assert professional_group_of(staff_group, name, role) == group
    assert professional_subgroup_of(staff_group, name, role) == part


def test_the_group_labels_stand_in_their_order() -> None:
    groups = reference_list("professional_group").with_columns(pl.col("position").cast(pl.Int32)).sort("position")
    assert groups["label"].to_list() == [*PROFESSIONAL_GROUPS, "unknown"]


def test_a_profession_is_found_by_id_or_label_and_no_other_name() -> None:
    assert profession("osteopath") is not None and profession("Osteopath").regulator == "GOsC"
    with pytest.raises(UnknownName, match="Did you mean `Physiotherapist`"):
        profession("Physiotherapists")
