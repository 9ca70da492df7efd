"""Icons of variation and assurance: is it changing, and will the target be met?

The meanings and colours are those of NHS "Making Data Count", so that readers know them again; the drawings are our
own. Blue, orange and grey cannot be told apart by everyone (their contrast with each other is as low as 1.02 to 1),
so each icon also has its own frame, shape and letter, and its words stand beside it wherever it is shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from workbench.errors import unknown_name

IMPROVEMENT = "#00B0F0"
CONCERN = "#E46C0A"
NEUTRAL = "#490092"
COMMON = "#A6A6A6"
OUTLINE = "#212B32"

_ROUND = '<circle cx="16" cy="16" r="14" {paint}/>'
_SQUARE = '<rect x="2" y="2" width="28" height="28" rx="3" {paint}/>'
_HEXAGON = '<path d="M9 2.5H23L30.5 16 23 29.5H9L1.5 16Z" {paint}/>'
_UP = '<path d="M16 5 22 13H10Z" fill="{colour}" stroke="{outline}" stroke-linejoin="round"/>'
_DOWN = '<path d="M16 27 22 19H10Z" fill="{colour}" stroke="{outline}" stroke-linejoin="round"/>'
_WAVE = '<path d="M6 18 11 12 16 19 21 12 26 17" fill="none" stroke="{outline}" stroke-width="1.5"/>'
_TICK = '<path d="M11 10.5 14.5 13.5 21 7" fill="none" stroke="{outline}" stroke-width="2"/>'
_CROSS = '<path d="M12.5 6.5 19.5 13.5M19.5 6.5 12.5 13.5" fill="none" stroke="{outline}" stroke-width="2"/>'
_LEVEL = '<path d="M9 10.5H23" stroke="{outline}" stroke-width="1.5" stroke-dasharray="4 2"/>'


@dataclass(frozen=True)
class Icon:
    """One icon: what it means in words, its colour, its frame, the shape and the letter in it.

    An icon without a frame is no drawing: its words stand alone, where limits cannot be judged or no target is set.
    """

    id: str
    words: str
    colour: str = ""
    frame: str = ""
    shape: str = ""
    letter: str = ""
    letter_at: int = 16

    @property
    def is_drawn(self) -> bool:
        """Whether there is a drawing beside the words."""
        return bool(self.frame)

    def svg(self, *, size: int = 32, beside_words: bool = False) -> str:
        """Return the drawing as inline SVG; empty where the words stand alone.

        Args:
            size: width and height in pixels.
            beside_words: the words stand beside it, so a screen reader passes over the drawing; otherwise the words
                are its text alternative.
        """
        if not self.is_drawn:
            return ""
        paint = f'fill="#FFFFFF" stroke="{OUTLINE}"'
        inner = f'fill="none" stroke="{self.colour}" stroke-width="3"'
        frame = self.frame.format(paint=paint) + _inset(self.frame.format(paint=inner))
        shape = self.shape.format(colour=self.colour, outline=OUTLINE)
        letter = (
            f'<text x="16" y="{self.letter_at}" text-anchor="middle" dominant-baseline="central" font-size="12" '
            f'font-weight="700" font-family="Arial, Liberation Sans, sans-serif" fill="{OUTLINE}">{self.letter}</text>'
        )
        spoken = (
            'aria-hidden="true" focusable="false"'
            if beside_words
            else f'role="img" aria-label="{escape(self.words)}" focusable="false"'
        )
        return (
            f'<svg class="wb-icon" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32" width="{size}" '
            f'height="{size}" {spoken}>{frame}{shape}{letter if self.letter else ""}</svg>'
        )

    def html(self, *, size: int = 32) -> str:
        """Return the drawing with its words beside it."""
        words = f"<span>{escape(self.words)}</span>"
        return f'<span class="wb-icon-words">{self.svg(size=size, beside_words=True)}{words}</span>'


def _inset(shape: str) -> str:
    """Draw a shape again a little smaller, so that the colour lies inside the dark outline."""
    return f'<g transform="translate(16 16) scale(.89) translate(-16 -16)">{shape}</g>'


def _special(kind: str, words: str, colour: str, frame: str) -> tuple[Icon, Icon]:
    return (
        Icon(f"{kind}_high", f"special cause, {words}, high", colour, frame, _UP, "H", 20),
        Icon(f"{kind}_low", f"special cause, {words}, low", colour, frame, _DOWN, "L", 12),
    )


ICONS: dict[str, Icon] = {
    icon.id: icon
    for icon in (
        Icon("common_cause", "common cause variation", COMMON, _ROUND, _WAVE),
        *_special("improvement", "improvement", IMPROVEMENT, _ROUND),
        *_special("concern", "concern", CONCERN, _SQUARE),
        *_special("neutral", "neither good nor bad", NEUTRAL, _HEXAGON),
        Icon("not_judged", "cannot be judged"),
        Icon("pass", "target will be met", IMPROVEMENT, _ROUND, _TICK, "P", 21),
        Icon("fail", "target will be missed", CONCERN, _SQUARE, _CROSS, "F", 21),
        Icon("hit_and_miss", "target met and missed by chance", COMMON, _ROUND, _LEVEL, "?", 20),
        Icon("no_target", "no target set"),
    )
}


def side_by_side(icons: Sequence[Icon], *, size: int = 32) -> str:
    """Return several drawings as one SVG, from the left, for where only one picture can be placed."""
    placed = [
        f'<g transform="translate({38 * place} 0)">{icon.svg(beside_words=True)}</g>'
        for place, icon in enumerate(icons)
    ]
    width = 38 * len(icons) - 6
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} 32" width="{width * size // 32}" '
        f'height="{size}" preserveAspectRatio="xMinYMid">{"".join(placed)}</svg>'
    )


def find_icon(name: str) -> Icon:
    """Return the icon of that name.

    Raises:
        UnknownName: there is none.
    """
    if name not in ICONS:
        raise unknown_name("icon", name, ICONS)
    return ICONS[name]
