"""Job plans and their activities: how far each professional group has got, and what stands in the plans."""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl

from workbench.sample.chance import BoolArray, Chance, IntArray, StrArray

# Professional group, by staff group; pharmacists, ODPs and osteopaths are told by their job role.
_GROUPS = {
    "01": "Medical and dental", "03": "Nursing and midwifery", "04": "Allied health professionals",
    "05": "Other", "06": "Healthcare scientists",
}  # fmt: skip
_PHARMACIST, _OUTSIDE_GROUP_04 = "05003", ("05013", "05019")
# Share with an active plan, by organisation type: medical staff have far more plans than anyone else.
_ACTIVE_SHARE = {
    "Acute": {"Medical and dental": 0.86, "Nursing and midwifery": 0.3, "Pharmacists": 0.45,
              "Healthcare scientists": 0.2, "Allied health professionals": 0.52, "Other": 0.1},
    "Community Provider Trust": {"Medical and dental": 0.94, "Nursing and midwifery": 0.26, "Pharmacists": 0.4,
                                 "Healthcare scientists": 0.15, "Allied health professionals": 0.48, "Other": 0.12},
    "Ambulance": {"Medical and dental": 0.7, "Nursing and midwifery": 0.15, "Allied health professionals": 0.22},
}  # fmt: skip
# Teams that lead or lag their group.
_ACTIVE_IN_TEAM = {"Community Podiatry": 1.0, "Specialist and Advanced Practice": 0.93, "Radiotherapy Team": 1.0}
# What those without an active plan have instead, with weights.
_INSTEAD = (
    ("none", 34), ("draft", 12), ("in_discussion", 9), ("first_sign_off", 9), ("lapsed", 20), ("expired", 5),
    ("mediation", 2), ("appeal", 1), ("spreadsheet", 5), ("paper", 3),
)  # fmt: skip
_ANNUALISED = np.asarray(["none", "part", "whole"])
# Category, activity, location, share of the sessions, output metric and value per session, tariff item.
_MEDICAL = (
    ("DCC", "Outpatient clinic", "Outpatients", 0.3, "attendances", 11.0, None),
    ("DCC", "Ward round and inpatient care", "Wards", 0.25, "patients reviewed", 14.0, None),
    ("DCC", "Theatre or procedure list", "Theatres", 0.25, "cases", 4.0, None),
    ("SPA", "Teaching, audit and revalidation", None, 0.15, None, None, "core SPA"),
    ("ANR", "Educational supervision of trainees", None, 0.05, None, None, "first trainee"),
)
_THERAPY = (
    ("DCC", "Clinic or treatment sessions", "Outpatients", 0.45, "contacts", 6.0, None),
    ("DCC", "Inpatient or home visits", "Wards and community", 0.3, "contacts", 4.5, None),
    ("SPA", "Supervision, audit and service improvement", None, 0.15, None, None, "core SPA"),
    ("SPA", "Student placement education", None, 0.06, None, None, "student placement"),
    ("ED", "Work for the professional body", None, 0.04, None, None, None),
)


def in_scope(last_month: pl.DataFrame, kinds: dict[str, str]) -> pl.DataFrame:
    """Return the clinical staff who may need a job plan, one row per person, with professional group and contract.

    Doctors in training, students, support staff and people who work on one ward only stay without plans.
    """
    clinical = last_month.filter(
        pl.col("staff_group").is_in(list(_GROUPS))
        & ~pl.col("is_trainee")
        & ~(pl.col("single_area") & (pl.col("staff_group") != "01"))
        & (pl.col("kind") == "main")
        & (pl.col("arrangement") == "substantive")
    )
    role = pl.col("job_role")
    group = (
        pl.when(role == _PHARMACIST).then(pl.lit("Pharmacists"))
        .when(role.is_in(_OUTSIDE_GROUP_04)).then(pl.lit("Allied health professionals"))
        .otherwise(pl.col("staff_group").replace_strict(_GROUPS))
    )  # fmt: skip
    return clinical.with_columns(
        professional_group=group,
        organisation_type=pl.col("organisation_code").replace_strict(kinds),
        contractual=pl.col("staff_group") == "01",
    ).sort("organisation_code", "assignment_number")


def job_plans(staff: pl.DataFrame, as_at: dt.date, chance: Chance) -> pl.DataFrame:
    """Return the plans of the staff in scope: the present one and, for most, the one that it replaced."""
    wanted = staff.select("organisation_type", "professional_group", "team").rows()
    share = np.asarray([_ACTIVE_IN_TEAM.get(team, _ACTIVE_SHARE[kind].get(group, 0.1)) for kind, group, team in wanted])
    size = staff.height
    active = chance.uniform("active plan", size) < share
    instead = np.asarray([name for name, _ in _INSTEAD])[chance.choice("no plan", [w for _, w in _INSTEAD], size)]
    state = np.where(active, "active", instead)
    today = (as_at - dt.date(1970, 1, 1)).days
    present = _present_plans(staff, state, today, chance)
    earlier = _earlier_plans(present.filter(pl.Series(state == "active")), chance)
    plans = pl.concat([present.filter(pl.Series(state != "none")), earlier])
    letter = pl.col("organisation_code").str.slice(1, 1)
    return (
        plans.sort("organisation_code", "assignment_number", "start_date")
        .with_columns(number=pl.int_range(1, pl.len() + 1).over("organisation_code"))
        .with_columns(plan_id=pl.format("JP-{}{}", letter, 10_000 + pl.col("number")))
        .select(
            "organisation_code", "plan_id", "employee_number", "assignment_number", "team", "professional_group",
            "system", "status", "start_date", "end_date", "review_date", "employee_signoff_date",
            "manager_signoff_date", "approval_date", "team_meeting_date", "objectives", "team_linked_objectives",
            "annualised", "contractual", "mediation_status", "appeal_status", "contracted_fte", "staff_group",
        )
    )  # fmt: skip


def _present_plans(staff: pl.DataFrame, state: StrArray, today: int, chance: Chance) -> pl.DataFrame:
    size = staff.height
    approved = np.isin(state, ("active", "lapsed", "expired", "spreadsheet", "paper"))
    signed = approved | np.isin(state, ("first_sign_off", "mediation", "appeal"))
    ago = chance.whole("approved ago", 5, 330, size)
    ago = np.where(np.isin(state, ("lapsed", "expired")), 370 + chance.whole("lapsed ago", 0, 400, size), ago)
    started = staff["organisation_start_date"].cast(pl.Int32).to_numpy().astype(np.int64)
    approval = np.maximum(today - ago, np.minimum(started + 30, today))
    review = approval - chance.whole("review before approval", 4, 30, size)
    status = np.where(approved, "approved", state)
    status = np.where(state == "expired", "expired", status)
    objectives = chance.whole("objectives", 1, 5, size)
    linked = np.minimum(objectives, chance.whole("team objectives", 0, 3, size))
    system = np.where(np.isin(state, ("spreadsheet", "paper")), state, "software")
    meeting = approval - chance.whole("team meeting before", 10, 60, size)
    return staff.select(
        "organisation_code", "employee_number", "assignment_number", "team", "professional_group", "contractual",
        "contracted_fte", "staff_group",
    ).with_columns(
        system=pl.Series(system),
        status=pl.Series(status),
        start_date=_days(np.ones(size, dtype=np.bool_), np.where(approved, approval + 1, today - 20)),
        end_date=_days(approved, approval + 365),
        review_date=_days(signed, np.where(approved, review, today - 30)),
        employee_signoff_date=_days(signed, np.where(approved, review + 2, today - 15)),
        manager_signoff_date=_days(approved, approval - 1),
        approval_date=_days(approved, approval),
        team_meeting_date=_days(approved & (chance.uniform("team meeting", size) < 0.55), meeting),
        objectives=pl.Series(objectives.astype(np.float64)),
        team_linked_objectives=pl.Series(linked.astype(np.float64)),
        annualised=pl.Series(_ANNUALISED[chance.choice("annualised", (0.86, 0.1, 0.04), size)]),
        mediation_status=pl.Series([("open" if name == "mediation" else None) for name in state], dtype=pl.String),
        appeal_status=pl.Series([("open" if name == "appeal" else None) for name in state], dtype=pl.String),
    )  # fmt: skip


def _earlier_plans(present: pl.DataFrame, chance: Chance) -> pl.DataFrame:
    """Give most people with an active plan the plan of the year before, superseded by it."""
    size = present.height
    had_one = pl.Series(chance.uniform("earlier plan", size) < 0.72)
    back = pl.duration(days=330) + pl.duration(
        days=pl.lit(pl.Series("back", chance.whole("a year before", 0, 50, size)))
    )
    dates = ("start_date", "review_date", "employee_signoff_date", "manager_signoff_date", "approval_date")
    earlier = present.with_columns(
        end_date=pl.col("start_date") - pl.duration(days=1),
        status=pl.lit("superseded"),
        team_meeting_date=pl.lit(None, pl.Date),
        **{name: (pl.col(name) - back).cast(pl.Date) for name in dates},
    )
    return earlier.filter(had_one)


def _days(known: BoolArray, days: IntArray) -> pl.Series:
    return pl.Series(np.where(known, days.astype("datetime64[D]"), np.datetime64("NaT", "D")), dtype=pl.Date)


def job_plan_activities(plans: pl.DataFrame, chance: Chance) -> pl.DataFrame:
    """Return the activities of every plan that is or was agreed on the software, sessions in a week.

    A medical session is a programmed activity of 4 hours, any other 3.75 hours; ten sessions are full time.
    """
    agreed = plans.filter((pl.col("status") == "approved") & (pl.col("system") == "software"))
    parts = []
    for medical, template in ((True, _MEDICAL), (False, _THERAPY)):
        chosen = agreed.filter((pl.col("staff_group") == "01") == medical)
        for number, (category, activity, location, share, metric, value, tariff) in enumerate(template, start=1):
            topic = f"activity {medical} {number}"
            noise = 0.85 + 0.3 * chance.uniform(topic, chosen.height)
            uncategorised = pl.Series(chance.uniform(topic + " category", chosen.height) < 0.015)
            measured = pl.Series(chance.uniform(topic + " metric", chosen.height) < 0.8)
            parts.append(
                chosen.select(
                    "organisation_code", "plan_id",
                    activity_id=pl.lit(str(number)),
                    category=pl.when(uncategorised).then(pl.lit("uncategorised")).otherwise(pl.lit(category)),
                    activity=pl.lit(activity),
                    location=pl.lit(location, pl.String),
                    sessions_per_week=(pl.col("contracted_fte") * 10 * share * pl.Series(noise)).round(2),
                    annual_sessions=pl.lit(None, pl.Float64),
                    hours_per_session=pl.lit(4.0 if medical else 3.75),
                    output_metric=pl.when(measured).then(pl.lit(metric, pl.String)),
                    output_value=pl.when(measured).then(pl.lit(value, pl.Float64)),
                    tariff_item=pl.lit(tariff, pl.String),
                )
            )  # fmt: skip
    return pl.concat(parts).sort("organisation_code", "plan_id", "activity_id")
