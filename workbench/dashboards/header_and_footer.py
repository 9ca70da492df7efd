"""What stands above and below the exhibits of every page."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.dashboards.spec import PageSpec
from workbench.exhibits.definitions import definitions_html
from workbench.exhibits.html import stylesheet
from workbench.periods import shown_date

if TYPE_CHECKING:
    from workbench.exhibits import Exhibit
    from workbench.workbench import Workbench

QUERIES = Path(__file__).parent / "queries"


def title_html(spec: PageSpec) -> str:
    """Return the head of a page: style, title, and the questions it answers."""
    questions = "".join(f"<li>{escape(question)}</li>" for question in spec.questions)
    return (
        f'<style>{stylesheet()}</style><header class="wb-page"><h1>{escape(spec.title)}</h1>'
        + (f"<ul>{questions}</ul>" if questions else "")
        + "</header>"
    )


def where_from_html(workbench: Workbench, organisation: str, as_at: dt.date, scope: str) -> str:
    """Return the line that says whose numbers these are, from when, and what this reader is not shown."""
    stamp = workbench.stamp(organisation, as_at, scope)
    shown = f"for {'the ' if workbench.audience == 'board' else ''}{workbench.audience}"
    shown += "" if workbench.audience == "board" else "s"
    return (
        f'<div class="wb-page"><p class="wb-stamp">{escape(stamp.line)} · {escape(shown)}: '
        f'{escape(workbench.policy.sentence)} · <a href="#definitions">Definitions used on this page</a></p></div>'
    )


def section_words_html(question: str, words: str) -> str:
    """Return what stands in the place of a section that this reader does not work on."""
    return f'<section class="wb-exhibit"><h2>{escape(question)}</h2><p>{escape(words)}</p></section>'


def footer_html(workbench: Workbench, organisation: str, exhibits: Sequence[Exhibit]) -> str:
    """Return the foot of a page: the definitions it uses, what is withheld, and how old the data are."""
    measures = [measure for exhibit in exhibits for measure in exhibit.measures]
    definitions = definitions_html(measures) if measures else "<p>This page uses no measures.</p>"
    return (
        '<footer class="wb-page wb-exhibit"><details id="definitions"><summary>Definitions used on this page</summary>'
        f"{definitions}</details>"
        f"<p>What is withheld: {escape(withheld_sentence(workbench, exhibits))}</p>"
        f"<p>Data quality: {escape(data_ages_sentence(workbench, organisation))}</p></footer>"
    )


def withheld_sentence(workbench: Workbench, exhibits: Sequence[Exhibit]) -> str:
    """Say how many numbers of a page are withheld, and by which rule."""
    withheld = sum(exhibit.withheld for exhibit in exhibits)
    rule = workbench.policy.sentence
    if not workbench.policy.withholds:
        return f"{rule}."
    numbers = "1 number" if withheld == 1 else f"{withheld} numbers"
    return f"{numbers} on this page; {rule}."


def data_ages_sentence(workbench: Workbench, organisation: str) -> str:
    """Say how many extracts of an organisation are older than they should be, and which.

    Ages are counted to the day of the snapshot, so that a page made again from it reads the same.
    """
    ages = workbench.snapshot.query(QUERIES / "data_ages.sql", organisation=organisation)
    limit = workbench.settings.stale_after_days
    today = workbench.snapshot.created_at.date()
    old = [(name, day) for name, day in ages.iter_rows() if (today - day).days > limit]
    if ages.is_empty():
        return "nothing is known about the age of the extracts."
    if not old:
        return f"every extract is {limit} days old or younger."
    listed = ", ".join(f"{name.replace('_', ' ')} ({shown_date(day)})" for name, day in old)
    return f"{len(old)} of {ages.height} extracts older than {limit} days: {listed}."
