"""A row of the worklist in plain words: what is asked, what ESR says now, what is probably right, and why."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from workbench.coding.rules import ROUTES, rules
from workbench.dashboards.tasks import Action, Task
from workbench.periods import shown_date

CODE_FIELD = "occupation_code"
#: A code of the list itself is doubted there, and nobody's record.
_RULES_OF_THE_LIST = ("PRO4",)
_SEVERITIES = {"E": "Error", "R": "To be reviewed", "I": "Information"}
_KEY = re.compile(r"\b[0-9a-f]{20}\b")


def is_about_a_code(finding: Mapping[str, Any]) -> bool:
    """Whether a finding is put right by an occupation code."""
    return CODE_FIELD in (finding["field"] or "") and finding["rule_id"] not in _RULES_OF_THE_LIST


def task_of(
    key: str,
    found: Sequence[Mapping[str, Any]],
    code_names: Mapping[str, str],
    *,
    state: str,
    actions: tuple[Action, ...],
) -> Task:
    """Write the findings of one decision as a row.

    Args:
        key: what the row is asked for by.
        found: its findings, the gravest first, with their suggestion, votes and age.
        code_names: name of each occupation code.
        state: what was decided, in words.
        actions: what may be answered.
    """
    return Task(
        key=key,
        title=_title(found[0]),
        about=_about(found),
        cells=(
            ("Asked", _lines(_asked(one) for one in found)),
            ("Now", _lines(_now(one, code_names) for one in found)),
            _probably(found[0], code_names),
            ("Why", _why(found)),
        ),
        state=state,
        is_settled=not any(one["is_open"] for one in found),
        actions=actions,
    )


def without_keys(text: str | None) -> str:
    """Return a text without the keys of people and assignments, which nobody can read and nobody is to see.

    A text that held nothing else is empty.
    """
    left = _KEY.sub("", text or "")
    return left if re.search(r"\w", left) else ""


def _title(finding: Mapping[str, Any]) -> str:
    number, title = finding["position_number"], finding["position_title"]
    if number:
        numbers = ", ".join(number.split(";"))
        plain = (title or "no title").removesuffix(f"({number})").strip()
        return f"{'Positions' if ';' in number else 'Position'} {numbers}: {plain}"
    if finding["rule_id"] in _RULES_OF_THE_LIST:
        return f"Occupation code {finding['current_code']}: {finding['current_name'] or 'no name'}"
    if finding["rule_id"].startswith("LST"):
        return f"Somebody on the list of {finding['service'] or 'a service'}"
    if finding["cost_centre"]:
        return f"Cost centre {finding['cost_centre']}: {finding['current_name'] or finding['service'] or 'all staff'}"
    return finding["service"] or "The whole organisation"


def _about(found: Sequence[Mapping[str, Any]]) -> str:
    first = found[0]
    holders = max((one["holders"] for one in found if one["holders"] is not None), default=None)
    fte = max((one["fte"] for one in found if one["fte"] is not None), default=None)
    since = min(one["first_seen"] for one in found)
    oldest = max(found, key=lambda one: int(one["age_months"]))
    months = int(oldest["age_months"])
    age = "new" if not months else "1 month" if months == 1 else f"{months} months"
    if oldest["age_is_minimum"] and months:
        age += " or more"
    facts = [
        _SEVERITIES[first["severity"]],
        "" if not holders else "1 holder" if holders == 1 else f"{holders} holders",
        "" if not fte else f"{fte:.2f} FTE",
        first["service"] or "no service stated",
        ROUTES[first["route"]],
        f"since {shown_date(since)} ({age})",
    ]
    return " · ".join(fact for fact in facts if fact)


def _asked(finding: Mapping[str, Any]) -> str:
    detail = without_keys(finding["detail"])
    return f"{finding['rule_id']} {rules()[finding['rule_id']].question}{f' {detail}' if detail else ''}"


def _now(finding: Mapping[str, Any], code_names: Mapping[str, str]) -> str:
    value = " ".join(filter(None, (without_keys(finding["current_code"]), without_keys(finding["current_name"]))))
    if is_about_a_code(finding):
        return value or "No code"
    named = _in_words(finding["field"])
    if finding["current_code"] in code_names and finding["field"] != CODE_FIELD:
        # Beside what is in doubt the record's code is told, which is not the value in doubt.
        return f"Code {value}\nIn doubt: {named[:1].lower()}{named[1:]}"
    return f"{named}: {value}" if value else named


def _probably(finding: Mapping[str, Any], code_names: Mapping[str, str]) -> tuple[str, str]:
    """Return heading and text of what should stand there: a code, else what another source says."""
    if not is_about_a_code(finding):
        other = without_keys(finding["other_value"])
        return "Another source", f"{_in_words(finding['other_source'])}: {other}" if other else "None to compare with"
    code = finding["suggested_code"]
    if code:
        return "Probably", f"{code} {code_names.get(code, '')}\n{finding['confidence'].capitalize()} confidence"
    if not finding["candidates"]:
        return "Probably", "No other code: nothing points to one"
    codes = finding["candidates"].split("; ")
    listed = f"{', '.join(codes[:-1])} or {codes[-1]}" if codes[1:] else codes[0]
    return "Probably", f"Cannot be known. It may be {listed}"


def _why(found: Sequence[Mapping[str, Any]]) -> str:
    if not is_about_a_code(found[0]):
        return rules()[found[0]["rule_id"]].why
    votes = [_capital(vote) for one in found for vote in (one["votes"] or "").split("; ") if vote]
    # Of a position only the kind of obstacle is known, in one word of ours; its holders' rows say it in full.
    reasons = [_capital(one["reasons"]) for one in found if one["reasons"] and one["assignment_key"]]
    said = [*votes, *(reason if reason.endswith(".") else f"{reason}." for reason in reasons)]
    return _lines(said) or rules()[found[0]["rule_id"]].why


def _lines(texts: Iterable[str]) -> str:
    return "\n".join(dict.fromkeys(text for text in texts if text))


def _in_words(name: str | None) -> str:
    words = (name or "record").replace("_", " ")
    return _capital(re.sub(r"\b(wte|fte)\b", lambda found: found[0].upper(), words))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
