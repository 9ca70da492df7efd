"""Starters and leavers: where people came from, where they went and why, and how well it was recorded."""

from __future__ import annotations

import numpy as np
import polars as pl

from workbench.sample.assignments import FIXED_TERM
from workbench.sample.chance import OPEN_END, Chance, IntArray, StrArray
from workbench.sample.organisations import Organisation

_YEAR = 365.25
NHS_ORGANISATION = "01"
# National codes with weights; the empty text is a source, reason or destination that nobody recorded.
_SOURCES = (
    ("01", 30), ("03", 9), ("04", 3), ("07", 2), ("08", 3), ("09", 9), ("11", 1), ("12", 5), ("13", 3), ("14", 12),
    ("16", 1), ("17", 6), ("18", 1), ("", 15),
)  # fmt: skip
_RESIGNATIONS = (
    ("18", 2), ("19", 6), ("20", 3), ("21", 4), ("22", 2), ("23", 3), ("24", 10), ("25", 10), ("26", 12),
    ("27", 16), ("28", 5), ("02", 1), ("03", 1), ("04", 1), ("13", 0.5),
)  # fmt: skip
_RETIREMENTS = (("14", 70), ("15", 8), ("16", 12), ("17", 10))
_DESTINATIONS = (
    ("01", 32), ("02", 2), ("03", 12), ("04", 5), ("07", 3), ("08", 4), ("09", 10), ("10", 2), ("11", 1), ("12", 4),
    ("13", 5), ("15", 18), ("17", 2),
)  # fmt: skip
# Ways in which exports say that the reason is not known; the first is a blank cell.
_NO_REASON = (("", 60), ("Unknown", 30), ("Not Set in Legacy at Migration", 10))


def starters(
    assignments: pl.DataFrame, organisations: list[Organisation], first_day: int, last_day: int, chance: Chance
) -> pl.DataFrame:
    """Return one row per person and start of employment within the months of the sample."""
    begun = (
        assignments.filter((pl.col("kind") == "main") & (pl.col("start") == pl.col("line_start")))
        .filter((pl.col("start") >= first_day) & (pl.col("start") <= last_day) & ~pl.col("was_there"))
        .unique(["organisation", "employee_number", "start"], maintain_order=True, keep="first")
    )
    size = begun.height
    start = begun["start"].to_numpy()
    transferred = (begun["line_route"] == "other_organisation").to_numpy()
    source = _drawn(chance, "recruitment source", _SOURCES, size)
    source = np.where(transferred | (begun["line_route"] == "rehire").to_numpy(), NHS_ORGANISATION, source)
    from_nhs = source == NHS_ORGANISATION
    drawn = chance.uniform("iat", size)
    iat = np.where(from_nhs, np.where(drawn < 0.62, "completed", np.where(drawn < 0.8, "requested", "none")), "none")
    iat = np.where(source == "", "", iat)
    completed = start + chance.whole("iat days", -28, 12, size)
    health = start + chance.whole("occupational health", -30, 25, size)
    return pl.DataFrame(
        {
            "organisation_code": _codes(begun, organisations),
            "employee_number": begun["employee_number"],
            "start_date": start.astype("datetime64[D]"),
            "recruitment_source": _or_blank(source),
            "previous_employer": _or_blank(_previous_employer(begun, assignments, organisations, source, chance)),
            "previous_employer_uses_esr": pl.Series(
                [None if code == "" else code == NHS_ORGANISATION for code in source], dtype=pl.Boolean
            ),
            "iat_status": _or_blank(iat),
            "iat_completed_date": _days_where(iat == "completed", np.minimum(completed, last_day)),
            "occupational_health_received_date": _days_where(
                (chance.uniform("health known", size) < 0.85) & (health <= last_day), health
            ),
            "created_by_interface": chance.uniform("interface", size) < 0.7,
        }
    ).sort("organisation_code", "start_date", "employee_number")


def _previous_employer(
    begun: pl.DataFrame, assignments: pl.DataFrame, organisations: list[Organisation], source: StrArray, chance: Chance
) -> StrArray:
    names = np.asarray([one.name for one in organisations])
    held = assignments.filter(pl.col("kind") == "main").select("stay", "organisation").unique("stay")
    home = begun.select(stay="before").join(held, on="stay", how="left", maintain_order="left")["organisation"]
    previous = home.fill_null(-1).to_numpy()
    elsewhere = np.where(source == NHS_ORGANISATION, "Another NHS trust (fictional)", "")
    named = np.where(previous >= 0, names[np.maximum(previous, 0)], elsewhere)
    return np.where(chance.uniform("employer known", begun.height) < 0.9, named, "")


def leavers(
    assignments: pl.DataFrame, people: pl.DataFrame, organisations: list[Organisation], first_day: int, last_day: int,
    posts: pl.DataFrame, chance: Chance,
) -> pl.DataFrame:  # fmt: skip
    """Return one row per assignment that ended, up to the leaving dates already recorded for the weeks ahead.

    Reasons and destinations are unknown for nearly four leavers in ten, as in published answers on NHS leavers.
    """
    ended = assignments.filter(
        (pl.col("end") >= first_day)
        & (pl.col("end") < OPEN_END)
        & (((pl.col("kind") == "main") & (pl.col("onward") != "internal")) | (pl.col("kind") == "second"))
    )
    size = ended.height
    end = ended["end"].to_numpy()
    post = posts[ended["post"].to_numpy()]
    age = (end - people["birth_day"].to_numpy()[ended["human"].to_numpy()]) / _YEAR
    reason = _reasons(ended, post, age, chance)
    transferred = (ended["onward"] == "other_organisation").to_numpy()
    destination = _destinations(reason, transferred, post["is_trainee"].to_numpy(), chance)
    entered = _entered_days(end, chance)
    entered = np.minimum(entered, last_day)
    notice = np.minimum(end - chance.whole("notice", 14, 100, size), entered)
    return pl.DataFrame(
        {
            "organisation_code": _codes(ended, organisations),
            "employee_number": ended["employee_number"],
            "assignment_number": ended["assignment_number"],
            "leaving_date": end.astype("datetime64[D]"),
            "last_working_day": (end - chance.whole("leave before leaving", 0, 10, size)).astype("datetime64[D]"),
            "leaving_reason": _or_blank(reason),
            "destination_on_leaving": _or_blank(destination),
            "notice_date": _days_where(chance.uniform("notice known", size) < 0.7, notice),
            "submitted_by": np.asarray(["employee", "manager", "hr"])[
                chance.choice("submitted", (0.2, 0.6, 0.2), size)
            ],
            "entered_date": entered.astype("datetime64[D]"),
            "approved_date": np.minimum(entered + chance.whole("approved", 0, 6, size), last_day).astype(
                "datetime64[D]"
            ),
        }
    ).sort("organisation_code", "leaving_date", "assignment_number")


def _reasons(ended: pl.DataFrame, post: pl.DataFrame, age: np.ndarray, chance: Chance) -> StrArray:
    size = ended.height
    resigned = _drawn(chance, "resignation", _RESIGNATIONS, size)
    retired = _drawn(chance, "retirement", _RETIREMENTS, size)
    reason = np.where((age >= 59) & (chance.uniform("retires", size) < 0.7), retired, resigned)
    reason = np.where(age < 50, np.where(np.isin(reason, ("14", "16", "17")), "27", reason), reason)
    fixed = (ended["contract_type"] == FIXED_TERM).to_numpy()
    reason = np.where(fixed, np.where(chance.uniform("fixed", size) < 0.7, "07", "09"), reason)
    trainee = post["is_trainee"].to_numpy()
    reason = np.where(trainee, np.where(chance.uniform("trainee", size) < 0.75, "08", "06"), reason)
    bank = (ended["contract_type"] == "01").to_numpy()
    reason = np.where(bank & (chance.uniform("bank", size) < 0.4), "29", reason)
    # Two labels that ESR exports carry and the dictionary does not; they describe the record, not a departure.
    artefact = chance.uniform("artefact", size)
    reason = np.where(artefact < 0.004, "Merged Organisation - Duplicate Record", reason)
    reason = np.where((artefact >= 0.004) & (artefact < 0.009), "Has Not Worked", reason)
    unknown = (chance.uniform("reason unknown", size) < 0.38) & ~trainee & (artefact >= 0.009)
    return np.where(unknown, _drawn(chance, "no reason", _NO_REASON, size), reason)


def _destinations(reason: StrArray, transferred: np.ndarray, trainee: np.ndarray, chance: Chance) -> StrArray:
    size = reason.size
    destination = _drawn(chance, "destination", _DESTINATIONS, size)
    destination = np.where(np.isin(reason, ("14", "15", "16", "17")), "15", destination)
    destination = np.where(reason == "28", "13", destination)
    destination = np.where(transferred | (trainee & np.isin(reason, ("08",))), NHS_ORGANISATION, destination)
    unknown = chance.uniform("destination unknown", size) < np.where(transferred, 0.1, 0.37)
    return np.where(unknown, "", destination)


def _entered_days(end: IntArray, chance: Chance) -> IntArray:
    """Draw when the termination reached ESR: most in the notice period, a quarter after the person had gone."""
    late = chance.uniform("entered late", end.size) < 0.26
    after = end + 1 + chance.waiting_days("days late", 16.0, end.size)
    return np.where(late, after, end - chance.whole("days early", 0, 60, end.size))


def _drawn(chance: Chance, topic: str, listed: tuple[tuple[str, float], ...], size: int) -> StrArray:
    values = np.asarray([value for value, _ in listed])
    drawn: StrArray = values[chance.choice(topic, [weight for _, weight in listed], size)]
    return drawn


def _codes(rows: pl.DataFrame, organisations: list[Organisation]) -> StrArray:
    codes: StrArray = np.asarray([one.code for one in organisations])[rows["organisation"].to_numpy()]
    return codes


def _or_blank(values: StrArray) -> pl.Series:
    return pl.Series([value or None for value in values.tolist()], dtype=pl.String)


def _days_where(known: np.ndarray, days: IntArray) -> pl.Series:
    return pl.Series(np.where(known, days.astype("datetime64[D]"), np.datetime64("NaT", "D")), dtype=pl.Date)
