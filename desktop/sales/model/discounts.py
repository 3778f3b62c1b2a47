"""What a person keys for a discount, read: 95 is 95折, -5 is five off."""

import re
from typing import Final

from desktop.sales.usecases.basket import Basket, due_of
from desktop.sales.usecases.deal import NO_DEAL, Deal
from desktop.sales.usecases.discounting import OWN_DISCOUNT_MICRO, Discount
from shared.core.errors import RuleViolation
from shared.core.money import apply_ratio, parse_money, parse_ratio_micro

_TENTHS: Final = re.compile(r"[1-9]\d?|\d\.\d{1,2}")


def read_typed_discount(text: str, currency: str) -> Discount:
    """``95`` and ``9.5`` are 95折, ``8`` is 8折; ``-5``, ``5元`` and ``￥5`` are five off; empty
    takes the discount back.

    Raises: RuleViolation DISCOUNT_UNREADABLE.
    """
    clean = text.strip()
    if clean in ("", "0", "100"):
        return Discount()
    try:
        if _TENTHS.fullmatch(clean):
            plain = clean.replace(".", "")
            return Discount(pay_ratio_micro=int(plain.ljust(6, "0")))
        if clean.endswith(("%", "折")):
            return Discount(pay_ratio_micro=parse_ratio_micro(clean))
        return Discount(minor=abs(parse_money(clean, currency).minor))
    except RuleViolation:
        raise RuleViolation("DISCOUNT_UNREADABLE", text=clean[:20]) from None


def needs_approval(basket: Basket, currency: str, deal: Deal = NO_DEAL) -> bool:
    """Whether more is taken off than a person may give alone (D09); what policies give is
    nobody's own doing."""
    due = due_of(basket, currency, deal)
    own = due.off_minor - due.promotion_minor
    return own > apply_ratio(due.list_minor - due.promotion_minor, OWN_DISCOUNT_MICRO)
