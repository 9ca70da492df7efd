"""Professional registrations and their checks against the registers.

Registrations of allied health professionals are checked once a month, within the week before the month end, so that
each month end can be judged; for doctors, nurses and others only the last check is kept, to hold the sample small.
"""

from __future__ import annotations

import datetime as dt

import polars as pl

GENERAL_OSTEOPATHIC_COUNCIL = "17"
_OSTEOPATH = "body 17"
_BODY_OF_TYPE = {
    "13": "02", "15": "03", "16": "03", "17": "03", "32": "09", "33": "09", "35": "09", "36": "09", "44": "16",
    "45": "16", "47": "18",
}  # fmt: skip
_PREFIX = {
    "19": "AS", "20": "CH", "22": "DT", "24": "OT", "25": "ODP", "26": "OR", "27": "PA", "28": "PH", "29": "PO",
    "30": "RA", "31": "SL", "21": "CS", "23": "BS", "41": "PYL", _OSTEOPATH: "OST",
}  # fmt: skip
# Registers renew every two years on one day per profession: month, day and whether in odd years.
_RENEWAL = {
    "19": (5, 31, 0), "20": (7, 31, 0), "22": (6, 30, 0), "24": (10, 31, 1), "25": (11, 30, 0), "26": (8, 31, 1),
    "27": (8, 31, 1), "28": (4, 30, 0), "29": (9, 30, 1), "30": (2, 28, 0), "31": (9, 30, 1),
}  # fmt: skip
AHP_TYPES = tuple(_RENEWAL)
ACTIVE, EXPIRED = "03", "02"
COLUMNS = (
    "organisation_code", "employee_number", "registration_body", "registration_type", "registration_number", "status",
    "expiry_date", "checked_date",
)  # fmt: skip


def registrations(rows: pl.DataFrame, people: pl.DataFrame) -> pl.DataFrame:
    """Return the checks of everyone whose post asks for a registration: one row per registration and check.

    Expects the month-end rows with the truth about `registration_type`; several types are joined by a semicolon.
    Every check finds the registration active: what is wrong with one is planted afterwards.
    """
    needed = (
        rows.filter(pl.col("registration_type").fill_null("") != "")
        .select("organisation_code", "employee_number", "period", "human", pl.col("registration_type").str.split(";"))
        .explode("registration_type")
        .unique(maintain_order=True)
    )
    ahp = pl.col("registration_type").is_in([*AHP_TYPES, _OSTEOPATH])
    last = pl.col("period").max().over("organisation_code", "employee_number", "registration_type")
    kept = needed.filter(ahp | (pl.col("period") == last))
    # The weekly check runs on Saturdays; the last one up to the month end counts.
    checked = pl.col("period") - pl.duration(days=(pl.col("period").dt.weekday() + 1) % 7)
    digits = people.select("human", "registration_digits")
    checks = kept.join(digits, on="human", maintain_order="left").with_columns(checked_date=checked)
    kinds = checks.select("registration_type", "checked_date").unique()
    expiry = kinds.with_columns(
        pl.Series("expiry_date", [expiry_after(kind, day) for kind, day in kinds.iter_rows()], dtype=pl.Date)
    )
    checks = checks.join(expiry, on=["registration_type", "checked_date"], maintain_order="left")
    return written(checks).sort("organisation_code", "employee_number", "registration_number", "checked_date")


def written(checks: pl.DataFrame) -> pl.DataFrame:
    """Write registrations as the extract carries them: body and number from the type and the person."""
    kind = pl.col("registration_type")
    body = kind.replace_strict(_BODY_OF_TYPE | {_OSTEOPATH: GENERAL_OSTEOPATHIC_COUNCIL}, default="08")
    prefix = kind.replace_strict(_PREFIX, default="")
    status = pl.col("status") if "status" in checks.columns else pl.lit(ACTIVE)
    return checks.with_columns(
        registration_body=body,
        registration_number=prefix + pl.col("registration_digits").cast(pl.String).str.zfill(7),
        registration_type=pl.when(kind != _OSTEOPATH).then(kind),
        status=status,
    ).select(COLUMNS)


def expiry_after(kind: str, day: dt.date) -> dt.date:
    """Return the last valid day of a registration of this type that is in force on a day."""
    if kind not in _RENEWAL:
        return dt.date(day.year + 1, 3, 31)
    month, month_day, parity = _RENEWAL[kind]
    years = (year for year in range(day.year, day.year + 3) if year % 2 == parity)
    return next(end for year in years if (end := dt.date(year, month, month_day)) >= day)
