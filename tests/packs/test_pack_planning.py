"""Which packs a quarter has, and what the command says when it can make none."""

from pathlib import Path

import pytest

from workbench.cli import main
from workbench.errors import UnknownName
from workbench.packs import latest_complete_quarter, plan_packs
from workbench.packs.parameters import check_parameters
from workbench.periods import Quarter


def test_every_organisation_served_gets_a_pack_as_at_the_last_day_of_the_quarter(sample_workbench) -> None:
    plan = plan_packs(sample_workbench, Quarter.parse("2026-27Q1"))
    assert [pack.organisation for pack in plan.packs] == list(sample_workbench.organisations)
    for pack in plan.packs:
        assert pack.parameters == {
            "organisation": pack.organisation,
            "as_at": "2026-06-30",
            "audience": "board",
            "interactive": False,
            "snapshot": sample_workbench.snapshot.id,
        }
        assert [path.stem for path in pack.notebooks] == ["coding_review", "retention_flows", "attainment_benchmark"]
        for notebook in pack.notebooks:
            assert check_parameters(notebook, pack.parameters) == pack.parameters


def test_only_the_organisations_asked_for_get_a_pack_each_once(sample_workbench) -> None:
    plan = plan_packs(sample_workbench, Quarter.parse("2026-27Q2"), ["XCC", "XAA", "XCC"])
    assert [pack.organisation for pack in plan.packs] == ["XCC", "XAA"]


def test_an_organisation_that_is_not_served_is_refused(sample_workbench) -> None:
    with pytest.raises(UnknownName, match="XA"):
        plan_packs(sample_workbench, Quarter.parse("2026-27Q2"), ["XA"])


@pytest.mark.parametrize("quarter", ["2026-27Q3", "2020-21Q1"])
def test_a_quarter_whose_last_month_is_not_loaded_makes_no_pack_and_says_why(sample_workbench, quarter: str) -> None:
    plan = plan_packs(sample_workbench, Quarter.parse(quarter))
    assert plan.packs == ()
    assert set(plan.not_possible) == set(sample_workbench.organisations)
    assert all("is not loaded; loaded are" in reason for reason in plan.not_possible.values())


def test_the_latest_complete_quarter_is_the_last_whose_end_is_loaded(sample_workbench) -> None:
    assert str(latest_complete_quarter(sample_workbench)) == "2026-27Q2"


def run(*arguments: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main(list(arguments))
    return int(ended.value.code or 0)


def test_another_format_than_html_is_refused_with_what_is_available(
    sample_home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("--home", str(sample_home), "pack", "--quarter", "2026-27Q2", "--formats", "html,pdf") == 1
    assert "only html is available in this version" in capsys.readouterr().err


def test_a_quarter_that_is_not_loaded_ends_with_a_message_and_an_exit_code(
    sample_home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("--home", str(sample_home), "pack", "--quarter", "2031-32Q4", "--out", str(tmp_path / "out")) == 1
    assert "no pack for XAA: 2031-32Q4 ends on 31 Mar 2032" in capsys.readouterr().err
    assert not (tmp_path / "out" / "index.html").exists()
