"""The ways in which a code may be written.

Exports write the same thing in several ways: the code, the dictionary's label, ESR's own label, with or without
commas, "and" or "&". `lists/aliases.csv` holds those that cannot be derived; an installation adds its own in
`<home>/reference/aliases.csv`, with the same columns.
"""

from __future__ import annotations

from pathlib import Path

import polars as pl

from workbench.errors import ReferenceListError
from workbench.reference.code_lists import (
    FOLDER,
    area_of_work_label,
    code_list,
    codes_of,
    list_name,
    list_names,
    reference_list,
    text_table,
)
from workbench.settings import Settings

ALIASES = FOLDER / "lists" / "aliases.csv"
_COLUMNS = ("list", "alias", "code", "label", "note")
_RETIRED_SUFFIX = r"(?i)\s*[-(]\s*retired\b.*$"
_CANDIDATE = ("text", "code", "label", "is_retired", "rank")
# Which kind of text wins where one key could be read in two ways: the smaller.
_CODE, _ADDED_HERE, _LABEL, _SHIPPED_ALIAS, _DERIVED = range(5)


def fold(text: str) -> str:
    """Reduce a text to what is compared: letters and digits only, without regard to capitals."""
    return "".join(character for character in text.casefold() if character.isalnum())


def code_aliases(settings: Settings | None = None) -> pl.DataFrame:
    """Return every way in which a code may be written, reduced by `fold`.

    What may stand for a code, the first that fits a key counting before the next: the code itself; an alias that
    this installation added; the list's label; an alias that comes with the workbench; and forms that follow from
    these: without "(Retired ...)", without "and", the code without its leading zeros (spreadsheets drop them), a job
    role after its staff group, the last part of an area of work. Where a key fits several codes equally, the one that
    is not retired counts; if that leaves several, the key is left out (job role "Technician" stands in five staff
    groups), because taking either would be a guess.

    Returns:
        One row per list and key, sorted: `list`, `alias_key`, `code` (null where a list has no codes, or for labels
        outside the national list), `label`, `is_retired`.

    Raises:
        ReferenceListError: an alias file lacks a column, or names a list or code that does not exist.
    """
    added = settings.reference_lists / "aliases.csv" if settings is not None else None
    if added is not None and not added.is_file():
        added = None
    made_from = (code_list("occupation_code", settings).file, added, added.stat().st_mtime_ns if added else None)
    if made_from not in _MADE:
        _MADE[made_from] = _make_code_aliases(settings, added)
    return _MADE[made_from]


# Made once per manual and alias file in use: a load asks for it once per coded column.
_MADE: dict[tuple[Path | None, Path | None, int | None], pl.DataFrame] = {}


def _make_code_aliases(settings: Settings | None, added: Path | None) -> pl.DataFrame:
    candidates = pl.concat(_candidates(name, settings, added) for name in list_names())
    key = ("list", "alias_key")
    return (
        candidates.filter(pl.col("alias_key") != "")
        .filter(pl.col("rank") == pl.col("rank").min().over(key))
        .filter(pl.col("is_retired") == pl.col("is_retired").min().over(key))
        .select(*key, "code", "label", "is_retired")
        .unique()
        .filter(pl.len().over(key) == 1)
        .sort(key)
    )


def _candidates(name: str, settings: Settings | None, added: Path | None) -> pl.DataFrame:
    """List every text that might stand for a code of this list, reduced to its key, with the rank of its kind."""
    codes = codes_of(name, settings)
    kinds = [
        (codes.filter(pl.col("code").is_not_null()).with_columns(text="code"), _CODE),
        (codes.with_columns(text="label"), _LABEL),
        (_written_down(ALIASES, name, codes), _SHIPPED_ALIAS),
        (_forms_of_one_list(name, codes, settings), _DERIVED),
    ]
    if added is not None:
        kinds.append((_written_down(added, name, codes), _ADDED_HERE))
    stated = pl.concat(frame.with_columns(rank=pl.lit(rank)).select(_CANDIDATE) for frame, rank in kinds)
    plain = pl.col("text").str.replace(_RETIRED_SUFFIX, "")
    derived = (plain, plain.str.replace_all(r"(?i)\band\b", " "), pl.col("code").str.strip_chars_start("0"))
    texts = pl.concat([stated, *(stated.with_columns(text=form, rank=pl.lit(_DERIVED)) for form in derived)])
    texts = texts.filter(pl.col("text").is_not_null()).unique()
    keys = pl.Series("alias_key", [fold(text) for text in texts["text"]], dtype=pl.String)
    return texts.select(pl.lit(name).alias("list"), keys, "code", "label", "is_retired", "rank")


def _written_down(file: Path, name: str, codes: pl.DataFrame) -> pl.DataFrame:
    """Read the aliases of one list from an alias file; a row without a code is a label outside the national list."""
    rows = _alias_file(file).filter(pl.col("list") == name).select(text="alias", code="code", stated="label")
    coded = rows.filter(pl.col("code").is_not_null())
    unlisted = coded.join(codes, on="code", how="anti")
    # An occupation code manual may drop a code that an alias names; any other miss is a slip in the file.
    if unlisted.height and name != "occupation_code":
        raise ReferenceListError(
            f"The alias file {file.name!r} names codes that the list `{name}` does not hold: "
            f"{sorted(unlisted['code'].unique())!r}. See `workbench reference list {name}`."
        )
    outside = rows.filter(pl.col("code").is_null() & pl.col("stated").is_not_null())
    return pl.concat(
        [
            coded.join(codes, on="code").select("text", "code", "label", "is_retired"),
            outside.select("text", "code", label="stated", is_retired=pl.lit(False)),
        ]
    )


def _alias_file(file: Path) -> pl.DataFrame:
    rows = text_table(file)
    missing = [column for column in _COLUMNS if column not in rows.columns]
    if missing:
        raise ReferenceListError(
            f"The alias file {file.name!r} lacks the columns {missing!r}. It must have: {', '.join(_COLUMNS)}."
        )
    for name in rows["list"].drop_nulls().unique().sort():
        list_name(name)
    return rows


def _forms_of_one_list(name: str, codes: pl.DataFrame, settings: Settings | None) -> pl.DataFrame:
    """Write the forms that follow from the columns of one list: a role after its group, the parts of a path."""
    rows = reference_list(name, settings)
    if name == "job_role":
        groups = _written_down(ALIASES, "staff_group", codes_of("staff_group")).select("text", "code")
        groups = pl.concat([groups, reference_list("staff_group").select(text="label", code="code")])
        roles = rows.join(groups, left_on="staff_group_code", right_on="code")
        forms = roles.select(code="job_role_code", text=pl.concat_str("text", "job_role", separator=" "))
        return forms.join(codes, on="code")
    if name == "occupation_code":
        named = pl.concat_str("occupation_code", "occupation_code_name")
        forms = rows.select(code="occupation_code", text=pl.concat_list("occupation_code_name", named)).explode("text")
        return forms.join(codes, on="code")
    if name == "area_of_work":
        paths = rows.with_columns(label=area_of_work_label())
        last_parts = pl.concat_list(
            pl.concat_str("primary", "secondary", "tertiary", separator=" "),
            pl.concat_str("secondary", "tertiary", separator=" "),
        )
        forms = paths.select("label", text=last_parts).explode("text").join(codes, on="label")
        # "Intensive Care" has two parents: the name alone stays a name, without a parent.
        parents = pl.col("label").n_unique().over("tertiary")
        alone = paths.select(text="tertiary", label=pl.when(parents == 1).then("label").otherwise("tertiary"))
        alone = alone.with_columns(
            code=pl.lit(None, pl.String), is_retired=pl.col("label").str.contains(r"(?i)\bretired\b")
        )
        columns = ["text", "code", "label", "is_retired"]
        return pl.concat([forms.select(columns), alone.select(columns)])
    return codes.clear().with_columns(text=pl.lit(None, pl.String))
