"""Which extract a file is, and where its header lies.

By its name first, then by its headers. What is not recognised is refused with what was found and what came nearest,
rather than guessed at. Cells of rows are never shown: a file without headers would otherwise print a person's record,
so headers are quoted only from a row of which several cells are known headers.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

from workbench.errors import ExtractRefused, NotAnExtract, nearest
from workbench.extracts.contracts import Contract, contract_named, contracts
from workbench.extracts.header_maps import HeaderMaps, HeaderMatch, folded
from workbench.extracts.source_files import Head, Selection, SourceFile, open_source
from workbench.settings import Settings

_QUOTABLE = 3  # known headers a row needs before its other cells are taken for headers too
_FORMATS = "CSV (also gzipped), XLSX or Parquet"


@dataclass(frozen=True)
class Recognised:
    """A file's contract, where its rows lie, and how its headers match."""

    contract: Contract
    selection: Selection
    match: HeaderMatch


@dataclass(frozen=True)
class _Place:
    head: Head
    row: int
    count: int


def recognise(source: Path, *, settings: Settings | None = None, only_contract: str | None = None) -> Contract:
    """Say which extract a file is.

    Args:
        source: The file.
        settings: Where the user's own header maps are; without them only those of the workbench count.
        only_contract: The extract that the user says it is; then only its headers are looked for.

    Raises:
        ExtractRefused: the file is none of the extracts, could be several, or lacks a required column.
        UnknownName: there is no extract called `only_contract`.
    """
    maps = HeaderMaps(settings.header_maps if settings else None)
    return recognise_opened(open_source(source), maps, only_contract=only_contract).contract


def recognise_opened(source: SourceFile, maps: HeaderMaps, *, only_contract: str | None = None) -> Recognised:
    """Do the same for a file that is already open, and say where its rows lie."""
    heads = _Heads(source, maps)
    if only_contract is not None:
        return heads.as_contract(contract_named(only_contract))
    named = _named_contracts(source.path)
    if len(named) == 1:
        return heads.as_contract(named[0])
    return heads.by_headers(named or list(contracts().values()))


def _named_contracts(path: Path) -> list[Contract]:
    """Return the contracts that a file's name fits best: the pattern with most letters wins."""
    name = "_".join("".join(c if c.isalnum() else " " for c in path.name.casefold()).split())
    fitting = {
        contract.name: max(
            (len(pattern.replace("*", "")) for pattern in contract.file_names if fnmatch(name, _open_end(pattern))),
            default=0,
        )
        for contract in contracts().values()
    }
    most = max(fitting.values())
    return [contract_named(extract) for extract, letters in fitting.items() if letters == most > 0]


def _open_end(pattern: str) -> str:
    # The suffix (csv, xlsx, csv_gz) is part of the name that is compared.
    return pattern if pattern.endswith("*") else f"{pattern}_*"


class _Heads:
    """The first rows of a file, and what may be read from them."""

    def __init__(self, source: SourceFile, maps: HeaderMaps) -> None:
        self._source = source
        self._maps = maps
        self._heads = source.heads()
        self._folded = [[[folded(cell) for cell in row] for row in head.rows] for head in self._heads]

    def as_contract(self, contract: Contract) -> Recognised:
        """Take the file for one extract.

        Raises:
            ExtractRefused: a required column is missing, or stands there twice.
        """
        places = self._places(contract)
        if not places:
            raise ExtractRefused(
                f"The file {self._shown} was taken for {contract.name}, but none of its first rows holds a known "
                f"header. Required columns: {', '.join(contract.required)}. {self._looks_like(contract)}"
                "Check that the file has a header row, and that it is this extract."
            )
        return self._checked(contract, self._one_sheet(contract, places))

    def by_headers(self, candidates: Sequence[Contract]) -> Recognised:
        """Find the extract whose columns the headers name most of.

        Raises:
            NotAnExtract: no extract has these headers.
            ExtractRefused: more than one has, or a required column is missing.
        """
        best = {contract.name: self._places(contract) for contract in candidates}
        scores = {
            name: (max(place.count for place in places), any(self._match(name, place).fits for place in places))
            for name, places in best.items()
            if places
        }
        most = max(scores.values(), default=(0, False))
        if most[0] < _QUOTABLE:
            raise NotAnExtract(
                f"The file {self._shown} is none of the known extracts: neither its name nor its first rows say what "
                f"it is. Known extracts: {', '.join(contracts())}. Name the file after its extract, say which it is, "
                f"or check that it is an extract with a header row, as {_FORMATS}."
            )
        # Among extracts with equally many columns, one that has all it requires goes before one that has not.
        leading = [name for name, score in scores.items() if score == most]
        if len(leading) > 1:
            raise ExtractRefused(
                f"The file {self._shown} could be {' or '.join(sorted(leading))}: its headers fit each equally well. "
                f"Name the file after its extract, or say which it is. {self._found(contract_named(leading[0]))}"
            )
        contract = contract_named(leading[0])
        return self._checked(contract, self._one_sheet(contract, best[contract.name]))

    @property
    def _shown(self) -> str:
        return repr(self._source.path.name)

    def _places(self, contract: Contract) -> list[_Place]:
        """Return, for each sheet or delimiter, the row with most of the contract's headers, if it has any."""
        places = []
        for head, rows in zip(self._heads, self._folded, strict=True):
            counts = [self._maps.count(contract, row) for row in rows]
            most = max(counts, default=0)
            if most:
                places.append(_Place(head, counts.index(most), most))
        highest = max((place.count for place in places), default=0)
        fitting = [place for place in places if self._match(contract.name, place).fits]
        return fitting or [place for place in places if place.count == highest]

    def _match(self, extract: str, place: _Place) -> HeaderMatch:
        return self._maps.match(contract_named(extract), place.head.rows[place.row])

    def _one_sheet(self, contract: Contract, places: list[_Place]) -> _Place:
        if len(places) > 1 and places[0].head.sheet:
            named = [place for place in places if contract in _named_contracts(Path(place.head.sheet + ".sheet"))]
            if len(named) != 1 and self._match(contract.name, places[0]).fits:
                sheets = ", ".join(repr(place.head.sheet) for place in places)
                raise ExtractRefused(
                    f"The workbook {self._shown} has several sheets that read as {contract.name}: {sheets}. Name one "
                    f"of them {contract.name!r}, or keep only the sheet to be loaded."
                )
            places = named or places
        return max(places, key=lambda place: place.count)

    def _checked(self, contract: Contract, place: _Place) -> Recognised:
        match = self._match(contract.name, place)
        if match.missing:
            raise self._missing(match, place)
        if match.clashes:
            listed = "; ".join(f"`{name}` by {', '.join(map(repr, texts))}" for name, texts in match.clashes.items())
            raise ExtractRefused(
                f"The file {self._shown} ({contract.name}) has several columns for one: {listed}. Take out or rename "
                "all but one, or name the right one exactly as the extract does."
            )
        return Recognised(contract, Selection(place.head, place.row, match.columns), match)

    def _missing(self, match: HeaderMatch, place: _Place) -> ExtractRefused:
        contract = match.contract
        count = len(match.missing)
        hints = [
            f"{header!r} looks like `{name}`"
            for header, name in match.nearest_headers().items()
            if name in match.missing
        ]
        nearest_text = f"Nearest: {'; '.join(hints)}. " if hints and place.count >= _QUOTABLE else ""
        sheet = f", sheet {place.head.sheet!r}" if place.head.sheet else ""
        return ExtractRefused(
            f"The file {self._shown}{sheet} was taken for {contract.name}, but lacks {count} required "
            f"column{'s' if count > 1 else ''}: {', '.join(match.missing)}. {self._found(contract)} {nearest_text}"
            f"{self._looks_like(contract)}Expected: {', '.join(contract.required)}. Add the missing column to the "
            f"export, or its spelling to header_maps/{contract.name}.toml in the workbench's data folder."
        )

    def _found(self, contract: Contract) -> str:
        place = max(self._places(contract), key=lambda place: place.count)
        row = place.head.rows[place.row]
        if place.count < _QUOTABLE:
            return f"Found: a row of {len(row)} cells, {place.count} of them known headers."
        return f"Found: {', '.join(cell.strip() for cell in row if cell.strip())}."

    def _looks_like(self, contract: Contract) -> str:
        """Name the extracts that the headers fit wholly, where the file's name said another."""
        fitting = [
            (place.count, other.name)
            for other in contracts().values()
            if other != contract
            for place in self._places(other)
            if place.count >= _QUOTABLE and self._match(other.name, place).fits
        ]
        most = max((count for count, _ in fitting), default=0)
        names = sorted({name for count, name in fitting if count == most})
        return f"Its headers are those of {' or '.join(names)}. " if names else ""


def describe_unknown(match: HeaderMatch) -> Iterable[str]:
    """Word a notice for each header that stands for no column, with the nearest known one."""
    near = match.nearest_headers()
    own = [column.name for column in match.contract.columns]
    for header in match.unknown:
        close = [near[header]] if header in near else nearest(header, own, count=1)
        hint = f" The nearest is `{close[0]}`." if close else ""
        yield f"Column {header!r} is not one that {match.contract.name} has, and was left out.{hint}"
