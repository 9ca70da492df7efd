"""Settings: defaults, file, variables, in that order, each checked once."""

from __future__ import annotations

from pathlib import Path

import pytest

from workbench.errors import SettingsError
from workbench.settings import DisclosureThresholds, Settings, default_key_file


@pytest.fixture(autouse=True)
def plain_surroundings(monkeypatch, tmp_path):
    for name in ("HOME", "KEY_FILE", "REPORTS", "CONFIG"):
        monkeypatch.delenv(f"WORKBENCH_{name}", raising=False)
    monkeypatch.chdir(tmp_path)


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "settings.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_variable_overrules_the_file_and_an_argument_overrules_both(tmp_path, monkeypatch):
    config = written(tmp_path, 'home = "from-file"\n')
    assert Settings.load(config).home == tmp_path / "from-file"
    monkeypatch.setenv("WORKBENCH_HOME", str(tmp_path / "from-variable"))
    assert Settings.load(config).home == tmp_path / "from-variable"
    assert Settings.load(config, home=tmp_path / "from-argument").home == tmp_path / "from-argument"


def test_the_key_lies_outside_the_data_folder_and_two_warehouses_have_two_keys(tmp_path):
    one, other = tmp_path / "one", tmp_path / "other"
    assert not default_key_file(one).is_relative_to(one)
    assert default_key_file(one) != default_key_file(other)


def test_leads_see_no_count_below_five_and_boards_none_below_eight():
    thresholds = Settings.load().disclosure
    assert thresholds["lead"] == DisclosureThresholds(smallest_shown=5)
    assert thresholds["board"] == DisclosureThresholds(smallest_shown=8, round_to=5)


def test_a_threshold_is_set_for_one_audience_and_the_others_keep_theirs(tmp_path):
    thresholds = Settings.load(written(tmp_path, "[disclosure.board]\nsmallest_shown = 10\n")).disclosure
    assert thresholds["board"] == DisclosureThresholds(smallest_shown=10, round_to=5)
    assert thresholds["lead"].smallest_shown == 5


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("hoem = 'x'\n", "Did you mean `home`?"),
        ("[disclosure.public]\nsmallest_shown = 10\n", "No audience named 'public'"),
        ("[disclosure.board]\nsmallest = 10\n", "smallest_shown, round_to, zero_is_disclosive"),
        ("[disclosure.board]\nsmallest_shown = 0\n", "at least 1"),
        ("stale_after_days = 'soon'\n", "whole number"),
        ("home = \n", "cannot be read"),
    ],
)
def test_a_setting_that_cannot_be_meant_is_refused_in_words(tmp_path, text, said):
    with pytest.raises(SettingsError, match=said.replace("?", r"\?").replace("(", r"\(")):
        Settings.load(written(tmp_path, text))


def test_a_settings_file_that_is_named_must_be_there(tmp_path):
    with pytest.raises(SettingsError, match="no settings file"):
        Settings.load(tmp_path / "nowhere.toml")


def test_what_stands_below_a_theme_is_handed_to_the_theme_as_it_is(tmp_path):
    settings = Settings.load(written(tmp_path, '[coding]\nodp_convention = "S1T"\n'))
    assert settings.theme_settings("coding") == {"odp_convention": "S1T"}
    assert settings.theme_settings("retention") == {}


def test_settings_of_a_theme_stand_below_its_heading(tmp_path):
    with pytest.raises(SettingsError, match=r"below a heading `\[coding\]`: received 7"):
        Settings.load(written(tmp_path, "coding = 7\n"))
