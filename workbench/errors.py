"""The messages a user may meet when something is wrong.

Every error says what was wrong, what was received, what is allowed and what to do. None carries a value of a
person's record: messages reach logs, terminals and browsers.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class WorkbenchError(Exception):
    """Something the user can put right; the command line prints it as one message, without a traceback."""

    exit_code = 1


class SettingsError(WorkbenchError):
    """A setting is missing, unknown or not usable."""


class PeriodError(WorkbenchError):
    """A date, month or quarter is not written in a form we accept."""


class UnknownName(WorkbenchError):
    """A measure, exhibit, option, dimension or organisation of that name does not exist."""


class ExtractRefused(WorkbenchError):
    """A whole file cannot be read as an extract; nothing that was already loaded is touched."""

    exit_code = 2


class NotAnExtract(ExtractRefused):
    """Neither the name nor the headers of a file are those of any extract; in a folder such a file is passed over."""


class ReferenceListError(WorkbenchError):
    """A code list is incomplete, contradicts itself, or a newer one cannot be accepted."""


class SnapshotError(WorkbenchError):
    """There is no snapshot to read, or the one asked for is missing or damaged."""


class LoadInProgress(WorkbenchError):
    """Another load is writing to this warehouse."""


class GrainError(WorkbenchError):
    """A table holds a key more than once, or an accounting identity does not hold."""


class ParameterError(WorkbenchError):
    """A notebook or measure was given a parameter it does not have, or of the wrong kind."""


class DisclosureError(WorkbenchError):
    """A table cannot be released to this audience as it was asked for."""


class RenderError(WorkbenchError):
    """A notebook did not run to its end, so no pack was published from it."""


class ServingError(WorkbenchError):
    """The dashboards cannot be started safely as they were asked for."""


def nearest(received: str, allowed: Iterable[str], *, count: int = 3) -> list[str]:
    """Return the allowed names that look most like the one received, best first.

    Comparison ignores case, spaces and punctuation, as people mistype those most.
    """
    folded: dict[str, str] = {}
    for name in allowed:
        folded.setdefault("".join(c for c in name.casefold() if c.isalnum()), name)
    key = "".join(c for c in received.casefold() if c.isalnum())
    return [folded[match] for match in difflib.get_close_matches(key, folded, n=count, cutoff=0.6)]


def unknown_name(kind: str, received: str, allowed: Iterable[str], *, see: str = "") -> UnknownName:
    """Word the error for a name that does not exist, with the nearest names that do."""
    names = sorted(allowed)
    close = nearest(received, names)
    hint = f" Did you mean {' or '.join(f'`{name}`' for name in close)}?" if close else ""
    listing = f" Allowed: {', '.join(names)}." if len(names) <= 20 and not close else ""
    return UnknownName(f"No {kind} named {received!r}.{hint}{listing}{f' See {see}.' if see else ''}")
