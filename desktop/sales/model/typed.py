"""What is typed at the till, told apart: quantities, codes, texts; and what the till says."""

import re
from dataclasses import dataclass
from typing import Final

from shared.core.text import half_width

_COUNTED: Final = re.compile(r"\s*(?P<qty>[^*×]+?)\s*[*×]\s*(?P<code>.*)")
_CODE: Final = re.compile(r"[0-9A-Za-z./+_-]{4,}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What the till says under the lines: the key of the sentence, and how it is meant."""

    key: str
    tone: str
    """``plain good waiting bad``."""
    values: dict[str, str | int]


def counted(text: str) -> tuple[str, str]:
    """Quantity and code of what stands in the entry: ``3*690…`` → (3, 690…), ``690…`` → (1, …)."""
    found = _COUNTED.fullmatch(half_width(text))
    if found is None:
        return "1", text.strip()
    return found["qty"], found["code"].strip()


def looks_like_code(text: str) -> bool:
    """Whether Enter should take a typed text as a code and not search for it."""
    clean = text.strip()
    return _CODE.fullmatch(clean) is not None and any(sign.isdigit() for sign in clean)


def stepped(text: str, by: int) -> str:
    """A typed quantity with so many more pieces, one at least; what is no whole number stays."""
    clean = half_width(text).replace(",", "").strip()
    if not clean.isdecimal():
        return text
    return str(max(int(clean) + by, 1))
