"""The control chart and the funnel plot: shapes, letters and words beside colour, and gaps that are named."""

from __future__ import annotations

import datetime as dt
import json

import polars as pl
import pytest

from workbench.benchmarking import funnel, xmr
from workbench.exhibits import Stamp
from workbench.exhibits.charts.control_chart import xmr_chart
from workbench.exhibits.charts.drawing import Drawing
from workbench.exhibits.charts.funnel_chart import funnel_plot
from workbench.exhibits.charts.limits_strip import Strip, limits_strip
from workbench.periods import month_ends

STAMP = Stamp("Sampleshire NHS Trust", "XAA", dt.date(2026, 9, 30), "2026-10-04 06:12")
MONTHS = month_ends(dt.date(2025, 3, 31), dt.date(2026, 9, 30))
CALM = [10, 12] * 6


def control(values=(*CALM, 30), *, months=None, hidden=(), **choices) -> Drawing:
    months = list(months or MONTHS[: len(values)])
    table = pl.DataFrame({"month": months, "rate": values}, schema={"month": pl.Date, "rate": pl.Float64}).with_columns(
        rate_status=pl.when(pl.col("month").is_in(list(hidden))).then(pl.lit("primary")).otherwise(pl.lit("shown"))
    )
    table = table.with_columns(pl.when(pl.col("rate_status") == "shown").then("rate"))
    judged = xmr(table["rate"].to_list(), table["month"].to_list(), **choices)
    return xmr_chart(
        table, month="month", value="rate", judged=judged, unit="% a year", subject="Leaver rate", stamp=STAMP
    )


def marks(drawing: Drawing) -> dict[str, list[str]]:
    """The symbols drawn, each with the letters written at its points."""
    return {
        trace.marker.symbol: list(trace.text)
        for trace in drawing.figure.data
        if trace.mode and trace.mode.startswith("markers")
    }


def words(drawing: Drawing) -> str:
    return " ".join(annotation.text.replace("<br>", " ") for annotation in drawing.figure.layout.annotations)


def test_a_special_cause_has_a_shape_and_a_letter_besides_its_colour():
    drawn = marks(control(fix=12))
    assert drawn == {"circle": [""] * 12, "triangle-up": ["H"]}
    assert marks(control((*CALM, -8)))["triangle-down"] == ["L"]


def test_the_signal_stands_above_the_chart_in_words_and_as_a_picture():
    drawing = control(improvement="decrease")
    assert "special cause, concern, high: above the upper limit" in words(drawing)
    (picture,) = drawing.figure.layout.images
    assert picture.source.startswith("data:image/svg+xml;base64,")


def test_trial_limits_mark_no_special_cause_and_show_no_picture():
    drawing = control((*CALM[:9], 40))
    assert set(marks(drawing)) == {"circle"}
    assert "trial limits, 10 of 12 points" in words(drawing)
    assert not drawing.figure.layout.images
    assert "Special causes" not in drawing.alt


def test_limits_mean_and_target_are_named_at_their_ends():
    drawing = control(CALM, target=20, improvement="increase")
    said = words(drawing)
    for name in ("upper limit <b>16.3</b>", "mean <b>11.0</b>", "lower limit <b>5.7</b>", "target <b>20.0</b>"):
        assert name in said
    assert "target will be missed" in said


def test_a_lower_limit_that_the_measure_cannot_reach_is_not_drawn():
    drawing = control([1, 3] * 6)  # mean 2, lower limit 2 - 5.32
    assert "lower limit" not in words(drawing)
    assert "no lower limit above 0" in drawing.alt
    assert min(min(trace.y) for trace in drawing.figure.data) >= 0


def test_a_withheld_month_is_a_gap_with_a_letter_and_no_number():
    values = (*CALM[:4], 4711, *CALM[5:], 12, 10)
    drawing = control(values, hidden=[MONTHS[4]])
    assert "4711" not in json.dumps(drawing.figure.to_plotly_json(), default=str) + drawing.alt
    (line,) = [trace for trace in drawing.figure.data if trace.mode == "lines" and len(trace.x) == 14]
    assert line.y[4] is None and line.connectgaps is False
    assert "Gaps: 1 withheld" in drawing.alt
    assert "c: withheld" in words(drawing)


def test_a_month_that_is_not_loaded_is_a_gap_too():
    drawing = control((*CALM, 12), months=[*MONTHS[:5], *MONTHS[6:14]])
    assert "Gaps: 1 without data" in drawing.alt
    (line,) = [trace for trace in drawing.figure.data if trace.mode == "lines" and len(trace.x) == 14]
    assert line.y[5] is None


def test_new_limits_carry_their_reason():
    drawing = control((*CALM, 30, 32, 30, 32), rebase={MONTHS[12]: "ward closed"})
    assert "ward closed" in words(drawing)
    assert len(drawing.figure.layout.shapes) == 1


def test_the_text_alternative_says_latest_limits_and_each_special_cause():
    assert control(improvement="decrease", fix=12).alt == (
        "Leaver rate, Mar 2025 to Mar 2026, in % a year. Mar 2026: 30.0; special cause, concern, high: above the upper "
        "limit. Mean 11.0, limits 5.7 to 16.3. Special causes: Mar 2026 (30.0, above the upper limit)."
    )


def test_neighbours_of_one_rule_are_named_together():
    alt = control((*CALM, *[11.5] * 7), fix=12).alt
    assert "Special causes: Feb 2026 to Sep 2026 (8 points above the mean)" in alt


def test_a_chart_of_nothing_but_withheld_values_says_so():
    drawing = control((1, 2), hidden=MONTHS[:2])
    assert drawing.alt == "Leaver rate: every number is withheld, because each describes too few people."


def services(numerators=(10,) * 10 + (40, 2), **choices) -> Drawing:
    names = [f"Service {letter}" for letter in "ABCDEFGHIJKLMNOP"[: len(numerators)]]
    judged = funnel(numerators, [100] * len(numerators), names, **choices)
    return funnel_plot(
        judged, size_label="people in post", unit="% who left", subject="Leaver rates by service", stamp=STAMP
    )


def test_a_unit_outside_the_limits_has_a_shape_of_its_own_and_its_name():
    drawing = services(overdispersion=False)
    drawn = {trace.marker.symbol: len(trace.x) for trace in drawing.figure.data if trace.mode == "markers"}
    assert drawn == {"circle": 10, "triangle-up": 1, "triangle-down": 1}
    assert "Service K" in words(drawing) and "Service L" in words(drawing)
    assert "Service A" not in words(drawing)


def test_filled_is_outside_99_8_and_hollow_is_outside_95():
    looks = {
        verdict: trace.marker.color
        for trace in services((13,) * 11 + (22,), overdispersion=False).figure.data
        if trace.mode == "markers"
        for verdict in [trace.text[0].partition(": ")[2]]
    }
    assert looks["higher than expected (outside 95%)"] == "white"
    filled = [
        t for t in services(overdispersion=False).figure.data if t.mode == "markers" and t.marker.color != "white"
    ]
    assert any("outside 99.8%" in trace.text[0] for trace in filled)


def test_the_funnel_in_words_names_those_outside_and_counts_the_rest():
    alt = services(overdispersion=False).alt
    assert alt == (
        "Leaver rates by service, 12 units, in % who left. All together: 11.8. Higher than expected (outside 99.8%): "
        "Service K (40.0). Lower than expected (outside 99.8%): Service L (2.0). As expected for their size: 10."
    )


def test_names_that_would_cover_each_other_are_left_to_the_table():
    drawing = services((10,) * 10 + (40, 40), overdispersion=False)
    named = [name for name in ("Service K", "Service L") if name in words(drawing)]
    assert len(named) == 1
    assert "Service K (40.0) and Service L (40.0)" in drawing.alt


def test_a_funnel_has_no_curve_outside_nought_to_a_hundred_per_cent():
    for trace in services((1, 0, 2, 60)).figure.data:
        assert all(-1e-9 <= value <= 100 + 1e-9 for value in trace.y)


@pytest.mark.parametrize("chart", [control, services])
def test_the_new_charts_name_source_and_unit(chart):
    figure = chart().figure
    assert figure.layout.title.text == "XAA · as at 2026-09-30 · snapshot 2026-10-04 06:12"
    assert figure.layout.yaxis.title.text


def strips(*rows) -> Drawing:
    return limits_strip(
        [Strip(name, xmr(values, fix=12 if len(values) > 12 else None), latest) for name, values, latest in rows],
        subject="Latest values", stamp=STAMP,
    )  # fmt: skip


def test_each_measure_stands_between_its_own_limits_whatever_its_unit():
    drawing = strips(("Headcount", [1000, 1200] * 6, "1,200"), ("Sickness", [10, 12] * 6, "12.0%"))
    latest = [trace.x[0] for trace in drawing.figure.data if trace.mode == "markers+text"]
    assert latest == pytest.approx([1 / 5.32] * 2)  # one above a mean of 11, limits 5.32 away; or a hundredfold


def test_a_latest_value_outside_its_limits_has_shape_letter_and_place():
    drawing = strips(("Sickness", [*CALM, 60], "60.0%"))
    (mark,) = [trace for trace in drawing.figure.data if trace.mode == "markers+text"]
    assert (mark.marker.symbol, mark.text, mark.x[0] <= 2.4) == ("triangle-up", ("H",), True)
    assert drawing.alt == (
        "Latest values. Sickness: 60.0%; special cause, neither good nor bad, high: above the upper limit."
    )


def test_a_measure_without_limits_says_why_in_its_place():
    drawing = strips(("Sickness", CALM, "12.0%"), ("Headcount", [5] * 12, "5"), ("Leaver rate", [], "[c]"))
    assert "no variation: every value is the same" in words(drawing)
    assert "Leaver rate: [c]; no value can be shown" in drawing.alt


def test_a_strip_of_nothing_says_so():
    assert strips(("Leaver rate", [], "[c]")).alt == "Latest values: no value can be shown."
