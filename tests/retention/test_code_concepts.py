"""Sources and destinations are joined on what they mean, reasons stand in groups, and no word is lost."""

from __future__ import annotations

import polars as pl
import pytest

from workbench.reference import code_aliases, reference_list
from workbench.retention.code_concepts import PLACE_GROUPS, places, reasons, with_places, with_reasons


def person(**values):
    names = ("recruitment_source", "destination_on_leaving", "leaving_reason")
    row = dict.fromkeys([*names, *(f"{name}_code" for name in names)]) | values
    return pl.DataFrame([row], schema=dict.fromkeys(row, pl.String))


@pytest.mark.parametrize(
    ("column", "listed"),
    [("recruitment_source_code", "recruitment_source"), ("leaving_destination_code", "leaving_destination")],
)
def test_every_national_code_is_one_concept(column, listed):
    assert sorted(places()[column].drop_nulls()) == reference_list(listed)["code"].to_list()
    assert places()["concept"].is_unique().all()


def test_every_group_of_places_has_its_turn():
    assert set(places()["concept_group"]) < set(PLACE_GROUPS)


def test_every_reason_of_the_national_list_is_listed_once_under_its_own_label():
    coded = reasons().filter(pl.col("code").is_not_null()).select("code", "label")
    assert coded.rows() == reference_list("leaving_reason").rows()


def test_every_reason_that_exports_carry_without_a_code_is_listed():
    aliases = code_aliases().filter(pl.col("list") == "leaving_reason", pl.col("code").is_null())
    assert set(reasons().filter(pl.col("code").is_null())["label"]) == set(aliases["label"])


@pytest.mark.parametrize(
    ("concept", "source", "destination"),
    [
        ("Newly qualified, first qualification", "14", None),
        ("Newly qualified, further qualification", "15", None),
        ("Return to practice", "16", "14"),
        ("No employment", "17", "15"),
        ("Death in service", None, "16"),
        ("Third sector", "18", "17"),
        ("Education or training", "13", "13"),
    ],
)
def test_one_code_means_two_things_and_one_thing_has_two_codes(concept, source, destination):
    if source:
        read = with_places(person(recruitment_source="as listed", recruitment_source_code=source))
        assert read["source"].to_list() == [concept]
    if destination:
        read = with_places(person(destination_on_leaving="as listed", destination_on_leaving_code=destination))
        assert read["destination"].to_list() == [concept]


@pytest.mark.parametrize("words", [None, "Unknown", "Not Set in Legacy at Migration"])
def test_blank_and_unknown_are_both_not_recorded(words):
    read = with_places(person(recruitment_source=words, destination_on_leaving=words))
    read = with_reasons(read.with_columns(leaving_reason=pl.lit(words, pl.String)))
    assert read.select("source", "destination", "reason_group", "standing").row(0) == (
        *["Not recorded"] * 3,
        "unknown",
    )


def test_words_of_our_own_making_are_a_row_and_not_a_drop():
    read = with_reasons(with_places(person(destination_on_leaving="Space", leaving_reason="Bored")))
    assert read["destination_group"].to_list() == read["reason_group"].to_list() == ["Words outside the national list"]
    assert read["standing"].to_list() == ["recorded"]


@pytest.mark.parametrize(
    ("code", "group", "standing", "planned"),
    [
        ("01", "Death in service", "recorded", False),
        ("02", "Dismissal", "recorded", False),
        ("05", "Dismissal", "recorded", False),
        ("06", "End of fixed term", "recorded", True),
        ("07", "End of fixed term", "recorded", False),
        ("08", "End of fixed term", "recorded", True),
        ("09", "End of fixed term", "recorded", False),
        ("10", "Initial pension ended", "recorded", False),
        ("11", "Pregnancy", "recorded", False),
        ("12", "Redundancy", "recorded", False),
        ("13", "Redundancy", "recorded", False),
        ("14", "Retirement", "recorded", False),
        ("17", "Retirement", "recorded", False),
        ("18", "Voluntary resignation", "recorded", False),
        ("24", "Voluntary resignation", "uninformative", False),
        ("28", "Voluntary resignation", "recorded", False),
        ("29", "Bank work requirement not met", "recorded", False),
        ("30", "Mutually agreed resignation", "recorded", False),
        ("32", "Mutually agreed resignation", "recorded", False),
    ],
)
def test_a_code_stands_in_its_group_at_both_ends_of_each_range(code, group, standing, planned):
    read = with_reasons(person(leaving_reason="as listed", leaving_reason_code=code))
    assert read.select("reason_group", "standing", "is_planned").row(0) == (group, standing, planned)


@pytest.mark.parametrize(
    ("label", "group", "standing"),
    [
        ("Flexi Retirement", "Retirement", "recorded"),
        ("Employee Transfer", "Employee transfer", "recorded"),
        ("End of Fixed Term Contract", "End of fixed term", "recorded"),
        ("Merged Organisation - Duplicate Record", "Record artefact", "artefact"),
        ("Has Not Worked", "Record artefact", "artefact"),
    ],
)
def test_a_label_of_an_export_is_known_by_its_words(label, group, standing):
    read = with_reasons(person(leaving_reason=label))
    assert read.select("reason_group", "standing").row(0) == (group, standing)
