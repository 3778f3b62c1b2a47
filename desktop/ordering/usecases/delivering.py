"""What a 发货单 says: a shipment with the names of goods and of who gets them."""

from dataclasses import dataclass

from sqlalchemy import Connection

from shared.catalog.queries import ProductView, products
from shared.channel.queries import account_name, site_name
from shared.ordering.queries.flow import (
    ShipmentView,
    ShippedLineView,
    shipment_of,
    shipped_lines,
)
from shared.ordering.queries.orders import lines, order
from shared.ordering.queries.settling import shipments_of_orders


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """A line of a shipment with its goods and the price of the order."""

    line: ShippedLineView
    goods: ProductView | None
    unit_price_micro: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One shipment, ready for paper."""

    shipment: ShipmentView
    company: str
    """Who supplies: a dealer's name, or the site of head office that sent."""
    from_name: str
    to_name: str
    customer: str
    order_number: str
    price_version: int
    lines: tuple[Delivered, ...]


def read_deliveries(connection: Connection, order_id: str) -> tuple[Delivery, ...]:
    """The shipments of an order that are here, oldest first."""
    ids = shipments_of_orders(connection, (order_id,))
    found = [one for one in (shipment_of(connection, each) for each in ids) if one]
    in_time = sorted(found, key=lambda one: (one.shipped_at_us, one.id))
    return tuple(_delivery(connection, one) for one in in_time)


def _delivery(connection: Connection, sent: ShipmentView) -> Delivery:
    rows = shipped_lines(connection, sent.id)
    goods = products(connection, [one.product_id for one in rows])
    prices = {one.line_no: one.unit_price_micro for one in lines(connection, sent.order_id)}
    asked = order(connection, sent.order_id)
    return Delivery(
        shipment=sent,
        company=account_name(connection, sent.supplier) or site_name(connection, sent.from_site),
        from_name=site_name(connection, sent.from_site),
        to_name=site_name(connection, sent.to_site),
        customer=account_name(connection, sent.account_id),
        order_number=asked.number if asked else "",
        price_version=asked.price_version if asked else 0,
        lines=tuple(
            Delivered(
                line=one,
                goods=goods.get(one.product_id),
                unit_price_micro=prices.get(one.order_line_no, 0),
            )
            for one in rows
        ),
    )
