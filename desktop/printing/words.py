"""How printed documents are worded: a lookup handed in, and figures written alike everywhere."""

from typing import Protocol

from shared.core.clock import local_time
from shared.core.decimals import write_scaled
from shared.core.money import Money, format_money, format_unit_price
from shared.core.quantity import QUANTITY_PLACES, plain_quantity


class Words(Protocol):
    """Gives the words of a key in the language of the document; `{name}` places are filled."""

    def __call__(self, key: str, **values: object) -> str: ...


def amount(minor: int, currency: str) -> str:
    """An amount without its sign, grouped: `1,234.50`."""
    return format_money(Money(minor, currency))


def signed_amount(minor: int, currency: str) -> str:
    """An amount with its currency's sign: `￥1,234.50`."""
    return format_money(Money(minor, currency), with_sign=True)


def price(unit_price_micro: int) -> str:
    """The price of one unit: `90.55`."""
    return format_unit_price(unit_price_micro)


def quantity(qty_micro: int, unit: str = "") -> str:
    """A quantity with its unit close behind: `3支`; a unit in Latin letters after a blank."""
    number = plain_quantity(qty_micro)
    if not unit:
        return number
    return f"{number} {unit}" if unit.isascii() else number + unit


def grouped_quantity(qty_micro: int) -> str:
    """A quantity that stands alone, grouped as amounts are: `1,234`."""
    return write_scaled(qty_micro, QUANTITY_PLACES, grouped=True)


def moment(at_us: int, zone: str) -> str:
    """A local time as papers carry it: `2026-11-21 14:05:09`; '' for no instant."""
    return f"{local_time(at_us, zone):%Y-%m-%d %H:%M:%S}" if at_us else ""
