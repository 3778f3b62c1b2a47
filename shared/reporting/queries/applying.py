"""Which prices would apply to an account of a level, region and category."""

from dataclasses import dataclass

from sqlalchemy import Connection, select

from shared.catalog.queries import products
from shared.catalog.rules import is_listed
from shared.catalog.tables import assortment_item
from shared.channel.queries import category_chain, region_tree
from shared.channel.rules import path_to_root
from shared.core.rounding import MICRO, divide_half_away
from shared.pricing.queries import price_book
from shared.pricing.rules import PriceContext


@dataclass(frozen=True, slots=True, kw_only=True)
class Applying:
    """What the general lists of a sales organisation would cost such an account now."""

    goods: int
    priced: int
    """Those with a price; the others cannot be ordered."""
    number: int
    """The version that says so; 0 = none is in force."""
    least_micro: int = 0
    most_micro: int = 0
    """The smallest and largest share of the retail price, at 10⁻⁶; 0 where nothing is known."""


def prices_applying(
    connection: Connection,
    sales_org_id: str,
    level_id: str,
    region_id: str,
    category_id: str,
    at_us: int,
) -> Applying:
    """Asked before an account is made, so that nobody finds out by an order that cannot be
    placed (A03, C01)."""
    goods = _listed(connection, sales_org_id, at_us)
    regions = path_to_root(region_id, region_tree(connection, at_us)) if region_id else ()
    context = PriceContext(
        sales_org_id=sales_org_id,
        level_id=level_id,
        region_ids=tuple(regions),
        category_ids=category_chain(connection, category_id) if category_id else (),
    )
    book = price_book(connection, context, at_us)
    retail = price_book(connection, context, at_us, retail=True)
    if book is None or retail is None:
        return Applying(goods=len(goods), priced=0, number=0)
    found, asked = book.prices(goods), retail.prices(goods)
    shares = [
        divide_half_away(one.unit_price_micro * MICRO, asked[key].unit_price_micro)
        for key, one in found.items()
        if key in asked and asked[key].unit_price_micro > 0
    ]
    return Applying(
        goods=len(goods),
        priced=len(found),
        number=book.version.number,
        least_micro=min(shares, default=0),
        most_micro=max(shares, default=0),
    )


def _listed(connection: Connection, sales_org_id: str, at_us: int) -> list[str]:
    """The goods every account of the sales organisation may order now."""
    item = assortment_item.c
    rows = connection.execute(
        select(item.product_id, item.from_at_us, item.to_at_us).where(
            item.sales_org_id == sales_org_id, item.is_exclusive == 0
        )
    )
    wanted = {row.product_id for row in rows if is_listed(row.from_at_us, row.to_at_us, at_us)}
    known = products(connection, sorted(wanted))
    return [one for one, view in known.items() if view.is_listed(at_us)]
