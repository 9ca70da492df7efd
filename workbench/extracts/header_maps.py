"""Which columns of a source file stand for which columns of an extract.

ESR BI, the ESR data warehouse, ledgers, roster and job-planning suppliers each name columns in their own way. A
header map lists the spellings that stand for each canonical column. Spellings are compared without regard to case,
spaces and punctuation. The user's own maps, `<home>/header_maps/<extract>.toml`, are added to those that come with
the workbench.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from workbench.errors import SettingsError, nearest, unknown_name
from workbench.extracts.contracts import Contract, ContractError, contract_named, contracts

FOLDER = Path(__file__).parent / "header_maps"

# Columns that are personal by their header: they are left out unread. `name` by itself is one too; a cost centre's
# or an organisation's name is not.
_PERSONAL = re.compile(
    r"^(full |person |employee |staff |supervisor |manager |line manager )?name$"
    r"|\b(first|last|middle|maiden|known as|preferred|family|given|supervisor|manager|employee|person) names?\b"
    r"|\b(forenames?|surname|initials|known as|next of kin|emergency contact|passport|nationality|marital)\b"
    r"|\b(ni|nino|national insurance|iban|sort code|bank (account|details|name)|account (number|no|name))\b"
    r"|\b(e ?mail|(tele)?phone|mobile|tel)\b"
    r"|\b(address|post ?code)\b"
)

HeaderMap = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class HeaderMatch:
    """How a row of headers fits a contract.

    `columns` maps a canonical column to the position of the source column that stands for it; `clashes` lists
    canonical columns that several source columns stand for; `personal` and `unknown` are headers that are left out.
    """

    contract: Contract
    headers: tuple[str, ...]
    columns: Mapping[str, int] = field(default_factory=dict)
    clashes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    personal: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()

    @property
    def missing(self) -> tuple[str, ...]:
        """Required columns that no header stands for."""
        return tuple(name for name in self.contract.required if name not in self.columns)

    @property
    def fits(self) -> bool:
        """Whether every required column is there, once."""
        return not self.missing and not self.clashes

    def nearest_headers(self) -> dict[str, str]:
        """Return, for each unknown header, the canonical column that it looks most like, if any."""
        spellings = spellings_of(self.contract)
        free = {text: name for text, name in spellings.items() if name not in self.columns}
        found = {header: nearest(header, free, count=1) for header in self.unknown}
        return {header: free[close[0]] for header, close in found.items() if close}


def folded(text: str) -> str:
    """Reduce a header to what is compared: small letters and digits."""
    return "".join(character for character in text.casefold() if character.isalnum())


def is_personal(header: str) -> bool:
    """Say whether a header names data that the workbench never reads: names, addresses, bank details and the like."""
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", header)
    return bool(_PERSONAL.search(" ".join(re.findall(r"[^\W_]+", words.casefold()))))


def spellings_of(contract: Contract) -> dict[str, str]:
    """Return every spelling that the workbench knows for the columns of a contract, with the column it stands for."""
    spellings = {column.name: column.name for column in contract.columns}
    for name, texts in _own_map(contract.name).items():
        spellings.update(dict.fromkeys(texts, name))
    return spellings


@cache
def _own_map(extract: str) -> HeaderMap:
    received = _read_map(FOLDER / f"{extract}.toml", contract_named(extract))
    seen: dict[str, str] = {}
    for name, texts in received.items():
        for text in texts:
            if seen.setdefault(folded(text), name) != name:
                raise ContractError(f"The header map of {extract!r} gives {text!r} to two columns.")
    return received


def _read_map(path: Path, contract: Contract) -> dict[str, tuple[str, ...]]:
    known = [column.name for column in contract.columns]
    try:
        received = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
        raise SettingsError(f"The header map {str(path)!r} cannot be read: {problem}.") from None
    for name, texts in received.items():
        if name not in known:
            close = nearest(name, known)
            hint = f" Did you mean `{close[0]}`?" if close else f" Allowed: {', '.join(known)}."
            raise SettingsError(
                f"The header map {str(path)!r} names a column {name!r} that {contract.name} lacks.{hint}"
            )
        if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
            raise SettingsError(f'The header map {str(path)!r}: write `{name} = ["A header", "Another"]`.')
    return {name: tuple(texts) for name, texts in received.items()}


class HeaderMaps:
    """The header maps in use: those of the workbench and, where there is a folder of them, the user's own.

    Within the user's maps one header may stand for two columns: so a job-planning system with a single sign-off date
    is declared, by giving that header to `review_date` and to `approval_date`.

    Raises:
        SettingsError: a file in the user's folder is no header map, or names an extract or column that is unknown.
    """

    def __init__(self, user_folder: Path | None = None) -> None:
        self._columns: dict[str, dict[str, tuple[str, ...]]] = {}
        own: dict[str, dict[str, tuple[str, ...]]] = {}
        for path in sorted(user_folder.glob("*.toml")) if user_folder and user_folder.is_dir() else ():
            if path.stem not in contracts():
                raise SettingsError(
                    f"The header map {str(path)!r} is named after no extract. "
                    f"{unknown_name('extract', path.stem, contracts())}"
                )
            own[path.stem] = _read_map(path, contract_named(path.stem))
        for name, contract in contracts().items():
            table = {folded(text): (column,) for text, column in spellings_of(contract).items()}
            added: dict[str, tuple[str, ...]] = {}
            for column, texts in own.get(name, {}).items():
                for text in texts:
                    added[folded(text)] = (*added.get(folded(text), ()), column)
            self._columns[name] = table | added

    def count(self, contract: Contract, folded_headers: Sequence[str]) -> int:
        """Count the columns of a contract that a row of folded headers names; how a header row is found."""
        table = self._columns[contract.name]
        return len({name for header in folded_headers for name in table.get(header, ())})

    def match(self, contract: Contract, headers: Sequence[str]) -> HeaderMatch:
        """Find which columns of a contract a row of headers carries.

        A header that is exactly the canonical name wins over another spelling of the same column.
        """
        table = self._columns[contract.name]
        standing: dict[str, list[int]] = {}
        unknown: list[str] = []
        personal: list[str] = []
        for position, header in enumerate(headers):
            if not header.strip():
                continue
            names = table.get(folded(header), ())
            for name in names:
                standing.setdefault(name, []).append(position)
            if not names:
                (personal if is_personal(header) else unknown).append(header.strip())
        columns: dict[str, int] = {}
        clashes: dict[str, tuple[str, ...]] = {}
        for name, positions in standing.items():
            exact = [position for position in positions if folded(headers[position]) == folded(name)]
            chosen = exact if len(exact) == 1 else positions
            columns[name] = chosen[0]
            if len(chosen) > 1:
                clashes[name] = tuple(headers[position].strip() for position in positions)
            elif len(positions) > 1:
                unknown.extend(headers[position].strip() for position in positions if position != chosen[0])
        return HeaderMatch(contract, tuple(headers), columns, clashes, tuple(personal), tuple(unknown))
