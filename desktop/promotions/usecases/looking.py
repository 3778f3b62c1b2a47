"""What the promotion screen looks at: names, goods, people, and prices for a trial."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, select

from shared.catalog.queries import ProductView, by_barcode, product, products
from shared.catalog.search import search
from shared.catalog.tables import product as product_table
from shared.channel.queries import level_names, region_names
from shared.channel.tables import channel_account, customer_category, site
from shared.pricing.queries import price_book
from shared.pricing.rules import PriceContext
from shared.promotions.rules import Item, Policy

FOUND_MAX: Final = 8
Names = Mapping[str, str]
"""What ids are called: ``product:010204``, ``brand:CHENLU``, ``level:L1``, ``site:SH01``."""


def policy_names(connection: Connection, policies: Iterable[Policy]) -> dict[str, str]:
    """The names of everything these policies mention."""
    named = people_names(connection)
    ids = {one for policy in policies for one in product_ids(policy)}
    found = products(connection, sorted(ids))
    return named | {f"product:{key}": one.name for key, one in found.items()}


def product_ids(policy: Policy) -> list[str]:
    """The products a policy names anywhere."""
    found = [*policy.goods.products, *policy.goods.but, *policy.gifts]
    found += [one.product_id for one in policy.specials]
    found += [one for part in policy.parts for one in part.goods.products]
    return found + [one.product_id for one in policy.weights]


def people_names(connection: Connection) -> dict[str, str]:
    """What levels, regions, categories, accounts and sites are called, by dimension."""
    found = {f"level:{key}": name for key, name in level_names(connection).items()}
    found |= {f"region:{key}": name for key, name in region_names(connection).items()}
    for word, table in (("category", customer_category), ("account", channel_account)):
        rows = connection.execute(select(table.c.id, table.c.name))
        found |= {f"{word}:{row.id}": row.name for row in rows}
    rows = connection.execute(select(site.c.site_id, site.c.name).where(site.c.is_active == 1))
    return found | {f"site:{row.site_id}": row.name for row in rows}


def brands(connection: Connection) -> list[tuple[str, str]]:
    """Head office's brands, with the words for them."""
    c = product_table.c
    found = connection.execute(
        select(c.brand).where(c.brand != "", c.site_id == "").distinct().order_by(c.brand)
    ).scalars()
    return [(one, one) for one in found]


@dataclass(frozen=True, slots=True)
class Whom:
    """Somebody a policy can be for."""

    dimension: str
    name: str


def people(connection: Connection, sales_org_id: str) -> list[Whom]:
    """Everybody a policy of this sales organisation can be for, members last."""
    names = people_names(connection)
    mine = {
        f"{word}:{key}"
        for word, table in (("category", customer_category), ("account", channel_account))
        for key in connection.execute(
            select(table.c.id).where(table.c.sales_org_id == sales_org_id)
        ).scalars()
    }
    return [
        Whom(key, name)
        for key, name in names.items()
        if key in mine or key.partition(":")[0] in ("level", "region", "site")
    ]


def find_goods(connection: Connection, text: str) -> list[ProductView]:
    """The goods a text finds, best first."""
    ids = search(connection, text, limit=FOUND_MAX)
    found = products(connection, ids)
    return [found[one] for one in ids if one in found and not found[one].site_id]


def goods_of_code(connection: Connection, code: str) -> ProductView | None:
    """The product an id, code or barcode names."""
    known = product(connection, code.strip())
    if known is not None:
        return known
    hit = by_barcode(connection, code.strip())
    return None if hit is None else product(connection, hit.product_id)


def trial_goods(
    connection: Connection,
    sales_org_id: str,
    lines: Sequence[tuple[str, int]],
    others: Collection[str],
    at_us: int,
) -> tuple[list[Item], dict[str, int]]:
    """A trial basket at retail prices, and the retail prices of ``others`` (gifts) at 10⁻⁶."""
    context = PriceContext(sales_org_id=sales_org_id)
    book = price_book(connection, context, at_us, retail=True)
    ids = sorted({*(product_id for product_id, _ in lines), *others})
    prices = {key: one.unit_price_micro for key, one in book.prices(ids).items()} if book else {}
    goods = products(connection, ids)
    items = [
        Item(
            line_no=number,
            product_id=product_id,
            brand=goods[product_id].brand if product_id in goods else "",
            qty_micro=qty_micro,
            unit_price_micro=prices.get(product_id, 0),
        )
        for number, (product_id, qty_micro) in enumerate(lines, 1)
    ]
    return items, prices
