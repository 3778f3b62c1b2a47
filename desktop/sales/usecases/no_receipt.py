"""Goods come back without a receipt: at today's price, in cash, and somebody stands for it."""

from collections.abc import Sequence
from dataclasses import dataclass

from desktop.access.usecases import may, require, require_approver
from desktop.accounts.usecases import till_now
from desktop.catalog.usecases import known
from desktop.channel.usecases import place_of
from desktop.sales.usecases.paying import Given, tendered
from desktop.sales.usecases.selling import BasketLine, Sold, consumer, priced, sold
from desktop.store.session import Session
from shared.accounts.rules import Tender
from shared.catalog.queries import product
from shared.core.errors import RuleViolation
from shared.core.ids import uid_text
from shared.sales.documents import Sale, SaleLine
from shared.sales.rules import SaleMode


@dataclass(frozen=True, slots=True, kw_only=True)
class Goods:
    """A product that came back, with what one piece of it costs today."""

    product_id: str
    code: str
    name: str
    unit: str
    qty_micro: int
    price_micro: int


def goods_back(session: Session, code: str) -> Goods:
    """What a scanned or typed code means. Raises: RuleViolation PRODUCT_UNKNOWN, PRICE_MISSING."""
    found = known(session.connection, session.identity.site_id, code.strip())
    line = BasketLine(product_id=found.product_id, qty_micro=-found.qty_micro, unit=found.unit)
    (written,) = _lines(session, [line])
    goods = product(session.connection, found.product_id)
    return Goods(
        product_id=found.product_id,
        code=goods.code if goods else found.product_id,
        name=goods.name if goods else written.name,
        unit=found.unit,
        qty_micro=found.qty_micro,
        price_micro=written.unit_price_micro,
    )


def needs_approver(session: Session) -> bool:
    """Whether the person at the till must ask somebody else for it."""
    return not may(session, "sale.approve")


def return_without_receipt(
    session: Session,
    goods: Sequence[tuple[str, int]],
    *,
    reason: str,
    approver_id: str = "",
    uid: bytes | None = None,
) -> Sold:
    """Take goods (product, millionths of its base unit) back that no sale is shown for.

    What they cost today goes back in cash: how they were paid, nobody can know. Who may not
    approve sales names somebody who does, and head office gets a task about it (I07). A ``uid``
    made when the form was opened makes a second press of the same key the same return.

    Raises: RuleViolation NOTHING_TO_RETURN, REASON_MISSING, QUANTITY_NOT_POSITIVE, PRICE_MISSING,
    SHIFT_MISSING, SHIFT_BEING_CLOSED, APPROVAL_MISSING and as ``require_approver``; AccessDenied
    NOT_PERMITTED.
    """
    place = place_of(session)
    require(session, "sale.return")
    if not reason.strip():
        raise RuleViolation("REASON_MISSING")
    if not goods:
        raise RuleViolation("NOTHING_TO_RETURN")
    if any(qty_micro <= 0 for _, qty_micro in goods):
        raise RuleViolation("QUANTITY_NOT_POSITIVE")
    if approver_id or needs_approver(session):
        require_approver(session, approver_id, "sale.approve")
    lines = _lines(session, [BasketLine(product_id=one, qty_micro=-qty) for one, qty in goods])
    total = sum(line.amount_minor for line in lines)
    now = till_now(session, place, needs_shift=True)
    cash = [Given(tender=Tender.CASH, amount_minor=total)]
    made = uid or session.new_uid()
    body = Sale(
        mode=SaleMode.TILL.value,
        currency=place.currency,
        lines=lines,
        tenders=tendered(place, total, cash, on_credit=False),
        total_minor=total,
        return_of=uid_text(made),
        shift=now.shift,
        note=reason,
    )
    written = session.append(body, uid=made, business_day=now.business_day, approver_id=approver_id)
    return sold(written, body)


def _lines(session: Session, basket: Sequence[BasketLine]) -> list[SaleLine]:
    return priced(session, place_of(session), consumer(session, ""), basket)
