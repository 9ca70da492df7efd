"""`workbench attain`: the level in words for the trust, a table for groups and teams, and every clause as JSON."""

from __future__ import annotations

import json

import pytest

from workbench.attainment.standard_sets import standard_sets
from workbench.cli import main

ASKED = ("--organisation", "XAA", "--as-at", "2026-09-30")


@pytest.fixture
def run(sample_home, capsys):
    def command(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as end:
            main(["--home", str(sample_home), "attain", *arguments])
        told = capsys.readouterr()
        return int(end.value.code or 0), told.out, told.err

    return command


def test_the_trusts_level_comes_with_what_blocks_lapses_and_would_lift_it(run):
    code, out, _ = run(*ASKED)
    assert code == 0
    assert "Trust: Level 0, no job planning on software." in out
    assert "What blocks Level 1:" in out
    assert "1.4a  not met: 147 of 404 people in scope have an active plan; asked: at least 90%" in out
    assert "What lapses next: 3.5b holds until 30 Nov 2026." in out
    # 90% of 404 is 363.6, so 364 people, and 147 are there
    assert "1.4a  217 plans to approve: 17 awaiting sign-off" in out


def test_groups_and_teams_stand_in_a_table_with_what_blocks_each(run):
    _, groups, _ = run(*ASKED, "--scope", "group")
    assert any(line.startswith("Allied health professionals  Level 0  1.2, 1.4") for line in groups.splitlines())
    code, teams, _ = run(*ASKED, "--scope", "team")
    assert code == 0
    assert "Dietetics Team" in teams and "blocked by" in teams


def test_json_has_every_clause_of_every_scope_with_both_halves(run):
    _, out, _ = run(*ASKED, "--json")
    told = json.loads(out)
    (trust,) = told["scopes"]
    clauses = {clause["clause"]: clause for clause in trust["clauses"]}
    assert (trust["level"], trust["status"], trust["blocking"]) == (0, "ok", ["1.2", "1.4"])
    assert list(clauses) == list(standard_sets()["e_job_planning_2019"].clauses)
    assert (clauses["1.4a"]["numerator"], clauses["1.4a"]["denominator"]) == (147, 404)
    assert clauses["1.1a"]["holds_until"] == "2028-02-28"
    assert clauses["1.1b"]["computed"] == "no_feed"
    assert told["people"]["excluded"]["doctor_in_training"] > 0
    assert {action["clause"] for action in trust["what_it_would_take"]} == {"1.2a", "1.4a", "1.4b"}
    _, out, _ = run(*ASKED, "--json", "--scope", "team")
    assert all(one["scope"].startswith("team:") for one in json.loads(out)["scopes"])


def test_before_anything_is_loaded_there_is_no_data_rather_than_level_0(run):
    early = ("--organisation", "XAA", "--as-at", "2020-01-31")
    code, out, _ = run(*early)
    assert code == 0
    assert "No level can be given" in out and "Level 0" not in out
    _, out, _ = run(*early, "--json")
    told = json.loads(out)
    assert (told["scopes"][0]["level"], told["scopes"][0]["status"], told["people"]) == (None, "no_data", None)


def test_names_that_do_not_exist_are_refused_with_what_is_allowed(run):
    code, _, err = run("--organisation", "XZZ", "--as-at", "2026-09-30")
    assert code != 0 and "XZZ" in err
    code, _, err = run(*ASKED, "--standard-set", "e_job_planning_2018")
    assert code != 0 and "e_job_planning_2019" in err
    code, _, err = run(*ASKED, "--scope", "ward")
    assert code != 0 and "ward" in err
