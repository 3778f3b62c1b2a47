"""The embedded font as reportlab knows it: registered once, with its characters and widths."""

from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from reportlab.pdfbase.ttfonts import TTFont

FACE: Final = "Qutong"
MISSING: Final = "〓"
"""Stands where the font has no picture of a character, so that nobody thinks there was none."""


@lru_cache(maxsize=1)
def face() -> "TTFont":
    """The font, read and registered on first use (50 ms)."""
    from reportlab.pdfbase.pdfmetrics import registerFont
    from reportlab.pdfbase.ttfonts import TTFont

    from resources.fonts import font_path

    font = TTFont(FACE, str(font_path()))
    registerFont(font)
    return font


@lru_cache(maxsize=1)
def known_characters() -> frozenset[int]:
    """The code points the font can draw."""
    return frozenset(face().face.charToGlyph)


@lru_cache(maxsize=1)
def width_of_character() -> Callable[[str], int]:
    """Gives the advance of one character in thousandths of the font's size."""
    widths: dict[int, int] = face().face.charWidths
    return lambda sign: int(widths.get(ord(sign), 1000))


def shown(text: str) -> str:
    """The text with a stand-in for each character the font cannot draw."""
    if text.isascii():
        return text
    known = known_characters()
    return "".join(sign if ord(sign) in known else MISSING for sign in text)
