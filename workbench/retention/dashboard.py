"""The retention page: its questions, its controls and its exhibits in order."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from workbench.dashboards import Control, PageSpec
from workbench.retention.choices import FILTERS, MOVES, PRESETS, STAFF, Choices, named_group
from workbench.retention.monthly import groups_in_post

if TYPE_CHECKING:
    from workbench.workbench import Workbench

#: Windows on offer on the page; the measures take more of them.
WINDOWS = ("1", "3", "6", "24")


def groups(workbench: Workbench, organisation: str, as_at: dt.date) -> list[str]:
    """List the services, staff groups and professions with somebody in post, each named with what it is."""
    return [
        named_group(dimension, group)
        for dimension in FILTERS
        for group in groups_in_post(workbench.snapshot, dimension, organisation, as_at)
    ]


PAGE = PageSpec(
    id="retention_flows",
    title="Retention flows",
    questions=(
        "Who joins us, who leaves us, where do they come from, where do they go, and why?",
        "Is this month different, and is any service?",
        "How long do people stay, and where does headcount go from here?",
    ),
    controls=(
        Control(STAFF, "Staff", "All staff", groups),
        Control(
            "preset",
            "Leaving is counted by",
            PRESETS[Choices.preset],
            lambda *_: tuple(name for name in PRESETS if name != Choices.preset),
            PRESETS,
        ),
        Control("unit", "In", "People", lambda *_: ("fte",), {"fte": "FTE"}),
        Control(
            "window_months",
            "Window",
            f"{Choices.window_months} months",
            lambda *_: WINDOWS,
            {months: f"{months} month{'s' if months != '1' else ''}" for months in WINDOWS},
        ),
        Control("trainees", "Doctors in training", "Included", lambda *_: ("out",), {"out": "Left out"}),
        Control(
            "moves",
            "Moves between",
            MOVES[Choices.moves].capitalize(),
            lambda *_: tuple(name for name in MOVES if name != Choices.moves),
            {name: words.capitalize() for name, words in MOVES.items()},
        ),
    ),
    exhibits=(
        "flows_in_the_year",
        "is_it_different",
        "leaver_rate_by_month",
        "rates_side_by_side",
        "where_from_where_to",
        "reasons_for_leaving",
        "how_long_they_stay",
        "first_year_leavers",
        "starters_by_quarter",
        "where_they_go_over_time",
        "leaver_rates_by_service",
        "sickness_absence_peers",
        "moves_between_groups",
        "support_to_registered",
        "vacancy_by_staff_group",
        "joining_and_leaving_process",
        "headcount_by_month",
        "joiners_and_leavers_by_month",
        "headcount_ahead",
        "headcount_ahead_by_group",
    ),
)
