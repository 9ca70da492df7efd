"""Suggested occupation codes for an organisation's records: one row per assignment, and one per position.

A code is held on the position, so that a change reaches everyone who holds it: a position gets a suggestion only when
the records of all its holders point to the same code. See `workbench.coding.suggested_code` for how one is found.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import polars as pl

from workbench.coding.local_settings import CodingSettings
from workbench.coding.suggested_code import DECLINED, Choices, CodeSuggester, Evidence, ListedCode, Suggestion
from workbench.warehouse.snapshot import Snapshot

QUERIES = Path(__file__).parent / "queries"

HOLDERS_DIFFER = "holders_differ"
_CONFIDENCE = ("low", "medium", "high")
_CARRIED = ("organisation", "month", "person_key", "assignment_key", "position_number", "position_title", "service",
            "team", "pay_band", "fte", "holders")  # fmt: skip
_OF_POSITION = ("outcome", "suggested_code", "suggested_name", "suggested_profession", "confidence", "declined",
                "candidates")  # fmt: skip
_ADDED: dict[str, Any] = {
    "vote_status": pl.String,
    "evidenced_profession": pl.String,
    "current_code": pl.String,
    "current_name": pl.String,
    "current_profession": pl.String,
    "outcome": pl.String,
    "suggested_code": pl.String,
    "suggested_name": pl.String,
    "suggested_profession": pl.String,
    "confidence": pl.String,
    "declined": pl.String,
    "candidates": pl.String,
    "reasons": pl.String,
    "votes": pl.String,
}


def suggestions(
    snapshot: Snapshot, organisation: str, period: dt.date, settings: CodingSettings | None = None
) -> pl.DataFrame:
    """Suggest an occupation code for each record that concerns an allied health professional, or say why none.

    Looked at are the employed assignments of the month end, bank and honorary ones too, of which any field names or
    hints at one of the fourteen professions, and those with a code that the list should hold and does not. Nothing is
    applied: a suggestion is a question to the AHP lead.

    Args:
        snapshot: the warehouse as it stood after one load.
        organisation: code of the organisation.
        period: the month end.
        settings: local choices; those of an organisation that has made none by default.

    Returns:
        One row per assignment, sorted by person and assignment: the record's place; `vote_status` and
        `evidenced_profession`; `current_code` with its name and the profession it names; `outcome` (`stands`: nothing
        contradicts the code; `suggested`; `declined`: it cannot be known from the record); `suggested_code` with
        name, profession and `confidence` (high, medium, low), else null; `declined`, a key of `DECLINED`;
        `candidates`, codes joined by `; `, when declined; `reasons` and `votes` in words. No row is ever without an
        outcome; an empty frame is a month that is not loaded or an organisation without such records.
    """
    settings = settings or CodingSettings()
    listed = listed_codes(snapshot)
    suggester = CodeSuggester(listed, Choices(settings.odp_convention, settings.ambulance_letter))
    records = snapshot.query(
        QUERIES / "votes_to_weigh.sql",
        organisation=organisation,
        period=period,
        registration_fresh_days=settings.registration_fresh_days,
        gosc_check_interval_days=settings.gosc_check_interval_days,
    )
    rows = []
    for record in records.iter_rows(named=True):
        suggestion = suggester.suggest(evidence_of(record))
        rows.append(_row(record, suggestion, listed))
    added = pl.DataFrame(rows, schema=_ADDED)
    return pl.concat([records.select(_CARRIED), added], how="horizontal").filter(pl.col("outcome") != "not_ahp")


def listed_codes(snapshot: Snapshot) -> dict[str, ListedCode]:
    """Return the occupation codes of the snapshot's list with what each of them names."""
    frame = snapshot.query(QUERIES / "listed_codes.sql")
    return {row["occupation_code"]: ListedCode(**row) for row in frame.iter_rows(named=True)}


def evidence_of(record: dict[str, Any]) -> Evidence:
    """Read one row of `votes_to_weigh.sql`."""
    return Evidence(
        vote_status=record["vote_status"],
        occupation_code=record["occupation_code"],
        code_is_wrong=record["coded_group"] == "not valid",
        evidenced=record["evidenced_profession"],
        job_role_code=record["job_role_code"],
        job_role_profession=record["job_role_profession"],
        job_role_branch=record["job_role_branch"],
        job_role_agrees=record["job_role_agrees"],
        registrations=tuple(record["registrations"]),
        verified=tuple(record["verified_registrations"]),
        registration_agrees=record["registration_agrees"],
        staff_group_code=record["staff_group_code"],
        hinted=record["hinted_profession"],
        hint_agrees=record["hint_agrees"],
    )


def position_suggestions(by_assignment: pl.DataFrame) -> pl.DataFrame:
    """Bring the suggestions of all holders of a position together, because an edit changes every one of them.

    Args:
        by_assignment: the frame of `suggestions`.

    Returns:
        One row per position number, sorted (records without one are left out): `holders`, all people who hold the
        position; `fte` of the records looked at; `current_codes` and `candidates` joined by `; `; `outcome`;
        `suggested_code` with name and profession; `confidence`, that of the least sure record; `declined`. Holders
        who point to different codes, or of whom only some can be told, are declined as `holders_differ`: split the
        position, or ask. A holder whose code cannot be known does not stop a code from standing that stands for
        everyone else.
    """
    rows = [
        _of_position(list(held.iter_rows(named=True)))
        for _, held in by_assignment.filter(pl.col("position_number").is_not_null()).group_by(
            "organisation", "month", "position_number", maintain_order=True
        )
    ]
    schema = {
        name: by_assignment.schema[name] for name in ("organisation", "month", "position_number", "holders", "fte")
    }
    schema |= {"current_codes": pl.String} | {name: _ADDED[name] for name in _OF_POSITION}
    return pl.DataFrame(rows, schema=schema).sort("organisation", "month", "position_number")


def _of_position(records: list[dict[str, Any]]) -> dict[str, Any]:
    suggested = [one for one in records if one["outcome"] == "suggested"]
    reasons = sorted({one["declined"] for one in records if one["declined"]})
    named = {one["suggested_code"] or one["current_code"] for one in records if one["outcome"] != "declined"}
    whole = len(named) == 1 and not (suggested and reasons)
    outcome = "declined" if not whole else "suggested" if suggested else "stands"
    offered = suggested[0] if outcome == "suggested" else {}
    candidates = named | {code for one in records if one["candidates"] for code in one["candidates"].split("; ")}
    declined = HOLDERS_DIFFER if named or len(reasons) > 1 else reasons[0] if reasons else None
    return {
        **{name: records[0][name] for name in ("organisation", "month", "position_number", "holders")},
        "fte": sum(one["fte"] for one in records if one["fte"] is not None),
        "current_codes": "; ".join(sorted({one["current_code"] for one in records if one["current_code"]})) or None,
        "outcome": outcome,
        **{name: offered.get(name) for name in ("suggested_code", "suggested_name", "suggested_profession")},
        "confidence": min((one["confidence"] for one in suggested), key=_CONFIDENCE.index) if offered else None,
        "declined": declined if outcome == "declined" else None,
        "candidates": "; ".join(sorted(candidates)) or None if outcome == "declined" else None,
    }


def _row(record: dict[str, Any], suggestion: Suggestion, listed: dict[str, ListedCode]) -> dict[str, str | None]:
    current = listed.get(record["occupation_code"] or "")
    new = listed.get(suggestion.code or "") if suggestion.outcome == "suggested" else None
    reasons = "; ".join(suggestion.reasons)
    return {
        "vote_status": record["vote_status"],
        "evidenced_profession": record["evidenced_profession"],
        "current_code": record["occupation_code"],
        "current_name": current.occupation_code_name if current else None,
        "current_profession": current.profession if current else None,
        "outcome": suggestion.outcome,
        "suggested_code": new.occupation_code if new else None,
        "suggested_name": new.occupation_code_name if new else None,
        "suggested_profession": new.profession if new else None,
        "confidence": suggestion.confidence,
        "declined": suggestion.declined,
        "candidates": "; ".join(suggestion.candidates) or None,
        "reasons": DECLINED[suggestion.declined] if suggestion.declined else reasons or None,
        "votes": _votes(record),
    }


def _votes(record: dict[str, Any]) -> str:
    """Say in words what each field votes for; a field that names no profession says so, and is not left out."""
    fields = (
        ("occupation code", record["occupation_code"], record["coded_profession"]),
        ("job role", record["job_role_code"], record["job_role_profession"]),
    )
    told = [
        f"{name} {code}: {profession or 'names no profession'}" if code else f"{name}: blank"
        for name, code, profession in fields
    ]
    registered = ", ".join(record["registrations"])
    if registered and record["registration_agrees"] is None:
        registered += " (no vote in a support post)"
    told.append(f"registration: {registered or 'none found'}")
    if record["hinted_profession"]:
        told.append(f"area of work or title hints at: {record['hinted_profession']}")
    return "; ".join(told)
