"""Findings of a month: what is asked, what could not be asked, and ids that stay until a compared value changes."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from workbench.coding.findings import FINDINGS, MONTHS, coverage, finding_ids, findings, findings_of_months
from workbench.coding.local_settings import CodingSettings
from workbench.coding.rules import rules
from workbench.errors import SettingsError, UnknownName
from workbench.settings import Settings
from workbench.warehouse import Snapshot, Warehouse, open_snapshot

JULY, AUGUST, SEPTEMBER = dt.date(2026, 7, 31), dt.date(2026, 8, 31), dt.date(2026, 9, 30)


def staff(organisation: str, month: dt.date, number: str, code: str) -> dict[str, str]:
    return {
        "organisation_code": organisation,
        "period": month.isoformat(),
        "employee_number": number,
        "assignment_number": number,
        "primary_assignment": "Y",
        "assignment_status": "Active Assignment",
        "contract_type": "Permanent",
        "position_number": "700",
        "position_title": "Physiotherapist",
        "cost_centre": "4410",
        "staff_group": "Allied Health Professionals",
        "job_role": "Physiotherapist",
        "occupation_code": code,
        "contracted_fte": "1",
        "organisation_start_date": "2020-04-01",
    }


@pytest.fixture(scope="module")
def two_organisations(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Snapshot]:
    """XAA with two months and a registration; XBB with one month, and nothing but staff in post."""
    folder = tmp_path_factory.mktemp("findings")
    rows = [
        staff("XAA", JULY, "101", "S1K"),
        staff("XAA", AUGUST, "101", "S1K"),
        staff("XAA", JULY, "102", "S1X"),
        staff("XAA", AUGUST, "102", "S1K"),
        staff("XBB", AUGUST, "101", "S1K"),
    ]
    registration = {
        "organisation_code": "XAA",
        "employee_number": "101",
        "registration_body": "08",
        "registration_type": "28",
        "registration_number": "PH1",
        "status": "Active",
        "expiry_date": "2027-01-31",
        "checked_date": "2026-07-30",
    }
    pl.DataFrame(rows).write_csv(folder / "staff_in_post.csv")
    pl.DataFrame([registration]).write_csv(folder / "registrations.csv")
    settings = Settings(home=folder / "home", key_file=folder / "keys" / "key", reports=folder / "reports")
    Warehouse(settings).load([folder / "staff_in_post.csv", folder / "registrations.csv"])
    with open_snapshot(settings) as snapshot:
        yield snapshot


def test_every_rule_is_asked_or_says_which_extract_is_missing(two_organisations):
    table = coverage(two_organisations, "XBB", AUGUST)
    assert table["rule_id"].to_list() == sorted(rules())
    states = {rule_id: (state, missing) for rule_id, state, missing in table.iter_rows()}
    assert states["COD1"] == ("ran", "")
    assert states["CON2"] == ("no_feed", "registrations")
    assert {state for state, _ in states.values()} == {"ran", "no_feed"}
    assert all((state == "ran") == (missing == "") for state, missing in states.values())


def test_without_registrations_a_rule_that_needs_them_finds_nothing_and_the_others_run(two_organisations):
    found = findings(two_organisations, "XBB", AUGUST)
    assert "POP1" in found["rule_id"].to_list()
    needing = {rule.id for rule in rules().values() if "registrations" in rule.needs}
    assert needing and not needing & set(found["rule_id"])


def test_a_month_that_is_not_loaded_has_no_findings_and_says_so(two_organisations):
    found = findings(two_organisations, "XAA", SEPTEMBER)
    assert (found.height, found.schema) == (0, pl.Schema(FINDINGS))
    assert coverage(two_organisations, "XAA", SEPTEMBER, only=["COD1"]).rows() == [("COD1", "no_feed", "staff_in_post")]


@pytest.mark.parametrize("rule", rules().values(), ids=lambda rule: rule.id)
@pytest.mark.parametrize(
    ("organisation", "month"), [("XAA", AUGUST), ("XBB", AUGUST), ("XAA", SEPTEMBER), ("XZZ", AUGUST)]
)
def test_every_query_runs_and_returns_the_agreed_columns(rule, organisation, month, two_organisations):
    values = CodingSettings().bound(rule.settings)
    asked = [{"organisation_code": organisation, "period": month}]
    rows = two_organisations.query(rule.query, asked=asked, **values)
    assert rows.columns == [
        *MONTHS,
        *(name for name in FINDINGS if name not in ("finding_id", "rule_id", "step", "route", "cause")),
    ]
    assert set(rows["severity"]) <= {"E", "R", "I"}
    assert rows["subject_key"].null_count() == rows["severity"].null_count() == 0


def test_a_finding_keeps_its_id_until_a_compared_value_changes(two_organisations):
    july, august = (
        {
            row["assignment_key"]: row
            for row in findings(two_organisations, "XAA", month, only=["POP1"]).rows(named=True)
        }
        for month in (JULY, AUGUST)
    )
    same = [key for key in july if july[key]["finding_id"] == august[key]["finding_id"]]
    changed = [key for key in july if july[key]["current_code"] != august[key]["current_code"]]
    assert (len(same), len(changed)) == (1, 1)
    assert set(same) & set(changed) == set()


def test_months_and_organisations_asked_about_together_have_the_findings_that_each_has_alone(two_organisations):
    together = findings_of_months(two_organisations, {"XBB": [AUGUST], "XAA": [SEPTEMBER, AUGUST, JULY]})
    alone = {
        (organisation, month): findings(two_organisations, organisation, month)
        for organisation, month in (("XAA", JULY), ("XAA", AUGUST), ("XAA", SEPTEMBER), ("XBB", AUGUST))
    }
    for (organisation, month), found in alone.items():
        of_month = together.filter(pl.col("organisation_code") == organisation, pl.col("period") == month)
        assert_frame_equal(of_month.drop(MONTHS), found)
    assert together.height == sum(found.height for found in alone.values()) > 0
    assert together.rows() == together.sort(*MONTHS, "rule_id", "subject_key", "field", "finding_id").rows()


def test_nothing_asked_for_finds_nothing(two_organisations):
    assert findings_of_months(two_organisations, {}).rows() == []
    assert findings_of_months(two_organisations, {"XAA": []}).columns == [*MONTHS, *FINDINGS]


def test_ids_are_told_apart_by_organisation_rule_and_value_and_blank_is_a_value_of_its_own():
    base = ("POS5", "700", "occupation_code", "S1K", "Physiotherapist")
    others = [("POS5", "701", *base[2:]), (*base[:3], "S1X", base[4]), (*base[:4], None), (*base[:3], None, base[4])]
    ids = finding_ids([("XAA", *one) for one in (base, *others)] + [("XBB", *base)])
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"[0-9a-f]{16}", one) for one in ids)
    assert finding_ids([("XAA", *base)]) == ids[:1]


def test_findings_are_unique_sorted_and_carry_the_record_of_their_rule(two_organisations):
    found = findings(two_organisations, "XAA", AUGUST)
    assert found["finding_id"].is_unique().all()
    assert found.rows() == found.sort("rule_id", "subject_key", "field", "finding_id").rows()
    for rule_id, step, route, cause in found.select("rule_id", "step", "route", "cause").unique().iter_rows():
        rule = rules()[rule_id]
        assert (step, route, cause) == (rule.step, rule.routes[0], rule.cause)


def test_some_rules_only_are_asked_and_an_unknown_one_is_named(two_organisations):
    assert set(findings(two_organisations, "XAA", AUGUST, only=["COD3", "POP1"])["rule_id"]) == {"COD3", "POP1"}
    with pytest.raises(UnknownName, match="No rule named 'COD99'"):
        findings(two_organisations, "XAA", AUGUST, only=["COD99"])


def test_local_choices_are_read_from_the_settings_file(tmp_path):
    file = tmp_path / "workbench.toml"
    file.write_text('[coding]\nodp_convention = "S4T"\nregistration_fresh_days = 10\n', encoding="utf-8")
    local = CodingSettings.of(Settings.load(file))
    assert (local.odp_convention, local.registration_fresh_days, local.starter_days) == ("S4T", 10, 90)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"odp_convention": "S2T"}, "`odp_convention` is 'S2T'. Allowed: '', 'S1T', 'S4T'"),
        ({"ambulance_letter": "F"}, "`ambulance_letter` is 'F'"),
        ({"registration_fresh_days": 0}, "must be a whole number of at least 1: received 0"),
        ({"registration_fresh_days": True}, "must be a whole number"),
        ({"ledger_tolerance": -0.01}, "must be a number from 0 to below 1"),
        ({"odp_convetion": "S1T"}, "Did you mean `odp_convention`?"),
    ],
)
def test_a_wrong_local_choice_is_refused_with_what_is_allowed(values, said):
    with pytest.raises(SettingsError, match=re.escape(said)):
        CodingSettings.from_mapping(values)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (None, "There is no file of band ranges"),
        ("matrix,level\nS,1\n", "exactly the columns: matrix, level, lowest_band, highest_band"),
        ("matrix,level,lowest_band,highest_band\nS,1,Band 5,Band 8\n", "hold the band 'Band 8'"),
    ],
)
def test_band_ranges_that_cannot_be_used_are_refused(text: str | None, said: str, tmp_path: Path):
    file = tmp_path / "ranges.csv"
    if text is not None:
        file.write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError, match=re.escape(said)):
        CodingSettings(band_ranges=file).bound(["band_ranges"])
