"""Reading a code or label as it was received: which code of which list is meant?

Nothing is guessed: a text that could mean two codes, or none, stays as it was received and is called unknown.
"""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from workbench.reference.aliases import code_aliases, fold
from workbench.reference.code_lists import NOT_CHECKED, code_list, codes_of, list_name
from workbench.settings import Settings

STATUSES = ("known", "retired", "unknown", "not_checked")

_Meaning = tuple[str | None, str, bool]
_Row = tuple[str, str | None, str, str]


def resolve(name: str, received: Iterable[str | None], settings: Settings | None = None) -> pl.DataFrame:
    """Say for each received text of a column which code it is.

    Statuses: `known`; `retired` (the code exists but may no longer be used); `unknown` (not in a list that is
    complete, or it could mean several codes); `not_checked` (no complete list to check against: a column without a
    list, or an occupation code of a matrix that the list in use does not hold in full).

    An occupation code must be written as three characters, only outer spaces and capitals being overlooked; a letter
    O is not read as a nought: such a code is an error for a person to put right.

    Args:
        name: a code list (`staff_group`), a data element (`ASSIGNMENT STATUS`), or `none` for a column that no list
            covers.
        received: the texts of the column; repeats are allowed, nulls and blanks are left out of the result.
        settings: with it, the newest accepted occupation code manual and this installation's own aliases count.

    Returns:
        One row per distinct text, sorted: `received`, `code` (null unless known or retired), `label` (the text
        itself unless known or retired), `status`.

    Raises:
        UnknownName: there is no list of that name.
    """
    texts = sorted({text for text in received if text is not None and text.strip()})
    name = name if name == NOT_CHECKED else list_name(name)
    if name == NOT_CHECKED or codes_of(name, settings).is_empty():
        rows: list[_Row] = [(text, None, text.strip(), "not_checked") for text in texts]
    else:
        known = _meanings(name, settings)
        rows = [_resolved(name, text, known, settings) for text in texts]
    return pl.DataFrame(rows, schema=dict.fromkeys(("received", "code", "label", "status"), pl.String), orient="row")


def _meanings(name: str, settings: Settings | None) -> dict[str, _Meaning]:
    aliases = code_aliases(settings).filter(list=name)
    columns = ("alias_key", "code", "label", "is_retired")
    return {key: (code, label, is_retired) for key, code, label, is_retired in aliases.select(columns).iter_rows()}


def _resolved(name: str, text: str, known: dict[str, _Meaning], settings: Settings | None) -> _Row:
    trimmed = text.strip()
    if name == "occupation_code":
        trimmed = trimmed.upper()
    key = fold(text)
    # "S-1E" folds to a valid code but is not one; only a text longer than a code can be the name of one.
    is_misspelt_code = name == "occupation_code" and len(key) <= 3 and key != trimmed.casefold()
    if key in known and not is_misspelt_code:
        code, label, is_retired = known[key]
        return text, code, label, "retired" if is_retired else "known"
    return text, None, trimmed, _status_of_unlisted(name, trimmed, settings)


def _status_of_unlisted(name: str, text: str, settings: Settings | None) -> str:
    if name != "occupation_code":
        return "unknown"
    complete = code_list(name, settings).complete_matrices
    return "unknown" if len(text) != 3 or text[0] in complete else "not_checked"
