"""What a reader has chosen on the retention page: one group of staff, and how leaving is counted.

Every exhibit of the theme reads its options through `Choices`, so that a word means the same in all of them and an
exhibit that cannot follow a choice says so instead of passing over it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from workbench.errors import ParameterError, unknown_name

TOTAL = "Total"
#: The option by which a page asks for one group of any dimension: "service: Podiatry".
STAFF = "staff"
FILTERS = {"service": "service", "staff_group": "staff group", "profession": "profession"}
PRESETS = {
    "nhse_published": "NHS England's published definition",
    "nwd_2012": "the NHS Data Dictionary's definition of 2012",
    "nes_scotland": "NHS Education for Scotland's definition",
    "mean_13": "leavers over the mean of thirteen month ends (our own option)",
}
UNITS = {"headcount": "people", "fte": "FTE"}
WINDOWS = ("1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12", "18", "24", "36")
#: Between which groups moves inside the organisation are looked at.
MOVES = {"pay_band": "pay bands", "profession": "professions", "service": "services"}
TRAINEES = {"in": "doctors in training included", "out": "doctors in training left out"}


@dataclass(frozen=True)
class Choices:
    """One group of one dimension, or the whole organisation, and how leaving is counted; defaults filled in.

    Attributes:
        dimension: `service`, `staff_group` or `profession`; `service` where no group is chosen.
        group: the group's label, or "Total" for all of them together.
        preset: whose definition of leaving: `nhse_published`, `nwd_2012`, `nes_scotland` or `mean_13`.
        unit: `headcount` or `fte`.
        window_months: months from the opening to the closing month end.
        trainees: `in` or `out`: whether doctors and dentists in training count.
        moves: `pay_band`, `profession` or `service`: between which groups moves inside are looked at.
    """

    dimension: str = "service"
    group: str = TOTAL
    preset: str = "nhse_published"
    unit: str = "headcount"
    window_months: int = 12
    trainees: str = "in"
    moves: str = "pay_band"

    @classmethod
    def of(cls, options: Mapping[str, str]) -> Choices:
        """Read the options of an exhibit request; an empty one is the default.

        One filter at a time: split by two dimensions at once, most cells hold so few people that nearly all would
        have to be withheld to protect the rest.

        Raises:
            UnknownName: an option that the retention exhibits do not have.
            ParameterError: two filters at once, or a value that an option does not take.
        """
        counting = {"preset": PRESETS, "unit": UNITS, "window_months": WINDOWS, "trainees": TRAINEES, "moves": MOVES}
        for name in options:
            if name not in FILTERS and name not in counting and name != STAFF:
                raise unknown_name("option of the retention exhibits", name, [STAFF, *FILTERS, *counting])
        made = {name: str(value) for name, value in options.items() if value}
        if STAFF in made:
            dimension, group = _group_named(made.pop(STAFF))
            made[dimension] = group
        groups = sorted(FILTERS.keys() & made.keys())
        if len(groups) > 1:
            raise ParameterError(
                f"The retention exhibits take one filter at a time: received {' and '.join(groups)}. Choose one."
            )
        for name in sorted(counting.keys() & made.keys()):
            if made[name] not in counting[name]:
                raise ParameterError(
                    f"`{name}` of the retention exhibits was given as {made[name]!r}. "
                    f"Allowed: {', '.join(counting[name])}."
                )
        dimension = groups[0] if groups else cls.dimension
        return cls(
            dimension=dimension,
            group=made.get(dimension, TOTAL),
            preset=made.get("preset", cls.preset),
            unit=made.get("unit", cls.unit),
            window_months=int(made.get("window_months", cls.window_months)),
            trainees=made.get("trainees", cls.trainees),
            moves=made.get("moves", cls.moves),
        )

    @property
    def is_whole(self) -> bool:
        """Whether the whole organisation is asked for and not one group."""
        return self.group == TOTAL

    @property
    def group_filter(self) -> dict[str, str]:
        """The chosen group as {dimension: group}; the group "Total" is all of them together."""
        return {self.dimension: self.group}

    @property
    def scope(self) -> str:
        """Which staff: "service: Podiatry", or "whole organisation"."""
        return "whole organisation" if self.is_whole else f"{FILTERS[self.dimension]}: {self.group}"

    @property
    def window(self) -> str:
        """The window in words: "12 months"."""
        return f"{self.window_months} month{'s' if self.window_months > 1 else ''}"

    @property
    def words(self) -> str:
        """Everything chosen in one line, as a stamp shows it."""
        return "; ".join((self.scope, PRESETS[self.preset], UNITS[self.unit], self.window, TRAINEES[self.trainees]))

    def titled(self, finding: str) -> str:
        """Begin a finding with the group it is about; one about the whole organisation stands as it is."""
        return finding if self.is_whole else f"{self.group}: {finding[0].lower()}{finding[1:]}"

    def not_followed(self, *followed: str) -> tuple[str, ...]:
        """Say which choices an exhibit does not follow; nothing where it follows all that was chosen.

        Args:
            followed: those that it does follow, of `group`, `preset`, `unit`, `window_months` and `trainees`.
        """
        chosen = {
            "group": (not self.is_whole, self.scope),
            "preset": (self.preset != Choices.preset, PRESETS[self.preset]),
            "unit": (self.unit != Choices.unit, f"counting in {UNITS[self.unit]}"),
            "window_months": (self.window_months != Choices.window_months, f"a window of {self.window}"),
            "trainees": (self.trainees != Choices.trainees, TRAINEES[self.trainees]),
        }
        unknown = set(followed) - chosen.keys()
        if unknown:
            raise unknown_name("choice", sorted(unknown)[0], chosen)
        passed_over = [words for name, (made, words) in chosen.items() if made and name not in followed]
        return (f"This cannot follow every choice made above; not followed: {'; '.join(passed_over)}.",) * bool(
            passed_over
        )


def named_group(dimension: str, group: str) -> str:
    """Name a group with its dimension, as the option `staff` takes it: "staff group: Estates and Ancillary"."""
    return f"{FILTERS[dimension]}: {group}"


def _group_named(text: str) -> tuple[str, str]:
    kind, _, group = text.partition(": ")
    for dimension, words in FILTERS.items():
        if kind == words and group:
            return dimension, group
    allowed = ", ".join(f"'{words}: ...'" for words in FILTERS.values())
    raise ParameterError(f"`{STAFF}` of the retention exhibits was given as {text!r}. Allowed: {allowed}.")
