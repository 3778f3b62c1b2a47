"""Orders between shops, dealer and head office: decided twice, cancelled late, received short."""

import random

from sqlalchemy import Row, select

from desktop.store.session import Session
from shared.accounts.documents import AccountAdjusted, AccountPayment
from shared.ordering.documents import (
    ArrivedLine,
    GrantLine,
    OrderCancelRequested,
    OrderDecisionRequested,
    OrderLine,
    OrderSubmitted,
    ReceiptPosted,
    ShipmentPosted,
    ShippedLine,
)
from shared.ordering.tables import channel_order, order_line, shipment, shipment_line
from tests.simulation.house import ACCOUNT_OF, EXCLUSIVE, ORG
from tests.simulation.selling import PIECE, NothingToDo, some

OrderRow = Row[tuple[str, ...]]


def _orders(session: Session, *decided: str, supplier: str | None = None) -> list[OrderRow]:
    """The orders as this device knows them."""
    query = select(channel_order).where(channel_order.c.decided.in_(decided))
    if supplier is not None:
        query = query.where(channel_order.c.supplier == supplier)
    return list(session.connection.execute(query.order_by(channel_order.c.id)).all())


def _supplier(session: Session) -> str:
    """In whose name this device decides: a dealer's own account, or head office."""
    return ACCOUNT_OF.get(session.identity.site_id, "")


def _one(chance: random.Random, found: list[OrderRow]) -> OrderRow:
    if not found:
        raise NothingToDo
    return chance.choice(found)


def submit(session: Session, chance: random.Random, uid: bytes) -> None:
    """An order, sometimes of goods the account may not have, sometimes beyond its credit."""
    account_id = ACCOUNT_OF.get(session.identity.site_id)
    if account_id is None:
        raise NothingToDo
    lines = []
    for line_no in range(1, chance.randint(2, 4)):
        pieces, minor = chance.randint(1, 20), chance.randint(10, 60) * 100
        lines.append(
            OrderLine(
                line_no=line_no,
                product_id=EXCLUSIVE if chance.random() < 0.1 else some(chance),
                qty_micro=pieces * PIECE,
                unit_price_micro=minor * 10_000,
                amount_minor=pieces * minor,
            )
        )
    supplier = "" if account_id == "D1" else chance.choice(("D1", "", ""))
    former = _orders(session, "rejected", "cancelled")
    reworked = former and chance.random() < 0.2
    session.append(
        OrderSubmitted(
            account_id=account_id, sales_org=ORG, currency="CNY", lines=lines, supplier=supplier
        ),
        uid=uid,
        predecessor=bytes.fromhex(chance.choice(former).id) if reworked else b"",
    )


def cancel(session: Session, chance: random.Random, uid: bytes) -> None:
    """The submitter takes an order back that may be decided meanwhile."""
    own = ACCOUNT_OF.get(session.identity.site_id)
    row = _one(chance, [one for one in _orders(session, "submitted") if one.account_id == own])
    session.append(
        OrderCancelRequested(
            order_uid=bytes.fromhex(row.id),
            account_id=row.account_id,
            seen_revision=row.revision,
            supplier=row.supplier,
        ),
        uid=uid,
    )


def decide(session: Session, chance: random.Random, uid: bytes) -> None:
    """A person of the supplier decides; another one may be doing the same at another desk."""
    stale = ("submitted",) if chance.random() < 0.8 else ("submitted", "accepted", "partial")
    row = _one(chance, _orders(session, *stale, supplier=_supplier(session)))
    lines = session.connection.execute(
        select(order_line).where(order_line.c.order_id == row.id).order_by(order_line.c.line_no)
    )
    grants = []
    for line in lines:
        cut = chance.choice((0, 0, 0, PIECE, line.qty_micro))
        granted = max(0, line.qty_micro - cut)
        grants.append(
            GrantLine(
                line_no=line.line_no,
                accepted_micro=granted,
                reason="" if granted == line.qty_micro else "SHORT",
            )
        )
    session.append(
        OrderDecisionRequested(
            order_uid=bytes.fromhex(row.id),
            account_id=row.account_id,
            seen_revision=row.revision,
            lines=grants,
            supplier=row.supplier,
        ),
        uid=uid,
    )


def ship(session: Session, chance: random.Random, uid: bytes) -> None:
    """Goods leave for an order, at times for one nobody accepted."""
    row = _one(chance, _orders(session, "accepted", "partial", "submitted",
                               supplier=_supplier(session)))  # fmt: skip
    lines = session.connection.execute(
        select(order_line).where(order_line.c.order_id == row.id).order_by(order_line.c.line_no)
    )
    gone = [
        ShippedLine(
            line_no=number,
            order_line_no=line.line_no,
            product_id=line.product_id,
            qty_micro=line.qty_micro,
            amount_minor=line.amount_minor,
        )
        for number, line in enumerate(lines, start=1)
    ]
    session.append(
        ShipmentPosted(
            order_uid=bytes.fromhex(row.id),
            account_id=row.account_id,
            to_site=row.deliver_to,
            currency=row.currency,
            lines=gone,
            supplier=row.supplier,
        ),
        uid=uid,
        site_id=session.identity.site_id or "HQ01",
        predecessor=bytes.fromhex(row.id),
    )


def receive(session: Session, chance: random.Random, uid: bytes) -> None:
    """A shipment is confirmed, short, damaged or over; sometimes by two tills."""
    query = select(shipment).where(shipment.c.to_site == session.identity.site_id)
    found = session.connection.execute(query.order_by(shipment.c.id)).all()
    if not found:
        raise NothingToDo
    row = chance.choice(found)
    lines = session.connection.execute(
        select(shipment_line)
        .where(shipment_line.c.shipment_id == row.id)
        .order_by(shipment_line.c.line_no)
    )
    arrived = []
    for line in lines:
        short = min(line.qty_micro, chance.choice((0, 0, PIECE)))
        over = chance.choice((0, 0, 0, PIECE))
        is_other = chance.choice((False, False, True))
        arrived.append(
            ArrivedLine(
                line_no=line.line_no,
                order_line_no=line.order_line_no,
                product_id=line.product_id,
                good_micro=line.qty_micro - short + over,
                short_micro=short,
                over_micro=over,
                lot="other" if is_other else line.lot,
                is_other_lot=is_other,
                announced_lot=line.lot if is_other else "",
            )
        )
    session.append(
        ReceiptPosted(
            shipment_uid=bytes.fromhex(row.id),
            order_uid=bytes.fromhex(row.order_id),
            account_id=row.account_id,
            from_site=row.from_site,
            lines=arrived,
            supplier=row.supplier,
        ),
        uid=uid,
        predecessor=bytes.fromhex(row.id),
    )


def pay(session: Session, chance: random.Random, uid: bytes) -> None:
    """Head office notes a channel account's money, or writes an amount to it."""
    account_id = chance.choice(("D1", "D2", "D3"))
    amount = chance.randint(1, 900) * 100
    if chance.random() < 0.3:
        body: AccountAdjusted | AccountPayment = AccountAdjusted(
            account_id=account_id, currency="CNY", amount_minor=amount, reason="opening"
        )
    else:
        purpose = chance.choice(("receivable", "deposit"))
        body = AccountPayment(
            account_id=account_id, currency="CNY", amount_minor=amount, purpose=purpose
        )
    session.append(body, uid=uid)
