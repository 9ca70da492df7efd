"""The thresholds that apply to one audience, and the words for them."""

from __future__ import annotations

from dataclasses import dataclass

from workbench.errors import SettingsError
from workbench.settings import AUDIENCES, Settings


@dataclass(frozen=True)
class Policy:
    """What one audience may see of small numbers of people.

    `smallest_shown` is the smallest count that is shown: counts from 1 to one below it are withheld. The word
    "threshold" is avoided, because people read it both ways. A `smallest_shown` of 1 withholds nothing.
    """

    audience: str
    smallest_shown: int
    round_to: int = 0
    zero_is_disclosive: bool = False

    def __post_init__(self) -> None:
        if self.smallest_shown < 1 or self.round_to < 0:
            raise SettingsError(
                "`smallest_shown` must be at least 1 and `round_to` at least 0: received "
                f"{self.smallest_shown!r} and {self.round_to!r}."
            )
        if self.smallest_shown - self.smallest_withheld == 1:
            raise SettingsError(
                f"A `smallest_shown` of {self.smallest_shown} for audience {self.audience!r} hides nothing, since a "
                f"withheld count could only be {self.smallest_withheld}. Raise it by at least 1."
            )

    @property
    def withholds(self) -> bool:
        """Whether any count at all is withheld from this audience."""
        return self.smallest_shown > self.smallest_withheld

    def is_small(self, people: int) -> bool:
        """Say whether a count of people is too small to be shown."""
        return self.smallest_withheld <= people < self.smallest_shown

    @property
    def smallest_withheld(self) -> int:
        """Smallest count that is withheld: 1, or 0 where even "nobody" would say something about someone."""
        return 0 if self.zero_is_disclosive else 1

    def rounded(self, value: float) -> float:
        """Round a value to the nearest multiple of `round_to`, halves away from zero; the same on every run."""
        if not self.round_to:
            return value
        steps = int(abs(value) / self.round_to + 0.5)
        return float(steps * self.round_to) * (-1 if value < 0 else 1)

    @property
    def sentence(self) -> str:
        """Say in one sentence what is withheld, for the header of a page."""
        if not self.withholds:
            return "no numbers are withheld"
        sentence = f"numbers of people below {self.smallest_shown} are withheld"
        if self.zero_is_disclosive:
            sentence += ", zero included"
        if self.round_to:
            sentence += f" and the others are rounded to the nearest {self.round_to}"
        return sentence


def policy_for(audience: str, settings: Settings) -> Policy:
    """Return what an audience (`analyst`, `lead` or `board`) may see under these settings.

    Raises:
        SettingsError: there is no audience of that name.
    """
    if audience not in settings.disclosure:
        raise SettingsError(f"No audience named {audience!r}. Allowed: {', '.join(AUDIENCES)}.")
    thresholds = settings.disclosure[audience]
    return Policy(audience, thresholds.smallest_shown, thresholds.round_to, thresholds.zero_is_disclosive)
