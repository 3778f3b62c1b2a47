"""The commands that show orders, their document flow, and credit."""

from sqlalchemy import Connection

from desktop.catalog.usecases import name_of
from desktop.ordering.commands.naming import OfOrder, order_id_of, shipments_of
from desktop.store.asking import Params
from desktop.store.command import Command
from desktop.store.writer import Store
from shared.catalog.queries import packs_of
from shared.channel.queries import account
from shared.core.errors import RuleViolation
from shared.core.quantity import format_quantity
from shared.ordering.queries.deciding import credit
from shared.ordering.queries.flow import flow, refusals
from shared.ordering.queries.orders import LineView, lines, order, orders
from shared.ordering.rules import Credit, OrderState


class OrderShow(OfOrder):
    """An order with its lines, what became of them, and the whole document flow (E11)."""


def _show(store: Store, asked: OrderShow) -> dict[str, object]:
    def read(connection: Connection) -> dict[str, object]:
        order_id = order_id_of(connection, asked.order)
        return {
            "order": order(connection, order_id),
            "lines": [_line(connection, one) for one in lines(connection, order_id)],
            "refusals": refusals(connection, order_id),
            "flow": flow(connection, order_id),
            "shipments": shipments_of(connection, order_id),
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
