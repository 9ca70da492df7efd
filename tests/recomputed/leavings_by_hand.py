"""Leavers by their leaving date, settled record by record from the raw rows: for the recomputations of what follows."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict

ARTEFACTS = ("Has Not Worked", "Merged Organisation - Duplicate Record")


class Leavings:
    """The records of one organisation's sample with its lists; `of_window` gives one record per leaver."""

    def __init__(self, workbench, organisation: str) -> None:
        def rows(table: str) -> list[dict]:
            text = f"select * from {table} where organisation_code = $code"
            return workbench.sql(text, code=organisation).rows(named=True)

        self.listed: dict[str, dict[dt.date, list[dict]]] = defaultdict(lambda: defaultdict(list))
        self.ends: list[dt.date] = []
        for row in rows("marts.assignment_month"):
            self.listed[row["person_key"]][row["period"]].append(row)
            self.ends.append(row["period"])
        self.ends = sorted(set(self.ends))
        self.records = rows("staging.leavers")
        self.starters = rows("staging.starters")

    def in_scope(self, person: str, end: dt.date | None) -> list[dict]:
        return [row for row in self.listed[person].get(end, []) if row["is_substantive"] and row["is_employed"]]

    def of_window(self, opening: dt.date, closing: dt.date) -> dict[str, dict]:
        """Return the last record of each person that ended an employment in scope, artefacts left out."""
        last: dict[str, dict] = {}
        for row in sorted(self.records, key=lambda row: row["leaving_date"]):
            ended = opening < row["leaving_date"] <= closing and self._ends_an_employment(row)
            if ended and row["leaving_reason"] not in ARTEFACTS:
                same_day = last.get(row["person_key"])
                if same_day is None or same_day["leaving_date"] < row["leaving_date"]:
                    last[row["person_key"]] = row
        return last

    def _ends_an_employment(self, row: dict) -> bool:
        person, day = row["person_key"], row["leaving_date"]
        before = max((end for end in self.ends if end < day), default=None)
        lists = [end for end in self.listed[person] if end <= day]
        last_list = max(lists, default=None)
        if last_list is None or (before is not None and last_list < before):
            starts = [s["start_date"] for s in self.starters if s["person_key"] == person and s["start_date"] <= day]
            return bool(starts) and before is not None and max(starts) > before
        own = [r for end in lists for r in self.listed[person][end] if r["assignment_key"] == row["assignment_key"]]
        if own and not (max(own, key=lambda r: r["period"])["is_substantive"]):
            return False
        if not self.in_scope(person, last_list):
            return False
        after = min((end for end in self.ends if end > day), default=None)
        others = [r for r in self.in_scope(person, after or last_list) if r["assignment_key"] != row["assignment_key"]]
        again = [
            s for s in self.starters
            if s["person_key"] == person and after is not None and day < s["start_date"] <= after
        ]  # fmt: skip
        ended = {r["assignment_key"] for r in self.records if r["person_key"] == person and r["leaving_date"] <= day}
        going_on = [
            r for r in others
            if (r["organisation_start_date"] is None or r["organisation_start_date"] <= day)
            and (r["assignment_start_date"] is None or r["assignment_start_date"] <= day + dt.timedelta(days=1))
            and (after is not None or r["assignment_key"] not in ended)
        ]  # fmt: skip
        return not going_on or bool(again)
