"""Which codes name which of the fourteen professions: the rules behind `votes.csv`.

The votes are kept as reviewed data, one row per code, so that a clinical lead can read and challenge each of them. The
rules here say the same in a few lines: a test works the table out again from them, and they give their votes to
codes that a newer occupation code manual adds.
"""

from __future__ import annotations

import polars as pl

VOTE_COLUMNS = ("source", "code", "profession", "branch", "level", "strength")
_ARTS = ("art_therapist", "dramatherapist", "music_therapist")

#: Third character of an occupation code in the S matrix (I is a letter, never the figure 1; O does not exist).
S_LETTERS: dict[str, tuple[str, ...]] = {
    "A": ("podiatrist",),
    "B": ("dietitian",),
    "C": ("occupational_therapist",),
    "D": ("orthoptist",),
    "E": ("physiotherapist",),
    "F": ("radiographer",),
    "G": ("radiographer",),
    "H": _ARTS,
    "I": ("prosthetist_orthotist",),
    "J": ("speech_and_language_therapist",),
    "T": ("operating_department_practitioner",),
    "V": ("osteopath",),
}
#: Third character in the H matrix (H1 healthcare assistants, H2 support workers): other letters than in S.
H_LETTERS: dict[str, tuple[str, ...]] = {
    "G": ("podiatrist",),
    "H": ("occupational_therapist",),
    "J": ("physiotherapist",),
    "K": ("radiographer",),
    "L": ("speech_and_language_therapist",),
}
_S_BRANCH = {"F": "diagnostic", "G": "therapeutic"}
_H_BRANCH = {"K": "diagnostic"}

#: First and last job role of each profession in staff group 04; roles come in fours.
_JOB_ROLES: dict[tuple[int, int], tuple[str, str]] = {
    (4001, 4004): ("art_therapist", ""),
    (4005, 4008): ("podiatrist", ""),
    (4009, 4012): ("dietitian", ""),
    (4013, 4016): ("dramatherapist", ""),
    (4021, 4024): ("music_therapist", ""),
    (4025, 4028): ("occupational_therapist", ""),
    (4029, 4032): ("orthoptist", ""),
    (4033, 4036): ("prosthetist_orthotist", ""),
    (4037, 4040): ("paramedic", ""),
    (4041, 4044): ("physiotherapist", ""),
    (4045, 4048): ("prosthetist_orthotist", ""),
    (4049, 4052): ("radiographer", "diagnostic"),
    (4053, 4056): ("radiographer", "therapeutic"),
    (4057, 4060): ("speech_and_language_therapist", ""),
    (5013, 5013): ("osteopath", ""),
    (5019, 5019): ("operating_department_practitioner", ""),
}
_STUDENT_ROLES: dict[str, tuple[tuple[str, ...], str]] = {
    "02014": (("podiatrist",), ""),
    "02015": (("dietitian",), ""),
    "02016": (("occupational_therapist",), ""),
    "02017": (("orthoptist",), ""),
    "02018": (("physiotherapist",), ""),
    "02019": (("radiographer",), "diagnostic"),
    "02020": (("radiographer",), "therapeutic"),
    "02021": (("speech_and_language_therapist",), ""),
    "02022": (_ARTS, ""),
    "02025": (("paramedic",), ""),
    "02026": (("prosthetist_orthotist",), ""),
}


def votes_by_rule(occupation_codes: pl.DataFrame, professions: pl.DataFrame) -> pl.DataFrame:
    """Work out the strong and weak votes of all codes from the rules.

    Occupation codes vote by their letter, retired rows included, and only when the list holds them; a paramedic is
    named by AB, A4, A5, A6 and the retired A1A, and hinted at by an ambulance manager's A0. Registration types vote
    for each profession that registers under them (19 for all three arts therapies); osteopaths have no type, so
    body 17 votes for them.

    Args:
        occupation_codes: the list, with `occupation_code`, `main_staff_group`, `occupation_level`.
        professions: `professions.csv`.

    Returns:
        One row per source, code and profession: `VOTE_COLUMNS`, sorted; branch and level are blank where the code
        does not state one.
    """
    votes: list[tuple[str, ...]] = []
    for code, main_group, level in occupation_codes.select(
        "occupation_code", "main_staff_group", "occupation_level"
    ).iter_rows():
        names, branch, strength = _named_by_code(code)
        votes += [("occupation_code", code, name, branch, level_of_code(main_group, level), strength) for name in names]
    for (first, last), (name, branch) in _JOB_ROLES.items():
        votes += [("job_role", f"{role:05d}", name, branch, "qualified", "strong") for role in range(first, last + 1)]
    for role, (names, branch) in _STUDENT_ROLES.items():
        votes += [("job_role", role, name, branch, "student", "strong") for name in names]
    for name, body, kind in professions.select(
        "profession", "registration_body_code", "registration_type_code"
    ).iter_rows():
        source, code = ("registration_type", kind) if kind else ("registration_body", body)
        votes.append((source, code, name, "", "", "strong"))
    return pl.DataFrame(votes, schema=dict.fromkeys(VOTE_COLUMNS, pl.String), orient="row").sort(*VOTE_COLUMNS)


def level_of_code(main_staff_group: str | None, occupation_level: str | None) -> str:
    """Say whether an occupation code is that of qualified staff, of support staff or of a student.

    The manual's staff group decides, not the word in the level: a Technician (S4) and an Instructor (S6) are
    qualified. Students are a part of support staff in the manual and a level of their own here.
    """
    if main_staff_group == "Professionally qualified clinical staff":
        return "qualified"
    return "student" if occupation_level == "Student/Trainee" else "support"


def _named_by_code(code: str) -> tuple[tuple[str, ...], str, str]:
    if code[0] == "S":
        return S_LETTERS.get(code[2], ()), _S_BRANCH.get(code[2], ""), "strong"
    if code[:2] in ("H1", "H2"):
        return H_LETTERS.get(code[2], ()), _H_BRANCH.get(code[2], ""), "strong"
    if code[:2] in ("AB", "A4", "A5", "A6") or code == "A1A":
        return ("paramedic",), "", "strong"
    if code[:2] == "A0":
        return ("paramedic",), "", "weak"
    return (), "", ""
