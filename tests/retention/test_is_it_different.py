"""Control charts and funnels of the retention page: what is judged, from which numbers, and for whom."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest

from workbench.benchmarking import xmr
from workbench.errors import SettingsError
from workbench.exhibits import ExhibitRequest
from workbench.periods import month_ends
from workbench.retention.variation_exhibits import EXHIBITS
from workbench.settings import Settings
from workbench.workbench import Workbench

MONTHS = month_ends(dt.date(2024, 6, 30), dt.date(2026, 9, 30))  # 28 month ends: 27 steps of a month, 9 of a quarter
LATEST = MONTHS[-1]
NOWHERE = Path("nowhere")


def moving(left: list[int], joined: list[int] | None = None, size: int = 200, **changes: object):
    """Staff lists of 28 months in which so many leave and join in each of the 27 months between them."""
    joined = left if joined is None else joined
    first, last, lists = 0, size, []
    for gone, new in zip([0, *left], [0, *joined], strict=True):
        first, last = first + gone, last + new
        lists.append({f"{changes.get('service', 'all')}-{n}": dict(changes) for n in range(first, last)})
    return dict(zip((month.isoformat() for month in MONTHS), lists, strict=True))


def exhibit(snapshot, name, audience="analyst", as_at=LATEST, targets=None, **options):
    settings = Settings(
        home=NOWHERE, key_file=NOWHERE, reports=NOWHERE, themes={"retention": {"targets": targets}} if targets else {}
    )
    return EXHIBITS[name](Workbench(snapshot, settings, audience), ExhibitRequest("XAA", as_at, options))


def columns(made, *names):
    return [tuple(row[name] for name in names) for row in made.table.iter_rows(named=True)]


def cells(made):
    return {row[0]: dict(zip((c.name for c in made.columns), row, strict=True)) for row in made.shown_rows()}


def test_a_month_of_leavers_reads_as_a_rate_a_year(staff):
    made = exhibit(staff(moving([10] * 27)), "leaver_rate_by_month")
    # 10 of 200 in a month, times 12
    assert columns(made, "numerator", "denominator", "value") == [(10, 200, 60.0)] * 27
    assert (
        made.title
        == "The leaver rate cannot be judged: 60.0% a year in September 2026, no variation: every value is the same"
    )


def test_the_chart_carries_the_number_of_the_measure(staff):
    snapshot = staff(moving([8, 10, 12] * 9))
    made = exhibit(snapshot, "leaver_rate_by_month")
    workbench = Workbench(snapshot, Settings(home=NOWHERE, key_file=NOWHERE, reports=NOWHERE))
    measure = workbench.measure("leaver_rate", organisation="XAA", as_at=LATEST, by="month", window_months=1)
    by_month = dict(measure.select("month", "value").iter_rows())
    assert [(month, value) for month, value in columns(made, "month", "value")] == [
        (month, pytest.approx(by_month[month] * 12)) for month in MONTHS[1:]
    ]


def test_an_unusual_month_is_the_finding_and_stands_in_the_table_in_words(staff):
    made = exhibit(staff(moving([8, 12] * 13 + [40])), "leaver_rate_by_month")
    assert made.title.startswith("The leaver rate is unusually high: 240.0% a year in September 2026, above the upper")
    assert columns(made, "signal")[-1] == ("above the upper limit",)
    assert "special cause, neither good nor bad, high" in made.alt


def test_an_unusual_month_of_the_past_year_is_named_beside_a_usual_latest_one(staff):
    made = exhibit(staff(moving([8, 12] * 12 + [40, 8, 12])), "leaver_rate_by_month")
    assert made.title.endswith("in September 2026; last unusual in July 2026")


@pytest.mark.parametrize(("small", "step"), [(6, "month"), (7, "quarter")])
def test_quarters_are_drawn_where_more_than_a_quarter_of_the_months_is_withheld(staff, small, step):
    left = [3 if n % 3 == 0 and n < 3 * small else 9 for n in range(27)]  # 6 of 27 is 22%, 7 of 27 is 26%
    made = exhibit(staff(moving(left)), "leaver_rate_by_month", "lead")
    assert made.caption.startswith(f"Leavers of each {step} as a percentage of staff in post, ")
    assert ("times 4" in made.caption) is (step == "quarter")
    assert any(note.startswith("Counted by quarter: by shorter steps") for note in made.notes) is (step == "quarter")
    if step == "month":
        assert (made.withheld, made.table["value"].null_count()) == (6, 6)
        assert any("lie somewhat higher" in note for note in made.notes)


def test_nine_quarters_are_too_few_and_the_title_says_so(staff):
    made = exhibit(staff(moving([4] * 27)), "leaver_rate_by_month", "lead")
    # 12 of 200 in each quarter, times 4
    assert columns(made, "numerator", "value") == [(12, 24.0)] * 9
    made = exhibit(staff(moving([4, 4, 4, 3, 4, 4, 4, 4, 4] * 3)), "leaver_rate_by_month", "lead")
    assert made.title == "Too few values to judge the leaver rate: 24.0% a year in the quarter to September 2026"
    assert "trial limits, 9 of 12 points" in made.alt
    assert {signal for (signal,) in columns(made, "signal")} == {"not judged"}


def test_limits_rest_on_the_released_months_alone(staff):
    left = [8, 12] * 12 + [3, 8, 12]
    snapshot = staff(moving(left))
    lead, analyst = (exhibit(snapshot, "leaver_rate_by_month", audience) for audience in ("lead", "analyst"))
    released = xmr([60 * n / 10 for n in left if n != 3]).groups[0]
    complete = xmr([60 * n / 10 for n in left]).groups[0]
    assert f"Mean {released.mean:.1f}" in lead.alt and f"Mean {complete.mean:.1f}" in analyst.alt
    assert released.mean != complete.mean
    assert "Gaps: 1 withheld" in lead.alt


def test_a_withheld_month_leaves_no_trace_of_its_number(staff):
    made = exhibit(staff(moving([8, 12] * 12 + [3, 8, 12])), "leaver_rate_by_month", "lead")
    (hidden,) = [row for row in made.table.iter_rows(named=True) if row["month"] == MONTHS[25]]
    assert (hidden["numerator"], hidden["value"], hidden["signal"]) == (None, None, "no value shown")
    assert 18.0 not in json.loads(made.figure.to_json(), parse_float=float).get("data")[0].get("y", [])
    assert "18.0" not in made.alt + made.title + " ".join(made.notes)


def test_leavers_are_withheld_where_the_joiners_of_the_month_are_because_stocks_give_the_difference(staff):
    joined = [8, 12] * 12 + [3, 8, 12]
    made = exhibit(staff(moving([8, 12] * 12 + [20, 8, 12], joined)), "leaver_rate_by_month", "lead")
    assert [month for month, value in columns(made, "month", "value") if value is None] == [MONTHS[25]]


def test_a_month_that_is_not_loaded_is_a_gap_and_not_a_zero(staff):
    months = moving([8, 12] * 13 + [8])
    del months[MONTHS[20].isoformat()]
    made = exhibit(staff(months), "leaver_rate_by_month")
    values = dict(columns(made, "month", "value"))
    assert values[MONTHS[20]] is None and values[MONTHS[21]] is None and values[MONTHS[22]] > 0
    assert "2 without data" in made.alt


def test_an_analyst_may_judge_one_service_and_a_lead_is_told_why_not(staff):
    months = moving([8, 12] * 13 + [8], service="Therapies")
    months = {month: people | {"p1": {"service": "Podiatry"}} for month, people in months.items()}
    snapshot = staff(months)
    analyst = exhibit(snapshot, "leaver_rate_by_month", service="Podiatry")
    assert analyst.stamp.scope == "service: Podiatry"
    assert columns(analyst, "numerator", "denominator")[0] == (0, 1)
    lead = exhibit(snapshot, "leaver_rate_by_month", "lead", service="Podiatry", trainees="out")
    assert lead.stamp.scope == "whole organisation"
    assert lead.title.startswith("Whole organisation: no sign that the leaver rate is changing")
    (note,) = [note for note in lead.notes if "not followed" in note]
    assert "service: Podiatry; doctors in training left out" in note
    assert "differ by a few of them" in note
    plain = exhibit(snapshot, "leaver_rate_by_month", "lead")
    assert columns(lead, "month", "value") == columns(plain, "month", "value")


def test_a_group_without_anybody_in_a_month_is_not_applicable_then(staff):
    months = moving([8] * 27, service="Therapies")
    months[MONTHS[-1].isoformat()] |= {"p1": {"service": "Podiatry"}}
    made = exhibit(staff(months), "leaver_rate_by_month", service="Podiatry")
    assert set(columns(made, "value")[:-1]) == {(None,)}
    assert set(made.table["value_status"][:-1]) == {"not_applicable"}


def test_nothing_loaded_is_said_and_not_drawn(staff):
    made = exhibit(staff(moving([8] * 27)), "leaver_rate_by_month", as_at=dt.date(2024, 6, 30))
    assert made.title == "The leaver rate cannot be shown: the extracts it needs are not loaded"
    assert made.alt == "Leaver rate by month: no data."


def services(staff, gone: dict[str, int], size: int = 100):
    """A year in which so many of each service's hundred people leave and are replaced."""
    first, last = MONTHS[-13], MONTHS[-1]
    months = {first: {}, last: {}}
    for name, number in gone.items():
        months[first] |= {f"{name}-{n}": {"service": name} for n in range(size)}
        months[last] |= {f"{name}-{n}": {"service": name} for n in range(number, size + number)}
    return staff({month.isoformat(): people for month, people in months.items()})


TWELVE = {f"Service {letter}": 10 for letter in "ABCDEFGHIJK"}


def test_a_service_that_loses_more_than_its_size_explains_is_named(staff):
    made = exhibit(services(staff, TWELVE | {"Wards": 40}), "leaver_rates_by_service")
    assert made.title == "Leaver rate higher than expected in Wards, among 12 services"
    assert cells(made)["Wards"]["verdict"] == "higher than expected (outside 99.8%)"
    assert cells(made)["Service A"]["verdict"] == "as expected for its size"
    assert any("a prompt to look, not a verdict" in note for note in made.notes)


def test_services_are_in_the_order_of_their_names_and_never_ranked(staff):
    made = exhibit(services(staff, {"Zebra": 40, "Alpha": 5, "Midway": 20}), "leaver_rates_by_service")
    assert [name for (name,) in columns(made, "service")] == ["Alpha", "Midway", "Zebra"]


def test_the_line_is_the_rate_of_the_whole_organisation_also_where_small_services_are_withheld(staff):
    made = exhibit(services(staff, TWELVE | {"Small": 3, "Few": 2}), "leaver_rates_by_service", "lead")
    assert cells(made)["Small"]["value"] == cells(made)["Few"]["value"] == "[c]"
    assert cells(made)["Small"]["verdict"] == "not judged"
    assert "All together: 8.8" in made.alt  # (11 x 10 + 3 + 2) of 1,300, where those shown have 10 of 100
    assert made.withheld == 2


def test_what_the_yearly_table_withholds_is_withheld_in_the_funnel_too(staff):
    from workbench.retention.released import released_yearly_flows

    snapshot = services(staff, TWELVE | {"Small": 3})
    made = exhibit(snapshot, "leaver_rates_by_service", "lead")
    settings = Settings(home=NOWHERE, key_file=NOWHERE, reports=NOWHERE)
    policy = Workbench(snapshot, settings, "lead").policy
    table = released_yearly_flows(snapshot, policy, "XAA", LATEST, "service")
    hidden = {
        row["service"] for row in table.iter_rows(named=True) if row["leavers_year_status"] in ("primary", "secondary")
    }
    assert len(hidden) >= 2
    assert all(cells(made)[name]["numerator"] == "[c]" for name in hidden & set(TWELVE | {"Small": 3}))


def test_fewer_than_ten_services_are_judged_by_chance_alone(staff):
    made = exhibit(services(staff, {"A": 10, "B": 12, "C": 60}), "leaver_rates_by_service")
    assert any(note.startswith("Limits show chance alone: 3 units are too few") for note in made.notes)


def test_professions_can_be_compared_instead(staff):
    made = exhibit(services(staff, {"A": 10}), "leaver_rates_by_service", profession="Physiotherapist")
    assert made.question == "Do some professions lose more people than their size explains?"
    assert list(cells(made)) == ["Physiotherapist"]
    assert "All professions are compared; Physiotherapist is one of them." in made.notes


def test_every_service_withheld_is_said_in_words(staff):
    made = exhibit(services(staff, {"A": 1, "B": 2}, size=4), "leaver_rates_by_service", "lead")
    assert made.title == "Leaver rates of services cannot be compared: too few numbers may be shown"
    assert "no group can be judged" in made.alt


def test_every_measure_has_its_icon_its_value_and_a_sentence(staff):
    made = exhibit(staff(moving([8, 12] * 13 + [40])), "is_it_different")
    table = cells(made)
    assert table["Leaver rate"] == {
        "measure": "Leaver rate",
        "variation": "special cause, neither good nor bad, high",
        "latest": "240.0% a year (month to Sep 2026)",
        "assurance": "no target set",
        "sentence": table["Leaver rate"]["sentence"],
    }
    assert table["Leaver rate"]["sentence"].startswith(
        "Special cause, neither good nor bad, high: above the upper limit; usual"
    )
    assert table["Headcount"]["variation"] == "cannot be judged"
    assert table["Headcount"]["sentence"] == "No variation: every value is the same."
    assert made.title == (
        "Different from usual: Leaver rate (unusually high) and Joiner rate (unusually high) (3 cannot be judged)"
    )
    assert '<svg class="wb-icon"' in made.to_html()


def test_nothing_different_is_a_finding_too(staff):
    made = exhibit(staff(moving([8, 12] * 13 + [10])), "is_it_different")
    assert made.title.startswith("Nothing is different from usual in the 2 measures that can be judged")


@pytest.mark.parametrize(
    ("value", "better", "icon"),
    # 9 and 11 leavers in turn: mean near 60, limits 60 +- 2.66 x 12 = 28 to 92
    [
        (10, "lower", "target will be missed"),
        (200, "lower", "target will be met"),
        (60, "lower", "target met and missed by chance"),
        (200, "higher", "target will be missed"),
    ],
)
def test_a_target_of_the_organisation_gives_the_assurance_icon(staff, value, better, icon):
    targets = {"leaver_rate": {"value": value, "better": better}}
    made = exhibit(staff(moving([9, 11] * 13 + [10])), "is_it_different", targets=targets)
    assert cells(made)["Leaver rate"]["assurance"] == icon
    assert f"With a target of {value}.0% a year, the target will be" in cells(made)["Leaver rate"]["sentence"]
    chart = exhibit(staff(moving([9, 11] * 13 + [10])), "leaver_rate_by_month", targets=targets)
    assert f"Target {value}.0" in chart.alt


@pytest.mark.parametrize(
    ("targets", "message"),
    [
        ({"leaver_rates": {"value": 10, "better": "lower"}}, "leaver_rates"),
        ({"leaver_rate": {"value": 10}}, "which side is better"),
        ({"leaver_rate": {"value": "ten", "better": "lower"}}, "must be a number"),
        ({"leaver_rate": {"value": 10, "better": "less"}}, "Allowed: higher, lower"),
        ({"leaver_rate": 10}, "takes `value` and `better`"),
    ],
)
def test_a_target_that_cannot_be_used_is_refused(staff, targets, message):
    with pytest.raises(SettingsError, match=message):
        exhibit(staff(moving([8] * 27)), "is_it_different", targets=targets)


def test_a_measure_whose_record_names_the_better_side_needs_only_the_value(staff):
    from workbench.retention.local_targets import aim_of

    settings = Settings(
        home=NOWHERE, key_file=NOWHERE, reports=NOWHERE,
        themes={"retention": {"targets": {"sickness_absence_rate": {"value": 4.5}}}},
    )  # fmt: skip
    assert (
        aim_of("sickness_absence_rate", settings).improvement,
        aim_of("sickness_absence_rate", settings).target,
    ) == (
        "decrease",
        4.5,
    )
    assert (aim_of("headcount", settings).improvement, aim_of("headcount", settings).target) == ("neither", None)
