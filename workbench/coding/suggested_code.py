"""Which occupation code the evidence of one record points to, or why none can be named.

An occupation code is three characters: matrix, level, profession (in the ambulance matrix: setting). Only what the
evidence contradicts is changed, and nothing is ever applied: an AHP lead confirms or challenges. Where the fields
disagree, or only one of them speaks, the honest answer is no code but the candidates and a question to the clinician.
The order of the steps and the words high, medium and low are our own choice, not an NHS rule.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from workbench.professions import ARTS_UNDIVIDED, DISPUTED, PROFESSIONS, profession_records
from workbench.professions.rules import H_LETTERS, S_LETTERS

Outcome = Literal["stands", "suggested", "declined", "not_ahp"]

#: What a reader is told when no code is suggested.
DECLINED = {
    "sources_in_conflict": "The fields name different professions. Ask the clinician which one the post is.",
    "job_role_looks_wrong": "Occupation code and registration agree, the job role names another profession: the code "
    "stands and the job role looks wrong, which takes a new position.",
    "no_single_profession": "The evidence leaves more than one profession or branch. Ask the clinician which one.",
    "branch_differs": "Occupation code and job role name different branches of radiography. Ask the clinician which.",
    "weak_evidence_only": "Only the area of work, the title or an ambulance manager's code hints at a profession.",
    "sole_evidence_not_verified": "Only a registration names the profession, and it is not active and lately checked. "
    "Check the register first.",
    "registration_in_another_post": "Only a registration names the profession, and the post is administrative or "
    "estates: someone registered may work as something else.",
    "only_the_code": "Nothing but the occupation code names a profession, and the job role is that of another calling.",
    "odp_convention": "Operating department practitioners are coded S1T or S4T and no public rule says which. "
    "Agree a local convention.",
    "ambulance_setting": "The setting of the ambulance code is not known. Choose it, or set a local default.",
    "support_or_qualified": "The job role may be that of an assistant, a technician or an instructor: the choice "
    "changes the count of qualified staff.",
    "no_valid_code": "No valid code has this profession and level.",
    "no_profession": "The occupation code is not valid and no other field names a profession.",
}

PARAMEDIC, ODP, RADIOGRAPHER, OSTEOPATH = "Paramedic", "Operating department practitioner", "Radiographer", "Osteopath"
ODP_CODES = ("S1T", "S4T")
_AMBULANCE_SETTINGS = "ABCDE"
_BRANCHES = {"diagnostic": "F", "therapeutic": "G"}
_STUDENT_ROLES = (*(f"{number:05d}" for number in range(2014, 2023)), "02025", "02026")
#: Job roles of staff group 07 that assistants, technicians and instructors alike are given.
_SUPPORT_OR_QUALIFIED = ("07001", "07004", "07008", "07009")
_ROLE_OF_ONE_LEVEL = {"04061": "advanced", "05013": "unranked", "05019": "unranked", "07010": "practitioner",
                      "07012": "assistant"}  # fmt: skip
_ROLES_IN_FOURS = ("base", "consultant", "manager", "specialist")
# The level that a job role stands for, then the levels that it does not contradict, in the S and the A matrix.
# Neither ODPs nor osteopaths have a job role for managers, so a manager's code does not contradict theirs.
_LEVELS: dict[str, dict[str, tuple[str, str]]] = {
    "base": {"S": ("1", "1467"), "A": ("B", "B56")},
    "specialist": {"S": ("1", "1467"), "A": ("6", "B56")},
    "advanced": {"S": ("1", "1467"), "A": ("5", "B56")},
    "unranked": {"S": ("1", "01467")},
    "consultant": {"S": ("A", "A"), "A": ("4", "4")},
    "manager": {"S": ("0", "0"), "A": ("0", "0")},
    "student": {"S": ("8", "8"), "A": ("", "")},
    "practitioner": {"S": ("5", "5"), "H": ("1", "12")},
    "assistant": {"S": ("9", "9"), "H": ("1", "12")},
}


@dataclass(frozen=True)
class ListedCode:
    """One occupation code of the list in use, with the profession and branch of radiography that it names."""

    occupation_code: str
    occupation_code_name: str
    is_currently_valid: bool
    is_qualified: bool
    profession: str | None
    branch: str | None


@dataclass(frozen=True)
class Choices:
    """Local choices where no public rule settles a code; empty means that none was made."""

    odp_convention: str = ""
    ambulance_letter: str = ""


@dataclass(frozen=True)
class Evidence:
    """What each field of one record says of the profession, and how the votes were weighed.

    `code_is_wrong` is true for a code that the list should hold and does not, such as SOE with the letter O.
    `job_role_agrees` and `registration_agrees` are null where the field did not vote; a registration does not vote in
    a support post. `registrations` and `verified` name the professions of all registrations, and of those that are
    active, in date and lately checked.
    """

    vote_status: str
    occupation_code: str | None = None
    code_is_wrong: bool = False
    evidenced: str | None = None
    job_role_code: str | None = None
    job_role_profession: str | None = None
    job_role_branch: str | None = None
    job_role_agrees: bool | None = None
    registrations: tuple[str, ...] = ()
    verified: tuple[str, ...] = ()
    registration_agrees: bool | None = None
    staff_group_code: str | None = None
    hinted: str | None = None
    hint_agrees: bool = False

    @property
    def votes_beside_the_code(self) -> int:
        """How many strong votes other than the occupation code's agree with the evidenced profession."""
        return int(bool(self.job_role_agrees)) + int(bool(self.registration_agrees))

    @property
    def staff_group_of_role(self) -> str:
        """Staff group as the job role says it, else as recorded; blank when neither is known."""
        return (self.job_role_code or "")[:2] or self.staff_group_code or ""


@dataclass(frozen=True)
class Suggestion:
    """The answer for one record: the code that stands or is suggested, or why none can be named.

    `code` is the current one when it stands, the suggested one, or None. `confidence` is high, medium or low and set
    only with a suggestion; `declined` is a key of `DECLINED`.
    """

    outcome: Outcome
    code: str | None = None
    confidence: str | None = None
    declined: str | None = None
    candidates: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()


class CodeSuggester:
    """Suggests codes out of one list of occupation codes, under one organisation's choices."""

    def __init__(self, listed: Mapping[str, ListedCode], choices: Choices | None = None) -> None:
        self._listed = listed
        self._choices = choices or Choices()

    def suggest(self, evidence: Evidence) -> Suggestion:
        """Name the code that the evidence points to, or decline.

        Only strong votes beside the occupation code itself can change its profession; only a job role (or a local
        convention) can change its level. A record in which nothing contradicts the code keeps it.
        """
        declined = self._cannot_be_known(evidence)
        if declined is not None:
            return declined
        current = self._listed.get(evidence.occupation_code or "")
        if evidence.vote_status == "none":
            return Suggestion("not_ahp")
        letters = self._letters(evidence, current)
        if len(letters) != 1:
            reason = "branch_differs" if _branches_differ(evidence, current) else "no_single_profession"
            return self._decline(reason, evidence, letters)
        return self._fitted(evidence, current, letters[0])

    def _cannot_be_known(self, evidence: Evidence) -> Suggestion | None:
        current = self._listed.get(evidence.occupation_code or "")
        names_none = current is None or current.profession is None
        if evidence.vote_status == "none":
            return self._no_profession(evidence) if evidence.code_is_wrong else None
        if evidence.vote_status == "weak":
            return self._decline("weak_evidence_only", evidence, _letters_of(evidence.hinted))
        if evidence.vote_status == "conflict":
            return self._decline("sources_in_conflict", evidence, self._letters_of_all_votes(evidence, current))
        if evidence.vote_status == "majority" and evidence.job_role_agrees is False:
            kept = (current.occupation_code,) if current is not None and current.is_currently_valid else ()
            return Suggestion("declined", declined="job_role_looks_wrong", candidates=kept)
        if evidence.evidenced in (None, DISPUTED):
            return self._decline("no_single_profession", evidence, self._letters_of_all_votes(evidence, current))
        letters = _letters_of(evidence.evidenced)
        group = evidence.staff_group_of_role
        qualified = current is not None and current.is_qualified
        if evidence.job_role_code in _SUPPORT_OR_QUALIFIED and (names_none or qualified):
            return self._decline("support_or_qualified", evidence, letters)
        if evidence.votes_beside_the_code == 0:
            # Staff group 05 holds ODPs and osteopaths, so it denies nothing as long as no job role is recorded.
            another_calling = group not in ("", "02", "04", "07") and (group != "05" or bool(evidence.job_role_code))
            if another_calling or (group == "07" and qualified and _kind(evidence.job_role_code) is None):
                return self._decline("only_the_code", evidence, ())
        if names_none and not evidence.job_role_agrees:
            if {group, evidence.staff_group_code} & {"08", "10"}:
                return self._decline("registration_in_another_post", evidence, letters)
            if not set(letters) <= {letter for name in evidence.verified for letter in _letters_of(name)}:
                return self._decline("sole_evidence_not_verified", evidence, letters)
        return None

    def _no_profession(self, evidence: Evidence) -> Suggestion:
        """A code with the letter O where a nought must stand is pointed out, and not corrected."""
        read = (evidence.occupation_code or "").replace("O", "0")
        return Suggestion("declined", declined="no_profession", candidates=(read,) if self._is_valid(read) else ())

    def _fitted(self, evidence: Evidence, current: ListedCode | None, letter: str) -> Suggestion:
        """Fit a code to one profession: change the level and the letter only where they are contradicted."""
        kind = _kind(evidence.job_role_code)
        held = current.occupation_code if current is not None and current.is_currently_valid else None
        if held is not None and self._names(held, letter) and _level_fits(held, kind):
            return Suggestion("stands", code=held, reasons=("nothing contradicts the code",))
        if letter == "T" and kind not in ("practitioner", "assistant", "student"):
            return self._by_convention(evidence, current)
        if letter != _AMBULANCE_SETTINGS:
            fitting = [f"S{level}{letter}" for level in _levels(evidence, kind, "S")]
            by_default = False
        else:
            levels = _levels(evidence, kind, "A")
            by_default = held is None or held[0] != "A"
            setting = self._choices.ambulance_letter if by_default else (held or "")[2:]
            if levels and not setting:
                return self._decline("ambulance_setting", evidence, (letter,))
            fitting = [f"A{level}{setting}" for level in levels]
        code = next(filter(self._is_valid, fitting), None)
        if code is None:
            return self._decline("no_valid_code", evidence, (letter,))
        return self._offer(evidence, current, code, by_role=kind is not None, by_convention=by_default)

    def _by_convention(self, evidence: Evidence, current: ListedCode | None) -> Suggestion:
        if not self._choices.odp_convention:
            codes = tuple(filter(self._is_valid, ODP_CODES))
            return Suggestion("declined", declined="odp_convention", candidates=codes)
        return self._offer(evidence, current, self._choices.odp_convention, by_role=False, by_convention=True)

    def _offer(
        self, evidence: Evidence, current: ListedCode | None, code: str, *, by_role: bool, by_convention: bool
    ) -> Suggestion:
        """Say how sure a suggestion is, and why.

        A change of level alone is never more than medium: whether someone manages or consults is for the service to
        say. A second field that names the profession makes it sure; one field alone needs a hint to be more than low.
        """
        before = evidence.occupation_code or ""
        two = evidence.votes_beside_the_code == 2
        names_it = current is not None and current.profession is not None
        same_letter = before[:1] + before[2:] == code[:1] + code[2:]
        # A code that names the profession agrees with it here: what disagrees was declined or out-voted by two.
        only_level = (same_letter and (names_it or two)) or (names_it and not two)
        if only_level:
            confidence = "medium"
        elif two:
            confidence = "high" if by_role and not by_convention else "medium"
        else:
            confidence = "medium" if evidence.hint_agrees else "low"
        return Suggestion(
            "suggested",
            code=code,
            confidence=confidence,
            reasons=_reasons(evidence, only_level=only_level, by_role=by_role, by_convention=by_convention),
        )

    def _letters(self, evidence: Evidence, current: ListedCode | None) -> tuple[str, ...]:
        """Return the letters of the evidenced profession, narrowed to a branch of radiography where one is stated."""
        letters = _letters_of(evidence.evidenced)
        if evidence.evidenced != RADIOGRAPHER or _branches_differ(evidence, current):
            return letters
        code_branch = current.branch if current is not None else None
        branch = evidence.job_role_branch or code_branch
        return (_BRANCHES[branch],) if branch else letters

    def _names(self, code: str, letter: str) -> bool:
        if code[0] == "S":
            return code[2] == letter
        if code[0] == "H":
            return _letters_of_h(code[2]) == letter
        # An ambulance manager's code only hints at a paramedic, but it is the code of a paramedic who manages.
        return letter == _AMBULANCE_SETTINGS and (self._listed[code].profession == PARAMEDIC or code[:2] == "A0")

    def _letters_of_all_votes(self, evidence: Evidence, current: ListedCode | None) -> tuple[str, ...]:
        named = [current.profession if current is not None else None, evidence.job_role_profession]
        if evidence.registration_agrees is not None or evidence.vote_status == "conflict":
            named += evidence.registrations
        return tuple(dict.fromkeys(letter for name in named for letter in _letters_of(name)))

    def _decline(self, reason: str, evidence: Evidence, letters: tuple[str, ...]) -> Suggestion:
        codes = {code for letter in letters for code in self._candidates(reason, evidence, letter)}
        return Suggestion("declined", declined=reason, candidates=tuple(sorted(codes)))

    def _candidates(self, reason: str, evidence: Evidence, letter: str) -> list[str]:
        """List the valid codes of a profession at the level that the record speaks of, or at every level."""
        kind = _kind(evidence.job_role_code)
        if letter == _AMBULANCE_SETTINGS:
            level = next(iter(_levels(evidence, kind, "A")), "" if kind == "student" else "B")
            return [code for code in (f"A{level}{setting}" for setting in letter) if self._is_valid(code)]
        if reason == "support_or_qualified":
            ambiguous = [f"S{level}{letter}" for level in "946"]
            ambiguous += [f"H{level}{one}" for level in "12" for one in H_LETTERS if _letters_of_h(one) == letter]
            return [code for code in ambiguous if self._is_valid(code)]
        if letter == "T" and kind in (None, "unranked"):
            return [code for code in ODP_CODES if self._is_valid(code)]
        fitting = [
            code for code in (f"S{level}{letter}" for level in _levels(evidence, kind, "S")) if self._is_valid(code)
        ]
        if fitting:
            return fitting[:1]
        cells = (f"S{level}{letter}" for level in "0123456789A")
        return [code for code in cells if self._is_valid(code) and self._listed[code].is_qualified]

    def _is_valid(self, code: str) -> bool:
        return code in self._listed and self._listed[code].is_currently_valid


@functools.cache
def _letters_of(label: str | None) -> tuple[str, ...]:
    """Return the third characters that name a profession; a paramedic's are the settings of the ambulance matrix."""
    if label == PARAMEDIC:
        return (_AMBULANCE_SETTINGS,)
    if label == ARTS_UNDIVIDED:
        return ("H",)
    ids = {record.label: record.profession for record in profession_records()} if label in PROFESSIONS else {}
    return tuple(letter for letter, names in S_LETTERS.items() if ids.get(label or "") in names)


def _letters_of_h(letter: str) -> str:
    """Translate a letter of the H matrix, which has its own, into that of the S matrix; blank when it names none."""
    if letter == "K":
        return _BRANCHES["diagnostic"]
    names = H_LETTERS.get(letter, ())
    return next((s_letter for s_letter, named in S_LETTERS.items() if named == names), "") if names else ""


def _branches_differ(evidence: Evidence, current: ListedCode | None) -> bool:
    branches = {evidence.job_role_branch, current.branch if current is not None else None} - {None}
    return evidence.evidenced == RADIOGRAPHER and len(branches) == 2


def _kind(job_role_code: str | None) -> str | None:
    """Say which level a job role stands for, in words; None when it stands for none."""
    role = job_role_code or ""
    if role in _ROLE_OF_ONE_LEVEL:
        return _ROLE_OF_ONE_LEVEL[role]
    if role in _STUDENT_ROLES:
        return "student"
    if "04001" <= role <= "04060":
        return _ROLES_IN_FOURS[(int(role) - 1) % 4]
    return None


def _level_fits(code: str, kind: str | None) -> bool:
    """Whether the job role leaves the level of a valid code uncontradicted."""
    return kind is None or (code[0] in _LEVELS[kind] and code[1] in _LEVELS[kind][code[0]][1])


def _levels(evidence: Evidence, kind: str | None, matrix: str) -> list[str]:
    """Return the levels to try: the one held where the job role leaves it standing, then the job role's own.

    A level that the job role allows is as sure as one that it sets: the role speaks for both.
    """
    code = evidence.occupation_code or ""
    held = code[1] if len(code) == 3 and code[0] == matrix else ""
    stands_for, fits = ("", held) if kind is None else _LEVELS[kind].get(matrix, ("", ""))
    return list(dict.fromkeys(level for level in (held, stands_for) if level and level in fits))


def _reasons(evidence: Evidence, *, only_level: bool, by_role: bool, by_convention: bool) -> tuple[str, ...]:
    named_by = [
        words
        for words, agrees in (("job role", evidence.job_role_agrees), ("registration", evidence.registration_agrees))
        if agrees
    ]
    reasons = [f"{' and '.join(named_by)} name {evidence.evidenced}" if len(named_by) == 2 else
               f"only the {named_by[0]} names {evidence.evidenced}" if named_by else
               f"the code names {evidence.evidenced}"]  # fmt: skip
    if only_level:
        reasons.append("only the level changes")
    elif by_convention:
        reasons.append("set by local convention")
    reasons.append("level from the job role" if by_role else "level kept" if not by_convention else "level not stated")
    if evidence.hint_agrees and len(named_by) < 2:
        reasons.append(f"area of work or title hints at {evidence.hinted}")
    if evidence.registration_agrees and not evidence.verified:
        reasons.append("the registration is not verified")
    if evidence.registration_agrees is False:
        reasons.append("the registration names another profession")
    return tuple(reasons)
