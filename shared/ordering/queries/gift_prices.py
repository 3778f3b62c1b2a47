"""What an order's gifts cost by head office's own prices (D07)."""

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection

from shared.ordering.queries.deciding import OrderStanding
from shared.pricing.queries import PriceBook, context_of, version_by_number


def gift_list_prices(
    connection: Connection, order: OrderStanding, product_ids: Sequence[str]
) -> Mapping[str, int]:
    """What gifts cost the account by the version the order names, as head office holds it: the
    order's own word is not asked (D07). Nothing by a version that is not known or not yet in force.
    """
    version = version_by_number(connection, order.sales_org, order.price_version)
    at_us = order.submitted_at_us
    if not product_ids or version is None or version.effective_at_us > at_us:
        return {}
    context = context_of(connection, order.account_id, at_us)
    book = PriceBook(connection=connection, context=context, version=version)
    found = book.prices(list(dict.fromkeys(product_ids)))
    return {one: price.unit_price_micro for one, price in found.items()}
