"""Multiplying prices: the factor as people write it, and the kinds of rows it is for."""

from enum import StrEnum

from desktop.pricing.model.words import is_ratio
from shared.core.errors import RuleViolation
from shared.core.money import parse_ratio_micro
from shared.core.rounding import MICRO
from shared.core.text import half_width
from shared.pricing.rules import CEILING, FLOOR, RETAIL, PriceRow


class ScaledKind(StrEnum):
    """What multiplying prices tells apart."""

    RETAIL = "retail"
    AGREED = "agreed"
    """Prices of levels, regions, categories, accounts and lists."""
    GUIDE = "guide"
    """Floors and ceilings: moved along, they would guard nothing."""
    RATIO = "ratio"
    """Shares of the retail price: they follow it by themselves."""


def kind_of(row: PriceRow) -> ScaledKind:
    """Which kind a row is."""
    if is_ratio(row):
        return ScaledKind.RATIO
    if row.dimension in (FLOOR, CEILING):
        return ScaledKind.GUIDE
    return ScaledKind.RETAIL if row.dimension == RETAIL else ScaledKind.AGREED


def factor_of(text: str) -> int:
    """The factor at 10⁻⁶ somebody means: ``0.95``, ``105%``, ``9.5折``; ``+3%`` and ``-5%`` are
    what is put on top or taken off. Raises: RuleViolation RATIO_UNREADABLE…"""
    clean = half_width(text.strip())
    if clean[:1] in ("+", "-") and clean.endswith("%"):
        change = parse_ratio_micro(clean[1:])
        factor = MICRO + change if clean[0] == "+" else MICRO - change
        if factor <= 0:
            raise RuleViolation("RATIO_UNREADABLE", text=text.strip()[:20])
        return factor
    return parse_ratio_micro(text)
