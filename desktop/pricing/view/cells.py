"""Cells of the price grid: a price or ratio that sorts by value, and what its change says."""

from desktop.pricing.model.draft import GridRow
from desktop.pricing.model.words import value_text
from desktop.pricing.usecases.layers import VersionLine
from desktop.ui.theme import Tone


class Shown:
    """A price or ratio as the grid shows and sorts it."""

    def __init__(self, is_of_ratio: bool, value_micro: int | None) -> None:
        self.value = value_micro
        self.text = value_text(is_of_ratio, value_micro)

    def __str__(self) -> str:
        return self.text

    def __lt__(self, other: "Shown") -> bool:
        return (self.value or 0) < (other.value or 0)


def tone_of_change(one: GridRow | VersionLine) -> Tone | None:
    """What the colour of a change says: up or down."""
    change = one.change_micro
    if change is None or change == 0:
        return None
    return Tone.WAITING if change > 0 else Tone.BAD
