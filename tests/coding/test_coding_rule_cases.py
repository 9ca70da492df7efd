"""Literal records beside what the rules must say of them: the review's test vectors, and each rule at its edges."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pytest

from workbench.coding.findings import findings
from workbench.coding.local_settings import CodingSettings
from workbench.extracts.pseudonyms import open_pseudonyms
from workbench.settings import Settings
from workbench.warehouse import Snapshot, Warehouse, open_snapshot

MONTH = dt.date(2026, 8, 31)
OWN = (*(f"COD{n}" for n in range(1, 5)), *(f"CON{n}" for n in range(1, 10)), "POP1", "POP2")
STAFF_GROUPS = {
    "01": "Medical and Dental",
    "02": "Students",
    "03": "Nursing and Midwifery Registered",
    "04": "Allied Health Professionals",
    "05": "Additional Professional Scientific and Technical",
    "07": "Additional Clinical Services",
    "08": "Administrative and Clerical",
}


@dataclass(frozen=True)
class Case:
    """A record as the review's vectors write it (code / job role / registration), and the findings it must have."""

    name: str
    code: str
    role: str
    registered: tuple[str, ...]
    expected: str
    group: str = ""
    area: str = ""
    title: str = "Post"
    band: str = ""
    expiry: str = "2027-08-31"
    checked: str = "2026-08-28"
    body: str = "08"
    status: str = "Active Assignment"

    @property
    def staff_group(self) -> str:
        return STAFF_GROUPS[self.group or (self.role[:2] if self.role[:2] in STAFF_GROUPS else "04")]


# Rules of other kinds that a vector names (MUL1, POS5, REG1, REG4, REG5) have their own tests.
VECTORS = [
    Case("1 physiotherapist", "S1E", "04041", ("28",), ""),
    Case("2 multi therapist registered as physiotherapist", "S1K", "04017", ("28",), "COD3:R POP1:I"),
    Case("3 operating department practitioner", "S4T", "05019", ("25",), ""),
    Case("4 practitioner coded as multi therapist", "S1K", "05019", ("25",), "COD3:R CON5:R POP1:R"),
    Case("5 therapy manager coded as administrative", "G1C", "04043", ("28",), "COD4:R POP1:R"),
    Case("6 paramedic", "A6A", "04040", ("27",), ""),
    Case("7 paramedic coded as other", "S1X", "04037", ("27",), "COD3:R CON6:R POP1:R"),
    Case("8 retired consultant code of theatres", "SAT", "05019", ("25",), "COD2:E CON4:R POP1:R"),
    Case("9 small letters and spaces", " s1e", "04041", ("28",), ""),
    Case("10 a cell that is not in the matrix", "S8K", "", (), "COD1:E"),
    Case("10 a code of a matrix that we do not hold", "N0A", "03004", (), ""),
    Case("10 the letter O", "SOE", "", (), "COD1:E"),
    Case("11 music therapist", "S1H", "04021", ("19",), ""),
    Case(
        "11 drama therapy by area",
        "S1H",
        "",
        ("19",),
        "",
        area="Clinical Support > Art/Music/Drama Therapy > Drama Therapy",
    ),
    Case("11 arts therapist, type not stated", "S1H", "", ("19",), ""),
    Case("12 branch of radiography", "S1F", "04053", ("30",), "CON1:R"),
    Case("13 code alone says physiotherapist", "S1E", "04025", ("24",), "CON1:R CON2:R"),
    Case("14 job role alone says occupational therapist", "S1E", "04025", ("28",), "CON1:R CON2:R"),
    Case("15 conflict without registration", "S1E", "04025", (), "CON1:R"),
    Case("16 registered assistant", "S9E", "07012", ("28",), ""),
    Case("17 technician of podiatry", "S4A", "07008", (), "CON3:I POP2:I"),
    Case("18 healthcare assistant in occupational therapy", "H1H", "07004", (), ""),
    Case("19 osteopath", "S1V", "05013", ("",), "", body="17", checked="2026-06-30"),
    Case("20 two registrations, code and role of one each", "S1C", "04041", ("28", "24"), "CON1:R"),
    Case("21 healthcare scientist", "U4A", "06010", ("23",), ""),
    Case("22 consultant role", "S1E", "04042", ("28",), "CON4:R"),
]
EDGES = [
    Case("blank code", "", "04041", ("28",), "COD1:E POP1:R"),
    Case("two characters", "S1", "04041", ("28",), "COD1:E POP1:R"),
    Case("retired ambulance code", "A1A", "04037", ("27",), "COD2:E"),
    Case("K of whom nothing is known", "S1K", "04017", (), "COD3:I"),
    Case("right code, multi therapist role", "S1E", "04017", ("28",), "COD3:R"),
    Case("K among support is no hidden therapist", "S9K", "07012", (), ""),
    Case("administrator registered as therapist", "G2C", "08002", ("24",), "COD4:R POP1:I"),
    Case("administrator whose registration expired", "G2C", "08002", ("24",), "", expiry="2026-08-30"),
    Case("administrator in date on the last day", "G2C", "08002", ("24",), "COD4:R POP1:I", expiry="2026-08-31"),
    Case("administrator checked seven days ago", "G2C", "08002", ("24",), "COD4:R POP1:I", checked="2026-08-24"),
    Case("administrator checked eight days ago", "G2C", "08002", ("24",), "", checked="2026-08-23"),
    Case(
        "administrator, osteopath by register", "G2C", "08002", ("",), "COD4:R POP1:I", body="17", checked="2026-06-30"
    ),
    Case("nurse registered as physiotherapist", "N6A", "03004", ("28",), "POP1:I"),
    Case("arts code and dramatherapist role", "S1H", "04013", ("19",), ""),
    Case("registered in the profession of the code only", "S1E", "04041", ("24",), "CON2:R"),
    Case("a lapse is no contradiction", "S1E", "04041", ("28",), "", expiry="2025-08-31"),
    Case("support code in staff group 04", "S9E", "07012", (), "CON3:R", group="04"),
    Case("therapist code in staff group 07", "S1E", "07012", (), "CON3:R POP2:R"),
    Case("paramedic code in staff group 07", "ABA", "07012", (), "CON3:R POP2:R"),
    Case("ambulance care assistant in staff group 07", "A9C", "07012", (), ""),
    Case("therapist code in staff group 08", "S1C", "08002", (), "CON3:R POP2:R"),
    Case("instructor in staff group 07", "S6E", "07009", (), "CON3:I POP2:I"),
    Case("manager role, therapist code", "S1E", "04043", ("28",), "CON4:R"),
    Case("manager role and code", "S0E", "04043", ("28",), ""),
    Case("manager code, therapist role", "S0E", "04041", ("28",), "CON4:R"),
    Case("consultant role and code", "SAE", "04042", ("28",), ""),
    Case("consultant paramedic code, paramedic role", "A4A", "04037", ("27",), "CON4:R"),
    Case("theatre manager: no manager role exists", "S0T", "05019", ("25",), ""),
    Case("osteopath with a code of others", "S1X", "05013", ("",), "COD3:R CON5:R POP1:R", body="17"),
    Case("paramedic code, physiotherapist role", "ABA", "04041", ("28",), "CON1:R CON2:R CON6:R"),
    Case("student", "S8E", "02018", (), ""),
    Case("student without student code", "S9E", "02018", (), "CON7:R"),
    Case("student paramedic has no code of its own", "AEA", "02025", (), ""),
    Case("student code on an assistant", "S8E", "07012", (), "CON7:R"),
    Case("student code on a trainee", "S8E", "07019", (), ""),
    Case(
        "retired area", "S1E", "04041", ("28",), "CON8:R", area="Dental/Oral > Dental Health (Retired 01 January 2019)"
    ),
    Case("area of another therapy", "S1E", "04041", ("28",), "CON8:I", area="Clinical Support > Dietetics"),
    Case("area of the branch", "S1G", "04053", ("30",), "", area="Clinical Support > Cancer Support > Radiotherapy"),
    Case("title of another profession", "S1E", "04041", ("28",), "CON8:I", title="Senior Dietitian"),
    Case("title of one's own profession", "S1E", "04041", ("28",), "", title="Senior Physiotherapist"),
    Case("band below the range", "S1E", "04041", ("28",), "CON9:R", band="Band 4"),
    Case("lowest band of the range", "S1E", "04041", ("28",), "", band="Band 5"),
    Case("highest band of the range", "S1E", "04041", ("28",), "", band="Band 8c"),
    Case("band above the range", "S1E", "04041", ("28",), "CON9:R", band="Band 8d"),
    Case("band is no question while the level is", "S0E", "04041", ("28",), "CON4:R", band="Band 5"),
    Case("no band of the Agenda for Change", "S1E", "04041", ("28",), "", band="VSM"),
    Case("coded therapist, advanced practitioner role", "S1E", "04061", (), ""),
    Case("ambulance manager without role or registration", "A0A", "08002", (), "CON4:R POP2:I", group="05"),
    Case("someone who has left", "", "04041", ("28",), "", status="Widow/Widower"),
]
CASES = [*VECTORS, *EDGES]


def number_of(case: Case) -> str:
    return f"5{CASES.index(case):07d}"


def staff_row(case: Case) -> dict[str, str]:
    number = number_of(case)
    return {
        "organisation_code": "XAA",
        "period": MONTH.isoformat(),
        "employee_number": number,
        "assignment_number": number,
        "primary_assignment": "Y",
        "assignment_status": case.status,
        "contract_type": "Permanent",
        "position_number": number,
        "position_title": case.title,
        "cost_centre": "4410",
        "staff_group": case.staff_group,
        "job_role": case.role,
        "area_of_work": case.area,
        "occupation_code": case.code,
        "pay_band": case.band,
        "contracted_fte": "0.5",
        "organisation_start_date": "2020-04-01",
    }


def registration_rows(case: Case) -> list[dict[str, str]]:
    return [
        {
            "organisation_code": "XAA",
            "employee_number": number_of(case),
            "registration_body": case.body,
            "registration_type": kind,
            "registration_number": f"R{number_of(case)}{position}",
            "status": "Active",
            "expiry_date": case.expiry,
            "checked_date": case.checked,
        }
        for position, kind in enumerate(case.registered)
    ]


@dataclass(frozen=True)
class Reviewed:
    snapshot: Snapshot
    found: pl.DataFrame
    keys: Mapping[str, str]

    def said_of(self, case: Case) -> list[str]:
        rows = self.found.filter(pl.col("assignment_key") == self.keys[case.name])
        return sorted(f"{rule}:{severity}" for rule, severity in rows.select("rule_id", "severity").iter_rows())

    def finding(self, name: str, rule: str) -> dict[str, object]:
        return self.found.row(
            by_predicate=(pl.col("assignment_key") == self.keys[name]) & (pl.col("rule_id") == rule), named=True
        )


@pytest.fixture(scope="module")
def write_csv_file() -> Callable[[Path, Sequence[Mapping[str, str]]], Path]:
    def write(path: Path, rows: Sequence[Mapping[str, str]]) -> Path:
        pl.DataFrame(list(rows)).write_csv(path)
        return path

    return write


@pytest.fixture(scope="module")
def reviewed(tmp_path_factory: pytest.TempPathFactory, write_csv_file: Callable[..., Path]) -> Iterator[Reviewed]:
    """All cases in one organisation, loaded as any extract is, with the findings of the rules tested here."""
    folder = tmp_path_factory.mktemp("rule cases")
    settings = Settings(home=folder / "home", key_file=folder / "keys" / "key", reports=folder / "reports")
    report = Warehouse(settings).load([
        write_csv_file(folder / "staff_in_post.csv", [staff_row(case) for case in CASES]),
        write_csv_file(folder / "registrations.csv", [row for case in CASES for row in registration_rows(case)]),
    ])  # fmt: skip
    assert [outcome.message for outcome in report.outcomes if outcome.status != "loaded"] == []
    pseudonyms = open_pseudonyms(settings)
    keys = {case.name: pseudonyms.of_one("assignment", "XAA", number_of(case)) for case in CASES}
    with open_snapshot(settings) as snapshot:
        yield Reviewed(snapshot, findings(snapshot, "XAA", MONTH, only=OWN), keys)


@pytest.mark.parametrize("case", VECTORS, ids=lambda case: case.name)
def test_a_vector_of_the_definition_is_found_as_it_says(case, reviewed):
    assert reviewed.said_of(case) == sorted(case.expected.split())


@pytest.mark.parametrize("case", EDGES, ids=lambda case: case.name)
def test_a_rule_at_its_edge(case, reviewed):
    assert reviewed.said_of(case) == sorted(case.expected.split())


@pytest.mark.parametrize(
    ("name", "rule", "shown"),
    [
        ("10 the letter O", "COD1", {"current_code": "SOE", "detail": "The letter O for the digit 0: S0E?"}),
        ("blank code", "COD1", {"current_code": None, "detail": "No occupation code is filled in."}),
        ("8 retired consultant code of theatres", "COD2", {"current_code": "SAT", "detail": "version 22.1"}),
        ("right code, multi therapist role", "COD3", {"field": "job_role", "current_code": "04017"}),
        ("2 multi therapist registered as physiotherapist", "COD3", {"other_source": "registration"}),
        ("5 therapy manager coded as administrative", "COD4", {"other_value": "Physiotherapist Manager"}),
        ("12 branch of radiography", "CON1", {"detail": "branches of radiography"}),
        ("13 code alone says physiotherapist", "CON2", {"field": "occupation_code", "current_code": "S1E"}),
        ("14 job role alone says occupational therapist", "CON2", {"field": "job_role", "current_code": "04025"}),
        ("17 technician of podiatry", "CON3", {"detail": "Technician"}),
        ("area of another therapy", "CON8", {"field": "area_of_work", "other_value": "Dietitian"}),
        ("title of another profession", "CON8", {"field": "position_title", "other_value": "Dietitian"}),
        ("band below the range", "CON9", {"detail": "the local range is Band 5 to Band 8c"}),
        ("blank code", "POP1", {"detail": "Hidden by a blank code"}),
        ("5 therapy manager coded as administrative", "POP1", {"detail": "Hidden by an administrative code"}),
        ("nurse registered as physiotherapist", "POP1", {"detail": "Hidden by a nursing code"}),
        ("4 practitioner coded as multi therapist", "POP1", {"detail": "Hidden by a code for multi therapies"}),
        ("7 paramedic coded as other", "POP1", {"detail": "Hidden by a code of another group"}),
    ],
)  # fmt: skip
def test_a_finding_shows_what_is_compared(name, rule, shown, reviewed):
    row = reviewed.finding(name, rule)
    for column, value in shown.items():
        assert value in row[column] if column == "detail" else row[column] == value


def test_own_band_ranges_take_the_place_of_ours(tmp_path, reviewed, write_csv_file):
    ranges = {"matrix": "S", "level": "1", "lowest_band": "Band 4", "highest_band": "Band 7"}
    own = CodingSettings(band_ranges=write_csv_file(tmp_path / "ranges.csv", [ranges]))
    rows = findings(reviewed.snapshot, "XAA", MONTH, own, only=["CON9"])
    names = {key: name for name, key in reviewed.keys.items()}
    assert sorted(names[key] for key in rows["assignment_key"]) == ["band above the range", "highest band of the range"]


def test_a_longer_interval_lets_older_checks_count(reviewed):
    rows = findings(reviewed.snapshot, "XAA", MONTH, CodingSettings(registration_fresh_days=8), only=["COD4"])
    assert reviewed.keys["administrator checked eight days ago"] in rows["assignment_key"].to_list()
