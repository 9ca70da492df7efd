"""What a load does with files: new ones, the same again, re-sent months, damaged ones."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from filelock import FileLock

from workbench.errors import GrainError, LoadInProgress, SettingsError, WorkbenchError
from workbench.settings import Settings
from workbench.warehouse import Warehouse
from workbench.warehouse.load import LoadReport
from workbench.warehouse.progress import Progress
from workbench.warehouse.snapshot import Snapshot

WriteExtract = Callable[..., Path]
NOT_TABLES_OF_CONTENT = ("control.snapshot", "control.load_file")


def contents(snapshot: Snapshot) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table, in the order in which it is kept."""
    names = snapshot.sql("select schema_name || '.' || table_name as name from duckdb_tables() order by 1")["name"]
    return {name: snapshot.sql(f"select * from {name}").rows() for name in names if name not in NOT_TABLES_OF_CONTENT}


def statuses(report: LoadReport) -> list[str]:
    assert all(outcome.message for outcome in report.outcomes if outcome.status == "refused")
    return [outcome.status for outcome in report.outcomes]


def test_loading_the_same_bytes_again_changes_nothing(own_settings: Settings, write_extract: WriteExtract) -> None:
    file = write_extract("staff_in_post_august", [{}])
    warehouse = Warehouse(own_settings)
    first = warehouse.load([file])
    again = warehouse.load([file.rename(file.with_name("renamed_staff_in_post.csv"))])
    assert statuses(first) == ["loaded"]
    assert statuses(again) == ["already_loaded"]
    assert again.snapshot_id is None
    assert [manifest.snapshot_id for manifest, _ in warehouse.snapshots()] == [first.snapshot_id]


def test_a_month_sent_again_replaces_the_whole_month_and_no_other(
    own_settings: Settings, write_extract: WriteExtract
) -> None:
    warehouse = Warehouse(own_settings)
    two = [{"employee_number": "1", "assignment_number": "1"}, {"employee_number": "2", "assignment_number": "2"}]
    warehouse.load(
        [
            write_extract("staff_in_post_july", [{**row, "period": "2026-07-31"} for row in two]),
            write_extract("staff_in_post_august", two),
        ]
    )
    report = warehouse.load([write_extract("staff_in_post_august_again", two[:1])])
    assert [(r.organisation_code, str(r.period), r.earlier.file_name) for r in report.restatements] == [
        ("XAA", "2026-08-31", "staff_in_post_august.csv")
    ]
    with warehouse.open() as snapshot:
        rows = snapshot.sql("select period, count(*) as n from staging.staff_in_post group by period order by period")
        assert rows["n"].to_list() == [2, 1]
        files = snapshot.sql("select file_name, is_live from control.load_file order by file_name")
        assert dict(files.iter_rows()) == {
            "staff_in_post_august.csv": False,
            "staff_in_post_august_again.csv": True,
            "staff_in_post_july.csv": True,
        }
        restated = snapshot.sql(
            """
            select earlier.file_name as earlier, later.file_name as later
            from control.restatement
            join control.load_file as earlier on earlier.file_id = earlier_file_id
            join control.load_file as later on later.file_id = later_file_id
            """
        )
        assert restated.rows() == [("staff_in_post_august.csv", "staff_in_post_august_again.csv")]


def test_a_file_of_two_organisations_gives_way_only_for_the_one_sent_again(
    own_settings: Settings, write_extract: WriteExtract
) -> None:
    warehouse = Warehouse(own_settings)
    warehouse.load([write_extract("staff_in_post_both", [{"organisation_code": "XAA"}, {"organisation_code": "XBB"}])])
    warehouse.load([write_extract("staff_in_post_one", [{"organisation_code": "XBB", "position_title": "Later"}])])
    with warehouse.open() as snapshot:
        rows = snapshot.sql("select organisation_code, position_title from staging.staff_in_post order by all")
        assert rows.rows() == [("XAA", "Physiotherapist"), ("XBB", "Later")]
        assert snapshot.sql("select bool_and(is_live) as all_live from control.load_file").item()


def test_the_order_in_which_months_come_does_not_matter(tmp_path: Path, write_extract: WriteExtract) -> None:
    files = [
        write_extract(f"staff_in_post_{month}", [{"period": f"2026-{month}", "employee_number": number}])
        for month, number in (("06-30", "3"), ("07-31", "1"), ("08-31", "2"))
    ]
    seen = []
    hashes = set()
    key = tmp_path / "one.key"
    for number, order in enumerate((files, files[::-1])):
        settings = Settings(home=tmp_path / str(number), key_file=key, reports=tmp_path / "reports")
        warehouse = Warehouse(settings)
        for month in order:
            warehouse.load([month])
        with warehouse.open() as snapshot:
            seen.append(contents(snapshot))
            hashes.add(snapshot.sql("select contents_hash from control.snapshot").item())
    assert seen[0] == seen[1]
    assert len(hashes) == 1


def test_records_sent_again_replace_themselves_and_older_ones_stay(
    own_settings: Settings, write_extract: WriteExtract
) -> None:
    def leaver(number: str, reason: str) -> dict[str, str]:
        return {
            "organisation_code": "XAA",
            "employee_number": number,
            "leaving_date": "2026-08-15",
            "leaving_reason": reason,
        }

    warehouse = Warehouse(own_settings)
    warehouse.load([write_extract("leavers_first", [leaver("1", "Retirement Age"), leaver("2", "Retirement Age")])])
    warehouse.load([write_extract("leavers_second", [leaver("2", "Redundancy - Voluntary")])])
    with warehouse.open() as snapshot:
        reasons = snapshot.sql("select leaving_reason_code from staging.leavers order by 1")
        assert reasons.height == 2
        assert reasons["leaving_reason_code"].n_unique() == 2


def test_a_list_sent_again_replaces_the_organisations_whole_list(
    own_settings: Settings, write_extract: WriteExtract
) -> None:
    def entry(organisation: str, number: str) -> dict[str, str]:
        return {"organisation_code": organisation, "employee_number": number, "profession": "Physiotherapist"}

    warehouse = Warehouse(own_settings)
    warehouse.load([write_extract("service_list_1", [entry("XAA", "1"), entry("XAA", "2"), entry("XBB", "1")])])
    warehouse.load([write_extract("service_list_2", [entry("XAA", "3")])])
    with warehouse.open() as snapshot:
        counted = snapshot.sql(
            "select organisation_code, count(*) as n from staging.service_list group by 1 order by 1"
        )
        assert counted.rows() == [("XAA", 1), ("XBB", 1)]


def test_evidence_of_attainment_is_only_ever_added_to(own_settings: Settings, write_extract: WriteExtract) -> None:
    plain = {"organisation_code": "XAA", "scope": "trust", "standard_set": "nhs_ahp", "clause": "1.1a", "owner": "A"}
    warehouse = Warehouse(own_settings)
    first = {**plain, "judgement": "met", "evidence_date": "2026-01-01"}
    warehouse.load([write_extract("attainment_evidence_1", [first])])
    warehouse.load(
        [
            write_extract(
                "attainment_evidence_2", [first, {**first, "judgement": "not_met", "evidence_date": "2026-06-01"}]
            )
        ]
    )
    with warehouse.open() as snapshot:
        kept = snapshot.sql("select judgement from staging.attainment_evidence order by evidence_date")
        assert kept["judgement"].to_list() == ["met", "not_met"]


def test_one_bad_file_never_harms_the_others(own_settings: Settings, write_extract: WriteExtract) -> None:
    good = write_extract("staff_in_post_good", [{}])
    bad = good.with_name("staff_in_post_bad.csv")
    bad.write_text("Something,Else\n1,2\n", encoding="utf-8")
    damaged = good.with_name("leavers_damaged.xlsx")
    damaged.write_bytes(b"PK\x03\x04 not a workbook at all")
    report = Warehouse(own_settings).load([good.parent])
    assert {outcome.path.name: outcome.status for outcome in report.outcomes} == {
        "staff_in_post_good.csv": "loaded",
        "staff_in_post_bad.csv": "refused",
        "leavers_damaged.xlsx": "refused",
    }
    assert report.exit_code == 2
    with Warehouse(own_settings).open() as snapshot:
        assert snapshot.sql("select count(*) as n from staging.staff_in_post").item() == 1


def test_a_refused_file_leaves_an_earlier_snapshot_as_it_was(
    own_settings: Settings, write_extract: WriteExtract
) -> None:
    warehouse = Warehouse(own_settings)
    first = warehouse.load([write_extract("staff_in_post_good", [{}])])
    bad = write_extract("staff_in_post_bad", [{}])
    bad.write_text("Something,Else\n1,2\n", encoding="utf-8")
    report = warehouse.load([bad])
    assert (report.exit_code, report.snapshot_id) == (2, None)
    with warehouse.open() as snapshot:
        assert snapshot.id == first.snapshot_id


def test_what_is_no_extract_is_passed_over_in_a_folder_and_refused_by_name(
    own_settings: Settings, write_extract: WriteExtract
) -> None:
    good = write_extract("staff_in_post_good", [{}])
    answers = good.with_name("planted.csv")
    answers.write_text("nature,wherever,expectation\na,b,c\n", encoding="utf-8")
    good.with_name("README.md").write_text("About these files", encoding="utf-8")
    good.with_name(".hidden.csv").write_text("x", encoding="utf-8")
    in_folder = Warehouse(own_settings).load([good.parent])
    assert {outcome.path.name: outcome.status for outcome in in_folder.outcomes} == {
        "README.md": "ignored",
        "planted.csv": "ignored",
        "staff_in_post_good.csv": "loaded",
    }
    assert in_folder.exit_code == 0
    by_name = Warehouse(own_settings).load([answers])
    assert statuses(by_name) == ["refused"]
    assert by_name.exit_code == 2


def test_rejected_rows_give_exit_code_1_and_are_listed_with_file_and_line(
    own_settings: Settings, write_extract: WriteExtract
) -> None:
    warehouse = Warehouse(own_settings)
    rows = [{"employee_number": "1"}, {"employee_number": "2", "contracted_fte": "lots"}]
    report = warehouse.load([write_extract("staff_in_post_mixed", rows)])
    assert report.exit_code == 1
    rejects = warehouse.rejects()
    assert rejects.select("file_name", "line", "column_name", "severity").rows() == [
        ("staff_in_post_mixed.csv", 3, "contracted_fte", "row_refused")
    ]
    assert "lots" not in str(rejects.rows())


def test_codes_that_no_list_knows_are_counted_and_kept(own_settings: Settings, write_extract: WriteExtract) -> None:
    rows = [
        {"employee_number": "1", "contract_type": "Zero Hours"},
        {"employee_number": "2", "contract_type": "Zero Hours"},
        {"employee_number": "3"},
    ]
    report = Warehouse(own_settings).load([write_extract("staff_in_post_odd", rows)])
    assert report.codes.rows() == [("staff_in_post", "contract_type", "Zero Hours", "unknown", 2)]
    with Warehouse(own_settings).open() as snapshot:
        kept = snapshot.sql("select contract_type, contract_type_code from staging.staff_in_post order by all")
        assert kept.rows() == [("Permanent", "05"), ("Zero Hours", None), ("Zero Hours", None)]


def test_a_job_role_that_several_staff_groups_have_is_read_with_its_group(
    own_settings: Settings, write_extract: WriteExtract
) -> None:
    rows = [
        {"employee_number": "1", "job_role": "Technician", "staff_group": "Add Prof Scientific and Technic"},
        {"employee_number": "2", "job_role": "Technician", "staff_group": "Nobody's Group"},
    ]
    report = Warehouse(own_settings).load([write_extract("staff_in_post_roles", rows)])
    with Warehouse(own_settings).open() as snapshot:
        kept = snapshot.sql("select job_role, job_role_code from staging.staff_in_post order by all nulls last")
        assert kept.rows() == [("Technician", "05012"), ("Technician", None)]
    assert ("staff_in_post", "job_role", "Nobody's Group | Technician", "unknown", 1) in report.codes.rows()


def test_a_staging_table_without_any_file_is_empty_and_typed(
    own_settings: Settings, write_extract: WriteExtract
) -> None:
    Warehouse(own_settings).load([write_extract("staff_in_post_august", [{}])])
    with Warehouse(own_settings).open() as snapshot:
        roster = snapshot.sql("select * from staging.roster_sessions")
    assert roster.height == 0
    assert roster.schema["session_date"] == pl.Date
    assert roster.schema["planned_hours"] == pl.Decimal(18, 5)
    assert roster.schema["source_file"] == pl.Int64


def test_a_second_load_at_the_same_time_is_told_to_wait(own_settings: Settings, write_extract: WriteExtract) -> None:
    file = write_extract("staff_in_post_august", [{}])
    own_settings.warehouse.mkdir(parents=True)
    with (
        FileLock(own_settings.warehouse / ".load.lock"),
        pytest.raises(LoadInProgress, match="Wait until it has ended"),
    ):
        Warehouse(own_settings).load([file])
    assert statuses(Warehouse(own_settings).load([file])) == ["loaded"]


def test_a_path_with_nothing_at_it_is_said_before_anything_is_loaded(own_settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(WorkbenchError, match="no file or folder"):
        Warehouse(own_settings).load([tmp_path / "nowhere"])


def test_a_newer_way_of_reading_codes_makes_a_new_snapshot_of_the_same_files(
    own_settings: Settings, write_extract: WriteExtract
) -> None:
    warehouse = Warehouse(own_settings)
    file = write_extract("staff_in_post_august", [{"contract_type": "Perm"}])
    first = warehouse.load([file])
    own_settings.reference_lists.mkdir(parents=True)
    (own_settings.reference_lists / "aliases.csv").write_text(
        "list,alias,code,label,note\ncontract_type,Perm,05,Permanent,our payroll's word\n", encoding="utf-8"
    )
    second = warehouse.load([file])
    assert statuses(second) == ["already_loaded"]
    assert second.snapshot_id not in (None, first.snapshot_id)
    with warehouse.open() as snapshot:
        assert snapshot.sql("select contract_type_code from staging.staff_in_post").item() == "05"


def test_extracts_read_with_two_pseudonym_keys_never_meet(own_settings: Settings, write_extract: WriteExtract) -> None:
    warehouse = Warehouse(own_settings)
    warehouse.load([write_extract("staff_in_post_july", [{"period": "2026-07-31"}])])
    own_settings.key_file.unlink()
    own_settings.vault.unlink()
    with pytest.raises(SettingsError, match="key"):
        warehouse.load([write_extract("staff_in_post_august", [{}])])


def test_a_table_whose_key_repeats_is_not_published(own_settings: Settings, write_extract: WriteExtract) -> None:
    warehouse = Warehouse(own_settings)
    first = warehouse.load([write_extract("staff_in_post_july", [{"period": "2026-07-31"}])])
    second = write_extract("staff_in_post_august", [{}])

    def spoil(progress: Progress) -> None:
        # A part that was tampered with: the same rows twice.
        if progress.step == "landing" and progress.subject == "staff_in_post":
            for part in (own_settings.warehouse / "parts" / "staff_in_post").glob("*.parquet"):
                rows = pl.read_parquet(part)
                pl.concat([rows, rows]).write_parquet(part)

    with pytest.raises(GrainError, match=r"staging\.staff_in_post"):
        warehouse.load([second], progress=spoil)
    with warehouse.open() as snapshot:
        assert snapshot.id == first.snapshot_id
