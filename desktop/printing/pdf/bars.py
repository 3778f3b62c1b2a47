"""Barcodes as bars: EAN-13 and EAN-8 where the check digit agrees, Code 128 for all other codes."""

from dataclasses import dataclass
from typing import Final

from desktop.printing.pdf.page import Pen
from shared.core.errors import RuleViolation
from shared.core.text import BarcodeKind, barcode_kind, excerpt

_LEFT_ODD: Final = (
    "0001101", "0011001", "0010011", "0111101", "0100011",
    "0110001", "0101111", "0111011", "0110111", "0001011",
)  # fmt: skip
_PARITY: Final = (
    "OOOOOO", "OOEOEE", "OOEEOE", "OOEEEO", "OEOOEE",
    "OEEOOE", "OEEEOO", "OEOEOE", "OEOEEO", "OEEOEO",
)  # fmt: skip
_GUARD, _CENTRE = "101", "01010"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bars:
    """Modules from left to right, `1` = bar, without the quiet zones that stand beside them."""

    modules: str
    quiet_left: int
    quiet_right: int

    @property
    def width(self) -> int:
        """In modules, quiet zones included."""
        return self.quiet_left + len(self.modules) + self.quiet_right


def bars_of(code: str) -> Bars:
    """The bars of a code, in the symbology a scanner at the till expects for it.

    Raises: RuleViolation BARCODE_UNPRINTABLE for a code with other than ASCII characters.
    """
    kind = barcode_kind(code)
    if kind is BarcodeKind.EAN_13:
        return Bars(modules=_ean13(code), quiet_left=11, quiet_right=7)
    if kind is BarcodeKind.UPC_A:
        # A UPC-A is the EAN-13 with a leading zero, bar for bar.
        return Bars(modules=_ean13("0" + code), quiet_left=9, quiet_right=9)
    if kind is BarcodeKind.EAN_8:
        return Bars(modules=_ean8(code), quiet_left=7, quiet_right=7)
    if not code or not code.isascii() or not code.isprintable():
        raise RuleViolation("BARCODE_UNPRINTABLE", text=excerpt(code))
    return Bars(modules=code128(code), quiet_left=10, quiet_right=10)


def draw_bars(pen: Pen, bars: Bars, x: float, y: float, width: float, height: float) -> None:
    """Draws the bars with their quiet zones into a box whose upper left corner is (x, y)."""
    module = width / bars.width
    at = x + bars.quiet_left * module
    for run in _runs(bars.modules):
        if run[0] == "1":
            pen.black_area(at, y, len(run) * module, height)
        at += len(run) * module


def _runs(modules: str) -> list[str]:
    runs: list[str] = []
    for module in modules:
        if runs and runs[-1][0] == module:
            runs[-1] += module
        else:
            runs.append(module)
    return runs


def _right(digit: str) -> str:
    return _LEFT_ODD[int(digit)].translate(str.maketrans("01", "10"))


def _even(digit: str) -> str:
    return _right(digit)[::-1]


def _ean13(code: str) -> str:
    left = "".join(
        _LEFT_ODD[int(digit)] if parity == "O" else _even(digit)
        for digit, parity in zip(code[1:7], _PARITY[int(code[0])], strict=True)
    )
    return _GUARD + left + _CENTRE + "".join(map(_right, code[7:])) + _GUARD


def _ean8(code: str) -> str:
    left = "".join(_LEFT_ODD[int(digit)] for digit in code[:4])
    return _GUARD + left + _CENTRE + "".join(map(_right, code[4:])) + _GUARD


def code128(text: str) -> str:
    """The modules of printable ASCII text, with the code sets that make it shortest."""
    from reportlab.graphics.barcode.code128 import Code128Auto

    symbol = Code128Auto(text)
    symbol.validate()
    symbol.encode()
    # A letter for each run: upper case a bar, lower case a space, `a` one module wide.
    return "".join(
        ("1" if run.isupper() else "0") * (ord(run.lower()) - ord("a") + 1)
        for run in symbol.decompose()
    )
