"""The commands of ordering."""

from collections.abc import Callable, Sequence

from sqlalchemy import Connection, select

from desktop.catalog.usecases import asked as scanned
from desktop.catalog.usecases import name_of
from desktop.ordering.usecases.asking import (
    Submitted,
    Wanted,
    cancel_order,
    rework_order,
    submit_order,
)
from desktop.ordering.usecases.supplying import (
    Found,
    LineGrant,
    Picked,
    decide_order,
    receive_shipment,
    ship_order,
)
from desktop.store.asking import Params, Written, device
from desktop.store.command import Command
from desktop.store.writer import Store
from shared.catalog.queries import packs_of
from shared.channel.queries import account
from shared.core.errors import RuleViolation
from shared.core.ids import uid_bytes
from shared.core.quantity import format_quantity, parse_quantity
from shared.ordering.queries.deciding import credit
from shared.ordering.queries.flow import (
    ShipmentView,
    flow,
    receipts_of,
    refusals,
    shipment_of,
    shipped_lines,
)
from shared.ordering.queries.orders import LineView, lines, order, orders
from shared.ordering.rules import Credit, OrderState
from shared.ordering.tables import channel_order, shipment


class WantedParams(Params):
    """A code and how much of it: ``27``, ``2箱3支``."""

    code: str
    qty: str = "1"
    requested_date: str = ""
    note: str = ""


class OrderSubmit(Params, kw_only=True):
    """An order; left out are the site's first account and its usual supplier."""

    lines: tuple[WantedParams, ...]
    account: str = ""
    supplier: str | None = None
    requested_date: str = ""
    deliver_to: str = ""
    note: str = ""
    uid: str = ""


def _wanted(store: Store, asked: Sequence[WantedParams]) -> list[Wanted]:
    site_id = device(store).site_id

    def read(connection: Connection) -> list[Wanted]:
        return [_one(connection, site_id, one) for one in asked]

    return store.read(read)


def _one(connection: Connection, site_id: str, one: WantedParams) -> Wanted:
    # An unknown code is refused by the list, like any product that is not on it.
    what = scanned(connection, site_id, one.code, one.qty)
    return Wanted(
        product_id=what.product_id,
        qty_micro=what.qty_micro,
        unit=what.unit,
        requested_date=one.requested_date,
        note=one.note,
    )


def _submit(store: Store, asked: OrderSubmit) -> Submitted:
    done = store.write(
        submit_order,
        _wanted(store, asked.lines),
        account_id=asked.account,
        supplier=asked.supplier,
        requested_date=asked.requested_date,
        deliver_to=asked.deliver_to,
        note=asked.note,
        uid=uid_bytes(asked.uid) if asked.uid else None,
    )
    return done.value


class OfOrder(Params):
    """An order by its printed number or uid."""

    order: str


class OrderCancel(OfOrder):
    """Take an order back."""

    reason: str = ""


class OrderRework(OfOrder):
    """Ask again; without lines for the same goods."""

    lines: tuple[WantedParams, ...] = ()
    note: str = ""


class GrantParams(Params):
    """A line by number: how much of it is accepted, and why not all."""

    line: int
    qty: str
    reason: str = ""


class OrderDecide(OfOrder):
    """Lines that are not named are accepted in full, or rejected with ``reject``'s reason."""

    lines: tuple[GrantParams, ...] = ()
    reject: str = ""
    delivery_date: str = ""
    note: str = ""


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


class FoundParams(Params):
    """A shipment's line by number: good, damaged."""

    line: int
    good: str
    damaged: str = "0"
    reason: str = ""


class OrderReceive(Params, kw_only=True):
    """A shipment by number or uid; or the order's one shipment that was not received yet."""

    shipment: str = ""
    order: str = ""
    lines: tuple[FoundParams, ...] = ()
    note: str = ""


def _order_id(connection: Connection, name: str) -> str:
    c = channel_order.c
    statement = select(c.id).where((c.number == name) | (c.id == name.lower()))
    found = connection.execute(statement).scalar()
    if found is None:
        raise RuleViolation("ORDER_UNKNOWN", order=name[:40])
    return str(found)


def _id_of(store: Store, name: str) -> str:
    return store.read(lambda connection: _order_id(connection, name))


def _cancel(store: Store, asked: OrderCancel) -> Written:
    order_id = _id_of(store, asked.order)
    return Written.of(store.write(cancel_order, order_id, reason=asked.reason).value)


def _rework(store: Store, asked: OrderRework) -> Submitted:
    again = _wanted(store, asked.lines) if asked.lines else None
    order_id = _id_of(store, asked.order)
    return store.write(rework_order, order_id, again, note=asked.note).value


def _spoken(connection: Connection, products: dict[int, str]) -> Callable[[int, str], int]:
    """Reads a line's quantity in the units of its product."""

    def read(line_no: int, text: str) -> int:
        product_id = products.get(line_no, "")
        return parse_quantity(text, packs_of(connection, product_id) if product_id else ())

    return read


def _by_order_line(connection: Connection, order_id: str) -> Callable[[int, str], int]:
    return _spoken(connection, {one.line_no: one.product_id for one in lines(connection, order_id)})


def _decide(store: Store, asked: OrderDecide) -> Written:
    order_id = _id_of(store, asked.order)

    def read(connection: Connection) -> list[LineGrant]:
        qty = _by_order_line(connection, order_id)
        return [
            LineGrant(line_no=one.line, accepted_micro=qty(one.line, one.qty), reason=one.reason)
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


def _ship(store: Store, asked: OrderShip) -> Written:
    order_id = _id_of(store, asked.order)

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
        shipped = _shipments(connection, _order_id(connection, asked.order))
        found = [one.id for one in shipped if not receipts_of(connection, one.id)]
    if len(found) != 1:
        raise RuleViolation(
            "SHIPMENT_UNKNOWN", shipment=(asked.shipment or asked.order)[:40], found=len(found)
        )
    return found[0]


def _shipments(connection: Connection, order_id: str) -> list[ShipmentView]:
    """The shipments of an order, oldest first."""
    c = shipment.c
    statement = select(c.id).where(c.order_id == order_id).order_by(c.shipped_at_us, c.id)
    ids = list(connection.execute(statement).scalars())
    return [found for one in ids if (found := shipment_of(connection, one))]


class OrderShow(OfOrder):
    """An order with its lines, what became of them, and the whole document flow (E11)."""


def _show(store: Store, asked: OrderShow) -> dict[str, object]:
    def read(connection: Connection) -> dict[str, object]:
        order_id = _order_id(connection, asked.order)
        return {
            "order": order(connection, order_id),
            "lines": [_line(connection, one) for one in lines(connection, order_id)],
            "refusals": refusals(connection, order_id),
            "flow": flow(connection, order_id),
            "shipments": _shipments(connection, order_id),
        }

    return store.read(read)


def _line(connection: Connection, one: LineView) -> dict[str, object]:
    packs = packs_of(connection, one.product_id)
    return {
        "name": name_of(connection, one.product_id),
        "asked": format_quantity(one.qty_micro, packs),
        "accepted": format_quantity(one.accepted_micro, packs),
        "line": one,
    }


class Orders(Params):
    """Orders of an account, or asked of a supplier (``-`` is head office); newest first."""

    account: str = ""
    supplier: str = ""
    states: tuple[str, ...] = ()
    limit: int = 50


def _orders(store: Store, asked: Orders) -> object:
    for one in asked.states:
        if one not in set(OrderState):
            raise RuleViolation("STATE_UNKNOWN", state=one[:20])
    supplier = "" if asked.supplier == "-" else asked.supplier or None
    return store.read(
        lambda connection: orders(
            connection,
            account_id=asked.account or None,
            supplier=supplier,
            states=[OrderState(one) for one in asked.states],
            limit=asked.limit,
        )
    )


class CreditOf(Params):
    """A channel account."""

    account: str


def _credit(store: Store, asked: CreditOf) -> dict[str, int]:
    def read(connection: Connection) -> Credit:
        found = account(connection, asked.account)
        if found is None:
            raise RuleViolation("ACCOUNT_UNKNOWN", account_id=asked.account)
        return credit(connection, asked.account, found.currency, found.credit_limit_minor)

    found = store.read(read)
    return {
        "limit_minor": found.limit_minor,
        "receivable_minor": found.receivable_minor,
        "unbilled_minor": found.unbilled_minor,
        "deposit_minor": found.deposit_minor,
        "free_minor": found.free_minor,
    }


COMMANDS = (
    Command(
        name="order-submit",
        summary="Ask the supplier for goods.",
        params=OrderSubmit,
        run=_submit,
    ),
    Command(name="order-cancel", summary="Take an order back.", params=OrderCancel, run=_cancel),
    Command(
        name="order-decide",
        summary="Accept an order, in part, or reject it.",
        params=OrderDecide,
        run=_decide,
    ),
    Command(
        name="order-rework",
        summary="Ask again after a rejection.",
        params=OrderRework,
        run=_rework,
    ),
    Command(name="order-ship", summary="Goods leave for an order.", params=OrderShip, run=_ship),
    Command(
        name="order-receive",
        summary="Confirm a shipment line by line.",
        params=OrderReceive,
        run=_receive,
    ),
    Command(
        name="order-show",
        summary="An order: lines, state, document flow.",
        params=OrderShow,
        run=_show,
    ),
    Command(name="orders", summary="Orders, newest first.", params=Orders, run=_orders),
    Command(
        name="credit",
        summary="What an account owes and may owe, as far as this device knows.",
        params=CreditOf,
        run=_credit,
    ),
)
