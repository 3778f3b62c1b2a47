"""Reading the cells of one row: codes, names and figures, with every doubt noted beside it."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from shared.core.decimals import typed
from shared.core.errors import RuleViolation
from shared.core.importing import Line, Problem
from shared.core.money import parse_money, parse_ratio_micro, parse_unit_price_micro
from shared.core.quantity import Pack, parse_quantity
from shared.core.text import code_text, excerpt, fold

CODE_LENGTH_MAX: Final = 64
TEXT_LENGTH_MAX: Final = 500

_LONG_FRACTION = re.compile(r"([0-9]*)\.([0-9]{6})([0-9]+)")
_NEGATIVE = re.compile(r"-[0-9.]+")
_NOTHING: Final = frozenset({"0", "无", "暂无", "没有"})


# Gathers while a row is read, so it changes; it never leaves the import that made it.
@dataclass(slots=True)
class RowReader:
    """Reads one row field by field; what cannot be read becomes a problem, not an exception."""

    line: Line
    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)

    def doubt(self, field: str, code: str, text: str = "", *, is_warning: bool = False) -> None:
        """Note a problem (the row is not taken) or a warning (it is) about a field's cell."""
        noted = Problem(
            row_number=self.line.number,
            column=self.line.mapping.header(field),
            code=code,
            text=excerpt(text or self.line.text(field)),
        )
        (self.warnings if is_warning else self.problems).append(noted)

    def text(self, field: str, *, is_required: bool = False, most: int = TEXT_LENGTH_MAX) -> str:
        """The cleaned text of a cell; CELL_EMPTY when it is required and blank."""
        text = self.line.text(field)
        if is_required and not text:
            self.doubt(field, "CELL_EMPTY")
        if len(text) > most:
            self.doubt(field, "TEXT_TOO_LONG", text)
        return text

    def word(self, field: str) -> str:
        """A name from a short list (unit, brand, category), where shops write 0 or 无 for none."""
        text = self.text(field)
        return "" if text in _NOTHING else text

    def code(self, field: str) -> str:
        """The code in a cell, '' when blank; problems as `text.code_text`, and CODE_HAS_BLANKS."""
        text = self.line.text(field)
        if not text:
            return ""
        try:
            code = code_text(text)
        except RuleViolation as error:
            self.doubt(field, error.code)
            return ""
        if _NEGATIVE.fullmatch(code):
            self.doubt(field, "CODE_UNREADABLE")
        elif " " in code:
            self.doubt(field, "CODE_HAS_BLANKS")
        elif len(code) > CODE_LENGTH_MAX:
            self.doubt(field, "CODE_TOO_LONG")
        return code

    def price_micro(self, field: str) -> int | None:
        """A unit price in millionths, None when blank; never below zero."""
        price = self._number(field, self.line.text(field), parse_unit_price_micro)
        if price is not None and price < 0:
            self.doubt(field, "PRICE_NEGATIVE")
        return price

    def price_at(self, index: int, header: str) -> int | None:
        """As `price_micro`, for a column that the header alone names (one column per level)."""
        text = self.line.at(index)
        try:
            price = parse_unit_price_micro(six_places(text)) if text else None
            code = "PRICE_NEGATIVE" if price is not None and price < 0 else ""
        except RuleViolation as error:
            price, code = None, error.code
        if code:
            number = self.line.number
            self.problems.append(
                Problem(row_number=number, column=header, code=code, text=excerpt(text))
            )
        return price

    def quantity_micro(self, field: str, packs: Sequence[Pack] = ()) -> int | None:
        """A quantity in millionths of the base unit, None when blank; `2箱3支` with packs."""
        return self._number(field, self.line.text(field), lambda text: parse_quantity(text, packs))

    def ratio_micro(self, field: str) -> int | None:
        """A ratio in millionths, None when blank: `0.455`, `45.5%`, `4.55折`."""
        return self._number(field, self.line.text(field), parse_ratio_micro)

    def money_minor(self, field: str, currency: str) -> int | None:
        """An amount in minor units of the currency, None when blank."""
        return self._number(
            field, self.line.text(field), lambda text: parse_money(text, currency).minor
        )

    def choice(self, field: str, values: Mapping[str, str], unknown: str) -> str:
        """The value a wording stands for; '' when blank; the code `unknown` when nothing fits."""
        text = self.line.text(field)
        if text and fold(text) not in values:
            self.doubt(field, unknown)
        return values.get(fold(text), "")

    def _number(self, field: str, text: str, parse: Callable[[str], int]) -> int | None:
        if not text:
            return None
        try:
            return parse(six_places(text))
        except RuleViolation as error:
            self.doubt(field, error.code, text)
            return None


def six_places(text: str) -> str:
    """The text with a longer fraction rounded to six places, half away from zero.

    A formula's or a division's result stands in files with 15 and more digits
    (0.30000000000000004); rounding works on the digits as they are written.
    """
    found = _LONG_FRACTION.search(typed(text))
    if found is None:
        return text
    whole, kept, rest = found.groups()
    scaled = int(whole + kept) + (1 if rest[0] >= "5" else 0)
    digits = str(scaled).rjust(7, "0")
    clean = typed(text)
    return clean[: found.start()] + digits[:-6] + "." + digits[-6:] + clean[found.end() :]
