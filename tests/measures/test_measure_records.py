from __future__ import annotations

import pytest

from workbench.errors import ParameterError, UnknownName
from workbench.measures import Measure, catalogue, find_measure

RECORD = {
    "id": "beds",
    "label": "Beds",
    "question": "How many beds?",
    "numerator": "beds",
    "denominator": "none: a count",
    "exclusions": "none",
    "unit": "count",
    "direction": "neither",
    "thresholds": "none published",
    "breakdowns": ["month"],
    "reporting_frequency": "monthly",
    "source": "a list",
    "caveats": ["None."],
    "computed_by": "workbench.beds:count",
    "methodology": "docs/methodology/beds.md",
    "decimals": 0,
    "options": [{"name": "floor", "default": "1", "allowed": ["1", "2"], "meaning": "which floor"}],
}


def test_a_complete_record_is_accepted():
    assert Measure.from_toml(RECORD).chosen({}) == {"floor": "1"}


@pytest.mark.parametrize("field", [name for name in RECORD if name not in ("options", "decimals")])
def test_a_record_with_an_empty_or_missing_field_is_refused(field):
    with pytest.raises((ParameterError, UnknownName)):
        Measure.from_toml(RECORD | {field: [] if isinstance(RECORD[field], list) else ""})
    with pytest.raises(ParameterError, match=field):
        Measure.from_toml({name: value for name, value in RECORD.items() if name != field})


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"labell": "Beds"}, "Did you mean `label`"),
        ({"breakdowns": ["month", "staffgroup"]}, "Did you mean `staff_group`"),
        ({"direction": "up is good"}, "direction of a measure"),
        ({"unit": "beds"}, "unit of a measure"),
        ({"computed_by": "somewhere.else:count"}, "workbench.module:function"),
        ({"computed_by": "workbench.beds"}, "workbench.module:function"),
        ({"options": RECORD["options"] * 2}, "names an option twice"),
        ({"options": [RECORD["options"][0] | {"default": "3"}]}, "not among its values"),
        ({"options": [RECORD["options"][0] | {"meaning": ""}]}, "needs a name, a meaning"),
    ],
)
def test_a_record_that_contradicts_itself_is_refused_with_what_is_allowed(change, message):
    with pytest.raises((ParameterError, UnknownName), match=message):
        Measure.from_toml(RECORD | change)


def test_the_measures_that_others_rely_on_are_listed():
    assert {"headcount", "fte", "joiners", "leavers", "sickness_absence_rate"} <= set(catalogue())
    assert list(catalogue()) == sorted(catalogue())


def test_an_unknown_measure_is_refused_with_the_nearest():
    with pytest.raises(UnknownName, match=r"'head_count'.*`headcount`.*workbench measures"):
        find_measure("head_count")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"windowmonths": 12}, "Did you mean `window_months`"),
        ({"window_months": 0}, "window_months` of `leavers` named '0'"),
        ({"window_months": "twelve"}, "'twelve'"),
        ({"unit": "FTEs"}, "Did you mean `fte`"),
        ({"preset": "model_health"}, "Allowed: .*nhse_published"),
    ],
)
def test_an_unknown_option_or_value_is_refused_with_what_is_allowed(options, message):
    with pytest.raises(UnknownName, match=message):
        find_measure("leavers").chosen(options)


def test_options_may_be_given_as_numbers():
    assert find_measure("leavers").chosen({"window_months": 1})["window_months"] == "1"


def test_a_measure_without_options_says_that_it_has_none():
    with pytest.raises(UnknownName, match="has no options"):
        Measure.from_toml(RECORD | {"options": []}).chosen({"floor": "1"})
