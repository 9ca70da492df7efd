"""Plain text tables for a terminal of 100 columns."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from decimal import Decimal


def aligned(header: Sequence[str], rows: Iterable[Sequence[object]], *, widest: int = 36) -> str:
    """Write rows beneath their header: numbers to the right, text to the left, long text cut with an ellipsis."""
    body = [list(row) for row in rows]
    texts = [[_shown(cell, widest) for cell in row] for row in body]
    widths = [max(len(line[place]) for line in [list(header), *texts]) for place in range(len(header))]
    to_right = [
        bool(body) and all(isinstance(row[i], int | float | Decimal | None) for row in body) for i in range(len(header))
    ]
    lines = []
    for line in [list(header), *texts]:
        cells = (
            text.rjust(width) if right else text.ljust(width)
            for text, width, right in zip(line, widths, to_right, strict=True)
        )
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)


def _shown(cell: object, widest: int) -> str:
    match cell:
        case None:
            return "-"
        case bool():
            return "yes" if cell else "no"
        case int():
            return f"{cell:,}"
        case float() | Decimal():
            return f"{cell:,.2f}"
        case dt.datetime():
            return f"{cell:%Y-%m-%d %H:%M}"
    text = str(cell)
    return text if len(text) <= widest else f"{text[: widest - 1]}…"
