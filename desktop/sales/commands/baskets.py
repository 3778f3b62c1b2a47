"""What people say at a till, read: baskets, discounts, tenders."""

import re
from collections.abc import Sequence

from sqlalchemy import Connection

from desktop.catalog.usecases import scanned
from desktop.sales.usecases.discounting import NO_DISCOUNT, Discount
from desktop.sales.usecases.paying import Given
from desktop.sales.usecases.selling import BasketLine
from desktop.store.asking import Params
from shared.accounts.rules import Tender, tender_named
from shared.channel.queries import currency_of
from shared.core.errors import RuleViolation
from shared.core.money import parse_money, parse_ratio_micro, parse_unit_price_micro
from shared.core.rounding import MICRO
from shared.sales.rules import LineKind
from shared.vouchers.rules import shown_coupon

_COUNTED = re.compile(r"\s*(?P<qty>[^*]+?)\s*\*\s*(?P<code>\S+)\s*")


class LineParams(Params):
    """A scan: code, quantity as it is spoken, and what the person says otherwise."""

    code: str
    qty: str = "1"
    price: str = ""
    discount: str = ""
    """An amount off this line, or a ratio such as ``9.5折`` that is left to pay."""
    lot: str = ""
    name: str = ""
    is_gift: bool = False


class TenderParams(Params, kw_only=True):
    """Money handed over; ``tender`` is ``cash static_code card bank_transfer mall``."""

    tender: str = "cash"
    amount: str
    reference: str = ""


def read_basket(
    connection: Connection, site_id: str, lines: Sequence[str | LineParams]
) -> list[BasketLine]:
    """Lines with their products and base units, as they were keyed.

    Raises: RuleViolation DISCOUNT_UNREADABLE, QUANTITY_UNREADABLE and what a scan raises.
    """
    currency = currency_of(connection, site_id)
    return [_line(connection, site_id, currency, read_line(one)) for one in lines]


def read_line(one: str | LineParams) -> LineParams:
    """``3*scan`` is how a quantity is keyed at the till (workflows, common rules)."""
    if isinstance(one, LineParams):
        return one
    counted = _COUNTED.fullmatch(one)
    if counted is None:
        return LineParams(code=one)
    return LineParams(code=counted["code"], qty=counted["qty"])


def _line(connection: Connection, site_id: str, currency: str, one: LineParams) -> BasketLine:
    what = scanned(connection, site_id, one.code, one.qty)
    price_micro = parse_unit_price_micro(one.price) if one.price else None
    off = read_discount(one.discount, currency)
    if off.pay_ratio_micro != MICRO:
        raise RuleViolation("DISCOUNT_UNREADABLE", text=one.discount)
    return BasketLine(
        product_id=what.product_id,
        qty_micro=what.qty_micro,
        unit=what.unit,
        lot=one.lot,
        kind=LineKind.GIFT if one.is_gift else LineKind.GOODS,
        unit_price_micro=price_micro,
        discount_minor=off.minor,
        name=one.name,
    )


def read_discount(text: str, currency: str) -> Discount:
    """An amount off, or a ratio left to pay: ``5``, ``95%``, ``9.5折``; '' is none."""
    if not text:
        return NO_DISCOUNT
    if text.rstrip().endswith(("%", "折")):
        return Discount(pay_ratio_micro=parse_ratio_micro(text))
    return Discount(minor=parse_money(text, currency).minor)


def read_tenders(
    tenders: Sequence[str | TenderParams], currency: str, *, salt: bytes = b""
) -> list[Given]:
    """Each tender handed over. Raises: RuleViolation TENDER_UNKNOWN and what amounts raise."""
    return [read_tender(one, currency, salt=salt) for one in tenders]


def read_tender(one: str | TenderParams, currency: str, *, salt: bytes = b"") -> Given:
    """``cash=100`` is how a tender is keyed, ``coupon:CODE=20`` a coupon; of its code stay only
    hashes. Raises as ``read_tenders``."""
    if isinstance(one, str):
        name, _, amount = one.partition("=")
        name, _, reference = name.partition(":")
        one = TenderParams(tender=name, amount=amount, reference=reference)
    tender, reference = tender_named(one.tender), one.reference
    if tender is Tender.COUPON:
        reference = shown_coupon(reference, salt)
    return Given(
        tender=tender,
        amount_minor=parse_money(one.amount, currency).minor,
        reference=reference,
    )
