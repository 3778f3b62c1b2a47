"""What goods cost to buy, as far as this device may know it."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Connection, select

from shared.catalog.tables import product_cost
from shared.channel.queries import currency_of, sales_org_currencies

_CHUNK = 500


def cost_currency(connection: Connection, site_id: str) -> str:
    """The currency costs are stated in: the site's own, or at head office ('') the one that all
    its sales organisations share; '' when they share none."""
    if site_id:
        return currency_of(connection, site_id)
    shared = set(sales_org_currencies(connection).values())
    return shared.pop() if len(shared) == 1 else ""


def costs_of(
    connection: Connection, site_id: str, currency: str, product_ids: Sequence[str] | None = None
) -> dict[str, int]:
    """The purchase cost of a base unit by product, at 10⁻⁶; those without one are left out.

    With ``site_id`` '' head office's, which only its desks hold. Without ids, of all products.
    """
    c = product_cost.c
    statement = select(c.product_id, c.unit_cost_micro).where(
        c.site_id == site_id, c.currency == currency, c.is_removed == 0, c.unit_cost_micro > 0
    )
    if product_ids is None:
        return {row.product_id: row.unit_cost_micro for row in connection.execute(statement)}
    found: dict[str, int] = {}
    for start in range(0, len(product_ids), _CHUNK):
        some = statement.where(c.product_id.in_(product_ids[start : start + _CHUNK]))
        found |= {row.product_id: row.unit_cost_micro for row in connection.execute(some)}
    return found


class StatedCost(NamedTuple):
    """The cost of a base unit as it was stated last, at 10⁻⁶; 0 = it was taken back."""

    product_id: str
    unit_cost_micro: int
    stated_at_us: int


def stated_costs(
    connection: Connection, site_id: str, currency: str, product_ids: Sequence[str] | None = None
) -> list[StatedCost]:
    """As ``costs_of``, with when it was said, and with what was taken back."""
    c = product_cost.c
    statement = select(c.product_id, c.unit_cost_micro, c.is_removed, c.stated_at_us).where(
        c.site_id == site_id, c.currency == currency
    )
    if product_ids is None:
        rows = list(connection.execute(statement))
    else:
        rows = [
            row
            for start in range(0, len(product_ids), _CHUNK)
            for row in connection.execute(
                statement.where(c.product_id.in_(product_ids[start : start + _CHUNK]))
            )
        ]
    return [
        StatedCost(row.product_id, 0 if row.is_removed else row.unit_cost_micro, row.stated_at_us)
        for row in rows
    ]
