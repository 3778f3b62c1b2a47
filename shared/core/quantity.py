"""Quantities as integers at 10⁻⁶ of the base unit, read and written in packs (2箱3支)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from shared.core.decimals import NUMBER, read_scaled, typed, write_scaled
from shared.core.errors import RuleViolation
from shared.core.rounding import MICRO
from shared.core.text import excerpt, normal

QUANTITY_PLACES: Final = 6
QTY_MICRO_MAX: Final = 10**9 * MICRO - 1
"""The largest quantity either way: just under 10⁹ base units."""

_UNIT = r"[^\d\s.,+\-]+"
_PART = re.compile(rf"({NUMBER})\s*({_UNIT})\s*")
_LONGEST = 80


# Built by position too: two fields of different types cannot be confused.
@dataclass(frozen=True, slots=True)
class Pack:
    """A unit a product is counted in, and how many base units it holds, in millionths.

    The base unit itself has the factor 1,000,000. The name holds no digit, blank, sign, comma
    or point, otherwise 2箱3支 could not be read back.

    Raises: RuleViolation UNIT_NAME_BAD, PACK_FACTOR_BAD.
    """

    unit: str
    factor_micro: int

    def __post_init__(self) -> None:
        if re.fullmatch(_UNIT, typed(self.unit)) is None:
            raise RuleViolation("UNIT_NAME_BAD", unit=excerpt(self.unit))
        if not 0 < self.factor_micro <= QTY_MICRO_MAX:
            raise RuleViolation("PACK_FACTOR_BAD", unit=self.unit, factor_micro=self.factor_micro)


def parse_quantity(text: str, packs: Sequence[Pack] = ()) -> int:
    """The quantity a person typed, in millionths of the base unit: `2箱3支`, `27`, `2.5`, `-3`.

    A number alone counts base units; beside a unit, every number needs its own (`2箱3` could
    mean either). A minus in front holds for the whole. Full-width digits are read too.

    Raises: RuleViolation QUANTITY_UNREADABLE, UNKNOWN_UNIT, QUANTITY_TOO_FINE (below 10⁻⁶ of
    the base unit), QUANTITY_TOO_LARGE (10⁹ base units or more).
    """
    clean = typed(text)
    minus, body = (-1, clean[1:].lstrip()) if clean.startswith("-") else (1, clean)
    if re.fullmatch(NUMBER, body):
        return minus * _read_number(body)
    factors = {_unit_key(pack.unit): pack.factor_micro for pack in reversed(packs)}
    counted: dict[str, int] = {}
    for number, unit in _parts(body, text):
        key = _unit_key(unit)
        if key not in factors:
            raise RuleViolation("UNKNOWN_UNIT", unit=excerpt(unit))
        if key in counted:
            raise RuleViolation("QUANTITY_UNREADABLE", text=excerpt(text))
        counted[key] = _in_base_units(_read_number(number), factors[key], text)
    return minus * checked_quantity(sum(counted.values()))


def checked_quantity(qty_micro: int) -> int:
    """The quantity itself, when it stays under 10⁹ base units either way.

    Raises: RuleViolation QUANTITY_TOO_LARGE.
    """
    if abs(qty_micro) > QTY_MICRO_MAX:
        raise RuleViolation("QUANTITY_TOO_LARGE", most=plain_quantity(QTY_MICRO_MAX))
    return qty_micro


def format_quantity(qty_micro: int, packs: Sequence[Pack] = ()) -> str:
    """The quantity as it is spoken, largest packs first and empty ones left out: `2箱3支`.

    What is left below the packs, with its fraction, is told in the base unit. With the base
    unit alone it is `27支`; without a base unit among the packs, the plain number.
    """
    base = next((pack for pack in packs if pack.factor_micro == MICRO), None)
    if base is None:
        return plain_quantity(qty_micro)
    larger = sorted((p for p in packs if p.factor_micro > MICRO), key=lambda p: -p.factor_micro)
    words, rest = "", abs(qty_micro)
    for pack in larger:
        count, rest = divmod(rest, pack.factor_micro)
        words += f"{count}{pack.unit}" if count else ""
    if rest or not words:
        words += plain_quantity(rest) + base.unit
    return "-" + words if qty_micro < 0 else words


def plain_quantity(qty_micro: int) -> str:
    """The number of base units without unit and idle zeros: `27`, `2.5`."""
    return write_scaled(qty_micro, QUANTITY_PLACES)


def _parts(body: str, text: str) -> list[tuple[str, str]]:
    """Number and unit of each part, in the order typed; refuses what is left over."""
    found: list[tuple[str, str]] = []
    at = 0
    while at < len(body) <= _LONGEST and (part := _PART.match(body, at)):
        found.append((part[1], part[2]))
        at = part.end()
    if not found or at < len(body):
        raise RuleViolation("QUANTITY_UNREADABLE", text=excerpt(text))
    return found


def _read_number(number: str) -> int:
    return read_scaled(number, QUANTITY_PLACES, of="QUANTITY", limit=QTY_MICRO_MAX)


def _in_base_units(count_micro: int, factor_micro: int, text: str) -> int:
    qty_micro, lost = divmod(count_micro * factor_micro, MICRO)
    if lost:
        raise RuleViolation("QUANTITY_TOO_FINE", text=excerpt(text), places=QUANTITY_PLACES)
    return qty_micro


def _unit_key(unit: str) -> str:
    return normal(typed(unit)).casefold()
