"""Rules are records with a query beside them: complete, named after their file, and bound to what they say."""

from __future__ import annotations

import re
import tomllib

import pytest

from workbench.coding.rules import FINDING_COLUMNS, RECORDS, Rule, find_rule, rules
from workbench.errors import ParameterError, UnknownName

CATALOGUE = {
    "COD": "EERR",
    "CON": "RRRRRRRRR",
    "POS": "RRIRE",
    "MUL": "IRRE",
    "HIE": "EEER",
    "LST": "RRR",
    "EST": "RRER",
    "REG": "EEIRR",
    "POP": "RR",
    # PRO5 and PRO6 are ours: the definition asks for reasons right first time and names no rule for them.
    "PRO": "IIRIRR",
}
RECORD = {
    "id": "COD9",
    "question": "Is it right?",
    "severity": "R",
    "why": "It matters.",
    "who": "The ESR lead",
    "routes": ["C", "P"],
    "how": "Ask, then correct.",
    "step": 3,
    "cause": "data",
    "evidence": ["current_code"],
    "subject": "assignment",
    "needs": ["staff_in_post"],
    "settings": [],
}


def test_the_catalogue_is_the_one_of_the_definition_with_its_severities():
    expected = {
        f"{family}{number}": severity
        for family, severities in CATALOGUE.items()
        for number, severity in enumerate(severities, start=1)
    }
    assert {rule.id: rule.severity for rule in rules().values()} == expected


def test_every_query_has_a_record_beside_it():
    assert sorted(path.stem for path in RECORDS.glob("*.sql")) == sorted(rules())


@pytest.mark.parametrize("rule", rules().values(), ids=lambda rule: rule.id)
def test_a_query_binds_the_months_asked_for_and_the_settings_of_its_record(rule):
    code = re.sub(r"--[^\n]*", "", rule.query.read_text(encoding="utf-8"))
    assert set(re.findall(r"\$([a-z_]+)", code)) == {"asked", *rule.settings}


@pytest.mark.parametrize("rule", rules().values(), ids=lambda rule: rule.id)
def test_a_record_is_written_in_sentences_of_one_line(rule):
    assert rule.question.endswith("?")
    assert all("\n" not in text for text in (rule.question, rule.why, rule.who, rule.how))
    assert rule.why.endswith(".") and rule.how.endswith(".")


def test_a_record_is_read_back_as_it_is_written():
    rule = Rule.from_toml(RECORD)
    assert (rule.id, rule.routes, rule.settings, rule.query.name) == ("COD9", ("C", "P"), (), "COD9.sql")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"why": ""}, "leaves `why` empty"),
        ({"severity": "X"}, "holds the severity 'X'. Allowed: E, R, I"),
        ({"routes": ["C", "Q"]}, "holds the route 'Q'"),
        ({"step": 8}, "holds the step 8"),
        ({"cause": "luck"}, "Allowed: system, data, no_option, process"),
        ({"subject": "team"}, "holds the subject 'team'"),
        ({"evidence": ["surname"]}, "holds the evidence 'surname'"),
        ({"needs": ["payroll"]}, "holds the extract 'payroll'"),
        ({"settings": ["lucky_number"]}, "holds the setting 'lucky_number'"),
        ({"colour": "red"}, "`colour` is not a field"),
    ],
)
def test_a_wrong_record_is_refused_with_what_is_allowed(change, said):
    with pytest.raises(ParameterError, match=re.escape(said)):
        Rule.from_toml({**RECORD, **change})


def test_a_missing_field_is_named():
    with pytest.raises(ParameterError, match="`how` is missing"):
        Rule.from_toml({name: value for name, value in RECORD.items() if name != "how"})


def test_a_rule_is_asked_for_by_its_id():
    assert find_rule("COD1").id == "COD1"
    with pytest.raises(UnknownName, match="Did you mean"):
        find_rule("COD11")


def test_the_columns_of_a_finding_name_people_by_key_only():
    assert {name for name in FINDING_COLUMNS if "number" in name or "name" in name} == {
        "position_number",
        "current_name",
    }
    assert all(tomllib.loads(path.read_text(encoding="utf-8"))["evidence"] for path in RECORDS.glob("*.toml"))
