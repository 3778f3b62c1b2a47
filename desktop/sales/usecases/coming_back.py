"""What a sale looks like before its goods come back: which lines are left, and what they give."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection

from desktop.channel.usecases import day_at, place_of
from desktop.sales.usecases.basket import Back, KeptGift, Return
from desktop.sales.usecases.paying import Given
from desktop.sales.usecases.refunding import refund_ways
from desktop.sales.usecases.returning import find_sale, original, worth_of
from desktop.store.session import Session
from shared.accounts.rules import Tender
from shared.catalog.queries import by_barcode, product
from shared.core.errors import RuleViolation
from shared.sales.rules import LineKind, line_minor

RUNNING_DIGITS: Final = 6
"""Of the running number at the end of a printed number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SoldLine:
    """A line of an earlier sale with what is left of it; millionths and minor units."""

    line_no: int
    product_id: str
    code: str
    name: str
    unit: str
    qty_micro: int
    left_micro: int
    price_micro: int
    amount_minor: int
    is_gift: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlierSale:
    """A sale whose goods may come back."""

    uid: str
    number: str
    happened_at_us: int
    total_minor: int
    customer_id: str
    lines: tuple[SoldLine, ...]
    paid: tuple[tuple[str, int], ...]
    """(tender, minor units) that are left of what was paid, in their order."""


def earlier_sale(session: Session, name: str) -> EarlierSale:
    """A sale of this site by its printed number, the code of its receipt, or its uid; the last
    digits alone are a receipt of this device.

    Raises: RuleViolation SALE_UNKNOWN.
    """
    typed = name.strip()
    if typed.isascii() and typed.isdigit() and len(typed) <= RUNNING_DIGITS:
        typed = session.own_number("XS", int(typed))
    uid = find_sale(session.connection, session.identity.site_id, typed)
    was = original(session, uid)
    lines = []
    for line in was.lines:
        goods = product(session.connection, line["product_id"])
        if line["qty_micro"] > 0:
            lines.append(
                SoldLine(
                    line_no=line["line_no"],
                    product_id=line["product_id"],
                    code=goods.code if goods else line["product_id"],
                    name=line["name"] or (goods.name if goods else line["product_id"]),
                    unit=goods.base_unit if goods else "",
                    qty_micro=line["qty_micro"],
                    left_micro=was.left_micro(line),
                    price_micro=line["unit_price_micro"],
                    amount_minor=line["amount_minor"],
                    is_gift=line["kind"] == LineKind.GIFT,
                )
            )
    return EarlierSale(
        uid=uid,
        number=was.head["number"],
        happened_at_us=was.head["happened_at_us"],
        total_minor=was.head["total_minor"],
        customer_id=was.head["customer_id"],
        lines=tuple(lines),
        paid=tuple(was.paid_minor.items()),
    )


def returned_part(
    session: Session, earlier: EarlierSale, wanted: Mapping[int, int], reason: str
) -> Return:
    """What coming back of these lines (number to millionths) gives, to the cent.

    Raises: RuleViolation LINE_UNKNOWN, QUANTITY_NOT_POSITIVE, RETURNED_TOO_MUCH,
    NOTHING_TO_RETURN.
    """
    worth = worth_of(session, earlier.uid, wanted)
    by_no = {line.line_no: line for line in earlier.lines}
    return Return(
        sale=earlier.uid,
        number=earlier.number,
        reason=reason,
        customer_id=earlier.customer_id,
        rounding_minor=worth.rounding_minor,
        gifts_minor=worth.gifts_minor,
        kept=tuple(
            KeptGift(
                code=by_no[due.line_no].code,
                name=by_no[due.line_no].name,
                unit=by_no[due.line_no].unit,
                line_no=due.line_no,
                qty_micro=due.qty_micro,
                price_micro=due.price_micro,
                amount_minor=line_minor(due.qty_micro, due.price_micro, worth.currency),
            )
            for due in worth.gifts
        ),
        lines=tuple(
            Back(
                line_no=no,
                product_id=by_no[no].product_id,
                code=by_no[no].code,
                name=by_no[no].name,
                unit=by_no[no].unit,
                qty_micro=wanted[no],
                price_micro=by_no[no].price_micro,
                amount_minor=amount,
            )
            for no, amount in worth.amounts
        ),
    )


def refund_plan(
    session: Session, sale_uid: str, back_minor: int, *, in_cash: bool = False
) -> list[tuple[str, int]]:
    """What of an amount goes back by which tender, as ``return_goods`` will do it.

    Raises: RuleViolation SALE_UNKNOWN.
    """
    said = [Given(tender=Tender.CASH, amount_minor=-back_minor)] if in_cash else []
    was = original(session, sale_uid)
    return [
        (one.tender.value, -one.amount_minor)
        for one in refund_ways(was.paid_minor, back_minor, said)
    ]


def gifts_of(session: Session, earlier: EarlierSale, wanted: Mapping[int, int]) -> dict[int, int]:
    """The gifts that are earned no more when these goods come back, by line of the sale (D07)."""
    worth = worth_of(session, earlier.uid, wanted)
    return {due.line_no: due.qty_micro for due in worth.gifts}


def is_sale(connection: Connection, site_id: str, name: str) -> bool:
    """Whether a sale of the site bears this number or uid."""
    try:
        return bool(find_sale(connection, site_id, name))
    except RuleViolation:
        return False


def product_of_code(session: Session, code: str) -> str:
    """The product a scanned code means here; '' when it means none."""
    hit = by_barcode(session.connection, code, site_id=session.identity.site_id)
    return hit.product_id if hit else ""


def today(session: Session) -> str:
    """The business day that is now here."""
    return day_at(session, place_of(session))
