"""Customer displays: the eight digits of price displays, and text displays of two lines."""

from enum import StrEnum
from typing import Final

from desktop.printing.columns import clean, cut, pad
from shared.core.money import Money, format_money

_ESC: Final = b"\x1b"
COLUMNS: Final = 20


class Lamp(StrEnum):
    """The lamp beside the digits, as price displays call them."""

    NONE = "0"
    PRICE = "1"
    TOTAL = "2"
    PAID = "3"
    CHANGE = "4"


def digits_display(minor: int, currency: str, lamp: Lamp) -> bytes:
    """An amount on a display of eight digits, with its lamp lit."""
    digits = format_money(Money(minor, currency), grouped=False).encode("ascii")
    return _ESC + b"s" + lamp.value.encode("ascii") + _ESC + b"QA" + digits + b"\r"


def text_display(top: str, bottom: str) -> bytes:
    """Two lines of 20 columns: a name above, an amount at the right below."""
    upper = pad(clean(top), COLUMNS)
    lower = pad(cut(clean(bottom), COLUMNS), COLUMNS, to_right=True)
    return b"\x0c" + (upper + lower).encode("gbk", "replace")


ADDRESS, KIND = "display.address", "display.kind"
"""Settings: where the display hangs (as printers are named), and ``digits`` or ``text``."""
DIGITS, TEXT = "digits", "text"


def shown(kind: str, name: str, minor: int, currency: str, lamp: Lamp) -> bytes:
    """An amount as this kind of display takes it; a name only where there is room for one."""
    if kind == TEXT:
        return text_display(name, format_money(Money(minor, currency), grouped=False))
    return digits_display(minor, currency, lamp)


def trial(kind: str, name: str, currency: str) -> bytes:
    """A line that shows every digit, to see that a display works."""
    return shown(kind, name, 12_345_678, currency, Lamp.TOTAL)
