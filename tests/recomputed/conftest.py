"""A made-up workforce as plain rows, and the snapshot that the measures read: the recomputations use the rows."""

from __future__ import annotations

import calendar
import datetime as dt
import functools
import importlib.util
import random
from collections import defaultdict
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

import polars as pl
import pytest

import workbench
from workbench.periods import month_ends
from workbench.warehouse.snapshot import Snapshot, literal_snapshot


def _beside(name: str):
    """Load a module that stands beside this one; tests are no package, so an import statement does not find it."""
    spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name(f"{name}.py"))
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


Lists = _beside("lists_by_hand").Lists
Leavings = _beside("leavings_by_hand").Leavings

MARTS = Path(workbench.__file__).parent / "warehouse/sql/marts"
MONTHS = [end for end in month_ends(dt.date(2025, 7, 31), dt.date(2026, 9, 30)) if end != dt.date(2026, 2, 28)]
SCHEMA = {
    "organisation_code": pl.String,
    "period": pl.Date,
    "person_key": pl.String,
    "assignment_key": pl.String,
    "assignment_order": pl.Int32,
    "is_primary_recorded": pl.Boolean,
    "assignment_status_code": pl.String,
    "contract_type_code": pl.String,
    "is_employed": pl.Boolean,
    "is_active": pl.Boolean,
    "is_substantive": pl.Boolean,
    "fte": pl.Decimal(18, 4),
    **dict.fromkeys(
        ("staff_group", "staff_group_code", "job_role_code", "profession", "directorate", "service", "team"), pl.String
    ),
    **dict.fromkeys(("pay_band", "age_band", "occupation_code", "position_number"), pl.String),
    "is_trainee": pl.Boolean,
    "organisation_start_date": pl.Date,
}


class MadeUpWorkforce(NamedTuple):
    """Plain rows of assignments, absence episodes, published figures and leaving records, and the snapshot of them."""

    assignments: list[dict]
    absence: list[dict]
    published: list[dict]
    leavers: list[dict]
    months: list[dt.date]
    snapshot: Snapshot


def _assignments(chance: random.Random) -> list[dict]:
    """Eighty people over fifteen months, one of which is not loaded; contracts, statuses and groups change."""
    rows = []
    for n in range(80):
        first, last = sorted(chance.sample(range(-6, len(MONTHS) + 6), 2))
        jobs = chance.choice([1, 1, 1, 2, 3])
        contract = [chance.choice(["05", "05", "05", "02", "04", "01", "03", None]) for _ in range(jobs)]
        for at, end in enumerate(MONTHS):
            if not first <= at <= last:
                continue
            for job in range(jobs):
                status = chance.choice(["02"] * 8 + ["01", "05", "06", "03", "12", None])
                group = chance.choice(["Nursing"] * 6 + ["Allied Health Professionals"])
                rows.append(
                    {
                        "organisation_code": "XAA",
                        "period": end,
                        "person_key": f"p{n:02}",
                        "assignment_key": f"p{n:02}-{job}",
                        "assignment_order": job + 1,
                        "is_primary_recorded": chance.choice([True, True, False, None]) if job == 0 else job == 1,
                        "assignment_status_code": status,
                        "contract_type_code": contract[job],
                        "is_employed": status not in ("04", "11", "12", "13"),
                        "is_active": status in ("01", "02", "05"),
                        "is_substantive": contract[job] in ("02", "04", "05"),
                        "fte": Decimal(chance.choice([2, 4, 5, 6, 8, 10])) / 10,
                        "staff_group": group,
                        "service": chance.choice(["Ward", "Clinic"]),
                        "directorate": "Clinical",
                        "team": "One",
                        "pay_band": "Band 6",
                        "profession": "Dietitian",
                        "is_trainee": n % 9 == 0,
                    }
                )
    return rows


def _leavers(chance: random.Random, assignments: list[dict]) -> list[dict]:
    """Leaving records of most who are gone at the end, some of them artefacts, and of some who are not."""
    last: dict[str, dt.date] = {}
    for row in assignments:
        last[row["person_key"]] = row["period"]
    reasons = [
        "Relocation",
        "Retirement",
        "Promotion",
        None,
        "Has Not Worked",
        "Merged Organisation - Duplicate Record",
    ]
    return [
        {
            "organisation_code": "XAA",
            "person_key": person,
            "assignment_key": chance.choice([None, f"{person}-0"]),
            "assignment_order": 1,
            "leaving_date": end + dt.timedelta(days=chance.choice([-40, 0, 1, 12])),
            "leaving_reason": chance.choice(reasons),
            "destination_on_leaving_code": chance.choice(["01", "02", None]),
        }
        for person, end in sorted(last.items())
        if chance.random() < 0.8
    ]


def _absence(chance: random.Random) -> list[dict]:
    rows = []
    for _ in range(300):
        first = dt.date(2025, 8, 1) + dt.timedelta(days=chance.randrange(420))
        last = first + dt.timedelta(days=chance.choice([0, 1, 2, 6, 40])) if chance.random() < 0.9 else None
        rows.append(
            {
                "organisation_code": "XAA",
                "person_key": f"p{chance.randrange(90):02}",
                "absence_type": chance.choice(["Sickness"] * 5 + ["Maternity Leave"]),
                "first_day": first,
                "last_day": last,
                "fte_days_lost": Decimal(chance.randrange(1, 60)) / 2 if chance.random() < 0.8 else None,
            }
        )
    return rows


def _published(chance: random.Random) -> list[dict]:
    return [
        {
            "organisation_code": f"R{n:02}",
            "period": end,
            "organisation_name": f"Trust {n}",
            "organisation_type": chance.choice(["Acute", "Ambulance"]),
            "region_code": "Y60",
            "region_name": "Midlands",
            "fte_days_lost": Decimal(chance.randrange(1, 4000)),
            "fte_days_available": Decimal(chance.choice([329, 330, 331, 40000, 70000])),
            "published_rate": Decimal(0),
        }
        for n in range(6)
        for end in MONTHS
        if chance.random() < 0.9
    ]


@pytest.fixture(scope="session")
def made_up_workforce() -> MadeUpWorkforce:
    chance = random.Random(20260930)
    assignments, absence, published = _assignments(chance), _absence(chance), _published(chance)
    leavers = _leavers(random.Random(20260901), assignments)
    assignment_month = pl.DataFrame(assignments, schema=SCHEMA)
    days = pl.Decimal(18, 5)
    tables = {
        "marts.assignment_month": assignment_month,
        "marts.organisation": pl.DataFrame({"organisation_code": ["XAA"], "organisation_type": ["Acute"]}),
        "staging.leavers": pl.DataFrame(leavers, schema_overrides={"assignment_key": pl.String}),
        "staging.organisation_changes": pl.DataFrame(
            schema=dict.fromkeys(("organisation_code", "predecessor_organisation_code"), pl.String)
            | {"effective_date": pl.Date}
        ),
        "marts.person_link": pl.DataFrame(
            schema=dict.fromkeys(("organisation_code", "person_key", "linked_person"), pl.String)
        ),
        "staging.absence": pl.DataFrame(absence, schema_overrides={"fte_days_lost": days}),
        "marts.published_absence": pl.DataFrame(
            published, schema_overrides={"fte_days_lost": days, "fte_days_available": days}
        ),
    }
    for mart in ("person_month", "person_spell"):
        tables[f"marts.{mart}"] = literal_snapshot(tables).query(MARTS / f"{mart}.sql")
    return MadeUpWorkforce(assignments, absence, published, leavers, MONTHS, literal_snapshot(tables))


@pytest.fixture(scope="session")
def made_up_lists(made_up_workforce):
    return Lists(made_up_workforce.assignments, made_up_workforce.leavers)


@pytest.fixture(scope="session")
def sample_lists(sample_workbench) -> dict:
    """The raw rows of the sample, as lists of each organisation."""
    rows = {
        table: sample_workbench.sql(f"select * from {table}").rows(named=True)
        for table in ("marts.assignment_month", "staging.leavers", "staging.starters")
    }
    organisations = sorted({row["organisation_code"] for row in rows["marts.assignment_month"]})
    return {
        code: Lists(*([row for row in table if row["organisation_code"] == code] for table in rows.values()))
        for code in organisations
    }


@pytest.fixture(scope="session")
def sample_leavings(sample_workbench) -> dict:
    """The leaving records and lists of each organisation of the sample, settled one by one."""
    return {code: Leavings(sample_workbench, code) for code in sample_workbench.organisations}


# The tables of the domain, written out again by hand: S letters (I is a letter), H letters, job roles in fours.
ARTS = {"Art therapist", "Dramatherapist", "Music therapist"}
S_CODES = {
    "A": {"Podiatrist"}, "B": {"Dietitian"}, "C": {"Occupational therapist"}, "D": {"Orthoptist"},
    "E": {"Physiotherapist"}, "F": {"Radiographer"}, "G": {"Radiographer"}, "H": ARTS, "I": {"Prosthetist/orthotist"},
    "J": {"Speech and language therapist"}, "T": {"Operating department practitioner"}, "V": {"Osteopath"},
}  # fmt: skip
H_CODES = {
    "G": {"Podiatrist"}, "H": {"Occupational therapist"}, "J": {"Physiotherapist"}, "K": {"Radiographer"},
    "L": {"Speech and language therapist"},
}  # fmt: skip
ROLES = {
    "Art therapist": (4001, 4004), "Podiatrist": (4005, 4008), "Dietitian": (4009, 4012),
    "Dramatherapist": (4013, 4016), "Music therapist": (4021, 4024), "Occupational therapist": (4025, 4028),
    "Orthoptist": (4029, 4032), "Paramedic": (4037, 4040), "Physiotherapist": (4041, 4044),
    "Radiographer": (4049, 4056), "Speech and language therapist": (4057, 4060), "Osteopath": (5013, 5013),
    "Operating department practitioner": (5019, 5019),
}  # fmt: skip
STUDENT_ROLES = {
    "02014": {"Podiatrist"}, "02015": {"Dietitian"}, "02016": {"Occupational therapist"}, "02017": {"Orthoptist"},
    "02018": {"Physiotherapist"}, "02019": {"Radiographer"}, "02020": {"Radiographer"},
    "02021": {"Speech and language therapist"}, "02022": ARTS, "02025": {"Paramedic"},
    "02026": {"Prosthetist/orthotist"},
}  # fmt: skip
REGISTRATIONS = {
    "19": ARTS, "20": {"Podiatrist"}, "22": {"Dietitian"}, "24": {"Occupational therapist"},
    "25": {"Operating department practitioner"}, "26": {"Orthoptist"}, "27": {"Paramedic"}, "28": {"Physiotherapist"},
    "29": {"Prosthetist/orthotist"}, "30": {"Radiographer"}, "31": {"Speech and language therapist"},
}  # fmt: skip
ART_WORDS = {
    "Art therapist": ("> Art Therapy", "art therap", "art psychotherap"),
    "Dramatherapist": ("> Drama Therapy", "dramatherap", "drama therap"),
    "Music therapist": ("> Music Therapy", "music therap"),
}


def _by_code(code: str | None, manual: dict[str, dict]) -> set[str]:
    if code not in manual:
        return set()
    if code[0] == "S":
        return S_CODES.get(code[2], set())
    if code[:2] in ("H1", "H2"):
        return H_CODES.get(code[2], set())
    return {"Paramedic"} if code[:2] in ("AB", "A4", "A5", "A6") or code == "A1A" else set()


def _by_role(role: str | None) -> set[str]:
    if role in STUDENT_ROLES:
        return STUDENT_ROLES[role]
    number = int(role) if role else 0
    if 4033 <= number <= 4036 or 4045 <= number <= 4048:
        return {"Prosthetist/orthotist"}
    return {name for name, (first, last) in ROLES.items() if first <= number <= last}


def _weighed(votes: list[set[str]], row: dict) -> str | None:
    """Weigh the strong votes; None without any (the row Not evidenced is not worked out again here)."""
    cast = [vote for vote in votes if vote]
    if not cast:
        return None
    shared = set.intersection(*cast)
    pairs = [a & b for n, a in enumerate(cast) for b in cast[n + 1 :] if a & b]
    if not shared and len(cast) == 3 and len(pairs) == 1:
        shared = pairs[0]
    hints = [
        {name for name, words in ART_WORDS.items() if any(word in text for word in words)}
        for text in (row["area_of_work"] or "", (row["position_title"] or "").lower())
    ]
    for hint in hints:
        shared = (shared & hint) or shared
    if len(shared) == 1:
        return next(iter(shared))
    return "Arts therapist, type not stated" if shared and shared <= ARTS else "Disputed"


def _worded(vote: set[str]) -> str | None:
    if len(vote) <= 1:
        return next(iter(vote), None)
    return "Arts therapist, type not stated" if vote <= ARTS else "Disputed"


@pytest.fixture(scope="session")
def ahp_records(sample_workbench) -> list[dict]:
    """Every substantive employed assignment of the sample with what each source says, worked out in plain Python."""
    sql = sample_workbench.sql
    manual = {row["occupation_code"]: row for row in sql("select * from reference.occupation_code").to_dicts()}
    checks = defaultdict(list)
    for row in sql("select * from staging.registrations order by checked_date").to_dicts():
        checks[row["organisation_code"], row["person_key"]].append(row)
    records = []
    for row in sql("select * from staging.staff_in_post").to_dicts():
        if row["assignment_status_code"] in ("04", "11", "12", "13"):
            continue
        if row["contract_type_code"] not in ("02", "04", "05"):
            continue
        code = (row["occupation_code_code"] or row["occupation_code"] or "").strip().upper()
        newest = {
            (check["registration_body_code"], check["registration_key"]): check
            for check in checks[row["organisation_code"], row["person_key"]]
            if check["checked_date"] <= row["period"]
        }
        registered = set()
        for check in newest.values():
            registered |= REGISTRATIONS.get(check["registration_type_code"], set())
            registered |= {"Osteopath"} if check["registration_body_code"] == "17" else set()
        group = manual.get(code, {}).get("main_staff_group")
        by_code, by_role = _by_code(code, manual), _by_role(row["job_role_code"])
        weighed = _weighed([by_code, by_role, set() if group == "Support to clinical staff" else registered], row)
        records.append(
            row
            | {
                "coded": _worded(by_code),
                "job_role_says": _worded(by_role),
                "registration": _worded(registered),
                "evidenced": weighed,
                "qualified_code": group == "Professionally qualified clinical staff",
                "code": code,
            }
        )
    return records


# Job planning again, person by person: who is in scope on a day, and which plans are active for which of their posts.
TRAINING = {"01012", "01013", "01014", "01015", "01033", "01034", "01035", "01038", "01045"}
CLINICAL = {"01", "03", "04", "05", "06", "07", None}


def a_year_before(day: dt.date) -> dt.date:
    last = calendar.monthrange(day.year - 1, day.month)[1]
    return dt.date(day.year - 1, day.month, min(day.day, last))


def rows_by_person(workbench, table: str, organisation: str) -> dict[str, list[dict]]:
    found = defaultdict(list)
    for row in workbench.sql(f"select * from staging.{table}").to_dicts():
        if row["organisation_code"] == organisation:
            found[row["person_key"]].append(row)
    return found


def posts_on(day, staff, leavers, starters):
    """Each person's posts at the end of the day; a starter since the last staff list has one unknown post."""
    newest = max(row["period"] for rows in staff.values() for row in rows if row["period"] <= day)
    listed = {
        person: [
            row
            for row in rows
            if row["period"] == newest and row["assignment_status_code"] not in ("04", "11", "12", "13")
        ]
        for person, rows in staff.items()
    }
    listed = {person: rows for person, rows in listed.items() if rows}
    starts = {
        person: [row["start_date"] for row in rows if row["start_date"] <= day] for person, rows in starters.items()
    }

    def ended(post):
        return any(
            leaving["leaving_date"] < day
            and leaving["assignment_key"] in (None, post["assignment_key"])
            and leaving["leaving_date"] >= (post["assignment_start_date"] or leaving["leaving_date"])
            and leaving["leaving_date"] >= post["organisation_start_date"]
            and not any(start > leaving["leaving_date"] for start in starts.get(post["person_key"], ()))
            for leaving in leavers.get(post["person_key"], ())
        )

    posts = {person: [post for post in rows if not ended(post)] for person, rows in listed.items()}
    for person, days in starts.items():
        gone = any(
            day > leaving["leaving_date"] >= start
            for start in days
            if start > newest
            for leaving in leavers.get(person, ())
        )
        if person not in listed and any(start > newest for start in days) and not gone:
            posts[person] = [None]
    return {person: rows for person, rows in posts.items() if rows}


def in_scope(posts, overrides):
    """The posts that count for a person, or none when the person is out of scope."""
    if posts == [None]:
        return [None]
    decision = sorted((row["effective_from"], row["kind"] == "exclude_person") for row in overrides["person"])
    if decision and decision[-1][1]:
        return []
    substantive = [row for row in posts if row["contract_type_code"] in ("02", "04", "05")]
    clinical = [row for row in substantive if row["staff_group_code"] in CLINICAL]
    eligible = [row for row in clinical if row["job_role_code"] not in TRAINING]
    if decision:
        return eligible or posts
    teams = {(row["team"] or "unknown").strip().lower() for row in substantive}
    return [] if len(teams) == 1 and teams <= overrides["single_area"] else eligible


def is_active(plan, day, all_plans):
    start = a_year_before(day)
    if plan["system"] != "software" or not plan["review_date"] or not plan["approval_date"]:
        return False
    if not (start <= plan["review_date"] <= day and start <= plan["approval_date"] <= day):
        return False
    if plan["status"] == "superseded":
        mine = (None, plan["assignment_key"])
        return not any(
            other["status"] in ("approved", "superseded", "expired")
            and other["approval_date"]
            and plan["approval_date"] < other["approval_date"] <= day
            and (mine[1] is None or other["assignment_key"] in mine)
            for other in all_plans
        )
    if plan["status"] == "expired":
        return plan["end_date"] is not None and plan["end_date"] >= day
    return plan["status"] == "approved"


def covers(plan, post, posts):
    if post is None:
        return True
    if plan["assignment_key"]:
        return plan["assignment_key"] == post["assignment_key"]
    team = (plan["team"] or "").strip().lower()
    own = [(row["team"] or "unknown").strip().lower() for row in posts]
    return team not in own or (post["team"] or "unknown").strip().lower() == team


class PersonToPlan(NamedTuple):
    """Someone in scope of job planning: their posts, and for each the active plans that cover it."""

    key: str
    posts: list
    active: list[list[dict]]


@pytest.fixture(scope="session")
def people_to_plan(sample_workbench):
    """Everybody of an organisation in scope on a day; `out` collects those left out, if given."""

    read = functools.cache(functools.partial(rows_by_person, sample_workbench))

    def on(organisation: str, day: dt.date, out: dict | None = None) -> list[PersonToPlan]:
        staff, leavers, starters, plans, overrides = (
            read(table, organisation)
            for table in ("staff_in_post", "leavers", "starters", "job_plans", "scope_overrides")
        )
        holding = [
            row
            for rows in overrides.values()
            for row in rows
            if row["effective_from"] <= day <= (row["effective_to"] or day)
        ]
        single = {(row["team"] or "").strip().lower() for row in holding if row["kind"] == "single_area_team"} - {""}
        people = []
        for person, posts in posts_on(day, staff, leavers, starters).items():
            personal = [row for row in holding if row["person_key"] == person and row["kind"] != "single_area_team"]
            counting = in_scope(posts, {"person": personal, "single_area": single})
            own = plans.get(person, [])
            active = [plan for plan in own if is_active(plan, day, own)]
            if counting:
                covering = [[plan for plan in active if covers(plan, post, counting)] for post in counting]
                people.append(PersonToPlan(person, counting, covering))
            elif out is not None:
                out[person] = posts
        return people

    return on
