"""How price rows are said: dimensions in words, prices and ratios as people write them."""

from collections.abc import Mapping

from desktop.words import formats
from desktop.words.texts import Words
from shared.pricing.rules import CEILING, FLOOR, RETAIL, PriceRow


def is_ratio(row: PriceRow) -> bool:
    """Whether a row states a ratio of the retail price."""
    return row.ratio_micro > 0


def dimension_text(words: Words, names: Mapping[str, str], dimension: str) -> str:
    """``level:L1`` → 一级经销商; retail and everybody by their words."""
    if dimension == RETAIL:
        return words("price.retail")
    if dimension in (FLOOR, CEILING):
        return words("price.floor" if dimension == FLOOR else "price.ceiling")
    if dimension == "*":
        return words("price.everybody")
    parts = [names.get(part, part.partition(":")[2]) for part in dimension.split("+")]
    return " · ".join(parts)


def value_text(is_of_ratio: bool, value_micro: int | None) -> str:
    """``59.00`` or ``45.5%``; nothing where there is none."""
    if value_micro is None:
        return ""
    return formats.percent(value_micro) if is_of_ratio else formats.price(value_micro)
