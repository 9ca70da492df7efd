"""What names a person never leaves the reader: not in a part, a reject, a message, a log or a notice."""

from __future__ import annotations

import datetime as dt
import json
import logging
import os
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from workbench.audit import AuditError, AuditLog
from workbench.errors import SettingsError, WorkbenchError
from workbench.extracts import contract_named, read_extract
from workbench.extracts.personal import age_band
from workbench.extracts.pseudonyms import Pseudonyms, open_pseudonyms
from workbench.extracts.vault import Vault
from workbench.settings import Settings

KEY = bytes(range(32))
SENTINEL = "Zzsentinelzz"


def test_a_pseudonym_is_the_keyed_hash_and_stays_the_same():
    # hmac.new(hmac.new(KEY, b"workforce-workbench/person/1", sha256).digest(), b"XAA\x1f00000017", sha256), 20 digits
    import hashlib
    import hmac

    own_key = hmac.new(KEY, b"workforce-workbench/person/1", hashlib.sha256).digest()
    expected = hmac.new(own_key, b"XAA\x1f00000017", hashlib.sha256).hexdigest()[:20]
    assert Pseudonyms(KEY).of_one("person", "XAA", "00000017") == expected


@pytest.mark.parametrize("written", ["00000017a", "00000017A", " 00000017A ", "0000 0017 a"])
def test_a_number_is_the_same_however_it_is_spaced_or_capitalised(read, staff, written):
    plain = read(staff.file(staff.row(employee_number="00000017A"))).rows["person_key"][0]
    assert read(staff.file(staff.row(employee_number=written))).rows["person_key"][0] == plain


def test_leading_zeros_and_organisations_tell_persons_apart():
    pseudonyms = Pseudonyms(KEY)
    keys = {
        pseudonyms.of_one("person", *pair) for pair in [("XAA", "17"), ("XAA", "017"), ("XBB", "17"), ("XA", "A17")]
    }
    assert len(keys) == 4
    assert pseudonyms.of_one("person", "xaa", "17") == pseudonyms.of_one("person", "XAA", "17")


def test_purposes_and_keys_cannot_be_joined():
    keys = {Pseudonyms(KEY).of_one(purpose, "XAA", "17") for purpose in ("person", "assignment", "registration")}
    assert len(keys | {Pseudonyms(KEY[::-1]).of_one("person", "XAA", "17")}) == 4


def test_a_registration_number_is_national():
    pseudonyms = Pseudonyms(KEY)
    assert pseudonyms.of_one("registration", "XAA", "PH1") == pseudonyms.of_one("registration", "XBB", "PH1")


def test_one_person_has_one_pseudonym_in_every_extract(read, staff):
    in_post = read(staff.file(staff.row(employee_number="7", assignment_number="7-1")))
    starter = read("organisation_code,employee_number,start_date\nXAA,7,2026-09-01\n", name="starters.csv")
    supervised = read(staff.with_column("supervisor_employee_number", "7"))
    assert in_post.rows["person_key"][0] == starter.rows["person_key"][0]
    assert in_post.rows["person_key"][0] == supervised.rows["supervisor_person_key"][0]


def test_assignments_are_numbered_by_their_number_as_text_within_person_and_month(read, staff):
    order = {
        ("1", "2026-08-31", "1-10"): 1,
        ("1", "2026-08-31", "1-9"): 3,
        ("1", "2026-08-31", "1-2"): 2,
        ("1", "2026-09-30", "1-9"): 1,
        ("2", "2026-09-30", "9"): 1,
        ("2", "2026-09-30", "10"): None,
    }
    rows = [staff.row(employee_number=e, period=p, assignment_number=a) for e, p, a in order]
    expected = [place or 1 for place in order.values()]
    expected[4] = 2
    assert read(staff.file(*rows)).rows["assignment_order"].to_list() == expected


def test_a_row_without_assignment_number_has_no_place_among_assignments(read):
    text = "organisation_code,employee_number,assignment_number,leaving_date\nXAA,1,,2026-09-30\nXAA,1,1-2,2026-09-30\n"
    assert read(text, name="leavers.csv").rows["assignment_order"].to_list() == [None, 1]


@pytest.mark.parametrize(
    ("born", "band"),
    [
        (dt.date(2001, 10, 1), "<25"),
        (dt.date(2001, 9, 30), "25-34"),
        (dt.date(1991, 10, 1), "25-34"),
        (dt.date(1991, 9, 30), "35-44"),
        (dt.date(1981, 9, 30), "45-54"),
        (dt.date(1971, 10, 1), "45-54"),
        (dt.date(1971, 9, 30), "55-59"),
        (dt.date(1966, 9, 30), "60-64"),
        (dt.date(1961, 10, 1), "60-64"),
        (dt.date(1961, 9, 30), "65+"),
        (dt.date(2030, 1, 1), None),
        (None, None),
    ],
)
def test_a_date_of_birth_becomes_the_age_band_at_the_month_end(born, band):
    frame = pl.DataFrame({"born": [born], "on": [dt.date(2026, 9, 30)]}, schema={"born": pl.Date, "on": pl.Date})
    assert frame.select(age_band(pl.col("born"), pl.col("on"))).item() == band


def test_personal_columns_are_left_out_and_named_by_their_header(read, staff):
    header = f"{staff.header},Surname,NI Number,Home Address,date_of_birth,Favourite colour"
    got = read(staff.file(f"{staff.row()},{SENTINEL},QQ123456C,1 High St,1970-01-01,{SENTINEL}", header=header))
    assert got.report.dropped_columns == ("Surname", "NI Number", "Home Address")
    assert got.report.unknown_headers == ("Favourite colour",)
    assert got.rows["age_band"].to_list() == ["55-59"]
    assert set(got.rows.columns) == set(contract_named("staff_in_post").landed_columns)
    assert not {"date_of_birth", "employee_number", "assignment_number"} & set(got.rows.columns)


def everything_below(folder: Path, *, but: str) -> bytes:
    files = [path for path in sorted(folder.rglob("*")) if path.is_file() and but not in path.parts]
    return b"".join(path.read_bytes() for path in files)


def test_a_staff_number_is_found_in_the_vault_alone(read, staff, tmp_path, caplog):
    caplog.set_level(logging.DEBUG)
    number = "98765432"
    rows = [staff.row(employee_number=number, assignment_number=number), staff.row(employee_number=number, period="x")]
    got = read(staff.file(*rows))
    (tmp_path / "staff_in_post.csv").unlink()
    assert number.encode() not in everything_below(tmp_path, but="vault")
    assert number not in f"{got.report}{got.rows.to_dicts()}{got.report.rejects.to_dicts()}{caplog.text}"
    assert got.report.rejects.height == 1


@hypothesis_settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    column=st.integers(0, 33),
    row=st.integers(0, 2),
    shape=st.sampled_from(["plain", "quoted", "quote inside", "short line", "long line", "open quote", "no header"]),
)
def test_no_cell_is_in_any_message_whatever_is_wrong_with_it(tmp_path, caplog, column, row, shape):
    caplog.set_level(logging.DEBUG)
    contract = contract_named("staff_in_post")
    right = {"organisation_code": "XAA", "period": "2026-09-30", "contracted_fte": "1", "primary_assignment": "Y"}
    dates = {entry.name: "2020-04-01" for entry in contract.columns if entry.type == "d"}
    cells = [
        [({"employee_number": str(place)} | dates | right).get(entry.name, "a") for entry in contract.columns]
        for place in range(3)
    ]
    cells[row][column] = {
        "quoted": f'"{SENTINEL}, x"',
        "quote inside": f'"{SENTINEL} "x" y"',
        "open quote": f'"{SENTINEL}',
    }.get(shape, SENTINEL)
    lines = [",".join(line) for line in cells]
    if shape == "short line":
        lines[row] = ",".join(cells[row][: column + 1])
    if shape == "long line":
        lines[row] += f",{SENTINEL}"
    header = [] if shape == "no header" else [",".join(entry.name for entry in contract.columns)]
    source = tmp_path / "staff_in_post.csv"
    source.write_text("\n".join([*header, *lines]) + "\n", encoding="utf-8")
    settings = Settings(home=tmp_path / "home", key_file=tmp_path / "own.key", reports=tmp_path / "reports")
    try:
        report = read_extract(source, tmp_path / "parts" / "part.parquet", settings=settings)
    except WorkbenchError as refused:
        said = str(refused)
    else:
        organisations = [] if column == 0 else report.organisations
        said = str(replace(report, rejects=report.rejects.clear(), organisations=tuple(organisations)))
        said += str(report.rejects.rows())
    assert SENTINEL.upper() not in said.upper()
    assert SENTINEL not in caplog.text


def test_the_key_is_made_once_outside_the_data_and_only_its_owner_reads_it(settings):
    made = open_pseudonyms(settings)
    assert open_pseudonyms(settings).fingerprint == made.fingerprint
    assert not settings.key_file.is_relative_to(settings.home)
    assert [path.name for path in settings.key_file.parent.iterdir()] == [settings.key_file.name]
    if os.name == "posix":
        assert settings.key_file.stat().st_mode & 0o077 == 0
        assert settings.key_file.parent.stat().st_mode & 0o077 == 0


def test_a_missing_key_is_an_error_where_a_vault_was_made_with_it(read, staff, settings):
    read(staff.file(staff.row()))
    settings.key_file.unlink()
    with pytest.raises(SettingsError, match=r"is missing, but the vault .* was made with it"):
        read(staff.file(staff.row()))
    assert not settings.key_file.exists()


def test_another_key_than_the_vaults_is_refused(read, staff, settings, tmp_path):
    read(staff.file(staff.row()))
    open_pseudonyms(replace(settings, home=tmp_path / "elsewhere", key_file=tmp_path / "keys" / "other.key"))
    with pytest.raises(SettingsError, match="made with another pseudonym key"):
        read(staff.file(staff.row()), key_file=tmp_path / "keys" / "other.key")


def test_a_file_that_is_no_key_is_refused(settings):
    settings.key_file.parent.mkdir(parents=True)
    settings.key_file.write_text("secret", encoding="utf-8")
    with pytest.raises(SettingsError, match="is no pseudonym key"):
        open_pseudonyms(settings)


@pytest.fixture
def vault(settings) -> Vault:
    return Vault(settings.vault, open_pseudonyms(settings))


def test_only_its_owner_can_open_the_vault(read, staff, settings, vault):
    read(staff.file(staff.row()))
    vault.look_up("person", ["x"], purpose="coding worklist", person="A Analyst")
    if os.name == "posix":
        assert settings.vault.parent.stat().st_mode & 0o077 == 0
        assert all(path.stat().st_mode & 0o077 == 0 for path in settings.vault.parent.iterdir())


def test_the_vault_gives_numbers_back_for_a_purpose_and_writes_that_down_first(read, staff, vault):
    got = read(staff.file(staff.row(employee_number="007", assignment_number="007-2")))
    key, assignment = got.rows["person_key"][0], got.rows["assignment_key"][0]
    assert vault.look_up("person", [key, "unknown"], purpose="coding worklist", person="A Analyst") == {key: "007"}
    assert vault.look_up("assignment", [assignment], purpose="coding worklist", person="A Analyst") == {
        assignment: "007-2"
    }
    assert vault.look_up("assignment", [key], purpose="coding worklist", person="A Analyst") == {}
    lines = [json.loads(line) for line in vault.audit.path.read_text(encoding="utf-8").splitlines()]
    assert [(line["action"], line["person"], line["details"]["asked"]) for line in lines] == [
        ("re-identify", "A Analyst", 2),
        ("re-identify", "A Analyst", 1),
        ("re-identify", "A Analyst", 1),
    ]
    assert not any("007" in str(line["details"]) for line in lines)


@pytest.mark.parametrize(("purpose", "person"), [("", "A Analyst"), ("worklist", " ")])
def test_the_vault_stays_shut_without_purpose_or_person(vault, purpose, person):
    with pytest.raises(WorkbenchError, match="only for a stated purpose and by a named person"):
        vault.look_up("person", ["x"], purpose=purpose, person=person)
    assert vault.audit.verify() == 0


def test_the_vault_stays_shut_when_the_opening_cannot_be_written_down(vault):
    vault.audit.path.mkdir()
    with pytest.raises(AuditError, match="nothing was opened"):
        vault.look_up("person", ["x"], purpose="worklist", person="A Analyst")


def test_numbers_of_refused_rows_are_not_kept(read, staff, vault):
    read(staff.file(staff.row(employee_number="1"), staff.row(employee_number="2", period="x")))
    pseudonyms = Pseudonyms(bytes.fromhex(vault_key(vault)))
    keys = [pseudonyms.of_one("person", "XAA", number) for number in ("1", "2")]
    assert vault.look_up("person", keys, purpose="test", person="A Analyst") == {keys[0]: "1"}


def vault_key(vault: Vault) -> str:
    return (vault.path.parents[2] / "keys" / "own.key").read_text(encoding="utf-8").splitlines()[1]


def test_many_loads_are_put_together_and_nothing_is_lost(vault):
    for number in range(60):
        pairs = pl.DataFrame({"key": [f"k{number}", "k0"], "number": [f"n{number}", "n0"]})
        vault.remember("person", pairs)
        vault.remember("person", pairs)
    keys = [f"k{number}" for number in range(60)]
    found = vault.look_up("person", keys, purpose="test", person="A Analyst")
    assert found == {f"k{number}": f"n{number}" for number in range(60)}


def test_a_damaged_vault_is_said_to_be_damaged(settings):
    pseudonyms = open_pseudonyms(settings)
    settings.vault.parent.mkdir(parents=True)
    settings.vault.write_text("no database " * 100, encoding="utf-8")
    with pytest.raises(SettingsError, match="cannot be read or written"):
        Vault(settings.vault, pseudonyms)


@pytest.fixture
def audit(tmp_path) -> AuditLog:
    log = AuditLog(tmp_path / "audit" / "openings.log")
    for number in range(4):
        log.append("export", person="A Analyst", purpose=f"worklist {number}", details={"rows": number})
    return log


def test_an_untouched_audit_record_verifies(audit):
    assert audit.verify() == 4


@pytest.mark.parametrize(
    "change",
    [
        lambda lines: [*lines[:1], lines[1].replace("worklist 1", "worklist 9"), *lines[2:]],
        lambda lines: [lines[0], *lines[2:]],
        lambda lines: [lines[1], lines[0], *lines[2:]],
        lambda lines: lines[:-1],
        lambda lines: [*lines, lines[-1]],
        lambda lines: [*lines[:-1], lines[-1].replace("worklist 3", "worklist 9")],
        lambda lines: [],
    ],
    ids=["edited", "removed", "moved", "cut at the end", "added", "last one edited", "emptied"],
)
def test_a_changed_audit_record_is_found(audit, change):
    lines = audit.path.read_text(encoding="utf-8").splitlines()
    audit.path.write_text("".join(f"{line}\n" for line in change(lines)), encoding="utf-8")
    with pytest.raises(AuditError, match="was changed"):
        audit.verify()


def test_a_removed_audit_record_is_found(audit):
    audit.path.unlink()
    with pytest.raises(AuditError, match="is gone"):
        audit.verify()
