"""`workbench attain`: the level of attainment of e-job planning, what blocks the next one, and what lapses next."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from workbench.settings import Settings

if TYPE_CHECKING:
    from workbench.attainment.attained import Attainment
    from workbench.attainment.forward_look import ForwardLook
    from workbench.attainment.levels import Attained
    from workbench.workbench import Workbench

SCOPES = ("trust", "group", "team")
MANY = 8


@click.command()
@click.option("--organisation", required=True, metavar="CODE", help="Code of the organisation, such as XAA.")
@click.option("--as-at", required=True, metavar="DATE", help="Date as yyyy-mm-dd; later events do not exist yet.")
@click.option("--scope", type=click.Choice(SCOPES), default="trust", show_default=True, help="Whose level.")
@click.option("--standard-set", metavar="ID", help="Set of standards; the one of June 2019 when left out.")
@click.option("--json", "as_json", is_flag=True, help="Print every scope with all its clauses as JSON.")
@click.pass_obj
def attain(
    settings: Settings, organisation: str, as_at: str, scope: str, standard_set: str | None, as_json: bool
) -> None:
    """Show the level of e-job planning attainment, and what blocks the next one.

    Counts are those of an analyst: nothing is withheld, so mind who reads them.
    """
    from workbench.attainment.attained import attainment_at
    from workbench.attainment.forward_look import forward_look
    from workbench.attainment.standard_sets import DEFAULT_SET
    from workbench.workbench import Workbench

    opened = Workbench.open(settings=settings)
    code = opened.organisation(organisation)
    day = opened.as_at(code, as_at)
    found = attainment_at(opened.snapshot, settings, code, day, standard_set or DEFAULT_SET)
    look = forward_look(found)
    if as_json:
        click.echo(json.dumps(_as_json(opened, found, look, scope), indent=2, ensure_ascii=False))
    else:
        click.echo("\n".join(_in_words(opened, found, look, scope)))


def _chosen(found: Attainment, scope: str) -> list[Attained]:
    return [one for name, one in found.attained.items() if name.partition(":")[0] == scope]


def _status(found: Attainment, one: Attained) -> str:
    if found.found is None:
        return "no_data"
    return "not_applicable" if one.level is None else "ok"


def _as_json(opened: Workbench, found: Attainment, look: ForwardLook, scope: str) -> dict[str, Any]:
    standards, material = found.standards, found.found
    people = None
    if material is not None:
        people = {
            "in_scope": material.coverage.scope.people,
            "without_team": material.without_team,
            "excluded": material.coverage.scope.excluded_by_reason,
            "leaving_entered_late": material.coverage.scope.entered_late,
        }
    return {
        "organisation": found.organisation,
        "organisation_name": opened.organisations[found.organisation],
        "as_at": found.as_at.isoformat(),
        "snapshot": opened.snapshot.id,
        "standard_set": {"id": standards.id, "title": standards.title, "edition": standards.edition},
        "scope": scope,
        "people": people,
        "plans_lapsing": people and {str(days): count for days, count in look.plans_lapsing.items()},
        "scopes": [_scope_as_json(found, look, one) for one in _chosen(found, scope)],
    }


def _scope_as_json(found: Attainment, look: ForwardLook, one: Attained) -> dict[str, Any]:
    from workbench.attainment.what_would_it_take import what_would_it_take

    standards, fall = found.standards, look.falls.get(one.scope)
    clauses = []
    for clause in standards.clauses.values():
        if clause.id in one.clauses:
            standard = standards.standard_of(clause.id)
            head = {"clause": clause.id, "standard": standard.id, "level": standard.level, "asks": clause.asks}
            told = {name: _plain(value) for name, value in asdict(one.clauses[clause.id]).items() if name != "clause"}
            clauses.append({**head, "kind": clause.kind, "scope": clause.scope, **told})
    taking = [
        {**asdict(action), "action": action.in_full, "by_state": action.by_state and dict(action.by_state)}
        for action in what_would_it_take(found, one.scope)
    ]
    return {
        "scope": one.scope,
        "level": one.level,
        "status": _status(found, one),
        "blocking": list(one.blocking),
        "out_of_sequence": list(one.out_of_sequence),
        "standards": dict(one.standards),
        "clauses": clauses,
        "if_nothing_is_renewed": {str(days): level for days, level in look.levels[one.scope].items()},
        "first_fall": None if fall is None else {name: _plain(value) for name, value in asdict(fall).items()},
        "lapses": [
            {"clause": lapse.clause, "last_day": lapse.last_day.isoformat()}
            for lapse in look.lapses
            if lapse.scope == one.scope
        ],
        "what_it_would_take": taking,
    }


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return list(value)
    return value.isoformat() if hasattr(value, "isoformat") else value


def _in_words(opened: Workbench, found: Attainment, look: ForwardLook, scope: str) -> list[str]:
    from workbench.periods import shown_date

    name = opened.organisations[found.organisation]
    standards = found.standards
    lines = [
        f"{name}, as at {shown_date(found.as_at)}, snapshot {opened.snapshot.id}.",
        f"{standards.title}, {standards.edition}.",
        "",
    ]
    if found.found is None:
        lacking = "No level can be given: no register of job plans or no staff list is loaded by this date."
        return [*lines, lacking]
    if scope == "trust":
        return [*lines, *_one_scope(found, look, found.attained["trust"], "Trust")]
    return [*lines, *_many_scopes(found, look, scope)]


def _one_scope(found: Attainment, look: ForwardLook, one: Attained, name: str) -> list[str]:
    from workbench.attainment.what_would_it_take import what_would_it_take
    from workbench.periods import shown_date

    if one.level is None:
        return [f"{name}: no level, because nobody is in scope."]
    standards = found.standards
    titles = {level.level: level.title for level in standards.levels}
    lines = [f"{name}: Level {one.level}, {titles[one.level].lower()}."]
    if one.blocking:
        lines += ["", f"What blocks Level {one.level + 1}:"]
    for standard in standards.standards:
        if standard.id in one.blocking:
            lines.append(f"  {standard.id}  {standard.title}: {_words(one.standards[standard.id])}")
            for clause in standard.clauses:
                state = one.clauses[clause.id]
                if state.state not in ("met", "not_applicable"):
                    conflict = " (judged met: the data say otherwise)" if state.conflict else ""
                    lines.append(f"    {clause.id}  {_words(state.state)}: {state.reason}{conflict}")
    if one.out_of_sequence:
        lines += ["", f"Met above that, and not counted: {', '.join(one.out_of_sequence)}."]
    lapses = [lapse for lapse in look.lapses if lapse.scope == one.scope]
    told = "; ".join(f"{lapse.clause} holds until {shown_date(lapse.last_day)}" for lapse in lapses[:MANY])
    plans = ", ".join(f"{count} within {days} days" for days, count in look.plans_lapsing.items())
    lines += ["", f"What lapses next: {told or f'no evidence within {look.days} days'}."]
    if one.scope == "trust":
        lines.append(f"Active plans that lapse: {plans}.")
    lines.append(f"The level {look.words(one.scope)}.")
    if actions := what_would_it_take(found, one.scope):
        lines += ["", f"What Level {one.level + 1} would take:"]
        lines += [f"  {action.clause}  {action.in_full}" for action in actions]
    return lines


def _many_scopes(found: Attainment, look: ForwardLook, scope: str) -> list[str]:
    from workbench.attainment.what_would_it_take import what_would_it_take
    from workbench.cli.tables import aligned

    rows = []
    for one in _chosen(found, scope):
        plans = sum(action.people or 0 for action in what_would_it_take(found, one.scope) if action.kind == "plans")
        fall = look.falls.get(one.scope)
        level = "nobody in scope" if one.level is None else f"Level {one.level}"
        rows.append(
            (
                one.scope.partition(":")[2],
                level,
                ", ".join(one.blocking),
                plans or None,
                "" if fall is None else f"{fall.day.isoformat()}",
            )
        )
    lines = [aligned((scope, "level", "blocked by", "plans to approve", "falls on"), rows)]
    if without := (found.found.without_team if found.found and scope == "team" else 0):
        lines += ["", f"{without:,} people in scope belong to no team: they are in the trust's percentages alone."]
    return [*lines, "", "Every clause: `--json`."]


def _words(state: str) -> str:
    return state.replace("_", " ")
