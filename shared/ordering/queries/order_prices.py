"""Prices by the version an order names, as this replica holds it: the order's own word is not
asked."""

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection

from shared.ordering.queries.deciding import OrderStanding
from shared.ordering.queries.orders import OrderView
from shared.pricing.queries import PriceBook, context_of, version_by_number


def order_book(connection: Connection, order: OrderView | OrderStanding) -> PriceBook | None:
    """The prices of the account in the version the order names; None when it is not here."""
    version = version_by_number(connection, order.sales_org, order.price_version)
    if version is None:
        return None
    context = context_of(connection, order.account_id, order.submitted_at_us)
    return PriceBook(connection=connection, context=context, version=version)


def gift_list_prices(
    connection: Connection, order: OrderStanding, product_ids: Sequence[str]
) -> Mapping[str, int]:
    """What gifts cost the account (D07). Nothing by a version that is not known or was not yet in
    force."""
    book = order_book(connection, order) if product_ids else None
    if book is None or book.version.effective_at_us > order.submitted_at_us:
        return {}
    found = book.prices(list(dict.fromkeys(product_ids)))
    return {one: price.unit_price_micro for one, price in found.items()}
