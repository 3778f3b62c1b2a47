"""Why a price is what it is: stored beside the line, and read aloud to a person."""

import json
from collections.abc import Mapping
from typing import Final

from shared.core.errors import RuleViolation
from shared.core.money import format_ratio, format_unit_price
from shared.pricing.rules.resolving import Price, Trail


def trail_text(price: Price) -> str:
    """The why of a price as one text, for the line that stores it."""
    return json.dumps(
        [price.unit_price_micro, price.version, price.step, price.decimals, price.trail],
        ensure_ascii=False,
        separators=(",", ":"),
    )


def price_of_trail(text: str) -> Price:
    """The price a stored text tells of. Raises: RuleViolation TRAIL_UNREADABLE."""
    try:
        unit_price_micro, version, step, decimals, trail = json.loads(text)
        return Price(
            unit_price_micro=unit_price_micro,
            version=version,
            step=step,
            decimals=decimals,
            trail=tuple(Trail(*one) for one in trail),
        )
    except (ValueError, TypeError) as error:
        raise RuleViolation("TRAIL_UNREADABLE") from error


_ZH: Final = {
    "price": "价",
    "retail": "零售",
    "list:member": "会员",
    "version": "第{}版",
    "place": "第{}/{}顺位",
}


_EN: Final = {
    "price": "",
    "retail": "retail",
    "list:member": "member",
    "version": "version {}",
    "place": "fallback {} of {}",
}


_WORDS_OF: Final = {"zh": _ZH, "en": _EN}


def read_aloud(
    price: Price, names: Mapping[str, str] | None = None, *, language: str = "zh"
) -> str:
    """The price as a person says it: 零售 199.00 × 0.455（一级，第27版）→ 90.55 (domain rule 3).

    ``names`` are the spoken names of dimensions (``level:L1`` → 一级); without one the id is said.
    """
    words, said = _WORDS_OF[language], names or {}
    base = price.trail[0]
    text = f"{_said(base.dimension, said, words)} {format_unit_price(base.value_micro)}"
    remarks = []
    for one in price.trail[1:]:
        text += f" × {format_ratio(one.value_micro)}"
        remarks.append(_said(one.dimension, said, words))
    if base.position > 1:
        remarks.append(words["place"].format(base.position, base.positions))
    remarks.append(words["version"].format(price.version))
    result = format_unit_price(price.unit_price_micro)
    if language == "zh":
        return f"{text}（{'，'.join(remarks)}）→ {result}"
    return f"{text} ({', '.join(remarks)}) → {result}"


def _said(dimension: str, names: Mapping[str, str], words: Mapping[str, str]) -> str:
    if dimension in names:
        return names[dimension]
    return words.get(dimension) or dimension.partition(":")[2] or dimension
