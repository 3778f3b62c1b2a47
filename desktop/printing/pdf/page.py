"""Sheets of paper, and a pen that writes on them from the top left corner, in points."""

from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from typing import Final, Literal

from desktop.printing.columns import clean, unbroken
from desktop.printing.face import FACE, face, shown, width_of_character

POINTS_PER_MM: Final = 72 / 25.4
Align = Literal["left", "right", "centre"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """A sheet with its free edges, in millimetres, and the size of its plain text in points."""

    width_mm: float
    height_mm: float
    side_mm: float
    top_mm: float
    bottom_mm: float
    text_pt: float
    has_grey: bool
    """False for needles: no grey areas, thicker lines."""


A4: Final = Paper(
    width_mm=210, height_mm=297, side_mm=13, top_mm=12, bottom_mm=12, text_pt=9, has_grey=True
)
A4_LANDSCAPE: Final = Paper(
    width_mm=297, height_mm=210, side_mm=12, top_mm=11, bottom_mm=10, text_pt=9, has_grey=True
)
THREE_PART: Final = Paper(
    width_mm=241, height_mm=140, side_mm=15, top_mm=7, bottom_mm=6, text_pt=10, has_grey=False
)
"""三联 continuous paper; its perforated edges take 12.7 mm on each side."""


class Pen:
    """Writes texts, lines and areas; y grows downward. Every text is cleaned and embedded."""

    def __init__(self, width_mm: float, height_mm: float, title: str) -> None:
        from reportlab.pdfgen.canvas import Canvas

        self._font = face()
        self.width = width_mm * POINTS_PER_MM
        self.height = height_mm * POINTS_PER_MM
        self._file = BytesIO()
        # Invariant: the same document is the same bytes, without the machine's clock.
        self.canvas = Canvas(
            self._file, pagesize=(self.width, self.height), invariant=1, initialFontName=FACE
        )
        self.canvas.setTitle(shown(clean(title)))
        self.canvas.setCreator("Qutong")
        self._shown: dict[tuple[str, float], str] = {}

    def next_page(self) -> None:
        """Ends this page and begins the next."""
        self.canvas.showPage()

    def done(self) -> bytes:
        """The whole file."""
        self.canvas.showPage()
        self.canvas.save()
        return self._file.getvalue()

    def text(
        self,
        x: float,
        y: float,
        text: str,
        size: float,
        *,
        align: Align = "left",
        is_bold: bool = False,
    ) -> None:
        """Writes one line whose baseline is y; right-aligned texts end at x."""
        if not text:
            return
        if align != "left":
            width = text_width(text, size)
            x -= width if align == "right" else width / 2
        # The font has one weight: its outline drawn along makes the other.
        weight = f"2 Tr {size / 36:.2f} w " if is_bold else "0 Tr "
        place = f"1 0 0 1 {x:.2f} {self.height - y:.2f} Tm "
        self.canvas._code.append(f"BT {weight}{place}{self._operators(text, size)}ET")

    def _operators(self, text: str, size: float) -> str:
        """The operators that show a text, made once for the same text: columns repeat theirs.

        reportlab's own drawString builds an object for each text and measures it again, which
        makes a document of a thousand rows take twice as long.
        """
        known = self._shown.get((text, size))
        if known is None:
            document = self.canvas._doc
            known = "".join(
                f"{self._font.getSubsetInternalName(subset, document)} {size:.2f} Tf"
                f" ({self.canvas._escape(letters)}) Tj "
                for subset, letters in self._font.splitString(text, document)
            )
            self._shown[text, size] = known
        return known

    def line(self, x1: float, y1: float, x2: float, y2: float, width: float = 0.5) -> None:
        """A straight line."""
        self.canvas.setLineWidth(width)
        self.canvas.line(x1, self.height - y1, x2, self.height - y2)

    def grey_area(self, x: float, y: float, width: float, height: float) -> None:
        """A light area behind a heading."""
        self.canvas.setFillGray(0.92)
        self.canvas.rect(x, self.height - y - height, width, height, stroke=0, fill=1)
        self.canvas.setFillGray(0)

    def black_area(self, x: float, y: float, width: float, height: float) -> None:
        """A bar."""
        self.canvas.rect(x, self.height - y - height, width, height, stroke=0, fill=1)


def printable(text: str) -> str:
    """The text as it goes on paper: cleaned, with a stand-in for what the font lacks."""
    if text.isascii() and text.isprintable():
        return text
    return shown(clean(text))


def text_width(text: str, size: float) -> float:
    """How wide a printable text is, in points."""
    return _units(text) * size / 1000


@lru_cache(maxsize=8192)
def _units(text: str) -> int:
    return sum(map(width_of_character(), text))


def fitted(text: str, size: float, width: float) -> str:
    """The beginning of a text that fits a width; a text cut short ends with `…`."""
    if text_width(text, size) <= width:
        return text
    return f"{_head(text, size, width - size)}…"


def wrapped(text: str, size: float, width: float, most: int) -> list[str]:
    """The text over at most so many lines; what does not fit the last is cut with `…`."""
    lines: list[str] = []
    rest = text
    while text_width(rest, size) > width and len(lines) < most - 1:
        head = unbroken(_head(rest, size, width) or rest[:1], rest)
        lines.append(head.rstrip())
        rest = rest[len(head) :].lstrip()
    return [*lines, fitted(rest, size, width)]


def _head(text: str, size: float, width: float) -> str:
    used, most, advance = 0, width * 1000 / size, width_of_character()
    for at, sign in enumerate(text):
        used += advance(sign)
        if used > most:
            return text[:at]
    return text
