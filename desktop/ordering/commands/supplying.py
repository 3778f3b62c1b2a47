"""The commands of who supplies and who receives: decide, ship, receive."""

from collections.abc import Callable

from sqlalchemy import Connection, select

from desktop.ordering.commands.naming import OfOrder, find_order, order_id_of, shipments_of
from desktop.ordering.usecases.supplying import (
    Found,
    FoundLot,
    Picked,
    decide_order,
    receive_shipment,
    ship_order,
)
from desktop.store.asking import Params, Written
from desktop.store.command import Command
from desktop.store.writer import Store
from shared.catalog.queries import packs_of
from shared.core.errors import RuleViolation
from shared.core.quantity import parse_quantity
from shared.ordering.queries.flow import receipts_of, shipped_lines
from shared.ordering.queries.orders import lines
from shared.ordering.rules import LineGrant
from shared.ordering.tables import shipment
from shared.stock.rules import lot_named


class GrantParams(Params):
    """A line by number: how much of it is accepted, and why not all."""

    line: int
    qty: str
    reason: str = ""
    delivery_date: str = ""


class OrderDecide(OfOrder):
    """Lines that are not named are accepted in full, or rejected with ``reject``'s reason."""

    lines: tuple[GrantParams, ...] = ()
    reject: str = ""
    delivery_date: str = ""
    note: str = ""


def _decide(store: Store, asked: OrderDecide) -> Written:
    order_id = find_order(store, asked.order)

    def read(connection: Connection) -> list[LineGrant]:
        qty = _by_order_line(connection, order_id)
        return [
            LineGrant(
                line_no=one.line,
                accepted_micro=qty(one.line, one.qty),
                reason=one.reason,
                delivery_date=one.delivery_date,
            )
            for one in asked.lines
        ]

    done = store.write(
        decide_order,
        order_id,
        store.read(read),
        reject_reason=asked.reject,
        delivery_date=asked.delivery_date,
        note=asked.note,
    )
    return Written.of(done.value)


class PickedParams(Params):
    """A line by number, what leaves of it, and of which lot."""

    line: int
    qty: str
    lot: str = ""


class OrderShip(OfOrder):
    """Without lines everything granted that has not left yet."""

    lines: tuple[PickedParams, ...] = ()
    site: str = ""
    carrier: str = ""
    waybill: str = ""
    note: str = ""


def _ship(store: Store, asked: OrderShip) -> Written:
    order_id = find_order(store, asked.order)

    def read(connection: Connection) -> list[Picked]:
        qty = _by_order_line(connection, order_id)
        return [
            Picked(line_no=one.line, qty_micro=qty(one.line, one.qty), lot=one.lot)
            for one in asked.lines
        ]

    done = store.write(
        ship_order,
        order_id,
        store.read(read) if asked.lines else None,
        site_id=asked.site,
        carrier=asked.carrier,
        waybill=asked.waybill,
        note=asked.note,
    )
    return Written.of(done.value)


class LotParams(Params):
    """Part of the good ones that is of another lot; an expiry is a date."""

    lot: str
    good: str
    expiry: str = ""


class FoundParams(Params):
    """A shipment's line by number: good, damaged, and what of the good is of other lots."""

    line: int
    good: str
    damaged: str = "0"
    reason: str = ""
    lots: tuple[LotParams, ...] = ()


class OrderReceive(Params, kw_only=True):
    """A shipment by number or uid; or the order's one shipment that was not received yet."""

    shipment: str = ""
    order: str = ""
    lines: tuple[FoundParams, ...] = ()
    note: str = ""


def _receive(store: Store, asked: OrderReceive) -> Written:
    shipment_id = store.read(lambda connection: _shipment_id(connection, asked))

    def read(connection: Connection) -> list[Found]:
        products = {one.line_no: one.product_id for one in shipped_lines(connection, shipment_id)}
        qty = _spoken(connection, products)
        return [
            Found(
                line_no=one.line,
                good_micro=qty(one.line, one.good),
                damaged_micro=qty(one.line, one.damaged),
                reason=one.reason,
                lots=tuple(
                    FoundLot(lot=lot_named(of.lot, of.expiry), good_micro=qty(one.line, of.good))
                    for of in one.lots
                ),
            )
            for one in asked.lines
        ]

    done = store.write(receive_shipment, shipment_id, store.read(read), note=asked.note)
    return Written.of(done.value)


def _shipment_id(connection: Connection, asked: OrderReceive) -> str:
    c = shipment.c
    if asked.shipment:
        statement = select(c.id).where(
            (c.number == asked.shipment) | (c.id == asked.shipment.lower())
        )
        found = [str(one) for one in connection.execute(statement).scalars()]
    else:
        shipped = shipments_of(connection, order_id_of(connection, asked.order))
        found = [one.id for one in shipped if not receipts_of(connection, one.id)]
    if len(found) != 1:
        raise RuleViolation(
            "SHIPMENT_UNKNOWN", shipment=(asked.shipment or asked.order)[:40], found=len(found)
        )
    return found[0]


def _spoken(connection: Connection, products: dict[int, str]) -> Callable[[int, str], int]:
    """Reads a line's quantity in the units of its product."""

    def read(line_no: int, text: str) -> int:
        product_id = products.get(line_no, "")
        return parse_quantity(text, packs_of(connection, product_id) if product_id else ())

    return read


def _by_order_line(connection: Connection, order_id: str) -> Callable[[int, str], int]:
    return _spoken(connection, {one.line_no: one.product_id for one in lines(connection, order_id)})


COMMANDS = (
    Command(
        name="order-decide",
        summary="Accept an order, in part, or reject it.",
        params=OrderDecide,
        run=_decide,
    ),
    Command(name="order-ship", summary="Goods leave for an order.", params=OrderShip, run=_ship),
    Command(
        name="order-receive",
        summary="Confirm a shipment line by line.",
        params=OrderReceive,
        run=_receive,
    ),
)
