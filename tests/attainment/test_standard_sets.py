"""Sets of standards are data: whole, or refused with a message that says where they are not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.attainment.standard_sets import OWN_SETS, Test, read_standard_set, standard_sets
from workbench.errors import SettingsError, UnknownName

SMALL = """
id = "small"
title = "A small set"
edition = "first"
publisher = "us"
judged_valid_months = 12

[[levels]]
level = 0
title = "None"
summary = "nothing yet"

[[levels]]
level = 1
title = "Some"
summary = "something"

[[standards]]
id = "1.1"
level = 1
title = "Rosters are published early"

[[standards.clauses]]
id = "1.1a"
asks = "There is a policy."
kind = "evidence"
scope = "trust"
"""


@pytest.fixture
def write(tmp_path):
    def written(text: str):
        path = tmp_path / "small.toml"
        path.write_text(text, encoding="utf-8")
        return path

    return written


def test_the_printed_set_has_every_standard_and_clause_once():
    printed = standard_sets()["e_job_planning_2019"]
    assert [standard.id for standard in printed.standards] == [
        *("1.1", "1.2", "1.3", "1.4"),
        *("2.1", "2.2", "2.3"),
        *("3.1", "3.2", "3.3", "3.4", "3.5"),
        *("4.1", "4.2", "4.3", "4.4"),
    ]
    assert all(standard.level == int(standard.id[0]) for standard in printed.standards)
    # 3 + 2 + 4 + 2, 3 + 4 + 3, 3 + 6 + 1 + 1 + 3, 2 + 2 + 4 + 3
    assert len(printed.clauses) == 11 + 10 + 14 + 11
    assert [level.level for level in printed.levels] == [0, 1, 2, 3, 4]


@pytest.mark.parametrize(
    ("clause", "words"),
    [("1.1c", "less than 10%"), ("1.4a", "at least 90%"), ("2.2b", "all")],
)
def test_thresholds_have_their_printed_signs(clause, words):
    test = standard_sets()["e_job_planning_2019"].clauses[clause].test
    assert test is not None
    assert test.words == words


def test_indicators_keep_how_often_they_are_reported_and_their_aim():
    printed = standard_sets()["e_job_planning_2019"]
    assert [(kpi.id, kpi.reported, kpi.aim) for kpi in printed.indicators] == [
        ("kpi_1", "quarterly", "none"),
        ("kpi_2", "monthly", "more than 90%"),
        ("kpi_3", "quarterly", "none"),
        ("kpi_4", "quarterly", "none"),
    ]


@pytest.mark.parametrize(
    ("sign", "numerator", "denominator", "met"),
    [
        (">=", 90, 100, True),
        (">", 90, 100, False),
        (">=", 899, 1000, False),
        (">=", 8996, 10000, False),
        ("<", 1, 10, False),
        ("<", 99, 1000, True),
        ("<=", 1, 10, True),
        (">=", 0, 0, None),
    ],
)  # fmt: skip
def test_whole_numbers_are_compared_and_nobody_is_not_applicable(sign, numerator, denominator, met):
    assert Test(sign, 10 if "<" in sign else 90).met(numerator, denominator) is met


@given(st.integers(0, 10_000), st.integers(1, 10_000), st.integers(0, 100))
def test_at_least_and_less_than_never_both_hold_nor_both_fail(numerator, denominator, per_cent):
    assert Test(">=", per_cent).met(numerator, denominator) is not Test("<", per_cent).met(numerator, denominator)


def test_a_set_of_the_users_own_needs_no_code(write):
    path = write(SMALL)
    sets = standard_sets(path.parent)
    assert sorted(sets) == ["e_job_planning_2019", "small"]
    assert sets["small"].standard_of("1.1a").title == "Rosters are published early"
    with pytest.raises(UnknownName, match=r"1\.1a"):
        sets["small"].standard_of("9.9z")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('kind = "evidence"', 'kind = "seen"', "kind of clause 1.1a is one of 'evidence', 'computed', 'both'"),
        ('kind = "evidence"', 'kind = "both"', "names no computation"),
        ('kind = "evidence"', 'kind = "computed"\ncomputed_by = "x"', "has no `test`"),
        ('scope = "trust"', 'scope = "trust"\nscoop = 1', "scoop"),
        ('scope = "trust"', "", "Missing in clause '1.1a': scope"),
        ('scope = "trust"', 'scope = "trust"\nrests_on = ["7.7"]', "standard that clause 1.1a rests on"),
        ('scope = "trust"', 'scope = "trust"\n[[standards.clauses]]\nid = "1.1a"\nasks = ""\nkind = "evidence"\n'
         'scope = "trust"', "Each clause stands once"),
        ('id = "1.1"\nlevel = 1', 'id = "1.1"\nlevel = 3', "belongs to no level"),
        ("level = 1\ntitle = \"Some\"", "level = 2\ntitle = \"Some\"", "without a gap"),
        ('publisher = "us"', "publisher = ", "cannot be read as a standard set"),
    ],
)  # fmt: skip
def test_a_set_that_is_not_whole_is_refused_by_file_and_place(write, old, new, message):
    assert old in SMALL
    path = write(SMALL.replace(old, new, 1))
    with pytest.raises(SettingsError) as problem:
        read_standard_set(path)
    assert message in str(problem.value)
    assert str(problem.value).startswith("small.toml")


def test_a_computation_that_does_not_exist_is_told_with_those_that_do(write):
    path = write(SMALL.replace('kind = "evidence"', 'kind = "both"\ncomputed_by = "active_plan"'))
    known = {clause.computed_by for clause in standard_sets()["e_job_planning_2019"].clauses.values()}
    with pytest.raises(SettingsError, match="active_plans"):
        standard_sets(path.parent, computations=known)


def test_a_folder_that_is_not_there_is_told(tmp_path):
    with pytest.raises(SettingsError, match="does not exist"):
        standard_sets(tmp_path / "none")


def test_every_set_that_comes_along_is_whole():
    assert [read_standard_set(path).id for path in sorted(OWN_SETS.glob("*.toml"))] == ["e_job_planning_2019"]
