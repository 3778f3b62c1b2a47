"""Labels for shelves and goods: name, ERP code, price with its version, barcode (B07)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from desktop.printing.pdf.bars import bars_of, draw_bars
from desktop.printing.pdf.page import POINTS_PER_MM, Pen, fitted, printable, text_width, wrapped
from desktop.printing.words import Words, signed_amount


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelSheet:
    """How labels stand on a sheet or a roll, in millimetres."""

    page_width_mm: float
    page_height_mm: float
    across: int
    down: int
    label_width_mm: float
    label_height_mm: float
    left_mm: float = 0
    top_mm: float = 0
    gap_x_mm: float = 0
    gap_y_mm: float = 0


def roll_of(width_mm: float, height_mm: float) -> LabelSheet:
    """Single labels on a roll: each is a page of its own."""
    return LabelSheet(
        page_width_mm=width_mm,
        page_height_mm=height_mm,
        across=1,
        down=1,
        label_width_mm=width_mm,
        label_height_mm=height_mm,
    )


_DOT: Final = POINTS_PER_MM * 25.4 / 203
"""One dot of the usual label printer."""

ROLL_40_30: Final = roll_of(40, 30)
ROLL_50_30: Final = roll_of(50, 30)
ROLL_60_40: Final = roll_of(60, 40)
ROLL_70_38: Final = roll_of(70, 38)
A4_3_BY_8: Final = LabelSheet(
    page_width_mm=210, page_height_mm=297, across=3, down=8, label_width_mm=70, label_height_mm=37,
    top_mm=0.5,
)  # fmt: skip
A4_4_BY_10: Final = LabelSheet(
    page_width_mm=210, page_height_mm=297, across=4, down=10, label_width_mm=48.5,
    label_height_mm=25.4, left_mm=8, top_mm=21.5,
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """What stands on one label; without a barcode the ERP code is printed as bars."""

    code: str
    name: str
    price_minor: int
    currency: str
    unit: str = ""
    barcode: str = ""
    price_version: int = 0
    copies: int = 1


def labels_pdf(
    labels: Sequence[Label], words: Words, sheet: LabelSheet, *, skip: int = 0, title: str = ""
) -> bytes:
    """The labels in order; `skip` leaves so many places of the first sheet free (used before)."""
    pen = Pen(sheet.page_width_mm, sheet.page_height_mm, title)
    per_page = sheet.across * sheet.down
    place = skip % per_page
    for label in labels:
        for _ in range(label.copies):
            if place == per_page:
                pen.next_page()
                place = 0
            row, column = divmod(place, sheet.across)
            x = sheet.left_mm + column * (sheet.label_width_mm + sheet.gap_x_mm)
            y = sheet.top_mm + row * (sheet.label_height_mm + sheet.gap_y_mm)
            _draw(pen, label, words, sheet, x * POINTS_PER_MM, y * POINTS_PER_MM)
            place += 1
    return pen.done()


def _draw(pen: Pen, label: Label, words: Words, sheet: LabelSheet, left: float, top: float) -> None:
    """One label from top to bottom: name, code and version, price, bars with their digits."""
    pad = 1.6 * POINTS_PER_MM
    width = sheet.label_width_mm * POINTS_PER_MM - 2 * pad
    height = sheet.label_height_mm * POINTS_PER_MM - 2 * pad
    x, y, small = left + pad, top + pad, max(height / 12, 5.5)
    name_pt = small * 1.25
    for line in wrapped(printable(label.name), name_pt, width, 2):
        y += name_pt
        pen.text(x, y, line, name_pt)
        y += name_pt * 0.2
    bars_height = height * 0.26
    bars_top = top + pad + height - bars_height - small * 1.25
    _draw_price(pen, label, words, (x, x + width), (y, bars_top), small)
    _draw_code(pen, label, x, bars_top, width, bars_height, small)


def _draw_price(
    pen: Pen,
    label: Label,
    words: Words,
    across: tuple[float, float],
    between: tuple[float, float],
    small: float,
) -> None:
    left, right = across
    price = signed_amount(label.price_minor, label.currency)
    unit = printable(words("print.label.per", unit=label.unit)) if label.unit else ""
    version = (
        words("print.label.price_version", version=label.price_version)
        if label.price_version
        else ""
    )
    # The code takes at most two fifths, the price all that is left, as large as it goes.
    # Without a barcode the code stands under its bars already.
    code = printable(label.code) if label.barcode else ""
    needed = max(text_width(code, small), text_width(version, small), 0.01)
    side_pt = small * min(1.0, (right - left) * 0.4 / needed)
    room = right - left - needed * side_pt / small - small
    size = min((between[1] - between[0]) * 0.82, small * 3.2)
    wanted = text_width(price, size) + text_width(unit, small)
    size *= min(1.0, room / wanted)
    baseline = (between[0] + between[1]) / 2 + size * 0.36
    pen.text(left, baseline, price, size, is_bold=True)
    pen.text(left + text_width(price, size) + 1, baseline, unit, small)
    pen.text(right, baseline - side_pt * 1.15, version, side_pt, align="right")
    pen.text(right, baseline, code, side_pt, align="right")


def _draw_code(
    pen: Pen, label: Label, x: float, y: float, width: float, height: float, small: float
) -> None:
    code = label.barcode or label.code
    bars = bars_of(code)
    used = bars.width * _module(width / bars.width)
    begin = x + (width - used) / 2
    draw_bars(pen, bars, begin, y, used, height)
    text = fitted(code, small, width)
    pen.text(x + width / 2, y + height + small, text, small, align="centre")


def _module(most: float) -> float:
    """The width of the thinnest bar: whole dots of a label printer, at most 150 % of nominal."""
    dots = int(min(most, 0.495 * POINTS_PER_MM) / _DOT)
    # Below two dots every fraction is needed; a laser printer still draws it.
    return dots * _DOT if dots >= 2 else most
