from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from pathlib import Path

import pytest

from workbench.errors import ParameterError, UnknownName
from workbench.measures import evaluate
from workbench.retention.presets import Preset, presets
from workbench.retention.transitions import leaving_within_the_year, turnover_of_a_kept_size

ORACLES = Path(__file__).parents[1] / "oracles"
SIXTEEN = json.loads((ORACLES / "retention_flows.json").read_text(encoding="utf-8"))["sixteen_people"]
CLOSING = SIXTEEN["closing_date"]
EXPECTED = {(e["preset"], e["scope"]): e["result"] for e in SIXTEEN["expected"]}
YEAR_AGO, HALF, NOW = "2025-09-30", "2026-03-31", "2026-09-30"
AHP, NURSING, MEDICAL = "Allied Health Professionals", "Nursing", "Medical and Dental"
NWD = {"preset": "nwd_2012"}
STARTED = dt.date(2020, 1, 1)


def day(text):
    return dt.date.fromisoformat(text)


def answer(snapshot, measure="leaver_rate", as_at=NOW, organisation="XAA", by=(), **options):
    return evaluate(snapshot, measure, organisation=organisation, as_at=as_at, by=by, options=options)


def row(snapshot, measure="leaver_rate", as_at=NOW, organisation="XAA", **options):
    """Numerator, denominator and value of an answer of one row."""
    frame = answer(snapshot, measure, as_at, organisation, **options).frame
    return frame.select("numerator", "denominator", "value").row(0)


def status(snapshot, measure="leaver_rate", **asked):
    return answer(snapshot, measure, **asked).frame["status"].to_list()


def by_group(snapshot, measure="leaver_rate", by="staff_group", **options):
    frame = answer(snapshot, measure, by=by, **options).frame
    return {r[by]: (r["numerator"], r["denominator"]) for r in frame.iter_rows(named=True)}


def listed(month_ends, **people):
    """The same people at every month end: {name: changes to a plain active physiotherapist}."""
    return {end: dict(people) for end in month_ends}


@pytest.fixture
def sixteen(staff):
    """The worked example: lists of every month end, leaving dates, and p15 known in both organisations."""
    months = {}
    for end in [SIXTEEN["opening_date"], *(step[0] for step in SIXTEEN["monthly_steps"]["rows"])]:
        people = {}
        for job in (dict(zip(SIXTEEN["columns"], values, strict=True)) for values in SIXTEEN["rows"]):
            here = job["first_day"] <= end and (job["last_day"] is None or job["last_day"] >= end)
            if not here or job["contract_type"] not in SIXTEEN["filters"]["contract_type"]:
                continue
            active = job["assignment_status"] in SIXTEEN["filters"]["active_status"]
            key = job["person"] + ("" if job["organisation"] == "X" else "-elsewhere")
            person = people.setdefault(key, {"is_active": False, "fte": Decimal(0), "fte_active": Decimal(0)})
            person |= {"organisation_code": job["organisation"], "staff_group": job["staff_group"]}
            person |= {"organisation_start_date": STARTED, "assignment_key": key + job["assignment"]}
            first_day = min(
                values[7] for values in SIXTEEN["rows"] if values[:3] == [job[n] for n in SIXTEEN["columns"][:3]]
            )
            person["assignment_start_date"] = day(first_day)
            if first_day > "2025-04-01" or job["person"] == "p05":
                person["organisation_start_date"] = day(first_day) if job["person"] != "p08" else STARTED
            person["is_active"] |= active
            person["fte"] += Decimal(str(job["contracted_fte"]))
            person["fte_active"] += Decimal(str(job["contracted_fte"])) if active else 0
        months[end] = people
    leavers = [
        {"person_key": leaving["person"], "leaving_date": day(leaving["last_day"])}
        for leaving in SIXTEEN["leaving_dates"]
    ]
    elsewhere = {"y": {"organisation_code": "Y"}}
    return staff(
        {end: people | elsewhere for end, people in months.items()},
        organisation="X",
        linked={"p15-elsewhere": "p15"},
        leavers=leavers,
    )


def sixteen_row(snapshot, measure, organisation="X", **options):
    return row(snapshot, measure, CLOSING, organisation, **options)


def test_sixteen_people_by_the_published_definition(sixteen):
    expected = EXPECTED["nhse_published", "from_organisation"]
    assert sixteen_row(sixteen, "leaver_rate") == (4, 10.5, pytest.approx(expected["leaver_rate"], abs=5e-5))
    assert sixteen_row(sixteen, "joiner_rate") == (3, 10.5, pytest.approx(expected["joiner_rate"], abs=5e-5))
    assert sixteen_row(sixteen, "stability_index") == (7, 11, pytest.approx(expected["stability_index"], abs=5e-5))
    fte = expected["fte"]
    assert sixteen_row(sixteen, "leaver_rate", unit="fte")[2] == pytest.approx(fte["leaver_rate"], abs=5e-5)
    assert sixteen_row(sixteen, "stability_index", unit="fte")[2] == pytest.approx(fte["stability"], abs=5e-5)


def test_sixteen_people_by_leaving_date(sixteen):
    expected = EXPECTED["nwd_2012", "organisation"]
    mean = (expected["opening"] + expected["closing"]) / 2
    assert sixteen_row(sixteen, "leaver_rate", **NWD) == (
        len(expected["leavers"]),
        mean,
        pytest.approx(expected["rate"], abs=5e-5),
    )
    fte = expected["fte"]
    assert sixteen_row(sixteen, "leaver_rate", unit="fte", **NWD) == (
        pytest.approx(fte["leavers"]),
        pytest.approx((fte["opening"] + fte["closing"]) / 2),
        pytest.approx(fte["rate"], abs=5e-5),
    )
    assert sixteen_row(sixteen, "stability_index", **NWD)[:2] == (10, expected["opening"])
    assert sixteen_row(sixteen, "joiner_rate", **NWD)[0] == 4  # p05 on the first day, p06, p07, and p08 back


def test_sixteen_people_as_nes_scotland_counts_turnover(sixteen):
    expected = EXPECTED["nes_scotland", "organisation"]
    counted = sixteen_row(sixteen, "leaver_rate", preset="nes_scotland")
    assert counted == (len(expected["outflow"]), expected["opening"], expected["turnover"])
    inflow = sixteen_row(sixteen, "joiner_rate", preset="nes_scotland")
    assert inflow[:2] == (len(expected["inflow"]), expected["opening"])
    assert counted[2] + sixteen_row(sixteen, "stability_index", preset="nes_scotland")[2] == 100


@pytest.mark.parametrize("unit", ["headcount", "fte"])
def test_sixteen_people_leaving_their_staff_group_anywhere_among_the_organisations_served(sixteen, unit):
    expected = EXPECTED["nhse_published", "staff_group"]
    rates = expected if unit == "headcount" else expected["fte"]
    sums = {"leaver_rate": [0.0, 0.0], "stability_index": [0.0, 0.0]}
    for measure, total in sums.items():
        for organisation in ("X", "Y"):
            frame = answer(
                sixteen, measure, CLOSING, organisation, by="staff_group", scope="staff_group", unit=unit
            ).frame.filter(staff_group="04")
            for n in (0, 1):
                total[n] += sum(frame[("numerator", "denominator")[n]])
    leaver_rate, stability = (100 * a / b for a, b in sums.values())
    assert leaver_rate == pytest.approx(rates["leaver_rate"], abs=5e-5)
    assert stability == pytest.approx(rates["stability_index" if unit == "headcount" else "stability"], abs=5e-5)


def test_sixteen_people_leaving_their_staff_group_in_one_organisation_alone(sixteen, staff):
    months = {"2025-03-31": {}, CLOSING: {}}
    for end in months:
        frame = sixteen.sql("select * from marts.person_month where organisation_code = 'X' and period = $end", end=end)
        months[end] = {person["person_key"]: person for person in frame.drop("period").rows(named=True)}
    expected = EXPECTED["nhse_published", "staff_group in one organisation"]
    alone = staff(months, organisation="X")
    for measure in ("leaver_rate", "joiner_rate", "stability_index"):
        frame = answer(alone, measure, CLOSING, "X", by="staff_group", scope="staff_group").frame
        assert frame.filter(staff_group="04")["value"].item() == pytest.approx(expected[measure], abs=5e-5)


def test_sixteen_people_leaving_the_nhs_is_a_range_that_the_other_organisation_narrows(sixteen):
    expected = EXPECTED["nhse_published", "from_nhs"]
    result = answer(sixteen, "leaver_rate", CLOSING, "X", scope="from_nhs")
    # To inactive (p12) for certain; p02 and p04 have no destination recorded; p15 is known to be at Y.
    assert result.frame.select("bound", "numerator").rows() == [("lower", 1), ("upper", 3)]
    assert result.frame["numerator"][1] == expected["published_leavers"]
    assert "range" in result.stamp["estimate"]
    stability = answer(sixteen, "stability_index", CLOSING, "X", scope="from_nhs").frame
    assert stability.select("bound", "numerator").rows() == [("lower", 8), ("upper", 10)]


def test_sixteen_people_over_the_mean_of_thirteen_month_ends(sixteen):
    active = sum(
        answer(sixteen, "headcount", end, "X", status="active").frame["value"].item()
        for end in ["2025-03-31", *(step[0] for step in SIXTEEN["monthly_steps"]["rows"])]
    )
    leavers, mean, _ = sixteen_row(sixteen, "leaver_rate", preset="mean_13")
    assert (leavers, mean) == (4, pytest.approx(active / 13))


def test_the_bridge_from_leaving_dates_to_month_ends(sixteen):
    def people(preset):
        return answer(sixteen, "leavers", CLOSING, "X", preset=preset).frame["value"].item()

    assert people("nwd_2012") == len(SIXTEEN["bridge"]["event_dated_leavers"])
    assert people("nes_scotland") == len(SIXTEEN["bridge"]["point_to_point_leavers"])


# By leaving date


def left(person, date, **more):
    return {"person_key": person, "leaving_date": day(date)} | more


@pytest.mark.parametrize(
    ("leaving_date", "opening", "closing", "leavers"),
    [
        ("2025-09-30", 1, 1, 0),  # the day before the window: not in the opening
        ("2025-10-01", 2, 1, 1),  # its first day
        ("2026-03-15", 2, 1, 1),
        ("2026-09-30", 2, 2, 1),  # its last day: a leaver, and in the closing
        ("2026-10-01", 2, 2, 0),
    ],
)
def test_leaving_dates_count_from_the_first_to_the_last_day_of_the_window(
    staff, leaving_date, opening, closing, leavers
):
    months = {
        end: {"b": {}} | ({"a": {}} if end <= leaving_date else {}) for end in (YEAR_AGO, "2025-10-31", HALF, NOW)
    }
    snapshot = staff(months, leavers=[left("a", leaving_date)])
    assert row(snapshot, **NWD)[:2] == (leavers, (opening + closing) / 2)


def test_someone_whose_last_day_is_the_closing_is_in_it_even_where_the_list_leaves_them_out(staff):
    snapshot = staff({YEAR_AGO: {"a": {}, "b": {}}, "2026-08-31": {"a": {}, "b": {}}, NOW: {"b": {}}},
                     leavers=[left("a", NOW)])  # fmt: skip
    assert row(snapshot, **NWD)[:2] == (1, 2)


@pytest.mark.parametrize(("start", "opening"), [("2025-09-30", 0), ("2025-10-01", 1), ("2025-10-02", 0)])
def test_a_start_on_the_first_day_is_in_the_opening(staff, start, opening):
    began = {"organisation_start_date": day(start), "assignment_start_date": day(start)}
    snapshot = staff(
        {YEAR_AGO: {"b": {}}, "2025-10-31": {"a": began, "b": {}}, NOW: {"a": began, "b": {}}},
        leavers=[left("z", "2020-01-01")],
    )
    assert row(snapshot, "stability_index", **NWD)[1] == 1 + opening
    assert row(snapshot, "joiner_rate", **NWD)[0] == (1 if start >= "2025-10-01" else 0)


def test_joining_and_leaving_between_two_month_ends_is_a_leaver_of_unknown_group_without_fte(staff):
    snapshot = staff(
        listed((YEAR_AGO, HALF, NOW), b={}),
        starters=[{"person_key": "a", "start_date": day("2026-04-02")}],
        leavers=[left("a", "2026-04-20")],
    )
    assert by_group(snapshot, **NWD) == {AHP: (0, 1), "unknown": (1, 0)}
    assert row(snapshot, unit="fte", **NWD)[0] == 0
    result = answer(snapshot, **NWD)
    assert result.stamp["counts"]["leavers who joined and left between two month ends"] == 1
    assert row(snapshot, "joiner_rate", **NWD)[0] == 1
    assert status(snapshot, by="staff_group", **NWD) == ["ok", "not_applicable"]


def test_a_leaving_record_of_someone_who_was_on_no_list_and_never_started_is_no_leaver(staff):
    snapshot = staff(listed((YEAR_AGO, HALF, NOW), b={}), leavers=[left("a", "2026-04-20")])
    assert row(snapshot, **NWD)[0] == 0


def test_left_twice_is_one_leaver_with_the_fte_of_the_last_leaving(staff):
    first = {"fte": 1.0, "assignment_start_date": STARTED, "organisation_start_date": STARTED}
    second = {"fte": 0.4, "assignment_key": "a2", "assignment_start_date": day("2026-02-01"),
              "organisation_start_date": day("2026-02-01"), "staff_group": NURSING}  # fmt: skip
    snapshot = staff(
        {YEAR_AGO: {"a": first}, "2025-12-31": {}, "2026-02-28": {"a": second}, HALF: {"a": second}, NOW: {}},
        leavers=[left("a", "2025-11-30"), left("a", "2026-05-31")],
    )
    assert row(snapshot, **NWD)[:2] == (1, 0.5)
    assert row(snapshot, unit="fte", **NWD)[0] == pytest.approx(0.4)
    assert by_group(snapshot, "leavers", **NWD) == {AHP: (0, None), NURSING: (1, None)}


@pytest.mark.parametrize("leaving_date", ["2025-12-01", "2026-11-13"])
def test_a_leaving_date_before_the_start_or_in_the_future_takes_nobody_out(staff, leaving_date):
    began = {"organisation_start_date": day("2026-03-02"), "assignment_start_date": day("2026-03-02")}
    snapshot = staff(
        {YEAR_AGO: {"b": {}}, HALF: {"a": began, "b": {}}, NOW: {"a": began, "b": {}}},
        leavers=[left("a", leaving_date)],
    )
    assert row(snapshot, **NWD)[:2] == (0, 1.5)


def test_a_leaving_date_that_has_passed_is_a_leaver_by_date_and_a_stayer_by_month_ends(staff):
    snapshot = staff(listed((YEAR_AGO, HALF, NOW), a={}, b={}), leavers=[left("a", "2026-02-10")])
    assert row(snapshot, **NWD)[:2] == (1, 1.5)
    assert row(snapshot)[0] == 0


def test_no_longer_listed_and_no_leaving_date_is_out_by_month_ends_and_no_leaver_by_date(staff):
    snapshot = staff({YEAR_AGO: {"a": {}, "b": {}}, NOW: {"b": {}}}, leavers=[left("z", "2020-01-01")])
    assert row(snapshot)[0] == 1
    assert row(snapshot, **NWD)[:2] == (0, 1.5)


@pytest.mark.parametrize(
    ("other", "leavers"),
    [
        ({}, 0),  # the other assignment goes on
        ({"assignment_start_date": day("2026-04-01")}, 0),  # renewed the next day
        ({"assignment_start_date": day("2026-04-20")}, 1),  # came back under a new assignment
        ({"organisation_start_date": day("2026-04-10")}, 1),  # came back under a new start of service
    ],
)
def test_a_leaving_record_of_one_assignment_ends_the_employment_unless_another_goes_on(staff, other, leavers):
    old = {"organisation_start_date": STARTED, "assignment_start_date": STARTED}
    snapshot = staff(
        {
            YEAR_AGO: {"a": old | {"assignment_key": "one"}},
            HALF: {"a": old | {"assignment_key": "one"}},
            "2026-04-30": {"a": old | {"assignment_key": "two"} | other},
            NOW: {"a": old | {"assignment_key": "two"} | other},
        },
        leavers=[left("a", HALF, assignment_key="one")],
    )
    assert row(snapshot, **NWD)[0] == leavers


def test_a_rehire_under_the_old_start_date_is_a_new_start_if_a_starters_row_says_so(staff):
    old = {"organisation_start_date": STARTED, "assignment_start_date": STARTED}
    months = {YEAR_AGO: {"a": old}, HALF: {}, "2026-05-31": {"a": old}, NOW: {"a": old}}
    gone = [left("a", "2026-01-31")]
    back = [{"person_key": "a", "start_date": day("2026-05-04")}]
    with_row = staff(months, leavers=gone, starters=back)
    assert row(with_row, **NWD)[:2] == (1, 1)
    assert row(with_row, "joiner_rate", **NWD)[0] == 1
    assert row(staff(months, leavers=gone), **NWD)[:2] == (1, 0.5)  # by date a leaver, however often listed


def test_going_to_the_bank_is_leaving_and_an_ending_bank_contract_is_not(staff):
    bank = {"is_substantive": False, "contract_type": "Bank"}
    outside = [{"period": day(end), "person_key": "a", "assignment_key": "bank"} | bank for end in (HALF, NOW)]
    outside += [{"period": day(end), "person_key": "c", "assignment_key": "c-bank"} | bank for end in (YEAR_AGO, HALF)]
    snapshot = staff(
        {YEAR_AGO: {"a": {}, "b": {}, "c": {}}, HALF: {"b": {}, "c": {}}, NOW: {"b": {}, "c": {}}},
        outside=outside,
        leavers=[left("a", "2025-12-31", assignment_key="a"), left("c", "2026-05-31", assignment_key="c-bank")],
    )
    assert row(snapshot, "leavers", **NWD)[0] == 1
    assert row(snapshot, "leavers")[0] == 1


@pytest.mark.parametrize("reason", ["Merged Organisation - Duplicate Record", "Has Not Worked"])
@pytest.mark.parametrize("preset", list(presets()))
def test_record_artefacts_are_no_leavers_under_any_preset_and_are_counted(staff, preset, reason):
    months = {end: {"a": {}, "b": {}, "c": {}} for end in month_ends_of_the_year()} | {NOW: {"c": {}}}
    snapshot = staff(months, leavers=[left("a", "2026-09-15", leaving_reason=reason), left("b", "2026-09-15")])
    result = answer(snapshot, "leavers", preset=preset)
    assert result.frame["value"].item() == 1
    assert result.stamp["counts"]["records left out of leavers (duplicate or never worked)"] == 1
    assert row(snapshot, "stability_index", preset=preset)[1] == 3


def month_ends_of_the_year():
    return [YEAR_AGO, "2025-10-31", "2025-11-30", "2025-12-31", "2026-01-31", "2026-02-28", HALF, "2026-04-30",
            "2026-05-31", "2026-06-30", "2026-07-31", "2026-08-31", NOW]  # fmt: skip


# Windows, months and groups


@pytest.mark.parametrize("missing", ["2025-12-31", YEAR_AGO, NOW])
@pytest.mark.parametrize("preset", list(presets()))
def test_a_missing_month_matters_only_where_the_preset_needs_it(staff, preset, missing):
    months = {end: {"a": {}} for end in month_ends_of_the_year() if end != missing}
    snapshot = staff(months, leavers=[left("z", "2020-01-01")])
    needed = missing in (YEAR_AGO, NOW) or preset == "mean_13"
    assert status(snapshot, preset=preset) == ["no_data" if needed else "ok"]
    assert answer(snapshot, preset=preset).stamp["months_missing"] == [day(missing)]


def test_without_any_leaving_record_leaving_dates_are_no_data_and_not_zero(staff):
    result = answer(staff(listed((YEAR_AGO, NOW), a={})), **NWD)
    assert result.frame["status"].to_list() == ["no_data"]
    assert "no leavers extract" in result.stamp["leaving_dates_recorded"]


def test_a_group_born_in_the_window_counts_half_its_closing_and_a_group_that_died_half_its_opening(staff):
    snapshot = staff({YEAR_AGO: {"a": {"staff_group": AHP}, "b": {"staff_group": AHP}},
                      NOW: {"a": {"staff_group": NURSING}, "c": {"staff_group": NURSING}}})  # fmt: skip
    assert by_group(snapshot) == {AHP: (1, 1), NURSING: (0, 1)}
    assert by_group(snapshot, scope="staff_group") == {AHP: (2, 1), NURSING: (0, 1)}
    assert by_group(snapshot, "joiner_rate", scope="staff_group") == {AHP: (0, 1), NURSING: (2, 1)}
    assert by_group(snapshot, "stability_index") == {AHP: (1, 2), NURSING: (0, 0)}
    assert status(snapshot, "stability_index", by="staff_group") == ["ok", "not_applicable"]
    assert status(snapshot, by="staff_group", preset="nes_scotland") == ["ok", "not_applicable"]


def test_nobody_leaves_and_everybody_leaves(staff):
    stays = {"a": {}, "b": {}}
    assert row(staff({YEAR_AGO: stays, NOW: stays}))[2] == 0
    assert row(staff({YEAR_AGO: stays, NOW: {}}))[2] == 200
    assert row(staff({YEAR_AGO: stays, NOW: {}}), "stability_index")[2] == 0
    assert row(staff({YEAR_AGO: stays, NOW: {}}), preset="nes_scotland")[2] == 100


def test_nobody_at_all_is_not_applicable(staff):
    assert status(staff({YEAR_AGO: {}, NOW: {}})) == ["not_applicable"]


def test_an_organisation_of_eight_people_shows_a_lead_nothing_about_its_two_leavers(staff):
    from workbench.disclosure import Policy, disclose_measure

    eight = {name: {} for name in "abcdefgh"}
    snapshot = staff({YEAR_AGO: eight, NOW: {name: {} for name in "cdefgh"}})
    for measure in ("leaver_rate", "stability_index", "leavers"):
        released = disclose_measure(answer(snapshot, measure), Policy("lead", 5)).frame
        assert released.select("numerator", "value", "status").rows() == [(None, None, "suppressed")]


@pytest.mark.parametrize("measure", ["leaver_rate", "joiner_rate", "stability_index"])
def test_doctors_in_training_are_in_unless_left_out_and_the_stamp_says_which(staff, measure):
    trainee = {"is_trainee": True, "staff_group": MEDICAL}
    snapshot = staff({YEAR_AGO: {"a": trainee, "b": {}, "c": {}}, NOW: {"d": trainee, "b": {}, "e": {}}})
    assert row(snapshot, measure, trainees="out")[0] == 1
    assert row(snapshot, measure)[0] == {"stability_index": 1}.get(measure, 2)
    assert "left out" in answer(snapshot, measure, trainees="out").stamp["population"]
    assert "included" in answer(snapshot, measure).stamp["population"]


def test_finishing_training_is_neither_leaving_nor_joining(staff):
    snapshot = staff({YEAR_AGO: {"a": {"is_trainee": True}}, NOW: {"a": {"is_trainee": False}}})
    for measure in ("leavers", "joiners"):
        assert answer(snapshot, measure, trainees="out").frame["value"].sum() == 0


def test_a_recorded_merger_takes_nobody_from_the_leavers_rate(staff):
    merged = [{"organisation_code": "XBB", "predecessor_organisation_code": "XAA", "effective_date": day("2026-04-01")}]
    snapshot = staff(
        {YEAR_AGO: {"a": {}, "b": {}, "c": {}}, NOW: {"c": {}}},
        organisation_changes=merged,
        leavers=[left("a", "2026-03-31"), left("b", "2026-06-30")],
    )
    result = answer(snapshot, "leavers")
    assert result.frame["value"].item() == 1
    assert result.stamp["counts"]["left with a recorded merger or transfer, no leavers"] == 1


@pytest.mark.parametrize(("code", "lower", "upper"), [("01", 0, 0), ("04", 1, 1), (None, 0, 1)])
def test_leaving_the_nhs_depends_on_the_recorded_destination(staff, code, lower, upper):
    snapshot = staff(
        {YEAR_AGO: {"a": {}, "b": {}}, NOW: {"b": {}}},
        leavers=[left("a", "2026-03-31", destination_on_leaving_code=code)],
    )
    frame = answer(snapshot, scope="from_nhs").frame
    assert frame.select("bound", "numerator").rows() == [("lower", lower), ("upper", upper)]
    assert row(snapshot)[0] == 1


def test_both_ends_of_a_range_are_withheld_where_their_difference_is_about_a_few(staff):
    from workbench.disclosure import Policy, disclose_measure

    people = {f"p{n}": {} for n in range(40)}
    gone = [left(f"p{n}", "2026-03-31", destination_on_leaving_code="04" if n < 8 else None) for n in range(10)]
    snapshot = staff({YEAR_AGO: people, NOW: {name: {} for name in people if int(name[1:]) >= 10}}, leavers=gone)
    released = disclose_measure(answer(snapshot, scope="from_nhs"), Policy("lead", 5)).frame
    assert released["status"].to_list() == ["suppressed", "suppressed"]


@pytest.mark.parametrize("scope", ["staff_group", "from_nhs"])
def test_a_preset_that_does_not_define_a_scope_says_so(staff, scope):
    with pytest.raises(ParameterError, match=r"nwd_2012.*from_organisation"):
        answer(staff({YEAR_AGO: {}, NOW: {}}), scope=scope, **NWD)


def test_every_preset_says_population_mode_denominator_and_source():
    for preset in presets().values():
        assert preset.meaning and preset.source and preset.chosen and "from_organisation" in preset.scopes
    with pytest.raises(UnknownName, match="by guess"):
        Preset("x", "X", "active", "by guess", "opening", (), "m", "s", "c")


def test_the_stamp_of_a_rate_says_everything_that_two_rates_must_share(sixteen):
    stamp = answer(sixteen, "leaver_rate", CLOSING, "X").stamp
    assert {"measure", "preset", "scope", "unit", "mode", "denominator", "population", "trainees", "window", "snapshot",
            "organisation", "months_missing"} <= set(stamp)  # fmt: skip


# Published numbers


VECTORS = json.loads((ORACLES / "retention_rates.json").read_text(encoding="utf-8"))
RATES = {vector["id"]: vector for vector in VECTORS["rates"]}


def many(first, last, **changes):
    return {f"p{n:03}": dict(changes) for n in range(first, last)}


def test_the_dictionary_averages_150_and_120_to_135(staff):
    vector = RATES["nwd_average_headcount"]
    snapshot = staff(
        {YEAR_AGO: many(0, vector["input"]["opening"]), NOW: many(0, vector["input"]["closing"])},
        leavers=[left(f"p{n:03}", "2026-03-31") for n in range(120, 150)],
    )
    assert row(snapshot, **NWD)[:2] == (30, vector["expected"]["average"])


def test_the_dictionarys_fte_example_is_20_41_and_not_as_it_prints(staff):
    vector = RATES["nwd_fte_turnover"]
    opening, closing, leaver = (
        Decimal(str(vector["input"][f"{name}_fte"])) for name in ("opening", "closing", "leavers")
    )
    stays = {"s": {"fte": opening - leaver}}
    snapshot = staff(
        {
            YEAR_AGO: stays | {"a": {"fte": leaver}},
            HALF: stays,
            NOW: stays | {"n": {"fte": closing - opening + leaver}},
        },
        leavers=[left("a", "2026-01-31")],
    )
    _, denominator, value = row(snapshot, unit="fte", **NWD)
    assert denominator == pytest.approx(vector["expected"]["average_fte"])
    assert round(value, 2) == vector["expected"]["turnover_rounded_2dp"] != vector["expected"]["turnover_as_printed"]


def test_ninety_of_a_hundred_kept_is_a_stability_of_ninety(staff):
    vector = RATES["stability_definition"]
    snapshot = staff({YEAR_AGO: many(0, 100), NOW: many(10, 130)})
    assert row(snapshot, "stability_index")[2] == vector["expected"]["stability_index"]


@pytest.mark.parametrize("published", RATES["nhs_published_triples"]["rows"], ids=lambda r: f"{r['group']} {r['to']}")
def test_one_leaver_count_serves_both_published_rates_and_their_sum_is_not_a_hundred(published):
    opening, average = published["implied_opening"], published["implied_average"]
    assert average[1] >= opening[0]
    good_to_its_last_digit = 0.05 + 1e-9
    for stock in average:
        assert abs(100 * published["leavers"] / stock - published["leaver_rate"]) <= good_to_its_last_digit
    for stock in opening:
        assert abs(100 * (1 - published["leavers"] / stock) - published["stability_index"]) <= good_to_its_last_digit
    assert published["leaver_rate"] + published["stability_index"] <= 100


def test_100_less_the_leaver_rate_is_another_number_in_14_of_16_published_pairs():
    rows = RATES["nhs_published_triples"]["rows"]
    assert sum(r["rate_plus_stability"] != 100 for r in rows) == 14


def test_all_staff_headcounts_do_not_give_the_published_rate():
    vector = RATES["do_not_use_all_staff"]
    counts = vector["input"]
    mean = (counts["headcount_2013_11"] + counts["headcount_2014_11"]) / 2
    assert round(100 * counts["leavers"] / mean, 1) != vector["printed"]["leaver_rate"]


@pytest.mark.parametrize("published", VECTORS["annualising"][0]["rows"], ids=lambda row: row["group"])
def test_twelve_equal_months_as_the_chance_to_leave_and_as_turnover(published):
    months = [published["monthly"]] * 12
    assert 100 * leaving_within_the_year(months) == pytest.approx(published["annual_probability_percent"], abs=5e-7)
    assert 100 * turnover_of_a_kept_size(months) == pytest.approx(published["twelve_times_monthly_percent"])


def test_unequal_months_are_multiplied_and_not_averaged():
    vector = VECTORS["annualising"][1]
    assert 100 * leaving_within_the_year(vector["monthly"]) == pytest.approx(
        vector["annual_probability_percent"], abs=5e-7
    )
    assert 100 * turnover_of_a_kept_size(vector["monthly"]) == pytest.approx(vector["sum_percent"])
