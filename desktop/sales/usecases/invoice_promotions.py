"""The promotions of an open wholesale invoice: the policies for its customer, opened by reading."""

from collections.abc import Iterable

from sqlalchemy import Connection

from desktop.pricing.usecases import Buyer
from desktop.sales.usecases.invoicing import invoice_prices
from desktop.sales.usecases.promoting import Promotions, opened_promotions
from shared.channel.queries import site_of
from shared.core.clock import HOME_ZONE
from shared.promotions.rules import Use


def invoice_promotions(
    connection: Connection,
    site_id: str,
    customer_id: str,
    level_id: str,
    product_ids: Iterable[str],
    at_us: int,
) -> Promotions:
    """The wholesale policies in force for a customer of a site, as posting will find them."""
    place = site_of(connection, site_id)
    if place is None:
        return Promotions(currency="CNY", zone=HOME_ZONE, at_us=at_us, use=Use.INVOICE)
    return opened_promotions(
        connection,
        place,
        Buyer(level_id=level_id),
        product_ids,
        customer_id=customer_id,
        at_us=at_us,
        use=Use.INVOICE,
        prices=lambda: invoice_prices(connection, site_id, level_id, at_us),
    )
