"""Reading and writing decimal text as integers at a fixed number of places, without floats."""

import re
from typing import Final

from shared.core.errors import RuleViolation
from shared.core.text import excerpt, half_width

# Commas only as thousands: `1,5` is a decimal comma to some people, so nobody may guess it.
NUMBER: Final = r"(?:[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]*)?|[0-9]+(?:\.[0-9]*)?|\.[0-9]+)"
_SIGNED = re.compile(rf"(-?)\s*({NUMBER})")
_LONGEST = 40


def typed(text: str) -> str:
    """What a person typed, half-width, with one kind of minus and without outer blanks."""
    return half_width(text).replace("\u2212", "-").strip()


def read_scaled(text: str, places: int, *, of: str, limit: int) -> int:
    """The integer value × 10^places of a plain decimal text such as `-1,234.50`.

    `of` begins the code of each error. Nothing is rounded: more places than asked is an error
    unless they are zeros.

    Raises: RuleViolation <of>_UNREADABLE, <of>_TOO_FINE, <of>_TOO_LARGE (beyond ±limit).
    """
    found = _SIGNED.fullmatch(text) if len(text) <= _LONGEST else None
    if found is None:
        raise RuleViolation(f"{of}_UNREADABLE", text=excerpt(text))
    whole, _, fraction = found[2].replace(",", "").partition(".")
    fraction = fraction.rstrip("0")
    if len(fraction) > places:
        raise RuleViolation(f"{of}_TOO_FINE", text=excerpt(text), places=places)
    value = int((whole or "0") + fraction.ljust(places, "0"))
    if value > limit:
        raise RuleViolation(f"{of}_TOO_LARGE", text=excerpt(text), most=write_scaled(limit, places))
    return -value if found[1] else value


def write_scaled(value: int, places: int, *, least_places: int = 0, grouped: bool = False) -> str:
    """The decimal text of value ÷ 10^places; zeros at the end go, down to `least_places`."""
    sign = "-" if value < 0 else ""
    whole, rest = divmod(abs(value), 10**places)
    fraction = str(rest).rjust(places, "0") if places else ""
    kept = fraction.rstrip("0").ljust(min(least_places, places), "0")
    left = f"{whole:,}" if grouped else str(whole)
    return f"{sign}{left}.{kept}" if kept else f"{sign}{left}"
