"""What a person keys for a discount, read: 95 is 95折, -5 is five off."""

import re
from typing import Final

from desktop.sales.usecases.basket import Basket, Due, Line, due_of
from desktop.sales.usecases.deal import NO_DEAL, Deal
from desktop.sales.usecases.discounting import OWN_DISCOUNT_MICRO, Discount
from shared.core.errors import RuleViolation
from shared.core.money import (
    apply_ratio,
    minor_digits,
    parse_money,
    parse_ratio_micro,
    parse_unit_price_micro,
)
from shared.core.rounding import MICRO, divide_half_away
from shared.sales.rules import line_minor

_HUNDREDTH: Final = 10_000
_TENTHS: Final = re.compile(r"[1-9]\d?|\d\.\d{1,2}")


def read_typed_discount(text: str, currency: str) -> Discount:
    """``95``, ``9.5``, ``95折`` and ``9.5折`` are 95折, ``8`` is 8折; ``-5``, ``5元`` and ``￥5``
    are five off; empty takes the discount back.

    Raises: RuleViolation DISCOUNT_UNREADABLE.
    """
    clean = text.strip()
    if clean in ("", "0", "100"):
        return Discount()
    try:
        if _TENTHS.fullmatch(tenths := clean.removesuffix("折").rstrip()):
            plain = tenths.replace(".", "")
            return Discount(pay_ratio_micro=int(plain.ljust(6, "0")))
        if clean.endswith(("%", "折")):
            ratio_micro = parse_ratio_micro(clean)
            if ratio_micro > MICRO:
                raise RuleViolation("DISCOUNT_UNREADABLE", text=clean[:20])
            return Discount(pay_ratio_micro=ratio_micro)
        return Discount(minor=abs(parse_money(clean, currency).minor))
    except RuleViolation:
        raise RuleViolation("DISCOUNT_UNREADABLE", text=clean[:20]) from None


def said_price_micro(line: Line, text: str, currency: str) -> int | None:
    """The unit price a typed discount of one line comes to, from its list price; None takes it
    back. As a price that was said, it is what the sale keeps and everybody recomputes (I8).

    Raises: RuleViolation DISCOUNT_UNREADABLE, DISCOUNT_TOO_LARGE.
    """
    read = read_typed_discount(text, currency)
    if not read.minor and read.pay_ratio_micro == MICRO:
        return None
    if not read.minor:
        return apply_ratio(line.list_micro, read.pay_ratio_micro)
    amount = line_minor(line.qty_micro, line.list_micro, currency)
    if read.minor > amount:
        raise RuleViolation("DISCOUNT_TOO_LARGE", most=max(amount, 0))
    size: int = 10 ** (6 - minor_digits(currency))
    return divide_half_away((amount - read.minor) * size * MICRO, line.qty_micro)


def typed_price_micro(line: Line, text: str, currency: str) -> int | None:
    """What is typed as a price of a line, of what it shows (a case's beside ``2 箱``), or ``9折``,
    ``95折``, ``95%`` of the list's; per base unit. None takes it back. Raises: as
    ``said_price_micro``; what prices raise."""
    clean = text.strip()
    if clean.endswith(("折", "%")):
        return said_price_micro(line, clean, currency)
    if not clean:
        return None
    return divide_half_away(parse_unit_price_micro(clean) * MICRO, shown_factor_micro(line))


def shown_factor_micro(line: Line) -> int:
    """How many base units the line's price is shown for: whole cases are shown as cases."""
    return line.factor_micro if line.qty_micro % line.factor_micro == 0 else MICRO


def shown_price_micro(line: Line) -> int:
    """What one of what the line shows costs; of a case to the hundredth, as it was said."""
    factor_micro = shown_factor_micro(line)
    if factor_micro == MICRO:
        return line.pays_micro
    return divide_half_away(line.pays_micro * factor_micro, MICRO * _HUNDREDTH) * _HUNDREDTH


def own_off_minor(due: Due) -> int:
    """What a person takes off; what policies give is nobody's own doing."""
    return due.off_minor - due.promotion_minor


def needs_approval(basket: Basket, currency: str, deal: Deal = NO_DEAL) -> bool:
    """Whether more is taken off than a person may give alone, and than was approved (D09): who
    stood for one cream at half its price did not stand for the twenty scanned after it."""
    due = due_of(basket, currency, deal)
    own = own_off_minor(due)
    if basket.approver_id and own <= basket.approved_minor:
        return False
    return own > apply_ratio(due.list_minor - due.promotion_minor, OWN_DISCOUNT_MICRO)
