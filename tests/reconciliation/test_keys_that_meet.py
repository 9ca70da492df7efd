"""How far the keys of two sources meet: padding, merged cost centres, what is ambiguous, and nothing by likeness."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.attainment.reconciliation.matching import cost_centres
from workbench.attainment.reconciliation.reconcile import Reconciliation
from workbench.attainment.reconciliation.tolerances import Tolerances
from workbench.errors import SettingsError

Compared = Callable[..., Reconciliation]
A = {"person_key": "a"}


def counted(**received: list[str | None]) -> list[tuple[str, str | None, str, str]]:
    return cost_centres(received).rows()


def test_capitals_and_spaces_do_not_matter() -> None:
    assert counted(esr=["ab 1"], ledger=["AB1"]) == [
        ("esr", "ab 1", "AB1", "tidied"),
        ("ledger", "AB1", "AB1", "as written"),
    ]


def test_leading_zeros_alone_are_one_cost_centre_where_neither_side_holds_both() -> None:
    assert counted(esr=["04410"], ledger=["4410"]) == [
        ("esr", "04410", "04410", "as written"),
        ("ledger", "4410", "04410", "padding"),
    ]


def test_both_spellings_on_one_side_are_ambiguous_and_stay_apart() -> None:
    rows = counted(esr=["04410", "4410"], ledger=["004410", "4410"])
    assert {(source, code): (as_what, how) for source, code, as_what, how in rows} == {
        ("esr", "04410"): ("04410", "ambiguous"),
        ("esr", "4410"): ("4410", "as written"),
        ("ledger", "004410"): ("004410", "ambiguous"),
        ("ledger", "4410"): ("4410", "as written"),
    }


def test_a_blank_cost_centre_is_one_of_its_own() -> None:
    assert counted(esr=[None, "0"], ledger=["0"])[0] == ("esr", None, "no cost centre", "tidied")


@given(st.lists(st.text("0123A ", max_size=4)), st.lists(st.text("0123A ", max_size=4)))
def test_equal_spellings_are_never_set_apart_and_no_spelling_is_lost(esr: list[str], ledger: list[str]) -> None:
    rows = counted(esr=esr, ledger=ledger)
    assert sorted((source, code) for source, code, _, _ in rows) == sorted(
        [("esr", code) for code in set(esr)] + [("ledger", code) for code in set(ledger)]
    )
    by_source = {(source, code): as_what for source, code, as_what, _ in rows}
    assert all(by_source["esr", code] == by_source["ledger", code] for code in set(esr) & set(ledger))


def test_match_rates_say_what_was_padded_and_what_stands_alone(compared: Compared) -> None:
    found = compared(
        [A, {"person_key": "b", "cost_centre": "5500"}], ledger=[{"cost_centre": "04410"}, {"cost_centre": "7700"}]
    )
    row = found.matches.row(0, named=True)
    assert (row["key"], row["matched"], row["after_tidying"]) == ("cost centre", 1, 1)
    assert (row["left_only"], row["right_only"], row["ambiguous"], row["matched_share"]) == (1, 1, 0, 100 / 3)
    assert found.lines.filter(cost_centre="4410")["contracted_verdict"].item() == "agree"


def test_ambiguous_cost_centres_are_counted_and_not_joined(compared: Compared) -> None:
    staff = [A, {"person_key": "b", "cost_centre": "04410"}]
    found = compared(staff, ledger=[{"cost_centre": "004410"}])
    row = found.matches.row(0, named=True)
    assert (row["matched"], row["ambiguous"]) == (0, 3)
    assert found.lines["contracted_verdict"].to_list() == ["missing in ESR", "missing in ledger", "missing in ledger"]


def test_a_merged_cost_centre_counts_as_what_the_map_says(compared: Compared, tmp_path: Path) -> None:
    (tmp_path / "map.csv").write_text("received,counted_as\n0099,4410\n", encoding="utf-8")
    settings = {"cost_centre_map": str(tmp_path / "map.csv")}
    found = compared([A], ledger=[{"cost_centre": "0099"}], settings=settings)
    assert found.agreement == (1, 1)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"wte_tolerence": 1}, "wte_tolerance"),
        ({"wte_tolerance": -1}, "at least 0"),
        ({"stale_days": 0}, "at least 1"),
        ({"standard_week": 0}, "above 0"),
        ({"agency_units": "Ward 1"}, "list of texts"),
        ({"pa_tolerance": "much"}, "at least 0"),
    ],
)
def test_a_setting_that_cannot_be_is_refused_in_words(values: dict, said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        Tolerances.from_mapping(values)


def test_files_of_settings_are_checked(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="no cost centre map"):
        Tolerances.from_mapping({"cost_centre_map": str(tmp_path / "none.csv")}).merged_cost_centres()
    (tmp_path / "map.csv").write_text("from,to\n1,2\n", encoding="utf-8")
    with pytest.raises(SettingsError, match="received, counted_as"):
        Tolerances.from_mapping({"cost_centre_map": str(tmp_path / "map.csv")}).merged_cost_centres()
    (tmp_path / "accepted.csv").write_text(
        "exception_id,reason,owner,accepted_on,until\nabc,,Someone,,\n", encoding="utf-8"
    )
    with pytest.raises(SettingsError, match="no `reason`"):
        Tolerances.from_mapping({"accepted_exceptions": str(tmp_path / "accepted.csv")}).accepted()
