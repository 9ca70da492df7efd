"""Is it different? Measures over time as control charts, services as a funnel, and all signals in one table."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import polars as pl

from workbench.benchmarking.funnel import Funnel, funnel
from workbench.disclosure import Policy, disclose_measure
from workbench.errors import DisclosureError, ParameterError
from workbench.exhibits import Column, Exhibit, ExhibitRequest, Stamp
from workbench.exhibits.cells import shown_cell
from workbench.exhibits.charts.control_chart import KEY, xmr_chart
from workbench.exhibits.charts.drawing import Drawing
from workbench.exhibits.charts.funnel_chart import KEY as FUNNEL_KEY
from workbench.exhibits.charts.funnel_chart import funnel_plot
from workbench.exhibits.charts.limits_strip import STRIP_KEY, Strip, limits_strip
from workbench.exhibits.house_style import words_instead
from workbench.measures import MeasureResult, evaluate
from workbench.measures.catalogue import find_measure
from workbench.periods import last_completed_month_end
from workbench.retention.choices import FILTERS, TOTAL, UNITS, Choices
from workbench.retention.local_targets import aim_of, check_targets
from workbench.retention.released import disclosure_note, released_yearly_flows, withheld_cells
from workbench.retention.signals import (
    MONTHS_JUDGED,
    NUMBERS,
    RATES,
    STEPS,
    Signal,
    counted_as,
    monthly_signal,
    rate_signal,
    sees_all,
)
from workbench.retention.variation_findings import (
    different_finding,
    funnel_finding,
    in_words,
    signal_finding,
    value_in_words,
)
from workbench.warehouse.snapshot import Snapshot

if TYPE_CHECKING:
    from workbench.workbench import Workbench

#: The measures of the table of signals, in order: those that are rates of people moving, then those of a month end.
JUDGED = (*RATES, "sickness_absence_rate", "headcount", "fte")
CHOICES_OF_A_YEAR = ("preset", "unit", "trainees", "window_months")
PER_YEAR = {1: "times 12", 3: "times 4", 6: "times 2"}
PLURALS = {"service": "services", "staff_group": "staff groups", "profession": "professions"}
STOCK_NOTE = (
    "Headcount and FTE carry over from one month to the next, so they drift in long runs more readily than rates do; "
    "their signals describe the level, not its cause."
)
TRAINEES_NOTE = (
    "Doctors in training are included: they rotate by plan, most of them in August, and so show as joining and leaving."
)


def leaver_rate_by_month(workbench: Workbench, request: ExhibitRequest) -> Exhibit:
    """Whether the leaver rate is changing: month by month, with the limits within which it varies by itself.

    Months are counted by themselves and not as rolling years, because rolling years share eleven months with their
    neighbours and would look like a trend for that reason alone. Where too many months are withheld from the
    audience, quarters or half-years are drawn instead; the caption says which.
    """
    choices = Choices.of(request.options)
    signal = _signal(workbench, request, "leaver_rate", choices)
    followed = counted_as(workbench.policy, choices)
    unit = UNITS[choices.unit]
    stamp = workbench.stamp(request.organisation, request.as_at, followed.scope)
    drawing = xmr_chart(
        signal.table,
        month="month",
        value="value",
        judged=signal.judged,
        unit="% a year",
        subject=f"Leaver rate by {signal.step_words}",
        stamp=stamp,
    )
    return Exhibit(
        id="leaver_rate_by_month",
        question="Is the leaver rate changing?",
        title=_titled(choices, followed, signal_finding(signal)),
        caption=f"Leavers of each {signal.step_words} as a percentage of staff in post, {PER_YEAR[signal.step]} so "
        f"that it reads as a rate a year. {KEY}",
        table=signal.table.with_columns(pl.Series("signal", _signal_of_each_row(signal), dtype=pl.String)),
        columns=(
            Column("month", f"{signal.step_words.capitalize()} to", "month"),
            _left(choices),
            Column("denominator", "In post", "fte", unit=f"{unit}, mean"),
            Column("value", "Leaver rate", "rate", unit="% a year"),
            Column("signal", "Signal"),
        ),
        figure=drawing.figure,
        alt=drawing.alt,
        measures=("leaver_rate",),
        notes=(
            *_step_note(signal, workbench.policy),
            signal.judged.coverage_words,
            *((TRAINEES_NOTE,) if followed.trainees == "in" else ()),
            *_passed_over(workbench.policy, choices, followed, "preset", "unit", "trainees", "group"),
            *disclosure_note(signal.withheld, workbench.policy),
        ),
        stamp=stamp,
        withheld=signal.withheld,
    )


def leaver_rates_by_service(workbench: Workbench, request: ExhibitRequest) -> Exhibit:
    """Which services lose more or fewer people than their size explains, over the window chosen.

    The line is the whole organisation's rate. The limits are widened for the differences between services that chance
    does not explain, where there are ten or more to judge; they rest on released numbers alone. With `staff_group` or
    `profession` among the options these are compared instead.
    """
    asked, policy = Choices.of(request.options), workbench.policy
    # One of the groups may have been chosen; all of its dimension are compared.
    choices = replace(counted_as(policy, asked), dimension=asked.dimension, group=asked.group)
    groups = PLURALS[choices.dimension]
    month = last_completed_month_end(request.as_at)
    table = _leavers_by_group(workbench.snapshot, policy, request.organisation, month, choices)
    shown = table.filter(pl.col("value").is_not_null())
    fit = shown.filter(pl.col("numerator") <= pl.col("denominator"))
    stamp = workbench.stamp(request.organisation, request.as_at)
    whole = _whole_rate(workbench.snapshot, policy, request.organisation, month, choices)
    judged = _judged_funnel(fit, choices.dimension, whole)
    drawing = _funnel_drawing(judged, choices, stamp)
    withheld = withheld_cells(table, ["value"])
    unit = UNITS[choices.unit]
    return Exhibit(
        id="leaver_rates_by_service",
        question=f"Do some {groups} lose more people than their size explains?",
        title=funnel_finding(judged, groups),
        caption=f"Leavers in the {choices.window} to the month end as a percentage of staff in post, by the size of "
        f"the {FILTERS[choices.dimension]}. {FUNNEL_KEY}",
        table=_with_verdicts(table, judged),
        columns=(
            Column(choices.dimension, FILTERS[choices.dimension].capitalize()),
            _left(choices),
            Column("denominator", "In post", "fte", unit=f"{unit}, mean"),
            Column("value", "Leaver rate", "percent"),
            Column("lower", "Lower limit", "percent", unit="95%"),
            Column("upper", "Upper limit", "percent", unit="95%"),
            Column("verdict", "Compared with all"),
        ),
        figure=drawing.figure,
        alt=drawing.alt,
        measures=("leaver_rate",),
        notes=(
            "Being outside the limits is a prompt to look, not a verdict: look at who works there, and at what "
            "changed, before anything is concluded.",
            *((judged.in_words, _centre_note(whole, groups)) if judged else ()),
            *((f"Those withheld have few leavers, so the {groups} shown differ more than all of them do, and the "
               "limits are wider than they would be with all.",) if withheld else ()),
            *((f"{shown.height - fit.height} with more leavers than the mean staff in post cannot be placed.",)
              if shown.height > fit.height else ()),
            *((TRAINEES_NOTE,) if choices.trainees == "in" else ()),
            *_compared_with(choices),
            *_passed_over(policy, replace(asked, group=TOTAL), choices, *CHOICES_OF_A_YEAR),
            *disclosure_note(withheld, policy),
        ),
        stamp=stamp,
        withheld=withheld,
    )  # fmt: skip


def is_it_different(workbench: Workbench, request: ExhibitRequest) -> Exhibit:
    """The latest value of each measure with its variation and assurance icons and one sentence.

    A target is never assumed: assurance is shown for measures to which the organisation has set one in its settings.
    """
    choices = Choices.of(request.options)
    check_targets(workbench.settings, JUDGED)
    signals = [_signal(workbench, request, measure, choices) for measure in JUDGED]
    followed = counted_as(workbench.policy, choices)
    withheld = sum(signal.withheld for signal in signals)
    rows = [_row(signal) for signal in signals]
    stamp = workbench.stamp(request.organisation, request.as_at, followed.scope)
    drawing = limits_strip(
        [Strip(row["measure"], signal.judged, row["latest"]) for row, signal in zip(rows, signals, strict=True)],
        subject="Latest values against their limits",
        stamp=stamp,
    )
    return Exhibit(
        id="is_it_different",
        question="Is anything different from usual?",
        title=_titled(choices, followed, different_finding(signals)),
        caption=f"The latest value of each measure against its own last {MONTHS_JUDGED // 12} years, or as much of "
        f"them as is loaded. Rates of people moving are times 12 over the months of their step. {STRIP_KEY}",
        table=pl.DataFrame(rows),
        columns=(
            Column("measure", "Measure"),
            Column("variation", "Variation", "icon"),
            Column("latest", "Latest value"),
            Column("assurance", "Target", "icon"),
            Column("sentence", "In words"),
        ),
        figure=drawing.figure,
        alt=drawing.alt,
        measures=JUDGED,
        notes=(
            *_steps_in_words(signals),
            "Limits and icons follow NHS Making Data Count. Moving ranges far above the average were left out of the "
            "limits once.",
            STOCK_NOTE,
            *((TRAINEES_NOTE,) if followed.trainees == "in" else ()),
            *_passed_over(workbench.policy, choices, followed, "preset", "unit", "trainees", "group"),
            *disclosure_note(withheld, workbench.policy),
        ),
        stamp=stamp,
        withheld=withheld,
    )


def _left(choices: Choices) -> Column:
    return Column("numerator", "Left", "count" if choices.unit == "headcount" else "fte", unit=UNITS[choices.unit])


def _signal(workbench: Workbench, request: ExhibitRequest, measure: str, choices: Choices) -> Signal:
    judge = rate_signal if measure in RATES else monthly_signal
    month = last_completed_month_end(request.as_at)
    aim = aim_of(measure, workbench.settings)
    return judge(workbench.snapshot, workbench.policy, request.organisation, month, measure, choices, aim)


def _titled(asked: Choices, counted: Choices, finding: str) -> str:
    """Begin a finding with the group it is about; with the whole organisation where another was asked for."""
    if counted.is_whole and not asked.is_whole:
        return f"Whole organisation: {finding[0].lower()}{finding[1:]}"
    return counted.titled(finding)


def _passed_over(policy: Policy, asked: Choices, counted: Choices, *followed: str) -> tuple[str, ...]:
    """Say which choices are not followed, and why where it is for the sake of the few."""
    if sees_all(policy):
        return asked.not_followed(*followed)
    notes = asked.not_followed("unit")
    if not notes or asked == counted:
        return notes
    return (f"{notes[0]} Two ways of counting the same people differ by a few of them, so there is one for all.",)


def _compared_with(choices: Choices) -> tuple[str, ...]:
    if choices.is_whole:
        return ()
    return (f"All {PLURALS[choices.dimension]} are compared; {choices.group} is one of them.",)


def _centre_note(whole: float | None, groups: str) -> str:
    if whole is None:
        return f"Line and limits rest on the {groups} shown."
    return f"The line is the rate of the whole organisation; the limits rest on it and on the {groups} shown."


def _group_passed_over(choices: Choices) -> tuple[str, ...]:
    if choices.is_whole:
        return ()
    return (f"All {PLURALS[choices.dimension]} are compared; {choices.group} is one of them.",)


def _signal_of_each_row(signal: Signal) -> list[str]:
    """Say of each row whether it is a special cause, and by which rule; nothing where limits are a trial."""
    said = {}
    for index, point in enumerate(signal.judged.points):
        judged = signal.judged.groups[point.group].status == "ok"
        said[point.date] = (signal.judged.why(index) or "common cause") if judged else "not judged"
    return [said.get(month, "no value shown") for month in signal.table["month"].to_list()]


def _step_note(signal: Signal, policy: Policy) -> tuple[str, ...]:
    """Say why a longer step than a month was taken, and which way gaps pull the mean."""
    notes = []
    if signal.step > 1:
        notes.append(
            f"Counted by {signal.step_words}: by shorter steps more than a quarter of the values would be withheld "
            f"from this audience, because {policy.sentence}."
        )
    if signal.withheld:
        notes.append(
            "What is withheld are mostly steps with few leavers or joiners, so mean and limits lie somewhat higher "
            "than they would with all of them."
        )
    return tuple(notes)


def _steps_in_words(signals: list[Signal]) -> tuple[str, ...]:
    longer = [signal for signal in signals if signal.step > 1]
    return tuple(
        f"{find_measure(signal.measure).label} is counted by {STEPS[signal.step]}, because by shorter steps more than "
        "a quarter of its values would be withheld from this audience."
        for signal in longer
    )


def _row(signal: Signal) -> dict[str, str]:
    measure, judged = find_measure(signal.measure), signal.judged
    last = judged.points[-1] if judged.points else None
    status = None if last else (signal.table["value_status"].to_list() or ["no_data"])[-1]
    return {
        "measure": measure.label,
        "latest": f"{value_in_words(signal, last.value)} ({signal.step_words} to {last.date:%b %Y})"
        if last
        else shown_cell("rate", None, status),
        "variation": judged.variation or "not_judged",
        "assurance": judged.assurance or ("no_target" if judged.target is None else "not_judged"),
        "sentence": in_words(signal),
    }


def _leavers_by_group(
    snapshot: Snapshot, policy: Policy, organisation: str, month: dt.date, choices: Choices
) -> pl.DataFrame:
    """Return leavers, staff in post and leaver rate of each group as the audience may see them.

    The same leavers by service are on the page in a table of their own, which may withhold others of them to protect
    the small ones. What is withheld there is withheld here too: between two tables that hide different cells, a
    reader could work out both.
    """
    by = choices.dimension
    result = _leaver_rate(snapshot, organisation, month, choices, by)
    try:
        frame = disclose_measure(result, policy).frame
    except DisclosureError:
        frame = result.frame.with_columns(status=pl.lit("suppressed"))
    flows = released_yearly_flows(snapshot, policy, organisation, month, by).filter(pl.col("month") == month)
    hidden = flows.filter(pl.col("leavers_year_status").is_in(["primary", "secondary"]))[by].implode()
    status = (
        pl.when((pl.col("status") == "suppressed") | (pl.col(by).is_in(hidden) & (pl.col("status") == "ok")))
        .then(pl.lit("primary"))
        .when(pl.col("status") == "ok")
        .then(pl.lit("rounded" if policy.round_to else "shown"))
        .otherwise("status")
    )
    return (
        frame.with_columns(status=status)
        .with_columns(pl.when(pl.col("status") != "primary").then(name).alias(name) for name in NUMBERS)
        .select(by, *NUMBERS, *(pl.col("status").alias(f"{name}_status") for name in NUMBERS))
        .sort(by)
    )


def _whole_rate(
    snapshot: Snapshot, policy: Policy, organisation: str, month: dt.date, choices: Choices
) -> float | None:
    """Return the whole organisation's leaver rate as a share, which the groups are compared with; None if withheld.

    The groups that can be shown to a lead are those with many leavers, or none: their own mean would be too high.
    """
    value = disclose_measure(_leaver_rate(snapshot, organisation, month, choices), policy).frame["value"].item()
    return None if value is None else min(value / 100, 1.0)


def _leaver_rate(
    snapshot: Snapshot, organisation: str, month: dt.date, choices: Choices, by: str | tuple[str, ...] = ()
) -> MeasureResult:
    options = {"preset": choices.preset, "unit": choices.unit, "trainees": choices.trainees}
    options["window_months"] = str(choices.window_months)
    return evaluate(snapshot, "leaver_rate", organisation=organisation, as_at=month, by=by, options=options)


def _judged_funnel(table: pl.DataFrame, dimension: str, target: float | None) -> Funnel | None:
    """Judge the groups whose numbers may be shown; None where there are none."""
    try:
        return funnel(
            table["numerator"].to_list(), table["denominator"].to_list(), table[dimension].to_list(), target=target
        )
    except ParameterError:
        return None


def _funnel_drawing(judged: Funnel | None, choices: Choices, stamp: Stamp) -> Drawing:
    subject = f"Leaver rates by {FILTERS[choices.dimension]}"
    if judged is None:
        words = f"{subject}: no group can be judged from the numbers that may be shown."
        return Drawing(words_instead(words, stamp), words)
    return funnel_plot(
        judged,
        size_label=f"{UNITS[choices.unit]} in post",
        unit=f"% who left in {choices.window}",
        subject=subject,
        stamp=stamp,
    )


def _with_verdicts(table: pl.DataFrame, judged: Funnel | None) -> pl.DataFrame:
    units = {unit.name: unit for unit in judged.units} if judged else {}
    rows = []
    for name in table[table.columns[0]].to_list():
        unit = units.get(name)
        limits = unit.limits if unit else None
        rows.append(
            {
                "lower": 100 * limits.lower_95 if limits else None,
                "upper": 100 * limits.upper_95 if limits else None,
                "verdict": unit.words if unit else "not judged",
            }
        )
    verdicts = pl.DataFrame(rows, schema={"lower": pl.Float64, "upper": pl.Float64, "verdict": pl.String})
    status = pl.col("value_status")
    return table.hstack(verdicts).with_columns(lower_status=status, upper_status=status)


EXHIBITS: dict[str, Callable[[Workbench, ExhibitRequest], Exhibit]] = {
    "leaver_rate_by_month": leaver_rate_by_month,
    "leaver_rates_by_service": leaver_rates_by_service,
    "is_it_different": is_it_different,
}
