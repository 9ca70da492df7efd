"""Rates worked out by hand: month-end lists and records as dictionaries, sets and sums, without any query."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict


class Lists:
    """Month-end lists of one organisation, and rates worked out from them with sets and sums.

    Attributes:
        people: {month end: {person: placement, FTE, whether active, whether in training}}.
        records: {person: leaving records}.
    """

    ARTEFACTS = ("Has Not Worked", "Merged Organisation - Duplicate Record")

    def __init__(self, assignments: list[dict], leavers: list[dict], starters: list[dict] | None = None) -> None:
        self.people: dict[dt.date, dict[str, dict]] = defaultdict(dict)
        self.records: dict[str, list[dict]] = defaultdict(list)
        self.starters: dict[str, list[dt.date]] = defaultdict(list)
        self.jobs: dict[str, dict[dt.date, list[dict]]] = defaultdict(lambda: defaultdict(list))
        for row in leavers:
            self.records[row["person_key"]].append(row)
        for row in starters or []:
            self.starters[row["person_key"]].append(row["start_date"])
        self._endings: dict[str, list[dict]] = {}
        self._starts: dict[str, set[dt.date]] = {}
        self._employed: dict[tuple, dict | None] = {}
        self._counted: dict[tuple, list] = {}
        self._answers: dict[tuple, dict] = {}
        jobs: dict[tuple, list[dict]] = defaultdict(list)
        for row in assignments:
            self.people[row["period"]]
            substantive = row["contract_type_code"] in ("02", "04", "05")
            in_scope = substantive and row["assignment_status_code"] not in ("04", "11", "12", "13")
            self.jobs[row["person_key"]][row["period"]].append(row | {"in_scope": in_scope})
            if in_scope:
                jobs[row["period"], row["person_key"]].append(row)
        order = [True, False, None]
        self.months = sorted(self.people)
        for (end, person), held in jobs.items():
            held.sort(key=lambda row: (order.index(row["is_primary_recorded"]), -row["fte"], row["assignment_order"]))
            active = [row for row in held if row["assignment_status_code"] in ("01", "02", "05")]
            self.people[end][person] = held[0] | {
                "employed": True,
                "active": bool(active),
                "fte_employed": sum(row["fte"] for row in held),
                "fte_active": sum(row["fte"] for row in active),
            }

    def answers(self, preset: str, window: int, scope: str = "from_organisation", **asked) -> dict:
        """Give leavers, joiners, opening and stock by closing month and group, as a preset counts them.

        Returns:
            {(closing month end, group): {"leavers": number, "joiners": .., "opening": .., "stock": .., "kept": ..}}
        """
        question = (preset, window, scope, *sorted(asked.items()))
        if question in self._answers:
            return self._answers[question]
        answers: dict[tuple, dict[str, float]] = {}
        for closing in sorted(self.people):
            ends = [self._before(closing, back) for back in range(window, -1, -1)]
            needed = ends if preset == "mean_13" else [ends[0], closing]
            if all(end in self.people for end in needed):
                if preset == "nwd_2012":
                    counted = self._by_date(ends[0], closing, **asked)
                else:
                    counted = self._point_to_point(ends, preset, scope, **asked)
                answers |= {(closing, group): numbers for group, numbers in counted.items()}
        self._answers[question] = answers
        return answers

    @staticmethod
    def _before(closing: dt.date, months: int) -> dt.date:
        number = closing.year * 12 + closing.month - months
        return dt.date(number // 12, number % 12 + 1, 1) - dt.timedelta(days=1)

    def _point_to_point(
        self, ends: list[dt.date], preset: str, scope: str, *, unit: str, dimension: str | None, trainees: str = "in"
    ) -> dict:
        status = "employed" if preset == "nes_scotland" else "active"
        stocks = [{who: row for who, row in self.people.get(end, {}).items() if row[status]} for end in ends]
        opening, closing = stocks[0], stocks[-1]

        def left(row: dict | None, then: dict | None) -> bool:
            return then is None or (scope == "staff_group" and row["staff_group"] != then["staff_group"])

        gone = {p: row for p, row in opening.items() if left(row, closing.get(p)) and not self._artefact(p, ends[-1])}
        new = {p: row for p, row in closing.items() if left(row, opening.get(p))}
        shares = {"nes_scotland": [(opening, 1)], "mean_13": [(stock, 1 / len(ends)) for stock in stocks]}
        sums: dict = defaultdict(lambda: dict.fromkeys(("leavers", "joiners", "opening", "stock"), 0.0))
        counted = [("leavers", gone, 1), ("joiners", new, 1), ("opening", opening, 1)]
        counted += [("stock", *share) for share in shares.get(preset, [(opening, 1 / 2), (closing, 1 / 2)])]
        for name, people, weight in counted:
            for row in people.values():
                if trainees == "in" or not row["is_trainee"]:
                    amount = 1 if unit == "headcount" else float(row[f"fte_{status}"])
                    sums[row[dimension] if dimension else None][name] += weight * amount
        for numbers in sums.values():
            numbers["kept"] = numbers["opening"] - numbers["leavers"]
        return sums

    def _by_date(self, opening_month: dt.date, closing: dt.date, *, unit: str, dimension: str | None) -> dict:
        """Count those employed on the first and the last day, and the leavings and starts from the one to the other."""
        sums: dict = defaultdict(lambda: dict.fromkeys(("leavers", "joiners", "opening", "stock", "kept"), 0.0))
        for name, place, weight in self._dated(opening_month, closing):
            amount = 1 if unit == "headcount" else float(place["fte"])
            sums[place["row"][dimension] if dimension else None][name] += weight * amount
        return sums

    def _dated(self, opening_month: dt.date, closing: dt.date) -> list[tuple[str, dict, float]]:
        """List what each person is counted as, where, and with which weight."""
        if (opening_month, closing) in self._counted:
            return self._counted[opening_month, closing]
        first_day = opening_month + dt.timedelta(days=1)
        unknown = {"fte": 0, "row": defaultdict(lambda: "unknown")}
        counted: list[tuple[str, dict, float]] = []

        def add(name: str, place: dict, weight: float = 1) -> None:
            counted.append((name, place, weight))

        for person in {*self.jobs, *self.records}:
            at_first, at_last = self.employed(person, first_day, opening_month), self.employed(person, closing, closing)
            if at_first:
                add("opening", at_first)
                add("stock", at_first, 1 / 2)
            if at_last:
                add("stock", at_last, 1 / 2)
            if at_first and at_last:
                add("kept", at_first)
            inside = [e for e in self.endings(person) if first_day <= e["date"] <= closing and not e["artefact"]]
            if inside:
                add("leavers", max(inside, key=lambda e: e["date"])["place"] or unknown)
            for start in sorted((s for s in self.starts(person) if first_day <= s <= closing), reverse=True):
                came_and_went = any(e["start"] == start for e in self.endings(person))
                lists = [end for end in sorted(self.jobs[person]) if start <= end <= closing]
                if came_and_went or (lists and person in self.people[lists[0]]):
                    add("joiners", unknown if came_and_went else self.place(person, lists[0]))
                    break
        self._counted[opening_month, closing] = counted
        return counted

    def place(self, person: str, end: dt.date) -> dict:
        row = self.people[end][person]
        return {"row": row, "fte": row["fte_employed"]}

    def endings(self, person: str) -> list[dict]:
        """Which leaving records ended an employment, with the last list before them; no place: came and went unseen."""
        if person not in self._endings:
            self._endings[person] = [e for record in self.records[person] if (e := self._ending(person, record))]
        return self._endings[person]

    def _ending(self, person: str, record: dict) -> dict | None:
        date, key, jobs = record["leaving_date"], record["assignment_key"], self.jobs[person]
        later = [end for end in self.months if end > date]
        before = [end for end in self.months if end < date]
        if key is not None:
            own = [row for end in sorted(jobs) if end <= date for row in jobs[end] if row["assignment_key"] == key]
            if own and not own[-1]["in_scope"]:
                return None
            beside = jobs.get((later or [max(end for end in self.people if end <= date)])[0], [])
            over = {r["assignment_key"] for r in self.records[person] if r["leaving_date"] <= date}
            going_on = [
                row
                for row in beside
                if row["in_scope"] and row["assignment_key"] != key and (later or row["assignment_key"] not in over)
                if row["organisation_start_date"] <= date
                if row["assignment_start_date"] is None or row["assignment_start_date"] <= date + dt.timedelta(days=1)
            ]
            if going_on and not (later and any(date < start <= later[0] for start in self.starters[person])):
                return None
        listed = [end for end in jobs if end <= date]
        new = [s for s in self.starters[person] if s <= date and (not before or s > before[-1])]
        ended = {"date": date, "artefact": record["leaving_reason"] in self.ARTEFACTS, "start": None, "place": None}
        if new and before and not any(end >= before[-1] for end in listed):
            return ended | {"start": max(new)}
        if listed and person in self.people[max(listed)]:
            return ended | {"place": self.place(person, max(listed))}
        return None

    def starts(self, person: str) -> set[dt.date]:
        if person not in self._starts:
            self._starts[person] = self._all_starts(person)
        return self._starts[person]

    def _all_starts(self, person: str) -> set[dt.date]:
        rows = [row for held in self.jobs[person].values() for row in held if row["in_scope"]]
        recorded = {*self.starters[person], *(row["organisation_start_date"] for row in rows)}
        begun = {row["assignment_start_date"] for row in rows} - {None}
        again = set()
        for ended in self.endings(person):
            after = [start for start in begun if start > ended["date"]]
            if after and not any(ended["date"] < start <= min(after) for start in recorded):
                again.add(min(after))
        return recorded | again

    def employed(self, person: str, day: dt.date, listed: dt.date) -> dict | None:
        """Where a person was employed on a day, if at all, with the FTE of the assignments open then."""
        if (person, day) not in self._employed:
            self._employed[person, day] = self._employed_on(person, day, listed)
        return self._employed[person, day]

    def _employed_on(self, person: str, day: dt.date, listed: dt.date) -> dict | None:
        starts = self.starts(person)
        here = [row for row in self.jobs[person].get(listed, []) if row["in_scope"]]
        opened = [row for row in here if row["organisation_start_date"] <= day and not self._is_over(row, day)]
        later = [end for end in self.months if end >= day]
        if later and later[0] != listed:
            for row in self.jobs[person].get(later[0], []):
                began = row["assignment_start_date"]
                is_new = began == day or (day in starts and (began is None or began <= day))
                if row["in_scope"] and is_new and row["assignment_key"] not in {r["assignment_key"] for r in here}:
                    opened.append(row)
        ended = [e["date"] for e in self.endings(person) if e["date"] < day]
        back = bool(ended) and any(max(ended) < start <= day for start in starts)
        if opened and (not ended or back):
            end = min(row["period"] for row in opened)
            return {"row": self.people[end][person], "fte": sum(row["fte"] for row in opened)}
        for ending in self.endings(person):
            if ending["place"] and ending["date"] == day:
                return ending["place"]
            if ending["start"] and ending["start"] <= day <= ending["date"]:
                return {"row": defaultdict(lambda: "unknown"), "fte": 0}
        return None

    def _is_over(self, row: dict, day: dt.date) -> bool:
        ends = [
            r["leaving_date"]
            for r in self.records[row["person_key"]]
            if r["assignment_key"] == row["assignment_key"] and r["leaving_date"] < day
        ]
        return bool(ends) and not (row["assignment_start_date"] and row["assignment_start_date"] > max(ends))

    def _artefact(self, person: str, closing: dt.date) -> bool:
        """Whether a person is gone because the record was a duplicate, or because nobody had ever worked on it."""
        records = [row for row in self.records[person] if row["leaving_date"] <= closing]
        if person in self.people[closing] or not records:
            return False
        return max(records, key=lambda row: row["leaving_date"])["leaving_reason"] in self.ARTEFACTS
