"""Numbers and times as people read them, made once at the edge from integers."""

from functools import lru_cache
from typing import Final

from shared.core.clock import local_time
from shared.core.decimals import write_scaled
from shared.core.money import Money, format_money
from shared.core.rounding import MICRO, divide_half_away

DEFAULT_ZONE: Final = "Asia/Shanghai"
_MICRO_PLACES: Final = 6
_MINUTE_US: Final = 60_000_000
_NAMED_PLACE_MAX: Final = 8
"""A place with a longer name was named by a program (a founded shop has 13 letters)."""


def money(minor: int, currency: str = "CNY") -> str:
    """``1,234.50``: a minus before negatives, no sign (the currency stands in the header)."""
    return format_money(Money(minor, currency))


def signed_money(minor: int, currency: str = "CNY") -> str:
    """An amount with its sign, for a figure that stands alone: ``￥1,234.50``."""
    return format_money(Money(minor, currency), with_sign=True)


def qty(qty_micro: int) -> str:
    """A quantity in base units, without needless zeros: ``27``, ``2.5``."""
    return write_scaled(qty_micro, _MICRO_PLACES, grouped=True)


def price(unit_price_micro: int) -> str:
    """A unit price, two decimals at least."""
    return write_scaled(unit_price_micro, _MICRO_PLACES, least_places=2, grouped=True)


def percent(ratio_micro: int, *, places: int = 1) -> str:
    """A ratio as a percentage, rounded for looking at: ``45.5%``."""
    tenths = divide_half_away(ratio_micro * 100 * 10**places, MICRO)
    return f"{write_scaled(tenths, places, least_places=places)}%"


def points(change_micro: int) -> str:
    """By how many percent points a share changed: ``+1.8%``, ``-0.3%``, ``0.0%``."""
    text = percent(change_micro)
    return f"+{text}" if change_micro > 0 and text != percent(0) else text


def instant(at_us: int, zone: str = DEFAULT_ZONE) -> str:
    """``2026-11-21 09:41`` on the wall clock there; nothing for 0."""
    return _minute(at_us // _MINUTE_US, zone) if at_us else ""


@lru_cache(maxsize=4096)
def _minute(minute: int, zone: str) -> str:
    # A table asks for the same few thousand minutes again and again while it is scrolled.
    return local_time(minute * _MINUTE_US, zone).strftime("%Y-%m-%d %H:%M")


def short_instant(at_us: int, now_us: int, zone: str = DEFAULT_ZONE) -> str:
    """``09:41`` today, ``11-20 09:41`` this year, the whole date before that."""
    if not at_us:
        return ""
    then, now = local_time(at_us, zone), local_time(now_us, zone)
    if then.date() == now.date():
        return then.strftime("%H:%M")
    return then.strftime("%m-%d %H:%M" if then.year == now.year else "%Y-%m-%d %H:%M")


def short_number(number: str) -> str:
    """A document's number as a list shows it: ``XS-01A-000004`` of ``XS-SSJMEZRMVTPEA-01A-000004``.

    A place people named stays (``XS-SH01-01A-000004``); one a program named says nothing to them.
    """
    series, _, rest = number.partition("-")
    place, _, own = rest.rpartition("-")[0].rpartition("-")
    if len(place) <= _NAMED_PLACE_MAX:
        return number
    return f"{series}-{own}-{number.rpartition('-')[2]}"
