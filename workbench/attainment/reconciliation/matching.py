"""How far the keys of two sources meet, before any value is compared: nothing is joined that is not said here.

Cost centres are compared as text, in capitals and without spaces. A merged or closed one counts as what the local map
says. Codes that differ by leading zeros alone are one cost centre only where no source holds both spellings; else they
are ambiguous and stay apart. Names of units are compared without regard to capitals and outer spaces. Nothing is ever
matched because it looks alike.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

import polars as pl

NO_COST_CENTRE = "no cost centre"
RATES: Mapping[str, type[pl.DataType]] = {
    "key": pl.String,
    "left": pl.String,
    "right": pl.String,
    "matched": pl.Int64,
    "after_tidying": pl.Int64,
    "left_only": pl.Int64,
    "right_only": pl.Int64,
    "ambiguous": pl.Int64,
}


def tidied(received: str | None) -> str:
    """Write a cost centre as it is compared: capitals, no spaces; a blank one is a cost centre of its own."""
    return "".join((received or "").split()).upper() or NO_COST_CENTRE


def cost_centres(received: Mapping[str, Iterable[str | None]], merged: Mapping[str, str] | None = None) -> pl.DataFrame:
    """Say for each source and each spelling which cost centre it counts as, and why.

    Args:
        received: the spellings that each source holds; the first source's spelling is kept where zeros differ.
        merged: merged and closed cost centres with the one that they count as.

    Returns:
        One row per source and spelling: `source`, `received` (null where blank), `cost_centre`, and `how`:
        `as written`, `tidied`, `map`, `padding` or `ambiguous`.
    """
    merged = merged or {}
    spellings = {source: sorted(set(codes), key=lambda code: code or "") for source, codes in received.items()}
    plain = {(source, code): tidied(code) for source, codes in spellings.items() for code in codes}
    mapped = {key: merged.get(code, code) for key, code in plain.items()}
    held: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for (source, _), code in mapped.items():
        held[_unpadded(code)][source].add(code)
    rows = []
    for (source, spelling), mapped_code in mapped.items():
        by_source = held[_unpadded(mapped_code)]
        written = set().union(*by_source.values())
        counted_as, how = mapped_code, "as written"
        if len(written) > 1 and all(len(codes) == 1 for codes in by_source.values()):
            counted_as = next(next(iter(by_source[name])) for name in received if name in by_source)
            how = "padding" if counted_as != mapped_code else how
        elif len(written) > 1 and not any(mapped_code in codes for name, codes in by_source.items() if name != source):
            how = "ambiguous"
        if how == "as written" and mapped_code != (spelling or ""):
            how = "map" if plain[source, spelling] in merged else "tidied"
        rows.append((source, spelling, counted_as, how))
    schema = dict.fromkeys(("source", "received", "cost_centre", "how"), pl.String)
    return pl.DataFrame(rows, schema=schema, orient="row")


def _unpadded(code: str) -> str:
    return code.lstrip("0") or code


def with_cost_centre(rows: pl.DataFrame, source: str, counted: pl.DataFrame) -> pl.DataFrame:
    """Put the cost centre that each row counts as in place of the one received."""
    own = counted.filter(pl.col("source") == source).select("received", counted_as="cost_centre", cost_centre_how="how")
    return (
        rows.join(own, left_on="cost_centre", right_on="received", how="left", nulls_equal=True)
        .with_columns(cost_centre="counted_as")
        .drop("counted_as")
    )


def unit_key(column: str) -> pl.Expr:
    """Return the name of a unit or team as it is compared."""
    return pl.col(column).str.strip_chars().str.to_lowercase()


def rate_of_cost_centres(
    counted: pl.DataFrame, left: str, right: str, names: Mapping[str, str], *, both_ways: bool = True
) -> dict[str, object]:
    """Count the cost centres of two sources: on both sides, on one alone, ambiguous.

    A cost centre that one side alone holds and whose spelling is ambiguous counts as ambiguous, never as matched.
    Not `both_ways`: what the right side alone holds is not asked, because the left one need not hold everything.
    """
    own = {source: counted.filter(pl.col("source") == source) for source in (left, right)}
    held = {source: set(rows["cost_centre"]) - {NO_COST_CENTRE} for source, rows in own.items()}
    unsure = {
        code
        for rows in own.values()
        for code, how in rows.select("cost_centre", "how").iter_rows()
        if how == "ambiguous"
    }
    both = held[left] & held[right]
    changed = counted.filter(pl.col("source").is_in([left, right]) & (pl.col("how") != "as written"))
    return match_rate(
        "cost centre",
        names[left],
        names[right],
        matched=len(both),
        after_tidying=len(both & set(changed["cost_centre"])),
        left_only=len(held[left] - both - unsure),
        right_only=len(held[right] - both - unsure) if both_ways else None,
        ambiguous=len((held[left] ^ held[right]) & unsure),
    )


def match_rate(key: str, left: str, right: str, **counts: int | None) -> dict[str, object]:
    """Return one row of match rates; counts that are not given are 0, those that are not asked None."""
    return {"key": key, "left": left, "right": right, **dict.fromkeys(list(RATES)[3:], 0), **counts}


def match_rates(rows: Iterable[Mapping[str, object]]) -> pl.DataFrame:
    """Put match rates together, each with its share of matched keys (per cent; null where there is no key)."""
    keys = pl.sum_horizontal("matched", "left_only", "right_only", "ambiguous")
    return pl.DataFrame(list(rows), schema=RATES).with_columns(
        matched_share=pl.when(keys > 0).then(100 * pl.col("matched") / keys)
    )
