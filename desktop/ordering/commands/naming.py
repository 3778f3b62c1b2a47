"""Which order and which shipments a person means."""

from sqlalchemy import Connection, select

from desktop.store.asking import Params
from desktop.store.writer import Store
from shared.core.errors import RuleViolation
from shared.ordering.queries.flow import ShipmentView, shipment_of
from shared.ordering.tables import channel_order, shipment


class OfOrder(Params):
    """An order by its printed number or uid."""

    order: str


def order_id_of(connection: Connection, name: str) -> str:
    """The id of an order by its printed number or uid. Raises: RuleViolation ORDER_UNKNOWN."""
    c = channel_order.c
    statement = select(c.id).where((c.number == name) | (c.id == name.lower()))
    found = connection.execute(statement).scalar()
    if found is None:
        raise RuleViolation("ORDER_UNKNOWN", order=name[:40])
    return str(found)


def find_order(store: Store, name: str) -> str:
    """As ``order_id_of``, in a reading transaction of its own."""
    return store.read(lambda connection: order_id_of(connection, name))


def shipments_of(connection: Connection, order_id: str) -> list[ShipmentView]:
    """The shipments of an order, oldest first."""
    c = shipment.c
    statement = select(c.id).where(c.order_id == order_id).order_by(c.shipped_at_us, c.id)
    ids = list(connection.execute(statement).scalars())
    return [found for one in ids if (found := shipment_of(connection, one))]
