"""The supplier decides and ships, the account receives."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from desktop.access.usecases import require, require_org
from desktop.channel.usecases import day_at, place_of
from desktop.ordering.usecases.asking import own_order
from desktop.store.session import Session
from shared.channel.queries import SiteView, site_of
from shared.core.errors import Conflict, RuleViolation
from shared.core.ids import uid_bytes
from shared.journal.document import Header
from shared.ordering.documents import (
    ArrivedLine,
    GrantLine,
    OrderDecisionRequested,
    ReceiptPosted,
    ShipmentPosted,
    ShippedLine,
)
from shared.ordering.queries.flow import ShippedLineView, receipts_of, shipment_of, shipped_lines
from shared.ordering.queries.orders import LineView, OrderView, asked_lines, lines
from shared.ordering.rules import (
    Action,
    LineGrant,
    Side,
    arrival,
    check_step,
    granted_lines,
    part_minor,
)
from shared.stock.rules import lots_found


def decide_order(
    session: Session,
    order_id: str,
    grants: Sequence[LineGrant] = (),
    *,
    reject_reason: str = "",
    delivery_date: str = "",
    note: str = "",
) -> Header:
    """Ask head office to accept, cut or reject an order in its supplier's name (E06).

    Lines that are not named are accepted in full; with ``reject_reason`` they get nothing. Who
    comes first wins; credit is checked at head office (E07).

    Raises: RuleViolation ORDER_UNKNOWN, NOT_YOUR_ORDER, STEP_NOT_ALLOWED, LINE_UNKNOWN,
    LINE_TWICE, ACCEPTED_TOO_MUCH, REASON_MISSING; AccessDenied NOT_PERMITTED.
    """
    site_id = session.identity.site_id
    found = own_order(session, order_id)
    require_org(session, "order.decide", found.sales_org)
    check_supplier(session, found, site_id)
    check_step(found.state, Side.SUPPLIER, Action.DECIDE)
    asked = asked_lines(session.connection, found.id)
    named = {one.line_no: one for one in grants}
    if len(named) != len(grants):
        raise RuleViolation("LINE_TWICE")
    rest = [
        LineGrant(
            line_no=line.line_no,
            accepted_micro=0 if reject_reason else line.qty_micro,
            reason=reject_reason,
        )
        for line in asked
        if line.line_no not in named
    ]
    full = sorted((*grants, *rest), key=lambda one: one.line_no)
    granted_lines(asked, full)
    body = OrderDecisionRequested(
        order_uid=uid_bytes(found.id),
        account_id=found.account_id,
        seen_revision=found.revision,
        lines=[
            GrantLine(
                line_no=one.line_no,
                accepted_micro=one.accepted_micro,
                reason=one.reason,
                delivery_date=one.delivery_date,
                because=one.because,
            )
            for one in full
        ],
        supplier=found.supplier,
        delivery_date=delivery_date,
        note=note,
    )
    return session.append(body)


def check_supplier(session: Session, found: OrderView, site_id: str) -> None:
    """Head office decides and ships its own; an upstream account those asked of it."""
    if found.supplier:
        here = site_of(session.connection, site_id)
        if here is None or found.supplier not in here.account_ids:
            raise RuleViolation("NOT_YOUR_ORDER")
    elif site_id:
        here = site_of(session.connection, site_id)
        if here is None or here.account_ids:
            raise RuleViolation("NOT_YOUR_ORDER")


@dataclass(frozen=True, slots=True, kw_only=True)
class Picked:
    """Goods of a line that leave, in millionths of the base unit."""

    line_no: int
    qty_micro: int
    lot: str = ""


def ship_order(
    session: Session,
    order_id: str,
    picked: Sequence[Picked] | None = None,
    *,
    site_id: str = "",
    carrier: str = "",
    waybill: str = "",
    note: str = "",
) -> Header:
    """Goods leave the supplier's site for an order; None ships all that was granted and is left.

    Each part is charged its share of the granted amount, so that all parts add up.

    Raises: RuleViolation ORDER_UNKNOWN, NOT_YOUR_ORDER, STEP_NOT_ALLOWED, NO_LINES,
    LINE_UNKNOWN, QUANTITY_NOT_POSITIVE, SHIPPED_TOO_MUCH; AccessDenied NOT_PERMITTED.
    """
    place = place_of(session, site_id)
    found = own_order(session, order_id)
    require_org(session, "order.ship", found.sales_org, site_id=place.site_id)
    check_supplier(session, found, place.site_id)
    check_step(found.state, Side.SUPPLIER, Action.SHIP)
    known = {line.line_no: line for line in lines(session.connection, found.id)}
    goods = picked
    if goods is None:
        goods = [
            Picked(line_no=no, qty_micro=line.to_ship_micro)
            for no, line in known.items()
            if line.to_ship_micro
        ]
    body = ShipmentPosted(
        order_uid=uid_bytes(found.id),
        account_id=found.account_id,
        to_site=found.deliver_to,
        currency=found.currency,
        lines=_shipped(known, goods),
        supplier=found.supplier,
        carrier=carrier,
        waybill=waybill,
        note=note,
    )
    return _append(session, place, body, uid_bytes(found.decision or found.id))


def _append(
    session: Session, place: SiteView, body: ShipmentPosted | ReceiptPosted, before: bytes
) -> Header:
    return session.append(
        body, site_id=place.site_id, predecessor=before, business_day=day_at(session, place)
    )


def _shipped(known: Mapping[int, LineView], goods: Sequence[Picked]) -> list[ShippedLine]:
    if not goods:
        raise RuleViolation("NO_LINES")
    gone = {no: line.shipped_micro for no, line in known.items()}
    charged = {no: line.shipped_minor for no, line in known.items()}
    made: list[ShippedLine] = []
    for number, one in enumerate(goods, start=1):
        line = known.get(one.line_no)
        if line is None:
            raise RuleViolation("LINE_UNKNOWN", line_no=one.line_no)
        if one.qty_micro <= 0:
            raise RuleViolation("QUANTITY_NOT_POSITIVE", line_no=one.line_no)
        before = gone[one.line_no]
        if before + one.qty_micro > line.accepted_micro:
            raise RuleViolation(
                "SHIPPED_TOO_MUCH", line_no=one.line_no, left_micro=line.accepted_micro - before
            )
        gone[one.line_no] = before + one.qty_micro
        # Up to what is due by then: a revised line's earlier parts went at the former share.
        until = part_minor(line.accepted_minor, line.accepted_micro, 0, before + one.qty_micro)
        amount_minor = until - charged[one.line_no]
        charged[one.line_no] = until
        made.append(
            ShippedLine(
                line_no=number,
                order_line_no=one.line_no,
                product_id=line.product_id,
                qty_micro=one.qty_micro,
                amount_minor=amount_minor,
                lot=one.lot,
            )
        )
    return made


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundLot:
    """Whole goods of a line that are of another lot than the notice says."""

    lot: str
    good_micro: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What the receiver found of a shipment's line, in millionths of the base unit."""

    line_no: int
    good_micro: int
    damaged_micro: int = 0
    reason: str = ""
    lots: tuple[FoundLot, ...] = ()
    """The part of ``good_micro`` that is of other lots; the rest is of the lot announced."""


def receive_shipment(
    session: Session, shipment_id: str, found: Sequence[Found] = (), *, note: str = ""
) -> Header:
    """Confirm a shipment line by line; lines that are not named arrived as announced (E12).

    What is short, damaged or over becomes a claim at head office. Another lot than announced is
    none: the goods come in under the lot that was found (B09).

    Raises: RuleViolation SHIPMENT_UNKNOWN, NOT_YOUR_SHIPMENT, LINE_UNKNOWN, QUANTITY_NEGATIVE,
    QUANTITY_NOT_POSITIVE, LOT_TWICE, LOTS_TOO_MUCH, LOT_BAD;
    Conflict RECEIVED_ALREADY; AccessDenied NOT_PERMITTED.
    """
    place = place_of(session)
    require(session, "order.receive")
    gone = shipment_of(session.connection, shipment_id)
    if gone is None:
        raise RuleViolation("SHIPMENT_UNKNOWN", shipment=shipment_id[:40])
    if gone.to_site != place.site_id:
        raise RuleViolation("NOT_YOUR_SHIPMENT", to_site=gone.to_site)
    if receipts_of(session.connection, shipment_id):
        raise Conflict("RECEIVED_ALREADY")
    announced = shipped_lines(session.connection, shipment_id)
    named = {one.line_no: one for one in found}
    for no in named.keys() - {line.line_no for line in announced}:
        raise RuleViolation("LINE_UNKNOWN", line_no=no)
    body = ReceiptPosted(
        shipment_uid=uid_bytes(gone.id),
        order_uid=uid_bytes(gone.order_id),
        account_id=gone.account_id,
        from_site=gone.from_site,
        lines=[part for line in announced for part in _arrived(line, named.get(line.line_no))],
        supplier=gone.supplier,
        note=note,
    )
    return _append(session, place, body, uid_bytes(gone.id))


def _arrived(line: ShippedLineView, found: Found | None) -> list[ArrivedLine]:
    good = line.qty_micro if found is None else found.good_micro
    seen = arrival(line.qty_micro, good, found.damaged_micro if found else 0)
    parts = lots_found(
        line.lot, good, [(one.lot, one.good_micro) for one in found.lots] if found else []
    )
    over_left = seen.over_micro
    made: list[ArrivedLine] = []
    for lot, good_micro in reversed(parts):
        # What nobody announced is most likely of the lot nobody announced.
        over = min(over_left, good_micro)
        over_left -= over
        is_last = len(made) == len(parts) - 1
        made.append(
            ArrivedLine(
                line_no=line.line_no,
                order_line_no=line.order_line_no,
                product_id=line.product_id,
                good_micro=good_micro,
                damaged_micro=seen.damaged_micro if is_last else 0,
                short_micro=seen.short_micro if is_last else 0,
                over_micro=over,
                lot=lot,
                reason=found.reason if found else "",
                is_other_lot=lot != line.lot,
                announced_lot=line.lot if lot != line.lot else "",
            )
        )
    return [
        one
        for one in reversed(made)
        if len(made) == 1 or one.good_micro or one.damaged_micro or one.short_micro
    ]
