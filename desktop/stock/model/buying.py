"""What is typed of goods that were bought: ``code quantity cost expiry`` in one line, costs by
piece or by pack, and the amount of a line."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from shared.core.errors import QutongError, RuleViolation
from shared.core.money import (
    UNIT_PRICE_MICRO_MAX,
    minor_digits,
    parse_money,
    parse_unit_price_micro,
)
from shared.core.quantity import Pack
from shared.core.rounding import MICRO, divide_half_away
from shared.core.text import excerpt, half_width, normal

_EXPIRY: Final = re.compile(r"20[0-9]{2}[-./][0-9]{1,2}([-./][0-9]{1,2})?")
"""A last word that can be no quantity."""
_COST: Final = re.compile(r"[@¥￥]?[0-9]+([.][0-9]+)?(/[^\d\s]+)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class TypedLine:
    """Goods as somebody typed them; what was not said is ''."""

    code: str
    quantity: str
    cost: str = ""
    expiry: str = ""


def typed_line(text: str, *, with_expiry: bool, with_cost: bool) -> TypedLine:
    """``010101 2箱3支 36.50 2027-05``: each but the code may be left out, from behind.

    A quantity may be of several words (``2 box 3 pc``); a cost is a number of its own behind it,
    ``@36.50`` even where no quantity stands, and ``96/箱`` says it of a pack.
    """
    words = text.split()
    code, rest = (words[0], words[1:]) if words else ("", [])
    expiry = cost = ""
    if with_expiry and rest and _EXPIRY.fullmatch(half_width(rest[-1])):
        expiry = rest.pop()
    if with_cost and rest and _is_cost(half_width(rest[-1]), len(rest)):
        cost = rest.pop().lstrip("@")
    return TypedLine(code=code, quantity=" ".join(rest) or "1", cost=cost, expiry=expiry)


def _is_cost(word: str, words: int) -> bool:
    return _COST.fullmatch(word) is not None and (words > 1 or word[0] in "@¥￥" or "/" in word)


def cost_typed(text: str, packs: Sequence[Pack]) -> int | None:
    """What a base unit cost, at 10⁻⁶: ``3.5``, or ``42/箱`` of a pack; None for nothing.

    Raises: RuleViolation UNIT_PRICE_UNREADABLE, PRICE_NEGATIVE, UNKNOWN_UNIT.
    """
    clean = normal(half_width(text)).lstrip("@")
    if not clean:
        return None
    price, slash, unit = clean.partition("/")
    price_micro = parse_unit_price_micro(price)
    if price_micro < 0:
        raise RuleViolation("PRICE_NEGATIVE")
    if slash:
        factors = {one.unit.casefold(): one.factor_micro for one in packs}
        factor_micro = factors.get(unit.strip().casefold())
        if factor_micro is None:
            raise RuleViolation("UNKNOWN_UNIT", unit=excerpt(unit))
        price_micro = divide_half_away(price_micro * MICRO, factor_micro)
    return price_micro or None


def cost_of_amount(text: str, qty_micro: int, currency: str) -> int | None:
    """What a base unit cost where the whole line cost this much, at 10⁻⁶; None for nothing.

    Raises: RuleViolation MONEY_UNREADABLE, PRICE_NEGATIVE, PRICE_TOO_LARGE.
    """
    if not text.strip():
        return None
    minor = parse_money(text, currency).minor
    if minor < 0:
        raise RuleViolation("PRICE_NEGATIVE")
    scale: int = 10 ** minor_digits(currency)
    cost_micro = divide_half_away(minor * MICRO * MICRO, qty_micro * scale)
    if cost_micro > UNIT_PRICE_MICRO_MAX:
        raise RuleViolation("PRICE_TOO_LARGE")
    return cost_micro or None


def pasted_line(cells: Sequence[str], *, with_cost: bool) -> TypedLine | None:
    """A row of cells from elsewhere: code, quantity, then cost and expiry; None for no cells."""
    filled = [cell.strip() for cell in cells if cell.strip()]
    if not filled:
        return None
    code, quantity, rest = filled[0], (filled[1:2] or ["1"])[0], filled[2:]
    expiry = next((one for one in rest if _EXPIRY.fullmatch(half_width(one))), "")
    cost = next((one for one in rest if one != expiry), "") if with_cost else ""
    return TypedLine(code=code, quantity=quantity, cost=cost, expiry=expiry)


def is_heading(cells: Sequence[str]) -> bool:
    """Whether a row of cells says what the columns are."""
    return not any(letter.isdigit() for cell in cells for letter in cell)


def paste_rows(
    rows: Sequence[Sequence[str]],
    add: Callable[[str, str, str, str], object],
    *,
    with_cost: bool,
) -> list[tuple[int, QutongError]]:
    """Take rows of cells by ``add`` (code, quantity, expiry, cost). What cannot be read is told by
    its row, counted from 1; a heading is none."""
    problems: list[tuple[int, QutongError]] = []
    for number, cells in enumerate(rows, start=1):
        read = pasted_line(cells, with_cost=with_cost)
        if read is None or (number == 1 and is_heading(cells)):
            continue
        try:
            add(read.code, read.quantity, read.expiry, read.cost)
        except QutongError as error:
            problems.append((number, error))
    return problems
