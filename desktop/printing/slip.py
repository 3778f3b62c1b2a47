"""A slip: what a receipt printer prints, line by line, before it is bytes or a picture."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from desktop.printing.columns import centred, clean, fields, sides, width_of, wrap


class PaperRoll(IntEnum):
    """A roll by its width in millimetres."""

    MM_58 = 58
    MM_80 = 80

    @property
    def columns(self) -> int:
        """How many half-width characters stand in a line."""
        return 32 if self is PaperRoll.MM_58 else 48

    @property
    def dots(self) -> int:
        """How many dots a line has."""
        return self.columns * DOTS_PER_COLUMN


DOTS_PER_COLUMN: Final = 12
LINE_DOTS: Final = 30
"""Height of a line of normal size, with the space to the next."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TextLine:
    """One line of cleaned text that fits; a large one takes twice the columns and the height."""

    text: str
    is_large: bool = False
    is_bold: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class QrCode:
    """A QR code in the middle of the paper, with its module's size in dots."""

    text: str
    module_dots: int = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """Empty paper, in lines."""

    lines: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """Feeds past the knife and cuts, leaving a corner."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kick:
    """Opens the cash drawer on the printer's plug; pin 2 is the usual one, 5 the second drawer."""

    pin: int = 2


Element = TextLine | QrCode | Feed | Cut | Kick
Slip = tuple[Element, ...]


class SlipWriter:
    """Writes a slip for a roll; every text is cleaned on its way in (T53)."""

    def __init__(self, roll: PaperRoll) -> None:
        self.columns = roll.columns
        self._elements: list[Element] = []

    def slip(self) -> Slip:
        """What was written so far."""
        return tuple(self._elements)

    def add(self, *elements: Element) -> None:
        """Appends codes, feeds, cuts and kicks."""
        self._elements.extend(elements)

    def text(self, text: str, *, is_bold: bool = False) -> None:
        """A paragraph from the left; nothing when it is empty."""
        if kept := clean(text):
            self._lines(wrap(kept, self.columns), is_bold=is_bold)

    def centre(self, text: str, *, is_large: bool = False, is_bold: bool = False) -> None:
        """Text in the middle; large where it still fits a line or two, else normal and bold."""
        kept = clean(text)
        if not kept:
            return
        is_large = is_large and width_of(kept) <= self.columns
        columns = self.columns // 2 if is_large else self.columns
        self._lines(centred(kept, columns), is_large=is_large, is_bold=is_bold or is_large)

    def pair(self, left: str, right: str, *, is_bold: bool = False) -> None:
        """A name at the left and its value at the right edge."""
        self._lines(sides(clean(left), clean(right), self.columns), is_bold=is_bold)

    def total(self, left: str, right: str) -> None:
        """A pair in large letters, or bold ones where large do not fit."""
        left, right = clean(left), clean(right)
        is_large = width_of(left) + width_of(right) + 1 <= self.columns // 2
        columns = self.columns // 2 if is_large else self.columns
        self._lines(sides(left, right, columns), is_large=is_large, is_bold=True)

    def row(self, texts: Iterable[str], ends: Iterable[int]) -> None:
        """Texts at their columns; where two would touch, the first takes a line of its own."""
        kept = [clean(text) for text in texts]
        stops = list(ends)
        if (line := fields(kept, stops)) is not None:
            self._lines([line])
            return
        self._lines(wrap(kept[0], self.columns))
        if (line := fields(["", *kept[1:]], stops)) is not None:
            self._lines([line])
            return
        for text in kept[1:]:
            self.pair("", text)

    def rule(self, sign: str = "-") -> None:
        """A line across the paper."""
        self._lines([sign * self.columns])

    def _lines(
        self, lines: Iterable[str], *, is_large: bool = False, is_bold: bool = False
    ) -> None:
        self._elements.extend(_text_lines(lines, is_large, is_bold))


def _text_lines(lines: Iterable[str], is_large: bool, is_bold: bool) -> Iterator[TextLine]:
    for line in lines:
        yield TextLine(text=line, is_large=is_large, is_bold=is_bold)
