from __future__ import annotations

import pytest

from workbench.errors import ParameterError, UnknownName
from workbench.retention.choices import TOTAL, Choices


def test_nothing_chosen_is_the_whole_organisation_as_nhs_england_counts():
    choices = Choices.of({})
    assert choices == Choices("service", TOTAL, "nhse_published", "headcount", 12, "in")
    assert choices.is_whole
    assert choices.scope == "whole organisation"
    assert choices.group_filter == {"service": TOTAL}


def test_an_empty_option_is_the_default():
    assert Choices.of({"service": "", "preset": "", "unit": ""}) == Choices()


def test_everything_chosen_reads_as_one_line():
    choices = Choices.of(
        {"profession": "Dietitian", "preset": "nwd_2012", "unit": "fte", "window_months": "1", "trainees": "out"}
    )
    assert choices.window_months == 1
    assert choices.words == (
        "profession: Dietitian; the NHS Data Dictionary's definition of 2012; FTE; 1 month; "
        "doctors in training left out"
    )
    assert choices.titled("Ten people left") == "Dietitian: ten people left"


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"team": "A"}, UnknownName, "team"),
        ({"service": "A", "staff_group": "B"}, ParameterError, "one filter at a time"),
        ({"preset": "ours"}, ParameterError, "nhse_published"),
        ({"unit": "pounds"}, ParameterError, "headcount, fte"),
        ({"window_months": "0"}, ParameterError, "12, 18"),
        ({"trainees": "some"}, ParameterError, "in, out"),
    ],
)
def test_what_cannot_be_chosen_is_said_with_what_can(options, error, words):
    with pytest.raises(error, match=words):
        Choices.of(options)


def test_an_exhibit_says_which_choices_it_does_not_follow():
    choices = Choices.of({"service": "A", "unit": "fte", "window_months": "6"})
    assert choices.not_followed("group", "unit", "window_months") == ()
    (note,) = choices.not_followed("group")
    assert "counting in FTE; a window of 6 months" in note
    with pytest.raises(UnknownName):
        choices.not_followed("weather")
